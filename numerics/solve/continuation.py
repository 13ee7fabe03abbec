"""Newton's method and pseudo-arclength continuation of a curve of solutions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Below this, steps that no longer shrink are rounding errors of the system.
_ROUNDING = 1e-6

#: Residuals, which are relative to the size of their equations, of a point on a curve.
_ON_CURVE = 0.1

#: Where scales change on the way: by which angle the tangent may turn in a step, and by which it is
#: expected to turn in the next one, whose length changes by a factor of two at most.
_SHARPEST, _TURN, _LONGER = 0.65, 0.25, 2.0

#: A system of n equations in m >= n unknowns: residuals (n,) and Jacobian (n, m) at a point (m,).
System = Callable[[Array], tuple[Array, Array]]
#: The scales of the unknowns at a point.
Scales = Callable[[Array], Array]
#: The unknowns after a way from a point, in scaled unknowns.
Advance = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Iteration:
    """Result of Newton's method.

    Parameters
    ----------
    point : ndarray
        The last iterate.
    converged : bool
        Whether the last step was below the tolerance.
    steps : int
        Evaluations of the system.
    jacobian : ndarray
        The Jacobian at the iterate before the last.
    residual : float
        The largest residual there.
    """

    point: Array
    converged: bool
    steps: int
    jacobian: Array
    residual: float


def newton(
    system: System, start: Array, scales: Array, tolerance: float = 1e-11, most: int = 12
) -> Iteration:
    """Solve n equations in n unknowns by Newton's method.

    Parameters
    ----------
    system : callable
        Residuals and Jacobian.
    start : ndarray, shape (n,)
        First iterate.
    scales : ndarray, shape (n,)
        Steps are measured in these; a step is limited to one half of each.
    tolerance : float
        The largest scaled step that counts as converged.  Since Newton's method is quadratic, the
        error is then the square of it, or rounding.  Steps that have stopped to shrink close to
        the solution count as well.
    most : int
        Evaluations after which it gives up.
    """
    point = start
    before = np.inf
    for steps in range(1, most + 1):
        residuals, jacobian = system(point)
        worst = float(np.abs(residuals).max())
        if not (np.isfinite(residuals).all() and np.isfinite(jacobian).all()):
            return Iteration(point, False, steps, jacobian, worst)
        try:
            step = -np.linalg.solve(jacobian * scales, residuals)
        except np.linalg.LinAlgError:
            return Iteration(point, False, steps, jacobian, worst)
        length = float(np.abs(step).max())
        point = point + scales * step * min(1.0, 0.5 / length if length else 1.0)
        if length < tolerance or before <= 2 * length < _ROUNDING:
            return Iteration(point, True, steps, jacobian, worst)
        before = length
    return Iteration(point, False, most, jacobian, worst)


@dataclass(frozen=True)
class Step:
    """A point on the curve, and its tangent in scaled unknowns at the point's scales."""

    point: Array
    tangent: Array
    scales: Array


class ContinuationError(RuntimeError):
    """The step of a continuation became too small; `last` is the last point."""

    def __init__(self, last: Array) -> None:
        super().__init__("the continuation came to a halt")
        self.last = last


def tangent(jacobian: Array, orientation: Array) -> Array:
    """Return the unit null vector of an (n, n + 1) matrix that points along `orientation`."""
    null = np.linalg.svd(jacobian)[2][-1]
    return null if null @ orientation > 0 else -null


def follow(
    system: System,
    start: Array,
    orientation: Array,
    scales: Scales,
    *,
    length: float = 0.6,
    longest: float = 1.5,
    shortest: float = 1e-6,
    tolerance: float = 1e-3,
    deviation: float = 1.0,
    advance: Advance | None = None,
) -> Iterator[Step]:
    """Follow a curve of solutions of n equations in n + 1 unknowns.

    Parameters
    ----------
    system : callable
        Residuals and Jacobian.
    start : ndarray, shape (n + 1,)
        A solution.
    orientation : ndarray, shape (n + 1,)
        Which way to go, in the unknowns.
    scales : callable
        Scales of the unknowns at a point; arclength is measured in these.
    length, longest, shortest : float
        First, largest and smallest step.
    tolerance : float
        Last step of Newton's method at each point; the points are as good as its square.
    deviation : float
        How far from the tangent a point may lie, in units of the step.
    advance : callable, optional
        The unknowns after a way from a point, which is given in scaled ones, where scales change on
        the way; without it they are those at the point.  Steps are then as long as tangents turn
        by little.

    Yields
    ------
    Step
        One point after the other; the first is the start.

    Raises
    ------
    ContinuationError
        If the step would have to be shorter than `shortest`.
    """
    size = scales(start)
    direction = tangent(system(start)[1] * size, orientation / size)
    length = min(length, longest)
    here = Step(start, direction, size)
    yield here
    while True:
        if advance is None:
            predicted, size = here.point + length * here.tangent * here.scales, here.scales
        else:
            predicted = advance(here.point, length * here.tangent)
            size = scales(predicted)
        row = here.tangent / size

        def augmented(x: Array, row: Array = row, at: Array = predicted) -> tuple[Array, Array]:
            residuals, square = np.empty(x.size), np.empty((x.size, x.size))
            residuals[:-1], square[:-1] = system(x)
            residuals[-1], square[-1] = row @ (x - at), row
            return residuals, square

        found = newton(augmented, predicted, size, tolerance=tolerance, most=6)
        # a solution further off than the step is long lies on another piece of the curve
        off = float(np.linalg.norm((found.point - predicted) / size))
        close = found.converged and found.residual <= _ON_CURVE and off <= deviation * length
        if close:
            size = scales(found.point)
            # the Jacobian of the last iteration stands for that at the point, to first order
            direction = tangent(found.jacobian[:-1] * size, here.tangent * here.scales / size)
            turned = math.acos(min(max(float(direction @ here.tangent), -1.0), 1.0))
            close = advance is None or turned < _SHARPEST
        if not close:
            length /= 3
            if length < shortest:
                raise ContinuationError(here.point)
            continue
        here = Step(found.point, direction, size)
        yield here
        if advance is not None:
            # an angle that vanishes leaves the largest factor
            factor = _TURN / max(turned, _TURN / _LONGER)
            length = min(max(factor, 1 / _LONGER) * length, longest)
        elif found.steps <= 3:
            length = min(1.5 * length, longest)
