"""Counting, modes, branches, growth and dispersion of spectra whose roots are known in closed form.

The expected values are those of the formulas, and the reported errors have to contain them.
"""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import (
    CountTolerances,
    Parameters,
    Spectrum,
    collective_mode,
    growth_rate,
    mode_branches,
    real_dispersion,
    solve_steady_state,
)
from numerics.stability.axis_count import ModeSearch, axis_counts, axis_modes
from numerics.stability.edge_search import looked_for
from numerics.stability.peaks import highest_point
from numerics.stability.wave_numbers import search_grid

#: Rounding of a polynomial of some ten operations, in units of the sum of its terms' moduli.
ROUNDING = 16 * float(np.finfo(float).eps)
#: Linewidth, and damping of the toys' modes.
GAMMA, DAMPING = 0.2, 0.03


def sound(velocity: float = 0.7, damping: float = DAMPING) -> Spectrum:
    """(omega - v q + i g)(omega + v q + i g): roots +-v q - i g."""

    def determinant(q, omega, rtol):
        square, wave = (omega + 1j * damping) ** 2, (velocity * q) ** 2
        return square - wave, ROUNDING * (np.abs(square) + wave)

    return Spectrum(determinant, GAMMA, 1.0, 2.0, power=2.0)


def streams(damping: float = DAMPING) -> Spectrum:
    """Two fluids that stream through each other with velocities +-1 and plasma frequency 1.

    1 = (1/(w - q)**2 + 1/(w + q)**2)/2 at w = omega + i g:
    w**2 = q**2 + 1/2 +- sqrt(1/4 + 2 q**2).
    """

    def determinant(q, omega, rtol):
        w, x = (omega + 1j * damping) ** 2, q**2
        size = (np.abs(w) + x) ** 2 + np.abs(w) + x
        return (w - x) ** 2 - (w + x), ROUNDING * size

    return Spectrum(determinant, GAMMA, 1.0, 1.2, power=4.0)


def streaming(q: float, damping: float = DAMPING) -> tuple[complex, complex]:
    """Return the roots of `streams` with the largest real or imaginary part, fast and slow."""
    x = q**2
    fast = x + 0.5 + math.sqrt(0.25 + 2 * x)
    # the product of both w**2 is x (x - 1)
    slow = complex(x * (x - 1) / fast) ** 0.5
    return math.sqrt(fast) - 1j * damping, slow - 1j * damping


def relaxing(rate: float = 0.3 * GAMMA) -> Spectrum:
    """omega**2 + 2 i G omega - q**2: two imaginary roots that meet at q = G and move apart."""

    def determinant(q, omega, rtol):
        size = np.abs(omega) ** 2 + 2 * rate * np.abs(omega) + q**2
        return omega**2 + 2j * rate * omega - q**2, ROUNDING * size

    return Spectrum(determinant, GAMMA, 1.0, 2.0, power=2.0)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.05, 1.0), st.floats(0.05, 1.5), st.floats(-0.7, 0.7))
@example(0.7, 0.5, 0.15)
@example(0.7, 0.5, -0.15)
def test_sound_is_found_and_counted(velocity, q, part):
    # a root on the axis itself is neither above it nor below
    damping = part * GAMMA if abs(part) > 1e-3 else 1e-3 * GAMMA
    spectrum, exact = sound(velocity, damping), velocity * q - 1j * damping
    (near,) = axis_modes(spectrum, np.array([q]))
    assert (near.growing, near.certain, near.complete) == (0 if damping > 0 else 2, True, True)
    found = collective_mode(spectrum, q)
    assert found.status == "complete"
    assert found.vectors.shape == (1, 0)
    for roots, errors in ((near.frequencies, near.errors), (found.frequencies, found.error)):
        assert roots.size == 1
        assert abs(roots[0] - exact) <= errors[0] < 1e-9
    assert found.verdict == ("decays" if damping > 0 else "grows",)


