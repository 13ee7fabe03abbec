"""What a worker computes: the values of some points, and for each how it ended."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from numerics.errors import NoBoundary, NoCondensate
from numerics.scans.quantities import QUANTITIES, Point
from numerics.scans.rows import Outcome, encoded
from numerics.scans.scan import Recipe

#: The longest reason that is kept, in characters.
_LONGEST = 300


class Item(NamedTuple):
    """A point that is wanted: the values of the axes, the quantities there, and what is before it.

    The last are values of the last axis, see `Scan.neighbours`.
    """

    place: tuple[float, ...]
    quantities: tuple[str, ...]
    before: tuple[float, ...] = ()


class Found(NamedTuple):
    """What has become of a quantity at a point; as in `Row`."""

    outcome: str
    text: str
    seconds: float


def evaluate(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    """Return what has become of each quantity at each point.

    A value depends on nothing but its point, and on those that its name tells are before it: so it
    is the same to the last bit whichever process computes it, and among whichever others.
    """
    return [_at(recipe, item) for item in items]


def _at(recipe: Recipe, item: Item) -> list[Found]:
    try:
        point = recipe.point(item.place, item.before)
    except ValueError as error:
        # each value is inside its domain, but not both together
        return [Found(Outcome.FAILED, reason(error), 0.0) for _ in item.quantities]
    return [_one(name, point) for name in item.quantities]


def _one(name: str, point: Point) -> Found:
    quantity, begin = QUANTITIES[name], time.perf_counter()
    try:
        outcome, text = Outcome.DONE, encoded(quantity, quantity.function(point))
    except (NoCondensate, NoBoundary) as error:
        outcome, text = Outcome.ABSENT, str(error)
    except Exception as error:  # one point must not end a scan
        outcome, text = Outcome.FAILED, reason(error)
    return Found(outcome, text, time.perf_counter() - begin)


def reason(error: BaseException) -> str:
    """Return in one line why there is no value."""
    line = " ".join(f"{type(error).__name__}: {error}".split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 2]} …"
