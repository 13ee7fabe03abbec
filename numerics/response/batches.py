"""Results at many points, some points at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.response.fluctuation import Points
from numerics.results import FullResult, Sampled
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Points (q, omega) done at a time.
_BATCH = 256

#: Computes results at wave numbers and frequencies, shape (n,) each.
Pick = Callable[[SteadyState, Array, Complex], Sampled]


def in_batches(
    state: SteadyState, q: ArrayLike, omega: ArrayLike, pick: Pick, shape: tuple[int, ...]
) -> Sampled:
    """Return results at points that are broadcast, with what the state's occupations leave open.

    Parameters
    ----------
    state : SteadyState
    q, omega : array_like
        As of the callers.
    pick : callable
    shape : tuple of int
        That of the value at each point.
    """
    points = Points.of(state, q, omega)
    batches = [
        pick(state, points.q[k : k + _BATCH], points.omega[k : k + _BATCH])
        for k in range(0, points.q.size, _BATCH)
    ]
    if not batches:
        empty = np.empty((0, *shape))
        batches = [FullResult(empty + 0j, empty, np.empty(0, np.int64), np.empty(0, np.str_))]
    result: Sampled = FullResult(
        *(
            np.concatenate(c).reshape(points.shape + c[0].shape[1:])
            for c in zip(*batches, strict=True)
        )
    )
    coarser = state.coarser()
    if coarser is not None:
        # what the error of an occupation of the user's own does
        other = in_batches(coarser, q, omega, pick, shape)
        result = result._replace(
            error=result.error + np.abs(result.value - other.value),
            evaluations=result.evaluations + other.evaluations,
        )
    return result
