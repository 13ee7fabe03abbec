"""What evaluates the kernels of M: NumPy, or loops that Numba compiles and keeps on disk."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics import domain

Array = NDArray[np.float64]

#: The environment variable that holds the choice: worker processes inherit it.
VARIABLE = "NAMBU_BACKEND"
_BACKENDS = ("numba", "numpy")
#: The one that holds the number of threads, and the most of them: more is a slip of the pen.
THREADS = "NAMBU_THREADS"
MOST_THREADS = 1024


def backend(name: str | None = None) -> str:
    """Return what evaluates the kernels of M; set it first if a name is given.

    Numba is used where it is installed (the extra `fast`).  It compiles a kernel when it is first
    needed, within some seconds, and keeps it on disk.  Results agree within their errors.

    Parameters
    ----------
    name : {"numpy", "numba"}, optional
        Choice for this process and those that it starts; the environment variable NAMBU_BACKEND
        holds it.

    Raises
    ------
    ValueError
        If there is no such backend, or Numba is not installed.

    Examples
    --------
    >>> before = backend()
    >>> backend("numpy")
    'numpy'
    >>> backend(before) == before
    True
    """
    if name is not None:
        os.environ[VARIABLE] = _available("name", name)
    chosen = os.environ.get(VARIABLE)
    if chosen is None:
        return "numba" if _installed() else "numpy"
    return _available(VARIABLE, chosen)


def threads(count: int | None = None) -> int:
    """Return how many threads the compiled loops may use; set it first if a number is given.

    Results are the same to the last bit for any number.  By default there is one for each processor
    that this process may use, but one alone in processes that were started to share work, such as
    those of `multiprocessing`: they are as many as there is room for already.

    Parameters
    ----------
    count : int, optional
        From 1 to 1024: choice for this process and those that it starts, which the environment
        variable NAMBU_THREADS holds.  The workers of scans and figures use one each all the same.

    Raises
    ------
    ValueError
        If the number, or the variable, is outside its domain.

    Examples
    --------
    >>> before = threads()
    >>> threads(2)
    2
    >>> threads(before) == before
    True
    """
    if count is not None:
        os.environ[THREADS] = str(domain.integer("count", count, 1, MOST_THREADS))
    text = os.environ.get(THREADS)
    if text is None:
        return _processors()
    number: object = int(text) if text.isascii() and text.isdecimal() else text
    return domain.integer(THREADS, number, 1, MOST_THREADS)


def in_threads(task: Callable[[slice], None], size: int, least: int) -> None:
    """Do a task, which does not hold the interpreter, on all of so many things.

    Parameters
    ----------
    task : callable
        Does a slice of them.
    size : int
        How many there are.
    least : int
        For how many of them a thread is worth its start.
    """
    number = size // least
    if number > 1:
        number = min(number, threads())
    if number <= 1:
        task(slice(0, size))
        return
    ends = [size * k // number for k in range(number + 1)]
    mine, *others = (slice(*two) for two in itertools.pairwise(ends))
    # threads of this call alone: those that are kept are missing from a copy of the process
    with ThreadPoolExecutor(number - 1) as pool:
        waiting = [pool.submit(task, some) for some in others]
        task(mine)
    for other in waiting:
        other.result()


def evaluate(module: str, program: str, *arguments: Any) -> Array:
    """Return the outputs of a generated kernel.

    Parameters
    ----------
    module, program : str
        Names of the generated module and of the kernel in it.
    *arguments : array_like
        Broadcast against each other to shape (n,).

    Returns
    -------
    ndarray, shape (outputs, n)
    """
    if backend() == "numpy":
        kernel = getattr(importlib.import_module(f"numerics.kernels.{module}_numpy"), program)
        return np.array(kernel(*arguments))
    kernel, outputs = compiled_kernel(module, program)
    # one array of all arguments: the compiled loop is for one layout
    rows = np.empty((len(arguments), max(map(np.size, arguments))))
    for k, argument in enumerate(arguments):
        rows[k] = argument
    results = np.empty((outputs, rows.shape[1]))
    compiled_loop("apply_kernel")(kernel, rows, results)
    return results


def _available(what: str, name: object) -> str:
    chosen = domain.choice(what, name, _BACKENDS)
    if chosen == "numba" and not _installed():
        raise ValueError(f"{what} = 'numba' needs Numba: install nambu[fast]")
    return chosen


def _processors() -> int:
    """Return how many processors there are for the threads of this process."""
    from multiprocessing import parent_process

    if parent_process() is not None:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def _installed() -> bool:
    return importlib.util.find_spec("numba") is not None


@functools.cache
def compiled_kernel(module: str, program: str) -> tuple[Any, int]:
    """Return a kernel, compiled for blocks of points, and the number of its outputs."""
    from numba import cfunc

    kernels = importlib.import_module(f"numerics.kernels.{module}_vector")
    block = getattr(kernels, f"{program}_block")
    outputs = getattr(kernels, f"{program.upper()}_OUTPUTS")
    return _kept(functools.partial(cfunc, "void(CPointer(float64))"), block), len(outputs)


@functools.cache
def compiled(function: Callable[..., Any]) -> Any:
    """Return a function that is written for it, compiled by Numba."""
    from numba import njit

    return _kept(functools.partial(njit, nogil=True), function)


@functools.cache
def compiled_loop(name: str) -> Any:
    """Return one of the loops around kernels, compiled."""
    return compiled(getattr(importlib.import_module("numerics.kernels.loops_vector"), name))


def _kept(compiler: Callable[..., Any], function: Callable[..., Any]) -> Any:
    """Compile a function, and keep it on disk if there is a folder that can be written."""
    try:
        return compiler(cache=True, error_model="numpy")(function)
    except RuntimeError:
        # every process compiles it again
        return compiler(error_model="numpy")(function)
