r"""Divided differences written with those of log and digamma alone, regular where poles meet.

The poles of one side, :math:`u_1 \ldots u_m`, are the diagonal of a matrix J with ones above it;
the first row of g(J) has the divided differences of g as its elements (Opitz).  So with the
numerator N and the poles w of the other sides

.. math::

    [u_1, \ldots, u_m] \frac{N L}{\prod (z - w)}
        = \sum_k \left(e_1 N(J) \prod (J - w)^{-1}\right)_k [u_k, \ldots, u_m] L,

where the row vector takes multiplications and divisions by the distances u - w only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import sympy as sp
from mpmath.libmp import NoConvergence

from derive.functions.differences.difference import divided_difference
from derive.functions.differences.divided import divided_log, divided_polygamma
from derive.functions.differences.multiprecision import MIXED
from derive.functions.differences.transforms import MATSUBARA
from derive.functions.elementary import where_less
from derive.functions.occupation import bose
from derive.polynomials.poles import quadratic_roots

Transform = Callable[[Sequence[sp.Expr]], sp.Expr]


#: Digits of roots that are found when code is written.
_DIGITS = 30
#: Relative distance, of each other and of the axis, from which on they are known well enough.
_APART = sp.Rational(1, 10**9)


def with_numerical_roots(difference: divided_difference) -> divided_difference:
    """Replace polynomials without symbols and without closed roots by their roots, to 30 digits.

    One that has roots next to each other, or to the axis, stays as it is.
    """
    nodes: list[sp.Expr] = []
    sides: list[sp.Expr] = []
    for node, side in zip(difference.nodes, difference.sides, strict=True):
        monic = isinstance(node, sp.Tuple) and node[0] == 1
        found = _roots(node, int(side)) if monic else []
        if found:
            nodes += [z for z, _ in found]
            sides += [sp.Integer(s) for _, s in found]
        else:
            nodes.append(node)
            sides.append(side)
    return difference.func(difference.numerator, nodes, sides, difference.occupation)


def _roots(polynomial: sp.Tuple, side: int) -> list[tuple[sp.Expr, int]]:
    if polynomial.free_symbols or (len(polynomial) <= 3 and side != MIXED):
        return []
    try:
        found = sp.Poly(list(polynomial), sp.Dummy()).nroots(n=_DIGITS, maxsteps=200)
    except NoConvergence:
        return []
    parts = [tuple(map(sp.Rational, z.as_real_imag())) for z in found]
    size = max(abs(x) + abs(y) for x, y in parts)
    if min(abs(y) for _, y in parts) < _APART * size or any(
        abs(x - u) + abs(y - v) < _APART * size for (x, y), (u, v) in combinations(parts, 2)
    ):
        return []
    return [(x + sp.I * y, side if side != MIXED else (1 if y > 0 else -1)) for x, y in parts]


def in_basic_differences(difference: divided_difference) -> sp.Expr | None:
    """Return a divided difference by those of log and digamma, or None where that needs its values.

    None is for roots that have no closed form or whose side is unknown, for products other than of
    two Fermi factors at T > 0, and for several poles on the axis at T = 0.
    """
    places: dict[int, list[sp.Expr]] = {1: [], -1: [], 0: []}
    for node, side in zip(difference.nodes, difference.sides, strict=True):
        if side == MIXED:
            return None
        if not isinstance(node, sp.Tuple):
            places[int(side)].append(node)
        elif len(node) == 3:
            places[int(side)] += [z for z, m in quadratic_roots(*node) for _ in range(m)]
        else:
            return None
    leading = sp.Mul(*(n[0] for n in difference.nodes if isinstance(n, sp.Tuple)))
    total: sp.Expr = sp.S.Zero
    for side, nodes in places.items():
        if not nodes:
            continue
        transform = _transform(difference.occupation, side, nodes)
        if transform is None:
            return None
        others = [w for s, group in places.items() if s != side for w in group]
        weights = _first_row(difference.numerator, nodes, others)
        for k, weight in enumerate(weights):
            if weight != 0:
                total += weight * transform(nodes[k:])
    return total / leading


def _first_row(
    numerator: Sequence[sp.Expr], nodes: Sequence[sp.Expr], others: Sequence[sp.Expr]
) -> list[sp.Expr]:
    """Return e_1 N(J)/prod(J - w)."""
    row: list[sp.Expr] = [sp.S.Zero] * len(nodes)
    for coefficient in numerator:
        before = row
        row = [z * before[k] + (before[k - 1] if k else sp.S.Zero) for k, z in enumerate(nodes)]
        row[0] += coefficient
    for w in others:
        divided: list[sp.Expr] = []
        for k, z in enumerate(nodes):
            rest = row[k] - (divided[k - 1] if k else sp.S.Zero)
            divided.append(rest / (z - w))
        row = divided
    return row


def _transform(occupation: sp.Tuple, side: int, nodes: Sequence[sp.Expr]) -> Transform | None:
    """Return the divided differences of the Cauchy transform of an occupation on one side."""
    if not occupation:
        return lambda z: sp.I * sp.pi * side if len(z) == 1 else sp.S.Zero
    statistics, edge, heat = occupation[0]
    if abs(statistics) == MATSUBARA:
        return _comb(statistics, heat, nodes)
    if len(occupation) > 1:
        return _pair_of_fermi(occupation, side)
    cold = heat.is_zero
    if side == 0:
        if cold and len(nodes) > 1:
            return None
        if cold:
            return lambda z: sp.log(sp.Abs(z[0] - edge))
        above, below = (_on_side(statistics, edge, heat, s) for s in (1, -1))
        return lambda z: (above(z) + below(z)) / 2
    if cold:
        return _step(edge, side)
    return _on_side(statistics, edge, heat, side)


def _pair_of_fermi(occupation: sp.Tuple, side: int) -> Transform | None:
    """Return the transform of f_a f_b = f_b + n(a - b) (f_b - f_a), regular at a = b.

    Over several points the difference is telescoped: one point after the other is moved from the
    edge a to b, each by the same distance, which n(a - b) is multiplied with.
    """
    if len(occupation) > 2 or side == 0 or any(s != 1 or h.is_zero for s, _, h in occupation):
        return None
    (_, a, heat), (_, b, _) = occupation
    alone = _on_side(sp.S.One, b, heat, side)
    slope = -sp.I * side / (2 * sp.pi * heat)
    weight = _distance_times_bose(sp.expand(a - b), heat)

    def transform(z: Sequence[sp.Expr]) -> sp.Expr:
        before, after = ([sp.S.Half + slope * (x - edge) for x in z] for edge in (a, b))
        moved = sp.Add(*(divided_polygamma(*before[: k + 1], *after[k:]) for k in range(len(z))))
        return alone(z) + weight * slope ** len(z) * moved

    return transform


def _distance_times_bose(distance: sp.Expr, heat: sp.Expr) -> sp.Expr:
    """Return d n(d), near d = 0 by its series, which is right to 45 digits there."""
    if distance == 0:
        return heat
    x = distance / heat
    series = heat * (1 - x / 2 + x**2 / 12 - x**4 / 720 + x**6 / 30240)
    near = heat * sp.Rational(1, 10**5)
    return where_less(sp.Abs(distance), near, series, distance * bose(distance, heat))


def _comb(statistics: sp.Expr, heat: sp.Expr, nodes: Sequence[sp.Expr]) -> Transform | None:
    """Return -pi tanh(z/2T) = i psi(1/2 + w) - i psi(1/2 - w), w = i z/2 pi T, or -pi coth(z/2T).

    The arguments are in the right half-plane where z is real, an energy.
    """
    if len(nodes) == 1:
        function = sp.tanh if statistics > 0 else sp.coth
        return lambda z: -sp.pi * function(z[0] / (2 * heat))
    if not all(z.is_extended_real for z in nodes):
        return None
    slope = sp.I / (2 * sp.pi * heat)
    offset = sp.S.Half if statistics > 0 else sp.S.One

    def transform(z: Sequence[sp.Expr]) -> sp.Expr:
        total: sp.Expr = sp.S.Zero
        order = len(z) - 1
        for sign in (1, -1):
            points = [offset + sign * slope * x for x in z]
            psi = sp.polygamma(0, points[0]) if order == 0 else divided_polygamma(*points)
            total += sp.I * sign * (sign * slope) ** order * psi
        if statistics < 0:
            # psi(w) = psi(1 + w) - 1/w
            total -= (-1) ** order * sp.I / slope * sp.Mul(*(1 / x for x in z))
        return total

    return transform


def _step(edge: sp.Expr, side: int) -> Transform:
    turn = -sp.I * side

    def transform(z: Sequence[sp.Expr]) -> sp.Expr:
        points = [turn * (x - edge) for x in z]
        if len(z) == 1:
            return sp.log(points[0]) + sp.I * sp.pi * side / 2
        return turn ** (len(z) - 1) * divided_log(*points)

    return transform


def _on_side(statistics: sp.Expr, edge: sp.Expr, heat: sp.Expr, side: int) -> Transform:
    slope = -sp.I * side / (2 * sp.pi * heat)
    offset = sp.S.Half if statistics > 0 else sp.S.One

    def transform(z: Sequence[sp.Expr]) -> sp.Expr:
        points = [offset + slope * (x - edge) for x in z]
        if len(z) == 1:
            value = sp.polygamma(0, points[0]) + sp.log(2 * sp.pi * heat) + sp.I * sp.pi * side / 2
        else:
            value = slope ** (len(z) - 1) * divided_polygamma(*points)
        if statistics < 0:
            # the pole of the factor at its edge
            poles = sp.Mul(*(1 / (x - edge) for x in z))
            value -= (-1) ** (len(z) - 1) * sp.I * sp.pi * heat * side * poles
        return statistics * value

    return transform
