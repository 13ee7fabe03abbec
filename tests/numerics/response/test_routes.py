"""The fast route to responses against the slow one, at points of drawn models beyond the paper's.

Each family has more than fifty points, at frequencies on both sides of thresholds and of the axis.
"""

import functools

import numpy as np
import pytest

from numerics import Bands, Contact, Model, Reservoir, fluctuation_matrix, solve_steady_state
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from tests.numerics.support.drawn_models import FAMILIES, drawn

#: States of a family, each with a frequency of every kind.
STATES = 9
#: Tolerance of the slow route: its results are much closer than it knows.
RTOL = 1e-4

solved = functools.cache(solve_steady_state)


def excess(state, q: float, omega: complex) -> float:
    """Return the difference of M by both routes in units of the sum of their errors."""
    slow = reference_matrix(ResponseIntegrand(state, omega), q, rtol=RTOL)
    fast = fluctuation_matrix(state, q, omega, full=True)
    assert slow.converged
    return float((np.abs(fast.value - slow.value) / (fast.error + slow.error)).max())


@pytest.mark.parametrize("dimension", [2, 3])
def test_masses_and_rates(dimension):
    coupling = Contact(0.3) if dimension == 3 else Contact(binding=0.8)
    reservoirs = (Reservoir("bath", (0.03, 0.02)), Reservoir.empty("drain", (3e-4, 1e-3)))
    bands = Bands(dimension, Bands.of_ratio(1.6).masses)
    state = solved(Model(coupling, reservoirs, 10.0, bands=bands))
    for q, omega in ((0.4, 0.5 - 0.01j), (0.7, 2 * state.gap + 0.05)):
        assert excess(state, q, omega) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_drawn_models(family):
    found = [excess(p.state, p.q, p.omega) for p in drawn(family, STATES)]
    assert len(found) >= 50
    assert max(found) <= 1
