"""Values at successive points linked into curves, by their slopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Numbers of values at one point and at the next that belong together.
Links = list[tuple[int, int]]
#: Values at a point, their slopes, and their kinds.
Ends = tuple[NDArray[Any], NDArray[Any], NDArray[np.intp]]

#: A link needs a defect below this part of the values' scale, over which a slope is one, and below
#: this part of the next best link's: four times better is not a matter of the next order.
DEFECT, AMBIGUOUS = 0.1, 0.25


def links(first: Ends, second: Ends, step: float, scale: float) -> Links:
    """Link values at points a step apart by their slopes, where that is unambiguous.

    Each end has values, slopes and kinds; only values of the same kind are linked, and with a
    defect that is small against the scale and their size.
    """
    (v, s, kind), (v2, s2, kind2) = first, second
    if v.size == 0 or v2.size == 0:
        return []
    defect = np.abs(v2 - v[:, None] - step / 2 * (s[:, None] + s2))
    size = scale + np.maximum(np.abs(v)[:, None], np.abs(v2))
    defect = np.where(kind[:, None] == kind2, defect, np.inf)
    found = []
    for i, j in enumerate(defect.argmin(axis=1)):
        others = np.concatenate([np.delete(defect[i], j), np.delete(defect[:, j], i)])
        rival = float(others.min(initial=np.inf))
        if defect[i, j] <= DEFECT * size[i, j] and defect[i, j] < AMBIGUOUS * rival:
            found.append((i, int(j)))
    return found


def chains(joined: Sequence[Links], sizes: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Return the curves that links form: the numbers of point and value along each.

    Parameters
    ----------
    joined : sequence of n - 1 lists of links
        Those from each point to the next.
    sizes : sequence of n int
        How many values each point has.

    Examples
    --------
    >>> chains([[(0, 0)], [(0, 1)]], [2, 1, 2])
    [[(0, 0), (1, 0), (2, 1)], [(0, 1)], [(2, 0)]]
    """
    found: list[list[tuple[int, int]]] = []
    before: list[list[tuple[int, int]]] = []
    for k, size in enumerate(sizes):
        back = {j: i for i, j in joined[k - 1]} if k > 0 else {}
        here = [before[back[j]] if j in back else [] for j in range(size)]
        found += [chain for j, chain in enumerate(here) if j not in back]
        for j, chain in enumerate(here):
            chain.append((k, j))
        before = here
    return found
