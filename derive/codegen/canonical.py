"""Expressions in the functions that programs know, whatever functions they were written with."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from derive.codegen.differences import in_basic_differences, with_numerical_roots
from derive.codegen.names import shown
from derive.functions.differences.difference import divided_difference
from derive.functions.elementary import real_power, where_less
from derive.functions.registry import FUNCTIONS
from derive.functions.stable import difference_value, principal_root

#: Functions that the split into real and imaginary parts understands.
KNOWN = (
    *(sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh),
    *(sp.re, sp.im, sp.conjugate, sp.Abs, sp.arg, sp.atan, sp.atan2, where_less, real_power),
    *{f.symbolic for f in FUNCTIONS},
    principal_root,
)

#: What other functions are by these.
_REWRITTEN: dict[type[sp.Function], Callable[..., sp.Expr]] = {
    sp.coth: lambda x: 1 / sp.tanh(x, evaluate=False),
    sp.sech: lambda x: 1 / sp.cosh(x, evaluate=False),
    sp.csch: lambda x: 1 / sp.sinh(x, evaluate=False),
    sp.cot: lambda x: 1 / sp.tan(x, evaluate=False),
    sp.sec: lambda x: 1 / sp.cos(x, evaluate=False),
    sp.csc: lambda x: 1 / sp.sin(x, evaluate=False),
    sp.digamma: lambda x: sp.polygamma(0, x),
    sp.trigamma: lambda x: sp.polygamma(1, x),
    sp.Max: lambda *xs: _extreme(xs, largest=True),
    sp.Min: lambda *xs: _extreme(xs, largest=False),
}
_BY_LOGARITHMS = (
    *(sp.asin, sp.acos, sp.acot, sp.asec, sp.acsc),
    *(sp.asinh, sp.acosh, sp.atanh, sp.acoth, sp.asech, sp.acsch),
)


#: Targets that call the engine's own evaluation where nothing else is left.
_ANY_DIFFERENCE = ("numpy", "mpmath", "lambdify")


class Canonical:
    """Maps expressions to equal ones in known functions; remembers what it has seen.

    Parameters
    ----------
    target : str
        Named where something cannot be written.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self._seen: dict[sp.Basic, sp.Expr] = {}

    def __call__(self, expr: sp.Expr) -> sp.Expr:
        """Return an equal expression.

        Raises
        ------
        ValueError
            If there is none.
        """
        if expr not in self._seen:
            self._seen[expr] = self._rewritten(expr)
        return self._seen[expr]

    def _rewritten(self, expr: sp.Expr) -> sp.Expr:
        if expr.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
            raise ValueError(f"{shown(expr)} is not finite")
        if expr.is_Atom:
            if isinstance(expr, sp.Symbol | sp.Number | sp.NumberSymbol) or expr is sp.I:
                return expr
            raise self._unknown(expr)
        if isinstance(expr, divided_difference):
            return self._difference(expr)
        if isinstance(expr, sp.Piecewise):
            return self._cases(list(expr.args))
        if isinstance(expr, sp.Heaviside):
            x, middle = (self(a) for a in expr.args)
            return where_less(x, 0, 0, where_less(0, x, 1, middle))
        if isinstance(expr, sp.sign):
            x = self(expr.args[0])
            if x.is_extended_real:
                return where_less(x, 0, -1, where_less(0, x, 1, 0))
            return x / sp.Abs(x)
        if isinstance(expr, _BY_LOGARITHMS) or (
            isinstance(expr, sp.atan) and not expr.args[0].is_extended_real
        ):
            return self(expr.rewrite(sp.log))
        arguments = [self(a) for a in expr.args]
        if isinstance(expr, sp.Pow):
            return self._power(*arguments)
        if type(expr) in _REWRITTEN:
            return _REWRITTEN[type(expr)](*arguments)
        if isinstance(expr, sp.polygamma) and not (
            arguments[0].is_Integer and 0 <= arguments[0] <= 20
        ):
            raise ValueError(f"the order of {shown(expr)} is outside its domain 0, 1, ..., 20")
        if expr.is_Add or expr.is_Mul or isinstance(expr, KNOWN):
            return expr if tuple(arguments) == expr.args else expr.func(*arguments)
        raise self._unknown(expr)

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        if exponent.is_Integer:
            return base**exponent
        if base is sp.E:
            return sp.exp(exponent)
        if exponent.is_Rational and exponent.q == 2:
            root = sp.sqrt(base) if base.is_nonnegative else principal_root(base)
            return base ** (exponent - sp.S.Half) * root
        if base.is_positive and exponent.is_extended_real:
            return real_power(base, exponent)
        return base**exponent

    def _difference(self, expr: divided_difference) -> sp.Expr:
        if self.target not in _ANY_DIFFERENCE:
            expr = with_numerical_roots(expr)
        found = in_basic_differences(expr)
        if found is None:
            found = expr.doit()
        if found.has(divided_difference) and self.target in _ANY_DIFFERENCE:
            return difference_value(*map(self, difference_value.of(expr).args))
        if found.has(divided_difference):
            raise ValueError(
                f"target {self.target} cannot compute {shown(expr)}: its poles have no closed "
                f"form, and only {', '.join(_ANY_DIFFERENCE)} find roots as they run"
            )
        return self(found)

    def _cases(self, pieces: list[sp.Tuple]) -> sp.Expr:
        value, condition = pieces[0]
        if condition == sp.true:
            return self(value)
        if len(pieces) == 1:
            raise ValueError(f"a Piecewise without a last case for {shown(sp.Not(condition))}")
        return self._case(condition, self(value), self._cases(pieces[1:]))

    def _case(self, condition: sp.Basic, value: sp.Expr, otherwise: sp.Expr) -> sp.Expr:
        if isinstance(condition, BooleanTrue | BooleanFalse):
            return value if condition else otherwise
        if isinstance(condition, sp.Not):
            return self._case(condition.args[0], otherwise, value)
        if isinstance(condition, sp.And | sp.Or):
            first, *rest = condition.args
            others = self._case(condition.func(*rest), value, otherwise)
            if isinstance(condition, sp.And):
                return self._case(first, others, otherwise)
            return self._case(first, value, others)
        if not isinstance(condition, sp.core.relational.Relational):
            raise ValueError(f"the condition {shown(condition)} is no comparison of real numbers")
        low, high = (self(a) for a in condition.args)
        if not (low.is_extended_real and high.is_extended_real):
            raise ValueError(f"the condition {shown(condition)} is no comparison of real numbers")
        if isinstance(condition, sp.StrictLessThan):
            return where_less(low, high, value, otherwise)
        if isinstance(condition, sp.StrictGreaterThan):
            return where_less(high, low, value, otherwise)
        if isinstance(condition, sp.LessThan):
            return where_less(high, low, otherwise, value)
        if isinstance(condition, sp.GreaterThan):
            return where_less(low, high, otherwise, value)
        if isinstance(condition, sp.Ne):
            value, otherwise = otherwise, value
        return where_less(low, high, otherwise, where_less(high, low, otherwise, value))

    def _unknown(self, expr: sp.Basic) -> ValueError:
        return ValueError(f"target {self.target} has no {type(expr).__name__}: {shown(expr)}")


def _extreme(values: tuple[sp.Expr, ...], *, largest: bool) -> sp.Expr:
    first, *rest = values
    if not rest:
        return first
    other = _extreme(tuple(rest), largest=largest)
    return where_less(first, other, *((other, first) if largest else (first, other)))
