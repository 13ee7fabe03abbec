# %% [markdown]
# # 05 The steady state
#
# Three real equations fix the order parameter, the chemical potential of the condensate and that
# of the bath. We solve them, ask how well they are solved, follow the solution from equilibrium
# to the decay rate at which the condensate is gone, and see which of its properties are those of
# the model's momentum cutoff.

# %%
# %matplotlib inline
import itertools

import numpy as np
import sympy as sp
from IPython.display import Math
from scipy.integrate import quad

import derive
from derive import symbols
from numerics import (
    NoCondensate,
    Parameters,
    equilibrium_crossover,
    solve_steady_state,
    trace_steady_states,
)
from numerics.figures import crossover, order_parameter
from numerics.figures.style import COLOURS, LINES, new_figure, style

paper = derive.ledger()

# %% [markdown]
# ## Two equations, three unknowns
#
# Notebook 02 derived the gap equation (33) and the number equation (34) and did their frequency
# integrals in closed form.

# %%
Math(paper["33"].latex)

# %%
Math(paper["34"].latex)

# %% [markdown]
# The unknowns are $\Delta_0$, $\mu$ and the bath's chemical potential $\mu_b$, which enters
# through the edge $B = \mu_b - \mu$ of the bath's occupation in the rotating frame. There are as
# many equations, since (33) is complex. Its real part is the usual gap equation. What does the
# imaginary part say? Take it from the integrand, for a cold bath ($\theta$ is the step):

# %%
integrand = derive.gap_integrand()
imaginary = sp.simplify((integrand - integrand.conjugate()) / (2 * sp.I))
imaginary = imaginary.subs(symbols.gamma_v, symbols.linewidth - symbols.gamma_b)
numerator, denominator = sp.fraction(sp.factor(imaginary))
sp.factor(numerator)

# %%
E, gamma = symbols.excitation_energy, symbols.linewidth
peaks = (gamma**2 + (symbols.nu + E) ** 2) * (gamma**2 + (symbols.nu - E) ** 2)
assert sp.simplify(sp.expand(denominator - peaks)) == 0
peaks

# %% [markdown]
# With $B > 0$ both steps are 1 for $|\nu| < B$, and only one of them elsewhere, so the numerator
# has two values: every frequency counts $+\gamma_v$, and those between $-B$ and $B$ count
# $-\gamma_b$ in addition. The sum, weighted with the peaks, has to vanish: what is lost at all
# energies is put back between $-B$ and $B$.
#
# This is a balance of particles in the condensate, and it is what fixes $\mu_b$. In equilibrium,
# $\gamma_v = 0$, only $B = 0$ balances: $\mu_b = \mu$.

# %%
theta = {"inside": (1, 1), "outside": (1, 0)}
steps = [derive.fermi(s * symbols.nu - symbols.edge, 0) for s in (1, -1)]
values = {
    where: sp.factor(numerator.subs(dict(zip(steps, pair, strict=True))))
    for where, pair in theta.items()
}
gamma_v = symbols.linewidth - symbols.gamma_b
assert sp.expand(values["outside"] - 2 * symbols.linewidth * gamma_v) == 0
assert sp.expand(values["inside"] - 2 * symbols.linewidth * (gamma_v - symbols.gamma_b)) == 0
balance = sp.Tuple(values["inside"], values["outside"])
balance

# %% [markdown]
# ## One state
#
# Parameters are in units of $\varepsilon_F$ and $k_F$. The paper's $\gamma_b$ is $10^{-3}$
# throughout; here we sit on the BCS side, just at the boundary B of Fig. 6.

# %%
model = Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5)
state = solve_steady_state(model)
for name, value, error in zip(
    ("gap", "mu", "mu_b"), (state.gap, state.mu, state.mu_b), state.error, strict=True
):
    print(f"{name:5} {value:.7f}   error below 1e-9: {error < 1e-9}")
print(f"edge  {state.edge:.7f}   lowest excitation {state.lowest_excitation:.7f}")
print(f"residual below 1e-10: {state.residual < 1e-10};  cutoff {state.parameters.cutoff:g}")

