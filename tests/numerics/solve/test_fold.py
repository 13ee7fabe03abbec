"""Turning points of curves that are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics.solve.continuation import ContinuationError
from numerics.solve.fold import turning_point

ONE = np.ones(2)


def cubic(point):
    """y = x**3 - 3 x, which turns back at x = -1 and at x = 1."""
    x, y = point
    return np.array([x**3 - 3 * x - y]), np.array([[3 * x * x - 3, -1.0]])


def on_cubic(*places):
    return [np.array([x, x**3 - 3 * x]) for x in places]


@pytest.mark.parametrize("places", [(-1.4, -0.7), (-1.6, -1.2, 0.3), (-1.8, -1.5, 1.9)])
def test_the_first_of_the_folds(places):
    found = turning_point(cubic, on_cubic(*places), lambda _: ONE)
    # the accuracy along the curve, and its square across
    assert math.isclose(found[0], -1, abs_tol=2e-9)
    assert math.isclose(found[1], 2, abs_tol=1e-14)


def test_scales_do_not_matter():
    def scaled(point):
        value, slope = cubic(point / scales)
        return value, slope / scales

    scales = np.array([1e-3, 1e5])
    points = [x * scales for x in on_cubic(-1.4, -0.7)]
    found = turning_point(scaled, points, lambda _: scales) / scales
    assert math.isclose(found[0], -1, abs_tol=2e-9)


def test_a_curve_without_a_fold():
    with pytest.raises(ContinuationError):
        turning_point(cubic, on_cubic(1.2, 1.5, 2.0), lambda _: ONE)
