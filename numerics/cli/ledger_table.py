"""Every numbered equation checked, as `nambu reproduce` prints and saves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numerics.cli.options import finite

if TYPE_CHECKING:
    from derive.hanai2017 import Record
    from derive.hanai2017.verification import Outcome

COLUMNS = (
    *("equation", "title", "kind", "status", "holds", "residual", "bound", "order", "detail"),
    *("scope", "premises"),
)


@dataclass(frozen=True)
class LedgerTable:
    """The records, and what the check of each gave, in the paper's order."""

    entries: tuple[tuple[Record, Outcome], ...]

    @property
    def holds(self) -> bool:
        """Whether every equation has the status that is recorded."""
        return all(outcome.holds for _, outcome in self.entries)

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the saved table."""
        for record, outcome in self.entries:
            found = outcome.finding
            measured = (
                ("", "", "", outcome.failure)
                if found is None
                else (found.residual, found.bound, found.order or "", found.detail)
            )
            words = (record.id, record.title, str(record.kind), str(record.status))
            rests = (record.scope, " ".join(record.premises))
            yield (*words, outcome.holds, *measured, *rests)

    def mapping(self) -> list[dict[str, object]]:
        """Return the rows as names and values."""
        return [
            {
                name: finite(value) if isinstance(value, float) else value
                for name, value in zip(COLUMNS, row, strict=True)
            }
            for row in self.rows()
        ]

    def show(self) -> None:
        """Print how many equations have which status, and every failure."""
        for _, outcome in self.entries:
            if outcome.failure:
                print(outcome.failure)
        print(f"{len(self.entries)} numbered equations: {summary(self.entries)}")


def summary(entries: tuple[tuple[Record, Outcome], ...]) -> str:
    """Return a count per status."""
    counts = Counter(r.status.words for r, outcome in entries if outcome.holds)
    failed = sum(not outcome.holds for _, outcome in entries)
    parts = [f"{number} {status}" for status, number in counts.most_common()]
    return "; ".join([*parts, *([f"{failed} FAIL"] if failed else [])])


def check(executor: Executor | None = None) -> LedgerTable:
    """Check every numbered equation now, shared among the workers of an executor."""
    from derive.hanai2017 import ledger
    from derive.hanai2017.verification import outcomes

    records = tuple(ledger())
    found = {outcome.id: outcome for outcome in outcomes((r.id for r in records), executor)}
    return LedgerTable(tuple((record, found[record.id]) for record in records))
