"""Collective modes of the equilibrium limit: published sound velocities, the pair threshold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics import (
    Parameters,
    equilibrium_crossover,
    fluctuation_matrix,
    hydrodynamics,
    solve_steady_state,
    spectral_function,
)

#: v_F in units of epsilon_F/k_F.
FERMI_VELOCITY = 2.0


def determinant(state, q: float, omega: complex) -> complex:
    m = fluctuation_matrix(state, q, omega, rtol=1e-10)
    # the rounding of (m11 m22 - m12 m21) is no concern: both products have one sign here
    return complex(m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0])


def mode(state, q: float, start: complex) -> complex:
    """Return the root of det M by the secant method."""
    a, b = start, start * (1 + 1e-3)
    fa, fb = determinant(state, q, a), determinant(state, q, b)
    for _ in range(30):
        a, b, fa = b, b - fb * (b - a) / (fb - fa), fb
        if abs(b - a) <= 1e-8 * abs(b):
            return b
        fb = determinant(state, q, b)
    raise AssertionError(f"no root at q = {q}: {a}, {b}")


def sound_velocity(inv_kfa: float, gamma: float, start: float) -> float:
    """Return omega/q at small q, where gamma << v q << Delta_0, without the order q^2.

    The cutoff takes a part Delta_0^2/p_c of the carriers away, and gamma adds 3 gamma p_c/pi.
    """
    state = solve_steady_state(Parameters(inv_kfa, gamma, cutoff=3e3))
    q = 0.05 * state.gap
    velocities = [mode(state, k, complex(start * k)).real / k for k in (q, 2 * q)]
    return (4 * velocities[0] - velocities[1]) / 3


def hydrodynamic_velocity(inv_kfa: float) -> float:
    """Return c from m c^2 = n dmu/dn with the chemical potential of the crossover.

    mu = epsilon_F f(y), y = 1/(k_F a_s), m = 1/2: c^2 = (4 f - 2 y f')/3 in units of the Fermi
    energy and momentum.
    """
    step = 1e-3
    above, below = (equilibrium_crossover(inv_kfa + s * step).mu for s in (1, -1))
    slope = (above - below) / (2 * step)
    return math.sqrt((4 * equilibrium_crossover(inv_kfa).mu - 2 * inv_kfa * slope) / 3)


@pytest.mark.parametrize("inv_kfa", [-1.0, 0.0, 1.0])
def test_sound_is_that_of_the_compressibility(inv_kfa: float) -> None:
    # the random-phase approximation on a mean-field state obeys the compressibility sum rule
    expected = hydrodynamic_velocity(inv_kfa)
    found = sound_velocity(inv_kfa, 1e-8, expected)
    gap = equilibrium_crossover(inv_kfa).gap
    assert found == pytest.approx(expected, rel=2 * (gap**2 / 3e3 + 3e-8 * 3e3 / math.pi))


@pytest.mark.parametrize(("inv_kfa", "readme"), [(0.0, 1.2e-3), (2.0, 1.3e-2)])
def test_what_the_cutoff_leaves_out_makes_sound_faster(inv_kfa: float, readme: float) -> None:
    # the number equation counts carriers up to p_c only: beyond it are Delta_0^2/(2 p^4) for each
    # momentum, a part 3 Delta_0^2/(4 p_c) of all; with them the gas is denser, k_F larger
    gamma, expected = 1e-8, hydrodynamic_velocity(inv_kfa)
    for cutoff in (100.0, 200.0):
        state = solve_steady_state(Parameters(inv_kfa, gamma, cutoff=cutoff))
        left_out = 3 * state.gap**2 / (4 * cutoff)
        wave = (1 + left_out) ** (1 / 3)
        predicted = wave * hydrodynamic_velocity(inv_kfa / wave) / expected - 1
        deviation = hydrodynamics(state).sound_velocity / expected - 1
        # the next terms of 1/p^4 are smaller by 1/p_c^2; gamma brings 3 gamma p_c/pi in
        allowed = left_out * (1 + abs(state.mu)) * 4 / cutoff**2 + 3 * gamma * cutoff / math.pi
        assert deviation == pytest.approx(predicted, abs=allowed + 1e-6 * expected)
        # as the README says, and half of it at twice the cutoff
        assert deviation * cutoff / 100 == pytest.approx(readme, rel=0.05)


def test_sound_at_unitarity() -> None:
    # c = v_F sqrt(0.5906/3): Engelbrecht, Randeria, Sa de Melo, PRB 55, 15153 (1997)
    found = sound_velocity(0.0, 1e-8, 0.9)
    assert found == pytest.approx(FERMI_VELOCITY * math.sqrt(0.5906 / 3), rel=4e-4)


def test_sound_of_the_bcs_limit() -> None:
    # v_F/sqrt(3): mu and its derivative by the density are off by Delta_0^2 log(8/Delta_0)
    for inv_kfa in (-2.0, -3.0):
        found = sound_velocity(inv_kfa, 1e-9, FERMI_VELOCITY / math.sqrt(3))
        gap = equilibrium_crossover(inv_kfa).gap
        deviation = found / (FERMI_VELOCITY / math.sqrt(3)) - 1
        assert abs(deviation) < gap**2 * math.log(8 / gap)


def test_sound_of_the_bec_limit() -> None:
    # Bogoliubov: m_B c^2 = (4 pi a_B/m_B) n_B, m_B = 1, a_B = 2 a_s, n_B = 1/(6 pi^2):
    # c^2 = 4 k_F a_s/(3 pi), with corrections of the order (k_F a_s)^3
    for inv_kfa in (3.0, 4.0):
        expected = math.sqrt(4 / (3 * math.pi * inv_kfa))
        found = sound_velocity(inv_kfa, 1e-8, expected)
        assert abs(found / expected - 1) < inv_kfa**-3


def test_pair_continuum_starts_at_twice_the_gap() -> None:
    # at q = 0 without damping, Im Pi vanishes below 2 Delta_0; above, it is of the order of the
    # pairs' density of states, an inverse root that the width smooths
    state = solve_steady_state(Parameters(-1.0, 1e-6, cutoff=10.0))
    edge, width = 2 * state.gap, 2 * state.parameters.linewidth
    below, above = (
        abs(fluctuation_matrix(state, 0.0, edge + sign * 500 * width).imag).max()
        for sign in (-1, 1)
    )
    assert below < above / math.sqrt(500)


def test_amplitude_mode_is_at_twice_the_gap() -> None:
    # weak coupling, q = 0: M_11 vanishes like sqrt(4 Delta_0^2 - omega^2), so that the amplitude's
    # spectrum has its singularity there
    state = solve_steady_state(Parameters(-2.0, 1e-6, cutoff=10.0))
    omega = 2 * state.gap * np.linspace(0.9, 1.1, 401)
    spectrum = np.abs(spectral_function(state, 0.0, omega))
    assert omega[np.argmax(spectrum)] == pytest.approx(2 * state.gap, rel=1e-3)
