"""The branch of steady states from equilibrium: followed along the drive, and solved on between."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.errors import ConvergenceError, NoCondensate
from numerics.parameters import Setting
from numerics.results import Status
from numerics.solve.continuation import ContinuationError, follow, newton
from numerics.solve.fold import turning_point
from numerics.steady.equations import Unknowns
from numerics.steady.scaling import Equations, Restricted
from numerics.steady.state import SteadyState
from numerics.steady.undriven import balanced_state

Array = NDArray[np.float64]

#: The first and the longest step of the continuation where the branch is smooth.
_FIRST, _LONGEST = 1.0, 2.0
#: Steps of the continuation where Newton's method needs a closer start.
_REFINEMENTS = ({"length": 0.2, "longest": 0.2}, {"length": 0.05, "longest": 0.05})
#: Steps where the edge of a cold lead meets the spectrum.  What its states add begins there with
#: the square root of the distance, on the scale of the linewidth: the branch has a corner, beyond
#: which a solution by Newton's method may be none.
_FINE = {"length": 0.05, "longest": 0.5, "shortest": 1e-11, "tolerance": 1e-7}
#: From how many points before the last the fine steps begin: the last ones may be no solutions.
_BACK = (1, 2, 4)
#: Points after which the continuation is given up.
_MOST_POINTS = 1000
#: The last step of Newton's method before that, whose square is left; it is then polished.
SOLVED = 1e-7
#: Steps of Newton's method in the physical unknowns at the end.
_POLISHING = 3


def states_along(
    parameters: Setting, wanted: Iterable[float], rtol: float
) -> Iterator[SteadyState | NoCondensate]:
    """Yield the state at each wanted decay rate, or why there is none, in ascending order.

    Once the branch has ended, a rate may be asked for that is close below its end.
    """
    equations = Equations(parameters)
    balanced = balanced_state(equations)
    branch = _Branch(equations, equations.point(balanced, 0.0))
    for gamma_v in wanted:
        if gamma_v == 0:
            yield finished(equations, balanced, gamma_v, rtol)
            continue
        branch.reach(gamma_v)
        if branch.end is not None and gamma_v >= branch.end[3]:
            yield _ended(parameters, branch.end)
        else:
            yield _state_between(equations, gamma_v, branch.before, branch.after, rtol)


def before_the_end(
    parameters: Setting, largest: float, near: float, rtol: float
) -> tuple[SteadyState, NoCondensate] | None:
    """Return the state next to the end of the branch, and that end; None if it is beyond a rate.

    Parameters
    ----------
    parameters : Parameters or Model
    largest : float
        That rate.
    near : float
        How far before the end the state is, in the logarithm of the rate.
    rtol : float
        As in `solve_steady_state`.
    """
    ends: list[float] = []

    def wanted() -> Iterator[float]:
        yield largest
        yield from (end * math.exp(-near) for end in ends)

    states = states_along(parameters, wanted(), rtol)
    first = next(states)
    if not isinstance(first, NoCondensate) or first.end is None:
        return None
    ends.append(first.end)
    last = next(states)
    if isinstance(last, NoCondensate):
        raise last
    return last, first


class _Branch:
    """The branch, followed as far as is wanted.

    Attributes
    ----------
    passed : list of ndarray
        The points up to the last one.
    end : ndarray or None
        Where it ends, once that has been reached.
    """

    def __init__(self, equations: Equations, start: Array) -> None:
        self.equations = equations
        self.points = _points(equations, start, np.array([0.0, 0.0, 0.0, 1.0]))
        self.passed = [next(self.points)]
        self.end: Array | None = None
        self.back = list(_BACK)

    @property
    def before(self) -> Array:
        """The point before the last."""
        return self.passed[-2]

    @property
    def after(self) -> Array:
        """The last point."""
        return self.passed[-1]

    def reach(self, gamma_v: float) -> None:
        """Follow the branch to a decay rate, or to its end."""
        while self.end is None and self.after[3] < gamma_v:
            point = next(self.points, None)
            if point is not None and _is_beyond(self.after, point):
                self.end = point = _end_point(self.equations, [*self.passed[-2:], point])
            if point is not None:
                # the last point may lie behind the end already
                while self.end is not None and self.after[3] >= point[3] and self.passed[1:]:
                    self.passed.pop()
                self.passed.append(point)
            elif self.back:
                self._refine(self.back.pop(0))
            else:
                raise _unconverged(self.equations.parameters, gamma_v, self.after)

    def _refine(self, back: int) -> None:
        """Follow the branch in fine steps, from some points before the last."""
        kept = self.passed[: max(len(self.passed) - back, 1)]
        orientation = self.passed[len(kept)] - kept[-1] if len(self.passed) > len(kept) else None
        if orientation is None:
            orientation = np.array([0.0, 0.0, 0.0, 1.0])
        self.points = _points(self.equations, kept[-1], orientation, **_FINE)
        self.passed = [*kept[:-1], next(self.points)]


def _points(
    equations: Equations, start: Array, orientation: Array, **options: Any
) -> Iterator[Array]:
    """Yield points of the branch until the continuation halts, at most `_MOST_POINTS` of them.

    Without options of `follow` steps are as long as the branch is straight, if it is smooth.
    """
    scales = equations.scales
    if options or not equations.smooth:
        steps = follow(equations, start, orientation, scales, **options)
    else:
        advance = equations.advance
        steps = follow(
            equations, start, orientation, scales, length=_FIRST, longest=_LONGEST, advance=advance
        )
    try:
        for step in itertools.islice(steps, _MOST_POINTS):
            yield step.point
    except ContinuationError:
        return


def _is_beyond(before: Array, after: Array) -> bool:
    """Tell whether the branch has ended between two points."""
    return bool(after[0] <= 0 or after[3] < before[3])


def _end_point(equations: Equations, points: list[Array]) -> Array | None:
    """Return the point where the branch ends: at gap = 0, or where gamma_v is largest.

    Parameters
    ----------
    points : list of ndarray
        The last two or three, the last one beyond the end.

    Returns
    -------
    ndarray or None
        None where it is not found.
    """
    *_, before, after = points
    if after[0] > 0:
        return _largest_drive(equations, points)
    system = Restricted(equations, (1, 2, 3), np.zeros(4))
    # from beyond, or from between where an edge meets the spectrum on the way
    for start in (after, before + (after - before) * before[0] / (before[0] - after[0])):
        found = newton(system, start[1:], equations.scales(start)[1:])
        if found.converged:
            return system.complete(found.point)
    return None


def _largest_drive(equations: Equations, points: list[Array]) -> Array:
    """Return the point of the largest decay rate, next to the last point but one."""
    middle = points[-2]
    try:
        return turning_point(equations, points, equations.scales)
    except ContinuationError:
        return middle


def _ended(parameters: Setting, end: Array) -> NoCondensate:
    reason = Status.TURNS_BACK if end[0] > 0 else Status.VANISHES
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
) -> SteadyState | NoCondensate:
    """Return the state at a decay rate between those of two points of the branch.

    Where Newton's method does not get there, the piece is followed again in smaller steps, which
    may show that the branch ends on the way.
    """
    system = Restricted(equations, (0, 1, 2), np.array([0.0, 0.0, 0.0, gamma_v]))
    for options in (*_REFINEMENTS, _FINE, None):
        guess = _between(before, after, gamma_v)
        found = newton(system, guess[:3], equations.scales(guess)[:3], SOLVED)
        if found.converged and found.point[0] > 0:
            return finished(equations, equations.unknowns(found.point), gamma_v, rtol)
        if options is None:
            break
        for point in _points(equations, before, after - before, **options):
            if _is_beyond(before, point):
                end = _end_point(equations, [before, point])
                if end is not None:
                    after = end
                if options is _FINE and gamma_v >= after[3]:
                    return _ended(equations.parameters, after)
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
        gap, mu, edge = map(float, np.array([state.gap, state.mu, state.edge]) + step)
        state = Unknowns(gap, mu, edge, at.tilt)
        at = equations.at_unknowns(state, gamma_v)
    residual = float(np.abs(at.residuals).max())
    # where the edge is as close to the lowest excitation as the last digits of either can tell, no
    # other doubles solve the equations better
    known = np.abs(at.residuals) <= np.maximum(rtol, at.errors)
    if not known.all():
        raise ConvergenceError(
            f"residual {residual:.2g} exceeds rtol = {rtol:.2g} at gamma_v = {gamma_v:g}", state
        )
    inverse = _inverse(at.jacobian[:, :3], gamma_v)
    errors = at.errors + _approximation(equations, state, gamma_v, at.residuals * at.scales) / (
        at.scales
    )
    rows = [inverse[0], inverse[1], inverse[1] + inverse[2], np.array(at.tilt_slopes[:3]) @ inverse]
    bounds = np.abs(at.residuals) + errors
    *error, tilt = map(float, np.abs(rows) @ bounds)
    neutral = equations.parameters.neutral
    tilted = rows[3] if neutral else np.zeros(3)
    shifts = [
        (float(a), float(b), float(c), float(d))
        for a, b, c, d in (np.array([*inverse, tilted]) * bounds).T
    ]
    if neutral:
        shifts.append((0.0, 0.0, 0.0, at.tilt_error))
    return SteadyState(
        parameters=equations.parameters.driven(gamma_v),
        gap=state.gap,
        mu=state.mu,
        mu_b=state.mu + state.edge,
        edge=state.edge,
        residual=residual,
        number=at.number,
        error=(error[0], error[1], error[2]),
        evaluations=equations.evaluations,
        tilt=at.tilt,
        tilt_error=tilt + at.tilt_error if neutral else 0.0,
        shifts=tuple(shifts),
    )


def _inverse(jacobian: Array, gamma_v: float) -> Array:
    """Return what errors of the equations do to gap, mu and edge, shape (3, 3).

    Without a drive the edge is zero, whatever the imaginary part of the gap equation is known to.
    """
    if gamma_v > 0:
        return np.asarray(np.linalg.inv(jacobian))
    inverse = np.zeros((3, 3))
    inverse[np.ix_([0, 1], [0, 2])] = np.linalg.inv(jacobian[np.ix_([0, 2], [0, 1])])
    return inverse


def _approximation(equations: Equations, at: Unknowns, drive: float, found: Array) -> Array:
    """Return what the errors of occupations of the user's own do to the equations."""
    coarser = equations.parameters.coarser()
    if coarser is None:
        return np.zeros_like(found)
    value = Equations(coarser).at_unknowns(at, drive)
    return np.abs(value.residuals * value.scales - found)
