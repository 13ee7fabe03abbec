"""The quantities that change their sign at a boundary, and where in a state they are looked at.

A number of the state; the lowest value of a function of the wave number or the frequency; the
highest Im(omega_q) of a mode.  Each has a place in a state, from which it is followed to a state
close by, and a bound of its error there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from numerics.response.uniform_limit import Limit
from numerics.solve.minimum import WIDTHS, lowest_inside, minimum_near
from numerics.stability.axis_count import AxisModes, axis_modes
from numerics.stability.grid_modes import Peak
from numerics.stability.growth import filled_diameter
from numerics.stability.peaks import climb, highest_point
from numerics.stability.refinement import next_roots, with_state_errors
from numerics.stability.spectrum import Spectrum
from numerics.steady.sensitivity import effect_of_errors
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Wave numbers at which modes that move are looked for, in units of gamma: from where those of the
#: expansion (46) have become two, to where they are those of single pairs.
_WAVES = np.geomspace(1.5, 50.0, 9)
#: More of them between the neighbours of one.
_BETWEEN = (_WAVES[1] / _WAVES[0]) ** np.linspace(-1.0, 1.0, 13)
#: Every so many of a grid tell most often that a lowest value is negative.
_PART = 4
#: What is between points is that many times as far from them as a parabola, or a tangent, is.
_WORSE = 2.0
#: Places between two wave numbers at which a cubic is looked at.
_CLOSELY = 9
#: A place is expected where the last two lead to, up to so many times their distance.
_AHEAD = 30.0
#: How far in log q the highest point may be from where it is expected to be: as far as a step of
#: Newton's method may lead; and by how many linewidths a mode falls over that, before anything is
#: known of it.
_NEAR, _FLAT = WIDTHS[0], 1e-6
#: The smallest real part that makes a mode one that moves, in units of gamma.
MOVING = 0.05


@dataclass(frozen=True)
class Place:
    """A quantity at a state, and where it is.

    Parameters
    ----------
    value : float
        Positive before the boundary.
    q : float
        Wave number.
    omega : complex
        Frequency.
    error : float
        Bound of the error of the value for the state as it is, where it is known here.
    settled : bool
        Whether the place is the extremum of its quantity, or one to look for that from.
    """

    value: float
    q: float = 0.0
    omega: complex = 0.0
    error: float = 0.0
    settled: bool = True

    @property
    def within(self) -> float:
        """How far away in log x the extremum may be at a state close by."""
        return WIDTHS[-1 if self.settled else 0]

    def ahead(self, before: Place, part: float) -> Place:
        """Return where the place moves to that has come from one before, a part of that farther."""
        if not (self.settled and before.settled) or abs(part) > _AHEAD:
            return self
        q = self.q if before.q == 0 else self.q * (self.q / before.q) ** part
        return replace(self, q=q, omega=self.omega + part * (self.omega - before.omega))


@dataclass(frozen=True)
class Number:
    """A number of the state, such as a coefficient of the expansion for small q and omega.

    Parameters
    ----------
    function : callable
        Maps a state to the number, positive before the boundary, or to a `Limit` of M, which has a
        bound.
    bound : callable, optional
        Maps a state to a bound of the number's error for the state as it is; without any bound the
        number counts as exact, and only the errors of the state are accounted for.
    q, omega : float
        What it is the number of, where it belongs to one mode.
    """

    function: Callable[[SteadyState], float | Limit]
    bound: Callable[[SteadyState], float] | None = None
    q: float = 0.0
    omega: float = 0.0

    def first(self, state: SteadyState) -> Place:
        """Return the number."""
        return Place(self._limit(state).value, self.q, self.omega)

    def near(self, state: SteadyState, place: Place) -> Place:
        """Return the number, which is where it is."""
        return self.first(state)

    def error(self, state: SteadyState, place: Place) -> float:
        """Return a bound of the error of the number."""
        here = self._limit(state)
        moved = effect_of_errors(lambda s: self._limit(s).value, state, here.value)
        bound = here.bound if self.bound is None else float(self.bound(state))
        return float(moved) + bound

    def _limit(self, state: SteadyState) -> Limit:
        found = self.function(state)
        return found if isinstance(found, Limit) else Limit(float(found), 0.0)


@dataclass(frozen=True)
class Lowest:
    """The lowest value of a function of the wave number or of the frequency.

    Parameters
    ----------
    function : callable
        Maps a state and an array of positive x to the values there and to bounds of their errors
        for the state as it is; the values are positive before the boundary.
    grid : callable
        Maps a state to the x, ascending, among which the lowest value is looked for first; a
        minimum below the first of them is none.
    over : {"q", "omega"}
        What x is.
    limit : Number, optional
        The limit of the function as x vanishes, which may become negative first.
    joined : bool
        Whether that is the same boundary.
    rough : callable, optional
        The same as the function, to a few digits: enough for most signs.
    """

    function: Callable[[SteadyState, Array], tuple[Array, Array]]
    grid: Callable[[SteadyState], Array]
    over: Literal["q", "omega"] = "q"
    limit: Number | None = None
    joined: bool = False
    rough: Callable[[SteadyState, Array], tuple[Array, Array]] | None = None

    def first(self, state: SteadyState) -> Place:
        """Return the lowest value on the grid, its error added: what is negative surely is."""
        x = self.grid(state)
        return self._lowest(x, np.add(*self.function(state, x)))

    def signed(self, state: SteadyState) -> float:
        """Return the lowest value on the grid, as `seen` does."""
        return self.seen(state).value

    def seen(self, state: SteadyState, near: float | None = None) -> Place:
        """Return the lowest value on the grid, to a few digits if these tell the sign.

        Where some of a part of the grid are negative, that of the part: of the points next to an x
        where it is so at another state, then of some everywhere.
        """
        x, places = self.grid(state), []
        function = self.function if self.rough is None else self.rough
        if near is not None:
            k = int(np.argmin(np.abs(np.log(x / near))))
            places.append(x[max(k - 1, 0) : k + 2])
        places.append(x[::_PART])
        for some in places:
            value, bound = function(state, some)
            if (value + bound).min() < 0:
                return self._lowest(some, value + bound)
        others = np.delete(x, np.s_[::_PART])
        if others.size > 0:
            rest = function(state, others)
            some = np.append(some, others)
            value, bound = np.append(value, rest[0]), np.append(bound, rest[1])
            if self.rough is not None and (value - bound).min() <= 0 <= (value + bound).min():
                some = x
                value, bound = self.function(state, x)
        return self._lowest(some, value + bound)

    def may_be_negative(self, state: SteadyState) -> Place | None:
        """Return the lowest value on the grid; None if the minimum next to it surely is positive.

        The parabola through it and its neighbours tells how much less that may be: twice as much
        as the parabola is.
        """
        x = self.grid(state)
        values, bounds = self.function(state, x)
        k = int(np.argmin(values + bounds))
        first = min(max(k - 1, 0), x.size - 3)
        beside = slice(first, first + 3)
        log = np.log(x[beside])
        curve = np.polynomial.Polynomial.fit(log, values[beside], 2)
        inner = lowest_inside(curve, log[0], log[-1])
        less = 0.0 if inner is None else max(values[k] - float(curve(inner)), 0.0)
        if values[k] - bounds[k] > _WORSE * less:
            return None
        return self._at(float(x[k]), float(values[k] + bounds[k]), settled=False)

    def near(self, state: SteadyState, place: Place) -> Place | None:
        """Return the minimum next to a place."""
        found = minimum_near(
            lambda x: self.function(state, x)[0],
            self.where(place),
            within=place.within,
            above=float(self.grid(state)[0]),
        )
        return None if found is None else self._at(found.x, found.value)

    def error(self, state: SteadyState, place: Place) -> float:
        """Return a bound of the error of the value at a place, which a polynomial has there."""
        x = np.array([self.where(place)])
        value, bound = self.function(state, x)
        moved = effect_of_errors(lambda s: self.function(s, x)[0], state, value)
        return float(moved[0] + bound[0] + abs(value[0] - place.value))

    def _lowest(self, x: Array, values: Array) -> Place:
        k = int(np.argmin(values))
        return self._at(float(x[k]), float(values[k]), settled=False)

    def where(self, place: Place) -> float:
        """Return the x of a place."""
        return place.q if self.over == "q" else place.omega.real

    def _at(self, x: float, value: float, *, settled: bool = True) -> Place:
        q, omega = (x, 0.0) if self.over == "q" else (0.0, x)
        return Place(value, q, omega, settled=settled)


@dataclass(frozen=True)
class Highest:
    """The highest Im(omega_q) over the wave number along a mode, with the opposite sign.

    Parameters
    ----------
    moving : bool
        Whether the mode has to have a real part.
    """

    moving: bool = True

    def first(self, state: SteadyState) -> Place | None:
        """Return the mode, at some wave numbers, that is damped least."""
        return self._damped_least(state, 0)

    def grows(self, state: SteadyState) -> bool:
        """Tell whether such a mode grows at some of these wave numbers.

        Growing modes are counted first: what moves has a mirror image, so there are two.
        """
        place = self._damped_least(state, 2 if self.moving else 1)
        return place is not None and place.value < 0

    def _damped_least(self, state: SteadyState, growing: int) -> Place | None:
        """Return the mode among those wave numbers at which so many may grow."""
        waves = _WAVES * state.parameters.linewidth
        return self._among(state, waves[waves < filled_diameter(state)], growing)

    def closer(self, state: SteadyState, place: Place) -> Place | None:
        """Return the place, or one between its neighbours from where the maximum is found."""
        if self.near(state, place) is not None:
            return place
        found = self._among(state, place.q * _BETWEEN, 0)
        return None if found is None else replace(found, settled=True)

    def _among(self, state: SteadyState, waves: Array, growing: int) -> Place | None:
        """Return the mode at wave numbers that is damped least."""
        return self._least(state, axis_modes(state, waves, growing=growing, rough=True))

    def among(self, state: SteadyState, known: Iterable[AxisModes]) -> Place | None:
        """Return what `first` does, from modes that are known at wave numbers as close as its."""
        low, high = _WAVES[[0, -1]] * state.parameters.linewidth
        return self._least(state, (modes for modes in known if low <= modes.q <= high))

    def _least(self, state: SteadyState, known: Iterable[AxisModes]) -> Place | None:
        slowest = self._slowest(state)
        seen = [
            Place(-complex(w).imag, modes.q, complex(w), settled=False)
            for modes in known
            for w in modes.frequencies[modes.frequencies.real > slowest][:1]
        ]
        return min(seen, key=lambda place: place.value, default=None)

    def _slowest(self, state: SteadyState) -> float:
        """Return the real part from which on a mode is one of those that are meant."""
        return MOVING * state.parameters.linewidth if self.moving else -1.0

    def may_grow(self, state: SteadyState, known: Sequence[AxisModes]) -> Place | None:
        """Return what `among` does; None if the maximum next to it surely does not grow either.

        The cubics to both sides, or the tangent where a wave number next to it has no such mode,
        tell how much higher that may be: twice as much as they are.
        """
        from scipy.interpolate import CubicHermiteSpline

        place, slowest = self.among(state, known), self._slowest(state)
        if place is None:
            return None
        firsts = [np.flatnonzero(modes.frequencies.real > slowest)[:1].tolist() for modes in known]
        here = next(k for k, modes in enumerate(known) if modes.q == place.q)
        drift = known[here].drifts[firsts[here][0]]
        for k in (here - 1, here + 1):
            if not 0 <= k < len(known):
                continue
            x = math.log(known[k].q / place.q)
            inner = x * np.linspace(0.0, 1.0, _CLOSELY)
            rise = float((drift.imag * inner).max())
            for j in firsts[k]:
                ends = [(0.0, -place.value, drift.imag)]
                ends += [(x, known[k].frequencies[j].imag, known[k].drifts[j].imag)]
                cubic = CubicHermiteSpline(*np.array(sorted(ends)).T)
                rise = float(cubic(inner).max()) + place.value
            if rise * _WORSE > place.value:
                return place
        return None

    def near(self, state: SteadyState, place: Place) -> Place | None:
        """Return the maximum of Im(omega_q), uphill from a place.

        Next to where a mode that moves meets its mirror image it is that of a polynomial: `error`
        tells how far off that may be.
        """
        spectrum = Spectrum.of(state)
        found = _top(spectrum, place.q, place.omega) if place.settled else None
        if found is None:
            found = climb(spectrum, place.q, place.omega, within=place.within)
            if found is not None:
                found = _top(spectrum, found.q, found.omega) or found
        if found is None or (self.moving and not found.omega.real > 0):
            return None
        return Place(-found.omega.imag, found.q, found.omega, found.error)

    def error(self, state: SteadyState, place: Place) -> float:
        """Return a bound of the error of the frequency, and of the maximum that it is."""
        where = (np.array([x]) for x in (place.q, place.omega, place.error))
        return float(with_state_errors(state, *where)[0]) + _below(Spectrum.of(state), place)


def _top(spectrum: Spectrum, q: float, omega: complex) -> Peak | None:
    """Return the maximum of Im(omega_q) next to a wave number, where the slope vanishes."""
    x = math.log(q)
    # nothing is known of its slopes, but that the top is here
    flat = np.polynomial.Polynomial(
        [omega, 0, -1j * _FLAT * spectrum.linewidth], domain=[x - _NEAR, x + _NEAR]
    )
    return highest_point(spectrum, flat)


def _below(spectrum: Spectrum, place: Place) -> float:
    """Return how far Im(omega_q) may be below its maximum at a place close to that."""
    aside = WIDTHS[-1] * np.array([-1.0, 0.0, 1.0]) / 4
    q = place.q * np.exp(aside)
    at = spectrum.with_slopes(q[1:2], np.array([place.omega]))
    slope = complex((-place.q * at.by_q / at.by_omega)[0])
    expected: Complex = np.asarray(place.omega + aside[::2] * slope, dtype=complex)
    roots = next_roots(spectrum, q[::2], expected, drifting=True)
    # no farther away than a polynomial has been
    rise, away = abs(slope.imag), WIDTHS[-1]
    if np.isfinite(roots.at).all():
        low, high = roots.drift.imag.tolist()
        bend = (low - high) / (aside[2] - aside[0])
        away = min(rise / bend, away) if bend > 0 else away
    return float(rise * away)


@dataclass(frozen=True)
class Existence:
    """The condensate itself: a boundary where it ends, in whichever way."""

    def first(self, state: SteadyState) -> Place:
        """Return the order parameter, which is positive wherever there is a state."""
        return Place(state.gap)

    def near(self, state: SteadyState, place: Place) -> Place:
        """Return the order parameter."""
        return Place(state.gap)

    def error(self, state: SteadyState, place: Place) -> float:
        """Return a bound of the error of the order parameter."""
        return state.error[0]


#: What may change its sign at a boundary.  Each has `first`, the place of a state to begin from,
#: `near`, the place that one in a state close by has moved to, and `error`, a bound of the error of
#: the value there: of itself, and of the state.
Quantity = Number | Lowest | Highest | Existence
