"""Functions that the exported Numba kernels call and Numba does not have; all take scalars."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: Where the asymptotic series of the digamma function is used: its terms fall below one ulp.
_ASYMPTOTIC = 16.0
#: Beyond this imaginary part the derivatives of the cotangent vanish against those of psi.
_FLAT = 40.0
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
#: The positive zero of the digamma function, and what rounding takes from it.
_ROOT, _ROOT_REST = 1.4616321449683622, 9.549995429965697e-17


def over_arrays(rows: Callable[[Any], Any], *inputs: Any) -> tuple[NDArray[np.float64], ...]:
    """Apply the function of rows of a kernel to arrays that broadcast against each other.

    Parameters
    ----------
    rows : callable
        The function whose name ends in `_rows`.
    *inputs : array_like
        The inputs of the kernel.

    Returns
    -------
    tuple of ndarray
        One for each output, in their order.
    """
    columns = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in inputs))
    outputs = rows(np.stack([column.ravel() for column in columns], axis=1))
    return tuple(column.reshape(columns[0].shape) for column in outputs.T)


@njit(error_model="numpy")
def excess(x: float, y: float) -> float:
    """Return sqrt(x**2 + y**2) - x, without cancellation for positive x."""
    root = math.sqrt(x * x + y * y)
    return y * y / (root + x) if x > 0 else root - x


@njit(error_model="numpy")
def log_ratio(a: float, b: float, difference: float) -> float:
    """Return log(a/b) for positive a and b, given a - b to full relative accuracy."""
    return math.copysign(math.log1p(abs(difference) / (a if a < b else b)), difference)


@njit(error_model="numpy")
def divided_log(x: float, y: float, u: float, v: float) -> complex:
    """Return (log z - log w)/(z - w), z = x + i y and w = u + i v, regular where they meet.

    Both are on one side of a line through the origin.
    """
    dx, dy = x - u, y - v
    if dx == 0 and dy == 0:
        return 1 / complex(u, v)
    first, second = x * x + y * y, u * u + v * v
    modulus = log_ratio(first, second, dx * (x + u) + dy * (y + v)) / 2
    # y u - x v, without cancellation by the difference and the smaller of both
    crossed = dy * x - dx * y if first < second else dy * u - dx * v
    angle = math.atan2(crossed, x * u + y * v)
    return complex(modulus, angle) / complex(dx, dy)


@njit(error_model="numpy")
def divided_digamma(x: float, y: float, u: float, v: float) -> complex:
    """Return (psi(z) - psi(w))/(z - w), z = x + i y and w = u + i v, in the right half-plane.

    By the recurrence and the asymptotic series, each with the difference divided out.
    """
    reach = _ASYMPTOTIC * _ASYMPTOTIC
    total, k = 0j, 0
    while (x + k) ** 2 + y * y < reach or (u + k) ** 2 + v * v < reach:
        total += 1 / complex(x + k, y) * (1 / complex(u + k, v))
        k += 1
    z, w = 1 / complex(x + k, y), 1 / complex(u + k, v)
    a, b = z * z, w * w
    # the first becomes (a**m - b**m)/(a - b), the second b**m
    quotient, power, series, m = 1 + 0j, b, 0j, 1
    for bernoulli in _BERNOULLI:
        series += bernoulli / (2 * m) * quotient
        quotient, power, m = a * quotient + power, power * b, m + 1
    return total + z * w * (0.5 + (z + w) * series) + divided_log(x + k, y, u + k, v)


@njit(error_model="numpy")
def polygamma(n: int, x: float, y: float) -> complex:
    """Return the polygamma function of order n at x + i y; 0 is the digamma function.

    It is not finite at the poles 0, -1, -2, ...
    """
    if x < 0:
        mirrored = _right_polygamma(n, 1 - x, -y)
        return (-mirrored if n % 2 else mirrored) - _cotangent(n, x, y)
    return _right_polygamma(n, x, y)


@njit(error_model="numpy")
def _right_polygamma(n: int, x: float, y: float) -> complex:
    if n > 0:
        return _derivative(n, x, y)
    if abs(x - _ROOT) < 1 and abs(y) < 1:
        return complex(x - _ROOT - _ROOT_REST, y) * divided_digamma(x, y, _ROOT, 0.0)
    return _digamma(x, y)


@njit(error_model="numpy")
def _digamma(x: float, y: float) -> complex:
    total, k = 0j, 0
    while (x + k) ** 2 + y * y < _ASYMPTOTIC * _ASYMPTOTIC:
        total += 1 / complex(x + k, y)
        k += 1
    w = 1 / complex(x + k, y)
    series, m = 0j, len(_BERNOULLI)
    for bernoulli in _BERNOULLI[::-1]:
        series = w * w * (bernoulli / (2 * m) + series)
        m -= 1
    total += series + 0.5 * w
    logarithm = complex(math.log(math.hypot(x + k, y)), math.atan2(y, x + k))
    return logarithm - total


@njit(error_model="numpy")
def _power(z: complex, n: int) -> complex:
    result = z
    for _ in range(n - 1):
        result *= z
    return result


@njit(error_model="numpy")
def _derivative(n: int, x: float, y: float) -> complex:
    """Return a derivative of the digamma function in the right half-plane."""
    reach = _ASYMPTOTIC + n
    total, k = 0j, 0
    while (x + k) ** 2 + y * y < reach * reach:
        total += _power(1 / complex(x + k, y), n + 1)
        k += 1
    w = 1 / complex(x + k, y)
    before = 1.0
    for j in range(2, n):
        before *= j
    series, m = 0j, len(_BERNOULLI)
    for bernoulli in _BERNOULLI[::-1]:
        coefficient = bernoulli
        for j in range(1, n):
            coefficient *= 2 * m + j
        series = w * w * (coefficient + series)
        m -= 1
    series += before + before * n / 2 * w
    value = before * n * total + _power(w, n) * series
    return value if n % 2 else -value


@njit(error_model="numpy")
def _cotangent(n: int, x: float, y: float) -> complex:
    """Return the n-th derivative of pi cot(pi z): 1/sin**2 times a polynomial of the cotangent."""
    a = x - round(x)
    angle, b = math.pi * a, math.pi * y
    sine, cosine = math.sin(angle), math.cos(angle)
    c, s = complex(0.0, -1.0 if y > 0 else 1.0), 0j
    if abs(y) < _FLAT:
        size = sine * sine + math.sinh(b) * math.sinh(b)
        c = complex(sine * cosine / size, -math.sinh(b) * math.cosh(b) / size)
        s = 1 / complex(sine * math.cosh(b), cosine * math.sinh(b))
        s = s * s
    if n == 0:
        return math.pi * c
    polynomial = np.zeros(n + 2)
    polynomial[0] = -1.0
    for order in range(1, n):
        # -2 c Q - (1 + c**2) Q'
        after = np.zeros(n + 2)
        for k in range(order + 1):
            after[k] = -(k + 1) * polynomial[k + 1]
            if k > 0:
                after[k] -= (k + 1) * polynomial[k - 1]
        polynomial = after
    value = 0j
    for k in range(n - 1, -1, -1):
        value = c * value + polynomial[k]
    return math.pi ** (n + 1) * (s * value)


@njit(error_model="numpy")
def upper_root(x: float, y: float) -> tuple[float, float]:
    """Return the parts of the square root of x + i y in the upper half-plane."""
    large = math.sqrt((math.sqrt(x * x + y * y) + abs(x)) / 2)
    # both parts vanish with z; a zero divisor only occurs then
    small = y / (1.0 if large == 0 else 2 * large)
    if x >= 0:
        return math.copysign(large, y), abs(small)
    return small, large


@njit(error_model="numpy")
def root_sum(
    ax: float, ay: float, bx: float, by: float, dx: float, dy: float
) -> tuple[float, float]:
    """Return the parts of a + b, given a, b and d = a**2 - b**2, all complex."""
    sx, sy, ux, uy = ax + bx, ay + by, ax - bx, ay - by
    modulus = ux * ux + uy * uy
    if sx * sx + sy * sy < modulus:
        return (dx * ux + dy * uy) / modulus, (dy * ux - dx * uy) / modulus
    return sx, sy


@njit(error_model="numpy")
def pair_arctanh(x: float, y: float, q: float) -> tuple[float, float]:
    """Return the parts of artanh(q/k)/q for k = x + i y in the upper half-plane and q > 0."""
    distance, square = abs(x) - q, y * y
    ratio = math.log1p(4 * q * abs(x) / (distance * distance + square))
    angle = math.atan2(2 * q * y, distance * (distance + 2 * q) + square)
    return math.copysign(ratio, x) / (4 * q), angle / (-2 * q)


@njit(error_model="numpy")
def pair_excess(x: float, y: float, q: float, first: float, second: float) -> tuple[float, float]:
    """Return the parts of artanh(q/k)/q - 1/k for k = x + i y, given those of artanh(q/k)/q."""
    inverse = 1 / (x * x + y * y)
    real, imaginary = x * inverse, -y * inverse
    square = q * q * inverse
    if square >= 0.0625:
        return first - real, second - imaginary
    # the series in (q/k)^2 of what cancels
    u, v = (x * x - y * y) * square * inverse, -2 * x * y * square * inverse
    sum_re, sum_im = u / 29, v / 29
    for n in range(13, 0, -1):
        sum_re += 1 / (2 * n + 1)
        sum_re, sum_im = sum_re * u - sum_im * v, sum_re * v + sum_im * u
    return sum_re * real - sum_im * imaginary, sum_re * imaginary + sum_im * real


@njit(error_model="numpy")
def principal_root(x: float, y: float) -> tuple[float, float]:
    """Return the parts of the square root of x + i y whose real part is not negative."""
    large = math.sqrt((math.hypot(x, y) + abs(x)) / 2)
    small = y / (1.0 if large == 0 else 2 * large)
    if x >= 0:
        return large, small
    return abs(small), math.copysign(large, y)


@njit(error_model="numpy")
def fermi(x: float, T: float) -> float:
    """Return 1/(exp(x/T) + 1), and the step with one half at x = 0 where T = 0."""
    if T == 0:
        return 0.5 if x == 0 else (1.0 if x < 0 else 0.0)
    small = math.exp(-abs(x / T))
    return (small if x / T > 0 else 1.0) / (1 + small)


@njit(error_model="numpy")
def bose(x: float, T: float) -> float:
    """Return 1/(exp(x/T) - 1), and minus the step with one half at x = 0 where T = 0."""
    if T == 0:
        return -0.5 if x == 0 else (-1.0 if x < 0 else 0.0)
    ratio = x / T
    return (math.exp(-abs(ratio)) if ratio > 0 else -1.0) / -math.expm1(-abs(ratio))


#: Step of the trapezoidal rule in log t, and where exp falls below rounding.
_STEP, _REACH = 0.2, 38.0


@njit(error_model="numpy")
def log_difference(*parts: float) -> complex:
    """Return the divided difference of log over points x_1, y_1, x_2, ... within a half-plane."""
    return _log_difference(_points(*parts))


@njit(error_model="numpy")
def digamma_difference(*parts: float) -> complex:
    """Return the divided difference of the digamma function over points in the right half-plane.

    By the recurrence and the asymptotic series, each with the distances divided out.
    """
    far = _points(*parts)
    total = 0 * far[0]
    while np.abs(far).min() < _ASYMPTOTIC:
        total += 1 / np.prod(-far)
        far = far + 1
    # the divided differences over the first k points of w**-power
    row = np.zeros(len(far), dtype=np.complex128)
    row[0] = 1.0
    for power in range(1, 2 * len(_BERNOULLI) + 1):
        row[0] /= far[0]
        for k in range(1, len(far)):
            row[k] = (row[k] - row[k - 1]) / far[k]
        if power == 1:
            total -= 0.5 * row[-1]
        elif power % 2 == 0:
            total -= _BERNOULLI[power // 2 - 1] / power * row[-1]
    return total + _log_difference(far)


@njit(error_model="numpy")
def _points(*parts: float) -> NDArray[np.complex128]:
    points = np.empty(len(parts) // 2, dtype=np.complex128)
    for k in range(len(points)):
        points[k] = complex(parts[2 * k], parts[2 * k + 1])
    return points


@njit(error_model="numpy")
def _log_difference(points: NDArray[np.complex128]) -> complex:
    """Return a divided difference of log as an integral.

    It is (-1)**m times that of 1/((t + z_1) ... (t + z_m)) over positive t, along the mean
    direction of the points, by the trapezoidal rule in log t; nothing is divided by their
    distances.
    """
    m, sizes = len(points), np.abs(points)
    direction = np.conj(np.sum(points / sizes))
    direction /= abs(direction) * sizes.max()
    turned = points * direction
    start = math.log(sizes.min() / sizes.max()) - _REACH
    total = 0j
    for step in range(math.ceil((_REACH / (m - 1) - start) / _STEP)):
        t = math.exp(start + step * _STEP)
        total += t / np.prod(t + turned)
    return -_STEP * total * (-direction) ** (m - 1)
