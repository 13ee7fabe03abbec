"""The uniform steady state: solves the gap equation (33) and the number equation (34)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from numerics.domain import instance, listed, outside, reals, tolerance
from numerics.errors import ConvergenceError, NoCondensate
from numerics.kept import Kept
from numerics.model import Model
from numerics.occupation import Occupation
from numerics.parameters import Parameters, Setting
from numerics.solve.continuation import ContinuationError, follow, newton
from numerics.steady.equations import Unknowns
from numerics.steady.scaling import Equations, Restricted
from numerics.steady.undriven import balanced_state

if TYPE_CHECKING:
    from numerics.steady.curve import Curve

Array = NDArray[np.float64]

#: Steps of the continuation where Newton's method needs a closer start.
_REFINEMENTS = (0.2, 0.05)
#: Points after which the continuation is given up.
_MOST_POINTS = 1000
#: Steps of Newton's method in the physical unknowns at the end.
_POLISHING = 3
#: A state is close to another one if their order parameters differ by a smaller factor than this.
_NEARBY = 0.5


@dataclass(frozen=True)
class SteadyState(Kept):
    """A uniform steady state, in units of the Fermi energy and momentum.

    Parameters
    ----------
    parameters : Parameters
        What it solves for, the cutoff included.
    gap, mu, mu_b : float
        Order parameter Delta_0, chemical potential of the condensate, and of the bath.
    edge : float
        mu_b - mu, where the occupation steps in the rotating frame, to full relative accuracy.
    residual : float
        Largest residual of the three equations, each relative to its own scale.
    number : float
        Density of electrons plus holes up to the cutoff, in units of k_F**3; 1/(3 pi**2).
    error : tuple of float
        Bounds of the errors of `gap`, `mu` and `mu_b`.
    evaluations : int
        How often the equations were evaluated.
    status : str
        How the solve ended.
    """

    parameters: Setting
    gap: float
    mu: float
    mu_b: float
    edge: float
    residual: float
    number: float
    error: tuple[float, float, float]
    evaluations: int = field(compare=False)
    status: str = "converged"

    @property
    def paper(self) -> Parameters:
        """The parameters of the paper's model, for what is defined there only.

        Raises
        ------
        ValueError
            If the state is that of another model.
        """
        if not isinstance(self.parameters, Parameters):
            raise outside("state", self.parameters.words(), "a state of the paper's model")
        return self.parameters

    @property
    def occupation(self) -> Occupation:
        """What fills the states: rates, edges and temperatures of the reservoirs."""
        return self.parameters.occupation(self.mu, self.edge)

    @property
    def lowest_excitation(self) -> float:
        """The smallest quasiparticle energy E_p."""
        return Unknowns(self.gap, self.mu, self.edge).lowest_excitation


class Solution(NamedTuple):
    """A value with its error, the evaluations that it took, and a status."""

    value: SteadyState
    error: tuple[float, float, float]
    evaluations: int
    status: str


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
    SteadyState or Solution
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
    (state,) = _branch(parameters, (parameters.drive,), rtol)
    if isinstance(state, NoCondensate):
        raise state
    return Solution(state, state.error, state.evaluations, state.status) if full else state


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
    if parameters.drive > 0 and start.edge > 0:
        equations = Equations(parameters)
        fixed = np.array([0.0, 0.0, 0.0, parameters.drive])
        system = Restricted(equations, (0, 1, 2), fixed)
        guess = equations.point(Unknowns(start.gap, start.mu, start.edge), parameters.drive)
        found = newton(system, guess[:3], equations.scales(guess)[:3])
        if found.converged and _NEARBY < found.point[0] / start.gap < 1 / _NEARBY:
            return finished(equations, equations.unknowns(found.point), parameters.drive, rtol)
    return solve_steady_state(parameters, rtol=rtol)


@dataclass(frozen=True)
class Branch(Kept):
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
        Why the branch ended, or that it did not.
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
    end, status = None, "complete"
    for state in _branch(parameters, wanted, rtol):
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


def _branch(
    parameters: Setting, wanted: tuple[float, ...], rtol: float
) -> Iterator[SteadyState | NoCondensate]:
    """Yield the state at each wanted decay rate, or why there is none, in ascending order."""
    equations = Equations(parameters)
    balanced = balanced_state(equations)
    start = equations.point(balanced, 0.0)
    points = _points(equations, start, np.array([0.0, 0.0, 0.0, 1.0]))
    before = after = next(points)
    end: Array | None = None
    for gamma_v in wanted:
        if gamma_v == 0:
            yield finished(equations, balanced, gamma_v, rtol)
            continue
        while end is None and after[3] < gamma_v:
            before, after = after, next(points, after)
            if after is before:
                raise _unconverged(parameters, gamma_v, before)
            if after[0] <= 0 or after[3] < before[3]:
                end = after = _end_point(equations, before, after)
        if end is not None and gamma_v >= end[3]:
            yield _ended(parameters, end)
        else:
            yield _state_between(equations, gamma_v, before, after, rtol)


def _points(
    equations: Equations, start: Array, orientation: Array, length: float | None = None
) -> Iterator[Array]:
    """Yield points of the branch until the continuation halts, at most `_MOST_POINTS` of them."""
    lengths = {} if length is None else {"length": length, "longest": length}
    steps = follow(equations, start, orientation, equations.scales, **lengths)
    try:
        for step in itertools.islice(steps, _MOST_POINTS):
            yield step.point
    except ContinuationError:
        return


def _end_point(equations: Equations, before: Array, after: Array) -> Array:
    """Return the point where the branch ends: at gap = 0, or where gamma_v is largest."""
    if after[0] > 0:
        return before
    system = Restricted(equations, (1, 2, 3), np.zeros(4))
    # from beyond, or from between where an edge meets the spectrum on the way
    for start in (after, before + (after - before) * before[0] / (before[0] - after[0])):
        found = newton(system, start[1:], equations.scales(start)[1:])
        if found.converged:
            break
    else:
        raise _unconverged(equations.parameters, float(after[3]), found.point)
    return system.complete(found.point)


def _ended(parameters: Setting, end: Array) -> NoCondensate:
    reason = "turns back" if end[0] > 0 else "ends with a vanishing order parameter"
    return NoCondensate(
        f"no condensate: the branch from {parameters.origin} {reason} at "
        f"{parameters.drive_words(float(end[3]))} ({parameters.words()})",
        float(end[3]),
    )


def _unconverged(parameters: Setting, gamma_v: float, last: Array) -> ConvergenceError:
    return ConvergenceError(
        f"the steady state at {parameters.drive_words(gamma_v)} did not converge "
        f"({parameters.words()})",
        last,
    )


def _state_between(
    equations: Equations, gamma_v: float, before: Array, after: Array, rtol: float
) -> SteadyState:
    """Return the state at a decay rate between those of two points of the branch.

    Where Newton's method does not get there, the piece is followed again in smaller steps.
    """
    system = Restricted(equations, (0, 1, 2), np.array([0.0, 0.0, 0.0, gamma_v]))
    for length in (*_REFINEMENTS, None):
        guess = _between(before, after, gamma_v)
        found = newton(system, guess[:3], equations.scales(guess)[:3])
        if found.converged and found.point[0] > 0:
            return finished(equations, equations.unknowns(found.point), gamma_v, rtol)
        if length is None:
            break
        for point in _points(equations, before, after - before, length):
            if point[0] <= 0 or point[3] < before[3]:
                after = _end_point(equations, before, point)
                break
            if point[3] >= gamma_v:
                after = point
                break
            before = point
    raise _unconverged(equations.parameters, gamma_v, found.point)


def _between(before: Array, after: Array, gamma_v: float) -> Array:
    """Interpolate between two points of the branch."""
    span = after[3] - before[3]
    part = (gamma_v - before[3]) / span if span > 0 else 1.0
    guess = before + part * (after - before)
    if after[0] <= 0:
        # the square of the order parameter vanishes linearly at the end of the branch
        guess[0] = before[0] * np.sqrt(max(1 - part, 0.0))
    return guess


def finished(
    equations: Equations, state: Unknowns, gamma_v: float, rtol: float, *, polish: bool = True
) -> SteadyState:
    """Polish a solution in the physical unknowns, and measure residuals and errors.

    For a decay rate far below the linewidth, the small edge is the difference of two larger numbers
    in the unknowns of the continuation.
    """
    at = equations.at_unknowns(state, gamma_v)
    for _ in range(_POLISHING if polish and gamma_v > 0 else 0):
        if (np.abs(at.residuals) <= at.errors).all():
            break
        step = np.linalg.solve(at.jacobian[:, :3], -at.residuals)
        state = Unknowns(
            state.gap + float(step[0]), state.mu + float(step[1]), state.edge + float(step[2])
        )
        at = equations.at_unknowns(state, gamma_v)
    residual = float(np.abs(at.residuals).max())
    # where the edge is as close to the lowest excitation as the last digits of either can tell, no
    # other doubles solve the equations better
    known = np.abs(at.residuals) <= np.maximum(rtol, at.errors)
    if not known.all():
        raise ConvergenceError(
            f"residual {residual:.2g} exceeds rtol = {rtol:.2g} at gamma_v = {gamma_v:g}", state
        )
    inverse = np.linalg.inv(at.jacobian[:, :3])
    response = np.abs([inverse[0], inverse[1], inverse[1] + inverse[2]])
    error = response @ (np.abs(at.residuals) + at.errors)
    return SteadyState(
        parameters=equations.parameters.driven(gamma_v),
        gap=state.gap,
        mu=state.mu,
        mu_b=state.mu + state.edge,
        edge=state.edge,
        residual=residual,
        number=at.number,
        error=(float(error[0]), float(error[1]), float(error[2])),
        evaluations=equations.evaluations,
    )
