"""The occupied spectral weight: sum rule, equilibrium, brute force, limits, bad input."""

import dataclasses
import itertools
import math

import mpmath
import numpy as np
import pytest
import sympy as sp

import numerics
from derive import symbols
from derive.programs import spectral
from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    SteadyState,
    occupied_spectral_weight,
    solve_steady_state,
)
from numerics.kernels import spectral_mpmath
from numerics.kernels import steady_state_numpy as steady_kernels
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from tests.numerics.support.brute_force_matrices import Matrices

MODELS = {
    "unitarity": Parameters(0.0, 1e-3, 1e-5),
    "equilibrium": Parameters(0.0, 1e-3),
    "molecules": Parameters(1.0, 2e-2, 1e-3, cutoff=30.0),
    "weak": Parameters(-1.0, 1e-3, 2.1e-5),
    "warm": Parameters(-0.5, 1e-2, 2e-3, temperature=0.03, cutoff=30.0),
    "warm equilibrium": Parameters(0.5, 5e-3, temperature=0.1, cutoff=30.0),
    "narrow": Parameters(0.0, 1e-6, 5e-7),
}
MOMENTA = np.array([0.0, 1e-3, 0.3, 0.9, 1.0, 1.7, 6.0, 50.0])


@pytest.fixture(scope="module", params=MODELS)
def state(request) -> SteadyState:
    return solve_steady_state(MODELS[request.param])


def energies(state, p):
    return np.hypot(p**2 - state.mu, state.gap)


def frequencies(state, p):
    """Return frequencies at and around everything that happens at one momentum."""
    gamma = state.parameters.linewidth
    energy = float(energies(state, p))
    centers = [0.0, energy, -energy, state.edge, -state.edge]
    near = [c + k * gamma for c in centers for k in (-30, -1, -0.1, 0, 0.3, 2, 100)]
    return np.array([*near, -1e3, -2.0, 2.0, 1e3])


def brute_force(state, p, omega, digits=40):
    """Return -i [G^R Sigma^< G^A]_11 from matrices that are inverted numerically."""
    mp = mpmath.mp.clone()
    mp.dps = digits
    parameters = state.parameters
    gamma_b, gamma_v = mp.mpf(parameters.gamma_b), mp.mpf(parameters.gamma_v)
    gamma, gap, omega = gamma_b + gamma_v, mp.mpf(state.gap), mp.mpf(float(omega))
    xi = mp.mpf(float(p)) ** 2 - mp.mpf(state.mu)

    def occupation(nu):
        x = nu - mp.mpf(state.edge)
        if parameters.temperature == 0:
            return mp.mpf(1 if x < 0 else 0 if x > 0 else 0.5)
        return 1 / (mp.exp(x / mp.mpf(parameters.temperature)) + 1)

    def distribution(nu):
        return gamma_b * (1 - 2 * occupation(nu)) + gamma_v

    def propagator(z):
        return mp.inverse(mp.matrix([[z - xi, gap], [gap, z + xi]]))

    retarded, advanced = propagator(omega + 1j * gamma), propagator(omega - 1j * gamma)
    sigma = -2j * mp.diag([distribution(omega), -distribution(-omega)])
    lesser = (advanced - retarded + retarded * sigma * advanced) / 2
    return (-1j * lesser[0, 0]).real


@pytest.mark.parametrize("p", MOMENTA)
def test_against_matrices_in_forty_digits(state, p):
    omega = frequencies(state, p)
    # the kernel squares xi = p**2 - mu and omega, which are rounded on the scale of p**2 + E
    found = occupied_spectral_weight(state, p, omega)
    exact = np.array([float(brute_force(state, p, w)) for w in omega])
    width = np.maximum(
        state.parameters.linewidth, np.abs(np.abs(omega) - float(energies(state, p)))
    )
    condition = 1 + (p**2 + abs(state.mu)) / width
    if state.parameters.temperature > 0:
        condition += (np.abs(omega) + abs(state.edge)) / state.parameters.temperature
    # the lesser function is a difference in the reference: 1e-30 is what 40 digits leave of 1/gamma
    bound = 8 * np.finfo(float).eps * condition * np.abs(exact) + 1e-30
    assert (np.abs(found - exact) <= bound).all()


