"""Functions of arrays that compiled expressions call; they only use what NumPy and JAX share.

With `jax.numpy` in place of `numpy` they can be differentiated and compiled by JAX: nothing is
assigned in place, and no branch depends on a value.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

#: Where the asymptotic series of the polygamma functions begins: its terms fall below one ulp.
_SHIFT = 16
#: Bernoulli numbers B_2, B_4, ... of that series.
_BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
)
#: Step of the trapezoidal rule in log t, and where exp falls below rounding.
_STEP, _REACH = 0.2, 38.0
#: Steps beside those, for points whose moduli differ by up to 1e9.
_SPREAD = 105


def principal_root(x: Any, y: Any) -> tuple[Any, Any]:
    """Return the parts of the square root of x + i y whose real part is not negative."""
    root = np.sqrt(x + 1j * y)
    return np.real(root), np.imag(root)


def upper_root(x: Any, y: Any) -> tuple[Any, Any]:
    """Return the parts of the square root of x + i y in the upper half-plane."""
    root = np.sqrt(-x - 1j * y)
    return -np.imag(root), np.real(root)


def fermi(x: Any, T: Any) -> Any:
    """Return 1/(exp(x/T) + 1), and the step with one half at x = 0 where T = 0."""
    cold = np.equal(T, 0)
    ratio = np.where(cold, 0.0, x) / np.where(cold, 1.0, T)
    small = np.exp(-np.abs(ratio))
    warm = np.where(ratio > 0, small, 1.0) / (1 + small)
    return np.where(cold, np.heaviside(-1.0 * x, 0.5), warm)


def bose(x: Any, T: Any) -> Any:
    """Return 1/(exp(x/T) - 1), and minus the step with one half at x = 0 where T = 0."""
    cold = np.equal(T, 0)
    ratio = np.where(cold, 1.0, x) / np.where(cold, 1.0, T)
    below = -np.expm1(-np.abs(ratio))
    warm = np.where(ratio > 0, np.exp(-np.abs(ratio)), -1.0) / below
    return np.where(cold, -np.heaviside(-1.0 * x, 0.5), warm)


def polygamma(n: int, x: Any, y: Any) -> Any:
    """Return the polygamma function of order n at x + i y; 0 is the digamma function."""
    left = np.less(x, 0)
    z = np.where(left, 1 - x, x) + 1j * np.where(left, -1 * y, y)
    value = _digamma(z) if n == 0 else _derivative(n, z)
    mirrored = value if n % 2 == 0 else -value
    # away from the poles where it is not used
    turned = _cotangent(n, np.where(left, x, 0.5), np.where(left, y, 0.0))
    return np.where(left, mirrored - turned, value)


def _digamma(z: Any) -> Any:
    total = 1 / z
    for k in range(1, _SHIFT):
        total = total + 1 / (z + k)
    w = 1 / (z + _SHIFT)
    square = w * w
    series = 0 * w
    for m in range(len(_BERNOULLI), 0, -1):
        series = square * (_BERNOULLI[m - 1] / (2 * m) + series)
    return np.log(z + _SHIFT) - 0.5 * w - series - total


def _derivative(n: int, z: Any) -> Any:
    total = z ** (-n - 1)
    for k in range(1, _SHIFT + n):
        total = total + (z + k) ** (-n - 1)
    w = 1 / (z + (_SHIFT + n))
    square = w * w
    series = 0 * w
    for m in range(len(_BERNOULLI), 0, -1):
        growth = math.prod(range(2 * m + 1, 2 * m + n))
        series = square * (_BERNOULLI[m - 1] * growth + series)
    series = series + math.factorial(n - 1) + math.factorial(n) / 2 * w
    value = math.factorial(n) * total + w**n * series
    return value if n % 2 else -value


def _cotangent(n: int, x: Any, y: Any) -> Any:
    """Return the n-th derivative of pi cot(pi z): a polynomial of the cotangent c."""
    angle = np.pi * (x - np.round(x))
    # beyond, the cotangent is -i or i to rounding
    height = np.clip(np.pi * y, -40.0, 40.0)
    sine, cosine = np.sin(angle), np.cos(angle)
    size = sine * sine + np.sinh(height) ** 2
    c = (sine * cosine - 1j * np.sinh(height) * np.cosh(height)) / size
    if n == 0:
        return np.pi * c
    inverse = 1 / (sine * np.cosh(height) + 1j * cosine * np.sinh(height)) ** 2
    # the derivative of Q(c)/sin^2 is (-2 c Q - (1 + c^2) Q')/sin^2
    polynomial = [-1.0]
    for _ in range(1, n):
        after = [0.0] * (len(polynomial) + 1)
        for k, q in enumerate(polynomial):
            after[k + 1] -= (2 + k) * q
            if k:
                after[k - 1] -= k * q
        polynomial = after
    value = 0 * c
    for q in reversed(polynomial):
        value = c * value + q
    return np.pi ** (n + 1) * inverse * value


def log_integral(*parts: Any) -> Any:
    r"""Return the divided difference of log over points within a half-plane.

    It is (-1)**m times the integral of 1/((t + z_1) ... (t + z_m)) over positive t, along the
    mean direction of the points, by the trapezoidal rule in log t; nothing is divided by their
    distances.
    """
    z = points(parts)
    m = len(z)
    sizes = [np.abs(p) for p in z]
    low, high = sizes[0], sizes[0]
    for size in sizes[1:]:
        low, high = np.minimum(low, size), np.maximum(high, size)
    direction = sum(p / size for p, size in zip(z, sizes, strict=True))
    direction = np.conj(direction / np.abs(direction))
    # fixed numbers in a derivative, which the integral does not depend on
    direction, low, high = constant(direction), constant(low), constant(high)
    turned = [p * direction / high for p in z]
    start = np.log(low / high) - _REACH
    count = round((_REACH + _REACH / (m - 1)) / _STEP) + _SPREAD
    total = 0 * turned[0]
    for k in range(count):
        t = np.exp(start + k * _STEP)
        term = t / (t + turned[0])
        for p in turned[1:]:
            term = term / (t + p)
        total = total + term
    return (-1) ** m * _STEP * total * (direction / high) ** (m - 1)


def digamma_integral(*parts: Any) -> Any:
    """Return the divided difference of the digamma function over points in the right half-plane.

    By the recurrence and the asymptotic series, each with the distances divided out.
    """
    z = points(parts)
    m = len(z)
    total = 0 * z[0]
    for k in range(_SHIFT):
        term = 1 / (z[0] + k)
        for p in z[1:]:
            term = term / (p + k)
        total = total + term
    far = [p + _SHIFT for p in z]
    # the divided differences over the first k points of w**-power
    row = [1 + 0 * far[0], *(0 * p for p in far[1:])]
    series = 0 * far[0]
    for power in range(1, 2 * len(_BERNOULLI) + 1):
        divided = [row[0] / far[0]]
        for k in range(1, m):
            divided.append((row[k] - divided[k - 1]) / far[k])
        row = divided
        if power == 1:
            series = series + 0.5 * row[-1]
        elif power % 2 == 0:
            series = series + _BERNOULLI[power // 2 - 1] / power * row[-1]
    shifted = [part for p in far for part in (np.real(p), np.imag(p))]
    return (-1) ** m * total - series + log_integral(*shifted)


def points(parts: tuple[Any, ...]) -> list[Any]:
    """Return complex numbers from their parts."""
    return [x + 1j * y for x, y in zip(parts[::2], parts[1::2], strict=True)]


def constant(x: Any) -> Any:
    """Return a number that is no variable of a derivative; for JAX there is another one."""
    return x
