"""What values on a grid tell of extrema between its points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from numerics.parameters import Parameters
from numerics.stability.axis_count import AxisModes
from numerics.stability.quantities import Highest, Lowest
from numerics.steady.solution import SteadyState, solve_steady_state

Array = NDArray[np.float64]

_WIDTH = 0.4
_GRID = 0.01 * np.exp(_WIDTH * np.arange(6))


@pytest.fixture(scope="module")
def state() -> SteadyState:
    return solve_steady_state(Parameters(-1.0, gamma_b=1e-3, gamma_v=1e-5))


def valley(bottom: float, middle: float) -> Lowest:
    """Return a function with a minimum at some steps of the grid, and a bend of one."""

    def values(state: SteadyState, x: Array) -> tuple[Array, Array]:
        return bottom + (np.log(x / _GRID[0]) / _WIDTH - middle) ** 2, np.full(x.shape, 1e-9)

    return Lowest(values, lambda state: _GRID)


@pytest.mark.parametrize("middle", [0.5, 2.5, 3.3, 4.6])
def test_a_minimum_between_points_may_be_negative(state: SteadyState, middle: float) -> None:
    found = valley(-1e-3, middle).may_be_negative(state)
    assert found is not None
    assert abs(math.log(found.q / _GRID[0]) / _WIDTH - middle) <= 0.5 + 1e-9
    # the values next to it are 1/4 at most, and so is twice what is missing to half of that
    assert valley(0.26, middle).may_be_negative(state) is None


@pytest.mark.parametrize("middle", [-1.0, 6.0])
def test_beyond_the_grid_there_is_none(state: SteadyState, middle: float) -> None:
    assert valley(-1e-3, middle).may_be_negative(state) is None
    assert valley(-2.0, middle).may_be_negative(state) is not None


def hill(state: SteadyState, top: float, middle: float, *, moving: bool = True) -> list[AxisModes]:
    """Return modes with a maximum of Im(omega)/gamma at some steps of the grid of wave numbers."""
    gamma = state.parameters.linewidth
    found = []
    for q in 2 * gamma * np.exp(_WIDTH * np.arange(6)):
        x = math.log(q / (2 * gamma)) / _WIDTH - middle
        omega = gamma * np.array([complex(2.0 if moving else 0.0, top - x**2)])
        drifts = gamma * np.array([complex(0.0, -2 * x / _WIDTH)])
        found.append(AxisModes(float(q), omega, np.zeros(1), 0, True, True, drifts=drifts))
    return found


@pytest.mark.parametrize("middle", [0.5, 2.5, 3.3, 4.6])
def test_a_mode_may_grow_between_wave_numbers(state: SteadyState, middle: float) -> None:
    gamma = state.parameters.linewidth
    found = Highest().may_grow(state, hill(state, 1e-3, middle))
    assert found is not None
    assert abs(math.log(found.q / (2 * gamma)) / _WIDTH - middle) <= 0.5 + 1e-9
    assert Highest().may_grow(state, hill(state, -0.3, middle)) is None


def test_modes_at_rest_are_none_of_those_that_move(state: SteadyState) -> None:
    assert Highest().may_grow(state, hill(state, 1e-3, 2.5, moving=False)) is None
    assert Highest(moving=False).may_grow(state, hill(state, 1e-3, 2.5, moving=False)) is not None


def test_a_mode_at_one_wave_number_is_followed_along_its_tangent(state: SteadyState) -> None:
    modes, rest = hill(state, 1e-3, 2.5), hill(state, 1e-3, 2.5, moving=False)
    assert Highest().may_grow(state, [*rest[:2], modes[2], *rest[3:]]) is not None
    assert Highest().may_grow(state, [*rest[:2], hill(state, -3.0, 2.5)[2], *rest[3:]]) is None
