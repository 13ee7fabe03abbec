"""What functions return that compute by quadrature or iteration, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, Generic, Literal, NamedTuple, Protocol, TypeVar, cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.kept import Kept
from numerics.words import Status, Verdict

Value = TypeVar("Value")
Error = TypeVar("Error")
Count = TypeVar("Count")
Words = TypeVar("Words")
State_contra = TypeVar("State_contra", contravariant=True)
Value_co = TypeVar("Value_co", covariant=True)


__all__ = [
    "DECAYS",
    "GROWS",
    "UNDECIDED",
    "FullResult",
    "Response",
    "Sampled",
    "Status",
    "Verdict",
    "also_full",
    "statuses",
]

#: How a quadrature ends: reached, reached up to rounding, or missed.
_ENDS = np.array([Status.CONVERGED, Status.ROUNDING, Status.NOT_CONVERGED])

GROWS, DECAYS, UNDECIDED = Verdict.GROWS, Verdict.DECAYS, Verdict.UNDECIDED


class _Full(NamedTuple, Generic[Value, Error, Count, Words]):
    value: Value
    error: Error
    evaluations: Count
    status: Words


class FullResult(Kept, _Full[Value, Error, Count, Words]):
    """A value with what is known about how it was computed.

    Parameters
    ----------
    value : ndarray, shape (...) or (..., 2, 2); or a SteadyState, Hydrodynamics
    error : ndarray, like `value`; or what has the errors of the numbers in `value`
        Bound of the absolute error of each element: quadrature and rounding.
    evaluations : ndarray of int, shape (...); or int
        Evaluations of the integrand, or of the equations.
    status : ndarray of str, shape (...); or Status
        "converged"; "rounding", where the tolerance is below what rounding allows and that was
        reached instead; or "not converged".
    """

    __slots__ = ()


#: At many points: an error, a number and a status for each.
Sampled = FullResult[NDArray[Any], NDArray[np.float64], NDArray[np.int64], NDArray[np.str_]]


class Response(Protocol[State_contra, Value_co]):
    """A function of a state, q and omega that has parts: the value, or with `full` all about it."""

    @overload
    def __call__(
        self,
        state: State_contra,
        q: ArrayLike,
        omega: ArrayLike,
        part: str = ...,
        *,
        rtol: float = ...,
        full: Literal[False] = ...,
    ) -> Value_co: ...
    @overload
    def __call__(
        self,
        state: State_contra,
        q: ArrayLike,
        omega: ArrayLike,
        part: str = ...,
        *,
        rtol: float = ...,
        full: Literal[True],
    ) -> Sampled: ...


def also_full(
    function: Callable[Concatenate[State_contra, ...], Value_co | Sampled],
) -> Response[State_contra, Value_co]:
    """Return a function as it is; its type tells which of both it returns."""
    return cast(Response[State_contra, Value_co], function)


def statuses(missed: ArrayLike, limited: ArrayLike) -> NDArray[np.str_]:
    """Return the status of each point: missed the tolerance, limited by rounding, or converged."""
    which = np.where(missed, 2, np.asarray(limited, dtype=np.int64))
    return np.asarray(_ENDS[which])