def test_positive(state):
    for p in MOMENTA:
        weight = occupied_spectral_weight(state, p, frequencies(state, p))
        assert (weight >= 0).all()
        if state.edge > 0 or state.parameters.temperature > 0:
            # relaxation leaves no frequency empty, where f does not underflow
            inside = np.abs(frequencies(state, p)) < max(0.2, 2 * abs(state.edge))
            assert (weight[inside] > 0).all()


def test_sum_over_frequencies_is_the_momentum_distribution(state):
    parameters = state.parameters
    gamma, temperature = parameters.linewidth, parameters.temperature
    rule = gauss_kronrod(15)
    for p in MOMENTA:
        energy = float(energies(state, p))
        width = complex(0.0, gamma)
        singular = [s * energy + width for s in (1, -1)]
        singular += [s * state.edge + math.pi * temperature * 1j for s in (1, -1)]
        far = 20 * (energy + abs(state.edge) + gamma + 20 * temperature)
        breaks = sorted({-far, -state.edge, state.edge, far} - {-0.0})
        total = 0.0
        for a, b in itertools.pairwise(breaks):
            grid = Grid.on(graded_panels(a, b, singular), rule)
            total += occupied_spectral_weight(state, p, grid.nodes) @ grid.weights
        # omega = +-1/u beyond
        grid = Grid.on(np.array([0.0, 1 / far]), rule)
        for sign in (-1, 1):
            beyond = occupied_spectral_weight(state, p, sign / grid.nodes) / grid.nodes**2
            total += beyond @ grid.weights
        xi = np.array([p**2 - state.mu])
        if temperature > 0:
            bath = steady_kernels.thermal(xi, state.gap, gamma, state.edge, temperature)[2]
        else:
            bath = steady_kernels.step(xi, state.gap, gamma, state.edge)[2]
        void = steady_kernels.empty(xi, state.gap, gamma)[2]
        number = parameters.gamma_b * bath + parameters.gamma_v * void
        # with a thermal bath the small occupation at large momenta is a difference in the number
        # equation, not here
        expected = float(number[0]) / 2
        noise = 1e-14 if temperature > 0 else 0.0
        # p**2 is rounded, and so is the frequency's distance from E
        rounding = np.finfo(float).eps * energy / gamma
        assert total / (2 * math.pi) == pytest.approx(expected, rel=1e-9 + rounding, abs=noise)


@pytest.mark.parametrize("temperature", [0.0, 0.03])
def test_fluctuation_and_dissipation_in_equilibrium(temperature):
    # gamma_v = 0 and mu_b = mu: L = f(omega) A(omega) with A = -2 Im G^R_11
    state = solve_steady_state(Parameters(-0.3, 5e-3, temperature=temperature))
    assert state.edge == 0
    p, omega = MOMENTA[:, None], np.linspace(-3, 3, 401) + 1e-3
    xi, z = p**2 - state.mu, omega + 5e-3j
    spectral_function = -2 * ((z + xi) / (z**2 - xi**2 - state.gap**2)).imag
    if temperature:
        occupation = 1 / (np.exp(omega / temperature) + 1)
    else:
        occupation = np.where(omega < 0, 1.0, 0.0)
    found = occupied_spectral_weight(state, p, omega)
    expected = occupation * spectral_function
    # Im G^R is a difference of terms of the size of |G^R|
    assert np.abs(found - expected).max() < 1e-10 * spectral_function.max()
    assert (np.abs(found - expected) < 1e-8 * found + 1e-15).all()


def test_only_the_lower_branch_is_occupied_in_equilibrium_and_drive_fills_the_upper():
    equilibrium, driven = (solve_steady_state(MODELS[k]) for k in ("equilibrium", "unitarity"))
    p = np.array([0.3, 0.8, 1.2])
    for state in (equilibrium, driven):
        energy = energies(state, p)
        lower = occupied_spectral_weight(state, p, -energy)
        # a Lorentzian of the width gamma that carries v**2 in 2 pi: 2 v**2 / gamma
        v2 = (1 - (p**2 - state.mu) / energy) / 2
        assert lower == pytest.approx(2 * v2 / state.parameters.linewidth, rel=2e-2)
    energy = energies(equilibrium, p)
    assert (occupied_spectral_weight(equilibrium, p, energy) == 0).all()
    # mu_b - mu sits just above the gap: only the upper branch below it is filled by the bath
    upper = occupied_spectral_weight(driven, math.sqrt(driven.mu), driven.gap)
    assert upper > 1e-3 * occupied_spectral_weight(driven, math.sqrt(driven.mu), -driven.gap)


