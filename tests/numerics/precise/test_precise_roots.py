"""Roots of det M whose sign is known, and their number above the axis."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import numerics.precise.counts as counts
from numerics import (
    ConvergenceError,
    Parameters,
    collective_mode,
    growth_rate,
    hydrodynamics,
    solve_steady_state,
)
from numerics.precise import PreciseMatrix, certified_count, certified_rate
from numerics.precise.roots import _root
from numerics.response.determinant import determinant, uniform_modes
from numerics.response.fluctuation import fluctuation_matrix

#: The fast route shows growth of 4e-6 here, at wave numbers near 0.15 gamma.
BALANCED = Parameters(inv_kfa=2.0, gamma_b=1e-5)
DRIVEN = Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=1e-4)


class Toy:
    """A function with known roots in place of det M."""

    gamma = 1.0

    def __init__(self, function, error=0.0):
        self.function, self.error = function, error

    def __call__(self, omega, digits):
        return self.function(omega), self.error


def test_nothing_grows_in_equilibrium():
    state = solve_steady_state(BALANCED)
    q = 0.15 * BALANCED.linewidth
    slow = min(uniform_modes(hydrodynamics(state), q), key=lambda w: -w.real)
    found = certified_rate(state, q, slow)
    assert found.verdict == "decays"
    # the expansion leaves out (q/gamma)^2 of the mean free path, 2 k_F/gamma, and (omega/gamma)^2
    left = (q / (2 * BALANCED.linewidth)) ** 2 + (abs(slow) / BALANCED.linewidth) ** 2
    assert abs(complex(found.omega) - slow) < left * abs(slow)
    assert abs(found.omega.imag - slow.imag) < left * abs(slow.imag)


def test_too_few_digits_decide_nothing():
    state = solve_steady_state(BALANCED)
    q = 0.15 * BALANCED.linewidth
    slow = min(uniform_modes(hydrodynamics(state), q), key=lambda w: -w.real)
    found = certified_rate(state, q, slow, 16)
    assert found.verdict == "undecided"
    assert found.status == "given up at 16 digits"
    assert abs(found.omega.imag) <= found.error
    counted = certified_count(state, q, 8)
    assert counted.count is None
    assert "not told from zero by 8 digits" in counted.status


def test_a_growing_mode_is_that_of_the_fast_route():
    state = solve_steady_state(DRIVEN)
    fast = growth_rate(state)
    found = certified_rate(state, fast.q, complex(fast.omega, fast.rate))
    assert found.verdict == "grows"
    assert abs(float(found.omega.imag) - fast.rate) <= fast.error + found.error
    modes = collective_mode(state, fast.q)
    counted = certified_count(state, fast.q)
    assert counted.count == sum(2 if w.real > 0 else 1 for w in modes.frequencies if w.imag > 0)
    assert counted.margin > 10


@pytest.mark.slow
def test_nothing_is_counted_in_equilibrium():
    state = solve_steady_state(BALANCED)
    counted = certified_count(state, 0.15 * BALANCED.linewidth)
    assert counted.count == 0
    assert counted.digits > 16
    assert counted.margin > 10


@pytest.mark.slow
@pytest.mark.parametrize("guess", [0.003 + 0.005j, 0.0027 + 0.0049j])
def test_errors_bound_the_distance_to_a_better_root(guess):
    state = solve_steady_state(DRIVEN)
    fine = certified_rate(state, 0.01, guess, relative=1e-25)
    for relative in (1.0, 1e-15):
        rough = certified_rate(state, 0.01, guess, relative=relative)
        with mpmath.workdps(60):
            assert abs(rough.omega - fine.omega) <= rough.error + fine.error


@pytest.mark.parametrize("error", [1e-6, 1e-12])
def test_the_bound_of_a_root_contains_it(error):
    root = mpmath.mpc(0.1, 1e-3)
    toy = Toy(lambda w: (w - root + error / 2) * (w + 3j) * mpmath.exp(w), error * 3.5)
    found, bound, _ = _root(toy, mpmath.mpc(0.12, 0), None, 20)
    assert abs(found - root) <= bound <= 10 * error


def test_a_double_root_has_no_bound():
    toy = Toy(lambda w: (w - 0.1) ** 2 * (w + 3j), 1e-12)
    try:
        _, bound, _ = _root(toy, mpmath.mpc(0.11, 0), None, 20)
    except ConvergenceError:
        return
    assert bound == np.inf


@pytest.mark.slow
def test_a_root_far_from_the_guess_is_refused():
    state = solve_steady_state(DRIVEN)
    with pytest.raises(ConvergenceError):
        certified_rate(state, 0.01, 0.3 + 0.01j)


@pytest.mark.slow
def test_a_wrong_sign_in_the_determinant_changes_the_count(monkeypatch):
    state = solve_steady_state(DRIVEN)

    def wrong(state, q, omega, rtol=1e-8):
        m = 4 * np.pi * fluctuation_matrix(state, q, omega)
        value = m[..., 0, 0] * m[..., 1, 1] + m[..., 0, 1] * m[..., 1, 0]
        return value, determinant(state, q, omega)[1]

    def wrong_too(self):
        a, b, c, d = self.value
        return (4 * mpmath.pi) ** 2 * (a * d + b * c)

    right = certified_count(state, 0.05).count
    monkeypatch.setattr(counts, "determinant", wrong)
    monkeypatch.setattr(PreciseMatrix, "determinant", property(wrong_too))
    assert certified_count(state, 0.05).count != right == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 0.1), "q = 0.0 is outside its domain: q > 0"),
        ((0.1, -1j), "omega = .* is outside its domain"),
        ((0.1, 0.1, 1000), "digits = 1000 is outside its domain"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        certified_rate(solve_steady_state(DRIVEN), *arguments)


def test_a_wave_number_of_zero_is_refused():
    with pytest.raises(ValueError, match="q > 0"):
        certified_count(solve_steady_state(DRIVEN), 0.0)
