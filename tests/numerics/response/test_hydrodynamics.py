"""The long-wavelength coefficients against the whole matrix, other equations and known limits."""

import dataclasses
import itertools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import (
    Contact,
    Hydrodynamics,
    Model,
    NoCondensate,
    Parameters,
    Reservoir,
    equilibrium_crossover,
    fluctuation_matrix,
    hydrodynamics,
    narrow_hydrodynamics,
    solve_steady_state,
)
from numerics.kernels import expansion_mpmath, expansion_numpy
from numerics.precise import PreciseState, precise_matrix
from numerics.response.frequency_grid import NO_WAVE
from numerics.response.goldstone import goldstone_matrix
from numerics.response.long_wavelength import momentum_grids, momentum_scale
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.steady.equations import Unknowns, evaluate_equations, singular_momenta

#: Driven cold and warm states on both sides of the crossover; the widths are large, so that the
#: series converge for wave numbers at which the whole matrix is far from M(0, 0).
CASES = {
    "bcs": Parameters(inv_kfa=-0.5, gamma_b=2e-2, gamma_v=4e-3, cutoff=30.0),
    "bec": Parameters(inv_kfa=1.0, gamma_b=2e-2, gamma_v=1e-3, cutoff=30.0),
    "warm": Parameters(inv_kfa=0.0, gamma_b=1e-2, gamma_v=1e-3, temperature=0.05, cutoff=10.0),
}
NUMBERED = Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5)
#: Signs of q**2 and of -i omega in (46).
SIGNS = np.array([[1, -1], [1, 1]])


@pytest.fixture(scope="module", params=CASES)
def found(request):
    return hydrodynamics(solve_steady_state(CASES[request.param]))


def ward(state):
    """Return -2 Delta_0 dRe g/dDelta_0 and 2 Delta_0 dIm g/dDelta_0 from the gap equation's own."""
    parameters = state.parameters
    at = Unknowns(state.gap, state.mu, state.edge)
    value = evaluate_equations(parameters, parameters.gamma_v, at)
    slopes = value.jacobian[:2, 0] * value.scales[:2]
    return -2 * state.gap * slopes * [1, -1]


def test_ward_identity(found):
    # alpha_11 = sum_p (Pi_22 - Pi_11) needs no gap equation; alpha_21 holds where Im g = 0
    expected = ward(found.state)
    residual = found.state.residual
    assert found.alpha[0, 0] == pytest.approx(expected[0], rel=1e-11)
    assert found.alpha[1, 0] == pytest.approx(expected[1], rel=1e-9 + residual)
    assert (found.alpha[:, 1] == 0).all()


def test_worked_point():
    state = solve_steady_state(NUMBERED)
    alpha = hydrodynamics(state).alpha[:, 0]
    # -5.348e-3 and 3.0536e-4 by an independent calculation, in all digits given
    assert alpha == pytest.approx([-5.348e-3, 3.0536e-4], abs=6e-7)
    np.testing.assert_allclose(alpha, ward(state), rtol=1e-9)


def extrapolated(values, powers):
    """Remove powers of a step that is halved; return the limit and its last change."""
    for power in powers:
        before = values[-1]
        values = [(2**power * b - a) / (2**power - 1) for a, b in itertools.pairwise(values)]
    return values[-1], np.abs(values[-1] - before)


def test_coefficients_of_q_squared_are_those_of_the_whole_matrix(found):
    # the next term is |q|**3: at any q the momenta p > gamma/q are beyond the series
    steps = found.state.parameters.linewidth / 2 * 0.5 ** np.arange(4)
    at_zero = fluctuation_matrix(found.state, 0.0, 0.0, rtol=1e-12)
    whole = fluctuation_matrix(found.state, steps, 0.0, rtol=1e-12, full=True)
    quotients = (whole.value - at_zero).real / steps[:, None, None] ** 2
    beta, change = extrapolated(list(SIGNS * quotients), (1, 2, 3))
    # extrapolation enlarges the errors of M over q**2 by 2/1 * 4/3 * 8/7 and their differences
    noise = 8 * whole.error.max() / steps[-1] ** 2
    assert (np.abs(beta - found.beta) <= 2 * change + noise).all()
    assert (2 * change.max() + noise) < 1e-2 * np.abs(found.beta).max()


