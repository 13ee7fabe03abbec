"""Where a function of one variable touches zero as a parameter changes.

A boundary is a parameter at which the smallest value over x of some f(x) is zero: the value and
the derivative by x vanish there.  At a given parameter the derivative is made to vanish first;
the smallest value is then a function of the parameter alone, whose derivative is the partial one,
and the secant method finds its zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Half-width in log x of the polynomial through a minimum, and its nodes.
_WIDTHS = (0.3, 0.08, 0.02)
#: Moves of the polynomial; it may be made narrower once its minimum is this close to its middle.
_MOVES, _CENTRAL = 24, 0.8
NODES = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
#: Steps of the secant method in the logarithm of the parameter; the longest, the last.
_STEPS, _LONGEST, _LAST = 40, 0.3, 1e-9
#: Steps shorter than this keep the slope; below the second one, steps that no longer shrink are
#: those of rounding.
_RESOLVED, _STALLED = 1e-6, 1e-5


@dataclass(frozen=True)
class Minimum:
    """A local minimum: its place and its value."""

    x: float
    value: float


def minimum_near(
    function: Callable[[Array], Array], x: float, *, close: bool = False
) -> Minimum | None:
    """Return the minimum of a smooth function next to a guess, in the variable log x.

    Parameters
    ----------
    function : callable
        Maps an array of positive x to values; not numbers where it has none.
    x : float
        The guess, from which the way is downhill.
    close : bool
        Whether the guess is within some percent.
    """
    width, *narrower = _WIDTHS[close:]
    for _ in range(_MOVES):
        values = function(x * np.exp(width * NODES))
        if not np.isfinite(values).all():
            return None
        curve = np.polynomial.Polynomial.fit(NODES, values, 4, domain=[-1, 1])
        at = _lowest_inside(curve)
        if at is None:
            x *= math.exp(width if values[-1] < values[0] else -width)
            continue
        x *= math.exp(width * at)
        if abs(at) <= _CENTRAL:
            if not narrower:
                return Minimum(x, float(curve(at)))
            width, *narrower = narrower
    return None


def _lowest_inside(curve: np.polynomial.Polynomial) -> float | None:
    """Return where a polynomial has its lowest minimum between -1 and 1."""
    places = curve.deriv().roots()
    real = places.real[(np.abs(places.imag) < 1e-9) & (np.abs(places.real) <= 1)]
    real = real[curve.deriv(2)(real) > 0]
    return float(real[np.argmin(curve(real))]) if real.size else None


@dataclass(frozen=True)
class Root:
    """A zero of a function of a positive parameter.

    Parameters
    ----------
    at : float
        The parameter.
    slope : float
        Derivative of the function by the logarithm of the parameter.
    steps : int
        Values of the function.
    """

    at: float
    slope: float
    steps: int


def secant(
    function: Callable[[float], float | None],
    start: float,
    *,
    step: float = 1e-3,
    low: float = 0.0,
    high: float = math.inf,
) -> Root | None:
    """Return the zero of a function of a positive parameter next to a guess.

    Parameters
    ----------
    function : callable
        None where it has no value.
    start : float
        The guess.
    step : float
        First step, in the logarithm.
    low, high : float
        The zero is wanted between these.
    """
    before, now = math.log(start), math.log(start) + step
    old, new = function(math.exp(before)), function(math.exp(now))
    slope = math.nan
    for steps in range(_STEPS):
        if old is None or new is None:
            return None
        # the differences of shorter steps are those of rounding
        if abs(now - before) > _RESOLVED or math.isnan(slope):
            slope = (new - old) / (now - before)
        if new == 0 or abs(now - before) < _LAST:
            return Root(math.exp(now), slope, steps + 2)
        if slope == 0 or not math.isfinite(slope):
            return None
        move = max(-_LONGEST, min(_LONGEST, -new / slope))
        stalled = abs(now - before) <= 2 * abs(move) < 2 * _STALLED
        before, old = now, new
        now += move
        if not low <= math.exp(now) <= high:
            return None
        if abs(move) < _LAST or stalled:
            return Root(math.exp(now), slope, steps + 2)
        new = function(math.exp(now))
    return None
