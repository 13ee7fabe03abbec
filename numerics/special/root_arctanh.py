"""artanh(sqrt(z))/sqrt(z), its derivative and its divided difference, in pairs of real arrays.

The pair integral of two dimensions leaves them.  They are analytic but for the cut z > 1; every
point z comes with its complement 1 - z, by which its distance from the branch point is known.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Pair = tuple[NDArray[np.float64], NDArray[np.float64]]

#: Where all points have a smaller modulus, differences come from their series: the terms of their
#: closed forms cancel up to 12 times the rounding there.
_SMALL = 1 / 8
_POWERS = 18
#: A difference of artanh(sqrt(z)) below which two points count as close, in units of the larger
#: sqrt(z) where that is less than one.
_CLOSE = 1 / 2


def root_arctanh(zx: Any, zy: Any, yx: Any, yy: Any) -> Pair:
    """Return artanh(sqrt(z))/sqrt(z) of z off the cut, given 1 - z.

    Parameters
    ----------
    zx, zy, yx, yy : ndarray
        Parts of z and of 1 - z.

    Examples
    --------
    >>> [float(part) for part in root_arctanh(0.0, 0.0, 1.0, 0.0)]
    [1.0, 0.0]
    """
    value = _arctanh_quotient(_complex_point(zx, zy), _complex_point(yx, yy))
    return value.real, value.imag


def divided_root_arctanh(*parts: Any) -> Pair:
    """Return the divided difference over z and w, regular where they meet.

    Parameters
    ----------
    *parts : ndarray
        Parts of z, w, 1 - z, 1 - w and z - w.

    Examples
    --------
    >>> print("{:.12f}".format(divided_root_arctanh(0, 0, 0, 0, 1, 0, 1, 0, 0, 0)[0]))
    0.333333333333
    """
    value = _divided_arctanh(*_complex_points(parts))
    return value.real, value.imag


def root_arctanh_slope(zx: Any, zy: Any, yx: Any, yy: Any) -> Pair:
    """Return the derivative of `root_arctanh`, with the same parameters.

    Examples
    --------
    >>> print("{:.12f}".format(root_arctanh_slope(0.0, 0.0, 1.0, 0.0)[0]))
    0.333333333333
    """
    z, y = _complex_point(zx, zy), _complex_point(yx, yy)
    small = np.abs(z) < _SMALL
    closed = (1 / y - _arctanh_quotient(z, y)) / (2 * np.where(small, 1.0, z))
    value = np.where(small, _single_series(z, z, small), closed)
    return value.real, value.imag


def _complex_point(x: Any, y: Any) -> Complex:
    return np.asarray(x, dtype=float) + 1j * np.asarray(y, dtype=float)


def _complex_points(parts: tuple[Any, ...]) -> tuple[Complex, ...]:
    return tuple(
        np.broadcast_arrays(
            *(_complex_point(x, y) for x, y in zip(parts[::2], parts[1::2], strict=True))
        )
    )


def _arctanh_quotient(z: Complex, y: Complex) -> Complex:
    root = np.sqrt(z)
    # 1 - sqrt(z), and its imaginary part where z is small
    rest = y / (1 + root)
    imaginary = np.where(np.abs(z) < 0.5, root.imag, -rest.imag)
    size = rest.real**2 + rest.imag**2
    real = np.log1p(4 * root.real / size) / 4
    angle = np.arctan2(2 * imaginary, 2 * rest.real - size) / 2
    none = root == 0
    return np.asarray(np.where(none, 1.0, (real + 1j * angle) / np.where(none, 1.0, root)))


def _same_side(z: Complex, w: Complex, y: Complex, v: Complex) -> tuple[Complex, Complex, Complex]:
    """Return roots r and s on the same side of zero, and (r + s)(1 - r s).

    The latter is (z - w) over tanh(artanh r - artanh s).
    """
    root, other = np.sqrt(z), np.sqrt(w)
    other = np.where((root * other.conj()).real < 0, -other, other)
    product = root * other
    # 1 - r s, by 1 - z w where both are close to one
    near = np.abs(1 - product) < 0.5
    rest = np.where(near, (y + z * v) / np.where(near, 1 + product, 1.0), 1 - product)
    root = np.where(root == 0, 1.0, root)
    below = (root + other) * rest
    return root, other, np.where(below == 0, 1.0, below)


def _reach_of(root: Complex, other: Complex) -> NDArray[np.float64]:
    return np.minimum(1.0, np.maximum(np.abs(root), np.abs(other)))


def _divided_arctanh(z: Complex, w: Complex, y: Complex, v: Complex, apart: Complex) -> Complex:
    series = np.maximum(np.abs(z), np.abs(w)) < _SMALL
    root, other, below = _same_side(z, w, y, v)
    first, second = _arctanh_quotient(z, y), _arctanh_quotient(w, v)
    # on different sides of the cut points are far apart
    close = np.abs(first * root - second * other) < _CLOSE * _reach_of(root, other)
    plain = (first - second) / np.where(close | (apart == 0), 1.0, apart)
    # artanh e/e
    inside = np.where(close, apart / below, 0.0)
    mean = _arctanh_quotient(inside * inside, 1 - inside * inside) / below
    # by the larger root, which keeps the two terms from cancelling
    swapped = np.abs(z) < np.abs(w)
    larger, smaller = np.where(swapped, other, root), np.where(swapped, first, second)
    total = root + other
    closed = (mean - smaller / np.where(total == 0, 1.0, total)) / larger
    value = np.where(series, _single_series(z, w, series), np.where(close, closed, plain))
    return np.asarray(value)


def _single_series(z: Complex, w: Complex, used: NDArray[np.bool_]) -> Complex:
    """Sum (z**n - w**n)/(z - w)/(2 n + 1)."""
    z, w = np.where(used, z, 0.0), np.where(used, w, 0.0)
    total, power, symmetric = np.zeros_like(z), np.ones_like(z), np.ones_like(z)
    for n in range(1, _POWERS + 1):
        total = total + symmetric / (2 * n + 1)
        power = power * w
        symmetric = symmetric * z + power
    return total
