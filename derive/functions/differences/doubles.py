"""Divided differences in double precision, for scalars and arrays.

The sum over poles is taken as it stands, with the sizes of its terms beside it; where digits
cancelled, the value is computed again with mpmath.  So a result is as accurate as the numbers that
it is given allow, and only what needs more digits pays for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from mpmath import mp

from derive.functions.differences import multiprecision
from derive.functions.differences.multiprecision import Numbers
from derive.functions.differences.series import Group, Sized, divided_sum
from derive.functions.differences.transforms import MATSUBARA, comb_series

#: Terms that are together this much larger than their sum are added up again with mpmath.
_CANCELLATION = 8.0
#: Digits of that sum.
_DIGITS = 17
#: The asymptotic series of the digamma function begins beyond this real part; with _TERMS terms
#: its error is below 1e-20.
_START = 15
_BERNOULLI = tuple(float(mp.bernoulli(2 * j)) for j in range(1, 11))


def evaluate(
    numerator: Sequence[Any],
    nodes: Sequence[Any],
    sides: Sequence[int],
    occupation: Sequence[tuple[int, Any, Any]],
) -> Any:
    """Return a divided difference as a complex number, or as an array where an argument is one."""
    leaves = [*numerator, *_flattened(nodes), *(x for f in occupation for x in f[1:])]
    shape = np.broadcast_shapes(*(np.shape(x) for x in leaves))
    arrays = [np.broadcast_to(np.asarray(x, dtype=complex), shape).ravel() for x in leaves]
    take = iter(arrays)
    top = [next(take) for _ in numerator]
    places = [
        tuple(next(take) for _ in n) if isinstance(n, (tuple, list)) else next(take) for n in nodes
    ]
    factors = [(int(f[0]), next(take), next(take)) for f in occupation]
    value = np.full(arrays[0].shape, np.nan, dtype=complex)
    doubtful = np.ones(value.shape, dtype=bool)
    if value.size and _simple(places, factors):
        groups = _grouped(places, sides)
        with np.errstate(all="ignore"):
            total, size = divided_sum(top, groups, _Transform(factors))
            value = np.asarray(total, dtype=complex) + np.zeros(value.shape)
            doubtful = ~(np.asarray(size) <= _CANCELLATION * np.abs(value))
    for k in np.nonzero(doubtful)[0]:
        value[k] = _again(int(k), top, places, sides, factors)
    return complex(value[0]) if shape == () else value.reshape(shape)


def _flattened(nodes: Sequence[Any]) -> list[Any]:
    return [x for n in nodes for x in (n if isinstance(n, (tuple, list)) else (n,))]


def _simple(places: Sequence[Any], factors: Sequence[tuple[int, Any, Any]]) -> bool:
    """Decide whether the sum over poles can be tried: no roots to be found, at most one factor."""
    if not places or any(isinstance(p, tuple) for p in places) or len(factors) > 1:
        return False
    return not factors or factors[0][0] in (1, MATSUBARA, -MATSUBARA)


def _grouped(places: Sequence[Any], sides: Sequence[int]) -> list[Group]:
    groups: list[Group] = []
    for place, side in zip(places, sides, strict=True):
        for k, group in enumerate(groups):
            if group.side == side and np.array_equal(group.place, place):
                groups[k] = Group(place, side, group.count + 1)
                break
        else:
            groups.append(Group(place, side, 1))
    return groups


class _Transform:
    """The Cauchy transform of at most one Fermi factor, or of a Matsubara sum, for arrays."""

    def __init__(self, factors: Sequence[tuple[int, Any, Any]]) -> None:
        self.factors = factors

    def __call__(self, place: Any, side: int, order: int) -> Sized:
        if not self.factors:
            values = [np.full(place.shape, 1j * np.pi * side)]
            values += [np.zeros(place.shape)] * (order - 1)
            return values, [np.abs(v) for v in values]
        statistics, edge, temperature = self.factors[0]
        if abs(statistics) == MATSUBARA:
            return _comb(statistics, place / (2 * temperature), 2 * temperature, order)
        x = place - edge
        branch = _step if np.all(temperature == 0) else _digamma
        if side:
            return branch(x, temperature, side, order)
        (above, sizes), (below, more) = (branch(x, temperature, s, order) for s in (1, -1))
        mean = [(a + b) / 2 for a, b in zip(above, below, strict=True)]
        return mean, [(a + b) / 2 for a, b in zip(sizes, more, strict=True)]


def _comb(statistics: int, y: Any, scale: Any, order: int) -> Sized:
    if statistics > 0:
        return comb_series(np.pi, np.tanh(y), np.cosh(y) ** -2.0, scale, order)
    return comb_series(np.pi, 1 / np.tanh(y), -(np.sinh(y) ** -2.0), scale, order)


def _step(x: Any, temperature: Any, side: int, order: int) -> Sized:
    start = np.log(_turned(x, side))
    quarter = side * 1j * np.pi / 2
    values, sizes = [start + quarter], [np.abs(start) + np.pi / 2]
    for k in range(1, order):
        values.append((-1) ** (k - 1) / (k * x**k))
        sizes.append(np.abs(values[-1]))
    return values, sizes


def _turned(x: Any, side: int) -> Any:
    """Return -i x side, part by part: a product would add zeros of the wrong sign."""
    turned = np.empty(np.shape(x), dtype=complex)
    turned.real, turned.imag = side * x.imag, -side * x.real
    return turned


def _digamma(x: Any, temperature: Any, side: int, order: int) -> Sized:
    """Return the series of the transform at T > 0; nan where the argument is left of 1/4."""
    slope = 1 / (2 * np.pi * temperature.real)
    argument = 0.5 + _turned(x, side) * slope
    far = argument + _START
    shift = [argument + j for j in range(_START)]
    first = np.log(far) - 0.5 / far
    first -= sum(b / (2 * j * far ** (2 * j)) for j, b in enumerate(_BERNOULLI, 1))
    near = [1 / s for s in shift]
    scale = -np.log(slope)
    quarter = side * 1j * np.pi / 2
    values = [first - sum(near) + scale + quarter]
    sizes = [np.abs(first) + sum(np.abs(n) for n in near) + np.abs(scale) + np.pi / 2]
    for k in range(1, order):
        sign = (-1) ** (k + 1)
        series = 1 / (k * far**k) + 0.5 / far ** (k + 1)
        series += sum(
            b * math.comb(2 * j + k - 1, k) / (2 * j) / far ** (2 * j + k)
            for j, b in enumerate(_BERNOULLI, 1)
        )
        series += sum(1 / s ** (k + 1) for s in shift)
        values.append(sign * series * (-1j * side * slope) ** k)
        sizes.append(np.abs(values[-1]))
    values[0] = np.where(argument.real < 0.25, np.nan, values[0])
    return values, sizes


def _again(
    k: int,
    top: Sequence[Any],
    places: Sequence[Any],
    sides: Sequence[int],
    factors: Sequence[tuple[int, Any, Any]],
) -> complex:
    """Compute one element with mpmath; infinity where the integral diverges there."""

    def at(array: Any) -> Any:
        return mp.mpmathify(complex(array[k])) if array[k].imag else mp.mpf(array[k].real)

    numbers = Numbers(
        [at(c) for c in top],
        [tuple(map(at, p)) if isinstance(p, tuple) else at(p) for p in places],
        sides,
        [(s, at(edge), at(temperature)) for s, edge, temperature in factors],
    )
    if not all(mp.isfinite(x) for x in [*numbers.numerator, *_flattened(numbers.nodes)]):
        return complex(math.nan, math.nan)
    try:
        return complex(multiprecision.evaluate(lambda: numbers, _DIGITS))
    except ZeroDivisionError:
        return complex(math.inf)
