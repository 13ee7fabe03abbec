"""Reservoirs with occupations of the user's own: the same by other words, and by brute force."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from numerics import (
    Contact,
    Model,
    Reservoir,
    SteadyState,
    fluctuation_matrix,
    growth_rate,
    hydrodynamics,
    load,
    occupied_spectral_weight,
    save,
    solve_steady_state,
    verify,
)
from numerics.parameters import DENSITY
from numerics.steady.curve import parameter_paths
from numerics.steady.equations import Unknowns, evaluate_equations
from tests.numerics.support import brute_force, brute_force_response

VACUUM = Reservoir.empty("vacuum", 1e-4)
Q, OMEGA = np.array([0.0, 0.3, 1.1]), np.array([0.1, 0.4 - 5e-4j, -0.6])


def warm(x):
    return 0.5 * (1 - np.tanh(x / 0.1))


def wire(x):
    return 0.25 * (x < 0.2) + 0.75 * (x < -0.1)


def lorentzian(x):
    return 0.5 - np.arctan(x / 0.02) / math.pi


def agree(one: SteadyState, other: SteadyState, rounding: float) -> None:
    """Compare what follows from two states within the errors that are reported, and rounding."""
    for name, error in zip(("gap", "mu", "mu_b"), np.add(one.error, other.error), strict=True):
        assert abs(getattr(one, name) - getattr(other, name)) <= error + rounding, name
    # changes of the states are seen through widths of gamma
    amplified = rounding + sum(np.add(one.error, other.error)) / one.parameters.linewidth
    m, n = (fluctuation_matrix(s, Q, OMEGA, full=True) for s in (one, other))
    assert (np.abs(m.value - n.value) <= m.error + n.error + amplified).all()
    a, b = (hydrodynamics(s, full=True) for s in (one, other))
    for name in ("alpha", "beta"):
        error = getattr(a.error, name) + getattr(b.error, name)
        size = np.abs(getattr(a.value, name)).max()
        difference = np.abs(getattr(a.value, name) - getattr(b.value, name))
        assert (difference <= error + size * amplified).all(), name
    first, second = growth_rate(one), growth_rate(other)
    assert abs(first.rate - second.rate) <= first.error + second.error + rounding
    assert first.verdict == second.verdict


@pytest.mark.parametrize("width", [0.05, 0.08], ids=["exact", "fitted"])
def test_a_fermi_function_is_the_thermal_reservoir(width):
    own = Reservoir("bath", 1e-3, occupation=warm, steps=[(0.0, width)])
    bath = Reservoir("bath", 1e-3, temperature=0.05)
    one, other = (solve_steady_state(Model(Contact(0.0), [r, VACUUM])) for r in (own, bath))
    assert own.occupation.exact == (width == 0.05)
    # not by wide errors
    assert max(one.error) < 1e-8
    agree(one, other, 1e-12)


@pytest.mark.parametrize("unknown", [True, False], ids=["bath", "lead"])
def test_two_steps_are_two_leads(unknown):
    # a wire between two baths: what it fills is what both of them do, in proportion
    steps = [(0.2, 0.0), (-0.1, 0.0)]
    bath = Reservoir("bath", 3e-3)
    own = Reservoir("wire", 1e-3, 0.7, occupation=wire, steps=steps)
    leads = [Reservoir("low", 0.75e-3, 0.6), Reservoir("high", 0.25e-3, 0.9)]
    if unknown:
        own, model = replace(own, mu=None), None
        one = solve_steady_state(Model(Contact(0.0), [own, VACUUM]))
        # the same with the potential that was found
        leads = [replace(r, mu=one.mu_b + r.mu - 0.7) for r in leads]
        model = Model(Contact(0.0), [*leads, VACUUM], density=False)
        state = replace(one, parameters=model, edge=leads[0].mu - one.mu, mu_b=leads[0].mu)
        m, n = (fluctuation_matrix(s, Q, OMEGA) for s in (one, state))
        # edges that are rounded differently are seen through widths of gamma
        np.testing.assert_allclose(m, n, atol=1e-11 * np.abs(m).max())
        return
    one = solve_steady_state(Model(Contact(0.0), [bath, own, VACUUM]))
    other = solve_steady_state(Model(Contact(0.0), [bath, *leads, VACUUM]))
    agree(one, other, 1e-12)


def brute_model(state: SteadyState, occupation, width: float) -> brute_force.Model:
    model = state.parameters
    bath, empty = model.reservoirs
    return brute_force.Model(
        state.gap, state.mu, state.edge, bath.rate, empty.rate, width, model.inv_kfa,
        model.cutoff, (), occupation,
    )  # fmt: skip


def test_a_broadened_step_by_brute_force():
    own = Reservoir("bath", 1e-2, occupation=lorentzian, steps=[(0.0, 0.02)], accuracy=1e-8)
    state = solve_steady_state(Model(Contact(0.0), [own, VACUUM], cutoff=5.0))
    found = brute_force.residuals(brute_model(state, lorentzian, 0.02))
    at = Unknowns(state.gap, state.mu, state.edge)
    value = evaluate_equations(state.parameters, state.parameters.drive, at)
    jacobian = (value.jacobian * value.scales[:, None])[:, :3]
    jacobian[2] /= DENSITY

    def away(residuals):
        """How far from the state the equations' solution is: gap, mu, and mu_b."""
        gap, mu, edge = np.abs(np.linalg.solve(jacobian, residuals))
        return np.array([gap, mu, mu + edge])

    # the rule's own error: 1e-11 of the sums, as in the test of the paper's model
    assert (away(found) <= np.array(state.error) + away(np.full(3, 1e-10))).all()
    assert max(state.error) < 1e-4
    # another width is seen
    other = brute_force.residuals(brute_model(state, lambda x: lorentzian(1.01 * x), 0.02))
    assert away(other)[0] > 10 * state.error[0]


