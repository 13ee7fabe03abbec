"""Compiles what is kept on disk: `python -m tests.compile_kernels [-n PROCESSES]`.

In a fresh clone each process of the tests would compile the kernels that it comes to first, some of
them beside another process that does the same.  `make test` compiles each once, beside its lint.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from numerics import (
    Parameters,
    evaluation,
    fluctuation_matrix,
    kernels,
    pair_correlation,
    solve_steady_state,
)
from numerics.steady.frequency_sums import state_integrals

#: What no fast test asks for, a fifth of the time: slow tests compile it when they come to it.
_LATER = {("film_vertices", name) for name in ("currents", "noise_currents", "pinched_currents")}
_BLOCK = re.compile(r"^def (\w+)_block\(", re.MULTILINE)


def blocks() -> list[tuple[str, str]]:
    """Return module and program of kernels for blocks of points, the longest files first."""
    folder = Path(kernels.__file__).parent
    texts = {path: path.read_text(encoding="utf-8") for path in folder.glob("*_vector.py")}
    return [
        (path.stem.removesuffix("_vector"), program)
        for path in sorted(texts, key=lambda path: (-len(texts[path]), path))
        # later kernels of a file are the longer ones
        for program in reversed(_BLOCK.findall(texts[path]))
        if (path.stem.removesuffix("_vector"), program) not in _LATER
    ]


def compile_block(module: str, program: str) -> None:
    """Compile a kernel for blocks of points."""
    evaluation.compiled_kernel(module, program)


def loops() -> None:
    """Compile the loops around kernels, which follow from what they are called with."""
    state = solve_steady_state(Parameters(-1.0, 1e-3, 1e-4))
    fluctuation_matrix(state, 0.1, 0.1j)
    pair_correlation(state, 0.1, 0.1, "intra")
    state_integrals(state.carriers, 100.0)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.compile_kernels", description=__doc__)
    parser.add_argument("-n", type=int, default=1, metavar="PROCESSES", dest="processes")
    processes = parser.parse_args().processes
    if evaluation.backend() != "numba":
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        tasks = [pool.submit(loops), *(pool.submit(compile_block, *block) for block in blocks())]
        for task in tasks:
            task.result()


if __name__ == "__main__":
    main()
