# %% [markdown]
# # 02 The gap and number equations, by residues
#
# The steady state follows from two sums over momenta of integrals over a frequency. You will see
# how the frequency integral is done exactly, once and for all, by residues, at zero and at finite
# temperature; how the result is tested against quadrature with many digits; and why the number
# equation needs a cutoff that is part of the model.

# %%
# %matplotlib inline
import itertools

import mpmath
import numpy as np
import sympy as sp
from IPython.display import Math, display

import derive
from derive import symbols
from derive.hanai2017.limits import equilibrium
from numerics import Parameters, solve_steady_state
from numerics.figures.style import COLOURS, LINES, new_figure, style

ledger = derive.ledger()

# %% [markdown]
# ## The two equations
#
# The order parameter is the mean of the pair field, and the pair field is the anomalous component
# $G^K_{12}$ summed over all momenta and frequencies, (28). Divided by $\Delta_0$ this is the gap
# equation (33). The carrier density is the sum of $-iG^<_{11}$ for electrons and holes, (34).

# %%
display(Math(ledger["33"].latex), Math(ledger["34"].latex))

# %% [markdown]
# The right-hand side of (33) is complex, while $1/U$ is real. So (33) is two real equations, and
# with (34) there are three, for three unknowns: $\Delta_0$, $\mu$ and $\mu_b$. In equilibrium the
# imaginary part is absent and $\mu_b = \mu$. Under the sum and the integral the library has the
# same expression, derived from the Green's function of the last notebook; the ledger proves that
# they agree.

# %%
assert ledger["33"].check() == ledger["34"].check() == 0.0
integrand = derive.gap_integrand()
integrand

# %% [markdown]
# Every term is a rational function of $\nu$ times at most one step function. Nothing about pairing
# matters for the integral, so it is done by an engine that knows only that much. Let us do a simple
# case by hand first.
#
# ## Residues with a step function
#
# A line of width $\gamma$ at energy $e$, filled up to $B$:

# %%
nu, B, gamma = symbols.nu, symbols.edge, symbols.linewidth
e = sp.Symbol("e", real=True)
line = 1 / ((nu - e) ** 2 + gamma**2)
filled = derive.fermi(nu - B, 0) * line
filled

# %% [markdown]
# **Step 1: partial fractions.** A rational function that decays is the sum of its principal parts.
# Here there are two simple poles; the engine has to know on which side of the real axis each one
# lies, which it decides from the assumptions on the symbols ($\gamma > 0$).

# %%
z = sp.Symbol("z")  # complex, unlike nu
denominator = sp.expand(1 / line).subs(nu, z)
# a simple pole's residue is the numerator over the slope of the denominator
poles = {pole: 1 / sp.diff(denominator, z).subs(z, pole) for pole in sp.solve(denominator, z)}
for pole, residue in poles.items():
    display(sp.Tuple(pole, residue, sp.sign(sp.im(pole))))
assert sp.simplify(line - sum(residue / (nu - pole) for pole, residue in poles.items())) == 0

# %% [markdown]
# **Step 2: one function for all poles.** Each term is integrated from $-\infty$ to $B$. Since the
# integral of $1/(\nu - z)$ is a logarithm, the upper end gives $L(z) = \log(z - B)$ up to a
# constant. Its cut starts at $B$ and runs to the left along the path, so no pole is ever on it. The
# lower end gives the logarithm of a cutoff, the same for all poles, and the residues of a function
# that falls off like $1/\nu^2$ add up to zero.

# %%
assert sp.simplify(sum(poles.values())) == 0
by_hand = sum(residue * sp.log(pole - B) for pole, residue in poles.items()) / (2 * sp.pi)
by_engine = derive.integrate_frequency(filled, nu)
assert sp.expand(by_hand - by_engine) == 0
by_engine

# %% [markdown]
# **Step 3: finite temperature.** With a smooth Fermi factor the same sum holds, only $L$ changes:
# the factor has poles of its own, at the Matsubara frequencies, and their sum is a digamma
# function.

# %%
T = symbols.temperature
warm = derive.integrate_frequency(derive.fermi(nu - B, T) * line, nu)
warm

