"""First derivatives of large expressions."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp


def derivative(expr: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """Return the first derivative, as `expr.diff(symbol)` writes it.

    SymPy's rule for the n-th derivative of a product multiplies all factors with each derivative,
    with those that vanish too, and of every factor of a zero it asks whether it is finite.

    Parameters
    ----------
    expr : Expr
        Any expression.
    symbol : Symbol
        By which it is differentiated.

    Examples
    --------
    >>> import sympy as sp
    >>> x, y = sp.symbols("x y")
    >>> derivative(x**2 * y + sp.sin(y), x)
    2*x*y
    """
    # of what has been met; a subexpression is in many places of a large expression
    known: dict[sp.Basic, sp.Expr] = {symbol: sp.S.One}

    def of(expr: sp.Expr) -> sp.Expr:
        if expr in known:
            return known[expr]
        if expr.is_Atom:
            return sp.S.Zero
        known[expr] = result = _by_rule(expr, symbol, of)
        return result

    return of(expr)


def _by_rule(expr: sp.Expr, symbol: sp.Symbol, of: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """Return the derivative of a composed expression, given the function that derives its parts."""
    if expr.is_Add:
        return sp.Add(*map(of, expr.args))
    if expr.is_Mul:
        factors = expr.args
        slopes = [(k, of(factor)) for k, factor in enumerate(factors)]
        return sp.Add(
            *(
                sp.Mul(*(slope if k == n else factor for n, factor in enumerate(factors)))
                for k, slope in slopes
                if slope is not sp.S.Zero
            )
        )
    if expr.is_Pow and (expr.exp.is_Number or symbol not in expr.exp.free_symbols):
        slope = of(expr.base)
        return slope if slope is sp.S.Zero else expr * (slope * expr.exp / expr.base)
    return expr.diff(symbol) if symbol in expr.free_symbols else sp.S.Zero
