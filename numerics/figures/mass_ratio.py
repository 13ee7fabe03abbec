"""Beyond the paper: how the boundaries of stability move with the ratio of the masses.

Electrons and holes of different masses, as many of both (`neutral=True`), between a cold bath and
the vacuum.  A, B and C are followed from equal masses on, on the BCS side, at unitarity and on the
BEC side: the decay rate, and the wave number of the critical mode.

On the BCS side B moves to five times the decay rate as the holes become ten times as heavy, most of
it between ratios of 5 and 6.  C, above it, exists up to a ratio of 2.39, and again from 5.52 to
9.94.  At all three ends its frequency vanishes: the mode and its mirror image meet as two static
modes, see `numerics.stability.static_end`.  In between growing modes do begin to move as the decay
rate rises, but where two static ones meet, at the end of their wave numbers; their growth rate has
no maximum there.  At unitarity B turns back in the ratio twice, near 4: at 3.95 a window of stable
states has opened above the first boundary, and beyond 4.03 only the upper one is left.  On the BEC
side A falls first, to less than half at a ratio of 2.3, then rises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy import concatenate

from numerics.bands import Bands
from numerics.couplings import Contact
from numerics.figures.parameter_line import interaction, state_parameters
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.model import Model
from numerics.quantities import quantity
from numerics.reservoirs import Reservoir
from numerics.results import Status
from numerics.stability.boundaries import find_boundary
from numerics.stability.boundary_line import BoundaryLine, boundary_line
from numerics.stability.static_end import StaticEnd

COLUMNS = (
    "boundary",
    "inv_kfa",
    "m_h/m_e",
    "gamma_v/gamma_b",
    "solved for",
    "relative error",
    "q/k_F",
    "omega/eps_F",
    "tilt/eps_F",
    "gap/eps_F",
)
RATE, RATIO = "reservoirs.vacuum.rate", "bands.ratio"
#: The lines: a kind and an interaction strength; those that take longest first.
LINES_SHOWN = (("C", -1.0), ("B", 0.0), ("B", -1.0), ("A", 1.0))
#: Those that are next to these: A is less than 1 % above B where that has a small wave number.
OTHERS = (("A", 0.0), ("B", 1.0))
#: Parts of lines that equal masses do not belong to, by kind and interaction strength: where one
#: point of them is found, a ratio and decay rates in units of that of the bath.
PARTS = {("C", -1.0): (8.0, (0.08, 0.11))}
#: The largest ratio of the masses.
LARGEST = 10.0
_COLOURS = {-1.0: COLOURS[2], 0.0: COLOURS[3], 1.0: COLOURS[1]}
_STYLES = {"A": LINES[3], "B": LINES[0], "C": LINES[1]}
_STATIC: dict[str, Any] = {"marker": "D", "markersize": 6, "linestyle": "none"}
# one of them is next to the border
_STATIC |= {"markerfacecolor": "white", "markeredgewidth": 1.4, "clip_on": False, "zorder": 3}
_END: dict[str, Any] = {"marker": "x", "markersize": 7, "markeredgewidth": 1.6, "linestyle": "none"}


@dataclass(frozen=True)
class MassLine:
    """A boundary along the ratio of the masses.

    Parameters
    ----------
    kind : str
    inv_kfa : float
    line : BoundaryLine
    begin, end : StaticEnd, optional
        Where its mode is static.
    """

    kind: str
    inv_kfa: float
    line: BoundaryLine
    begin: StaticEnd | None = None
    end: StaticEnd | None = None

    @property
    def ends(self) -> tuple[StaticEnd, ...]:
        """Where its mode is static."""
        return tuple(end for end in (self.begin, self.end) if end is not None)

    def column(self, of_line: Sequence[float], of_end: str) -> list[float]:
        """Return a column of values of the points, with those of the ends."""
        first, last = (
            [] if end is None else [{"rate": end.values[1], "ratio": end.values[0], "q": end.q}]
            for end in (self.begin, self.end)
        )
        return [*(x[of_end] for x in first), *of_line, *(x[of_end] for x in last)]


@dataclass(frozen=True)
class MassRatioData:
    """The lines, of one rate and temperature of the bath, and of one cutoff."""

    gamma_b: float
    temperature: float
    cutoff: float
    lines: tuple[MassLine, ...]

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the table."""
        for line in self.lines:
            for (ratio, rate), p in zip(
                line.line.values.tolist(), line.line.boundaries, strict=True
            ):
                solved, at = ("ratio", ratio) if p.along == RATIO else ("rate", rate)
                yield (
                    line.kind,
                    line.inv_kfa,
                    ratio,
                    rate / self.gamma_b,
                    solved,
                    p.error / at,
                    p.q,
                    p.omega,
                    p.state.tilt,
                    p.state.gap,
                )
            for end in line.ends:
                ratio, rate = end.values
                static = (line.kind, line.inv_kfa, ratio, rate / self.gamma_b, "static end")
                tilt, gap = end.state.tilt, end.state.gap
                yield (*static, end.errors[1] / rate, end.q, 0.0, tilt, gap)


