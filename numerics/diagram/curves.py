"""Tasks of the phase diagram: a curve, a column of the growth rate's map, a meeting of curves.

A curve is followed from one interaction strength to the next, and searched for anew where it ends
or jumps.  Parameters and values of a task are such as JSON can write, see `numerics.tasks.records`.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field

from numerics.errors import ConvergenceError, NoBoundary, NoCondensate
from numerics.parameters import Parameters
from numerics.solve.polynomial import leading_nodes
from numerics.stability.boundaries import Boundary, find_boundary, interpolated
from numerics.stability.conditions import CONDITIONS
from numerics.stability.growth import growth_rates
from numerics.steady.solution import SteadyState
from numerics.steady.tracing import trace_steady_states
from numerics.tasks.records import Record

#: Where there is no boundary, the next interaction strength looked at is at most this far away.
_STRIDE = 0.35
#: A point is where its predecessors point to if log(ratio) is off by this, and by this part of the
#: step; a step that changes log(ratio) by more than the last needs a closer look.
#: After that, a jump has become smaller than this part of what it was, if it is none.
_OFF, _OFF_PART, _SMOOTH, _CLOSED = 0.02, 0.3, 0.3, 0.4
#: So many known points of a curve lead to another one.
_LEADING = 4
#: How often an interval in which a curve ends or jumps is halved.
_HALVINGS = 3
#: Wanted accuracy of the interaction strength of a meeting point.
MEETING = 1e-7


def boundary_record(point: Boundary) -> Record:
    """Return what JSON can write of a boundary; an error without a bound is None there."""
    record = asdict(point)
    # the parameter is the ratio in a diagram
    record["ratio"] = record.pop("value")
    del record["along"]
    record["error"] = point.error if math.isfinite(point.error) else None
    record["state"]["error"] = list(point.state.error)
    record["state"]["shifts"] = [list(shift) for shift in point.state.shifts]
    return record


def boundary_of(record: Record) -> Boundary:
    """Return the boundary of a record."""
    state = dict(record["state"])
    state["parameters"] = Parameters(**state["parameters"])
    state["error"] = tuple(state["error"])
    state["shifts"] = tuple(map(tuple, state.get("shifts", ())))
    error = math.inf if record["error"] is None else record["error"]
    fields = {key: value for key, value in record.items() if key != "ratio"}
    fields |= {"value": record["ratio"], "error": error, "state": SteadyState(**state)}
    return Boundary(**fields)


def run_task(task: Record) -> Record:
    """Return the value of a task; by this name workers find it."""
    tasks = {
        "curve": _curve,
        "point": _point,
        "column": _column,
        "meeting": _meeting,
        "region": _region,
    }
    return tasks[task["task"]](task)


def describe(task: Record) -> str:
    """Return what a task computes, in some words."""
    if task["task"] == "curve":
        return f"boundary {task['kind']}"
    if task["task"] == "point":
        return f"boundary {task['between'][0]['kind']} at inv_kfa = {task['inv_kfa']:g}"
    if task["task"] == "column":
        return f"growth rates at inv_kfa = {task['inv_kfa']:g}"
    if task["task"] == "region":
        return f"stability at inv_kfa = {task['inv_kfa']:g}"
    return "meeting of " + " and ".join(low["kind"] for low, _ in task["between"])


def _curve(task: Record) -> Record:
    """Return the points of a curve."""
    walk = _Walk(task["kind"], _model(task, task["inv_kfa"][0]), task["inv_kfa"])
    walk.run()
    return {
        "points": [[k, boundary_record(walk.found[k])] for k in sorted(walk.found)],
        "joined": sorted(walk.joined),
        "ends": [[k, boundary_record(point), beyond] for k, point, beyond in walk.ends],
        "missing": [[walk.inv[k], reason] for k, reason in sorted(walk.missing.items())],
    }


def _point(task: Record) -> Record:
    """Return the point of a curve between two others; None if it is not found between them."""
    inv = task["inv_kfa"]
    ends = [boundary_of(record) for record in task["between"]]
    start = ends[0]
    found = boundary_from(start.kind, start.state.paper, inv, *ends)
    low, high = sorted(math.log(end.ratio) for end in ends)
    if isinstance(found, str) or not low - _SMOOTH <= math.log(found.ratio) <= high + _SMOOTH:
        return {"point": None}
    return {"point": boundary_record(found)}


def _column(task: Record) -> Record:
    """Return the growth rates at one interaction strength."""
    ratios = task["ratios"]
    model = _model(task, task["inv_kfa"])
    try:
        branch = trace_steady_states(model, [ratio * model.gamma_b for ratio in ratios])
        found = list(growth_rates(state for state in branch.states if state is not None))
    except NoCondensate:
        found = []
    except ConvergenceError as error:
        return {"rows": [], "failure": str(error)}
    return {"rows": [list(rate) for rate in found], "failure": None}


def _region(task: Record) -> Record:
    """Return within which ratios modes grow at one interaction strength; None if not known."""
    from numerics.stability.edges import stability_line

    first, last = (
        None if task[name] is None else boundary_of(task[name]) for name in ("first", "last")
    )
    try:
        found = stability_line(_model(task, task["inv_kfa"]), first=first, last=last)
    except (NoCondensate, ConvergenceError) as error:
        return {"unstable": None, "failure": str(error)}
    if found.undecided:
        reasons = [f": {found.failures[x]}" if x in found.failures else "" for x in found.undecided]
        at = ", ".join(f"{x:.4g}{why}" for x, why in zip(found.undecided, reasons, strict=True))
        return {"unstable": None, "failure": f"undecided at gamma_v/gamma_b = {at}"}
    return {"unstable": [list(ends) for ends in found.unstable], "failure": None}


def _meeting(task: Record) -> Record:
    """Return where two curves have the same ratio between two interaction strengths."""
    from scipy.optimize import brentq

    known: list[dict[float, Boundary]] = [{}, {}]
    for curve, pair in zip(known, task["between"], strict=True):
        for end in map(boundary_of, pair):
            curve[end.state.parameters.inv_kfa] = end

    def point(n: int, inv: float) -> Boundary:
        if inv not in known[n]:
            ends = list(known[n].values())
            found = boundary_from(ends[0].kind, ends[0].state.paper, inv, *ends)
            if isinstance(found, str):
                raise NoBoundary(found)
            known[n][inv] = found
        return known[n][inv]

    def difference(inv: float) -> float:
        return math.log(point(0, inv).ratio / point(1, inv).ratio)

    try:
        inv = float(brentq(difference, *sorted(known[0]), xtol=MEETING))
        points = [boundary_record(point(n, inv)) for n in (0, 1)]
    except NoBoundary:
        return {"inv_kfa": None, "points": []}
    return {"inv_kfa": inv, "points": points}


def _model(task: Record, inv_kfa: float) -> Parameters:
    return Parameters(
        inv_kfa, task["gamma_b"], temperature=task["temperature"], cutoff=task["cutoff"]
    )


def boundary_from(kind: str, model: Parameters, inv_kfa: float, *known: Boundary) -> Boundary | str:
    """Return a boundary, from those that are known of its curve, or why there is none.

    Parameters
    ----------
    kind : str
        As in `find_boundary`.
    model : Parameters
        Of which the interaction strength is another one.
    inv_kfa : float
    *known : Boundary
        Points of one continuous piece of the curve, of the same rate, temperature and cutoff.
    """
    places = {point.state.paper.inv_kfa: point for point in known}
    nearest = [places[x] for x in leading_nodes(places, inv_kfa, _LEADING)]
    if len(nearest) > 1:
        condition = CONDITIONS[kind]
        found = interpolated(model.replace(inv_kfa=inv_kfa), condition, nearest)
        if found is not None:
            return found
    try:
        return find_boundary(
            kind,
            inv_kfa,
            gamma_b=model.gamma_b,
            temperature=model.temperature,
            cutoff=model.cutoff,
            start=nearest[0] if nearest else None,
        )
    except ConvergenceError as error:
        # the start may have been too far away
        return boundary_from(kind, model, inv_kfa) if nearest else str(error)
    except (NoBoundary, NoCondensate) as error:
        return str(error)


@dataclass
class _Walk:
    """Follows a curve along interaction strengths.

    `joined` has those k whose point the curve reaches from the point k - 1, `ends` the index of
    the last wanted point before an end, with the curve's last point and where it is no more.
    """

    kind: str
    model: Parameters
    inv: list[float]
    found: dict[int, Boundary] = field(default_factory=dict)
    joined: set[int] = field(default_factory=set)
    missing: dict[int, str] = field(default_factory=dict)
    ends: list[tuple[int, Boundary, float]] = field(default_factory=list)

    def run(self) -> None:
        k = 0
        while k < len(self.inv):
            if k - 1 in self.found:
                self._step(k - 1, k)
            else:
                self._begin(k)
            k = k + 1 if k in self.found else self._stride(k)
        for k in set(range(len(self.inv))) - set(self.found) - set(self.missing):
            self.missing[k] = (
                f"no boundary {self.kind} next to inv_kfa = {self.inv[k]:g}, where none was "
                "looked for"
            )

    def _stride(self, k: int) -> int:
        """Return the next point to look at beyond one without a boundary."""
        near = [j for j in range(k + 1, len(self.inv)) if self.inv[j] - self.inv[k] <= _STRIDE]
        return max(near, default=k + 1)

    def _begin(self, k: int) -> None:
        """Search for a point, and walk back from it to those that were left out."""
        here = boundary_from(self.kind, self.model, self.inv[k])
        if isinstance(here, str):
            self.missing[k] = here
            return
        self.found[k] = here
        while k > 0 and k - 1 not in self.found:
            if k - 1 in self.missing:
                self._look_between(k, k - 1, self.missing[k - 1])
            else:
                self._step(k, k - 1)
            if k - 1 in self.missing:
                return
            k -= 1

    def _step(self, k: int, to: int) -> None:
        """Go from a point to its neighbour."""
        near = self.found[k]
        here = boundary_from(self.kind, self.model, self.inv[to], *self._before(k, to))
        if isinstance(here, Boundary):
            expected = self._expected(k, to)
            change = abs(expected - math.log(near.ratio))
            if abs(math.log(here.ratio) - expected) <= _OFF + _OFF_PART * change:
                self._join(k, to, here)
                return
            anew = boundary_from(self.kind, self.model, self.inv[to])
            if isinstance(anew, Boundary) and anew.ratio < here.ratio:
                here = anew
            if _change(near, here) <= _SMOOTH:
                self._join(k, to, here)
                return
        self._look_between(k, to, here)

    def _before(self, k: int, to: int) -> list[Boundary]:
        """Return the point from which a step is made, and those that the curve comes from."""
        points, step = [self.found[k]], k - to
        while k + step in self.found and max(k, k + step) in self.joined:
            k += step
            points.append(self.found[k])
        return points

    def _expected(self, k: int, to: int) -> float:
        """Return log(ratio) as the points before lead to it; not a number for a first step."""
        before = 2 * k - to
        if before not in self.found or max(k, before) not in self.joined:
            return math.nan
        slope = math.log(self.found[k].ratio / self.found[before].ratio)
        slope /= self.inv[k] - self.inv[before]
        return math.log(self.found[k].ratio) + slope * (self.inv[to] - self.inv[k])

    def _join(self, k: int, to: int, here: Boundary) -> None:
        self.found[to] = here
        self.missing.pop(to, None)
        self.joined.add(max(k, to))

    def _look_between(self, k: int, to: int, here: Boundary | str) -> None:
        """Find out whether a curve ends, jumps or only changes fast between two points."""
        low, high = self.found[k], here
        at, beyond = self.inv[k], self.inv[to]
        change = _change(low, here)
        for _ in range(_HALVINGS):
            middle = (at + beyond) / 2
            between = boundary_from(self.kind, self.model, middle, low)
            # a piece goes on at least as far as where the larger change is
            near = _change(low, between) <= min(_change(between, high), _SMOOTH)
            if near and isinstance(between, Boundary):
                low, at = between, middle
            else:
                high, beyond = between, middle
        closed = _change(low, high) <= max(_CLOSED * change, _OFF)
        if isinstance(high, str) and beyond == self.inv[to]:
            # from close by it may be found nevertheless
            high = here = boundary_from(self.kind, self.model, beyond, low)
            closed = _change(low, here) <= _SMOOTH
        if isinstance(here, str):
            self.missing[to] = here
        elif closed:
            self._join(k, to, here)
            return
        else:
            self.found[to] = here
            self.missing.pop(to, None)
            if isinstance(high, Boundary) and beyond != self.inv[to]:
                self.ends.append((to, high, at))
        self.ends.append((k, low, beyond))


def _change(one: Boundary | str, other: Boundary | str) -> float:
    """Return by how much log(ratio) differs; infinity where a boundary is missing."""
    if isinstance(one, str) or isinstance(other, str):
        return math.inf
    return abs(math.log(other.ratio / one.ratio))
