"""Points where a map changes most, or on both sides of a boundary, in two or three parameters.

A learner of the package `adaptive` triangulates the points that it knows and divides the triangle,
or tetrahedron, of the greatest loss.  It knows points of a unit cube: the box of a scan, in which
an axis whose values are at equal factors is measured by its logarithm.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics import domain
from numerics.scans.batches import evaluate
from numerics.scans.identity import Keys, identity
from numerics.scans.progress import Progress
from numerics.scans.quantities import COMPLEX, QUANTITIES, TEXT
from numerics.scans.rows import Outcome, Row, decoded
from numerics.scans.run import Evaluate, Place, Run, sharing
from numerics.scans.scan import Axis, Scan
from numerics.scans.store import Store
from numerics.scans.table import ScatteredTable, scattered_table

__all__ = ["GOALS", "refine_scan"]

#: What points may be chosen for.
GOALS = ("map", "boundary")
#: Points that are chosen at a time, however many workers there are: which ones depends on it.
TOGETHER = 16
#: The most points in all, and at a time.
MOST_REFINED, _MOST_TOGETHER = 10**6, 4096
#: How many axes there may be.
_AXES = (2, 3)
#: Keys that are looked for together.
_CHUNK = 1024
#: To so many parts of themselves values are at equal factors; they may be written in decimals.
_EQUAL = 1e-9

#: Coordinates in the unit cube.
_Unit = tuple[float, ...]


def refine_scan(
    scan: Scan,
    store: Store,
    *,
    points: int,
    quantity: str | None = None,
    column: str | None = None,
    goal: str = "map",
    together: int = TOGETHER,
    executor: Executor | None = None,
    workers: int | None = None,
    retry: bool = False,
    progress: Callable[[Progress], object] | None = None,
    stopping: Callable[[], bool] | None = None,
    evaluate: Evaluate = evaluate,
) -> ScatteredTable:
    """Compute a scan at points that are chosen one after the other, from the values known so far.

    They are kept in the store as those of `run_scan`, and taken from there when they are chosen
    again: the same call goes on where it was interrupted, with a greater number it adds points to
    the same ones, and what it returns depends neither on that nor on the executor.

    Parameters
    ----------
    scan : Scan
        Its two or three axes tell the box, from the first to the last value of each; where the
        values of one are at equal factors, three or more, its logarithm is divided.  Where the
        store has all of its points as `run_scan` computes them, one begins with these.
    store : Store
    points : int
        How many, those of the scan itself not counted.
    quantity : str, optional
        Which of the scan's quantities tells where points are wanted, the first one by default.  All
        are computed.
    column : str, optional
        Which of its columns, the first one by default: real numbers, or texts for a boundary.
    goal : str
        "map": where the column changes most.  To this loss an absent point is as far from the mean
        of its neighbours in a triangle as all values are apart, and a failed one is that mean.
        "boundary": where the sign of the column or its text changes, or values begin to be absent;
        failed points are on no side.  In search of more of it there are triangles elsewhere, of the
        order of as many; a piece smaller than these may remain unseen.
    together : int
        How many points are chosen at a time, which is how many workers have something to do.
    executor, workers, retry, progress, stopping, evaluate
        As in `run_scan`.

    Returns
    -------
    ScatteredTable
        The points and their triangulation, for `Axes.tricontour` and `export`.  Asked to stop, it
        has only points with all of those that were chosen together with them.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ImportError
        If the package `adaptive` of the extra `scan` is not installed.
    OSError, BrokenExecutor
        As in `run_scan`.
    """
    learner_of, wanted = refinable(scan, points, quantity, column, goal)
    domain.instance("store", store, Store)
    domain.flag("retry", retry)
    corners = 2 ** len(scan.axes)
    together = domain.integer("together", together, 1, _MOST_TOGETHER)
    for name, given in (("progress", progress), ("stopping", stopping), ("evaluate", evaluate)):
        if given is not None:
            domain.function(name, given)
    with sharing(executor, workers) as (shared, number):
        total = points * len(scan.quantities)
        run = Run(scan, store, shared, number, evaluate, total, retry)
        found = _Refinement(run, wanted, learner_of)
        found.begin()
        while found.chosen < points and not (stopping is not None and stopping()):
            size = together if found.known else corners
            if not found.round(size, points - found.chosen, progress, stopping):
                break
        return scattered_table(scan, store, list(found.places.values()), found.simplices())


def refinable(
    scan: Scan,
    points: int,
    quantity: str | None = None,
    column: str | None = None,
    goal: str = "map",
) -> tuple[Any, _Wanted]:
    """Return the module of the learner, and what it is asked for; arguments of `refine_scan`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ImportError
        If the package `adaptive` of the extra `scan` is not installed.
    """
    try:
        from adaptive.learner import learnerND
    except ImportError:
        raise ImportError("refine_scan needs adaptive: pip install 'nambu[scan]'") from None
    wanted = _Wanted.of(scan, quantity, column, goal)
    domain.integer("points", points, 2 ** len(scan.axes), MOST_REFINED)
    return learnerND, wanted


class _Wanted(NamedTuple):
    """What tells where points are wanted."""

    quantity: str
    column: str
    goal: str

    @classmethod
    def of(cls, scan: Scan, quantity: str | None, column: str | None, goal: str) -> _Wanted:
        """Return it from arguments of `refine_scan`."""
        domain.instance("scan", scan, Scan)
        domain.choice("goal", goal, GOALS)
        if len(scan.axes) not in _AXES or min(scan.shape) < 2:
            raise domain.outside("axes", scan.paths, "two or three, of at least two values each")
        if scan.neighbours:
            raise domain.outside("neighbours", scan.neighbours, "0, where points are in no rows")
        for name in scan.quantities:
            if len(scan.axes_of(name)) < len(scan.axes):
                raise domain.outside("quantities", name, "those that depend on all axes")
        first = scan.quantities[0] if quantity is None else quantity
        found = QUANTITIES[domain.choice("quantity", first, scan.quantities)]
        no = {COMPLEX} if goal == "boundary" else {COMPLEX, TEXT}
        columns = [
            name
            for name, kind in found.columns.items()
            if kind not in no and name not in found.many
        ]
        if not columns:
            raise domain.outside("quantity", first, "one with a column of real numbers")
        return cls(first, domain.choice("column", column or columns[0], columns), goal)

    def told(self, row: Row) -> _Told:
        """Return what a point tells."""
        if row.outcome == Outcome.FAILED:
            return _Told(None, None)
        if row.outcome == Outcome.DONE:
            value = decoded(QUANTITIES[self.quantity], row.text)[self.column]
            if isinstance(value, str):
                return _Told(value, None)
            if math.isfinite(value):
                return _Told("positive" if value > 0 else "negative", float(value))
        return _Told(_NOWHERE, None)


class _Told(NamedTuple):
    """On which side of a boundary a point is, None if that is not known; and a finite value."""

    side: str | None
    value: float | None


#: The side where there are no values; no text of a column.
_NOWHERE = ""


class _Box:
    """The box of a scan, and its points in the unit cube."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        self._ends = [(axis.values[0], axis.values[-1]) for axis in axes]
        self._powers = [_geometric(axis.values) for axis in axes]

    def place(self, unit: _Unit) -> Place:
        """Return the values of the axes at a point of the cube; to the last bit at the faces."""
        return tuple(map(_between, unit, self._ends, self._powers))

    def unit(self, place: Place) -> _Unit:
        """Return the point of the cube at some values of the axes."""
        return tuple(map(_part, place, self._ends, self._powers))


