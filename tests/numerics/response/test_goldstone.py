"""M with the gap equation used: against M, (46), and 30 digits relative to its own size."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    fluctuation_matrix,
    hydrodynamics,
    solve_steady_state,
)
from numerics.kernels import goldstone_mpmath
from numerics.precise import PreciseState, precise_matrix
from numerics.response.determinant import determinant, determinant_slopes
from numerics.response.goldstone import goldstone_matrix
from tests.numerics.support import mp_loop

STATES = (
    Parameters(0.0, 1e-2, 2e-3),
    Parameters(0.0, 1e-3, 3e-4, 0.05),
    Parameters(-1.0, 1e-3, 2e-5),
    Parameters(1.0, 1e-3, 1e-6),
    Parameters(2.0, 1e-5),
)


class Loop(mp_loop._Loop):
    """The same panels with the integrands of M_12, M_22, M_12 + M_21 and M_11 - M_22."""

    components = 8

    def integrand(self, y):
        total = mp.zeros(self.components, 1)
        for sign in (1, -1):
            nu = sign * y - self.omega.real / 2
            values = goldstone_mpmath.pairing(
                nu,
                abs(nu) - self.gap,
                abs(nu + self.omega.real) - self.gap,
                sign * y,
                self.sums(nu),
                self.sums(-nu),
                self.omega.real,
                self.omega.imag,
                self.q,
                self.gap,
                self.mu,
                self.gamma,
                mp=mp,
            )
            total += mp.matrix(values)
        return total

    def fluctuations(self, total):
        parts = [mp.mpc(total[k], total[k + 1]) for k in range(0, self.components, 2)]
        m12, m22, both, difference = parts
        return [m22 + difference, m12, both - m12, m22]


@pytest.mark.parametrize("parameters", STATES, ids=str)
def test_agrees_with_the_fluctuation_matrix(parameters):
    state = solve_steady_state(parameters)
    gamma = parameters.linewidth
    q = np.array([0.5, 0.3, 0.1, 0.2 * gamma, 10 * gamma])
    omega = np.array([0.4, 0.1 + 0.5j * gamma, 0.02 - 0.5j * gamma, 0.1 * gamma, 6 * gamma])
    found = goldstone_matrix(state, q, omega, 1e-9)
    whole = fluctuation_matrix(state, q, omega, full=True)
    # what is left of the gap equation is in the one, and not in the other
    allowed = whole.error.max(axis=(1, 2)) + found.error.max(axis=(1, 2)) + state.residual
    assert (np.abs(found.value - whole.value).max(axis=(1, 2)) <= allowed).all()


@given(
    st.sampled_from(STATES),
    st.floats(-6, -2),
    st.floats(-6, -2),
    st.floats(0, 2 * np.pi),
)
@example(STATES[4], -6.0, -2.0, 0.0)
@example(STATES[2], -2.0, -6.0, np.pi / 2)
@settings(max_examples=15, deadline=None)
def test_is_the_expansion_at_long_waves(parameters, q, omega, angle):
    """To the order of what (46) leaves out, relative to each element and however small."""
    state = solve_steady_state(parameters)
    gamma = parameters.linewidth
    q, omega = 10**q * gamma, 10**omega * gamma * np.exp(1j * angle)
    if omega.imag < -0.9 * gamma:
        return
    matrix = goldstone_matrix(state, np.array([q]), np.array([omega]), 1e-9)
    value, error = matrix.value[0], matrix.error[0]
    found = hydrodynamics(state)
    beta, eta, zeta, bound = found.beta, found.eta, found.zeta, found.error
    # the next orders are smaller by (v q/gamma)^2 and omega/gamma, v^2 of order 4(mu + ...)
    small = 10 * (abs(omega) / gamma + (2 * q / gamma) ** 2 * (1 + abs(state.mu) + state.gap))
    terms = (
        np.array([-beta[0, 1] * q**2, 1j * eta[0, 1] * omega, zeta[0] * omega**2]),
        np.array([beta[1, 1] * q**2, -1j * eta[1, 1] * omega, -zeta[1] * omega**2]),
    )
    for s, parts in enumerate(terms):
        # coefficients that vanish in equilibrium leave the sizes of the next order
        sizes = np.abs(parts).sum() + abs(omega) ** 2 / gamma + abs(omega) * q**2 / gamma
        allowed = small * sizes + error[s, 1]
        allowed += bound.beta[s, 1] * q**2 + bound.eta[s, 1] * abs(omega)
        assert abs(value[s, 1] - parts.sum()) <= allowed
        near = small * np.abs(found.alpha).max() + error[s, 0] + bound.alpha[s, 0]
        assert abs(value[s, 0] - found.alpha[s, 0]) <= near + 10 * abs(value[0, 1])


POINTS = (
    (Parameters(1.0, 1e-6, 1e-9), 0.2, 0.1),
    (Parameters(1.0, 1e-6, 1e-9), 20.0, 10.0),
    (Parameters(-1.0, 1e-3, 2e-5), 5.0, 2 - 0.3j),
    (Parameters(0.0, 1e-4, 1e-6, 0.02), 1.0, 0.5),
    (Parameters(2.0, 1e-5, 1e-7), 1e-3, 1e-3),
)


@pytest.mark.slow
@pytest.mark.parametrize(("parameters", "q", "omega"), POINTS, ids=str)
def test_errors_are_bounds(parameters, q, omega):
    state = solve_steady_state(parameters)
    gamma = parameters.linewidth
    found = goldstone_matrix(state, np.array([q * gamma]), np.array([omega * gamma + 0j]), 1e-9)
    value, error = found.value[0], found.error[0]
    with mp.workdps(30):
        exact = Loop(state, mp.mpf(q * gamma), mp.mpc(omega * gamma)).matrix()
        for (s, t), reference in zip(np.ndindex(2, 2), exact, strict=True):
            assert abs(mp.mpc(complex(value[s, t])) - reference) <= error[s, t]
    # relative to elements as small as 1e-19
    assert (error[:, 1] <= 1e-5 * np.abs(value[:, 1])).all()


UNEVEN = Reservoir("bath", (1e-3, 7e-4))
#: Reservoirs that agree, or disagree by less than rounding or than nodes keep away from zero.
ALIKE = {
    "rates": Model(Contact(0.0), [UNEVEN], 20.0),
    "warm": Model(Contact(0.0), [Reservoir("bath", (1e-3, 7e-4), temperature=0.02)], 20.0),
    "masses": Model(Contact(0.3), [UNEVEN], 20.0, bands=Bands.of_ratio(2.0)),
    "drain": Model(Contact(0.5), [Reservoir("bath", 1e-3), Reservoir.empty("drain", 1e-15)], 20.0),
    "weaker": Model(Contact(0.5), [Reservoir("bath", 1e-3), Reservoir.empty("drain", 1e-20)], 20.0),
    "uneven-drain": Model(Contact(0.0), [UNEVEN, Reservoir.empty("drain", (1e-16, 3e-17))], 20.0),
}
QUICK = ("drain", "weaker")


@pytest.mark.parametrize("backend", ["numba", "numpy"])
@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in ALIKE]
)
def test_errors_are_bounds_where_reservoirs_agree(name, backend, monkeypatch):
    """M_12 + M_21 is of the order of their disagreement, or of what its rounding looks like."""
    if backend == "numba":
        pytest.importorskip("numba")
    monkeypatch.setenv("NAMBU_BACKEND", backend)
    state = solve_steady_state(ALIKE[name])
    exactly = PreciseState.exactly(state)
    gamma = state.carriers.linewidth
    # what is left of the gap equation is in these
    still = precise_matrix(exactly, 0.0, 0.0, 24).value
    for q, omega in ((1e-6, 0j), (1e-4, 0j), (1e-4, 0.1 * gamma + 0j), (0.03, 0.3j * gamma)):
        found = goldstone_matrix(state, np.array([q]), np.array([omega]), 1e-9)
        m11, m12, m21, m22 = precise_matrix(exactly, q, omega, 24).value
        with mp.workdps(40):
            exact = [m11 - still[3], m12 - still[1], m21 + still[1], m22 - still[3]]
            pairs = zip(found.value[0].ravel(), exact, strict=True)
            error = np.array([float(abs(mp.mpc(complex(x)) - y)) for x, y in pairs])
        # that of the precise values is below 1e-24
        assert (error <= found.error[0].ravel() + 1e-24).all()


@pytest.mark.parametrize("parameters", STATES)
def test_few_digits_are_within_their_errors(parameters):
    state = solve_steady_state(parameters)
    generator = np.random.default_rng(11)
    q, omega = 10 ** generator.uniform(-5, 0.4, 60), 10 ** generator.uniform(-7, 1, 60) + 0j
    omega += 1j * state.parameters.linewidth * generator.uniform(-0.8, 1, 60)
    few, many = (goldstone_matrix(state, q, omega, rtol) for rtol in (1e-3, 1e-10))
    apart = np.abs(few.value - many.value)
    assert (apart <= few.error + many.error).all()
    # the smaller rule was taken
    assert few.evaluations.sum() < 0.75 * many.evaluations.sum()
    bound, size = determinant(state, q, omega, 1e-3).bound, np.abs(determinant(state, q, omega)[0])
    assert np.median(bound / size) < 1e-2


def test_vanishes_with_q_and_omega():
    state = solve_steady_state(Parameters(-1.0, 1e-3, 2e-5))
    found = goldstone_matrix(state, np.array([1e-120]), np.array([0j]), 1e-9)
    # like q^2
    assert np.abs(found.value[0, :, 1]).max() < 1e-237
    assert found.error[0, :, 1].max() < 1e-237


#: Wave numbers and frequencies in units of gamma: from long waves to beyond the mean free path.
SLOPES_AT = ((0.2, 0.1), (10.0, 6 - 0.7j), (3.0, 1 + 0.5j), (100.0, 0.3j))


@pytest.mark.parametrize("parameters", STATES, ids=str)
def test_slopes_of_the_determinant_are_those_of_its_values(parameters):
    """By mean values over circles, whose error is of the fourth order, and by q likewise."""
    state = solve_steady_state(parameters)
    gamma = parameters.linewidth
    q, omega = (gamma * np.array(x) for x in zip(*SLOPES_AT, strict=True))
    found = determinant_slopes(state, q, omega)
    plain = determinant(state, q, omega)
    assert (np.abs(found.value - plain.value) <= found.bound + plain.bound).all()

    def value(q, omega):
        return determinant(state, q, omega, 1e-12)

    radius, step = 1e-2 * np.minimum(np.abs(omega), gamma + omega.imag), 1e-2 * np.minimum(q, gamma)
    around = [(value(q, omega + d * radius), d) for d in (1, 1j, -1, -1j)]
    mean = sum(x.value / d for x, d in around) / (4 * radius)
    one, two = ([value(q + k * step, omega) for k in (n, -n)] for n in (1, 2))
    across = 8 * (one[0].value - one[1].value) - (two[0].value - two[1].value)
    across = across / (12 * step)
    # what the panels leave at a linewidth of 1e-5, and the noise of the values
    for slope, expected, noise in (
        (found.by_omega, mean, around[0][0].bound / radius),
        (found.by_q, across, 2 * one[0].bound / step),
    ):
        assert (np.abs(slope - expected) <= 1e-6 * np.abs(expected) + noise).all()


@pytest.mark.parametrize(("q", "omega"), [(5e-4, 1e-3), (0.1, 0.1), (0.1, 1e-3)])
def test_long_waves_keep_their_digits(q, omega):
    """M_22 is 1e-11 of M_11 and less at a linewidth of 1e-5, and the quadrature ends."""
    state = solve_steady_state(Parameters(2.0, 1e-5))
    found = goldstone_matrix(state, np.array([q * 1e-5]), np.array([omega * 1e-5 + 0j]), 1e-7)
    assert found.status[0] != "not converged"
    # some hundred panels of 25 nodes
    assert found.evaluations[0] < 5000
    assert found.error[0, 1, 1] <= 1e-4 * abs(found.value[0, 1, 1])
