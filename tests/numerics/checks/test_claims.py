"""What the paper claims in words about its instabilities."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import Parameters, growth_rate, solve_steady_state, spectral_function
from numerics.response.fluctuation import matrix_of_part


def growing_modes(state, q, part):
    """Return the turns of det M along the real axis: the number of modes above it."""
    energies = abs(state.mu) + state.gap + abs(state.edge)
    gamma = state.parameters.linewidth
    # a line somewhat above the axis, so that no mode is on it; steps that turn too much are halved
    height = 0.05 * gamma
    omega = np.concatenate([[0.0], np.geomspace(0.1 * gamma, 80 * energies, 60)])
    for _ in range(20):
        m = matrix_of_part(state, q, omega + 1j * height, part, 1e-6).value
        det = m[:, 0, 0] * m[:, 1, 1] - m[:, 0, 1] * m[:, 1, 0]
        turns = np.angle(det[1:] / det[:-1])
        wide = np.flatnonzero(np.abs(turns) > 1.0)
        if wide.size == 0:
            return round(float(turns.sum()) / np.pi + 0.5)
        omega = np.sort(np.concatenate([omega, (omega[wide] + omega[wide + 1]) / 2]))
    raise AssertionError("the argument of det M was not resolved")


@pytest.mark.parametrize(
    ("inv_kfa", "wave_numbers"), [(1.0, (0.1, 0.5, 0.8)), (-1.0, (0.01, 0.06, 0.15))]
)
def test_without_the_intra_band_part_nothing_grows(inv_kfa, wave_numbers):
    # Fig. 14: both states are unstable, M^inter of (75) has no mode above the real axis
    state = solve_steady_state(Parameters(inv_kfa, 1e-3, 1e-4))
    for q in wave_numbers:
        assert growing_modes(state, q, "all") > 0
        assert growing_modes(state, q, "inter") == 0


def test_the_amplitude_mode_is_not_affected_by_the_drive():
    # near 2 Delta_0 of the state itself, with decay and without, at a wave number of Fig. 14
    for ratio in (0.0, 0.1):
        state = solve_steady_state(Parameters(-1.0, 1e-3, 1e-3 * ratio))
        omega = 2 * state.gap * np.linspace(0.8, 1.3, 201)
        spectrum = spectral_function(state, 0.02, omega)
        highest = omega[np.argmax(spectrum)]
        # within the linewidth and v q of the threshold
        assert abs(highest / (2 * state.gap) - 1) < 0.03


def test_without_decay_nothing_grows():
    for inv_kfa in (-2.0, 0.0, 1.0):
        assert growth_rate(solve_steady_state(Parameters(inv_kfa, 1e-3))).rate < 0
