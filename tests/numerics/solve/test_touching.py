"""Minima, secants, and where a function touches zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.solve.minimum import Minimum, minimum_near
from numerics.solve.zero import secant


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


def test_a_minimum_that_is_not_above_a_bound_is_none():
    seen = []

    def valley(z):
        seen.extend(z.tolist())
        return np.cosh(np.log(z))

    assert minimum_near(valley, 2.0, above=1.0 - 1e-6) is not None
    assert minimum_near(valley, 2.0, above=1.0 + 1e-6) is None
    seen.clear()
    # on the way to a minimum that is far below it is given up
    assert minimum_near(valley, 100.0, above=50.0) is None
    assert min(seen) > 25.0


def test_lowest_of_a_sharp_valley():
    # the end of the polynomial is no minimum: a kink is found as close as the polynomial can be
    found = minimum_near(lambda z: np.abs(np.log(z / 2.0)), 1.5)
    assert found is None or abs(found.x - 2.0) < 0.1


@dataclass(frozen=True)
class Followed:
    """A value, and how many places it has been followed through."""

    value: float
    steps: int = 0


def zero_of(function, start, **options):
    """Return the zero of a function of one variable, whose places only count their number."""

    def follow(at, place):
        value = function(at)
        return None if value is None else Followed(value, place.steps + 1)

    return secant(follow, start, Followed(math.nan), **options)


@settings(deadline=None)
@given(st.floats(-9.0, 7.0), st.floats(-1.5, 1.5), st.sampled_from([1.0, 2.0, 0.5]))
@example(0.0, 0.0, 1.0)
def test_secant_finds_where_a_power_is_one(root, away, power):
    found = zero_of(lambda x: math.expm1(power * (x - root)), root + away)
    assert found is not None
    assert abs(found.at - root) < 1e-9
    assert found.slope == pytest.approx(power, rel=5e-3)


def test_the_secant_method_goes_from_place_to_place():
    # the lowest point of a valley that moves as it sinks: each search begins at the last one found
    def follow(at, place):
        assert abs(place.x - math.exp(-at)) < 0.4
        return minimum_near(lambda x: np.log(x * math.exp(at)) ** 2 + 1 - at, place.x)

    found = secant(follow, 0.0, Minimum(1.2, math.nan))
    assert found is not None
    assert abs(found.at - 1) < 1e-9
    assert abs(found.place.x - math.exp(-1)) < 1e-5


def test_secant_gives_up():
    assert zero_of(lambda x: 1.0, 0.0) is None
    assert zero_of(lambda x: None, 0.0) is None
    assert zero_of(lambda x: x, 0.7, low=0.4) is None
    assert zero_of(lambda x: math.exp(-x), 0.0, high=4.0) is None


@pytest.mark.parametrize("start", np.linspace(-1.0, 1.0, 5).tolist())
def test_secant_goes_to_and_fro_about_no_extremum(start):
    # the lowest value is not zero: forty steps are allowed
    places = []

    def wave(x):
        places.append(x)
        return 2 + math.sin(3 * x)

    assert zero_of(wave, start) is None
    assert len(places) < 12


@pytest.mark.parametrize("start", [0.01, 0.03, -0.02])
def test_secant_gives_up_next_to_a_shallow_extremum(start):
    # steps are short enough to go on, but none of them leads to a smaller value
    places = []

    def valley(x):
        places.append(x)
        return 1e-5 + x**2

    assert zero_of(valley, start) is None
    assert len(places) < 16


@pytest.mark.parametrize(("away", "most"), [(1e-1, 5), (-1e-2, 4), (1e-3, 4)])
def test_three_values_lead_to_the_next_one(away, most):
    # a line through the last two values takes one more
    places = []

    def bent(x):
        places.append(x)
        return math.expm1(x) + x**2

    found = zero_of(bent, away)
    assert found is not None
    assert abs(found.at) < 1e-13
    assert len(places) <= most
    assert found.slope == pytest.approx(1.0, abs=1e-6)
