"""Roots of rising functions: wherever the search begins, and with an end that is not reached."""

from __future__ import annotations

import math

import pytest

from numerics.solve.bracketed import bracketed_root


@pytest.mark.parametrize("start", [-40.0, -1.0, 0.9, 300.0])
def test_a_root_from_anywhere(start):
    # a flat side, a steep one, and a bend between them
    found = bracketed_root(lambda x: (math.expm1(min(x, 500)), math.exp(min(x, 500))), start)
    assert found == pytest.approx(0.0, abs=1e-15)


def test_a_wrong_derivative_costs_time_alone():
    found = bracketed_root(lambda x: (x**3 - 2, 1e-3), 5.0, low=0.0, high=10.0)
    assert found == pytest.approx(2 ** (1 / 3), abs=1e-8)


def test_an_end_where_the_function_is_infinite():
    asked = []

    def function(x):
        asked.append(x)
        # above 0.9 the value is too large to be told
        return (math.inf, 0.0) if x > 0.9 else (1 / (1 - x) - 8, 1 / (1 - x) ** 2)

    assert bracketed_root(function, -3.0, high=1.0) == pytest.approx(7 / 8, rel=1e-14)
    assert max(asked) < 1


def test_none():
    assert math.isnan(bracketed_root(lambda x: (math.nan, 1.0), 0.0))
    assert math.isnan(bracketed_root(lambda x: (-1.0, 0.0), 0.0))
