"""What computes in place of the quantities, fast and in known ways."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence

from numerics import Parameters
from numerics.scans import Scan
from numerics.scans.batches import Found, Item
from numerics.scans.identity import canonical
from numerics.scans.scan import Recipe

#: Where computations are noted, one line for each point.
NOTES = "NAMBU_TEST_NOTES"


def plane(number: int) -> Scan:
    """Return a scan of the square of a number of points."""
    values = [k / number for k in range(1, number + 1)]
    return Scan(Parameters(0.0), {"inv_kfa": values, "ratio": values}, ["rates"])


def value(item: Item) -> Found:
    """Return what is found at a point."""
    inv_kfa, ratio = item.place[:2]
    return Found("done", canonical({"drive": ratio / 3, "linewidth": inv_kfa * ratio}), 1e-3)


def fast(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    return [[value(item) for _ in item.quantities] for item in items]


def noted(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    """Note what is computed, and take some time."""
    with open(os.environ[NOTES], "a", encoding="utf-8") as stream:
        for item in items:
            time.sleep(2e-3)
            stream.write(f"{item.place}\n")
            stream.flush()
    # as if it took longer, so that batches stay small
    return [[value(item)._replace(seconds=0.02) for _ in item.quantities] for item in items]


def poisoned(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    """Die of one point."""
    if any(item.place == (0.5, 0.5) for item in items):
        os.kill(os.getpid(), signal.SIGKILL)
    return fast(recipe, items)


def greedy(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    """Need too much memory for one point."""
    if any(item.place == (0.5, 0.5) for item in items):
        raise MemoryError("too much")
    return fast(recipe, items)


def broken(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    raise ImportError("no such package there")
