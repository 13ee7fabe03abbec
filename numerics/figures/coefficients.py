"""Fig. 8: alpha_11 and beta_22 against the decay rate, and where they vanish.

Panel (d) is no part of the paper's figure: it shows what the logarithmic scale of (c) hides.

M is in units of k_F**3/eps_F: so is alpha_11, and beta_22, the coefficient of q**2, is in units of
k_F/eps_F.  Both are those of q -> 0 at finite gamma.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from numerics.diagram.plane import phase_diagram
from numerics.diagram.results import PhaseDiagram
from numerics.diagram.zero_lines import zero_line
from numerics.figures.parameter_line import interaction, state_parameters
from numerics.figures.phase_diagram import (
    LABELS,
    LOOKS,
    draw_curve,
    draw_distances,
    set_axes,
    shade_unstable,
)
from numerics.figures.style import new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.response.long_wavelength import Hydrodynamics, hydrodynamics
from numerics.stability.boundaries import Boundary, find_boundary
from numerics.steady.solution import SteadyState
from numerics.steady.tracing import trace_steady_states

Array = NDArray[np.float64]

COLUMNS = (
    "panel",
    "inv_kfa",
    "gamma_v/gamma_b",
    "gamma_v/gamma_b error",
    "alpha_11/(k_F^3/eps_F)",
    "alpha_11 error",
    "beta_22/(k_F/eps_F)",
    "beta_22 error",
)

_KINDS = ("normal", "A", "B", "C", "alpha11", "beta22")
#: States along the folded part of beta_22 = 0, at most.
_POINTS = 50
#: They are shown up to this part of the ratio at which the condensate ends.
_NEARLY = 0.99
_NAMES = {"alpha11": r"$\alpha_{11}$", "beta22": r"$\beta_{22}$"}


@dataclass(frozen=True)
class Sweep:
    """The coefficients along the decay rate, and the boundary that is crossed on the way."""

    ratios: Array
    found: tuple[Hydrodynamics, ...]
    boundary: Boundary

    @property
    def alpha11(self) -> Array:
        """alpha_11, in units of k_F**3/eps_F."""
        return np.array([float(h.alpha[0, 0]) for h in self.found])

    @property
    def beta22(self) -> Array:
        """beta_22, in units of k_F/eps_F."""
        return np.array([float(h.beta[1, 1]) for h in self.found])


@dataclass(frozen=True)
class CoefficientsData:
    """The sweeps of (a) and (b), and the diagram of (c)."""

    sweeps: tuple[Sweep, ...]
    diagram: PhaseDiagram
    #: States along beta_22 = 0 from where its first zero along the drive ends: the line folds back.
    folded: tuple[SteadyState, ...] = ()

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the table; those of (c) have no coefficients."""
        for name, sweep in zip("ab", self.sweeps, strict=False):
            for ratio, h in zip(sweep.ratios.tolist(), sweep.found, strict=True):
                yield (
                    name,
                    h.state.parameters.inv_kfa,
                    ratio,
                    0.0,
                    float(h.alpha[0, 0]),
                    float(h.error.alpha[0, 0]),
                    float(h.beta[1, 1]),
                    float(h.error.beta[1, 1]),
                )
        for kind, curve in self.diagram.curves.items():
            for p in curve.points:
                yield (f"c {kind}", p.state.parameters.inv_kfa, p.ratio, p.error, "", "", "", "")
        for state in self.folded:
            at = state.paper
            yield ("c beta22 folded", at.inv_kfa, at.ratio, "", "", "", "", "")


def compute(
    diagram: PhaseDiagram | None = None,
    *,
    points: int = 61,
    gamma_b: float = 1e-3,
    cutoff: float = 100.0,
    executor: Executor | None = None,
) -> CoefficientsData:
    """Compute the coefficients up to twice the ratio of the boundary that they cross.

    Parameters
    ----------
    diagram : PhaseDiagram, optional
        The diagram of (c), one of the same model; by default it is computed.
    points : int
        Decay rates in (a) and in (b).
    gamma_b, cutoff : float
        The model, as in `Parameters`.
    executor : concurrent.futures.Executor, optional
        As in `phase_diagram`.
    """
    if diagram is None:
        diagram = phase_diagram(
            kinds=_KINDS, gamma_b=gamma_b, cutoff=cutoff, regions=True, executor=executor
        )
    sweeps = []
    for kind, inv in (("A", 1.0), ("B", -1.0)):
        points_of = diagram.curves[kind].points if kind in diagram.curves else ()
        known = {p.state.parameters.inv_kfa: p for p in points_of}
        boundary = known.get(inv) or find_boundary(kind, inv, gamma_b=gamma_b, cutoff=cutoff)
        ratios = np.linspace(0, 2 * boundary.ratio, points)
        branch = trace_steady_states(Parameters(inv, gamma_b, cutoff=cutoff), ratios * gamma_b)
        found = tuple(hydrodynamics(state) for state in branch.states if state is not None)
        sweeps.append(Sweep(ratios[: len(found)], found, boundary))
    return CoefficientsData(tuple(sweeps), diagram, _folded(diagram))


