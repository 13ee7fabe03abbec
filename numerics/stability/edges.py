"""Every change of stability along the drive, or along any parameter of any model.

The lowest boundary of the phase diagram need not be the only one: a condensate may become stable
again before it ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from numerics.domain import ascending, choice, instance, outside
from numerics.kept import Kept, Pictured
from numerics.model import Model
from numerics.parameters import Parameters, Setting
from numerics.results import GROWS, UNDECIDED, Status
from numerics.stability.boundary_search import Boundary
from numerics.stability.edge_search import Edge, Walk
from numerics.stability.path import (
    DRIVES,
    Path,
    curve_path,
    drive_path,
    smallest_ratio,
    value_of,
)
from numerics.steady.curve import parameter_paths
from numerics.steady.solution import SteadyState

#: Growing modes are counted at ratios that differ by this factor; above a known boundary, where it
#: is longer by the second number in the logarithm.
_FACTOR, _WIDER = 2.0, 3.0
#: Distances from the end of the branch at which they are counted, in parts of that ratio.
_BEFORE_END = (0.2, 0.1, 0.05, 0.02, 0.005)
#: The largest ratio of a search, and how far above a known boundary it begins, in the logarithm.
_LARGEST, _ABOVE = 2.0, 0.03
#: So many states, of which only static modes are looked at, are as far apart as those along the
#: drive, and as those along other parameters.
_BETWEEN, _EACH = 2, 4


@dataclass(frozen=True)
class StabilityEdge(Kept):
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
    status: Status = Status.CONVERGED


@dataclass(frozen=True)
class StabilityLine(Pictured):
    """What is stable along the drive.

    Parameters
    ----------
    edges : tuple of StabilityEdge
        Ascending.
    unstable : tuple of (float, float)
        Intervals of the drive within which a mode grows.
    undecided : tuple of float
        Drives of states at which rounding hides whether one does, or that could not be judged.
    end : float or None
        Where the branch of condensates ends, if it does before the largest drive.
    failures : dict
        Why a state could not be judged, by the drive.
    """

    edges: tuple[StabilityEdge, ...]
    unstable: tuple[tuple[float, float], ...]
    undecided: tuple[float, ...]
    end: float | None
    failures: Mapping[float, str] = field(default_factory=dict)


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
    Growing modes are counted at states in steps of a factor of two in the drive, and closer towards
    the end of the branch, or at nine values of another parameter; static ones, of kinds A and B,
    are seen at one, or three, states in between as well, and where a mode of kind C is damped least
    among stable states they are counted eight times closer.  A pair of edges closer to each other
    than that is not seen.  Along other parameters than the drive the states are those of
    `trace_steady_states`, up to where they first turn back.

    An edge is solved for as a zero of the quantity that belongs to its mode, and no other mode
    grows beyond by more than 10**-4 of the coordinate; where that fails it is known from the
    verdicts on either side, and its status and its error say so.

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
    last: Boundary | None = None,
) -> StabilityLine:
    """Return every change of stability along the drive, and what is unstable.

    Parameters
    ----------
    model, along, values
        As in `stability_edges`.
    first : Boundary, optional
        The lowest boundary, where it is known: nothing is looked for below it.
    last : Boundary, optional
        That of the normal state, where it is known.

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
    if isinstance(model, Model) or (isinstance(along, str) and along not in DRIVES):
        for name, known in (("first", first), ("last", last)):
            if known is not None:
                raise outside(name, known, 'None, but for along="ratio" or "gamma_v"')
        if not isinstance(model, Model):
            choice(
                "along", along, ("ratio", *parameter_paths(instance("model", model, Parameters)))
            )
        return line_along(curve_path(model, along, values))
    instance("model", model, Parameters)
    choice("along", along, DRIVES)
    for name, known in (("first", first), ("last", last)):
        if known is not None:
            instance(name, known, Boundary)
    unit = model.gamma_b if along == "gamma_v" else 1.0
    low, high = _range(values, unit, model)
    if last is None:
        found = drive_path(model, np.array((low, high))).end
        end = None if found is None else found.value
    else:
        end = last.ratio if last.ratio <= high else None
    return _drive_line(model, along, (low, high), first, end)


