"""Computes the points of a scan on an executor; keeps each in a store as soon as it is there."""

from __future__ import annotations

import os
import queue
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from numerics import domain
from numerics.scans.batches import Found, Item, evaluate, reason
from numerics.scans.drivers import BEAT
from numerics.scans.identity import Keys, origin
from numerics.scans.progress import Progress
from numerics.scans.rows import Outcome, Row
from numerics.scans.scan import Recipe, Scan
from numerics.scans.store import Store
from numerics.tasks.workers import WorkerError, Workers

__all__ = ["Progress", "run_scan"]

#: How long a batch is to take, in seconds, and how much larger than the last it may be.
_TARGET, _GROWTH = 0.2, 4
#: The most points of a batch, and points whose keys are looked for together.
_MOST, _CHUNK = 4096, 1024
#: Batches for each worker that are on their way, so that none waits for this process.
_AHEAD = 2
#: How long to wait for what other processes compute before looking again, in seconds.
_LOOK = 0.2

#: What Dask raises for a task of which workers died.
_KILLED = "KilledWorker"

#: The values of the axes at a point; with quantity, key and numbers of what is wanted there.
Place = tuple[float, ...]
_Wanted = tuple[Place, list[tuple[str, str, str]]]
#: Returns for each item what has become of its quantities; what `evaluate` does.
Evaluate = Callable[[Recipe, Sequence[Item]], list[list[Found]]]


def run_scan(
    scan: Scan,
    store: Store,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    retry: bool = False,
    progress: Callable[[Progress], object] | None = None,
    stopping: Callable[[], bool] | None = None,
    evaluate: Evaluate = evaluate,
) -> Progress:
    """Compute what is missing of a scan.

    Parameters
    ----------
    scan : Scan
    store : Store
        Where points are looked for, and kept as soon as they are there.
    executor : concurrent.futures.Executor, optional
        Shares the batches among its workers, and is left open: `client.get_executor()` of Dask,
        `mpi4py.futures.MPIPoolExecutor`, ...; by default processes of this machine that are looked
        after.  It changes no value.
    workers : int, optional
        How many of these processes, one for each core by default; of an executor, how many it has,
        where it does not say so itself.
    retry : bool
        Whether points that failed are computed again.
    progress : callable, optional
        Called with a `Progress` when points are in the store.
    stopping : callable, optional
        Asked several times in a second whether to end, which leaves what is finished in the store.
    evaluate : callable
        What computes the values; a function of a module.

    Returns
    -------
    Progress
        Where it ended: complete, unless it was asked to stop.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    OSError
        If the store cannot be written to, such as on a full disk.
    BrokenExecutor
        If the executor cannot work any more; what is finished is in the store.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from numerics import Parameters
    >>> from numerics.scans import Scan, Store, run_scan
    >>> scan = Scan(Parameters(0.0), {"gamma_v": [0.0, 1e-4, 2e-3]})
    >>> with tempfile.TemporaryDirectory() as folder, Store(f"{folder}/scan.db") as store:
    ...     with ThreadPoolExecutor(1) as executor:
    ...         found = run_scan(scan, store, executor=executor)
    >>> found.done, found.absent, found.failed
    (2, 1, 0)
    """
    domain.instance("scan", scan, Scan)
    domain.instance("store", store, Store)
    domain.flag("retry", retry)
    for name, given in (("progress", progress), ("stopping", stopping), ("evaluate", evaluate)):
        if given is not None:
            domain.function(name, given)
    with sharing(executor, workers) as (shared, number):
        run = Run(scan, store, shared, number, evaluate, scan.count, retry)
        store.register(scan)
        run.through(scan.places, scan.count, progress, stopping)
        return run.now()


@contextmanager
def sharing(executor: Executor | None, workers: int | None) -> Iterator[tuple[Executor, int]]:
    """Provide what shares the work, and how many workers that has; arguments of `run_scan`."""
    if executor is not None:
        domain.executor("executor", executor)
        yield executor, _size(executor, workers)
        return
    own = Workers(_cores() if workers is None else workers)
    try:
        yield own, own.number
    finally:
        # when all is done none of them has anything to do
        own.stop()


