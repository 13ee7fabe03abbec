"""How the figures look: colours that differ to every eye, and line styles that differ in grey."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Okabe and Ito's palette, ordered by how far apart its colours are in grey as well.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (3, 1.2, 1, 1.2)), (0, (1, 1.2)))

#: The colours of maps from zero, pale as the paper, to large values; in grey they darken as well.
FROM_ZERO = "Blues"

_SETTINGS: dict[Any, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "font.size": 10,
    "axes.labelsize": 11,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.6,
    "xtick.direction": "in",
    "ytick.direction": "in",
    # the same input gives the same bytes
    "svg.hashsalt": "nambu",
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the style within a block; nothing stays changed after it."""
    with mpl.rc_context(_SETTINGS):
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, sizes in inches, that no window system knows of."""
    return Figure(figsize=(width, height), layout="constrained")


def new_axes() -> Axes:
    """Return axes in a figure of their own, which pyplot knows of and shows."""
    from matplotlib import pyplot

    _, axes = pyplot.subplots(layout="constrained")
    return axes


def draw_map(
    axes: Axes, x: Array, y: Array, values: Array, *, norm: Normalize, cmap: str
) -> AxesImage:
    """Draw values at evenly spaced points, linear between them.

    Parameters
    ----------
    axes : Axes
    x, y : ndarray
        Coordinates of the points, the centres of cells that fill the map.
    values : ndarray, shape (y, x)
    norm, cmap
        As in Matplotlib.
    """
    half = [(at[-1] - at[0]) / (at.size - 1) / 2 for at in (x, y)]
    extent = (x[0] - half[0], x[-1] + half[0], y[0] - half[1], y[-1] + half[1])
    image = axes.imshow(
        values,
        origin="lower",
        aspect="auto",
        extent=extent,
        norm=norm,
        cmap=cmap,
        interpolation="bilinear",
        interpolation_stage="data",
    )
    axes.set_xlim(extent[:2])
    axes.set_ylim(extent[2:])
    axes.grid(False)
    return image
