"""Wrong versions of a claim: a sign, a factor or an exponent changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp

#: What a claim "0" is turned into.
_WRONG_ZERO = sp.S.One


def mutants(claim: Any) -> Iterator[tuple[str, Any]]:
    """Yield (what was changed, changed claim): of a chain, the first and the last element.

    A claim that consists of one number, such as zero, has fewer of them.
    """
    if isinstance(claim, tuple):
        for k in dict.fromkeys((0, len(claim) - 1)):
            for name, wrong in mutants(claim[k]):
                yield f"{name} of element {k}", (*claim[:k], wrong, *claim[k + 1 :])
        return
    if isinstance(claim, sp.MatrixBase):
        yield from _of_matrix(claim)
        return
    yield from _of_expression(sp.sympify(claim, strict=True))


def _of_matrix(matrix: sp.MatrixBase) -> Iterator[tuple[str, Any]]:
    filled = [k for k, entry in enumerate(matrix) if entry != 0]
    if not filled:
        yield "zero matrix", matrix + sp.eye(*matrix.shape)
        return
    for k in dict.fromkeys((filled[0], filled[-1])):
        for name, wrong in _of_expression(matrix[k]):
            entries = list(matrix)
            entries[k] = wrong
            yield f"{name} of entry {k}", type(matrix)(*matrix.shape, entries)


def _of_expression(expr: sp.Expr) -> Iterator[tuple[str, sp.Expr]]:
    if expr == 0:
        yield "zero", _WRONG_ZERO
        return
    for name, change in (("sign", lambda x: -x), ("factor", lambda x: 2 * x)):
        # a sum that is claimed to vanish stays zero if all of it changes: change its last term
        yield name, _at_first_sum(expr, change) or change(expr)
    wrong = _at_first_power(expr)
    if wrong is not None:
        yield "exponent", wrong


def _at_first_sum(expr: sp.Expr, change: Callable[[sp.Expr], sp.Expr]) -> sp.Expr | None:
    """Change the last term of the outermost sum."""
    if isinstance(expr, (sp.Add, sp.MatAdd)):
        terms = list(expr.args)
        return expr.func(*terms[:-1], change(terms[-1]))
    for k, arg in enumerate(expr.args):
        if isinstance(arg, sp.Expr):
            wrong = _at_first_sum(arg, change)
            if wrong is not None:
                return expr.func(*expr.args[:k], wrong, *expr.args[k + 1 :])
    return None


def _at_first_power(expr: sp.Expr) -> sp.Expr | None:
    """Raise the exponent of the first power by one, or square the first symbol."""
    if isinstance(expr, sp.Pow) and expr.exp.is_Rational:
        exponent = expr.exp + 1
        return expr.base ** (exponent if exponent != 0 else expr.exp - 1)
    if isinstance(expr, sp.Symbol):
        return expr**2
    for k, arg in enumerate(expr.args):
        if isinstance(arg, sp.Expr):
            wrong = _at_first_power(arg)
            if wrong is not None:
                return expr.func(*expr.args[:k], wrong, *expr.args[k + 1 :])
    return None
