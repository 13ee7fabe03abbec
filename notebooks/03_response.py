# %% [markdown]
# # 03 The response function and its traces
#
# Whether a steady state is stable is decided by how it answers a small disturbance. You will derive
# the response function from Dyson's equation, see why the rotation of the phase costs nothing,
# split the response into excitations between and within the quasiparticle branches, and meet the
# form in which its frequency integral becomes code.

# %%
# %matplotlib inline
import mpmath
import numpy as np
import sympy as sp
from IPython.display import Math, display

import derive
from derive import branches, nambu, response, symbols
from derive.hanai2017.limits import thouless
from derive.hanai2017.matrices import ANY_RESERVOIR
from numerics import Parameters, fluctuation_matrix, pair_correlation, solve_steady_state
from numerics.figures.style import COLOURS, LINES, new_figure, style

ledger = derive.ledger()

# %% [markdown]
# ## A small change of the pairing field
#
# The order parameter may change by an amplitude $\delta|\Delta|$ and a phase $\delta\theta$. In
# Nambu space the self-energy then changes along $\tau_1$ and $\tau_2$, (B4):

# %%
Math(ledger["B4"].latex)

# %% [markdown]
# What does that do to the Green's function? The inverse changes by $-\delta\Sigma$, hence
# $\delta G = G\,\delta\Sigma\,G$ to first order, in Keldysh space and with the Green's functions at
# the two momenta and frequencies that the wave connects. The Keldysh part of this product is (B15):

# %%
Math(ledger["B15"].latex)

# %% [markdown]
# We can watch it happen for a uniform, static change of the amplitude: the derivative of $G^K$ by
# $\Delta_0$ has to be $-[G\tau_1G]^K$. The reservoirs do not matter, so we take one with an
# arbitrary function $F$ and a linewidth $\gamma$.

# %%
green = derive.green_functions(ANY_RESERVOIR, frequency=symbols.nu)
change = green @ response.vertex(nambu.pauli(1)) @ green
for part in ("retarded", "advanced", "keldysh"):
    slope = getattr(green, part).diff(symbols.gap) + getattr(change, part)
    assert slope.applyfunc(sp.cancel) == sp.zeros(2)

# %% [markdown]
# The change of $G^K$ gives back a change of the pairing field by the gap equation. For this loop to
# close, $(2/U - \Pi)$ acting on the change must vanish; this is (35) with (36), and the response
# function $\Pi$ is (37):

# %%
display(Math(ledger["36"].latex), Math(ledger["37"].latex))

# %% [markdown]
# ## Traces by the composition rule
#
# (37) is short when written as the Keldysh part of a closed loop, (B19): two vertices, two Green's
# functions, one rule of multiplication.

# %%
Math(ledger["B19"].latex)

# %% [markdown]
# `response_integrand` multiplies the loop out, for any two of the vertices $\tau_0$ to $\tau_3$.
# The same integrand follows without any of our algebra from the linearised Dyson equation. Both
# routes, all four elements, compared at exact rational numbers:

# %%
names = ["nu", "omega", "xi_plus", "xi_minus", "Delta_0", "gamma_b", "gamma_v", "B"]
exact = [sp.Rational(k, 7 * k - 3) for k in range(1, 9)]


def at_a_point(expr):
    """Evaluate at exact rational numbers."""
    free = {str(s): s for s in expr.free_symbols}
    point = {free[n]: v for n, v in zip(names, exact, strict=True) if n in free}
    return expr.subs(point).rewrite(sp.Heaviside)


for s in (1, 2):
    for t, linearised in enumerate(response.linear_response_integrand(s), 1):
        loop = derive.response_integrand(s, t)
        assert sp.radsimp(sp.expand(at_a_point(loop) - at_a_point(linearised))) == 0
print("both routes agree for all four elements")

# %% [markdown]
# ## Why a rotation of the phase costs nothing
#
# At $q = \omega = 0$ a change of the phase is a rotation,
# $G \to e^{i\theta\tau_3/2}\,G\,e^{-i\theta\tau_3/2}$. The reservoirs do not know the phase, so the
# rotated Green's function is as good a steady state as the old one. To first order, the loop with a
# phase vertex must be a commutator, for all three parts:

# %%
moved, rotated = thouless.phase_change(ANY_RESERVOIR), thouless.rotated(ANY_RESERVOIR)
for part in ("retarded", "advanced", "keldysh"):
    difference = getattr(moved, part) - getattr(rotated, part)
    assert difference.applyfunc(sp.cancel) == sp.zeros(2)

# %% [markdown]
# Its traces with $\tau_2$ and $\tau_1$ are (42) and (43): the response to a phase is the integrand
# of the gap equation. So $M_{22}$ and $M_{12}$ vanish where the gap equation holds, its real part
# in one, its imaginary part in the other. This is the Thouless criterion (40), (41), and the mode
# (39) is the Goldstone mode. It survives any drive.

