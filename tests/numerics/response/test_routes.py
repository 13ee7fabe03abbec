"""The fast route to responses against the slow one, at points of drawn models beyond the paper's.

Each family has more than fifty points, at frequencies on both sides of thresholds and of the axis.
"""

import functools
import itertools

import numpy as np
import pytest

from numerics import (
    Bands,
    Contact,
    Model,
    Reservoir,
    SteadyState,
    fluctuation_matrix,
    fluctuation_spectrum,
    response_matrix,
    solve_steady_state,
)
from numerics.response.reference import reference_matrix, reference_sum
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.response.reference_matrices import MatrixIntegrand
from numerics.response.reference_noise import NoiseIntegrand
from tests.numerics.support.drawn_models import FAMILIES, drawn

#: States of a family, each with a frequency of every kind.
STATES = 9
#: Least rate of the states at which many vertices are compared.
WIDE = 3e-3
#: Tolerance of the slow route: its results are much closer than it knows.
RTOL = 1e-4

#: Vertices by their names and by tau_s.
NAMES = ("imbalance", "amplitude", "phase", "density")
ALL = tuple(itertools.product(range(4), repeat=2))

solved = functools.cache(solve_steady_state)


def excess(state, q: float, omega: complex) -> float:
    """Return the difference of M by both routes in units of the sum of their errors."""
    slow = reference_matrix(ResponseIntegrand(state, omega), q, rtol=RTOL)
    fast = fluctuation_matrix(state, q, omega, full=True)
    assert slow.converged
    return float((np.abs(fast.value - slow.value) / (fast.error + slow.error)).max())


def excess_of_vertices(state, q: float, omega: complex) -> float:
    """Return that of the susceptibilities without the collective mode, of all pairs of vertices."""
    slow = reference_sum(MatrixIntegrand(state.carriers, omega, ALL), q, rtol=RTOL)
    fast = response_matrix(state, q, omega, NAMES, bare=True, full=True)
    assert slow.converged
    change = np.abs(fast.value.ravel() - slow.value)
    return float((change / (fast.error.ravel() + slow.error)).max())


def of_one_temperature(state) -> bool:
    """Tell whether all reservoirs that fill states have the same temperature."""
    return len({filled.temperature for _, filled in state.carriers.edges()}) == 1


def excess_of_noise(state, q: float, omega: float) -> float:
    """Return that of Pi^K, by the spectrum of fluctuations of independent carriers."""
    slow = reference_sum(NoiseIntegrand(state.carriers, complex(omega), ALL), q, rtol=RTOL)
    fast = fluctuation_spectrum(state, q, omega, NAMES, bare=True, full=True)
    assert slow.converged
    change = np.abs(fast.value.ravel() - slow.value / 2j)
    return float((change / (fast.error.ravel() + slow.error / 2)).max())


def uneven(dimension: int) -> SteadyState:
    """Return a state of different masses and rates."""
    coupling = Contact(0.3) if dimension == 3 else Contact(binding=0.8)
    reservoirs = (Reservoir("bath", (0.1, 0.07)), Reservoir.empty("drain", (3e-4, 1e-3)))
    bands = Bands(dimension, Bands.of_ratio(1.6).masses)
    return solved(Model(coupling, reservoirs, 3.0, bands=bands))


def test_masses_and_rates():
    state = uneven(3)
    for q, omega in ((0.4, 0.5 - 0.01j), (0.3, 2 * state.gap + 0.05)):
        assert excess(state, q, omega) <= 1


@pytest.mark.parametrize("dimension", [2, 3])
def test_vertices(dimension):
    assert excess_of_vertices(uneven(dimension), 0.4, 0.5 - 0.01j) <= 1


@pytest.mark.parametrize("dimension", [2, 3])
def test_noise(dimension):
    assert excess_of_noise(uneven(dimension), 0.4, 0.0) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_drawn_models(family):
    found = [excess(p.state, p.q, p.omega) for p in drawn(family, STATES)]
    assert len(found) >= 50
    assert max(found) <= 1


def wide(family):
    """Return the points whose linewidths leave the slow route some seconds each."""
    return [p for p in drawn(family, STATES) if p.state.carriers.margin > WIDE]


@pytest.mark.slow
@pytest.mark.parametrize("family", ["masses", "rates", "films"])
def test_vertices_of_drawn_models(family):
    found = [excess_of_vertices(p.state, p.q, p.omega) for p in wide(family)]
    assert len(found) >= 18
    assert max(found) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("family", ["masses", "rates", "films"])
def test_noise_of_drawn_models(family):
    # of reservoirs at different temperatures the slow route has none
    points = [p for p in wide(family) if of_one_temperature(p.state)]
    found = [excess_of_noise(p.state, p.q, p.omega.real) for p in points]
    assert len(found) >= 12
    assert max(found) <= 1
