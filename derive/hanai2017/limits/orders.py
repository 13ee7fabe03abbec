"""Both orders of the limits gamma -> 0 and q -> 0, each in closed form.

With gamma -> 0 first, `derive.closed_forms.narrow.expand_narrow`, no pole of G^R comes near one
of G^A.  With q -> 0 first they coincide as gamma -> 0, and what they leave is found here: around a
quasiparticle energy, nu = b E + gamma y, the integrand is expanded in gamma, with
F(nu) = F + gamma y F' + ....  The part of the order 1/gamma, integrated over y, is the limit, since
F is proportional to gamma; higher derivatives of F drop out of it.  The rest of the axis
contributes to the next order.
"""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.closed_forms.expansion import expansion_loops
from derive.closed_forms.narrow import even, even_slope, expand_narrow, lowest_terms, odd, odd_slope


def _slopes(branch: int, mirrored: bool) -> tuple[sp.Expr, sp.Expr]:
    """Return F/gamma and its derivative at b E, of F(nu) or of F(-nu)."""
    sign = -branch if mirrored else branch
    # F(x) = F_+(|x|) + sign(x) F_-(|x|)
    value, slope = even + sign * odd, sign * even_slope + odd_slope
    return value, -slope if mirrored else slope


@functools.cache
def _local_integral(power: int, retarded: int, advanced: int) -> sp.Expr:
    """Return the integral of y^power/((y + i)^retarded (y - i)^advanced) over dy/2pi."""
    y = sp.Symbol("y")
    rest = y**power / (y + sp.I) ** retarded
    residue = rest.diff(y, advanced - 1).subs(y, sp.I) / sp.factorial(advanced - 1)
    return sp.I * sp.expand_complex(residue)


@functools.cache
def pinched(s: int, t: int, name: str) -> sp.Expr:
    """Return a coefficient of Pi_st under sum_p as gamma -> 0, with q -> 0 before.

    Parameters
    ----------
    s, t : int
        Vertices 1 or 2.
    name : {"constant", "wave"}
        Coefficient of `derive.Expansion`; "wave" without its factor -(2/3) p^2.
    """
    loop = expansion_loops(s, t)[name]
    gamma, energy = symbols.linewidth, symbols.energy
    y = sp.Symbol("y")
    order = loop.retarded + loop.advanced - 2
    total: sp.Expr = sp.S.Zero
    for mirrored, coefficients in ((False, loop.forward), (True, loop.backward)):
        for branch in (1, -1):
            place = branch * energy + gamma * y
            value, slope = _slopes(branch, mirrored)
            numerator = sum((c * place**k for k, c in enumerate(coefficients)), sp.S.Zero)
            rest = sp.S.One
            for sign, power in ((1, loop.retarded), (-1, loop.advanced)):
                u = gamma * (y + sign * sp.I) / (2 * branch * energy)
                series = sum((sp.binomial(-power, k) * u**k for k in range(order + 1)), sp.S.Zero)
                rest *= series / (2 * branch * energy) ** power
            whole = sp.expand(sp.expand(numerator) * sp.expand(rest) * (value + gamma * y * slope))
            leading = sp.Poly(whole.coeff(gamma, order), y)
            for (k,), c in leading.terms():
                total += c * _local_integral(k, loop.retarded, loop.advanced)
    return lowest_terms(sp.expand(sp.I * total))


@functools.cache
def wave_first() -> sp.Expr:
    """Return alpha_11 under sum_p with q -> 0 first, then gamma -> 0."""
    return lowest_terms(pinched(2, 2, "constant") - pinched(1, 1, "constant"))


@functools.cache
def width_first() -> sp.Expr:
    """Return alpha_11 under sum_p with gamma -> 0 first, then q -> 0."""
    return lowest_terms(expand_narrow(2, 2).constant - expand_narrow(1, 1).constant)


@functools.cache
def wave_first_stiffness() -> sp.Expr:
    """Return beta_22 under sum_p with q -> 0 first, then gamma -> 0."""
    return sp.Rational(2, 3) * (symbols.xi + symbols.mu) * pinched(2, 2, "wave")


def bcs_sum(expr: sp.Expr, ratio: Any, edge: Any, gap: Any) -> Any:
    r"""Sum a closed form of this module over momenta, at T = 0 and mu = 1, in mpmath's precision.

    The bath fills states up to E = edge * gap.  The principal value at xi = 0 is taken by adding
    both sides; -f' is a delta function.  A factor 1/(4 pi^2) of sum_p is left out.

    Parameters
    ----------
    expr : Expr
        Function of xi, E and the distribution; alpha_11 or beta_22 under sum_p.
    ratio, edge, gap : mpf
        gamma_b/gamma, B/Delta_0 > 1, and Delta_0/mu < 1/4.
    """
    step = mp.sqrt(edge**2 - 1) * gap
    names = (symbols.xi, symbols.energy, symbols.gap, symbols.mu)
    weights = (even, odd, even_slope, odd_slope)
    function = sp.lambdify((*names, *weights), expr, "mpmath", cse=True)

    def value(xi: Any, filled: int, slope: int = 0) -> Any:
        state = (1 - ratio * (filled + 1), ratio * (1 - filled), ratio * slope, ratio * slope)
        return mp.sqrt(1 + xi) * function(xi, mp.hypot(xi, gap), gap, mp.one, *state)

    def both(xi: Any, filled: int) -> Any:
        return value(xi, filled) + value(-xi, filled)

    half = mp.mpf(1) / 2
    total = mp.quad(lambda x: both(x, 1), [0, step / 4, step])
    marks = mp.linspace(mp.log(step), mp.log(half), 9)
    total += mp.quad(lambda u: mp.exp(u) * both(mp.exp(u), 0), marks)
    # xi = p^2 - 1 removes the square root
    for ends in ([0, mp.sqrt(half)], [mp.sqrt(1 + half), 3, 20, mp.inf]):
        total += mp.quad(lambda p: 2 * p * value(p * p - 1, 0), ends)
    for place in (step, -step):
        total += (value(place, 0, 1) - value(place, 0)) * edge * gap / step
    return total
