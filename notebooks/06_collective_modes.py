# %% [markdown]
# # 06 Collective modes and instabilities
#
# A steady state need not be stable. We look at how it answers to a small change of its order
# parameter, find the frequencies at which it answers to none, count those that grow, and see the
# three ways A, B and C in which the condensate of the paper becomes unstable.

# %%
# %matplotlib inline
import dataclasses

import numpy as np
from IPython.display import Math

import derive
from numerics import (
    Parameters,
    collective_mode,
    find_boundary,
    fluctuation_matrix,
    growth_rate,
    hydrodynamics,
    mode_branches,
    solve_steady_state,
)
from numerics.figures import critical_determinant, dispersion
from numerics.figures.style import COLOURS, LINES, new_figure, style

paper = derive.ledger()

# %% [markdown]
# ## The fluctuation matrix
#
# Notebook 03 derived the response functions $\Pi_{ss'}$, and (36) makes the matrix $M$ of them;
# index 1 is the amplitude of the order parameter, index 2 its phase. A change of the order
# parameter lives on without a force where $\det M$ vanishes: these are the collective modes.

# %%
Math(paper["36"].latex)

# %%
Math(paper["38"].latex)

# %% [markdown]
# `fluctuation_matrix` takes arrays of $q$ and $\omega$, which broadcast, and complex frequencies.
# On request it tells the error of each element.

# %%
state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2e-5))
result = fluctuation_matrix(state, q=0.02, omega=[0.0, 0.01, -0.01], full=True)
print(result.value.shape, set(result.status.tolist()))
print("errors below 1e-9:", bool((result.error < 1e-9).all()))
print(np.array2string(result.value[0].real * 1e4, precision=4), "in 10^-4, at omega = 0")

# %% [markdown]
# Three exact statements test any implementation. The order parameter's amplitude and phase are
# real, so that the matrices at $\omega$ and $-\omega$ are conjugates of each other, (45); at
# $\omega = 0$, $M$ is real. And a uniform change of the phase costs nothing, (40) and (41),
# because it leads from one steady state to another.

# %%
m_plus, m_minus = result.value[1], result.value[2]
assert np.abs(m_plus - m_minus.conj()).max() < 1e-10
assert np.abs(result.value[0].imag).max() < 1e-10
goldstone = fluctuation_matrix(state, 0.0, 0.0)
print("M_12 and M_22 vanish at q = omega = 0:", bool(np.abs(goldstone[:, 1]).max() < 1e-10))
assert np.abs(goldstone[:, 1]).max() < 1e-10

# %% [markdown]
# ## Long waves
#
# So there is a mode with $\omega = 0$ at $q = 0$ in every state, and for small $q$ and $\omega$
# one expands, (46).

# %%
Math(paper["46"].latex)

# %%
waves = hydrodynamics(state)
print(f"alpha_11 = {waves.alpha[0, 0]:+.6f}   alpha_21 = {waves.alpha[1, 0]:+.6f}")
print(f"beta_11  = {waves.beta[0, 0]:+.6f}   beta_12  = {waves.beta[0, 1]:+.6f}")
print(f"beta_21  = {waves.beta[1, 0]:+.6f}   beta_22  = {waves.beta[1, 1]:+.6f}")

# %% [markdown]
# The coefficients are integrals of their own, not fits, and they are those for $vq \ll \gamma$.
# What becomes of $M_{11}(q, 0)$ where $vq$ approaches $\gamma$:

# %%
places = np.array([2e-5, 5e-5, 2e-4, 1e-3])
exact = fluctuation_matrix(state, places, 0.0, rtol=1e-11)[:, 0, 0].real - waves.alpha[0, 0]
left = exact / (waves.beta[0, 0] * places**2)
for q, part in zip(places, left, strict=True):
    print(f"v q/gamma = {2 * q / state.parameters.linewidth:.2f}:  {part:.3f} of beta_11 q^2")
assert abs(left[0] - 1) < 0.02

# %% [markdown]
# The determinant becomes (47), that of a damped oscillator, with the two modes of (48).

# %%
Math(paper["47"].latex)

# %%
Math(paper["48"].latex)

# %% [markdown]
# For $\Gamma > 0$ the mode is *diffusive* at the longest waves: it has $\mathrm{Re}\,\omega = 0$
# and $\mathrm{Im}\,\omega \simeq -(c/\Gamma) q^2$. Compare with the roots of the whole
# determinant, which `mode_branches` follows in $q$:

# %%
small = np.array([5e-5, 1e-4])
branch = mode_branches(state, small).branches[0]
for q, omega, expanded in zip(small, branch.omega, waves.modes(small)[:, 0], strict=True):
    print(f"q = {q:.0e}:  Im omega = {omega.imag:.2e},  (48): {expanded.imag:.2e}")
    assert abs(omega.imag / expanded.imag - 1) < 0.06
