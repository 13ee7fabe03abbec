r"""Cauchy transforms of occupations with mpmath, as Taylor series at a pole.

The transform is :math:`L(z) = \int d\nu\, F(\nu)/(\nu - z)`, cut off at a large -Lambda whose
logarithm is left away.  On either side of the real axis it is the branch that is analytic there:

    F = 1                  +- i pi
    F = theta(B - nu)      log(-+ i (z - B)) +- i pi/2
    F = fermi(nu - B, T)   psi(1/2 -+ i (z - B)/(2 pi T)) + log(2 pi T) +- i pi/2

and on the axis the mean of both, the principal value.  A product of factors at one temperature is
a divided difference too: with u = exp(nu/T) and v_j = exp(B_j/T), negative for a Bose factor,

    product of v_j/(u + v_j) = (-1)**(n-1) v_1 ... v_n [v_1, ..., v_n] 1/(u + v),

and 1/(u + v) is a Fermi factor over v.  A Bose factor is minus a Fermi factor whose edge is moved
by i pi T; its pole on the axis is passed above and below, and the mean is taken.

For a Matsubara sum the comb of frequencies i omega_n takes the axis's place: the transform
2 pi T sum 1/(i omega_n - z) is -pi tanh(z/2T) or -pi coth(z/2T), the same on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mpmath import mp

from derive.functions.differences.series import Group, Series, Sized, product

#: (statistics, edge, temperature): +1 Fermi, -1 Bose; +2, -2 a Matsubara sum over either.
Factor = tuple[int, Any, Any]
MATSUBARA = 2


def transform_of(factors: Sequence[Factor]) -> Callable[[Any, int, int], Sized]:
    """Return (place, side, order) -> Taylor coefficients of the transform, with their sizes."""
    if not factors:
        return _constant
    if abs(factors[0][0]) == MATSUBARA:
        statistics, _, temperature = factors[0]
        return lambda z, side, order: _comb(statistics, temperature, z, order)
    if factors[0][2] == 0:
        edge = min((mp.re(b) for _, b, _ in factors))
        return lambda z, side, order: _on_side(_step, z - edge, side, order)
    temperature = factors[0][2]
    mean = sum((b for _, b, _ in factors), mp.mpf(0)) / len(factors)
    if len(factors) == 1 and factors[0][0] == 1:
        return lambda z, side, order: _on_side(
            lambda x, s, n: _digamma(x, temperature, s, n), z - mean, side, order
        )
    edges = [(statistics, b - mean) for statistics, b, _ in factors]
    if all(statistics > 0 for statistics, _ in edges):
        moved = [b for _, b in edges]
        return lambda z, side, order: _on_side(
            lambda x, s, n: _product_of_fermi(moved, temperature, x, s, n), z - mean, side, order
        )
    return lambda z, side, order: _averaged(edges, temperature, z - mean, side, order)


def distance_to_singularity(factors: Sequence[Factor], z: Any, side: int) -> Any:
    """Return how far the branch of the transform is analytic around z."""
    if not factors:
        return mp.inf
    statistics, _, temperature = factors[0]
    if abs(statistics) == MATSUBARA:
        offset = mp.mpf(1) / 2 if statistics > 0 else mp.mpf(0)
        step = 2 * mp.pi * temperature
        nearest = (mp.nint(mp.im(z) / step - offset) + offset) * step
        return abs(z - mp.mpc(0, nearest))
    distances = []
    for kind, edge, heat in factors:
        first = mp.pi * heat if kind == 1 else mp.mpf(0)
        for sign in (side,) if side else (1, -1):
            x = mp.mpc(z - edge)
            above = sign * mp.im(x)
            if heat == 0:
                distances.append(abs(x))
                continue
            n = max(0, mp.nint((-above - first) / (2 * mp.pi * heat)))
            distances.append(abs(mp.mpc(mp.re(x), above + first + 2 * mp.pi * heat * n)))
    return min(distances)


def _constant(z: Any, side: int, order: int) -> Sized:
    value = mp.mpc(0, side * mp.pi)
    zeros = [mp.mpf(0)] * (order - 1)
    return [value, *zeros], [abs(value), *zeros]


def _comb(statistics: int, temperature: Any, z: Any, order: int) -> Sized:
    y = z / (2 * temperature)
    if statistics > 0:
        return comb_series(mp.pi, mp.tanh(y), mp.sech(y) ** 2, 2 * temperature, order)
    return comb_series(mp.pi, mp.coth(y), -(mp.csch(y) ** 2), 2 * temperature, order)


def comb_series(pi: Any, first: Any, slope: Any, scale: Any, order: int) -> Sized:
    """Return the series of -pi t(z/scale) for t = tanh or coth, both with t'' = -2 t t'."""
    values, slopes = [first], [slope]
    sizes, bounds = [abs(first)], [abs(slope)]
    for k in range(1, order):
        values.append(slopes[-1] / k)
        sizes.append(bounds[-1] / k)
        slopes.append(-2 * sum(values[j] * slopes[k - 1 - j] for j in range(k)) / k)
        bounds.append(2 * sum(sizes[j] * bounds[k - 1 - j] for j in range(k)) / k)
    return (
        [-pi * v / scale**k for k, v in enumerate(values)],
        [pi * v / abs(scale) ** k for k, v in enumerate(sizes)],
    )


