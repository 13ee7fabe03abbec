r"""The static response for small q with gamma -> 0 first: gamma << v q << Delta_0.

With :math:`1/m_e + 1/m_h = 4` the branches b = +-1 lie at y_b = a xi + b E from the middle of the
gap.  As gamma -> 0, at fixed ratios of the rates, the distribution matrix of (C6), (C7) becomes
diagonal in them, and G^K of a branch -2 pi i delta(nu - y_b) P_b F_b, where F_b is the diagonal
element of i Sigma^K/2 over that of the rates.  What is left of (37) is

.. math:: \Pi_{st} = \tfrac12 \sum_p \sum_{ab}
   Tr[\tau_s P_a \tau_t P_b'] (F_b' - F_a)/(y_b' - y_a),

primes at the other momentum.  Within a branch there is a quotient of differences, which turns into
dF_b/dy_b as q -> 0, -f' in (72).  Pairs G^R G^A of poles that coincide, which the other order of
the limits keeps, are absent.

The coefficient of q^2 in d dimensions is that of `derive.closed_forms.expansion`, with
<(p.q)^2> = p^2 q^2/d: -(2/d) sum_p p^2 d_+ d_- L of L(xi_+, xi_-) under the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.expansion import replace_square
from derive.closed_forms.two_bands import IMBALANCE, SKEW

#: F_+(E)/gamma and F_-(E)/gamma of equal carriers, the even and odd part of the distribution at the
#: excitation energy as defined below (32), and their derivatives by E.
even = sp.Symbol("F_even", real=True)
odd = sp.Symbol("F_odd", real=True)
even_slope = sp.Symbol("F_even_slope", real=True)
odd_slope = sp.Symbol("F_odd_slope", real=True)

#: F_b of one branch, its derivative by xi, and that over the slope dy_b/dxi of the branch.
filling = sp.Symbol("F", real=True)
filling_slope = sp.Symbol("F_slope", real=True)
filling_quotient = sp.Symbol("F_quotient", real=True)

#: F_e(y_+) and F_h(-y_+), the sums of gamma_lambda [1 - 2 f_lambda], and their derivatives by their
#: arguments.
ELECTRONS, HOLES = sp.symbols("F_electrons F_holes", real=True)
ELECTRONS_SLOPE, HOLES_SLOPE = sp.symbols("F_electrons_slope F_holes_slope", real=True)


@dataclass(frozen=True)
class NarrowExpansion:
    """Coefficients of Pi_st(q, 0) under sum_p, with gamma -> 0 first: gamma << v q << Delta_0.

    Functions of xi, Delta_0, E, and of the distribution at E, `even`, `odd` with their derivatives
    `even_slope`, `odd_slope`.  At xi = 0 the principal value is meant.

    Parameters
    ----------
    constant : Expr
        Pi_st as q -> 0.
    wave : Expr or None
        Coefficient of q**2 of Pi_22; it contains p**2 = xi + mu.  None for the others: out of
        equilibrium Pi_11 has no such coefficient, since the scattering between momenta on the two
        sides of xi = 0 grows like 1/xi there.
    """

    constant: sp.Expr
    wave: sp.Expr | None


@dataclass(frozen=True)
class BranchExpansion:
    """What the distribution F_b of one branch is multiplied by in Pi_st(q, 0), gamma -> 0 first.

    Linear in `filling`, `filling_slope` and `filling_quotient`; functions of xi, Delta_0, E and a.
    Where dy_b/dxi = 0 the principal value is meant.

    Parameters
    ----------
    constant : Expr
        As q -> 0.
    curvature : Expr or None
        Times -(2/d) p**2 in d dimensions the coefficient of q**2; None but for Pi_22.
    """

    constant: sp.Expr
    curvature: sp.Expr | None


def expand_branch(s: int, t: int, branch: int = 1) -> BranchExpansion:
    r"""Expand the part of Pi_st(q, 0) that one branch's distribution multiplies, gamma -> 0 first.

    Parameters
    ----------
    s, t : int
        Vertices, 1 or 2.
    branch : int
        b, 1 or -1.

    Raises
    ------
    ValueError
        For other vertices.

    Examples
    --------
    >>> from derive.closed_forms.narrow import expand_branch
    >>> expand_branch(2, 2).constant
    F/(2*E)
    """
    if s not in (1, 2) or t not in (1, 2):
        raise ValueError(f"vertices s, t = {s!r}, {t!r} are outside their domain 1, 2")
    near = [_Neighbour(step) for step in sp.symbols("x y", real=True)]
    between = _between_branches(s, t, branch, near)
    within = _within_branches(s, t, branch, near)
    curvature = None
    if s == t == 2:
        curvature = lowest_terms(_mixed(between, near) + _mixed(within, near) * filling_quotient)
    constant = _at_rest(between, near) + _at_rest(within, near) * filling_quotient
    return BranchExpansion(lowest_terms(constant), curvature)


def branch_slope(branch: int = 1) -> sp.Expr:
    """Return dy_b/dxi."""
    return SKEW + branch * symbols.xi / symbols.energy


def branch_filling() -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Return F_+ of the upper branch, and its derivative by xi in two parts.

    The branch consists of electrons and holes by (1 +- xi/E)/2, in its linewidth and in what fills
    it: F_+ is (u F_e - v F_h)/(u gamma_e + v gamma_h).  The lower branch is the upper one of
    carriers whose names are exchanged, with -F.

    Returns
    -------
    tuple of Expr
        F_+; the derivative at a fixed energy y; and what dy/dxi is multiplied by in the rest.
    """
    xi, energy = symbols.xi, symbols.energy
    turned = symbols.gap**2 / (2 * energy**3)
    electron, hole = ((1 + sign * xi / energy) / 2 for sign in (1, -1))
    width = symbols.linewidth + IMBALANCE * xi / energy
    filled = electron * ELECTRONS - hole * HOLES
    turning = turned * (ELECTRONS + HOLES) / width
    turning -= 2 * IMBALANCE * turned * filled / width**2
    along = (electron * ELECTRONS_SLOPE + hole * HOLES_SLOPE) / width
    return filled / width, turning, along


