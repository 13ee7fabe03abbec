# %% [markdown]
# # 11 Driven polaritons
#
# A photon in a cavity turns into an electron-hole pair and back, and leaks through the mirrors; a
# bath of carriers makes up for it. You will solve for such a condensate, watch its Goldstone mode
# diffuse, meet the laser at the end of the condensate, and find the loss at which it becomes
# unstable. `nambu reproduce` draws the whole diagram, `polaritons.png`.

# %%
# %matplotlib inline
import numpy as np

from numerics import (
    Boson,
    Model,
    Reservoir,
    collective_mode,
    find_boundary,
    fluctuation_matrix,
    growth_rate,
    hydrodynamics,
    laser_threshold,
    solve_steady_state,
)
from numerics.figures.style import COLOURS, LINES, new_figure, style

# %% [markdown]
# ## A photon in place of an attraction
#
# In the basis of the order parameter and its conjugate the coupling is $K=\mathrm{diag}(K_+,K_-)$,
# $$K_\pm(q,\omega)=\frac{\delta+q^2/2m_\mathrm{ph}-2\mu\mp(\omega+\mathrm{i}\kappa)}{g^2},$$
# which takes the place of $1/U$ in the gap equation and in $M=2K-\Pi$. With the loss $\kappa$ the
# gap equation is complex: its imaginary part says that the bath gives what is lost. The photons
# hold two carriers each, $2\Delta_0^2/g^2$ of the density.


# %%
def polaritons(detuning, loss=0.0):
    photon = Boson(g=0.7, detuning=detuning, mass=0.05, loss=loss)
    return Model(photon, [Reservoir("bath", 1e-2)], cutoff=10.0)


for loss in (0.0, 1e-4, 4e-4):
    state = solve_steady_state(polaritons(1.2, loss))
    held = 2 * (state.gap / 0.7) ** 2 / state.number
    print(
        f"κ = {loss:.0e}: Δ₀ = {state.gap:.5f}, μ_b - μ = {state.edge:.5f}, {held:.1%} in photons"
    )

# %% [markdown]
# Without loss the condensate is in equilibrium with its bath; with it the potential of the bath
# rises. Whatever is lost, the phase is free: its column of $M(0,0)$ vanishes.

# %%
m = fluctuation_matrix(state, 0.0, 0.0, full=True)
print(f"amplitude: {abs(m.value[:, 0]).max():.4f}, phase: 0 within its error")
assert (abs(m.value[:, 1]) <= m.error[:, 1] + 1e-10).all()

# %% [markdown]
# ## A mode that diffuses
#
# In equilibrium the phase mode is sound. Out of it, $\omega=-\mathrm{i}\Gamma/2\pm\sqrt{c^2q^2-
# \Gamma^2/4}$ (Szymańska, Keeling and Littlewood 2006): up to $q\approx\Gamma/2c$ both roots are
# imaginary, one of which vanishes with $q$. Here $\Gamma$ and $c$ come from the expansion of $M$
# for small $q$ and $\omega$, the points are roots of $\det M$.

# %%
long = hydrodynamics(state)
ratio = long.prefactor / long.dynamic_prefactor
damping, square = long.damping * ratio, long.stiffness * ratio
print(f"Γ = {damping:.6f}, c² = {square:.6f}, they meet near q = {damping / 2 / square**0.5:.4f}")

waves = np.geomspace(1e-3, 2e-2, 10)
slow = [collective_mode(state, q).frequencies[0] for q in waves]
smooth = np.geomspace(1e-3, 2e-2, 200)
root = np.sqrt(square * smooth**2 - damping**2 / 4 + 0j)
form = -0.5j * damping + root
with style():
    figure = new_figure(5.0, 3.2)
    axes = figure.subplots()
    axes.plot(waves, -np.imag(slow), "o", color=COLOURS[1], label=r"$-\mathrm{Im}\,\omega$")
    axes.plot(waves, np.real(slow), "s", color=COLOURS[2], label=r"$\mathrm{Re}\,\omega$")
    axes.plot(smooth, -form.imag, color=COLOURS[1], linewidth=1)
    axes.plot(smooth, form.real, color=COLOURS[2], linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("wave number $q/k_F$")
    axes.set_ylabel("frequency")
    axes.legend()
figure

# %% [markdown]
# At small wave numbers they agree; later the expansion ends, and the photons' mass makes the mode
# faster than sound.

# %%
assert slow[0].real == 0
assert abs(slow[0].imag / form[0].imag - 1) < 0.05
assert slow[-1].real > form[-1].real > 0

# %% [markdown]
# ## The laser at the end
#
# The condensate ends where carriers that are not paired just make up for the loss: the linear
# response of the normal state has its root on the real axis. That is one calculation; following the
# order parameter to where it vanishes is another.

# %%
limit = laser_threshold(polaritons(1.2))
end = find_boundary(
    "normal", polaritons(1.2), along="coupling.loss", values=(0.5 * limit.loss, 2 * limit.loss)
)
print(f"gain = loss at κ = {limit.loss:.8f}, Δ₀ = 0 at κ = {end.value:.8f}")
assert abs(limit.loss / end.value - 1) < 1e-7

# %% [markdown]
# Photons of other wave numbers may gain more. Then they lase first, and a condensate at $q=0$ next
# to the limit cannot be stable.

# %%
waves = np.linspace(0.0, 0.24, 7)
with style():
    figure = new_figure(5.0, 3.0)
    axes = figure.subplots()
    for k, detuning in enumerate((1.2, 1.8)):
        gain = [laser_threshold(polaritons(detuning), q).loss for q in waves]
        axes.plot(waves, gain, color=COLOURS[1 + k], linestyle=LINES[k], label=f"δ = {detuning}")
        print(f"δ = {detuning}: largest gain at q = {waves[np.argmax(gain)]:.2f}")
    axes.axhline(0.0, color="#888888", linewidth=0.8)
    axes.set_xlabel("wave number $q/k_F$")
    axes.set_ylabel("gain of a photon")
    axes.legend()
figure

# %% [markdown]
# ## Where it becomes unstable
#
# At $\delta=1.2$ that happens far below the laser limit, at long waves first.

# %%
first = find_boundary("A", polaritons(1.2), along="coupling.loss", values=(2e-4, 8e-4))
print(f"unstable from κ = {first.value:.7f} on, {first.value / limit.loss:.1%} of the laser limit")
for factor in (0.9, 1.1):
    found = growth_rate(solve_steady_state(polaritons(1.2, factor * first.value)))
    print(f"κ = {factor} of it: {found.verdict}")

# %% [markdown]
# Far above, modes that move grow faster, as photons do that gain more than those at rest.

# %%
found = growth_rate(solve_steady_state(polaritons(1.2, 0.5 * limit.loss)))
print(f"Im ω = {found.rate:.4f} at q = {found.q:.3f}, Re ω = {found.omega:.3f}")

# %% [markdown]
# ## Exercises
#
# 1. Give the carriers an attraction beside the photon, `Boson(..., inv_kfa=-1.0)`. Which way does
#    the first boundary move?
# 2. Fix the potential of the bath as in a laboratory: `Reservoir("bath", 1e-2, mu=1.0)` with
#    `Model(..., density=False)`, at $\delta=1.9$. How does the order parameter fall with the loss?
# 3. `Coupling(function, loss)` takes any $K_+(q,\omega,\mu)$. Write a photon whose loss grows with
#    its wave number. Does that make the condensate stable again?
#
# Back to the start: [01 Green's functions and reservoirs](01_greens_functions.ipynb)
