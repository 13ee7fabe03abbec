"""The functions that programs call, to 28 digits: by name, of real arrays of `Digits`.

Where the functions of the kernels consist of basic arithmetic they are called themselves, with
more digits.  Series are longer here, and begin where closed forms have lost some digits only.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from numerics.special import functions as special
from numerics.special import roots
from tests.derive.support.digits import (
    Digits,
    arctan2,
    chosen,
    constant,
    digits,
    log,
    log1p,
    ratio,
    sqrt,
)

Pair = tuple[Digits, Digits]

#: The asymptotic series of the polygamma functions is used beyond, with this many terms.
_ASYMPTOTIC, _BERNOULLI = 24, 16
#: Points of the digamma function are close that differ by this part of their mean; the first
#: neglected term of their difference is the tenth power.
_CLOSE = 2.0**-12
#: Where |q/k|**2 is smaller, artanh(q/k)/q - 1/k comes from its series.
_SMALL_SQUARE, _EXCESS_TERMS = 2.0**-8, 14
#: Where |z| is smaller, differences of artanh(sqrt(z))/sqrt(z) come from their series.
_SMALL, _POWERS = 2.0**-6, 18


@dataclass(frozen=True)
class Complex:
    """Complex numbers."""

    real: Digits
    imag: Digits

    def __add__(self, other: Any) -> Complex:
        other = _complex(other)
        return Complex(self.real + other.real, self.imag + other.imag)

    __radd__ = __add__

    def __neg__(self) -> Complex:
        return Complex(-self.real, -self.imag)

    def __sub__(self, other: Any) -> Complex:
        return self + -_complex(other)

    def __rsub__(self, other: Any) -> Complex:
        return _complex(other) + -self

    def __mul__(self, other: Any) -> Complex:
        if not isinstance(other, Complex):
            return Complex(self.real * other, self.imag * other)
        return Complex(
            self.real * other.real - self.imag * other.imag,
            self.real * other.imag + self.imag * other.real,
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Complex:
        if not isinstance(other, Complex):
            return Complex(self.real / other, self.imag / other)
        return self * other.conjugate() / other.square()

    def __rtruediv__(self, other: Any) -> Complex:
        return _complex(other) / self

    def conjugate(self) -> Complex:
        """Return the conjugate."""
        return Complex(self.real, -self.imag)

    def square(self) -> Digits:
        """Return the squared modulus."""
        return self.real * self.real + self.imag * self.imag

    def doubles(self) -> Any:
        """Return the rounded numbers."""
        return self.real.high + 1j * self.imag.high

    def power(self, exponent: int) -> Complex:
        """Return a positive power."""
        return functools.reduce(lambda x, _: x * self, range(exponent - 1), self)


def _complex(value: Any) -> Complex:
    return value if isinstance(value, Complex) else Complex(digits(value), digits(0.0))


def _where(condition: Any, first: Any, second: Any) -> Complex:
    first, second = _complex(first), _complex(second)
    return Complex(
        chosen(condition, first.real, second.real), chosen(condition, first.imag, second.imag)
    )


def _where_series(
    near: Any, series: Callable[..., Complex], arguments: Sequence[Complex], other: Any
) -> Complex:
    """Return what a series of the arguments is near, else other numbers; it is long."""
    if not np.any(near):
        return _complex(other)
    if np.ndim(near) == 0:
        return series(*arguments)
    found = series(*(_chosen(x, near) for x in arguments))
    parts = []
    for part in (found.real, found.imag):
        high, low = np.zeros(near.shape), np.zeros(near.shape)
        high[near], low[near] = part.high, part.low
        parts.append(Digits(high, low))
    return _where(near, Complex(*parts), other)


def _chosen(x: Complex, which: Any) -> Complex:
    """Return some of the numbers."""
    parts = (x.real.high, x.real.low, x.imag.high, x.imag.low)
    a, b, c, d = (np.broadcast_to(part, which.shape)[which] for part in parts)
    return Complex(Digits(a, b), Digits(c, d))


def pair_excess(x: Any, y: Any, q: Any, first: Any, second: Any) -> Pair:
    """Return artanh(q/k)/q - 1/k, given the first term."""
    inverse = 1 / Complex(x, y)
    square = inverse * inverse * (q * q)
    near = np.abs(square.doubles()) < _SMALL_SQUARE

    def series(part: Complex, inverse: Complex) -> Complex:
        total = _complex(0.0)
        for n in reversed(range(1, _EXCESS_TERMS + 1)):
            total = (total + ratio(1, 2 * n + 1)) * part
        return total * inverse

    plain = Complex(first, second) - inverse
    value = _where_series(near, series, (square, inverse), plain)
    return value.real, value.imag


def divided_log(x: Any, y: Any, u: Any, v: Any) -> Complex:
    """Return (log z - log w)/(z - w), z = x + i y and w = u + i v."""
    dx, dy = x - u, y - v
    first, second = x * x + y * y, u * u + v * v
    modulus = special.log_ratio(first, second, dx * (x + u) + dy * (y + v)) / 2
    cross = dy * chosen(first < second, x, u) - dx * chosen(first < second, y, v)
    meet = (dx.high == 0) & (dy.high == 0)
    apart = _where(meet, 1.0, Complex(dx, dy))
    quotient = Complex(modulus, arctan2(cross, x * u + y * v)) / apart
    return _where(meet, 1 / Complex(u, v), quotient)


def polygamma(n: int, x: Any, y: Any) -> Complex:
    """Return the polygamma function in the right half-plane."""
    z = Complex(digits(x), digits(y))
    near = np.abs(z.doubles()) < _ASYMPTOTIC

    def recurrence(z: Complex) -> Complex:
        total = _complex(0.0)
        for _ in range(_ASYMPTOTIC):
            total = total + (1 / z).power(n + 1)
            z = z + 1
        return total

    total = _where_series(near, recurrence, (z,), 0.0)
    z = _where(near, z + float(_ASYMPTOTIC), z)
    sign, factorial = (-1) ** (n + 1), float(math.factorial(n))
    inverse = 1 / z
    square = inverse * inverse
    series = _complex(0.0)
    for k in reversed(range(1, _BERNOULLI + 1)):
        series = series * square + _bernoulli(k, n)
    series = series * square
    if n == 0:
        return _logarithm(z) - inverse / 2 - series - total
    leading = inverse.power(n)
    rest = leading * (float(math.factorial(n - 1)) + inverse * (factorial / 2) + series)
    return sign * (factorial * total + rest)


@functools.cache
def _bernoulli(k: int, n: int) -> Digits:
    """Return B_2k (2 k + n - 1)!/(2 k)!."""
    return constant(
        lambda: mpmath.bernoulli(2 * k) * mpmath.factorial(2 * k + n - 1) / mpmath.factorial(2 * k)
    )


def _logarithm(z: Complex) -> Complex:
    return Complex(log(z.square()) / 2, arctan2(z.imag, z.real))


def divided_digamma(x: Any, y: Any, u: Any, v: Any) -> Complex:
    """Return (psi(z) - psi(w))/(z - w) in the right half-plane."""
    z, w = Complex(digits(x), digits(y)), Complex(digits(u), digits(v))
    apart, mean = z - w, (z + w) / 2
    close = np.abs(apart.doubles()) < _CLOSE * np.abs(mean.doubles())
    difference = polygamma(0, x, y) - polygamma(0, u, v)
    value = difference / _where(close, 1.0, apart)
    if not np.any(close):
        return value
    half = apart / 2
    square, factor, series = half * half, _complex(1.0), _complex(0.0)
    for order in (1, 3, 5, 7, 9):
        series = series + factor * polygamma(order, mean.real, mean.imag)
        factor = factor * square / float((order + 1) * (order + 2))
    return _where(close, series, value)


def root_arctanh(zx: Any, zy: Any, yx: Any, yy: Any) -> Pair:
    """Return artanh(sqrt(z))/sqrt(z), given 1 - z."""
    value = _arctanh_quotient(Complex(zx, zy), Complex(yx, yy))
    return value.real, value.imag


def divided_root_arctanh(*parts: Any) -> Pair:
    """Return its divided difference over z and w, given 1 - z, 1 - w and z - w."""
    z, w, y, v, apart = (
        Complex(digits(a), digits(b)) for a, b in zip(parts[::2], parts[1::2], strict=True)
    )
    root, other = _right_root(z), _right_root(w)
    opposite = (root * other.conjugate()).real.high < 0
    other = _where(opposite, -other, other)
    first, second = _arctanh_quotient(z, y), _arctanh_quotient(w, v)
    sizes = [np.abs(r.doubles()) for r in (root, other)]
    reach = np.minimum(1.0, np.maximum(*sizes))
    close = np.abs((first * root - second * other).doubles()) < reach / 2
    meet = apart.square().high == 0
    plain = (first - second) / _where(close | meet, 1.0, apart)
    # (r + s)(1 - r s), which is z - w over tanh(artanh r - artanh s)
    product = root * other
    near = np.abs(1 - product.doubles()) < 0.5
    rest = _where(near, (y + z * v) / _where(near, 1 + product, 1.0), 1 - product)
    below = (root + other) * rest
    below = _where(below.square().high == 0, 1.0, below)
    inside = _where(close, apart / below, 0.0)
    square = inside * inside
    mean = _arctanh_quotient(square, 1 - square) / below
    swapped = sizes[0] < sizes[1]
    larger, smaller = _where(swapped, other, root), _where(swapped, first, second)
    larger, total = (_where(x.square().high == 0, 1.0, x) for x in (larger, root + other))
    value = _where(close, (mean - smaller / total) / larger, plain)
    value = _where_series(np.maximum(*sizes) < math.sqrt(_SMALL), _single_series, (z, w), value)
    return value.real, value.imag


def root_arctanh_slope(zx: Any, zy: Any, yx: Any, yy: Any) -> Pair:
    """Return the derivative of `root_arctanh`."""
    z, y = Complex(digits(zx), digits(zy)), Complex(digits(yx), digits(yy))
    small = np.abs(z.doubles()) < _SMALL
    closed = (1 / y - _arctanh_quotient(z, y)) / (2 * _where(small, 1.0, z))
    value = _where_series(small, lambda x: _single_series(x, x), (z,), closed)
    return value.real, value.imag


def _right_root(z: Complex) -> Complex:
    x, y = roots.upper_root(-z.real, -z.imag)
    return Complex(digits(y), -digits(x))


def _arctanh_quotient(z: Complex, y: Complex) -> Complex:
    root = _right_root(z)
    rest = y / (1 + root)
    imaginary = chosen(np.abs(z.doubles()) < 0.5, root.imag, -rest.imag)
    size = rest.square()
    angle = arctan2(2 * imaginary, 2 * rest.real - size) / 2
    none = root.square().high == 0
    value = Complex(log1p(4 * root.real / size) / 4, angle) / _where(none, 1.0, root)
    return _where(none, 1.0, value)


def _single_series(z: Complex, w: Complex) -> Complex:
    """Sum (z**n - w**n)/(z - w)/(2 n + 1)."""
    total, power, symmetric = _complex(0.0), _complex(1.0), _complex(1.0)
    for n in range(1, _POWERS + 1):
        total = total + symmetric * ratio(1, 2 * n + 1)
        power = power * w
        symmetric = symmetric * z + power
    return total


def _with_digits(function: Any) -> Any:
    return lambda *arguments: function(*map(digits, arguments))


def _arctan(x: Any) -> Digits:
    return arctan2(x, 1.0)


FUNCTIONS = {
    "sqrt": sqrt,
    "log": log,
    "arctan": _arctan,
    "arctan2": arctan2,
    "polygamma": polygamma,
    "divided_digamma": divided_digamma,
    "divided_log": _with_digits(divided_log),
    "pair_excess": _with_digits(pair_excess),
    "root_arctanh": _with_digits(root_arctanh),
    "divided_root_arctanh": divided_root_arctanh,
    "root_arctanh_slope": root_arctanh_slope,
    # the kernels' own
    "log_ratio": _with_digits(special.log_ratio),
    "excess": _with_digits(special.excess),
    "upper_root": _with_digits(roots.upper_root),
    "root_sum": _with_digits(roots.root_sum),
    "pair_arctanh": _with_digits(roots.pair_arctanh),
}
