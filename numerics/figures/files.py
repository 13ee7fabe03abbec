"""Saves a figure with its numbers beside it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure

from numerics.figures.style import style
from numerics.tables import save_table as save_table

#: What is left out of the files' metadata, by their kind: dates, so that a repetition changes
#: nothing, and names of programs.
_WITHOUT = {"png": ("Software",), "svg": ("Date", "Creator")}


def save_figure(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure as PNG and SVG, without dates, so that a repetition changes nothing."""
    paths = []
    for kind, content in picture_bytes(figure).items():
        paths.append(folder / f"{name}.{kind}")
        paths[-1].write_bytes(content)
    return paths


def picture_bytes(figure: Figure) -> dict[str, bytes]:
    """Return a figure as "png" and "svg", without dates, so that a repetition changes nothing.

    It is laid out once, for the first of them: that takes as long as to draw it.
    """
    layout, found = figure.get_layout_engine(), {}
    try:
        for kind, without in _WITHOUT.items():
            stream = BytesIO()
            with style():
                figure.savefig(stream, format=kind, metadata=dict.fromkeys(without))
            found[kind] = stream.getvalue()
            # what is laid out stays where it is
            figure.set_layout_engine(None)
    finally:
        figure.set_layout_engine(layout)
    return found
