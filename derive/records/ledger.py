"""A ledger: records by section, and the graph of what rests on what."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from derive.records.record import Record, Status

#: From the firmest to the weakest.  A consequence is as good as its premises, and a misprint, once
#: corrected, as its evidence.
_FIRMNESS = (
    Status.DEFINITION,
    Status.PROVED,
    Status.CONSEQUENCE,
    Status.SPECIAL,
    Status.VERIFIED,
    Status.LIMIT,
    Status.RESTRICTED,
)


@dataclass(frozen=True)
class Standing:
    """How well an equation is known, its premises included.

    Parameters
    ----------
    status : Status
        The weakest among the equation and all that it rests on.
    by : tuple of str
        The equations that have it, in the paper's order.
    """

    status: Status
    by: tuple[str, ...]


class Ledger(Sequence[Record]):
    """The records, a sequence in the paper's order; `ledger["72"]` is one of them.

    Parameters
    ----------
    sections : mapping
        Records by the title of their section.  Premises that are not among them are left out of
        the graph.

    Raises
    ------
    ValueError
        If two records have the same number, or premises go round in a circle.
    """

    def __init__(self, sections: Mapping[str, Sequence[Record]]) -> None:
        self.sections = {title: tuple(records) for title, records in sections.items()}
        self._records = tuple(r for records in self.sections.values() for r in records)
        self._by_id = {r.id: r for r in self._records}
        if len(self._by_id) != len(self._records):
            raise ValueError("two records have the same id")
        try:
            self._order = tuple(graphlib.TopologicalSorter(self.graph()).static_order())
        except graphlib.CycleError as error:
            raise ValueError(f"premises in a circle: {' <- '.join(error.args[1])}") from None

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    @overload
    def __getitem__(self, key: str | int) -> Record: ...

    @overload
    def __getitem__(self, key: slice) -> tuple[Record, ...]: ...

    def __getitem__(self, key: str | int | slice) -> Record | tuple[Record, ...]:
        if not isinstance(key, str):
            return self._records[key]
        if key not in self._by_id:
            raise KeyError(f"there is no equation {key!r}; the ids are 1 to 76, A1 to D11")
        return self._by_id[key]

    def count(self, value: object) -> int:
        """Return how many records have a status, or equal a record."""
        if isinstance(value, Status):
            return sum(r.status is value for r in self._records)
        return self._records.count(value)

    def graph(self) -> dict[str, tuple[str, ...]]:
        """Return the numbers of the premises of each equation; there are no cycles.

        Examples
        --------
        >>> import derive
        >>> derive.ledger().graph()["50"]
        ('46', '51', '52', '53', '54')
        """
        return {r.id: tuple(n for n in r.premises if n in self._by_id) for r in self._records}

    def foundations(self, number: str) -> tuple[str, ...]:
        """Return the numbers of all equations that one rests on, premises of premises included.

        Those come first that the others rest on.
        """
        graph = self.graph()
        found: set[str] = set()
        waiting = list(graph[self[number].id])
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += graph[one]
        return tuple(n for n in self._order if n in found)

    def standing(self, number: str) -> Standing:
        """Return how well an equation is known: no better than the weakest of its premises.

        Examples
        --------
        >>> import derive
        >>> book = derive.ledger()
        >>> print(book["50"].status, "|", book.standing("50").status, book.standing("50").by)
        consequence of premises | holds only in a stated case ('51', '53', '54')
        """
        involved = {number, *self.foundations(number)}
        firmness = {r.id: _firmness(r) for r in self._records if r.id in involved}
        weakest = max(firmness.values(), key=_FIRMNESS.index)
        return Standing(weakest, tuple(n for n, status in firmness.items() if status is weakest))


def _firmness(record: Record) -> Status:
    return record.method if record.status is Status.MISPRINT else record.status