assert (branch.omega.real == 0).all()

# %% [markdown]
# A caution about the velocity. In equilibrium $\Gamma$ is tiny, and for $vq \gg \Gamma$ there is
# sound. $\sqrt c$ of (47) is *not* its velocity, since (46) leaves out the $\omega^2$ of
# $M_{22}$, which multiplies $\alpha_{11}$ and is as large as $\eta_{12}\eta_{21}$.
# `sound_velocity` has it. At unitarity, with $\gamma_b$ and the cutoff such that neither matters:

# %%
narrow = solve_steady_state(Parameters(inv_kfa=0.0, gamma_b=1e-6, cutoff=1000.0))
equilibrium = hydrodynamics(narrow)
fermi_velocity = 2.0
print(f"sqrt(c) of (47): {np.sqrt(equilibrium.stiffness):.3f}")
print(f"sound velocity:  {equilibrium.sound_velocity:.3f}")
thermodynamic = fermi_velocity * np.sqrt(narrow.mu / 3)
print(f"v_F sqrt(mu/3):  {thermodynamic:.3f}, from the compressibility at unitarity")
assert abs(equilibrium.sound_velocity / thermodynamic - 1) < 2e-3

# %% [markdown]
# ## Every mode at one wave number
#
# Now a state well inside of the unstable region, at five times the decay rate. `collective_mode`
# returns *every* root of $\det M$ in a window of the complex plane. It knows that none is missing
# from the argument principle: the number of roots is the number of turns of $\det M$ around the
# window.

# %%
unstable = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=1e-4))
modes = collective_mode(unstable, 0.05, largest=0.1, growth=0.05)
print(f"{modes.status}: {modes.count} roots in the window, both signs of Re omega")
for omega, vector in zip(modes.frequencies, modes.vectors, strict=True):
    part = abs(vector[0] / vector[1])
    print(f"omega = {omega:.6f},  |amplitude : phase| = {part:.3f}")
assert modes.frequencies[0].imag > 0
value = fluctuation_matrix(unstable, 0.05, modes.frequencies[0])
print("det M vanishes there:", bool(abs(np.linalg.det(value)) < 1e-10 * np.abs(value).max() ** 2))

# %% [markdown]
# Its imaginary part is positive: a fluctuation of this wavelength *grows*. By (45), $-\omega^*$
# is a root as well, the other one that was counted; it is the wave that runs the other way.
#
# ## Counting growing modes without finding them
#
# $M$ is analytic above the real axis, so the growing modes can be counted on the axis itself
# (Nyquist's criterion): follow the argument of $\det M(q, \omega)$ from $\omega = 0$, where it is
# real, to infinity, where $\det M \propto \omega$ with a known factor. Without a growing mode the
# argument falls by $\pi/2$; each growing mode adds $\pi$.

# %%
axis = np.concatenate([[0.0], np.geomspace(1e-5, 60.0, 900)])
cases = ((state, 0.05), (unstable, 0.115), (unstable, 0.05))
arguments = []
for case, q in cases:
    determinants = np.linalg.det(fluctuation_matrix(case, q, axis))
    steps = np.angle(determinants[1:] / determinants[:-1])
    assert np.abs(steps).max() < 1.2
    arguments.append(np.concatenate([[0.0], np.cumsum(steps)]) / np.pi)
counts = [round(argument[-1] + 0.5) for argument in arguments]
print("growing modes:", counts)
assert counts == [0, 1, 2]
assert [int(mode_branches(case, [q]).growing[0]) for case, q in cases] == counts

# %%
with style():
    figure = new_figure(5.8, 3.8)
    axes = figure.add_subplot()
    for n, ((case, q), argument) in enumerate(zip(cases, arguments, strict=True)):
        label = (
            rf"$\gamma_\mathrm{{v}} = {case.parameters.ratio:g}\,\gamma_\mathrm{{b}}$, $q = {q:g}$"
        )
        axes.semilogx(axis[1:], argument[1:], color=COLOURS[n], linestyle=LINES[n], label=label)
        axes.text(75, argument[-1], f"{counts[n]}", va="center")
    axes.set_xlim(1e-5, 150)
    axes.set_xlabel(r"frequency $\omega/\varepsilon_\mathrm{F}$")
    axes.set_ylabel(r"argument of $\det M$, from $\omega = 0$, in $\pi$")
    axes.legend(loc="upper left")
figure

