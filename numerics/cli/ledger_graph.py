"""What the numbered equations rest on, as `nambu derive --graph` prints it."""

from __future__ import annotations

import textwrap
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from numerics.cli.options import print_json

if TYPE_CHECKING:
    from derive.hanai2017 import Record


def show_graph(records: list[Record], *, json: bool) -> int:
    """Print the premises of equations, and how well each is known with them."""
    from derive.hanai2017 import ledger

    book = ledger()
    if json:
        entries = []
        for record in records:
            standing = book.standing(record.id)
            entries.append(
                {
                    "id": record.id,
                    "status": str(record.status),
                    "premises": list(record.premises),
                    "standing": str(standing.status),
                    "by": list(standing.by),
                }
            )
        print_json({"equations": entries})
        return 0
    for record in records:
        arrow = f"<- {_numbers(record.premises)}" if record.premises else ""
        left = f"({record.id})".ljust(6) + f"{record.status.words:<13} {arrow:<38}"
        _tell(f"{left} {_weakest(record)}", " " * 8)
    _tell("Number, status <- premises; then the weakest status among all that it rests on")
    return 0


def _tell(words: str, indent: str = "") -> None:
    """Print a line, in several where the terminal is narrower."""
    width = get_terminal_size().columns
    lines = textwrap.wrap(words, width, subsequent_indent=indent, break_on_hyphens=False)
    print("\n".join(line.rstrip() for line in lines))


def standing_words(record: Record) -> str:
    """Return what an equation rests on and how well that is known; empty without premises."""
    if not record.premises:
        return ""
    return f"Rests on {_numbers(record.premises)}: {_weakest(record)}."


def _weakest(record: Record) -> str:
    from derive.hanai2017 import ledger

    standing = ledger().standing(record.id)
    return f"{standing.status.words} by {_numbers(standing.by)}"


def _numbers(numbers: tuple[str, ...], most: int = 6) -> str:
    shown = " ".join(f"({number})" for number in numbers[:most])
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"
