"""What a phase diagram consists of: curves, where they meet, growth rates, regions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.kept import Kept, Pictured
from numerics.stability.boundaries import Boundary
from numerics.stability.conditions import CONDITIONS

Array = NDArray[np.float64]

#: Boundaries at which a mode starts to grow; at the first of them a state loses stability.
INSTABILITIES = tuple(kind.name for kind in CONDITIONS.values() if kind.instability)


@dataclass(frozen=True)
class CurveEnd(Kept):
    """An end of a piece of a curve: the curve is at `point`, and not at `beyond`."""

    point: Boundary
    beyond: float

    @property
    def inv_kfa(self) -> float:
        """Interaction strength of the last point."""
        return self.point.state.parameters.inv_kfa


@dataclass(frozen=True, eq=False)
class BoundaryCurve(Pictured):
    """A boundary at those interaction strengths where it exists.

    Parameters
    ----------
    kind : str
        As in `find_boundary`.
    inv_kfa, ratio, q, omega, error : ndarray, shape (n,)
        Interaction strength, gamma_v/gamma_b, wave number and frequency of the critical mode, and
        the bound of the ratio's error.
    piece : ndarray of int, shape (n,)
        Which continuous piece of the curve a point is on.
    points : tuple of Boundary
        The same points with their states.
    ends : tuple of (int, CurveEnd)
        Which pieces end between the wanted interaction strengths, and where.
    missing : dict
        Why there is no point, by the interaction strength.
    """

    kind: str
    inv_kfa: Array
    ratio: Array
    q: Array
    omega: Array
    error: Array
    piece: NDArray[np.int64]
    points: tuple[Boundary, ...]
    ends: tuple[tuple[int, CurveEnd], ...]
    missing: Mapping[float, str]

    def pieces(self) -> list[tuple[Array, Array]]:
        """Return interaction strengths and ratios of each continuous piece, with its ends."""
        lines = []
        for k in np.unique(self.piece):
            points = [self.points[i] for i in np.flatnonzero(self.piece == k)]
            points += [end.point for piece, end in self.ends if piece == k]
            at = sorted({(point.state.parameters.inv_kfa, point.ratio) for point in points})
            lines.append((np.array([x for x, _ in at]), np.array([y for _, y in at])))
        return lines


@dataclass(frozen=True)
class Meeting(Kept):
    """Where two boundaries have the same ratio, to `error` in inv_kfa."""

    kinds: tuple[str, str]
    inv_kfa: float
    ratio: float
    error: float
    points: tuple[Boundary, Boundary]


@dataclass(frozen=True)
class CodimensionTwo:
    """Where boundaries have the same ratio ("meet") or one ends ("end"), to `error` in inv_kfa."""

    nature: str
    kinds: tuple[str, ...]
    inv_kfa: float
    ratio: float
    error: float


@dataclass(frozen=True, eq=False)
class Stability:
    """The first of the boundaries A, B and C: the lowest ratio, masked where there is none."""

    inv_kfa: Array
    kind: tuple[str | None, ...]
    ratio: np.ma.MaskedArray[Any, Any]


@dataclass(frozen=True, eq=False)
class GrowthMap(Pictured):
    """The growth rate on a grid, arrays of shape (ratios, interaction strengths).

    Parameters
    ----------
    inv_kfa, ratios : ndarray
        The axes.
    rate, q, omega, error : masked array
        As in `GrowthRate`, masked where there is no condensate.
    complete, condensate : ndarray of bool
        Whether every growing mode was found; whether there is a condensate.
    verdict : ndarray of str
        "grows", "decays" or "undecided"; empty where there is no condensate.
    failures : dict
        Why a column has no values at all, by the interaction strength.
    """

    inv_kfa: Array
    ratios: Array
    rate: np.ma.MaskedArray[Any, Any]
    q: np.ma.MaskedArray[Any, Any]
    omega: np.ma.MaskedArray[Any, Any]
    error: np.ma.MaskedArray[Any, Any]
    complete: NDArray[np.bool_]
    condensate: NDArray[np.bool_]
    verdict: NDArray[np.str_]
    failures: Mapping[float, str]


@dataclass(frozen=True, eq=False)
class PhaseDiagram(Pictured):
    """Boundaries by their kind, where A, B and C meet, and what else was wanted.

    `unstable` has the intervals of gamma_v/gamma_b within which modes grow, by the interaction
    strength; None where rounding or a failure leaves them open.
    """

    inv_kfa: Array
    gamma_b: float
    temperature: float
    cutoff: float
    curves: Mapping[str, BoundaryCurve]
    meetings: tuple[Meeting, ...]
    growth: GrowthMap | None
    unstable: Mapping[float, tuple[tuple[float, float], ...] | None] = field(default_factory=dict)

    @property
    def stability(self) -> Stability:
        """The boundary of stability and its type at each interaction strength."""
        first: dict[float, tuple[float, str]] = {}
        for kind in INSTABILITIES:
            if kind in self.curves:
                curve = self.curves[kind]
                for inv, ratio in zip(curve.inv_kfa.tolist(), curve.ratio.tolist(), strict=True):
                    first[inv] = min(first.get(inv, (math.inf, "")), (ratio, kind))
        found = [first.get(inv) for inv in self.inv_kfa.tolist()]
        ratio = np.ma.masked_equal([at[0] if at else 0.0 for at in found], 0.0)
        return Stability(self.inv_kfa, tuple(at[1] if at else None for at in found), ratio)

    @property
    def codimension_two(self) -> tuple[CodimensionTwo, ...]:
        """Where boundaries A, B and C meet, and where one ends, in ascending order."""
        found = [
            CodimensionTwo("meet", m.kinds, m.inv_kfa, m.ratio, m.error) for m in self.meetings
        ]
        for kind in set(INSTABILITIES) & set(self.curves):
            for _, end in self.curves[kind].ends:
                gap, ratio = abs(end.beyond - end.inv_kfa), end.point.ratio
                found.append(CodimensionTwo("end", (kind,), end.inv_kfa, ratio, gap))
        return tuple(sorted(found, key=lambda point: (point.inv_kfa, point.kinds)))
