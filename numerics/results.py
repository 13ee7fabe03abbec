"""What the functions return that compute by quadrature."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Verdicts on a mode, or on the fastest of all: Im(omega) is positive, or negative, by more than
#: its error; or neither is known.
GROWS, DECAYS, UNDECIDED = "grows", "decays", "undecided"


class FullResult(NamedTuple):
    """A value with what is known about how it was computed.

    Parameters
    ----------
    value : ndarray, shape (...) or (..., 2, 2)
    error : ndarray, like `value`
        Bound of the absolute error of each element: quadrature and rounding.
    evaluations : ndarray of int, shape (...)
        Evaluations of the integrand.
    status : ndarray of str, shape (...)
        "converged"; "rounding", where the tolerance is below what rounding allows and that was
        reached instead; or "not converged".
    """

    value: NDArray[Any]
    error: NDArray[np.float64]
    evaluations: NDArray[np.int64]
    status: NDArray[np.str_]
