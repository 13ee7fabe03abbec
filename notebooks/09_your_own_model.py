# %% [markdown]
# # 09 Your own model
#
# The derivation does not know that the paper has two reservoirs at zero temperature. You will add a
# third one, follow its steady states past the folds where they turn back, and compute the response
# of the density, for which the paper has no vertex; each step is checked.

# %%
# %matplotlib inline
import itertools

import numpy as np
import sympy as sp
from IPython.display import display
from scipy.special import erfc

import derive
from derive import reservoirs, response, symbols
from numerics import (
    Contact,
    Model,
    Parameters,
    Reservoir,
    fluctuation_matrix,
    growth_rate,
    solve_steady_state,
    trace_steady_states,
    verify,
)
from numerics.figures.style import COLOURS, LINES, new_figure, style

# %% [markdown]
# ## A third reservoir
#
# A reservoir is a rate and an occupation (notebook 01). `bath` and `vacuum` are two ready-made
# ones; `fermi_reservoir` makes another. Think of a lead with a rate $\gamma_l$ of its own, a
# chemical potential $V$ measured from the condensate's, and a temperature $T_l$; the bath is warm
# as well. The assumptions on the symbols matter: from them the frequency engine decides where the
# poles lie.

# %%
gamma_l = sp.Symbol("gamma_l", positive=True)
V = sp.Symbol("V", real=True)
T_l, T_b = sp.Symbol("T_l", positive=True), symbols.temperature
lead = derive.fermi_reservoir("lead", gamma_l, V, T_l)
model = [derive.bath(T_b), derive.vacuum(), lead]
F = reservoirs.distribution(model, symbols.omega)
F

# %% [markdown]
# Any occupation that is a constant plus Fermi factors will do, since the engine wants at most one
# Fermi factor per term. A reservoir that is half filled at all energies, say, is `Reservoir("hot",
# rate, Lambda(omega, 1/2))`. What it refuses, it refuses with a reason:

# %%
refusals = []
for make in (
    lambda: derive.fermi_reservoir("lead", -(gamma_l**2), V),
    lambda: derive.fermi_reservoir("lead", gamma_l, V, -T_l),
    lambda: derive.gap_kernel(["bath", "lead"]),
):
    try:
        make()
    except ValueError as error:
        refusals.append(str(error))
print("\n".join(refusals))
assert len(refusals) == 3

# %% [markdown]
# All closed forms follow as before. Four digamma functions come from the bath, four from the lead:

# %%
gap_kernel, number_kernel = derive.gap_kernel(model), derive.number_kernel(model)
digammas = gap_kernel.atoms(sp.polygamma)
assert len(digammas) == 8
display(*sorted((f for f in digammas if f.has(V)), key=sp.default_sort_key))

# %% [markdown]
# A cheap and sharp test of any new reservoir: give it the parameters of an old one. A lead at the
# bath's potential and temperature must be a bath with the larger rate.

# %%
as_bath = {V: symbols.edge, T_l: T_b}
merged = [derive.fermi_reservoir("both", symbols.gamma_b + gamma_l, symbols.edge, T_b), "vacuum"]
point = {
    symbols.xi: sp.Rational(1, 3),
    symbols.gap: sp.Rational(1, 2),
    symbols.edge: sp.Rational(2, 5),
    symbols.gamma_b: sp.Rational(1, 10),
    symbols.gamma_v: sp.Rational(1, 20),
    gamma_l: sp.Rational(1, 30),
    T_b: sp.Rational(1, 8),
}
for ours, kernel in ((gap_kernel, derive.gap_kernel), (number_kernel, derive.number_kernel)):
    values = [complex(k.subs(point).evalf()) for k in (ours.subs(as_bath), kernel(merged))]
    assert abs(values[0] - values[1]) < 1e-11

# %% [markdown]
# ## The same model in numbers
#
# `numerics` has a model of any reservoirs, too: a list of rates, potentials and temperatures. One
# potential stays open, the bath's; it is what gives the density. The chemical potential $\mu_l$ of
# the lead is fixed in the laboratory, so that $V = \mu_l - \mu$.


# %%
def with_lead(potential, lead_temperature=0.02):
    """Return the model at unitarity with a lead at a potential."""
    return Model(
        Contact(inv_kfa=0.0),
        [
            Reservoir("bath", 1e-3, temperature=0.02),
            Reservoir("lead", 3e-4, mu=potential, temperature=lead_temperature),
            Reservoir.empty("vacuum", 2e-4),
        ],
        cutoff=100.0,
    )


# %% [markdown]
# Two limits of the lead are known. At the bath's potential and temperature it is part of the bath;
# far below all states it is part of the vacuum.

