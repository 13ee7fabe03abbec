"""Fig. 6: the dispersion without linewidth (44), and Re det M(q, 0), around boundaries A and B.

The paper states the interaction strengths, +1 (a) and -1 (b), gamma_b and the boundaries; the
other drives, in units of the boundary's, and the ranges are chosen here.

(44) has several roots at some q: its curve goes from slow sound at v q < gamma to fast sound at
v q > gamma, and turns back in q between them.  Both are drawn: the first row has the whole curve,
the second one the low frequencies.

At +1 the slope of the sound mode vanishes at A, as in the paper.  Half a percent before, though,
det M(q, 0) vanishes at q = 0.003 k_F already: its curve at A is slightly negative up to 0.009 k_F.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline

from numerics.figures.parameter_line import interaction, state_parameters
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.response.determinant import determinant
from numerics.stability.boundaries import find_boundary
from numerics.stability.undamped import RealDispersion, RealStrand, real_dispersion
from numerics.steady.solution import SteadyState, solve_steady_state

Array = NDArray[np.float64]

COLUMNS = (
    "inv_kfa",
    "gamma_v/gamma_b",
    "quantity (1: omega/eps_F; 2: (4 pi)^2 Re det M at omega = 0)",
    "strand",
    "q/k_F",
    "value",
    "error",
)

#: Halvings of the steps in which the curve turns back.
_HALVINGS = 4
#: Points that are drawn for one that is computed.
_FINER = 6
#: Solid and dashed: stable; dotted: the boundary; dash-dotted: beyond it.
_LINES = (LINES[0], LINES[1], LINES[3], LINES[2])


@dataclass(frozen=True)
class View:
    """What is shown of one interaction strength.

    Parameters
    ----------
    kind, inv_kfa : str, float
        The boundary, and the interaction strength.
    drives : tuple of float
        The drives gamma_v/gamma_b in units of the boundary's.
    whole : tuple of (float, float)
        The ranges of q and omega in the first row.
    enlarged : tuple of (float, float)
        Those in the second row.
    static : tuple of (float, float, float)
        The range of q in the third row, and that of (4 pi)**2 Re det M(q, 0).
    legend : str
        Where the legend is in the first row.
    """

    kind: str
    inv_kfa: float
    drives: tuple[float, ...]
    whole: tuple[float, float]
    enlarged: tuple[float, float]
    static: tuple[float, float, float]
    legend: Literal["best", "upper left", "upper right"] = "best"


VIEWS = (
    View(
        "A",
        1.0,
        (0.94, 0.98, 1.0, 1.02),
        (0.02, 0.01),
        (0.012, 1e-3),
        (0.012, -3e-8, 7e-8),
        "upper left",
    ),
    View(
        "B",
        -1.0,
        (0.94, 0.99, 1.0, 1.02),
        (0.045, 0.018),
        (0.03, 1e-3),
        (0.03, -4e-6, 12e-6),
        "upper right",
    ),
)


@dataclass(frozen=True)
class Panel:
    """The numbers of one interaction strength, for each drive."""

    view: View
    states: tuple[SteadyState, ...]
    dispersions: tuple[RealDispersion, ...]
    #: Wave numbers of det M(q, 0), its values, scaled by (4 pi)**2, and their errors.
    q: Array
    static: tuple[Array, ...]
    static_errors: tuple[Array, ...]


@dataclass(frozen=True)
class Dispersion:
    """The numbers of the figure, one panel for each interaction strength."""

    panels: tuple[Panel, ...]

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Yield the rows of the table: the roots of (44), then det M(q, 0)."""
        for panel in self.panels:
            for n, state in enumerate(panel.states):
                head = (state.parameters.inv_kfa, state.paper.ratio)
                for m, strand in enumerate(panel.dispersions[n].strands):
                    for row in zip(strand.q, strand.omega, strand.errors, strict=True):
                        yield (*head, 1, m, *map(float, row))
                for row in zip(panel.q, panel.static[n], panel.static_errors[n], strict=True):
                    yield (*head, 2, 0, *map(float, row))


