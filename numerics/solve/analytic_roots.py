"""All zeros of an analytic function in a rectangle, counted by the argument principle.

The change of the argument of f along the boundary is 2 pi times the number of zeros inside.  The
boundary is sampled until no step turns f by more than a fraction of pi, nor may hide a whole turn;
rectangles are divided until each holds one zero, which the integral of z f'/f locates and Newton's
method refines.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.solve.analytic_newton import Local, newton, slope_from_values

Complex = NDArray[np.complex128]
Array = NDArray[np.float64]
#: Values of a function, or values and bounds of their errors.
Function = Callable[[Complex], Complex | tuple[Complex, Array]]

#: Largest turn of f between two points of the boundary; points at the start on a side, and at most.
_TURN, _FIRST, _MOST = 0.8, 13, 20_000
#: Largest change of log f in a step that its neighbours do not let expect: of a whole turn.
_BEND = 0.5
#: Points next to a mark are so many times as far away as the one before.
_APART_AT_MARKS = 4.0
#: Rounds of dividing rectangles: a side shrinks by half in two of them, to a millionth in all.
_DIVISIONS = 40
#: Neighbours from which a derivative is taken, in parts of the rectangle, which holds one zero.
_APART = 1e-4
#: Values of the function after which a search gives up: where they are lost in rounding, the
#: argument turns however close the points are.  A search that succeeds takes some thousand.
_BUDGET = 20_000


@dataclass(frozen=True)
class Rectangle:
    """A rectangle in the complex plane, from its lower left to its upper right corner."""

    low: complex
    high: complex

    @property
    def corners(self) -> tuple[complex, complex, complex, complex]:
        """Corners, counter-clockwise from the lower left."""
        a, b = self.low, self.high
        return a, complex(b.real, a.imag), b, complex(a.real, b.imag)

    def contains(self, z: complex) -> bool:
        """Whether a point is inside."""
        return (
            self.low.real <= z.real <= self.high.real and self.low.imag <= z.imag <= self.high.imag
        )

    def divided(self, at: float) -> tuple[Rectangle, Rectangle]:
        """Return two pieces, cut across the longer side at a part of it."""
        size = self.high - self.low
        if size.real >= size.imag:
            x = self.low.real + at * size.real
            return (
                Rectangle(self.low, complex(x, self.high.imag)),
                Rectangle(complex(x, self.low.imag), self.high),
            )
        y = self.low.imag + at * size.imag
        return (
            Rectangle(self.low, complex(self.high.real, y)),
            Rectangle(complex(self.low.real, y), self.high),
        )


@dataclass(frozen=True)
class Zeros:
    """Zeros in a rectangle.

    Parameters
    ----------
    values : tuple of complex
        Simple zeros that were found.
    count : int
        How many there are by the argument principle.
    evaluations : int
        Values of the function.
    complete : bool
        Whether all were found, and the function exceeds its error on the rectangle's boundary.
    """

    values: tuple[complex, ...]
    count: int
    evaluations: int
    complete: bool


class _Counter:
    """Values of the function, kept: neighbouring rectangles share sides."""

    def __init__(self, function: Function, marks: Sequence[complex]) -> None:
        self.function = function
        self.marks = marks
        self.known: dict[complex, complex] = {}
        #: Where the value is not above its error, and its argument means nothing.
        self.lost: set[complex] = set()

    def first(self, a: complex, b: complex) -> list[complex]:
        """Return the first points on a side, denser next to the marks; either way the same."""
        if (b.real, b.imag) < (a.real, a.imag):
            return self.first(b, a)[::-1]
        t = set(np.linspace(0.0, 1.0, _FIRST).tolist())
        length = abs(b - a)
        for mark in self.marks:
            along = ((mark - a) * (b - a).conjugate() / length).real
            across = abs(((mark - a) * (b - a).conjugate() / length).imag)
            if -across < along < length + across:
                rounds = math.log(2 + 2 * length / max(across, 1e-12), _APART_AT_MARKS)
                t |= {
                    (along + s * across * _APART_AT_MARKS**k / 2) / length
                    for k in range(2 + math.ceil(rounds))
                    for s in (-1, 1)
                }
                t.add(along / length)
        return [a, *(a + x * (b - a) for x in sorted(t) if 0 < x < 1), b]

    def __call__(self, points: list[complex]) -> Complex:
        missing = [z for z in dict.fromkeys(points) if z not in self.known]
        if missing:
            found = self.function(np.array(missing))
            values, bounds = found if isinstance(found, tuple) else (found, np.zeros(len(missing)))
            unclear = ~(np.abs(values) > bounds)
            self.lost.update(z for z, bad in zip(missing, unclear, strict=True) if bad)
            self.known.update(zip(missing, map(complex, values), strict=True))
        return np.array([self.known[z] for z in points])

    def along(self, corners: Sequence[complex]) -> tuple[Complex, Complex] | None:
        """Return points of a path from corner to corner, and values, dense enough to follow f."""
        points = [corners[0]]
        for a, b in itertools.pairwise(corners):
            points += self.first(a, b)[1:]
        while len(points) <= _MOST and len(self.known) <= _BUDGET:
            values = self(points)
            if not np.isfinite(values).all() or not self.lost.isdisjoint(points):
                return None
            at = np.array(points)
            wide = np.flatnonzero(_wide(np.diff(at), values))
            if wide.size == 0:
                return at, values
            for k in wide[::-1].tolist():
                points.insert(k + 1, (points[k] + points[k + 1]) / 2)
        return None

    def around(self, box: Rectangle) -> tuple[int, complex] | None:
        """Return the number of zeros in a rectangle and the sum of their positions."""
        found = self.along((*box.corners, box.low))
        if found is None:
            return None
        points, values = found
        ratio = values[1:] / values[:-1]
        steps = np.log(np.abs(ratio)) + 1j * np.angle(ratio)
        moment = complex(((points[1:] + points[:-1]) / 2 * steps).sum())
        return round(float(steps.imag.sum()) / (2 * math.pi)), moment / (2j * math.pi)


def _wide(path: Complex, values: Complex) -> NDArray[np.bool_]:
    """Tell which steps of a path are to be divided.

    Those that turn f too much, and those that may hide a whole turn.  It may be of two zeros next
    to a step: they make |f| fall towards it from either side, by the square of the distance and at
    least by that of its far end; half of that in the logarithm is what makes a step one of them.
    Or one zero next to it gives half a turn, and what is farther away the rest: then log f changes
    in the step at a rate that differs from those in both of its neighbours.
    """
    ratio = values[1:] / values[:-1]
    rise, steps = np.log(np.abs(ratio)), np.abs(path)
    change = rise + 1j * np.angle(ratio)
    before, after = np.ones((2, steps.size), dtype=bool)
    # a step may be beside one that is smaller by 308 orders of magnitude
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        forward = np.abs(change[1:] - change[:-1] * (path[1:] / path[:-1]))
        backward = np.abs(change[:-1] - change[1:] * (path[:-1] / path[1:]))
        before[1:] = -rise[:-1] > np.log1p(steps[:-1] / steps[1:])
        after[:-1] = rise[1:] > np.log1p(steps[1:] / steps[:-1])
    bend = np.minimum([backward[0], *forward], [*backward, forward[-1]])
    return np.asarray((np.abs(np.angle(ratio)) > _TURN) | (before & after) | (bend > _BEND))


def count_mirrored(function: Function, box: Rectangle, marks: Sequence[complex] = ()) -> Zeros:
    """Count the zeros in a rectangle of a function that takes conjugate values at -z* and z.

    On Re(z) = 0, which halves the rectangle, it is real: half of the boundary suffices.

    Parameters
    ----------
    function, marks
        As in `zeros_in`.
    box : Rectangle
        From Re(z) = 0 on: the right half.  No zero may lie on its other sides.

    Returns
    -------
    Zeros
        Without values; the count is that of both halves.

    Examples
    --------
    >>> def function(z):
    ...     return 1j * (z - 0.3j) * ((z + 0.2j) ** 2 - 0.1)
    >>> count_mirrored(function, Rectangle(-1j, 1 + 1j)).count
    3
    """
    counter = _Counter(function, marks)
    found = counter.along((*box.corners,))
    if found is None:
        return Zeros((), 0, len(counter.known), False)
    # real at both ends
    values = np.array([found[1][0].real, *found[1][1:-1], found[1][-1].real])
    turns = np.angle(values[1:] / values[:-1])
    return Zeros((), round(float(turns.sum()) / math.pi), len(counter.known), True)


def zeros_in(
    function: Function,
    box: Rectangle,
    marks: Sequence[complex] = (),
    expected: Sequence[complex] = (),
) -> Zeros:
    """Return all zeros of an analytic function in a rectangle.

    Parameters
    ----------
    function : callable
        Maps an array of complex numbers to an array, or to one of values and one of bounds of their
        errors: a zero is counted where the values on the boundary exceed these.
    box : Rectangle
        No zero may lie on its boundary.
    marks : sequence of complex
        Where the function changes quickly: sides that pass are sampled at their distance.
    expected : sequence of complex
        Distinct zeros that are known; where as many are counted there is nothing to look for.

    Examples
    --------
    >>> found = zeros_in(lambda z: (z - 0.3) * (z + 0.2j) * (z - 5), Rectangle(-1 - 1j, 1 + 1j))
    >>> found.count, [round(abs(z), 9) for z in found.values]
    (2, [0.2, 0.3])
    """
    counter = _Counter(function, marks)
    start = counter.around(box)
    if start is None:
        return Zeros((), 0, len(counter.known), False)
    inside = [z for z in expected if box.contains(z)]
    if start[0] == len(inside):
        return Zeros(tuple(inside), start[0], len(counter.known), True)
    found: list[complex] = []
    pending = [(box, *start)]
    for _ in range(_DIVISIONS):
        divided = []
        for piece, count, moment in pending:
            zero = _refined(counter, piece, moment) if count == 1 else None
            if zero is not None:
                found.append(zero)
            elif count > 0:
                divided += _pieces(counter, piece, count)
        pending = divided
        if not pending:
            break
    values = tuple(sorted(found, key=lambda z: (z.real, z.imag)))
    return Zeros(values, start[0], len(counter.known), len(values) == start[0])


def _pieces(counter: _Counter, box: Rectangle, count: int) -> list[tuple[Rectangle, int, complex]]:
    """Divide a rectangle where no zero lies on the cut, and the counts add up."""
    for at in (0.4871, 0.5613, 0.3917, 0.6309, 0.2917, 0.7219, 0.1903, 0.8123):
        pieces = box.divided(at)
        counted = [counter.around(piece) for piece in pieces]
        if None not in counted:
            results = [(p, *c) for p, c in zip(pieces, counted, strict=True) if c is not None]
            if sum(c for _, c, _ in results) == count:
                return results
    return []


def _refined(counter: _Counter, box: Rectangle, guess: complex) -> complex | None:
    """Return the zero in a rectangle by Newton's method, if it leads there."""
    size = abs(box.high - box.low)
    if not box.contains(guess):
        guess = (box.low + box.high) / 2

    def values(z: Complex) -> Complex:
        return counter(z.tolist())

    def function(_: NDArray[np.intp], z: Complex) -> tuple[Complex, Array]:
        return values(z), np.zeros(z.shape)

    def with_slope(which: NDArray[np.intp], z: Complex) -> Local:
        return Local(*function(which, z), slope_from_values(values, z, _APART * size))

    def room(_: NDArray[np.intp], z: Complex) -> Array:
        return np.minimum.reduce(
            [
                z.real - box.low.real,
                box.high.real - z.real,
                z.imag - box.low.imag,
                box.high.imag - z.imag,
            ]
        )

    zero = complex(newton(function, with_slope, np.array([guess]), room).at[0])
    return zero if np.isfinite(zero) else None