# %%
at_bath = solve_steady_state(Parameters(0.0, 1.3e-3, 2e-4, temperature=0.02))
at_vacuum = solve_steady_state(Parameters(0.0, 1e-3, 5e-4, temperature=0.02))
for expected, potential in ((at_bath, at_bath.mu_b), (at_vacuum, -1e10)):
    state = solve_steady_state(with_lead(potential))
    print(f"Δ₀ = {state.gap:.6f} ({expected.gap:.6f}), μ = {state.mu:.6f} ({expected.mu:.6f})")
    assert abs(state.gap - expected.gap) < 1e-6

# %% [markdown]
# Does such a state obey what every steady state must? `verify` compares independent routes: the
# phase of the order parameter is free, $M$ is analytic and real where it has to be, its first
# column is the derivative of the gap equation, and the fast integrals agree with slow ones
# (`slow=0` leaves those out).

# %%
found = verify(solve_steady_state(with_lead(0.9)), slow=0)
print("\n".join(f"{check.name}: {check.holds}" for check in found.checks))
assert found.holds

# %% [markdown]
# Between the two limits we lower the potential of the lead, for a cold lead and a hot one. The
# curve of states is followed along its own length, so that it may turn back; every state at a
# given potential is reported, and so are the folds.

# %%
potentials = np.linspace(at_bath.mu_b, -0.5, 40)
along = "reservoirs.lead.mu"
cold, hot = (
    trace_steady_states(with_lead(0.0, t), along=along, values=potentials) for t in (0.02, 0.2)
)
for name, curve in (("cold", cold), ("hot", hot)):
    most = max(len(states) for states in curve.states)
    turns = [state.parameters.reservoirs[1].mu for state in curve.folds]
    print(f"{name} lead: up to {most} states at one potential, folds at", np.round(turns, 6))
assert (len(cold.folds), len(hot.folds)) == (2, 0)

# %%
with style():
    figure = new_figure(8.4, 3.4)
    left, right = figure.subplots(1, 2)
    for k, (name, curve) in enumerate({"cold lead": cold, "hot lead": hot}.items()):
        look = {"color": COLOURS[1 + k], "linestyle": LINES[k]}
        potential, gap, mu, mu_b = curve.points.T
        left.plot(potential, gap, label=name, **look)
        right.plot(potential, mu_b - mu, **look)
    for axes, of in ((left, lambda s: s.gap), (right, lambda s: s.edge)):
        axes.axhline(of(at_bath), color=COLOURS[0], linewidth=0.8, label="lead = bath")
        axes.axhline(of(at_vacuum), color=COLOURS[0], linestyle=":", label="lead = vacuum")
        axes.set_xlabel(r"potential of the lead $\mu_l/\varepsilon_\mathrm{F}$")
    left.set_ylabel(r"$\Delta_0/\varepsilon_\mathrm{F}$")
    right.set_ylabel(r"$(\mu_\mathrm{b} - \mu)/\varepsilon_\mathrm{F}$")
    left.legend(loc=(0.52, 0.1))
figure

# %% [markdown]
# A cold lead anywhere in the gap, $|\mu_l - \mu| < \Delta_0$, does nearly nothing: there are no
# states to exchange. Below the gap it drains carriers, the order parameter shrinks, the lower edge
# of the gap rises further above the lead, and more is drained. The feedback gives a small window
# with three steady states at one potential, that is, a jump with hysteresis. A hot lead smears it
# out. Everything else works on such a state as on the paper's: `growth_rate`, `collective_mode`,
# `hydrodynamics`, spectra. Which of the three are stable?

# %%
middle = np.mean([state.parameters.reservoirs[1].mu for state in cold.folds])
window = trace_steady_states(with_lead(0.0), along=along, values=[at_bath.mu_b, middle, -0.5])
for state in window.states[1]:
    rate = growth_rate(state)
    print(f"Δ₀ = {state.gap:.4f}: {rate.verdict}, fastest at q = {rate.q:.3f}")

# %% [markdown]
# All three: the instability of the paper, at finite wave numbers, comes long before.
#
# ## An occupation that is no Fermi function
#
# A short wire between two contacts at a voltage is filled in two steps; scattering in it broadens
# them. `occupation` is any function of the energy above the reservoir's potential, and `steps` says
# where it changes, and over what width. It is kept as a sum of Fermi functions, sharp ones for the
# sharp steps, so that everything else works as before. A wire with sharp steps is two leads:


