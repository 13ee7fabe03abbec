"""Where a curve of solutions turns back in the last of its unknowns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from numerics.solve.continuation import (
    Array,
    ContinuationError,
    Scales,
    Step,
    System,
    follow,
    newton,
    tangent,
)

#: Accuracy in arclength, in which the last unknown is as flat as its square.
_ACCURACY = 1e-9
#: Steps between the first and the last point, and after how many steps it is given up.
_STEPS, _MOST = 8, 64


def turning_point(system: System, points: Sequence[Array], scales: Scales) -> Array:
    """Return the first point between those given at which the last unknown is extremal.

    There the tangent has no component along it.

    Parameters
    ----------
    system : callable
        n residuals and their Jacobian in n + 1 unknowns.
    points : sequence of ndarray, shape (n + 1,)
        Two or more points of the curve, in their order.
    scales : callable
        Scales of the unknowns at a point.

    Raises
    ------
    ContinuationError
        If the curve cannot be followed from the first point, or does not turn back.
    """
    first, second = points[:2]
    whole = sum(float(np.linalg.norm((b - a) / scales(a))) for a, b in itertools.pairwise(points))
    step = whole / _STEPS
    steps = follow(system, first, second - first, scales, length=step, longest=step)
    for before, after in itertools.islice(itertools.pairwise(steps), _MOST):
        if before.tangent[-1] * after.tangent[-1] <= 0:
            return _between(system, before, after.point)
    raise ContinuationError(first)


def _between(system: System, before: Step, after: Array) -> Array:
    """Return the fold after a step of the continuation."""
    from scipy.optimize import brentq

    row = before.tangent / before.scales

    def at(length: float) -> tuple[Array, float]:
        """Return the point at a length along the tangent, and the tangent's last component."""

        def augmented(x: Array) -> tuple[Array, Array]:
            residuals, jacobian = system(x)
            ahead = row @ (x - before.point) - length
            return np.append(residuals, ahead), np.vstack([jacobian, row])

        guess = before.point + length / whole * (after - before.point)
        found = newton(augmented, guess, before.scales)
        if not found.converged:
            raise ContinuationError(before.point)
        direction = tangent(found.jacobian[:-1] * before.scales, before.tangent)
        return found.point, float(direction[-1])

    whole = float(row @ (after - before.point))
    low, high = (at(x)[1] for x in (0.0, whole))
    if low * high > 0:
        raise ContinuationError(before.point)
    return at(float(brentq(lambda x: at(x)[1], 0.0, whole, xtol=_ACCURACY)))[0]
