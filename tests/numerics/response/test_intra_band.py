"""The intra-band part of Pi, from where the two momenta coincide to where they are far apart."""

from __future__ import annotations

import math
from unittest import mock

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import Parameters, pair_correlation, solve_steady_state, spectral_function
from numerics.kernels import response_mpmath
from numerics.quadrature.rules import graded_panels
from numerics.response import close_momenta, intra_band
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.strategies import frequencies, steady_states

STATES = {
    "BCS": solve_steady_state(Parameters(-1.0, 1e-3, 2.1e-5)),
    "narrow": solve_steady_state(Parameters(-1.0, 1e-6, 4e-8)),
    "warm": solve_steady_state(Parameters(-0.5, 2e-2, 4e-3, 0.02, 30.0)),
    "BEC": solve_steady_state(Parameters(2.0, 1e-2, 0.0, 0.0, 30.0)),
}


def wave_number(state, omega, share):
    """Return q with p q a share of the linewidth, for the largest momentum p that matters."""
    omega = np.array([complex(omega)])
    return share * float(close_momenta.separations(state, np.ones(1), omega)[0])


def at_rest(state, omega, digits=30):
    """Return the intra-band part at q = 0: one integral over momentum, of exact integrands."""
    parameters = state.parameters
    with mp.workdps(digits):
        rates = mp.mpf(parameters.gamma_b), mp.mpf(parameters.gamma_v)
        gap, mu, edge = (mp.mpf(x) for x in (state.gap, state.mu, state.edge))
        gamma = sum(rates)

        def loop(p, sign, transfer):
            xi = p * p - mu
            energy = sign * mp.sqrt(xi * xi + gap * gap)
            shared = (xi, xi, energy, energy, gap, gamma, gamma + omega.imag, transfer)
            void = response_mpmath.empty(*shared)
            if parameters.temperature > 0:
                bath = response_mpmath.thermal(*shared, edge, mp.mpf(parameters.temperature))
            else:
                bath = response_mpmath.step(*shared, edge)
            parts = [rates[0] * b + rates[1] * v for b, v in zip(bath, void, strict=True)]
            return [mp.mpc(*parts[k : k + 2]) for k in range(0, 8, 2)]

        def integrand(p):
            # the second term of (37) is the conjugate of the first at -omega*; both branches
            p, total = mp.mpf(p), np.zeros(4, dtype=complex)
            for sign in (1, -1):
                pairs = zip(loop(p, sign, omega.real), loop(p, sign, -omega.real), strict=True)
                total += [complex(0.5j * (a - mp.conj(b))) for a, b in pairs]
            return total * float(p) ** 2 / (2 * math.pi**2)

        energies = [s * state.edge + t * omega.real for s in (1, -1) for t in (1, 0, -1)]
        singular = [
            np.sqrt(state.mu + s * np.sqrt(complex(e, float(gamma)) ** 2 - state.gap**2))
            for e in (0.0, *energies)
            for s in (1, -1)
        ]
        nodes, weights = np.polynomial.legendre.leggauss(16)
        total = np.zeros(4, dtype=complex)
        for inverse, marks in ((False, singular), (True, [1 / p for p in singular])):
            ends = graded_panels(0.0, 0.1 if inverse else 10.0, marks, 2.5)
            half, middle = np.diff(ends)[:, None] / 2, (ends[1:] + ends[:-1])[:, None] / 2
            for x, w in zip((middle + half * nodes).flat, (half * weights).flat, strict=True):
                total += w * (integrand(1 / x) / x**2 if inverse else integrand(x))
        return total.reshape(2, 2)


@pytest.mark.parametrize(
    ("name", "omega"),
    [
        ("BEC", 1e-4),
        *(
            pytest.param(name, omega, marks=pytest.mark.slow)
            for name in ("BCS", "narrow", "warm", "BEC")
            for omega in (0.0, 1e-4, 0.3, 0.1 - 5e-7j)
        ),
    ],
)
def test_at_rest_it_is_an_integral_over_momentum(name, omega) -> None:
    state = STATES[name]
    found = pair_correlation(state, 0.0, omega, "intra", full=True)
    expected = at_rest(state, complex(omega))
    assert (np.abs(found.value - expected) <= found.error).all()
    # the tolerance is 1e-8 of M, whose elements are of the order of 0.1
    assert found.error.max() < (1e-7 if name == "narrow" else 2e-9)
    assert found.status in ("converged", "rounding")


