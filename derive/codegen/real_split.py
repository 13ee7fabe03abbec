"""The pass that turns complex outputs into real and imaginary parts in real arithmetic."""

from __future__ import annotations

import sympy as sp

from derive.codegen.program import Program
from derive.functions.registry import FUNCTIONS, SpecialFunction

Parts = tuple[sp.Expr, sp.Expr]

#: Complex functions of a fixed number of arguments, whose parts are functions of theirs.
_BY_PARTS = {f.symbolic: f for f in FUNCTIONS if f.parts and "*" not in f.kinds}


def split_complex(program: Program) -> Program:
    """Replace every output by its real part `name_real` and its imaginary part `name_imag`.

    An output whose imaginary part vanishes identically keeps its name.
    """
    split = Splitter()
    outputs: list[tuple[str, sp.Expr]] = []
    for name, value in program.outputs:
        real, imaginary = split(value)
        if imaginary.is_zero:
            outputs.append((name, real))
        else:
            outputs += [(f"{name}_real", real), (f"{name}_imag", imaginary)]
    return program.with_values(program.body, tuple(outputs))


class Splitter:
    """Maps an expression to its real and imaginary parts; remembers what it has seen."""

    def __init__(self) -> None:
        self._seen: dict[sp.Expr, Parts] = {}

    def __call__(self, expr: sp.Expr) -> Parts:
        """Return the real and the imaginary part of an expression."""
        if expr not in self._seen:
            self._seen[expr] = self._split(expr)
        return self._seen[expr]

    def _split(self, expr: sp.Expr) -> Parts:
        if not expr.has(sp.I) and expr.is_extended_real:
            return expr, sp.S.Zero
        if isinstance(expr, sp.atan2) and not expr.has(sp.I):
            # of real arguments, which may be quotients whose divisors SymPy cannot judge
            return expr, sp.S.Zero
        if expr is sp.I:
            return sp.S.Zero, sp.S.One
        if isinstance(expr, sp.Add):
            parts = [self(term) for term in expr.args]
            return sp.Add(*(re for re, _ in parts)), sp.Add(*(im for _, im in parts))
        if isinstance(expr, sp.Mul):
            return self._product(expr)
        if isinstance(expr, sp.Pow) and expr.exp.is_Integer:
            return self._power(*expr.as_base_exp())
        if isinstance(expr, sp.log):
            return self._logarithm(expr.args[0])
        if isinstance(expr, sp.polygamma):
            return self._polygamma(*expr.args)
        if type(expr) in _BY_PARTS:
            return self._by_parts(_BY_PARTS[type(expr)], expr.args)
        raise ValueError(f"cannot split {expr} into real and imaginary parts")

    def _product(self, expr: sp.Mul) -> Parts:
        real, imaginary = sp.S.One, sp.S.Zero
        for factor in expr.args:
            real, imaginary = _times((real, imaginary), self(factor))
        return real, imaginary

    def _power(self, base: sp.Expr, exponent: sp.Integer) -> Parts:
        x, y = self(base)
        real, imaginary = x, y
        for _ in range(abs(int(exponent)) - 1):
            real, imaginary = _times((real, imaginary), (x, y))
        if exponent > 0:
            return real, imaginary
        modulus = (square(x) + square(y)) ** -exponent
        return real / modulus, -imaginary / modulus

    def _logarithm(self, z: sp.Expr) -> Parts:
        """Log z with the argument as pi/2 - arctan(x/y) where the sign of y is known.

        That form is odd about the imaginary axis without rounding, and cheaper than arctan2.
        """
        x, y = self(z)
        modulus = sp.log(square(x) + square(y)) / 2
        if y.is_positive or y.is_negative:
            quarter = sp.pi / 2 if y.is_positive else -sp.pi / 2
            return modulus, quarter - odd(sp.atan, x / y)
        return modulus, sp.atan2(y, x)

    def _by_parts(self, function: SpecialFunction, arguments: tuple[sp.Expr, ...]) -> Parts:
        assert function.parts is not None
        given: list[sp.Expr] = []
        for kind, argument in zip(function.kinds, arguments, strict=True):
            given += self(argument) if kind == "z" else (argument,)
        real, imaginary = function.parts
        return real(*given), imaginary(*given)

    def _polygamma(self, order: sp.Expr, z: sp.Expr) -> Parts:
        x, y = self(z)
        y = sp.factor_terms(y)
        if y.could_extract_minus_sign():
            real, imaginary = self._by_parts(_BY_PARTS[sp.polygamma], (order, x - sp.I * y))
            return real, -imaginary
        return self._by_parts(_BY_PARTS[sp.polygamma], (order, x + sp.I * y))


def _times(first: Parts, second: Parts) -> Parts:
    """Return the parts of a product, without the products that vanish.

    Of the other factor of a zero SymPy asks whether it is finite, which takes long.
    """
    (a, b), (x, y) = first, second
    if y is sp.S.Zero:
        return _product(a, x), _product(b, x)
    if b is sp.S.Zero:
        return _product(a, x), _product(a, y)
    return _product(a, x) - _product(b, y), _product(a, y) + _product(b, x)


def _product(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    return sp.S.Zero if first is sp.S.Zero or second is sp.S.Zero else first * second


def square(x: sp.Expr) -> sp.Expr:
    """Return x**2 with the sign of x normalised, so that equal squares are equal expressions."""
    return (-x if x.could_extract_minus_sign() else x) ** 2


def odd(function: type[sp.Function], x: sp.Expr) -> sp.Expr:
    """Return function(x) of an odd function with the sign of x normalised."""
    x = sp.factor_terms(x)
    return -function(-x) if x.could_extract_minus_sign() else function(x)
