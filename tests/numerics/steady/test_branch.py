"""The branch of steady states along the decay rate: course, agreement and end."""

import itertools

import numpy as np
import pytest
from scipy.optimize import root

from numerics import (
    ConvergenceError,
    NoCondensate,
    Parameters,
    solve_steady_state,
    trace_steady_states,
)
from numerics.steady import scaling as system
from numerics.steady.equations import Unknowns, evaluate_equations
from tests.numerics.support import brute_force
from tests.numerics.support.brute_force import Model

UNITARITY = Parameters(0.0)  # gamma_b = 1e-3, cutoff = 100


@pytest.fixture(scope="module")
def branch():
    rates = UNITARITY.gamma_b * np.linspace(0.0, 1.1, 200)
    return trace_steady_states(UNITARITY, rates)


def test_every_rate_has_a_state_up_to_the_end(branch):
    exists = np.array([state is not None for state in branch.states])
    assert branch.gamma_v.shape == exists.shape == (200,)
    np.testing.assert_array_equal(exists, branch.gamma_v < branch.end)
    assert "ends with a vanishing order parameter at gamma_v/gamma_b = 0.9971" in branch.status
    for rate, state in zip(branch.gamma_v, branch.states, strict=True):
        if state is not None:
            assert state.parameters == UNITARITY.replace(gamma_v=rate)
            assert state.residual <= 1e-10


@pytest.mark.parametrize("k", [0, 1, 2, 40, 100, 170, 179, 180])
def test_it_agrees_with_separate_solves(branch, k):
    traced = branch.states[k]
    alone = solve_steady_state(UNITARITY.replace(gamma_v=branch.gamma_v[k]))
    for name, *errors in zip(("gap", "mu", "mu_b"), traced.error, alone.error, strict=True):
        assert abs(getattr(traced, name) - getattr(alone, name)) <= sum(errors)


def test_separate_solves_find_a_condensate_up_to_the_end_and_none_beyond(branch):
    for rate in (branch.end * 1.0001, branch.gamma_v[-1]):
        with pytest.raises(NoCondensate) as ended:
            solve_steady_state(UNITARITY.replace(gamma_v=float(rate)))
        assert ended.value.end == pytest.approx(branch.end, rel=1e-10)
    solve_steady_state(UNITARITY.replace(gamma_v=branch.end * 0.9999))


@pytest.mark.parametrize("below", [1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10])
def test_solves_close_to_the_end_come_to_an_end_themselves(branch, below, monkeypatch):
    # The order parameter is the square root of the distance from the end, which is itself known to
    # 1e-13 or so: there is a state, and a solve must not search for it forever.
    evaluations = itertools.count()

    def limited(*arguments):
        if next(evaluations) > 1000:
            pytest.fail("1000 evaluations, where a hundred are usual")
        return evaluate_equations(*arguments)

    monkeypatch.setattr(system, "evaluate_model", limited)
    state = solve_steady_state(UNITARITY.replace(gamma_v=branch.end * (1 - below)))
    nearby = solve_steady_state(UNITARITY.replace(gamma_v=branch.end * (1 - 1e-4)))
    expected = nearby.gap * np.sqrt(below / 1e-4)
    assert state.gap == pytest.approx(expected, rel=0.01)


def test_the_order_parameter_falls_with_the_decay_at_unitarity(branch):
    # Fig. 4 of the paper
    gap = np.array([s.gap for s in branch.states if s is not None])
    assert (np.diff(gap) < 0).all()
    assert gap[-1] < 0.1 * gap[0]


