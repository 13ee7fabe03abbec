"""States with a boson: the Goldstone mode, what is known of its dispersion, and known limits."""

from __future__ import annotations

import dataclasses
import math

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
    collective_mode,
    fluctuation_matrix,
    growth_rate,
    hydrodynamics,
    solve_steady_state,
    strategies,
    verify,
)
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.stability.peaks import follow
from numerics.steady.equations import Unknowns, evaluate_equations
from numerics.steady.general_equations import evaluate_general
from numerics.steady.sensitivity import effect_of_errors
from tests.numerics.support import brute_force_matrices as brute

BATH = Reservoir("bath", 1e-2)
#: Where a condensate of carriers and photons is stable, and where it is not.
STABLE = Model(Boson(0.7, 1.2, 0.05, 4e-4), [BATH], cutoff=10.0)
UNSTABLE = Model(Boson(0.7, 1.2, 0.05, 5e-3), [BATH], cutoff=10.0)
WITH_ATTRACTION = Model(
    Boson(0.5, 2.0, 0.05, 2e-3, inv_kfa=-0.5), [BATH, Reservoir.empty("drain", 1e-4)], cutoff=10.0
)


@st.composite
def bosons(draw: st.DrawFn) -> Model:
    """Models of any reservoirs with a boson near the edges of the bands."""
    model = draw(strategies.models(most=3))
    attraction = draw(st.none() | st.floats(-2.0, 1.0))
    # above all potentials, so that there is one state in equilibrium with an attraction
    lowest = -1.0 if attraction is None else 2.5
    boson = Boson(
        draw(st.floats(0.3, 2.0)),
        draw(st.floats(lowest, 3.0)),
        draw(st.floats(0.01, 0.5)),
        draw(st.just(0.0) | st.floats(1e-5, 1e-2)),
        attraction,
    )
    return dataclasses.replace(model, coupling=boson)


@given(strategies.steady_states(bosons()))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_the_phase_is_free_whatever_is_lost(state):
    found = fluctuation_matrix(state, 0.0, 0.0, full=True)
    moved = effect_of_errors(lambda s: fluctuation_matrix(s, 0.0, 0.0), state)
    assert (np.abs(found.value[:, 1]) <= found.error[:, 1] + moved[:, 1]).all()


def test_a_linewidth_above_the_gap():
    # every branch point is closer to a threshold at 3e-10 than it is to the axis
    model = Model(Boson(0.375, 0.0, 0.5), [Reservoir("bath", 0.1)], cutoff=2.5483)
    state = solve_steady_state(model)
    found = fluctuation_matrix(state, 0.0, 0.0, full=True)
    assert found.status == "converged"
    # M_11 is a derivative of the gap equation, among others
    held = verify(state, points=2, slow=0)
    assert held.holds, str(held)


@pytest.mark.parametrize("model", [STABLE, UNSTABLE, WITH_ATTRACTION])
def test_what_must_hold(model):
    found = verify(solve_steady_state(model), points=2, slow=0)
    assert found.holds, str(found)


@pytest.mark.parametrize(
    "boson", [Boson(0.7, 0.6, 0.05), Boson(0.5, 1.0, 0.05, inv_kfa=-1.0), Boson(0.4, -0.5, 0.02)]
)
def test_nothing_grows_in_equilibrium(boson):
    state = solve_steady_state(Model(boson, [BATH], cutoff=10.0))
    found = growth_rate(state)
    assert found.verdict == "decays"
    assert found.status == "complete"


