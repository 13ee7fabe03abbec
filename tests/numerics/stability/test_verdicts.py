"""Verdicts on states and modes: none in equilibrium that grows, none that 30 digits contradict."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import (
    Contact,
    Model,
    NoCondensate,
    Parameters,
    Reservoir,
    collective_mode,
    growth_rate,
    solve_steady_state,
)
from numerics.precise import precise_determinant, precise_state
from numerics.stability.axis_count import axis_modes

#: Each was called unstable when roots were sought in the rounding of det M.
FALSE_INSTABILITIES = (
    Parameters(2.0, 1e-5),
    Parameters(1.0, 3e-5),
    Parameters(4.0, 1e-4),
    Parameters(2.0, 1e-5, 0.0, 0.05),
)


def assert_does_not_grow(parameters: Parameters) -> None:
    """In equilibrium with the bath nothing grows: the rate may only be within its error of zero."""
    found = growth_rate(solve_steady_state(parameters))
    assert found.verdict != "grows", found
    assert found.rate - found.error <= 0
    if found.verdict == "decays":
        assert found.status == "complete"
        assert found.rate + found.error < 0


@pytest.mark.parametrize(
    "parameters",
    [
        FALSE_INSTABILITIES[0],
        *(pytest.param(p, marks=pytest.mark.slow) for p in FALSE_INSTABILITIES[1:]),
    ],
    ids=str,
)
def test_equilibrium_condensates_are_not_called_unstable(parameters):
    assert_does_not_grow(parameters)


@given(st.floats(-3, 5), st.floats(-8, -1), st.sampled_from([0.0, 1e-3, 0.03, 0.1]))
@example(-1.0, -3.0, 0.0)
@settings(max_examples=2, deadline=None)
def test_nothing_grows_in_equilibrium(inv_kfa, gamma, temperature):
    try:
        assert_does_not_grow(Parameters(inv_kfa, 10**gamma, 0.0, temperature))
    except NoCondensate:
        return


@pytest.mark.slow
@pytest.mark.parametrize("inv_kfa", np.linspace(-3, 5, 12).tolist())
@pytest.mark.parametrize("gamma", np.geomspace(1e-8, 1e-1, 11).tolist())
@pytest.mark.parametrize("temperature", [0.0, 1e-3, 0.03, 0.1])
def test_nothing_grows_in_equilibrium_at_all(inv_kfa, gamma, temperature):
    try:
        assert_does_not_grow(Parameters(inv_kfa, gamma, 0.0, temperature))
    except NoCondensate:
        return


def newton(parameters: Parameters, q: float, omega: complex, digits: int = 30) -> complex:
    """Return the root of det M next to a guess, for the state to as many digits."""
    state = precise_state(solve_steady_state(parameters), digits)
    with mp.workdps(digits + 5):
        points = [mp.mpc(omega), mp.mpc(omega) * (1 + mp.mpf(10) ** -8)]
        values = [precise_determinant(state, q, w, digits)[0] for w in points]
        for _ in range(3):
            slope = (values[1] - values[0]) / (points[1] - points[0])
            step = -values[1] / slope
            points = [points[1], points[1] + step]
            if abs(step) < mp.mpf(10) ** -18 * abs(points[1]):
                break
            values = [values[1], precise_determinant(state, q, points[1], digits)[0]]
        return points[1]


#: A driven state, and wave numbers in units of gamma: below, at and above the mean free path.
DRIVEN = (
    (Parameters(1.0, 1e-6, 1e-9), 0.01),
    (Parameters(1.0, 1e-6, 3.2e-9), 5.0),
    (Parameters(-1.0, 1e-3, 1e-4), 5.0),
)


@pytest.mark.parametrize(("parameters", "q"), DRIVEN, ids=str)
def test_modes_are_those_of_many_digits(parameters, q):
    """Slow modes whose M_22 is as small as 1e-18: to their errors, and with the right verdict."""
    state = solve_steady_state(parameters)
    wave = q * parameters.linewidth
    found = collective_mode(state, wave)
    assert len(found.frequencies) > 0
    exact = newton(parameters, wave, complex(found.frequencies[0]))
    assert abs(mp.mpc(complex(found.frequencies[0])) - exact) <= found.error[0]
    assert found.verdict[0] == ("grows" if exact.imag > 0 else "decays")


def drawn(count: int) -> list[tuple[Parameters, float]]:
    """Return driven states, linewidths from 1e-6 to 1e-1, with a wave number in units of gamma."""
    generator = np.random.default_rng(20)
    found = []
    while len(found) < count:
        inv, gamma = generator.uniform(-2, 3), 10 ** generator.uniform(-6, -1)
        ratio = 10 ** generator.uniform(-3, -0.1)
        warm = 0.0 if generator.random() < 0.7 else 10 ** generator.uniform(-3, -1)
        found.append(
            (
                Parameters(inv, gamma, ratio * gamma, warm),
                10 ** generator.uniform(-2, 3),
            )
        )
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("parameters", "q"), drawn(250), ids=str)
def test_verdicts_of_driven_states(parameters, q):
    """Of the mode that decides, at the wave number of the rate and at one that is drawn."""
    try:
        state = solve_steady_state(parameters)
    except NoCondensate:
        return
    rate = growth_rate(state)
    # away from a boundary rounding hides nothing
    assert rate.verdict != "undecided"
    exact = newton(parameters, rate.q, complex(rate.omega, rate.rate), 25)
    assert abs(exact - mp.mpc(rate.omega, rate.rate)) <= rate.error
    assert rate.verdict == ("grows" if exact.imag > 0 else "decays")
    (modes,) = axis_modes(state, np.array([q * parameters.linewidth]))
    if modes.frequencies.size > 0:
        w = complex(modes.frequencies[0])
        assert abs(newton(parameters, modes.q, w, 25) - mp.mpc(w)) <= 2 * modes.errors[0]


def test_several_wave_numbers_at_once():
    state = solve_steady_state(Parameters(-1.0, 1e-3, 1e-4))
    both = collective_mode(state, [0.01, 0.02])
    assert [modes.q for modes in both] == [0.01, 0.02]
    assert both[1].frequencies.tolist() == collective_mode(state, 0.02).frequencies.tolist()


@pytest.mark.parametrize("bad", [{"largest": "1"}, {"growth": "1"}, {"rtol": 0.0}])
def test_bad_arguments(bad):
    state = solve_steady_state(Parameters(0.0))
    with pytest.raises(ValueError, match="outside its domain"):
        collective_mode(state, 0.1, **bad)


def test_an_undecided_rate_names_an_interval():
    # the damping of sound at large wave numbers is below rounding here, and so is its sign
    found = growth_rate(solve_steady_state(Parameters(2.0, 1e-6)), smallest=0.05, largest=0.1)
    assert found.verdict == "undecided"
    assert found.rate - found.error <= 0 <= found.rate + found.error
    assert 0 < found.error < 1e-9
    assert math.isfinite(found.error)


@pytest.mark.parametrize(
    "model",
    [
        Parameters(2.0, 1e-6),
        Model(Contact(2.0), [Reservoir("cold", 6e-7), Reservoir("warm", 4e-7, temperature=1e-3)]),
    ],
    ids=["bath", "two baths"],
)
def test_more_digits_decide_what_rounding_leaves_open(model):
    # the damping of sound, 2e-15 at a frequency of 0.05
    state = solve_steady_state(model)
    assert collective_mode(state, 0.1).verdict == ("undecided",)
    found = collective_mode(state, 0.1, certify=True)
    assert found.verdict == ("decays",)
    assert found.frequencies[0].imag < -found.error[0] < 0


@pytest.mark.slow
def test_more_digits_decide_a_growth_rate():
    state = solve_steady_state(Parameters(2.0, 1e-5))
    assert growth_rate(state).verdict == "undecided"
    found = growth_rate(state, certify=True)
    assert (found.verdict, found.status) == ("decays", "complete")
