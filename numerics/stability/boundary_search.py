"""Searches for a boundary of any kind along a path of states: from places to places."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from numerics.errors import ConvergenceError, NoCondensate
from numerics.kept import Kept
from numerics.results import Status
from numerics.solve.signs import sign_changes
from numerics.solve.zero import Zero, secant
from numerics.stability.conditions import Condition
from numerics.stability.path import NEXT_TO_END, STEP, Path
from numerics.stability.quantities import Existence, Highest, Lowest, Number, Place
from numerics.steady.solution import SteadyState, solve_steady_state

#: Distances from a boundary beside which another one is looked for, in the coordinate; in the order
#: in which they are most likely to lead there.
_ASIDE = tuple(math.log(factor) for factor in (1.04, 1.07, 1.085, 1.02))
#: Error of a zero in the coordinate.
_ZERO = 4e-12
#: To what the former is known then; the shortest distance over which the slope at a bracketed zero
#: is taken.
_ABOUT, _RESOLVED = 1e-3, 1e-6
#: Halvings of a bracket whose end was too far away; and minima that may touch zero in it.
_HALVINGS, _MINIMA = 6, 3
#: The error of the end of the condensates, in the coordinate.
_END = 1e-9


@dataclass(frozen=True)
class Boundary(Kept):
    """A point on a boundary.

    Parameters
    ----------
    kind : str
        The name of its condition: "A", "B", "C", "normal", "gapped", "alpha11", "beta22", or what a
        condition of one's own is called.
    value : float
        The parameter there.
    q, omega : float
        Wave number and real frequency of the mode that is critical.
    state : SteadyState
        The state there; at the normal boundary, a millionth before it.
    error : float
        Bound of the error of `value`, for the model as it is.
    evaluations : int
        Steady states that were solved.
    status : str
        "converged"; for the normal boundary how the branch of condensates ends.
    along : str
        The parameter: "ratio" for gamma_v/gamma_b, or as in `trace_steady_states`.
    """

    kind: str
    value: float
    q: float
    omega: float
    state: SteadyState
    error: float
    evaluations: int
    status: Status = Status.CONVERGED
    along: str = "ratio"

    @property
    def ratio(self) -> float:
        """gamma_v/gamma_b there, of the paper's model.

        Raises
        ------
        ValueError
            If it is the boundary of another model.
        """
        return self.value if self.along == "ratio" else self.state.paper.ratio


def boundaries_of(condition: Condition, path: Path, *, both: bool = False) -> Iterator[Boundary]:
    """Yield the boundaries of a kind along a path, ascending, the next one when it is asked for.

    Parameters
    ----------
    condition : Condition
    path : Path
    both : bool
        Whether those count as well at which the quantity becomes positive again.
    """
    match condition.quantity:
        case Existence():
            return iter(filter(None, [ended(condition, path)]))
        case Number():
            return numbers(condition, path, both)
        case Lowest() as lowest:
            return touching(condition, lowest, path, both)
        case Highest() as mode:
            return highest(condition, mode, path, both)


def first_of(condition: Condition, path: Path, *, both: bool = False) -> Boundary | None:
    """Return the first boundary of a kind along a path, if there is one."""
    return next(boundaries_of(condition, path, both=both), None)


def along_path(condition: Condition, path: Path, at: float, place: Place) -> Place | None:
    """Return the place at a coordinate that one at a coordinate close by has moved to."""
    try:
        return condition.quantity.near(path.state(at), place)
    except NoCondensate:
        return None


def zero_near(
    condition: Condition,
    path: Path,
    start: float,
    place: Place,
    *,
    step: float = 1e-3,
    low: float = -math.inf,
    high: float = math.inf,
) -> Zero[Place] | None:
    """Return the zero of a quantity that the secant method finds from a place at a coordinate."""
    seen: list[tuple[float, Place]] = []

    def follow(at: float, near: Place) -> Place | None:
        if len(seen) > 1:
            (first, before), (last, near) = seen[-2:]
            near = near.ahead(before, (at - last) / (last - first))
        found = along_path(condition, path, at, near)
        if found is not None:
            seen.append((at, found))
        return found

    return secant(follow, start, place, step=step, low=low, high=high)


def found_at(condition: Condition, path: Path, zero: Zero[Place]) -> Boundary:
    """Return the boundary at a zero, with the error that one of the quantity makes."""
    state = path.state(zero.at)
    error = condition.quantity.error(state, replace(zero.place, value=0.0))
    bound = abs(error / zero.slope) + _ZERO if zero.slope != 0 else math.inf
    return Boundary(
        condition.name,
        path.value(zero.at),
        zero.place.q,
        zero.place.omega.real,
        state,
        path.coordinate.length(zero.at, bound),
        len(path.known),
        along=path.along,
    )


# A number of the state ----------------------------------------------------------------------------


def numbers(condition: Condition, path: Path, both: bool) -> Iterator[Boundary]:
    """Yield where a number of the state changes its sign."""
    value = _number_along(condition, path)
    yield from (
        bracketed(condition, path, *ends) for _, *ends in _sides(condition, path, both, value)
    )


def _number_along(condition: Condition, path: Path) -> Callable[[float], float]:
    return functools.cache(lambda at: condition.number.first(path.state(at)).value)


def _sides(
    condition: Condition, path: Path, both: bool, value: Callable[[float], float]
) -> Iterator[tuple[bool, float, float]]:
    """Yield whether a number falls, and coordinates between which it changes its sign."""
    until = None if both or condition.until is None else condition.until.quantity
    for (low, _), (high, after) in sign_changes(value, path.grid):
        # one step more tells of a dip next to it
        if isinstance(until, Lowest) and _crossed(until, path, high - 1.5 * STEP):
            return
        if after < 0 or both:
            yield after < 0, low, high


def _crossed(until: Lowest, path: Path, before: float) -> bool:
    """Tell whether another quantity becomes negative before a coordinate."""
    return any(inner < before for _, inner in _signs(until, path, False, before + STEP))


def bracketed(condition: Condition, path: Path, low: float, high: float) -> Boundary:
    """Return where a number of the state vanishes between two coordinates of opposite sign."""
    from scipy.optimize import brentq

    seen: dict[float, float] = {}

    def value(at: float) -> float:
        seen[at] = condition.number.first(path.state(at)).value
        return seen[at]

    root, details = brentq(value, low, high, xtol=1e-12, full_output=True)
    # from the closest value that rounding leaves a slope
    other = min((at for at in seen if abs(at - root) >= _RESOLVED), key=lambda at: abs(at - root))
    slope = (value(root) - seen[other]) / (root - other)
    place = condition.number.first(path.state(root))
    return found_at(condition, path, Zero(root, slope, place, details.function_calls))


# The lowest value of a function -------------------------------------------------------------------


def touching(condition: Condition, lowest: Lowest, path: Path, both: bool) -> Iterator[Boundary]:
    """Yield where the lowest value over the wave number or the frequency vanishes."""
    for outer, inner in _signs(lowest, path, both):
        found = _touching_between(condition, lowest, path, outer, inner)
        if found is not None:
            yield found


def _signs(
    lowest: Lowest, path: Path, both: bool, last: float = math.inf
) -> Iterator[tuple[float, float]]:
    """Yield neighbours of which the lowest value is negative at the second one only."""
    grid = (at for at in path.grid if at <= last)
    changes = sign_changes(lambda at: lowest.signed(path.state(at)), grid)
    for (low, _), (high, after) in changes:
        if after < 0:
            yield low, high
        elif both:
            yield high, low


def _touching_between(
    condition: Condition, lowest: Lowest, path: Path, outer: float, inner: float
) -> Boundary | None:
    """Return where the lowest value vanishes that is negative at the inner coordinate only."""
    found = _touching_from(condition, lowest, path, outer, inner)
    if found is not None or lowest.limit is None:
        return _outermost(condition, lowest, path, outer, found)
    # the minimum may be at the end of the grid, and the limit of small x vanish first
    limit = Condition(condition.name, lowest.limit)
    values = (lowest.limit.first(path.state(at)).value for at in (outer, inner))
    if next(values) >= 0 > next(values):
        between = bracketed(limit, path, *sorted((outer, inner)))
        if lowest.signed(between.state) >= 0:
            return between if lowest.joined else None
        inner = path.coordinate.of(between.value)
    return _outermost(
        condition, lowest, path, outer, _approached(condition, lowest, path, outer, inner)
    )


def _approached(
    condition: Condition, lowest: Lowest, path: Path, outer: float, inner: float
) -> Boundary | None:
    """Return where the lowest value vanishes, by halving, to start from a small minimum."""
    for _ in range(_HALVINGS):
        middle = (outer + inner) / 2
        negative = lowest.signed(path.state(middle)) < 0
        outer, inner = (outer, middle) if negative else (middle, inner)
        found = _touching_from(condition, lowest, path, outer, inner)
        if found is not None:
            return found
    return None


def _outermost(
    condition: Condition, lowest: Lowest, path: Path, outer: float, found: Boundary | None
) -> Boundary | None:
    """Return where the first of several minima has touched zero, one of which is found."""
    for _ in range(_MINIMA):
        if found is None or lowest.signed(found.state) >= 0:
            break
        # another one is negative there
        other = _approached(condition, lowest, path, outer, path.coordinate.of(found.value))
        if other is None:
            break
        found = other
    return found


def _touching_from(
    condition: Condition, lowest: Lowest, path: Path, outer: float, inner: float
) -> Boundary | None:
    """Return where the minimum vanishes that is lowest at the inner coordinate."""
    start = lowest.first(path.state(inner))
    # between the points of the grid the value may already be negative at the outer end
    away = outer + math.copysign(STEP, outer - inner)
    low, high = sorted((away, inner))
    # the minimum itself may be a little beyond the coordinate at which it was seen
    low, high = (low, math.inf) if outer < inner else (-math.inf, high)
    step = math.copysign(1e-3, outer - inner)
    zero = zero_near(condition, path, inner, start, step=step, low=low, high=high)
    # where it becomes negative towards the outer side it has done so before
    falls = zero is not None and zero.slope * (inner - outer) < 0
    return found_at(condition, path, zero) if zero is not None and falls else None


# The highest point of a mode ----------------------------------------------------------------------


def highest(condition: Condition, mode: Highest, path: Path, both: bool) -> Iterator[Boundary]:
    """Yield where the highest Im(omega_q) of a mode vanishes.

    It is looked for beside the boundaries that it accompanies; where both directions count, also
    where a mode has begun or ceased to grow between two states of the grid.
    """
    if not both:
        yield from filter(
            None, (_highest_from(condition, path, at) for at in _aside(condition, path, both))
        )
        return
    found: list[Boundary] = []
    starts = [(at, True) for at in _between_signs(mode, path)]
    for at, closely in (*starts, *((at, False) for at in _aside(condition, path, both))):
        # one search in each step of the grid
        if all(abs(path.coordinate.of(other.value) - at) > STEP for other in found):
            here = _highest_from(condition, path, at, closely=closely)
            if here is not None and path.contains(here.value):
                found.append(here)
    yield from sorted(found, key=lambda boundary: boundary.value)


def _aside(condition: Condition, path: Path, both: bool) -> Iterator[float]:
    """Yield the coordinates beyond where numbers of the state vanish that a mode accompanies."""
    from scipy.optimize import brentq

    for other in condition.beside:
        value = _number_along(other, path)
        for falls, *ends in _sides(other, path, both, value):
            at = float(brentq(value, *ends, xtol=_ABOUT))
            yield from (at + aside * (1 if falls else -1) for aside in _ASIDE)


def _between_signs(mode: Highest, path: Path) -> Iterator[float]:
    """Yield the coordinates of the grid at which a mode grows that does not at the next one.

    And the next ones: close to where its frequency vanishes a mode that grows has no maximum, but
    is cut off where it meets its mirror image.
    """
    grows = [mode.grows(path.state(at)) for at in path.grid]
    for k, (one, other) in enumerate(itertools.pairwise(grows)):
        if one != other:
            yield from path.grid[k : k + 2][:: 1 if one else -1]


def _highest_from(
    condition: Condition, path: Path, at: float, *, closely: bool = False
) -> Boundary | None:
    """Return the boundary that is reached from the modes at a coordinate.

    Parameters
    ----------
    condition : Condition
    path : Path
    at : float
        Where to start.
    closely : bool
        Whether more wave numbers are looked at where the highest point is not found from a few.
    """
    quantity = condition.quantity
    try:
        state = path.state(at)
        start = quantity.first(state)
        if closely and isinstance(quantity, Highest) and start is not None:
            start = quantity.closer(state, start)
    except NoCondensate:
        return None
    zero = None if start is None else zero_near(condition, path, at, start)
    return None if zero is None else found_at(condition, path, zero)


# The end of the condensate ------------------------------------------------------------------------


def ended(condition: Condition, path: Path) -> Boundary | None:
    """Return where the condensates of a path end."""
    if path.end is None:
        return None
    value = path.end.value
    at = path.coordinate.of(value)
    state = _before(path, at)
    error = path.coordinate.length(at, _END)
    boundary = Boundary(condition.name, value, 0.0, 0.0, state, error, state.evaluations)
    return replace(boundary, status=path.end.status, along=path.along)


def _before(path: Path, end: float) -> SteadyState:
    """Return a state of the path just before its end."""
    last = min(path.known, key=lambda at: abs(at - end), default=-math.inf)
    before = end - math.copysign(NEXT_TO_END, end - last)
    try:
        if path.vanishing or before in path.known:
            return path.state(before)
        return solve_steady_state(path.setting(before))
    except (NoCondensate, ConvergenceError):
        if last not in path.known:
            raise
        # the branch from equilibrium ends elsewhere
        return path.known[last]
