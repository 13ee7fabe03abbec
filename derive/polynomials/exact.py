"""Exact numbers, and what can be decided about expressions: zero or not, positive or negative.

Floats stand for the decimal fractions that they are written as, so that poles which are equal on
paper are equal here; numbers of the result become floats again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

#: Digits at which a number is compared with zero when SymPy cannot decide it symbolically.
_DECISION_DIGITS = 50
#: A sum of exact terms is zero if it is smaller than this times the sum of their sizes ...
_ZERO = sp.Float(10, 15) ** -35
#: ... and one of terms that were typed as doubles if it is smaller than 64 roundings of them.
ROUGHLY_ZERO = sp.Float(2, 15) ** -46
_POINTS = 3


@dataclass(frozen=True)
class Precision:
    """The decimal digits of an expression's floats; None where all its numbers are exact."""

    digits: int | None = None

    @property
    def rough(self) -> bool:
        """Whether numbers are known to the accuracy of doubles or so only."""
        return self.digits is not None


def with_exact_numbers(expr: sp.Expr) -> tuple[sp.Expr, Precision]:
    """Replace every float by the shortest decimal fraction that it is the float of."""
    floats = expr.atoms(sp.Float)
    if not floats:
        return expr, Precision()
    digits = max(f._prec for f in floats)
    exact = expr.xreplace({f: _decimal(f) for f in floats})
    return exact, Precision(max(15, int(digits * 0.30103)))


def _decimal(value: sp.Float) -> sp.Rational:
    return sp.Rational(repr(float(value))) if value._prec == 53 else sp.Rational(value)


def with_floats(expr: sp.Expr, precision: Precision) -> sp.Expr:
    """Turn the numbers of a result into floats of the precision of the input."""
    digits = precision.digits
    if digits is None:
        return expr
    if expr.is_number:
        return sp.N(expr, digits)
    return _floated(expr, digits)


def _floated(expr: sp.Basic, digits: int) -> sp.Basic:
    if isinstance(expr, sp.Rational) and not isinstance(expr, sp.Integer):
        return sp.Float(expr, digits)
    if not expr.args:
        return expr
    if isinstance(expr, sp.Pow):
        return sp.Pow(_floated(expr.base, digits), expr.exp)
    return expr.func(*(_floated(a, digits) for a in expr.args))


def multiplied_out(expr: sp.Expr) -> sp.Expr:
    """Return a number made of rationals and I as a + b I; anything else as it is."""
    if expr.is_Rational or not expr.is_number:
        return expr
    value = _gaussian(expr)
    return expr if value is None else sp.QQ_I.to_sympy(value)


def _gaussian(expr: sp.Expr) -> Any:
    if expr.is_Rational:
        return sp.QQ_I.from_sympy(expr)
    if expr is sp.I:
        return sp.QQ_I(0, 1)
    if expr.is_Pow:
        base = _gaussian(expr.base) if expr.exp.is_Integer else None
        return base ** int(expr.exp) if base else None
    if not (expr.is_Add or expr.is_Mul):
        return None
    total = sp.QQ_I(0 if expr.is_Add else 1, 0)
    for argument in expr.args:
        value = _gaussian(argument)
        if value is None:
            return None
        total = total + value if expr.is_Add else total * value
    return total


def vanishes(expr: sp.Expr, precision: Precision = Precision()) -> bool:
    """Decide whether an expression is zero for all values of its symbols.

    What SymPy leaves open is evaluated at random points that the symbols' assumptions allow.

    Raises
    ------
    ValueError
        If it cannot be evaluated.
    """
    if expr.is_zero is not None and not (precision.rough and expr.is_number):
        return bool(expr.is_zero)
    terms = sp.Add.make_args(sp.expand(expr) if sp.count_ops(expr) < 3000 else expr)
    symbols = sorted(expr.free_symbols, key=str)
    bound = ROUGHLY_ZERO if precision.rough else _ZERO
    # the same points for the same symbols, so that the same question has the same answer
    source = random.Random(" ".join(map(str, symbols)))
    for _ in range(_POINTS if symbols else 1):
        at = {s: _value(s, source) for s in symbols}
        values = [t.xreplace(at).evalf(_DECISION_DIGITS) for t in terms]
        if not all(v.is_number and v.is_finite is not False for v in values):
            raise ValueError(f"cannot decide whether {expr} is zero")
        total, size = abs(sp.Add(*values)), sp.Add(*map(abs, values))
        if not total <= bound * size and total > sp.Float(10) ** -45 * min(1, size):
            return False
    return True


def equal(a: sp.Expr, b: sp.Expr, precision: Precision = Precision()) -> bool:
    """Decide whether two expressions are equal; numbers of floats up to the rounding of these."""
    if precision.rough and a.is_number and b.is_number:
        return bool(abs(a - b) <= ROUGHLY_ZERO * (abs(a) + abs(b)))
    return vanishes(a - b, precision)


def sampled(expressions: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Return expressions with values for their symbols that their assumptions allow."""
    symbols = sorted(set().union(*(e.free_symbols for e in expressions)), key=str)
    source = random.Random(" ".join(map(str, symbols)))
    at = {s: _value(s, source) for s in symbols}
    return [e.xreplace(at) for e in expressions]


def _value(symbol: sp.Symbol, source: random.Random) -> sp.Expr:
    """Return a random value that the assumptions of a symbol allow."""
    size = sp.Rational(source.randint(200, 3000), 997)
    if symbol.is_integer:
        size = sp.Integer(source.randint(1, 9))
    if symbol.is_nonnegative or symbol.is_positive:
        return size
    if symbol.is_nonpositive or symbol.is_negative:
        return -size
    sign = source.choice([1, -1])
    if symbol.is_extended_real:
        return sign * size
    other = sp.Rational(source.randint(-3000, 3000), 997)
    return sp.I * other if symbol.is_imaginary else sign * size + sp.I * other


def sign_of(expr: sp.Expr) -> int | None:
    """Return +1, -1 or 0 for a real expression whose sign the assumptions decide, else None."""
    for rewrite in (lambda e: e, sp.expand, lambda e: sp.factor_terms(sp.expand(e)), sp.factor):
        candidate = rewrite(expr)
        if candidate.is_positive:
            return 1
        if candidate.is_negative:
            return -1
        if candidate.is_zero:
            return 0
    if expr.is_number and expr.is_extended_real is not False:
        if vanishes(expr):
            return 0
        value = sp.re(expr.evalf(_DECISION_DIGITS))
        return 1 if value > 0 else -1
    return None
