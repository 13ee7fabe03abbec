"""Divided differences with mpmath, to as many digits as are asked for.

Digits that cancel are made up for by a higher working precision: the sum of the sizes of all terms
tells how many they were.  Nodes nearer to each other than the answer can tell become one node of
higher multiplicity, so that the precision needed stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp
from mpmath import mp

from derive.functions.differences.product_moments import product_moment
from derive.functions.differences.series import Group, divided_sum
from derive.functions.differences.transforms import Factor, distance_to_singularity, transform_of

#: Side of a node whose half-plane is read off its value: one root of a polynomial of many.
MIXED = 2
_GUARD = 12


@dataclass(frozen=True)
class Numbers:
    """What a divided difference is of, as mpmath numbers.

    A node is a number, or the tuple of a polynomial's coefficients, which stands for all its roots.
    """

    numerator: Sequence[Any]
    nodes: Sequence[Any]
    sides: Sequence[int]
    occupation: Sequence[Factor]


def evaluate(numbers: Callable[[], Numbers], digits: int) -> Any:
    """Return a divided difference to a relative accuracy of 10**-digits.

    Parameters
    ----------
    numbers
        Gives the numbers at mpmath's working precision of the moment.
    digits
        How many digits are right; of a sum that cancels to nothing, zero is returned.

    Raises
    ------
    ZeroDivisionError
        Where nodes on different sides meet: the integral diverges.
    """
    work = digits + 2 * _GUARD
    while True:
        with mp.workdps(work):
            data = numbers()
            factors = _edges_joined(data.occupation, digits)
            if data.nodes:
                groups = _groups(data, digits)
                total, size = divided_sum(data.numerator, groups, transform_of(factors))
            else:
                groups = []
                total, size = product_moment(data.numerator, factors)
            if size == 0:
                return mp.mpc(0)
            lost = _digits(size / abs(total)) if total else work
        if lost + digits + _GUARD // 2 <= work:
            return total
        count = sum(g.count for g in groups) + len(data.occupation)
        limit = (count + 2) * (digits + 2 * _GUARD)
        if work >= limit:
            return mp.mpc(0) if lost >= work - _GUARD else total
        work = min(limit, max(digits + lost + 2 * _GUARD, work + digits))


def _edges_joined(factors: Sequence[Factor], digits: int) -> list[Factor]:
    """Return the factors of a product, edges that the answer cannot tell apart made equal."""
    result: list[Factor] = []
    for statistics, edge, temperature in factors:
        near = temperature * mp.mpf(10) ** (-digits - _GUARD)
        for kind, other, _ in result:
            if kind == statistics and abs(other - edge) <= near:
                edge = other
                break
        result.append((statistics, edge, temperature))
    return result


def _digits(ratio: Any) -> int:
    return max(0, int(mp.ceil(mp.log10(ratio)))) if ratio > 0 else 0


def _groups(data: Numbers, digits: int) -> list[Group]:
    """Return the nodes, those together that the answer cannot tell apart."""
    places: list[tuple[Any, int]] = []
    for node, side in zip(data.nodes, data.sides, strict=True):
        for z in roots(node) if isinstance(node, (tuple, list)) else (mp.mpmathify(node),):
            actual = int(mp.sign(mp.im(z))) if side == MIXED else side
            places.append((z, actual))
    near = mp.mpf(10) ** (-digits - _GUARD)
    clusters: list[list[int]] = []
    for k, (z, side) in enumerate(places):
        joined: list[int] = [k]
        rest = []
        for cluster in clusters:
            if places[cluster[0]][1] == side and any(
                abs(places[m][0] - z) <= near * _free_radius(data, places, m) for m in cluster
            ):
                joined += cluster
            else:
                rest.append(cluster)
        clusters = [*rest, joined]
    return [
        Group(
            sum(places[m][0] for m in cluster) / len(cluster), places[cluster[0]][1], len(cluster)
        )
        for cluster in sorted(clusters, key=min)
    ]


def _free_radius(data: Numbers, places: Sequence[tuple[Any, int]], index: int) -> Any:
    """Return how far a node can move before the function it is a node of is singular."""
    z, side = places[index]
    others = [abs(w - z) for w, s in places if s != side]
    radius = min([distance_to_singularity(data.occupation, z, side), *others])
    return max(abs(z), mp.mpf(1)) if radius == mp.inf else radius


def roots(coefficients: Sequence[Any]) -> list[Any]:
    """Return all roots of a polynomial, multiple ones as often as they are."""
    coefficients = [mp.mpmathify(c) for c in coefficients]
    if len(coefficients) == 2:
        return [-coefficients[1] / coefficients[0]]
    if len(coefficients) == 3:
        a, b, c = coefficients
        root = mp.sqrt(b * b - 4 * a * c)
        # the sum without cancellation, the other root from the product
        big = -b - root if abs(b + root) >= abs(b - root) else -b + root
        return [mp.mpf(0)] * 2 if big == 0 else [big / (2 * a), 2 * c / big]
    try:
        return list(mp.polyroots(coefficients, maxsteps=120, extraprec=2 * mp.prec + 60))
    except mpmath.libmp.NoConvergence:
        return _multiple_roots(coefficients)


def _multiple_roots(coefficients: Sequence[Any]) -> list[Any]:
    """Return the roots of a polynomial with multiple ones: those of its square-free factors.

    An mpmath number is a rational number, so that the factors are exact.
    """
    x = sp.Dummy()
    exact = [
        sp.Rational(*_ratio(mp.re(c))) + sp.I * sp.Rational(*_ratio(mp.im(c))) for c in coefficients
    ]
    result: list[Any] = []
    _, factors = sp.Poly(exact, x, extension=sp.I).sqf_list()
    for factor, multiplicity in factors:
        numbers = [c._to_mpmath(mp.prec) for c in factor.all_coeffs()]
        if len(numbers) <= 3:
            found = roots(numbers)
        else:
            found = list(mp.polyroots(numbers, maxsteps=2000, extraprec=8 * mp.prec + 60))
        result += [z for z in found for _ in range(multiplicity)]
    return result


def _ratio(x: Any) -> tuple[int, int]:
    sign, mantissa, exponent, _ = mp.mpf(x)._mpf_
    value = (-1) ** sign * int(mantissa)
    return (value << exponent, 1) if exponent >= 0 else (value, 1 << -exponent)
