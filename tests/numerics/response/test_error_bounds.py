"""Errors of M bound the true ones, at wave numbers, frequencies and linewidths of all sizes.

The slow tests are at ten thousand points.  The difference to the embedded rule is no more than what
is needed: extrapolated from the embedded rule's order to that of the rule it is exceeded on panels
with branch points in them that none is known of.
"""

import numpy as np
import pytest

from numerics import Contact, Model, Reservoir, fluctuation_matrix, solve_steady_state
from numerics.response.goldstone import goldstone_matrix
from tests.numerics.support.many_points import MODELS, many

#: A tolerance far below the one that is asked, which most points still reach.
FINE = 1e-11


def understated(point):
    """Return the numbers of the points where an error is less than the difference."""
    at = (point.state, point.q, point.omega)
    functions = [goldstone_matrix]
    if point.state.parameters.closed:
        functions.append(lambda *at: fluctuation_matrix(*at[:3], rtol=at[3], full=True))
    wrong = np.zeros(point.q.size, dtype=bool)
    for function in functions:
        fine = function(*at, FINE)
        for rtol in (1e-6, 1e-8):
            wrong |= _wrong(function(*at, rtol), fine)
    return np.flatnonzero(wrong)


def _wrong(rough, fine):
    apart = np.abs(rough.value - fine.value)
    return ~(apart <= rough.error + fine.error).all(axis=(1, 2))


@pytest.mark.parametrize(
    ("family", "states", "points"),
    [
        ("paper", 12, 30),
        *(pytest.param(name, 50, 40, marks=pytest.mark.slow) for name in MODELS),
    ],
)
def test_no_error_of_a_matrix_is_understated(family, states, points):
    for point in many(family, states, points):
        for k in understated(point):
            pytest.fail(f"{point.state.parameters}, q = {point.q[k]!r}, omega = {point.omega[k]!r}")


def test_errors_where_thresholds_without_a_frequency_meet():
    """Both momenta of p**2 = mu - q**2/4 have the same energy: double roots for narrow rates."""
    bath = Reservoir("bath", (5.4e-8, 6.5e-8))
    drain = Reservoir.empty("drain", (3.1e-11, 2.9e-11))
    state = solve_steady_state(Model(Contact(-0.56), [bath, drain], cutoff=16.6))
    at = (state, np.linspace(0.2, 1.7, 16), np.zeros(16, dtype=complex))
    assert not _wrong(goldstone_matrix(*at, 1e-8), goldstone_matrix(*at, FINE)).any()
