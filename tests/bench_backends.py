"""Time compiled loops against NumPy in one run, and their compilation: tables of `tests.bench`."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np
from rich.table import Table

from numerics import (
    Bands,
    Contact,
    Model,
    Reservoir,
    backend,
    fluctuation_matrix,
    solve_steady_state,
    threads,
)
from numerics.evaluation import THREADS
from numerics.response.goldstone import goldstone_matrix, goldstone_slopes
from tests.bench import table
from tests.bench_response import PARAMETERS, processor_seconds, steady_state

UNEQUAL = Model(
    Contact(0.0),
    [Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 2.1e-5)],
    bands=Bands.of_ratio(2.0),
)


def backends() -> Table:
    """Compare compiled loops with NumPy: matrices at points that have nothing in common, states."""
    title = "Compiled loops against NumPy, one core"
    result = table(title, "what", "NumPy / us", "Numba / us", "ratio", "target")
    generator = np.random.default_rng(16)
    state, unequal = steady_state(), solve_steady_state(UNEQUAL)
    calls: list[tuple[str, int, str, Callable[[], object]]] = []
    for count, target in ((1, "0.25"), (26, "0.14"), (256, "0.14")):
        q, omega = generator.uniform(0.01, 1, count), generator.uniform(0, 1, count)
        name = f"fluctuation_matrix, {count}"
        calls.append((name, count, target, functools.partial(fluctuation_matrix, state, q, omega)))
    column = functools.partial(goldstone_matrix, state, q, omega + 0j, 1e-8)
    calls.append(("phase column, 256", 256, "", column))
    slopes = functools.partial(goldstone_slopes, state, q, omega + 0j, 1e-8)
    calls.append(("its slopes, 256", 256, "", slopes))
    bands = functools.partial(fluctuation_matrix, unequal, q, omega)
    calls.append(("unequal masses, 256", 256, "", bands))
    for ratio in (0.021, 0.5):
        parameters = PARAMETERS.replace(inv_kfa=0.0, gamma_v=ratio * PARAMETERS.gamma_b)
        solve = functools.partial(solve_steady_state, parameters)
        calls.append((f"solve_steady_state, ratio {ratio:g}", 1, "0.33", solve))
    before = backend()
    try:
        for name, count, target, call in calls:
            times = {}
            for backend_name in ("numpy", "numba"):
                backend(backend_name)
                times[backend_name] = processor_seconds(call, max(5, 100 // count)) / count
            plain, compiled_loop = times["numpy"], times["numba"]
            result.add_row(
                name,
                f"{1e6 * plain:.0f}",
                f"{1e6 * compiled_loop:.0f}",
                f"{compiled_loop / plain:.3f}",
                target,
            )
    finally:
        backend(before)
    return result


def threaded() -> Table:
    """Compare two threads with one, by the clock: the machine should have nothing else to do."""
    result = table("Threads, by the clock", "what", "one / ms", "two / ms", "ratio", "target")
    generator, state = np.random.default_rng(16), steady_state()
    before = os.environ.get(THREADS)
    try:
        for count, target in ((26, ""), (256, "0.65"), (4096, "0.65")):
            q, omega = generator.uniform(0.01, 1, count), generator.uniform(0, 1, count)
            elapsed = []
            for number in (1, 2):
                threads(number)
                times = []
                for _ in range(5):
                    start = time.perf_counter()
                    fluctuation_matrix(state, q, omega)
                    times.append(time.perf_counter() - start)
                elapsed.append(1e3 * min(times))
            one, two = elapsed
            name = f"fluctuation_matrix, {count}"
            result.add_row(name, f"{one:.1f}", f"{two:.1f}", f"{two / one:.2f}", target)
    finally:
        os.environ.pop(THREADS)
        if before is not None:
            os.environ[THREADS] = before
    return result


#: Compile what a matrix of each kind needs; print the seconds of the processor for each.
COMPILED = """
import time
import numpy as np
from numerics import Bands, Contact, Model, Parameters, Reservoir, fluctuation_matrix
from numerics import solve_steady_state
from numerics.response.goldstone import goldstone_matrix
bath = [Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 2e-5)]
models = (Parameters(-1.0), Model(Contact(0.0), bath, bands=Bands.of_ratio(2.0)))
for model in models:
    start = time.process_time()
    state = solve_steady_state(model)
    solved = time.process_time()
    fluctuation_matrix(state, 0.1, 0.1)
    print(solved - start, time.process_time() - solved)
start = time.process_time()
goldstone_matrix(solve_steady_state(models[0]), np.array([0.1]), np.array([0.1 + 0j]), 1e-8)
print(time.process_time() - start)
"""


def compilation() -> Table:
    """The first calls of all, with nothing on disk yet."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [sys.executable, "-c", COMPILED],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "NUMBA_CACHE_DIR": folder},
        )
    names = (
        "a steady state",
        "its matrix",
        "a steady state of unequal masses",
        "its matrix, after these",
        "the phase column of equal masses",
    )
    result = table("Compilation by Numba, nothing on disk", "first call", "time / s")
    for name, elapsed in zip(names, map(float, run.stdout.split()), strict=True):
        result.add_row(name, f"{elapsed:.1f}")
    return result


TABLES = (backends, threaded, compilation)
