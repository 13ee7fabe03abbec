"""Changes of stability along any parameter of any model, between states that differ."""

from __future__ import annotations

import itertools

import numpy as np

from numerics.domain import ascending, outside
from numerics.errors import ConvergenceError, NoCondensate
from numerics.parameters import Setting
from numerics.results import GROWS, UNDECIDED
from numerics.solve.continuation import ContinuationError
from numerics.stability.edges import StabilityEdge, StabilityLine, counted, kind_of
from numerics.stability.growth import GrowthRate, Peak, climb, growth_rate
from numerics.stability.refinement import with_state_errors
from numerics.steady.curve import Along, parameter_of, steady_curve
from numerics.steady.solution import SteadyState

#: States that are looked at to begin with.
_POINTS = 9
#: The bracket of an edge in which halving ends, in parts of the range.
_BISECTED = 1e-3
#: How often the bracket is doubled, and the accuracy of the edge in it.
_FARTHER, _SOLVED = 6, 1e-9
#: Tolerance of the states.
_RTOL = 1e-10


def line_along(model: Setting, along: str, values: object) -> StabilityLine:
    """Return every change of stability along a parameter that two of some states tell.

    Parameters
    ----------
    model : Parameters or Model
    along : str
        A path, as in `trace_steady_states`.
    values : tuple of float
        Smallest and largest value.
    """
    domain = "the smallest and the largest value"
    ends = ascending("values", values, domain, np.isfinite)
    if ends.size != 2:
        raise outside("values", values, domain)
    grid = np.linspace(ends[0], ends[1], _POINTS)
    curve = steady_curve(model, along, grid, _RTOL)
    if curve.folds:
        folds = (parameter_of(state.parameters, along) for state in curve.folds)
        places = ", ".join(f"{value:.6g}" for value in folds)
        raise outside("values", values, f"a range without folds, which are at {places}")
    found = [(float(v), states[0]) for v, states in zip(grid, curve.states, strict=True) if states]
    judged = [(value, state, counted(state)) for value, state in found]
    known = [item for item in judged if item[2] != UNDECIDED]
    width = _BISECTED * float(ends[1] - ends[0])
    system = Along(model, along)
    edges = [
        _edge(system, before, after, width)
        for before, after in itertools.pairwise(known)
        if before[2] != after[2]
    ]
    return StabilityLine(
        tuple(edges),
        _intervals(edges, known),
        tuple(value for value, _, verdict in judged if verdict == UNDECIDED),
        None if len(found) == grid.size else float(curve.points[-1, 0]),
    )


Judged = tuple[float, SteadyState, str]


def _edge(system: Along, before: Judged, after: Judged, width: float) -> StabilityEdge:
    """Return the edge between two states of which one is stable.

    A mode that grows in a narrow window of wave numbers only may be missed by the counts: they tell
    where the edge is about, and the highest point of the mode where it is.
    """
    rises = after[2] == GROWS
    while after[0] - before[0] > width:
        value = (before[0] + after[0]) / 2
        state = _between(system, before, after, value)
        verdict = counted(state)
        if verdict == UNDECIDED:
            # rounding hides it: the edge is no better known
            break
        middle = (value, state, verdict)
        before, after = (before, middle) if verdict == after[2] else (middle, after)
    unstable = after if rises else before
    rate = growth_rate(unstable[1])
    kind, direction = kind_of(rate.q, rate.omega, unstable[1]), "above" if rises else "below"
    found = _highest_at_zero(system, before, after, rate)
    if found is None:
        value, error = (before[0] + after[0]) / 2, (after[0] - before[0]) / 2
        about = (value, kind, rate.q, rate.omega, error, direction)
        return StabilityEdge(*about, unstable[1], "bisected")
    value, peak, error = found
    state = _between(system, before, after, value)
    return StabilityEdge(value, kind, peak.q, abs(peak.omega.real), error, direction, state)


def _between(system: Along, before: Judged, after: Judged, value: float) -> SteadyState:
    low, high = (system.point(state, at) for at, state, _ in (before, after))
    return system.state_at(value, low, high, _RTOL)


def _highest_at_zero(
    system: Along, before: Judged, after: Judged, rate: GrowthRate
) -> tuple[float, Peak, float] | None:
    """Return where the maximum of Im(omega_q) next to a mode vanishes, the mode, and the error.

    None if there is no such maximum at both ends, or if it is positive at both.
    """
    from scipy.optimize import brentq

    at = Peak(rate.q, complex(rate.omega, rate.rate), rate.error)
    peaks: dict[float, Peak] = {}

    def height(value: float) -> float:
        if value not in peaks:
            near = min(peaks, key=lambda known: abs(known - value)) if peaks else None
            start = at if near is None else peaks[near]
            found = climb(_between(system, before, after, value), start.q, start.omega, close=True)
            if found is None:
                raise _LostError
            peaks[value] = found
        return peaks[value].omega.imag

    unstable, stable = (after[0], before[0]) if after[2] == GROWS else (before[0], after[0])
    try:
        top = height(unstable)
        for _ in range(_FARTHER):
            if height(stable) < 0:
                break
            # the counts have missed how far the mode grows
            stable += stable - unstable
        if not height(stable) < 0 < top:
            return None
        value = float(brentq(height, stable, unstable, xtol=_SOLVED * abs(unstable - stable)))
        peak = peaks[min(peaks, key=lambda known: abs(known - value))]
    except (_LostError, ValueError, NoCondensate, ConvergenceError, ContinuationError):
        return None
    # where the mode is at rest its relative error is not known: that of the ends of the bracket
    errors = [
        with_state_errors(
            _between(system, before, after, end), *(np.array([x]) for x in (p.q, p.omega, p.error))
        )[0]
        for end, p in ((end, peaks[end]) for end in (stable, unstable))
    ]
    slope = (top - height(stable)) / abs(unstable - stable)
    return value, peak, float(max(errors)) / slope + _SOLVED * abs(unstable - stable)


class _LostError(Exception):
    """The maximum of a mode is gone."""


def _intervals(edges: list[StabilityEdge], known: list[Judged]) -> tuple[tuple[float, float], ...]:
    """Return the intervals in which a mode grows."""
    if not known:
        return ()
    ends = [edge.value for edge in edges]
    if known[0][2] == GROWS:
        ends.insert(0, known[0][0])
    if known[-1][2] == GROWS:
        ends.append(known[-1][0])
    return tuple(zip(ends[::2], ends[1::2], strict=True))