# %% [markdown]
# **Step 4: do not believe it.** mpmath integrates numerically with as many digits as we like. The
# two routes have nothing in common.

# %%
mpmath.mp.dps = 25
values = {e: sp.Rational(2, 5), gamma: sp.Rational(1, 10), B: sp.Rational(9, 20)}
marks = [-mpmath.inf, -10, -1, 0, mpmath.mpf("0.4"), mpmath.mpf("0.45")]
rational_line = sp.lambdify(nu, line.subs(values), "mpmath")
numerical = mpmath.quad(rational_line, marks) / (2 * mpmath.pi)
closed = by_engine.subs(values).evalf(25)
print(f"closed form {complex(closed).real:.8f}, quadrature {complex(numerical).real:.8f}")
assert abs(complex(closed - numerical)) < 1e-20

# %%
heat = sp.Rational(1, 20)
thermal_line = sp.lambdify(
    nu, (derive.fermi(nu - B, T) * line).subs(values).subs(T, heat).rewrite(sp.exp), "mpmath"
)
numerical = mpmath.quad(thermal_line, [*marks, 1, 2, 4]) / (2 * mpmath.pi)
closed = warm.subs(values).subs(T, heat).evalf(25)
print(f"closed form {complex(closed).real:.8f}, quadrature {complex(numerical).real:.8f}")
assert abs(complex(closed - numerical)) < 1e-20

# %% [markdown]
# As $T \to 0$ the digamma functions have to turn into the logarithms. Sommerfeld's expansion says
# how fast: the difference falls like $T^2$.

# %%
cold = by_engine.subs(values).evalf(25)
gaps = [
    abs(complex((warm.subs(values).subs(T, heat / 2**k) - cold).evalf(25))) for k in range(1, 6)
]
orders = [np.log2(a / b) for a, b in itertools.pairwise(gaps)]
print("measured orders:", " ".join(f"{order:.4f}" for order in orders))
assert abs(orders[-1] - 2) < 0.01

# %% [markdown]
# What if the integral diverges, or a pole's side is not known? The engine says so, instead of
# returning something.

# %%
z = sp.Symbol("z")
refusals = []
for wrong in (derive.fermi(nu - B, 0) / (nu - e - sp.I * gamma), 1 / ((nu - z) * (nu + z))):
    try:
        derive.integrate_frequency(wrong, nu)
    except ValueError as error:
        refusals.append(str(error))
print("\n".join(refusals))
assert len(refusals) == 2

# %% [markdown]
# ## The kernels
#
# Now the integrand of (33). It has four simple poles, at $\pm E \pm i\gamma$, and two step
# functions, $\theta(B - \nu)$ and $\theta(B + \nu)$, the second of which comes from the holes. The
# result is a function of $\xi$ alone; we call it a kernel. The vacuum alone, which is empty at all
# frequencies, gives a rational one:

# %%
empty = sp.simplify(derive.gap_kernel(["vacuum"]))
empty

# %% [markdown]
# Its imaginary part is what no equilibrium condensate has: decay shifts the phase between the pairs
# and the field that they feel. The bath must balance it. With the bath there are logarithms at
# $\pm E \pm i\gamma$, measured from $B$:

# %%
gap_kernel, number_kernel = derive.gap_kernel(), derive.number_kernel()
logarithms = sorted(gap_kernel.atoms(sp.log), key=sp.default_sort_key)
display(*logarithms)
assert {f.args[0] for f in logarithms} == {f.args[0] for f in number_kernel.atoms(sp.log)}

# %% [markdown]
# At finite temperature there are four digamma functions in their place:

# %%
warm_reservoirs = [derive.bath(T), derive.vacuum()]
warm_gap = derive.gap_kernel(warm_reservoirs)
display(*sorted(warm_gap.atoms(sp.polygamma), key=sp.default_sort_key))
assert not warm_gap.has(sp.log)

# %% [markdown]
# Both kernels, both temperatures, against quadrature of the integrand. The marks tell the
# quadrature where the lines and the steps are.

