# %% [markdown]
# # 09 Your own model
#
# The derivation does not know that the paper has two reservoirs at zero temperature. You will add a
# third one, solve for its steady state with closed forms that nobody has written down before, and
# compute the response of the density, for which the paper has no vertex; each step is checked
# against the built-in solver where both apply.

# %%
# %matplotlib inline
import numpy as np
import sympy as sp
from IPython.display import display
from scipy.optimize import root
from scipy.special import psi

import derive
from derive import reservoirs, response, symbols
from numerics import Parameters, fluctuation_matrix, solve_steady_state
from numerics.equations import Unknowns, singular_momenta
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.quadrature import Grid, gauss_kronrod, graded_panels

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
    difference = ours.subs(as_bath) - kernel(merged)
    assert abs(complex(difference.subs(point).evalf())) < 1e-11

# %% [markdown]
# ## From the closed form to numbers
#
# For a first look `lambdify` is enough, with one trap: SymPy prints the digamma function as
# `polygamma(0, z)`, and SciPy's `polygamma` refuses complex arguments. `psi` does not. For
# production, notebook 04 shows how expressions become generated kernels and how those are exported.

# %%
unknown = (symbols.gap, symbols.edge, V)
rates = {symbols.gamma_b: 1e-3, symbols.gamma_v: 2e-4, gamma_l: 3e-4, T_b: 0.02}
width = 1.5e-3
digamma = {"polygamma": lambda order, z: psi(z)}


def compiled(expr, lead_temperature):
    """Turn a kernel into a function of xi and the unknowns."""
    known = expr.subs(rates).subs(T_l, lead_temperature)
    return sp.lambdify((symbols.xi, *unknown), known, [digamma, "numpy"], cse=True)


# %% [markdown]
# The sums over momenta need panels that are narrow where $E_p$ meets the steps of the occupations,
# on the scale of $\gamma + \pi T$. `numerics` has the tools: `singular_momenta` says where,
# `graded_panels` places the panels. The number equation runs to the cutoff, the gap equation to
# infinity, in the variable $1/p$ beyond it.

# %%
CUTOFF = 100.0


def momenta(gap, mu, edges, temperature):
    """Return momenta and weights of a sum up to the cutoff, and beyond it."""
    singular = []
    for edge in edges:
        found = singular_momenta(Unknowns(gap, mu, edge), width, temperature)
        singular += [z for s in found for z in (s, -s, s.conjugate(), -s.conjugate())]
    near = Grid.on(graded_panels(0.0, CUTOFF, singular), gauss_kronrod(10))
    far = Grid.on(np.geomspace(1e-7, 1 / CUTOFF, 13), gauss_kronrod(10))
    p = np.concatenate([near.nodes, 1 / far.nodes])
    weights = np.concatenate([near.weights, far.weights / far.nodes**2]) * p**2 / (2 * np.pi**2)
    return p, weights, p < CUTOFF


# %% [markdown]
# Three equations, as in notebook 02: real and imaginary part of (33), and (34). The chemical
# potential $\mu_l$ of the lead is fixed in the laboratory, so that $V = \mu_l - \mu$.


# %%
def residuals(gap, mu, mu_b, mu_l, kernels):
    """Return the residuals of the three equations at unitarity."""
    pairing, filling = kernels
    edges = (mu_b - mu, mu_l - mu)
    p, weights, counted = momenta(gap, mu, edges, 0.02)
    xi = (p**2 - mu).astype(complex)
    pairs = weights @ (pairing(xi, gap, *edges) - 1 / (2 * p**2))
    number = (weights * counted) @ filling(xi, gap, *edges).real
    return [pairs.real, pairs.imag / width, number * 3 * np.pi**2 - 1]


cold, hot = ([compiled(k, t) for k in (gap_kernel, number_kernel)] for t in (0.02, 0.2))


def solve(mu_l, kernels, start):
    """Return gap, mu and mu_b at a potential of the lead."""
    found = root(lambda x: residuals(*x, mu_l, kernels), start, options={"xtol": 1e-11})
    assert max(abs(r) for r in residuals(*found.x, mu_l, kernels)) < 1e-8
    return found.x


# %% [markdown]
# Two limits of the lead are known to the built-in solver. At the bath's potential and temperature
# it is part of the bath; far below all states it is part of the vacuum.

# %%
at_bath = solve_steady_state(Parameters(0.0, 1.3e-3, 2e-4, temperature=0.02, cutoff=CUTOFF))
at_vacuum = solve_steady_state(Parameters(0.0, 1e-3, 5e-4, temperature=0.02, cutoff=CUTOFF))
lines = []
for state, potential in ((at_bath, at_bath.mu_b), (at_vacuum, -1e10)):
    expected = np.array([state.gap, state.mu, state.mu_b])
    own = solve(potential, cold, expected * [1.02, 0.99, 1.01])
    lines.append("  ".join(f"{a:.5f} ({b:.5f})" for a, b in zip(own, expected, strict=True)))
    assert np.abs(own - expected).max() < 1e-6