def test_a_boson_without_carriers_is_left_alone():
    # beside an attraction, which pairs them: at its energy, with its loss
    moved = []
    for g in (0.04, 0.02, 0.01):
        boson = Boson(g, 2.0, 0.05, 1e-3, inv_kfa=-0.5)
        state = solve_steady_state(Model(boson, [Reservoir("bath", 5e-3)], cutoff=10.0))
        row = []
        for q in (1e-4, 0.1, 0.2):
            bare = 2.0 + q * q / 0.1 - 2 * state.mu - 1e-3j
            roots, errors = follow(state, np.array([q]), bare)
            assert errors[0] < 1e-9
            row.append(roots[0] - bare)
        moved.append(np.array(row))
    # of first order in g**2
    assert moved[0] / moved[1] == pytest.approx(4 * np.ones(3), rel=2e-3)
    assert moved[1] / moved[2] == pytest.approx(4 * np.ones(3), rel=5e-4)
    assert np.abs(moved[2]).max() < 1e-4


def test_the_goldstone_mode_diffuses_and_then_moves():
    # omega = -i Gamma/2 +- sqrt(c**2 q**2 - Gamma**2/4): Szymanska, Keeling, Littlewood 2006
    state = solve_steady_state(STABLE)
    long = hydrodynamics(state)
    gamma = long.damping * long.prefactor / long.dynamic_prefactor
    square = long.stiffness * long.prefactor / long.dynamic_prefactor
    # the product of both roots is -c**2 q**2, their sum -i Gamma
    rows = []
    for q in (1e-4, 2e-4):
        slow, fast = collective_mode(state, q).frequencies[:2]
        assert slow.real == fast.real == 0
        rows.append((slow.imag / q**2, fast.imag))
    # extrapolated to q = 0: the diffusion constant is that of (46)
    diffusion = (4 * rows[0][0] - rows[1][0]) / 3
    assert diffusion == pytest.approx(-square / gamma, rel=1e-5)
    # the other one is a root at a finite frequency: (46) leaves out omega**3
    assert rows[0][1] == pytest.approx(-gamma, rel=2e-2)
    # they meet near q = Gamma/2c, and move apart
    meeting = gamma / 2 / math.sqrt(square)
    before, after = (collective_mode(state, k * meeting).frequencies for k in (0.5, 2.0))
    assert before[0].real == 0
    assert after[0].real > gamma / 2


def test_with_loss_growth_sets_in():
    assert growth_rate(solve_steady_state(STABLE)).verdict == "decays"
    found = growth_rate(solve_steady_state(UNSTABLE))
    assert found.verdict == "grows"
    assert found.status == "complete"
    assert found.q > 0.05


def test_a_strong_coupling_to_a_far_boson_responds_like_an_attraction():
    drain = Reservoir.empty("drain", 1e-4)
    contact = solve_steady_state(Model(Contact(-1.0), [BATH, drain], cutoff=10.0))
    expected = fluctuation_matrix(contact, 0.3, 0.2 + 0.01j)
    errors = []
    for square in (4e3, 8e3):
        boson = Boson(math.sqrt(square), square / (8 * math.pi), 0.5)
        state = solve_steady_state(Model(boson, [BATH, drain], cutoff=10.0))
        errors.append(np.abs(fluctuation_matrix(state, 0.3, 0.2 + 0.01j) - expected).max())
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("model", [UNSTABLE, WITH_ATTRACTION])
def test_both_routes_to_the_equations(model):
    at, drive = Unknowns(0.1, 0.5, 0.12), 0.8 * model.drive
    one, other = (route(model, drive, at) for route in (evaluate_equations, evaluate_general))
    difference = one.residuals * one.scales - other.residuals * other.scales
    allowed = one.errors * one.scales + other.errors * other.scales
    assert (np.abs(difference) <= allowed).all()
    slopes = [e.jacobian * e.scales[:, None] for e in (one, other)]
    size = np.abs(slopes[0]).max(axis=1, keepdims=True)
    assert (np.abs(slopes[1] - slopes[0]) <= 1e-7 * size).all()
    assert one.number == pytest.approx(other.number, rel=1e-9)


