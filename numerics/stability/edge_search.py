"""Where along a path of states modes start and cease to grow.

Growing modes are counted at some states, and static ones seen by the sign of det M(q, 0) at all of
them; between two states that differ the edge is approached by halving, and then solved for as the
zero of the quantity that belongs to the mode that grows.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from numerics.errors import ConvergenceError, NoCondensate
from numerics.results import DECAYS, GROWS, UNDECIDED, Status
from numerics.solve.signs import looked_at
from numerics.stability.axis_count import AxisModes, ModeSearch
from numerics.stability.boundary_search import Boundary, bracketed, found_at, zero_near
from numerics.stability.conditions import (
    OSCILLATING,
    STATIC,
    UNIFORM,
    Condition,
    instability_of,
)
from numerics.stability.grid_modes import with_hidden
from numerics.stability.growth import growth_rate, maxima
from numerics.stability.path import Path
from numerics.stability.quantities import Highest, Lowest, Place
from numerics.stability.spectrum import Source, Spectrum
from numerics.stability.wave_numbers import search_grid
from numerics.steady.solution import SteadyState

#: The bracket of an edge, in the coordinate, from which it is solved for; the part of it after
#: which that is tried again; and the bracket that is the error where it fails.
_CLOSE, _AGAIN, _BISECTED = 0.03, 0.2, 1e-4
#: How far beyond its bracket an edge may be: the counts miss a mode that grows in a narrow window.
_BEYOND = 0.05
#: How far beyond an edge no other mode may grow, and how many others are then solved for.
_CLEAR, _OTHERS = 1e-4, 3
#: First step from a state with a growing mode towards the edge, and from an edge to another one.
_FIRST, _LITTLE = 1e-3, 1e-5
#: Rounds of looking closer at where modes that move are damped least.
_CLOSER = 3


@dataclass(frozen=True)
class Edge:
    """A change of stability: the boundary, whether it is unstable above, and how it is known."""

    boundary: Boundary
    rises: bool


@dataclass(frozen=True)
class Walk:
    """The verdicts on the states of a path, kept once they are known.

    Parameters
    ----------
    path : Path
    verdicts : dict
        Whether a mode grows, by the coordinate.
    damping : dict
        How fast the mode is damped that is damped least of those that move, where it was looked at.
    values : dict
        Quantities by their name and the coordinate, before they are looked for more closely.
    negative : dict
        Where lowest values are negative, by their name and the coordinate.
    failures : dict
        Why a state could not be judged, by the coordinate.
    """

    path: Path
    verdicts: dict[float, str] = field(default_factory=dict)
    damping: dict[float, float] = field(default_factory=dict)
    values: dict[tuple[str, float], float] = field(default_factory=dict)
    negative: dict[str, dict[float, float]] = field(default_factory=dict)
    failures: dict[float, str] = field(default_factory=dict)

    def verdict(self, at: float) -> str:
        """Return whether a mode of the state at a coordinate grows."""
        if at not in self.verdicts:
            try:
                grows = self._static_mode_grows(at)
                self.verdicts[at] = GROWS if grows else self._looked_at(at)
            except (NoCondensate, ConvergenceError) as error:
                self.verdicts[at], self.failures[at] = UNDECIDED, str(error)
        return self.verdicts[at]

    def _looked_at(self, at: float) -> str:
        """Return whether a mode grows at or between the wave numbers of the search."""
        state = self.path.state(at)
        verdict, found = looked_for(state)
        if found:
            place = Highest().among(state, found)
            self.damping[at] = math.inf if place is None else place.value
        return verdict

    def look(self, places: Iterable[float]) -> None:
        """Judge the states at some coordinates, and those at which static modes grow."""
        for at, value in looked_at(partial(self.first, STATIC), self.path.grid):
            if value < 0:
                self.verdicts[at] = GROWS
        for at, _ in looked_at(self._uniform, self.path.grid):
            if self.verdicts.get(at) != GROWS and self._static_mode_grows(at):
                self.verdicts[at] = GROWS
        for at in places:
            self.verdict(at)

    def first(self, condition: Condition, at: float) -> float:
        """Return a quantity at a coordinate before it is looked for more closely."""
        key = (condition.name, at)
        if key not in self.values:
            quantity, state = condition.quantity, self.path.state(at)
            if isinstance(quantity, Lowest):
                self.values[key] = self._seen(quantity, condition.name, at)
            else:
                place = quantity.first(state)
                self.values[key] = math.inf if place is None else place.value
        return self.values[key]

    def _seen(self, quantity: Lowest, name: str, at: float) -> float:
        """Return a lowest value, looked for first where it is negative at another state."""
        negative = self.negative.setdefault(name, {})
        closest = min(negative, key=lambda other: abs(other - at), default=None)
        near = None if closest is None else negative[closest]
        place = quantity.seen(self.path.state(at), near)
        if place.value < 0:
            negative[at] = quantity.where(place)
        return place.value

    def _uniform(self, at: float) -> float:
        """Return the limit of small q, or the lowest value where that tells of growth already."""
        lowest = self.first(STATIC, at)
        return lowest if lowest < 0 else self.first(UNIFORM, at)

    def _static_mode_grows(self, at: float) -> bool:
        """Tell whether det M(q, 0) is negative for some q: a mode grows there with omega = 0."""
        if self.first(STATIC, at) < 0:
            return True
        value = self.first(UNIFORM, at)
        return value < 0 and value + UNIFORM.number.error(self.path.state(at), Place(value)) < 0

    def look_closer(self) -> None:
        """Judge states between two that are stable, where a mode that moves is damped least."""
        for _ in range(_CLOSER):
            known = sorted(self.verdicts.items())
            damped = [self._damping(at) if v == DECAYS else -math.inf for at, v in known]
            for k in range(1, len(known) - 1):
                if math.inf > damped[k] < min(damped[k - 1], damped[k + 1]):
                    (low, _), (at, _), (high, _) = known[k - 1 : k + 2]
                    for middle in ((low + at) / 2, (at + high) / 2):
                        self.verdict(middle)

    def _damping(self, at: float) -> float:
        """Return how fast the mode is damped that is damped least of those that move."""
        if at not in self.damping:
            place = OSCILLATING.quantity.first(self.path.state(at))
            self.damping[at] = math.inf if place is None else place.value
        return self.damping[at]

    def edges(self) -> list[Edge]:
        """Return the edges between states that differ, ascending."""
        known = [item for item in sorted(self.verdicts.items()) if item[1] != UNDECIDED]
        return [
            self.edge(low, high, after == GROWS)
            for (low, before), (high, after) in itertools.pairwise(known)
            if before != after
        ]

    def edge(self, low: float, high: float, rises: bool) -> Edge:
        """Return the edge between two coordinates at one of which a mode grows."""
        # where the limit of long waves changes its sign it is solved for at once
        attempt = high - low if self._uniform_changes(low, high) else _CLOSE
        while high - low > _BISECTED:
            if high - low <= attempt:
                inner, outer = (high, low) if rises else (low, high)
                found = solved(self.path, inner, outer)
                if found is not None:
                    return Edge(found, rises)
                attempt = _AGAIN * (high - low)
            middle = (low + high) / 2
            verdict = self.verdict(middle)
            if verdict == UNDECIDED:
                # rounding hides it: the edge is no better known
                break
            low, high = (low, middle) if (verdict == GROWS) == rises else (middle, high)
        return Edge(bisected(self.path, *((high, low) if rises else (low, high))), rises)

    def _uniform_changes(self, low: float, high: float) -> bool:
        """Tell whether static modes of long waves grow at one of two coordinates, none at both."""
        static, limit = (
            [self.first(condition, at) < 0 for at in (low, high)] for condition in (STATIC, UNIFORM)
        )
        return limit[0] != limit[1] and not all(static)


def looked_for(source: Source) -> tuple[str, list[AxisModes]]:
    """Return whether a mode of a state grows, and the modes if none does at those wave numbers.

    Growing modes are counted at the wave numbers of the search.  Where none grows, it may between
    two of them: the first mode rises and falls there, and its maxima are looked at.

    Returns
    -------
    tuple
        "grows", "decays" or "undecided", and a list of AxisModes.
    """
    spectrum = Spectrum.of(source)
    search = ModeSearch(spectrum, search_grid(spectrum), rough=True)
    if (search.certain & (search.counts > 0)).any():
        return GROWS, []
    search.look(range(search.q.size))
    found = with_hidden(spectrum, search.modes())
    grows = any(modes.certain and modes.growing > 0 for modes in found)
    if grows or any(peak.omega.imag > peak.error for peak in maxima(spectrum, found)):
        return GROWS, search.modes()
    return DECAYS if all(modes.certain for modes in found) else UNDECIDED, search.modes()


def fastest(state: SteadyState) -> Place:
    """Return the fastest growing mode of a state."""
    rate = growth_rate(state)
    return Place(-rate.rate, rate.q, complex(rate.omega, rate.rate), rate.error)


def solved(path: Path, inner: float, outer: float) -> Boundary | None:
    """Return the edge between a state with a growing mode and one without, solved for.

    None if it is not found close to the two, or if other modes keep growing beyond.
    """
    low, high = sorted((inner, outer))
    inside = (path.value(low - _BEYOND), path.value(high + _BEYOND))
    outward = math.copysign(1.0, outer - inner)
    for _ in range(_OTHERS):
        zeros = (f for f in _zeros(path, inner, outer) if inside[0] < f.value < inside[1])
        found = next(zeros, None)
        if found is None:
            return None
        found, clear = outermost(path, found, outward)
        if clear:
            return found
        # another mode grows there, in a window that the counts have missed
        inner = path.coordinate.of(found.value) + outward * _CLEAR
        outer = inner + outward * _CLOSE
    return None


def outermost(path: Path, found: Boundary, outward: float) -> tuple[Boundary, bool]:
    """Return the edge beyond which no mode of any kind grows, where one of them ceases to grow.

    A mode of another kind may grow in a window between the wave numbers of all grids: the extremum
    of its own quantity tells.

    Returns
    -------
    tuple
        The edge, and whether no mode grows beyond.
    """
    for last in (*(False,) * _OTHERS, True):
        here = path.coordinate.of(found.value)
        # static ones that end before the states that are looked at are at the edge itself
        close = None if last else _others(found, (STATIC, UNIFORM), path, here, outward, [])
        if close is not None:
            found = close
            continue
        at = here + outward * _CLEAR
        try:
            verdict, modes = looked_for(path.state(at))
        except (NoCondensate, ConvergenceError):
            return found, True
        kinds = (STATIC, UNIFORM, OSCILLATING)
        after = None if last else _others(found, kinds, path, at, outward, modes)
        if after is None:
            break
        found = after
    return found, verdict != GROWS


def _others(
    found: Boundary,
    kinds: Iterable[Condition],
    path: Path,
    at: float,
    outward: float,
    modes: list[AxisModes],
) -> Boundary | None:
    """Return where a mode of another kind ceases to grow; see `_next_edge`."""
    edges = (_next_edge(c, path, at, outward, modes) for c in kinds if c.name != found.kind)
    return next((edge for edge in edges if edge is not None), None)


def _next_edge(
    condition: Condition, path: Path, at: float, outward: float, modes: list[AxisModes]
) -> Boundary | None:
    """Return where a mode ceases to grow that does at a coordinate; None if none does.

    The modes are those that were looked for there.
    """
    quantity, state = condition.quantity, path.state(at)
    match quantity:
        case Lowest():
            first = quantity.may_be_negative(state)
        case Highest():
            first = quantity.may_grow(state, modes) if modes else quantity.first(state)
        case _:
            first = quantity.first(state)
    place = None if first is None else quantity.near(state, first) or first
    try:
        if place is None or place.value + quantity.error(state, place) >= 0:
            return None
        zero = zero_near(condition, path, at, place, step=outward * _LITTLE)
    except (NoCondensate, ConvergenceError):
        return None
    if zero is None or not 0 < (zero.at - at) * outward < _BEYOND:
        return None
    return found_at(condition, path, zero)


def _zeros(path: Path, inner: float, outer: float) -> Iterator[Boundary]:
    """Yield where the quantities vanish that belong to the mode that grows at a coordinate."""
    state = path.state(inner)
    static = STATIC.quantity
    assert isinstance(static, Lowest)
    lowest = static.first(state)
    longest = lowest.value < 0 and lowest.q <= static.grid(state)[0]
    step = math.copysign(_FIRST, outer - inner)
    if longest:
        # of the static modes those of long waves grow last, whatever grows fastest
        yield from _uniform_zero(path, inner, outer)
    elif lowest.value < 0:
        # one that is known, before it is asked what grows fastest
        yield from _zero_from(STATIC, path, inner, lowest, step)
    mode = fastest(state)
    kind = instability_of(mode, state)
    whole = Condition(kind.name, Highest(moving=kind is OSCILLATING))
    for condition in (STATIC if kind is UNIFORM else kind, UNIFORM, whole):
        if condition is not UNIFORM:
            yield from _zero_from(condition, path, inner, mode, step)
        elif not longest:
            yield from _uniform_zero(path, inner, outer)


def _zero_from(
    condition: Condition, path: Path, inner: float, place: Place, step: float
) -> Iterator[Boundary]:
    """Yield where a quantity vanishes that is followed from a place, if it does."""
    try:
        if (zero := zero_near(condition, path, inner, place, step=step)) is not None:
            yield found_at(condition, path, zero)
    except (NoCondensate, ConvergenceError):
        return


def _uniform_zero(path: Path, inner: float, outer: float) -> Iterator[Boundary]:
    """Yield where the limit q -> 0 changes its sign between two coordinates, if it does."""
    try:
        values = [UNIFORM.number.first(path.state(at)).value for at in (inner, outer)]
        if math.prod(values) < 0:
            yield bracketed(UNIFORM, path, *sorted((inner, outer)))
    except (NoCondensate, ConvergenceError):
        return


def bisected(path: Path, inner: float, outer: float) -> Boundary:
    """Return the edge that is known from the verdicts on either side alone.

    The state that seems stable may have a mode that grows between the wave numbers of the counts:
    the error is at least how far the growth rate, followed as a line, is from zero.
    """
    middle, width = (inner + outer) / 2, abs(inner - outer)
    state = path.state(inner)
    mode = fastest(state)
    further = inner + 4 * (inner - outer)
    reach = _BEYOND
    try:
        rise = fastest(path.state(further)).value - mode.value
        if rise < 0:
            reach = min(abs(2 * mode.value * (further - inner) / rise), _BEYOND)
    except (NoCondensate, ConvergenceError):
        pass
    return Boundary(
        instability_of(mode, state).name,
        path.value(middle),
        mode.q,
        mode.omega.real,
        state,
        path.coordinate.length(middle, width / 2 + reach),
        len(path.known),
        Status.BISECTED,
        path.along,
    )
