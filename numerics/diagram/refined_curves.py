"""More points of the phase diagram's curves, where straight lines between them are not enough."""

from __future__ import annotations

import bisect
import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.diagram.curves import boundary_of, boundary_record
from numerics.diagram.results import INSTABILITIES, BoundaryCurve, PhaseDiagram
from numerics.stability.boundaries import Boundary
from numerics.tasks.records import Record

Array = NDArray[np.float64]
#: The points of a continuous piece of a curve, by the interaction strength.
_Piece = dict[float, Boundary]

#: How often a step may be halved.
_HALVINGS = 3
#: Boundaries closer to each other than this, in log(ratio), are told apart by this part of the
#: tolerance.
_CLOSE, _FINER = 0.12, 0.1


def halved(
    x: Array,
    y: Array,
    tolerance: float,
    *,
    near: NDArray[np.bool_] | None = None,
    kinks: NDArray[np.bool_] | None = None,
) -> list[float]:
    """Return the middles of steps across which a straight line is not good enough.

    By how much it is off is told by the second differences at either end of the step.  Of two
    points alone nothing is known: the step between them is halved.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Points of a curve, x ascending.
    tolerance : float
        Largest error in y.
    near : ndarray of bool, shape (n - 1,), optional
        Which steps matter; of two points alone then none does.
    kinks : ndarray of bool, shape (n,), optional
        Points at which the curve has a corner, which is not bent.

    Examples
    --------
    >>> import numpy as np
    >>> from numerics.diagram.refined_curves import halved
    >>> x = np.array([0.0, 1.0, 3.0])
    >>> halved(x, x**2, tolerance=0.5)
    [2.0]
    """
    steps = np.diff(x)
    if steps.size < 2:
        return [] if near is not None else ((x[1:] + x[:-1]) / 2).tolist()
    second = np.abs(np.diff(np.diff(y) / steps)) / (steps[1:] + steps[:-1])
    if kinks is not None:
        # a corner is not bent
        second[kinks[1:-1]] = 0.0
    ends = np.concatenate([second[:1], second, second[-1:]])
    off = np.maximum(ends[1:], ends[:-1]) * steps**2 / 4
    wanted = off > tolerance
    if near is not None:
        wanted &= near
    middles: list[float] = ((x[1:] + x[:-1]) / 2)[wanted].tolist()
    return middles


def refined(
    diagram: PhaseDiagram, tolerance: float, run: Callable[[Sequence[Record]], list[Record]]
) -> PhaseDiagram:
    """Return the boundaries of a diagram at further interaction strengths.

    Those are where curves end or meet, and the middles of steps across which a curve, or the
    distance between two that are close, bends.

    Parameters
    ----------
    diagram : PhaseDiagram
    tolerance : float
        Largest error of a straight line in log(ratio) between neighbours, as far as three
        halvings lead to it.
    run : callable
        Returns the values of tasks.
    """
    curves = {kind: _pieces(curve) for kind, curve in diagram.curves.items()}
    corners = {meeting.inv_kfa for meeting in diagram.meetings}
    wanted = corners | {x for pieces in curves.values() for piece in pieces.values() for x in piece}
    grid = set(diagram.inv_kfa.tolist())
    for _ in range(_HALVINGS + 1):
        _fill(curves, wanted - grid, run)
        grid |= wanted
        wanted = _bends(curves, corners, tolerance)
        if not wanted:
            break
    return dataclasses.replace(
        diagram,
        inv_kfa=np.array(sorted(grid)),
        curves={kind: _with_points(diagram.curves[kind], found) for kind, found in curves.items()},
    )


def _pieces(curve: BoundaryCurve) -> dict[int, _Piece]:
    """Return the points of each continuous piece, those at its ends included."""
    pieces: dict[int, _Piece] = {}
    for x, n, point in zip(curve.inv_kfa.tolist(), curve.piece.tolist(), curve.points, strict=True):
        pieces.setdefault(n, {})[x] = point
    for n, end in curve.ends:
        pieces[n][end.inv_kfa] = end.point
    return pieces


def _fill(
    curves: Mapping[str, Mapping[int, _Piece]],
    wanted: Iterable[float],
    run: Callable[[Sequence[Record]], list[Record]],
) -> None:
    """Add the points at further interaction strengths to the pieces that they are within."""
    tasks: list[Record] = []
    places: list[tuple[_Piece, float]] = []
    for x in sorted(wanted):
        for piece in (piece for pieces in curves.values() for piece in pieces.values()):
            known = sorted(piece)
            k = bisect.bisect(known, x)
            if x not in piece and 0 < k < len(known):
                between = [boundary_record(piece[known[i]]) for i in (k - 1, k)]
                tasks.append({"task": "point", "inv_kfa": x, "between": between})
                places.append((piece, x))
    for (piece, x), record in zip(places, run(tasks), strict=True):
        if record["point"] is not None:
            piece[x] = boundary_of(record["point"])


def _bends(
    curves: Mapping[str, Mapping[int, _Piece]], corners: set[float], tolerance: float
) -> set[float]:
    """Return the middles of steps across which straight lines are not good enough."""
    found: set[float] = set()
    first: dict[float, float] = {}
    for kind in set(INSTABILITIES) & set(curves):
        for piece in curves[kind].values():
            for x, point in piece.items():
                first[x] = min(first.get(x, math.inf), math.log(point.ratio))
    for kind, pieces in curves.items():
        for piece in pieces.values():
            inv = np.array(sorted(piece))
            log = np.log([piece[at].ratio for at in inv.tolist()])
            found.update(halved(inv, log, tolerance))
            if kind in INSTABILITIES:
                above = log - np.array([first[at] for at in inv.tolist()])
                near = np.minimum(above[1:], above[:-1]) < _CLOSE
                kinks = np.isin(inv, list(corners))
                found.update(halved(inv, above, _FINER * tolerance, near=near, kinks=kinks))
    return found


def _with_points(curve: BoundaryCurve, pieces: Mapping[int, _Piece]) -> BoundaryCurve:
    """Return a curve that has the points of its pieces."""
    found = sorted(
        ((x, n, piece[x]) for n, piece in pieces.items() for x in piece), key=lambda at: at[:2]
    )
    points = tuple(point for *_, point in found)
    return dataclasses.replace(
        curve,
        inv_kfa=np.array([x for x, _, _ in found]),
        ratio=np.array([point.ratio for point in points]),
        q=np.array([point.q for point in points]),
        omega=np.array([point.omega for point in points]),
        error=np.array([point.error for point in points]),
        piece=np.array([n for _, n, _ in found], dtype=np.int64),
        points=points,
    )
