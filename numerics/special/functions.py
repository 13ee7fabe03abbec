"""Functions that the generated NumPy kernels call and NumPy does not have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Where the asymptotic series of the polygamma functions is used: its terms fall below one ulp.
_ASYMPTOTIC = 16.0
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


def excess(x: Any, y: Any) -> Any:
    """Return sqrt(x**2 + y**2) - x for real arrays, without cancellation for positive x.

    Parameters
    ----------
    x, y : array_like
        Real; broadcast against each other.

    Examples
    --------
    >>> float(excess(1e8, 1.0))
    5e-09
    """
    root = np.sqrt(x * x + y * y)
    below = root + abs(x)
    # below vanishes only where x and y do, and then so does the result
    return np.where(x > 0, y * y / np.where(below == 0, 1.0, below), root - x)


def log_ratio(a: Any, b: Any, difference: Any) -> Any:
    """Return log(a/b) for positive a and b, given a - b to full relative accuracy.

    Parameters
    ----------
    a, b : array_like
        Positive.
    difference : array_like
        a - b, computed without cancellation.

    Examples
    --------
    >>> float(log_ratio(1.0 + 1e-20, 1.0, 1e-20))
    1e-20
    """
    return np.copysign(np.log1p(np.abs(difference) / np.minimum(a, b)), difference)


def divided_log(x: Any, y: Any, u: Any, v: Any) -> NDArray[np.complex128]:
    """Return (log z - log w)/(z - w), z = x + i y and w = u + i v, on one side of the real axis.

    Regular, and accurate, where z and w meet: the logarithm of the ratio is computed from the
    difference, and that is divided out.

    Parameters
    ----------
    x, y, u, v : array_like
        Real; y and v have the same sign and do not vanish.

    Examples
    --------
    >>> complex(divided_log(2.0, 1.0, 2.0, 1.0)) * (2 + 1j)
    (1+0j)
    """
    dx, dy = x - u, y - v
    first, second = x * x + y * y, u * u + v * v
    modulus = log_ratio(first, second, dx * (x + u) + dy * (y + v)) / 2
    # y u - x v by the difference and the smaller of both: nothing cancels where one is tiny
    smaller = first < second
    cross = dy * np.where(smaller, x, u) - dx * np.where(smaller, y, v)
    angle = np.arctan2(cross, x * u + y * v)
    distance = np.asarray(dx + 1j * dy)
    meet = distance == 0
    quotient = (modulus + 1j * angle) / np.where(meet, 1.0, distance)
    return np.asarray(np.where(meet, 1 / (u + 1j * np.asarray(v)), quotient))


def divided_digamma(x: Any, y: Any, u: Any, v: Any) -> NDArray[np.complex128]:
    """Return (psi(z) - psi(w))/(z - w), z = x + i y and w = u + i v, in the right half-plane.

    Where the points are closer than a twentieth of their modulus, the Taylor series about their
    mean replaces the quotient; its first neglected term is then below rounding.

    Parameters
    ----------
    x, y, u, v : array_like
        Real; x and u positive, at least one half for full accuracy.

    Examples
    --------
    >>> bool(abs(complex(divided_digamma(1.0, 0.0, 1.0, 0.0)) - np.pi**2 / 6) < 1e-15)
    True
    """
    x, y, u, v = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (x, y, u, v)))
    z, w = x + 1j * y, u + 1j * v
    distance, mean = z - w, (z + w) / 2
    close = np.abs(distance) < 0.05 * np.abs(mean)
    plain = (polygamma(0, x, y) - polygamma(0, u, v)) / np.where(close, 1.0, distance)
    if not close.any():
        return np.asarray(plain)
    result = np.atleast_1d(plain).copy()
    near, half = np.atleast_1d(mean)[np.atleast_1d(close)], np.atleast_1d(distance / 2)
    square = half[np.atleast_1d(close)] ** 2
    series, factor = np.zeros_like(near), np.ones_like(near)
    for order in range(1, 10, 2):
        series += factor * polygamma(order, near.real, near.imag)
        factor = factor * square / ((order + 1) * (order + 2))
    result[np.atleast_1d(close)] = series
    return np.asarray(result.reshape(plain.shape))


def polygamma(n: int, x: Any, y: Any) -> NDArray[np.complex128]:
    """Return the polygamma function of complex argument x + i y in the right half-plane.

    SciPy has the digamma function of complex argument, but its derivatives for real argument only;
    they are computed here by the recurrence and the asymptotic series.

    Parameters
    ----------
    n : int
        Order; 0 is the digamma function.
    x, y : array_like
        Real and imaginary part; x > 0.

    Examples
    --------
    >>> round(complex(polygamma(1, 1.0, 0.0)).real * 6 / np.pi**2, 14)
    1.0
    """
    z = np.asarray(x + 1j * np.asarray(y, dtype=float))
    if n == 0:
        from scipy.special import psi

        return _run_by_run(psi, z)
    far, recurrence = z.ravel(), np.zeros(z.size, dtype=complex)
    near = np.flatnonzero(np.abs(far) < _ASYMPTOTIC)
    if near.size:
        # the recurrence takes these to the asymptotic region
        inverse = 1 / (far[near, None] + np.arange(_ASYMPTOTIC))
        recurrence[near] = _power(inverse, n + 1).sum(axis=1)
        far = far.copy()
        far[near] += _ASYMPTOTIC
    inverse = 1 / far
    square, series = inverse * inverse, np.zeros_like(inverse)
    for k, bernoulli in reversed(list(enumerate(_BERNOULLI, 1))):
        factor = bernoulli * math.factorial(2 * k + n - 1) / math.factorial(2 * k)
        series = (series + factor) * square
    series = series + math.factorial(n) / 2 * inverse + math.factorial(n - 1)
    total = math.factorial(n) * recurrence + series * _power(inverse, n)
    return np.asarray((-1) ** (n + 1) * total).reshape(z.shape)


def _run_by_run(function: Any, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return the values of a costly function, found once for each run of equal elements.

    Of nested integrals one momentum is the same at all nodes of the other.
    """
    starts = np.flatnonzero(z[1:] != z[:-1]) + 1 if z.ndim == 1 else None
    if starts is None or 2 * starts.size >= z.size:
        return np.asarray(function(z))
    starts = np.concatenate([[0], starts])
    return np.repeat(function(z[starts]), np.diff(starts, append=z.size))


def _power(z: Any, n: int) -> Any:
    """Return a small power, n > 0, by products: several times as fast as `z**n`."""
    result = z
    for _ in range(n - 1):
        result = result * z
    return result
