"""Time searches: tables of `tests.bench`, or of `python -m tests.bench_searches` alone.

Times are those of one core, all threads together: a machine of two takes half of them.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from numerics import NoCondensate, Parameters, find_boundary, growth_rate, solve_steady_state
from numerics.figures import phase_diagram
from numerics.response.amplitude_spectrum import spectral_function
from numerics.scans.quantities import Point
from tests.bench import table
from tests.bench_plane import PLANES

#: Points along each axis of the planes, and of a map.
_SIDE, _PIXELS = 100, 200
#: How many rows of a plane stand for all, and the points of each: the first, to which no other one
#: leads, is left out.
_ROWS, _POINTS = 6, (3, 7, 11, 15)
#: What a point of a plane may take for ten thousand in a quarter of an hour on two cores, and what
#: the curves of Fig. 5 and a map of 200 x 200 points may in 12 and 8 seconds.
_PLANE, _CURVES, _MAP = 0.15, 24.0, 16.0


def _spent(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def growth_rates() -> Table:
    """Growth rates at points of the planes of `tests.bench_plane`, their states apart."""
    heads = ("plane", "points", "state / s", "growth rate / s", "target / s")
    result = table("Points of scans of 100 x 100, one core", *heads)
    for name, plane in PLANES.items():
        scan = plane(_SIDE).scan
        places = list(scan.places())
        chosen = np.linspace(0, _SIDE - 1, _ROWS).astype(int)
        states, rates, number = 0.0, 0.0, 0
        for row in chosen.tolist():
            begin = row * _SIDE + 16 * (row % (_SIDE // 16))
            for place in (places[begin + k] for k in _POINTS):
                point = scan.recipe.point(place, scan.before(place))
                try:
                    # those that lead here are no part of it
                    before = Point(point.before[-1], before=point.before[:-1]).state
                    states += _spent(functools.partial(getattr, point, "state"))
                except NoCondensate:
                    continue
                if number == 0:
                    # compiled by now
                    growth_rate(before)
                rates += _spent(functools.partial(growth_rate, point.state))
                number += 1
        cells = (f"{states / number:.4f}", f"{rates / number:.3f}", f"{_PLANE}")
        result.add_row(name, str(number), *cells)
    return result


def boundaries() -> Table:
    """One boundary of each kind, the curves of Fig. 5, and a map of Fig. 14."""
    result = table("Boundaries and figures, one core", "what", "time / s", "target / s")
    for kind, inv in (("A", 0.5), ("B", 0.0), ("C", -2.0)):
        call = functools.partial(find_boundary, kind, inv)
        call()
        result.add_row(f"boundary {kind} at {inv}", f"{_spent(call):.3f}", "")
    curves = functools.partial(phase_diagram.compute, 40)
    result.add_row("the five curves of Fig. 5 at 40 points", f"{_spent(curves):.1f}", f"{_CURVES}")
    state = solve_steady_state(Parameters(1.0, 1e-3, 1e-4))
    q, omega = (x * (np.arange(_PIXELS) + 0.5) / _PIXELS for x in (2.0, 3.0))
    across = np.meshgrid(q, omega)
    whole = functools.partial(spectral_function, state, *across, "all", rtol=1e-6, full=True)
    spectral_function(state, 0.1, 0.1, "all", rtol=1e-6)
    result.add_row("200 x 200 points of Fig. 14", f"{_spent(whole):.1f}", f"{_MAP}")
    return result


TABLES = (growth_rates, boundaries)

if __name__ == "__main__":
    console = Console(width=100)
    for part in TABLES:
        console.print(part())
