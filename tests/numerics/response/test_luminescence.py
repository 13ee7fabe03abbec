"""Light against the equations of motion with a cutoff, detailed balance, sum rule and limits."""

from __future__ import annotations

import dataclasses
import functools
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import (
    Bands,
    Boson,
    Contact,
    Model,
    Parameters,
    Reservoir,
    SteadyState,
    luminescence,
    photon_propagator,
    response_matrix,
    solve_steady_state,
    strategies,
)
from numerics.response.noise_loop import noise_elements

solved = functools.cache(solve_steady_state)

PHOTON = Boson(g=0.7, detuning=1.2, mass=0.05, loss=1e-3)
PUMPED = [Reservoir("bath", 1e-2, mu=0.9, temperature=0.02), Reservoir.empty("drain", 1e-3)]
DRIVEN = solve_steady_state(Model(PHOTON, PUMPED, density=False))
ATTRACTING = solve_steady_state(
    Model(dataclasses.replace(PHOTON, inv_kfa=-0.4), PUMPED, density=False)
)
OMEGA = np.array([-0.6, -0.05, 0.02, 0.3, 1.7])


class Light(NamedTuple):
    emitted: float
    absorbed: float
    propagator: complex


def equations_of_motion(state: SteadyState, q: float, omega: float, cutoff: float) -> Light:
    """Solve those of chi, chi^+, phi and phi^+, of bare quantities, for noise of all of them.

    `cutoff` is the sum over 1/(2 p**2), of which nothing may depend.
    """
    photon = state.parameters.coupling
    at = {
        sign: photon_and_attraction(photon, state.mu, q, sign * omega, cutoff) for sign in (1, -1)
    }
    pi = response_matrix(state, q, omega, ("amplitude", "phase"), bare=True) + 2 * cutoff * np.eye(
        2
    )
    # amplitude and phase of (Delta, Delta^+), twice those of (chi, chi^+)
    turned = np.array([[0.5, 0.5], [0.5j, -0.5j]])
    attraction, strength = at[1][1:]
    delta = np.zeros((2, 4), dtype=complex)
    for k in (0, 1):
        delta[k, k], delta[k, 2 + k] = attraction, -strength
    motion = np.zeros((4, 4), dtype=complex)
    motion[:2, :2] = 2 * turned
    motion[:2] -= pi @ turned @ delta
    motion[2, 0] = motion[3, 1] = -strength
    motion[2, 2], motion[3, 3] = at[1][0], np.conj(at[-1][0])
    answer = np.linalg.inv(motion)[2]
    where = np.array([q]), np.array([omega])
    carriers = noise_elements(state.carriers, *where, (1, 2), lambda value: np.full(value.shape, 0))
    found = []
    for order in (0, 1):
        noise = np.zeros((4, 4), dtype=complex)
        noise[:2, :2] = carriers.value[0, order]
        noise[2 + order, 2 + order] = 2 * photon.loss
        found.append((answer @ noise @ answer.conj()).real)
    return Light(found[1], found[0], answer[2])


def photon_and_attraction(
    photon: Boson, mu: float, q: float, omega: float, cutoff: float
) -> tuple[complex, float, float]:
    """Return the inverse propagator, U and g, all bare."""
    contact, attracting = photon.attraction
    screened = contact / (contact + attracting * cutoff)
    energy = photon.detuning + q**2 / (2 * photon.mass) - 2 * mu
    inverse = omega - energy + 1j * photon.loss - photon.g**2 * cutoff * screened
    return inverse, attracting / (contact + attracting * cutoff), photon.g * screened


@pytest.mark.parametrize("cutoff", [0.3, 7.0])
@pytest.mark.parametrize("state", [DRIVEN, ATTRACTING])
def test_equations_of_motion(state: SteadyState, cutoff: float) -> None:
    for q, omega in ((0.05, 0.02), (0.2, -0.6), (0.6, 1.7)):
        expected = equations_of_motion(state, q, omega, cutoff)
        found = luminescence(state, q, omega, full=True)
        propagator = photon_propagator(state, q, omega, full=True)
        both = expected.emitted + expected.absorbed
        assert abs(found.value - expected.emitted) < 1e-7 * both
        assert propagator.value == pytest.approx(expected.propagator, rel=1e-7)
        # commutators keep their values: what is absorbed less what is emitted is the response
        spectral = expected.absorbed - found.value
        assert spectral == pytest.approx(-2 * propagator.value.imag, abs=1e-7 * both)


@pytest.mark.parametrize(
    ("attraction", "film"),
    [
        (-0.5, False),
        pytest.param(None, False, marks=pytest.mark.slow),
        pytest.param(0.5, True, marks=pytest.mark.slow),
    ],
)
def test_equilibrium(attraction: float | None, film: bool) -> None:
    """Detailed balance: the Bose function of the frequency from 2 mu."""
    name = "binding" if film else "inv_kfa"
    photon = Boson(g=1.0, detuning=1.82, mass=0.05, film=film, **{name: attraction})
    bath = Reservoir("bath", (2e-2, 1e-2), mu=0.9, temperature=0.05)
    bands = Bands(2 if film else 3, Bands.of_ratio(1.4).masses)
    state = solved(Model(photon, [bath], bands=bands, density=False))
    q, omega = np.array([[0.05], [0.4]]), OMEGA
    found = luminescence(state, q, omega, rtol=1e-10, full=True)
    propagator = photon_propagator(state, q, omega, rtol=1e-10, full=True)
    bose = 1 / np.expm1(omega / 0.05)
    expected = -2 * bose * propagator.value.imag
    difference = np.abs(found.value - expected)
    assert (difference <= found.error + 2 * np.abs(bose) * propagator.error).all()
    both = np.abs((1 + 2 * bose) * propagator.value.imag * 2)
    assert (difference < 1e-8 * both).all()
    assert (found.value > 0).all()


