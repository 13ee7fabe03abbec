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