# %% [markdown]
# A state carries its parameters, the cutoff included, and two different measures of its quality.
# The *residual* says how well the equations are satisfied, relative to the size of the terms that
# cancel in each; the *errors* say what that and the errors of the quadrature mean for the
# unknowns.
#
# Neither should be believed because the solver says so. Here is a second route: the derived
# closed forms, turned into functions by SymPy alone, and integrated by SciPy. The gap equation is
# written with the scattering length, $\sum_p$ of [kernel $- 1/2\varepsilon_p$] $= -1/(8\pi a_s)$,
# so that it converges.

# %%
unknowns = (symbols.xi, symbols.gap, symbols.edge, symbols.gamma_b, symbols.gamma_v)
gap_kernel = sp.lambdify(unknowns, derive.gap_kernel())
number_kernel = sp.lambdify(unknowns, derive.number_kernel())


def kernels(p, state):
    """Return the kernels of (33) and (34) at momentum p."""
    parameters = state.parameters
    at = (state.gap, state.edge, parameters.gamma_b, parameters.gamma_v)
    xi = complex(p**2 - state.mu)
    return gap_kernel(xi, *at), number_kernel(xi, *at).real


def sums(state):
    """Return the sums over p in both equations; sum_p is the integral of p^2/(2 pi^2)."""

    def integral(function, end):
        places = [0.0, 0.8, np.sqrt(state.mu), 1.2, 2.0, 5.0, 20.0, 300.0, 5e3]
        pairs = itertools.pairwise([*(place for place in places if place < end), end])
        return sum(quad(function, a, b, epsabs=1e-11, limit=400)[0] for a, b in pairs)

    def gap_equation(part):
        return lambda p: part(kernels(p, state)[0] * p**2 - 0.5) / (2 * np.pi**2)

    number = integral(lambda p: kernels(p, state)[1] * p**2 / (2 * np.pi**2), 100.0)
    return integral(gap_equation(np.real), 2e5), integral(gap_equation(np.imag), 2e5), number


real, imag, number = sums(state)
print(f"real part of (33):      {real:.6f}, should be {-model.inv_kfa / (8 * np.pi):.6f}")
print(f"imaginary part of (33): zero to 1e-6: {abs(imag) < 1e-6}")
print(f"number of (34):         {number:.7f}, should be {1 / (3 * np.pi**2):.7f}")
assert abs(real + model.inv_kfa / (8 * np.pi)) < 1e-6
assert abs(imag) < 1e-6
assert abs(number * 3 * np.pi**2 - 1) < 1e-6

# %% [markdown]
# (This simple integral stops at $p = 2\cdot 10^5$; the library goes to infinity with the series
# of notebook 02.)
#
# The bounds of the errors can be put to a test too: two solutions with different tolerances must
# not differ by more than their errors together.

# %%
rough, fine = (solve_steady_state(model, rtol=rtol) for rtol in (1e-4, 1e-12))
for name, k in (("gap", 0), ("mu", 1), ("mu_b", 2)):
    difference = abs(getattr(rough, name) - getattr(fine, name))
    assert difference <= rough.error[k] + fine.error[k]
print("all differences are within the bounds")

# %% [markdown]
# ## The branch from equilibrium to the normal phase
#
# (33) and (34) are nonlinear, and have other solutions than the one we mean: $\Delta_0 = 0$ is
# one as soon as (33) is multiplied by $\Delta_0$, and Newton's method from a far guess finds it.
# The library therefore starts from the equilibrium of condensate and bath at $\gamma_v = 0$ and
# follows that solution; a steady state is by definition one on this branch. Fig. 4 is such a
# branch at unitarity, here for four cutoffs.

# %%
fig4 = order_parameter.compute(points=60)
order_parameter.draw(fig4)

