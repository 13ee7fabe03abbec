"""All records in the paper's order, by section."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from derive.paper.record import Record, Status

#: The paper's sections in its order, with the modules that hold their records.
_SECTIONS = {
    "I. Introduction": ("introduction",),
    "II. Model and formalism": ("model", "self_energies", "steady_state", "stability"),
    "III. Non-equilibrium-induced dynamical instability": (
        "long_waves",
        "time_reversal",
        "pairing_series",
        "bec_side",
        "bcs_side",
        "quasiparticle_bands",
    ),
    "Appendix A. Non-equilibrium BCS-Leggett theory": ("appendix_a",),
    "Appendix B. Equation of motion": ("appendix_b",),
    "Appendix C. Lower and upper branch": ("appendix_c",),
    "Appendix D. The BCS side": ("appendix_d",),
}


class Ledger(Sequence[Record]):
    """The records, a sequence in the paper's order; `ledger["72"]` is one of them.

    Parameters
    ----------
    sections : mapping
        Records by the title of their section.
    """

    def __init__(self, sections: Mapping[str, Sequence[Record]]) -> None:
        self.sections = {title: tuple(records) for title, records in sections.items()}
        self._records = tuple(r for records in self.sections.values() for r in records)
        self._by_id = {r.id: r for r in self._records}
        if len(self._by_id) != len(self._records):
            raise ValueError("two records have the same id")

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


@functools.cache
def ledger() -> Ledger:
    r"""Return the record of every numbered equation of the paper.

    Returns
    -------
    Ledger
        A sequence of `Record` in the paper's order, also indexed by the equation's number.

    Examples
    --------
    >>> import derive
    >>> record = derive.ledger()["31"]
    >>> record.title
    "Keldysh Green's function"
    >>> record.check()
    0.0
    """
    return Ledger(
        {
            title: sorted(
                (
                    record
                    for name in modules
                    for record in importlib.import_module(f"derive.paper.{name}").RECORDS
                ),
                key=lambda record: int(record.id.lstrip("ABCD")),
            )
            for title, modules in _SECTIONS.items()
        }
    )