def _on_side(
    branch: Callable[[Any, int, int], Sized], x: Any, side: int, order: int
) -> tuple[Series, Series]:
    if side:
        return branch(x, side, order)
    (above, sizes), (below, more) = (branch(x, s, order) for s in (1, -1))
    mean = [(a + b) / 2 for a, b in zip(above, below, strict=True)]
    return mean, [(a + b) / 2 for a, b in zip(sizes, more, strict=True)]


def _step(x: Any, side: int, order: int) -> Sized:
    quarter = mp.mpc(0, side * mp.pi / 2)
    turned = mp.mpc(x) * mp.mpc(0, -side)
    start = mp.log(turned)
    values, sizes = [start + quarter], [abs(start) + abs(quarter)]
    for k in range(1, order):
        values.append((-1) ** (k - 1) / (k * x**k))
        sizes.append(abs(values[-1]))
    return values, sizes


def _digamma(x: Any, temperature: Any, side: int, order: int) -> Sized:
    slope = mp.mpc(0, -side) / (2 * mp.pi * temperature)
    argument = mp.mpf(1) / 2 + slope * x
    first = mp.psi(0, argument)
    scale, quarter = mp.log(2 * mp.pi * temperature), mp.mpc(0, side * mp.pi / 2)
    values = [first + scale + quarter]
    sizes = [abs(first) + abs(scale) + abs(quarter)]
    for k in range(1, order):
        values.append(slope**k * mp.psi(k, argument) / mp.factorial(k))
        sizes.append(abs(values[-1]))
    return values, sizes


def _averaged(
    edges: Sequence[tuple[int, Any]], temperature: Any, x: Any, side: int, order: int
) -> Sized:
    """Return the transform of a product with Bose factors: the mean of two paths.

    One passes above all singularities on the axis, the other below; a pole on the axis is then
    below, or above, the path.
    """
    sign = (-1) ** sum(statistics < 0 for statistics, _ in edges)
    totals: list[Sized] = []
    for passing in (1, -1):
        moved = [
            b if statistics > 0 else mp.mpc(b, passing * mp.pi * temperature)
            for statistics, b in edges
        ]
        totals.append(_product_of_fermi(moved, temperature, x, side or -passing, order))
    (above, sizes), (below, more) = totals
    mean = [sign * (a + b) / 2 for a, b in zip(above, below, strict=True)]
    return mean, [(a + b) / 2 for a, b in zip(sizes, more, strict=True)]


def _product_of_fermi(
    edges: Sequence[Any], temperature: Any, x: Any, side: int, order: int
) -> Sized:
    groups: list[list[Any]] = []
    for edge in edges:
        for group in groups:
            if group[0] == edge:
                group[1] += 1
                break
        else:
            groups.append([edge, 1])
    points = [Group(mp.exp(b / temperature), 0, count) for b, count in groups]
    if len(groups) == 1 and len(edges) == 1:
        return _digamma(x - edges[0], temperature, side, order)
    values, sizes = [mp.mpc(0)] * order, [mp.mpf(0)] * order
    for (edge, _), point in zip(groups, points, strict=True):
        inner, inner_sizes = _in_exponential(edge, point, temperature, x, side, order)
        weight: Series = [1 / point.place * (-1 / point.place) ** k for k in range(point.count)]
        for other in points:
            if other is not point:
                distance = point.place - other.place
                factor: Series = [1 / distance**other.count]
                for k in range(1, point.count):
                    factor.append(factor[-1] * (-(other.count + k - 1)) / (k * distance))
                weight = product(weight, factor, point.count)
        top = point.count - 1
        for k in range(order):
            for r in range(top + 1):
                values[k] += weight[top - r] * inner[r][k]
                sizes[k] += abs(weight[top - r]) * inner_sizes[r][k]
    scale = (-1) ** (len(edges) - 1) * mp.fprod(p.place**p.count for p in points)
    return [scale * v for v in values], [abs(scale) * s for s in sizes]


def _in_exponential(
    edge: Any, point: Group, temperature: Any, x: Any, side: int, order: int
) -> tuple[list[Series], list[Series]]:
    """Return the Taylor coefficients in v of those in z of a Fermi factor's transform.

    The edge is T log v, and the transform depends on z minus the edge.
    """
    long, long_sizes = _digamma(x - edge, temperature, side, order + point.count - 1)
    # -T log(1 + delta/v)
    move: Series = [mp.mpf(0)]
    for k in range(1, point.count):
        move.append(temperature * (-1) ** k / (k * point.place**k))
    values: list[Series] = [[mp.mpc(0)] * order for _ in range(point.count)]
    sizes: list[Series] = [[mp.mpf(0)] * order for _ in range(point.count)]
    power: Series = [mp.mpf(1)] + [mp.mpf(0)] * (point.count - 1)
    for j in range(point.count):
        for k in range(order):
            # the Taylor coefficient k of the j-th derivative, over j!
            factor = mp.binomial(k + j, j)
            for r in range(point.count):
                values[r][k] += power[r] * factor * long[k + j]
                sizes[r][k] += abs(power[r]) * factor * long_sizes[k + j]
        power = product(power, move, point.count)
    return values, sizes
