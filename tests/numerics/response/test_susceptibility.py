"""Susceptibilities against brute force, thermodynamics, sum rules and what analyticity demands."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    SteadyState,
    backend,
    collective_mode,
    fluctuation_matrix,
    pair_correlation,
    response_matrix,
    solve_steady_state,
    strategies,
    susceptibility,
)
from tests.numerics.support import brute_force_vertices as brute

ALL = ("imbalance", "amplitude", "phase", "density")
CURRENTS = ("current", "counterflow")
#: Nodes in the inverse root of large frequencies.
TAIL = 12
solved = functools.cache(solve_steady_state)

WARM = Parameters(0.0, 0.1, 2e-2, 0.05, 4.0)
MOLECULES = Parameters(1.0, 0.1, 1e-3, 0.0, 3.0)
HEAVY_HOLES = Model(
    Contact(0.0),
    [Reservoir("bath", (0.08, 0.12)), Reservoir.empty("vacuum", 1e-3)],
    cutoff=4.0,
    bands=Bands.of_ratio(2.0),
)
LEADS = Model(
    Contact(0.5),
    [
        Reservoir("bath", (0.1, 0.08), temperature=0.05),
        Reservoir("lead", 0.01, mu=1.0),
        Reservoir.empty("vacuum", (1e-3, 5e-3)),
    ],
    cutoff=4.0,
    bands=Bands.of_ratio(0.7),
)
POINTS = [
    (WARM, 0.4, 0.1 + 0.2j),
    (MOLECULES, 0.3, 0.5),
    (HEAVY_HOLES, 0.6, 0.4),
    (HEAVY_HOLES, 0.25, -0.3 - 0.05j),
    (LEADS, 0.5, 0.3),
    (LEADS, 0.9, -0.7 + 0.1j),
]


@pytest.mark.slow
@pytest.mark.parametrize(("model", "q", "omega"), POINTS)
def test_brute_force(model: Parameters | Model, q: float, omega: complex) -> None:
    state = solved(model)
    exact = brute.summed(brute.System.of(state), q, complex(omega))
    found = response_matrix(state, q, omega, (*ALL, *CURRENTS), bare=True)
    # of currents by themselves sums over the momenta diverge but for what is dissipated
    for matrix in (exact, found):
        matrix[4:, 4:] = 1j * matrix[4:, 4:].imag
    assert np.abs(exact[4:, 4:]).max() > 1e-3 * abs(exact[3, 3])
    # relative to the densities' elements, a fiftieth of what is left of sum_p 1/p**2 in the others
    assert np.abs(found - exact).max() < 1e-6 * abs(exact[3, 3])


def density(make: Callable[[float, float], Model], cutoff: float) -> float:
    """Return dN/dmu, by differences of the fourth order."""
    step = 1e-3
    low, down, up, high = (
        solve_steady_state(make(k * step, cutoff)).number for k in (-2, -1, 1, 2)
    )
    return (8 * (up - down) - (high - low)) / (12 * step)


def warm_bath(shift: float, cutoff: float) -> Model:
    bath = Reservoir("bath", 1e-2, mu=0.6 + shift, temperature=0.05)
    return Model(Contact(0.0), [bath], cutoff=cutoff, density=False)


def two_baths(shift: float, cutoff: float) -> Model:
    baths = [
        Reservoir("bath", 1e-2, mu=0.8 + shift, temperature=0.05),
        Reservoir("lead", 3e-3, mu=1.0 + shift, temperature=0.1),
        Reservoir.empty("vacuum", 1e-4),
    ]
    return Model(Contact(-0.3), baths, cutoff=cutoff, density=False)


def without_cutoff(make: Callable[[float, float], Model]) -> float:
    # what a cutoff leaves out falls like its inverse, and then its third power
    return 2 * density(make, 800.0) - density(make, 400.0)


def test_compressibility() -> None:
    """A static potential of long wavelength, in equilibrium at any rate and temperature."""
    state = solved(warm_bath(0.0, 400.0))
    coarse, fine = (susceptibility(state, q, 0.0) for q in (2e-3, 1e-3))
    assert (4 * fine - coarse) / 3 == pytest.approx(without_cutoff(warm_bath), rel=1e-8)
    assert abs(fine.imag) < 1e-14


def film(shift: float, cutoff: float) -> Model:
    bath = Reservoir("bath", 1e-2, mu=0.9 + shift, temperature=0.05)
    bands = Bands(dimension=2)
    return Model(Contact(binding=0.5), [bath], cutoff=cutoff, bands=bands, density=False)


@pytest.mark.slow
def test_compressibility_of_a_film() -> None:
    state = solved(film(0.0, 400.0))
    coarse, fine = (susceptibility(state, q, 0.0) for q in (2e-3, 1e-3))
    # what a cutoff leaves out falls like its inverse square
    expected = (4 * density(film, 200.0) - density(film, 100.0)) / 3
    assert (4 * fine - coarse) / 3 == pytest.approx(expected, rel=1e-8)
    assert np.abs(response_matrix(state, 0.3, 0.0, ("current", "counterflow"))).max() < 1e-13


def test_driven_compressibility() -> None:
    """Slowly changing potentials of all reservoirs, of any state, at q = 0."""
    state = solved(two_baths(0.0, 400.0))
    expected = without_cutoff(two_baths)
    coarse, fine = (susceptibility(state, 0.0, omega) for omega in (2e-6, 1e-6))
    assert ((4 * fine - coarse) / 3).real == pytest.approx(expected, rel=1e-8)
    # static first: the frequency of the condensate cannot follow
    assert susceptibility(state, 1e-4, 0.0).real > 1.5 * expected


def test_compressibility_at_unitarity() -> None:
    """3 N/(2 mu), whatever the masses: there is no scale but the density."""
    for ratio in (1.0, 2.0):
        found = []
        for gamma in (4e-6, 2e-6):
            bands, baths = Bands.of_ratio(ratio), [Reservoir("bath", gamma)]
            coarse, fine = (
                solve_steady_state(Model(Contact(0.0), baths, cutoff=p, bands=bands))
                for p in (200.0, 400.0)
            )
            # the carriers beyond the cutoff, with pairs and with the linewidth
            tail = fine.gap**2 / (4 * np.pi**2 * 400.0)
            assert tail < 2e-3 * fine.number
            static = [susceptibility(s, 1e-3, 0.0).real for s in (coarse, fine)]
            ratios = [
                2 * s.mu * x / (3 * (s.number + s.gap**2 / (4 * np.pi**2 * p)))
                for s, x, p in zip((coarse, fine), static, (200.0, 400.0), strict=True)
            ]
            assert ratios[0] == pytest.approx(1, abs=1e-2)
            found.append(ratios)
        coarse_rate, fine_rate = np.array(found)
        # carriers in the tails of the linewidth are proportional to gamma p_c
        extrapolated = 2 * fine_rate - coarse_rate
        assert np.abs(extrapolated - 1).max() < 1e-6
        assert np.abs(fine_rate - 1).max() > 1e-5


def test_sum_rule() -> None:
    """-2 N q**2/omega**2, the mass being 1/2, faster than pairs are broken."""
    state = solved(Parameters(-1.0, 1e-9, 0.0, cutoff=400.0))
    # beyond the cutoff
    number = state.number + state.gap**2 / (4 * np.pi**2 * 400.0)
    omega, q = np.array([2.0, 8.0, 32.0]), 0.1
    found = -susceptibility(state, q, omega, rtol=1e-6).real * omega**2 / (2 * number * q**2)
    # as q**2/omega, and as the pairs' contact over omega**(3/2)
    assert (np.abs(found - 1) < [1e-2, 1e-3, 1e-4]).all()


@pytest.mark.parametrize(
    ("q", "omega"), [(0.0, 0.5), (0.1, 0.05), (0.3, 1.7), (0.5, 0.2 + 0.1j), (1.2, -2.5)]
)
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_continuity(q: float, omega: complex, ratio: float) -> None:
    """omega n = q j, but for what the reservoirs put in and take out, which is small like gamma."""
    off = []
    for gamma in (2e-5, 1e-5):
        model = Model(Contact(0.0), [Reservoir("bath", gamma)], bands=Bands.of_ratio(ratio))
        found = response_matrix(solved(model), q, omega, ("density", "current"))
        n, j = found[0], found[1]
        off.append(np.abs([omega * n[0] - q * j[0], omega * n[1] - q * j[1]]))
    first, second = np.array(off)
    assert second.max() < 1e-5
    assert np.abs(2 * second - first).max() < 1e-8


def test_currents_without_a_wave_number() -> None:
    """The current of all carriers at once: -2 N times the field, the mass being 1/2."""
    states = [solved(Parameters(0.0, gamma, cutoff=400.0)) for gamma in (2e-6, 1e-6)]
    first, second = (susceptibility(s, 0.0, 0.5, "current current") for s in states)
    # those beyond the cutoff; within it some are in the tails of the linewidth
    numbers = [s.number + s.gap**2 / (4 * np.pi**2 * 400.0) for s in states]
    expected = -2 * (2 * numbers[1] - numbers[0])
    assert 2 * second - first == pytest.approx(expected, rel=1e-6)
    assert second != pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("temperature", [0.0, 0.1])
def test_a_static_vector_potential_along_the_wave_number_is_none(temperature: float) -> None:
    """Its curl vanishes: in equilibrium no current flows, at any rate."""
    bath = Reservoir("bath", (2e-2, 3e-2), temperature=temperature)
    state = solved(Model(Contact(0.3), [bath], cutoff=20.0, bands=Bands.of_ratio(1.7)))
    for q in (0.1, 1.3):
        found = response_matrix(state, q, 0.0, ("current", "counterflow"), full=True)
        assert (np.abs(found.value) <= found.error).all()
        assert np.abs(found.value).max() < 1e-13
        # of all carriers it is so by what the phase does
        bare = response_matrix(state, q, 0.0, ("current", "counterflow"), bare=True)
        assert abs(bare[0, 0]) > 1e-2


def test_poles_are_modes() -> None:
    state = solved(Parameters(0.0, 1e-4, 1e-6))
    mode = collective_mode(state, 0.1)
    near, far = (
        abs(susceptibility(state, 0.1, mode.frequencies[0] + d, rtol=1e-4)) for d in (1e-8, 1e-7)
    )
    assert near / far == pytest.approx(10, rel=1e-2)


STATES = [
    solve_steady_state(Parameters(-0.5, 1e-2, 1e-3, cutoff=10.0)),
    solve_steady_state(Parameters(0.5, 3e-2, 1e-3, 0.05, 20.0)),
    solve_steady_state(LEADS),
]


@settings(deadline=None, max_examples=15)
@given(st.sampled_from(STATES).flatmap(lambda s: st.tuples(st.just(s), strategies.points(s))))
def test_real_fields(drawn: tuple[SteadyState, tuple[float, complex]]) -> None:
    state, (q, omega) = drawn
    here, there = (response_matrix(state, q, w, ALL, full=True) for w in (omega, -np.conj(omega)))
    assert (np.abs(here.value - there.value.conj()) <= here.error + there.error).all()


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_time_reversal(data: st.DataObject) -> None:
    """Onsager's relations: of the four the phase alone is odd."""
    bath = Reservoir("bath", 2e-2, temperature=data.draw(st.sampled_from([0.0, 0.07])))
    state = solved(Model(Contact(0.3), [bath], cutoff=20.0, bands=Bands.of_ratio(1.7)))
    q, omega = data.draw(strategies.points(state))
    found = response_matrix(state, q, omega, ALL, full=True)
    signs = np.array([1, 1, -1, 1])
    turned = signs[:, None] * signs * found.value.T
    assert (np.abs(found.value - turned) <= found.error + found.error.T).all()


