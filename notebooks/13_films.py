# %% [markdown]
# # 13 Films
#
# In two dimensions any attraction binds a pair, so that the binding energy $E_\mathrm{b}$ takes the
# place of the scattering length. You will check the equilibrium, which is elementary there, hear
# its sound, and find where a driven film becomes unstable. `nambu reproduce` draws the whole
# diagram, `film_diagram.png`.

# %%
# %matplotlib inline
import numpy as np

from numerics import (
    Bands,
    Contact,
    Model,
    Reservoir,
    collective_mode,
    find_boundary,
    growth_rate,
    solve_steady_state,
    trace_steady_states,
)
from numerics.figures.style import COLOURS, LINES, new_figure, style


def film(binding, rate=1e-3, decay=0.0):
    reservoirs = [Reservoir("bath", rate), Reservoir.empty("drain", decay)]
    return Model(Contact(binding=binding), reservoirs, bands=Bands(dimension=2))


# %% [markdown]
# ## Equilibrium at every binding energy
#
# Without a linewidth the gap equation is $\sqrt{\mu^2+\Delta_0^2}-\mu=E_\mathrm{b}$ and the number
# equation $\sqrt{\mu^2+\Delta_0^2}+\mu=2$, in units of the Fermi energy:
# $\Delta_0=\sqrt{2E_\mathrm{b}}$ and $\mu=1-E_\mathrm{b}/2$. The cutoff of the density leaves out
# carriers, $E_\mathrm{b}/2p_\mathrm{c}^2$ of them.

# %%
for binding in (0.1, 1.0, 4.0):
    state = solve_steady_state(film(binding, rate=1e-6))
    print(f"E_b = {binding}: Δ₀ = {state.gap:.4f}, known {np.sqrt(2 * binding):.4f}; ", end="")
    print(f"μ = {state.mu:.4f}, known {1 - binding / 2:.4f}")

# %% [markdown]
# Sound has the same velocity at every binding energy, $v_\mathrm{F}/\sqrt2=\sqrt2$: the pressure is
# proportional to the square of the density.

# %%
mode = collective_mode(solve_steady_state(film(4.0, rate=1e-5)), 0.02)
print(f"ω/q = {mode.frequencies[0].real / 0.02:.3f}")

# %% [markdown]
# ## Driven
#
# A drain takes carriers out, and the bath's potential rises until it meets the lowest excitation.
# Long before the condensate ends a mode grows: static, at a wave number of some linewidths.

# %%
along = "reservoirs.drain.rate"
found = find_boundary("B", film(1.0, decay=1e-5), along=along, values=(4e-6, 1e-5))
print(f"γ_v/γ_b = {found.value / 1e-3:.6f} at q = {found.q:.4f}")
for factor in (0.95, 1.05):
    rate = growth_rate(solve_steady_state(film(1.0, decay=factor * found.value)))
    print(f"{factor:.2f} of it: {rate.verdict}")

# %%
decay = np.geomspace(1e-6, 9.5e-4, 16)
with style():
    figure = new_figure(5.0, 3.0)
    axes = figure.subplots()
    for k, binding in enumerate((0.1, 1.0, 4.0)):
        curve = trace_steady_states(film(binding, decay=1e-6), along=along, values=decay)
        gaps = [states[0].gap / np.sqrt(2 * binding) for states in curve.states]
        label = rf"$E_\mathrm{{b}} = {binding}$"
        axes.semilogx(decay / 1e-3, gaps, color=COLOURS[k], linestyle=LINES[k], label=label)
    axes.axvline(found.value / 1e-3, color="#999999", linewidth=0.8)
    axes.set_xlabel(r"decay rate $\gamma_\mathrm{v}/\gamma_\mathrm{b}$")
    axes.set_ylabel(r"$\Delta_0/\sqrt{2E_\mathrm{b}}$")
    axes.legend()
figure

# %% [markdown]
# ## Exercises
#
# 1. On the BCS side, at $E_\mathrm{b}=0.02$, a moving mode comes first: find C.
# 2. Give the holes four times the mass of the electrons, `Bands.of_ratio(4.0, dimension=2)`. What
#    becomes of the sound velocity?
