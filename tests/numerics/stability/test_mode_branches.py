"""Modes followed in q, and the dispersion without linewidth: what they say about the boundaries."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import Parameters, SteadyState, collective_mode, hydrodynamics, solve_steady_state
from numerics.response.determinant import determinant
from numerics.response.fluctuation import fluctuation_matrix
from numerics.stability.boundaries import Boundary, find_boundary
from numerics.stability.branches import ModeBranches, mode_branches
from numerics.stability.undamped import RealDispersion, real_dispersion

GAMMA_B = 1e-3


def driven(inv_kfa: float, ratio: float) -> SteadyState:
    return solve_steady_state(Parameters(inv_kfa, GAMMA_B, gamma_v=ratio * GAMMA_B))


@pytest.fixture(scope="module")
def oscillating() -> tuple[SteadyState, ModeBranches]:
    """Return a state beyond C: imaginary modes, and one that moves and grows."""
    state = driven(-2.0, 0.08)
    return state, mode_branches(state, np.geomspace(5e-4, 0.015, 14))


@pytest.fixture(scope="module")
def boundary_a() -> Boundary:
    return find_boundary("A", 1.0)


@pytest.fixture(scope="module")
def boundary_b() -> Boundary:
    return find_boundary("B", -1.0)


def at(found: ModeBranches, q: float) -> list[complex]:
    """Return the frequencies of all branches at one wave number."""
    return [complex(w) for b in found.branches for k, w in zip(b.q, b.omega, strict=True) if k == q]


def test_branches_have_all_modes_of_the_search_in_the_plane(
    oscillating: tuple[SteadyState, ModeBranches],
) -> None:
    state, found = oscillating
    assert found.status == "complete"
    assert {0, 2} <= set(found.growing.tolist())
    gamma = state.parameters.linewidth
    for q in found.q[[6, 10]].tolist():
        every = [complex(w) for w in collective_mode(state, q, rtol=1e-10).frequencies]
        mine = at(found, q)
        for one, other in ((every, mine), (mine, every)):
            for w in one:
                # modes at the edge of the window are in one of the two
                if w.imag > -0.75 * gamma:
                    assert min(abs(w - v) for v in other) < 1e-6 * abs(w)


def test_branches_are_zeros_to_their_errors(oscillating: tuple[SteadyState, ModeBranches]) -> None:
    state, found = oscillating
    moving = 0
    for branch in found.branches:
        parts = (branch.q, branch.omega, branch.vectors, branch.errors)
        assert all(np.isfinite(part).all() for part in parts)
        assert (branch.omega.real >= 0).all()
        moving += int((branch.omega.real > 0).sum())
        d = 1e-4 * state.parameters.linewidth
        # the mirror image is a zero as well
        for omega in (branch.omega, -branch.omega.conj()):
            value, error = determinant(state, branch.q, omega)
            slope = (determinant(state, branch.q, omega + d)[0] - value) / d
            assert (np.abs(value) < 2 * (branch.errors * np.abs(slope) + error)).all()
            assert (branch.errors < 1e-4 * np.abs(omega)).all()
        m = fluctuation_matrix(state, branch.q, branch.omega)
        image = np.einsum("kij,kj->ki", m, branch.vectors)
        assert np.abs(image).max() < 1e-6 * np.abs(m).max()
        assert np.abs(np.linalg.norm(branch.vectors, axis=1) - 1).max() < 1e-14
    assert moving > 5


def test_branches_go_through_where_two_imaginary_modes_meet() -> None:
    state = driven(-1.0, 0.1)
    coarse, fine = (np.geomspace(2e-4, 1e-3, n) for n in (7, 25))
    found, finer = mode_branches(state, coarse), mode_branches(state, fine)
    assert found.status == finer.status == "complete"
    first = found.branches[0]
    # from diffusion to a mode that moves, without a gap
    assert np.array_equal(first.q, coarse)
    assert first.omega[0].real == 0
    assert first.omega[-1].real > 0
    assert np.all(np.diff((first.omega.real > 0).astype(int)) >= 0)
    # the steps do not matter
    assert np.abs(finer.branches[0].omega[::4] - first.omega).max() < 1e-6 * GAMMA_B
    # where they meet, omega goes like the square root of the distance
    jump = np.abs(np.diff(finer.branches[0].omega))
    assert jump.max() < 0.4 * GAMMA_B


def test_damped_modes_that_meet_are_found_from_either_side() -> None:
    # one is known on one side, none on the other: Newton's method would not leave the axis
    found = mode_branches(driven(-2.0, 0.07535690), np.linspace(5e-4, 0.012, 10)[6:9])
    assert found.status == "complete"


def test_branches_end_where_they_leave_the_window() -> None:
    state = driven(-1.0, 0.0208)
    found = mode_branches(state, np.geomspace(1e-3, 0.3, 12))
    assert found.status == "complete"
    last = [branch for branch in found.branches if branch.q[-1] < found.q[-1]]
    assert len(last) == len(found.branches) > 0


def test_goldstone_branch_obeys_the_diffusive_law() -> None:
    # (48) leaves out relative corrections of the order of (v q/gamma)**2
    state = solve_steady_state(Parameters(0.0, 1e-2, 1e-3, cutoff=20.0))
    small = np.array([0.08, 0.32])
    q = np.sqrt(small) * state.parameters.linewidth / 2
    branch = min(mode_branches(state, q).branches, key=lambda b: abs(b.omega[0]))
    assert np.array_equal(branch.q, q)
    # how far the error of det M moves its root; it is larger than the corrections at smaller q
    value, error = determinant(state, q, branch.omega)
    slope = (determinant(state, q, 1.1 * branch.omega)[0] - value) / (0.1 * branch.omega)
    noise = error / np.abs(slope * branch.omega)
    off = np.abs(branch.omega / hydrodynamics(state).modes(q)[..., 0] - 1)
    assert (off < small / 8 + noise).all()
    # the next corrections are smaller by (v q/gamma)**2 again
    assert abs(off[1] / off[0] / 4 - 1) < small[1] + (noise / off).sum()
    # the phase moves, the amplitude follows
    assert (np.abs(branch.vectors[:, 0]) < 0.02).all()


def first_strand(found: RealDispersion) -> tuple[np.ndarray, np.ndarray]:
    strand = found.strands[0]
    assert strand.gapless
    return strand.q, strand.omega


def test_sound_velocity_vanishes_at_boundary_a(boundary_a: Boundary) -> None:
    velocities = []
    for drive in (0.5, 0.9, 0.99, 0.999):
        state = driven(1.0, drive * boundary_a.ratio)
        q, omega = first_strand(real_dispersion(state, [1e-4], largest=0.01))
        velocities.append(float(omega[0] / q[0]))
        # far below gamma/v the expansion (46) holds
        assert velocities[-1] == pytest.approx(hydrodynamics(state).sound_velocity, rel=0.08)
    assert np.all(np.diff(velocities) < 0)
    # like the square root of the distance
    assert velocities[-1] / velocities[-2] == pytest.approx(0.1**0.5, rel=0.1)
    # beyond, the root that vanishes with q is gone
    beyond = real_dispersion(driven(1.0, 1.01 * boundary_a.ratio), [1e-4, 2e-4], largest=0.01)
    assert not any(strand.gapless for strand in beyond.strands)


def test_roton_like_minimum_touches_zero_at_boundary_b(boundary_b: Boundary) -> None:
    grid = np.union1d(np.linspace(1e-3, 0.02, 20), boundary_b.q)
    lowest = {}
    for drive in (0.94, 0.99, 0.9999, 1.01):
        state = driven(-1.0, drive * boundary_b.ratio)
        q, omega = first_strand(real_dispersion(state, grid, largest=1.5e-3))
        turns = np.flatnonzero(np.diff(np.sign(np.diff(omega))) != 0) + 1
        if drive == 0.94:
            assert turns.size == 0
        elif drive == 1.01:
            # the branch meets omega = 0 before the wave number of the boundary
            assert q[-1] < boundary_b.q
        else:
            top, bottom = turns[:2]
            assert omega[top] > omega[bottom] > 0
            assert 0.01 < q[bottom] < 0.02
            lowest[drive] = float(omega[bottom] / omega[top])
    assert 0.5 < lowest[0.99] < 0.95
    # the square of the frequency is linear in the drive
    assert lowest[0.9999] == pytest.approx(0.1 * lowest[0.99], rel=0.3)


def test_no_root_is_missed() -> None:
    # at 0.02 the curve has turned back twice; beside 0.0395 two roots are about to vanish
    state = driven(-1.0, 0.0207)
    found = real_dispersion(state, [0.02, 0.0392], largest=0.05)
    axis = 0.05 * np.arange(1, 1501) / 1500
    for point in found.roots:
        value = determinant(state, point.q, axis)[0].real
        cross = np.flatnonzero(value[1:] * value[:-1] < 0)
        assert cross.size == point.omega.size == 3
        assert (np.abs(axis[cross] - point.omega) < 2 * axis[0]).all()
        there, error = determinant(state, point.q, point.omega)
        d = 1e-5 * GAMMA_B
        slope = (determinant(state, point.q, point.omega + d)[0].real - there.real) / d
        assert (np.abs(there.real) <= np.abs(slope) * point.errors + error).all()
        assert (np.sign(slope) == point.signs).all()
        assert np.all(np.diff(point.signs) != 0)


def test_strands_turn_into_each_other() -> None:
    state = driven(-1.0, 0.0207)
    found = real_dispersion(state, np.linspace(2e-3, 0.05, 13), largest=0.02, halvings=3)
    assert len(found.strands) == 3
    assert [strand.gapless for strand in found.strands] == [True, False, False]
    assert [(t.first, t.second, t.at_end) for t in found.turns] == [(0, 1, True), (1, 2, False)]
    # halving brings the ends close to where the curve turns
    low, high = found.strands[0], found.strands[1]
    assert low.q[-1] == high.q[-1]
    assert high.omega[-1] - low.omega[-1] < 1.2e-3


@pytest.mark.parametrize("function", [mode_branches, real_dispersion])
@pytest.mark.parametrize(
    "q",
    [
        [],
        [0.0, 0.1],
        [-0.1],
        [0.2, 0.1],
        [0.1, 0.1],
        [[0.1]],
        [float("nan")],
        [float("inf")],
        [0.1j],
        ["a"],
        [[1.0], [1.0, 2.0]],
        None,
        [True],
    ],
)
def test_refuses_wave_numbers(function, q) -> None:
    state = solve_steady_state(Parameters(0.0))
    with pytest.raises(ValueError, match=r"^q = .* is outside its domain: .*ascending$") as caught:
        function(state, q)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"largest": 0.0}, "largest = 0.0 is outside its domain: 0 < largest"),
        ({"largest": float("nan")}, "largest = nan is outside its domain"),
        ({"largest": "1"}, "largest = '1' is outside its domain"),
        ({"halvings": -1}, "halvings = -1 is outside its domain: an integer from 0 to 20"),
        ({"halvings": 1.5}, "halvings = 1.5 is outside its domain"),
        ({"halvings": True}, "halvings = True is outside its domain"),
    ],
)
def test_refuses_other_arguments(arguments, said) -> None:
    state = solve_steady_state(Parameters(0.0))
    with pytest.raises(ValueError, match=said):
        real_dispersion(state, [0.1], **arguments)


@pytest.mark.parametrize("function", [mode_branches, real_dispersion])
def test_refuses_what_is_no_state(function) -> None:
    with pytest.raises(ValueError, match=r"state = .* is outside its domain: a SteadyState"):
        function(Parameters(0.0), [0.1])
