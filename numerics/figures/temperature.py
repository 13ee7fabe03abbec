"""Beyond the paper: how the boundary of stability moves with the temperature of the bath.

The paper's bath is cold.  Here A, B, C and the end of the condensate are followed from T_b = 0 up,
at interaction strengths of the BEC side, unitarity and the BCS side: the decay rate, and the wave
number and frequency of the critical mode.  The axis of T_b is linear up to gamma_b and logarithmic
beyond, so that it has T_b = 0.  Where a line bends or ends, temperatures are closer; a cross is the
last point of a line that ends.

Of the temperature, gamma_b is the first scale: on the BCS side the frequency of C goes to zero near
T_b = 1.2 gamma_b, where C becomes B, and B has its minimum there.  Above, the ratio grows about
linearly in T_b: a warm bath stabilises the condensate, by a factor of 3 at (k_F a_s)**-1 = -2
and of 26 at +1.  The wave number of B decreases meanwhile; below +1, B becomes A, at q = 0.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from numerics.diagram.refined_curves import halved
from numerics.errors import ConvergenceError, NoBoundary, NoCondensate
from numerics.figures.parameter_line import interaction, state_parameters
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.solve.polynomial import lagrange_weights
from numerics.stability.boundaries import Boundary, boundary_near, find_boundary

COLUMNS = (
    "boundary",
    "inv_kfa",
    "T_b/eps_F",
    "gamma_v/gamma_b",
    "error",
    "q/k_F",
    "omega/eps_F",
    "gap/eps_F",
)

#: The lines: a kind and an interaction strength; those that take longest first.
LINES_SHOWN = (
    ("C", -2.0),
    ("B", -2.0),
    ("B", -1.0),
    ("B", 0.0),
    ("B", 1.0),
    ("A", -2.0),
    ("A", -1.0),
    ("A", 0.0),
    ("A", 1.0),
    ("normal", -2.0),
    ("normal", -1.0),
    ("normal", 0.0),
    ("normal", 1.0),
)
_HIGHEST = 0.8
#: How often the step at the end of a line, and one across which a line bends, is halved.
_HALVINGS, _ROUNDS = 3, 1
#: A line bends if a straight one is off by more, in log(gamma_v/gamma_b).
_STRAIGHT = 0.03
#: The next point is looked for where the polynomial through so many leads, if that is no farther
#: in log(gamma_v/gamma_b) and log q.
_THROUGH, _TRUSTED = 3, 0.4
#: A line is at the next point within this distance of where it leads, in log(gamma_v/gamma_b), or
#: it has ended; in a long step twice as far as it moves where the ratio is linear in T_b.
_REACH, _STEEP = 0.8, 2.0
#: How far from there it is in the first step, in this.
_OFF = 1e-3
_COLOURS = {-2.0: COLOURS[1], -1.0: COLOURS[2], 0.0: COLOURS[3], 1.0: COLOURS[0]}
_STYLES = {"A": LINES[3], "B": LINES[0], "C": LINES[1], "normal": LINES[2]}
_END: dict[str, Any] = {
    "marker": "x",
    "markersize": 8,
    "markeredgewidth": 1.6,
    "linestyle": "none",
}
_MARKERS = {-2.0: "o", -1.0: "s", 0.0: "^", 1.0: "D"}


@dataclass(frozen=True)
class TemperatureLine:
    """A boundary along ascending temperatures; `ends` are those of the points where it ends."""

    kind: str
    inv_kfa: float
    points: tuple[Boundary, ...]
    ends: tuple[float, ...]

    @property
    def temperatures(self) -> list[float]:
        """The temperatures of the points."""
        return [point.state.parameters.temperature for point in self.points]


@dataclass(frozen=True)
class TemperatureData:
    """The lines, of one gamma_b and cutoff."""

    gamma_b: float
    cutoff: float
    lines: tuple[TemperatureLine, ...]

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the table."""
        for line in self.lines:
            for temperature, p in zip(line.temperatures, line.points, strict=True):
                yield (
                    line.kind,
                    line.inv_kfa,
                    temperature,
                    p.ratio,
                    p.error,
                    p.q,
                    p.omega,
                    p.state.gap,
                )


