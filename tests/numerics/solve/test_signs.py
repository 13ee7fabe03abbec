"""Changes of sign among places, and the dips that the places step over."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from numerics.solve.signs import looked_at, sign_changes


@given(st.floats(0.1, 9.9), st.floats(1e-3, 1.0), st.sampled_from([1.0, -1.0]))
@example(5.0, 1e-3, 1.0)
@example(4.5, 0.3, -1.0)
def test_both_zeros_of_a_valley_are_seen(middle, width, sign):
    """A valley with zeros `width` apart, of which unit steps see nothing."""

    def valley(x):
        return sign * ((x - middle) ** 2 - (width / 2) ** 2) * (1 + 0.05 * x)

    changes = list(sign_changes(valley, np.arange(11.0)))
    zeros = sorted((middle - width / 2, middle + width / 2))
    inside = [zero for zero in zeros if 0 < zero < 10]
    if len(inside) < 2 or not 1 <= middle <= 9:
        # at the ends there are no three values around it
        return
    assert len(changes) == 2
    for ((low, before), (high, after)), zero in zip(changes, inside, strict=True):
        assert low <= zero <= high
        assert (before < 0) != (after < 0)


def test_values_are_taken_when_they_are_asked_for():
    taken = []

    def function(x):
        taken.append(x)
        return 3.5 - x

    ((low, _), (high, _)) = next(sign_changes(function, np.arange(100.0)))
    assert (low, high) == (3.0, 4.0)
    assert len(taken) < 10


@pytest.mark.parametrize(
    "function", [lambda x: 1.0, lambda x: x**2 + 1.0, lambda x: -1.0 - abs(x), np.exp]
)
def test_no_change_of_sign(function):
    assert list(sign_changes(function, np.linspace(-3.0, 3.0, 8))) == []


@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=12))
def test_all_places_are_yielded_in_order(values):
    table = np.array(values)

    def function(x):
        return float(np.interp(x, np.arange(table.size), table))

    points = list(looked_at(function, np.arange(float(table.size))))
    assert all(a[0] < b[0] for a, b in itertools.pairwise(points))
    assert set(np.arange(float(table.size))) <= {at for at, _ in points}
    assert all(function(at) == value for at, value in points)
