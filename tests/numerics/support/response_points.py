"""States, wave numbers and frequencies on which the routes to M(q, omega) are compared."""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Iterator
from typing import NamedTuple

from numerics import NoCondensate, Parameters, SteadyState, solve_steady_state


class Point(NamedTuple):
    parameters: Parameters
    q: float
    kind: str
    offset: float


#: Frequencies on and off thresholds: zero, at the gap's and the edge's, anywhere, off the axis.
KINDS = ("zero", "pair", "edge", "real", "upper", "lower")


def point(number: int, seed: int = 2017) -> Point:
    """Return a point; no more states are solved than are needed to know which have a condensate."""
    found, more = _points(seed)
    while len(found) <= number:
        found.append(next(more))
    return found[number]


@functools.cache
def _points(seed: int) -> tuple[list[Point], Iterator[Point]]:
    return [], _drawn(random.Random(seed))


def _drawn(draw: random.Random) -> Iterator[Point]:
    """Draw linewidths from 1e-6 to 1e-1 in equal parts on a logarithmic scale."""
    count = 0
    while True:
        linewidth, ratio = 10 ** draw.uniform(-6, -1), 10 ** draw.uniform(-4, -0.5)
        temperature = 0.0 if draw.random() < 0.75 else 10 ** draw.uniform(-2.5, -1)
        parameters = Parameters(
            inv_kfa=draw.uniform(-1.5, 1.2),
            gamma_b=linewidth / (1 + ratio),
            gamma_v=linewidth * ratio / (1 + ratio),
            temperature=temperature,
        )
        q, offset = 10 ** draw.uniform(-2.5, 0.4), draw.uniform(-1, 1)
        try:
            solved(parameters)
        except NoCondensate:
            continue
        yield Point(parameters, q, KINDS[count % len(KINDS)], offset)
        count += 1


@functools.cache
def solved(parameters: Parameters) -> SteadyState:
    return solve_steady_state(parameters)


def frequency(point: Point, state: SteadyState) -> complex:
    """Return the frequency of a point; `offset` places it within its kind."""
    gamma, x = state.parameters.linewidth, point.offset
    return {
        "zero": 0j,
        "pair": complex(math.copysign(2 * state.gap, x)),
        "edge": complex(2 * state.edge + 3 * gamma * x),
        "real": complex(x),
        "upper": complex(x, 10 ** (-4 * abs(x))),
        "lower": complex(x, -0.95 * abs(x) * gamma),
    }[point.kind]