@pytest.mark.parametrize("model", [UNSTABLE, WITH_ATTRACTION])
def test_derivatives_of_the_equations(model):
    at, drive = Unknowns(0.1, 0.5, 0.12), 0.8 * model.drive
    value = evaluate_equations(model, drive, at)

    def unscaled(name, change):
        if name == "drive":
            found = evaluate_equations(model, drive + change, at)
        else:
            moved = dataclasses.replace(at, **{name: getattr(at, name) + change})
            found = evaluate_equations(model, drive, moved)
        return found.residuals * found.scales

    for column, name in enumerate(("gap", "mu", "edge", "drive")):
        step = 1e-2 * (drive if name == "drive" else model.linewidth)
        found = (unscaled(name, step) - unscaled(name, -step)) / (2 * step)
        exact = value.jacobian[:, column] * value.scales
        assert np.abs(found - exact).max() < 1e-3 * np.abs(exact).max(), name


def test_unequal_carriers_with_a_boson():
    model = STABLE.replace(bands=Bands.of_ratio(1.5))
    state = solve_steady_state(model)
    assert verify(state, points=2, slow=0).holds
    assert growth_rate(state).status == "complete"


def test_the_paper_has_an_attraction():
    assert Parameters(-0.3).coupling == Contact(-0.3)
    assert Parameters(-0.3).model().coupling == Contact(-0.3)


def drawn(count):
    generator = np.random.default_rng(7)
    q = generator.uniform(0.02, 1.0, count)
    omega = generator.uniform(-1.0, 1.0, count) + 1j * generator.uniform(-0.003, 0.02, count)
    return list(zip(q, omega, strict=True))


def coupling_of(state, q, omega):
    """2 K written out, for (amplitude, phase)."""
    boson = state.parameters.coupling

    def first(w):
        photon = boson.g**2 / (
            boson.detuning + q**2 / (2 * boson.mass) - 2 * state.mu - w - 1j * boson.loss
        )
        attraction = 0 if boson.inv_kfa is None else -8 * math.pi / boson.inv_kfa
        return 1 / (attraction + photon)

    plus, minus = first(omega), first(-np.conj(omega)).conjugate()
    off = -1j * (plus - minus)
    return np.array([[plus + minus, off], [-off, plus + minus]])


def wide(model):
    """A state with a larger linewidth, so that plain rules converge soon."""
    boson = dataclasses.replace(model.coupling, g=1.2)
    reservoirs = [Reservoir("bath", 4e-2)]
    return solve_steady_state(model.replace(coupling=boson, reservoirs=reservoirs, cutoff=3.0))


@pytest.mark.slow
@pytest.mark.parametrize("model", [UNSTABLE, WITH_ATTRACTION])
def test_fast_and_slow_route(model):
    state = wide(model)
    points = drawn(26)
    q, omega = (np.array(x) for x in zip(*points, strict=True))
    fast = fluctuation_matrix(state, q, omega, rtol=1e-9, full=True)
    for k, (wave, frequency) in enumerate(points):
        slow = reference_matrix(ResponseIntegrand(state, frequency), wave, rtol=1e-6)
        allowed = fast.error[k] + slow.error
        assert (np.abs(fast.value[k] - slow.value) <= allowed).all(), (wave, frequency)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "q", "omega"),
    [
        (UNSTABLE, 0.2, 0.3),
        (UNSTABLE, 0.1, 0.1 + 0.01j),
        (STABLE, 0.05, 0.02),
        (WITH_ATTRACTION, 0.3, 0.4),
        (WITH_ATTRACTION, 0.1, -0.2 + 0.02j),
    ],
)
def test_brute_force_straight_from_the_matrices(model, q, omega):
    state = wide(model)
    pi = brute.response(brute.Matrices.of(state), q, omega, vertices=brute.TAU[1:3])
    expected = coupling_of(state, q, omega) - pi
    found = fluctuation_matrix(state, q, omega, rtol=1e-9)
    assert np.abs(found - expected).max() < 1e-6 * np.abs(expected).max()
