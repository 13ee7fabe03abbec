"""Integrals without occupation: rational functions of poles, regular where poles meet.

The sum over the poles of one half-plane is the divided difference of a rational function that is
analytic there.  Leibniz' rule for divided differences,

    [z_1 ... z_n](g h) = sum_k [z_1 ... z_k] g [z_k ... z_n] h,

with [z_1 ... z_k] 1/(z - w) = -1/((w - z_1) ... (w - z_k)), needs no distances between nodes of
the same side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from derive.frequency.deadline import Deadline
from derive.functions.differences.difference import convolved

#: Products that may be written out; beyond, the divided difference stays unevaluated.
_WRITTEN_OUT = 120


def worth_writing(nodes: int, others: int) -> bool:
    """Return whether Leibniz' rule gives an expression of moderate length."""
    return nodes < 2 or math.comb(nodes - 1 + others, others) <= _WRITTEN_OUT


def sum_over_poles(
    numerator: Sequence[sp.Expr], nodes: Sequence[sp.Expr], others: Sequence[sp.Expr]
) -> sp.Expr:
    """Return the divided difference over `nodes` of numerator over the product of (z - others)."""
    if not nodes:
        return sp.S.Zero
    return _leibniz(tuple(numerator), tuple(nodes), tuple(others))


def _leibniz(
    numerator: tuple[sp.Expr, ...], nodes: tuple[sp.Expr, ...], others: tuple[sp.Expr, ...]
) -> sp.Expr:
    if len(nodes) == 1:
        below = sp.Mul(*((_distance(nodes[0], w)) for w in others))
        return _polynomial_difference(numerator, nodes) / below
    if not others:
        return _polynomial_difference(numerator, nodes)
    w, rest = others[0], others[1:]
    total: sp.Expr = sp.S.Zero
    for k in range(1, len(nodes) + 1):
        first = -1 / sp.Mul(*(_distance(w, z) for z in nodes[:k]))
        total += first * _leibniz(numerator, nodes[k - 1 :], rest)
    return total


def _distance(z: sp.Expr, w: sp.Expr) -> sp.Expr:
    # expanded, so that equal parts of the poles cancel
    return sp.factor_terms(sp.expand(z - w))


def _polynomial_difference(numerator: Sequence[sp.Expr], nodes: Sequence[sp.Expr]) -> sp.Expr:
    """Return a polynomial's divided difference: synthetic division, node after node."""
    work = list(numerator)
    for z in nodes[:-1]:
        if not work:
            return sp.S.Zero
        quotient: list[sp.Expr] = []
        for c in work[:-1]:
            quotient.append(c + quotient[-1] * z if quotient else c)
        work = quotient
    total: sp.Expr = sp.S.Zero
    for c in work:
        total = total * nodes[-1] + c
    return total


def by_linear_equations(
    numerator: Sequence[sp.Expr],
    upper: Sequence[sp.Expr],
    lower: Sequence[sp.Expr],
    deadline: Deadline,
) -> sp.Expr:
    """Return the sum of the residues in the upper half-plane, from polynomials without their roots.

    With N = A P + B Q for P of the upper and Q of the lower roots, N/(PQ) = A/Q + B/P, and the
    residues of B/P add up to the coefficient of 1/nu.
    """
    m, n = len(upper) - 1, len(lower) - 1
    size = m + n
    columns = [_column(lower, k, size) for k in range(m)] + [
        _column(upper, k, size) for k in range(n)
    ]
    deadline.check("solving for the sum over roots")
    matrix = sp.Matrix(size, size, lambda i, j: columns[j][i])
    padded = [sp.S.Zero] * (size - len(numerator)) + list(numerator)
    # Cramer's rule for the highest coefficient of B
    changed = matrix.copy()
    changed[:, 0] = sp.Matrix(padded)
    above = changed.det(method="berkowitz")
    deadline.check("solving for the sum over roots")
    return sp.factor_terms(sp.expand(above)) / sp.factor_terms(
        sp.expand(matrix.det(method="berkowitz"))
    )


def split_fraction(
    numerator: Sequence[sp.Expr], own: Sequence[sp.Expr], other: Sequence[sp.Expr]
) -> list[sp.Expr]:
    """Return A of numerator/(own other) = A/own + B/other, for polynomials without common root."""
    m, n = len(own) - 1, len(other) - 1
    size = m + n
    columns = [_column(other, k, size) for k in range(m)] + [
        _column(own, k, size) for k in range(n)
    ]
    rest = [c for c in numerator if c != 0] and list(numerator)
    padded = [sp.S.Zero] * (size - len(rest)) + rest
    # all in one matrix, so that the numbers of both sides have one domain
    whole = DomainMatrix.from_Matrix(
        sp.Matrix(size, size + 1, lambda i, j: columns[j][i] if j < size else padded[i]),
        extension=True,
    ).to_field()
    square, right = whole[:, :size], whole[:, size:]
    return list(square.lu_solve(right).to_Matrix()[:m])


def _column(polynomial: Sequence[sp.Expr], shift: int, size: int) -> list[sp.Expr]:
    """Return the coefficients of polynomial times nu**(top - shift), the highest power first."""
    column = [sp.S.Zero] * size
    for k, c in enumerate(polynomial):
        column[shift + k] = c
    return column


def expanded(nodes: Sequence[Sequence[sp.Expr]]) -> list[sp.Expr]:
    """Return the product of polynomials."""
    result: list[sp.Expr] = [sp.S.One]
    for polynomial in nodes:
        result = [sp.expand(c) for c in convolved(result, polynomial)]
    return result