# %%
point = {
    symbols.xi: sp.Rational(3, 10),
    symbols.gap: sp.Rational(2, 5),
    B: sp.Rational(11, 20),
    symbols.gamma_b: sp.Rational(1, 10),
    symbols.gamma_v: sp.Rational(1, 20),
}
inner = [mpmath.mpf(x) for x in ("0.5", "0.55")]
marks = sorted([s * x for x in [*inner, 2, 20, mpmath.inf] for s in (1, -1)] + [mpmath.mpf(0)])


def by_quadrature(expr):
    """Integrate a frequency integrand numerically, over dν/2π."""
    function = sp.lambdify(nu, expr.subs(point), "mpmath")
    return mpmath.quad(function, marks) / (2 * mpmath.pi)


mpmath.mp.dps = 20
for integrand_of, kernel_of in (
    (derive.gap_integrand, derive.gap_kernel),
    (derive.number_integrand, derive.number_kernel),
):
    for chosen, explicit in (
        ([derive.bath(), derive.vacuum()], sp.Heaviside),
        (warm_reservoirs, sp.exp),
    ):
        known = {T: sp.Rational(1, 20)}
        closed = kernel_of(chosen).subs(known).subs(point).evalf(20)
        numerical = by_quadrature(integrand_of(chosen).subs(known).rewrite(explicit))
        assert abs(complex(closed) - complex(numerical)) < 1e-14 * abs(complex(closed))
print("four kernels agree with quadrature to 14 digits")

# %% [markdown]
# ## The equilibrium limit
#
# Without decay and with a weak coupling to the bath the kernels must be those of the textbook. The
# limit $\gamma_b \to 0$ at $B = 0$ is taken analytically; digamma functions turn into a Fermi
# function of $E$ by their reflection formula.

# %%
display(equilibrium.thermal_gap_kernel(), equilibrium.thermal_number_kernel())
assert ledger["14"].check() == ledger["15"].check() == 0.0
display(Math(ledger["14"].latex), Math(ledger["15"].latex))

# %% [markdown]
# Indeed (14) and (15), the latter without the two factors $1/2$ that the paper prints: with them
# the sum counts electrons alone.
#
# ## The number equation diverges
#
# A line of width $\gamma$ has tails, and in this model the bath has states at all energies. Even at
# a momentum far above the Fermi surface the tail of the line reaches down to the filled states.
# Without order parameter:

# %%
normal = derive.integrate_frequency(derive.number_integrand(gap=sp.S.Zero), nu)
normal = normal.subs(symbols.gamma_v, gamma - symbols.gamma_b)
tail = sp.limit(symbols.xi * normal, symbols.xi, sp.oo)
tail

# %% [markdown]
# This is the limit of $\xi n_p$: the momentum distribution falls like $1/p^2$ only, and
# $\sum_p n_p$ grows linearly with the largest momentum $p_c$. In units of the density
# $N = 1/(3\pi^2)$ the growth per unit of $p_c$ is

# %%
density = 1 / (3 * sp.pi**2)
growth = sp.simplify(tail / (2 * sp.pi**2) / density)
assert growth == 3 * symbols.gamma_b / sp.pi
growth

# %% [markdown]
# times $k_F^{-1}$. At $\gamma_b = 10^{-3}$ and $p_c = 100\,k_F$ that is a tenth of all carriers.
# The cutoff stands for the band width of a real bath. It is a parameter of the model, and every
# result of `numerics` carries it.

# %%
states = [
    solve_steady_state(Parameters(0.0, gamma_b=1e-3, cutoff=cutoff)) for cutoff in (50, 100, 200)
]
print(
    "\n".join(
        f"p_c = {s.parameters.cutoff:5.0f}   Δ₀ = {s.gap:.6f}   μ = {s.mu:.6f}" for s in states
    )
)
assert states[0].gap > states[1].gap > states[2].gap

# %% [markdown]
# More carriers in the tail leave fewer for the condensate. The distribution of a driven state shows
# both: pairing gives $n_p \simeq \Delta_0^2/2p^4$, the reservoirs $2\gamma_b/\pi p^2$.

