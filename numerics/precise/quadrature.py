"""Gauss-Legendre quadrature to a wanted number of digits, for integrands with known singularities.

On a panel whose ends are the foci of the largest ellipse without a singularity, of half axes adding
up to rho, the n-point rule leaves rho**(-2 n), and the coefficients of an expansion in Legendre
polynomials fall like rho**(-k).  The first says how to divide an interval and which order to take;
the second, together with the last coefficients that the nodes resolve, what is left.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.precise.arithmetic import Arithmetic, arithmetic_of

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The last coefficients that tell the rest.
_LAST = 4
#: Orders, the smallest with that many coefficients that are resolved; they are multiples of 2.
_FEWEST, _MOST = 6, 160
#: Below this order a panel is not worth dividing.
_CHEAP = 16
#: Divisions of a panel that was planned too large, and of a stretch.
_DIVISIONS, _DEPTH = 12, 40
#: Times what is known of rounding, an estimate may be noise.
_NOISE = 10.0
#: The part of the tolerance that a panel may use.
_SHARE = 64
#: By how much an integrand may be larger on the ellipse than it was sampled on the panel: decades.
_MARGIN = 1.5
#: The decay of coefficients is taken to be slower than that of the ellipse, whose singularity has a
#: power of k in front of it.
_SLOWER = 0.9
#: The ratio of distances at which a wall of poles is as good as the whole wall.
_THINNED = 1.3
#: Samples of a stretch that tell the size of the integrand.
_SAMPLES = 33


@dataclass
class Total:
    """What has been integrated: values, bounds of what the rules leave, and the size of it all."""

    values: list[Any]
    errors: Array
    rounding: Array
    size: float = 0.0
    evaluations: int = 0

    @classmethod
    def zeros(cls, arithmetic: Arithmetic, count: int) -> Total:
        """Return nothing, of some integrands."""
        return cls([arithmetic.real(0)] * count, np.zeros(count), np.zeros(count))

    def add(self, other: Total) -> None:
        """Add another part."""
        self.values = [x + y for x, y in zip(self.values, other.values, strict=True)]
        self.errors = self.errors + other.errors
        self.rounding = self.rounding + other.rounding
        self.size += other.size
        self.evaluations += other.evaluations


@dataclass(frozen=True)
class Stretch:
    """A part of the path of integration.

    Parameters
    ----------
    function : callable
        The integrands per unit of the variable.
    start, end : number
        Its ends.
    singular : ndarray of complex
        Where the integrands are singular, relative to `start`.
    size : callable
        Their size, in double precision, at points relative to `start`.
    """

    function: Callable[[Any], list[Any]]
    start: Any
    end: Any
    singular: Complex
    size: Callable[[Array], Array]


def integrate(arithmetic: Arithmetic, stretch: Stretch, count: int, tolerance: float) -> Total:
    """Return the integrals over a stretch, each to about the tolerance."""
    length = float(arithmetic.exported(stretch.end - stretch.start))
    total = Total.zeros(arithmetic, count)
    if not length > 0:
        return total
    points = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    sizes = np.asarray(stretch.size(points * length)) * length
    share = tolerance / _SHARE
    relative = stretch.singular / length
    planned = _plan(0.0, 1.0, relative, _Sizes(points, sizes / share), 0)[1]
    todo = [(a, b, order, 0) for a, b, order in planned]
    while todo:
        a, b, order, divisions = todo.pop()
        part = _panel(arithmetic, stretch, a, b, order, _ellipse(a, b, relative))
        # more panels do not help against rounding
        large = part.errors > np.maximum(share, _NOISE * part.rounding)
        if large.any() and divisions < _DIVISIONS:
            middle = (a + b) / 2
            todo += [(a, middle, order, divisions + 1), (middle, b, order, divisions + 1)]
            total.evaluations += part.evaluations
        else:
            total.add(part)
    return total


def graded(
    arithmetic: Arithmetic,
    function: Callable[[Any], list[Any]],
    size: Callable[[Array], Array],
    singular: Complex,
    ends: list[Any],
) -> list[Stretch]:
    """Return stretches in u, where the variable is x + w sinh u about each near singularity x + iw.

    Parameters
    ----------
    function : callable
        The integrands per unit of the variable itself.
    size : callable
        Their size in double precision.
    singular : ndarray of complex
        Where they are singular.
    ends : list of numbers
        Where the path begins, where an integrand jumps, and where the path ends.
    """
    mp, real = arithmetic.context, arithmetic.real
    first, last = float(ends[0]), float(ends[-1])
    centres: list[tuple[float, float]] = []
    for s in sorted(singular, key=lambda s: abs(s.imag)):
        x, w = float(s.real), abs(float(s.imag))
        # one that is closer to a sharper one is resolved with that
        if first <= x <= last and all(abs(x - other) > w / 2 for other, _ in centres):
            centres.append((x, w))
    if not centres:
        centres = [((first + last) / 2, last - first)]
    centres.sort()
    middles = [(c[0] + d[0]) / 2 for c, d in itertools.pairwise(centres)]
    borders = sorted([*ends, *map(real, middles)], key=arithmetic.exported)
    found = []
    for lower, upper in itertools.pairwise(borders):
        index = sum(m < (float(lower) + float(upper)) / 2 for m in middles)
        found.append(_about(mp, function, size, singular, lower, upper, *centres[index], real))
    return found


def matsubara(temperature: float, largest: float) -> Array:
    """Return the distances pi T (2 n + 1) of an occupation's poles, thinned out where dense."""
    if temperature <= 0:
        return np.zeros(0)
    count = max(math.ceil(math.log(max(largest / temperature, 1.0)) / math.log(_THINNED)), 1)
    n = np.unique(np.floor(_THINNED ** np.arange(count + 1))) - 1
    return np.asarray(math.pi * temperature * (2 * n + 1))


