"""Divided differences of any kind, by the evaluation that the frequency engine has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mpmath import mp

from derive.functions.differences.difference import numerical


def difference_value(*arguments: Any) -> Any:
    """Return a divided difference of doubles.

    Parameters
    ----------
    *arguments
        How many integers there are, this one included; the degree of the numerator, the number of
        poles, of each the degree of the polynomial that it is given by, or 0, and its side, of each
        occupation factor its kind; then, of every number, its real and its imaginary part.
    """
    return _value(arguments, lambda x, y: x + 1j * y)


def difference_value_mpmath(context: Any, *arguments: Any) -> Any:
    """Return a divided difference of mpmath's numbers; see `difference_value`."""
    return mp.mpc(_value(arguments, lambda x, y: mp.mpc(x, y) if y else mp.mpf(x)))


def _value(arguments: Sequence[Any], joined: Callable[[Any, Any], Any]) -> Any:
    count = int(arguments[0])
    _, degree, poles, *kinds = map(int, arguments[:count])
    degrees, sides, statistics = kinds[:poles], kinds[poles : 2 * poles], kinds[2 * poles :]
    parts = iter(arguments[count:])
    numbers = (joined(x, next(parts)) for x in parts)
    numerator = [next(numbers) for _ in range(degree + 1)]
    nodes = [tuple(next(numbers) for _ in range(d + 1)) if d else next(numbers) for d in degrees]
    factors = [(s, next(numbers), next(numbers)) for s in statistics]
    return numerical(numerator, nodes, sides, factors)