def test_sum_rule() -> None:
    """The commutator of the field is one, in any state that is stable."""
    for attraction, detuning, rate in ((None, 1.2, 0.1), (-0.5, 1.9, 0.03)):
        drain = Reservoir.empty("drain", 0.03 * rate)
        reservoirs = [Reservoir("bath", rate, mu=0.9, temperature=0.05), drain]
        photon = Boson(1.0, detuning, 0.2, loss=0.1 * rate, inv_kfa=attraction)
        state = solved(Model(photon, reservoirs, density=False))
        x, w = np.polynomial.legendre.leggauss(16)
        ends = np.concatenate([[-8, -4, -2], np.linspace(-1.2, 1.2, 97), [2, 4, 8]])
        half, middle = np.diff(ends)[:, None] / 2, (ends[1:] + ends[:-1])[:, None] / 2
        # from there on in powers of the inverse root
        u, v = (x + 1) / 2, w / 2
        omega = np.concatenate([(middle + half * x).ravel(), 8 / u**2, -8 / u**2])
        weights = np.concatenate([(half * w).ravel(), 16 / u**3 * v, 16 / u**3 * v])
        spectral = -2 * photon_propagator(state, 0.3, omega, rtol=1e-7).imag
        assert (weights * spectral).sum() / (2 * np.pi) == pytest.approx(1, abs=1e-7)


def test_a_weakly_coupled_photon_shows_the_pairs() -> None:
    """For g -> 0 it is empty but for what the condensate's pairs put into it, with g**2."""
    bath = [Reservoir("bath", 1e-2), Reservoir.empty("drain", 1e-4)]
    pairs = solved(Model(Contact(0.5), bath, cutoff=20.0))
    q, omega = 0.3, 0.4
    inverse = response_matrix(pairs, q, omega, ("amplitude", "phase"))
    where = np.array([q]), np.array([omega])
    noise = noise_elements(pairs.carriers, *where, (1, 2), lambda value: 1e-10 * np.abs(value))
    field = np.array([1, -1j]) @ inverse
    expected = (field @ noise.value[0, 1] @ field.conj()).real
    found = []
    for g in (1e-4, 2e-4):
        photon = Boson(g=g, detuning=2.0, mass=0.1, loss=1e-2, inv_kfa=0.5)
        state = solved(Model(photon, bath, cutoff=20.0))
        alone = omega - (2.0 + q**2 / 0.2 - 2 * state.mu) + 1e-2j
        screened = g * 0.5 / (8 * np.pi) / abs(alone)
        found.append(luminescence(state, q, omega) / screened**2)
        assert photon_propagator(state, q, omega) * alone == pytest.approx(1, abs=1e-5)
    assert (4 * found[0] - found[1]) / 3 == pytest.approx(expected, rel=1e-7)
    assert found[1] != found[0]


@settings(deadline=None, max_examples=8)
@given(
    st.sampled_from([DRIVEN, ATTRACTING]).flatmap(
        lambda s: st.tuples(st.just(s), strategies.points(s, real=True))
    )
)
def test_positive(drawn: tuple[SteadyState, tuple[float, complex]]) -> None:
    state, (q, omega) = drawn
    found = luminescence(state, q, omega.real, full=True)
    if not np.isfinite(found.error):
        # at q = omega = 0
        assert found.status == "not converged"
        return
    assert found.value >= -found.error
    propagator = photon_propagator(state, q, omega.real, full=True)
    # no less is absorbed than nothing
    assert found.value - 2 * propagator.value.imag >= -found.error - 2 * propagator.error


def test_errors_are_bounds() -> None:
    q = np.array([[0.05], [0.7]])
    for state in (DRIVEN, ATTRACTING):
        for function in (luminescence, photon_propagator):
            fine = function(state, q, OMEGA, rtol=1e-11, full=True)
            for rtol in (1e-3, 1e-6):
                coarse = function(state, q, OMEGA, rtol=rtol, full=True)
                assert (np.abs(coarse.value - fine.value) <= coarse.error + fine.error).all()
                assert "not converged" not in coarse.status


def test_what_is_outside() -> None:
    assert luminescence(DRIVEN, [], 0.1).shape == (0,)
    assert photon_propagator(DRIVEN, [], 0.1).shape == (0,)
    with pytest.raises(ValueError, match=r"^omega = 1j is outside its domain"):
        luminescence(DRIVEN, 0.1, 1j)
    without = solved(Parameters(0.0, 1e-2, cutoff=20.0))
    for function in (luminescence, photon_propagator):
        with pytest.raises(ValueError, match=r"^coupling = .* is outside its domain: a Boson"):
            function(without, 0.1, 0.1)
