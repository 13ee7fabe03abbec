"""The slow route to the fluctuation matrix M: identities that hold whatever the integrals are."""

import numpy as np
import pytest

from numerics import Parameters, SteadyState, solve_steady_state
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.steady.equations import Unknowns, evaluate_equations

#: Wide enough for quick integrals, driven enough for every element of M to differ from zero.
PARAMETERS = Parameters(inv_kfa=-0.5, gamma_b=2e-2, gamma_v=4e-3, cutoff=30.0)


@pytest.fixture(scope="module")
def state() -> SteadyState:
    return solve_steady_state(PARAMETERS)


def test_ward_identity_at_long_wavelength(state: SteadyState) -> None:
    # M11(q -> 0, 0) = -2 Delta_0 dRe g/dDelta_0 at fixed potentials, and M12, M22 -> 0 (Thouless)
    at = Unknowns(state.gap, state.mu, state.edge)
    equations = evaluate_equations(PARAMETERS, PARAMETERS.gamma_v, at)
    slopes = equations.jacobian[:2, 0] * equations.scales[:2]
    alpha = -2 * state.gap * slopes
    # M is a series in (v q/gamma)^2 here; two steps of Richardson leave the sixth order
    waves = (0.008, 0.004, 0.002)
    results = [reference_matrix(ResponseIntegrand(state, 0.0), q, rtol=2e-6) for q in waves]
    assert all(result.converged for result in results)
    coarse, middle, fine = (result.value for result in results)
    first = [(4 * b - a) / 3 for a, b in ((coarse, middle), (middle, fine))]
    limit = (16 * first[1] - first[0]) / 15
    # what is left over is a part 10**-3 of the smaller coefficient
    assert limit[0, 0] == pytest.approx(alpha[0], abs=1e-3 * abs(alpha[0]))
    assert limit[1, 0] == pytest.approx(-alpha[1], abs=1e-3 * abs(alpha[0]))
    assert np.abs(limit[:, 1]).max() < 1e-3 * abs(alpha[0])


def test_reality_of_the_fields(state: SteadyState) -> None:
    # (45) for complex omega: M(q, -omega*) = M(q, omega)*
    omega = 0.1 + 0.005j
    direct = reference_matrix(ResponseIntegrand(state, omega), 0.2, rtol=1e-5)
    mirrored = reference_matrix(ResponseIntegrand(state, -omega.conjugate()), 0.2, rtol=1e-5)
    assert np.abs(mirrored.value - direct.value.conj()).max() < 1e-13


def test_parts_add_up(state: SteadyState) -> None:
    p_plus, p_minus = np.array([0.7, 1.1, 2.0]), np.array([0.8, 0.95, 1.9])
    whole, inter, intra = (
        ResponseIntegrand(state, 0.2 - 0.01j, part)(p_plus, p_minus)
        for part in ("all", "inter", "intra")
    )
    assert np.abs(whole - inter - intra).max() < 1e-13 * np.abs(whole).max()


@pytest.mark.slow
def test_analytic_in_the_frequency(state: SteadyState) -> None:
    # mean value over a circle of radius gamma/2: twelve points leave 2**-12 of the variation
    radius = PARAMETERS.linewidth / 2
    q, center = 0.3, 0.25
    circle = [center + radius * np.exp(1j * np.pi * (2 * k + 1) / 12) for k in range(12)]
    values = [reference_matrix(ResponseIntegrand(state, w), q, rtol=1e-5).value for w in circle]
    exact = reference_matrix(ResponseIntegrand(state, center), q, rtol=1e-5).value
    variation = np.abs(np.array(values) - exact).max()
    assert np.abs(np.mean(values, axis=0) - exact).max() < 2.0**-11 * variation


def test_reported_error_bounds_the_true_one(state: SteadyState) -> None:
    for q, omega in ((0.1, 0.0), (0.3, 0.25), (0.5, 0.05 - 0.01j)):
        rough = reference_matrix(ResponseIntegrand(state, omega), q, rtol=1e-3)
        fine = reference_matrix(ResponseIntegrand(state, omega), q, rtol=1e-7)
        assert (np.abs(rough.value - fine.value) <= rough.error + fine.error).all()


@pytest.mark.parametrize("omega", [-1j, 0.1 - 0.024j, float("nan"), complex(0, float("inf"))])
def test_refuses_frequencies_where_it_is_not_analytic(state: SteadyState, omega: complex) -> None:
    with pytest.raises(ValueError, match=r"omega = .* is outside its domain"):
        ResponseIntegrand(state, omega)


def test_refuses_an_unknown_part(state: SteadyState) -> None:
    with pytest.raises(ValueError, match=r"part = 'upper' is outside its domain all, inter, intra"):
        ResponseIntegrand(state, 0.0, "upper")
