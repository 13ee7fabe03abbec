"""Functions that the generated mpmath kernels call and mpmath does not have.

Balls are no numbers whose precision could be raised: their context has its own of some functions.
"""

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


def pair_excess(mp: Any, x: Any, y: Any, q: Any, _first: Any, _second: Any) -> tuple[Any, Any]:
    """Return the parts of artanh(q/k)/q - 1/k for k = x + i y in the upper half-plane.

    Those of artanh(q/k)/q are needed to more digits than are given.
    """
    k = mp.mpc(x, y)
    if q == 0:
        return mp.zero, mp.zero
    # the two agree to the digits of (q/k)^2
    with mp.extraprec(2 * max(0, int(mp.mag(k) - mp.mag(q))) + 10):
        real, imaginary = pair_arctanh(mp, x, y, q)
        value = mp.mpc(real, imaginary) - 1 / k
    return value.real, value.imag


def root_arctanh(mp: Any, zx: Any, zy: Any, yx: Any, yy: Any) -> tuple[Any, Any]:
    """Return the parts of artanh(sqrt(z))/sqrt(z), given z and 1 - z."""
    if hasattr(mp, "root_arctanh"):
        value = mp.root_arctanh(mp.mpc(zx, zy), mp.mpc(yx, yy))
    else:
        value = _root_arctanh(mp, _point(mp, (zx, zy), (yx, yy)))
    return value.real, value.imag


def divided_root_arctanh(mp: Any, *parts: Any) -> tuple[Any, Any]:
    """Return the parts of its divided difference over z and w, given 1 - z, 1 - w and z - w."""
    if hasattr(mp, "divided_root_arctanh"):
        value = mp.divided_root_arctanh(*(mp.mpc(*parts[k : k + 2]) for k in range(0, 10, 2)))
        return value.real, value.imag
    with mp.extraprec(_cancelled(mp, parts)):
        value = _divided(mp, *_two_points(mp, parts))
    value = +value
    return value.real, value.imag


def root_arctanh_slope(mp: Any, zx: Any, zy: Any, yx: Any, yy: Any) -> tuple[Any, Any]:
    """Return the parts of the derivative of `root_arctanh`."""
    if hasattr(mp, "root_arctanh_slope"):
        value = mp.root_arctanh_slope(mp.mpc(zx, zy), mp.mpc(yx, yy))
        return value.real, value.imag
    point = _point(mp, (zx, zy), (yx, yy))
    with mp.extraprec(10 + 2 * max(0, -int(mp.mag(point)) if point else 0)):
        value = _divided(mp, point, point)
    value = +value
    return value.real, value.imag


def _point(mp: Any, z: tuple[Any, Any], y: tuple[Any, Any]) -> Any:
    """Return z, by 1 - z where that is the smaller one."""
    point, complement = mp.mpc(*z), mp.mpc(*y)
    return 1 - complement if abs(complement) < abs(point) else point


def _two_points(mp: Any, parts: tuple[Any, ...]) -> tuple[Any, Any]:
    """Return z and w, which differ: a limit is taken at a distance below the precision."""
    zx, zy, wx, wy, yx, yy, vx, vy, dx, dy = parts
    z, apart = _point(mp, (zx, zy), (yx, yy)), mp.mpc(dx, dy)
    least = mp.ldexp(1 + abs(z), -mp.prec // 3)
    # from z where they are closer to each other than to zero and to the branch point
    near = abs(apart) < min(abs(mp.mpc(wx, wy)), abs(mp.mpc(vx, vy))) / 2 or z == 0 == apart
    w = z - apart if near else _point(mp, (wx, wy), (vx, vy))
    return (z + least, w - least) if abs(z - w) < least else (z, w)


def _cancelled(mp: Any, parts: tuple[Any, ...]) -> int:
    """Return twice the precision, and the bits that a difference may lose beyond that."""
    apart = mp.mpc(*parts[-2:])
    lost = -int(mp.mag(apart)) if apart else 0
    return int(4 * mp.prec + 4 * max(lost, 0))


def _root_arctanh(mp: Any, z: Any) -> Any:
    root = mp.sqrt(z)
    return mp.atanh(root) / root if root else mp.one


def _divided(mp: Any, z: Any, w: Any) -> Any:
    if z == w:
        return (1 / (1 - z) - _root_arctanh(mp, z)) / (2 * z) if z else mp.one / 3
    return (_root_arctanh(mp, z) - _root_arctanh(mp, w)) / (z - w)