def reflected(singular: Complex) -> Complex:
    """Return the singularities of a function that is even and real, given some of them."""
    both = np.concatenate([singular, -singular])
    return np.concatenate([both, both.conj()])


def _about(
    mp: Any,
    function: Callable[[Any], list[Any]],
    size: Callable[[Array], Array],
    singular: Complex,
    lower: Any,
    upper: Any,
    x: float,
    w: float,
    real: Callable[[Any], Any],
) -> Stretch:
    """Return a stretch of the variable x + w sinh u."""
    centre, width = real(x), real(w)
    start, end = (mp.asinh((value - centre) / width) for value in (lower, upper))
    offset = float(start)
    images: Complex = np.arcsinh((singular - x) / w)
    images = np.concatenate([images, 1j * math.pi - images, -1j * math.pi - images])

    def inner(u: Any) -> list[Any]:
        slope = width * mp.cosh(u)
        return [slope * value for value in function(centre + width * mp.sinh(u))]

    def inner_size(u: Array) -> Array:
        return size(x + w * np.sinh(u + offset)) * w * np.cosh(u + offset)

    return Stretch(inner, start, end, images - offset, inner_size)


@dataclass(frozen=True)
class _Sizes:
    """The integrand in units of the tolerance, sampled on a stretch."""

    points: Array
    values: Array

    def decades(self, a: float, b: float) -> float:
        """Return how many decades a panel's integral is above the tolerance."""
        first = max(int(np.searchsorted(self.points, a)) - 1, 0)
        last = int(np.searchsorted(self.points, b)) + 1
        largest = float(self.values[first:last].max()) * (b - a)
        return max(math.log10(largest), 0.0) if largest > 0 else 0.0


def _ellipse(a: float, b: float, singular: Complex) -> float:
    """Return rho, the sum of the half axes of the largest ellipse without a singularity."""
    if singular.size == 0:
        return 1e3
    zeta = (singular - (a + b) / 2) / ((b - a) / 2)
    root = np.sqrt(zeta * zeta - 1)
    return float(np.maximum(np.abs(zeta + root), np.abs(zeta - root)).min())


def _order(rho: float, decades: float) -> int:
    """Return the order that leaves so many decades less, or more than is allowed."""
    if rho <= 1:
        return 10 * _MOST
    wanted = (decades + _MARGIN) * math.log(10) / (2 * math.log(rho))
    return max(2 * math.ceil(min(wanted, 10 * _MOST) / 2), _FEWEST)


