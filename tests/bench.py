"""Time the numerics: `python -m tests.bench`.  Ratios within one run hold better than times."""

from __future__ import annotations

import functools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import numerics
from numerics import (
    Parameters,
    SteadyState,
    backend,
    solve_steady_state,
    trace_steady_states,
)
from numerics.kernels import steady_state_numpy as kernels
from numerics.quadrature.chunks import evaluate
from numerics.steady.equations import Unknowns, evaluate_equations

MOMENTA = 100_000


def seconds(call: Callable[[], object], repeats: int) -> float:
    """Return the median time of a call, after one to warm up."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def table(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left", title_style="bold")
    for k, column in enumerate(columns):
        made.add_column(column, justify="right" if k else "left", no_wrap=True)
    return made


def solves() -> Table:
    """One solve from nothing in a warm process, and all of Fig. 4 at one cutoff."""
    result = table("Steady states", "what", "time / ms", "target / ms", "of target", "evaluations")

    def row(name: str, elapsed: float, target: float, evaluations: int) -> None:
        result.add_row(
            name,
            f"{1e3 * elapsed:.1f}",
            f"{1e3 * target:.0f}",
            f"{elapsed / target:.2f}",
            str(evaluations),
        )

    for arguments in (
        (0.0, 1e-3, 0.0),
        (0.0, 1e-3, 1e-5),
        (0.0, 1e-3, 5e-4),
        (0.0, 1e-3, 5e-4, 0.05),
        (-1.0, 1e-3, 2.1e-5),
        (1.0, 1e-3, 3.1e-6),
        (0.0, 1e-6, 5e-7),
    ):
        parameters = Parameters(*arguments)
        state = solve_steady_state(parameters)
        name = (
            f"inv_kfa {parameters.inv_kfa:g}, gamma_b {parameters.gamma_b:g}, "
            f"ratio {parameters.ratio:g}, T {parameters.temperature:g}"
        )
        elapsed = seconds(functools.partial(solve_steady_state, parameters), 7)
        row(name, elapsed, 0.05, state.evaluations)
    rates = 1e-3 * np.linspace(0.0, 1.1, 200)
    branch = trace_steady_states(Parameters(0.0), rates)
    last = next(state for state in reversed(branch.states) if state is not None)
    elapsed = seconds(lambda: trace_steady_states(Parameters(0.0), rates), 3)
    row("Fig. 4: 200 rates at one cutoff", elapsed, 5.0, last.evaluations)
    return result


def linewidths() -> Table:
    """One evaluation of the equations: its cost grows with the logarithm of 1/gamma."""
    result = table("Equations and derivatives", "gamma_b", "nodes", "time / ms", "to 1e-2")
    first = None
    for exponent in range(-2, -9, -1):
        parameters = Parameters(0.0, 10.0**exponent)
        at = Unknowns(0.63, 0.56, 0.631)

        def call(parameters: Parameters = parameters, at: Unknowns = at) -> object:
            return evaluate_equations(parameters, parameters.gamma_b / 100, at)

        elapsed = seconds(call, 41)
        first = first or elapsed
        nodes = evaluate_equations(parameters, parameters.gamma_b / 100, at).nodes
        result.add_row(
            f"1e{exponent}", str(nodes), f"{1e3 * elapsed:.2f}", f"{elapsed / first:.2f}"
        )
    return result


def step_kernel() -> Table:
    """Compare the generated kernel for T = 0 with plain lambdify of the same closed forms."""
    import sympy as sp

    from derive import symbols
    from derive.model.reservoirs import fermi_reservoir
    from derive.model.steady_state import gap_kernel, number_kernel

    gamma = symbols.linewidth
    bath = fermi_reservoir("bath", sp.S.One, symbols.edge)
    forms = [gap_kernel([bath], linewidth=gamma), number_kernel([bath], linewidth=gamma)]
    variables = (symbols.xi, symbols.gap, gamma, symbols.edge)
    derivatives = [sp.diff(form, by) for by in variables for form in forms]

    xi = np.linspace(-0.5, 400.0, MOMENTA)
    scalars = (0.63, 1e-3, 0.631)
    plain = sp.lambdify(variables, forms, "numpy")
    shared = sp.lambdify(variables, forms, "numpy", cse=True)
    all_plain = sp.lambdify(variables, forms + derivatives, "numpy")
    all_shared = sp.lambdify(variables, forms + derivatives, "numpy", cse=True)
    gap, number = plain(xi, *scalars)
    generated = evaluate(kernels.step, xi, *scalars)
    for value, exact in zip(generated, (gap.real, gap.imag, number.real), strict=False):
        # the closed forms cancel at large momenta, where the generated ones do not
        if np.abs(value - exact).max() > 1e-9 * np.abs(exact).max():
            raise AssertionError("the generated kernel differs from the closed form")

    result = table(
        f"Kernel `step`, {MOMENTA} momenta", "what", "ns per point", "to generated", "outputs"
    )
    base = seconds(lambda: evaluate(kernels.step, xi, *scalars), 15)
    for name, call, outputs, repeats in (
        ("generated, in chunks", lambda: evaluate(kernels.step, xi, *scalars), "3 + 12", 15),
        ("generated, at once", lambda: kernels.step(xi, *scalars), "3 + 12", 7),
        ("lambdify", lambda: plain(xi, *scalars), "3", 5),
        ("lambdify, cse", lambda: shared(xi, *scalars), "3", 5),
        ("lambdify, derivatives too", lambda: all_plain(xi, *scalars), "3 + 12", 2),
        ("lambdify, derivatives too, cse", lambda: all_shared(xi, *scalars), "3 + 12", 3),
    ):
        elapsed = seconds(call, repeats)
        result.add_row(name, f"{1e9 * elapsed / MOMENTA:.0f}", f"{elapsed / base:.1f}", outputs)
    return result


def best_of(runs: int, program: str) -> float:
    """Return the shortest time that a program, run by itself, prints."""
    return min(
        float(
            subprocess.run(
                [sys.executable, "-c", program], capture_output=True, text=True, check=True
            ).stdout.split()[-1]
        )
        for _ in range(runs)
    )


#: The seconds of the processor that a statement takes, whatever else the machine does.
TIMED = """
import time
start = time.process_time()
{}
print(time.process_time() - start)
"""


#: The seconds of the processor that the command line takes to tell what it does.
HELP = """
import resource, subprocess, sys
program = "import sys; from numerics.cli import main; sys.exit(main())"
command = [sys.executable, "-c", program, "--help"]
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
spent = resource.getrusage(resource.RUSAGE_CHILDREN)
print(spent.ru_utime + spent.ru_stime)
"""


def start_up() -> Table:
    """Imports, and the derivation of the kernels with their generation."""
    result = table(
        "Start-up, each in a process of its own, one core", "what", "time / s", "target / s"
    )
    result.add_row("import numerics", f"{best_of(5, TIMED.format('import numerics')):.3f}", "0.3")
    result.add_row("nambu --help", f"{best_of(5, HELP):.3f}", "0.3")
    result.add_row("import derive", f"{best_of(2, TIMED.format('import derive')):.3f}", "")
    generate = "from derive.build import generate; generate.differences()"
    result.add_row(
        "derive and generate all kernels", f"{best_of(1, TIMED.format(generate)):.1f}", "30"
    )
    return result


#: Check all records in two processes; print the whole time and that of the slowest record.
LEDGER = """
import time
from concurrent.futures import ProcessPoolExecutor
from derive.hanai2017 import ledger
from derive.hanai2017.verification import outcomes
if __name__ == "__main__":
    start = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        found = list(outcomes([record.id for record in ledger()], pool))
    assert all(outcome.holds for outcome in found)
    slowest = max(found, key=lambda outcome: outcome.seconds)
    print(slowest.id, slowest.seconds, time.perf_counter() - start)
