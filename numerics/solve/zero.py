"""The zero of a value that is followed from place to place as a parameter changes.

What is followed may be the lowest point of a function, the highest one of a mode, or a number: each
is a value at a place, and the place at one parameter is where the search at the next one begins.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

#: Steps of the secant method; the longest, and the one after which it ends.  A slope over some
#: distance is off by about as much of itself: it ends as well where that leaves this of a step.
_STEPS, _LONGEST, _LAST, _LEFT = 40, 0.3, 1e-12, 1e-14
#: So many times the longest step may turn back at once.
_TURNS = 2
#: Steps shorter than this keep the slope; below the second one, steps that no longer shrink are
#: those of rounding.
_RESOLVED, _STALLED = 1e-6, 1e-5


class Valued(Protocol):
    """Anything with a value."""

    @property
    def value(self) -> float:
        """What vanishes at the zero."""
        ...


P = TypeVar("P", bound=Valued)


@dataclass(frozen=True)
class Zero(Generic[P]):
    """A zero, and where the value is.

    Parameters
    ----------
    at : float
        The parameter.
    slope : float
        Derivative of the value by the parameter.
    place : P
        Where the value is at the last parameter it was taken at, next to the zero.
    steps : int
        How often it was taken.
    """

    at: float
    slope: float
    place: P
    steps: int


def secant(
    follow: Callable[[float, P], P | None],
    start: float,
    place: P,
    *,
    step: float = 1e-3,
    low: float = -math.inf,
    high: float = math.inf,
) -> Zero[P] | None:
    """Return the zero of a value next to a guess; None if the secant method leads away.

    Parameters
    ----------
    follow : callable
        Maps a parameter, and a place at one close to it, to the place there; None where there is
        none.
    start : float
        The guess, of a parameter that changes what is followed on the scale of one: a logarithm,
        for instance.
    place : P
        A place there.
    step : float
        The first step.
    low, high : float
        The zero is wanted between these.
    """
    before, now = start, start + step
    old = follow(before, place)
    new = None if old is None else follow(now, old)
    slope, over, cut, turns = math.nan, math.inf, 0.0, 0
    for steps in range(_STEPS):
        if old is None or new is None:
            return None
        # the differences of shorter steps are those of rounding
        if abs(now - before) > _RESOLVED or math.isnan(slope):
            over = abs(now - before)
            slope = (new.value - old.value) / (now - before)
        if new.value == 0 or abs(now - before) < _LAST:
            return Zero(now, slope, new, steps + 2)
        if slope == 0 or not math.isfinite(slope):
            return None
        move = max(-_LONGEST, min(_LONGEST, -new.value / slope))
        if abs(move) == _LONGEST:
            # to and fro there is an extremum in place of a zero
            turns += cut * move < 0
            if turns == _TURNS:
                return None
        cut = move if abs(move) == _LONGEST else 0.0
        stalled = abs(now - before) <= 2 * abs(move) < 2 * _STALLED
        before, old = now, new
        now += move
        if not low <= now <= high:
            return None
        if abs(move) < _LAST or abs(move) * over < _LEFT or stalled:
            return Zero(now, slope, old, steps + 2)
        new = follow(now, old)
    return None
