"""Models of any reservoirs: the same states by other words, and sums by an independent route."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from numerics import (
    Bands,
    Contact,
    Model,
    NoCondensate,
    Parameters,
    Reservoir,
    collective_mode,
    fluctuation_matrix,
    growth_rate,
    hydrodynamics,
    narrow_hydrodynamics,
    occupied_spectral_weight,
    pair_correlation,
    real_dispersion,
    solve_steady_state,
    spectral_function,
    stability_edges,
    trace_steady_states,
)
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.steady.equations import Unknowns, evaluate_equations
from tests.numerics.support import brute_force, reference_values
from tests.numerics.support.reference_values import THREE

BATH, VACUUM = Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 1e-4)
ONE = Model(Contact(-1.0), [BATH, VACUUM])
#: Two cold reservoirs and a warm one, all different.
Q, OMEGA = np.array([0.0, 0.02, 0.3, 1.1]), np.array([0.1, 0.01 + 2e-4j, 0.4 - 5e-4j, -0.6])


def everything(state):
    """Return numbers of all kinds that follow from a state."""
    modes, rate = collective_mode(state, 0.05), growth_rate(state)
    narrow, undamped = narrow_hydrodynamics(state), real_dispersion(state, [0.1, 0.2])
    parts = [pair_correlation(state, Q, OMEGA, part) for part in ("all", "inter", "intra")]
    found = hydrodynamics(state)
    return {
        "state": np.array([state.gap, state.mu, state.mu_b, state.edge]),
        "response": np.array(parts),
        "expansion": np.concatenate([found.alpha, found.beta, found.eta]),
        "narrow": np.array([narrow.alpha11, narrow.beta22]),
        "weight": occupied_spectral_weight(state, [0.3, 1.0], [0.1, -0.2]),
        "spectrum": spectral_function(state, 0.3, [0.1, 0.4]),
        "undamped": np.concatenate([root.omega for root in undamped.roots]),
        "modes": modes.frequencies,
        "rate": np.array([rate.rate, rate.q, rate.omega]),
    }


@pytest.mark.parametrize("temperature", [0.0, 0.02])
def test_a_reservoir_split_in_two_gives_the_same_bits(temperature):
    bath = Reservoir("bath", 1e-3, temperature=temperature)
    halves = [Reservoir(name, 5e-4, temperature=temperature) for name in ("left", "right")]
    drains = [Reservoir.empty(name, 5e-5) for name in ("up", "down")]
    whole = everything(solve_steady_state(Model(Contact(-1.0), [bath, VACUUM])))
    split = everything(solve_steady_state(Model(Contact(-1.0), [*halves, *drains])))
    for name, values in whole.items():
        np.testing.assert_array_equal(split[name], values, err_msg=name)


def test_edges_and_curves_of_a_split_bath_have_the_same_bits():
    halves = [Reservoir(name, 5e-4) for name in ("left", "right")]
    along = "reservoirs.vacuum.rate"
    found = []
    for baths in ([BATH], halves):
        model = Model(Contact(-1.0), [*baths, VACUUM])
        edges = stability_edges(model, along=along, values=(1.5e-5, 2.5e-5))
        curve = trace_steady_states(model, along="coupling.inv_kfa", values=[-1.0, -0.8])
        assert [edge.kind for edge in edges] == ["B"]
        found.append((edges[0].value, edges[0].q, edges[0].omega, curve.points.tolist()))
    assert found[0] == found[1]


def test_the_paper_s_model_by_other_words():
    parameters = Parameters(-1.0, 1e-3, 1e-4)
    assert parameters.model() == ONE
    first, second = (everything(solve_steady_state(p)) for p in (parameters, ONE))
    for name, values in first.items():
        np.testing.assert_allclose(second[name], values, rtol=1e-9, atol=1e-12, err_msg=name)


def test_a_lead_like_the_bath_is_a_stronger_bath():
    state = solve_steady_state(ONE)
    lead = Reservoir("lead", 2e-4, mu=state.mu_b)
    both = solve_steady_state(ONE.replace(reservoirs=[Reservoir("bath", 8e-4), lead, VACUUM]))
    for name in ("gap", "mu", "mu_b"):
        error = state.error[0] + both.error[0] + state.error[1] + both.error[1]
        assert abs(getattr(state, name) - getattr(both, name)) <= error
    m, n = (fluctuation_matrix(s, Q, OMEGA, full=True) for s in (state, both))
    # the states' own errors of 1e-13 are multiplied by 1/gamma at most
    assert (np.abs(m.value - n.value) <= m.error + n.error + 1e-10).all()


def test_a_lead_far_below_is_more_vacuum():
    low = Reservoir("lead", 1e-4, mu=-1e9)
    state = solve_steady_state(ONE.replace(reservoirs=[BATH, low]))
    expected = solve_steady_state(ONE)
    # what a lead fills by its tail is of the order gamma sqrt(p_c^2/mu_lead) of the density
    assert state.gap == pytest.approx(expected.gap, rel=1e-6)
    m, n = (fluctuation_matrix(s, Q, OMEGA) for s in (state, expected))
    np.testing.assert_allclose(m, n, atol=1e-6)


def test_what_a_lead_far_below_fills_by_its_tail():
    # a carrier of energy p^2 is filled below the lead's edge by the tail of its Lorentzian,
    # gamma_l/(pi (p^2 - mu_l)), for both kinds: the sum over momenta up to the cutoff is elementary
    rate, depth, cutoff = 1e-4, 1e5, ONE.cutoff
    at, low = Unknowns(0.18, 0.9, 0.17), Reservoir("lead", rate, mu=-depth)
    lead, empty = (
        evaluate_equations(model, model.drive, at)
        for model in (ONE.replace(reservoirs=[BATH, low]), ONE)
    )
    root = math.sqrt(depth)
    tail = rate / math.pi**3 * (cutoff - root * math.atan(cutoff / root))
    assert tail > 1e-6
    # corrections: energies over the depth, 1e-5; both numbers are of the order 0.03 to 1e-13
    assert lead.number - empty.number == pytest.approx(tail, rel=3e-5)


def test_given_potentials_in_place_of_the_density():
    expected = solve_steady_state(ONE)
    bath = dataclasses.replace(BATH, mu=expected.mu_b)
    given = Model(Contact(-1.0), [bath, VACUUM], density=False)
    state = solve_steady_state(given)
    assert abs(state.gap - expected.gap) <= 1e3 * (state.error[0] + expected.error[0])
    assert state.number == pytest.approx(expected.number, rel=1e-10)
    assert state.mu_b == pytest.approx(bath.mu, abs=1e-15)
    # at another potential there is another density
    denser = solve_steady_state(
        given.replace(reservoirs=[dataclasses.replace(bath, mu=bath.mu + 0.05), VACUUM])
    )
    assert denser.number > 1.02 * state.number


def brute_force_model(model: Model, at: Unknowns) -> brute_force.Model:
    bath, *leads = [r for r in model.reservoirs if r.mu != -math.inf]
    empty = math.fsum(r.rate for r in model.reservoirs if r.mu == -math.inf)
    return brute_force.Model(
        at.gap, at.mu, at.edge, bath.rate, empty, bath.temperature, model.inv_kfa, model.cutoff,
        tuple((r.rate, r.mu - at.mu, r.temperature) for r in leads),
    )  # fmt: skip


def test_equations_by_brute_force():
    state = solve_steady_state(THREE)
    at = Unknowns(state.gap, state.mu, state.edge)
    found = brute_force.residuals(brute_force_model(THREE, at))
    # as in the test of the paper's model: 1e-11 of the sums
    assert np.abs(found).max() <= 1e-10


@pytest.mark.parametrize("model", [THREE, THREE.replace(density=False, reservoirs=[
    Reservoir("bath", 4e-3, mu=0.7), *THREE.reservoirs[1:]])])  # fmt: skip
def test_derivatives(model):
    at, drive = Unknowns(0.33, 0.81, 0.12), model.drive / 2
    value = evaluate_equations(model, drive, at)

    def residuals(unknowns, rate):
        moved = evaluate_equations(model, rate, unknowns)
        return moved.residuals * moved.scales

    for column, name in enumerate(("gap", "mu", "edge", "drive")):
        step = 2e-5
        if name == "drive":
            ends = [residuals(at, drive + s * step) for s in (1, -1)]
        else:
            ends = [
                residuals(dataclasses.replace(at, **{name: getattr(at, name) + s * step}), drive)
                for s in (1, -1)
            ]
        slope = (ends[0] - ends[1]) / (2 * step)
        # second order in step/gamma, some 1e-5 of what changes on the scale of gamma
        exact = value.jacobian[:, column] * value.scales
        np.testing.assert_allclose(slope, exact, atol=2e-4 * np.abs(exact).max(), err_msg=name)


@pytest.mark.parametrize("count", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_against_the_slow_route(count):
    for k, (state, q, omega) in enumerate(reference_values.of_three_reservoirs(count)):
        found = fluctuation_matrix(state, q, omega, full=True)
        if k == 0:
            slow = reference_values.kept("three reservoirs")
        else:
            slow = reference_matrix(ResponseIntegrand(state, omega), q, rtol=1e-6)
        assert slow.converged
        assert (np.abs(found.value - slow.value) <= found.error + slow.error).all()
        # not by wide errors
        assert found.error.max() < 1e-9
        assert slow.error.max() < 1e-5


def test_the_phase_is_free_whatever_the_reservoirs():
    for model in (THREE, THREE.replace(coupling=Contact(0.5))):
        state = solve_steady_state(model)
        m = fluctuation_matrix(state, 0.0, 0.0, full=True)
        # M_12 and M_22 vanish by the gap equation, up to what the state's error makes of it
        bound = m.error[:, 1] + 10 * max(state.error)
        assert (np.abs(m.value[:, 1]) <= bound).all()
        assert abs(m.value[0, 0]) > 1e6 * bound.max()
        # alpha: the same column by the expansion
        found = hydrodynamics(state)
        np.testing.assert_allclose(m.value[:, 0].real, found.alpha[:, 0], rtol=1e-6)


def test_nothing_grows_among_reservoirs_at_one_potential():
    reservoirs = [Reservoir("cold", 1e-3), Reservoir("warm", 2e-3, temperature=0.03)]
    found = growth_rate(solve_steady_state(Model(Contact(-0.5), reservoirs)))
    assert found.verdict == "decays"


def test_no_condensate_is_said_in_the_model_s_words():
    drain = Reservoir.empty("drain", 2e-3)
    with pytest.raises(NoCondensate, match=r"from equilibrium ends .* bath 0.001, drain 0.002"):
        solve_steady_state(Model(Contact(-1.0), [BATH, drain]))


@pytest.mark.parametrize(
    ("build", "match"),
    [
        (lambda: Reservoir("a b", 1.0), "name = 'a b' is outside"),
        (lambda: Reservoir("bath", -1.0), "rate = -1"),
        (lambda: Reservoir("bath", 1.0, math.nan), "mu = nan"),
        (lambda: Reservoir("bath", 1.0, temperature=-0.1), "temperature = -0.1"),
        (lambda: Contact(math.inf), "inv_kfa = inf"),
        (lambda: Model(-1.0, [BATH]), "coupling = -1.0 is outside its domain: a Contact"),
        (lambda: Model(Contact(0.0), BATH), "reservoirs"),
        (lambda: Model(Contact(0.0), []), "reservoirs = .* at least one"),
        (lambda: Model(Contact(0.0), [VACUUM]), "reservoirs = .* at least one"),
        (lambda: Model(Contact(0.0), [BATH, BATH]), "different names"),
        (lambda: Model(Contact(0.0), [Reservoir("lead", 1.0, 0.5)]), "mu=None"),
        (lambda: Model(Contact(0.0), [BATH], density=False), "all with a potential"),
        (lambda: Model(Contact(0.0), [BATH], cutoff=0.5), "cutoff = 0.5"),
        (lambda: Model(Contact(0.0), [BATH], density=1), "density = 1"),
        (lambda: Bands(1), "dimension = 1 .* 2 or 3"),
        (lambda: Bands(3, (1.0, 0.3)), "masses"),
        (lambda: solve_steady_state("model"), "parameters = 'model'"),
    ],
)
def test_bad_input(build, match):
    with pytest.raises(ValueError, match=match) as caught:
        build()
    assert "\n" not in str(caught.value)
