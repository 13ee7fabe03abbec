"""The closed forms of the gap and number equations against quadrature of their integrands."""

import functools

import mpmath
import pytest
import sympy as sp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from derive import symbols
from derive.model.reservoirs import bath, fermi_reservoir
from derive.model.steady_state import gap_kernel, number_kernel
from numerics.kernels import steady_state_mpmath as kernels
from tests.derive.support import quadrature_reference as reference
from tests.derive.support.quadrature_reference import FermiBath

# The quadrature is good to 1e-38 of the integral of the absolute value, the closed forms lose
# what their terms cancel: 1/E and 1/gamma are at most 1e4 and 1e6 here.  45 - 7 - 10 > 25 digits.
TOLERANCE = mpmath.mpf(10) ** -25

GIVEN = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def decimals(low: float, high: float, places: int = 4) -> st.SearchStrategy[str]:
    """Exact decimal fractions, as texts that every precision reads alike."""
    scale = 10**places
    return st.integers(int(low * scale), int(high * scale)).map(lambda n: f"{n / scale:.{places}f}")


widths = st.sampled_from(["0.9", "0.05", "1e-3", "2.5e-6"])
temperatures = st.sampled_from(["0", "0", "1.5", "0.04", "1e-4"])
point = {
    "xi": decimals(-2, 6),
    "gap": decimals(1e-4, 1.5),
    "gamma_b": widths,
    "gamma_v": widths,
    "edge": decimals(-2, 2),
    "temperature": temperatures,
}


def closed_forms() -> dict[bool, object]:
    """Return the package's kernels of the model as functions, by whether T > 0."""
    inputs = [symbols.xi, symbols.gap, symbols.gamma_b, symbols.gamma_v, symbols.edge]
    functions = {}
    for thermal in (False, True):
        temperature = symbols.temperature if thermal else sp.S.Zero
        model = [bath(temperature), "vacuum"]
        functions[thermal] = sp.lambdify(
            [*inputs, symbols.temperature], [gap_kernel(model), number_kernel(model)], "mpmath"
        )
    return functions


@pytest.fixture(scope="module")
def kernel():
    return closed_forms()


def assert_close(value, integral: reference.Integral) -> None:
    expected = integral.value / (2 * mpmath.pi)
    value = mpmath.mpc(value)
    allowed = TOLERANCE * integral.absolute / (2 * mpmath.pi)
    assert abs(value.real - expected.real) <= allowed
    assert abs(value.imag - expected.imag) <= allowed


@given(**point)
@settings(GIVEN, max_examples=8)
@example(xi="0.3", gap="0.2", gamma_b="1e-3", gamma_v="1e-3", edge="0", temperature="0")
@example(xi="0", gap="1e-4", gamma_b="1e-3", gamma_v="2.5e-6", edge="1e-4", temperature="0")
@example(xi="0.3", gap="0.4", gamma_b="1e-3", gamma_v="1e-3", edge="0.5", temperature="0")
@example(xi="0.3", gap="0.4", gamma_b="1e-3", gamma_v="1e-3", edge="-0.5", temperature="1e-4")
@example(xi="-0.8", gap="0.1", gamma_b="1e-8", gamma_v="1e-9", edge="0.8", temperature="0")
def test_model_against_the_printed_equations(kernel, xi, gap, gamma_b, gamma_v, edge, temperature):
    with mpmath.workdps(reference.DIGITS):
        xi, gap, rate, decay, edge, T = map(
            mpmath.mpf, (xi, gap, gamma_b, gamma_v, edge, temperature)
        )
        baths = [FermiBath(rate, edge, T), FermiBath(decay)]
        gamma = rate + decay
        geometry = reference.steady_state_geometry(xi, gap, baths, gamma)
        expected_gap = reference.integrate_axis(
            lambda v: reference.printed_gap(v, xi, gap, baths, gamma), *geometry
        )
        expected_number = reference.integrate_axis(
            lambda v: reference.printed_number(v, xi, gap, baths[0], decay), *geometry
        )
        derived = kernel[T > 0](xi, gap, rate, decay, edge, T)
        assert_close(derived[0], expected_gap)
        assert_close(derived[1], expected_number)

        occupied = (
            kernels.thermal(xi, gap, gamma, edge, T)
            if T > 0
            else kernels.step(xi, gap, gamma, edge)
        )
        empty = kernels.empty(xi, gap, gamma)
        generated = [rate * occupied[i] + decay * empty[i] for i in range(3)]
        assert_close(mpmath.mpc(generated[0], generated[1]), expected_gap)
        assert_close(generated[2], expected_number)


