"""Every change of stability along the drive: where modes start and cease to grow.

The lowest boundary of the phase diagram need not be the only one: a condensate may become stable
again before it ends.  Growing modes are counted at states along the line; between two states that
differ the edge is approached by halving, and then solved for as a tangency of the mode that grows.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.domain import ascending, choice, instance, outside
from numerics.errors import ConvergenceError, NoCondensate
from numerics.kept import Kept
from numerics.model import Model
from numerics.parameters import Parameters, Setting
from numerics.results import DECAYS, GROWS, UNDECIDED
from numerics.stability.axis_count import axis_counts
from numerics.stability.boundary_search import (
    Boundary,
    oscillating_from,
    touching_from,
    uniform_between,
)
from numerics.stability.conditions import Line, uniform_value
from numerics.stability.growth import Peak, growth_rate, search_grid
from numerics.steady.solution import SteadyState, trace_steady_states

Array = NDArray[np.float64]

#: What the drive may be called, and its unit.
ALONG: dict[str, Callable[[Parameters], float]] = {
    "ratio": lambda model: 1.0,
    "gamma_v": lambda model: model.gamma_b,
}
#: Other parameters of the paper's model.
_OTHERS = ("inv_kfa", "gamma_b", "temperature", "cutoff")
#: Ratios of the search: from this multiple of gamma_b (and at most a tenth), by this factor.
_FROM, _FACTOR = 0.3, 2.0
#: Above a known boundary the steps are longer by this factor in the logarithm.
_WIDER = 3.0
#: Distances from the end of the branch at which a state is looked at, in parts of that ratio.
_BEFORE_END = np.array([0.2, 0.1, 0.05, 0.02, 0.005])
#: The bracket of an edge, in its logarithm, from which the tangency is solved for; and the one that
#: is the error where that fails.
_CLOSE, _BISECTED = 0.03, 1e-4
#: The smallest real part that makes a mode one that moves, in units of gamma.
_MOVING = 0.05
#: A mode of wave numbers below this part of gamma belongs to the limit q -> 0.
_UNIFORM = 0.01


@dataclass(frozen=True)
class StabilityEdge:
    """A change of stability.

    Parameters
    ----------
    value : float
        The drive there, in what the line was followed along.
    kind : str
        "A" in the limit q -> 0, "B" at q > 0 with omega = 0, "C" with omega > 0.
    q, omega : float
        Wave number and real frequency of the mode that is critical.
    error : float
        Bound of the error of `value`.
    direction : str
        "above" if the state is unstable above the edge, "below" if below it.
    state : SteadyState
        The state there.
    status : str
        "converged", or "bisected" where the tangency was not found and the edge is known from the
        verdicts on either side alone.
    """

    value: float
    kind: str
    q: float
    omega: float
    error: float
    direction: str
    state: SteadyState
    status: str = "converged"


@dataclass(frozen=True)
class StabilityLine(Kept):
    """What is stable along the drive.

    Parameters
    ----------
    edges : tuple of StabilityEdge
        Ascending.
    unstable : tuple of (float, float)
        Intervals of the drive within which a mode grows.
    undecided : tuple of float
        Drives of states at which rounding hides whether one does.
    end : float or None
        Where the branch of condensates ends, if it does before the largest drive.
    """

    edges: tuple[StabilityEdge, ...]
    unstable: tuple[tuple[float, float], ...]
    undecided: tuple[float, ...]
    end: float | None


def stability_edges(
    model: Setting, *, along: str = "ratio", values: tuple[float, float] | None = None
) -> tuple[StabilityEdge, ...]:
    """Return every change of stability along the drive or another parameter, ascending.

    Parameters
    ----------
    model : Parameters or Model
        Its own value of the parameter is not used.
    along : str
        "ratio" or "gamma_v" for gamma_v/gamma_b and gamma_v of the paper's model; else a parameter
        as in `trace_steady_states`.
    values : tuple of float, optional
        Smallest and largest value; for the drive by default everything up to where the condensate
        ends.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    NoCondensate, ConvergenceError
        As in `solve_steady_state`, at gamma_v = 0.

    Notes
    -----
    States are looked at in steps of a factor of two in the drive, and closer towards the end of the
    branch, or at nine values of another parameter: a pair of edges between two of them is not seen.
    Where an edge cannot be solved for it is known from the verdicts on either side, and its status
    and its error say so.

    Examples
    --------
    >>> from numerics import Parameters
    >>> from numerics.stability.edges import stability_edges
    >>> (edge,) = stability_edges(Parameters(-1.0), values=(0.02, 0.022))
    >>> print(edge.kind, edge.direction, f"{edge.value:.4f}")
    B above 0.0208
    """
    return stability_line(model, along=along, values=values).edges


def stability_line(
    model: Setting,
    *,
    along: str = "ratio",
    values: tuple[float, float] | None = None,
    first: Boundary | None = None,
) -> StabilityLine:
    """Return every change of stability along the drive, and what is unstable.

    Parameters
    ----------
    model, along, values
        As in `stability_edges`.
    first : Boundary, optional
        The lowest boundary, where it is known: nothing is looked for below it.

    Raises
    ------
    ValueError, NoCondensate, ConvergenceError
        As in `stability_edges`.

    Examples
    --------
    >>> from numerics import Parameters, stability_line
    >>> line = stability_line(Parameters(-1.0), values=(0.03, 0.031))
    >>> line.edges, line.unstable
    ((), ((0.03, 0.031),))
    """
    if isinstance(model, Model) or (isinstance(along, str) and along in _OTHERS):
        from numerics.stability.edges_along import line_along

        if first is not None:
            raise outside("first", first, 'None, but for along="ratio" or "gamma_v"')
        return line_along(model, along, values)
    instance("model", model, Parameters)
    unit = ALONG[choice("along", along, (*ALONG, *_OTHERS))](model)
    if first is not None:
        instance("first", first, Boundary)
    low, high = _range(values, unit, model)
    walk = _Walk.of(model, low, high, first)
    edges = walk.edges()
    known = sorted(walk.verdicts.items())
    unstable = _intervals(edges, known, walk.top)
    scaled = [
        StabilityEdge(
            edge.value * unit,
            edge.kind,
            edge.q,
            edge.omega,
            edge.error * unit,
            edge.direction,
            edge.state,
            edge.status,
        )
        for edge in edges
    ]
    return StabilityLine(
        tuple(scaled),
        tuple((a * unit, b * unit) for a, b in unstable),
        tuple(ratio * unit for ratio, verdict in known if verdict == UNDECIDED),
        None if walk.end is None else walk.end * unit,
    )


def _range(
    values: tuple[float, float] | None, unit: float, model: Parameters
) -> tuple[float, float]:
    """Return the smallest and the largest ratio."""
    smallest = min(_FROM * model.gamma_b, 0.1)
    if values is None:
        return smallest, 2.0
    domain = "two numbers, 0 <= low < high"
    ends = ascending("values", values, domain, lambda x: x >= 0)
    if ends.size != 2:
        raise outside("values", values, domain)
    low, high = ends.tolist()
    return max(low / unit, min(smallest, high / unit / 2)), high / unit


@dataclass
class _Walk:
    """The states along a line, and the verdicts on them."""

    line: Line
    verdicts: dict[float, str]
    top: float
    end: float | None
    first: Boundary | None

    @classmethod
    def of(cls, model: Parameters, low: float, high: float, first: Boundary | None) -> _Walk:
        """Solve the states of the search, and judge them."""
        branch = trace_steady_states(model, [low * model.gamma_b, high * model.gamma_b])
        end = None if branch.end is None else branch.end / model.gamma_b
        top = min(high, end * (1 - _BEFORE_END[-1])) if end is not None else high
        start = low if first is None else first.ratio * math.exp(_CLOSE)
        # in wider steps above a boundary that is known
        step = math.log(_FACTOR) * (1 if first is None else _WIDER)
        number = 2 + math.ceil(math.log(max(top / start, 1.0)) / step)
        ratios = set(np.geomspace(start, top, number).tolist()) if top > start else set()
        if end is not None:
            near = _BEFORE_END if first is None else _BEFORE_END[1::2]
            ratios |= {x for x in (end * (1 - near)).tolist() if start < x <= top}
        walk = cls(Line(model), {}, top, end, first)
        for ratio in sorted(ratios):
            walk.verdict(ratio)
        return walk

    def verdict(self, ratio: float) -> str:
        """Return whether a mode of the state at a ratio grows."""
        if ratio not in self.verdicts:
            try:
                self.verdicts[ratio] = counted(self.line.state(ratio))
            except (NoCondensate, ConvergenceError):
                self.verdicts[ratio] = UNDECIDED
        return self.verdicts[ratio]

    def edges(self) -> list[StabilityEdge]:
        """Return the edges between states that differ."""
        known = [item for item in sorted(self.verdicts.items()) if item[1] != UNDECIDED]
        found = []
        if self.first is not None:
            found.append(_edge_of(self.first, "above"))
            known.insert(0, (self.first.ratio, GROWS))
        for (low, before), (high, after) in itertools.pairwise(known):
            if before != after:
                found.append(self._between(low, high, after == GROWS))
        return found

    def _between(self, low: float, high: float, rises: bool) -> StabilityEdge:
        """Return the edge between two ratios."""
        solved = None
        while math.log(high / low) > _BISECTED:
            if math.log(high / low) < _CLOSE and solved is None:
                found = self._tangency(high if rises else low, low, high)
                if found is not None:
                    return _edge_of(found, "above" if rises else "below")
                solved = False
            middle = math.sqrt(low * high)
            grows = self.verdict(middle) == GROWS
            low, high = (low, middle) if grows == rises else (middle, high)
        ratio = math.sqrt(low * high)
        state = self.line.state(high if rises else low)
        rate = growth_rate(state)
        return StabilityEdge(
            ratio,
            kind_of(rate.q, rate.omega, state),
            rate.q,
            rate.omega,
            high - low,
            "above" if rises else "below",
            state,
            "bisected",
        )

    def _tangency(self, start: float, low: float, high: float) -> Boundary | None:
        """Return the edge next to an unstable state, solved for."""
        state = self.line.state(start)
        rate = growth_rate(state)
        if kind_of(rate.q, rate.omega, state) == "C":
            peak = Peak(rate.q, complex(rate.omega, rate.rate), rate.error)
            found = oscillating_from(self.line, start, peak)
        else:
            found = touching_from("B", self.line, start, rate.q)
        if found is None:
            # long waves grow last where the limit q -> 0 changes its sign
            ends = [uniform_value("A", self.line.state(ratio)) for ratio in (low, high)]
            if ends[0] * ends[1] < 0:
                found = uniform_between("A", self.line, low, high)
        inside = found is not None and low / 1.01 < found.ratio < high * 1.01
        return found if inside else None


def counted(state: SteadyState) -> str:
    """Return whether a mode of a state grows, by the counts at the wave numbers of the search.

    Parameters
    ----------
    state : SteadyState

    Returns
    -------
    str
        "grows", "decays" or "undecided".
    """
    growing, certain = axis_counts(state, search_grid(state))
    if (certain & (growing > 0)).any():
        return GROWS
    return DECAYS if certain.all() else UNDECIDED


def kind_of(q: float, omega: float, state: SteadyState) -> str:
    """Return the kind of boundary at which a mode has begun to grow."""
    gamma = state.parameters.linewidth
    if omega > _MOVING * gamma:
        return "C"
    return "B" if q > _UNIFORM * gamma else "A"


def _edge_of(found: Boundary, direction: str) -> StabilityEdge:
    return StabilityEdge(
        found.ratio, found.kind, found.q, found.omega, found.error, direction, found.state
    )


def _intervals(
    edges: list[StabilityEdge], known: list[tuple[float, str]], top: float
) -> list[tuple[float, float]]:
    """Return where a mode grows, from the edges and from what is beyond the outermost ones."""
    decided = [item for item in known if item[1] != UNDECIDED]
    if not edges:
        return [(decided[0][0], top)] if decided and decided[0][1] == GROWS else []
    bounds = [edge.value for edge in edges]
    if edges[0].direction == "below":
        bounds.insert(0, decided[0][0])
    if edges[-1].direction == "above":
        bounds.append(top)
    return list(zip(bounds[::2], bounds[1::2], strict=True))
