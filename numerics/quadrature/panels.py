"""Panels that resolve an integrand's branch points beside the axis, for many integrals at once.

About each of them the variable is x + w sinh(u), with its position x and its distance w from the
axis, in which panels of constant length converge at a constant rate: their number grows with the
logarithm of the distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from numerics.evaluation import backend, compiled
from numerics.quadrature.graded import graded_rows
from numerics.quadrature.rules import Rule

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
#: Positions, whose distances matter on the scale of the linewidth, in extended precision if there
#: is any: a rounded one moves the edge of the bath against that of the spectrum.
Extended = NDArray[np.longdouble]

#: Length of a panel in u.  The nearest singularities are at +-i pi/2.
LENGTH = 5.0
#: A branch point is left to another one that is nearer than this multiple of its width.
_MERGE = 0.5
#: The variable beyond the last branch point, at this multiple of its distance, is y**(-1/2), and
#: beyond the last position where panels are split, at a smaller one.
OUTER, BEYOND = 4.0, 2.0
#: Widths of branch points, in units of the scale of the positions, have to be above rounding.
SMALLEST = 1e-14
#: Lengths of panels have to be above rounding.
_RESOLUTION = 1e-12
#: These five as compiled code takes them.
_CONSTANTS = np.array([_MERGE, OUTER, BEYOND, LENGTH, _RESOLUTION])
#: Panels of an integral for which there is room at first.
_ROOM = 64


@dataclass(frozen=True)
class Panels:
    """Panels of the variable u, y = origin + scale sinh(u), or y = scale/u**2 on the tails.

    Parameters
    ----------
    owner : ndarray of int
        The point (q, omega) that a panel belongs to.
    origin, scale, start, end : ndarray
        The map, and the ends of the panel; a negative scale runs to the left.
    tail : ndarray of bool
        Which map.
    """

    owner: Integers
    origin: Extended
    scale: Array
    start: Array
    end: Array
    tail: NDArray[np.bool_]

    def __len__(self) -> int:
        return self.owner.size

    def select(self, which: NDArray[np.bool_] | Integers | slice) -> Panels:
        """Return some of the panels."""
        return Panels(
            self.owner[which],
            self.origin[which],
            self.scale[which],
            self.start[which],
            self.end[which],
            self.tail[which],
        )

    def joined(self, *others: Panels) -> Panels:
        """Return these panels and others."""
        return Panels(
            *(
                np.concatenate([getattr(p, field.name) for p in (self, *others)])
                for field in fields(self)
            )
        )

    def cut(self, at: Array) -> Panels:
        """Return the two pieces of every panel on either side of one value of u each."""
        return Panels(
            np.concatenate([self.owner, self.owner]),
            np.concatenate([self.origin, self.origin]),
            np.concatenate([self.scale, self.scale]),
            np.concatenate([self.start, at]),
            np.concatenate([at, self.end]),
            np.concatenate([self.tail, self.tail]),
        )

    def halved(self) -> Panels:
        """Return both halves of every panel."""
        return self.cut((self.start + self.end) / 2)

    def nodes(self, rule: Rule) -> tuple[Array, Array, Array]:
        """Return y, y - origin, and the Jacobian dy/dt of t in [-1, 1], shape (panels, nodes)."""
        half = (self.end - self.start) / 2
        u = ((self.start + self.end) / 2)[:, None] + half[:, None] * rule.nodes
        bulk, scale = ~self.tail, self.scale[:, None]
        offset, slope = np.empty_like(u), np.empty_like(u)
        offset[bulk] = scale[bulk] * np.sinh(u[bulk])
        slope[bulk] = np.abs(scale[bulk]) * np.cosh(u[bulk])
        offset[self.tail] = scale[self.tail] / u[self.tail] ** 2
        slope[self.tail] = 2 * scale[self.tail] / u[self.tail] ** 3
        return self.origin.astype(float)[:, None] + offset, offset, slope * half[:, None]


def grade(
    positions: Extended,
    widths: Array,
    splits: Sequence[Extended] = (),
    outer: Array | None = None,
    least: Array | float = 0.0,
) -> Panels:
    """Return panels of the positive axis for each row of branch points.

    Parameters
    ----------
    positions : ndarray, shape (n, points)
        Not negative.
    widths : ndarray, shape (n, points)
        Distances from the axis, positive; infinite for a point that does not count.
    splits : sequence of ndarray, shape (n,)
        Positions where the integrand is not analytic on the axis itself.
    outer : ndarray, shape (n,), optional
        Where the tail starts, at least four times as far as any branch point.
    least : ndarray, shape (n,), or float
        Where the tail starts at least, if `outer` is not given: of points that merge with a sharper
        one it has not the scale.
    """
    if backend() == "numba":
        return _compiled(positions, widths, splits, outer, least)
    # the tail has no position to be split at
    cuts = np.max([np.abs(split) for split in splits], axis=0) if len(splits) else 0.0
    lowest = np.maximum(BEYOND * cuts, least)
    panels = _between(positions, widths, _merged(positions, widths), outer, lowest)
    for split in splits:
        panels = _split_at(panels, split)
    return _subdivided(panels)


def _compiled(
    positions: Extended,
    widths: Array,
    splits: Sequence[Extended],
    outer: Array | None,
    least: Array | float,
) -> Panels:
    """Return what `grade` does, by compiled code."""
    n = len(widths)
    cuts = np.array(splits).T if len(splits) else np.empty((n, 0))
    ends = np.empty(0) if outer is None else np.ascontiguousarray(outer, dtype=float)
    owner, found = compiled_rows(
        _in_two(positions), np.ascontiguousarray(widths), _in_two(np.abs(cuts)), ends, least
    )
    origin, rest, scale, start, end, tail = found
    whole = origin.astype(np.longdouble) + rest
    return Panels(owner, whole, scale, start, end, tail > 0)


def compiled_rows(
    positions: tuple[Array, Array],
    widths: Array,
    splits: tuple[Array, Array],
    outer: Array,
    least: Array | float = 0.0,
) -> tuple[Integers, Array]:
    """Return the owners of the panels of `grade`, and the rows that loops know them by.

    Parameters
    ----------
    positions, splits : tuple of ndarray, shape (n, points) and (n, m)
        Doubles, and what they were rounded by.
    widths, outer, least
        As in `grade`, of no `outer` where that is not given.

    Returns
    -------
    ndarray of int, shape (panels,)
    ndarray, shape (6, panels)
        Origins and what they were rounded by, scales, starts, ends, and whether they are tails.
    """
    arguments = (
        *positions,
        widths,
        *splits,
        outer,
        np.full(len(widths), least, dtype=float),
        _CONSTANTS,
    )
    count = _ROOM * len(widths)
    while True:
        owner, found = np.empty(count, dtype=np.int64), np.empty((6, count))
        count = compiled(graded_rows)(*arguments, owner, found)
        if count <= owner.size:
            return owner[:count], found[:, :count]


def _in_two(x: Extended) -> tuple[Array, Array]:
    """Return numbers as sums of two doubles."""
    high = np.ascontiguousarray(x, dtype=float)
    return high, np.asarray(x - high, dtype=float)


def _merged(positions: Extended, widths: Array) -> NDArray[np.bool_]:
    """Tell which points remain when those close to a sharper one are left to that."""
    order = np.argsort(widths, axis=1, kind="stable")
    x = np.take_along_axis(positions, order, axis=1)
    w = np.take_along_axis(widths, order, axis=1)
    kept = np.ones_like(x, dtype=bool)
    for k in range(1, x.shape[1]):
        near = np.abs(x[:, k, None] - x[:, :k]) <= _MERGE * w[:, k, None]
        kept[:, k] = ~(near & kept[:, :k]).any(axis=1)
    result = np.empty_like(kept)
    np.put_along_axis(result, order, kept, axis=1)
    return result


def _between(
    positions: Extended,
    widths: Array,
    kept: NDArray[np.bool_],
    outer: Array | None,
    least: Extended | float,
) -> Panels:
    """Return one panel from each point half-way to its neighbours, or to zero, and the tail."""
    x = np.where(kept, positions, np.inf)
    order = np.argsort(x, axis=1, kind="stable")
    x, w = np.take_along_axis(x, order, axis=1), np.take_along_axis(widths, order, axis=1)
    present = np.isfinite(x)
    rows = np.arange(x.shape[0])
    last = present.sum(axis=1) - 1
    if outer is None:
        wide = np.where(present, x + 2 * w, 0.0).max(axis=1)
        outer = np.maximum(np.maximum(OUTER * x[rows, last], wide), least).astype(float)
    left, right = np.full_like(x, np.nan), np.full_like(x, np.nan)
    x = np.where(present, x, np.nan)
    right[:, :-1] = left[:, 1:] = np.diff(x, axis=1) / 2
    right[rows, last] = outer - x[rows, last]
    left[:, 0] = x[:, 0]
    owner, column = np.nonzero(present)
    width = w[owner, column]
    scale = np.concatenate([width, -width])
    length = np.concatenate([right[owner, column], left[owner, column]]).astype(float)
    bulk = Panels(
        np.tile(owner, 2),
        np.tile(x[owner, column], 2),
        scale,
        np.zeros_like(scale),
        np.arcsinh(length / np.abs(scale)),
        np.zeros(scale.size, dtype=bool),
    )
    zero, one = np.zeros(outer.shape), np.ones(outer.shape)
    tail = Panels(rows, zero.astype(np.longdouble), outer, zero, one, one.astype(bool))
    return bulk.select(length > 0).joined(tail)


def _split_at(panels: Panels, positions: Extended) -> Panels:
    """Return panels none of which contains the position y of its owner in its interior.

    A position that rounding alone tells from an end is that end: no panel shrinks to a point.
    """
    u = np.arcsinh((positions[panels.owner] - panels.origin).astype(float) / panels.scale)
    margin = _RESOLUTION * (1 + panels.end)
    inside = (u > panels.start + margin) & (u < panels.end - margin) & ~panels.tail
    return panels.select(~inside).joined(panels.select(inside).cut(u[inside]))


def _subdivided(panels: Panels) -> Panels:
    """Return panels that are no longer than `LENGTH`; the tail in two."""
    length = panels.end - panels.start
    parts = np.where(panels.tail, 2, np.maximum(np.ceil(length / LENGTH), 1)).astype(int)
    index = np.repeat(np.arange(parts.size), parts)
    number = np.arange(index.size) - np.repeat(np.cumsum(parts) - parts, parts)
    step = (length / parts)[index]
    start = panels.start[index] + number * step
    return replace(panels.select(index), start=start, end=start + step)
