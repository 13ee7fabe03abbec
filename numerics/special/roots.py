"""Complex roots of the closed momentum integrals, in pairs of real arrays, without cancellation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

#: Where |q/k|**2 is smaller, artanh(q/k)/q - 1/k comes from its series: the difference loses up to
#: 48 times the rounding there, and the first neglected term is below rounding.
_SERIES = 1 / 16
#: Coefficients 1/(2 n + 1) of that series, the highest first.
_COEFFICIENTS = tuple(1 / (2 * n + 1) for n in range(14, 0, -1))


def upper_root(x: Any, y: Any) -> Pair:
    """Return the square root of x + i y in the upper half-plane.

    Parameters
    ----------
    x, y : ndarray
        Real.

    Returns
    -------
    tuple of ndarray
        Real and imaginary part, the latter not negative.

    Examples
    --------
    >>> [part.tolist() for part in upper_root(np.array([3.0, 3.0]), np.array([4.0, -4.0]))]
    [[2.0, -2.0], [1.0, 1.0]]
    """
    large = np.sqrt((np.sqrt(x * x + y * y) + np.abs(x)) / 2)
    # both parts vanish with z; a zero divisor only occurs then
    small = y / np.where(large == 0, 1.0, 2 * large)
    above = x >= 0
    return np.where(above, np.copysign(large, y), small), np.where(above, np.abs(small), large)


def root_sum(ax: Any, ay: Any, bx: Any, by: Any, dx: Any, dy: Any) -> Pair:
    """Return a + b, given a, b and d = a**2 - b**2, all complex.

    Where |a - b| is the larger one, the sum is d over it and does not cancel.

    Examples
    --------
    >>> [float(part) for part in root_sum(1.0, 0.0, -1.0, 0.0, 2e-20, 0.0)]
    [1e-20, 0.0]
    """
    sx, sy, ux, uy = ax + bx, ay + by, ax - bx, ay - by
    modulus = ux * ux + uy * uy
    cancels = sx * sx + sy * sy < modulus
    # whichever is chosen where both are as large: JAX may decide twice, and differently
    modulus = np.where(modulus == 0, 1.0, modulus)
    return (
        np.where(cancels, (dx * ux + dy * uy) / modulus, sx),
        np.where(cancels, (dy * ux - dx * uy) / modulus, sy),
    )


def pair_arctanh(x: Any, y: Any, q: Any) -> Pair:
    """Return artanh(q/k)/q for k = x + i y in the upper half-plane and q > 0.

    Parameters
    ----------
    x, y : ndarray
        Parts of k, y not negative and not zero where abs(x) = q.
    q : float
        Positive; a very small one gives 1/k.

    Examples
    --------
    >>> [float(part) for part in pair_arctanh(2.0, 0.0, 1e-150)]
    [0.5, -0.0]
    """
    distance = np.abs(x) - q
    square = y * y
    ratio = np.log1p(4 * q * np.abs(x) / (distance * distance + square))
    angle = np.arctan2(2 * q * y, distance * (distance + 2 * q) + square)
    return np.copysign(ratio, x) / (4 * q), angle / (-2 * q)


def pair_excess(x: Any, y: Any, q: Any, first: Any, second: Any) -> Pair:
    """Return artanh(q/k)/q - 1/k for k = x + i y in the upper half-plane and q > 0.

    Where q/k is small the difference cancels, and the series in (q/k)**2 takes its place.

    Parameters
    ----------
    x, y, q : ndarray
        As in `pair_arctanh`.
    first, second : ndarray
        What that returns.

    Examples
    --------
    >>> x, y, q = np.array(1.0), np.array(0.0), np.array(3e-5)
    >>> excess, _ = pair_excess(x, y, q, *pair_arctanh(x, y, q))
    >>> print(f"{excess:.10e}")
    3.0000000016e-10
    """
    inverse = 1 / (x * x + y * y)
    real, imaginary = x * inverse, -y * inverse
    square = q * q * inverse
    near = square < _SERIES
    # s = (q/k)^2, and zero where the series is not used, by a margin for JAX, too
    factor = np.where(square < 2 * _SERIES, square * inverse, 0.0)
    u, v = (x * x - y * y) * factor, -2 * x * y * factor
    sum_re, sum_im = _COEFFICIENTS[0] * u, _COEFFICIENTS[0] * v
    for coefficient in _COEFFICIENTS[1:]:
        sum_re = sum_re + coefficient
        sum_re, sum_im = sum_re * u - sum_im * v, sum_re * v + sum_im * u
    return (
        np.where(near, sum_re * real - sum_im * imaginary, first - real),
        np.where(near, sum_re * imaginary + sum_im * real, second - imaginary),
    )