def mass_model(inv_kfa: float, ratio: float, rate: float, gamma_b: float = 1e-3) -> Model:
    """Return the model: a cold bath and the vacuum, as many electrons as holes."""
    reservoirs = (Reservoir("bath", gamma_b), Reservoir.empty("vacuum", rate))
    return Model(Contact(inv_kfa), reservoirs, bands=Bands.of_ratio(ratio), neutral=True)


def compute(
    longest: float = 0.25,
    *,
    lines: Sequence[tuple[str, float]] = LINES_SHOWN,
    every: bool = False,
    largest: float = LARGEST,
    gamma_b: float = 1e-3,
    executor: Executor | None = None,
) -> MassRatioData:
    """Follow boundaries from equal masses to a largest ratio, as far as they exist.

    Parameters
    ----------
    longest : float
        The longest step, in the logarithms of the ratio and of the decay rate.
    lines : sequence of (kind, inv_kfa)
        Which boundaries, as in `find_boundary`.
    every : bool
        Whether those are followed, too, that are next to others.
    largest : float
        The largest ratio.
    gamma_b : float
        The rate of the bath.
    executor : concurrent.futures.Executor, optional
        Shares the lines among its workers.
    """
    follow = partial(_line, longest, largest, gamma_b)
    whole = (*lines, *(OTHERS if every else ()))
    shown = [
        (*key, part) for key in whole for part in ((False, True) if key in PARTS else (False,))
    ]
    parts = [list(column) for column in zip(*shown, strict=True)]
    found = map(follow, *parts) if executor is None else executor.map(follow, *parts)
    return MassRatioData(gamma_b, 0.0, mass_model(0.0, 1.0, gamma_b).cutoff, tuple(found))


def _line(
    longest: float, largest: float, gamma_b: float, kind: str, inv_kfa: float, part: bool
) -> MassLine:
    """Follow the boundary from equal masses on, or another part of it."""
    follow = follow_part if part else follow_line
    return follow(longest, largest, gamma_b, kind, inv_kfa)


def follow_line(
    longest: float, largest: float, gamma_b: float, kind: str, inv_kfa: float
) -> MassLine:
    """Follow a boundary from that of the paper's model, of equal masses."""
    equal = find_boundary(kind, inv_kfa, gamma_b=gamma_b)
    rate = equal.ratio * gamma_b
    model = mass_model(inv_kfa, 1.0, rate, gamma_b)
    start = find_boundary(kind, model, along=RATE, start=replace(equal, along=RATE, value=rate))
    line = boundary_line(start, RATIO, (1.0, largest), longest=longest)
    return MassLine(kind, inv_kfa, line, end=line.end)


