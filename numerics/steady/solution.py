"""The uniform steady state: solves the gap equation (33) and the number equation (34)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
from numpy.typing import NDArray

from numerics.domain import instance, listed, outside, reals, tolerance
from numerics.errors import NoCondensate
from numerics.kept import Pictured
from numerics.model import Model
from numerics.parameters import Parameters, Setting
from numerics.results import FullResult, Status
from numerics.solve.continuation import newton
from numerics.steady.branch import finished, states_along
from numerics.steady.equations import Unknowns
from numerics.steady.scaling import Equations, Restricted
from numerics.steady.state import SteadyState

if TYPE_CHECKING:
    from numerics.steady.curve import Curve

__all__ = [
    "Branch",
    "Solution",
    "SteadyState",
    "solve_nearby",
    "solve_steady_state",
    "trace_steady_states",
]

Array = NDArray[np.float64]

#: A state is close to another one if their order parameters differ by a smaller factor than this.
_NEARBY = 0.5


#: With the errors of gap, mu and mu_b, the evaluations that it took, and a status.
Solution = FullResult[SteadyState, tuple[float, float, float], int, Status]


@overload
def solve_steady_state(
    parameters: Setting, *, rtol: float = ..., full: Literal[False] = ...
) -> SteadyState: ...
@overload
def solve_steady_state(
    parameters: Setting, *, rtol: float = ..., full: Literal[True]
) -> Solution: ...
def solve_steady_state(
    parameters: Setting, *, rtol: float = 1e-10, full: bool = False
) -> SteadyState | Solution:
    """Solve the gap equation (33) and the number equation (34).

    The solution is the one connected to the equilibrium of the condensate with the bath: from the
    state at gamma_v = 0, where mu_b = mu, the branch is followed to the wanted decay rate.

    Parameters
    ----------
    parameters : Parameters or Model
        The model.
    rtol : float
        Largest allowed residual of each equation relative to its own scale; from 10**-13 to
        10**-2.  A residual within the rounding errors of its equation is allowed too: at a
        linewidth of 10**-8 the dissipative equation is known to 10**-9 of its scale.
    full : bool
        Return also the error, the evaluations and the status.

    Returns
    -------
    SteadyState or FullResult
        The state; with `full`, a tuple (value, error, evaluations, status).

    Raises
    ------
    ValueError
        If `rtol` is outside its domain.
    NoCondensate
        If the branch ends, or does not begin, before the wanted decay rate.
    ConvergenceError
        If the residuals stay above `rtol` and above rounding; the last iterate is in its `last`.

    Examples
    --------
    >>> from numerics import Parameters, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5))
    >>> print(f"{state.gap:.4f} {state.mu:.4f} {state.mu_b:.4f}")
    0.1767 0.9069 1.0811
    """
    _is_model(parameters)
    rtol = _tolerance(rtol)
    if isinstance(parameters, Model) and not parameters.symmetric:
        from numerics.steady.two_bands import solve_two_bands

        found: SteadyState | NoCondensate = solve_two_bands(parameters, rtol)
    else:
        (found,) = states_along(parameters, (parameters.drive,), rtol)
    if isinstance(found, NoCondensate):
        raise found
    state = found
    return FullResult(state, state.error, state.evaluations, state.status) if full else state


def solve_nearby(parameters: Setting, start: SteadyState, *, rtol: float = 1e-10) -> SteadyState:
    """Solve for the steady state by Newton's method from a state at parameters close to these.

    Where that does not lead to a state close to the given one, the branch is followed instead.

    Parameters
    ----------
    parameters : Parameters or Model
        The model.
    start : SteadyState
        A state of the wanted branch.
    rtol : float
        As in `solve_steady_state`.
    """
    if parameters == start.parameters:
        return start
    if parameters.symmetric and parameters.drive > 0 and start.edge > 0:
        equations = Equations(parameters)
        fixed = np.array([0.0, 0.0, 0.0, parameters.drive])
        system = Restricted(equations, (0, 1, 2), fixed)
        guess = equations.point(Unknowns(start.gap, start.mu, start.edge), parameters.drive)
        found = newton(system, guess[:3], equations.scales(guess)[:3])
        if found.converged and _NEARBY < found.point[0] / start.gap < 1 / _NEARBY:
            return finished(equations, equations.unknowns(found.point), parameters.drive, rtol)
    return solve_steady_state(parameters, rtol=rtol)


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
        from numerics.steady.curve import steady_curve

        if gamma_v is not None or along is None:
            raise outside("along", along, "a parameter with its values, in place of gamma_v")
        _is_model(parameters)
        return steady_curve(parameters, along, values, _tolerance(rtol))
    parameters = instance("parameters", parameters, Parameters)
    rtol = _tolerance(rtol)
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


def _is_model(value: object) -> None:
    if not isinstance(value, Model):
        instance("parameters", value, Parameters)


def _tolerance(rtol: object) -> float:
    return tolerance(rtol, "from 1e-13 to 1e-2", lambda x: 1e-13 <= x <= 1e-2)
