# %% [markdown]
# # 15 Five models
#
# Each in one cell: the steady state, its modes at a wave number, and where it becomes unstable
# along a parameter. Nothing but the model changes. `find_boundary` knows where a mode of one kind
# starts to grow; that none grows at the model's own parameters is what `growth_rate` says.

# %%
from numerics import (
    Bands,
    Boson,
    Contact,
    Model,
    Reservoir,
    collective_mode,
    find_boundary,
    growth_rate,
    solve_steady_state,
    stability_edges,
)

BATH, DRAIN = Reservoir("bath", 1e-3), Reservoir.empty("drain", 5e-6)


def show(model, kind, along="reservoirs.drain.rate", values=(5e-6, 2e-5), q=0.002):
    state = solve_steady_state(model)
    modes = collective_mode(state, q).frequencies
    print(f"Δ₀ = {state.gap:.5f}, μ = {state.mu:.5f}; {growth_rate(state).verdict}")
    print(f"modes at q = {q}:", ", ".join(f"{w.real:.5f} {w.imag:+.5f}i" for w in modes) or "none")
    edge = find_boundary(kind, model, along=along, values=values)
    print(f"unstable from {along} = {edge.value:.4g} on, at q = {edge.q:.4f}")


# %% [markdown]
# ## Three reservoirs
#
# A lead at a potential of its own, beside the bath and the drain.

# %%
lead = Reservoir("lead", 5e-6, mu=0.3)
show(Model(Contact(-0.5), [BATH, lead, DRAIN]), "B")

# %% [markdown]
# ## Heavy holes
#
# As many holes as electrons, three times as heavy.

# %%
show(Model(Contact(-0.5), [BATH, DRAIN], bands=Bands.of_ratio(3.0), neutral=True), "B")

# %% [markdown]
# ## Electrons that are better coupled to the bath than holes

# %%
show(Model(Contact(-0.5), [Reservoir("bath", (1.5e-3, 5e-4)), DRAIN], neutral=True), "B")

# %% [markdown]
# ## A film

# %%
show(Model(Contact(binding=0.2), [BATH, DRAIN], bands=Bands(dimension=2)), "B")

# %% [markdown]
# ## Polaritons
#
# Photons pair the carriers, and are lost.

# %%
photon = Boson(g=0.7, detuning=1.2, mass=0.05, loss=1e-4)
polaritons = Model(photon, [Reservoir("bath", 1e-2)], cutoff=10.0)
show(polaritons, "A", "coupling.loss", (1e-5, 1e-2))

# %% [markdown]
# `stability_edges` finds every change of stability along a parameter, whatever its kind:

# %%
for edge in stability_edges(polaritons, along="coupling.loss", values=(1e-4, 1e-3)):
    print(edge.kind, f"{edge.value:.4g}", edge.direction, edge.status)
