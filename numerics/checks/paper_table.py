"""The paper's numbers beside ours, as `nambu reproduce` prints and saves them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from numerics.checks.published import (
    GAMMA_B,
    Comparison,
    CutoffEstimate,
    Tally,
    comparisons,
    estimate_cutoff,
    tally,
)

COLUMNS = (
    "quantity",
    "place",
    "role",
    "printed",
    "cutoff/k_F",
    "computed",
    "error",
    "relative difference",
    "verdict",
)
#: The cutoff of every default.
DEFAULT = 100.0


@dataclass(frozen=True)
class PaperTable:
    """The comparison at the default cutoff and at the one that was inferred."""

    estimate: CutoffEstimate
    at_default: tuple[Comparison, ...]
    at_estimate: tuple[Comparison, ...]

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows of the saved table."""
        return [
            (
                c.printed.name,
                c.printed.place,
                str(c.printed.role),
                c.printed.value,
                c.cutoff,
                c.value,
                c.error,
                c.deviation,
                verdict(c, self.estimate),
            )
            for c in (*self.at_default, *self.at_estimate)
        ]

    @property
    def tally(self) -> Tally:
        """How many numbers agree at the cutoff that was inferred."""
        return tally((c.printed.role, c.agrees) for c in self.at_estimate)

    def model(self) -> dict[str, object]:
        """Return the parameters of the saved table."""
        told = "in column quantity, or what is computed"
        return {
            "inv_kfa": "in column quantity",
            "gamma_b": GAMMA_B,
            "gamma_v": told,
            "temperature": 0.0,
            "cutoff": "column cutoff/k_F",
        }

    def mapping(self) -> dict[str, object]:
        """Return everything as names and numbers."""
        return {
            "tally": dataclasses.asdict(self.tally),
            "cutoff": {
                "value": self.estimate.value,
                "uncertainty": self.estimate.uncertainty,
                "intervals": [list(interval) for interval in self.estimate.intervals],
            },
            "numbers": [dict(zip(COLUMNS, row, strict=True)) for row in self.rows()],
        }


def compare() -> PaperTable:
    """Infer the cutoff and compute every printed number."""
    estimate = estimate_cutoff()
    return PaperTable(estimate, tuple(comparisons(DEFAULT)), tuple(comparisons(estimate.value)))


def verdict(c: Comparison, estimate: CutoffEstimate) -> str:
    """Return what the comparison says."""
    if c.agrees:
        return "agrees"
    inferred = c.cutoff == estimate.value
    return "disagrees" if inferred else "disagrees at this cutoff"