# %%
display(Math(ledger["42"].latex), Math(ledger["43"].latex))
inverse_coupling, phase, coupling = thouless.criterion()
print(f"2/U = {float(inverse_coupling):.8f}")
print(f"Π_22 - 2/U: below 1e-20: {abs(phase - inverse_coupling) < 1e-20}")
print(f"Π_12: below 1e-20: {abs(coupling) < 1e-20}")

# %% [markdown]
# These numbers are two independent routes: $2/U$ from the closed form of notebook 02, $\Pi$ from
# numerical integration of the traces with 25 digits. In the production code:

# %%
state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2e-5))
uniform = fluctuation_matrix(state, 0.0, 0.0)
largest = np.abs(uniform).max()
print(f"M_11 = {uniform[0, 0].real:.6e}, M_21 = {uniform[1, 0].real:.6e}")
assert np.abs(uniform[:, 1]).max() < 1e-7 * largest

# %% [markdown]
# The second column vanishes, the first does not. $M_{21} \ne 0$ is remarkable: in equilibrium an
# amplitude does not turn into a phase at rest.
#
# The first column has an identity as well. $\Pi_{11}(0, 0)$ is a derivative of the pair field by
# $\Delta_0$, because a uniform change of the amplitude is a change of $\Delta_0$ in all Green's
# functions:

# %%
amplitude = derive.response_integrand(1, 1, ANY_RESERVOIR)
at_rest = {symbols.omega: 0, symbols.xi_plus: symbols.xi, symbols.xi_minus: symbols.xi}
pair_field = -sp.I / 2 * (nambu.pauli(1) * green.keldysh).trace()
assert sp.cancel(amplitude.subs(at_rest) - pair_field.diff(symbols.gap)) == 0

# %% [markdown]
# ## Between and within the branches
#
# The Green's function is the sum of two branches, (C1), so that every loop is the sum of four. Two
# connect different branches: a pair is broken or formed, which costs $E_+ + E_-$. Two stay within
# one branch: an existing quasiparticle is scattered, which costs $E_+ - E_-$ only, and needs
# quasiparticles. These are (73) and (74).

# %%
display(Math(ledger["73"].latex), Math(ledger["74"].latex))
upper, lower = branches.branch_green_functions(frequency=symbols.nu, xi=symbols.xi_plus)
known = derive.green_functions(frequency=symbols.nu, xi=symbols.xi_plus)
rest = at_a_point(upper.keldysh + lower.keldysh - known.keldysh)
assert max(abs(complex(entry.evalf(20))) for entry in rest) < 1e-15

# %% [markdown]
# ## The frequency integral
#
# Both terms of (37) need not be computed. With $R_{st}$ the integral of the trace with $G^RG^K$,
# the other term is a conjugate, and
# $\Pi_{st}(q, \omega) = (i/2)\,[R_{st}(q, \omega) - R_{st}(q, -\omega^*)^*]$. On given branches $R$
# has simple poles. `band_loop_integrand` writes $E_\pm$ as symbols whose sign tells the branch;
# `transfer_width` $\Gamma = \gamma + \mathrm{Im}\,\omega$ is the distance of the pole of $G^R$ from
# the real axis:

# %%
loop = response.band_loop_integrand(1, 1, ANY_RESERVOIR, linewidth=symbols.linewidth)
denominators = {sp.fraction(term)[1] for term in sp.Add.make_args(loop)}
display(*sorted(denominators, key=sp.default_sort_key))

# %% [markdown]
# Two poles on the same side of the axis can meet, for $q \to 0$ and $\omega \to 0$; each of the two
# logarithms then has a diverging factor, and the difference of two large numbers loses all digits.
# Therefore the engine keeps them together as a *divided difference*, which has its own name and, in
# the generated code, its own careful implementation:

# %%
kernel = response.band_loop_kernel(1, 1)
divided = sorted(
    (f for f in kernel.atoms(sp.Function) if f.func.__name__ == "divided_log"),
    key=sp.default_sort_key,
)
display(*divided)
divided[0].doit()

# %% [markdown]
# Is the closed form right? We sum it over the branches and compare with a quadrature of (37)
# itself, at one pair of momenta and a real frequency.

# %%
point = {
    symbols.gap: 0.4,
    symbols.edge: 0.5,
    symbols.gamma_b: 0.02,
    symbols.gamma_v: 0.004,
}
width = point[symbols.gamma_b] + point[symbols.gamma_v]
kinetic = (0.55, 0.15)
energies = np.hypot(kinetic, point[symbols.gap])
arguments = [
    symbols.xi_plus,
    symbols.xi_minus,
    symbols.energy_plus,
    symbols.energy_minus,
    symbols.transfer,
]
closed = sp.lambdify(
    arguments, kernel.doit().subs(point).subs(symbols.transfer_width, width), "numpy", cse=True
)


def loop_of_branches(signs, omega):
    """Return the closed form of Π_11 under the sum over momenta for a pair of branches."""
    direct = closed(*kinetic, signs[0] * energies[0], signs[1] * energies[1], omega + 0j)
    # the conjugate has the momenta exchanged
    back = closed(*kinetic[::-1], signs[1] * energies[1], signs[0] * energies[0], -omega + 0j)
    return 0.5j * (direct - np.conj(back))


