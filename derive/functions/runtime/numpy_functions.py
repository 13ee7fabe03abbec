"""Functions of compiled expressions for NumPy: quick where points are apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from derive.functions.runtime.array_functions import (
    digamma_integral,
    log_integral,
    points,
    polygamma,
)

#: Terms that are together this much larger than their sum have lost digits in it.
_CANCELLATION = 8.0


def log_difference(*parts: Any) -> Any:
    """Return the divided difference of log over points within a half-plane."""
    return _difference(np.log, log_integral, parts)


def digamma_difference(*parts: Any) -> Any:
    """Return the divided difference of the digamma function in the right half-plane."""
    return _difference(_digamma_of, digamma_integral, parts)


def _digamma_of(z: Any) -> Any:
    return polygamma(0, z.real, z.imag)


def _difference(
    function: Callable[[Any], Any], integral: Callable[..., Any], parts: tuple[Any, ...]
) -> Any:
    """Return a divided difference as a sum over points, or as an integral where that cancels."""
    z = points(np.broadcast_arrays(*np.atleast_1d(*parts)))
    total, size = 0 * z[0], 0 * np.abs(z[0])
    with np.errstate(all="ignore"):
        for k, point in enumerate(z):
            term = function(point)
            for j, other in enumerate(z):
                if j != k:
                    term = term / (point - other)
            total, size = total + term, size + np.abs(term)
        cancelled = ~(size <= _CANCELLATION * np.abs(total)) | ~np.isfinite(size)
    if cancelled.any():
        given = [part for p in z for part in (p[cancelled].real, p[cancelled].imag)]
        total[cancelled] = integral(*given)
    return total.reshape(np.broadcast_shapes(*map(np.shape, parts)))[()]
