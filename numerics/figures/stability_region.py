"""The region of the phase diagram in which modes grow, as polygons: re-entrance, gaps and all.

What is known are intervals of the ratio gamma_v/gamma_b at some interaction strengths.  Between
neighbours the ends of corresponding intervals are joined by straight lines in the logarithm of the
ratio, or along a boundary that both are on.  An interval or a stable pocket without a counterpart
ends half-way, since where it does is not known.  Next to an interaction strength at which nothing
was found, nothing is drawn but that.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

Array = NDArray[np.float64]
Interval = tuple[float, float]
Point = tuple[float, float]
#: Interaction strengths, ascending, and ratios.
Line = tuple[Array, Array]
#: An end of an interval: its column, its place among the intervals there, and 1 for the upper end.
_Corner = tuple[int, int, int]
#: What is between two corners of a column, the lower one first: an interval, or a stable pocket.
_Part = tuple[_Corner, _Corner]

#: How the region and what is missing of it are drawn.
SHADE: dict[str, Any] = {"facecolor": "#D9D9D9", "linewidth": 0}
MISSING: dict[str, Any] = {
    "facecolor": "none",
    "edgecolor": "#999999",
    "hatch": "xx",
    "linewidth": 0,
}
#: An upper end closer than this, relative to the ratio, to the normal phase is there.
_TOUCHING = 1e-6


@dataclass(frozen=True)
class Column:
    """The ratios at which modes grow at one interaction strength.

    Parameters
    ----------
    inv_kfa : float
        The interaction strength.
    unstable : tuple of (float, float), or None
        Intervals of gamma_v/gamma_b, ascending and apart; an upper end of infinity stands for the
        normal phase.  None if they were not found.
    """

    inv_kfa: float
    unstable: tuple[Interval, ...] | None


@dataclass(frozen=True)
class Region:
    """The region as a drawing needs it.

    Parameters
    ----------
    rings : tuple of ndarray, shape (n, 2)
        Closed polygons (interaction strength, ratio) without their first point repeated:
        anticlockwise around unstable states, clockwise around stable ones within.
    lines : tuple of (float, float, float)
        Interaction strength, lowest and highest ratio of intervals without any neighbour.
    missing : tuple of (float, float)
        From which interaction strength to which the region is not known.
    """

    rings: tuple[Array, ...]
    lines: tuple[tuple[float, float, float], ...]
    missing: tuple[tuple[float, float], ...]


def unstable_region(
    columns: Sequence[Column], normal: Line | None = None, first: Line | None = None
) -> Region:
    """Join the intervals of neighbouring interaction strengths.

    Parameters
    ----------
    columns : sequence of Column
        In ascending order of the interaction strength.
    normal : tuple of (ndarray, ndarray), optional
        Interaction strengths and ratios of the line beyond which there is no condensate.  Where
        both ends of an upper edge touch it, the edge follows its points.
    first : tuple of (ndarray, ndarray), optional
        The same of the line at which the first mode starts to grow; lower edges follow it.

    Returns
    -------
    Region

    Raises
    ------
    ValueError
        If the columns or their intervals are not in order.

    Examples
    --------
    >>> from numerics.figures.stability_region import Column, unstable_region
    >>> pocket = Column(0.5, ((0.1, 0.3), (0.4, 1.0)))
    >>> found = unstable_region([Column(0.0, ((0.1, 1.0),)), pocket, Column(1.0, ((0.1, 1.0),))])
    >>> [len(ring) for ring in found.rings], found.missing
    ([6, 4], ())
    """
    known = [_checked(column, normal) for column in columns]
    for one, other in itertools.pairwise(columns):
        if not one.inv_kfa < other.inv_kfa:
            raise ValueError(
                f"columns at {one.inv_kfa:g} and {other.inv_kfa:g} are outside their domain: "
                "interaction strengths, ascending"
            )
    tracer = _Tracer([c.inv_kfa for c in columns], known, (first, normal))
    for k in range(len(columns)):
        tracer.join(k)
    rings, lines = tracer.rings()
    return Region(rings, lines, _missing(columns))


def shade(axes: Axes, region: Region, normal: Line | None = None) -> None:
    """Shade a region, and hatch up to the normal phase where it is not known.

    Parameters
    ----------
    axes : Axes
        With its scales and limits set.
    region : Region
        What is shaded; stable states within stay as they are.
    normal : tuple of (ndarray, ndarray), optional
        As in `unstable_region`.
    """
    if region.rings:
        closed = [np.vstack([ring, ring[:1]]) for ring in region.rings]
        codes = [[Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY] for ring in closed]
        path = Path(np.concatenate(closed), np.concatenate(codes))
        axes.add_patch(PathPatch(path, zorder=0.5, **SHADE))
    for inv, low, high in region.lines:
        axes.plot([inv, inv], [low, high], color=SHADE["facecolor"], linewidth=1.5, zorder=0.5)
    bottom, top = axes.get_ylim()
    for left, right in region.missing:
        x, y = np.array([left, right]), np.array([top, top])
        if normal is not None and normal[0].size > 0:
            inside = (normal[0] > left) & (normal[0] < right)
            x = np.concatenate([[left], normal[0][inside], [right]])
            y = np.exp(np.interp(x, normal[0], np.log(normal[1])))
        axes.fill_between(x, bottom, y, zorder=0.6, **MISSING)
    axes.set_ylim(bottom, top)


def legend_patches(region: Region) -> list[Patch]:
    """Return what a legend shows of a region: the shade, and the hatches if there are any."""
    found = [Patch(label="unstable", **SHADE)] if region.rings or region.lines else []
    return found + ([Patch(label="not found", **MISSING)] if region.missing else [])


def _checked(column: Column, normal: Line | None) -> tuple[Interval, ...] | None:
    """Return the intervals, with an infinite end at the normal phase; None if they are missing."""
    if column.unstable is None:
        return None
    top = math.inf
    if normal is not None and normal[0].size > 0:
        top = float(np.exp(np.interp(column.inv_kfa, normal[0], np.log(normal[1]))))
    found = []
    below = 0.0
    for low, high in column.unstable:
        end = top if high >= top * (1 - _TOUCHING) else high
        if not (below < low < end < math.inf):
            raise ValueError(
                f"unstable = {column.unstable} at {column.inv_kfa:g} is outside its domain: "
                f"positive intervals, ascending and apart, up to the normal phase ({top:g})"
            )
        found.append((low, end))
        below = end
    return tuple(found)


def _missing(columns: Sequence[Column]) -> tuple[tuple[float, float], ...]:
    """Return the spans between known neighbours of columns that are missing."""
    spans: list[tuple[float, float]] = []
    for k, column in enumerate(columns):
        if column.unstable is None:
            left = columns[max(k - 1, 0)].inv_kfa
            right = columns[min(k + 1, len(columns) - 1)].inv_kfa
            if spans and spans[-1][1] >= left:
                left = spans.pop()[0]
            spans.append((left, right))
    return tuple(spans)


class _Tracer:
    """Links the corners of the intervals to the one after it along the region's edge.

    With the region to the left of the way, lower ends lead to the right and upper ones to the left.
    """

    def __init__(
        self,
        inv: list[float],
        columns: list[tuple[Interval, ...] | None],
        lines: tuple[Line | None, Line | None],
    ) -> None:
        self._inv = inv
        self._columns = columns
        self._lines = lines
        self._next: dict[_Corner, tuple[list[Point], _Corner]] = {}

    def join(self, k: int) -> None:
        """Link the lower ends of a column, and the upper ones of the next, across the step."""
        here = self._columns[k]
        if k == 0:
            self._cut(0, 1)
        beyond = self._columns[k + 1] if k + 1 < len(self._columns) else None
        if here is None or beyond is None:
            self._cut(k, 0)
            self._cut(k + 1, 1)
            return
        self._link(
            k,
            [((k, i, 0), (k, i, 1)) for i in range(len(here))],
            [((k + 1, j, 0), (k + 1, j, 1)) for j in range(len(beyond))],
        )

    def _link(self, step: int, left: list[_Part], right: list[_Part]) -> None:
        """Link what corresponds on both sides of a step, then what is within it.

        Within connected intervals there are stable pockets, within connected pockets intervals.
        """
        heights = [
            [(self._at(low)[1], self._at(high)[1]) for low, high in s] for s in (left, right)
        ]
        for ones, others in _components(*heights):
            if not ones or not others:
                for part in [*(left[i] for i in ones), *(right[j] for j in others)]:
                    self._tip(step, *part)
                continue
            self._follow(left[ones[0]][0], right[others[0]][0])
            self._follow(left[ones[-1]][1], right[others[-1]][1])
            self._link(
                step,
                [(left[i][1], left[j][0]) for i, j in itertools.pairwise(ones)],
                [(right[i][1], right[j][0]) for i, j in itertools.pairwise(others)],
            )

    def _cut(self, k: int, upper: int) -> None:
        """Close the intervals of a column by straight lines, to its left if from upper ends."""
        for i in range(len(self._columns[k] or ()) if k < len(self._columns) else 0):
            self._next[k, i, upper] = ([], (k, i, 1 - upper))

    def _tip(self, step: int, low: _Corner, high: _Corner) -> None:
        """Let two corners of a column meet half-way through a step."""
        inv = (self._inv[step] + self._inv[step + 1]) / 2
        ratio = math.sqrt(self._at(low)[1] * self._at(high)[1])
        # the one that leads into the step: a lower end if it is to the right of the column
        start, end = (low, high) if (low[0] > step) == bool(low[2]) else (high, low)
        self._next[start] = ([(inv, ratio)], end)

    def _follow(self, left: _Corner, right: _Corner) -> None:
        """Link corners of neighbouring columns, along a line that both are on if there is one."""
        upper = left[2]
        start, end = (right, left) if upper else (left, right)
        self._next[start] = ([], end)
        line = self._lines[upper]
        if line is None or line[0].size == 0:
            return
        inv, ratio = line
        ends = np.array([self._at(left), self._at(right)])
        height = np.exp(np.interp(ends[:, 0], inv, np.log(ratio)))
        if (np.abs(ends[:, 1] / height - 1) <= _TOUCHING).all():
            inside = (inv > ends[0, 0]) & (inv < ends[1, 0])
            between = list(zip(inv[inside].tolist(), ratio[inside].tolist(), strict=True))
            self._next[start] = (between[::-1] if upper else between, end)

    def _at(self, corner: _Corner) -> Point:
        k, i, upper = corner
        column = self._columns[k]
        assert column is not None
        return self._inv[k], column[i][upper]

    def rings(self) -> tuple[tuple[Array, ...], tuple[tuple[float, float, float], ...]]:
        """Return the closed polygons, and the intervals that are none."""
        left = dict(self._next)
        rings, lines = [], []
        while left:
            corner = min(left)
            points: list[Point] = []
            while corner in left:
                between, after = left.pop(corner)
                points += [self._at(corner), *between]
                corner = after
            if len(points) > 2:
                rings.append(np.array(points))
            else:
                (inv, low), (_, high) = sorted(points)
                lines.append((inv, low, high))
        return tuple(rings), tuple(lines)


def _overlap(one: Interval, other: Interval) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


def _near(one: Interval, other: Interval) -> bool:
    """Return whether intervals are closer to each other than the wider of them is wide."""
    gap = math.log(max(one[0], other[0]) / min(one[1], other[1]))
    return gap < max(math.log(high / low) for low, high in (one, other))


def _components(
    left: Sequence[Interval], right: Sequence[Interval]
) -> list[tuple[list[int], list[int]]]:
    """Return which intervals of neighbouring columns are connected; one side may be empty.

    They are if they overlap.  One that has the step for itself may move farther, by its width.
    """
    if len(left) == len(right) == 1 and _near(left[0], right[0]):
        return [([0], [0])]
    groups: list[tuple[list[int], list[int]]] = []
    for i, one in enumerate(left):
        over = [j for j, other in enumerate(right) if _overlap(one, other)]
        if groups and set(over) & set(groups[-1][1]):
            groups[-1][0].append(i)
            groups[-1][1].extend(j for j in over if j not in groups[-1][1])
        else:
            groups.append(([i], over))
    taken = {j for _, others in groups for j in others}
    return groups + [([], [j]) for j in range(len(right)) if j not in taken]
