"""M of bands with masses and rates of their own against three nested integrals over matrices."""

import dataclasses
import functools
import math

import numpy as np
import pytest

from numerics import (
    Bands,
    Boson,
    Contact,
    Model,
    Parameters,
    Reservoir,
    fluctuation_spectrum,
    response_matrix,
    solve_steady_state,
)
from numerics.response.fluctuation import fluctuation_matrix
from tests.numerics.support import brute_force_matrices as brute
from tests.numerics.support import brute_force_response as equal

WARM = Parameters(0.0, 0.15, 2e-2, 0.06, 4.0)
#: A bath of different rates, a warm lead at another potential, and a drain.
RESERVOIRS = (
    Reservoir("bath", (0.12, 0.09)),
    Reservoir("lead", (0.01, 0.02), 0.5, 0.1),
    Reservoir.empty("drain", (3e-3, 2e-3)),
)
ALIKE = (Reservoir("bath", 0.1, temperature=0.05), Reservoir.empty("drain", 2e-3))
MASSES = Model(Contact(0.3), ALIKE, 3.0, bands=Bands.of_ratio(2.5))
RATES = Model(Contact(0.5), RESERVOIRS, 3.0)
BOTH = Model(Contact(0.5), RESERVOIRS, 3.0, bands=Bands.of_ratio(1.7))
BALANCED = Model(
    Contact(0.5), [Reservoir("bath", 0.3, temperature=0.1)], 3.0, bands=Bands.of_ratio(2.0)
)
POINTS = ((0.4, 0.1 + 0.2j), (0.4, 0.7), (0.3, -0.5), (0.7, 1.9 - 0.05j), (0.2, 0.0), (1.2, -0.2))
PHOTON = Boson(g=1.0, detuning=1.2, mass=0.05, loss=2e-3)
PAIRED = dataclasses.replace(PHOTON, inv_kfa=-0.4)
POLARITONS, PAIRED_POLARITONS = (Model(boson, ALIKE, 3.0) for boson in (PHOTON, PAIRED))
FILM = Model(Contact(binding=0.7), ALIKE, 3.0, bands=Bands(2))
FILM_OF_BOTH = Model(Contact(binding=1.5), RESERVOIRS, 3.0, bands=Bands.of_ratio(1.7, 2))
MODELS = {
    "masses": MASSES,
    "rates": RATES,
    "both": BOTH,
    "polaritons": POLARITONS,
    "polaritons and attraction": PAIRED_POLARITONS,
    "film": FILM,
    "film of both": FILM_OF_BOTH,
}

solved = functools.cache(solve_steady_state)


def coupling(model: Model, mu: float, q: float, omega: complex) -> np.ndarray:
    """Return K of (amplitude, phase): that of an attraction, a boson or both."""
    own = model.coupling
    alone = None if own.strength is None else -own.strength / (8 * math.pi)
    if isinstance(own, Contact):
        return alone * np.eye(2)
    values = []
    for at in (omega, -np.conj(omega)):
        energy = own.detuning + q * q / (2 * own.mass) - 2 * mu - at - 1j * own.loss
        value = energy / own.g**2
        values.append(value if alone is None else 1 / (1 / alone + 1 / value))
    first, second = values[0], np.conj(values[1])
    total, difference = (first + second) / 2, (first - second) / 2
    return np.array([[total, -1j * difference], [1j * difference, total]])


def agrees(model: Model, q: float, omega: complex) -> bool:
    state = solved(model)
    # in a film what diverges is the sum over 2/(2 p**2 + 1)
    subtracted = 0.0 if model.bands.dimension == 3 else 0.5
    matrices = brute.Matrices.of(state)
    # gaps of polaritons are small
    rules = brute.Rules(momentum=16)
    exact = -brute.response(matrices, q, omega, subtracted=subtracted, rules=rules)[1:3, 1:3]
    exact += 2 * coupling(model, state.mu, q, omega)
    found = fluctuation_matrix(state, q, omega)
    return bool(np.abs(found - exact).max() <= 2e-7 * np.abs(exact).max())


def test_equal_carriers_as_by_the_other_matrices():
    state = solved(WARM)
    found = -brute.response(brute.Matrices.of(state), 0.4, 0.1 + 0.2j)[1:3, 1:3]
    exact = equal.fluctuation_matrix(equal.Model.of(state), 0.4, 0.1 + 0.2j)
    assert np.abs(found - exact).max() < 5e-8 * np.abs(exact).max()


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("q", "omega"), POINTS)
def test_masses_and_rates(model, q, omega):
    assert agrees(MODELS[model], q, omega)


NAMES = ("imbalance", "amplitude", "phase", "density", "current", "counterflow")


def vertices(matrices: brute.Matrices) -> list:
    """Return tau_0 to tau_3, the currents of carriers and of charge."""

    def charge(along: np.ndarray) -> np.ndarray:
        return matrices.current(along) @ brute.TAU[3]

    return [*brute.TAU, matrices.current, charge]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["film", "film of both"])
@pytest.mark.parametrize(("q", "omega"), POINTS)
def test_noise_of_films(model, q, omega):
    state, omega = solved(MODELS[model]), complex(omega).real
    matrices = brute.Matrices.of(state)
    # there is less noise than response: it takes more frequencies to the same part of it
    rules = brute.Rules(frequency=16)
    exact = brute.noise(matrices, q, omega, vertices=vertices(matrices), rules=rules) / 2j
    found = fluctuation_spectrum(state, q, omega, NAMES, bare=True)
    assert np.abs(found - exact).max() < 1e-6 * np.abs(exact).max()


@pytest.mark.slow
@pytest.mark.parametrize("model", ["film", "film of both"])
@pytest.mark.parametrize(("q", "omega"), POINTS)
def test_vertices_of_films(model, q, omega):
    state = solved(MODELS[model])
    matrices = brute.Matrices.of(state)
    exact = brute.response(matrices, q, omega, vertices=vertices(matrices), subtracted=0.5)
    found = response_matrix(state, q, omega, NAMES, bare=True)
    # currents by themselves diverge each, and what is left of pairs is in the test of M
    difference = np.abs(found - exact)
    difference[1:3, 1:3] = difference[4:, 4:] = 0
    assert difference.max() < 1e-6 * abs(exact[3, 3])


@pytest.mark.slow
def test_noise_in_equilibrium():
    """The fluctuation-dissipation theorem for all pairs of vertices."""
    state = solved(BALANCED)
    matrices = brute.Matrices.of(state)
    omega, temperature = 0.4, 0.1
    noise = brute.noise(matrices, 0.5, omega)
    response = brute.response(matrices, 0.5, omega)
    expected = (response - response.conj().T) / np.tanh(omega / (2 * temperature))
    assert np.abs(noise - expected).max() < 1e-7 * np.abs(noise).max()
