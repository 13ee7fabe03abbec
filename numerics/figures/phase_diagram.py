"""Fig. 5: the phase diagram, gamma_v/gamma_b against the interaction strength.

"Unstable" is where a mode grows: from the first of the boundaries A, B and C up to the normal
phase, or to where the state becomes stable again.  A second panel shows how far A, B and C are
from that first boundary: on the BEC side A and B are less than a percent apart, which the diagram
itself cannot show.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from numerics.diagram.plane import phase_diagram
from numerics.diagram.results import INSTABILITIES, BoundaryCurve, PhaseDiagram
from numerics.figures.parameter_line import state_parameters
from numerics.figures.stability_region import (
    Column,
    Region,
    legend_patches,
    shade,
    unstable_region,
)
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.quantities import quantity

Array = NDArray[np.float64]

COLUMNS = ("boundary", "inv_kfa", "gamma_v/gamma_b", "error", "q/k_F", "omega/eps_F")

_KINDS = ("normal", "A", "B", "C", "gapped")
#: Beneath the line of B, that of A is a broad and pale one: most of the way they coincide.
LOOKS: dict[str, dict[str, Any]] = {
    "A": {"color": COLOURS[5], "linewidth": 5.0, "solid_capstyle": "butt", "zorder": 2.2},
    "B": {"color": COLOURS[1], "linewidth": 1.6, "zorder": 2.6},
    "C": {"color": COLOURS[2], "linewidth": 2.2, "linestyle": LINES[1], "zorder": 2.7},
    "normal": {"color": COLOURS[0], "linewidth": 1.6, "zorder": 2.4},
    "gapped": {"color": COLOURS[0], "linewidth": 1.2, "linestyle": "dashdot", "zorder": 2.3},
    "alpha11": {"color": COLOURS[3], "linewidth": 2.0, "linestyle": LINES[3], "zorder": 2.8},
    "beta22": {"color": COLOURS[4], "linewidth": 1.6, "linestyle": LINES[2], "zorder": 2.8},
}
LABELS = {
    "A": r"A: $q = 0$, $\omega = 0$",
    "B": r"B: $q \neq 0$, $\omega = 0$",
    "C": r"C: $q \neq 0$, $\omega \neq 0$",
    "normal": r"normal phase, $\Delta_0 = 0$",
    "gapped": "a gapped mode appears",
    "alpha11": r"$\alpha_{11} = 0$",
    "beta22": r"$\beta_{22} = 0$",
}
#: The last state that is looked at is so close to the normal phase.
_NEARLY = 0.99


@dataclass(frozen=True)
class PhaseDiagramData:
    """The boundaries of the figure."""

    diagram: PhaseDiagram

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the table: each curve's points, those at its ends included."""
        for kind, curve in self.diagram.curves.items():
            points = [*curve.points, *(end.point for _, end in curve.ends)]
            rows = {
                (kind, p.state.parameters.inv_kfa, p.ratio, p.error, p.q, p.omega) for p in points
            }
            yield from sorted(rows)


def compute(
    points: int = 40,
    *,
    gamma_b: float = 1e-3,
    cutoff: float = 100.0,
    tolerance: float = 0.01,
    executor: Executor | None = None,
    store: str | PathLike[str] | None = None,
) -> PhaseDiagramData:
    """Follow the boundaries along (k_F a_s)**-1 from -2 to 1, at so many points.

    Parameters
    ----------
    points : int
        Interaction strengths; there are more where the curves bend.
    gamma_b, cutoff : float
        The model, as in `Parameters`.
    tolerance : float
        As in `phase_diagram`.
    executor, store
        As in `phase_diagram`.
    """
    inv = np.linspace(-2.0, 1.0, points)
    diagram = phase_diagram(
        inv,
        gamma_b=gamma_b,
        cutoff=cutoff,
        regions=True,
        tolerance=tolerance,
        executor=executor,
        store=store,
    )
    return PhaseDiagramData(diagram)


def draw(data: PhaseDiagramData) -> Figure:
    """Draw the diagram, and beneath it the distances of A, B and C from the first of them."""
    diagram = data.diagram
    with style():
        figure = new_figure(6.4, 6.4)
        axes, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.1))
        set_axes(axes, diagram)
        patches = shade_unstable(axes, diagram)
        for kind in (*_KINDS[1:], "normal"):
            draw_curve(axes, diagram, kind)
        mark_meetings(axes, diagram)
        axes.set_xlabel("")
        lines, _ = axes.get_legend_handles_labels()
        axes.legend(
            handles=[*lines, *patches], loc="upper center", bbox_to_anchor=(0.5, 1.0), ncols=2
        )
        draw_distances(lower, diagram, INSTABILITIES, first_boundary(diagram))
        lower.set_ylabel("above the first\nof A, B, C (%)")
        lower.set_ylim(-0.7, 10)
        lower.set_xlabel(quantity("inv_kfa").label)
        state_parameters(figure, data, COLUMNS)
    return figure


