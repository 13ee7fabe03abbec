"""Loops of the slow route from matrices against sums over frequencies and momenta by force."""

import itertools
import math

import numpy as np
import pytest
from scipy.special import psi

from numerics.carriers import Carriers
from numerics.occupation import Filled, Occupation
from numerics.response.reference import reference_sum
from numerics.response.reference_matrices import MatrixIntegrand, Spectral, digamma
from numerics.response.reference_noise import NoiseIntegrand
from tests.numerics.support import brute_force_matrices as brute

ALL = tuple(itertools.product(range(4), repeat=2))
PLUS, MINUS = np.array([0.3, 0.8, 1.1, 2.0, 5.0]), np.array([0.4, 0.9, 0.7, 2.3, 5.2])


def carriers(temperature: float = 0.0, lead: float = 0.1, dimension: int = 3) -> Carriers:
    """A bath, a lead and a drain of different rates, and different masses; in no steady state."""
    electrons, holes = (
        Occupation((Filled(bath, 0.35, temperature), Filled(weak, 0.3, lead)), drain)
        for bath, weak, drain in ((0.12, 0.01, 3e-3), (0.09, 0.02, 2e-3))
    )
    return Carriers(0.9, 0.2, 0.26, electrons, holes, 0.05, dimension)


def contracted(products):
    """Return Tr[tau_s left tau_t right], shape (16, n)."""
    found = np.einsum("sab,nbcda,tcd->stn", np.array(brute.TAU), products, np.array(brute.TAU))
    return found.reshape(16, -1)


@pytest.mark.parametrize("omega", [0.0, 0.3 + 0.1j, -0.4 - 0.05j])
def test_the_response_at_fixed_momenta(omega):
    found = MatrixIntegrand(carriers(), complex(omega), ALL)(PLUS, MINUS)
    matrices, rules = brute.Matrices.of_carriers(carriers()), brute.Rules(16)
    products = brute.response_products(matrices, PLUS**2, MINUS**2, complex(omega), rules)
    exact = contracted(products)
    assert (np.abs(found - exact).max(axis=0) < 1e-11 * np.abs(exact).max(axis=0)).all()


@pytest.mark.parametrize("temperature", [0.0, 0.1])
@pytest.mark.parametrize("omega", [0.0, 1e-3, 0.3])
def test_the_noise_at_fixed_momenta(temperature, omega):
    # at T > 0 and omega = 0 both steps are at one place, at 1e-3 next to each other
    both = carriers(temperature, temperature)
    found = NoiseIntegrand(both, complex(omega), ALL)(PLUS, MINUS)
    matrices, rules = brute.Matrices.of_carriers(both), brute.Rules(16)
    exact = contracted(brute.noise_products(matrices, PLUS**2, MINUS**2, omega, rules))
    assert (np.abs(found - exact).max(axis=0) < 1e-10 * np.abs(exact).max(axis=0)).all()


def test_fluctuation_and_dissipation_at_fixed_momenta():
    temperature, omega = 0.05, 0.2
    baths = (Occupation((Filled(rate, 0.0, temperature),), 0.0) for rate in (2e-3, 1e-3))
    balanced = Carriers(0.5, 0.7, 0.2, *baths)
    response = MatrixIntegrand(balanced, complex(omega), ALL)(PLUS, MINUS)
    adjoint = response.reshape(4, 4, -1).swapaxes(0, 1).conj().reshape(16, -1)
    expected = (response - adjoint) / math.tanh(omega / (2 * temperature))
    found = NoiseIntegrand(balanced, complex(omega), ALL)(PLUS, MINUS)
    # G^K is made of terms that are 1/gamma times as large
    scale = np.abs(response).max(axis=0) / 1e-3
    assert (np.abs(found - expected).max(axis=0) < 1e-13 * scale).all()


def test_the_digamma_function():
    z = np.geomspace(0.3, 1e4, 60)[:, None] * np.exp(1j * np.linspace(-1.5, 1.5, 31))
    assert np.abs(digamma(z) - psi(z)).max() < 1e-14 * np.abs(psi(z)).max()
    assert (np.abs(digamma(z) - psi(z)) < 1e-13 * np.maximum(np.abs(psi(z)), 1)).all()


def test_different_temperatures_are_refused():
    with pytest.raises(ValueError, match=r"temperatures = .* is outside its domain: the same"):
        NoiseIntegrand(carriers(), 0.1 + 0j)


def test_next_to_a_double_pole():
    """With xi = 0 and rates that differ by twice the order parameter both poles of G^R meet."""
    bath, drain = Occupation((Filled(0.6, 0.1, 0.0),), 0.0), Occupation((), 0.2)
    meeting = Carriers(0.2, 1.0, 0.0, bath, drain)
    spectral = Spectral.at(meeting, np.array([1.0, 1.0 + 1e-7]))
    nu = 0.3
    inverse = np.array([[nu + 0.6j, 0.2], [0.2, nu + 0.2j]])
    found = (spectral.projectors / (nu - spectral.poles)[:, None, None]).sum(axis=0)
    assert np.abs(found[..., 0] - np.linalg.inv(inverse)).max() < 1e-6
    values = MatrixIntegrand(meeting, 0.1 + 0j, ALL)(np.array([1.0, 1.001]), np.full(2, 1.3))
    # analytic there: a step of 1e-3 changes it by a part of that
    assert np.abs(np.diff(values)).max() < 1e-2 * np.abs(values).max()


@pytest.mark.slow
@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize(("q", "omega"), [(0.4, 0.1 + 0.2j), (0.3, 0.5)])
def test_response_of_all_vertices(dimension, q, omega):
    warm = carriers(0.0, 0.1, dimension)
    exact = brute.response(brute.Matrices.of_carriers(warm), q, omega, subtracted=0.7).ravel()
    integrand = MatrixIntegrand(warm, complex(omega), ALL)
    found = reference_sum(integrand, q, rtol=1e-7, energy=0.7)
    assert found.converged
    assert np.abs(found.value - exact).max() < 1e-7 * np.abs(exact).max()


@pytest.mark.slow
@pytest.mark.parametrize("dimension", [2, 3])
def test_noise_of_all_vertices(dimension):
    warm = carriers(0.1, 0.1, dimension)
    exact = brute.noise(brute.Matrices.of_carriers(warm), 0.4, 0.3).ravel()
    found = reference_sum(NoiseIntegrand(warm, 0.3 + 0j, ALL), 0.4, rtol=1e-6)
    assert found.converged
    assert np.abs(found.value - exact).max() < 1e-6 * np.abs(exact).max()
