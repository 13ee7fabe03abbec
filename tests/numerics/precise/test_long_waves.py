"""(46), (47), (72), (76) and the Thouless criterion on driven states solved to 25 digits.

M(q, omega) comes from the loop, alpha, beta, eta and zeta from other closed forms, (72) from its
own sum over momenta: nothing is compared with itself.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import pytest
from mpmath import mp

from derive.hanai2017.evidence import converges
from numerics import (
    Parameters,
    find_boundary,
    fluctuation_matrix,
    hydrodynamics,
    narrow_hydrodynamics,
    solve_steady_state,
)
from numerics.precise import precise_matrix, precise_state
from tests.numerics.precise.coefficients import coefficients

DIGITS = 25
#: Driven states on both sides of the crossover.
STATES = {
    "strong": Parameters(inv_kfa=1.0, gamma_b=1e-2, gamma_v=1e-4),
    "unitary": Parameters(inv_kfa=0.0, gamma_b=1e-2, gamma_v=1e-3),
    "weak": Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5),
}
EVERY_STATE = pytest.mark.parametrize(
    "name", ["strong", *(pytest.param(n, marks=pytest.mark.slow) for n in ("unitary", "weak"))]
)
ENTRIES = ("11", "12", "21", "22")
#: Signs of q**2, and of eta omega at omega = i k, in (46).
SIGNS = {"11": 1, "12": -1, "21": 1, "22": 1}


@pytest.fixture(autouse=True)
def working_digits():
    with mp.workdps(DIGITS + 10):
        yield


@functools.cache
def solved(parameters: Parameters) -> Any:
    return precise_state(solve_steady_state(parameters), DIGITS)


@functools.cache
def matrix(parameters: Parameters, q: Any, omega: Any) -> dict[str, Any]:
    found = precise_matrix(solved(parameters), q, omega, DIGITS)
    return dict(zip(ENTRIES, found.value, strict=True))


@functools.cache
def known(parameters: Parameters) -> dict[str, Any]:
    """Return the coefficients of (46) by name; alpha_12 and alpha_22 are absent there."""
    found = coefficients(solved(parameters), DIGITS + 7)
    return {**found, "alpha12": mp.zero, "alpha22": mp.zero}


def halved(first: Any, count: int = 4) -> list[Any]:
    return [mp.mpf(first) / 2**k for k in range(count)]


def measured(deviation: Any, steps: list[Any], order: float, scale: Any) -> Any:
    found = converges(deviation, steps, order=order, scale=scale, digits=DIGITS, detail="")
    # what is left is small enough for the digits of M to show
    bound, drift = max(found.bound, 1e-14), max(found.drift, 1e-3)
    return dataclasses.replace(found, bound=bound, drift=drift)


@EVERY_STATE
@pytest.mark.parametrize("entry", ENTRIES)
def test_46_leaves_out_the_third_power_of_q_in_m11_and_the_fourth_elsewhere(name, entry):
    # at any q the momenta beyond gamma/q are outside of the series: |q|**3 in M_11
    parameters, c = STATES[name], known(STATES[name])

    def deviation(beta):
        def at(q):
            expansion = c[f"alpha{entry}"] + SIGNS[entry] * beta * q**2
            return matrix(parameters, q, mp.zero)[entry].real - expansion

        return at

    # the lower power hides a wrong coefficient down to smaller q
    steps = halved(parameters.linewidth / (10**5 if entry == "11" else 1000))
    order = 3 if entry == "11" else 4
    scale = abs(c[f"beta{entry}"]) * steps[0] ** 2
    found = measured(deviation(c[f"beta{entry}"]), steps, order, scale)
    assert found.holds, found
    # a coefficient that is wrong by a part in a thousand is seen
    wrong = c[f"beta{entry}"] * (1 + mp.mpf(10) ** -3)
    assert not measured(deviation(wrong), steps, order, scale).holds


@EVERY_STATE
@pytest.mark.parametrize("entry", ENTRIES)
def test_46_leaves_out_the_square_of_omega(name, entry):
    # at omega = i k all of M is real, (45)
    parameters, c = STATES[name], known(STATES[name])

    def remainder(k, eta, zeta):
        expansion = c[f"alpha{entry}"] + SIGNS[entry] * eta * k - SIGNS[entry] * zeta * k**2
        return matrix(parameters, mp.zero, mp.mpc(0, k))[entry].real - expansion

    steps = halved(parameters.linewidth / 10**4)
    eta = c[f"eta{entry}"]
    scale = abs(eta) * steps[0]
    found = measured(lambda k: remainder(k, eta, 0), steps, 2, scale)
    assert found.holds, found
    wrong = eta * (1 + mp.mpf(10) ** -4)
    assert not measured(lambda k: remainder(k, wrong, 0), steps, 2, scale).holds
    if entry.endswith("2"):
        # M_12 has + zeta_12 omega**2, M_22 has - zeta_22 omega**2: that is all of this order
        zeta = -c[f"zeta{entry}"]
        found = measured(lambda k: remainder(k, eta, zeta), steps, 3, scale)
        assert found.holds, found


def determinant(parameters: Parameters, q: Any, omega: Any) -> Any:
    m = matrix(parameters, q, omega)
    return m["11"] * m["22"] - m["12"] * m["21"]


@EVERY_STATE
def test_47_is_the_determinant_of_46_and_not_of_m(name):
    parameters, c = STATES[name], known(STATES[name])
    prefactor = -(c["eta11"] * c["eta22"] + c["eta12"] * c["eta21"])
    damping = -(c["alpha11"] * c["eta22"] + c["alpha21"] * c["eta12"]) / prefactor
    stiffness = -(c["alpha11"] * c["beta22"] + c["alpha21"] * c["beta12"]) / prefactor
    whole = prefactor - c["alpha11"] * c["zeta22"] - c["alpha21"] * c["zeta12"]

    def remainder(k, a):
        # omega**2 + i Gamma omega at omega = i k, the first term with another prefactor
        return (
            determinant(parameters, mp.zero, mp.mpc(0, k)).real
            + a * k**2
            + (prefactor * damping * k)
        )

    steps = halved(parameters.linewidth / 10**4)
    scale = abs(whole) * steps[0] ** 2
    assert measured(lambda k: remainder(k, whole), steps, 3, scale).holds
    # A of (47) leaves a term of the order of omega**2
    assert measured(lambda k: remainder(k, prefactor), steps, 2, scale).holds
    assert abs(whole - prefactor) > 5e-4 * abs(prefactor)
    steps = halved(parameters.linewidth / 5000)
    scale = abs(prefactor * stiffness) * steps[0] ** 2
    along = measured(
        lambda q: determinant(parameters, q, mp.zero).real + prefactor * stiffness * q**2,
        steps,
        4,
        scale,
    )
    assert along.holds, along
    # the names mean the same in the numbers
    numbers = hydrodynamics(solved(parameters).double)
    for number, exact in (
        (numbers.prefactor, prefactor),
        (numbers.damping, damping),
        (numbers.stiffness, stiffness),
        (numbers.dynamic_prefactor, whole),
    ):
        assert number == pytest.approx(float(exact), rel=1e-8)


@pytest.mark.slow
def test_sound_is_that_of_the_whole_determinant():
    # close to equilibrium at unitarity, where mu ~ N**(2/3): m v**2 = 2 mu/3, so v**2 = 4 mu/3
    # in these units, up to gamma
    parameters = Parameters(inv_kfa=0.0, gamma_b=1e-6)
    state = solved(parameters)
    numbers = hydrodynamics(state.double)
    expected = math.sqrt(4 * float(state.mu) / 3)
    assert numbers.sound_velocity == pytest.approx(expected, rel=3e-6)
    # (47) as such is off by a third
    assert math.sqrt(numbers.stiffness) > 1.3 * expected
    q = mp.mpf(10) ** -7
    omega = mp.mpc(numbers.sound_velocity * q)
    for _ in range(6):
        found = precise_matrix(state, q, omega, 24, derivative=True)
        step = found.determinant / found.determinant_slope
        omega -= step
    assert abs(step) < 1e-10 * abs(omega)
    assert float(omega.real / q) == pytest.approx(numbers.sound_velocity, rel=1e-7)


# --- (72): the BEC limit, Delta_0 -> 0 at fixed interaction as the drive grows


@functools.cache
def near_the_normal_state(inv_kfa: float, part: float) -> Parameters:
    """Return parameters at which Delta_0**2 is about proportional to `part`."""
    rate = 1e-9
    end = find_boundary("normal", inv_kfa, gamma_b=rate).ratio
    return Parameters(inv_kfa, gamma_b=rate, gamma_v=rate * end * (1 - part))


def bec_limits(state: Any) -> tuple[Any, Any]:
    """Return alpha_11/Delta_0**2 of (72), gamma -> 0 first, and with q -> 0 first.

    f is one up to xi = B and -f' a delta function there; xi = p**2 - mu.
    """
    pairs, edge = -state.mu, state.edge
    parameters = state.parameters
    r = mp.mpf(parameters.gamma_b) / (mp.mpf(parameters.gamma_b) + mp.mpf(parameters.gamma_v))
    end = mp.sqrt(edge - pairs)
    everything = pairs ** mp.mpf(-1.5) / (32 * mp.pi)
    filled = mp.quad(lambda p: p**2 / (p**2 + pairs) ** 3, [0, end]) / (2 * mp.pi**2)
    at_edge = end / (4 * mp.pi**2) / edge**2
    return (
        everything - 2 * r * filled - 2 * r * at_edge,
        (2 - r) * everything - 3 * r * filled - 2 * r * at_edge,
    )


@pytest.mark.slow
@pytest.mark.parametrize("inv_kfa", [2.0, 3.0, 4.0])
def test_72_is_m11_in_the_bec_limit_and_the_other_order_is_not(inv_kfa):
    ratios: dict[str, list[Any]] = {"gaps": [], "narrow": [], "wide": []}
    # gamma/v << q << the momenta at which the occupation ends, and q << gamma/v
    for part in (0.1, 0.025):
        parameters = near_the_normal_state(inv_kfa, part)
        state = solved(parameters)
        narrow, wide = bec_limits(state)
        ratios["gaps"].append(state.gap / state.mu)
        for order, q, limit in (("narrow", "1e-3", narrow), ("wide", "1e-13", wide)):
            value = matrix(parameters, mp.mpf(q), mp.zero)["11"].real / state.gap**2
            ratios[order].append(value / limit - 1)
    slope = mp.log(ratios["gaps"][0] / ratios["gaps"][1])
    for order in ("narrow", "wide"):
        first, second = ratios[order]
        # the two orders differ by much more than what either misses
        assert abs(second) < 0.025 < 0.4 * abs(wide / narrow - 1)
        assert mp.log(first / second) / slope == pytest.approx(2, abs=0.2)


# --- (76): the BCS limit


@pytest.mark.slow
@pytest.mark.parametrize("inv_kfa", [-1.0, -1.5, -2.0])
def test_76_numerator_and_denominator_from_m(inv_kfa):
    parameters = Parameters(inv_kfa, gamma_b=1e-9, gamma_v=5e-12)
    state = solved(parameters)
    closed = narrow_hydrodynamics(state.double)
    # gamma << v q << Delta_0: what M_22 leaves out is of the order of q**4, of M_11 q**2
    waves = [part * state.gap**2 for part in (mp.mpf("3e-3"), mp.mpf("1e-3"))]
    for entry, power, coefficient in (("11", 0, closed.alpha11), ("22", 2, closed.beta22)):
        scaled = [matrix(parameters, q, mp.zero)[entry].real / q**power for q in waves]
        first, second = (value / mp.mpf(coefficient) - 1 for value in scaled)
        assert abs(second) < 3e-4
        assert mp.log(first / second) / mp.log(3) == pytest.approx(2, abs=0.03)
    alpha, beta = matrix(parameters, waves[-1], mp.zero)["11"].real, scaled[-1]
    square = (state.gap / state.mu) ** 2
    ratio = beta / alpha * 3 * state.gap**2 / state.mu
    assert abs(ratio - 1) < square * mp.log(8 * state.mu / state.gap)


# --- the Thouless criterion


@pytest.mark.parametrize(
    "exponent",
    [-1, -2, -4, *(pytest.param(k, marks=pytest.mark.slow) for k in (-3, -5, -6, -7, -8))],
)
@pytest.mark.parametrize("ratio", [0.0, 0.003])
def test_goldstone_mode_at_every_linewidth(exponent, ratio):
    rate = 10.0**exponent
    # with a low cutoff there is a condensate up to the largest one
    parameters = Parameters(1.0, gamma_b=rate, gamma_v=ratio * rate, cutoff=10.0)
    state = solve_steady_state(parameters)
    found = precise_matrix(precise_state(state, DIGITS), 0.0, 0.0, 20)
    fast = fluctuation_matrix(state, 0.0, 0.0, full=True)
    for row, entry in ((0, 1), (1, 3)):
        assert abs(found.value[entry]) <= found.error[entry] < 1e-20
        assert abs(fast.value[row, 1]) <= fast.error[row, 1]
    # what it is small against
    assert abs(found.value[0]) > 1e-6
