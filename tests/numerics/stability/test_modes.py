"""Collective modes: zeros of analytic functions, and those of det M."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from numerics import (
    Parameters,
    collective_mode,
    fluctuation_matrix,
    hydrodynamics,
    solve_steady_state,
)
from numerics.solve.analytic_roots import Rectangle, count_mirrored, zeros_in
from tests.numerics.stability.test_equilibrium_modes import mode

COMPLEX = st.complex_numbers(max_magnitude=2.0, allow_nan=False)


@given(st.lists(COMPLEX, min_size=0, max_size=6))
@example([0j, 0.015625 + 0j, 0.015625 + 0.0625j])
@example([0j, 0.0625j])
@settings(deadline=None, max_examples=60)
def test_zeros_of_a_product(zeros: list[complex]) -> None:
    box = Rectangle(-1 - 0.7j, 1.1 + 0.9j)
    # simple zeros, none on the boundary
    assume(all(abs(a - b) > 0.01 for i, a in enumerate(zeros) for b in zeros[:i]))
    for z in zeros:
        assume(min(abs(z.real + 1), abs(z.real - 1.1)) > 0.01)
        assume(min(abs(z.imag + 0.7), abs(z.imag - 0.9)) > 0.01)

    def function(w):
        return np.exp(w) * np.prod([w - z for z in zeros] or [np.ones_like(w)], axis=0)

    inside = [z for z in zeros if box.contains(z)]
    found = zeros_in(function, box)
    assert found.complete
    assert found.count == len(inside)
    assert all(min(abs(z - w) for w in found.values) < 1e-9 for z in inside)


@given(st.lists(COMPLEX, min_size=0, max_size=4), st.booleans())
@example([0.5 - 0.68j, 0.52 - 0.68j], False)
@settings(deadline=None, max_examples=60)
def test_zeros_and_their_mirror_images(zeros: list[complex], axis: bool) -> None:
    window = Rectangle(-0.7j, 1.1 + 0.9j)
    alone = [0.3j, -0.2j, 1.3j] if axis else []
    every = [*zeros, *(-z.conjugate() for z in zeros), *alone]
    for z in every:
        assume(abs(abs(z.real) - 1.1) > 0.01)
        assume(min(abs(z.imag + 0.7), abs(z.imag - 0.9)) > 0.01)
    taken = []

    def function(w):
        taken.append(w.size)
        # conjugate values at w and minus its conjugate
        factors = [w - z for z in every] or [np.ones_like(w)]
        return np.cos(w) * 1j ** len(alone) * np.prod(factors, axis=0)

    found = count_mirrored(function, window)
    assert found.complete
    assert found.count == sum(abs(z.real) < 1.1 and -0.7 < z.imag < 0.9 for z in every)
    assert found.evaluations == sum(taken)


def test_two_zeros_next_to_one_step_are_seen() -> None:
    # between the first points on the lower side, they turn the argument by a whole circle there
    pair = [0.137 - 0.699j, 0.138 - 0.698j]

    def function(w):
        return np.prod([(w - z) * (w + z.conjugate()) for z in pair], axis=0)

    found = count_mirrored(function, Rectangle(-0.7j, 1.1 + 0.9j))
    assert (found.count, found.complete) == (4, True)
    # and none is one too many where f only falls towards a step from one side
    far = count_mirrored(lambda w: (w - 3) ** 2 * (w + 3) ** 2, Rectangle(-0.7j, 1.1 + 0.9j))
    assert (far.count, far.complete) == (0, True)
    assert far.evaluations < 50


@pytest.mark.parametrize(
    ("zeros", "alone", "pole"),
    [
        ([0.1805 - 0.7703j, 2.9062 - 0.6837j, 0.0396 + 0.4311j], 0.17j, 0.023 - 1j),
        ([1.1541 - 0.5222j, 0.0481 + 0.4194j, 0.6321 + 0.1472j], 0.186j, None),
    ],
)
def test_a_turn_of_which_a_near_zero_is_half_is_seen(
    zeros: list[complex], alone: complex, pole: complex | None
) -> None:
    # the rest is due to zeros farther away, and there is a step between the first points for it all
    def function(w):
        pairs = [(w - z) * (w + z.conjugate()) for z in zeros]
        value = 1j * (w - alone) * np.prod(pairs, axis=0)
        return value if pole is None else value / ((w - pole) * (w + pole.conjugate())) ** 2

    marks = [-1j] if pole is None else [pole, -1j]
    found = count_mirrored(function, Rectangle(-0.8j, 40 + 20j), marks)
    assert (found.count, found.complete) == (7, True)


def test_modes_take_few_values() -> None:
    # a search that divides the window takes hundreds
    state = solve_steady_state(DRIVEN["pattern"][0])
    for q in (0.02, 0.1, 0.5):
        found = collective_mode(state, q)
        assert found.status == "complete"
        assert found.evaluations < 120


def test_marks_find_a_narrow_pair() -> None:
    # a zero and a pole close to each other below the boundary turn the argument for a moment
    z, pole = 0.3 - 1e-5j, 0.3 - 2.1e-5j

    def function(w):
        return (w - z) / (w - pole) * (w - 0.5j)

    box = Rectangle(-1 - 1.5e-5j, 1 + 1j)
    assert zeros_in(function, box, [0.3 - 2e-5j]).count == 2


def test_says_what_it_did_not_find() -> None:
    # a double zero is not two simple ones; neither are values on the boundary zeros inside
    found = zeros_in(lambda w: (w - 0.1) ** 2, Rectangle(-1 - 1j, 1 + 1j))
    assert (found.count, found.complete) == (2, False)
    assert not zeros_in(lambda w: w - 1, Rectangle(-1 - 1j, 1 + 1j)).complete


def test_sound_in_equilibrium() -> None:
    state = solve_steady_state(Parameters(0.0, 1e-5, cutoff=30.0))
    for q in (0.05, 0.2):
        found = collective_mode(state, q)
        assert found.status == "complete"
        (omega,) = found.frequencies
        expected = mode(state, q, 0.88 * q)
        assert omega == pytest.approx(expected, rel=1e-7)


DRIVEN = {
    "attraction": (Parameters(1.0, 1e-3, 1e-5), 0.1),
    "pattern": (Parameters(-1.0, 1e-3, 1e-4), 0.1),
    "oscillation": (Parameters(-1.0, 1e-3, 1e-4), 0.02),
    "stable": (Parameters(-1.0, 1e-3, 2.1e-5), 0.02),
}


@pytest.mark.parametrize("name", DRIVEN)
def test_modes_of_driven_states(name: str) -> None:
    parameters, q = DRIVEN[name]
    state = solve_steady_state(parameters)
    found = collective_mode(state, q)
    assert found.status == "complete"
    assert len(found.frequencies) > 0
    grows = found.frequencies.imag.max() > 0
    assert grows == (name != "stable")
    for omega, vector in zip(found.frequencies, found.vectors, strict=True):
        m = fluctuation_matrix(state, q, omega)
        # M is as singular as the root is known, and maps the vector to zero
        singular = np.linalg.svd(m, compute_uv=False)
        assert singular[1] < 1e-6 * singular[0]
        assert np.abs(m @ vector).max() < 1e-6 * np.abs(m).max()


def test_count_by_dense_sampling() -> None:
    # the argument along the boundary, without any choice of points
    parameters, q = DRIVEN["pattern"]
    state = solve_steady_state(parameters)
    found = collective_mode(state, q)
    gamma, right = state.parameters.linewidth, 2.2 * state.lowest_excitation
    low, high = complex(-right, -0.8 * gamma), complex(right, right / 2)
    corners = [low, complex(high.real, low.imag), high, complex(low.real, high.imag), low]
    path = np.concatenate(
        [a + np.arange(1500) / 1500 * (b - a) for a, b in itertools.pairwise(corners)]
    )
    m = fluctuation_matrix(state, q, path)
    determinant = m[:, 0, 0] * m[:, 1, 1] - m[:, 0, 1] * m[:, 1, 0]
    turns = np.angle(np.roll(determinant, -1) / determinant)
    assert np.abs(turns).max() < 1.5
    assert found.count == round(turns.sum() / (2 * math.pi))


def test_diffusive_goldstone_mode() -> None:
    # (48) for v q << gamma: the mode near omega = 0 moves like q^2
    state = solve_steady_state(Parameters(0.0, 1e-2, 1e-3, cutoff=20.0))
    law = hydrodynamics(state)
    for q in (2e-4, 4e-4):
        expected = law.modes(q)[0]
        found = collective_mode(state, q)
        nearest = found.frequencies[np.argmin(np.abs(found.frequencies))]
        assert nearest == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"q": 0.0}, "q = 0.0 is outside its domain: wave numbers"),
        ({"q": math.nan}, "q = nan is outside its domain"),
        ({"q": 0.1, "largest": -1.0}, "largest = -1.0 is outside its domain"),
        ({"q": 0.1, "growth": 0.0}, "growth = 0.0 is outside its domain"),
    ],
)
def test_bad_arguments(arguments: dict[str, float], said: str) -> None:
    state = solve_steady_state(Parameters(0.0))
    with pytest.raises(ValueError, match=said):
        collective_mode(state, **arguments)


def test_a_search_in_noise_ends_and_says_so():
    # three zeros are counted from outside, and lie where the values are noise
    noise = np.random.default_rng(7)
    calls = []

    def rounded(w):
        calls.append(w.size)
        lost = np.exp(2j * np.pi * noise.random(w.size))
        return np.where(np.abs(w) < 0.7, lost, w**3)

    found = zeros_in(rounded, Rectangle(-1 - 1j, 1 + 1j))
    assert (found.count, found.complete) == (3, False)
    # the last side that is begun may go on to its own limit
    assert sum(calls) < 40_000
