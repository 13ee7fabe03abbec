"""Modes from values on the real axis, against those in the complex plane."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import Parameters, collective_mode, solve_steady_state
from numerics.response.determinant import determinant
from numerics.stability.axis_count import axis_modes
from numerics.stability.refinement import refine

#: Growing and damped modes, with and without a real part; pairs of growing ones; none.
CASES = (
    ((-1.0, 1e-3, 1e-4), 0.02),
    ((-1.0, 1e-3, 1e-4), 0.1),
    ((-1.0, 1e-3, 1e-4), 0.3),
    ((1.0, 1e-3, 1e-5), 0.02),
    ((1.0, 1e-3, 2e-6), 0.02),
    ((-2.0, 1e-3, 7.4e-5), 0.005),
    ((0.0, 1e-3, 1e-5), 0.0105),
    ((0.0, 1e-3, 0.0), 0.1),
)


def states(arguments):
    return solve_steady_state(Parameters(*arguments))


@pytest.mark.parametrize(("arguments", "q"), CASES)
def test_modes_and_counts_are_those_of_the_complex_plane(arguments, q):
    state = states(arguments)
    (found,) = axis_modes(state, np.array([q]))
    expected = collective_mode(state, q)
    assert expected.status == "complete"
    above = expected.frequencies[expected.frequencies.imag > 0]
    assert found.complete
    assert found.growing == sum(2 if w.real > 0 else 1 for w in above)
    assert len(found.frequencies) == len(expected.frequencies)
    for w in expected.frequencies:
        k = int(np.argmin(np.abs(found.frequencies - w)))
        # both are as good as their M, 1e-8 and 1e-9 of it, at worst
        assert abs(found.frequencies[k] - w) < 1e-7 * (1e-3 + abs(w)) + found.errors[k]


def test_the_fastest_growing_comes_first():
    (found,) = axis_modes(states((0.0, 1e-3, 1e-5)), np.array([0.0105]))
    assert found.growing == 2
    assert (np.diff(found.frequencies.imag) < 0).all()


def test_det_vanishes_at_the_modes_within_their_errors():
    state = states((-1.0, 1e-3, 1e-4))
    q = np.array([0.005, 0.02, 0.1, 0.2])
    for modes in axis_modes(state, q):
        for w, error in zip(modes.frequencies, modes.errors, strict=True):
            value, _ = determinant(state, modes.q, w, 1e-11)
            ahead, _ = determinant(state, modes.q, w + 1e-4 * abs(w), 1e-11)
            slope = abs(ahead - value) / (1e-4 * abs(w))
            assert abs(value) / slope < error + 1e-8 * (1e-3 + abs(w))


def test_refinement_from_far_away_is_no_number():
    state = states((-1.0, 1e-3, 0.0))
    roots, errors = refine(state, np.array([0.3]), np.array([0.02 + 0.01j]))
    assert np.isnan(roots[0])
    assert np.isinf(errors[0])


def test_no_mode_grows_without_decay():
    # in equilibrium with the bath, at any coupling and wave number
    for inv_kfa in (-1.5, 0.0, 1.0):
        state = states((inv_kfa, 1e-3, 0.0))
        for modes in axis_modes(state, np.geomspace(1e-3, 2.0, 9)):
            assert modes.growing == 0
            assert modes.complete


def test_modes_are_left_out_where_none_grows() -> None:
    state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=1e-4))
    q = np.geomspace(1e-3, 1.0, 12)
    every = axis_modes(state, q)
    growing = [modes.growing for modes in every]
    assert 0 in growing
    some = axis_modes(state, q, growing=1)
    assert [modes.q for modes in some] == [m.q for m in every if m.growing > 0]
    fastest = max(m.frequencies.imag.max(initial=-1.0) for m in every)
    for enough, left_out in ((0.9 * fastest, True), (1.1 * fastest, False)):
        found = axis_modes(state, q, enough=enough)
        assert [modes.growing for modes in found] == growing
        assert all(modes.complete for modes in found)
        for modes, known in zip(found, every, strict=True):
            expected = known.frequencies[: 0 if left_out and known.growing == 0 else None]
            assert modes.frequencies == pytest.approx(expected, rel=1e-9)


def test_modes_are_counted_above_a_growth_rate() -> None:
    state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=1e-4))
    q = np.geomspace(1e-2, 1.0, 9)
    every = axis_modes(state, q)
    fastest = max(modes.frequencies.imag.max(initial=-1.0) for modes in every)
    for part in (0.3, 0.7, 1.1):
        height = part * fastest
        above = axis_modes(state, q, height=height, enough=-1.0, known=every[::4])
        for modes, known in zip(above, every, strict=True):
            faster = known.frequencies[known.frequencies.imag > height]
            assert modes.growing == np.where(faster.real > 0, 2, 1).sum()
            assert modes.complete
            found = modes.frequencies[modes.frequencies.imag > height]
            assert found == pytest.approx(faster, rel=1e-9)
