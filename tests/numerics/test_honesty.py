"""Reported errors bound the true ones, whether or not the quadrature has converged well."""

import functools
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given, settings

from numerics import Parameters, solve_steady_state
from numerics.quadrature.rules import gauss_kronrod, graded_panels
from numerics.steady import equations
from numerics.steady.equations import Unknowns, evaluate_equations
from tests.numerics.support.equation_points import COLD, WARM, points
from tests.numerics.support.mp_reference import Reference


def finer(parameters, gamma_v, at):
    """Evaluate on panels half as long, relative to their distance from the singular points."""
    dense = functools.partial(graded_panels, separation=4.0)
    with mock.patch.object(equations, "graded_panels", dense):
        return evaluate_equations(parameters, gamma_v, at)


def later(parameters, gamma_v, at):
    """Evaluate with the series in 1/p**2 from twice the momentum on."""
    with mock.patch.object(equations, "TAIL_START", 2 * equations.TAIL_START):
        return evaluate_equations(parameters, gamma_v, at)


def coarse(parameters, gamma_v, at):
    """Evaluate by a rule that is too low for double precision."""
    with mock.patch.object(equations, "gauss_kronrod", return_value=gauss_kronrod(3)):
        return evaluate_equations(parameters, gamma_v, at)


def early(parameters, gamma_v, at):
    """Evaluate with the series in 1/p**2 from where its terms fall off slowly."""
    with mock.patch.object(equations, "TAIL_START", 3.0):
        return evaluate_equations(parameters, gamma_v, at)


def assert_within_errors(value, reference):
    deviation = np.abs(value.residuals * value.scales - reference.residuals * reference.scales)
    # the reference has its own errors; with the later tail those are larger, not smaller
    allowed = value.errors * value.scales + reference.errors * reference.scales
    # numbers below have lost their digits
    allowed = np.maximum(allowed, np.finfo(float).tiny)
    assert (deviation <= allowed).all(), deviation / allowed


TRICKY = [
    (Parameters(0.0, 1e-8), 1e-10, Unknowns(0.69, 0.59, 0.69 + 1e-7)),
    (Parameters(0.0, 1e-8), 0.0, Unknowns(0.69, 0.59, 0.0)),
    (Parameters(-3.0, 1e-6, cutoff=1000.0), 1e-6, Unknowns(1e-5, 1.0, 2e-5)),
    (Parameters(3.0, 1e-1, cutoff=1.5), 0.12, Unknowns(2.0, -9.0, 9.3)),
    (Parameters(0.0, 1.4616887040084857e-07), 0.0, Unknowns(1.0, 1.45200441416, 0.99999901336)),
    (
        Parameters(0.0, 1.4616887040084857e-07),
        0.0,
        Unknowns(1.0, 1.4520044141631612, 0.9999990133601248),
    ),
]


@settings(deadline=None, max_examples=150)
@given(point=points(COLD))
@example(
    point=(
        Parameters(0.0, 1e-8, 0.0, cutoff=10.0**0.5),
        6.103515625e-13,
        Unknowns(1.0, 0.0, 3.0),
    )
)
@example(point=TRICKY[0])
@example(point=TRICKY[1])
@example(point=TRICKY[2])
@example(point=TRICKY[3])
@example(point=TRICKY[4])
@example(point=TRICKY[5])
def test_panels_at_zero_temperature(point):
    assert_within_errors(evaluate_equations(*point), finer(*point))


@settings(deadline=None, max_examples=60)
@given(point=points(WARM))
@example(point=(Parameters(0.0, 1e-8, temperature=1e-4), 1e-10, Unknowns(0.69, 0.59, 0.6901)))
@example(point=(Parameters(-3.0, 1e-8, temperature=0.3, cutoff=1e3), 0.0, Unknowns(0.01, 1.0, 0.0)))
def test_panels_at_finite_temperature(point):
    assert_within_errors(evaluate_equations(*point), finer(*point))