def test_analyticity() -> None:
    """The response on the imaginary axis, from what it absorbs at real frequencies."""
    state = solved(Parameters(0.0, 0.1, 1e-3, 0.05, 4.0))
    x, w = np.polynomial.legendre.leggauss(60)
    ends = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])
    half, middle = np.diff(ends)[:, None] / 2, (ends[1:] + ends[:-1])[:, None] / 2
    # from there on in powers of the inverse root, for which few nodes are enough
    y, v = np.polynomial.legendre.leggauss(TAIL)
    u, v = (y + 1) / 2, v / 2
    omega = np.concatenate([(middle + half * x).ravel(), 8 / u**2])
    weights = np.concatenate([(half * w).ravel(), 16 / u**3 * v])
    absorbed = response_matrix(state, 0.5, omega, ALL[1:], rtol=1e-9)
    flowing = response_matrix(state, 0.5, omega, CURRENTS, bare=True)

    def summed(growth: float, sampled: np.ndarray) -> np.ndarray:
        # of real functions of time: (2/pi) int w Im chi/(w**2 + eta**2), for all elements
        factors = 2 / np.pi * weights * omega / (omega**2 + growth**2)
        return np.einsum("n,nst->st", factors, sampled.imag)

    for growth in (0.3, 1.0):
        found = response_matrix(state, 0.5, 1j * growth, ALL[1:])
        difference = np.abs(summed(growth, absorbed) - found.real)
        assert np.abs(found.imag).max() < 1e-12 * np.abs(found).max()
        assert difference[2, 2] < 1e-8 * abs(found[2, 2])
        assert difference.max() < 1e-9 * np.abs(found).max()
    # that of currents goes on to a constant
    one, other = response_matrix(state, 0.5, [0.3j, 1j], CURRENTS, bare=True)
    change = summed(0.3, flowing) - summed(1.0, flowing)
    assert np.abs(change - (one - other)).max() < 1e-9 * np.abs(change).max()


