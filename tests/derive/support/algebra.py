"""Deciding whether rational expressions vanish identically."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp


def is_zero(expression: sp.Expr) -> bool:
    """Tell whether a rational function of symbols, occupations, i and roots is zero."""
    expression = sp.sympify(expression)
    return bool(sp.expand(sp.fraction(sp.together(expression))[0]) == 0)


def vanishes(matrix: Iterable[sp.Expr]) -> bool:
    """Tell whether every entry of a matrix is zero."""
    return all(is_zero(entry) for entry in matrix)
