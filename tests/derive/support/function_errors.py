"""What rounding does to the functions that programs call, given that of their arguments.

Every function takes its value, real or complex, its arguments, and their errors; all are arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.special import functions as special
from numerics.special import root_arctanh
from tests.derive.support.hard_arguments import ARCTANH

Array = NDArray[Any]

#: Half an ulp of a number just above a power of two; libraries' functions have a whole one.
UNIT = 2.0**-53
#: Rounding of the functions of this project, in these units of the modulus.
_LIBRARY, _RATIO = 4, 8
#: SciPy's digamma function loses 24 ulp next to z = 1/2.
_SPECIAL = 64
#: Below this distance, in units of their mean, divided differences of it come from a series.
_CLOSE = 0.05


def _sqrt(value: Array, _: Array, error: Array) -> Array:
    return error / (2 * np.where(value == 0, 1.0, value)) + UNIT * value


def _log(value: Array, x: Array, ex: Array) -> Array:
    return ex / x + _LIBRARY * UNIT * np.abs(value)


def _arctan(value: Array, x: Array, ex: Array) -> Array:
    return ex / (1 + x * x) + _LIBRARY * UNIT * np.abs(value)


def _arctan2(value: Array, y: Array, x: Array, ey: Array, ex: Array) -> Array:
    moved = (np.abs(x) * ey + np.abs(y) * ex) / (x * x + y * y)
    return moved + _LIBRARY * UNIT * np.abs(value)


def _log_ratio(value: Array, a: Array, b: Array, d: Array, ea: Array, eb: Array, ed: Array) -> Any:
    smaller, larger = np.minimum(a, b), np.maximum(a, b)
    moved = np.where(a < b, ea, eb)
    error = (ed + np.abs(d) * moved / smaller) / larger
    return error + _RATIO * UNIT * np.abs(value)


def _excess(value: Array, x: Array, y: Array, ex: Array, ey: Array) -> Array:
    return (value * ex + np.abs(y) * ey) / np.hypot(x, y) + _RATIO * UNIT * value


def _polygamma(value: Array, n: int, x: Array, y: Array, ex: Array, ey: Array) -> Array:
    slope = special.polygamma(n + 1, x, y)
    return np.abs(slope) * (ex + ey) + _SPECIAL * UNIT * np.abs(value)


def _nearest(z: Array, w: Array) -> Array:
    """Return the smallest modulus between two points."""
    step = w - z
    square = np.where(step == 0, 1.0, np.abs(step) ** 2)
    place = np.clip(-(z * step.conj()).real / square, 0.0, 1.0)
    return np.abs(z + place * step)


def _divided_log(value: Array, *arguments: Array) -> Array:
    x, y, u, v, *errors = arguments
    # the mean of 1/(w + t (z - w)), differentiated
    slope = 1 / _nearest(x + 1j * y, u + 1j * v) ** 2
    return slope * sum(errors) + _RATIO * UNIT * np.abs(value)


def _divided_digamma(value: Array, *arguments: Array) -> Array:
    x, y, u, v, *errors = arguments
    # the mean of psi' between the points, whose derivative is a sum over 1/|z + k|^3
    near = _nearest(x + 1j * y, u + 1j * v)
    moved = (near**-3 + near**-2) * sum(errors)
    # a quotient of functions, or their Taylor series where they are closer
    apart = np.abs(x - u + 1j * (y - v))
    far = apart > _CLOSE * np.abs(x + u + 1j * (y + v)) / 2
    terms = np.abs(special.polygamma(0, x, y)) + np.abs(special.polygamma(0, u, v))
    size = np.where(far, terms / np.where(far, apart, 1.0), 0.0)
    return moved + _SPECIAL * UNIT * np.maximum(np.abs(value), size)


def _upper_root(value: Array, _x: Array, _y: Array, ex: Array, ey: Array) -> Array:
    return (ex + ey) / (2 * np.abs(value)) + _RATIO * UNIT * np.abs(value)


def _root_sum(value: Array, *arguments: Array) -> Array:
    ax, ay, bx, by, _dx, _dy, eax, eay, ebx, eby, edx, edy = arguments
    moved = eax + eay + ebx + eby
    difference = np.abs(ax - bx + 1j * (ay - by))
    divided = (edx + edy + np.abs(value) * moved) / np.where(difference == 0, 1.0, difference)
    error = np.where(np.hypot(ax + bx, ay + by) < difference, divided, moved)
    return error + _RATIO * UNIT * np.abs(value)


def _pair_arctanh(
    value: Array, x: Array, y: Array, q: Array, ex: Array, ey: Array, _: Array
) -> Any:
    k = x + 1j * y
    return (ex + ey) / np.abs((k - q) * (k + q)) + _RATIO * UNIT * np.abs(value)


def _pair_excess(value: Array, *arguments: Array) -> Array:
    x, y, q, _first, _second, ex, ey, *_ = arguments
    k = x + 1j * y
    # the derivative is q^2/k^2 times that of artanh(q/k)/q; the difference cancels up to 48 times
    slope = q**2 / np.abs(k**2 * (k - q) * (k + q))
    return (ex + ey) * slope + 48 * _RATIO * UNIT * np.abs(value)


def _complex(parts: tuple[Array, Array]) -> Array:
    return parts[0] + 1j * parts[1]


def _root_arctanh(value: Array, *arguments: Array) -> Array:
    zx, zy, yx, yy, ezx, ezy, eyx, eyy = arguments
    z = zx + 1j * zy
    slope = _complex(root_arctanh.root_arctanh_slope(zx, zy, yx, yy))
    # far from zero the distance from the branch point is that of 1 - z
    far = (1 + np.abs(value)) / np.maximum(np.abs(z), 0.5)
    plain = np.where(np.abs(z) < 0.5, np.abs(slope), far)
    error = (ezx + ezy) * plain + (eyx + eyy) * np.abs(slope)
    return error + 2 * _lost("root_arctanh", value)


def _root_arctanh_slope(value: Array, *arguments: Array) -> Array:
    at, errors = arguments[:4], sum(arguments[4:])
    return 12 * _curvature(at, value) * errors + _lost("root_arctanh_slope", value)


def _divided_root_arctanh(value: Array, *arguments: Array) -> Array:
    zx, zy, wx, wy, yx, yy, vx, vy = arguments[:8]
    ends = ((zx, zy, yx, yy), (wx, wy, vx, vy))
    # the largest second derivative is at one of the ends, or next to zero
    curved = sum(_curvature(at, _complex(root_arctanh.root_arctanh_slope(*at))) for at in ends)
    return 12 * curved * sum(arguments[10:]) + _lost("divided_root_arctanh", value)


def _curvature(at: tuple[Array, ...], slope: Array) -> Array:
    """Return a bound of the second derivative: G' over the distance from the branch point."""
    return 3 * (np.abs(slope) + 1) / np.minimum(np.hypot(at[2], at[3]), 1.0)


def _lost(name: str, value: Array) -> Array:
    return ARCTANH[name] * UNIT * np.abs(value)


#: By the names of the functions.
ERRORS: dict[str, Callable[..., Array]] = {
    "sqrt": _sqrt,
    "log": _log,
    "arctan": _arctan,
    "arctan2": _arctan2,
    "log_ratio": _log_ratio,
    "excess": _excess,
    "polygamma": _polygamma,
    "divided_log": _divided_log,
    "divided_digamma": _divided_digamma,
    "upper_root": _upper_root,
    "root_sum": _root_sum,
    "pair_arctanh": _pair_arctanh,
    "pair_excess": _pair_excess,
    "root_arctanh": _root_arctanh,
    "divided_root_arctanh": _divided_root_arctanh,
    "root_arctanh_slope": _root_arctanh_slope,
}