def line_along(path: Path) -> StabilityLine:
    """Return every change of stability along a path, and what is unstable; see `stability_line`."""
    return _line(Walk(path), [*path.grid[::_EACH], path.grid[-1]])


def _range(
    values: tuple[float, float] | None, unit: float, model: Parameters
) -> tuple[float, float]:
    """Return the smallest and the largest ratio."""
    smallest = smallest_ratio(model.gamma_b)
    if values is None:
        return smallest, _LARGEST
    domain = "two numbers, 0 <= low < high"
    ends = ascending("values", values, domain, lambda x: x >= 0)
    if ends.size != 2:
        raise outside("values", values, domain)
    low, high = ends.tolist()
    return max(low / unit, min(smallest, high / unit / 2)), high / unit


def _drive_line(
    model: Parameters,
    along: str,
    ends: tuple[float, float],
    first: Boundary | None,
    end: float | None,
) -> StabilityLine:
    """Return what is stable along the drive between two ratios, or up to where it ends."""
    low, high = ends
    top = high if end is None else min(high, end * (1 - _BEFORE_END[-1]))
    start = low if first is None else first.ratio * math.exp(_ABOVE)
    # in wider steps above a boundary that is known
    step = math.log(_FACTOR) * (1 if first is None else _WIDER)
    number = 1 + _BETWEEN * (1 + math.ceil(math.log(max(top / start, 1.0)) / step))
    ratios = np.geomspace(start, top, number).tolist() if top > start else []
    looks = set(ratios[::_BETWEEN])
    if end is not None:
        near = _BEFORE_END if first is None else _BEFORE_END[1::2]
        looks |= {x for x in (end * (1 - part) for part in near) if start < x <= top}
    path = drive_path(model, np.array(sorted({*ratios, *looks})), along)
    unit = model.gamma_b if along == "gamma_v" else 1.0
    found = _line(Walk(path), [path.coordinate.of(x * unit) for x in looks], first)
    return found if end is None else replace(found, end=end * unit)


def _line(walk: Walk, looks: Iterable[float], first: Boundary | None = None) -> StabilityLine:
    """Return what is stable along a path, of which the first boundary may be known."""
    path = walk.path
    walk.look(looks)
    edges = []
    if first is not None:
        value = value_of(first.state.parameters, path.along)
        at = path.coordinate.of(value)
        edges.append(Edge(replace(first, value=value, along=path.along), rises=True))
        walk.verdicts[at] = GROWS
    else:
        walk.look_closer()
    edges += walk.edges()
    judged = [(path.value(at), v) for at, v in sorted(walk.verdicts.items())]
    decided = [(value, verdict) for value, verdict in judged if verdict != UNDECIDED]
    return StabilityLine(
        tuple(_told(edge) for edge in edges),
        _intervals(edges, decided),
        tuple(value for value, verdict in judged if verdict == UNDECIDED),
        None if path.end is None else path.end.value,
        {path.value(at): reason for at, reason in sorted(walk.failures.items())},
    )


def _told(edge: Edge) -> StabilityEdge:
    """Return an edge as it is told of."""
    found = edge.boundary
    return StabilityEdge(
        found.value,
        found.kind,
        found.q,
        found.omega,
        found.error,
        "above" if edge.rises else "below",
        found.state,
        found.status,
    )


def _intervals(
    edges: list[Edge], decided: list[tuple[float, str]]
) -> tuple[tuple[float, float], ...]:
    """Return where a mode grows, from the edges and from what is beyond the outermost ones."""
    if not decided:
        return ()
    bounds = [edge.boundary.value for edge in edges]
    if not edges or not edges[0].rises:
        bounds = [decided[0][0], *bounds] if decided[0][1] == GROWS else bounds
    if decided[-1][1] == GROWS:
        bounds.append(decided[-1][0])
    return tuple(zip(bounds[::2], bounds[1::2], strict=True))
