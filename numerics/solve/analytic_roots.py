"""All zeros of an analytic function in a rectangle, counted by the argument principle.

The change of the argument of f along the boundary is 2 pi times the number of zeros inside.  The
boundary is sampled until no step turns f by more than a fraction of pi; rectangles are divided
until each holds one zero, which the integral of z f'/f locates and Newton's method refines.
"""

from __future__ import annotations

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

#: Largest turn of f between two points of the boundary; points at the start and at most on a side.
_TURN, _FIRST, _MOST = 0.8, 13, 8193
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

    def first(self, a: complex, b: complex) -> list[float]:
        """Return parameters of the first points on a side, denser next to the marks."""
        t = set(np.linspace(0.0, 1.0, _FIRST))
        length = abs(b - a)
        for mark in self.marks:
            along = ((mark - a) * (b - a).conjugate() / length).real
            across = abs(((mark - a) * (b - a).conjugate() / length).imag)
            if -across < along < length + across:
                t |= {
                    (along + s * across * 2.0**k) / length
                    for k in range(-1, 2 + math.ceil(math.log2(1 + length / max(across, 1e-12))))
                    for s in (-1, 1)
                }
                t.add(along / length)
        return sorted(x for x in t if 0 <= x <= 1)

    def __call__(self, points: list[complex]) -> Complex:
        missing = [z for z in dict.fromkeys(points) if z not in self.known]
        if missing:
            found = self.function(np.array(missing))
            values, bounds = found if isinstance(found, tuple) else (found, np.zeros(len(missing)))
            unclear = ~(np.abs(values) > bounds)
            self.lost.update(z for z, bad in zip(missing, unclear, strict=True) if bad)
            self.known.update(zip(missing, map(complex, values), strict=True))
        return np.array([self.known[z] for z in points])

    def side(self, a: complex, b: complex) -> tuple[Complex, Complex] | None:
        """Return points from a to b, and values, dense enough to follow the argument."""
        # the same points in either direction
        forward = (a.real, a.imag) < (b.real, b.imag)
        start, end = (a, b) if forward else (b, a)
        t = self.first(start, end)
        confirmed = False
        while len(t) <= _MOST and len(self.known) <= _BUDGET:
            points = [start + x * (end - start) for x in t]
            values = self(points)
            if not np.isfinite(values).all() or not self.lost.isdisjoint(points):
                return None
            turns = np.abs(np.angle(values[1:] / values[:-1]))
            wide = np.flatnonzero(turns > _TURN)
            if wide.size == 0 and not confirmed:
                # two zeros next to one step turn f by a whole circle: look at the middles, too
                wide, confirmed = np.arange(turns.size), True
            elif wide.size > 0:
                confirmed = False
            if wide.size == 0:
                order = 1 if forward else -1
                return np.array(points)[::order], values[::order]
            t = sorted([*t, *((t[k] + t[k + 1]) / 2 for k in wide)])
        return None

    def around(self, box: Rectangle) -> tuple[int, complex] | None:
        """Return the number of zeros in a rectangle and the sum of their positions."""
        corners = box.corners
        total, moment = 0.0, 0.0j
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            found = self.side(a, b)
            if found is None:
                return None
            points, values = found
            steps = np.log(np.abs(values[1:] / values[:-1])) + 1j * np.angle(
                values[1:] / values[:-1]
            )
            total += float(steps.imag.sum())
            moment += complex(((points[1:] + points[:-1]) / 2 * steps).sum())
        return round(total / (2 * math.pi)), moment / (2j * math.pi)


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
