"""Truncated power series, and the sum over poles that a divided difference is.

Everything here is arithmetic with lists of coefficients, lowest order first; the coefficients may
be mpmath numbers or NumPy arrays.  Beside every value goes the sum of the sizes of its terms, which
tells how many digits cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Series = list[Any]
#: Taylor coefficients and the sizes of what they were added up from.
Sized = tuple[Series, Series]


@dataclass(frozen=True)
class Group:
    """Nodes that coincide: a place, the half-plane whose branch is meant, how many they are."""

    place: Any
    side: int
    count: int


def product(a: Sequence[Any], b: Sequence[Any], order: int) -> Series:
    """Return the first `order` coefficients of a product."""
    result: Series = []
    for n in range(order):
        terms = [a[k] * b[n - k] for k in range(n + 1) if k < len(a) and n - k < len(b)]
        result.append(sum(terms[1:], terms[0]) if terms else 0)
    return result


def shifted(polynomial: Sequence[Any], z: Any, order: int) -> Series:
    """Return the Taylor coefficients at z of a polynomial, given with its highest power first.

    Dividing by (x - z) again and again leaves them as remainders.
    """
    work = list(polynomial)
    result: Series = []
    for _ in range(order):
        if not work:
            result.append(0)
            continue
        quotient = [work[0]]
        for coefficient in work[1:]:
            quotient.append(coefficient + quotient[-1] * z)
        result.append(quotient.pop())
        work = quotient
    return result


def reciprocal_power(distance: Any, count: int, order: int) -> Series:
    """Return the Taylor coefficients of (distance + x)**-count."""
    start = 1 / distance**count
    result = [start]
    for k in range(1, order):
        result.append(result[-1] * (-(count + k - 1)) / (k * distance))
    return result


def divided_sum(
    numerator: Sequence[Any],
    groups: Sequence[Group],
    transform: Callable[[Any, int, int], Sized],
) -> tuple[Any, Any]:
    """Return the divided difference of numerator times transform, and the size of its terms.

    At m coinciding nodes it takes the Taylor coefficient of order m - 1 of the function with the
    factor (x - z)**m divided out, which is the confluent form.

    Parameters
    ----------
    numerator
        Coefficients, the highest power first.
    groups
        Nodes, coinciding ones together; different groups at different places.
    transform
        (place, side, order) to Taylor coefficients and their sizes.
    """
    total, size = 0, 0
    for group in groups:
        order = group.count
        values, sizes = transform(group.place, group.side, order)
        parts = [shifted(numerator, group.place, order)]
        bounds = [shifted([abs(c) for c in numerator], abs(group.place), order)]
        for other in groups:
            if other is not group:
                inverse = reciprocal_power(group.place - other.place, other.count, order)
                parts.append(inverse)
                bounds.append([abs(c) for c in inverse])
        for part, bound in zip(parts, bounds, strict=True):
            values, sizes = product(values, part, order), product(sizes, bound, order)
        total, size = total + values[-1], size + sizes[-1]
    return total, size
