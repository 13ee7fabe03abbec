"""Time results against an earlier commit: `python -m tests.bench_before COMMIT FILE [WORD ...]`.

Each is computed by both on one core, one after the other, the earlier one from its files in a
folder of its own, with the same installed packages; the ratios are written into a file as JSON.
With words, only what has one of them in its name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import machine, table, write
from tests.bench_reproduce import ROOT, extracted

#: What M in batches may take, with and without vectors of eight numbers.
BATCH = 1 / 7 if "avx512f" in machine()["vectors"] else 1 / 5

#: Names, what to compute, the largest ratio aimed at.  `state` keeps what it solved.
CASES: tuple[tuple[str, str, float | None], ...] = (
    *(
        (f"M, {count} points", f"matrices({count})", target)
        for count, target in ((1, 1 / 4), (26, BATCH), (256, BATCH))
    ),
    ("map of 64 x 64", "picture('all')", BATCH),
    ("map of 16 x 16, inter-band", "picture('inter', 16)", None),
    *(
        (f"growth rate at {arguments}", f"growth_rate(state{arguments})", 1 / 6)
        for arguments in ((-1.0, 1e-3, 1e-5), (0.0, 1e-3, 1e-4), (1.0, 1e-3, 1e-4))
    ),
    *(
        (f"modes of {arguments} at q = {q:g}", f"collective_mode(state{arguments}, {q})", 1 / 20)
        for arguments, q in (
            ((-1.0, 1e-3, 1e-5), 0.05),
            ((0.0, 1e-3, 1e-4), 0.1),
            ((0.0, 1e-3, 1e-4), 0.5),
            ((1.0, 1e-3, 1e-4), 0.3),
        )
    ),
    *(
        (f"boundary {kind} at {inv}", f"find_boundary('{kind}', {inv})", 1 / 4)
        for kind, inv in (("A", 0.5), ("A", 1.0), ("B", -1.0), ("B", 0.0), ("C", -2.0), ("C", -1.5))
    ),
    *(
        (f"state at {arguments}", f"solve_steady_state(Parameters{arguments})", 1 / 3)
        for arguments in (
            (-1.0, 1e-3, 2.1e-5),
            (0.0, 1e-3, 5e-4),
            (1.0, 1e-3, 3.1e-6),
            (0.0, 1e-6, 5e-7),
            (0.0, 1e-3, 5e-4, 0.05),
        )
    ),
)

#: Compute one of them again and again; print the least seconds of the processor.
PROGRAM = """
import functools, sys, time
import numpy as np
from numerics import Parameters, collective_mode, find_boundary, fluctuation_matrix
from numerics import growth_rate, solve_steady_state
try:
    from numerics.response.amplitude_spectrum import spectral_function
except ImportError:
    from numerics.amplitude_spectrum import spectral_function

@functools.cache
def state(*arguments):
    return solve_steady_state(Parameters(*arguments))

def matrices(count):
    draw = np.random.default_rng(16)
    q, omega = draw.uniform(0.01, 1, count), draw.uniform(0, 1, count)
    return fluctuation_matrix(state(-1.0, 1e-3, 2.1e-5), q, omega, rtol=1e-8)

def picture(part, side=64):
    q, omega = (x * (np.arange(side) + 0.5) / side for x in (2.0, 3.0))
    return spectral_function(state(1.0, 1e-3, 1e-4), *np.meshgrid(q, omega), part, rtol=1e-6)

def call():
    return eval(code)

code = compile(sys.argv[1], "case", "eval")
times = []
call()
while len(times) < 3 or (sum(times) < 1 and len(times) < 50):
    start = time.process_time()
    call()
    times.append(time.process_time() - start)
print(min(times))
"""


def least(source: Path, code: str) -> float:
    """Return the least seconds of one core, compilation apart, that a source takes."""
    environment = os.environ | {
        "PYTHONPATH": str(source),
        "OPENBLAS_NUM_THREADS": "1",
        "NAMBU_THREADS": "1",
    }
    command = [sys.executable, "-c", PROGRAM, code]
    run = subprocess.run(
        command, cwd=source, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(run.stdout)


def compared(commit: str, words: list[str]) -> Table:
    """Return the times of both, and how they are to each other."""
    heads = ("what", "before / ms", "now / ms", "ratio", "target")
    result = table(f"Against {commit}, one core", *heads)
    with tempfile.TemporaryDirectory() as name:
        before = extracted(commit, Path(name))
        for title, code, target in CASES:
            if words and not any(word in title for word in words):
                continue
            old, new = (1e3 * least(source, code) for source in (before, ROOT))
            cells = (f"{x:.3g}" for x in (old, new, new / old))
            result.add_row(title, *cells, "" if target is None else f"{target:.3g}")
    return result


def main() -> int:
    """Run the command line; return the exit status."""
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    commit, file, *words = sys.argv[1:]
    found = compared(commit, words)
    Console(width=100).print(found)
    write([found], Path(file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