def test_coefficients_of_omega_are_those_of_the_whole_matrix(found):
    # at omega = i k all of M is real by (45); the series converges for k < gamma
    steps = 0.6 * found.state.parameters.linewidth * 0.5 ** np.arange(4)
    state = found.state
    at_zero = fluctuation_matrix(state, 0.0, 0.0, rtol=1e-12)
    above, below = (fluctuation_matrix(state, 0.0, s * 1j * steps, rtol=1e-12) for s in (1, -1))
    assert max(np.abs(above.imag).max(), np.abs(below.imag).max()) < 1e-11
    step = steps[:, None, None]
    eta, change = extrapolated(list(SIGNS * (above - below).real / (2 * step)), (2, 4, 6))
    noise = 1e-11 / steps[-1]
    assert (np.abs(eta - found.eta) <= 2 * change + noise).all()
    assert 2 * change.max() + noise < 1e-5 * np.abs(found.eta).max()
    even = (above + below - 2 * at_zero).real / (2 * step**2)
    zeta, change = extrapolated(list(even[:, :, 1] * [-1, 1]), (2, 4, 6))
    noise = 1e-11 / steps[-1] ** 2
    assert (np.abs(zeta - found.zeta) <= 2 * change + noise).all()
    assert 2 * change.max() + noise < 1e-3 * np.abs(found.zeta).max()


def test_determinant_47_and_what_it_leaves_out(found):
    # at q = 0: det M = A (omega**2 + i Gamma omega) with the whole coefficient of omega**2
    k = 1e-3 * found.state.parameters.linewidth
    above, below = (
        np.linalg.det(fluctuation_matrix(found.state, 0.0, s * 1j * k, rtol=1e-12)).real
        for s in (1, -1)
    )
    # det M(0, i k) = -A' k**2 - A Gamma k + O(k**3); M is good to 1e-13
    scale = np.abs(found.alpha).max() * 1e-12
    linear, square = (above - below) / 2, (above + below) / 2
    expected = -found.prefactor * found.damping * k
    assert abs(linear - expected) < scale + 1e-5 * abs(expected)
    expected = -found.dynamic_prefactor * k**2
    assert abs(square - expected) < scale + 1e-4 * abs(expected)
    # at omega = 0: det M = -A c q**2
    q_squared = found.alpha[0, 0] * found.beta[1, 1] + found.alpha[1, 0] * found.beta[0, 1]
    assert -found.prefactor * found.stiffness == pytest.approx(q_squared, rel=1e-14)


def test_modes_48_solve_47(found):
    q = np.array([0.0, 1e-4, 0.01, 0.3])
    modes = found.modes(q)
    assert modes.shape == (4, 2)
    c, damping = found.stiffness, found.damping
    for column in modes.T:
        residual = column**2 + 1j * damping * column - c * q**2
        assert (np.abs(residual) <= 1e-14 * (np.abs(column) ** 2 + abs(c) * q**2 + 1e-300)).all()
    np.testing.assert_allclose(modes.sum(axis=1), np.full(4, -1j * damping), rtol=1e-14)
    np.testing.assert_allclose(modes.prod(axis=1), -c * q**2, rtol=1e-13)
    assert (modes[0] == [0, -1j * damping]).all()


@pytest.mark.slow
def test_reference_route_at_small_q():
    state = solve_steady_state(CASES["bcs"])
    found = hydrodynamics(state)
    waves = (0.012, 0.006, 0.003)
    results = [reference_matrix(ResponseIntegrand(state, 0.0), q, rtol=2e-7) for q in waves]
    quotients = [
        SIGNS * (r.value.real - found.alpha) / q**2 for r, q in zip(results, waves, strict=True)
    ]
    beta, change = extrapolated(quotients, (1, 2))
    noise = 4 * max(r.error.max() for r in results) / waves[-1] ** 2
    assert (np.abs(beta - found.beta) <= 2 * change + noise).all()


def unitarity(gamma_b, cutoff):
    return solve_steady_state(Parameters(inv_kfa=0.0, gamma_b=gamma_b, cutoff=cutoff))


def test_sound_velocity_at_unitarity():
    # v_F sqrt(0.5906/3), v_F = 2, in mean-field theory; the carriers beyond the cutoff, which the
    # number equation leaves out, are a part (3 pi/4) (Delta_0/epsilon_F)**2 / (pi p_c / 2) of all
    expected = 2 * math.sqrt(equilibrium_crossover(0.0).mu / 3)
    assert expected == pytest.approx(2 * math.sqrt(0.5906 / 3), rel=1e-4)
    deviations = [
        hydrodynamics(unitarity(1e-9, cutoff)).sound_velocity / expected - 1
        for cutoff in (100.0, 1000.0)
    ]
    assert abs(deviations[0]) < 1.5 / 100
    # first order in 1/p_c, and extrapolated from it
    assert deviations[0] / deviations[1] == pytest.approx(10, rel=0.05)
    assert abs(10 * deviations[1] - deviations[0]) / 9 < 1e-6