signs_of = {"between": [(1, -1), (-1, 1)], "within": [(1, 1), (-1, -1)]}
sums = {
    name: lambda omega, pairs=pairs: sum(loop_of_branches(pair, omega) for pair in pairs)
    for name, pairs in signs_of.items()
}

# %%
omega_value = 0.3
values = {
    **{symbol: sp.Rational(str(number)) for symbol, number in point.items()},
    symbols.xi_plus: sp.Rational(str(kinetic[0])),
    symbols.xi_minus: sp.Rational(str(kinetic[1])),
    symbols.omega: sp.Rational(3, 10),
}
function = sp.lambdify(
    symbols.nu,
    derive.response_integrand(1, 1).subs(values).rewrite(sp.Heaviside),
    "mpmath",
    cse=True,
)
shift = omega_value / 2
lines = [s * e + w for s in (1, -1) for e, w in zip(energies, (-shift, shift), strict=True)]
steps = [s * 0.5 + w for s in (1, -1) for w in (-shift, shift)]
marks = sorted({*lines, *steps, -3.0, 3.0})
mpmath.mp.dps = 15
numerical = mpmath.quad(function, [-mpmath.inf, *marks, mpmath.inf]) / (2 * mpmath.pi)
total = sums["between"](omega_value) + sums["within"](omega_value)
print(f"closed form {total:.8f}, quadrature {complex(numerical):.8f}")
assert abs(total - complex(numerical)) < 1e-9 * abs(total)

# %% [markdown]
# ## A look at both parts
#
# On the left, the imaginary part of the two contributions from this pair of momenta. The absorption
# between the branches sits at $E_+ + E_-$; within them, at $E_+ - E_-$, there is *gain* or loss
# depending on which of the two quasiparticle states is better filled. On the right, the sum over
# all momenta for the steady state from above, at a fixed wave number.

# %%
frequency = np.linspace(0, 1.6, 401)
q = 0.3
slow = np.linspace(0.004, 0.6, 90)
everything = pair_correlation(state, q, slow)[:, 0, 0].imag
within = pair_correlation(state, q, slow, "intra")[:, 0, 0].imag

# %%
with style():
    figure = new_figure(8.4, 3.4)
    left, right = figure.subplots(1, 2)
    for k, (name, function_of) in enumerate(sums.items()):
        left.plot(
            frequency,
            [function_of(w).imag for w in frequency],
            color=COLOURS[1 + k],
            linestyle=LINES[k],
            label=f"{name} branches",
        )
    for place, words in ((energies.sum(), r"$E_+ + E_-$"), (np.ptp(energies), r"$E_+ - E_-$")):
        left.axvline(place, color=COLOURS[0], linestyle=":", linewidth=1)
        left.annotate(words, (place, 1.0), (3, -12), ("data", "axes fraction"), "offset points")
    left.set_xlabel(r"$\omega$")
    left.set_ylabel(r"$\mathrm{Im}\,\Pi_{11}$, one pair of momenta")
    left.legend(loc="center right")
    right.plot(slow, everything - within, color=COLOURS[1], label="between branches")
    right.plot(slow, within, color=COLOURS[2], linestyle=LINES[1], label="within branches")
    right.axvline(2 * state.gap, color=COLOURS[0], linestyle=":", label=r"$2\Delta_0$")
    right.set_xlabel(r"$\omega/\varepsilon_\mathrm{F}$")
    right.set_ylabel(rf"$\mathrm{{Im}}\,\Pi_{{11}}(q = {q}, \omega)$")
    right.legend()
figure

# %% [markdown]
# The part within the branches is what equilibrium at $T = 0$ does not have. It acts at small
# frequencies, and it is what makes the condensate unstable (notebook 06).
#
# ## The mode condition
#
# All modes are solutions of $\det M(q, \omega) = 0$, (38). Since
# $M(q, \omega) = M(q, -\omega^*)^*$, (45), a frequency comes with its mirror image on the other
# side of the imaginary axis, or lies on it.

# %%
here, there = 0.1 + 0.0003j, -0.1 + 0.0003j
pair = fluctuation_matrix(state, q, np.array([here, there]))
assert np.abs(pair[0] - pair[1].conj()).max() < 1e-8 * np.abs(pair).max()
Math(ledger["38"].latex)

# %% [markdown]
# ## Exercises
#
# 1. Which elements of `response_integrand` with the density vertex $\tau_3$ vanish at $q = 0$ and
#    why? (`response_integrand(3, 3)` at equal momenta; think of what commutes with what.)
# 2. Prove the identity $M_{11}(0, 0) = -2\Delta_0\,\partial\,\mathrm{Re}\,g/\partial\Delta_0$,
#    where $g$ is the right-hand side of (33), from the two assertions about derivatives above.
# 3. Draw the left picture again with an edge below both energies, `point[symbols.edge] = 0.1`. What
#    happens to the part within the branches?
#
# Next: [04 From formula to fast code](04_fast_code.ipynb)