@pytest.mark.parametrize("temperature", ["0", "0.03"])
def test_model_against_matrices(kernel, temperature):
    """The same from 2x2 matrices inverted numerically, without any formula of the model."""
    with mpmath.workdps(reference.DIGITS):
        xi, gap, rate, decay, edge, T = map(
            mpmath.mpf, ("-0.31", "0.17", "0.004", "0.0013", "0.22", temperature)
        )
        baths = [FermiBath(rate, edge, T), FermiBath(decay)]
        geometry = reference.steady_state_geometry(xi, gap, baths, rate + decay)
        derived = kernel[T > 0](xi, gap, rate, decay, edge, T)
        integrands = functools.cache(
            lambda v: reference.matrix_integrands(v, xi, gap, baths, rate + decay)
        )
        for index in (0, 1):
            expected = reference.integrate_axis(lambda v, i=index: integrands(v)[i], *geometry)
            assert_close(derived[index], expected)


def test_three_reservoirs_of_different_temperatures():
    rates, edges, temperatures = (
        ("0.02", "0.01", "0.005"),
        ("0.3", "-0.2", "0.7"),
        ("0", "0.1", "0.02"),
    )
    model = [
        fermi_reservoir(f"r{i}", *map(sp.Rational, row))
        for i, row in enumerate(zip(rates, edges, temperatures, strict=True))
    ]
    values = [
        sp.lambdify([symbols.xi, symbols.gap], kernel(model), "mpmath")
        for kernel in (gap_kernel, number_kernel)
    ]
    with mpmath.workdps(reference.DIGITS):
        baths = [
            FermiBath(*map(mpmath.mpf, row)) for row in zip(rates, edges, temperatures, strict=True)
        ]
        xi, gap, gamma = mpmath.mpf("0.11"), mpmath.mpf("0.4"), sum(b.rate for b in baths)
        geometry = reference.steady_state_geometry(xi, gap, baths, gamma)
        integrands = functools.cache(
            lambda v: reference.matrix_integrands(v, xi, gap, baths, gamma)
        )
        for index, value in enumerate(values):
            expected = reference.integrate_axis(lambda v, i=index: integrands(v)[i], *geometry)
            assert_close(value(xi, gap), expected)


@pytest.mark.parametrize("name", ["equilibrium", "empty", "step", "thermal"])
def test_derivatives_of_the_generated_kernels(name):
    """Every `f_by_x` is the derivative of `f`, here by central differences.

    At 60 digits and a step of 1e-20 the truncation is 1e-40 of the third derivative, at most
    1e-34, and the rounding 1e-40.
    """
    values = {"xi": "-0.31", "Delta_0": "0.17", "gamma": "0.013", "B": "0.22", "T_b": "0.03"}
    function = getattr(kernels, name)
    outputs = getattr(kernels, f"{name.upper()}_OUTPUTS")
    inputs = function.__code__.co_varnames[: function.__code__.co_argcount - 1]
    with mpmath.workdps(60):
        at = {key: mpmath.mpf(values[key]) for key in inputs}
        step = mpmath.mpf(10) ** -20
        results = dict(zip(outputs, function(**at), strict=True))
        wrt = set(inputs) - {"T_b"}
        assert {n.split("_by_")[1] for n in outputs if "_by_" in n} == wrt
        for symbol in wrt:
            above = function(**(at | {symbol: at[symbol] + step}))
            below = function(**(at | {symbol: at[symbol] - step}))
            for output, up, down in zip(outputs, above, below, strict=True):
                if "_by_" in output:
                    continue
                slope = (up - down) / (2 * step)
                scale = 1 + abs(slope)
                assert abs(results[f"{output}_by_{symbol}"] - slope) < 1e-30 * scale, output


def test_equilibrium_is_the_limit_of_vanishing_linewidth():
    """(14) and (15) at T = 0, written down: 1/(2 E) and 1 - xi/E."""
    with mpmath.workdps(reference.DIGITS):
        xi, gap = mpmath.mpf("0.4"), mpmath.mpf("0.3")
        E = mpmath.sqrt(xi**2 + gap**2)
        values = dict(zip(kernels.EQUILIBRIUM_OUTPUTS, kernels.equilibrium(xi, gap), strict=True))
        assert abs(values["gap"] - 1 / (2 * E)) < mpmath.mpf(10) ** -40
        assert abs(values["number"] - (1 - xi / E)) < mpmath.mpf(10) ** -40
        # for a bath of rate gamma at B = 0 the corrections are of first order in gamma
        gaps = []
        for gamma in (mpmath.mpf("1e-6"), mpmath.mpf("1e-7")):
            real, _, number = (gamma * v for v in kernels.step(xi, gap, gamma, mpmath.mpf(0))[:3])
            gaps.append((abs(real - values["gap"]), abs(number - values["number"])))
        for large, small in zip(*gaps, strict=True):
            assert abs(mpmath.log10(large / small) - 1) < 1e-3
