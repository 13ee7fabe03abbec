"""Noise against brute force, the fluctuation-dissipation theorem, and what positivity demands."""

from __future__ import annotations

import functools

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
    backend,
    effective_temperature,
    find_boundary,
    fluctuation_spectrum,
    response_matrix,
    solve_steady_state,
    strategies,
)
from numerics.response import noise_loop
from tests.numerics.response.test_susceptibility import POINTS
from tests.numerics.support import brute_force_vertices as brute

ALL = ("imbalance", "amplitude", "phase", "density", "current", "counterflow")
#: What space reflection makes of each.
ODD = np.array([1, 1, 1, 1, -1, -1])
solved = functools.cache(solve_steady_state)

#: Between two leads and a vacuum.
THREE = Model(
    Contact(0.0),
    [
        Reservoir("bath", 1e-2, temperature=0.02),
        Reservoir("lead", 3e-3, mu=0.9),
        Reservoir.empty("vacuum", (5e-4, 1e-3)),
    ],
    cutoff=10.0,
    bands=Bands.of_ratio(1.3),
)
STABLE = [
    Parameters(0.0, 1e-3, 1e-6),
    Parameters(-1.0, 1e-3, 1e-5),
    THREE,
]


def adjoint(matrix: np.ndarray) -> np.ndarray:
    return np.conj(np.swapaxes(matrix, -1, -2))


@pytest.mark.slow
@pytest.mark.parametrize(("model", "q", "omega"), [(m, q, complex(w).real) for m, q, w in POINTS])
def test_brute_force(model: Parameters | Model, q: float, omega: float) -> None:
    state = solved(model)
    system = brute.System.of(state)
    # there is less noise than response: it takes more frequencies to the same part of it
    rules = brute.Rules(frequency=16)
    exact = brute.summed(system, q, omega, rules, brute.noise) / 2j
    found = fluctuation_spectrum(state, q, omega, ALL, bare=True)
    assert np.abs(found - exact).max() < 1e-6 * np.abs(exact).max()


@pytest.mark.parametrize(("temperature", "bare"), [(0.0, False), (0.03, True), (0.2, False)])
def test_equilibrium(temperature: float, bare: bool) -> None:
    """The fluctuation-dissipation theorem."""
    bath = Reservoir("bath", (2e-2, 1e-2), temperature=temperature)
    state = solved(Model(Contact(0.3), [bath], cutoff=20.0, bands=Bands.of_ratio(1.7)))
    q = np.array([[0.0], [0.3], [1.1]])
    omega = np.array([-2.1, 0.05, 0.3, 1.3])
    found = fluctuation_spectrum(state, q, omega, ALL, bare=bare, rtol=1e-10, full=True)
    chi = response_matrix(state, q, omega, ALL, bare=bare, rtol=1e-10, full=True)
    coth = np.sign(omega) if temperature == 0 else 1 / np.tanh(omega / (2 * temperature))
    expected = coth[:, None, None] / 2 * (chi.value - adjoint(chi.value)) / 1j
    error = np.abs(coth)[:, None, None] / 2 * (chi.error + np.swapaxes(chi.error, -1, -2))
    difference = np.abs(found.value - expected)
    assert (difference <= found.error + error).all()
    root = np.sqrt(np.diagonal(found.value.real, axis1=-2, axis2=-1))
    scale = root[..., None] * root[..., None, :]
    # of the response at T = 0 there is little below the threshold
    absorbing = np.abs(omega) > 1.2
    assert (difference / scale)[:, absorbing].max() < 1e-8


@settings(deadline=None, max_examples=10)
@given(
    st.sampled_from(STABLE)
    .map(solved)
    .flatmap(lambda s: st.tuples(st.just(s), strategies.points(s, real=True)))
)
def test_positive_and_hermitian(drawn: tuple[SteadyState, tuple[float, complex]]) -> None:
    state, (q, omega) = drawn
    for bare in (True, False):
        found = fluctuation_spectrum(state, q, omega.real, ALL, bare=bare, full=True)
        if not np.isfinite(found.error).all():
            # at q = omega = 0
            assert found.status == "not converged"
            continue
        assert (np.abs(found.value - adjoint(found.value)) <= 2 * found.error).all()
        smallest = np.linalg.eigvalsh(found.value)[0]
        assert smallest >= -np.linalg.norm(found.error)
        # of real fields, of which currents are odd in the wave number
        other = fluctuation_spectrum(state, q, -omega.real, ALL, bare=bare, full=True)
        turned = ODD[:, None] * ODD * found.value.conj()
        assert (np.abs(turned - other.value) <= found.error + other.error).all()


