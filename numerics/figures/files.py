"""Saves a figure with its numbers beside it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure

from numerics.figures.style import style
from numerics.tables import save_table as save_table


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