# %% [markdown]
# The order parameter falls with the decay rate and is gone close to $\gamma_v = \gamma_b$,
# whatever the cutoff: pairing needs $F_+$ not to vanish on average, and $\gamma_v > \gamma_b$
# cannot be balanced by any $B$, since the numerator above would be positive everywhere. That it
# ends *before* 1 is due to the Lorentzian tails, and tells how far.

# %%
for parameters, branch in zip(fig4.parameters, fig4.branches, strict=True):
    print(f"p_c = {parameters.cutoff:5g}: the branch ends at {branch.end / 1e-3:.5f} gamma_b")
    assert 0.99 < branch.end / 1e-3 < 1

# %% [markdown]
# How does it end? Like a mean-field transition: the *square* of the order parameter vanishes
# linearly. Close to the end, the ratio of both is a constant:

# %%
unitary = Parameters(inv_kfa=0.0, gamma_b=1e-3)
end = trace_steady_states(unitary, [unitary.gamma_b]).end
distances = np.array([1e-6, 1e-5, 1e-4])
near = [solve_steady_state(unitary.replace(gamma_v=end * (1 - d))) for d in distances]
slopes = [s.gap**2 / d for s, d in zip(near, distances, strict=True)]
for distance, slope in zip(distances, slopes, strict=True):
    print(f"1 - gamma_v/end = {distance:.0e}:  gap^2 / distance = {slope:.4f}")
assert abs(slopes[0] / slopes[1] - 1) < 1e-2

# %% [markdown]
# Beyond the end, the solver does not return something else; it says that there is nothing and
# where the branch ended.

# %%
try:
    solve_steady_state(unitary.replace(gamma_v=2e-3))
except NoCondensate as reason:
    print(reason)

# %% [markdown]
# ## The bath's edge is pinned near the lowest excitation
#
# Back to the balance. $1/[\ldots]$ in (33) has peaks of width $\gamma$ at $\nu = \pm E_p$. As
# long as these are outside of $|\nu| < B$, the bath refills the condensate through the tails
# only, which is a small part, of the order of $\gamma$, of the total. A decay rate
# $\gamma_v/\gamma_b$ of this order is therefore enough to drive $B$ from zero up to the lowest
# excitation energy; from then on a little more of a peak inside balances a lot of decay, and $B$
# stays where it is.
#
# So everything happens at ratios of the order of $\gamma_b/\varepsilon_F$. Here is $B$ in units
# of the lowest $E_p$ for three $\gamma_b$, against the ratio divided by $\gamma_b$:

# %%
scaled = np.geomspace(0.03, 30.0, 31)
pinned = {}
for gamma_b in (1e-3, 1e-4, 1e-5):
    base = Parameters(inv_kfa=-1.0, gamma_b=gamma_b)
    pinned[gamma_b] = trace_steady_states(base, scaled * gamma_b**2).states

with style():
    figure = new_figure(5.6, 3.8)
    axes = figure.add_subplot()
    for n, states in enumerate(pinned.values()):
        ratio = [s.edge / s.lowest_excitation for s in states]
        axes.semilogx(
            scaled, ratio, color=COLOURS[n], linestyle=LINES[n], label=rf"$10^{{{-3 - n}}}$"
        )
    axes.axhline(1, color="black", linewidth=0.6)
    axes.set_xlabel(
        r"$(\gamma_\mathrm{v}/\gamma_\mathrm{b})\,/\,(\gamma_\mathrm{b}/\varepsilon_\mathrm{F})$"
    )
    axes.set_ylabel(r"edge $(\mu_\mathrm{b} - \mu)\,/\,\min E_p$")
    axes.legend(title=r"$\gamma_\mathrm{b}/\varepsilon_\mathrm{F}$", loc="lower right")
figure

# %% [markdown]
# The curves fall on each other as $\gamma_b \to 0$: the ratio of the rates in units of $\gamma_b$
# is the right variable. The paper's boundaries, at ratios of $10^{-3}$ to $10^{-1}$ with
# $\gamma_b = 10^{-3}$, are thus *not* at small decay rates, in spite of the look of these
# numbers. On the BCS side the edge has arrived at the band there:

# %%
print("gamma_v/gamma_b   edge/min E   (min E - edge)/gamma")
branch = trace_steady_states(model, np.array([1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.5]) * 1e-3)
for s in branch.states:
    below = (s.lowest_excitation - s.edge) / s.parameters.linewidth
    print(f"{s.parameters.ratio:15.4f}   {s.edge / s.lowest_excitation:10.5f}   {below:10.3f}")
touching = branch.states[3]
assert abs(touching.edge / touching.lowest_excitation - 1) < 0.01

# %% [markdown]
# Only a sizeable decay rate, of a good part of $\gamma_b$, moves the edge further into the band,
# and by then the order parameter itself is falling.
#
# This is why the numerics resolve the neighbourhood of $E_p = |\mu_b - \mu|$ on the scale
# $\gamma$, and why there are quasiparticles: once the edge touches the band, its bottom fills.
# These quasiparticles are what destabilises the condensate in notebooks 06 to 08. The momentum
# distribution shows them:

# %%
momenta = np.linspace(0.7, 1.25, 400)
with style():
    figure = new_figure(5.6, 3.6)
    axes = figure.add_subplot()
    for n, ratio in enumerate((0.0, 0.1, 0.5)):
        s = solve_steady_state(model.replace(gamma_v=ratio * 1e-3))
        occupation = [kernels(p, s)[1] / 2 for p in momenta]
        axes.plot(momenta, occupation, color=COLOURS[n], linestyle=LINES[n], label=f"{ratio:g}")
    axes.set_xlabel(r"momentum $p/k_\mathrm{F}$")
    axes.set_ylabel(r"occupation $n_p/2$")
    axes.legend(title=r"$\gamma_\mathrm{v}/\gamma_\mathrm{b}$")
figure

# %%
strong = solve_steady_state(model.replace(gamma_v=5e-4))
filled = kernels(0.8, strong)[1] / 2
print(f"inside of the edge: n_p/2 = {filled:.4f}, gamma_b/gamma = {1e-3 / 1.5e-3:.4f}")
assert abs(filled * 1.5 - 1) < 0.01

# %% [markdown]
# Where the edge is beyond $E_p$ on both sides of $\mu$, pumping and decay alone decide: a state
# is filled at the rate $\gamma_b$ and emptied at $\gamma_v$, and $n_p/2 = \gamma_b/\gamma$.
#
# ## The cutoff is a parameter
#
# (34) diverges. At large momenta the Lorentzian tails of the spectral function reach the bath's
# occupied states however high $\varepsilon_p$ is, so that $n_p$ falls off like
# $\gamma_b/\varepsilon_p$ only, and the sum over $p$ grows linearly with the cutoff. The number
# in front, from the derived kernel:

# %%
equilibrium = solve_steady_state(model.replace(gamma_v=0.0))
for p in (10.0, 100.0, 1000.0):
    tail = kernels(p, equilibrium)[1] * p**2 * np.pi / model.gamma_b
    print(f"p = {p:5g}:  pi eps_p n_p / gamma_b = {tail:.5f}")
assert abs(tail - 2) < 1e-3

# %% [markdown]
# So $n_p \to 2\gamma_b/(\pi\varepsilon_p)$ for electrons plus holes, and the carriers up to $p_c$
# in the tail make up a part $3\gamma_b p_c/\pi$ of the density, in units of $\varepsilon_F$ and
# $k_F$: a tenth for the paper's $\gamma_b$ and the default cutoff $p_c = 100$. They are missing
# in the Fermi sea, as if the density were lower. The paper states no cutoff; notebook 08 infers
# it from the printed numbers. What depends on it, and how much?

# %%
print("  p_c   3 gamma_b p_c/pi      gap       mu     (at unitarity, gamma_v = 0.1 gamma_b)")
gaps = []
for cutoff in (10.0, 50.0, 100.0, 200.0):
    s = solve_steady_state(Parameters(0.0, 1e-3, 1e-4, cutoff=cutoff))
    gaps.append(s.gap)
    print(f"{cutoff:5g}   {3e-3 * cutoff / np.pi:10.4f}   {s.gap:13.5f}  {s.mu:.5f}")
