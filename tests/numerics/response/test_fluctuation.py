"""The fluctuation matrix: the production route against others, and what must hold for it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from numerics import (
    ConvergenceError,
    Parameters,
    fluctuation_matrix,
    pair_correlation,
    solve_steady_state,
)
from numerics.response.reference import Reference, reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.steady.equations import Unknowns, evaluate_equations
from numerics.strategies import points as strategy_points
from numerics.strategies import steady_states
from tests.numerics.support import reference_values
from tests.numerics.support.mp_loop import loop
from tests.numerics.support.response_points import Point, frequency, point, solved

slow_data = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

#: Near the boundary B of the paper, where the matrix is small at small q.
WORKED = Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5)


def compare_with_reference(at: Point, kept: Reference | None = None) -> None:
    state = solved(at.parameters)
    omega = frequency(at, state)
    reference = kept or reference_matrix(ResponseIntegrand(state, omega), at.q, rtol=1e-5)
    result = fluctuation_matrix(state, at.q, omega, full=True)
    assert reference.converged
    assert result.status in ("converged", "rounding")
    difference = np.abs(result.value - reference.value)
    assert (difference <= result.error + reference.error).all(), (difference, reference.error)


# of the first ones that of the smallest linewidth takes longer than all others
@pytest.mark.parametrize("number", reference_values.WHOLE)
def test_agrees_with_reference(number: int) -> None:
    compare_with_reference(point(number), reference_values.kept(f"all {number}"))


@pytest.mark.slow
@pytest.mark.parametrize("name", reference_values.names())
def test_kept_references_are_those_of_the_slow_route(name: str) -> None:
    kept, now = reference_values.kept(name), reference_values.computed(name)
    assert kept.converged
    assert now.converged
    assert (np.abs(kept.value - now.value) <= 1e-2 * now.error).all()
    np.testing.assert_allclose(kept.error, now.error, rtol=1e-2)


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, *range(6, 204)])
def test_agrees_with_reference_everywhere(number: int) -> None:
    compare_with_reference(point(number))


def compare_inter_band(at: Point, kept: Reference | None = None) -> None:
    state = solved(at.parameters)
    omega = frequency(at, state)
    integrand = ResponseIntegrand(state, omega, "inter")
    reference = kept or reference_matrix(integrand, at.q, rtol=1e-4)
    result = pair_correlation(state, at.q, omega, "inter", full=True)
    assert reference.converged
    assert result.status != "not converged"
    coupling = -at.parameters.inv_kfa / (4 * math.pi) * np.eye(2)
    difference = np.abs(coupling - result.value - reference.value)
    assert (difference <= result.error + reference.error).all(), (difference, result.error)
    # the bound must mean something
    assert result.error.max() < 1e-2 * np.abs(coupling - result.value).max()


@pytest.mark.parametrize("number", reference_values.INTER)
def test_inter_band_part_agrees_with_reference(number: int) -> None:
    compare_inter_band(point(number), reference_values.kept(f"inter {number}"))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(18, 90))
def test_inter_band_part_agrees_with_reference_everywhere(number: int) -> None:
    compare_inter_band(point(number))


def compare_with_mpmath(at: Point) -> None:
    state = solved(at.parameters)
    omega = frequency(at, state)
    exact = np.array(loop(state, at.q, omega).tolist(), dtype=complex)
    for rtol in (1e-4, 1e-8, 1e-11):
        result = fluctuation_matrix(state, at.q, omega, rtol=rtol, full=True)
        assert (np.abs(result.value - exact) <= result.error).all(), rtol
        assert result.status in ("converged", "rounding")
        scale = np.abs(exact).max()
        assert result.status != "converged" or result.error.max() <= 2 * rtol * scale


def test_error_bounds_the_true_one() -> None:
    compare_with_mpmath(point(7))


@pytest.mark.slow
@pytest.mark.parametrize(("number", "seed"), [(6, 2017), *((k, 25) for k in range(24))])
def test_error_bounds_the_true_one_everywhere(number: int, seed: int) -> None:
    compare_with_mpmath(point(number, seed))


@slow_data
@given(steady_states())
def test_ward_identity_and_thouless_criterion(state) -> None:
    # M_11(0, 0) = -2 Delta_0 dRe g/dDelta_0, M_21(0, 0) = 2 Delta_0 dIm g/dDelta_0, with g the
    # right-hand side of (33); M_12 and M_22 vanish with the residual of (33): (40), (41)
    at = Unknowns(state.gap, state.mu, state.edge)
    equations = evaluate_equations(state.parameters, state.parameters.gamma_v, at)
    slopes = 2 * state.gap * equations.jacobian[:2, 0] * equations.scales[:2]
    residual = 2 * np.abs(equations.residuals[:2]) * equations.scales[:2]
    result = fluctuation_matrix(state, 0.0, 0.0, rtol=1e-10, full=True)
    m, error = result.value, result.error
    assert abs(m[0, 0] + slopes[0]) <= error[0, 0] + 1e-10 * abs(slopes).max()
    assert abs(m[1, 0] - slopes[1]) <= error[1, 0] + 1e-10 * abs(slopes).max()
    assert abs(m[1, 1]) <= error[1, 1] + residual[0] + 1e-13
    assert abs(m[0, 1]) <= error[0, 1] + residual[1] + 1e-13


@slow_data
@given(st.data(), steady_states())
def test_symmetries(data, state) -> None:
    q, omega = data.draw(strategy_points(state))
    frequencies = np.array([omega, -omega.conjugate(), omega])
    result = fluctuation_matrix(state, [q, q, -q], frequencies, full=True)
    error = result.error.max()
    # the fields are real, (45), for complex omega; inversion
    assert np.abs(result.value[1] - result.value[0].conj()).max() <= 2 * error
    # elements of one array may be summed in another order
    assert np.abs(result.value[2] - result.value[0]).max() <= 2 * error


def test_at_twice_the_gap_and_other_coincidences() -> None:
    # the splits of the frequency axis coincide with branch points here: no panel may shrink to
    # a point, where 1/nu is infinite
    warm = Parameters(inv_kfa=-1.4, gamma_b=1.2e-5, gamma_v=2.7e-9, temperature=0.0112)
    for parameters in (warm, WORKED):
        state = solve_steady_state(parameters)
        energies = [state.gap, state.edge, math.hypot(state.mu, state.gap), 0.0]
        omega = [a + sign * b for a in energies for b in energies for sign in (1, -1)]
        assert np.isfinite(fluctuation_matrix(state, 0.3, omega)).all()


@slow_data
@given(st.data(), steady_states())
def test_analytic_in_the_frequency(data, state) -> None:
    # the mean over a circle that stays away from Im(omega) = -gamma by its radius: with Cauchy's
    # bound on a circle of nearly twice the radius, n points leave 2^-n of the largest value there
    q, omega = data.draw(strategy_points(state))
    radius = (state.parameters.linewidth + omega.imag) / 2
    assume(radius > 1e-12)
    count = 24
    turns = np.exp(2j * np.pi * (np.arange(count) + 0.5) / count)
    around = fluctuation_matrix(state, q, omega + radius * turns, full=True)
    wide = fluctuation_matrix(state, q, omega + 1.9 * radius * turns)
    center = fluctuation_matrix(state, q, omega, full=True)
    bound = np.abs(wide).max() * 4 / 1.9**count + around.error.max() + center.error.max()
    assert np.abs(around.value.mean(axis=0) - center.value).max() <= bound


@slow_data
@given(steady_states(), st.floats(1e-9, 1e-3))
@example(solve_steady_state(WORKED), 1e-7)
def test_no_seam_at_small_wave_numbers(state, share) -> None:
    # M is a series in (v q/gamma)^2: three points determine the curvature, and a fourth one must
    # lie on it up to the fourth order
    velocity = 2 * math.sqrt(state.mu**2 + state.gap**2) ** 0.5
    step = share * state.parameters.linewidth / velocity
    q = step * np.arange(4)
    result = fluctuation_matrix(state, q, 0.0, rtol=1e-11, full=True)
    curvature = (result.value[2] - result.value[0]) / 4
    predicted = result.value[0] + 9 * curvature
    size = np.abs(result.value[3] - result.value[0]).max()
    allowed = 100 * (3 * share) ** 2 * size + 12 * result.error.max()
    assert np.abs(result.value[3] - predicted).max() <= allowed


def test_kramers_kronig() -> None:
    # M grows like the root of the frequency: (M(x) - M(0))/x falls off like x^-1/2, and Cauchy's
    # formula holds for it in the upper half-plane
    state = solve_steady_state(Parameters(inv_kfa=-0.5, gamma_b=2e-2, gamma_v=4e-3, cutoff=30.0))
    nodes, weights = np.polynomial.legendre.leggauss(40)
    ends = np.concatenate([np.linspace(0, 2, 21), 2 * 4.0 ** np.arange(1, 12)])
    middle, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
    x = (middle[:, None] + half[:, None] * nodes).ravel()
    w = (half[:, None] * weights).ravel()
    x, w = np.concatenate([x, -x]), np.concatenate([w, w])
    at_zero = fluctuation_matrix(state, 0.3, 0.0)
    z = 0.2 + 0.3j
    quotient = (fluctuation_matrix(state, 0.3, x) - at_zero) / x[:, None, None]
    value = np.einsum("n,nij->ij", w / (x - z), quotient) / (2j * np.pi)
    expected = (fluctuation_matrix(state, 0.3, z) - at_zero) / z
    # beyond the last end X the integrand is about |M|/X^2: its part is below |M(X)|/X
    last = ends[-1]
    tail = np.abs(fluctuation_matrix(state, 0.3, [last, -last])).max() / last
    assert np.abs(value - expected).max() < tail


@slow_data
@given(st.data(), steady_states())
def test_equilibrium_dissipates(data, state) -> None:
    # at gamma_v = 0 the bath is in equilibrium with the condensate; a real omega > 0 then only
    # loses energy: the anti-Hermitian part of M is negative
    state = solve_steady_state(state.parameters.replace(gamma_v=0.0))
    q, omega = data.draw(strategy_points(state, real=True))
    result = fluctuation_matrix(state, q, abs(omega.real), full=True)
    dissipation = (result.value - result.value.conj().T) / 2j
    assert np.linalg.eigvalsh(dissipation).max() <= 4 * result.error.max()


def test_cost_grows_like_the_logarithm_of_the_linewidth() -> None:
    # evaluations, not seconds: at most three times as many from 1e-2 to 1e-8
    counts = []
    for gamma in (1e-2, 1e-8):
        state = solve_steady_state(Parameters(-1.0, gamma, 2e-2 * gamma, cutoff=10.0))
        result = fluctuation_matrix(state, 0.1, np.linspace(0, 0.5, 50), full=True)
        assert set(result.status.ravel()) <= {"converged", "rounding"}
        counts.append(result.evaluations.mean())
    assert counts[1] <= 3 * counts[0]


@pytest.fixture(scope="module")
def worked():
    return solve_steady_state(WORKED)


def test_shapes(worked) -> None:
    assert fluctuation_matrix(worked, 0.1, 0.2).shape == (2, 2)
    grid = fluctuation_matrix(worked, np.ones((3, 1)), np.linspace(0, 1, 4))
    assert grid.shape == (3, 4, 2, 2)
    assert fluctuation_matrix(worked, [], 0.1).shape == (0, 2, 2)
    full = fluctuation_matrix(worked, [0.1, 0.2], 0.1, full=True)
    assert full.error.shape == (2, 2, 2)
    assert full.evaluations.shape == full.status.shape == (2,)
    batch = fluctuation_matrix(worked, 0.1, np.linspace(0, 0.3, 300))
    assert np.abs(batch[299] - fluctuation_matrix(worked, 0.1, 0.3)).max() < 1e-13


def test_parts_add_up() -> None:
    state = solve_steady_state(Parameters(inv_kfa=-0.5, gamma_b=2e-2, gamma_v=4e-3, cutoff=30.0))
    whole, inter, intra = (
        pair_correlation(state, 0.4, 0.2, part, rtol=1e-6, full=True)
        for part in ("all", "inter", "intra")
    )
    difference = np.abs(whole.value - inter.value - intra.value)
    assert (difference <= whole.error + inter.error + intra.error).all()
    assert np.abs(intra.value).max() > 1e3 * intra.error.max()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((math.nan, 0.1), "q = nan is outside its domain: finite real numbers"),
        (("0.1", 0.1), "q = '0.1' is outside its domain"),
        ((1j, 0.1), "q = 1j is outside its domain"),
        (([[1], [1, 2]], 0.1), "q = .* is outside its domain"),
        ((0.1, math.inf), "omega = .* is outside its domain"),
        ((0.1, "x"), "omega = 'x' is outside its domain"),
        ((0.1, 0.1 - 2e-3j), r"omega = \(0.1-0.002j\) is .* Im\(omega\) > -0.001021"),
        (([0.1, 0.2], [1, 2, 3]), "shapes that broadcast"),
    ],
)
def test_bad_points(worked, arguments, said) -> None:
    with pytest.raises(ValueError, match=said):
        fluctuation_matrix(worked, *arguments)


def test_bad_options(worked) -> None:
    with pytest.raises(ValueError, match=r"rtol = 0\.0 is outside its domain"):
        fluctuation_matrix(worked, 0.1, 0.1, rtol=0)
    with pytest.raises(ValueError, match="part = 'both' is outside its domain: all, inter, intra"):
        pair_correlation(worked, 0.1, 0.1, "both")


def test_says_what_does_not_converge(worked, monkeypatch) -> None:
    monkeypatch.setattr("numerics.quadrature.adaptive.ROUNDS", 0)
    monkeypatch.setattr("numerics.quadrature.adaptive.NODES", 3)
    with pytest.raises(ConvergenceError, match="has not converged") as caught:
        fluctuation_matrix(worked, 0.1, 0.1)
    assert caught.value.last.status == "not converged"
    assert fluctuation_matrix(worked, 0.1, 0.1, full=True).status == "not converged"


def test_an_edge_far_above_the_spectrum_is_resolved() -> None:
    # mu < 0 and a small gap: the occupation steps at four times the lowest energy, where the panels
    # beyond all branch points once did not know of it
    state = solve_steady_state(Parameters(0.9, 1e-3, 5e-4))
    assert state.edge > 4 * state.lowest_excitation
    result = fluctuation_matrix(state, 0.1, 0.01, full=True)
    assert result.status == "converged"
    exact = np.array(loop(state, 0.1, 0.01).tolist(), dtype=complex)
    assert (np.abs(result.value - exact) <= result.error).all()
