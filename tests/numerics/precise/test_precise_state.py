"""The steady state to many digits."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest

from numerics import Contact, Model, Parameters, Reservoir, solve_steady_state
from numerics.precise import precise_state

LEADS = [
    Reservoir("lead", 1e-3, mu=0.4),
    Reservoir("furnace", 5e-4, mu=0.9, temperature=0.05),
    Reservoir.empty("vacuum", 1e-4),
]
CASES = {
    "three": Model(Contact(-0.5), [Reservoir("bath", 4e-3), *LEADS]),
    "given": Model(Contact(0.0), [Reservoir("bath", 4e-3, mu=0.7), *LEADS], density=False),
    "weak": Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5),
    "balanced": Parameters(inv_kfa=1.0, gamma_b=1e-5),
    "narrow": Parameters(inv_kfa=-2.0, gamma_b=1e-8, gamma_v=1e-9),
    "low-cutoff": Parameters(inv_kfa=0.0, gamma_b=1e-2, gamma_v=1e-3, cutoff=2.0),
    "warm": Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5, temperature=0.05),
}


def distances(a, b):
    with mpmath.workdps(60):
        return [float(abs(x - y)) for x, y in zip(a, b, strict=True)]


def numbers(state):
    return state.gap, state.mu, state.edge


@pytest.mark.parametrize("name", CASES)
def test_errors_bound_the_distance_to_a_better_solution(name):
    state = solve_steady_state(CASES[name])
    rough, fine = precise_state(state, 12), precise_state(state, 28)
    smallest = min(state.gap, state.parameters.linewidth)
    assert max(rough.error) <= 1e-12 * smallest
    assert max(fine.error) <= 1e-28 * smallest
    for distance, bound in zip(distances(numbers(rough), numbers(fine)), rough.error, strict=True):
        assert distance <= bound + max(fine.error)


@pytest.mark.parametrize("name", CASES)
def test_the_state_in_double_precision_is_within_its_bounds(name):
    state = solve_steady_state(CASES[name])
    precise = precise_state(state, 20)
    for value, exact, bound in zip(
        (state.gap, state.mu, state.mu_b),
        (precise.gap, precise.mu, precise.mu_b),
        state.error,
        strict=True,
    ):
        assert abs(float(value - exact)) <= bound


@pytest.mark.parametrize("name", ["weak", "balanced", pytest.param("warm", marks=pytest.mark.slow)])
def test_both_arithmetics_give_the_same(name):
    state = solve_steady_state(CASES[name])
    one, other = (precise_state(state, 12, arithmetic=a) for a in ("mpmath", "flint"))
    for distance, x, y in zip(
        distances(numbers(one), numbers(other)), one.error, other.error, strict=True
    ):
        assert distance <= x + y


def test_a_wrong_start_is_refined():
    state = solve_steady_state(CASES["weak"])
    near = solve_steady_state(CASES["weak"].replace(gamma_v=2.11e-5))
    wrong = replace(state, gap=near.gap, mu=near.mu, mu_b=near.mu_b, edge=near.edge)
    one, other = precise_state(wrong, 15), precise_state(state, 15)
    for distance, x, y in zip(
        distances(numbers(one), numbers(other)), one.error, other.error, strict=True
    ):
        assert distance <= x + y


def test_a_model_split_in_other_words_has_the_same_digits():
    bath, drain = Reservoir("bath", 1e-3), Reservoir.empty("drain", 2.5e-4)
    halves = [replace(bath, name=name, rate=5e-4) for name in ("left", "right")]
    whole, split = Model(Contact(-1.0), [bath, drain]), Model(Contact(-1.0), [*halves, drain])
    one, other = (precise_state(solve_steady_state(m), 25) for m in (whole, split))
    paper = precise_state(solve_steady_state(Parameters(-1.0, 1e-3, 2.5e-4)), 25)
    for found in (other, paper):
        for distance, x, y in zip(
            distances(numbers(one), numbers(found)), one.error, found.error, strict=True
        ):
            assert distance <= x + y


def test_a_given_potential_is_met():
    found = precise_state(solve_steady_state(CASES["given"]), 25)
    with mpmath.workdps(40):
        assert abs(found.mu_b - mpmath.mpf(0.7)) <= found.error[1] + found.error[2] + 1e-30


def test_bad_input_is_refused():
    state = solve_steady_state(CASES["weak"])
    with pytest.raises(ValueError, match="digits = 3 is outside its domain: an integer from 5"):
        precise_state(state, 3)
    with pytest.raises(ValueError, match="arithmetic = 'double' is outside its domain"):
        precise_state(state, 10, arithmetic="double")
