"""Real arrays to 31 digits: every number is the sum of two doubles, the second below half an ulp.

Fast enough for millions of evaluations of a program, which an arithmetic of any precision is not.
Sums are those of Dekker: errors are some 2**-104 of the terms, not of what is left of them.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: Splits a double into two halves whose products are exact.
_SPLITTER = 2.0**27 + 1
#: Arrays of fewer numbers are left to NumPy.
_FEW = 64
#: Steps of the tables of logarithms and arctangents, and terms of the series about their points:
#: (1/128)**16 is below rounding.
_STEPS, _TERMS = 64, 8
#: The exponential is that of the argument halved so many times; (0.35/2**8)**12/13! is nothing.
_HALVINGS, _EXPONENTIAL_TERMS = 8, 12
_TABLE_DIGITS = 40


class Digits:
    """An array of numbers high + low, both finite; NumPy's functions are those of the sum.

    Parameters
    ----------
    high, low : ndarray
        abs(low) is at most half an ulp of high.
    """

    __slots__ = ("_halves", "high", "low")

    def __init__(self, high: Any, low: Any = 0.0) -> None:
        self.high, self.low = high, low
        self._halves: tuple[Any, Any] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return np.shape(self.high)

    def __getitem__(self, index: Any) -> Digits:
        return Digits(self.high[index], np.broadcast_to(self.low, self.shape)[index])

    def halves(self) -> tuple[Any, Any]:
        """Return two numbers of 26 bits whose sum is the larger part."""
        if self._halves is None:
            wide = _SPLITTER * self.high
            upper = wide - (wide - self.high)
            self._halves = upper, self.high - upper
        return self._halves

    def __neg__(self) -> Digits:
        return Digits(-self.high, -self.low)

    def __abs__(self) -> Digits:
        sign = np.where(np.signbit(self.high), -1.0, 1.0)
        return Digits(sign * self.high, sign * self.low)

    def __add__(self, other: Any) -> Digits:
        other = digits(other)
        found = in_one_pass("sums", self, other)
        if found is not None:
            return found
        total, lost = two_sum(self.high, other.high)
        return renormalised(total, lost + (self.low + other.low))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Digits:
        return self + -digits(other)

    def __rsub__(self, other: Any) -> Digits:
        return digits(other) + -self

    def __mul__(self, other: Any) -> Digits:
        other = digits(other)
        found = in_one_pass("products", self, other)
        if found is not None:
            return found
        product = self.high * other.high
        (a, b), (c, d) = self.halves(), other.halves()
        lost = ((a * c - product) + a * d + b * c) + b * d
        return renormalised(product, lost + (self.high * other.low + self.low * other.high))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Digits:
        other = digits(other)
        found = in_one_pass("quotients", self, other)
        if found is not None:
            return found
        quotient = self.high / other.high
        rest = self - Digits(quotient) * other
        return renormalised(quotient, (rest.high + rest.low) / other.high)

    def __rtruediv__(self, other: Any) -> Digits:
        return digits(other) / self

    def __pow__(self, exponent: int) -> Digits:
        return functools.reduce(lambda x, _: x * self, range(exponent - 1), self)

    def __lt__(self, other: Any) -> Any:
        return (self - other).high < 0

    def __gt__(self, other: Any) -> Any:
        return (self - other).high > 0

    def __ge__(self, other: Any) -> Any:
        return (self - other).high >= 0

    def __le__(self, other: Any) -> Any:
        return (self - other).high <= 0

    def __eq__(self, other: object) -> Any:
        return (self - other).high == 0

    __hash__ = None  # type: ignore[assignment]

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        function = _UFUNCS.get(ufunc)
        if method != "__call__" or options or function is None:
            return NotImplemented
        return function(*map(digits, inputs))

    def __array_function__(self, function: Any, _: Any, arguments: Any, options: Any) -> Any:
        if function is not np.where or options:
            return NotImplemented
        return chosen(*arguments)


def digits(value: Any) -> Digits:
    """Return numbers; doubles are exact."""
    return value if isinstance(value, Digits) else Digits(np.asarray(value, dtype=float))


def in_one_pass(name: str, first: Digits, second: Digits) -> Digits | None:
    """Return what a compiled loop makes of arrays; None where it is not worth it, or there is none.

    NumPy goes through the arrays for every operation, some twenty times for a product.
    """
    parts = (first.high, first.low, second.high, second.low)
    found = numbers_in_one_pass(name, parts)
    return None if found is None else Digits(*found)


def numbers_in_one_pass(name: str, parts: Sequence[Any], *rest: float) -> Any:
    """Return what a compiled loop makes of arrays of doubles, of which some may be numbers."""
    shape: tuple[int, ...] = ()
    for part in parts:
        if type(part) is np.ndarray and part.ndim:
            if part.ndim > 1:
                return None
            shape = part.shape
    if not shape or shape[0] < _FEW or not _loops():
        return None
    return _loops()[name](*[_row(part, shape) for part in parts], *rest)


def _row(values: Any, shape: tuple[int, ...]) -> Array:
    """Return an array of numbers one beside the other."""
    if type(values) is np.ndarray and values.shape == shape and values.flags.c_contiguous:
        return values
    return np.full(shape, values)


@functools.cache
def _loops() -> dict[str, Any]:
    if importlib.util.find_spec("numba") is None:
        return {}
    return vars(importlib.import_module("tests.derive.support.digit_loops"))


def exactly(value: mpmath.mpf) -> Digits:
    """Return a number of mpmath."""
    high = float(value)
    return Digits(np.float64(high), np.float64(value - mpmath.mpf(high)))


def constant(value: Callable[[], Any]) -> Digits:
    """Return what mpmath computes."""
    with mpmath.workdps(_TABLE_DIGITS):
        return exactly(mpmath.mpf(value()))


@functools.cache
def pi() -> Digits:
    """Return pi."""
    return constant(lambda: mpmath.pi)


@functools.cache
def ratio(numerator: int, denominator: int) -> Digits:
    """Return a quotient of integers."""
    return constant(lambda: mpmath.mpf(numerator) / denominator)


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Return a sum of doubles, and what it has lost."""
    total = a + b
    other = total - a
    return total, (a - (total - other)) + (b - other)


