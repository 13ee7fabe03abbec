"""Errors of the coefficients of (46) bound the true ones, at models of all kinds and linewidths.

Integrals over the momentum, for equal carriers, are compared with those over the frequency, which
all others have; those with closer ones; and alpha of both with M(0, 0) to many digits.  The slow
tests are at five thousand models.
"""

import numpy as np
import pytest

from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    hydrodynamics,
    solve_steady_state,
)
from numerics.precise import PreciseState, precise_matrix
from numerics.response.long_wavelength import _Sums
from tests.numerics.support.many_points import states

#: A tolerance far below the one that is asked, which most coefficients still reach.
FINE = 1e-13
#: Digits of M.
DIGITS = 16
#: alpha_11 and alpha_21 from the elements by rows: the first plus a sign times the second.
_ALPHA = ((0, 3, -1), (2, 1, 1))


def in_one(found):
    """Return the twelve coefficients, or their errors, in one array."""
    return np.concatenate([found.alpha[:, 0], *found.beta, *found.eta, found.zeta])


def apart(state):
    """Return by how much coefficients differ from others, and by how much they may."""
    found = hydrodynamics(state)
    fine = _Sums.of_loop(state, FINE)
    exact = precise_matrix(PreciseState.exactly(state), 0.0, 0.0, DIGITS)
    values, errors = in_one(found), in_one(found.error)
    # what is left of the gap equation is -M_12 + i M_22: it is in the first column, too
    alpha = [float((exact.value[j] + sign * exact.value[k]).real) for j, k, sign in _ALPHA]
    others = np.append(fine.values, alpha)
    of_alpha = [exact.error[j] + exact.error[k] for j, k, _ in _ALPHA]
    bounds = np.append(fine.quadrature + fine.rounding, of_alpha)
    again = [*range(12), 0, 1]
    return np.abs(values[again] - others), errors[again] + bounds


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
def test_no_error_of_a_coefficient_is_understated(family, count):
    for state in states(family, count, seed=18):
        differences, allowed = apart(state)
        assert (differences <= allowed).all(), (state.parameters, differences / allowed)


def test_errors_where_reservoirs_step_next_to_the_spectrum():
    """Alpha changes by 1e8 times their distance, which is known to rounding alone."""
    rates = [Reservoir("bath", 2.9e-8), Reservoir.empty("drain", 7.5e-12)]
    bands = Bands(masses=(0.6770261780733874, 0.3963610504676342))
    model = Model(Contact(-0.212), rates, cutoff=61.0, bands=bands, neutral=True)
    differences, allowed = apart(solve_steady_state(model))
    assert (differences <= allowed).all()


def test_errors_where_warm_reservoirs_almost_agree():
    """Of alpha_21 little more is left than what sums over reservoirs are rounded by."""
    warm = Parameters(
        inv_kfa=-0.8836789546397354,
        gamma_b=4.986412313864992e-05,
        gamma_v=5.619289896419987e-09,
        temperature=0.0792283121835387,
    )
    differences, allowed = apart(solve_steady_state(warm))
    assert (differences <= allowed).all()