# %% [markdown]
# Beyond $\omega \simeq 2\Delta_0$, where the pair continuum begins with a kink, nothing happens
# any more. `mode_branches`, `growth_rate` and the search for boundaries all count in this way,
# and report "incomplete" where fewer growing modes were found than counted.
#
# ## Three ways to lose stability
#
# `find_boundary` looks for the decay rate at which a mode becomes critical, in three ways; the
# paper shows one example of each, in Figs. 6 and 7.

# %%
found = {kind: find_boundary(kind, inv) for kind, inv in (("A", 1.0), ("B", -1.0), ("C", -2.0))}
print("     (k_F a_s)^-1    gamma_v/gamma_b        q         omega")
for kind, point in found.items():
    inv = point.state.parameters.inv_kfa
    print(f"{kind}: {inv:+12g} {point.ratio:18.5f} {point.q:14.5f} {point.omega:11.6f}")
assert found["A"].q == found["A"].omega == found["B"].omega == 0
assert min(found["B"].q, found["C"].q, found["C"].omega) > 0


# %%
def beyond(kind, factor):
    """Return the state at a factor times the boundary's decay rate."""
    model = found[kind].state.parameters
    return solve_steady_state(model.replace(gamma_v=factor * model.gamma_v))


# %% [markdown]
# A and B have $\omega = 0$. Since $\det M(q, 0)$ is real, such a mode passes through $\omega = 0$
# exactly where $\det M(q, 0)$ changes its sign in $q$: the lower panels of Fig. 6. At A this
# begins at $q = 0$, by the curvature there; at B, a minimum at finite $q$ comes down to zero.

# %%
factors = (0.96, 1.0, 1.02)
with style():
    figure = new_figure(8.2, 3.6)
    row = figure.subplots(1, 2)
    for axes, kind, largest in zip(row, "AB", (0.012, 0.03), strict=True):
        q = np.linspace(largest / 120, largest, 120)
        for n, factor in enumerate(factors):
            static = np.linalg.det(fluctuation_matrix(beyond(kind, factor), q, 0.0).real)
            unit = 1e-10 if kind == "A" else 1e-8
            label = rf"${factor:g}\,\gamma_\mathrm{{v}}^\mathrm{{{kind}}}$"
            axes.plot(q, static / unit, color=COLOURS[n], linestyle=LINES[n], label=label)
        axes.axhline(0, color="black", linewidth=0.6)
        inv = found[kind].state.parameters.inv_kfa
        axes.set_title(rf"$(k_\mathrm{{F}}a_s)^{{-1}} = {inv:+g}$", fontsize=10)
        axes.set_xlabel(r"wave number $q/k_\mathrm{F}$")
        axes.set_ylabel(rf"$\det M(q, 0)\,/\,10^{{{round(np.log10(unit))}}}$")
        axes.set_xlim(0, largest)
        axes.legend(loc="upper left")
    row[1].set_ylim(-2.5, 8)
figure

# %% [markdown]
# The upper panels of Fig. 6 show the dispersion without linewidth, (44). It is a curve in the
# plane of $q$ and $\omega$ that may turn back in $q$; near B it has a minimum which touches zero,
# as the paper says, with more structure around it than the paper shows.

# %%
Math(paper["44"].latex)

# %%
view = dataclasses.replace(dispersion.VIEWS[1], drives=(0.94, 1.0))
dispersion.draw(dispersion.compute([found["B"].ratio], views=[view], points=10))

# %% [markdown]
# (44) neglects linewidths, and at the low frequencies here that is a poor approximation: the true
# modes have $|\mathrm{Im}\,\omega|$ as large as $\mathrm{Re}\,\omega$. Instead of real roots of a
# real part, follow the complex roots, just beyond each boundary:

# %%
grids = {
    "A": np.linspace(1e-3, 0.02, 9),
    "B": np.linspace(1.5e-3, 0.03, 12),
    "C": np.linspace(5e-4, 0.012, 10),
}
tracks = {kind: mode_branches(beyond(kind, 1.03), q) for kind, q in grids.items()}
with style():
    figure = new_figure(9.4, 5.0)
    grid = figure.subplots(2, 3, sharex="col")
    for (above, below), (kind, track) in zip(grid.T, tracks.items(), strict=True):
        gamma = found[kind].state.parameters.linewidth
        for n, mode in enumerate(track.branches):
            look = {"color": COLOURS[n], "linestyle": LINES[n % 4], "marker": ".", "markersize": 4}
            above.plot(mode.q, mode.omega.real / gamma, **look)
            below.plot(mode.q, mode.omega.imag / gamma, **look)
        below.axhline(0, color="black", linewidth=0.6)
        inv = found[kind].state.parameters.inv_kfa
        above.set_title(rf"beyond {kind}, $(k_\mathrm{{F}}a_s)^{{-1}} = {inv:+g}$", fontsize=10)
        below.set_xlabel(r"wave number $q/k_\mathrm{F}$")
    grid[0, 0].set_ylabel(r"$\mathrm{Re}\,\omega_q/\gamma$")
    grid[1, 0].set_ylabel(r"$\mathrm{Im}\,\omega_q/\gamma$")
    grid[0, 0].set_ylim(-0.05, 1)
    grid[1, 0].set_ylim(-0.06, 0.04)
