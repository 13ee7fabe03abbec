"""Steady states along a parameter: along the decay rate of the paper's model, or along any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from numerics.domain import instance, listed, outside, reals
from numerics.errors import NoCondensate
from numerics.kept import Pictured
from numerics.parameters import Parameters, Setting
from numerics.results import Status
from numerics.steady.branch import states_along
from numerics.steady.curve import Curve, steady_curve
from numerics.steady.solution import require_model, residual_tolerance
from numerics.steady.state import SteadyState

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Branch(Pictured):
    """Steady states along the decay rate.

    Parameters
    ----------
    gamma_v : ndarray, shape (n,)
        The decay rates asked for.
    states : tuple of SteadyState or None
        The states; None where the branch has ended.
    end : float or None
        The decay rate at which the branch ends, if that is below the largest asked for.
    status : str
        Why the branch ended, or "complete" where it did not.
    """

    gamma_v: Array
    states: tuple[SteadyState | None, ...]
    end: float | None
    status: str


@overload
def trace_steady_states(
    parameters: Parameters, gamma_v: Iterable[float], *, rtol: float = ...
) -> Branch: ...
@overload
def trace_steady_states(
    parameters: Setting, *, along: str, values: Iterable[float], rtol: float = ...
) -> Curve: ...
def trace_steady_states(
    parameters: Setting,
    gamma_v: Iterable[float] | None = None,
    *,
    along: str | None = None,
    values: Iterable[float] | None = None,
    rtol: float = 1e-10,
) -> Branch | Curve:
    """Solve for steady states at many values of a parameter by following them once.

    Along the decay rate of the paper's model the branch ends where the condensate does.  Along any
    other parameter of any model the curve of states is followed past the folds where it turns back,
    so that several states may belong to one value.

    Parameters
    ----------
    parameters : Parameters or Model
        The model; its own value of the parameter is not used.
    gamma_v : iterable of float, optional
        Decay rates of the paper's model, not negative and ascending.
    along : str, optional
        The parameter in place of the decay rate: "gamma_v", "inv_kfa", "temperature" ... of
        `Parameters`; "reservoirs.NAME.mu", "reservoirs.NAME.rate", "coupling.inv_kfa" ... of a
        `Model`.
    values : iterable of float, optional
        Its values, ascending or descending.  The curve begins at the first with the state of
        `solve_steady_state`, and ends behind the last, or where it comes back to the first.
    rtol : float
        As in `solve_steady_state`.

    Returns
    -------
    Branch, or Curve with `along`

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    NoCondensate, ConvergenceError
        As in `solve_steady_state`, if there is no state even at gamma_v = 0, or at the first value.

    Examples
    --------
    >>> from numerics import Contact, Model, Parameters, Reservoir, trace_steady_states
    >>> branch = trace_steady_states(Parameters(0.0), [0.0, 2e-4, 2e-3])
    >>> [state is not None for state in branch.states]
    [True, True, False]
    >>> baths = [Reservoir("left", 1e-3), Reservoir("right", 1e-3, mu=0.5)]
    >>> curve = trace_steady_states(
    ...     Model(Contact(0.0), baths), along="reservoirs.right.mu", values=[0.6, 0.7, 0.8]
    ... )
    >>> [len(states) for states in curve.states]
    [1, 1, 1]
    """
    if along is not None or values is not None:
        if gamma_v is not None or along is None:
            raise outside("along", along, "a parameter with its values, in place of gamma_v")
        require_model(parameters)
        return steady_curve(parameters, along, values, residual_tolerance(rtol))
    parameters = instance("parameters", parameters, Parameters)
    rtol = residual_tolerance(rtol)
    domain = "decay rates, 0 or greater (ε_F), none smaller than the one before it"
    rates = reals("gamma_v", listed("gamma_v", gamma_v, domain), domain, lambda x: x >= 0)
    if rates.ndim != 1 or (rates[1:] < rates[:-1]).any():
        raise outside("gamma_v", gamma_v, domain)
    wanted = tuple(parameters.replace(gamma_v=value).gamma_v for value in rates.tolist())
    states: list[SteadyState | None] = []
    end: float | None = None
    status: str = Status.COMPLETE
    for state in states_along(parameters, wanted, rtol):
        if isinstance(state, NoCondensate):
            states.append(None)
            end, status = state.end, str(state)
        else:
            states.append(state)
    return Branch(np.array(wanted), tuple(states), end, status)
