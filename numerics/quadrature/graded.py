"""Where panels begin and end, in loops that are compiled where there is Numba."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def graded_rows(
    high: Any,
    low: Any,
    widths: Any,
    splits: Any,
    split_rest: Any,
    outer: Any,
    lowest: Any,
    constants: Any,
    owner: Any,
    panels: Any,
) -> int:
    """Put panels into arrays, as many as there is room for, and return how many there are.

    It is `numerics.quadrature.panels.grade`, one row of branch points after the other.  Positions
    are sums of two doubles, of which the second is what the first was rounded by.

    Parameters
    ----------
    high, low, widths : ndarray, shape (n, points)
    splits, split_rest : ndarray, shape (n, m)
    outer : ndarray, shape (n,) or (0,)
        Where the tails start, if that is given.
    lowest : ndarray, shape (n,)
        Where they start at least, if it is not.
    constants : ndarray, shape (5,)
        Of `grade`: which points merge, where tails start, and where beyond splits, the length of
        panels, and which are none.
    owner : ndarray of int, shape (room,)
        Owners of the panels.
    panels : ndarray, shape (6, room)
        Origins and what they were rounded by, scales, starts, ends, and tails.
    """
    merge, far, beyond, longest, resolution = constants
    n, points = widths.shape
    cuts = splits.shape[1]
    # of a row: a panel on either side of every point, cut at splits, and the tail
    one = np.empty((6, 2 * points + cuts + 1))
    order, kept = np.empty(points, dtype=np.int64), np.empty(points, dtype=np.int64)
    count = 0
    for row in range(n):
        # sharper points first, and those that are close to a sharper one left out
        for k in range(points):
            place = k
            while place > 0 and widths[row, order[place - 1]] > widths[row, k]:
                order[place] = order[place - 1]
                place -= 1
            order[place] = k
        remaining = 0
        for index in range(points):
            k, alone = order[index], True
            for place in range(remaining):
                j = kept[place]
                away = (high[row, k] - high[row, j]) + (low[row, k] - low[row, j])
                alone = alone and not abs(away) <= merge * widths[row, k]
            if alone:
                kept[remaining] = k
                remaining += 1
        for index in range(1, remaining):
            k, place = kept[index], index
            while place > 0:
                j = kept[place - 1]
                if (high[row, j] - high[row, k]) + (low[row, j] - low[row, k]) <= 0.0:
                    break
                kept[place] = j
                place -= 1
            kept[place] = k
        if outer.size:
            end = outer[row]
        else:
            end = max(far * high[row, kept[remaining - 1]], lowest[row])
            for index in range(remaining):
                k = kept[index]
                end = max(end, high[row, k] + 2.0 * widths[row, k])
            for k in range(cuts):
                end = max(end, beyond * splits[row, k])
        pieces = 0
        for index in range(remaining):
            k = kept[index]
            for side in range(2):
                after = index + 1 - 2 * side
                if after < 0:
                    length = high[row, k]
                elif after == remaining:
                    length = end - high[row, k]
                else:
                    j = kept[after]
                    length = abs((high[row, j] - high[row, k]) + (low[row, j] - low[row, k])) / 2.0
                if length > 0.0:
                    width = widths[row, k]
                    one[0, pieces], one[1, pieces] = high[row, k], low[row, k]
                    one[2, pieces], one[3, pieces] = width if side == 0 else -width, 0.0
                    one[4, pieces], one[5, pieces] = math.asinh(length / width), 0.0
                    pieces += 1
        for k in range(cuts):
            # panels do not overlap: one of them is cut
            for piece in range(pieces):
                away = (splits[row, k] - one[0, piece]) + (split_rest[row, k] - one[1, piece])
                u = math.asinh(away / one[2, piece])
                margin = resolution * (1.0 + one[4, piece])
                if one[3, piece] + margin < u < one[4, piece] - margin:
                    for field in range(6):
                        one[field, pieces] = one[field, piece]
                    one[4, piece], one[3, pieces] = u, u
                    pieces += 1
                    break
        one[0, pieces], one[1, pieces], one[2, pieces] = 0.0, 0.0, end
        one[3, pieces], one[4, pieces], one[5, pieces] = 0.0, 1.0, 1.0
        for piece in range(pieces + 1):
            length = one[4, piece] - one[3, piece]
            parts = 2 if piece == pieces else max(math.ceil(length / longest), 1)
            for part in range(parts):
                if count < owner.size:
                    owner[count] = row
                    for field in range(6):
                        panels[field, count] = one[field, piece]
                    panels[3, count] = one[3, piece] + part * (length / parts)
                    panels[4, count] = panels[3, count] + length / parts
                count += 1
    return count


def bisected_ends(
    start: float, end: float, singular: Any, separation: float, smallest: float
) -> Any:
    """Return the ends of panels; see `numerics.quadrature.rules.graded_panels`.

    Parameters
    ----------
    start, end, separation : float
    singular : ndarray of complex
    smallest : float
        Half-length of panels that are not halved.
    """
    ends, stack = [start], [(start, end)]
    while len(stack) > 0:
        a, b = stack.pop()
        middle, half = (a + b) / 2, (b - a) / 2
        far = True
        for point in singular:
            if abs(point - middle) < separation * half:
                far = False
                break
        if half > smallest and not far:
            stack.append((middle, b))
            stack.append((a, middle))
        else:
            ends.append(b)
    return ends