def test_47_has_another_sound_velocity():
    # (47) follows from (46) without omega**2 in M_22: only where eta_12**2 >> alpha_11 zeta_22, in
    # the BEC limit, does it give the sound velocity
    found = hydrodynamics(unitarity(1e-9, 1000.0))
    assert math.sqrt(found.stiffness) == pytest.approx(1.171, abs=1e-3)
    bec = solve_steady_state(Parameters(inv_kfa=8.0, gamma_b=1e-8, cutoff=3000.0))
    found = hydrodynamics(bec)
    # dimers repel with the scattering length 2 a: c**2 = 4 a/(3 pi); corrections are (k_F a)**3
    expected = math.sqrt(4 / (3 * math.pi * 8))
    assert found.sound_velocity == pytest.approx(expected, rel=1 / 8**3)
    assert math.sqrt(found.stiffness) == pytest.approx(expected, rel=2 / 8**3)


def test_order_of_convergence_in_the_linewidth():
    # equilibrium at fixed cutoff: the carriers in the Lorentzian tails are of first order in gamma
    values = [hydrodynamics(unitarity(gamma, 100.0)).sound_velocity for gamma in (4e-5, 2e-5, 1e-5)]
    first, second = np.diff(values)
    assert first / second == pytest.approx(2, rel=0.02)
    # and the damping is of second order
    dampings = [hydrodynamics(unitarity(gamma, 100.0)).damping for gamma in (4e-5, 2e-5)]
    assert dampings[0] / dampings[1] == pytest.approx(4, rel=0.01)


def test_rounding_that_no_shorter_panels_help_against_is_in_the_error():
    # terms of the order 1/gamma**2 cancel in beta_11 here, where nothing is occupied
    reservoirs = [Reservoir("bath", 1e-6, temperature=3.2e-4), Reservoir("lead", 1e-7, mu=0.0)]
    state = solve_steady_state(Model(Contact(0.0), reservoirs, cutoff=2.7))
    found = hydrodynamics(state, rtol=1e-9, full=True)
    assert found.status == "rounding"
    exact, q = PreciseState.exactly(state), mpmath.mpf("1e-9")
    with mpmath.workdps(40):
        here, there = (precise_matrix(exact, wave, 0, 30).value[0] for wave in (0, q))
        beta = float(((there - here) / q**2).real)
    # corrections: |q|/gamma of the order 1e-3 in |q|**3 of M_11, with a small coefficient
    assert abs(found.value.beta[0, 0] - beta) <= found.error.beta[0, 0]
    assert found.error.beta[0, 0] < 1e-4 * beta


def exact_sums(state):
    """Return the sums over the same momenta with the kernels at 45 digits."""
    context = mpmath.mp.clone()
    context.dps = 45
    parameters = state.parameters
    singular = singular_momenta(
        Unknowns(state.gap, state.mu, state.edge), parameters.linewidth, parameters.temperature
    )
    rates = [context.mpf(r) for r in (parameters.gamma_b, parameters.gamma_v)]
    gap, mu, edge = (context.mpf(x) for x in (state.gap, state.mu, state.edge))
    totals = [context.mpf(0)] * 12
    grids = momentum_grids(singular, momentum_scale(state), 1.75)
    for grid, inverse in zip(grids, (False, True), strict=True):
        for node, weight in zip(grid.nodes, grid.weights, strict=True):
            p = 1 / context.mpf(float(node)) if inverse else context.mpf(float(node))
            measure = context.mpf(float(weight)) * p**2 / (2 * context.pi**2)
            measure *= p**2 if inverse else 1
            point = (p**2 - mu, gap, sum(rates))
            filled = expansion_mpmath.step(*point, edge, mp=context)
            void = expansion_mpmath.empty(*point, mp=context)
            for k, name in enumerate(expansion_numpy.STEP_OUTPUTS):
                factor = 2 * p**2 / 3 if name.startswith("beta") else 1
                totals[k] += measure * factor * (rates[0] * filled[k] + rates[1] * void[k])
    return np.array([float(t) for t in totals])


