"""The polynomial through values, by their weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

#: Nodes are apart by this part of the distance to the closest: what is closer together than that
#: amplifies the errors of the values.
_APART = 0.3


def leading_nodes(places: Iterable[float], at: float, most: int) -> list[float]:
    """Return the closest of some places from which a polynomial leads to another, closest first.

    Parameters
    ----------
    places : iterable of float
        Where values are known.
    at : float
        Where one is wanted.
    most : int
        How many nodes at most.

    Examples
    --------
    >>> leading_nodes([0.0, 1.0, 1.01, 2.0], 3.0, 3)
    [2.0, 1.01, 0.0]
    """
    nodes: list[float] = []
    for place in sorted(places, key=lambda x: abs(x - at)):
        apart = _APART * abs(nodes[0] - at) if nodes else 0.0
        if len(nodes) < most and all(abs(place - x) > apart for x in nodes):
            nodes.append(place)
    return nodes


def lagrange_weights(nodes: Sequence[float], at: float) -> list[float]:
    """Return the weights of values at nodes in that of the polynomial through them somewhere.

    Parameters
    ----------
    nodes : sequence of float
        Different from each other.
    at : float
        Where the polynomial is wanted, between them or beyond.

    Examples
    --------
    Beyond two points on a straight line:

    >>> lagrange_weights([0.0, 1.0], 3.0)
    [-2.0, 3.0]
    """
    return [math.prod((at - y) / (x - y) for y in nodes if y != x) for x in nodes]