def compute(
    points: int = 21,
    *,
    lines: Sequence[tuple[str, float]] = LINES_SHOWN,
    gamma_b: float = 1e-3,
    cutoff: float = 100.0,
    executor: Executor | None = None,
) -> TemperatureData:
    """Follow boundaries at so many temperatures from 0 to eps_F, as far as they exist.

    Parameters
    ----------
    points : int
        Temperatures, evenly spaced in asinh(2 T_b/gamma_b).
    lines : sequence of (kind, inv_kfa)
        Which boundaries, as in `find_boundary`.
    gamma_b, cutoff : float
        The model, as in `Parameters`.
    executor : concurrent.futures.Executor, optional
        Shares the lines among its workers.
    """
    width = gamma_b / 2
    grid = (width * np.sinh(np.linspace(0.0, math.asinh(_HIGHEST / width), points))).tolist()
    follow = partial(follow_line, grid, gamma_b, cutoff)
    kinds, inv = [kind for kind, _ in lines], [x for _, x in lines]
    found = map(follow, kinds, inv) if executor is None else executor.map(follow, kinds, inv)
    return TemperatureData(gamma_b, cutoff, tuple(found))


def follow_line(
    temperatures: Sequence[float], gamma_b: float, cutoff: float, kind: str, inv_kfa: float
) -> TemperatureLine:
    """Follow a boundary as far as it is found, in smaller steps where it bends and where it ends.

    From T_b = 0 up; A from where there is a condensate down, since it begins at a temperature.
    """
    found: dict[float, Boundary] = {}
    # how far the last one was from where it was expected
    off = [_OFF]

    def look(temperature: float) -> bool:
        model = Parameters(inv_kfa, gamma_b, temperature=temperature, cutoff=cutoff)
        try:
            if found:
                start = _led_to(found, temperature, gamma_b)
                reach = max(_REACH, _STEEP * _apart(temperature, found, gamma_b))
                here = boundary_near(kind, model, start, reach, off[-1])
                off.append(math.log(here.ratio / start.ratio) if here is not None else _OFF)
            else:
                here = find_boundary(
                    kind, inv_kfa, gamma_b=gamma_b, temperature=temperature, cutoff=cutoff
                )
        except (NoBoundary, NoCondensate, ConvergenceError):
            return False
        if here is not None:
            found[temperature] = here
        return here is not None

    ends: list[float] = []
    downwards = kind == "A"
    order = list(temperatures)[:: -1 if downwards else 1]
    there = [look(order[0])]
    for temperature in order[1:]:
        if there[-1] or (downwards and not found):
            there.append(look(temperature))
    for k in range(1, len(there)):
        if there[k] != there[k - 1]:
            inside, outside = order[k - there[k - 1]], order[k - there[k]]
            for _ in range(_HALVINGS):
                middle = _between(inside, outside, gamma_b)
                inside, outside = (middle, outside) if look(middle) else (inside, middle)
            ends.append(inside)
    for _ in range(_ROUNDS):
        known = sorted(found)
        places = np.array([_scaled(temperature, gamma_b) for temperature in known])
        bent = halved(places, np.log([found[t].ratio for t in known]), _STRAIGHT)
        for low, high in itertools.pairwise(known):
            middle = (_scaled(low, gamma_b) + _scaled(high, gamma_b)) / 2
            if min((abs(middle - at) for at in bent), default=math.inf) < 1e-9:
                look(_between(low, high, gamma_b))
    return TemperatureLine(
        kind, inv_kfa, tuple(point for _, point in sorted(found.items())), tuple(ends)
    )


def _led_to(found: Mapping[float, Boundary], temperature: float, gamma_b: float) -> Boundary:
    """Return the nearest boundary, where the polynomial through it and the next ones leads."""
    at = _scaled(temperature, gamma_b)
    places = sorted(found, key=lambda known: abs(_scaled(known, gamma_b) - at))[:_THROUGH]
    near = found[places[0]]
    if near.kind == "C":
        # it is moved by what it accompanies
        return near
    weights = lagrange_weights([_scaled(known, gamma_b) for known in places], at)

    def ahead(values: list[float]) -> float:
        moved = float(np.dot(weights, np.log(values))) - math.log(values[0])
        return values[0] * math.exp(moved) if abs(moved) < _TRUSTED else values[0]

    points = [found[known] for known in places]
    q = ahead([point.q for point in points]) if near.q > 0 else near.q
    return replace(near, value=ahead([point.value for point in points]), q=q)


