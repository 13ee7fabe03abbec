"""Whether a polynomial in symbols, square roots and the imaginary unit is zero, exactly."""

from __future__ import annotations

import sympy as sp
from sympy.polys.rings import PolyElement, PolyRing


def is_zero_polynomial(expr: sp.Expr) -> bool:
    """Decide whether a polynomial is identically zero, multiplied out in a ring.

    Square roots and the imaginary unit are generators, whose squares are replaced at the end; any
    other function or number counts as an independent generator too.

    Parameters
    ----------
    expr : Expr
        A polynomial in symbols, square roots and other atoms, not necessarily expanded.

    Raises
    ------
    ValueError
        If it is no polynomial in these.

    Examples
    --------
    >>> import sympy as sp
    >>> x, y = sp.symbols("x y", positive=True)
    >>> root = sp.sqrt(x + y)
    >>> is_zero_polynomial((root + sp.I) * (root - sp.I) - x - y - 1)
    True
    >>> is_zero_polynomial((root + sp.I) * (root - sp.I) - x - y + 1)
    False
    """
    roots = sorted(
        (p for p in expr.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q == 2),
        key=sp.default_sort_key,
    )
    names: dict[sp.Expr, sp.Symbol] = {}
    for power in roots:
        names.setdefault(power.base, sp.Symbol(f"r#{len(names)}"))
    unit = sp.Symbol("i#")
    # what stands for a power of a root is replaced as a whole, what stands under it as it is
    known = {p: names[p.base] ** (2 * p.exp) for p in roots} | {sp.I: unit}
    numbers = sorted(expr.atoms(sp.NumberSymbol), key=str)
    known |= {number: sp.Symbol(f"{number}#") for number in numbers}
    turned = expr.xreplace(known)
    squares = [sp.fraction(sp.together(base.xreplace(known))) for base in names]
    free = turned.free_symbols.union(*(part.free_symbols for s in squares for part in s))
    generators = sorted(free - {unit, *names.values()}, key=sp.default_sort_key)
    ring = PolyRing((unit, *names.values(), *generators), sp.QQ, "lex")
    reduced = ring.from_expr(turned)
    for k, (above, below) in enumerate(squares, 1):
        reduced = _with_square(reduced, k, ring.from_expr(above), ring.from_expr(below))
    return not _with_square(reduced, 0, -ring.one, ring.one)


def _with_square(
    polynomial: PolyElement, index: int, above: PolyElement, below: PolyElement
) -> PolyElement:
    """Replace the square of a generator by a quotient; multiply by what that divides by."""
    ring = polynomial.ring
    parts: dict[int, dict[tuple[int, ...], object]] = {}
    for powers, coefficient in polynomial.terms():
        half, odd = divmod(powers[index], 2)
        rest = (*powers[:index], odd, *powers[index + 1 :])
        # no two terms have the same powers
        parts.setdefault(half, {})[rest] = coefficient
    highest = max(parts, default=0)
    total = ring.zero
    for half, part in parts.items():
        total += ring.from_dict(part) * above**half * below ** (highest - half)
    return total
