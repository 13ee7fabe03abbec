"""`nambu scan` and its commands: run, status, resume, export."""

from __future__ import annotations

import functools
import itertools
import math
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeVar

import numpy as np
from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars

from numerics.cli.executors import executors
from numerics.cli.lines import Lines
from numerics.cli.options import Json, print_json
from numerics.cli.scan import scan
from numerics.cli.signals import interrupts

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numerics.scans import Progress, Scan, ScanTable, Store
    from numerics.scans.store import Begun

Found = TypeVar("Found")
StoreFile = Annotated[Path, Parameter(help="File that keeps the points.")]
WhichScan = Annotated[
    str | None,
    Parameter(help="Beginning of the name of one of the scans in the store, see `status`."),
]
HowMany = Annotated[
    int | None,
    Parameter(help="How many processes share the work; one for each core by default."),
]
Dask = Annotated[
    str | None,
    Parameter(help="Address of a scheduler of Dask whose workers do it, or `local`."),
]
Mpi = Annotated[
    bool,
    Parameter(
        help="Processes of `mpiexec -n N python -m mpi4py.futures -m numerics.cli ...` do it.",
        negative="",
    ),
]
Retry = Annotated[bool, Parameter(help="Compute points again that failed.", negative="")]
Adaptive = Annotated[
    int | None,
    Parameter(help="So many points where they are wanted, in the box of the two or three axes."),
]
Goal = Annotated[
    Literal["map", "boundary"],
    Parameter(
        help="With --adaptive: points where the first column changes, or where its sign does."
    ),
]
Output = Annotated[
    Path | None,
    Parameter(help="With --adaptive: file of these points: .csv, .nc, .zarr or .json."),
]


def group() -> App:
    """Return the commands; `nambu scan` without one of them is the phase diagram."""
    found = App(name="scan", default_command=scan, help_format="plaintext")
    for command in (run, status, resume, export):
        found.command(command)
    return found


def run(
    file: Annotated[Path, Parameter(help="Scan in TOML.")],
    /,
    *,
    store: StoreFile,
    workers: HowMany = None,
    dask: Dask = None,
    mpi: Mpi = False,
    retry: Retry = False,
    adaptive: Adaptive = None,
    goal: Goal = "map",
    output: Output = None,
) -> int:
    """Compute the points of a scan that are not in the store yet.

    The exit status is 1 if a point failed.

    Example: nambu scan run plane.toml --store plane.db --workers 2
    Example: nambu scan run plane.toml --store plane.db --adaptive 400 --goal boundary
    """
    from numerics.scans import Store, read_scan, refine_scan
    from numerics.scans import export as write
    from numerics.scans.adaptive import refinable
    from numerics.scans.table import exportable

    if adaptive is None and (goal != "map" or output is not None):
        raise ValueError("--goal and --output are for --adaptive; nambu scan export writes others")
    wanted = read_scan(file)
    # what is wrong is told before there is a store
    if output is not None:
        exportable(output)
    if adaptive is not None:
        refinable(wanted, adaptive, goal=goal)
    with executors(workers, dask, mpi) as (executor, number), Store(store) as opened:
        if adaptive is None:
            return _run(wanted, opened, executor, number, retry)
        refine = functools.partial(
            refine_scan, wanted, opened, points=adaptive, goal=goal, executor=executor
        )
        again, why = f"the same command with --store {store} goes on", "the table says why"
        table, status = _watched(functools.partial(refine, workers=number, retry=retry), again, why)
    if output is not None:
        write(table, output)
        print(f"written: {output}")
    return status


def resume(
    *,
    store: StoreFile,
    scan: WhichScan = None,
    workers: HowMany = None,
    dask: Dask = None,
    mpi: Mpi = False,
    retry: Retry = False,
) -> int:
    """Go on with the scans in a store that are not complete.

    The exit status is 1 if a point failed.

    Example: nambu scan resume --store plane.db
    """
    with (
        executors(workers, dask, mpi) as (executor, number),
        _existing(store, write=True) as opened,
    ):
        found = [begun.scan for begun in _chosen(opened, scan).values() if begun.current]
        if not found:
            domain = "with scans of this version; nambu scan run FILE computes others anew"
            raise ValueError(f"store = {store} is outside its domain: {domain}")
        return max(_run(wanted, opened, executor, number, retry) for wanted in found)


def status(*, store: StoreFile, scan: WhichScan = None, json: Json = False) -> int:
    """Tell what is in a store.

    Example: nambu scan status --store plane.db
    """
    with _existing(store) as opened:
        records = [_record(name, x, opened) for name, x in _chosen(opened, scan).items()]
    if json:
        print_json({"store": str(store), "scans": [record._asdict() for record in records]})
        return 0
    for record in records:
        axes = " × ".join(f"{name} ({count})" for name, count in record.axes.items())
        counts = ", ".join(f"{getattr(record, word)} {word}" for word in _WORDS)
        print(f"{record.scan[:12]}  {', '.join(record.quantities)} over {axes}")
        other = "" if record.current else " of other code"
        print(f"    {counts}; version {record.nambu}{other}")
    return 0


#: How a point may have ended, or not.
_WORDS = ("done", "absent", "failed", "missing")
#: The most points of which is told why they failed.
_MOST_FAILURES = 100