@pytest.mark.parametrize("model", STABLE)
def test_absorption_is_that_of_the_response(model: Parameters | Model) -> None:
    """What is absorbed less what is emitted, in any state: the logarithm of their ratio."""
    state = solved(model)
    q, omega = 0.4, np.array([0.2, 1.7, -2.5])
    chi = response_matrix(state, q, omega, ("density",), rtol=1e-10, full=True)
    noise = fluctuation_spectrum(state, q, omega, ("density",), rtol=1e-10)
    hot = effective_temperature(state, q, omega, "density", rtol=1e-10)
    expected = 1 / np.tanh(omega / (2 * hot)) * chi.value[:, 0, 0].imag
    assert noise[:, 0, 0].real == pytest.approx(expected, rel=1e-7)


def test_a_boson_that_is_lost_is_noise() -> None:
    """Commutators keep their values: what is absorbed less what is emitted is the response."""
    reservoirs = [Reservoir("bath", 1e-3, mu=0.9, temperature=0.02)]
    boson = Boson(g=0.7, detuning=1.2, mass=0.05, loss=1e-3)
    state = solved(Model(boson, reservoirs, density=False))
    omega = np.array([-0.3, 0.1, 0.5])
    chi = response_matrix(state, 0.2, omega, ("phase",), rtol=1e-10)[:, 0, 0].imag
    noise = fluctuation_spectrum(state, 0.2, omega, ("phase",), rtol=1e-10)[:, 0, 0].real
    hot = effective_temperature(state, 0.2, omega, rtol=1e-10)
    assert noise == pytest.approx(chi / np.tanh(omega / (2 * hot)), rel=1e-7)
    full = fluctuation_spectrum(state, 0.2, omega)
    assert (np.linalg.eigvalsh(full) > 0).all()


def test_a_film_in_equilibrium() -> None:
    bath = Reservoir("bath", 1e-2, mu=0.9, temperature=0.05)
    bands = Bands.of_ratio(1.4, dimension=2)
    state = solved(Model(Contact(binding=0.5), [bath], bands=bands, density=False))
    omega = np.array([-0.4, 0.1, 2.5])
    found = fluctuation_spectrum(state, 0.3, omega, ALL[:4], full=True)
    chi = response_matrix(state, 0.3, omega, ALL[:4], full=True)
    coth = 1 / np.tanh(omega / 0.1)[:, None, None]
    expected = coth / 2 * (chi.value - adjoint(chi.value)) / 1j
    error = np.abs(coth) / 2 * (chi.error + np.swapaxes(chi.error, -1, -2))
    assert (np.abs(found.value - expected) <= found.error + error).all()


