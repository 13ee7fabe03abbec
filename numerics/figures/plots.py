"""Pictures of results, one for each kind of curve or map: what their method `plot` draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import SymLogNorm
from numpy.typing import NDArray

from numerics.diagram.results import BoundaryCurve, GrowthMap, PhaseDiagram
from numerics.domain import instance
from numerics.figures.phase_diagram import draw_curve, draw_pieces, shade_unstable
from numerics.figures.stability_region import SHADE
from numerics.figures.style import COLOURS, LINES, new_axes, style
from numerics.quantities import Quantity, quantity
from numerics.results import DECAYS, GROWS, UNDECIDED
from numerics.stability.branches import ModeBranch, ModeBranches
from numerics.stability.edges import StabilityEdge, StabilityLine
from numerics.stability.modes import CollectiveModes
from numerics.stability.undamped import RealDispersion
from numerics.steady.curve import Curve, parameter_of, parameter_paths
from numerics.steady.tracing import Branch

__all__ = ["plot"]

Array = NDArray[np.float64]

#: An axis is logarithmic where its values span more than this factor.
_SPAN = 30.0
#: Real parts larger than imaginary ones by more than this factor are drawn on a scale that is
#: logarithmic beyond these.
_APART = 20.0
#: The smallest rates of a map with a colour of their own, in parts of the largest.
_FAINT = 1e-3
#: How close a parameter of a state is to the value of an edge that was found along it.
_SAME = 1e-9
#: A legend that may stand on a shaded region, which it shows itself.
_ON_SHADE: dict[str, Any] = {"frameon": True, "framealpha": 1.0, "edgecolor": "none"}
_ENERGIES = Quantity("energy", "", "", "ε_F")


def plot(value: Any, axes: Axes | None = None) -> Axes:
    """Draw a result into axes; see the method of the same name."""
    with style():
        axes = new_axes() if axes is None else instance("ax", axes, Axes)
        _DRAWN[type(value).__name__](value, axes)
    return axes


def _span(axes: Axes, which: str, values: Array) -> None:
    """Set the scale of an axis on which values are: logarithmic where they span decades."""
    if values.size > 1 and 0 < _SPAN * values.min() < values.max():
        axes.set(**{f"{which}scale": "log"})


def _tight(axes: Axes, values: Array) -> None:
    """Let the horizontal axis end where the values do, where there are several."""
    if values.size > 1 and values.min() < values.max():
        axes.set_xlim(values.min(), values.max())


def _branch(value: Branch, axes: Axes) -> None:
    here = [k for k, state in enumerate(value.states) if state is not None]
    states = [state for state in value.states if state is not None]
    rates = value.gamma_v[here]
    marker = "o" if len(here) < 30 else None
    for k, name in enumerate(("gap", "mu", "mu_b")):
        levels = [getattr(state, name) for state in states]
        _line(axes, rates, levels, name, k, marker)
    ends = [*rates, *([] if value.end is None else [value.end])]
    if value.end is not None:
        axes.axvline(value.end, color="#777777", linewidth=1.0, label="end of the branch")
    if ends and max(ends) > min(ends):
        margin = 0.03 * (max(ends) - min(ends))
        axes.set_xlim(min(ends) - margin, max(ends) + margin)
    axes.ticklabel_format(axis="x", scilimits=(-3, 4))
    axes.set_xlabel(quantity("gamma_v").label)
    _energies(axes)


def _curve(value: Curve, axes: Axes) -> None:
    points = value.points[value.points[:, 1] > 0]
    at = points[:, 0]
    for k, name in enumerate(("gap", "mu", "mu_b")):
        _line(axes, at, points[:, k + 1], name, k, None)
        for found, marker, face in ((_all_states(value), "o", COLOURS[k]), (value.folds, "D", "w")):
            where = [parameter_of(state.parameters, value.along) for state in found]
            levels = [getattr(state, name) for state in found]
            looks: dict[str, Any] = {"color": COLOURS[k], "markerfacecolor": face}
            looks |= {"marker": marker, "markersize": 4.5, "linestyle": "none"}
            label = "fold" if marker == "D" and k == 0 and found else None
            axes.plot(where, levels, label=label, **looks)
    low, high = sorted((value.values[0], value.values[-1]))
    margin = 0.02 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    axes.set_xlabel(quantity(value.along).label)
    _energies(axes)


def _all_states(value: Curve) -> list[Any]:
    return [state for states in value.states for state in states]


def _line(axes: Axes, x: Any, y: Any, name: str, k: int, marker: str | None) -> None:
    known = quantity(name)
    label = f"{known.words} ${known.latex}$"
    looks: dict[str, Any] = {"color": COLOURS[k], "linestyle": LINES[k]}
    axes.plot(x, y, label=label, marker=marker, markersize=3.5, **looks)


def _energies(axes: Axes) -> None:
    axes.set_ylabel(_ENERGIES.label)
    axes.legend()


def _mode_branches(value: ModeBranches, axes: Axes) -> None:
    _dispersions(value.branches, value.q, axes)


def _mode_branch(value: ModeBranch, axes: Axes) -> None:
    _dispersions((value,), value.q, axes)


def _dispersions(branches: tuple[ModeBranch, ...], q: Array, axes: Axes) -> None:
    """Draw real and imaginary parts over the wave number."""
    for k, branch in enumerate(branches):
        colour = COLOURS[k % len(COLOURS)]
        marker = "o" if branch.q.size == 1 else None
        axes.plot(branch.q, branch.omega.real, color=colour, marker=marker)
        axes.plot(branch.q, branch.omega.imag, color=colour, linestyle=LINES[1], marker=marker)
    axes.plot([], [], color="black", label=r"$\mathrm{Re}\,\omega_q$")
    axes.plot([], [], color="black", linestyle=LINES[1], label=r"$\mathrm{Im}\,\omega_q$")
    axes.axhline(0.0, color="#777777", linewidth=0.8, zorder=1.0)
    sizes = [np.abs(part).max() for b in branches for part in (b.omega.real, b.omega.imag)]
    real, imaginary = max(sizes[::2], default=0.0), max(sizes[1::2], default=0.0)
    if 0 < _APART * imaginary < real:
        axes.set_yscale("symlog", linthresh=imaginary)
    _span(axes, "x", q)
    _tight(axes, q)
    axes.set_xlabel(quantity("q").label)
    axes.set_ylabel(quantity("omega").label)
    axes.legend()


def _dispersion(value: RealDispersion, axes: Axes) -> None:
    gapless, other = "sound mode", "other roots"
    for strand in value.strands:
        label, k = (gapless, 0) if strand.gapless else (other, 1)
        marker = "o" if strand.q.size == 1 else None
        looks: dict[str, Any] = {"color": COLOURS[k], "linestyle": LINES[k], "marker": marker}
        axes.plot(strand.q, strand.omega, label=label, **looks)
        if strand.gapless:
            gapless = "_" + gapless
        else:
            other = "_other"
    for turn in value.turns:
        k = -1 if turn.at_end else 0
        ends = [value.strands[i] for i in (turn.first, turn.second)]
        axes.plot(
            [s.q[k] for s in ends], [s.omega[k] for s in ends], color=COLOURS[1], linewidth=0.8
        )
    q = np.array([roots.q for roots in value.roots])
    _span(axes, "x", q)
    _tight(axes, q)
    axes.set_ylim(0.0, value.largest)
    axes.set_xlabel(quantity("q").label)
    axes.set_ylabel(quantity("omega").label)
    if value.strands:
        axes.legend()


def _modes(value: CollectiveModes, axes: Axes) -> None:
    axes.axhline(0.0, color="#777777", linewidth=0.8, zorder=1.0)
    verdicts = np.array(value.verdict, dtype=str)
    kinds = {GROWS: (COLOURS[2], "^"), DECAYS: (COLOURS[1], "v"), UNDECIDED: (COLOURS[0], "o")}
    for verdict, (colour, marker) in kinds.items():
        here = verdicts == verdict
        if here.any():
            at, error = value.frequencies[here], value.error[here]
            looks: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": "none"}
            axes.errorbar(at.real, at.imag, error, error, label=str(verdict), **looks)
            images = -at[at.real > 0].conj()
            axes.plot(images.real, images.imag, **{**looks, "markerfacecolor": "none"})
    known = quantity("omega")
    unit = known.latex_unit
    axes.set_xlabel(rf"$\mathrm{{Re}}\,{known.latex}_q/{unit}$")
    axes.set_ylabel(rf"$\mathrm{{Im}}\,{known.latex}_q/{unit}$")
    axes.set_title(f"$q = {value.q:.4g}\\,{quantity('q').latex_unit}$")
    axes.margins(0.1)
    if verdicts.size:
        axes.legend()


def _line_of_stability(value: StabilityLine, axes: Axes) -> None:
    for low, high in value.unstable:
        axes.axvspan(low, high, zorder=0.5, **SHADE)
    axes.plot([], [], color=SHADE["facecolor"], linewidth=8, label="unstable")
    for k, kind in enumerate(sorted({edge.kind for edge in value.edges})):
        edges = [edge for edge in value.edges if edge.kind == kind]
        at, waves = [edge.value for edge in edges], [edge.q for edge in edges]
        looks: dict[str, Any] = {"color": COLOURS[k + 1], "marker": "so^D"[k % 4]}
        axes.plot(at, waves, label=f"edge of kind {kind}", linestyle="none", **looks)
    if value.undecided:
        axes.plot(
            value.undecided,
            np.zeros(len(value.undecided)),
            color="black",
            marker="x",
            linestyle="none",
            label="undecided",
        )
    if value.end is not None:
        axes.axvline(value.end, color="black", linewidth=1.2, label="end of the condensate")
    ends = [edge.value for edge in value.edges] + [x for pair in value.unstable for x in pair]
    ends += [value.end] if value.end is not None else []
    _span(axes, "x", np.array(ends))
    axes.set_ylim(0.0, 1.2 * max([edge.q for edge in value.edges], default=0.0) or 1.0)
    axes.set_xlabel(_along(value.edges))
    axes.set_ylabel(f"critical {quantity('q').label}")
    axes.legend(**_ON_SHADE)


def _along(edges: tuple[StabilityEdge, ...]) -> str:
    """Return what the parameter is called that has the values of the edges at their states."""
    if edges:
        model = edges[0].state.parameters
        known: dict[str, Callable[[Any], float]] = {"ratio": lambda m: m.ratio}
        paths = parameter_paths(model)
        readers = {path: _reader(path) for path in paths}
        if "gamma_v" in paths:
            readers = known | readers
        for path, read in readers.items():
            found = [(read(edge.state.parameters), edge.value) for edge in edges]
            if all(abs(a - b) <= _SAME * max(abs(b), 1e-30) for a, b in found):
                return quantity(path).label
    return "parameter"


def _reader(path: str) -> Callable[[Any], float]:
    return lambda model: parameter_of(model, path)


def _boundary_curve(value: BoundaryCurve, axes: Axes) -> None:
    draw_pieces(axes, value)
    _plane(axes, [value])
    if value.points:
        axes.legend()


def _diagram(value: PhaseDiagram, axes: Axes) -> None:
    curves = [curve for curve in value.curves.values() if curve.points]
    if not curves and value.growth is not None:
        _growth(value.growth, axes)
        return
    for kind in value.curves:
        draw_curve(axes, value, kind)
    _plane(axes, curves)
    patches = shade_unstable(axes, value) if value.unstable else []
    handles, _ = axes.get_legend_handles_labels()
    if handles or patches:
        axes.legend(handles=[*handles, *patches], **(_ON_SHADE if patches else {}))


def _plane(axes: Axes, curves: list[BoundaryCurve]) -> None:
    """Set scales, limits and labels for boundaries."""
    inv = np.concatenate([x for curve in curves for x, _ in curve.pieces()] or [np.empty(0)])
    ratios = np.concatenate([y for curve in curves for _, y in curve.pieces()] or [np.empty(0)])
    if ratios.size:
        axes.set_yscale("log")
        axes.set_ylim(0.6 * ratios.min(), 1.6 * ratios.max())
    _tight(axes, inv)
    axes.set_xlabel(quantity("inv_kfa").label)
    axes.set_ylabel(quantity("ratio").label)


def _growth(value: GrowthMap, axes: Axes) -> None:
    rate = np.ma.asarray(value.rate)
    if value.inv_kfa.size > 1 and value.ratios.size > 1:
        _growth_map(value, axes, rate)
        return
    # along a line there is no map
    name = "ratio" if value.inv_kfa.size == 1 else "inv_kfa"
    x = value.ratios if name == "ratio" else value.inv_kfa
    axes.axhline(0.0, color="#777777", linewidth=0.8, zorder=1.0)
    axes.errorbar(x, rate.ravel(), np.ma.asarray(value.error).ravel(), color=COLOURS[0], marker="o")
    if name == "ratio":
        _span(axes, "x", x)
    axes.set_xlabel(quantity(name).label)
    axes.set_ylabel(quantity("rate").label)


def _growth_map(value: GrowthMap, axes: Axes, rate: Any) -> None:
    most = float(np.abs(rate).max()) if rate.count() else 1.0
    norm = SymLogNorm(_FAINT * most, vmin=-most, vmax=most)
    colours = mpl.colormaps["RdBu_r"].with_extremes(bad=SHADE["facecolor"])
    image: ScalarMappable = axes.pcolormesh(
        value.inv_kfa,
        value.ratios,
        rate,
        shading="nearest",
        norm=norm,
        cmap=colours,
        rasterized=True,
    )
    bar = axes.figure.colorbar(image, ax=axes)
    bar.set_label(quantity("rate").label)
    # one label for each second power of ten; the smallest would stand on each other at zero
    bar.set_ticks([-most, -most * 1e-2, 0.0, most * 1e-2, most])
    bar.ax.set_yticklabels([f"{x:.1g}" for x in bar.get_ticks()])
    bar.ax.minorticks_off()
    _span(axes, "y", value.ratios)
    axes.grid(False)
    axes.set_xlabel(quantity("inv_kfa").label)
    axes.set_ylabel(quantity("ratio").label)


#: What draws a value, by its type.
_DRAWN: dict[str, Callable[[Any, Axes], None]] = {
    "BoundaryCurve": _boundary_curve,
    "Branch": _branch,
    "CollectiveModes": _modes,
    "Curve": _curve,
    "GrowthMap": _growth,
    "ModeBranch": _mode_branch,
    "ModeBranches": _mode_branches,
    "PhaseDiagram": _diagram,
    "RealDispersion": _dispersion,
    "StabilityLine": _line_of_stability,
}
