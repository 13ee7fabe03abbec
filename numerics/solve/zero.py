"""The zero of a value that is followed from place to place as a parameter changes.

What is followed may be the lowest point of a function, the highest one of a mode, or a number: each
is a value at a place, and the place at one parameter is where the search at the next one begins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

#: Steps of the search; the longest, and the one after which it ends.  It ends as well where the
#: error of the slope leaves this of a step.
_STEPS, _LONGEST, _LAST, _LEFT = 40, 0.3, 1e-12, 1e-14
#: So many times the longest step may turn back at once; and so many values may be taken, next to
#: each other, none of which is half of the smallest before.
_TURNS, _IDLE = 2, 5
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


class _Slope(NamedTuple):
    """The slope at the last of some points, half the second derivative, and the slope's error."""

    slope: float
    bend: float
    doubt: float

    @classmethod
    def of(cls, points: Sequence[tuple[float, float]]) -> _Slope:
        """Return that of the line or the parabola through the last two or three points.

        The error is a part of the slope.  A line's is about the distance of its points, what is
        followed changes on the scale of one; a parabola's is the product of the distances, or what
        the turn from one line to the next makes of it where that is faster.
        """
        (before, old), (now, new) = points[-2:]
        line = (new - old) / (now - before)
        near = abs(now - before)
        straight = cls(line, 0.0, near)
        if len(points) < 3 or line == 0:
            return straight
        first, value = points[-3]
        far = abs(now - first)
        bend = (line - (old - value) / (before - first)) / (now - first)
        slope = line + bend * (now - before)
        if slope * line <= 0 or slope**2 <= 4 * bend * new:
            # a parabola that leads to no zero
            return straight
        turned = (slope - line) / slope
        return cls(slope, bend, max(near * far, turned**2 * far / near))

    def move(self, value: float) -> float:
        """Return the way to where the value vanishes, in the direction of the slope."""
        root = math.sqrt(self.slope**2 - 4 * self.bend * value)
        return -2 * value / (self.slope + math.copysign(root, self.slope))


def secant(
    follow: Callable[[float, P], P | None],
    start: float,
    place: P,
    *,
    step: float = 1e-3,
    low: float = -math.inf,
    high: float = math.inf,
) -> Zero[P] | None:
    """Return the zero of a value next to a guess; None if lines and parabolas lead away.

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

    Notes
    -----
    The third value and those after it are looked for where the parabola through three values leads
    (Muller's method), as long as that has a zero, and the line through the last two else.
    """
    before, now = start, start + step
    old = follow(before, place)
    new = None if old is None else follow(now, old)
    points = [] if old is None else [(before, old.value)]
    at = _Slope(math.nan, 0.0, math.inf)
    smallest, idle, cut, turns = math.inf, 0, 0.0, 0
    for steps in range(_STEPS):
        if old is None or new is None:
            return None
        # the differences of shorter steps are those of rounding
        if abs(now - before) > _RESOLVED or math.isnan(at.slope):
            apart = [point for point in points if abs(point[0] - now) > _RESOLVED]
            points = [*(apart or points)[-2:], (now, new.value)]
            at = _Slope.of(points)
        if new.value == 0 or abs(now - before) < _LAST:
            return Zero(now, at.slope, new, steps + 2)
        if at.slope == 0 or not math.isfinite(at.slope):
            return None
        move = max(-_LONGEST, min(_LONGEST, at.move(new.value)))
        # to and fro there is an extremum in place of a zero
        if abs(move) == _LONGEST:
            turns += cut * move < 0
        idle = idle + 1 if abs(new.value) > smallest / 2 and cut == 0 else 0
        smallest = min(smallest, abs(new.value))
        if turns == _TURNS or idle == _IDLE:
            return None
        cut = move if abs(move) == _LONGEST else 0.0
        stalled = abs(now - before) <= 2 * abs(move) < 2 * _STALLED
        before, old = now, new
        now += move
        if not low <= now <= high:
            return None
        if abs(move) < _LAST or abs(move) * at.doubt < _LEFT or stalled:
            return Zero(now, at.slope, old, steps + 2)
        new = follow(now, old)
    return None
