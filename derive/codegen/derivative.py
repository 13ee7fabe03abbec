"""First derivatives of large expressions."""

from __future__ import annotations

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
    if symbol not in expr.free_symbols:
        return sp.S.Zero
    if expr.is_Add:
        return sp.Add(*(derivative(term, symbol) for term in expr.args))
    if expr.is_Mul:
        factors = expr.args
        slopes = [(k, derivative(factor, symbol)) for k, factor in enumerate(factors)]
        return sp.Add(
            *(
                sp.Mul(*(slope if k == n else factor for n, factor in enumerate(factors)))
                for k, slope in slopes
                if slope is not sp.S.Zero
            )
        )
    if expr.is_Pow and symbol not in expr.exp.free_symbols:
        return expr * (derivative(expr.base, symbol) * expr.exp / expr.base)
    return expr.diff(symbol)