@pytest.mark.parametrize(
    "name", ["BCS", "BEC", *(pytest.param(n, marks=pytest.mark.slow) for n in ("warm", "narrow"))]
)
@pytest.mark.parametrize("omega", [0.0, 1e-3, 0.3, 2.0, 0.1 + 0.3j, 0.1 - 3e-7j])
def test_hand_over(name, omega) -> None:
    # on either side of where the rule over the angle takes over, and of where it gets more nodes,
    # the closed form and twice as many nodes have to agree with what is returned
    state = STATES[name]
    for share in (0.49, 0.51, 2.49, 2.51, 8.0):
        q = np.array([wave_number(state, omega, share)])
        at = (state, q, np.array([complex(omega)]), np.array([1e-10]))
        found = intra_band.intra_band_integral(*at)
        with mock.patch.object(close_momenta, "_ANGLES", {80: 0.0}):
            value, error, _ = close_momenta.close_integral(*at)
        difference = np.abs(found.value.ravel() - value[0])
        assert (difference <= found.error.ravel() + error[0]).all(), share
        value, error, _ = intra_band._on_the_axis(*at)
        assert (np.abs(found.value.ravel() - value[0]) <= found.error.ravel() + error[0]).all()


class Unsubtracted:
    """The intra-band integrand for the route by two integrals, which subtracts a bare pair."""

    def __init__(self, state, omega):
        self.state, self.omega = state, complex(omega)
        self.integrand = ResponseIntegrand(state, self.omega, "intra")
        self.carriers, self.pairs = state.carriers, self.integrand.pairs
        self.reach, self.step, self.diverges = self.integrand.reach, 2, True

    def __call__(self, p_plus, p_minus):
        values = self.integrand(p_plus, p_minus)
        values[[0, 3]] += 2 / (p_plus**2 + p_minus**2)
        return values


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.3, 3.0, 30.0])
@pytest.mark.parametrize("omega", [0.0, 0.01, 0.1 - 5e-4j])
def test_two_integrals_give_the_same(share, omega) -> None:
    state = STATES["BCS"]
    q = wave_number(state, omega, share)
    found = pair_correlation(state, q, omega, "intra", full=True)
    slow = reference_matrix(Unsubtracted(state, omega), q, rtol=1e-9)
    constant = -state.parameters.inv_kfa / (4 * math.pi) + q / (8 * math.pi)
    difference = np.abs(constant * np.eye(2) - slow.value - found.value)
    assert (difference <= slow.error + found.error).all()
    assert slow.error.max() < 1e-8


@settings(deadline=None, max_examples=8)
@given(st.data(), steady_states(), st.floats(0.0, 2.5))
def test_even_in_the_wave_number(data, state, share) -> None:
    # a series in (v q/gamma)^2: what is linear in q would be a seam
    omega = data.draw(frequencies(state))
    step = 1e-3 * share * wave_number(state, omega, 1.0)
    found = pair_correlation(state, step * np.arange(5), omega, "intra", full=True)
    # what values at 0, 2 and 3 steps tell of that at 4, without a term linear or cubic
    weights = np.array([84 / 36, -112 / 20, 192 / 45])
    predicted = np.tensordot(weights, found.value[[0, 2, 3]], axes=1)
    # the sixth power is left, times 16 (16 - 4) (16 - 9); of a series in (q/q_0)^2 the ratio of one
    # coefficient to the next is much the same
    two, three = ((found.value[k] - found.value[0]) / k**2 for k in (2, 3))
    fourth, second = np.abs(three - two).max() / 5, max(np.abs(two).max(), np.finfo(float).tiny)
    allowed = 4 * 1344 * fourth**2 / second + 14 * found.error.max()
    assert np.abs(found.value[4] - predicted).max() <= allowed


@settings(deadline=None, max_examples=10)
@given(st.data(), steady_states(), st.floats(-3.0, 1.5))
@example(None, STATES["BCS"], 0.0)
def test_errors_bound_what_more_effort_changes(data, state, exponent) -> None:
    omega = 0.0 if data is None else data.draw(frequencies(state))
    q = np.array([wave_number(state, omega, 10.0**exponent)])
    at = (state, q, np.array([complex(omega)]))
    found = intra_band.intra_band_integral(*at, np.array([1e-6]))
    with mock.patch.object(close_momenta, "_ANGLES", {60: 0.1}):
        finer = intra_band.intra_band_integral(*at, np.array([1e-10]))
    assert (np.abs(found.value - finer.value) <= found.error + finer.error).all()


def test_no_wave_number_is_too_small_for_a_part() -> None:
    # the companion matrix of the thresholds overflowed at omega = 300
    state = STATES["BCS"]
    for q in (0.0, 5e-324, 1e-150):
        inter = pair_correlation(state, q, [0.0, 1e-10, 300.0], "inter", full=True)
        assert set(inter.status) <= {"converged", "rounding"}
        assert np.isfinite(spectral_function(state, q, 300.0, part="inter"))


def test_a_value_that_is_all_error_is_no_result() -> None:
    status = intra_band.status_of(
        np.array([1e-9, 1e-4, 1.2e-3, np.nan]), np.array([1e-10, 1e-1, 1e-3, 1.0]), np.full(4, 1e-8)
    )
    assert status.tolist() == ["converged", "rounding", "not converged", "not converged"]
