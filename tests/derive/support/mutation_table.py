"""The ledger's records against wrong derivations: a table, and what it says of each record.

`python -m tests.derive.support.mutation_table` writes build/mutations.txt; `make verify` does so by
a test.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import multiprocessing
import pkgutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Any

import derive
from derive.hanai2017 import CheckError, Record, ledger
from tests.derive.support.mutations import MUTATIONS, applied, original, replaced

PATH = Path(__file__).parents[3] / "build" / "mutations.txt"


class Verdict(StrEnum):
    """What a mutation does to a record; the values are those of the table's cells."""

    UNUSED = " "
    SURVIVES = "."
    KILLED = "x"
    ERROR = "!"


@functools.cache
def _everything() -> None:
    """Load every module, so that no one comes later with a function as it should be."""
    for module in pkgutil.walk_packages(derive.__path__, "derive."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


@functools.cache
def _record(number: str) -> Record:
    """Return a record with its claims made, so that no mutation can change those."""
    _everything()
    record = ledger()[number]
    fixed: dict[str, Any] = {"claim": functools.partial(_same, record.claim())}
    if record.printed is not None:
        fixed["printed"] = functools.partial(_same, record.printed())
    return dataclasses.replace(record, **fixed)


def _same(value: Any) -> Any:
    return value


def used(number: str) -> frozenset[tuple[str, str]]:
    """Return which of the mutated functions the derivation of a record uses."""
    record = _record(number)
    seen: set[tuple[str, str]] = set()
    with contextlib.ExitStack() as stack:
        for key in {(m.home, m.name) for m in MUTATIONS}:
            holder, function = original(*key)
            stack.enter_context(replaced(holder, key[1], _watched(function, key, seen)))
        record.verify()
    return frozenset(seen)


def _watched(function: Any, key: tuple[str, str], seen: set[tuple[str, str]]) -> Any:
    @functools.wraps(function)
    def watched(*arguments: Any, **named: Any) -> Any:
        seen.add(key)
        return function(*arguments, **named)

    return watched


def verdicts(index: int, numbers: Iterable[str]) -> dict[str, Verdict]:
    """Return what a mutation does to records that use what it changes."""
    found = {}
    records = [_record(number) for number in numbers]
    with applied(MUTATIONS[index]):
        for record in records:
            found[record.id] = _verdict(record)
    return found


def _verdict(record: Record) -> Verdict:
    try:
        record.verify()
    except (CheckError, ValueError, ArithmeticError):
        # a derivation that refuses its own result has noticed as well
        return Verdict.KILLED
    except Exception as error:
        print(f"({record.id}): {type(error).__name__}: {error}", file=sys.stderr)
        return Verdict.ERROR
    return Verdict.SURVIVES


def table(workers: int = 2) -> dict[str, tuple[Verdict, ...]]:
    """Return the verdicts of all mutations, by number of the record."""
    numbers = [record.id for record in ledger()]
    # a fresh interpreter each: nothing derived by other tests is known there
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        use = dict(zip(numbers, pool.map(used, numbers), strict=True))
        concerned = [
            [n for n in numbers if (mutation.home, mutation.name) in use[n]]
            for mutation in MUTATIONS
        ]
        columns = list(pool.map(verdicts, range(len(MUTATIONS)), concerned))
    return {n: tuple(column.get(n, Verdict.UNUSED) for column in columns) for n in numbers}


def survivors(rows: Mapping[str, Sequence[Verdict]]) -> list[str]:
    """Return the numbers of the records that no mutation kills."""
    return [number for number, row in rows.items() if Verdict.KILLED not in row]


def as_text(rows: Mapping[str, Sequence[Verdict]]) -> str:
    """Return the table as text: the mutations by number, then a row for each record."""
    count = len(MUTATIONS)
    lines = [
        "Which records fail when what they are derived from is wrong",
        "x fails   . does not notice   blank: does not use what is changed",
        "",
    ]
    lines += [f"{k:3d}  {mutation.what}" for k, mutation in enumerate(MUTATIONS, 1)]
    lines += ["", "".join(["     ", *(str(k // 10 or " ") for k in range(1, count + 1))])]
    lines += ["".join(["     ", *(str(k % 10) for k in range(1, count + 1))])]
    for number, row in rows.items():
        fails = sum(cell is Verdict.KILLED for cell in row)
        declared = ledger()[number].by_construction
        tail = f"  {fails:2d}" + (f"  by construction: {declared}" if declared else "")
        lines.append(f"{number:>4s} {''.join(row)}{tail}")
    killed = len(rows) - len(survivors(rows))
    lines += ["", f"{killed} of {len(rows)} records fail with one mutation at least"]
    return "\n".join(lines) + "\n"


def written(rows: Mapping[str, Sequence[Verdict]]) -> Path:
    """Write the table where `make verify` leaves it."""
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(as_text(rows), encoding="utf-8")
    return PATH


if __name__ == "__main__":
    print(written(table()))
