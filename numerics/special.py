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
    >>> complex(polygamma(1, 1.0, 0.0)).real * 6 / np.pi**2
    1.0
    """
    z = np.asarray(x + 1j * np.asarray(y, dtype=float))
    if n == 0:
        from scipy.special import psi

        return np.asarray(psi(z))
    sign = (-1) ** (n + 1)
    total = np.zeros_like(z)
    # the number of steps of the recurrence that take the smallest |z| to the asymptotic region
    reach = np.abs(z).min() if z.size else _ASYMPTOTIC
    steps = math.ceil(_ASYMPTOTIC) if reach < _ASYMPTOTIC else 0
    for _ in range(steps):
        total += z ** -(n + 1)
        z = z + 1
    series = math.factorial(n - 1) * z**-n + math.factorial(n) / 2 * z ** -(n + 1)
    power = z ** -(n + 2)
    for k, bernoulli in enumerate(_BERNOULLI, 1):
        series += bernoulli * math.factorial(2 * k + n - 1) / math.factorial(2 * k) * power
        power = power / (z * z)
    return np.asarray(sign * (math.factorial(n) * total + series))
