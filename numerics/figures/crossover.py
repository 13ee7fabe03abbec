"""The equilibrium BCS-BEC crossover at T = 0 with its two analytic limits, quoted after (15)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from numerics.figures.parameter_line import state_parameters
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.quantities import quantity
from numerics.steady.crossover import Crossover, bcs_limit, bec_limit, equilibrium_crossover

COLUMNS = (
    "inv_kfa",
    "gap/eps_F",
    "mu/eps_F",
    "gap_bcs/eps_F",
    "mu_bcs/eps_F",
    "gap_bec/eps_F",
    "mu_bec/eps_F",
)

#: The top of the axes, in units of the largest order parameter: the BCS limit grows beyond.
_ROOM = 1.15


@dataclass(frozen=True)
class CrossoverCurve:
    """Equilibrium states along the interaction strength."""

    states: tuple[Crossover, ...]

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Yield the rows of the table."""
        for state in self.states:
            bcs, bec = bcs_limit(state.inv_kfa), bec_limit(state.inv_kfa)
            strong = (bec.gap, bec.mu) if state.inv_kfa > 0 else (math.nan, math.nan)
            yield (state.inv_kfa, state.gap, state.mu, bcs.gap, bcs.mu, *strong)


def compute(start: float = -2.5, end: float = 2.5, points: int = 101) -> CrossoverCurve:
    """Solve (14) and (15) along the interaction strength."""
    return CrossoverCurve(
        tuple(equilibrium_crossover(float(x)) for x in np.linspace(start, end, points))
    )


def draw(data: CrossoverCurve) -> Figure:
    """Draw order parameter and chemical potential with their limits."""
    with style():
        figure = new_figure(8.4, 3.8)
        gap, mu = figure.subplots(1, 2)
        # as far as they have values: where they fail the picture shows it
        weak = [bcs_limit(s.inv_kfa) for s in data.states]
        strong = [bec_limit(s.inv_kfa) for s in data.states if s.inv_kfa > 0]
        curves = (
            (data.states, "BCS-Leggett theory"),
            (weak, "BCS limit"),
            (strong, "BEC limit"),
        )
        for index, (states, label) in enumerate(curves):
            look = {"color": COLOURS[index], "linestyle": LINES[index], "label": label}
            interactions = [s.inv_kfa for s in states]
            gap.plot(interactions, [s.gap for s in states], **look)
            mu.plot(interactions, [s.mu for s in states], **look)
        gap.set_ylabel(quantity("gap").label)
        mu.set_ylabel(quantity("mu").label)
        gap.set_ylim(0, _ROOM * max(s.gap for s in data.states))
        for axes in (gap, mu):
            _finish(axes, data)
        gap.legend(loc="upper left")
        state_parameters(figure, data, COLUMNS)
    return figure


def _finish(axes: Axes, data: CrossoverCurve) -> None:
    axes.set_xlabel(quantity("inv_kfa").label)
    axes.set_xlim(data.states[0].inv_kfa, data.states[-1].inv_kfa)
