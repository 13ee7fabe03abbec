"""Functions that compiled expressions call with mpmath, which it does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def principal_root(mp: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Return the parts of the square root of x + i y whose real part is not negative."""
    root = mp.sqrt(mp.mpc(x, y))
    return root.real, root.imag


def fermi(mp: Any, x: Any, T: Any) -> Any:
    """Return 1/(exp(x/T) + 1), and the step with one half at x = 0 where T = 0."""
    if T == 0:
        return (1 - mp.sign(x)) / 2
    return 1 / (mp.exp(mp.mpf(x) / T) + 1)


def bose(mp: Any, x: Any, T: Any) -> Any:
    """Return 1/(exp(x/T) - 1), and minus the step with one half at x = 0 where T = 0."""
    if T == 0:
        return (mp.sign(x) - 1) / 2
    return 1 / mp.expm1(mp.mpf(x) / T)


def log_difference(mp: Any, *parts: Any) -> Any:
    """Return the divided difference of log over points on one side of a line through 0."""
    return _difference(mp, mp.log, parts)


def digamma_difference(mp: Any, *parts: Any) -> Any:
    """Return the divided difference of the digamma function in the right half-plane."""
    return _difference(mp, mp.digamma, parts)


def _difference(mp: Any, function: Callable[[Any], Any], parts: tuple[Any, ...]) -> Any:
    """Return a divided difference over points moved apart by less than the precision.

    Each of the distances costs all digits at most, which a higher working precision has.
    """
    count = len(parts) // 2
    bits = mp.prec + 20
    with mp.workprec((count + 1) * (bits + 10)):
        points = [
            mp.mpc(x, y) * (1 + mp.ldexp(k * k + 1, -bits))
            for k, (x, y) in enumerate(zip(parts[::2], parts[1::2], strict=True))
        ]
        total = mp.mpc(0)
        for k, z in enumerate(points):
            below = mp.fprod(z - w for j, w in enumerate(points) if j != k)
            total += function(z) / below
    return +total
