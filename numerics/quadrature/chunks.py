"""Evaluates generated kernels on arrays, in pieces that fit into the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Elements per piece: a few tens of temporaries of this size stay in the second-level cache.
CHUNK = 8192


def evaluate(
    kernel: Callable[..., tuple[Any, ...]], x: NDArray[np.float64], *scalars: float
) -> NDArray[np.float64]:
    """Evaluate a kernel at many values of its first argument.

    Parameters
    ----------
    kernel : callable
        A generated kernel.
    x : ndarray, shape (n,)
        First argument.
    *scalars : float
        The other arguments, common to all values.

    Returns
    -------
    ndarray, shape (outputs, n)
    """
    result: NDArray[np.float64] | None = None
    for start in range(0, x.size, CHUNK):
        part = slice(start, start + CHUNK)
        values = kernel(x[part], *scalars)
        if result is None:
            result = np.empty((len(values), x.size))
        for row, value in zip(result, values, strict=True):
            row[part] = value
    if result is None:
        raise ValueError("x = [] is outside its domain: at least one value")
    return result