def compute(
    ratios: Sequence[float] | None = None,
    *,
    views: Sequence[View] = VIEWS,
    gamma_b: float = 1e-3,
    cutoff: float = 100.0,
    points: int = 20,
) -> Dispersion:
    """Compute both panels.

    Parameters
    ----------
    ratios : sequence of float, optional
        The boundaries' gamma_v/gamma_b; they are searched for by default.
    views : sequence of View
        What to show.
    gamma_b, cutoff : float
        The model.
    points : int
        Wave numbers of the dispersion; more are added where its curve turns back.
    """
    if ratios is None:
        ratios = [
            find_boundary(v.kind, v.inv_kfa, gamma_b=gamma_b, cutoff=cutoff).ratio for v in views
        ]
    panels = []
    for view, ratio in zip(views, ratios, strict=True):
        model = Parameters(view.inv_kfa, gamma_b, cutoff=cutoff)
        states = [
            solve_steady_state(model.replace(gamma_v=d * ratio * gamma_b)) for d in view.drives
        ]
        q = view.static[0] * np.arange(1, 181) / 180
        found = [determinant(state, q, 0.0) for state in states]
        # denser at small q, where the mode is slow; and where it is slowest
        wave = view.whole[0] * (np.arange(1, points + 1) / points) ** 1.25
        waves = [np.union1d(wave, q[np.argmin(v.real / q**2)]) for v, _ in found]
        panels.append(
            Panel(
                view,
                tuple(states),
                tuple(
                    real_dispersion(state, w, largest=view.whole[1], halvings=_HALVINGS)
                    for state, w in zip(states, waves, strict=True)
                ),
                q,
                tuple(value.real for value, _ in found),
                tuple(error for _, error in found),
            )
        )
    return Dispersion(tuple(panels))


def curves(found: RealDispersion) -> list[tuple[Array, Array]]:
    """Return the strands that turn into each other as curves (q, omega), to be drawn.

    Between the computed points they are cubic, with the computed slopes.  A curve that vanishes
    with q, or meets omega = 0 at some q, has this point as well.
    """
    partner = {}
    for turn in found.turns:
        partner[turn.first, turn.at_end] = turn.second
        partner[turn.second, turn.at_end] = turn.first
    left = set(range(len(found.strands)))
    result = []
    while left:
        # from an end of the curve, if it has one, the strand's beginning first
        ends = [(n, at) for n in left for at in (False, True) if (n, at) not in partner]
        number, at = min(ends, default=(min(left), False))
        pieces = []
        while number in left:
            left.remove(number)
            q, omega = _with_ends(found, found.strands[number])
            pieces.append((q[::-1], omega[::-1]) if at else (q, omega))
            # leave at the other end, which is the one where the next strand is entered
            here, at = number, not at
            number = partner.get((here, at), -1)
            if number in left:
                pieces.append(_turn(found.strands[here], found.strands[number], -int(at)))
        result.append(
            (np.concatenate([q for q, _ in pieces]), np.concatenate([w for _, w in pieces]))
        )
    return result


def _turn(one: RealStrand, other: RealStrand, end: int) -> tuple[Array, Array]:
    """Return points where a curve turns back in q, which is a smooth function of omega there."""
    slopes = np.array([one.slopes[end], other.slopes[end]])
    omega = np.array([one.omega[end], other.omega[end]])
    if not slopes.all() or omega[0] == omega[1]:
        return np.empty(0), np.empty(0)
    order = np.argsort(omega)
    q = CubicHermiteSpline(
        omega[order], np.array([one.q[end], other.q[end]])[order], 1 / slopes[order]
    )
    inside = omega[0] + (omega[1] - omega[0]) * np.arange(1, _FINER) / _FINER
    return q(inside), inside


def _between(strand: RealStrand) -> tuple[Array, Array]:
    """Return a strand with further points between its own."""
    if strand.q.size < 2:
        return strand.q, strand.omega
    places = np.arange(strand.q.size * _FINER - _FINER + 1) / _FINER
    q = np.interp(places, np.arange(strand.q.size), strand.q)
    omega = CubicHermiteSpline(strand.q, strand.omega, strand.slopes)(q)
    # at the points themselves as they are
    omega[::_FINER] = strand.omega
    return q, omega