@pytest.mark.parametrize(
    ("inv_kfa", "gamma_b", "gamma_v"),
    # the last next to alpha_11 = 0: the edge is beside the lowest excitation
    [(-1.0, 1e-3, 2.1e-5), (-1.0, 1e-8, 1e-10), (0.0, 1e-8, 3.2944e-14)],
)
def test_errors_bound_rounding(inv_kfa, gamma_b, gamma_v):
    state = solve_steady_state(Parameters(inv_kfa, gamma_b, gamma_v))
    found, error, evaluations, status = hydrodynamics(state, rtol=1e-6, full=True)
    expected = exact_sums(state)
    parts = ("alpha", "beta", "eta", "zeta")

    def flat(coefficients):
        values = [getattr(coefficients, part) for part in parts]
        return np.concatenate([values[0][:, 0], *(v.ravel() for v in values[1:])])

    assert (np.abs(flat(found) - expected) <= flat(error)).all()
    # the inherent error: E - |B| is known to eps E, in units of gamma
    sizes = np.repeat([np.abs(getattr(found, part)).max() for part in parts], (2, 4, 4, 2))
    eps = float(np.finfo(float).eps)
    assert (np.abs(flat(found) - expected) <= 4 * eps / gamma_b * sizes + 16 * eps * sizes).all()
    assert status == "converged"
    # the number of momenta grows like log(1/gamma)
    assert evaluations < 5000


def test_tolerance_below_rounding_is_reported():
    state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-8, gamma_v=1e-10))
    assert hydrodynamics(state, rtol=1e-13).status == "rounding"


def test_value_and_full_result(found):
    assert isinstance(found, Hydrodynamics)
    value, error, evaluations, status = hydrodynamics(found.state, full=True)
    assert status == value.status == "converged"
    assert evaluations == value.evaluations > 0
    assert error is value.error
    assert (value.beta == found.beta).all()
    assert value.state is found.state
    with pytest.raises(ValueError, match="read-only"):
        value.alpha[0, 0] = 1.0
    assert error.alpha[0, 0] > 0
    assert error.beta.max() <= 1e-10 * np.abs(value.beta).max()


@pytest.mark.parametrize("rtol", [0.0, 1.0, -1e-3, float("nan"), "small"])
def test_refuses_a_tolerance(found, rtol):
    with pytest.raises(ValueError, match=r"rtol = .* is outside its domain"):
        hydrodynamics(found.state, rtol=rtol)


@pytest.mark.parametrize("function", [hydrodynamics, narrow_hydrodynamics])
def test_refuses_what_is_no_state(function):
    with pytest.raises(ValueError, match=r"state = .* is outside its domain: a SteadyState"):
        function(NUMBERED)


def test_no_sound_where_its_velocity_would_be_imaginary():
    found = hydrodynamics(solve_steady_state(Parameters(-1.0, gamma_b=1e-6, gamma_v=1e-8)))
    with pytest.raises(ValueError, match="no sound"):
        _ = found.sound_velocity


def test_narrow_refuses_the_edge_at_the_gap():
    state = solve_steady_state(NUMBERED)
    at_gap = dataclasses.replace(state, edge=state.gap)
    with pytest.raises(ValueError, match="alpha_11 diverges"):
        narrow_hydrodynamics(at_gap)


@settings(deadline=None, max_examples=12)
@given(
    inv_kfa=st.floats(-1.0, 1.5),
    gamma_b=st.floats(-3.0, -1.7).map(lambda x: 10.0**x),
    ratio=st.floats(0.0, 0.3),
    temperature=st.sampled_from([0.0, 0.01, 0.05]),
)
@example(inv_kfa=1.421875, gamma_b=1e-3, ratio=0.1328125, temperature=0.0)
@example(inv_kfa=1.5, gamma_b=1e-3, ratio=0.0032515011888532013, temperature=0.05)
def test_everywhere_finite_real_and_in_agreement_with_the_whole(
    inv_kfa, gamma_b, ratio, temperature
):
    parameters = Parameters(inv_kfa, gamma_b, ratio * gamma_b, temperature, cutoff=10.0)
    try:
        state = solve_steady_state(parameters)
    except NoCondensate:
        return
    found = hydrodynamics(state)
    for part in (found.alpha, found.beta, found.eta, found.zeta):
        assert part.dtype == float
        assert np.isfinite(part).all()
    # (45) makes M(q, i k) real; without the gap equation M has the rounding of 2/U and Pi
    k = 1e-3 * gamma_b
    whole = fluctuation_matrix(state, 0.0, 1j * k, rtol=1e-10, full=True)
    assert (np.abs(whole.value.imag) <= whole.error).all()
    exact = goldstone_matrix(state, np.array([NO_WAVE]), np.array([1j * k]), 1e-10)
    value, error = exact.value[0], exact.error[0]
    assert (np.abs(whole.value - value) <= whole.error + error + 10 * state.residual).all()
    # there the expansion holds to the next order in k/gamma
    series = found.alpha + k * SIGNS * found.eta
    series[:, 1] += k**2 * found.zeta * [-1, 1]
    # M_11 and M_21 lack their omega**2, the others their omega**3
    beyond = k / gamma_b * np.array([np.abs(found.eta).max() * k, np.abs(found.zeta).max() * k**2])
    assert (np.abs(value - series) <= beyond + error).all()
