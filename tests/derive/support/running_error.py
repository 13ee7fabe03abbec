"""Bounds of the rounding of a program, which are carried along with its values.

Every operation adds its own rounding to what the errors of its operands become, to first order:
none of the terms that cancel later is forgotten.  The scale is thus that of the largest
intermediate value, weighted by what the outputs make of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from derive.codegen.program import Program
from derive.functions import stable as nodes
from numerics.special import functions as special
from numerics.special import root_arctanh, roots
from tests.derive.support.hard_arguments import ARCTANH

Array = NDArray[Any]
Bounded = tuple[Array, Array]

#: Half an ulp of a number just above a power of two; libraries' functions have a whole one.
UNIT = 2.0**-53
#: Rounding of the functions of this project, in these units of the modulus.
_LIBRARY, _RATIO, _SPECIAL = 4, 8, 40


def rounding_bounds(
    program: Program, inputs: Mapping[str, Array], errors: Mapping[str, Array]
) -> list[Array]:
    """Return bounds of the errors of all outputs, given those of the inputs."""
    known: dict[sp.Symbol, Bounded] = {}
    for symbol in program.inputs:
        known[symbol] = inputs[str(symbol)], errors[str(symbol)]
    for symbol, expression in program.body:
        known[symbol] = _bounded(expression, known)
    return [_bounded(expression, known)[1] for _, expression in program.outputs]


def _bounded(expr: sp.Expr, known: dict[sp.Symbol, Bounded]) -> Bounded:
    if expr.is_Symbol:
        return known[expr]
    if expr.is_Number or expr is sp.pi:
        value = np.array(float(expr))
        return value, np.array(0.0 if expr.is_Integer else UNIT * abs(value))
    arguments = [_bounded(a, known) for a in expr.args]
    if isinstance(expr, sp.Add):
        return _sum([_bounded(a, known) for a in expr.as_ordered_terms()])
    if isinstance(expr, sp.Mul):
        return _product(arguments)
    if isinstance(expr, sp.Pow):
        return _power(arguments[0], expr.exp)
    values, errors = zip(*arguments, strict=True)
    return _FUNCTIONS[type(expr)](*values, *errors)


def _sum(terms: list[Bounded]) -> Bounded:
    value, error = terms[0]
    for other, more in terms[1:]:
        value = value + other
        error = error + more + UNIT * np.abs(value)
    return value, error


def _product(factors: list[Bounded]) -> Bounded:
    value, error = factors[0]
    for other, more in factors[1:]:
        error = np.abs(value) * more + np.abs(other) * error + error * more
        value = value * other
        error = error + UNIT * np.abs(value)
    return value, error


def _power(base: Bounded, exponent: sp.Rational) -> Bounded:
    value, error = base
    if abs(exponent) == sp.Rational(1, 2):
        root = np.sqrt(value)
        base, count = (root, error / (2 * root) + UNIT * root), 1
    else:
        count = abs(int(exponent))
    value, error = _product([base] * count)
    if exponent > 0:
        return value, error
    return 1 / value, error / value**2 + UNIT / np.abs(value)


def _log(x: Array, ex: Array) -> Bounded:
    return np.log(x), ex / x + _LIBRARY * UNIT * np.abs(np.log(x))


def _atan(x: Array, ex: Array) -> Bounded:
    return np.arctan(x), ex / (1 + x * x) + _LIBRARY * UNIT * np.abs(np.arctan(x))


def _atan2(y: Array, x: Array, ey: Array, ex: Array) -> Bounded:
    angle = np.arctan2(y, x)
    return angle, (np.abs(x) * ey + np.abs(y) * ex) / (x * x + y * y) + _LIBRARY * UNIT * abs(angle)


def _log_ratio(a: Array, b: Array, d: Array, ea: Array, eb: Array, ed: Array) -> Bounded:
    smaller, larger = np.minimum(a, b), np.maximum(a, b)
    moved = np.where(a < b, ea, eb)
    value = special.log_ratio(a, b, d)
    error = (ed + np.abs(d) * moved / smaller) / larger
    return value, error + _RATIO * UNIT * np.abs(value)


def _excess(x: Array, y: Array, ex: Array, ey: Array) -> Bounded:
    value, modulus = special.excess(x, y), np.hypot(x, y)
    return value, (value * ex + np.abs(y) * ey) / modulus + _RATIO * UNIT * value


def _polygamma(n: Array, x: Array, y: Array, _: Array, ex: Array, ey: Array) -> Bounded:
    order = int(n)
    value, slope = (special.polygamma(k, x, y) for k in (order, order + 1))
    return value, np.abs(slope) * (ex + ey) + _SPECIAL * UNIT * np.abs(value)


def _nearest(z: Array, w: Array) -> Array:
    """Return the smallest modulus between two points."""
    step = w - z
    square = np.where(step == 0, 1.0, np.abs(step) ** 2)
    place = np.clip(-(z * step.conj()).real / square, 0.0, 1.0)
    return np.abs(z + place * step)


def _divided_log(*arguments: Array) -> Bounded:
    x, y, u, v, *errors = arguments
    value = special.divided_log(x, y, u, v)
    # the mean of 1/(w + t (z - w)), differentiated
    slope = 1 / _nearest(x + 1j * y, u + 1j * v) ** 2
    return value, slope * sum(errors) + _RATIO * UNIT * np.abs(value)


def _divided_digamma(*arguments: Array) -> Bounded:
    x, y, u, v, *errors = arguments
    value = special.divided_digamma(x, y, u, v)
    # the mean of psi' between the points, whose derivative is a sum over 1/|z + k|^3
    near = _nearest(x + 1j * y, u + 1j * v)
    return value, (near**-3 + near**-2) * sum(errors) + _SPECIAL * UNIT * np.abs(value)


def _complex(parts: tuple[Array, Array]) -> Array:
    return parts[0] + 1j * parts[1]


def _upper_root(x: Array, y: Array, ex: Array, ey: Array) -> Bounded:
    value = _complex(roots.upper_root(x, y))
    return value, (ex + ey) / (2 * np.abs(value)) + _RATIO * UNIT * np.abs(value)


def _root_sum(*arguments: Array) -> Bounded:
    ax, ay, bx, by, dx, dy, eax, eay, ebx, eby, edx, edy = arguments
    value = _complex(roots.root_sum(ax, ay, bx, by, dx, dy))
    moved = eax + eay + ebx + eby
    difference = np.abs(ax - bx + 1j * (ay - by))
    divided = (edx + edy + np.abs(value) * moved) / difference
    error = np.where(np.hypot(ax + bx, ay + by) < difference, divided, moved)
    return value, error + _RATIO * UNIT * np.abs(value)


def _pair_arctanh(x: Array, y: Array, q: Array, ex: Array, ey: Array, _: Array) -> Bounded:
    value = _complex(roots.pair_arctanh(x, y, q))
    k = x + 1j * y
    error = (ex + ey) / np.abs((k - q) * (k + q))
    return value, error + _RATIO * UNIT * np.abs(value)


def _pair_excess(*arguments: Array) -> Bounded:
    x, y, q, first, second, ex, ey, *_ = arguments
    value = _complex(roots.pair_excess(x, y, q, first, second))
    k = x + 1j * y
    # the derivative is q^2/k^2 times that of artanh(q/k)/q; the difference cancels up to 48 times
    slope = q**2 / np.abs(k**2 * (k - q) * (k + q))
    return value, (ex + ey) * slope + 48 * _RATIO * UNIT * np.abs(value)


def _root_arctanh(*arguments: Array) -> Bounded:
    zx, zy, yx, yy, ezx, ezy, eyx, eyy = arguments
    value = _complex(root_arctanh.root_arctanh(zx, zy, yx, yy))
    z = zx + 1j * zy
    slope = _complex(root_arctanh.root_arctanh_slope(zx, zy, yx, yy))
    # far from zero the distance from the branch point is that of 1 - z
    far = (1 + np.abs(value)) / np.maximum(np.abs(z), 0.5)
    plain = np.where(np.abs(z) < 0.5, np.abs(slope), far)
    error = (ezx + ezy) * plain + (eyx + eyy) * np.abs(slope)
    return value, error + ARCTANH["root_arctanh"] * 2 * UNIT * np.abs(value)


def _root_arctanh_slope(*arguments: Array) -> Bounded:
    at, errors = arguments[:4], sum(arguments[4:])
    value = _complex(root_arctanh.root_arctanh_slope(*at))
    return value, 12 * _curvature(at, value) * errors + _lost("root_arctanh_slope", value)


def _divided_root_arctanh(*arguments: Array) -> Bounded:
    zx, zy, wx, wy, yx, yy, vx, vy = arguments[:8]
    value = _complex(root_arctanh.divided_root_arctanh(*arguments[:10]))
    ends = ((zx, zy, yx, yy), (wx, wy, vx, vy))
    # the largest second derivative is at one of the ends, or next to zero
    curved = sum(_curvature(at, _complex(root_arctanh.root_arctanh_slope(*at))) for at in ends)
    return value, 12 * curved * sum(arguments[10:]) + _lost("divided_root_arctanh", value)


def _curvature(at: tuple[Array, ...], slope: Array) -> Array:
    """Return a bound of the second derivative: G' over the distance from the branch point."""
    return 3 * (np.abs(slope) + 1) / np.minimum(np.hypot(at[2], at[3]), 1.0)