def renormalised(high: Any, low: Any) -> Digits:
    """Return the sum of two doubles of which the first is the larger one."""
    total = high + low
    return Digits(total, low - (total - high))


def chosen(condition: Any, first: Any, second: Any) -> Digits:
    """Return the first numbers where a condition holds, else the second."""
    first, second = digits(first), digits(second)
    return Digits(
        np.where(condition, first.high, second.high), np.where(condition, first.low, second.low)
    )


def scaled(x: Digits, power: Any) -> Digits:
    """Return x 2**power."""
    return Digits(np.ldexp(x.high, power), np.ldexp(x.low, power))


def sqrt(x: Any) -> Digits:
    """Return the square root."""
    x = digits(x)
    root = np.sqrt(x.high)
    rest = x - Digits(root) * Digits(root)
    return renormalised(root, rest.high / np.where(root == 0, 1.0, 2 * root))


def log(x: Any) -> Digits:
    """Return the logarithm."""
    x = digits(x)
    part, power = np.frexp(x.high)
    power = power - (part < np.sqrt(0.5))
    return _log_near_one(scaled(x, -power) - 1) + _log2() * power


def log1p(x: Any) -> Digits:
    """Return log(1 + x), to a number of digits of itself where x is small."""
    x = digits(x)
    large = np.abs(x.high) > 1 / 4
    return chosen(large, log(chosen(large, x, 1.0) + 1), _log_near_one(chosen(large, 0.0, x)))