def test_parts_of_the_matrix() -> None:
    state = STATES[0]
    q, omega = 0.2, np.array([0.1, 0.3 + 0.01j])
    whole = response_matrix(state, q, omega, ALL)
    assert susceptibility(state, q, omega, "density phase") == pytest.approx(whole[:, 3, 2])
    assert susceptibility(state, q, omega, "density density") == pytest.approx(whole[:, 3, 3])
    inverse = np.linalg.inv(fluctuation_matrix(state, q, omega))
    assert np.abs(whole[:, 1:3, 1:3] / inverse - 1).max() < 1e-6
    bare = response_matrix(state, q, omega, ALL, bare=True)
    assert np.abs(bare[:, 1:3, 1:3] - pair_correlation(state, q, omega)).max() < 1e-12
    pi = bare[:, 3:, 1:3] @ inverse @ bare[:, 1:3, 3:]
    assert susceptibility(state, q, omega) == pytest.approx((bare[:, 3:, 3:] + pi)[:, 0, 0])


@pytest.mark.parametrize("state", STATES)
def test_errors_are_bounds(state: SteadyState) -> None:
    q, omega = np.array([[0.0], [0.05], [0.7]]), np.array([1e-3, 0.11, 0.4 + 0.05j, 1.3])
    fine = response_matrix(state, q, omega, ALL, rtol=1e-11, full=True)
    for rtol in (1e-3, 1e-6):
        coarse = response_matrix(state, q, omega, ALL, rtol=rtol, full=True)
        assert (np.abs(coarse.value - fine.value) <= coarse.error + fine.error).all()
        assert set(coarse.status.ravel()) == {"converged"}
    before = backend()
    try:
        backend("numpy")
        other = response_matrix(state, q, omega, ALL, rtol=1e-11, full=True)
    finally:
        backend(before)
    assert (np.abs(other.value - fine.value) <= other.error + fine.error).all()


def test_no_points() -> None:
    assert response_matrix(STATES[0], [], 0.1).shape == (0, 3, 3)
    assert susceptibility(STATES[0], np.empty((0, 2)), 0.1).shape == (0, 2)


@pytest.mark.parametrize(
    "what", ["density", "density spin", "", "density density density", 3, None]
)
def test_what_there_is_not(what: object) -> None:
    with pytest.raises(ValueError, match=r"^what = .* two of the words amplitude, phase"):
        susceptibility(STATES[0], 0.1, 0.1, what)


@pytest.mark.parametrize("vertices", [[], ["density", "density"], ["spin"], "density", [1]])
def test_vertices_there_are_not(vertices: object) -> None:
    with pytest.raises(ValueError, match=r"^vertices = "):
        response_matrix(STATES[0], 0.1, 0.1, vertices)