print("Δ₀, μ, μ_b of our solver (and of the built-in one)\n" + "\n".join(lines))

# %% [markdown]
# Between these two nothing built-in can help. We lower the potential of the lead step by step, each
# time from the last solution, for a cold lead and a hot one.


# %%
def lower(potentials, kernels):
    """Follow a solution along the potential of the lead; rows mu_l, gap, mu, mu_b."""
    x, rows = np.array([at_bath.gap, at_bath.mu, at_bath.mu_b]), []
    for potential in potentials:
        x = solve(potential, kernels, x)
        rows.append([potential, *x])
    return np.array(rows)


with_hot = lower(np.linspace(at_bath.mu_b, -0.5, 15), hot)
with_cold = lower([at_bath.mu_b, 1.0, 0.8, 0.6, 0.4, 0.25], cold)
print(f"cold lead: Δ₀ = {with_cold[0, 1]:.5f} to {with_cold[-1, 1]:.5f}")

# %% [markdown]
# The cold lead has hardly any effect so far, and just below this potential the search fails: the
# solution turns back. Then it is better to ask the other question: at which potential of the lead
# is the order parameter so large? As a function of $\Delta_0$ the curve cannot turn.

# %%
x, rows = with_cold[-1, [2, 3, 0]], []
for gap in np.arange(0.502, 0.336, -0.0075):
    found = root(lambda y, gap=gap: residuals(gap, *y, cold), x, options={"xtol": 1e-11})
    x = found.x
    assert max(abs(r) for r in residuals(gap, *x, cold)) < 1e-8
    rows.append([x[2], gap, x[0], x[1]])
with_cold = np.concatenate([with_cold, rows])
turns = np.diff(with_cold[:, 0]) > 0
print(f"potential between the turning points: {with_cold[:-1, 0][turns].min():.3f}", end=" ")
print(f"to {with_cold[1:, 0][turns].max():.3f}")
assert turns.any()

# %%
with style():
    figure = new_figure(8.4, 3.4)
    left, right = figure.subplots(1, 2)
    for k, (name, curve) in enumerate({"cold lead": with_cold, "hot lead": with_hot}.items()):
        look = {"color": COLOURS[1 + k], "linestyle": LINES[k], "marker": "os"[k], "markersize": 3}
        left.plot(curve[:, 0], curve[:, 1], label=name, **look)
        right.plot(curve[:, 0], curve[:, 3] - curve[:, 2], **look)
    for axes, of in ((left, lambda s: s.gap), (right, lambda s: s.edge)):
        axes.axhline(of(at_bath), color=COLOURS[0], linewidth=0.8, label="lead = bath")
        axes.axhline(of(at_vacuum), color=COLOURS[0], linestyle=":", label="lead = vacuum")
        axes.set_xlabel(r"potential of the lead $\mu_l/\varepsilon_\mathrm{F}$")
    left.set_ylabel(r"$\Delta_0/\varepsilon_\mathrm{F}$")
    right.set_ylabel(r"$(\mu_\mathrm{b} - \mu)/\varepsilon_\mathrm{F}$")
    left.legend(loc=(0.03, 0.5))
figure

# %% [markdown]
# A cold lead anywhere in the gap, $|\mu_l - \mu| < \Delta_0$, does nearly nothing: there are no
# states to exchange. Below the gap it drains carriers, the order parameter shrinks, the lower edge
# of the gap rises further above the lead, and more is drained. The feedback gives a small window
# with three steady states at one potential, that is, a jump with hysteresis. A hot lead smears it
# out.
#
# ## Another vertex: the density
#
# The paper's $\Pi_{st}$ has vertices $\tau_1$ and $\tau_2$. The same traces with $\tau_3$ describe
# how the density responds to a potential, and how both mix. We take the paper's two reservoirs
# again, $q = 0$ (where $\xi_+ = \xi_-$), and need the five elements with a 3; the others are in
# `fluctuation_matrix`. One of those, $\Pi_{12}$, we compute as well, as a check.

# %%
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
def uniform_response(state, omega):
    """Return the elements of Π(0, ω) by their vertices, for a real ω."""
    gap, mu, edge = state.gap, state.mu, state.edge
    gamma_b, gamma = state.parameters.gamma_b, state.parameters.linewidth
    singular = []
    for place in (edge, edge + omega, edge - omega, omega / 2):
        found = singular_momenta(Unknowns(gap, mu, place), gamma, 0.0)
        singular += [z for s in found for z in (s, -s, s.conjugate(), -s.conjugate())]
    near = Grid.on(graded_panels(0.0, CUTOFF, singular), gauss_kronrod(10))
    # far out the branches cancel and rounding grows: from 1/p = u on the integrand is a constant
    u = 2e-3
    far = Grid.on(np.linspace(u, 1 / CUTOFF, 3), gauss_kronrod(10))
    p = np.concatenate([near.nodes, 1 / far.nodes, [1 / u]])
    weights = np.concatenate([near.weights, far.weights / far.nodes**2, [1 / u]])
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