def test_counts_change_where_the_window_ends():
    # Im(w) = g where q**4 + (2 g**2 - 1) q**2 + g**2 + g**4 = 0
    middle, width = (1 - 2 * DAMPING**2) / 2, math.sqrt(1 - 8 * DAMPING**2) / 2
    ends = np.sqrt([middle - width, middle + width])
    q = np.concatenate([ends * (1 - 1e-6), ends * (1 + 1e-6)])
    growing, certain = axis_counts(streams(), q)
    assert certain.all()
    assert growing.tolist() == [0, 1, 1, 0]


@settings(deadline=None, max_examples=40)
@given(st.floats(0.0, 1.0), st.floats(1e-4, 1.0), st.floats(-7.0, -2.0), st.booleans())
def test_two_modes_between_two_samples_are_counted(place, apart, height, grows):
    # close to the axis both turn the phase by half a turn: a whole one looks like none
    first = 0.3 * 10 ** (0.5 * place)
    second, rate = first * (1 + apart), (1 if grows else -1) * 10**height

    def determinant(q, omega, rtol):
        w = (omega - 1j * rate) ** 2
        return (w - first**2) * (w - second**2), ROUNDING * (np.abs(w) + second**2) ** 2

    spectrum = Spectrum(determinant, GAMMA, 1.0, 2.0, power=4.0)
    growing, certain = axis_counts(spectrum, np.array([0.5]))
    assert certain.all()
    assert growing.tolist() == [4 if grows else 0]


@pytest.mark.parametrize(
    "zeros",
    [
        [0.91 - 0.001j, 0.17 - 0.06j, 0.75 - 0.2j],
        [0.28 + 0.0001j, 0.81 + 0.08j, 0.6 + 0.03j],
        [0.86 + 1e-05j, 0.71 + 0.0006j, 0.13 + 0.04j],
        [0.055 + 0.0001j, 1 - 0.06j, 0.79 - 0.1j],
        [0.78 + 0.0001j, 0.058 - 0.07j, 0.63 + 0.02j],
    ],
)
def test_a_turn_of_which_a_near_zero_is_half_is_counted(zeros):
    # the rest of a whole one, which looks like none, is due to zeros farther away
    def determinant(q, omega, rtol):
        value = np.prod([(omega - z) * (omega + z.conjugate()) for z in zeros], axis=0)
        return value, ROUNDING * np.abs(value)

    spectrum = Spectrum(determinant, GAMMA, 1.0, 2.0, power=6.0)
    growing, certain = axis_counts(spectrum, np.array([0.5]))
    assert certain.all()
    assert growing.tolist() == [2 * sum(z.imag > 0 for z in zeros)]


def test_streams_have_their_roots():
    for q in (0.02, 0.2, math.sqrt(3 / 8), 0.95, 1.15):
        found = collective_mode(streams(), q)
        expected = [w for w in streaming(q) if w.real <= 2.2]
        if q < 1:
            # w**2 < 0 has a root below the axis, too
            slow = expected[1].conjugate() - 2j * DAMPING
            expected += [slow] if slow.imag > -0.8 * GAMMA else []
        assert found.status == "complete"
        assert found.frequencies.size == len(expected)
        for w in expected:
            k = int(np.argmin(np.abs(found.frequencies - w)))
            assert abs(found.frequencies[k] - w) <= found.error[k] < 1e-9


def test_the_growth_of_streams():
    # the derivative of w**2 by q**2 vanishes at q**2 = 3/8, where w**2 = -1/8
    found = growth_rate(streams())
    assert (found.verdict, found.status) == ("grows", "complete")
    assert abs(found.rate - (1 / math.sqrt(8) - DAMPING)) <= found.error < 1e-9
    # a maximum: its place is known to the root of the error of its height over its curvature
    assert found.q == pytest.approx(math.sqrt(3 / 8), rel=1e-4)
    assert found.omega == 0
    # damped by more than that, no stream grows
    calm = growth_rate(streams(0.12), smallest=0.1)
    assert calm.verdict == "grows"
    assert abs(calm.rate - (1 / math.sqrt(8) - 0.12)) <= calm.error


def narrow(top: float, middle: float) -> Spectrum:
    """A mode of frequency 0.5 that grows within a few percent of one wave number only."""

    def determinant(q, omega, rtol):
        away = np.log(q / middle) / 0.05
        w = omega + 1j * (0.02 - (top + 0.02) / (1 + away**2))
        return w**2 - 0.25, ROUNDING * (np.abs(w) ** 2 + 0.25)

    return Spectrum(determinant, GAMMA, 1.0, 2.0, power=2.0)


