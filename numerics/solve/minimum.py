"""The minimum of a smooth function of one variable next to a guess.

Where a function touches zero as a parameter changes, its smallest value and the derivative there
vanish.  The derivative is made to vanish here; the smallest value is then a function of the
parameter alone, whose zero `numerics.solve.zero` finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Half-width in log x of the polynomial through a minimum, and its nodes.
WIDTHS = (0.3, 0.08, 0.02)
#: Moves of the polynomial; it may be made narrower once its minimum is this close to its middle.
_MOVES, _CENTRAL = 24, 0.8
NODES = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])


@dataclass(frozen=True)
class Minimum:
    """A local minimum: its place and its value."""

    x: float
    value: float


def minimum_near(
    function: Callable[[Array], Array],
    x: float,
    *,
    within: float = WIDTHS[0],
    above: float = 0.0,
) -> Minimum | None:
    """Return the minimum of a smooth function next to a guess, in the variable log x.

    Parameters
    ----------
    function : callable
        Maps an array of positive x to values; not numbers where it has none.
    x : float
        The guess, from which the way is downhill.
    within : float
        How far away in log x the minimum is thought to be.
    above : float
        A minimum that is not above this is none.
    """
    level = max([k for k, width in enumerate(WIDTHS) if width >= within], default=0)
    seen = False
    for _ in range(_MOVES):
        width = WIDTHS[level]
        if x * math.exp(width) <= above:
            return None
        values = function(x * np.exp(width * NODES))
        if not np.isfinite(values).all():
            return None
        curve = np.polynomial.Polynomial.fit(NODES, values, 4, domain=[-1, 1])
        at = lowest_inside(curve, -1.0, 1.0)
        if at is None:
            x *= math.exp(width if values[-1] < values[0] else -width)
            # it is farther away than was thought
            level = level if seen else max(level - 1, 0)
            continue
        x *= math.exp(width * at)
        seen = True
        if abs(at) <= _CENTRAL:
            if level == len(WIDTHS) - 1:
                return Minimum(x, float(curve(at))) if x > above else None
            level += 1
    return None


def lowest_inside(curve: np.polynomial.Polynomial, low: float, high: float) -> float | None:
    """Return where a polynomial has its lowest minimum in an interval; None if it has none."""
    places = curve.deriv().roots()
    inside = (low <= places.real) & (places.real <= high)
    real = places.real[(np.abs(places.imag) < 1e-9) & inside]
    real = real[curve.deriv(2)(real) > 0]
    return float(real[np.argmin(curve(real))]) if real.size else None
