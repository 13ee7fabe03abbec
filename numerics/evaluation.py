"""What evaluates the kernels of M: NumPy, or loops that Numba compiles and keeps on disk."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics import domain

Array = NDArray[np.float64]

#: The environment variable that holds the choice: worker processes inherit it.
VARIABLE = "NAMBU_BACKEND"
_BACKENDS = ("numba", "numpy")


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
    if VARIABLE not in os.environ:
        return "numba" if _installed() else "numpy"
    return _available(VARIABLE, os.environ[VARIABLE])


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
    blocks, outputs = _compiled(module, program)
    # one array of all arguments: the compiled loop is for one layout
    rows = np.empty((len(arguments), *np.broadcast_shapes(*map(np.shape, arguments))))
    for row, argument in zip(rows, arguments, strict=True):
        row[...] = argument
    results = np.empty((outputs, rows.shape[1]))
    blocks(rows, results)
    return results


def _available(what: str, name: object) -> str:
    chosen = domain.choice(what, name, _BACKENDS)
    if chosen == "numba" and not _installed():
        raise ValueError(f"{what} = 'numba' needs Numba: install nambu[fast]")
    return chosen


@functools.cache
def _installed() -> bool:
    return importlib.util.find_spec("numba") is not None


@functools.cache
def _compiled(module: str, program: str) -> tuple[Callable[[Array, Array], None], int]:
    """Return the loop over blocks of a kernel, and the number of its outputs."""
    from numba import njit

    kernels = importlib.import_module(f"numerics.kernels.{module}_vector")
    loop, outputs = (
        getattr(kernels, f"{program}_blocks"),
        getattr(kernels, f"{program.upper()}_OUTPUTS"),
    )
    try:
        compiled = njit(cache=True, nogil=True, error_model="numpy")(loop)
    except RuntimeError:
        # no folder that can be written: it is compiled again by every process
        compiled = njit(nogil=True, error_model="numpy")(loop)
    return compiled, len(outputs)