def _with_ends(found: RealDispersion, strand: RealStrand) -> tuple[Array, Array]:
    """Return a strand with the points on omega = 0 next to its ends."""
    q, omega = _between(strand)
    if strand.gapless:
        q, omega = np.append(0.0, q), np.append(0.0, omega)
    lowest = {(point.q, float(point.omega[0])) for point in found.roots if point.omega.size}
    for a, b in itertools.pairwise(found.roots):
        if a.static * b.static < 0:
            zero = a.q + (b.q - a.q) * a.static / (a.static - b.static)
            if a.q == q[-1] and (a.q, float(omega[-1])) in lowest:
                q, omega = np.append(q, zero), np.append(omega, 0.0)
            if b.q == q[0] and (b.q, float(omega[0])) in lowest:
                q, omega = np.append(zero, q), np.append(0.0, omega)
    return q, omega


def draw(data: Dispersion) -> Figure:
    """Draw a column for each interaction strength: the dispersion, twice, above det M(q, 0)."""
    with style():
        figure = new_figure(4.4 * len(data.panels), 9.0)
        grid = figure.subplots(3, len(data.panels), squeeze=False)
        for column, panel in enumerate(data.panels):
            view, letter = panel.view, "abcdef"[column]
            for axes, ranges in zip(grid[:2, column], (view.whole, view.enlarged), strict=True):
                _draw_dispersion(axes, panel, ranges)
            _draw_static(grid[2, column], panel)
            _legend(grid[0, column], panel)
            for axes, name in zip(grid[:, column], ("1", "1, low frequencies", "2"), strict=True):
                axes.set_title(
                    rf"({letter}{name})  ${interaction(view.inv_kfa)}$",
                    fontsize=10,
                )
                axes.set_xlabel(quantity("q").label)
        state_parameters(figure, data, COLUMNS)
    return figure


def _draw_dispersion(axes: Axes, panel: Panel, ranges: tuple[float, float]) -> None:
    for n, found in enumerate(panel.dispersions):
        for q, omega in curves(found):
            axes.plot(q, omega * 1e3, color=COLOURS[n], linestyle=_LINES[n])
    axes.set_xlim(0, ranges[0])
    axes.set_ylim(0, ranges[1] * 1e3)
    _ticks(axes)
    axes.set_ylabel(r"$\omega_q^\mathrm{Re}\;/\;10^{-3}\,\varepsilon_\mathrm{F}$")


def _ticks(axes: Axes) -> None:
    """Set few ticks, with labels so short that those at the corner are apart."""
    axes.locator_params(nbins=5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))


def _legend(axes: Axes, panel: Panel) -> None:
    handles = []
    for n, (state, drive) in enumerate(zip(panel.states, panel.view.drives, strict=True)):
        at = f" ({panel.view.kind})" if drive == 1 else ""
        label = rf"{state.paper.ratio * 100:.3f}$\,\times\,10^{{-2}}${at}"
        handles.append(Line2D([], [], color=COLOURS[n], linestyle=_LINES[n], label=label))
    axes.legend(
        handles=handles, title=r"$\gamma_\mathrm{v}/\gamma_\mathrm{b}$", loc=panel.view.legend
    )


def _draw_static(axes: Axes, panel: Panel) -> None:
    largest_q, lowest, highest = panel.view.static
    power = math.floor(math.log10(highest))
    for n, values in enumerate(panel.static):
        axes.plot(panel.q, values / 10**power, color=COLOURS[n], linestyle=_LINES[n])
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_xlim(0, largest_q)
    axes.set_ylim(lowest / 10**power, highest / 10**power)
    _ticks(axes)
    axes.set_ylabel(rf"$(4\pi)^2\,\mathrm{{Re}}\,\det M(q, 0)\;/\;10^{{{power}}}$")
