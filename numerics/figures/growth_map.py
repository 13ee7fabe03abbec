"""Beyond the paper: which mode grows fastest where the condensate is unstable, and how fast.

The paper's Fig. 5 says where the condensate loses its stability.  Here the unstable region is
filled: the growth rate max_q Im(omega_q), the wave number q* at which it is reached, and the
frequency omega* = |Re(omega_q*)| there.

The rate is given in units of gamma_b: above 1 the condensate decays faster than the bath exchanges
particles.  The axis of gamma_v/gamma_b is that of log(x/(1 - x)), since things happen near 0 and
near 1.  Each cell has the colour of its centre.

At unitarity and on the BEC side the fastest mode is far from the one that became critical first:
its wave number is tens of times larger; on the BCS side, at (k_F a_s)**-1 = -2, hardly larger.  It
does not propagate (omega* = 0) at +1, and does at -1 from a ratio of 0.1 on.  At -2 the condensate
is stable again just below the normal phase, from a ratio between 0.76 and 0.80 on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray
from scipy.special import expit, logit

from numerics.diagram.plane import phase_diagram
from numerics.diagram.results import GrowthMap, PhaseDiagram
from numerics.figures.parameter_line import state_parameters
from numerics.figures.phase_diagram import LABELS, draw_curve
from numerics.figures.style import new_figure, style
from numerics.quantities import quantity
from numerics.results import DECAYS, GROWS, UNDECIDED

Array = NDArray[np.float64]

COLUMNS = (
    "inv_kfa",
    "gamma_v/gamma_b",
    "Im(omega)/gamma_b",
    "error/gamma_b",
    "q/k_F",
    "Re(omega)/eps_F",
    "complete",
)

_KINDS = ("normal", "A", "B", "C")
#: The whole map is from here to there.
_INV, _RATIOS = (-2.0, 1.0), (2e-3, 0.985)
_TICKS = (0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97)
#: The areas without a colour of the scale, as they are drawn and in the legend.
_STABLE: dict[str, Any] = {"facecolor": "#D6E9F5"}
_STATIC: dict[str, Any] = {"facecolor": "#D9D9D9"}
_NORMAL: dict[str, Any] = {"facecolor": "white", "edgecolor": "#888888", "hatch": "////"}
_IN_DOUBT, _FAILED = "undecided, or modes missing", "no states found"
#: From pale to dark, in grey as well.
_COLOURS = "viridis_r"


@dataclass(frozen=True)
class GrowthMapData:
    """The growth rate on a grid, and the boundaries that are drawn over it."""

    diagram: PhaseDiagram
    growth: GrowthMap

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the table: the states, stable ones with a rate below zero."""
        found, unit = self.growth, self.diagram.gamma_b
        for i, j in np.argwhere(found.condensate).tolist():
            yield (
                float(found.inv_kfa[j]),
                float(found.ratios[i]),
                float(found.rate[i, j]) / unit,
                float(found.error[i, j]) / unit,
                float(found.q[i, j]),
                float(found.omega[i, j]),
                bool(found.complete[i, j]),
            )


def compute(
    points: int = 12,
    *,
    inv_kfa: Sequence[float] | None = None,
    ratios: Sequence[float] | None = None,
    gamma_b: float = 1e-3,
    cutoff: float = 100.0,
    diagram: PhaseDiagram | None = None,
    executor: Executor | None = None,
    store: str | PathLike[str] | None = None,
) -> GrowthMapData:
    """Compute growth rates at so many interaction strengths times so many decay rates.

    Parameters
    ----------
    points : int
        Cells along each axis.
    inv_kfa, ratios : sequence of float, optional
        The centres of the cells instead, at least two along each axis.
    gamma_b, cutoff : float
        The model, as in `Parameters`.
    diagram : PhaseDiagram, optional
        Boundaries to draw over the map; its model is taken.  By default they are computed at the
        map's interaction strengths.
    executor, store
        As in `phase_diagram`.
    """
    inner = (np.arange(points) + 0.5) / points
    low, high = logit(_RATIOS)
    inv = _INV[0] + (_INV[1] - _INV[0]) * inner if inv_kfa is None else inv_kfa
    at = expit(low + (high - low) * inner) if ratios is None else ratios
    model: dict[str, Any] = {"gamma_b": gamma_b, "cutoff": cutoff, "temperature": 0.0}
    if diagram is not None:
        model = {name: getattr(diagram, name) for name in model}
    kinds = _KINDS if diagram is None else ()
    found = phase_diagram(inv, kinds=kinds, ratios=at, executor=executor, store=store, **model)
    assert found.growth is not None
    return GrowthMapData(found if diagram is None else diagram, found.growth)


