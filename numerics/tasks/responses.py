"""Responses at many points (q, omega), in pieces that an executor may share among processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.results import FullResult, Sampled

#: Points in a piece, as many as are integrated together: enough for the vector operations, few
#: enough that the processes finish at about the same time.
_PIECE = 256

#: Result at as many pairs of wave number and frequency; an executor of processes pickles it.
Response = Callable[[NDArray[Any], NDArray[Any]], Sampled]


def evaluate_points(
    function: Response, q: ArrayLike, omega: ArrayLike, executor: Executor | None = None
) -> Sampled:
    """Return a response at each pair of wave number and frequency.

    The pieces, and with them the results to the last bit, depend neither on the executor nor on
    the number of its workers.

    Parameters
    ----------
    function : callable
        Returns the `FullResult` at arrays of wave numbers and frequencies of the same shape (n,).
    q, omega : array_like
        Broadcast against each other; the result has their shape.
    executor : concurrent.futures.Executor, optional
        Evaluates the pieces, and is left open; without one they are done one after another here.

    Returns
    -------
    FullResult

    Raises
    ------
    Exception
        What the function raises; pieces that have not begun are cancelled.

    Examples
    --------
    >>> from functools import partial
    >>> from numerics import Parameters, fluctuation_matrix, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0))
    >>> function = partial(fluctuation_matrix, state, full=True)
    >>> evaluate_points(function, [0.1, 0.2], [[0.0], [0.1], [0.3]]).value.shape
    (3, 2, 2, 2)
    """
    wave, frequency = np.broadcast_arrays(np.asarray(q), np.asarray(omega))
    shape, waves, frequencies = wave.shape, wave.ravel(), frequency.ravel()
    # no points are one piece, whose result tells the shape of a value
    pieces = [slice(k, k + _PIECE) for k in range(0, max(waves.size, 1), _PIECE)]
    arguments = ([waves[piece] for piece in pieces], [frequencies[piece] for piece in pieces])
    results = map(function, *arguments) if executor is None else executor.map(function, *arguments)
    columns = zip(*results, strict=True)
    return FullResult(*(np.concatenate(c).reshape(shape + c[0].shape[1:]) for c in columns))
