"""Limits for small wave numbers: what is extrapolated, and what is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics import Bands, Contact, Model, Reservoir, SteadyState, solve_steady_state
from numerics.response.determinant import static_stiffness
from numerics.response.uniform_limit import (
    amplitude_limit,
    dynamic_limit,
    extrapolated,
    phase_limit,
    static_limit,
)

MODEL = Model(Contact(0.0), [Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 1e-4)])


def test_powers_are_removed() -> None:
    def function(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return 2.0 + x**2 - 3 * x**3 + np.exp(x**5), np.full_like(x, 1e-15)

    found = extrapolated(function, 0.1, (2, 3, 4))
    assert abs(found.value - 3) <= found.bound < 1e-6
    # without the cube the next power is removed in its place, and the bound says what is left
    found = extrapolated(function, 0.1, (2,))
    assert 1e-5 < abs(found.value - 3) <= found.bound


@pytest.fixture(scope="module")
def states() -> tuple[SteadyState, SteadyState]:
    """Equal carriers, and carriers that are so to a part in 10**8."""
    nearly = MODEL.replace(bands=Bands.of_ratio(1 + 1e-8), neutral=True)
    one, other = solve_steady_state(MODEL), solve_steady_state(nearly)
    assert one.parameters.symmetric
    assert not other.parameters.symmetric
    return one, other


@pytest.mark.parametrize("limit", [static_limit, dynamic_limit, amplitude_limit, phase_limit])
def test_equal_carriers_have_them_in_closed_form(states, limit) -> None:
    one, other = (limit(state) for state in states)
    # the ratio changes what is even in the difference by its square
    assert abs(one.value - other.value) <= one.bound + other.bound + 1e-9 * abs(one.value)
    assert other.bound < 1e-6 * abs(one.value)


def test_they_are_those_of_the_matrix_far_below_the_linewidth() -> None:
    """Half the largest wave number makes another extrapolation of the same."""
    bands = Bands.of_ratio(5.0)
    state = solve_steady_state(MODEL.replace(bands=bands, neutral=True))
    found = static_limit(state)
    assert math.isfinite(found.value)
    q = np.array([1e-3, 5e-4]) * state.parameters.linewidth
    coarse, fine = static_stiffness(state, q, 1e-11)[0]
    assert (4 * fine - coarse) / 3 == pytest.approx(found.value, rel=1e-7)