# %%
def with_wire(occupation, width):
    """Return the model at unitarity with a wire of two steps, 0.4 apart, in place of the lead."""
    steps = [(0.2, width), (-0.2, width)]
    wire = Reservoir("wire", 3e-4, mu=0.6, occupation=occupation, steps=steps)
    return Model(Contact(0.0), [Reservoir("bath", 1e-3), wire, Reservoir.empty("vacuum", 2e-4)])


wire = solve_steady_state(with_wire(lambda x: 0.3 * (x < 0.2) + 0.7 * (x < -0.2), 0.0))
contacts = [Reservoir("source", 0.9e-4, mu=0.8), Reservoir("sink", 2.1e-4, mu=0.4)]
rest = [Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 2e-4)]
pair = solve_steady_state(Model(Contact(0.0), [*contacts, *rest]))
print(f"wire: {wire.gap:.9f}, two leads: {pair.gap:.9f}")
assert abs(wire.gap - pair.gap) < 1e-12


# %%
def broadened(x):
    """Return the two steps with a Gaussian broadening."""
    return 0.3 * erfc((x - 0.2) / 0.03) / 2 + 0.7 * erfc((x + 0.2) / 0.03) / 2


smooth = with_wire(broadened, 0.03)
kept = smooth.reservoirs[1].occupation
state = solve_steady_state(smooth)
print(f"{len(kept.steps)} Fermi functions, error {kept.error:.0e}")
print(f"Δ₀ = {state.gap:.7f} ± {state.error[0]:.0e}; {growth_rate(state).verdict}")
assert kept.error < 1e-9

# %% [markdown]
# ## Another vertex: the density
#
# The paper's $\Pi_{st}$ has vertices $\tau_1$ and $\tau_2$. The same traces with $\tau_3$ describe
# how the density responds to a potential, and how both mix. We take the paper's two reservoirs
# again, $q = 0$ (where $\xi_+ = \xi_-$), and need the five elements with a 3; the others are in
# `fluctuation_matrix`. One of those, $\Pi_{12}$, we compute as well, as a check.

# %%
CUTOFF = 100.0
arguments = [
    *(symbols.xi_plus, symbols.xi_minus, symbols.energy_plus, symbols.energy_minus),
    *(symbols.transfer, symbols.transfer_width, symbols.gap, symbols.edge),
    *(symbols.gamma_b, symbols.linewidth),
]
elements = {}
for s, t in ((1, 2), (1, 3), (2, 3), (3, 1), (3, 2), (3, 3)):
    loop = response.band_loop_kernel(s, t, linewidth=symbols.linewidth)
    loop = loop.doit().subs(symbols.gamma_v, symbols.linewidth - symbols.gamma_b)
    elements[s, t] = sp.lambdify(arguments, loop, "numpy", cse=True)

# %% [markdown]
# `band_loop_kernel` is the closed form for one pair of branches; `doit` writes the divided
# differences out, which is allowed as long as poles do not collide, that is, for $\omega \ne 0$.


# %%
def momenta(sharp, width):
    """Return nodes and weights of Gauss rules on panels that halve towards sharp momenta."""
    x, w = np.polynomial.legendre.leggauss(16)
    marks = np.unique([0.0, *(p for p in sharp if 0 < p < CUTOFF), CUTOFF])
    ends = [marks]
    for a, b in itertools.pairwise(marks):
        halves = (b - a) * 0.5 ** np.arange(1, max(np.log2((b - a) / width), 1) + 1)
        ends += [a + halves, b - halves]
    ends = np.unique(np.concatenate(ends))
    half, middle = np.diff(ends)[:, None] / 2, (ends[1:] + ends[:-1])[:, None] / 2
    return (middle + half * x).ravel(), (half * w).ravel()


def uniform_response(state, omega):
    """Return the elements of Π(0, ω) by their vertices, for a real ω."""
    gap, mu, edge = state.gap, state.mu, state.edge
    gamma_b, gamma = state.parameters.gamma_b, state.parameters.linewidth
    # the minimum of E_p, and where E_p is at an edge or half of the frequency
    xi = [0.0, *(z for e in (edge, edge + omega, edge - omega, omega / 2)
                 for z in np.emath.sqrt(e**2 - gap**2) * np.array([1, -1]))]  # fmt: skip
    near, weights = momenta(np.emath.sqrt(mu + np.array(xi)).real, gamma / 4)
    # far out the branches cancel and rounding grows: from 1/p = u on the integrand is a constant
    u = 2e-3
    x, w = np.polynomial.legendre.leggauss(16)
    far = (1 / CUTOFF + u + (1 / CUTOFF - u) * x) / 2
    p = np.concatenate([near, 1 / far, [1 / u]])
    weights = np.concatenate([weights, (1 / CUTOFF - u) / 2 * w / far**2, [1 / u]])
    weights *= p**2 / (2 * np.pi**2)
    xi = (p**2 - mu).astype(complex)
    energy = np.sqrt(xi**2 + gap**2)
    found = {}
    for key, function in elements.items():
        total = 0
        for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            rest = (gamma, gap, edge, gamma_b, gamma)
            direct = function(xi, xi, a * energy, b * energy, omega, *rest)
            back = function(xi, xi, b * energy, a * energy, -omega, *rest)
            total = total + 0.5j * (direct - np.conj(back))
        found[key] = weights @ total
    return found


