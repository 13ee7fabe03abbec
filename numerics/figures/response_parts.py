"""Fig. 13: Im Pi_11 between and within the quasiparticle branches, with decay and without.

The paper states the interaction strength, -1, and the decay rates, 0.1 gamma_b (a) and 0 (b), but
neither gamma_b nor the ranges of q and omega.  Here gamma_b is 1e-3, as in its Fig. 9, q goes up
to the Fermi momentum and omega to twice the pair-breaking energy 2 Delta_0 of (a).

The intra-band part of (b) is not exactly zero: at a finite linewidth the tails of the branches
overlap, which leaves some 1e-3 of the largest value of (a).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from numerics.figures.parameter_line import state_parameters
from numerics.figures.style import FROM_ZERO, draw_map, new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.response.fluctuation import pair_correlation
from numerics.results import Sampled
from numerics.steady.solution import SteadyState, solve_steady_state
from numerics.tasks.responses import evaluate_points

Array = NDArray[np.float64]

COLUMNS = (
    "gamma_v/gamma_b",
    "q/k_F",
    "omega/eps_F",
    "Im Pi_11 inter",
    "Im Pi_11 intra",
    "error",
)

#: Five digits are more than a colour shows.
_RTOL = 1e-5


@dataclass(frozen=True)
class ResponseParts:
    """Im Pi_11 and its parts, in units of k_F**3/eps_F; the maps' first index is the frequency."""

    states: tuple[SteadyState, ...]
    q: Array
    omega: Array
    whole: tuple[Array, ...]
    inter: tuple[Array, ...]
    intra: tuple[Array, ...]
    error: tuple[Array, ...]

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Yield the rows of the table; the error is that of either part."""
        for n, state in enumerate(self.states):
            for j, q in enumerate(self.q):
                for i, omega in enumerate(self.omega):
                    maps = (self.inter[n], self.intra[n], self.error[n])
                    numbers = (float(values[i, j]) for values in maps)
                    yield (state.paper.ratio, float(q), float(omega), *numbers)


def compute(
    ratios: tuple[float, ...] = (0.1, 0.0),
    *,
    inv_kfa: float = -1.0,
    gamma_b: float = 1e-3,
    largest_q: float = 1.0,
    largest_omega: float = 0.6,
    points: int = 50,
    executor: Executor | None = None,
) -> ResponseParts:
    """Compute the parts at so many wave numbers times so many frequencies.

    Parameters
    ----------
    ratios : tuple of float
        Rates gamma_v/gamma_b, one for each row of panels.
    inv_kfa, gamma_b : float
        The interaction strength and the rate gamma_b.
    largest_q, largest_omega : float
        The ranges.
    points : int
        Points along q and along omega.
    executor : concurrent.futures.Executor, optional
        Shares the points among its workers, without any change of the values.
    """
    states = tuple(
        solve_steady_state(Parameters(inv_kfa, gamma_b, gamma_v=ratio * gamma_b))
        for ratio in ratios
    )
    q = largest_q * (np.arange(points) + 0.5) / points
    omega = largest_omega * (np.arange(points) + 0.5) / points
    maps: list[tuple[Array, ...]] = []
    for state in states:
        # the inter-band part is computed as the rest, and would repeat both of these integrals
        whole, intra = (
            evaluate_points(partial(_response, state, part), q, omega[:, None], executor)
            for part in ("all", "intra")
        )
        error = (whole.error + intra.error)[..., 0, 0]
        rest = whole.value - intra.value
        parts = (x[..., 0, 0].imag for x in (whole.value, rest, intra.value))
        maps.append((*parts, error))
    return ResponseParts(states, q, omega, *zip(*maps, strict=True))


def _response(state: SteadyState, part: str, q: Array, omega: Array) -> Sampled:
    return pair_correlation(state, q, omega, part, rtol=_RTOL, full=True)


def draw(data: ResponseParts) -> Figure:
    """Draw a row for each decay rate, a column for each part; a column has one scale."""
    titles = (
        r"$\mathrm{Im}\,\Pi_{11}^\mathrm{inter}$",
        r"$\mathrm{Im}\,\Pi_{11}^\mathrm{intra}$",
    )
    with style():
        figure = new_figure(8.4, 3.4 * len(data.states))
        panels = figure.subplots(len(data.states), 2, sharex=True, sharey=True, squeeze=False)
        for column, (title, maps) in enumerate(zip(titles, (data.inter, data.intra), strict=True)):
            # the square root shows the weak parts; the few brightest points would hide them
            highest = float(np.quantile(np.stack(maps), 0.998))
            norm = PowerNorm(0.5, 0.0, highest, clip=True)
            for row, (state, values) in enumerate(zip(data.states, maps, strict=True)):
                axes = panels[row, column]
                image = draw_map(axes, data.q, data.omega, values, norm=norm, cmap=FROM_ZERO)
                axes.axhline(2 * state.gap, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
                axes.annotate(
                    r"$2\Delta_0$",
                    (0.98 * data.q[-1], 2 * state.gap),
                    (0, 2),
                    textcoords="offset points",
                    ha="right",
                    va="bottom",
                    color="black",
                )
                axes.set_title(
                    f"({'abcdefgh'[row]}{column + 1})  {title}, "
                    rf"$\gamma_\mathrm{{v}}/\gamma_\mathrm{{b}} = {state.paper.ratio:g}$",
                    fontsize=10,
                )
            ticks = np.asarray(MaxNLocator(6).tick_values(0.0, highest))
            bar = figure.colorbar(
                image,
                ax=list(panels[:, column]),
                extend="max",
                aspect=30,
                ticks=ticks[ticks <= highest],
            )
            unit = r"$k_\mathrm{F}^3/\varepsilon_\mathrm{F}$"
            bar.set_label(f"{title} / ({unit}), square-root scale")
        for axes in panels[-1]:
            axes.set_xlabel(quantity("q").label)
        for axes in panels[:, 0]:
            axes.set_ylabel(quantity("omega").label)
        state_parameters(figure, data, COLUMNS)
    return figure