def test_the_order_parameter_vanishes_like_a_square_root():
    rates = np.geomspace(1e-2, 1e-5, 4)
    end = trace_steady_states(UNITARITY, [1.1e-3]).end
    squares = np.array(
        [solve_steady_state(UNITARITY.replace(gamma_v=end * (1 - r))).gap ** 2 for r in rates]
    )
    # the last two decades are linear up to the next term of a series in 1 - gamma_v/end
    orders = np.diff(np.log(squares)) / np.diff(np.log(rates))
    assert orders[-1] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("inv_kfa", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("gamma_b", [1e-5, 1e-4, 1e-3])
def test_the_edge_climbs_to_the_lowest_excitation_as_the_decay_sets_in(inv_kfa, gamma_b):
    # Im (33) balances the decay, gamma gamma_v sum 1/(E^2 + gamma^2)^2..., by what the bath feeds
    # through the wings of its states: gamma_b^2 times the edge's distance from them.  So mu_b - mu
    # is of the order of the lowest excitation once gamma_v/gamma_b ~ gamma_b, and not before.
    parameters = Parameters(inv_kfa, gamma_b)
    ratios = gamma_b * np.array([1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0])
    states = trace_steady_states(parameters, gamma_b * ratios).states
    part = np.array([s.edge / s.lowest_excitation for s in states])
    assert (np.diff(part) > 0).all() or inv_kfa > 0
    assert part[0] < 0.02
    assert part[1] / part[0] == pytest.approx(10, rel=0.05)  # linear at first
    assert part[4] > 0.9
    assert abs(states[4].edge - states[4].lowest_excitation) < 20 * np.sqrt(gamma_b) * states[4].gap


def ends_by_another_route(inv_kfa, gamma_b, cutoff, guess):
    """Solve (33) and (34) at Delta_0 = 0 in (mu, edge, gamma_v) by brute force."""

    def residuals(x):
        mu, edge, ratio = x
        model = Model(0.0, mu, edge, gamma_b, ratio * gamma_b, 0.0, inv_kfa, cutoff)
        found = brute_force.residuals(model, rtol=1e-10)
        return found * [1, 1 / gamma_b, 1]

    solved = root(residuals, guess, method="hybr", tol=1e-12)
    assert np.abs(solved.fun).max() < 1e-10
    return solved.x[2]


@pytest.mark.parametrize(
    ("inv_kfa", "gamma_b", "cutoff", "guess"),
    [
        # root only finds what is near; the guesses have one or two digits
        (0.0, 1e-3, 100.0, (1.0, 0.45, 1.0)),
        pytest.param(1.0, 1e-3, 100.0, (-0.35, 1.5, 0.4), marks=pytest.mark.slow),
        pytest.param(0.0, 1e-2, 100.0, (0.13, 0.05, 0.8), marks=pytest.mark.slow),
        pytest.param(-1.0, 1e-3, 30.0, (1.4, 0.05, 1.0), marks=pytest.mark.slow),
    ],
)
def test_the_end_of_the_branch_solves_the_printed_equations_at_zero_gap(
    inv_kfa, gamma_b, cutoff, guess
):
    branch = trace_steady_states(Parameters(inv_kfa, gamma_b, cutoff=cutoff), [1.2 * gamma_b])
    exact = ends_by_another_route(inv_kfa, gamma_b, cutoff, guess)
    assert branch.end / gamma_b == pytest.approx(exact, rel=1e-8)
    assert f"gamma_v/gamma_b = {exact:.6g} " in branch.status


@pytest.mark.parametrize("temperature", [0.0, 0.1])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 100.0])
def test_no_condensate_where_the_decay_outruns_the_bath(temperature, ratio):
    # F_+(nu) = gamma_v + gamma_b [1 - f_b(nu) - f_b(-nu)] > gamma_v - gamma_b, because f_b <= 1 and
    # is not 1 everywhere.  At gamma_v >= gamma_b it is positive, and so is the imaginary part of
    # (33), gamma times the sum of F_+ over positive denominators: there is no solution.
    for inv_kfa in (-2.0, -0.5, 0.0, 1.0, 3.0):
        parameters = Parameters(inv_kfa, 1e-3, 1e-3 * ratio, temperature)
        with pytest.raises(NoCondensate):
            solve_steady_state(parameters)
        for edge in (0.0, 0.4, 5.0):
            at = Unknowns(0.3, 0.5, edge)
            assert evaluate_equations(parameters, parameters.gamma_v, at).residuals[1] > 0


def test_without_rates_there_are_no_states():
    branch = trace_steady_states(UNITARITY, [])
    assert branch.states == ()
    assert branch.end is None
    assert branch.status == "complete"


def test_equal_rates_have_equal_states():
    first, second = trace_steady_states(UNITARITY, [1e-5, 1e-5]).states
    assert first == second


def test_a_branch_that_is_not_followed_to_the_end_is_an_error(monkeypatch):
    monkeypatch.setattr("numerics.steady.branch._MOST_POINTS", 3)
    with pytest.raises(ConvergenceError, match="did not converge") as caught:
        solve_steady_state(Parameters(0.0, 1e-3, 5e-4))
    assert caught.value.last is not None
