"""The expansion (46) of carriers of any kind: closed forms of equal ones, M, and sound."""

from __future__ import annotations

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
    SteadyState,
    hydrodynamics,
    solve_steady_state,
)
from numerics.precise import PreciseState, precise_matrix
from numerics.response.determinant import determinant, uniform_modes
from numerics.response.expansion_loop import coefficient_integrals
from numerics.response.goldstone import goldstone_matrix
from numerics.response.long_wavelength import Hydrodynamics
from tests.numerics.steady.test_film import extrapolated

BATH, DRAIN = Reservoir("bath", (1.2e-3, 0.8e-3)), Reservoir.empty("drain", (1e-4, 5e-5))
MODELS = {
    "masses": Model(
        Contact(0.0),
        [Reservoir("bath", 1e-3), Reservoir.empty("drain", 1e-4)],
        bands=Bands.of_ratio(5.0),
        neutral=True,
    ),
    "rates": Model(Contact(-0.5), [BATH, DRAIN]),
    "warm": Model(
        Contact(0.5),
        [BATH, Reservoir("lead", 1e-4, 0.3, 0.05)],
        bands=Bands.of_ratio(2.0),
    ),
    "film": Model(Contact(binding=0.5), [BATH, DRAIN], bands=Bands(2)),
    "film of both": Model(Contact(binding=2.0), [BATH, DRAIN], bands=Bands.of_ratio(1.5, 2)),
    "boson": Model(Boson(1.0, 1.0, 1e-2, 1e-3), [BATH, DRAIN], bands=Bands.of_ratio(1.5)),
}


@functools.cache
def solved(name: str) -> SteadyState:
    return solve_steady_state(MODELS[name])


def numbers(found) -> np.ndarray:
    """All coefficients, in the order of the kernels."""
    return np.concatenate([found.alpha[:, 0], found.beta.ravel(), found.eta.ravel(), found.zeta])


@pytest.mark.parametrize(
    "parameters",
    [
        Parameters(-1.0, 1e-3, 2e-5),
        Parameters(0.0, 1e-2, 1e-3, 0.05),
        Parameters(1.0, 1e-5, 1e-6),
        Parameters(0.0, 1e-4),
        Parameters(0.5, 0.1, 2e-2, cutoff=10.0),
    ],
)
def test_equal_carriers_have_them_in_closed_form(parameters: Parameters) -> None:
    # there the frequency is integrated first, and the momentum numerically
    state = solve_steady_state(parameters)
    closed = hydrodynamics(state)
    found = coefficient_integrals(state.carriers, 1e-10)
    bounds = found.error[0] + found.size[0] + numbers(closed.error)
    assert (np.abs(found.value[0].real - numbers(closed)) <= bounds).all()
    # a bound that says nothing would hold as well; in equilibrium beta_11 is what gamma**-2 leaves
    assert (np.delete(bounds, 2) < 1e-8 * np.abs(numbers(closed)).max()).all()


def series(found: Hydrodynamics, q: float, omega: complex) -> np.ndarray:
    """(46), and omega**2 of the phase column."""
    signs = np.array([[1, -1], [1, 1]])
    m = found.alpha + signs * (found.beta * q**2 - 1j * omega * found.eta)
    m[:, 1] += np.array([1, -1]) * found.zeta * omega**2
    return m


@pytest.mark.parametrize("name", MODELS)
def test_the_rest_of_the_matrix_is_of_higher_order(name: str) -> None:
    state = solved(name)
    found, gamma = hydrodynamics(state), state.carriers.margin
    # both vanish, and what is left out does by |q|**3 or omega**2 in the first column, by q**4,
    # q**2 omega or omega**3 in the second one
    left = []
    for part in (0.02, 0.01):
        q = part * gamma * np.array([1.0, 0.0, 1.0])
        omega = part * gamma * np.array([0.0, 1j, 1.0])
        exact = goldstone_matrix(state, q, omega, 1e-11).value
        expected = [series(found, *point) for point in zip(q, omega, strict=True)]
        left.append(np.abs(exact - expected).max(axis=0))
    assert (left[1] <= left[0] * np.array([[0.27, 0.135], [0.27, 0.135]])).all()


@pytest.mark.parametrize("name", MODELS)
def test_the_modes_of_long_waves(name: str) -> None:
    state = solved(name)
    q = 1e-3 * state.carriers.margin
    modes = uniform_modes(hydrodynamics(state), q)
    # beyond the linewidth there is no expansion
    slow = [omega for omega in modes if abs(omega) < state.carriers.margin]
    assert slow
    for omega in slow:
        value = determinant(state, q, omega * np.array([0.999, 1.0, 1.001]), 1e-11).value
        # a root of det M itself, to a part of 4e-5
        assert abs(value[1]) < 2e-2 * abs(value[2] - value[0])


@pytest.mark.parametrize("ratio", [3.0, 0.2])
def test_sound_of_unequal_masses_by_galilean_invariance(ratio: float) -> None:
    found = []
    for k in range(6):
        model = Model(Contact(0.0), [Reservoir("bath", 1e-3 / 2**k)])
        other = model.replace(bands=Bands.of_ratio(ratio), neutral=True)
        velocities = [hydrodynamics(solve_steady_state(m)).sound_velocity for m in (model, other)]
        found.append([velocities[1] / velocities[0]])
    # powers of the linewidth are removed
    (factor,) = extrapolated(found)
    assert factor == pytest.approx(2 * math.sqrt(ratio) / (1 + ratio), rel=1e-8)


def test_films_of_any_carriers_are_no_longer_refused() -> None:
    found = hydrodynamics(solved("film"), full=True)
    assert found.status == "converged"
    assert found.error.alpha[0, 0] < 1e-10 * abs(found.value.alpha[0, 0])


def test_the_response_is_linear_in_a_drive_below_the_distance_of_nodes_from_zero():
    def alpha21(ratio):
        reservoirs = [Reservoir("bath", (1e-3, 9e-4)), Reservoir.empty("drain", ratio * 1e-3)]
        state = solve_steady_state(Model(Contact(0.5), reservoirs, 20.0))
        return hydrodynamics(state).alpha[1, 0] / ratio

    # of a drive of 1e-12 rounding leaves four digits, of one of 1e-6 the next order six
    assert alpha21(1e-12) == pytest.approx(alpha21(1e-6), rel=1e-3)


@pytest.mark.parametrize("loss", [0.0, 1e-13, 1e-10])
@pytest.mark.parametrize("temperature", [0.0, 0.03])
def test_errors_where_reservoirs_hardly_disagree(loss: float, temperature: float) -> None:
    """alpha_21 against M_12 + M_21 with more digits: what cancels in it are products of rates."""
    reservoirs = [Reservoir("bath", (1e-2, 6e-3), temperature=temperature)]
    if loss > 0:
        reservoirs.append(Reservoir.empty("drain", loss))
    model = Model(Contact(-0.5), reservoirs, bands=Bands.of_ratio(1.5), neutral=True)
    state = solve_steady_state(model)
    precise = precise_matrix(PreciseState.exactly(state), 0.0, 0.0, 25).value
    found = hydrodynamics(state)
    missed = found.alpha[1, 0] - float((precise[1] + precise[2]).real)
    assert abs(missed) <= found.error.alpha[1, 0] < 1e-16
