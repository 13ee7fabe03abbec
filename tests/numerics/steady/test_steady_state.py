"""Every solve ends with a state that solves the equations, or says that there is none."""

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import NoCondensate, Parameters, SteadyState, solve_steady_state
from numerics.steady.equations import Unknowns, evaluate_equations
from tests.numerics.support.equation_points import powers_of_ten

DENSITY = 1 / (3 * np.pi**2)


def parameters(temperatures):
    def build(inv_kfa, gamma_b, ratio, temperature, cutoff):
        return Parameters(inv_kfa, gamma_b, ratio * gamma_b, temperature, cutoff)

    return st.builds(
        build,
        st.floats(-3.0, 3.0),
        powers_of_ten(-6.0, np.log10(3e-2)),
        st.one_of(st.floats(0.0, 1.2), powers_of_ten(-7.0, 0.0)),
        temperatures,
        powers_of_ten(np.log10(2.0), 3.0),
    )


def outcome(given_parameters):
    try:
        return solve_steady_state(given_parameters)
    except NoCondensate as ended:
        return ended


def check(given_parameters):
    state = outcome(given_parameters)
    if isinstance(state, NoCondensate):
        assert "\n" not in str(state)
        for name in ("inv_kfa", "gamma_b", "cutoff"):
            assert f"{name} = {getattr(given_parameters, name):g}" in str(state)
        assert state.end is None or 0 < state.end <= given_parameters.gamma_v
        return
    assert state.parameters == given_parameters
    assert state.gap > 0
    assert np.isfinite([state.gap, state.mu, state.mu_b, state.edge, *state.error]).all()
    assert state.number == pytest.approx(DENSITY, rel=1e-9)
    # the residuals are those of the equations, not of the solver's last step
    at = Unknowns(state.gap, state.mu, state.edge)
    value = evaluate_equations(given_parameters, given_parameters.gamma_v, at)
    assert np.abs(value.residuals).max() == state.residual
    assert (np.abs(value.residuals) <= np.maximum(1e-10, value.errors)).all()
    # F_+ > gamma_v - gamma_b at every frequency, so that Im (33) cannot vanish beyond
    assert given_parameters.gamma_v < given_parameters.gamma_b


@settings(deadline=None, max_examples=150)
@given(parameters(st.just(0.0)))
# the dissipative equation is known to 2e-9 of its scale, since doubles are not closer to each other
@example(Parameters(-1.0, 1e-8, 1.1651e-12))
@example(Parameters(0.0, 1e-3, 1e-5))
@example(Parameters(-1.0, 1e-3, 2.1e-5))
@example(Parameters(-3.0, 1e-6, 0.0, 0.0, 1000.0))
@example(Parameters(-3.0, 3e-2, 0.0, 0.0, 2.0))
@example(Parameters(3.0, 1e-6, 1e-6, 0.0, 2.0))
@example(Parameters(3.0, 3e-2, 1e-8, 0.0, 1000.0))
@example(Parameters(0.0, 1e-3, 0.9971e-3))
@example(Parameters(0.0, 1e-3, 0.9972e-3))
@example(Parameters(0.55, 1e-3, 5e-4))
def test_at_zero_temperature(given_parameters):
    check(given_parameters)


@settings(deadline=None, max_examples=100)
@given(parameters(powers_of_ten(-4.0, np.log10(0.3))))
@example(Parameters(0.0, 1e-3, 1e-5, 0.05))
@example(Parameters(-1.0, 1e-3, 1e-5, 1e-4))
@example(Parameters(-3.0, 1e-6, 0.0, 0.3, 1000.0))
@example(Parameters(0.0, 1e-6, 1e-8, 1e-4, 2.0))
def test_at_finite_temperature(given_parameters):
    check(given_parameters)


def test_warm_branches_end_like_cold_ones():
    """The smallest case found: the end of a branch at T > 0, where the order parameter vanishes."""
    with pytest.raises(NoCondensate, match="ends with a vanishing order parameter"):
        solve_steady_state(Parameters(0.0, 1e-3, 1.1e-3, 0.05))


def test_the_equations_are_finite_without_order_parameter():
    # at T = 0 they are; the end of the branch needs them at T > 0 too
    for temperature in (0.0, 0.05):
        value = evaluate_equations(
            Parameters(0.0, temperature=temperature), 5e-4, Unknowns(0.0, 0.8, 0.1)
        )
        assert np.isfinite(value.residuals).all(), temperature
        assert np.isfinite(value.jacobian).all(), temperature


def test_the_edge_is_linear_in_a_vanishing_decay():
    # "to full relative accuracy": the edge must not be found as the difference of larger numbers
    ratios = np.array([1e-13, 1e-11, 1e-9, 1e-7])
    states = [solve_steady_state(Parameters(0.0, 1e-2, 1e-2 * r, 0.0, 10.0)) for r in ratios]
    slopes = np.array([state.edge for state in states]) / ratios
    # the next term is ratio / gamma_b of the first
    np.testing.assert_allclose(slopes, slopes[0], rtol=1e-4)


def test_the_cold_limit_is_zero_temperature():
    # T well below the linewidth shifts the state by (pi T / gamma)**2 of it at most
    zero = solve_steady_state(Parameters(0.0, 1e-2, 1e-3))
    warm, cold = (
        solve_steady_state(Parameters(0.0, 1e-2, 1e-3, temperature)) for temperature in (2e-4, 1e-4)
    )
    shifts = [abs(s.gap - zero.gap) for s in (warm, cold)]
    assert shifts[1] < (np.pi * 1e-4 / 1e-2) ** 2
    assert shifts[0] / shifts[1] == pytest.approx(4, rel=0.05)


def test_a_state_is_frozen_and_knows_its_parameters():
    given_parameters = Parameters(0.3, 2e-3, 1e-5, 0.01, 33.0)
    state = solve_steady_state(given_parameters)
    assert state.parameters == given_parameters
    assert state.parameters.cutoff == 33.0
    assert "cutoff = 33" in repr(state)
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.gap = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.parameters.cutoff = 1.0
    assert state == solve_steady_state(given_parameters)
    assert state.mu_b == state.mu + state.edge


def test_full_gives_value_error_evaluations_and_status():
    given_parameters = Parameters(-1.0, 1e-3, 2.1e-5)
    plain = solve_steady_state(given_parameters)
    value, error, evaluations, status = solve_steady_state(given_parameters, full=True)
    assert isinstance(value, SteadyState)
    assert value == plain
    assert error == value.error
    assert len(error) == 3
    assert all(0 < e < 1e-9 for e in error)
    assert evaluations == value.evaluations > 0
    assert status == value.status == "converged"


@pytest.mark.parametrize(
    ("state", "lowest"),
    [(Unknowns(0.3, 0.5, 0.0), 0.3), (Unknowns(0.3, -0.4, 0.0), 0.5), (Unknowns(0.3, 0.0, 0), 0.3)],
)
def test_the_lowest_excitation(state, lowest):
    # E_p is Delta_0 at p**2 = mu, and at p = 0 where mu < 0
    assert state.lowest_excitation == pytest.approx(lowest, rel=1e-15)