@settings(deadline=None, max_examples=150)
@given(point=points(COLD))
@example(point=TRICKY[0])
@example(point=TRICKY[1])
@example(point=TRICKY[2])
@example(point=TRICKY[3])
@example(point=(Parameters(0.0, 0.1, cutoff=10.0), 0.0, Unknowns(1.0, 0.0, 5.35405681048683e-307)))
def test_tails(point):
    # not at T > 0, where larger momenta bring larger rounding errors
    assert_within_errors(evaluate_equations(*point), later(*point))


@settings(deadline=None, max_examples=60)
@given(point=points(COLD, rates=(-4.0, -1.0)))
def test_a_rule_that_is_too_low_says_so(point):
    value = coarse(*point)
    assert_within_errors(value, evaluate_equations(*point))


def test_a_tail_that_starts_too_early_is_seen_in_the_errors():
    point = Parameters(0.0), 1e-5, Unknowns(0.6338, 0.5613, 0.6314)
    good, bad = evaluate_equations(*point), early(*point)
    assert (bad.errors[[0, 2]] > 100 * good.errors[[0, 2]]).all()


@pytest.mark.parametrize("arguments", [(-1.0, 1e-3, 2.1e-5), (0.0, 1e-2, 1e-3), (1.0, 1e-4, 1e-6)])
def test_the_errors_of_the_state_are_those_of_the_equations(arguments):
    # to first order, whatever the signs: an error of one equation moves the unknowns by a column
    # of the inverse Jacobian; mu_b is the sum of mu and edge
    parameters = Parameters(*arguments)
    state = solve_steady_state(parameters)
    at = Unknowns(state.gap, state.mu, state.edge)
    value = evaluate_equations(parameters, parameters.gamma_v, at)
    gap, mu, edge = np.linalg.inv(value.jacobian[:, :3])
    for row, error in zip((gap, mu, mu + edge), state.error, strict=True):
        least = np.abs(row) @ value.errors
        assert (
            least * (1 - 1e-9) <= error <= (1 + 1e-9) * (least + np.abs(row).sum() * state.residual)
        )


def test_a_rule_that_is_too_low_is_seen_in_the_errors_of_the_state():
    parameters = Parameters(0.0, 1e-3, 1e-5)
    state = solve_steady_state(parameters)
    with mock.patch.object(equations, "gauss_kronrod", return_value=gauss_kronrod(3)):
        rough = solve_steady_state(parameters)
    for name, error in zip(("gap", "mu", "mu_b"), rough.error, strict=True):
        deviation = abs(getattr(rough, name) - getattr(state, name))
        assert 1e-11 < deviation <= error


@pytest.mark.parametrize(
    "arguments",
    [
        # inv_kfa, gamma_b, gamma_v, temperature, cutoff
        (-1.0, 1e-3, 2.1e-5, 0.0, 100.0),
        pytest.param((0.0, 1e-3, 1e-5, 0.0, 100.0), marks=pytest.mark.slow),
        pytest.param((1.0, 1e-6, 1e-8, 0.0, 10.0), marks=pytest.mark.slow),
        pytest.param((0.0, 1e-2, 5e-3, 0.0, 3.0), marks=pytest.mark.slow),
        pytest.param((0.0, 1e-3, 5e-4, 0.05, 100.0), marks=pytest.mark.slow),
        pytest.param((1.0, 1e-3, 0.0, 0.1, 1000.0), marks=pytest.mark.slow),
    ],
)
def test_errors_of_the_state_bound_its_distance_from_one_in_50_digits(arguments):
    parameters = Parameters(*arguments)
    state = solve_steady_state(parameters)
    exact = Reference(parameters).solve(Unknowns(state.gap, state.mu, state.edge))
    for name, error in zip(("gap", "mu", "mu_b"), state.error, strict=True):
        deviation = abs(float(getattr(exact, name) - getattr(state, name)))
        # mu_b is the rounded sum of two numbers
        assert deviation <= error + np.spacing(abs(getattr(state, name))), name
        # an error so large that it says nothing is not honest either
        assert error < 1e-9, name
