"""Fig. 13: Im Pi_11 between and within the quasiparticle branches, with decay and without.

The paper states the interaction strength, -1, and the decay rates, 0.1 gamma_b (a) and 0 (b), but
neither gamma_b nor the ranges of q and omega.  Here gamma_b is 1e-3, as in its Fig. 9, q goes up
to the Fermi momentum and omega to twice the pair-breaking energy 2 Delta_0 of (a).

Points at which neither part differs by a shade from what is cubic between others are not computed.

The intra-band part of (b) is not exactly zero: at a finite linewidth the tails of the branches
overlap, which leaves some 1e-3 of the largest value of (a).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from numerics.figures.parameter_line import state_parameters
from numerics.figures.resolved_map import coarse_map, resolved_maps
from numerics.figures.style import FROM_ZERO, draw_map, new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.response.fluctuation import correlation_and_part
from numerics.results import Sampled
from numerics.steady.solution import SteadyState, solve_steady_state
from numerics.tables import map_rows

Array = NDArray[np.float64]

COLUMNS = (
    "gamma_v/gamma_b",
    "q/k_F",
    "omega/eps_F",
    "Im Pi_11 inter",
    "Im Pi_11 intra",
    "error",
    "computed",
)

#: Five digits are more than a colour shows.
_RTOL = 1e-5
#: The scale ends where so many points are below: the few brightest would hide the others.
_WITHIN = 0.998


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
    #: Where the parts are computed; elsewhere they are cubic in between.
    computed: tuple[NDArray[np.bool_], ...]

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Yield the rows of the table; the error is that of either part."""
        for n, state in enumerate(self.states):
            ratio, computed = state.paper.ratio, self.computed[n].astype(int)
            maps = (self.inter[n], self.intra[n], self.error[n], computed)
            yield from ((ratio, *row) for row in map_rows(self.q, self.omega, *maps))


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
    functions = [partial(_parts, state) for state in states]
    coarse = [coarse_map(function, q, omega, executor) for function in functions]
    highest = np.stack([_highest([c.value[..., k] for c in coarse]) for k in (0, 1)])
    found = resolved_maps(functions, coarse, [partial(_shades, highest)] * len(states), executor)
    inter, intra = (tuple(m.value[k] for m in found) for k in (0, 1))
    whole = tuple(one + other for one, other in zip(inter, intra, strict=True))
    error, computed = tuple(m.error.max(axis=0) for m in found), tuple(m.computed for m in found)
    return ResponseParts(states, q, omega, whole, inter, intra, error, computed)


def _parts(state: SteadyState, q: Array, omega: Array) -> Sampled:
    """Return Im Pi_11 between and within the branches at points, in layers."""
    found = correlation_and_part(state, q, omega, rtol=_RTOL)
    whole, intra = found.value[:, :, 0, 0].imag.T
    error = np.repeat(found.error[:, :, 0, 0].sum(axis=1)[:, None], 2, axis=1)
    return found._replace(value=np.stack([whole - intra, intra], axis=1), error=error)


def _highest(maps: Sequence[Array]) -> float:
    """Return the end of the scale of maps."""
    return float(np.quantile(np.stack(maps), _WITHIN))


def _shades(highest: Array, values: Array) -> Array:
    """Return the places of values, in layers, on the scales of the panels."""
    return np.asarray(np.sqrt(np.clip(values / highest, 0.0, 1.0)))


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
            # the square root shows the weak parts
            highest = _highest(maps)
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