def test_normal_limit_is_one_lorentzian_filled_by_the_bath(state):
    # far above the condensate L -> 2 gamma_b f / ((omega - xi)**2 + gamma**2)
    p = 1e3
    xi = p**2 - state.mu
    omega = np.array([-5.0, -1.0, -0.2])
    parameters = state.parameters
    x = omega - state.edge
    t = parameters.temperature
    occupation = 1 / (np.exp(x / t) + 1) if t else np.heaviside(-x, 0.5)
    bare = 2 * parameters.gamma_b * occupation / ((omega - xi) ** 2 + parameters.linewidth**2)
    found = occupied_spectral_weight(state, p, omega)
    # pairing takes carriers out at E and puts them back: corrections gap**2 gamma_v / p**4
    assert found == pytest.approx(bare, rel=1e-5, abs=0)


def test_shapes_broadcast(state):
    p, omega = MOMENTA[:, None], np.linspace(-1, 1, 5)
    table = occupied_spectral_weight(state, p, omega)
    assert table.shape == (MOMENTA.size, 5)
    for i, j in itertools.product(range(MOMENTA.size), range(5)):
        single = occupied_spectral_weight(state, float(MOMENTA[i]), float(omega[j]))
        assert isinstance(single, float)
        assert single == table[i, j]
    assert occupied_spectral_weight(state, [], [[1.0]]).shape == (1, 0)
    assert occupied_spectral_weight(state, 1, [0, 1]).dtype == float


@pytest.mark.filterwarnings("error")
def test_no_overflow_at_the_ends_of_the_domain():
    for temperature in (0.0, 1e-4, 0.3):
        state = solve_steady_state(Parameters(0.0, 1e-3, 1e-5, temperature=temperature))
        p, omega = [[0.0], [1.0], [1e30]], [-1e60, -1e9, -1.0, 0.0, 1.0, 1e9, 1e60]
        weight = occupied_spectral_weight(state, p, omega)
        assert np.isfinite(weight).all()
        assert (weight >= 0).all()
    # the exponential of a quotient by the lowest temperature vanishes, and the step remains
    cold = dataclasses.replace(state, parameters=state.parameters.replace(temperature=1e-30))
    frozen = dataclasses.replace(state, parameters=state.parameters.replace(temperature=0.0))
    for q in (0.0, 1.0):
        found, exact = (occupied_spectral_weight(s, q, omega) for s in (cold, frozen))
        assert (found == exact).all()


def test_relative_accuracy_far_in_the_thermal_tail():
    state = solve_steady_state(Parameters(0.0, 1e-2, temperature=0.02))
    # exp(-500), where 1 - tanh would be zero
    found = occupied_spectral_weight(state, 0.5, 10.0)
    exact = float(brute_force(state, 0.5, 10.0, digits=300))
    assert found == pytest.approx(exact, rel=1e-12, abs=0)
    assert 0 < found < 1e-200


NUMBERS = "finite real numbers from"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("p", -1e-300, "-1e-300"),
        ("p", [0.5, float("nan")], "nan"),
        ("p", 1.1e30, "1.1e+30"),
        ("p", "1", "'1'"),
        ("p", None, "None"),
        ("p", True, "True"),
        ("p", 1j, "1j"),
        ("p", [[1.0], [1.0, 2.0]], "[[1.0], [1.0, 2.0]]"),
        ("omega", float("inf"), "inf"),
        ("omega", [0.0, -2e60], "-2e+60"),
        ("omega", 0.5 + 0.1j, "(0.5+0.1j)"),
        ("omega", np.array(["a"] * 100), "array("),
    ],
)
def test_bad_input_in_one_line(name, value, shown):
    state = solve_steady_state(MODELS["equilibrium"])
    arguments = {"p": 0.5, "omega": 0.1, name: value}
    with pytest.raises(ValueError, match=NUMBERS) as caught:
        occupied_spectral_weight(state, **arguments)
    message = str(caught.value)
    assert message.startswith(f"{name} = {shown}")
    assert "is outside its domain: " in message
    assert "\n" not in message
    assert len(message) < 200