@pytest.mark.parametrize(("top", "verdict"), [(0.01, "grows"), (-0.01, "decays")])
def test_a_mode_that_grows_between_two_wave_numbers_is_no_stable_state(top, verdict):
    grid = search_grid(narrow(top, 1.0))
    spectrum = narrow(top, float(np.sqrt(grid[-6] * grid[-5])))
    growing, certain = axis_counts(spectrum, grid)
    assert certain.all()
    assert not growing.any()
    found = growth_rate(spectrum)
    assert (found.verdict, found.rate) == (verdict, pytest.approx(top, abs=1e-9))
    assert looked_for(spectrum)[0] == verdict


def test_no_stream_grows_against_more_damping():
    # a linewidth that leaves room for a damping above the largest rate, 1/sqrt(8)
    spectrum = replace(streams(0.36), linewidth=1.0, highest=0.0)
    found = growth_rate(spectrum, smallest=0.1)
    assert found.verdict == "decays"
    assert abs(found.rate - (1 / math.sqrt(8) - 0.36)) <= found.error < 1e-9


def test_the_branch_of_sound():
    q = np.linspace(0.05, 1.0, 7)
    found = mode_branches(sound(), q)
    assert found.status == "complete"
    assert found.growing.tolist() == [0] * q.size
    (branch,) = found.branches
    assert branch.q.tolist() == q.tolist()
    assert (np.abs(branch.omega - (0.7 * q - 1j * DAMPING)) <= branch.errors).all()
    assert branch.errors.max() < 1e-9


def test_branches_that_meet():
    rate = 0.3 * GAMMA
    q = np.linspace(0.25, 2.05, 10) * rate
    found = mode_branches(relaxing(rate), q)
    assert found.status == "complete"
    # the less damped mode becomes sound, the other one ends where they meet
    slow, fast = sorted(found.branches, key=lambda b: -b.q.size)
    assert slow.q.tolist() == q.tolist()
    assert fast.q.tolist() == q[q < rate].tolist()
    root = np.sqrt(q.astype(complex) ** 2 - rate**2)
    assert (np.abs(slow.omega - (root - 1j * rate)) <= slow.errors).all()
    assert (np.abs(fast.omega - (-root - 1j * rate)[q < rate]) <= fast.errors).all()


def test_the_dispersion_of_sound_without_linewidth():
    # Re[(omega + i g)**2] = v**2 q**2
    q = np.linspace(0.05, 1.0, 7)
    found = real_dispersion(replace(sound(), squared_velocity=lambda: 0.49), q)
    (strand,) = found.strands
    exact = np.sqrt(DAMPING**2 + (0.7 * q) ** 2)
    assert (np.abs(strand.omega - exact) <= strand.errors).all()
    assert strand.errors.max() < 1e-9
    # both derivatives from neighbours a thousandth of the scale away, to its fourth power
    assert strand.slopes == pytest.approx(0.49 * q / exact, rel=1e-9)


def test_errors_of_the_parameters_are_errors_of_the_modes():
    plain = collective_mode(sound(), 0.5)
    moved = replace(sound(), effect_of_errors=lambda q, omega: np.full(q.shape, 1e-6))
    found = collective_mode(moved, 0.5)
    # |d(det)/d(omega)| = 2 v q
    assert found.error - plain.error == pytest.approx(1e-6 / 0.7, rel=1e-3)


def test_vectors_are_those_of_the_spectrum():
    given_vectors = replace(sound(), null_vectors=lambda q, w, rtol: np.stack([w, q + 0j], axis=1))
    found = collective_mode(given_vectors, 0.5)
    assert found.vectors.tolist() == [[found.frequencies[0], 0.5]]


def test_tolerances_belong_to_the_spectrum():
    # less than the damping below the axis there is no sound
    shallow = CountTolerances(depth=0.5 * DAMPING / GAMMA)
    assert collective_mode(replace(sound(), tolerances=shallow), 0.5).frequencies.size == 0
    with pytest.raises(ValueError, match=r"turn = 4\.0 is outside its domain"):
        CountTolerances(turn=4.0)


