"""How much the order of the limits q -> 0 and gamma -> 0 matters along the boundaries A and B.

The coefficients of (46) with q -> 0 first, at the model's gamma, beside those with gamma -> 0
first, which (72) and (76) are about.  In equilibrium both orders give the same.

Along most of A and B the bath's edge lies a few gamma below the lowest excitation: gamma -> 0 at a
fixed edge then takes the quasiparticles away as well, and leaves nearly the equilibrium value.  On
the BEC side the edge is above; where it touches, coefficients with gamma -> 0 first diverge, and no
line is drawn across.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from numerics.diagram.curves import boundary_from
from numerics.diagram.results import PhaseDiagram
from numerics.figures.parameter_line import state_parameters
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.response.long_wavelength import hydrodynamics
from numerics.response.narrow_coupling import narrow_hydrodynamics
from numerics.stability.boundaries import Boundary
from numerics.steady.solution import solve_steady_state

COLUMNS = (
    "kind",
    "inv_kfa",
    "gamma_v/gamma_b",
    "alpha11 q first",
    "alpha11 gamma first",
    "alpha11 at gamma_v = 0",
    "beta22 q first",
    "beta22 gamma first",
)
#: Interaction strengths shown of either boundary, where it exists.
SHOWN = {"A": (-0.5, 1.0), "B": (-1.3, 0.5)}


@dataclass(frozen=True)
class LimitOrders:
    """The coefficients in both orders at one point of a boundary.

    Parameters
    ----------
    boundary : Boundary
        The point.
    alpha11, beta22 : tuple of float
        With q -> 0 first and with gamma -> 0 first.
    equilibrium : float
        alpha_11 of the same interaction strength at gamma_v = 0, where the orders agree to the
        order of gamma: a scale for the difference.
    """

    boundary: Boundary
    alpha11: tuple[float, float]
    beta22: tuple[float, float]
    equilibrium: float

    @property
    def filled(self) -> bool:
        """Whether the edge of the bath is above the lowest excitation."""
        state = self.boundary.state
        lowest = state.gap if state.mu > 0 else math.hypot(state.mu, state.gap)
        return state.mu_b - state.mu > lowest


@dataclass(frozen=True)
class LimitOrdersData:
    """Both orders along the boundaries A and B."""

    points: tuple[LimitOrders, ...]

    def of(self, kind: str) -> list[LimitOrders]:
        """Return the points of a boundary."""
        return [point for point in self.points if point.boundary.kind == kind]

    def stretches(self, kind: str) -> list[list[LimitOrders]]:
        """Return the points of a boundary in stretches in which the edge stays on one side."""
        groups = itertools.groupby(self.of(kind), lambda point: point.filled)
        return [list(points) for _, points in groups]

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the table."""
        for point in self.points:
            b = point.boundary
            coefficients = (*point.alpha11, point.equilibrium, *point.beta22)
            yield (b.kind, b.state.parameters.inv_kfa, b.ratio, *coefficients)


def compute(
    points: int = 9, *, diagram: PhaseDiagram | None = None, executor: Executor | None = None
) -> LimitOrdersData:
    """Find so many points of either boundary and compute the coefficients there.

    Parameters
    ----------
    points : int
        Of each boundary, evenly spaced in the interaction strength.
    diagram : PhaseDiagram, optional
        Has the boundaries at other interaction strengths of the same model, from which the search
        starts.
    executor : concurrent.futures.Executor, optional
        Shares the points among its workers.
    """
    model = Parameters(0.0)
    if diagram is not None:
        about = {name: getattr(diagram, name) for name in ("gamma_b", "temperature", "cutoff")}
        model = model.replace(**about)
    places = [
        (kind, low + (high - low) * k / (points - 1))
        for kind, (low, high) in SHOWN.items()
        for k in range(points)
    ]
    kinds, models = [p[0] for p in places], [model.replace(inv_kfa=p[1]) for p in places]
    starts = [() if diagram is None else _nearest(diagram, *place) for place in places]
    found = (map if executor is None else executor.map)(orders_at, kinds, models, starts)
    return LimitOrdersData(tuple(point for point in found if point is not None))


def _nearest(diagram: PhaseDiagram, kind: str, inv_kfa: float) -> tuple[Boundary, ...]:
    """Return the points of the closest piece of a boundary of a diagram."""
    curve = diagram.curves.get(kind)
    if curve is None or curve.inv_kfa.size == 0:
        return ()
    piece = curve.piece[np.abs(curve.inv_kfa - inv_kfa).argmin()]
    return tuple(p for p, n in zip(curve.points, curve.piece, strict=True) if n == piece)


def orders_at(kind: str, model: Parameters, known: Sequence[Boundary] = ()) -> LimitOrders | None:
    """Return both orders at a point of a boundary; None where there is no boundary."""
    boundary = next((b for b in known if b.state.paper.inv_kfa == model.inv_kfa), None)
    if boundary is None:
        found = boundary_from(kind, model, model.inv_kfa, *known)
        if isinstance(found, str):
            return None
        boundary = found
    long, narrow = hydrodynamics(boundary.state), narrow_hydrodynamics(boundary.state)
    rest = hydrodynamics(solve_steady_state(model))
    return LimitOrders(
        boundary,
        (float(long.alpha[0, 0]), narrow.alpha11),
        (float(long.beta[1, 1]), narrow.beta22),
        float(rest.alpha[0, 0]),
    )


def draw(data: LimitOrdersData) -> Figure:
    """Draw alpha_11 and beta_22 along both boundaries, in both orders."""
    with style():
        figure = new_figure(8.4, 3.6)
        left, right = figure.subplots(1, 2)
        for colour, kind in zip(COLOURS[1:], SHOWN, strict=False):
            for order, words in enumerate((r"$q\to0$ first", r"$\gamma\to0$ first")):
                look: dict[str, Any] = {
                    "color": colour,
                    "linestyle": LINES[order],
                    "marker": "os"[order],
                    "markersize": 3.5,
                    "label": f"{kind}, {words}",
                }
                # at finite gamma nothing jumps
                for points in data.stretches(kind) if order else [data.of(kind)]:
                    strengths = [p.boundary.state.parameters.inv_kfa for p in points]
                    left.plot(strengths, [p.alpha11[order] / p.equilibrium for p in points], **look)
                    right.plot(strengths, [p.beta22[order] for p in points], **look)
                    look.pop("label", None)
        left.set_ylabel(r"$\alpha_{11}/\alpha_{11}(\gamma_\mathrm{v}=0)$")
        right.set_ylabel(r"$\beta_{22}\,\varepsilon_\mathrm{F}/k_\mathrm{F}$")
        right.set_yscale("asinh", linear_width=0.02)
        for axes in (left, right):
            axes.set_xlabel(quantity("inv_kfa").label)
            axes.axhline(0.0, color="#888888", linewidth=0.8)
        left.legend()
        state_parameters(figure, data, COLUMNS)
    return figure