def _log_near_one(x: Digits) -> Digits:
    """Return log(1 + x) for abs(x) < 1/2."""
    index = np.rint((1 + x.high) * _STEPS).astype(int)
    point = index / _STEPS
    # log((1 + x)/c) = 2 artanh(s)
    s = (x + (1 - point)) / (x + (1 + point))
    return _table("log")[index] + 2 * s * _odd_series(s * s, 1)


def expm1(x: Any) -> Digits:
    """Return exp(x) - 1, to a number of digits of itself where x is small."""
    x = digits(x)
    power = np.rint(x.high / np.log(2.0)).astype(int)
    rest = scaled(x - _log2() * power, -_HALVINGS)
    total = digits(0.0)
    for n in reversed(range(1, _EXPONENTIAL_TERMS + 1)):
        total = (total + 1) * rest * ratio(1, n)
    for _ in range(_HALVINGS):
        total = total * (total + 2)
    return chosen(power == 0, total, scaled(total + 1, power) - 1)


def arctan2(y: Any, x: Any) -> Digits:
    """Return the angle of x + i y, not at zero."""
    y, x = digits(y), digits(x)
    _, power = np.frexp(np.maximum(np.abs(y.high), np.abs(x.high)))
    y, x = scaled(y, -power), scaled(x, -power)
    a, b = abs(y), abs(x)
    steep = a > b
    small, large = chosen(steep, b, a), chosen(steep, a, b)
    t = small / large
    index = np.rint(t.high * _STEPS).astype(int)
    point = index / _STEPS
    # by the sides, as t has lost what is below its rounding
    s = (small - large * point) / (large + small * point)
    angle = _table("atan")[index] + s * _odd_series(s * s, -1)
    angle = chosen(steep, pi() / 2 - angle, angle)
    angle = chosen(x.high < 0, pi() - angle, angle)
    return chosen(np.signbit(y.high), -angle, angle)


def copysign(size: Any, sign: Any) -> Digits:
    """Return a number with the sign of another one."""
    size, sign = digits(size), digits(sign)
    return chosen(np.signbit(size.high) == np.signbit(sign.high), size, -size)


def hypot(x: Any, y: Any) -> Digits:
    """Return the length of (x, y)."""
    x, y = digits(x), digits(y)
    return sqrt(x * x + y * y)


def minimum(x: Any, y: Any) -> Digits:
    """Return the smaller numbers."""
    return chosen(digits(x) < y, x, y)


@functools.cache
def _log2() -> Digits:
    return constant(lambda: mpmath.log(2))


@functools.cache
def _table(name: str) -> Digits:
    """Return a function at all points of the table up to 3/2."""
    function = {"log": mpmath.log, "atan": mpmath.atan}[name]
    found = []
    for k in range(3 * _STEPS // 2 + 1):
        # there is no logarithm of zero, nor is there a need for it
        found.append(constant(lambda k=k: function(mpmath.mpf(max(k, name == "log")) / _STEPS)))
    return Digits(np.array([x.high for x in found]), np.array([x.low for x in found]))


def _odd_series(square: Digits, sign: int) -> Digits:
    """Return artanh(s)/s, or arctan(s)/s, of small numbers."""
    total = digits(0.0)
    for n in reversed(range(_TERMS)):
        total = total * square + ratio(sign**n, 2 * n + 1)
    return total


_UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: Digits.__add__,
    np.subtract: Digits.__sub__,
    np.multiply: Digits.__mul__,
    np.divide: Digits.__truediv__,
    np.less: Digits.__lt__,
    np.greater: Digits.__gt__,
    np.equal: Digits.__eq__,
    np.less_equal: Digits.__le__,
    np.greater_equal: Digits.__ge__,
    np.absolute: abs,
    np.negative: Digits.__neg__,
    np.sqrt: sqrt,
    np.log: log,
    np.log1p: log1p,
    np.expm1: expm1,
    np.arctan2: arctan2,
    np.copysign: copysign,
    np.hypot: hypot,
    np.minimum: minimum,
}