def follow_part(
    longest: float, largest: float, gamma_b: float, kind: str, inv_kfa: float
) -> MassLine:
    """Follow a part of a boundary that equal masses do not belong to, either way."""
    ratio, between = PARTS[kind, inv_kfa]
    low, high = (gamma_b * x for x in between)
    model = mass_model(inv_kfa, ratio, low, gamma_b)
    start = find_boundary(kind, model, along=RATE, values=(low, high))
    down, up = (
        boundary_line(start, RATIO, ends, longest=longest)
        for ends in ((1.0, ratio), (ratio, max(largest, ratio)))
    )
    line = replace(
        up,
        values=concatenate([down.values[:0:-1], up.values]),
        boundaries=(*down.boundaries[:0:-1], *up.boundaries),
    )
    return MassLine(kind, inv_kfa, line, down.end, up.end)


def draw(data: MassRatioData) -> Figure:
    """Draw decay rate and wave number of the critical mode against the ratio of the masses."""
    with style():
        figure = new_figure(6.4, 6.6)
        ratio, wave = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        for line in data.lines:
            rates = line.column(line.line.values[:, 1].tolist(), "rate")
            _draw_line(ratio, line, [rate / data.gamma_b for rate in rates])
            if line.kind != "A":
                _draw_line(wave, line, line.column([p.q for p in line.line.boundaries], "q"))
        for axes in (ratio, wave):
            axes.set_xscale("log")
            axes.set_yscale("log")
        ticks = [1, 2, 3, 5, 10]
        wave.set_xticks(ticks, [str(t) for t in ticks])
        wave.minorticks_off()
        largest = max(float(line.line.values[:, 0].max()) for line in data.lines)
        wave.set_xlim(1.0, min(largest, LARGEST))
        wave.set_xlabel(quantity(RATIO).label)
        ratio.set_ylabel(quantity("ratio").label)
        wave.set_ylabel(quantity("q").label)
        wave.text(
            0.5, 0.93, "B and C; A has $q = 0$", transform=wave.transAxes, ha="center", va="top"
        )
        _legend(figure, data)
        state_parameters(figure, data, COLUMNS)
    return figure


def _draw_line(axes: Axes, line: MassLine, values: list[float]) -> None:
    """Draw a line, and where it ends."""
    colour = _COLOURS.get(line.inv_kfa, COLOURS[4])
    ratios = line.column(line.line.values[:, 0].tolist(), "ratio")
    wide = line.kind == "A"
    axes.plot(
        ratios,
        values,
        color=colour,
        linestyle=_STYLES.get(line.kind, "-"),
        linewidth=3.0 if wide else 1.4,
        marker=None if wide else "o",
        markersize=3,
    )
    if line.begin is not None:
        axes.plot(ratios[0], values[0], color=colour, **_STATIC)
    if line.end is not None:
        axes.plot(ratios[-1], values[-1], color=colour, **_STATIC)
    elif line.line.status is not Status.COMPLETE:
        axes.plot(ratios[-1], values[-1], color=colour, **_END)


def _legend(figure: Figure, data: MassRatioData) -> None:
    kinds = sorted({line.kind for line in data.lines})
    strengths = sorted({line.inv_kfa for line in data.lines})
    handles = [
        Line2D(
            [],
            [],
            color="#555555",
            linestyle=_STYLES.get(k, "-"),
            linewidth=3.0 if k == "A" else 1.4,
            label=k,
        )
        for k in kinds
    ]
    handles += [
        Line2D([], [], color=_COLOURS.get(x, COLOURS[4]), label=rf"${interaction(x)}$")
        for x in strengths
    ]
    if any(line.ends for line in data.lines):
        handles.append(Line2D([], [], color="#555555", label="C ends: static", **_STATIC))
    if any(line.end is None and line.line.status is not Status.COMPLETE for line in data.lines):
        handles.append(Line2D([], [], color="#555555", label="a line ends", **_END))
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
