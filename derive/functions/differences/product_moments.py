"""Moments of products of occupations with mpmath, regular where edges meet.

As for the transforms, a product of factors at one temperature is a divided difference over
v = exp(edge/T) of one Fermi factor over v; a Bose factor's edge is moved by i pi T, above and below
the axis, and the mean is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpmath import mp

from derive.functions.differences.series import Group, Series, Sized, divided_sum, product, shifted
from derive.functions.differences.transforms import Factor


def product_moment(numerator: Sequence[Any], factors: Sequence[Factor]) -> tuple[Any, Any]:
    """Return the integral of N [F - F(-oo) theta(-nu)], and the size of its terms."""
    # an integer divided by one would be a double
    numerator = [mp.mpmathify(c) for c in numerator]
    temperature = mp.mpmathify(factors[0][2])
    sign = mp.mpf(-1 if sum(s < 0 for s, _, _ in factors) % 2 else 1)
    mean = sum((b for _, b, _ in factors), mp.mpf(0)) / len(factors)
    # around the mean of the edges, which exp(edge/T) needs not be large at
    moved = list(reversed(shifted(numerator, mean, len(numerator))))
    total = sign * mp.polyval(_antiderivative(numerator), mean)
    size = abs(total)
    passings = (1, -1) if any(s < 0 for s, _, _ in factors) else (1,)
    for passing in passings:
        edges = [
            b - mean + (mp.mpc(0, passing * mp.pi * temperature) if s < 0 else 0)
            for s, b, _ in factors
        ]
        part, terms = _of_fermi(moved, edges, temperature)
        total += sign * part / len(passings)
        size += terms / len(passings)
    return total, size


def _antiderivative(polynomial: Sequence[Any]) -> list[Any]:
    degree = len(polynomial)
    return [*(c / (degree - k) for k, c in enumerate(polynomial)), mp.mpf(0)]


def _of_fermi(numerator: Sequence[Any], edges: Sequence[Any], temperature: Any) -> tuple[Any, Any]:
    """Return the moment of a product of Fermi factors whose edges may be complex."""
    counts: dict[Any, int] = {}
    for edge in edges:
        counts[edge] = counts.get(edge, 0) + 1
    groups = {edge: Group(mp.exp(edge / temperature), 0, m) for edge, m in counts.items()}
    edge_of = {id(group.place): edge for edge, group in groups.items()}
    single = _single(numerator, temperature)

    def function(v: Any, side: int, order: int) -> Sized:
        values = _at(single, edge_of[id(v)], v, temperature, order)
        # a rounding of v moves the edge by one of T
        reach = abs(edge_of[id(v)]) + temperature
        bounds = _at([abs(c) for c in single], reach, abs(v), temperature, order)
        return values, [abs(b) for b in bounds]

    total, size = divided_sum([mp.mpf(1)], list(groups.values()), function)
    scale = (-1) ** (len(edges) - 1) * mp.fprod(g.place**g.count for g in groups.values())
    return scale * total, abs(scale) * size


def _single(numerator: Sequence[Any], temperature: Any) -> list[Any]:
    """Return the moment of one Fermi factor as a polynomial of its edge: Sommerfeld's terms."""
    result = _antiderivative(numerator)
    degree = len(numerator) - 1
    for k in range(1, degree + 1, 2):
        strength = (
            2 * mp.factorial(k) * (1 - mp.mpf(2) ** -k) * mp.zeta(k + 1) * temperature ** (k + 1)
        )
        for j, c in enumerate(numerator):
            power = degree - j
            if power >= k:
                # of nu**power: binomial(power, k) edge**(power - k)
                result[len(result) - 1 - (power - k)] += strength * mp.binomial(power, k) * c
    return result


def _at(polynomial: Sequence[Any], edge: Any, v: Any, temperature: Any, order: int) -> Series:
    """Return the Taylor coefficients in v of polynomial(T log v)/v."""
    taylor = shifted(polynomial, edge, order)
    move: Series = [mp.mpf(0)]
    for k in range(1, order):
        move.append(temperature * (-1) ** (k + 1) / (k * v**k))
    total: Series = [taylor[-1], *[mp.mpf(0)] * (order - 1)]
    for c in reversed(taylor[:-1]):
        total = product(total, move, order)
        total[0] += c
    inverse = [(-1) ** k / v ** (k + 1) for k in range(order)]
    return product(total, inverse, order)