figure

# %%
for kind, track in tracks.items():
    growing = [m.omega[np.argmax(m.omega.imag)] for m in track.branches if m.omega.imag.max() > 0]
    moving = sum(bool(omega.real > 0) for omega in growing)
    print(f"{kind}: {len(growing)} growing branches, {moving} of them moving")
    fastest = max(track.branches, key=lambda mode: mode.omega.imag.max())
    at = int(np.argmax(fastest.omega.imag))
    omega = fastest.omega[at] / found[kind].state.parameters.linewidth
    print(f"   {track.status}; fastest: q = {fastest.q[at]:.4f}, omega/gamma = {omega:.4f}")
    assert omega.imag > 0
    assert track.status == "complete"

# %% [markdown]
# - Beyond A the sound mode itself grows, slowly and at the longest waves: the condensate
#   contracts.
# - Beyond B a mode of finite wavelength grows. At 3 % beyond the boundary that one has
#   $\mathrm{Re}\,\omega = 0$: a pattern would form. But at smaller $q$ a moving mode grows as
#   well, if less: at $-1$, C follows B within a few percent.
# - Beyond C the growing mode moves: pattern and oscillation.
#
# ## Boundary C, and a misprint in Fig. 7
#
# C is where $\det M(q, \omega)$ first has a zero at a real frequency. Both its real and its
# imaginary part vanish at one $q$, and $\omega$ has to be the right one for that; Fig. 7 is drawn
# at this frequency.

# %%
fig7 = critical_determinant.compute(found["C"])
critical_determinant.draw(fig7)

# %%
ratio = fig7.printed / found["C"].omega
print(f"computed omega_C = {found['C'].omega:.3e},  printed {fig7.printed:.1e}, ratio {ratio:.2f}")
smallest = np.abs(fig7.printed_value).min() / np.abs(fig7.value).max()
print(f"at the printed one, |det M| is at least {smallest:.1f} times its largest at omega_C")
assert 9.5 < ratio < 10.5
assert smallest > 1

# %% [markdown]
# The caption's frequency is ten times too large. Could another cutoff, which the paper does not
# state, make it right? The decay rate at C moves with the cutoff, its frequency hardly does:

# %%
for cutoff in (50.0, 108.0):
    point = find_boundary("C", -2.0, cutoff=cutoff, start=found["C"])
    print(f"p_c = {cutoff:3g}:  gamma_v/gamma_b = {point.ratio:.4f}   omega_C = {point.omega:.3e}")
    assert point.omega < 1e-3

# %% [markdown]
# With $p_c = 108$, at which the printed decay rate comes out, the frequency rounds to
# $6.1\cdot 10^{-4}$: the digits of the caption are right and the power of ten is not.
#
# ## How fast?
#
# The largest $\mathrm{Im}\,\omega_q$ over all $q$ is the rate at which a slightly disturbed
# condensate leaves its steady state.

# %%
for case in (state, unstable):
    whole = growth_rate(case)
    print(f"gamma_v/gamma_b = {case.parameters.ratio:g}: {whole.verdict}, {whole.status}")
print(f"fastest: Im omega = {whole.rate:.5f} at q = {whole.q:.4f}, Re omega = {whole.omega:.5f}")
assert whole.rate > 10 * unstable.parameters.linewidth

# %% [markdown]
# The growth is not slow: more than ten times $\gamma$, though only the coupling to the
# reservoirs, at the rate $\gamma$, has brought the state into being. What makes it grow is the
# interaction; the reservoirs only prepare the occupations that make it possible.
#
# ## Exercises
#
# 1. $\mathrm{Im}\,\omega \simeq -(c/\Gamma)q^2$ at the longest waves. Where does the sign of
#    $c/\Gamma$ change along $\gamma_v$ at $(k_F a_s)^{-1} = +1$, and which boundary is that?
# 2. Show from (46) that $\det M(q, 0)/q^2 \to \alpha_{11}\beta_{22} + \alpha_{21}\beta_{12}$ as
#    $q \to 0$, and evaluate both sides at A.
# 3. Follow `mode_branches(unstable, q)` down to $q = 0.004$. Two modes are counted as growing
#    there with one branch listed; what is the other one?
#
# Next: [07 The limits](07_limits.ipynb).
