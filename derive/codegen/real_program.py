"""The passes that turn expressions of complex symbols into a program in real arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive.codegen.program import Assignment, Program, free_names
from derive.codegen.real_split import Parts, Splitter, square
from derive.functions.differences.divided import divided_log, divided_polygamma
from derive.functions.elementary import ALWAYS_REAL, real_power, where_less
from derive.functions.occupation import bose, fermi
from derive.functions.stable import (
    difference_value,
    difference_value_im,
    difference_value_re,
    divided_log_im,
    divided_log_re,
    divided_polygamma_im,
    divided_polygamma_re,
    log_difference_im,
    log_difference_re,
    polygamma_difference_im,
    polygamma_difference_re,
    principal_root,
)

_TWO = {
    divided_log: (divided_log_re, divided_log_im),
    divided_polygamma: (divided_polygamma_re, divided_polygamma_im),
}
_DIFFERENCES = {
    divided_log: (log_difference_re, log_difference_im),
    divided_polygamma: (polygamma_difference_re, polygamma_difference_im),
}


def share_complex(program: Program) -> Program:
    """Name common subexpressions of the outputs, with the assumptions that they fulfil."""
    symbols = (sp.Symbol(name) for name in free_names("w", program.names()))
    values = [value for _, value in program.outputs]
    found, reduced = sp.cse(values, symbols=symbols, order="canonical")
    known: dict[sp.Symbol, sp.Expr] = {}
    body: list[Assignment] = []
    for symbol, value in found:
        value = value.xreplace(known)
        known[symbol] = with_assumptions(symbol.name, value)
        body.append((known[symbol], value))
    outputs = [
        (name, value.xreplace(known))
        for (name, _), value in zip(program.outputs, reduced, strict=True)
    ]
    return program.with_values(tuple(body), tuple(outputs))


def with_assumptions(name: str, value: sp.Expr) -> sp.Symbol:
    """Return a symbol that is real, and of a sign, where a value is known to be."""
    for kind in ("positive", "negative", "nonnegative", "nonpositive", "real"):
        if getattr(value, f"is_{kind}"):
            return sp.Symbol(name, **{kind: True})
    return sp.Symbol(name)


def in_real_arithmetic(program: Program) -> Program:
    """Replace complex inputs, assignments and outputs by their real and imaginary parts.

    The parts of an input are called by its name with `_re` and `_im` appended, those of an output
    with `_real` and `_imag`; one whose imaginary part vanishes identically keeps its name.
    """
    split = _NamingSplitter(program)
    inputs: list[sp.Symbol] = []
    for symbol in program.inputs:
        inputs += [part for part in split(symbol) if part != 0]
    for symbol, value in program.body:
        split.define(symbol, value)
    outputs: list[tuple[str, sp.Expr]] = []
    for name, value in program.outputs:
        real, imaginary = split(value)
        if imaginary == 0:
            outputs.append((name, real))
        else:
            outputs += [(f"{name}_real", real), (f"{name}_imag", imaginary)]
    return Program(program.name, program.source, tuple(inputs), tuple(split.body), tuple(outputs))


class _NamingSplitter(Splitter):
    """Splits expressions of any known function; names what would be written out repeatedly."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.body: list[Assignment] = []
        symbols = [*program.inputs, *(s for s, _ in program.body)]
        taken = {str(s) for s in symbols}
        for symbol in symbols:
            if symbol.is_extended_real:
                self._seen[symbol] = symbol, sp.S.Zero
        for symbol in program.inputs:
            if not symbol.is_extended_real:
                names = [f"{symbol}_{part}" for part in ("re", "im")]
                while taken & set(names):
                    names = [f"{name}_" for name in names]
                taken |= set(names)
                x, y = (sp.Symbol(name, real=True) for name in names)
                self._seen[symbol] = x, y
        self._names = free_names("v", taken)
        self._real: dict[sp.Expr, bool] = {}
        self._assigned_before: dict[sp.Expr, sp.Symbol] = {}

    def define(self, symbol: sp.Symbol, value: sp.Expr) -> None:
        """Take the parts of a value as those of a symbol."""
        real, imaginary = self(value)
        if imaginary == 0 and symbol.is_extended_real:
            self.body.append((symbol, real))
            self._seen[symbol] = symbol, sp.S.Zero
        else:
            self._seen[symbol] = self._assigned(real), self._assigned(imaginary)

    def _assigned(self, value: sp.Expr) -> sp.Expr:
        if value.is_Atom or (-value).is_Atom:
            return value
        if value.could_extract_minus_sign():
            return -self._assigned(-value)
        if value not in self._assigned_before:
            symbol = with_assumptions(next(self._names), value)
            if not symbol.is_extended_real:
                symbol = sp.Symbol(symbol.name, real=True)
            self.body.append((symbol, value))
            self._assigned_before[value] = symbol
        return self._assigned_before[value]

    def _named(self, expr: sp.Expr) -> Parts:
        """Return the parts of an operand, which are used more than once."""
        if expr not in self._seen:
            self._seen[expr] = self._split(expr)
        real, imaginary = self._seen[expr]
        if imaginary != 0:
            self._seen[expr] = self._assigned(real), self._assigned(imaginary)
        return self._seen[expr]

    def _is_real(self, expr: sp.Expr) -> bool:
        """Decide whether an expression can be computed in real arithmetic as it stands."""
        if expr not in self._real:
            self._real[expr] = self._decided(expr)
        return self._real[expr]

    def _decided(self, expr: sp.Expr) -> bool:
        if expr.is_Atom:
            return bool(expr.is_extended_real) and self._seen.get(expr, (expr, 0))[0] == expr
        if isinstance(expr, sp.polygamma | sp.re | sp.im | sp.conjugate | sp.arg):
            return False
        if not all(self._is_real(a) for a in expr.args):
            return False
        if isinstance(expr, sp.Pow):
            base, exponent = expr.args
            return bool(exponent.is_Integer or base.is_nonnegative)
        if isinstance(expr, sp.log):
            return bool(expr.args[0].is_nonnegative)
        return expr.is_Add or expr.is_Mul or isinstance(expr, (*ALWAYS_REAL, fermi, bose))

    def _split(self, expr: sp.Expr) -> Parts:
        if self._is_real(expr):
            return expr, sp.S.Zero
        if expr is sp.I or expr.is_Add:
            return super()._split(expr)
        if expr.is_Mul:
            return self._factors(expr)
        if isinstance(expr, sp.Pow) and expr.exp.is_Integer:
            return self._integer_power(*expr.args)
        if isinstance(expr, sp.Pow) and expr.exp == sp.S.Half:
            return self._split(principal_root(expr.base))
        if isinstance(expr, sp.Pow):
            return self._general_power(*expr.args)
        if isinstance(expr, where_less):
            return self._choice(expr)
        if isinstance(expr, real_power):
            return real_power(*(self(a)[0] for a in expr.args)), sp.S.Zero
        for kind, rule in _RULES.items():
            if isinstance(expr, kind):
                if not self._arguments_real(expr) or kind not in ALWAYS_REAL:
                    return rule(*self._named(expr.args[0]))
                return kind(self(expr.args[0])[0]), sp.S.Zero
        if isinstance(expr, sp.atan | sp.atan2):
            if not self._arguments_real(expr):
                raise ValueError(f"{expr} has arguments that are not known to be real")
            return type(expr)(*(self(a)[0] for a in expr.args)), sp.S.Zero
        if isinstance(expr, sp.polygamma):
            order, z = expr.args
            real, imaginary = self._polygamma(order, sp.Add(*_rejoined(self._named(z))))
            return real, sp.S.Zero if self(z)[1] == 0 else imaginary
        if isinstance(expr, fermi | bose):
            return self._occupation(expr)
        if isinstance(expr, difference_value):
            count = int(expr.args[0])
            parts = [part for a in expr.args[count:] for part in self._named(a)]
            return (
                difference_value_re(*expr.args[:count], *parts),
                difference_value_im(*expr.args[:count], *parts),
            )
        if isinstance(expr, tuple(_DIFFERENCES)):
            return self._difference(expr)
        return super()._split(expr.func(*(sp.Add(*_rejoined(self._named(a))) for a in expr.args)))

    def _arguments_real(self, expr: sp.Expr) -> bool:
        return all(self._named(a)[1] == 0 for a in expr.args)

    def _factors(self, expr: sp.Mul) -> Parts:
        scale: sp.Expr = sp.S.One
        product: Parts | None = None
        for factor in expr.args:
            x, y = self._named(factor) if factor is not sp.I else (sp.S.Zero, sp.S.One)
            if y == 0:
                scale *= x
            elif product is None:
                product = x, y
            else:
                u, v = (self._assigned(part) for part in product)
                product = u * x - v * y, u * y + v * x
        if product is None:
            return scale, sp.S.Zero
        scale = scale if scale.is_number else self._assigned(scale)
        return scale * product[0], scale * product[1]

    def _integer_power(self, base: sp.Expr, exponent: sp.Integer) -> Parts:
        x, y = self._named(base)
        if y == 0:
            return x**exponent, sp.S.Zero
        if exponent < 0:
            x, y = self._integer_power(base, -exponent)
            x, y = self._assigned(x), self._assigned(y)
            modulus = self._assigned(square(x) + square(y))
            return x / modulus, -y / modulus
        if exponent == 1:
            return x, y
        half = self._integer_power(base, exponent // 2)
        u, v = (self._assigned(part) for part in half)
        u, v = (u - v) * (u + v), 2 * u * v
        if exponent % 2 == 0:
            return u, v
        u, v = self._assigned(u), self._assigned(v)
        return u * x - v * y, u * y + v * x

    def _general_power(self, base: sp.Expr, exponent: sp.Expr) -> Parts:
        a, b = (self._assigned(part) for part in self._logarithm(base))
        u, v = self._named(exponent)
        return _exponential(self._assigned(u * a - v * b), self._assigned(u * b + v * a))

    def _choice(self, expr: where_less) -> Parts:
        low, high = (self._real_part_only(a, expr) for a in expr.args[:2])
        value, otherwise = (self._named(a) for a in expr.args[2:])
        real, imaginary = (
            a if a == b else where_less(low, high, a, b)
            for a, b in zip(value, otherwise, strict=True)
        )
        return real, imaginary

    def _real_part_only(self, expr: sp.Expr, context: sp.Expr) -> sp.Expr:
        real, imaginary = self._named(expr)
        if imaginary != 0:
            raise ValueError(f"{context} compares values that are not known to be real")
        return real

    def _logarithm(self, z: sp.Expr) -> Parts:
        x, y = self._named(z)
        if y == 0 and x.is_nonnegative:
            return sp.log(x), sp.S.Zero
        return sp.log(square(x) + square(y)) / 2, sp.atan2(y, x, evaluate=False)

    def _occupation(self, expr: sp.Expr) -> Parts:
        if self._arguments_real(expr):
            return type(expr)(*(self(a)[0] for a in expr.args)), sp.S.Zero
        x, heat = expr.args
        sign = 1 if isinstance(expr, fermi) else -1
        return self._split(1 / (sp.exp(x / heat, evaluate=False) + sign))

    def _difference(self, expr: sp.Expr) -> Parts:
        points = [self._named(a) for a in expr.args]
        # the conjugate of the points gives the conjugate, so that both are evaluated once
        turned = next((y for _, y in points if y != 0), sp.S.One).could_extract_minus_sign()
        parts = [part for x, y in points for part in (x, -y if turned else y)]
        two = len(points) == 2
        real, imaginary = (_TWO if two else _DIFFERENCES)[type(expr)]
        if all(y == 0 for _, y in points):
            return real(*parts), sp.S.Zero
        return real(*parts), -imaginary(*parts) if turned else imaginary(*parts)


def _rejoined(parts: Parts) -> Parts:
    return parts[0], sp.I * parts[1]


def _exponential(x: sp.Expr, y: sp.Expr) -> Parts:
    size = sp.exp(x)
    return size * sp.cos(y), size * sp.sin(y)


def _sine(x: sp.Expr, y: sp.Expr) -> Parts:
    return sp.sin(x) * sp.cosh(y), sp.cos(x) * sp.sinh(y)


def _cosine(x: sp.Expr, y: sp.Expr) -> Parts:
    return sp.cos(x) * sp.cosh(y), -sp.sin(x) * sp.sinh(y)


def _turned(function: Callable[[sp.Expr, sp.Expr], Parts]) -> Callable[..., Parts]:
    """Return sinh, tanh from sin, tan: f(z) = -i g(i z)."""

    def rule(x: sp.Expr, y: sp.Expr) -> Parts:
        real, imaginary = function(-y, x)
        return imaginary, -real

    return rule


def _hyperbolic_tangent(x: sp.Expr, y: sp.Expr) -> Parts:
    """Return tanh by the tangent of y, which nothing of is too large."""
    t, s = sp.tanh(x), sp.tan(y)
    below = 1 + (t * s) ** 2
    return t * (1 + s**2) / below, s * (1 - t) * (1 + t) / below


def _tangent(x: sp.Expr, y: sp.Expr) -> Parts:
    # tan z = -i tanh(i z)
    real, imaginary = _hyperbolic_tangent(-y, x)
    return imaginary, -real


def _hyperbolic_cosine(x: sp.Expr, y: sp.Expr) -> Parts:
    return _cosine(-y, x)


#: The parts of f(x + i y).
_RULES: dict[type[sp.Function], Callable[[sp.Expr, sp.Expr], Parts]] = {
    sp.exp: _exponential,
    sp.sin: _sine,
    sp.cos: _cosine,
    sp.tan: _tangent,
    sp.sinh: _turned(_sine),
    sp.cosh: _hyperbolic_cosine,
    sp.tanh: _hyperbolic_tangent,
    sp.re: lambda x, y: (x, sp.S.Zero),
    sp.im: lambda x, y: (y, sp.S.Zero),
    sp.conjugate: lambda x, y: (x, -y),
    sp.arg: lambda x, y: (sp.atan2(y, x, evaluate=False), sp.S.Zero),
    sp.Abs: lambda x, y: (sp.sqrt(square(x) + square(y)), sp.S.Zero),
}
