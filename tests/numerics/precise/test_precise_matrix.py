"""The fluctuation matrix to many digits."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

from numerics import (
    Contact,
    Model,
    Parameters,
    Reservoir,
    fluctuation_matrix,
    solve_steady_state,
)
from numerics.precise import PreciseState, precise_matrix, precise_state

WEAK = Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5)
UNITARY = Parameters(inv_kfa=0.0, gamma_b=1e-3, gamma_v=1e-4)
THREE = Model(
    Contact(-0.5),
    [
        Reservoir("bath", 4e-3),
        Reservoir("lead", 1e-3, mu=0.4),
        Reservoir("furnace", 5e-4, mu=0.9, temperature=0.05),
        Reservoir.empty("vacuum", 1e-4),
    ],
)
POINTS = {
    "three": (THREE, 0.3, 0.1 + 1e-3j),
    "threshold": (WEAK, 0.3, 0.3533),
    "static": (WEAK, 0.015, 0.0),
    "slow": (WEAK, 1e-4, 1e-9j),
    "uniform": (WEAK, 0.0, 0.1),
    "nearly-uniform": (WEAK, 1e-7, 1e-3 + 1e-4j),
    "below-axis": (WEAK, 0.3, 0.2 - 9e-4j),
    "above-axis": (UNITARY, 1.9, -0.3 + 0.02j),
    "narrow": (Parameters(inv_kfa=-1.0, gamma_b=1e-7, gamma_v=2.1e-9), 0.3, 0.1),
    "molecules": (Parameters(inv_kfa=1.0, gamma_b=1e-3, gamma_v=3.1e-6), 0.5, 2.1),
    "warm": (WEAK.replace(temperature=0.02), 0.2, 0.05),
    "barely-warm": (WEAK.replace(temperature=1e-6), 0.2, 0.05),
}


def distance(one, other):
    with mpmath.workdps(80):
        return np.array([float(abs(x - y)) for x, y in zip(one.value, other.value, strict=True)])


def exactly(parameters):
    return PreciseState.exactly(solve_steady_state(parameters))


def honest(name, wanted, best):
    parameters, q, omega = POINTS[name]
    state = exactly(parameters)
    fine = precise_matrix(state, q, omega, best)
    for digits in wanted:
        rough = precise_matrix(state, q, omega, digits)
        assert max(rough.error) <= 10.0**-digits / (4 * np.pi)
        assert (distance(rough, fine) <= np.array(rough.error)).all()


@pytest.mark.parametrize("name", POINTS)
def test_errors_bound_the_distance_to_a_better_value(name):
    honest(name, [8], 18)


@pytest.mark.slow
@pytest.mark.parametrize("name", POINTS)
def test_errors_bound_the_distance_to_a_much_better_value(name):
    honest(name, [13, 18, 23, 28], 40)


@pytest.mark.parametrize("name", POINTS)
def test_the_fast_route_is_within_its_bounds(name):
    parameters, q, omega = POINTS[name]
    state = solve_steady_state(parameters)
    precise = precise_matrix(PreciseState.exactly(state), q, omega, 20)
    fast = fluctuation_matrix(state, q, omega, rtol=1e-11, full=True)
    exact = np.array([complex(x) for x in precise.value]).reshape(2, 2)
    assert (np.abs(fast.value - exact) <= fast.error).all()


@pytest.mark.parametrize("name", ["slow", "warm"])
def test_both_arithmetics_give_the_same(name):
    parameters, q, omega = POINTS[name]
    state = exactly(parameters)
    one, other = (precise_matrix(state, q, omega, 14, arithmetic=a) for a in ("mpmath", "flint"))
    assert (distance(one, other) <= np.array(one.error) + np.array(other.error)).all()


def test_an_inexact_state_shows_in_the_error():
    state = solve_steady_state(WEAK)
    rough, fine = precise_state(state, 6), precise_state(state, 30)
    # what Newton's method left is much better than what was asked for
    moved = PreciseState(
        rough.parameters, rough.gap + 1e-9, rough.mu, rough.edge, (1e-9, 0.0, 0.0), 6, state
    )
    one, other = (precise_matrix(s, 0.3, 0.35, 20) for s in (moved, fine))
    apart = distance(one, other)
    assert (apart <= np.array(one.error) + np.array(other.error)).all()
    assert apart.max() > 0.1 * max(one.error) > 1e-13


def test_the_goldstone_mode_has_no_frequency_at_q_zero():
    found = precise_matrix(solve_steady_state(WEAK), 0.0, 0.0, 25)
    for element in (1, 3):
        assert abs(found.value[element]) <= found.error[element] < 1e-26


def test_tiny_wave_numbers_have_their_third_power():
    # beta q**2 + kappa abs(q)**3 from momenta beyond gamma/q, however small q is
    state = exactly(POINTS["static"][0])
    with mpmath.workdps(40):
        waves = [mpmath.mpf(x) for x in ("1.6e-9", "0.8e-9", "0.4e-9", "0.2e-9")]
        origin = precise_matrix(state, 0.0, 0.0, 25).value[0].real
        above = [precise_matrix(state, q, 0.0, 25).value[0].real - origin for q in waves]
        # beta drops out of f(2q) - 4 f(q)
        cubes = [a - 4 * b for a, b in itertools.pairwise(above)]
        for large, small in itertools.pairwise(cubes):
            assert large / small == pytest.approx(8, rel=1e-3)


def test_the_derivative_is_that_of_a_wider_difference():
    state = exactly(WEAK)
    found = precise_matrix(state, 0.3, 0.1 + 1e-4j, 24, derivative=True)
    step = 1e-5
    with mpmath.workdps(40):
        ahead, behind = (
            precise_matrix(state, 0.3, mpmath.mpc(0.1, 1e-4) + s, 24) for s in (step, -step)
        )
        # of second order in the step over the distance to the branch points
        for slope, x, y in zip(found.derivative, ahead.value, behind.value, strict=True):
            assert abs((x - y) / (2 * step) - slope) < 10 * (step / 1e-3) ** 2 * abs(slope)
        a, b, c, d = found.value
        det = (4 * mpmath.pi) ** 2 * (a * d - b * c)
    assert abs(det - found.determinant) < found.determinant_error


@pytest.mark.parametrize(
    ("q", "omega", "message"),
    [
        ("0.1", 0.1, "q = '0.1' is outside its domain"),
        (float("nan"), 0.1, "q = nan is outside its domain"),
        (0.1, -1.1e-3j, "omega = .* is outside its domain: a finite number, Im"),
        (0.1, "a", "omega = 'a' is outside its domain"),
    ],
)
def test_bad_input_is_refused(q, omega, message):
    with pytest.raises(ValueError, match=message):
        precise_matrix(exactly(WEAK), q, omega)
