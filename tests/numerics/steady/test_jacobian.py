"""The derivatives of the equations against central differences."""

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings

from numerics.parameters import Parameters
from numerics.steady.equations import Unknowns, evaluate_equations
from tests.numerics.support.equation_points import COLD, WARM, points

EPS = np.finfo(float).eps
COLUMNS = ("gap", "mu", "edge", "gamma_v")


def unscaled(parameters, gamma_v, at):
    value = evaluate_equations(parameters, gamma_v, at)
    return value.residuals * value.scales, value


def difference(parameters, gamma_v, at, column, step):
    """Central difference of fourth order, and the size of the numbers that it subtracts."""
    values = []
    for k in (-2, -1, 1, 2):
        if column == "gamma_v":
            values.append(unscaled(parameters, gamma_v + k * step, at)[0])
        else:
            moved = dataclasses.replace(at, **{column: getattr(at, column) + k * step})
            values.append(unscaled(parameters, gamma_v, moved)[0])
    lower2, lower1, upper1, upper2 = values
    return (8 * (upper1 - lower1) - (upper2 - lower2)) / (12 * step)


def check(parameters, gamma_v, at):
    _, value = unscaled(parameters, gamma_v, at)
    exact = value.jacobian * value.scales[:, None]
    gamma = parameters.gamma_b + gamma_v
    width = gamma + np.pi * parameters.temperature
    # the distances of the singularities E_p = +-i gamma and E_p = B +- i (gamma + pi T)
    sizes = (min(at.gap, gamma), min(np.hypot(at.gap, gamma), width), width, gamma)
    for column, name in enumerate(COLUMNS):
        step = sizes[column] / 200
        found = difference(parameters, gamma_v, at, name, step)
        # A formula of fourth order leaves (1/200)**4 / 30 of the fifth derivative, which for a
        # singularity at that distance is 5! times the value, 3e-9 together.  The numbers that are
        # subtracted carry their errors and the rounding of their scales.
        noise = 8 * (value.errors + 8 * EPS) * value.scales / step
        allowed = 1e-7 * (np.abs(exact[:, column]) + np.abs(exact).max(axis=1) * 0.1) + noise
        assert (np.abs(found - exact[:, column]) <= allowed).all(), name


@settings(deadline=None, max_examples=60)
@given(point=points(COLD, rates=(-3.0, -1.0)))
@example(point=(Parameters(0.0), 1e-5, Unknowns(0.6338, 0.5613, 0.6314)))
@example(point=(Parameters(1.0, cutoff=2.0), 1e-3, Unknowns(1.2, -0.8, 1.44)))
@example(point=(Parameters(-1.0, 1e-2), 0.0, Unknowns(0.2, 0.9, 0.0)))
def test_at_zero_temperature(point):
    check(*point)


@settings(deadline=None, max_examples=40)
@given(point=points(WARM, rates=(-3.0, -1.0)))
@example(point=(Parameters(0.0, temperature=0.05), 1e-5, Unknowns(0.6338, 0.5613, 0.48)))
@example(point=(Parameters(1.0, temperature=1e-4, cutoff=2.0), 1e-3, Unknowns(1.2, -0.8, 1.44)))
def test_at_finite_temperature(point):
    check(*point)


@pytest.mark.parametrize("temperature", [0.0, 0.1])
def test_a_single_equation_is_independent_of_the_cutoff(temperature):
    # only (34) knows p_c
    at = Unknowns(0.6, 0.5, 0.61)
    near, far = (
        evaluate_equations(Parameters(0.0, temperature=temperature, cutoff=cutoff), 1e-4, at)
        for cutoff in (3.0, 300.0)
    )
    for k in (0, 1):
        np.testing.assert_allclose(
            near.jacobian[k] * near.scales[k], far.jacobian[k] * far.scales[k], rtol=1e-10, atol=0
        )
    assert far.number > near.number
