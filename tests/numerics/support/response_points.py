"""States, wave numbers and frequencies on which the routes to M(q, omega) are compared."""

from __future__ import annotations

import functools
import math
import random
from typing import NamedTuple

from numerics import NoCondensate, Parameters, SteadyState, solve_steady_state


class Point(NamedTuple):
    parameters: Parameters
    q: float
    kind: str
    offset: float


#: Frequencies on and off thresholds: zero, at the gap's and the edge's, anywhere, off the axis.
KINDS = ("zero", "pair", "edge", "real", "upper", "lower")


@functools.cache
def points(count: int, seed: int = 2017) -> tuple[Point, ...]:
    """Return points with linewidths from 1e-6 to 1e-1 in equal parts on a logarithmic scale."""
    draw = random.Random(seed)
    found: list[Point] = []
    while len(found) < count:
        linewidth, ratio = 10 ** draw.uniform(-6, -1), 10 ** draw.uniform(-4, -0.5)
        temperature = 0.0 if draw.random() < 0.75 else 10 ** draw.uniform(-2.5, -1)
        parameters = Parameters(
            inv_kfa=draw.uniform(-1.5, 1.2),
            gamma_b=linewidth / (1 + ratio),
            gamma_v=linewidth * ratio / (1 + ratio),
            temperature=temperature,
        )
        point = Point(
            parameters,
            10 ** draw.uniform(-2.5, 0.4),
            KINDS[len(found) % len(KINDS)],
            draw.uniform(-1, 1),
        )
        try:
            solved(parameters)
        except NoCondensate:
            continue
        found.append(point)
    return tuple(found)


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