def _cores() -> int:
    """Return how many processes this one may use at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _size(executor: Executor, workers: int | None) -> int:
    """Return how many workers an executor has."""
    if workers is not None:
        return domain.integer("workers", workers, 1, 10**6)
    for name in ("num_workers", "_max_workers", "number"):
        found = getattr(executor, name, None)
        if isinstance(found, int) and found > 0:
            return found
    return _cores()


@dataclass
class _Batch:
    """Points that are computed together; the keys of each, one for a quantity."""

    items: list[Item]
    keys: list[list[tuple[str, str]]]


@dataclass
class Run:
    """A scan that is being computed; `total` values are wanted in all."""

    scan: Scan
    store: Store
    executor: Executor
    workers: int
    evaluate: Evaluate
    total: int
    retry: bool
    keys: Keys = field(init=False)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    computed: int = 0
    size: float = 1.0

    def __post_init__(self) -> None:
        self.keys = Keys(self.scan)
        self.recipe = self.scan.recipe
        self.origin = origin()
        self.begin = self.beaten = time.monotonic()
        self.flying: dict[Future[Any], _Batch] = {}
        self.landed: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        #: Batches to be sent again in parts, and points that other processes are computing.
        self.parts: deque[_Batch] = deque()
        self.others: list[_Wanted] = []

    def now(self) -> Progress:
        """Return how far it is."""
        seconds = time.monotonic() - self.begin
        counts = {str(name): number for name, number in self.counts.items()}
        return Progress(self.total, **counts, computed=self.computed, seconds=seconds)

    def through(
        self,
        places: Callable[[], Iterable[Place]],
        count: int,
        progress: Callable[[Progress], object] | None,
        stopping: Callable[[], bool] | None,
    ) -> None:
        """Compute what is missing at some places, each another, with so many values in all."""
        #: How many have ended when these have.
        self.goal = sum(self.counts.values()) + count
        self.store.beat()
        self._count(iter(places()))
        if progress is not None:
            progress(self.now())
        self.places = self._missing(iter(places()))
        try:
            while not (stopping is not None and stopping()):
                self._send()
                if not self.flying and not self.others:
                    break
                if self._receive() and progress is not None:
                    progress(self.now())
                if time.monotonic() - self.beaten > BEAT:
                    self.store.beat()
                    self.beaten = time.monotonic()
        finally:
            self._end()

    # Which points ---------------------------------------------------------------------------------

    def _count(self, places: Iterator[Place]) -> None:
        """Count what is there before anything is computed."""
        if not self.store.knows(self.keys.contexts.values()):
            return
        while chunk := _taken(places, _CHUNK):
            keys = [key for place in chunk for _, key, _ in self.keys.at(place)]
            for outcome in self.store.outcomes(keys).values():
                if outcome != Outcome.FAILED or not self.retry:
                    self.counts[outcome] += 1

    def _missing(self, places: Iterator[Place]) -> Iterator[_Wanted]:
        """Yield the points that are to be computed."""
        while chunk := _taken(places, _CHUNK):
            wanted = [(place, list(self.keys.at(place))) for place in chunk]
            keys = [key for _, named in wanted for _, key, _ in named]
            there = self.store.outcomes(keys)
            for place, named in wanted:
                left = [x for x in named if not self._ended(there.get(x[1]))]
                if left:
                    yield place, left

    def _ended(self, outcome: str | None) -> bool:
        return outcome is not None and not (self.retry and outcome == Outcome.FAILED)

    def _next(self) -> _Batch | None:
        """Return the next points, which no other process computes."""
        wanted = []
        # towards the end smaller batches, so that all workers end together
        left = self.goal - sum(self.counts.values())
        share = max(1, left // (2 * self.workers * len(self.scan.quantities)))
        for _ in range(min(max(1, int(self.size)), share)):
            found = next(self.places, None)
            if found is None:
                break
            wanted.append(found)
        return self._claimed(wanted) if wanted else None

    def _claimed(self, wanted: list[_Wanted]) -> _Batch:
        """Return the points of these that are for this process; the others are looked at later."""
        keys = [key for _, named in wanted for _, key, _ in named]
        with self.store.transaction():
            own = self.store.claim(keys)
            # computed by another process since it was looked for
            there = {k: x for k, x in self.store.outcomes(keys).items() if self._ended(x)}
            self.store.release(there.keys() & own)
        for outcome in there.values():
            self.counts[outcome] += 1
        batch = _Batch([], [])
        for place, named in wanted:
            mine = [x for x in named if x[1] in own and x[1] not in there]
            if mine:
                names = tuple(name for name, _, _ in mine)
                batch.items.append(Item(place, names, self.scan.before(place)))
                batch.keys.append([(key, numbers) for _, key, numbers in mine])
            theirs = [x for x in named if x[1] not in own and x[1] not in there]
            if theirs:
                self.others.append((place, theirs))
        return batch

    # To the workers and back ----------------------------------------------------------------------

    def _send(self) -> None:
        while len(self.flying) < _AHEAD * self.workers:
            batch = self.parts.popleft() if self.parts else self._next()
            if batch is None:
                return
            if batch.items:
                task = (self.origin, self.evaluate, self.recipe, batch.items)
                future = self.executor.submit(_evaluated, *task)
                self.flying[future] = batch
                future.add_done_callback(self.landed.put)

    def _receive(self) -> bool:
        """Keep what has landed; False if nothing has."""
        try:
            found = [self.landed.get(timeout=_LOOK)]
        except queue.Empty:
            return self._look_again()
        while not self.landed.empty():
            found.append(self.landed.get())
        self._keep(found)
        return True

    def _look_again(self) -> bool:
        """Look at points that other processes computed, or have left; whether any has ended."""
        if self.flying or not self.others:
            return False
        self.store.beat()
        again: list[_Wanted] = []
        there = self.store.outcomes([key for _, named in self.others for _, key, _ in named])
        ended = {key: outcome for key, outcome in there.items() if self._ended(outcome)}
        for outcome in ended.values():
            self.counts[outcome] += 1
        for place, named in self.others:
            if left := [x for x in named if x[1] not in ended]:
                again.append((place, left))
        self.others = []
        self.places = iter(again)
        return bool(ended)

    def _keep(self, futures: Sequence[Future[Any]]) -> None:
        """Write what has landed in one transaction."""
        rows: list[tuple[str, str, str, Found]] = []
        for future in futures:
            batch = self.flying.pop(future)
            found = self._found(future, batch)
            for item, keys, values in zip(batch.items, batch.keys, found, strict=False):
                for name, (key, numbers), value in zip(item.quantities, keys, values, strict=True):
                    rows.append((name, key, numbers, value))
        with self.store.transaction():
            self.store.put(
                Row(key, self.store.context(self.keys.contexts[name]), numbers, *value)
                for name, key, numbers, value in rows
            )
            self.store.release([key for _, key, _, _ in rows])
        for _, _, _, value in rows:
            self.counts[value.outcome] += 1
        self.computed += len(rows)

    def _found(self, future: Future[Any], batch: _Batch) -> list[list[Found]]:
        """Return what a future has brought; nothing where it has to be sent again."""
        error = future.exception()
        if error is None:
            found: list[list[Found]] = future.result()
            self._adapt(found)
            return found
        if not isinstance(error, WorkerError | MemoryError) and type(error).__name__ != _KILLED:
            # what a point may do is caught there: this is about all of them
            raise BrokenExecutor(reason(error)) from error
        if len(batch.items) == 1:
            failed = Found(Outcome.FAILED, reason(error), 0.0)
            return [[failed for _ in batch.keys[0]]]
        # the one of which a worker dies is among them
        middle = len(batch.items) // 2
        for part in (slice(middle), slice(middle, None)):
            self.parts.append(_Batch(batch.items[part], batch.keys[part]))
        return []

    def _adapt(self, found: list[list[Found]]) -> None:
        """Let batches be as long as wanted."""
        seconds = sum(value.seconds for values in found for value in values)
        wanted = _TARGET * len(found) / max(seconds, 1e-9)
        self.size = max(1.0, min(wanted, _GROWTH * self.size, _MOST))

    def _end(self) -> None:
        """Cancel what has not begun, and keep what has ended."""
        for future in self.flying:
            future.cancel()
        ended = [f for f in self.flying if f.done() and not f.cancelled() and not f.exception()]
        if ended:
            self._keep(ended)
        with self.store.transaction():
            self.store.release(
                [key for batch in self._left() for keys in batch.keys for key, _ in keys]
            )

    def _left(self) -> Iterator[_Batch]:
        yield from self.flying.values()
        yield from self.parts


def _evaluated(
    wanted: tuple[str, str], evaluate: Evaluate, recipe: Recipe, items: Sequence[Item]
) -> list[list[Found]]:
    """Evaluate items in a worker, which may be on a machine with another version."""
    if origin() != wanted:
        versions = " and ".join(name for name, _ in (wanted, origin()))
        raise BrokenExecutor(f"workers have other code than this process (nambu {versions})")
    return evaluate(recipe, items)


def _taken(places: Iterator[Place], number: int) -> list[Place]:
    return [place for _, place in zip(range(number), places, strict=False)]
