"""Divided differences written out as sums over poles, with logarithms or digamma functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from derive.functions.differences.multiprecision import MIXED
from derive.functions.differences.transforms import MATSUBARA
from derive.functions.occupation import bose, fermi
from derive.functions.polygamma import polygamma
from derive.polynomials.exact import vanishes
from derive.polynomials.poles import quadratic_roots

if TYPE_CHECKING:
    from derive.functions.differences.difference import divided_difference


def written_out(difference: divided_difference) -> sp.Expr:
    """Return the sum over poles; the divided difference itself where roots have no closed form."""
    if not difference.nodes:
        return _moments(difference)
    places: list[tuple[sp.Expr, int]] = []
    for node, side in zip(difference.nodes, difference.sides, strict=True):
        if not isinstance(node, sp.Tuple):
            places.append((node, int(side)))
        elif len(node) == 3 and side != MIXED:
            for z, m in quadratic_roots(*node):
                places += [(z, int(side))] * m
        else:
            return difference
    groups: list[tuple[sp.Expr, int, int]] = []
    for z, side in places:
        for k, (known, s, count) in enumerate(groups):
            if s == side and (known == z or vanishes(known - z)):
                groups[k] = (known, s, count + 1)
                break
        else:
            groups.append((z, side, 1))
    x = sp.Dummy("z")
    degree = len(difference.numerator) - 1
    numerator = sp.Add(*(c * x ** (degree - k) for k, c in enumerate(difference.numerator)))
    total: sp.Expr = sp.S.Zero
    for z, side, count in groups:
        rest = sp.Mul(*((x - w) ** m for w, s, m in groups if (w, s) != (z, side)))
        function = numerator / rest
        for order in range(count):
            coefficient = function.diff(x, count - 1 - order) / sp.factorial(count - 1 - order)
            at_pole = _at(coefficient, x, z)
            if at_pole != 0:
                total += at_pole * transform(difference.occupation, z, side, order)
    return total


def _at(expr: sp.Expr, x: sp.Symbol, z: sp.Expr) -> sp.Expr:
    value = expr.subs(x, z)
    if value.is_number:
        return sp.expand(sp.radsimp(value))
    return value.replace(
        lambda e: isinstance(e, sp.Pow) and e.exp.is_negative,
        lambda e: sp.factor_terms(sp.expand(e.base)) ** e.exp,
    )


def _moments(difference: divided_difference) -> sp.Expr:
    from derive.functions.differences.factor import Factor
    from derive.functions.differences.moments import explicit_moment

    factors = [Factor(int(s), edge, heat) for s, edge, heat in difference.occupation]
    degree = len(difference.numerator) - 1
    return sp.Add(
        *(c * explicit_moment(factors, degree - k) for k, c in enumerate(difference.numerator))
    )


def transform(occupation: sp.Tuple, z: sp.Expr, side: int, order: int) -> sp.Expr:
    """Return the Taylor coefficient of the given order of a Cauchy transform at z."""
    if not occupation:
        return sp.I * sp.pi * side if order == 0 else sp.S.Zero
    statistics, edge, heat = occupation[0]
    if abs(statistics) == MATSUBARA:
        y = sp.Dummy("y")
        function = -sp.pi * (sp.tanh(y) if statistics > 0 else sp.coth(y))
        scale = 1 / (2 * heat)
        return function.diff(y, order).subs(y, scale * z) * scale**order / sp.factorial(order)
    if side == 0 and not any(f[0] == -1 for f in occupation):
        above, below = (transform(occupation, z, s, order) for s in (1, -1))
        return sp.log(sp.Abs(z - edge)) if heat.is_zero and order == 0 else (above + below) / 2
    if len(occupation) > 1:
        return _product(occupation, z, side, order)
    if heat.is_zero:
        return _step(z - edge, order)
    if statistics > 0:
        return _digamma(z - edge, heat, side, order)
    return _bose(z - edge, heat, side, order)


def _step(x: sp.Expr, order: int) -> sp.Expr:
    return sp.log(x) if order == 0 else (-1) ** (order - 1) / (order * x**order)


def _digamma(x: sp.Expr, heat: sp.Expr, side: int, order: int) -> sp.Expr:
    slope = -sp.I * side / (2 * sp.pi * heat)
    value = slope**order * polygamma(order, sp.S.Half + slope * x) / sp.factorial(order)
    return value if order else value + sp.log(2 * sp.pi * heat) + sp.I * sp.pi * side / 2


def _bose(x: sp.Expr, heat: sp.Expr, side: int, order: int) -> sp.Expr:
    if side == 0:
        return (_bose(x, heat, 1, order) + _bose(x, heat, -1, order)) / 2
    slope = -sp.I * side / (2 * sp.pi * heat)
    value = slope**order * polygamma(order, 1 + slope * x) / sp.factorial(order)
    value -= (-1) ** order * sp.I * sp.pi * heat * side / x ** (order + 1)
    return -(value if order else value + sp.log(2 * sp.pi * heat) + sp.I * sp.pi * side / 2)


def _product(occupation: sp.Tuple, z: sp.Expr, side: int, order: int) -> sp.Expr:
    """Reduce a product of factors: f_a (1 - f_b) = n_B(a - b) (f_b - f_a), and f**2 by f'."""
    first, *others = occupation
    heat = first[2]
    for k, other in enumerate(others):
        if other == first:
            continue
        rest = [*others[:k], *others[k + 1 :]]
        pairs = ((first, other), (other, first))
        return sp.Add(
            *(_weight(a, b) * transform(sp.Tuple(a, *rest), z, side, order) for a, b in pairs)
        )
    lower = len(others)
    shorter = sp.Tuple(*others)
    slope = (order + 1) * transform(shorter, z, side, order + 1)
    return first[0] * (transform(shorter, z, side, order) + heat / lower * slope)


def _weight(a: sp.Tuple, b: sp.Tuple) -> sp.Expr:
    # of f and n, which are v/(u + v) times their statistics, in their product
    weight = -bose(a[1] - b[1], a[2]) if a[0] == b[0] else fermi(a[1] - b[1], a[2])
    return b[0] * weight
