"""M of films: the sound velocity of equilibrium at every binding energy, and identities."""

from __future__ import annotations

import functools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import (
    Bands,
    Contact,
    Model,
    Reservoir,
    SteadyState,
    fluctuation_matrix,
    hydrodynamics,
    solve_steady_state,
)
from numerics.evaluation import VARIABLE
from numerics.quadrature.rules import gauss_kronrod
from numerics.response.determinant import determinant, determinant_slopes
from numerics.response.two_bands import PairingLoop, pairing_panels
from numerics.response.uniform_limit import dynamic_limit, static_limit
from tests.numerics.steady.test_film import extrapolated, film

#: Linewidths, each half of the one before it: Richardson's method removes their powers.
WIDTHS = tuple(16e-3 / 2**k for k in range(6))
CUTOFF = 100.0


@functools.cache
def driven(binding: float) -> SteadyState:
    reservoirs = (Reservoir("bath", (1.2e-3, 0.8e-3)), Reservoir.empty("drain", 1e-5))
    model = Model(Contact(binding=binding), reservoirs, bands=Bands.of_ratio(1.5, 2))
    return solve_steady_state(model)


@pytest.mark.parametrize(
    ("binding", "ratio"), [(0.05, 1.0), (0.5, 1.0), (4.0, 1.0), (1.0, 3.0), (4.0, 0.2)]
)
def test_sound_velocity(binding: float, ratio: float) -> None:
    # det M is proportional to omega**2 - c**2 q**2 for small q and omega without a linewidth
    widths = [w * min(1.0, math.sqrt(binding)) for w in WIDTHS]
    found = []
    for width in widths:
        bath = Reservoir("bath", width)
        state = solve_steady_state(film(binding, bath, ratio=ratio, neutral=ratio != 1))
        square = static_limit(state).value / dynamic_limit(state).value
        # mu + sqrt(mu**2 + Delta_0**2) is twice the Fermi energy of all carriers, those beyond the
        # cutoff included
        energy = (state.mu + math.hypot(state.mu, state.gap)) / 2
        found.append([math.sqrt(square), energy])
    velocity, energy = extrapolated(found)
    # v_F/sqrt(2) at every binding energy; of different masses by Galilean invariance
    expected = math.sqrt(2 * energy) * 2 * math.sqrt(ratio) / (1 + ratio)
    assert velocity == pytest.approx(expected, rel=1e-8)
    # up to what is beyond the cutoff
    assert abs(energy - 1) < 2 * binding / CUTOFF**2 + 1e-8


@pytest.mark.parametrize("binding", [0.1, 1.0, 3.0])
def test_the_phase_is_free(binding: float) -> None:
    # by a relation that M is made with, term by term: nothing is left of a cancellation
    found = fluctuation_matrix(driven(binding), 0.0, 0.0, full=True)
    assert np.abs(found.value[:, 1]).max() <= 1e-14 * np.abs(found.value[0, 0])


def test_no_wave_number_at_a_narrow_linewidth() -> None:
    # poles in p**2 nearly on the real axis: q**2 times what the linewidth makes small is no zero
    rates = (1.7e-6, 3.4e-6)
    model = film(10.0, Reservoir("bath", rates), Reservoir.empty("drain", 1e-7), ratio=3.3)
    state = solve_steady_state(model)
    found = fluctuation_matrix(state, 0.0, 0.0, full=True)
    alpha = hydrodynamics(state).alpha[0, 0]
    assert abs(found.value[0, 0] - alpha) <= found.error[0, 0] + 1e-9 * abs(alpha)


@settings(max_examples=30, deadline=None)
@given(
    binding=st.sampled_from([0.1, 1.0, 3.0]),
    q=st.floats(0.0, 2.0),
    real=st.floats(0.0, 4.0),
    imaginary=st.floats(-5e-4, 1.0),
)
# squares with few digits left have no inverse
@example(binding=0.1, q=0.0, real=0.0, imaginary=4.3e-159)
@example(binding=0.1, q=1e-76, real=2.872, imaginary=0.18)
def test_real_fields(binding: float, q: float, real: float, imaginary: float) -> None:
    omega = complex(real, imaginary)
    found = fluctuation_matrix(driven(binding), q, [omega, -omega.conjugate()], full=True)
    difference = np.abs(found.value[0] - found.value[1].conj())
    assert (difference <= found.error.sum(axis=0)).all()


def test_slopes_of_the_determinant() -> None:
    state, q, omega, step = driven(1.0), 0.3, 0.2 + 0.05j, 1e-4
    found = determinant_slopes(state, q, omega, 1e-11)
    waves, frequencies = q + step * np.array([1, -1, 0, 0]), omega + step * np.array([0, 0, 1, -1])
    value = determinant(state, waves, frequencies, 1e-11).value
    # the next powers of the step over the scales of M
    assert found.by_q == pytest.approx((value[0] - value[1]) / (2 * step), rel=1e-5)
    assert found.by_omega == pytest.approx((value[2] - value[3]) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("chosen", ["numpy", "numba"])
@pytest.mark.parametrize("program", ["pairing", "pairing_slopes"])
def test_terms_of_alike_carriers(
    chosen: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if chosen == "numba":
        pytest.importorskip("numba")
    monkeypatch.setenv(VARIABLE, chosen)
    reservoirs = (Reservoir("bath", 1e-3), Reservoir.empty("drain", 1e-4))
    state = solve_steady_state(Model(Contact(binding=0.5), reservoirs, bands=Bands(2)))
    alike = state.carriers
    (bath,) = alike.holes.filled
    half = bath._replace(rate=bath.rate / 2)
    # the same, but told apart
    apart = replace(alike, holes=alike.holes._replace(filled=(half, half)))
    assert alike.alike
    assert not apart.alike
    q, omega = np.array([0.02, 0.3, 0.9]), np.array([0.003 + 1e-4j, 0.3 - 5e-4j, 0.1j])
    panels, rule = pairing_panels(alike, q, omega), gauss_kronrod()
    loops = (PairingLoop(carriers, q, omega, program) for carriers in (alike, apart))
    found, expected = (
        x.sums(panels, rule) if chosen == "numba" else x(panels, rule) for x in loops
    )
    # relative to the sizes before anything cancels, which are the last
    allowed = 1e-12 * np.abs(expected[-1]).max()
    for one, other in zip(found, expected, strict=True):
        assert np.abs(one - other).max() < allowed


def test_terms_without_a_frequency_are_the_same_to_the_last_bit() -> None:
    q, omega = np.array([0.02, 0.3]), np.array([1e-4j, 0.0])
    for state in (driven(0.5), solve_steady_state(film(0.5, Reservoir("bath", 1e-3)))):
        alone = determinant(state, q, omega).value
        beside = determinant(state, np.append(q, 0.1), np.append(omega, 0.2)).value
        assert (alone == beside[:2]).all()