def set_axes(axes: Axes, diagram: PhaseDiagram) -> None:
    """Set scales, limits and labels, and name the phases."""
    axes.set_yscale("log")
    axes.set_xlim(diagram.inv_kfa[0], diagram.inv_kfa[-1])
    axes.set_ylim(1e-3, 8.0)
    axes.set_xlabel(quantity("inv_kfa").label)
    axes.set_ylabel(quantity("ratio").label)
    across = axes.get_yaxis_transform()
    for text, x, y in (("N", 0.95, 1.6), ("Unstable BEC", 0.6, 0.15), ("Stable BEC", 0.25, 6e-3)):
        axes.text(x, y, text, transform=across, ha="center", va="center", fontsize=12)


def draw_curve(axes: Axes, diagram: PhaseDiagram, kind: str) -> None:
    """Draw the pieces of a boundary; a single point, which has no line, with a marker."""
    if kind in diagram.curves:
        draw_pieces(axes, diagram.curves[kind])


def draw_pieces(axes: Axes, curve: BoundaryCurve) -> None:
    """Draw the pieces of a boundary that is no part of a diagram."""
    label: str | None = LABELS.get(curve.kind, curve.kind)
    looks = LOOKS.get(curve.kind, {"color": COLOURS[4]})
    for inv, ratio in curve.pieces():
        marker = "o" if inv.size == 1 else None
        axes.plot(inv, ratio, label=label, marker=marker, **looks)
        label = None


def mark_meetings(axes: Axes, diagram: PhaseDiagram) -> None:
    """Mark the points where two boundaries meet on the boundary of stability."""
    inv, first = first_boundary(diagram)
    for meeting in diagram.meetings:
        if meeting.ratio <= np.interp(meeting.inv_kfa, inv, first) * (1 + 1e-9):
            axes.plot(
                meeting.inv_kfa,
                meeting.ratio,
                marker="o",
                markersize=6,
                markerfacecolor="white",
                markeredgecolor="black",
                linestyle="none",
                zorder=3,
            )
            axes.annotate(
                f"{meeting.kinds[0]} = {meeting.kinds[1]}\nat ${meeting.inv_kfa:.3f}$",
                (meeting.inv_kfa, meeting.ratio),
                (-6, -10),
                textcoords="offset points",
                ha="right",
                va="top",
                fontsize=9,
            )


def first_boundary(diagram: PhaseDiagram) -> tuple[Array, Array]:
    """Return interaction strengths and the lowest ratio of A, B and C, meeting points included."""
    stability = diagram.stability
    there = ~np.ma.getmaskarray(stability.ratio)
    points = dict(zip(stability.inv_kfa[there], stability.ratio.data[there], strict=True))
    for meeting in diagram.meetings:
        others = [
            np.interp(meeting.inv_kfa, *piece, left=np.inf, right=np.inf)
            for kind in set(INSTABILITIES) & set(diagram.curves) - set(meeting.kinds)
            for piece in diagram.curves[kind].pieces()
        ]
        if meeting.ratio <= min(others, default=np.inf):
            points[meeting.inv_kfa] = meeting.ratio
    inv = np.array(sorted(points))
    return inv, np.array([points[x] for x in inv])


def region_of(diagram: PhaseDiagram) -> tuple[Region, tuple[Array, Array] | None]:
    """Return where modes grow, as polygons, and the line of the normal phase.

    A diagram that has not been asked for its regions has none.
    """
    curve = diagram.curves.get("normal")
    normal = None if curve is None or not curve.inv_kfa.size else (curve.inv_kfa, curve.ratio)
    columns = []
    for inv, intervals in sorted(diagram.unstable.items()):
        top = math.inf if normal is None else math.exp(np.interp(inv, normal[0], np.log(normal[1])))
        ends = intervals and tuple(
            (low, math.inf if high > _NEARLY * top else high) for low, high in intervals
        )
        columns.append(Column(inv, ends))
    first = first_boundary(diagram)
    return unstable_region(columns, normal, first if first[0].size else None), normal


def shade_unstable(axes: Axes, diagram: PhaseDiagram) -> list[Patch]:
    """Shade where modes grow, and return what a legend shows of it.

    Stable states between unstable ones and the normal phase stay white, and what is not known is
    hatched.
    """
    region, normal = region_of(diagram)
    shade(axes, region, normal)
    return legend_patches(region)


def draw_distances(
    axes: Axes, diagram: PhaseDiagram, kinds: Iterable[str], base: tuple[Array, Array]
) -> None:
    """Draw how far boundaries are above a curve at its points, in percent."""
    for kind in kinds:
        if kind not in diagram.curves:
            continue
        for inv, ratio in diagram.curves[kind].pieces():
            known = np.isin(inv, base[0])
            below = np.interp(inv, *base)
            axes.plot(inv[known], 100 * (ratio / below - 1)[known], **LOOKS[kind])
