"""Minima, secants, and where a function touches zero."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.solve.minimum import minimum_near, secant


@settings(deadline=None)
@given(st.floats(0.01, 100.0), st.floats(-1.0, 1.0), st.floats(-5.0, 5.0))
@example(1.0, 0.0, 0.0)
def test_minimum_of_a_valley(x, away, height):
    def valley(z):
        return height + np.cosh(np.log(z / x)) - 1

    found = minimum_near(valley, x * math.exp(away))
    assert found is not None
    # an error d of log x changes the value by d**2/2: the rounding of the value decides
    scale = 1 + abs(height)
    assert abs(math.log(found.x / x)) < 1e-5 * math.sqrt(scale)
    assert abs(found.value - height) < 1e-9 * scale


def test_no_minimum():
    assert minimum_near(lambda z: z, 1.0) is None
    assert minimum_near(lambda z: np.full_like(z, np.nan), 1.0) is None


def test_lowest_of_a_sharp_valley():
    # the end of the polynomial is no minimum: a kink is found as close as the polynomial can be
    found = minimum_near(lambda z: np.abs(np.log(z / 2.0)), 1.5)
    assert found is None or abs(found.x - 2.0) < 0.1


@settings(deadline=None)
@given(st.floats(1e-4, 1e3), st.floats(-1.5, 1.5), st.sampled_from([1.0, 2.0, 0.5]))
@example(1.0, 0.0, 1.0)
def test_secant_finds_a_power(root, away, power):
    found = secant(lambda z: (z / root) ** power - 1, root * math.exp(away))
    assert found is not None
    assert abs(found.at / root - 1) < 1e-9
    assert found.slope == pytest.approx(power, rel=5e-3)


def test_secant_gives_up():
    assert secant(lambda z: 1.0, 1.0) is None
    assert secant(lambda z: None, 1.0) is None
    assert secant(lambda z: z - 1, 2.0, low=1.5) is None
    assert secant(lambda z: math.exp(-z), 1.0, high=50.0) is None
