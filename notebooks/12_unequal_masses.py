# %% [markdown]
# # 12 Unequal masses
#
# Holes are heavier than electrons. You will see why carriers at one potential cannot pair then,
# make the system neutral, check that the masses do not matter in equilibrium, and find where the
# driven condensate becomes unstable, and where a mode that moves comes to rest. `nambu reproduce`
# follows these boundaries from equal masses to a ratio of ten, `mass_ratio.png`.

# %%
# %matplotlib inline
from dataclasses import replace

import numpy as np

from numerics import (
    Bands,
    Contact,
    Model,
    NoCondensate,
    Reservoir,
    Spectrum,
    find_boundary,
    growth_rate,
    solve_steady_state,
)
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.stability.boundary_line import boundary_line
from numerics.stability.static_end import static_end


def carriers(ratio, gamma=1e-3, loss=0.0, inv_kfa=-1.0, neutral=True):
    reservoirs = [Reservoir("bath", gamma)]
    if loss > 0:
        reservoirs.append(Reservoir.empty("vacuum", loss))
    return Model(Contact(inv_kfa), reservoirs, bands=Bands.of_ratio(ratio), neutral=neutral)


# %% [markdown]
# ## One potential, two Fermi surfaces
#
# Masses are given by their ratio, with the mean of the inverse masses fixed:
# $\varepsilon_\mathrm{e} = (1+a)p^2$ and $\varepsilon_\mathrm{h}=(1-a)p^2$. At one potential $\mu$
# the Fermi surfaces are at $p^2=\mu/(1\pm a)$, and if the order parameter is too small to bridge
# that there is no condensate.

# %%
try:
    solve_steady_state(carriers(3.0, gamma=1e-6, neutral=False))
except NoCondensate as failure:
    print(str(failure).split(":")[0])

# %% [markdown]
# In a neutral system there are as many electrons as holes: all reservoirs are higher by a tilt for
# electrons, and lower for holes. In equilibrium the order parameter and $\mu$ are then those of
# equal masses, but for the tails of the bath's linewidth, which two values of it remove.

# %%
changes = []
for gamma in (2e-6, 1e-6):
    one, other = (solve_steady_state(carriers(ratio, gamma)) for ratio in (1.0, 10.0))
    changes.append(other.gap - one.gap)
print(f"Δ₀ = {one.gap:.6f} and {other.gap:.6f}, tilt = {other.tilt:.4f}")
print(f"without the tails they differ by less than 1e-8: {abs(2 * changes[1] - changes[0]) < 1e-8}")

# %% [markdown]
# ## Driven
#
# With a loss the potential of the bath rises to the edge of the spectrum, $\sqrt{1-a^2}\Delta_0$,
# for both carriers. Exchanging their names changes the sign of the tilt, and nothing else.

# %%
state, mirrored = (solve_steady_state(carriers(r, loss=2e-5)) for r in (3.0, 1 / 3.0))
print(f"Δ₀ = {state.gap:.5f}, μ = {state.mu:.5f}, tilt = {state.tilt:.5f}")
print(f"edge of the spectrum {state.carriers.threshold:.5f}, of the bath {state.edge:.5f}")
assert abs(state.gap - mirrored.gap) <= state.error[0] + mirrored.error[0]
assert abs(state.tilt + mirrored.tilt) <= state.tilt_error + mirrored.tilt_error

# %% [markdown]
# ## Where it becomes unstable
#
# The boundary B, along the rate of the vacuum, and the growth rates on both sides of it: modes are
# counted there by the argument of $\det M$, which knows nothing of how the boundary was found.

# %%
rate = "reservoirs.vacuum.rate"
found = find_boundary("B", carriers(3.0, loss=2e-5), along=rate, values=(2e-5, 2.3e-5))
print(f"γ_v/γ_b = {found.value / 1e-3:.6f} at q = {found.q:.4f}")
bath, vacuum = found.state.parameters.reservoirs
for factor in (0.95, 1.05):
    moved = replace(vacuum, rate=factor * found.value)
    verdict = growth_rate(solve_steady_state(carriers(3.0).replace(reservoirs=[bath, moved])))
    print(f"{factor:.2f} of it: {verdict.verdict}")

# %% [markdown]
# The boundary can be followed, along the ratio, past where it turns back. Where holes are more than
# five times as heavy the critical decay rate begins to rise steeply.

# %%
line = boundary_line(found, "bands.ratio", (3.0, 5.8), longest=0.4)
with style():
    figure = new_figure(5.0, 3.0)
    axes = figure.subplots()
    axes.plot(*line.values.T, marker="o", color=COLOURS[2], linestyle=LINES[0])
    axes.set_yscale("log")
    axes.set_xlabel(r"ratio of the masses $m_\mathrm{h}/m_\mathrm{e}$")
    axes.set_ylabel(r"decay rate at B $\gamma_\mathrm{v}/\varepsilon_\mathrm{F}$")
figure

# %% [markdown]
# ## Where a mode that moves comes to rest
#
# A little above B is C, where a mode with a frequency begins to grow. That frequency falls as the
# holes become heavier and vanishes at a ratio of 2.39: the mode meets its mirror image, and there
# are two static modes of the same wave number. $\det M$ has two zeros at $\omega = 0$ there, which
# an integral round a circle counts; both power sums vanish.

# %%
found = find_boundary("C", carriers(2.3, loss=2.1e-5), along=rate, values=(2.18e-5, 2.22e-5))
print(f"at a ratio of 2.3: γ_v/γ_b = {found.value / 1e-3:.5f}, ω = {found.omega:.2e}")
end = static_end(found, ("bands.ratio", rate))
print(f"at rest at a ratio of {end.values[0]:.3f}, γ_v/γ_b = {end.values[1] / 1e-3:.5f}")
spectrum = Spectrum.of(end.state)
omega = 0.1 * spectrum.linewidth * np.exp(2j * np.pi * (np.arange(64) + 0.5) / 64)
values = spectrum.with_slopes(np.full(64, end.q), omega)
logarithmic = omega * values.by_omega / values.value
print(f"zeros: {logarithmic.mean().real:.6f}")
sums = [abs((logarithmic * (omega / spectrum.linewidth) ** k).mean()) for k in (1, 2)]
assert max(sums) < 1e-8

# %% [markdown]
# From there to a ratio of 5.52 there is no C: as the decay rate rises growing modes begin to move
# where two static ones meet, at the end of their wave numbers, without a maximum of their own.
# Between 5.52 and 9.94 there is C again, above the wave numbers of the static modes, and it ends in
# the same way at both.
