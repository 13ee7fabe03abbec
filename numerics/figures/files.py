"""Saves a figure with its numbers beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure

from numerics.figures.style import style


def save_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV table; floats in the shortest form that reads back to the same number."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def save_figure(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure as PNG and SVG, without dates, so that a repetition changes nothing."""
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    for path in paths:
        path.write_bytes(picture_bytes(figure, path.suffix[1:]))
    return paths


def picture_bytes(figure: Figure, kind: str) -> bytes:
    """Return a figure as "png" or "svg", without dates, so that a repetition changes nothing."""
    without: dict[str, tuple[str, ...]] = {"png": ("Software",), "svg": ("Date", "Creator")}
    stream = BytesIO()
    with style():
        figure.savefig(stream, format=kind, metadata=dict.fromkeys(without[kind]))
    return stream.getvalue()