class _Record(NamedTuple):
    """What there is of a scan."""

    scan: str
    nambu: str
    current: bool
    quantities: list[str]
    axes: dict[str, int]
    done: int
    absent: int
    failed: int
    missing: int
    failures: list[dict[str, object]]


def _record(name: str, begun: Begun, store: Store) -> _Record:
    from numerics.scans import table_of

    table = table_of(begun, store)
    counts = {word: sum(int((x == word).sum()) for x in table.outcomes.values()) for word in _WORDS}
    axes = {along: values.size for along, values in table.axes.items()}
    return _Record(
        scan=name,
        nambu=table.origin["nambu"],
        current=begun.current,
        quantities=list(table.outcomes),
        axes=axes,
        failures=list(itertools.islice(_failures(table), _MOST_FAILURES)),
        **counts,
    )


def _failures(table: ScanTable) -> Iterator[dict[str, object]]:
    """Yield which points failed, and why."""
    for name, outcomes in table.outcomes.items():
        for place in np.argwhere(outcomes == "failed").tolist():
            at = {
                along: float(table.axes[along][k])
                for along, k in zip(table.over[name], place, strict=True)
            }
            index = int(np.ravel_multi_index(place, outcomes.shape))
            yield {"quantity": name, "at": at, "reason": table.reasons[name][index]}


def export(
    *,
    store: StoreFile,
    output: Annotated[
        Path, Parameter(help="What is written: .csv, .nc for netCDF, .zarr for a folder, or .json.")
    ],
    scan: WhichScan = None,
) -> int:
    """Write a scan into a file for other programs; what is missing is NaN there.

    Example: nambu scan export --store plane.db --output plane.nc
    """
    from numerics.scans import export, table_of
    from numerics.scans.table import exportable

    exportable(output)
    with _existing(store) as opened:
        found = _chosen(opened, scan)
        if len(found) > 1:
            names = ", ".join(name[:12] for name in found)
            raise ValueError(f"there are {len(found)} scans in {store}: give --scan, of {names}")
        (wanted,) = found.values()
        table = table_of(wanted, opened)
    export(table, output)
    print(f"written: {output}" + (f"; {table.missing} values are missing" * bool(table.missing)))
    return 0


@contextmanager
def _existing(path: Path, *, write: bool = False) -> Iterator[Store]:
    """Open a store that is there."""
    from numerics.scans import Store

    if not path.exists():
        raise ValueError(f"store = {path} is outside its domain: a file that is there")
    with Store(path, write=write) as opened:
        yield opened


def _chosen(store: Store, beginning: str | None) -> dict[str, Begun]:
    """Return the scans in a store whose names begin so; at least one."""
    found = store.scans()
    chosen = {name: x for name, x in found.items() if name.startswith(beginning or "")}
    if not chosen:
        names = ", ".join(name[:12] for name in found) or "there are none"
        raise ValueError(f"scan = {beginning} is outside its domain: scans in the store ({names})")
    return chosen


def _run(
    wanted: Scan, store: Store, executor: Executor | None, workers: int | None, retry: bool
) -> int:
    """Compute a scan, and tell how far it is; the exit status."""
    from numerics.scans import run_scan

    compute = functools.partial(
        run_scan, wanted, store, executor=executor, workers=workers, retry=retry
    )
    again = f"nambu scan resume --store {store.path} goes on from there"
    return _watched(compute, again, "nambu scan status --json says why they failed")[1]


def _watched(compute: Callable[..., Found], again: str, why: str) -> tuple[Found, int]:
    """Call what computes points, and tell how far it is; return what it does, and the exit status.

    The texts tell what goes on after an interruption, and what says why points failed.
    """
    asked: list[int] = []
    last: deque[Progress] = deque(maxlen=1)
    with interrupts(asked.append), _shown() as show:

        def progress(now: Progress) -> None:
            last.append(now)
            show(now)

        found = compute(progress=progress, stopping=lambda: bool(asked))
    (now,) = last
    if asked and now.finished < now.total:
        raise KeyboardInterrupt(f"interrupted at {_counts(now)}; these are in the store, {again}")
    print(_counts(now))
    if now.failed:
        print(f"{why}; --retry computes them again")
    return found, 1 if now.failed else 0


def _counts(found: Progress) -> str:
    words = f"{found.finished} of {found.total} values"
    return f"{words}: {found.done} done, {found.absent} absent, {found.failed} failed"


def _pace(found: Progress) -> str:
    """Return how fast it goes, and how long it takes."""
    if not found.computed or found.finished == found.total:
        return ""
    return f"{found.rate:.3g}/s, {_duration(found.remaining)} left"


def _duration(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "?"
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


@contextmanager
def _shown() -> Iterator[Callable[[Progress], None]]:
    """Yield what shows progress: a bar on a terminal, else lines that become more seldom."""
    if not sys.stderr.isatty():
        lines = Lines()
        yield lambda found: lines(lambda: "; ".join(filter(None, (_counts(found), _pace(found)))))
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("", total=None)

        def show(found: Progress) -> None:
            failed = f", {found.failed} failed" if found.failed else ""
            bars.update(
                task,
                total=found.total,
                completed=found.finished,
                description=f"{_pace(found)}{failed}",
            )

        yield show
