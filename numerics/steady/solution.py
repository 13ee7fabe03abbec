"""The uniform steady state: solves the gap equation (33) and the number equation (34)."""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from numerics.domain import instance, tolerance
from numerics.errors import NoCondensate
from numerics.model import Model
from numerics.parameters import Parameters, Setting
from numerics.results import FullResult, Status
from numerics.solve.continuation import newton
from numerics.steady.branch import SOLVED, finished, states_along
from numerics.steady.equations import Unknowns
from numerics.steady.scaling import Equations, Restricted
from numerics.steady.state import SteadyState

__all__ = [
    "Solution",
    "SteadyState",
    "solve_nearby",
    "solve_steady_state",
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
    require_model(parameters)
    rtol = residual_tolerance(rtol)
    (found,) = states_along(parameters, (parameters.drive,), rtol)
    if isinstance(found, NoCondensate):
        raise found
    state = found
    return FullResult(state, state.error, state.evaluations, state.status) if full else state


def solve_nearby(
    parameters: Setting,
    start: SteadyState,
    *,
    rtol: float = 1e-10,
    guess: Unknowns | None = None,
) -> SteadyState:
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
    guess : Unknowns, optional
        What is tried before the unknowns of the state.
    """
    if parameters == start.parameters:
        return start
    for first in (guess, start.unknowns):
        if first is None or parameters.drive == 0 or first.edge <= 0:
            continue
        equations = Equations(parameters)
        equations.tilt = first.tilt
        fixed = np.array([0.0, 0.0, 0.0, parameters.drive])
        system = Restricted(equations, (0, 1, 2), fixed)
        point = equations.point(first, parameters.drive)
        found = newton(system, point[:3], equations.scales(point)[:3], SOLVED)
        if found.converged and _NEARBY < found.point[0] / start.gap < 1 / _NEARBY:
            return finished(equations, equations.unknowns(found.point), parameters.drive, rtol)
    return solve_steady_state(parameters, rtol=rtol)


def require_model(value: object) -> None:
    """Say what else was given in place of a model."""
    if not isinstance(value, Model):
        instance("parameters", value, Parameters)


def residual_tolerance(rtol: object) -> float:
    """Return a tolerance of residuals, or say what is wrong with it."""
    return tolerance(rtol, "from 1e-13 to 1e-2", lambda x: 1e-13 <= x <= 1e-2)
