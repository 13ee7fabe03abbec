"""Time scans: tables of `tests.bench`."""

from __future__ import annotations

import subprocess
import sys

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

#: A scan on some workers, seconds from the first point on: processes have been started by then.
SHARED = """
import sys, tempfile, time
from numerics import Parameters
from numerics.scans import Scan, Store, run_scan
from numerics.tasks.workers import Workers

if __name__ == "__main__":
    name, number, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    values = [k / count - 1 for k in range(count)]
    scan = Scan(Parameters(0.0, 1e-3, 2e-5), {"inv_kfa": values}, [name])
    warm = scan.replace(axes=({"inv_kfa": [2.0 + k / 100 for k in range(2 * number)]}))
    with tempfile.TemporaryDirectory() as folder, Store(f"{folder}/s.db") as store:
        with Workers(number) as workers:
            run_scan(warm, store, executor=workers)
            start = time.perf_counter()
            found = run_scan(scan, store, executor=workers)
            print(time.perf_counter() - start)
    assert found.computed == count
"""


def _printed(program: str, *words: str) -> list[float]:
    command = [sys.executable, "-c", program, *words]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in run.stdout.split()]


def driver() -> Table:
    """What a point costs besides what is computed there."""
    result = table("Scans of points that cost nothing", "points", "ms per point", "target", "MB")
    for side in (100, 316):
        elapsed, memory = _printed(DRIVEN, str(side))
        result.add_row(f"{side**2}", f"{elapsed:.3f}", "0.2", f"{memory:.0f}")
    return result


def processes() -> Table:
    """Two processes against one."""
    heads = ("quantity", "one / s", "two / s", "faster", "target")
    result = table("Scans in processes", *heads)
    for name, count in (("steady_state", 400), ("growth_rate", 24)):
        one, two = (_printed(SHARED, name, n, str(count))[0] for n in ("1", "2"))
        result.add_row(name, f"{one:.1f}", f"{two:.1f}", f"{one / two:.2f}", "1.8")
    return result


TABLES = (driver, processes)