def test_shapes_that_do_not_broadcast_and_states_that_are_none():
    state = solve_steady_state(MODELS["equilibrium"])
    with pytest.raises(ValueError, match=r"^p and omega of the shapes \(2,\) and \(3,\)") as caught:
        occupied_spectral_weight(state, [0.1, 0.2], [0.1, 0.2, 0.3])
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=r"^state = .* is outside its domain: a SteadyState$"):
        occupied_spectral_weight(state.parameters, 0.1, 0.1)


def test_kernel_of_any_precision_is_the_same_program():
    state = solve_steady_state(MODELS["unitarity"])
    with mpmath.workdps(50):
        xi = mpmath.mpf(0.25) - state.mu
        arguments = (mpmath.mpf(0.6), xi, state.gap, state.parameters.linewidth, 1e-3, 1e-5)
        (exact,) = spectral_mpmath.occupied(*map(mpmath.mpf, arguments))
    found = occupied_spectral_weight(state, 0.5, 0.6)
    assert state.edge > 0.6
    assert found == pytest.approx(float(exact), rel=1e-13)


def test_carriers_with_masses_and_rates_of_their_own() -> None:
    # against G^R Sigma^< G^A and G^R Sigma^> G^A of matrices; a hole is a missing electron
    bath, lead = Reservoir("bath", (0.12, 0.05)), Reservoir("lead", (0.01, 0.02), 0.4, 0.1)
    model = Model(Contact(0.5), [bath, lead], 3.0, bands=Bands.of_ratio(2.0), neutral=True)
    found = solve_steady_state(model)
    omega = np.linspace(-3.0, 3.0, 41)
    matrices = Matrices.of(found)
    for p in (0.0, 0.4, 1.3):
        lesser, _ = matrices.occupied_and_empty(omega, p * p)
        _, greater = matrices.occupied_and_empty(-omega, p * p)
        electrons, holes = (
            occupied_spectral_weight(found, p, omega, carrier) for carrier in ("electrons", "holes")
        )
        np.testing.assert_allclose(electrons, (-1j * lesser[:, 0, 0]).real, rtol=1e-11)
        np.testing.assert_allclose(holes, (1j * greater[:, 1, 1]).real, rtol=1e-11)
        assert np.abs(electrons - holes).max() > 1e-2 * electrons.max()


def test_both_components_of_equal_carriers_are_alike() -> None:
    weight = spectral.carriers_weight()
    xi, gamma = symbols.xi, symbols.linewidth
    equal = dict.fromkeys(spectral._XI, xi) | dict.fromkeys(spectral._RATES, gamma)
    assert sp.cancel(weight.subs(equal) - spectral.occupied_weight()) == 0
    state = solve_steady_state(MODELS["unitarity"])
    values = [occupied_spectral_weight(state, 0.5, 0.3, c) for c in ("electrons", "holes")]
    assert values[0] == values[1]
    with pytest.raises(ValueError, match="carrier = 'photons' is outside its domain"):
        occupied_spectral_weight(state, 0.5, 0.3, "photons")


def test_a_wrong_weight_is_no_quotient_of_positive_terms():
    with pytest.raises(ValueError, match="off by"):
        spectral._positive_terms(spectral.occupied_weight().subs(symbols.gap, 2 * symbols.gap))
    with pytest.raises(ValueError, match="off by"):
        spectral._positive_carriers(spectral.carriers_weight().subs(symbols.gap, 2 * symbols.gap))


def test_exported_when_asked_for():
    assert "occupied_spectral_weight" in dir(numerics)
    with pytest.raises(AttributeError, match="has no attribute 'spectral_weights'"):
        _ = numerics.spectral_weights
