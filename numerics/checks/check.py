"""A check: what is stated, what was measured, what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A statement, the deviation from it that was measured, and the bound of that deviation."""

    statement: str
    deviation: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether the deviation is within the bound; a deviation that is no number is not."""
        return self.deviation <= self.bound


#: Something that runs checks.
Group = Callable[[], Check | Iterator[Check]]