# %%
state = solve_steady_state(Parameters(0.0, gamma_b=1e-3, gamma_v=2e-4))
numbers = {
    symbols.gap: state.gap,
    B: state.edge,
    symbols.gamma_b: state.parameters.gamma_b,
    symbols.gamma_v: state.parameters.gamma_v,
}
distribution = sp.lambdify(symbols.xi, number_kernel.subs(numbers), "numpy")
p = np.geomspace(0.1, 300, 400)
n = distribution((p**2 - state.mu).astype(complex)).real
both = state.gap**2 / (2 * p[-1] ** 4) + 2e-3 / np.pi / p[-1] ** 2
assert abs(n[-1] / both - 1) < 1e-3

# %%
with style():
    figure = new_figure(6.0, 3.8)
    axes = figure.subplots()
    axes.loglog(p, n, color=COLOURS[1], label=r"$n_p$, electrons and holes")
    far = p > 1.2
    axes.loglog(
        p[far],
        state.gap**2 / (2 * p[far] ** 4),
        color=COLOURS[2],
        linestyle=LINES[1],
        label=r"pairs, $\Delta_0^2/2p^4$",
    )
    axes.loglog(
        p[far],
        2e-3 / np.pi / p[far] ** 2,
        color=COLOURS[3],
        linestyle=LINES[2],
        label=r"reservoirs, $2\gamma_\mathrm{b}/\pi p^2$",
    )
    axes.axvline(100, color=COLOURS[0], linestyle=":", label=r"cutoff $p_\mathrm{c}$")
    axes.set_ylim(1e-9, 5)
    axes.set_xlabel(r"momentum $p/k_\mathrm{F}$")
    axes.set_ylabel(r"$n_p$")
    axes.legend(loc="lower left")
figure

# %% [markdown]
# ## Does the solver solve our equations?
#
# The solver uses code that was generated from the kernels (notebook 04). As a last check we put its
# solution back into the closed forms of this notebook, with a plain quadrature of our own:
# Gauss-Legendre panels that are narrow around $E = B$, where the occupation steps. At unitarity the
# real part of (33), with the divergent $\sum_p 1/2\varepsilon_p$ of $1/U$ taken off, has to vanish,
# and so has the imaginary part; (34) has to give $N$ up to the cutoff.

# %%
kernel = sp.lambdify(symbols.xi, gap_kernel.subs(numbers), "numpy")
steps = [np.sqrt(state.mu + s * np.sqrt(state.edge**2 - state.gap**2)) for s in (1, -1)]
away = np.geomspace(1e-5, 100, 120)
ends = np.unique(np.concatenate([[0, 100], *(s + np.outer([1, -1], away).ravel() for s in steps)]))
ends = ends[(ends >= 0) & (ends <= 100)]
x, w = np.polynomial.legendre.leggauss(8)
half = np.diff(ends)[:, None] / 2
nodes = (ends[:-1, None] + half * (1 + x)).ravel()
weights = (half * w).ravel() * nodes**2 / (2 * np.pi**2)
xi_nodes = (nodes**2 - state.mu).astype(complex)
gap_sum = weights @ (kernel(xi_nodes) - 1 / (2 * nodes**2))
number = weights @ distribution(xi_nodes).real
print(f"gap equation up to the cutoff: {gap_sum.real:.1e} {gap_sum.imag:+.1e} i")
print(f"density over N: {number * 3 * np.pi**2:.8f}")
assert abs(number * 3 * np.pi**2 - 1) < 1e-8
assert abs(gap_sum.imag) < 1e-6

# %% [markdown]
# The density is exact. The gap equation is solved with infinite momenta; what is left here is its
# part beyond the cutoff, which the solver adds from a series in $1/p^2$.
#
# ## Exercises
#
# 1. Integrate a double pole, `fermi(nu - B, 0)/(nu - e - I*gamma)**2`, by hand and with the engine.
#    Which derivative of $L$ appears?
# 2. The kernel is linear in the reservoirs at fixed linewidth. Show with the argument `linewidth`
#    that `gap_kernel` of bath and vacuum is the sum of those of each.
# 3. What is left of the real part of `gap_sum` falls like a power of the cutoff. Which one? Expand
#    `empty` for large $\xi$.
#
# Next: [03 The response function and its traces](03_response.ipynb)