def _plan(
    a: float, b: float, singular: Complex, sizes: _Sizes, depth: int
) -> tuple[int, list[tuple[float, float, int]]]:
    """Return the cheapest division into panels by halving, and how many nodes it has."""
    order = _order(_ellipse(a, b, singular), sizes.decades(a, b))
    whole = order, [(a, b, min(order, _MOST))]
    if order <= _CHEAP or depth == _DEPTH:
        return whole
    middle = (a + b) / 2
    (m, left), (n, right) = (
        _plan(*ends, singular, sizes, depth + 1) for ends in ((a, middle), (middle, b))
    )
    return (m + n, left + right) if m + n < order or order > _MOST else whole


def _panel(
    arithmetic: Arithmetic, stretch: Stretch, a: float, b: float, order: int, rho: float
) -> Total:
    """Return the integrals over a panel."""
    span = stretch.end - stretch.start
    # halves of one are exact
    middle = stretch.start + span * arithmetic.real(Fraction(a) + Fraction(b)) / 2
    half = span * arithmetic.real(Fraction(b) - Fraction(a)) / 2
    rule = _rule(arithmetic.name, order, arithmetic.bits)
    found = [stretch.function(middle + half * node) for node in rule.nodes]
    columns = list(zip(*found, strict=True))
    values = [half * _dot(rule.weights, column) for column in columns]
    length = 2 * float(half)
    errors = np.empty(len(columns))
    size = 0.0
    for k, column in enumerate(columns):
        largest = max(abs(float(x)) for x in column)
        last = [abs(float(_dot(row, column))) for row in rule.last]
        errors[k] = length * _rest(last, largest, order, rho)
        size += length * largest
    rounding = np.array([arithmetic.radius(value) for value in values])
    return Total(values, errors, rounding, size, order)


def _dot(weights: tuple[Any, ...], column: tuple[Any, ...]) -> Any:
    total = weights[0] * column[0]
    for weight, value in zip(weights[1:], column[1:], strict=True):
        total += weight * value
    return total


def _rest(last: list[float], largest: float, order: int, rho: float) -> float:
    """Return what a rule leaves, over the length: the coefficients from twice the order on.

    They are extrapolated from the last ones that are known, as the ellipse says, or as they have
    fallen up to there if that was slower.
    """
    rest = 0.0
    for k, coefficient in enumerate(last, start=order - len(last)):
        if coefficient == 0:
            continue
        seen = (largest / coefficient) ** (1 / max(k, 1))
        rate = 1 + _SLOWER * (max(min(rho, seen), 1.0) - 1)
        rest = max(rest, coefficient * rate ** (k - 2 * order) / max(1 - 1 / rate, 1e-3))
    return rest


@dataclass(frozen=True)
class _Rule:
    """Nodes, weights, and the rows that give the last coefficients, the lowest first."""

    nodes: tuple[Any, ...]
    weights: tuple[Any, ...]
    last: tuple[tuple[Any, ...], ...]


@functools.lru_cache(maxsize=512)
def _rule(name: str, order: int, bits: int) -> _Rule:
    arithmetic = arithmetic_of(bits, name)
    with arithmetic.working():
        nodes, weights = zip(*arithmetic.rule(order), strict=True)
        # where P_n vanishes, (1 - x^2) P_n' = n P_(n-1) and w = 2/((1 - x^2) P_n'^2)
        above: list[Any] = [arithmetic.real(0)] * order
        here = [
            (-1) ** (order - 1 - k) * arithmetic.context.sqrt(2 * (1 - x * x) / w) / order
            for k, (x, w) in enumerate(zip(nodes, weights, strict=True))
        ]
        rows = []
        for k in range(order - 1, order - 1 - _LAST, -1):
            factor = arithmetic.real(Fraction(2 * k + 1, 2))
            rows.append(tuple(factor * w * p for w, p in zip(weights, here, strict=True)))
            below = [
                ((2 * k + 1) * x * p - (k + 1) * q) / k
                for x, p, q in zip(nodes, here, above, strict=True)
            ]
            above, here = here, below
    return _Rule(nodes, weights, tuple(rows[::-1]))