class _Brute(brute_force_response.Model):
    def distribution(self, nu):
        return self.gamma_b * (1 - 2 * lorentzian(nu - self.edge)) + self.gamma_v


@pytest.mark.slow
def test_the_response_of_a_broadened_step_by_brute_force():
    own = Reservoir("bath", 0.1, occupation=lorentzian, steps=[(0.0, 0.02)], accuracy=1e-7)
    drain = Reservoir.empty("vacuum", 2e-2)
    state = solve_steady_state(Model(Contact(0.5), [own, drain], cutoff=3.0))
    # the poles of the occupation are 0.02 away from its step, as those at T = 0.02/pi
    model = _Brute(state.gap, state.mu, state.edge, 0.1, 2e-2, 0.02 / math.pi, 0.5)
    q, omega = 0.4, 0.1 + 0.2j
    exact = brute_force_response.fluctuation_matrix(model, q, omega)
    found = fluctuation_matrix(state, q, omega, full=True)
    # as in the test of the paper's model: 2e-7
    assert (np.abs(found.value - exact) <= found.error + 2e-7 * np.abs(exact).max()).all()
    assert found.error.max() < 1e-5


def test_reservoirs_with_one_occupation_are_one_to_the_bit():
    steps = [(0.0, 0.08)]
    whole = Reservoir("bath", 1e-3, occupation=warm, steps=steps)
    halves = [replace(whole, name=name, rate=5e-4) for name in ("left", "right")]
    one, other = (solve_steady_state(Model(Contact(-0.5), [*r, VACUUM])) for r in ([whole], halves))
    assert (one.gap, one.mu, one.edge) == (other.gap, other.mu, other.edge)
    m, n = (fluctuation_matrix(s, Q, OMEGA) for s in (one, other))
    np.testing.assert_array_equal(m, n)


def test_the_weight_counts_the_occupied_states():
    own = Reservoir("bath", 1e-3, occupation=wire, steps=[(0.2, 0.0), (-0.1, 0.0)])
    state = solve_steady_state(Model(Contact(0.0), [own, VACUUM]))
    at = state.edge + np.array([-0.2, 0.0, 0.3])
    p = 0.5
    weight = occupied_spectral_weight(state, p, at)
    # G^K = G^R Sigma^K G^A by two matrices, and -i G^< = -i (G^K - G^R + G^A)/2
    for w, value in zip(at, weight, strict=True):
        xi, gap, gamma = p * p - state.mu, state.gap, 1.1e-3
        inverse = np.array([[w + 1j * gamma - xi, gap], [gap, w + 1j * gamma + xi]])
        retarded = np.linalg.inv(inverse)
        filling = [1.1e-3 - 2e-3 * wire(np.array(x - state.edge)) for x in (w, -w)]
        keldysh = retarded @ np.diag([-2j * filling[0], 2j * filling[1]]) @ retarded.conj().T
        lesser = (keldysh - retarded + retarded.conj().T)[0, 0] / 2
        assert value == pytest.approx((-1j * lesser).real, rel=1e-9)


def test_what_is_saved_is_the_sum_of_steps(tmp_path):
    own = Reservoir("bath", 1e-3, occupation=lorentzian, steps=[(0.0, 0.02)], accuracy=1e-4)
    model = Model(Contact(-0.5), [own, VACUUM], cutoff=5.0)
    model.save(tmp_path / "model.json")
    again = load(tmp_path / "model.json")
    assert again == model
    x = np.linspace(-1, 1, 7)
    np.testing.assert_array_equal(again.reservoirs[0].occupation(x), own.occupation(x))
    save(own.occupation, tmp_path / "occupation.json")
    assert load(tmp_path / "occupation.json") == own.occupation


def test_everything_that_must_hold_does():
    own = Reservoir("bath", 1e-3, occupation=warm, steps=[(0.0, 0.08)], accuracy=1e-7)
    model = Model(Contact(0.0), [own, VACUUM])
    found = verify(solve_steady_state(model), points=1, slow=0)
    assert found.holds, str(found)
    # it has no temperature that could be changed
    assert parameter_paths(model)[-2:] == ("reservoirs.bath.rate", "reservoirs.vacuum.rate")


def test_a_state_at_a_part_of_the_drive_is_that_of_the_model_at_that_part():
    own = Reservoir("bath", 1e-3, occupation=wire, steps=[(0.2, 0.0), (-0.1, 0.0)])
    model = Model(Contact(0.0), [own, VACUUM])
    state = solve_steady_state(model.driven(model.drive / 2))
    # half of the bath is in equilibrium still: three leads at one unknown potential
    names = [r.name for r in state.parameters.reservoirs]
    assert names == ["bath", "bath_in_equilibrium", "vacuum"]
    edges = [(f.rate, f.edge - state.edge) for f in state.occupation.filled]
    expected = [(3.75e-4, -0.1), (1.25e-4, 0.2), (5e-4, 0.0)]
    np.testing.assert_allclose(edges, expected, rtol=1e-12, atol=1e-15)