def _lost(name: str, value: Array) -> Array:
    return ARCTANH[name] * UNIT * np.abs(value)


def _real(z: Array, error: Array) -> Bounded:
    return z.real, error


def _imaginary(z: Array, error: Array) -> Bounded:
    return z.imag, error


_FUNCTIONS: dict[type[sp.Function], Callable[..., Bounded]] = {
    sp.log: _log,
    sp.atan: _atan,
    sp.atan2: _atan2,
    nodes.log_ratio: _log_ratio,
    nodes.excess: _excess,
    nodes.complex_polygamma: _polygamma,
    nodes.complex_divided_log: _divided_log,
    nodes.complex_divided_polygamma: _divided_digamma,
    nodes.parts_upper_root: _upper_root,
    nodes.parts_root_sum: _root_sum,
    nodes.parts_pair_arctanh: _pair_arctanh,
    nodes.parts_pair_excess: _pair_excess,
    nodes.parts_root_arctanh: _root_arctanh,
    nodes.parts_divided_root_arctanh: _divided_root_arctanh,
    nodes.parts_root_arctanh_slope: _root_arctanh_slope,
    nodes.real_part: _real,
    nodes.imaginary_part: _imaginary,
    nodes.first_part: _real,
    nodes.second_part: _imaginary,
}
