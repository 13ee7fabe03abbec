"""Time scans: tables of `tests.bench`, or of `python -m tests.bench_scans` alone."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import table

#: A scan of the square of a number of points that cost nothing: milliseconds of this process for
#: each, without those of what computes, and the most memory in MB.
DRIVEN = """
import resource, sys, tempfile, time
from concurrent.futures import Executor, Future
from numerics.scans import Store, run_scan
from tests.numerics.scans import stubs

class Here(Executor):
    number, spent = 2, 0.0
    def submit(self, function, /, *arguments):
        future, start = Future(), time.perf_counter()
        future.set_result(function(*arguments))
        Here.spent += time.perf_counter() - start
        return future

side = int(sys.argv[1])
with tempfile.TemporaryDirectory() as folder, Store(f"{folder}/s.db") as store:
    start = time.perf_counter()
    found = run_scan(stubs.plane(side), store, executor=Here(), evaluate=stubs.fast)
    elapsed = time.perf_counter() - start - Here.spent
assert found.done == side**2
print(1e3 * elapsed / side**2, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""

#: A scan on some workers, seconds from the first point on: they have been started by then.
SHARED = """
import contextlib, sys, tempfile, time
from numerics import Parameters
from numerics.cli.executors import executors
from numerics.scans import Scan, Store, run_scan
from numerics.tasks.workers import Workers

if __name__ == "__main__":
    kind, name, number, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    values = [k / count - 1 for k in range(count)]
    scan = Scan(Parameters(0.0, 1e-3, 2e-5), {"inv_kfa": values}, [name])
    warm = scan.replace(axes=({"inv_kfa": [2.0 + k / 100 for k in range(2 * number)]}))
    with contextlib.ExitStack() as stack:
        store = Store(f"{stack.enter_context(tempfile.TemporaryDirectory())}/s.db")
        stack.callback(store.close)
        if kind == "processes":
            executor = stack.enter_context(Workers(number))
        else:
            dask = "local" if kind == "dask" else None
            given = executors(number if dask else None, dask, kind == "mpi")
            executor, found = stack.enter_context(given)
            assert found == number
        run_scan(warm, store, executor=executor, workers=number)
        start = time.perf_counter()
        found = run_scan(scan, store, executor=executor, workers=number)
        print(time.perf_counter() - start)
    assert found.computed == count
"""
#: What each way of sharing needs besides this project, and how much faster two are to be than one.
WAYS = (("processes", None, "1.8"), ("dask", "distributed", "1.6"), ("mpi", "mpi4py", "1.6"))
#: Quantities, and how many points of them take a while.
SCANNED = (("steady_state", 3000), ("growth_rate", 100))


def _printed(program: str, *words: str) -> list[float]:
    return _run([sys.executable, "-c", program, *words])


def _run(command: Sequence[str]) -> list[float]:
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in run.stdout.split()]


def driver() -> Table:
    """What a point costs besides what is computed there, and that memory does not grow."""
    result = table("Scans of points that cost nothing", "points", "ms per point", "target", "MB")
    for side in (100, 316):
        elapsed, memory = _printed(DRIVEN, str(side))
        result.add_row(f"{side**2}", f"{elapsed:.3f}", "0.2", f"{memory:.0f}")
    return result


def shared() -> Table:
    """Two workers against one: processes, Dask, MPI."""
    heads = ("workers", "quantity", "one / s", "two / s", "faster", "target")
    result = table("Scans on two workers", *heads)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "shared.py"
        program.write_text(SHARED, encoding="utf-8")
        for way, package, target in WAYS:
            start = _launched(way, package)
            for name, count in SCANNED:
                if start is None:
                    result.add_row(way, name, "not", "there", "", target)
                    continue
                one, two = (
                    _run([*start(n), str(program), way, name, str(n), str(count)])[-1]
                    for n in (1, 2)
                )
                result.add_row(way, name, f"{one:.1f}", f"{two:.1f}", f"{one / two:.2f}", target)
    return result


def _launched(way: str, package: str | None) -> Callable[[int], list[str]] | None:
    """Return what starts Python with a number of workers; None where something is missing."""
    if package is not None and importlib.util.find_spec(package) is None:
        return None
    if way != "mpi":
        return lambda number: [sys.executable]
    mpiexec = shutil.which("mpiexec", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if mpiexec is None:
        return None
    # one process more, which gives the others their work
    words = [sys.executable, "-m", "mpi4py.futures"]
    return lambda number: [mpiexec, "-n", str(number + 1), *words]


TABLES = (driver, shared)


if __name__ == "__main__":
    for part in TABLES:
        Console(width=100).print(part())
