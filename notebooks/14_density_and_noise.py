# %% [markdown]
# # 14 Density response and noise
#
# A potential that varies in space and time moves carriers, and the order parameter answers. You
# will see the collective mode of a driven condensate in the response of its density, check that
# response by what must hold of it, and ask how hot the fluctuations of the phase are.

# %%
# %matplotlib inline
import numpy as np

from numerics import (
    Boson,
    Model,
    Parameters,
    Reservoir,
    collective_mode,
    effective_temperature,
    fluctuation_spectrum,
    growth_rate,
    luminescence,
    photon_propagator,
    response_matrix,
    solve_steady_state,
    susceptibility,
)
from numerics.figures.style import COLOURS, LINES, new_figure, style

state = solve_steady_state(Parameters(inv_kfa=-0.3, gamma_b=2e-3, gamma_v=1e-6))
print(f"gap {state.gap:.4f}, mu {state.mu:.4f}, edge of the bath {state.edge:.4f}")
print(growth_rate(state).verdict)

# %% [markdown]
# ## What a potential does
#
# To the energy an amount $-h\,n$ is added. The bare response $\Pi_{nn}$ is that of independent
# carriers; the order parameter moves by $a_i = (1/M)_{ij}\,\Pi_{jn} h$, which acts back on the
# density:
#
# $$\chi_{nn} = \Pi_{nn} + \Pi_{ni}\,(1/M)_{ij}\,\Pi_{jn}.$$
#
# Dashed below is the bare response: nothing but the breaking of pairs. With the order parameter
# nearly all of it is in the collective mode, at the zero of $\det M$ that `collective_mode` finds
# in the lower half-plane (triangles), whose frequency grows with $q$. The frequencies have an
# imaginary part, a resolution of 0.01.

# %%
wave_numbers, omega = np.array([0.1, 0.2, 0.3, 0.4]), np.linspace(0.01, 1.2, 120) + 0.01j
chi = susceptibility(state, wave_numbers[:, None], omega, rtol=1e-5)
bare = susceptibility(state, wave_numbers[:, None], omega, bare=True, rtol=1e-5)
with style():
    figure = new_figure(6.0, 4.0)
    axes = figure.subplots()
    for k, q in enumerate(wave_numbers):
        shift, colour = 0.12 * k, COLOURS[k % len(COLOURS)]
        axes.plot(omega.real, shift + chi[k].imag, color=colour, label=f"q = {q:.1f}")
        axes.plot(omega.real, shift + bare[k].imag, color=colour, linestyle=LINES[1])
        (sound,) = collective_mode(state, q, largest=0.6).frequencies.real
        axes.plot(sound, shift - 0.015, "^", color=colour)
    axes.set_ylim(-0.04, 0.7)
    axes.set_xlabel(r"frequency $\omega/\varepsilon_\mathrm{F}$")
    axes.set_ylabel(r"Im $\chi_{nn}(q, \omega)$, shifted")
    axes.legend()
figure

# %% [markdown]
# ## What must hold
#
# Density and current belong together: $\omega n = q j$, but for what the reservoirs put in and take
# out, which is small like $\gamma$. And a static vector potential along the wave number is none:
# in equilibrium no current flows, which takes the answer of the phase.

# %%
q, at = 0.3, 0.4
n, j = response_matrix(state, q, at, ("density", "current"))
print(f"to the linewidth: {abs(at * n[0] - q * j[0]) < 2 * state.parameters.linewidth}")
warm = solve_steady_state(Parameters(-0.3, gamma_b=2e-3, temperature=0.03))
static, alone = (susceptibility(warm, q, 0.0, "current current", bare=b) for b in (False, True))
print(f"no static current: {abs(static) < 1e-12}; without the phase {alone.real:.4f}")

# %% [markdown]
# ## How hot the phase is
#
# Carriers make noise: $\Pi^K$, the sum of what they absorb and what they emit. The order parameter
# answers it by $S = (1/M)\,\Pi^K\,(1/M)^\dagger/2i$. In equilibrium $S = \coth(\omega/2T)\,
# \mathrm{Im}\,\chi$; out of equilibrium that defines a temperature at each frequency.

# %%
temperatures = effective_temperature(warm, 0.1, [0.01, 0.3])
print(f"of the bath, to eight digits: {np.abs(temperatures / 0.03 - 1).max() < 1e-8}")
spectrum = fluctuation_spectrum(state, 0.1, 0.05)
print(f"positive: {bool((np.linalg.eigvalsh(spectrum) > 0).all())}")

# %% [markdown]
# The bath of the driven condensate is at zero temperature, and the phase is hot: pairs are lost and
# replaced at random. It has no one temperature: that depends on the frequency, and falls at low
# ones as the loss grows.

# %%
frequencies = np.geomspace(2e-3, 0.6, 48)
with style():
    figure = new_figure(5.0, 3.4)
    axes = figure.subplots()
    for k, loss in enumerate((2e-6, 1e-5, 3e-5)):
        driven = solve_steady_state(Parameters(-0.3, gamma_b=2e-3, gamma_v=loss))
        hot = effective_temperature(driven, 0.1, frequencies, rtol=1e-6)
        label = rf"$\gamma_\mathrm{{v}}/\gamma_\mathrm{{b}} = {loss / 2e-3:.3f}$"
        axes.loglog(frequencies, hot, color=COLOURS[k], linestyle=LINES[k], label=label)
    axes.set_xlabel(r"frequency $\omega/\varepsilon_\mathrm{F}$")
    axes.set_ylabel(r"temperature of the phase $T/\varepsilon_\mathrm{F}$")
    axes.legend()
figure

# %% [markdown]
# ## What a polariton emits
#
# If pairs turn into photons, those that leave the cavity show the fluctuations. Their spectrum
# beside the condensate is $D^<(q,\omega)$; with the propagator $D^R$ of the photon
# $D^> - D^< = -2\,\mathrm{Im}\,D^R$. What is driven out of a condensate at $\omega$ leaves another
# photon at $-\omega$: below the condensate there is a line, too, where the cavity amplifies.

# %%
polaritons = Model(
    Boson(g=0.7, detuning=1.2, mass=0.05, loss=3e-4), [Reservoir("bath", 1e-2)], cutoff=10.0
)
driven = solve_steady_state(polaritons)
frequencies = np.linspace(-0.4, 0.4, 401)
with style():
    figure = new_figure(5.0, 3.4)
    axes = figure.subplots()
    for k, q in enumerate((0.05, 0.1, 0.2)):
        emitted = luminescence(driven, q, frequencies, rtol=1e-6)
        net = -2 * photon_propagator(driven, q, frequencies, rtol=1e-6).imag
        assert (emitted > 0).all()
        assert (emitted + net > 0).all()
        axes.semilogy(frequencies, emitted, color=COLOURS[k], linestyle=LINES[k], label=f"q = {q}")
        print(f"q = {q}: amplified at {np.mean(net < 0):.0%} of the frequencies")
    axes.set_xlabel(r"frequency from that of the condensate $\omega/\varepsilon_\mathrm{F}$")
    axes.set_ylabel(r"emitted $D^<$")
    axes.legend()
figure
