"""How far a scan is."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a scan is: values of a quantity at a point, those that were there before included.

    Parameters
    ----------
    total, done, absent, failed : int
        All, and how many of these are in the store, do not exist, or failed.
    computed : int
        How many were computed by this process since it began.
    seconds : float
        How long that took.
    """

    total: int
    done: int = 0
    absent: int = 0
    failed: int = 0
    computed: int = 0
    seconds: float = 0.0

    @property
    def finished(self) -> int:
        """How many have ended in one way or another."""
        return self.done + self.absent + self.failed

    @property
    def rate(self) -> float:
        """How many are computed in a second."""
        return self.computed / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float:
        """How many seconds are left at this rate."""
        left = self.total - self.finished
        return 0.0 if left == 0 else left / self.rate if self.rate > 0 else math.inf