assert all(later < earlier for earlier, later in itertools.pairwise(gaps))

# %% [markdown]
# ## Equilibrium
#
# With $\gamma_v = 0$ and $\gamma_b \to 0$ the state must become that of the BCS-Leggett theory,
# (14) and (15).

# %%
Math(paper["15"].latex)

# %% [markdown]
# (In print this has factors $1/2$: one of the misprints, which the ledger keeps.)
#
# Two things are in the way at a finite cutoff: the tail above, $3\gamma_b p_c/\pi$, and the
# carriers that even the equilibrium has beyond $p_c$, a part $3\Delta_0^2/4p_c$ of all. With
# $p_c = \gamma_b^{-1/2}$ both vanish like $\gamma_b^{1/2}$:

# %%
print("gamma_b     (k_F a_s)^-1 = -1          0         +1       relative change of the gap")
previous = None
for gamma_b in (1e-4, 1e-6, 1e-8):
    row = []
    for inv in (-1.0, 0.0, 1.0):
        exact = equilibrium_crossover(inv)
        s = solve_steady_state(Parameters(inv, gamma_b, cutoff=gamma_b**-0.5))
        row.append(s.gap / exact.gap - 1)
    print(f"{gamma_b:.0e}   " + "".join(f"{change:16.3e}" for change in row))
    if previous is not None:
        order = np.log(np.array(previous) / row) / np.log(100)
        assert (np.abs(order - 0.5) < 0.05).all()
    previous = row

# %% [markdown]
# And the equilibrium has limits of its own, quoted after (15): weak coupling on the left, tightly
# bound pairs on the right.

# %%
crossover.draw(crossover.compute(points=51))

# %%
weak, strong = equilibrium_crossover(-2.5), equilibrium_crossover(5.0)
bcs, bec = crossover.bcs_limit(-2.5), crossover.bec_limit(5.0)
print(f"BCS, -2.5: gap {weak.gap / bcs.gap:.4f} of the limit")
print(f"BEC,   +5: gap {strong.gap / bec.gap:.4f} of the limit, mu {strong.mu / bec.mu:.4f}")
assert abs(weak.gap / bcs.gap - 1) < 0.03
assert abs(strong.gap / bec.gap - 1) < 0.03

# %% [markdown]
# ## A warm bath
#
# The paper's bath is cold. The library's need not be: temperature breaks pairs as decay does, and
# at $\gamma_v = 0$ it does so with $\mu_b = \mu$ still.

# %%
for temperature in (0.0, 0.05, 0.08, 0.1, 0.12):
    try:
        s = solve_steady_state(Parameters(-1.0, 1e-3, temperature=temperature))
        print(f"T_b = {temperature:4.2f}:  gap {s.gap:.5f}   mu {s.mu:.5f}   edge {s.edge:g}")
        assert s.edge == 0
    except NoCondensate as reason:
        print(f"T_b = {temperature:4.2f}:  {str(reason).partition(' (')[0]}")

# %% [markdown]
# ## Exercises
#
# 1. Compute the part of $\int d\nu/\{[\gamma^2 + (\nu + E)^2][\gamma^2 + (\nu - E)^2]\}$ that is
#    between $-B$ and $B$ for $B \ll E$ and $\gamma \ll E$, and from it the slope of the curves in
#    the picture of the pinned edge at its left end. (All momenta contribute: sum the two parts
#    separately.)
# 2. Repeat Fig. 4 at $(k_F a_s)^{-1} = +1$ with the default cutoff. How does that branch end?
#    Read `trace_steady_states(...).status`.
# 3. Let $\gamma_b$ grow at $\gamma_v = 0$ and $(k_F a_s)^{-1} = -1$ until there is no condensate.
#    Is it the linewidth that breaks the pairs, or the cutoff? Vary $p_c$ at fixed $\gamma_b p_c$.
#
# Next: [06 Collective modes and instabilities](06_collective_modes.ipynb).
