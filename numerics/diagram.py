"""The phase diagram: boundaries along the interaction strength, and the growth rate on a grid."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics import domain as domains
from numerics.boundaries import KINDS, Boundary
from numerics.curves import MEETING, boundary_of, boundary_record, describe, run_task
from numerics.domain import ascending, choices, flag
from numerics.parameters import Parameters
from numerics.store import Progress, Record, Store, run_tasks

Array = NDArray[np.float64]

#: Boundaries at which a mode starts to grow; at the first of them a state loses stability.
INSTABILITIES = ("A", "B", "C")
#: Boundaries in the order of how long their curves take, for an even load of the workers.
_ORDER = ("C", "gapped", "B", "A", "beta22", "alpha11", "normal")


@dataclass(frozen=True)
class CurveEnd:
    """An end of a piece of a curve: the curve is at `point`, and not at `beyond`."""

    point: Boundary
    beyond: float

    @property
    def inv_kfa(self) -> float:
        """Interaction strength of the last point."""
        return self.point.state.parameters.inv_kfa


@dataclass(frozen=True, eq=False)
class BoundaryCurve:
    """A boundary at those interaction strengths where it exists.

    Parameters
    ----------
    kind : str
        As in `find_boundary`.
    inv_kfa, ratio, q, omega, error : ndarray, shape (n,)
        Interaction strength, gamma_v/gamma_b, wave number and frequency of the critical mode, and
        the bound of the ratio's error.
    piece : ndarray of int, shape (n,)
        Which continuous piece of the curve a point is on.
    points : tuple of Boundary
        The same points with their states.
    ends : tuple of (int, CurveEnd)
        Which pieces end between the wanted interaction strengths, and where.
    missing : dict
        Why there is no point, by the interaction strength.
    """

    kind: str
    inv_kfa: Array
    ratio: Array
    q: Array
    omega: Array
    error: Array
    piece: NDArray[np.int64]
    points: tuple[Boundary, ...]
    ends: tuple[tuple[int, CurveEnd], ...]
    missing: Mapping[float, str]

    def pieces(self) -> list[tuple[Array, Array]]:
        """Return interaction strengths and ratios of each continuous piece, with its ends."""
        lines = []
        for k in np.unique(self.piece):
            points = [self.points[i] for i in np.flatnonzero(self.piece == k)]
            points += [end.point for piece, end in self.ends if piece == k]
            at = sorted({(point.state.parameters.inv_kfa, point.ratio) for point in points})
            lines.append((np.array([x for x, _ in at]), np.array([y for _, y in at])))
        return lines


@dataclass(frozen=True)
class Meeting:
    """Where two boundaries have the same ratio, to `error` in inv_kfa."""

    kinds: tuple[str, str]
    inv_kfa: float
    ratio: float
    error: float
    points: tuple[Boundary, Boundary]


@dataclass(frozen=True)
class CodimensionTwo:
    """Where boundaries have the same ratio ("meet") or one ends ("end"), to `error` in inv_kfa."""

    nature: str
    kinds: tuple[str, ...]
    inv_kfa: float
    ratio: float
    error: float


@dataclass(frozen=True, eq=False)
class Stability:
    """The first of the boundaries A, B and C: the lowest ratio, masked where there is none."""

    inv_kfa: Array
    kind: tuple[str | None, ...]
    ratio: np.ma.MaskedArray[Any, Any]


@dataclass(frozen=True, eq=False)
class GrowthMap:
    """The growth rate on a grid, arrays of shape (ratios, interaction strengths).

    Parameters
    ----------
    inv_kfa, ratios : ndarray
        The axes.
    rate, q, omega, error : masked array
        As in `GrowthRate`, masked where there is no condensate.
    complete, condensate : ndarray of bool
        Whether every growing mode was found; whether there is a condensate.
    verdict : ndarray of str
        "grows", "decays" or "undecided"; empty where there is no condensate.
    failures : dict
        Why a column has no values at all, by the interaction strength.
    """

    inv_kfa: Array
    ratios: Array
    rate: np.ma.MaskedArray[Any, Any]
    q: np.ma.MaskedArray[Any, Any]
    omega: np.ma.MaskedArray[Any, Any]
    error: np.ma.MaskedArray[Any, Any]
    complete: NDArray[np.bool_]
    condensate: NDArray[np.bool_]
    verdict: NDArray[np.str_]
    failures: Mapping[float, str]


@dataclass(frozen=True, eq=False)
class PhaseDiagram:
    """Boundaries by their kind, where A, B and C meet, and what else was wanted.

    `unstable` has the intervals of gamma_v/gamma_b within which modes grow, by the interaction
    strength; None where rounding or a failure leaves them open.
    """

    inv_kfa: Array
    gamma_b: float
    temperature: float
    cutoff: float
    curves: Mapping[str, BoundaryCurve]
    meetings: tuple[Meeting, ...]
    growth: GrowthMap | None
    unstable: Mapping[float, tuple[tuple[float, float], ...] | None] = field(default_factory=dict)

    @property
    def stability(self) -> Stability:
        """The boundary of stability and its type at each interaction strength."""
        first: dict[float, tuple[float, str]] = {}
        for kind in INSTABILITIES:
            if kind in self.curves:
                curve = self.curves[kind]
                for inv, ratio in zip(curve.inv_kfa.tolist(), curve.ratio.tolist(), strict=True):
                    first[inv] = min(first.get(inv, (math.inf, "")), (ratio, kind))
        found = [first.get(inv) for inv in self.inv_kfa.tolist()]
        ratio = np.ma.masked_equal([at[0] if at else 0.0 for at in found], 0.0)
        return Stability(self.inv_kfa, tuple(at[1] if at else None for at in found), ratio)

    @property
    def codimension_two(self) -> tuple[CodimensionTwo, ...]:
        """Where boundaries A, B and C meet, and where one ends, in ascending order."""
        found = [
            CodimensionTwo("meet", m.kinds, m.inv_kfa, m.ratio, m.error) for m in self.meetings
        ]
        for kind in set(INSTABILITIES) & set(self.curves):
            for _, end in self.curves[kind].ends:
                gap, ratio = abs(end.beyond - end.inv_kfa), end.point.ratio
                found.append(CodimensionTwo("end", (kind,), end.inv_kfa, ratio, gap))
        return tuple(sorted(found, key=lambda point: (point.inv_kfa, point.kinds)))


def phase_diagram(
    inv_kfa: ArrayLike | None = None,
    *,
    kinds: Iterable[str] = ("normal", "A", "B", "C", "gapped", "alpha11", "beta22"),
    gamma_b: float = 1e-3,
    temperature: float = 0.0,
    cutoff: float = 100.0,
    ratios: ArrayLike | None = None,
    regions: bool = False,
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
    executor : concurrent.futures.Executor, optional
        Shares curves and columns of the map among its workers, and changes no value.
    store : path, optional
        A file where finished curves and columns are kept, and looked for first; see `Store`.
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
    >>> from numerics.diagram import phase_diagram
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
    shared = {"gamma_b": model.gamma_b, "temperature": model.temperature, "cutoff": model.cutoff}
    order = sorted(wanted, key=_ORDER.index)
    tasks = [{"task": "curve", "kind": kind, "inv_kfa": inv, **shared} for kind in order]
    if rows is not None:
        tasks += [{"task": "column", "inv_kfa": x, "ratios": rows, **shared} for x in inv]
    run = _Runner(executor, Store(store) if store is not None else None, progress)
    records = run(tasks)
    curves = {kind: _curve_of(kind, inv, records[order.index(kind)]) for kind in wanted}
    diagram = PhaseDiagram(
        np.array(inv),
        model.gamma_b,
        model.temperature,
        model.cutoff,
        curves,
        _meetings([curves[kind] for kind in INSTABILITIES if kind in curves], run),
        None if rows is None else _map_of(inv, rows, records[len(order) :]),
    )
    return _with_regions(diagram, shared, run) if regions else diagram


def _with_regions(diagram: PhaseDiagram, shared: Record, run: _Runner) -> PhaseDiagram:
    """Return the diagram with the intervals within which modes grow."""
    lowest: dict[float, Boundary] = {}
    for kind in set(INSTABILITIES) & set(diagram.curves):
        curve = diagram.curves[kind]
        for inv, point in zip(curve.inv_kfa.tolist(), curve.points, strict=True):
            if inv not in lowest or point.ratio < lowest[inv].ratio:
                lowest[inv] = point
    inv = diagram.inv_kfa.tolist()
    tasks = [
        {
            "task": "region",
            "inv_kfa": x,
            "first": boundary_record(lowest[x]) if x in lowest else None,
            **shared,
        }
        for x in inv
    ]
    found = {
        x: None if r["unstable"] is None else tuple((low, high) for low, high in r["unstable"])
        for x, r in zip(inv, run(tasks), strict=True)
    }
    return replace(diagram, unstable=found)


def meeting_points(
    first: BoundaryCurve, second: BoundaryCurve, *, executor: Executor | None = None
) -> tuple[Meeting, ...]:
    """Return where two curves of one model have the same ratio, among common continuous steps."""
    return _meetings([first, second], _Runner(executor))


@dataclass
class _Runner:
    """Runs tasks of any sort, and counts them."""

    executor: Executor | None = None
    store: Store | None = None
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
            complete[i, j], condensate[i, j] = status == "complete", True
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