def test_errors_do_not_depend_on_how_close_nodes_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Next below the threshold of pairs panels end where poles cancel, and little is left."""
    bath, drain = Reservoir("bath", 4e-7, temperature=3.4e-3), Reservoir.empty("drain", 1.9e-10)
    film = Model(Contact(binding=2.56), [bath, drain], 15.7, bands=Bands(dimension=2))
    state = solved(film)
    at = (state, [0.0935, 0.0324], 2 * state.gap - np.array([6e-7, 6.5e-7]), ALL[:4])
    found = fluctuation_spectrum(*at, bare=True, rtol=1e-9, full=True)
    monkeypatch.setattr(noise_loop, "_CLOSEST", noise_loop._CLOSEST / 10)
    other = fluctuation_spectrum(*at, bare=True, rtol=1e-9, full=True)
    assert (np.abs(found.value - other.value) <= found.error + other.error).all()


def test_temperature_of_equilibrium() -> None:
    state = solved(Parameters(0.5, 3e-2, 0.0, 0.05, 20.0))
    omega = np.array([-0.3, 1e-3, 0.1, 0.7, 1.9])
    for of in ("amplitude", "phase", "density", "imbalance"):
        found = effective_temperature(state, 0.4, omega, of, full=True)
        assert (np.abs(found.value - 0.05) <= found.error).all()
        assert found.value == pytest.approx(0.05, rel=1e-7)
    cold = solved(Parameters(0.0, 1e-2, cutoff=20.0))
    assert (effective_temperature(cold, 0.4, omega) == 0).all()


def test_a_driven_condensate_is_hot() -> None:
    state = solved(STABLE[1])
    found = effective_temperature(state, 0.1, np.array([0.01, 0.05]), full=True)
    assert (found.value > 10 * found.error).all()
    assert (found.value > 0.01).all()


def test_divergence_at_a_boundary() -> None:
    """At C the amplitude becomes critical at a frequency: as 1/(distance of the mode)**2."""
    boundary = find_boundary("C", -1.0)
    peaks, distances = [], (4e-3, 2e-3)
    for distance in distances:
        ratio = boundary.ratio * (1 - distance)
        state = solve_steady_state(Parameters.from_ratio(-1.0, ratio=ratio))
        omega = abs(boundary.omega) * np.linspace(0.9, 1.1, 201)
        spectrum = fluctuation_spectrum(state, boundary.q, omega, rtol=1e-6)
        peaks.append(np.trace(spectrum, axis1=-2, axis2=-1).real.max())
    assert peaks[1] / peaks[0] == pytest.approx((distances[0] / distances[1]) ** 2, rel=0.1)


def test_errors_are_bounds() -> None:
    q, omega = np.array([[0.05], [0.7]]), np.array([0.11, 1.3])
    for state in map(solved, STABLE):
        fine = fluctuation_spectrum(state, q, omega, ALL, rtol=1e-11, full=True)
        for rtol in (1e-3, 1e-6):
            coarse = fluctuation_spectrum(state, q, omega, ALL, rtol=rtol, full=True)
            assert (np.abs(coarse.value - fine.value) <= coarse.error + fine.error).all()
            assert "not converged" not in coarse.status
    before = backend()
    try:
        backend("numpy")
        other = fluctuation_spectrum(state, q, omega, ALL, rtol=1e-11, full=True)
    finally:
        backend(before)
    assert (np.abs(other.value - fine.value) <= other.error + fine.error).all()


def test_what_is_outside() -> None:
    state = solved(STABLE[0])
    assert fluctuation_spectrum(state, [], 0.1).shape == (0, 2, 2)
    with pytest.raises(ValueError, match=r"^omega = 0\.0 is outside its domain: real .* than 0"):
        effective_temperature(state, 0.1, 0.0)
    with pytest.raises(ValueError, match=r"^omega = 1j is outside its domain"):
        fluctuation_spectrum(state, 0.1, 1j)
    with pytest.raises(ValueError, match=r"^vertices = 'spin' is outside its domain"):
        fluctuation_spectrum(state, 0.1, 0.1, ["spin"])
    with pytest.raises(ValueError, match=r"^of = 'spin' is outside its domain: amplitude, phase"):
        effective_temperature(state, 0.1, 0.1, "spin")


def test_errors_at_small_wave_numbers() -> None:
    """What is absorbed far away, at energies of (omega/q)**2/4, is up to half of all."""
    bath, drain = Reservoir("bath", 3e-6), Reservoir.empty("drain", 1.1e-8)
    bands = Bands.of_ratio(1.357)
    state = solved(Model(Contact(0.543), [bath, drain], 29.4, bands=bands, neutral=True))
    at = (state, [3e-6, 5e-5], 0.28, ("density", "amplitude"))
    coarse, fine = (fluctuation_spectrum(*at, bare=True, rtol=x, full=True) for x in (1e-6, 1e-8))
    assert (np.abs(coarse.value - fine.value) <= coarse.error + fine.error).all()
