"""Errors of states bound the true ones, at models of all kinds and linewidths of all sizes.

What they are compared with are solutions to twelve digits, whose integrals are apart from those of
the states.  The slow tests are at five thousand models.
"""

import numpy as np
import pytest

from numerics.precise import precise_state
from tests.numerics.support.many_points import states

#: Digits of the gap or the linewidth, whichever is smaller.
DIGITS = 12


def understated(state):
    """Return which of the unknowns are further from the precise ones than both errors tell."""
    exact = precise_state(state, DIGITS)
    # the errors of all four, as those of the equations add up
    bounds = np.abs(state.shifts).sum(axis=0)
    of_gap, of_mu, of_edge = exact.error
    # mu_b is the rounded sum of two numbers
    rounded = state.error[2] + abs(np.spacing(state.mu_b))
    compared = {
        "gap": (state.gap, exact.gap, state.error[0] + of_gap),
        "mu": (state.mu, exact.mu, state.error[1] + of_mu),
        "mu_b": (state.mu_b, exact.mu_b, rounded + of_mu + of_edge),
        "edge": (state.edge, exact.edge, bounds[2] + of_edge),
        "tilt": (state.tilt, exact.tilt, state.tilt_error + exact.tilt_error),
    }
    return {
        name: (float(true - value), error)
        for name, (value, true, error) in compared.items()
        if not abs(float(true - value)) <= error
    }


@pytest.mark.parametrize(
    ("family", "count"),
    [
        ("paper", 3),
        pytest.param("paper", 2600, marks=pytest.mark.slow),
        pytest.param("photons", 1800, marks=pytest.mark.slow),
        pytest.param("masses", 200, marks=pytest.mark.slow),
        pytest.param("rates", 200, marks=pytest.mark.slow),
        pytest.param("films", 200, marks=pytest.mark.slow),
    ],
)
def test_no_error_of_a_state_is_understated(family, count):
    wrong = {
        state.parameters: found
        for state in states(family, count, seed=17)
        if (found := understated(state))
    }
    assert wrong == {}
