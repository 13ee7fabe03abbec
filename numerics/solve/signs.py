"""The sign of a function of one variable among given places, and where it dips between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

#: A dip is looked into where the parabola through three values comes below this part of the outer
#: ones.
_DEEP = 0.5
#: Values taken of a dip; a step of less than the second part of the distance of its neighbours is
#: replaced by the third part of the way to the one that is farther away.
_VALUES, _CLOSE, _ASIDE = 8, 0.02, 0.1

Point = tuple[float, float]


def looked_at(function: Callable[[float], float], places: Iterable[float]) -> Iterator[Point]:
    """Yield places and values, with those of dips towards zero that the places step over.

    Parameters
    ----------
    function : callable
        Smooth on the scale of the distances of the places.
    places : iterable of float
        Ascending.

    Yields
    ------
    tuple of float
        A place and the value there, ascending, computed as they are asked for.  Where the modulus
        has a minimum that may be one of the other sign, the places of that as well.
    """
    window: list[Point] = []
    for place in places:
        window.append((place, function(place)))
        if len(window) == 3:
            first, middle, last = window
            deeper = [] if _crosses(window) else _into(function, (first, middle, last))
            yield first
            yield from (point for point in deeper if point[0] < middle[0])
            window = [middle, last]
            # those behind the middle come before the last one
            behind = [point for point in deeper if point[0] > middle[0]]
            if behind:
                yield middle
                yield from behind[:-1]
                window = [behind[-1], last]
    yield from window


def sign_changes(
    function: Callable[[float], float], places: Iterable[float]
) -> Iterator[tuple[Point, Point]]:
    """Yield neighbours, of given places and of dips between them, with values of opposite sign.

    Zero counts as positive.
    """
    before = None
    for point in looked_at(function, places):
        if before is not None and (before[1] < 0) != (point[1] < 0):
            yield before, point
        before = point


def _crosses(points: list[Point]) -> bool:
    return len({value < 0 for _, value in points}) > 1


def _into(function: Callable[[float], float], points: tuple[Point, Point, Point]) -> list[Point]:
    """Return points of a dip between three of one sign, ascending; none if it is not deep."""
    sign = -1.0 if points[1][1] < 0 else 1.0
    low, middle, high = points
    found: list[Point] = []
    if not _vertex(points, sign)[1] < _DEEP * min(sign * low[1], sign * high[1]):
        return found
    for _ in range(_VALUES):
        at, _ = _vertex((low, middle, high), sign)
        if abs(at - middle[0]) < _CLOSE * (high[0] - low[0]):
            # the parabola has come to rest: into the wider one of the two sides
            side = low[0] if middle[0] - low[0] > high[0] - middle[0] else high[0]
            at = middle[0] + _ASIDE * (side - middle[0])
        point = (at, function(at))
        found.append(point)
        if sign * point[1] < 0:
            break
        # the lowest stays in the middle of its neighbours
        if sign * point[1] < sign * middle[1]:
            low, high = (low, middle) if at < middle[0] else (middle, high)
            middle = point
        elif at < middle[0]:
            low = point
        else:
            high = point
    return sorted(found)


def _vertex(points: tuple[Point, Point, Point], sign: float) -> Point:
    """Return the vertex of the parabola through three values of one sign, and the modulus there.

    Where the parabola has no minimum, or the middle value is not the lowest, the middle one.
    """
    (x, f), (y, g), (z, h) = ((at, sign * value) for at, value in points)
    if not g < min(f, h):
        return y, g
    left, right = (g - f) / (y - x), (h - g) / (z - y)
    curvature = (right - left) / (z - x)
    # of f + left (t - x) + curvature (t - x)(t - y)
    at = (x + y) / 2 - left / (2 * curvature)
    return at, f + left * (at - x) + curvature * (at - x) * (at - y)
