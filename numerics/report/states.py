"""The states of the phase diagram: steady state, growth rate and collective modes of each."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numerics.errors import ConvergenceError, NoCondensate
from numerics.parameters import Parameters
from numerics.report.data import Curve, Diagram, Meeting, Mode, Sample
from numerics.results import Status
from numerics.steady.solution import SteadyState, solve_steady_state

if TYPE_CHECKING:
    from numerics.diagram.results import BoundaryCurve, GrowthMap, PhaseDiagram

#: Boundaries that are drawn.
KINDS = ("A", "B", "C", "gapped", "normal")
#: Wave numbers among which the end of the modes is looked for, and those of the dispersion.
_SEARCHED, _SHOWN = 14, 26
#: The dispersion's wave numbers are closer to each other near 0, where sound begins.
_POWER = 1.5
#: Digits that are kept, more than a plot can show.
_DIGITS = 7


def grid(full: bool) -> tuple[list[float], list[float]]:
    """Return interaction strengths and ratios of the states."""
    inv, ratios = (17, 12) if full else (9, 7)
    return (
        np.linspace(-2.0, 1.0, inv).tolist(),
        [float(f"{ratio:.2g}") for ratio in np.geomspace(2e-3, 0.9, ratios)],
    )


def sample(parameters: Parameters) -> Sample:
    """Compute one state; that there is none, or that it was not found, is part of the result."""
    inv, ratio = parameters.inv_kfa, _short(parameters.ratio)
    try:
        state = solve_steady_state(parameters)
        return _sample_of(state, Sample(inv, ratio, state.gap, state.mu, state.mu_b))
    except NoCondensate:
        return Sample(inv, ratio, normal=True)
    except ConvergenceError as error:
        return Sample(inv, ratio, failure=" ".join(str(error).split()))


def _sample_of(state: SteadyState, known: Sample) -> Sample:
    from numerics.stability.branches import mode_branches
    from numerics.stability.growth import growth_rate

    growth = growth_rate(state)
    found = mode_branches(state, _waves(state))
    modes = tuple(
        Mode(_shorts(b.q), _shorts(b.omega.real), _shorts(b.omega.imag)) for b in found.branches
    )
    return dataclasses.replace(
        known,
        rate=growth.rate,
        error=growth.error,
        q=growth.q,
        omega=growth.omega,
        complete=growth.status == found.status == Status.COMPLETE,
        verdict=growth.verdict,
        modes=modes,
    )


def _waves(state: SteadyState) -> NDArray[np.float64]:
    """Return wave numbers up to where the last mode that is damped little has ended."""
    from numerics.stability.axis_count import axis_modes
    from numerics.stability.growth import filled_diameter

    searched = np.geomspace(state.parameters.linewidth, filled_diameter(state), _SEARCHED)
    there = [k for k, modes in enumerate(axis_modes(state, searched)) if modes.frequencies.size]
    end = searched[min(max(there, default=0) + 1, _SEARCHED - 1)]
    return np.asarray(end * (np.arange(1, _SHOWN + 1) / _SHOWN) ** _POWER)


def diagram_of(found: PhaseDiagram, samples: Iterable[Sample]) -> Diagram:
    """Return what is shown of a phase diagram and of states in it."""
    from numerics.figures.phase_diagram import region_of

    region, _ = region_of(found)
    return Diagram(
        tuple(_curve(kind, found.curves[kind]) for kind in KINDS if kind in found.curves),
        tuple(Meeting(m.kinds, m.inv_kfa, m.ratio) for m in found.meetings),
        tuple(dataclasses.replace(s, crossed=_crossed(found.curves, s)) for s in samples),
        tuple(tuple((_short(x), _short(y)) for x, y in ring.tolist()) for ring in region.rings),
    )


def _curve(kind: str, curve: BoundaryCurve) -> Curve:
    return Curve(kind, tuple((_shorts(x), _shorts(y)) for x, y in curve.pieces()))


def _crossed(curves: Mapping[str, BoundaryCurve], at: Sample) -> tuple[str, ...]:
    """Return the boundaries of stability below a state, by interpolation, the lowest first."""
    below = []
    for kind in ("A", "B", "C"):
        for inv, ratio in curves[kind].pieces() if kind in curves else ():
            if inv[0] <= at.inv_kfa <= inv[-1]:
                height = math.exp(np.interp(at.inv_kfa, inv, np.log(ratio)))
                below += [(height, kind)] * (height < at.ratio)
    return () if at.normal else tuple(kind for _, kind in sorted(below))


def growth_map(samples: Iterable[Sample]) -> GrowthMap:
    """Return growth rates of states on a grid as the figure of them takes them."""
    from numerics.diagram.results import GrowthMap

    found = {(s.inv_kfa, s.ratio): s for s in samples}
    inv, ratios = (sorted({key[k] for key in found}) for k in (0, 1))
    rows = [[found[x, y] for x in inv] for y in ratios]
    there = np.array([[not (s.normal or s.failure) for s in row] for row in rows])

    def values(name: str) -> np.ma.MaskedArray:
        return np.ma.array([[getattr(s, name) for s in row] for row in rows], mask=~there)

    return GrowthMap(
        np.array(inv),
        np.array(ratios),
        values("rate"),
        values("q"),
        values("omega"),
        values("error"),
        np.array([[s.complete for s in row] for row in rows]),
        there,
        np.array(
            [
                [s.verdict if here else "" for s, here in zip(*pair, strict=True)]
                for pair in zip(rows, there.tolist(), strict=True)
            ]
        ),
        {s.inv_kfa: s.failure for row in rows for s in row if s.failure},
    )


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _shorts(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(_short(value) for value in values.tolist())
