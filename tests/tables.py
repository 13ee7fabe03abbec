"""Reads the CSV tables that this project writes, as their users do."""

import csv
from pathlib import Path


def read(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return what the lines at the beginning say, and the rows by the names of the columns."""
    lines = path.read_text(encoding="utf-8").splitlines()
    leading = [line for line in lines if line.startswith("#")]
    assert lines[: len(leading)] == leading
    pairs = [line.removeprefix("# ").split(": ", 1) for line in leading]
    about = dict(pairs)
    assert len(about) == len(pairs)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    return about, rows