def draw(data: GrowthMapData) -> Figure:
    """Draw three maps: the rate, the wave number and the frequency of the fastest mode."""
    found, diagram = data.growth, data.diagram
    stable = found.verdict != GROWS
    static = ~stable & (np.ma.filled(found.omega, 0.0) == 0)
    panels: list[tuple[Any, str]] = [
        (
            np.ma.masked_where(stable, found.rate / diagram.gamma_b),
            r"$\mathrm{Im}\,\omega_{q^*}/\gamma_\mathrm{b}$",
        ),
        (np.ma.masked_where(stable, found.q), r"$q^*/k_\mathrm{F}$"),
        (np.ma.masked_where(stable | static, found.omega), r"$\omega^*/\varepsilon_\mathrm{F}$"),
    ]
    titles = ("(a)  growth rate", "(b)  wave number", "(c)  frequency")
    x, y = _edges(found.inv_kfa), expit(_edges(logit(found.ratios)))
    with style():
        figure = new_figure(10.6, 4.6)
        row = figure.subplots(1, 3, sharey=True)
        for axes, (values, label), title in zip(row, panels, titles, strict=True):
            axes.set_yscale("logit")
            _draw_areas(axes, found, x, y)
            image = axes.pcolormesh(
                x, y, values, norm=_norm(values), cmap=_COLOURS, rasterized=True
            )
            bar = figure.colorbar(image, ax=axes, location="top", aspect=28, pad=0.02)
            bar.ax.xaxis.set_minor_formatter(NullFormatter())
            bar.set_label(f"{title} {label}")
            _draw_over(axes, data, x, y)
        _fill(row[2], x, y, static, _STATIC)
        row[0].set_ylabel(quantity("ratio").label)
        _legend(figure, row[0])
        state_parameters(figure, data, COLUMNS)
    return figure


def _draw_areas(axes: Axes, found: GrowthMap, x: Array, y: Array) -> None:
    """Draw the cells that are stable, and those without a condensate, beneath the others."""
    looked_at = ~np.isin(found.inv_kfa, list(found.failures))
    _fill(axes, x, y, found.verdict == DECAYS, _STABLE)
    _fill(axes, x, y, ~found.condensate & looked_at, _NORMAL)


def _fill(axes: Axes, x: Array, y: Array, where: NDArray[np.bool_], looks: dict[str, Any]) -> None:
    """Fill cells that have no value."""
    corners = [
        [(x[j], y[i]), (x[j + 1], y[i]), (x[j + 1], y[i + 1]), (x[j], y[i + 1])]
        for i, j in np.argwhere(where).tolist()
    ]
    axes.add_collection(PolyCollection(corners, linewidths=0, zorder=0.5, **looks))


def _norm(values: Any) -> LogNorm:
    there = np.ma.compressed(values)
    if there.size == 0:
        return LogNorm(0.1, 1.0)
    return LogNorm(float(there.min()) * 0.999, float(there.max()) * 1.001)


def _edges(centres: Array) -> Array:
    """Return the edges of cells, half-way between their centres."""
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def _draw_over(axes: Axes, data: GrowthMapData, x: Array, y: Array) -> None:
    """Draw the boundaries with a white rim, hatch the normal phase, and mark what is in doubt."""
    found = data.growth
    normal = data.diagram.curves.get("normal")
    axes.set_ylim(y[0], max(y[-1], 0.985))
    if normal is not None and normal.inv_kfa.size > 0:
        axes.fill_between(
            normal.inv_kfa,
            normal.ratio,
            np.full(normal.ratio.shape, axes.get_ylim()[1]),
            linewidth=0,
            zorder=2.0,
            **_NORMAL,
        )
    for kind in reversed(_KINDS):
        draw_curve(axes, data.diagram, kind)
    for line in axes.get_lines():
        rim = withStroke(linewidth=line.get_linewidth() + 1.6, foreground="white")
        line.set_path_effects([rim])
    doubtful = np.argwhere((found.verdict == UNDECIDED) | (found.condensate & ~found.complete))
    if doubtful.size:
        places = found.inv_kfa[doubtful[:, 1]], found.ratios[doubtful[:, 0]]
        axes.plot(*places, linestyle="none", marker="x", color="black", label=_IN_DOUBT)
    for failed in found.failures:
        axes.axvline(failed, color="black", linewidth=1.0, linestyle=(0, (1, 3)), label=_FAILED)
    axes.set_xlim(x[0], x[-1])
    axes.set_yticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    axes.set_yticks([], minor=True)
    axes.set_xlabel(quantity("inv_kfa").label)
    axes.grid(False)


def _legend(figure: Figure, axes: Axes) -> None:
    """Name the boundaries and the areas without a colour of their own beneath the panels."""
    lines = {str(line.get_label()): line for line in axes.get_lines()}
    names = [*(LABELS[kind] for kind in _KINDS), _IN_DOUBT, _FAILED]
    shown: list[Any] = [lines[name] for name in names if name in lines]
    for label, looks in (
        ("stable", _STABLE),
        (r"unstable, $\omega^* = 0$", _STATIC),
        ("no condensate", _NORMAL),
    ):
        framed: dict[str, Any] = {"edgecolor": "#666666", "linewidth": 0.6, **looks}
        shown.append(Patch(label=label, **framed))
    figure.legend(handles=shown, loc="outside lower center", ncols=len(shown), columnspacing=1.2)