# %%
state = solve_steady_state(Parameters(0.0, gamma_b=1e-3, gamma_v=2e-4))
omega = 0.3
ours = uniform_response(state, omega)
matrix = fluctuation_matrix(state, 0.0, omega)
print(f"Π_12: {ours[1, 2]:.8f} here, {-matrix[0, 1]:.8f} built in")
assert abs(ours[1, 2] + matrix[0, 1]) < 1e-7 * np.abs(matrix).max()

# %% [markdown]
# ## Why one trace is not enough
#
# A uniform potential commutes with the number of carriers, so without reservoirs the density must
# not respond at all to it at $\omega \ne 0$. But $\Pi_{33}(0, \omega)$ does:

# %%
print(f"|Π_33(0, {omega})| = {abs(ours[3, 3]):.6f}")
assert abs(ours[3, 3]) > 0.01

# %% [markdown]
# Mean-field quasiparticles do not conserve the number; the condensate makes up for it. The
# potential moves the order parameter, by $M^{-1}$ times the mixed elements, and this moves the
# density in turn. The whole response is $\Pi_{33} + \sum_{st} \Pi_{3s}\,[M^{-1}]_{st}\,\Pi_{t3}$.


# %%
def density_response(state, omega):
    """Return the whole response of the density to a uniform potential."""
    found = uniform_response(state, omega)
    into = np.array([found[1, 3], found[2, 3]])
    out = np.array([found[3, 1], found[3, 2]])
    return found[3, 3] + out @ np.linalg.solve(fluctuation_matrix(state, 0.0, omega), into)


print(f"|whole response| = {abs(density_response(state, omega)):.6f}")

# %% [markdown]
# What is left must be the work of the reservoirs, which do exchange carriers. If so, it is
# proportional to $\gamma$. We halve all rates:

# %%
sizes = []
for k in range(4):
    weaker = solve_steady_state(Parameters(0.0, gamma_b=1e-3 / 2**k))
    sizes.append(abs(density_response(weaker, omega)))
orders = np.log2(np.array(sizes[:-1]) / sizes[1:])
print("whole response, in 1e-6:", " ".join(f"{1e6 * s:.2f}" for s in sizes))
print("measured orders in γ:", " ".join(f"{o:.3f}" for o in orders))
assert abs(orders[-1] - 1) < 0.05

# %% [markdown]
# The order is one. This is a demanding test: five closed forms, four elements of $M$, and the
# steady state must agree for the cancellation to happen. Seen over the frequency, the bare trace
# and the whole response have nothing in common:

# %%
frequencies = np.geomspace(0.003, 0.9, 20)
bare = [abs(uniform_response(state, w)[3, 3]) for w in frequencies]
whole = [abs(density_response(state, w)) for w in frequencies]
with style():
    figure = new_figure(5.6, 3.5)
    axes = figure.subplots()
    axes.loglog(frequencies, bare, color=COLOURS[1], label=r"$|\Pi_{33}(0, \omega)|$ alone")
    axes.loglog(frequencies, whole, color=COLOURS[2], linestyle=LINES[1], label="whole response")
    axes.set_xlabel(r"$\omega/\varepsilon_\mathrm{F}$")
    axes.set_ylabel("response of the density")
    axes.legend()
figure

# %% [markdown]
# ## Exercises
#
# 1. Replace the lead by a reservoir that is half filled at all energies, `derive.Reservoir`. Is
#    there a condensate at $\gamma_l = \gamma_b$?
# 2. Let two baths sit at different potentials and no vacuum drain anything. Is $\mu$ between them,
#    and can the state be told from an equilibrium by $F_+$?
# 3. Compute the current vertex response at small $q$: which trace is it, and why does it not vanish
#    with $M^{-1}$?
# 4. Turn `gap_kernel` of this model into a generated kernel as in notebook 04 and time it against
#    `lambdify`.
#
# Next: [10 Other people's problems](10_other_peoples_problems.ipynb).
