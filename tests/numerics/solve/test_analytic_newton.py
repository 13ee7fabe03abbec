"""Newton's method for analytic functions, and derivatives from values: of known functions."""

from __future__ import annotations

import cmath

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.solve.analytic_newton import APART, Local, newton, slope_from_values

EPS = float(np.finfo(float).eps)
COMPLEX = st.complex_numbers(max_magnitude=2.0, allow_nan=False)


def free(which, z):
    return np.ones(z.shape)


@settings(deadline=None, max_examples=60)
@given(COMPLEX, st.complex_numbers(max_magnitude=0.2))
@example(0j, 0.1 + 0.1j)
@example(0j, 0j)
def test_the_zero_of_an_exponential(zero, away):
    """exp(z - z0) - 1: from a fifth away, to its rounding."""

    def function(which, z):
        return np.expm1(z - zero), np.zeros(z.shape)

    def with_slope(which, z):
        return Local(*function(which, z), np.exp(z - zero))

    found = newton(function, with_slope, np.array([zero + away]), free)
    # the slope that was kept is wrong by 1e-4, and the last step shorter than 1e-9
    assert abs(found.at[0] - zero) < 1e-12
    assert abs(found.slope[0] - 1) < 1e-3


def test_many_at_once_each_by_itself():
    roots = np.array([1.0, 2.0, 3.0]) + 0.1j

    def function(which, z):
        return z**2 - roots[which] ** 2, np.zeros(z.shape)

    def with_slope(which, z):
        return Local(*function(which, z), 2 * z)

    found = newton(function, with_slope, roots * 1.1, free)
    assert np.abs(found.at - roots).max() < 8 * EPS * 3


def test_slopes_are_those_of_the_zero_where_none_is_kept():
    def function(which, z):
        return np.expm1(z), np.zeros(z.shape)

    def with_slope(which, z):
        return Local(*function(which, z), np.exp(z))

    start = np.array([5e-5 + 0j, 0.1 + 0.1j])
    found = newton(function, with_slope, start, free, kept=0.0)
    # from before the last step, which is shorter than 1e-9
    assert np.abs(found.slope - 1).max() < 2e-9
    assert np.abs(newton(function, with_slope, start, free).slope - 1).max() > 1e-6


def test_slopes_are_kept_at_the_end():
    """A good guess takes one derivative."""
    taken = []

    def function(which, z):
        return np.sin(z), np.zeros(z.shape)

    def with_slope(which, z):
        taken.append(z.size)
        return Local(np.sin(z), np.zeros(z.shape), np.cos(z))

    found = newton(function, with_slope, np.array([np.pi + 1e-5]), free)
    assert abs(found.at[0] - np.pi) < 4 * EPS
    assert taken == [1]


def test_rounding_ends_it():
    def function(which, z):
        return z + 1e-6 * np.sin(1e9 * z.real), np.full(z.shape, 2e-6)

    found = newton(
        function,
        lambda which, z: Local(*function(which, z), np.ones_like(z)),
        np.array([0.1 + 0.1j]),
        free,
    )
    assert abs(found.at[0]) < 4e-6


@pytest.mark.parametrize("start", [0.5 + 0j, -0.1 + 0j])
def test_it_stays_where_zeros_are_wanted(start):
    # the zero of z - 1 is outside, and one start is
    found = newton(
        lambda which, z: (z - 1, np.zeros(z.shape)),
        lambda which, z: Local(z - 1, np.zeros(z.shape), np.ones_like(z)),
        np.array([start]),
        lambda which, z: np.where((z.real > 0) & (z.real < 0.9), 1.0, 0.0),
    )
    assert np.isnan(found.at[0])


def test_no_zero_is_no_number():
    # exp has none, and a constant no slope
    both = newton(
        lambda which, z: (np.where(which == 0, np.exp(z), 1), np.zeros(z.shape)),
        lambda which, z: Local(
            np.where(which == 0, np.exp(z), 1),
            np.zeros(z.shape),
            np.where(which == 0, np.exp(z), 0),
        ),
        np.array([0j, 0j]),
        lambda which, z: np.where(np.abs(z) < 10, 1.0, 0.0),
    )
    assert np.isnan(both.at).all()


def test_long_steps_are_cut_short():
    seen = []

    def with_slope(which, z):
        seen.append(complex(z[0]))
        return Local(z - 10, np.zeros(z.shape), np.ones_like(z))

    newton(lambda which, z: (z - 10, np.zeros(z.shape)), with_slope, np.array([0j]), free, 3.0)
    assert seen[:4] == pytest.approx([0, 3, 6, 9])


@settings(deadline=None, max_examples=60)
@given(COMPLEX)
@example(0j)
def test_slope_of_an_exponential(z):
    found = slope_from_values(np.exp, np.array([z]), APART)
    exact = cmath.exp(z)
    # the mean over four points leaves h**4/5! of it; rounding of the values over the distance
    assert abs(found[0] - exact) <= abs(exact) * (APART**4 / 120 + 8 * EPS * (1 + abs(z)) / APART)