def expand_narrow(s: int, t: int) -> NarrowExpansion:
    r"""Expand Pi_st(q, 0) of equal carriers in q with gamma -> 0 first, at fixed ratios of rates.

    There F_b = b [F_-(E) + (xi/E) F_+(E)]/gamma.

    Parameters
    ----------
    s, t : int
        Vertices, 1 or 2.

    Raises
    ------
    ValueError
        For other vertices.

    See Also
    --------
    expand : the other order of the limits.

    Examples
    --------
    >>> from derive.closed_forms.narrow import expand_narrow
    >>> expand_narrow(2, 2).constant
    (E*F_odd + F_even*xi)/E**2
    """
    constant, curvature = sp.S.Zero, sp.S.Zero
    for branch in (1, -1):
        found = expand_branch(s, t, branch)
        known = _equal_carriers(branch)
        constant += found.constant.xreplace(known)
        if found.curvature is not None:
            curvature += found.curvature.xreplace(known)
    factor = -sp.Rational(2, 3) * (symbols.xi + symbols.mu)
    wave = factor * lowest_terms(curvature) if s == t == 2 else None
    return NarrowExpansion(lowest_terms(constant), wave)


def _equal_carriers(branch: int) -> dict[sp.Expr, sp.Expr]:
    """Return the distribution of a branch by F_+(E)/gamma and F_-(E)/gamma."""
    rise = symbols.xi / symbols.energy
    turned = symbols.gap**2 / symbols.energy**3
    slope = branch * (turned * even + rise * (rise * even_slope + odd_slope))
    return {
        SKEW: sp.S.Zero,
        filling: branch * (odd + rise * even),
        filling_slope: slope,
        filling_quotient: slope / (branch * rise),
    }


class _Neighbour:
    """Taylor polynomials at the kinetic energy xi + step, to first order."""

    def __init__(self, step: sp.Symbol) -> None:
        self.step = step
        self.filling = filling + filling_slope * step
        direction = nambu.hamiltonian() / symbols.excitation_energy
        parts = direction, direction.diff(symbols.xi)
        at = {symbols.excitation_energy: symbols.energy}
        # H/E, by which the projectors are (1 + b H/E)/2
        self.direction, self.turn = (part.subs(at) for part in parts)

    def energy(self, branch: int) -> sp.Expr:
        """Return y_b from a xi."""
        return branch * symbols.energy + branch_slope(branch) * self.step

    def projector(self, branch: int) -> sp.ImmutableMatrix:
        return (nambu.pauli(0) + branch * (self.direction + self.step * self.turn)) / 2


def _trace(s: int, t: int, a: int, b: int, ends: list[_Neighbour]) -> sp.Expr:
    left, right = nambu.pauli(s) * ends[0].projector(a), nambu.pauli(t) * ends[1].projector(b)
    return (left * right).trace()


def _between_branches(s: int, t: int, b: int, near: list[_Neighbour]) -> sp.Expr:
    """Return Tr[tau_s P_-b tau_t P_b'] F_b'/(y_b' - y_-b), averaged over exchange of the momenta.

    The second term of the average has the trace of the first one with both vertices exchanged.
    """
    first, second = near
    total = sp.S.Zero
    for here, there, trace in (
        (second, first, _trace(s, t, -b, b, near)),
        (first, second, _trace(s, t, b, -b, near)),
    ):
        total += trace * here.filling / (here.energy(b) - there.energy(-b))
    return total / 2


def _within_branches(s: int, t: int, b: int, near: list[_Neighbour]) -> sp.Expr:
    """Return half of the trace that multiplies the quotient of the differences of F_b and y_b.

    The quotient is dF_b/dy_b itself where the trace vanishes like the product of both steps.
    """
    trace = _trace(s, t, b, b, near) / 2
    if s == t == 2:
        ends = ({near[0].step: sp.S.Zero}, {near[1].step: sp.S.Zero})
        if any(lowest_terms(trace.subs(end)) != 0 for end in ends):
            raise ValueError("the phase scatters within a branch at a momentum that stays")
    return trace


def _at_rest(expr: sp.Expr, near: list[_Neighbour]) -> sp.Expr:
    return expr.subs({neighbour.step: sp.S.Zero for neighbour in near})


def _mixed(expr: sp.Expr, near: list[_Neighbour]) -> sp.Expr:
    """Return the derivative by both steps where they are zero."""
    for neighbour in near:
        expr = expr.diff(neighbour.step).subs(neighbour.step, 0)
    return expr


def lowest_terms(expr: sp.Expr) -> sp.Expr:
    """Reduce a rational function of E, xi and Delta_0, of which two determine the third."""
    energy, xi, gap = symbols.energy, symbols.xi, symbols.gap
    parts = sp.fraction(sp.together(expr))
    rational = [replace_square(part, gap, energy**2 - xi**2) for part in parts]
    # no `factor`: for several symbols its running time is random, and at times a minute
    numerator, denominator = sp.fraction(sp.cancel(rational[0] / rational[1]))
    reduced = sp.factor_terms(replace_square(numerator, xi, energy**2 - gap**2))
    return reduced / sp.factor_terms(denominator)