def test_what_takes_a_state_says_so():
    for ask in (
        lambda s: collective_mode(s, 0.5, certify=True),
        lambda s: growth_rate(s, certify=True),
    ):
        with pytest.raises(
            ValueError, match=r"certify = True is outside its domain: .*SteadyState"
        ):
            ask(sound())


@pytest.mark.parametrize("name", ["linewidth", "lowest_excitation", "reach", "power"])
def test_scales_are_positive(name):
    with pytest.raises(ValueError, match=rf"{name} = -1\.0 is outside its domain"):
        replace(sound(), **{name: -1.0})


def test_what_is_no_spectrum():
    with pytest.raises(ValueError, match="state = 3 is outside its domain: a SteadyState or a"):
        collective_mode(3, 0.1)


def test_the_spectrum_of_a_state_stands_for_it():
    state = solve_steady_state(Parameters(-1.0, 1e-3, 1e-4))
    spectrum = Spectrum.of(state)
    assert Spectrum.of(spectrum) is spectrum
    sent = pickle.loads(pickle.dumps(spectrum))
    for one in (spectrum, sent):
        found, expected = collective_mode(one, 0.02), collective_mode(state, 0.02)
        assert found.frequencies.tolist() == expected.frequencies.tolist()
        assert found.vectors.tolist() == expected.vectors.tolist()
        assert found.error.tolist() == expected.error.tolist()


@pytest.mark.parametrize("away", [1e-3, 5e-5, -5e-5, 1e-7])
def test_the_highest_point_of_a_mode_is_a_root_within_its_error(away):
    """omega(q) = 1/2 + x/10 + x**3/3 + i [x**3/20 - x**2/25 - 1/100], x = log q - 1/5."""

    def mode(q):
        x = np.log(q) - 0.2
        return 0.5 + x / 10 + x**3 / 3 + 1j * (x**3 / 20 - x**2 / 25 - 0.01)

    def determinant(q, omega, rtol):
        one, other = omega - mode(q), omega + np.conj(mode(q))
        return one * other, ROUNDING * (np.abs(omega) + 1) ** 2

    spectrum = Spectrum(determinant, GAMMA, 1.0, 2.0, power=2.0)
    x = 0.2 + away
    curve = np.polynomial.Polynomial([mode(math.exp(x)), 0, -1e-6j], domain=[x - 0.02, x + 0.02])
    top = highest_point(spectrum, curve)
    assert top is not None
    assert abs(top.omega - mode(top.q)) <= top.error < 1e-11
    # slopes are of values next to each other here
    assert math.log(top.q) == pytest.approx(0.2, abs=1e-7)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_expected_modes_are_starts_with_either_sign_of_the_real_part(sign):
    # of the values on the line nothing is told: what is expected is all that is left
    q = np.array([0.01, 0.1])
    expected = replace(sound(), slow_modes=lambda wave: [sign * 0.7 * wave - 0.029j])
    search = ModeSearch(expected, q)
    search.samples.starts = lambda which: [[] for _ in which]
    search.look(range(q.size))
    for modes in search.modes():
        (found,) = modes.frequencies
        assert abs(found - (0.7 * modes.q - 1j * DAMPING)) <= modes.errors[0]


def test_two_expected_modes_next_to_one_start_are_both_kept():
    # 1e-3 apart, where the values on the line may tell one: within what the two are compared by
    ends = [-0.03j, -0.03003j]

    def determinant(q, omega, rtol):
        value = (omega - ends[0]) * (omega - ends[1])
        return value + 0 * q, ROUNDING * (np.abs(omega) + 0.03) ** 2

    close = Spectrum(determinant, GAMMA, 1.0, 2.0, power=2.0, slow_modes=lambda wave: list(ends))
    search = ModeSearch(close, np.array([0.1]))
    search.samples.starts = lambda which: [[ends[0]] for _ in which]
    search.look([0])
    (modes,) = search.modes()
    assert np.abs(modes.frequencies - ends[0]).min() < 1e-6
    assert np.abs(modes.frequencies - ends[1]).min() < 1e-6