def _folded(diagram: PhaseDiagram) -> tuple[SteadyState, ...]:
    """Return the continuation of beta_22 = 0 beyond the end of its first piece, if it has one."""
    ends = [end for piece, end in diagram.curves["beta22"].ends if piece == 1]
    ends = [end for end in ends if end.beyond > end.inv_kfa]
    if not ends:
        return ()
    limits = float(diagram.inv_kfa[0]), float(diagram.inv_kfa[-1])
    line = zero_line("beta22", ends[0].point.state, limits, points=_POINTS)
    normal = diagram.curves["normal"]

    def inside(state: SteadyState) -> bool:
        at = state.paper
        return at.ratio < _NEARLY * float(np.interp(at.inv_kfa, normal.inv_kfa, normal.ratio))

    return tuple(itertools.takewhile(inside, line))


def draw(data: CoefficientsData) -> Figure:
    """Draw both sweeps, the diagram with the lines of zeros, and its distances from one of them."""
    with style():
        figure = new_figure(7.2, 9.0)
        grid = figure.add_gridspec(3, 2, height_ratios=(1, 1.7, 0.8))
        for k, sweep in enumerate(data.sweeps):
            _draw_sweep(figure.add_subplot(grid[0, k]), "ab"[k], sweep)
        axes = figure.add_subplot(grid[1, :])
        diagram = data.diagram
        set_axes(axes, diagram)
        shade_unstable(axes, diagram)
        for kind in ("A", "B", "C", "normal", "alpha11"):
            draw_curve(axes, diagram, kind)
        _draw_folded(axes, data)
        axes.set_xlabel("")
        axes.legend(loc="upper center", ncols=3)
        axes.set_title("(c)", fontsize=10, loc="left")
        lower = figure.add_subplot(grid[2, :], sharex=axes)
        zero = diagram.curves["alpha11"]
        draw_distances(lower, diagram, ("A", "B", "C", "beta22"), (zero.inv_kfa, zero.ratio))
        lower.axhline(0, **{**LOOKS["alpha11"], "zorder": 2.1})
        lower.set_ylim(-2, 26)
        lower.set_xlabel(quantity("inv_kfa").label)
        lower.set_ylabel("above $\\alpha_{11} = 0$ (%)")
        lower.set_title("(d)", fontsize=10, loc="left")
        state_parameters(figure, data, COLUMNS)
    return figure


def _draw_folded(axes: Axes, data: CoefficientsData) -> None:
    """Draw beta_22 = 0 as one line; its later zeros along the drive are on it."""
    if not data.folded:
        draw_curve(axes, data.diagram, "beta22")
        return
    inv, ratio = data.diagram.curves["beta22"].pieces()[0]
    beyond = [state.paper for state in data.folded]
    axes.plot(
        [*inv, *(at.inv_kfa for at in beyond)],
        [*ratio, *(at.ratio for at in beyond)],
        label=LABELS["beta22"],
        **LOOKS["beta22"],
    )


def _draw_sweep(axes: Axes, name: str, sweep: Sweep) -> None:
    values = {"alpha11": sweep.alpha11, "beta22": sweep.beta22}
    units = {
        "alpha11": r"k_\mathrm{F}^3/\varepsilon_\mathrm{F}",
        "beta22": r"k_\mathrm{F}/\varepsilon_\mathrm{F}",
    }
    largest = {kind: float(np.abs(value).max()) for kind, value in values.items()}
    for kind, value in values.items():
        # a power of ten that makes the two comparable
        power = round(np.log10(largest[kind] / largest["alpha11"]))
        factor = {0: "", 1: r"10\,"}.get(power, rf"10^{{{power}}}\,")
        unit = factor + units[kind]
        axes.plot(
            sweep.ratios,
            value / 10.0**power,
            label=f"{_NAMES[kind]} $/\\,({unit})$",
            **LOOKS[kind],
        )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.axvline(sweep.boundary.ratio, color="black", linewidth=1.0, linestyle=(0, (4, 3)))
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom - 0.3 * (top - bottom) * (bottom > -top), top)
    axes.annotate(
        f"{sweep.boundary.kind}: {sweep.boundary.ratio:.3g}",
        (sweep.boundary.ratio, top),
        (4, -4),
        textcoords="offset points",
        va="top",
    )
    parameters = sweep.boundary.state.parameters
    axes.set_title(
        rf"({name})  ${interaction(parameters.inv_kfa)}$",
        fontsize=10,
        loc="left",
    )
    axes.set_xlim(0, sweep.ratios[-1])
    axes.set_xlabel(quantity("ratio").label)
    axes.set_ylabel(r"$\alpha_{11}$,  $\beta_{22}$")
    axes.legend(loc="lower left")
