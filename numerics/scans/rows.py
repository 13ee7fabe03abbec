"""What a store keeps of a point: how it ended, its values as JSON, and a checksum of all that."""

from __future__ import annotations

import enum
import hashlib
import json
import math
from typing import Any, NamedTuple

from numerics.scans.identity import canonical
from numerics.scans.quantities import COMPLEX, REAL, Quantity


class Outcome(enum.StrEnum):
    """How a point ended."""

    #: There is a value.
    DONE = "done"
    #: There is none: no condensate, no boundary.
    ABSENT = "absent"
    #: It is not known: no convergence, or workers that died.
    FAILED = "failed"


class Row(NamedTuple):
    """A point as it is kept.

    `text` has its values as JSON, or in words why there are none; `numbers` the parameters there,
    `context` the number of what else it depends on.
    """

    key: str
    context: int
    numbers: str
    outcome: str
    text: str
    seconds: float

    @property
    def checksum(self) -> str:
        """The SHA-256 of everything."""
        parts = [self.key, str(self.context), self.numbers, self.outcome, self.text]
        whole = "\0".join([*parts, float(self.seconds).hex()])
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def encoded(quantity: Quantity, values: dict[str, Any]) -> str:
    """Return the values of a quantity as JSON; floats to the last bit."""
    if set(values) != set(quantity.columns):
        raise ValueError(f"{quantity.name} has the columns {', '.join(quantity.columns)}")
    return canonical({name: _plain(values[name]) for name in quantity.columns})


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(x) for x in value]
    if isinstance(value, complex):
        return [_plain(value.real), _plain(value.imag)]
    if isinstance(value, float):
        # JSON has no form for these
        return float(value) if math.isfinite(value) else str(float(value))
    return value


def decoded(quantity: Quantity, text: str) -> dict[str, Any]:
    """Return the values of a quantity from its JSON."""
    found = json.loads(text)
    return {
        name: [_of_kind(kind, x) for x in found[name]]
        if name in quantity.many
        else _of_kind(kind, found[name])
        for name, kind in quantity.columns.items()
    }


def _of_kind(kind: str, value: Any) -> Any:
    if kind == REAL:
        return float(value)
    return complex(*map(float, value)) if kind == COMPLEX else value
