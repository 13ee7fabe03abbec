"""The phase diagram: boundaries along the interaction strength, and the growth rate on a grid."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from os import PathLike

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics import domain as domains
from numerics.diagram.curves import MEETING, boundary_of, boundary_record, describe, run_task
from numerics.diagram.refined_curves import refined
from numerics.diagram.results import (
    INSTABILITIES,
    BoundaryCurve,
    CurveEnd,
    GrowthMap,
    Meeting,
    PhaseDiagram,
)
from numerics.domain import ascending, choices, flag
from numerics.parameters import Parameters
from numerics.results import Status
from numerics.scans.task_store import TaskStore
from numerics.stability.boundaries import KINDS, Boundary
from numerics.tasks.records import Kept, Progress, Record, run_tasks

Array = NDArray[np.float64]

#: Boundaries in the order of how long their curves take, for an even load of the workers.
_ORDER = ("C", "gapped", "A", "B", "beta22", "alpha11", "normal")


def phase_diagram(
    inv_kfa: ArrayLike | None = None,
    *,
    kinds: Iterable[str] = ("normal", "A", "B", "C", "gapped", "alpha11", "beta22"),
    gamma_b: float = 1e-3,
    temperature: float = 0.0,
    cutoff: float = 100.0,
    ratios: ArrayLike | None = None,
    regions: bool = False,
    tolerance: float | None = None,
    executor: Executor | None = None,
    store: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> PhaseDiagram:
    """Return the boundaries of the phase diagram (Fig. 5) along the interaction strength.

    Parameters
    ----------
    inv_kfa : array_like, optional
        Interaction strengths, ascending; 40 from -2 to 1 by default.
    kinds : iterable of str
        Which boundaries, as in `find_boundary`.
    gamma_b, temperature, cutoff : float
        The model, as in `Parameters`.
    ratios : array_like, optional
        Ratios gamma_v/gamma_b, ascending, at which the growth rate is wanted as well.
    regions : bool
        Whether the intervals within which modes grow are wanted, re-entrant stability included;
        A, B and C have to be among the boundaries.
    tolerance : float, optional
        Adds interaction strengths until straight lines between neighbours are off the curves by
        no more than this in log(gamma_v/gamma_b), as far as three halvings of a step lead; and
        those where curves end or meet.  Boundaries less than 12 % apart are told apart ten times
        finer.  Growth rates and intervals are those of the wanted interaction strengths.
    executor : concurrent.futures.Executor, optional
        Shares curves and columns of the map among its workers, and changes no value.
    store : path, optional
        A file where finished curves and columns are kept, and looked for first: SQLite, in which
        what is not as it was written is refused.
    progress : callable, optional
        Called as progress(done, total, description); the meeting points add to the total later.

    Returns
    -------
    PhaseDiagram

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Each curve is followed by continuation.  A point that is not where the points before it lead
    is compared with one searched for anew, and the lower one is taken.  Where a curve ends or
    jumps, the interval is halved three times.  Where there is no boundary, the search goes on at
    most 0.35 farther, and back from there: a piece shorter than that may be missed.

    Examples
    --------
    >>> from numerics.diagram.plane import phase_diagram
    >>> diagram = phase_diagram([-1.0, -0.95], kinds=("alpha11", "normal"))
    >>> for kind, curve in diagram.curves.items():
    ...     print(kind, curve.ratio.round(4).tolist())
    alpha11 [0.0202, 0.0191]
    normal [0.9773, 0.9797]
    """
    inv = ascending("inv_kfa", np.linspace(-2.0, 1.0, 40) if inv_kfa is None else inv_kfa).tolist()
    wanted = choices("kinds", kinds, KINDS)
    model = Parameters(inv[0], gamma_b, temperature=temperature, cutoff=cutoff)
    rows = None
    if ratios is not None:
        domain = "finite real numbers, not negative, ascending"
        rows = ascending("ratios", ratios, domain, lambda x: x >= 0).tolist()
    for name, given, check in (
        ("executor", executor, domains.executor),
        ("store", store, domains.path),
        ("progress", progress, domains.function),
    ):
        if given is not None:
            check(name, given)
    flag("regions", regions)
    if tolerance is not None:
        tolerance = domains.real("tolerance", tolerance, "greater than 0", lambda x: x > 0)
    with contextlib.nullcontext() if store is None else TaskStore(store) as kept:
        run = _Runner(executor, kept, progress)
        diagram = _along(inv, wanted, rows, model, run)
        if regions:
            diagram = _with_regions(diagram, _shared(model), run)
        return diagram if tolerance is None else refined(diagram, tolerance, run)


def _shared(model: Parameters) -> Record:
    """Return what all tasks have in common."""
    names = ("gamma_b", "temperature", "cutoff")
    return {name: getattr(model, name) for name in names}


def _along(
    inv: list[float],
    wanted: Sequence[str],
    rows: list[float] | None,
    model: Parameters,
    run: _Runner,
) -> PhaseDiagram:
    """Return curves, the map of the growth rate, and where curves meet."""
    shared, order = _shared(model), sorted(wanted, key=_ORDER.index)
    tasks = [{"task": "curve", "kind": kind, "inv_kfa": inv, **shared} for kind in order]
    if rows is not None:
        tasks += [{"task": "column", "inv_kfa": x, "ratios": rows, **shared} for x in inv]
    records = run(tasks)
    curves = {kind: _curve_of(kind, inv, records[order.index(kind)]) for kind in wanted}
    return PhaseDiagram(
        np.array(inv),
        model.gamma_b,
        model.temperature,
        model.cutoff,
        curves,
        _meetings([curves[kind] for kind in INSTABILITIES if kind in curves], run),
        None if rows is None else _map_of(inv, rows, records[len(order) :]),
    )


def _with_regions(diagram: PhaseDiagram, shared: Record, run: _Runner) -> PhaseDiagram:
    """Return the diagram with the intervals within which modes grow."""
    lowest: dict[float, Boundary] = {}
    for kind in set(INSTABILITIES) & set(diagram.curves):
        curve = diagram.curves[kind]
        for inv, point in zip(curve.inv_kfa.tolist(), curve.points, strict=True):
            if inv not in lowest or point.ratio < lowest[inv].ratio:
                lowest[inv] = point
    inv = diagram.inv_kfa.tolist()
    highest = {}
    if "normal" in diagram.curves:
        curve = diagram.curves["normal"]
        highest = dict(zip(curve.inv_kfa.tolist(), curve.points, strict=True))
    tasks = [
        {
            "task": "region",
            "inv_kfa": x,
            "first": boundary_record(lowest[x]) if x in lowest else None,
            "last": boundary_record(highest[x]) if x in highest else None,
            **shared,
        }
        for x in inv
    ]
    found = {
        x: None if r["unstable"] is None else tuple((low, high) for low, high in r["unstable"])
        for x, r in zip(inv, run(tasks), strict=True)
    }
    return replace(diagram, unstable=found)


@dataclass
class _Runner:
    """Runs tasks of any sort, and counts them."""

    executor: Executor | None = None
    store: Kept | None = None
    progress: Progress | None = None
    done: int = 0
    total: int = 0

    def __call__(self, tasks: Sequence[Record]) -> list[Record]:
        self.total += len(tasks)
        return run_tasks(run_task, tasks, self.executor, self.store, self._count)

    def _count(self, task: Record) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total, describe(task))


def _map_of(inv: list[float], ratios: list[float], columns: list[Record]) -> GrowthMap:
    values = np.zeros((4, len(ratios), len(inv)))
    complete = np.zeros((len(ratios), len(inv)), dtype=bool)
    condensate = complete.copy()
    verdicts = np.full(complete.shape, "", dtype="<U9")
    for j, column in enumerate(columns):
        # a branch ends upwards: its states are the first ones
        for i, (*row, status, verdict) in enumerate(column["rows"]):
            values[:, i, j] = row
            complete[i, j], condensate[i, j] = status == Status.COMPLETE, True
            verdicts[i, j] = verdict
    rate, q, omega, error = (np.ma.array(part, mask=~condensate) for part in values)
    failures = {x: c["failure"] for x, c in zip(inv, columns, strict=True) if c["failure"]}
    return GrowthMap(
        np.array(inv),
        np.array(ratios),
        rate,
        q,
        omega,
        error,
        complete,
        condensate,
        verdicts,
        failures,
    )


def _curve_of(kind: str, inv: list[float], record: Record) -> BoundaryCurve:
    points = {k: boundary_of(point) for k, point in record["points"]}
    piece = dict(zip(points, np.cumsum([k not in record["joined"] for k in points]), strict=True))
    found = points.values()
    return BoundaryCurve(
        kind,
        np.array([inv[k] for k in points]),
        np.array([point.ratio for point in found]),
        np.array([point.q for point in found]),
        np.array([point.omega for point in found]),
        np.array([point.error for point in found]),
        np.array(list(piece.values()), dtype=np.int64),
        tuple(found),
        tuple(
            (int(piece[k]), CurveEnd(boundary_of(point), beyond))
            for k, point, beyond in record["ends"]
        ),
        dict(record["missing"]),
    )


def _meetings(curves: Sequence[BoundaryCurve], run: _Runner) -> tuple[Meeting, ...]:
    """Return where pairs of curves meet."""
    tasks: list[Record] = []
    for pair in itertools.combinations(curves, 2):
        for low, high in _crossings(*pair):
            between = [
                [boundary_record(curve.points[i]) for i in (low[n], high[n])]
                for n, curve in enumerate(pair)
            ]
            tasks.append({"task": "meeting", "between": between})
    records = [record for record in run(tasks) if record["inv_kfa"] is not None]
    found = []
    for record in records:
        one, other = (boundary_of(point) for point in record["points"])
        found.append(
            Meeting((one.kind, other.kind), record["inv_kfa"], one.ratio, MEETING, (one, other))
        )
    return tuple(found)


def _crossings(
    first: BoundaryCurve, second: BoundaryCurve
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the indices, of both curves, of the steps along which their order changes."""
    shared = np.intersect1d(first.inv_kfa, second.inv_kfa, return_indices=True)[1:]
    common = list(zip(*(indices.tolist() for indices in shared), strict=True))
    steps = []
    for low, high in itertools.pairwise(common):
        continuous = first.piece[low[0]] == first.piece[high[0]]
        continuous &= second.piece[low[1]] == second.piece[high[1]]
        signs = [first.ratio[i] < second.ratio[j] for i, j in (low, high)]
        if continuous and signs[0] != signs[1]:
            steps.append((low, high))
    return steps
