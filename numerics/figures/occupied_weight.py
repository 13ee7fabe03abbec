"""Fig. 9: the occupied spectral weight at unitarity, with decay (a) and without (b).

The lines are as narrow as the linewidth, 1/20 of a pixel.  The map therefore shows, and the table
holds, the mean over each pixel, from samples closer than half a linewidth: no line is lost, and
the sum over the frequency is still the occupation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import NDArray

from numerics.figures.parameter_line import state_parameters
from numerics.figures.style import FROM_ZERO, draw_map, new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.response.spectral_weight import occupied_spectral_weight
from numerics.steady.solution import SteadyState, solve_steady_state
from numerics.tables import map_rows

Array = NDArray[np.float64]

COLUMNS = ("gamma_v/gamma_b", "p/k_F", "omega/eps_F", "mean of L*eps_F")

#: Momenta sampled in a pixel; E_p moves by half a pixel between two of them where it is steepest.
_MOMENTA = 4
#: The scale starts below the upper branch of (a) and ends where that branch is still bright.
_LOWEST, _HIGHEST = 1e-2, 30.0


@dataclass(frozen=True)
class OccupiedWeight:
    """Means of L(p, omega) over pixels; the maps' first index is the frequency."""

    states: tuple[SteadyState, ...]
    p: Array
    omega: Array
    weights: tuple[Array, ...]

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Yield the rows of the table, one for each pixel, at its centre."""
        for state, weight in zip(self.states, self.weights, strict=True):
            ratio = state.paper.ratio
            yield from ((ratio, *row) for row in map_rows(self.p, self.omega, weight))


def compute(
    ratios: tuple[float, ...] = (0.01, 0.0),
    *,
    inv_kfa: float = 0.0,
    gamma_b: float = 1e-3,
    largest_p: float = 1.6,
    largest_omega: float = 2.0,
    pixels: tuple[int, int] = (120, 200),
) -> OccupiedWeight:
    """Average L over pixels, so many along p and omega, for each gamma_v/gamma_b."""
    states = tuple(
        solve_steady_state(Parameters(inv_kfa, gamma_b, gamma_v=ratio * gamma_b))
        for ratio in ratios
    )
    columns, rows = pixels
    p = _midpoints(0.0, largest_p, columns)
    omega = _midpoints(-largest_omega, largest_omega, rows)
    weights = []
    for state in states:
        width = 2 * largest_omega / rows
        samples = math.ceil(2 * width / state.parameters.linewidth)
        momentum = _midpoints(0.0, largest_p, columns * _MOMENTA).reshape(columns, _MOMENTA)
        frequency = _midpoints(-largest_omega, largest_omega, rows * samples)
        weight = np.empty((rows, columns))
        # a column at a time: the samples of the whole map would not fit into a cache
        for j in range(columns):
            fine = occupied_spectral_weight(state, momentum[j], frequency[:, None])
            weight[:, j] = fine.reshape(rows, -1).mean(axis=1)
        weights.append(weight)
    return OccupiedWeight(states, p, omega, tuple(weights))


def draw(data: OccupiedWeight) -> Figure:
    """Draw the maps side by side on one logarithmic scale."""
    norm = LogNorm(_LOWEST, _HIGHEST, clip=True)
    with style():
        figure = new_figure(8.4, 4.2)
        panels = np.atleast_1d(
            figure.subplots(1, len(data.states), sharex=True, sharey=True)
        ).tolist()
        for label, axes, state, weight in zip(
            "abcdefgh", panels, data.states, data.weights, strict=False
        ):
            _dispersion(axes, data, state)
            image = draw_map(axes, data.p, data.omega, weight, norm=norm, cmap=FROM_ZERO)
            axes.set_title(
                rf"({label})  $\gamma_\mathrm{{v}}/\gamma_\mathrm{{b}} = "
                rf"{state.paper.ratio:g}$",
                fontsize=10,
            )
            axes.set_xlabel(r"momentum $p/k_\mathrm{F}$")
            axes.locator_params(nbins=5)
            axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        panels[0].set_ylabel(quantity("omega").label)
        bar = figure.colorbar(image, ax=panels, extend="both")
        bar.set_label(r"$L(p, \omega)\,\varepsilon_\mathrm{F}$, pixel mean, logarithmic scale")
        state_parameters(figure, data, COLUMNS)
    return figure


def _dispersion(axes: Axes, data: OccupiedWeight, state: SteadyState) -> None:
    """Name the branches; the line of the upper one is drawn only where nothing occupies it."""
    energy = np.hypot(data.p**2 - state.mu, state.gap)
    # beside the steep part, where there is no weight
    k = int(np.searchsorted(data.p, 0.72 * data.p[-1]))
    for sign, name in ((1, "$+E_p$"), (-1, "$-E_p$")):
        axes.annotate(
            name,
            (float(data.p[k]), sign * float(energy[k])),
            (-10, 4 * sign),
            textcoords="offset points",
            ha="right",
            va="bottom" if sign > 0 else "top",
            color="black",
        )
    if state.paper.gamma_v == 0:
        axes.plot(data.p, energy, color="black", linewidth=0.7, linestyle=(0, (1, 5)))


def _midpoints(start: float, end: float, number: int) -> Array:
    """Return the midpoints of equal intervals."""
    result: Array = start + (end - start) * (np.arange(number) + 0.5) / number
    return result
