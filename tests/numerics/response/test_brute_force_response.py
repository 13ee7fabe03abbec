"""The fluctuation matrix against three nested numerical integrals of (36) and (37)."""

import functools
import importlib

import numpy as np
import pytest

from numerics import Parameters, solve_steady_state
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from tests.numerics.support import brute_force_response as brute
from tests.numerics.support.brute_force_response import Model

#: inv_kfa, gamma_b, gamma_v, temperature, cutoff
WEAK = Parameters(-0.5, 5e-2, 1e-2, 0.0, 4.0)
NARROW = Parameters(-1.0, 2e-2, 2e-3, 0.0, 5.0)
WARM = Parameters(0.0, 0.1, 2e-2, 0.05, 4.0)
MOLECULES = Parameters(1.0, 0.1, 1e-3, 0.0, 3.0)
TIGHT = Parameters(2.0, 0.2, 1e-3, 0.0, 2.5)
QUICK = [(WARM, 0.4, 0.1 + 0.2j), (MOLECULES, 0.3, 0.5)]
SLOW = [
    (MOLECULES, 0.7, 0.5),
    (WEAK, 0.3, 0.4),
    (WEAK, 0.15, 0.1 + 0.1j),
    (WEAK, 0.2, -0.35 - 0.02j),
    (NARROW, 0.25, 0.0),
    (WARM, 0.6, 0.7),
    (TIGHT, 0.5, 3.0 - 0.1j),
    (TIGHT, 1.5, 0.3),
]


def name(value):
    if isinstance(value, Parameters):
        names = {WEAK: "weak", NARROW: "narrow", WARM: "warm", MOLECULES: "molecules"}
        return names.get(value, "tight")
    return None


solved = functools.cache(solve_steady_state)


@functools.cache
def by_brute_force(parameters, q, omega):
    return brute.fluctuation_matrix(Model.of(solved(parameters)), q, omega)


def agrees(found, parameters, q, omega):
    exact = by_brute_force(parameters, q, omega)
    return np.abs(found - exact).max() <= 2e-7 * np.abs(exact).max()


def by_reference(parameters, q, omega):
    result = reference_matrix(ResponseIntegrand(solved(parameters), omega), q, rtol=1e-7)
    assert result.converged
    return result.value


def by_fast_route(parameters, q, omega):
    numerics = importlib.import_module("numerics")
    if not hasattr(numerics, "fluctuation_matrix"):
        pytest.skip("numerics has no fluctuation_matrix")
    return numerics.fluctuation_matrix(solved(parameters), q, omega)


ROUTES = pytest.mark.parametrize("route", [by_reference, by_fast_route])


@ROUTES
@pytest.mark.parametrize(("parameters", "q", "omega"), QUICK, ids=name)
def test_fluctuation_matrix(route, parameters, q, omega):
    assert agrees(route(parameters, q, omega), parameters, q, omega)


@pytest.mark.slow
@ROUTES
@pytest.mark.parametrize(("parameters", "q", "omega"), SLOW, ids=name)
def test_fluctuation_matrix_at_more_points(route, parameters, q, omega):
    assert agrees(route(parameters, q, omega), parameters, q, omega)


@pytest.mark.slow
@pytest.mark.parametrize(("parameters", "q", "omega"), QUICK + SLOW[1:3], ids=name)
def test_more_nodes_change_nothing(parameters, q, omega):
    changes = brute.changes_on_doubling(Model.of(solved(parameters)), q, omega)
    assert max(changes.values()) < 2e-7, changes


def test_regimes():
    # one with a Fermi surface, one without; the bath's edge above the gap and below
    assert solved(WEAK).mu > 0.5 > 0 > solved(MOLECULES).mu
    assert solved(WEAK).edge < solved(WEAK).gap
    assert all(0.02 <= p.linewidth <= 0.21 for p in (WEAK, NARROW, WARM, MOLECULES, TIGHT))


@pytest.mark.parametrize("parameters", [WEAK, WARM, MOLECULES], ids=name)
def test_shifting_the_frequency_of_the_second_term_changes_nothing(parameters):
    model = Model.of(solved(parameters))
    for xi_plus, xi_minus, omega in ((0.1, -0.3, 0.25), (-0.4, -0.2, -0.6), (0.5, 0.5, 0.0)):
        exact = brute.printed_loop(model, xi_plus, xi_minus, omega)
        found = brute.loop(
            model, np.array([xi_plus]), np.array([xi_minus]), complex(omega), brute.Rules()
        )[0]
        assert np.abs(found - exact).max() < 1e-7 * np.abs(exact).max()


@pytest.mark.parametrize("parameters", [WEAK, WARM, MOLECULES], ids=name)
@pytest.mark.parametrize("omega", [0.0, 0.3, -0.2 + 0.1j, 0.5 - 0.02j])
def test_closed_forms_over_the_frequency(parameters, omega):
    # the closed forms take the second term with the momenta exchanged
    state = solved(parameters)
    p_plus, p_minus = np.array([0.3, 0.9, 1.1, 4.0]), np.array([0.5, 0.8, 1.1, 4.3])
    pairs = ((p_plus, p_minus), (p_minus, p_plus))
    closed = sum(ResponseIntegrand(state, omega)(*pair) for pair in pairs)
    model, rules = Model.of(state), brute.Rules(frequency=16)
    summed = sum(
        brute.loop(model, a**2 - state.mu, b**2 - state.mu, complex(omega), rules) for a, b in pairs
    )
    assert np.abs(closed.T.reshape(-1, 2, 2) - summed).max() < 1e-10 * np.abs(summed).max()


def test_the_rule_over_frequencies():
    # Lorentzians at the features and between them, and the square of one
    features = np.array([[-2.0, 0.5, 0.5, 7.0], [-1e3, -1.0, 1.0, 1e3]])
    nu, weights = brute.frequencies(features, 0.1, 8)
    for row, x, w in zip(features, nu, weights, strict=True):
        for center in row:
            lorentzian = 0.1 / np.pi / ((x - center) ** 2 + 0.01)
            assert lorentzian @ w == pytest.approx(1, rel=1e-8)
            assert lorentzian**2 @ w == pytest.approx(1 / (0.2 * np.pi), rel=1e-7)
            assert (x > center) * lorentzian @ w == pytest.approx(0.5, rel=1e-8)