"""


def checked_ledger() -> Table:
    """Check every record of the ledger in two processes."""
    command = [sys.executable, "-c", LEDGER]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    number, longest, whole = printed.split()[-3:]
    result = table("Ledger, two processes", "what", "time / s", "target / s")
    result.add_row("all records", f"{float(whole):.0f}", "60")
    result.add_row(f"the slowest record, ({number})", f"{float(longest):.1f}", "10")
    return result


def drawn_states() -> Table:
    """Draw steady states as tests of users do; each is solved once."""
    from hypothesis import Phase, given, settings

    from numerics import strategies

    count = 50

    @given(strategies.steady_states())
    @settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate])
    def draw(state: SteadyState) -> None:
        pass

    start = time.process_time()
    draw()
    elapsed = (time.process_time() - start) / count
    result = table("Strategies", "what", "time / ms", "target / ms")
    result.add_row("a steady state, drawn and solved", f"{1e3 * elapsed:.0f}", "100")
    return result


def notebooks() -> Table:
    """Execute every notebook, its kernel's start included."""
    from tests.notebook_runner import execute, sources

    result = table("Notebooks", "what", "time / s", "target / s")
    for source in sources():
        start = time.perf_counter()
        execute(source)
        result.add_row(source.stem, f"{time.perf_counter() - start:.1f}", "20")
    return result


def write(tables: Sequence[Table], path: Path) -> None:
    """Write tables into a file as JSON, with the machine that they are of."""
    kept = {}
    for made in tables:
        columns = [[str(column.header), *map(str, column.cells)] for column in made.columns]
        header, *rows = zip(*columns, strict=True)
        kept[str(made.title)] = [dict(zip(header, row, strict=True)) for row in rows]
    path.write_text(json.dumps({"machine": machine(), "tables": kept}, indent=1) + "\n")


def machine() -> dict[str, object]:
    """Return what the times depend on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    known = dict(line.split(":", 1) for line in lines if ":" in line)
    entries = {name.strip(): value.strip() for name, value in known.items()}
    vectors = [x for x in ("sse2", "avx2", "avx512f") if x in entries.get("flags", "").split()]
    return {
        "processor": entries.get("model name", platform.machine()),
        "vectors": vectors,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "backend": backend(),
        "version": numerics.__version__,
    }


def main() -> None:
    """Print all tables; with an argument, write them into that file as JSON, too."""
    from tests import (
        bench_backends,
        bench_compile,
        bench_export,
        bench_frequency,
        bench_response,
        bench_scans,
        bench_searches,
    )

    console = Console(width=100)
    exports = bench_export.TABLES
    ours = (solves, linewidths, step_kernel)
    whole = (*bench_scans.TABLES, start_up, checked_ledger, drawn_states, notebooks)
    symbolic = (*bench_frequency.TABLES, *bench_compile.TABLES)
    kept: list[Table] = []
    responses = (*bench_response.TABLES, *bench_backends.TABLES, *bench_searches.TABLES)
    for part in (*ours, *responses, *exports, *symbolic, *whole):
        made = part()
        console.print(made)
        console.print()
        kept.append(made)
        # what is there is kept, should a later one fail
        for name in sys.argv[1:]:
            write(kept, Path(name))


if __name__ == "__main__":
    main()
