"""Functions that the generated mpmath kernels call and mpmath does not have."""

from __future__ import annotations

from typing import Any


def divided_log(mp: Any, z: Any, w: Any) -> Any:
    """Return (log z - log w)/(z - w) on one side of the real axis, at the context's precision.

    The working precision is raised by the digits that the difference cancels.
    """
    if z == w:
        return 1 / z
    with mp.extraprec(_lost(mp, z, w)):
        return (mp.log(z) - mp.log(w)) / (z - w)


def divided_digamma(mp: Any, z: Any, w: Any) -> Any:
    """Return (psi(z) - psi(w))/(z - w) in the right half-plane, at the context's precision."""
    if z == w:
        return mp.psi(1, z)
    with mp.extraprec(_lost(mp, z, w)):
        return (mp.psi(0, z) - mp.psi(0, w)) / (z - w)


def _lost(mp: Any, z: Any, w: Any) -> int:
    """Return how many bits the difference of function values loses, with some to spare."""
    return max(0, int(mp.mag(z) - mp.mag(z - w))) + 10


def upper_root(mp: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Return the parts of the square root of x + i y in the upper half-plane."""
    root = mp.sqrt(mp.mpc(x, y))
    root = -root if root.imag < 0 else root
    return root.real, root.imag


def root_sum(mp: Any, ax: Any, ay: Any, bx: Any, by: Any, dx: Any, dy: Any) -> tuple[Any, Any]:
    """Return the parts of a + b, given a, b and a**2 - b**2."""
    a, b = mp.mpc(ax, ay), mp.mpc(bx, by)
    value = mp.mpc(dx, dy) / (a - b) if abs(a + b) < abs(a - b) else a + b
    return value.real, value.imag


def pair_arctanh(mp: Any, x: Any, y: Any, q: Any) -> tuple[Any, Any]:
    """Return the parts of artanh(q/k)/q for k = x + i y in the upper half-plane, 1/k at q = 0."""
    k = mp.mpc(x, y)
    if q == 0:
        value = 1 / k
    else:
        if abs(k) > 16 * q:
            value = mp.atanh(q / k) / q
        else:
            # its branch on the cut |q/k| > 1 is that of k + i 0: log(k + q) - log(k - q) in one,
            # whose argument is in the upper half-plane
            value = (mp.log((k + q) / (q - k)) - mp.mpc(0, mp.pi)) / (2 * q)
    return value.real, value.imag


def pair_excess(mp: Any, x: Any, y: Any, q: Any) -> tuple[Any, Any]:
    """Return the parts of artanh(q/k)/q - 1/k for k = x + i y in the upper half-plane."""
    k = mp.mpc(x, y)
    if q == 0:
        return mp.zero, mp.zero
    # the two agree to the digits of (q/k)^2
    with mp.extraprec(2 * max(0, int(mp.mag(k) - mp.mag(q))) + 10):
        real, imaginary = pair_arctanh(mp, x, y, q)
        value = mp.mpc(real, imaginary) - 1 / k
    return value.real, value.imag
