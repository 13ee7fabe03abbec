"""Follows a zero of the long-wavelength coefficients through the phase diagram, round its folds.

Along the drive alone the first zero jumps where two of them meet and vanish.  The line that they
are on goes on: it folds back in the interaction strength.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.domain import instance
from numerics.errors import ConvergenceError, NoCondensate
from numerics.stability.conditions import Condition, condition_of
from numerics.stability.quantities import Number
from numerics.steady.solution import SteadyState, solve_nearby

Array = NDArray[np.float64]

#: log(gamma_v/gamma_b) of the length of a unit of the interaction strength.
_UNIT = 4.0
#: Steps along the line: the first and largest one, and the smallest.
_STEP, _SMALLEST = 0.03, 1e-3
#: Step of the differences that tell the gradient; error of a point across the line.
_DIFFERENCE, _ACROSS = 1e-5, 1e-8
#: Iterations of the secant method, and largest turn of the line in a step, as a cosine.
_ITERATIONS, _TURN = 8, 0.9


def zero_line(
    kind: str | Condition,
    start: SteadyState,
    ends: tuple[float, float],
    *,
    rising: bool = True,
    points: int = 200,
) -> tuple[SteadyState, ...]:
    """Return states along a line on which a coefficient vanishes.

    Parameters
    ----------
    kind : {"alpha11", "beta22", "A"} or Condition
        As in `find_boundary`, one whose quantity is a number of the state.
    start : SteadyState
        A state on the line, or next to it.
    ends : tuple of (float, float)
        Smallest and largest interaction strength.
    rising : bool
        Whether the interaction strength grows at first.
    points : int
        Largest number of states.

    Returns
    -------
    tuple of SteadyState
        From the start on, as far as the line is within the ends and there is a condensate.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import find_boundary
    >>> from numerics.diagram.zero_lines import zero_line
    >>> near = find_boundary("beta22", 0.43).state
    >>> line = zero_line("beta22", near, (0.0, 1.0), points=12)
    >>> [line[k].parameters.inv_kfa < line[k + 1].parameters.inv_kfa for k in (0, 10)]
    [True, False]
    """
    condition = condition_of(kind)
    instance("start", start, SteadyState)
    surface = _Surface(condition.name, condition.number, start)
    here = surface.place(start)
    along, slope = surface.tangent(here)
    # the coefficient rises to the left of the tangent, or to the right of the other one
    along, slope = (along, slope) if (along[0] > 0) == rising else (-along, -slope)
    states, step = [start], _STEP
    while len(states) < points:
        try:
            there, steep = surface.zero(here + step * along, along, slope)
        except (NoCondensate, ConvergenceError):
            there, steep = here, slope
        # the line is an arc of a circle between two points
        chord = (there - here) / max(math.hypot(*(there - here)), _ACROSS)
        after = 2 * (chord @ along) * chord - along
        if (there == here).all() or after @ along < _TURN:
            step /= 2
            if step < _SMALLEST:
                break
            continue
        if not ends[0] <= there[0] <= ends[1]:
            break
        here, along, slope, step = there, after, steep, min(2 * step, _STEP)
        states.append(surface.last)
    return tuple(states)


@dataclass
class _Surface:
    """A coefficient over the interaction strength and log(gamma_v/gamma_b)/_UNIT."""

    kind: str
    number: Number
    last: SteadyState

    def place(self, state: SteadyState) -> Array:
        parameters = state.paper
        return np.array([parameters.inv_kfa, math.log(parameters.ratio) / _UNIT])

    def value(self, place: Array) -> float:
        model = self.last.paper
        ratio = math.exp(_UNIT * float(place[1]))
        parameters = model.replace(inv_kfa=float(place[0]), gamma_v=ratio * model.gamma_b)
        self.last = solve_nearby(parameters, self.last)
        return self.number.first(self.last).value

    def tangent(self, place: Array) -> tuple[Array, float]:
        """Return the unit vector along the line through a point, and the slope to its left."""
        keep, here = self.last, self.value(place)
        across = np.array(
            [self.value(place + _DIFFERENCE * unit) - here for unit in np.identity(2)]
        )
        self.last = keep
        steep = math.hypot(*across)
        return np.array([across[1], -across[0]]) / steep, steep / _DIFFERENCE

    def zero(self, place: Array, along: Array, slope: float) -> tuple[Array, float]:
        """Return the point of the line straight across from another, and the slope there.

        Parameters
        ----------
        place, along : ndarray, shape (2,)
            A point, and the direction of the line.
        slope : float
            About how fast the coefficient changes to the left of that direction.
        """
        normal = np.array([-along[1], along[0]])
        one, low = 0.0, self.value(place)
        other = math.copysign(min(abs(low / slope), _STEP), -low / slope)
        if abs(other) < _ACROSS:
            return place, slope
        for _ in range(_ITERATIONS):
            high = self.value(place + other * normal)
            slope = (high - low) / (other - one)
            one, low, other = other, high, other - high / slope
            if abs(other - one) < _ACROSS:
                return place + one * normal, slope
        raise ConvergenceError(f"no zero of {self.kind} across from {place.tolist()}")