def _between(u: float, ends: tuple[float, float], power: bool) -> float:
    low, high = ends
    if u in (0, 1):
        return high if u else low
    value = low * (high / low) ** u if power else low * (1 - u) + high * u
    # rounding must not lead out of the box, nor to a negative zero
    return float(min(max(value, low), high)) + 0.0


def _part(value: float, ends: tuple[float, float], power: bool) -> float:
    low, high = ends
    if value in ends:
        return float(value == high)
    if power:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def _geometric(values: Sequence[float]) -> bool:
    """Tell whether values are at equal factors, and not at equal distances."""
    if len(values) < 3 or values[0] <= 0:
        return False
    factors = np.diff(np.log(values))
    steps = np.diff(values)
    return _even(factors) and not _even(steps)


def _even(steps: NDArray[np.float64]) -> bool:
    return bool(np.ptp(steps) <= _EQUAL * steps.max())


@dataclass
class _Refinement:
    """Points that are being chosen, and what is known of them."""

    run: Run
    wanted: _Wanted
    module: Any
    #: In the order in which they were told.
    places: dict[_Unit, Place] = field(default_factory=dict)
    known: dict[_Unit, _Told] = field(default_factory=dict)
    chosen: int = 0

    def __post_init__(self) -> None:
        self.scan, self.store = self.run.scan, self.run.store
        self.box = _Box(self.scan.axes)
        self.keys = Keys(self.scan)
        bounds = [(0.0, 1.0)] * len(self.scan.axes)
        loss = self._map_loss if self.wanted.goal == "map" else self._boundary_loss
        # another implementation would round, and so choose, otherwise
        self.learner = self.module.LearnerND(
            None, bounds, loss_per_simplex=loss, triangulation_backend="python"
        )

    def begin(self) -> None:
        """Tell the learner of the scan's own points, if it was computed on its axes."""
        if identity(self.scan) not in self.store.scans():
            return
        ends = [{axis.values[0], axis.values[-1]} for axis in self.scan.axes]
        # others are within what the corners span, and on it
        places = sorted(
            self.scan.places(),
            key=lambda p: not all(x in pair for x, pair in zip(p, ends, strict=True)),
        )
        rows: dict[str, Row] = {}
        for chunk in _chunks(map(self._key, places)):
            rows |= self.store.get(chunk)
            if not all(key in rows for key in chunk):
                return
        self._tell([self.box.unit(place) for place in places], places, rows)

    def round(
        self,
        size: int,
        most: int,
        progress: Callable[[Progress], object] | None,
        stopping: Callable[[], bool] | None,
    ) -> bool:
        """Choose, compute and tell some points; False if it was asked to stop meanwhile."""
        asked, _ = self.learner.ask(min(size, most))
        units = [tuple(map(float, unit)) for unit in asked]
        places = [self.box.place(unit) for unit in units]
        count = len(places) * len(self.scan.quantities)
        self.run.through(lambda: places, count, progress, stopping)
        rows = self.store.get([self._key(place) for place in places])
        if sum(self.run.counts.values()) < self.run.goal:
            return False
        self._tell(units, places, rows)
        self.chosen += len(places)
        return True

    def _key(self, place: Place) -> str:
        """Return the key of the quantity that tells where points are wanted."""
        return next(key for name, key, _ in self.keys.at(place) if name == self.wanted.quantity)

    def _tell(self, units: Sequence[_Unit], places: Sequence[Place], rows: dict[str, Row]) -> None:
        told = [self.wanted.told(rows[self._key(place)]) for place in places]
        self.places.update(zip(units, places, strict=True))
        self.known.update(zip(units, told, strict=True))
        # one that is there does not change how far values are apart
        values = (x.value for x in self.known.values() if x.value is not None)
        stand_in = next(values, 0.0)
        for unit, (_, value) in zip(units, told, strict=True):
            # sides need no scale
            wanted = 0.0 if self.wanted.goal == "boundary" else value
            self.learner.tell(unit, stand_in if wanted is None else wanted)

    # What the learner makes small -----------------------------------------------------------------

    def _map_loss(self, simplex: Any, values: Any, scale: float) -> float:
        """Return the area, or volume, over a simplex of the map; its values are of the order 1."""
        known = [self.known[tuple(corner)] for corner in simplex]
        pairs = list(zip(map(float, values), known, strict=True))
        there = [value for value, told in pairs if told.value is not None]
        mean = statistics.fmean(there) if there else 0.0
        filled = [
            value if told.value is not None else mean + (told.side is not None)
            for value, told in pairs
        ]
        return float(self.module.default_loss(simplex, filled, scale))

    def _boundary_loss(self, simplex: Any, values: Any, scale: float) -> float:
        """Return the length of a simplex on the boundary; else what makes others of that order.

        In d dimensions h^(1-d) simplices of a length h are on a boundary, but for a factor, and as
        many others if each has the volume V = h^(d-1): losses are the same for V^(1/(d-1)).
        """
        sides = {self.known[tuple(corner)].side for corner in simplex} - {None}
        size = len(simplex) - 1
        power = size if len(sides) > 1 else size - 1
        return float(self.module.volume(simplex) ** (1 / power))

    def simplices(self) -> NDArray[np.int64]:
        """Return the triangulation: indices of places."""
        size = len(self.scan.axes) + 1
        found = self.learner.tri if self.places else None
        if found is None:
            return np.empty((0, size), dtype=np.int64)
        numbers = {unit: k for k, unit in enumerate(self.places)}
        corners = [numbers[tuple(corner)] for corner in found.vertices]
        rows = sorted(sorted(corners[k] for k in simplex) for simplex in found.simplices)
        return np.array(rows, dtype=np.int64)


def _chunks(keys: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(itertools.islice(keys, _CHUNK)):
        yield chunk