def _apart(temperature: float, found: Iterable[float], gamma_b: float) -> float:
    """Return how far from the closest of others a temperature is on that scale."""
    at = _scaled(temperature, gamma_b)
    return min(abs(_scaled(known, gamma_b) - at) for known in found)


def _scaled(temperature: float, gamma_b: float) -> float:
    """Return the temperature on a scale that is linear up to gamma_b, and logarithmic beyond."""
    return math.asinh(2 * temperature / gamma_b)


def _between(one: float, other: float, gamma_b: float) -> float:
    """Return the temperature in the middle of two on that scale."""
    middle = (_scaled(one, gamma_b) + _scaled(other, gamma_b)) / 2
    return math.sinh(middle) * gamma_b / 2


def draw(data: TemperatureData) -> Figure:
    """Draw decay rate, wave number and frequency of the critical mode against the temperature."""
    with style():
        figure = new_figure(6.4, 8.2)
        ratio, wave, frequency = figure.subplots(3, 1, sharex=True, height_ratios=(2.2, 1.2, 1))
        for line in data.lines:
            _draw_line(ratio, line, [p.ratio for p in line.points])
            if line.kind == "B":
                _draw_line(wave, line, [p.q for p in line.points])
            if line.kind == "C":
                _draw_line(wave, line, [p.q for p in line.points])
                _draw_line(frequency, line, [p.omega / data.gamma_b for p in line.points])
        for axes in (ratio, wave):
            axes.set_yscale("log")
        ratio.set_xscale("asinh", linear_width=data.gamma_b)
        ticks = [0.0, 1e-3, 1e-2, 1e-1]
        ratio.set_xticks(ticks, ["0", *(f"$10^{{{round(math.log10(t))}}}$" for t in ticks[1:])])
        ratio.set_xlim(0.0, _HIGHEST)
        ratio.set_ylabel(quantity("ratio").label)
        wave.set_ylabel(quantity("q").label)
        frequency.set_ylabel(r"frequency $\omega/\gamma_\mathrm{b}$")
        frequency.set_ylim(0.0, None)
        frequency.set_xlabel(r"temperature of the bath $T_\mathrm{b}/\varepsilon_\mathrm{F}$")
        for axes, text in ((wave, "B and C; A has $q = 0$"), (frequency, r"C; A and B: 0")):
            axes.text(0.985, 0.93, text, transform=axes.transAxes, ha="right", va="top")
        _legend(figure, data)
        state_parameters(figure, data, COLUMNS)
    return figure


def _draw_line(axes: Axes, line: TemperatureLine, values: list[float]) -> None:
    """Draw a line and its ends."""
    if not values:
        return
    marked = line.kind in ("B", "C")
    axes.plot(
        line.temperatures,
        values,
        color=_COLOURS.get(line.inv_kfa, COLOURS[4]),
        linestyle=_STYLES[line.kind],
        marker=_MARKERS.get(line.inv_kfa, "v") if marked else None,
        markersize=3.5,
        linewidth=3.2 if line.kind == "A" else 1.4,
        zorder=2.2 if line.kind == "A" else 2.5,
    )
    for temperature, value in zip(line.temperatures, values, strict=True):
        if temperature in line.ends:
            axes.plot(
                temperature,
                value,
                color=_COLOURS.get(line.inv_kfa, COLOURS[4]),
                zorder=3,
                **_END,
            )


def _legend(figure: Figure, data: TemperatureData) -> None:
    kinds = dict.fromkeys(line.kind for line in data.lines)
    strengths = sorted({line.inv_kfa for line in data.lines})
    names = {"normal": "normal phase"}
    handles = [
        Line2D([], [], color="#555555", linestyle=_STYLES[k], label=names.get(k, k)) for k in kinds
    ]
    handles += [
        Line2D(
            [],
            [],
            color=_COLOURS.get(x, COLOURS[4]),
            marker=_MARKERS.get(x, "v"),
            markersize=4,
            label=rf"${interaction(x)}$",
        )
        for x in strengths
    ]
    handles.append(Line2D([], [], color="#555555", label="a line ends", **_END))
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
