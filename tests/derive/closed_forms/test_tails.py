"""The series in 1/p**2: their coefficients, their integrals, and the generated functions."""

import functools
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derive import symbols
from derive.closed_forms.tails import tail_coefficients, tail_integral
from derive.functions.stable import polygamma_re
from numerics.kernels import steady_state_mpmath, steady_state_numpy
from tests.derive.support.pass_chain import stages
from tests.derive.support.program_evaluation import run

TERMS = 7
PARAMETERS = (
    symbols.mu,
    symbols.gap,
    symbols.linewidth,
    symbols.edge,
    symbols.temperature,
)
VALUES = ("0.7", "0.4", "0.03", "0.9", "0.05")
TAILS = {
    "empty_tail": ("empty", ("Delta_0", "gamma")),
    "fermi_tail": ("thermal", ("Delta_0", "gamma", "B", "T_b")),
}
OUTPUTS = ("gap_real", "gap_imag", "number")
#: Terms that the generated functions keep.
GENERATED = 6
#: Rounding of the powers and products in a monomial, and of the sums.
ULP = 32


@functools.cache
def coefficients(reservoir: str, output: str) -> tuple[sp.Expr, ...]:
    value = dict(stages(reservoir)["drop_vanishing"].outputs)[output]
    return tail_coefficients(value, TERMS)


def inputs() -> dict[str, Any]:
    return {str(s): mpmath.mpf(v) for s, v in zip(PARAMETERS, VALUES, strict=True)}


def numbers(expressions, at: dict[str, Any]) -> list[Any]:
    return sp.lambdify(PARAMETERS, list(expressions), "mpmath")(*(at[str(s)] for s in PARAMETERS))


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("reservoir", ["empty", "thermal"])
def test_remainder_is_of_the_next_order(reservoir, output):
    """After n terms, f(p) - sum falls off with the next coefficient that is not zero.

    The correction to that is (mu + E + ...)/p**2 = 1e-5 relative at p = 1e3; the difference of
    T > 0 from its asymptotic series is exp(-p**2/T), nothing.
    """
    program = stages(reservoir)["drop_vanishing"]
    with mpmath.workdps(90):
        at = inputs()
        exact = []
        for p in (mpmath.mpf(10) ** 3, mpmath.mpf(10) ** 4):
            exact.append((p, run(program, at | {"xi": p**2 - at["mu"]})[output]))
        c = numbers(coefficients(reservoir, output), at)
        assert any(c)
        for n in range(TERMS - 1):
            following = [k for k in range(n, TERMS) if c[k] != 0]
            if not following:
                continue
            k = following[0]
            rest = [v - sum(c[j] * p ** (-2 * j - 2) for j in range(n)) for p, v in exact]
            assert abs(mpmath.log10(rest[0] / rest[1]) - (2 * k + 2)) < 1e-3
            leading = rest[1] * exact[1][0] ** (2 * k + 2)
            assert abs(leading / c[k] - 1) < 1e-4


@pytest.mark.parametrize("output", OUTPUTS)
def test_series_at_zero_temperature_is_that_of_the_logarithms(output):
    """The digamma series at T = 0 against the closed form of a step."""
    program = stages("step")["drop_vanishing"]
    with mpmath.workdps(90):
        at = inputs() | {"T_b": mpmath.mpf(0)}
        p = mpmath.mpf(10) ** 4
        exact = run(program, at | {"xi": p**2 - at["mu"], "T_b": mpmath.mpf(1)})[output]
        c = numbers(coefficients("thermal", output), at)
        series = sum(x * p ** (-2 * k) for k, x in enumerate(c, 1))
        # the first term left out, relative to the first that counts
        assert abs(series - exact) < 1e-6 * abs(c[-1]) * p ** (-2 * TERMS) * 1e6


def test_leading_density():
    """(34) falls off like gamma_b/(pi eps_p): number starts with 2/(pi p**2) for two species.

    n_p of a bath per unit rate is 2/pi times the Lorentzian tail below the edge, and nothing of
    the sort for an empty reservoir, whose tail starts with gap**2/(gamma p**4).
    """
    assert sp.simplify(coefficients("thermal", "number")[0] - 2 / sp.pi) == 0
    first, second = coefficients("empty", "number")[:2]
    assert first == 0
    assert sp.simplify(second - symbols.gap**2 / symbols.linewidth) == 0


def test_unknown_function():
    y = symbols.energy + symbols.edge
    with pytest.raises(ValueError, match="no large-momentum series"):
        tail_coefficients(polygamma_re(1, sp.S.Half, y) / symbols.energy, 3)
    with pytest.raises(ValueError, match="no large-momentum series"):
        tail_coefficients(sp.log(symbols.energy) / symbols.energy, 3)


def test_tail_integral():
    """d/dP of the integral from P is minus the integrand; the last term is the last."""
    c = sp.symbols("c1:5")
    total, last = tail_integral(c)
    P = symbols.momentum
    integrand = P**2 / (2 * sp.pi**2) * sum(x * P ** (-2 * k) for k, x in enumerate(c, 1))
    assert sp.expand(total.diff(P) + integrand) == 0
    assert sp.expand(last - total.coeff(c[-1]) * c[-1]) == 0
    # every term but the first vanishes at infinity
    assert sp.limit(total.subs(c[0], 0), P, sp.oo) == 0


@pytest.mark.parametrize("name", TAILS)
def test_generated_tails_are_integrals_of_the_kernels(name):
    """Between P and 2P against quadrature of the kernel, to the size of the last term kept."""
    reservoir, arguments = TAILS[name]
    tail, kernel = getattr(steady_state_mpmath, name), getattr(steady_state_mpmath, reservoir)
    outputs = getattr(steady_state_mpmath, f"{name.upper()}_OUTPUTS")
    names = getattr(steady_state_mpmath, f"{reservoir.upper()}_OUTPUTS")
    with mpmath.workdps(30):
        at = inputs()
        own = {key: at[key] for key in arguments}
        values = functools.cache(lambda p: kernel(xi=p**2 - at["mu"], **own))
        P = mpmath.mpf(40)
        near, far = (
            dict(zip(outputs, tail(P=x, mu=at["mu"], **own), strict=True)) for x in (P, 2 * P)
        )
        for output in names:
            index, by_mu = names.index(output), output.replace("_by_xi", "_by_mu")
            base, _, symbol = output.partition("_by_")

            def integrand(p, index=index, output=output):
                value = values(p)[index]
                if output == "gap_real":
                    value -= 1 / (2 * at["gamma"] * p**2)
                if output == "gap_real_by_gamma":
                    value += 1 / (2 * at["gamma"] ** 2 * p**2)
                return p**2 * value / (2 * mpmath.pi**2) * (-1 if output.endswith("_by_xi") else 1)

            expected = mpmath.quad(integrand, mpmath.linspace(P, 2 * P, 5))
            # the first term left out is smaller than the last kept by the scale over P**2 = 1e-3;
            # a derivative by gamma multiplies it by at most 2/gamma, another by 100
            slack = abs(near[f"{base}_last"]) * (100 if symbol else 1)
            assert abs(near[by_mu] - far[by_mu] - expected) <= slack + mpmath.mpf(10) ** -24
            assert slack < 1e-8 * (1 + abs(expected))


@functools.cache
def monomials(reservoir: str, base: str, symbol: str) -> Any:
    """Return the monomials of an integral beyond P, or of its derivative, as a function."""
    kept = list(coefficients(reservoir, base))[:GENERATED]
    if base == "gap_real":
        kept[0] = sp.S.Zero
    total, _ = tail_integral(tuple(kept))
    if symbol:
        total = total.diff({str(s): s for s in PARAMETERS}[symbol])
    terms = sp.Add.make_args(sp.expand(total))
    return sp.lambdify((symbols.momentum, *PARAMETERS), terms, "numpy")


@given(
    st.floats(20, 2000),
    st.floats(-3, 3),
    st.floats(1e-6, 1.5),
    st.floats(1e-8, 0.3),
    st.floats(-2, 2),
    st.floats(1e-4, 0.5),
)
@settings(deadline=None, max_examples=40)
def test_numpy_tails(P, mu, gap, gamma, edge, temperature):
    """Within some ulp of the sum of the monomials, in whatever way they are grouped."""
    inputs = (P, mu, gap, gamma, edge, temperature)
    values = dict(zip(("P", "mu", "Delta_0", "gamma", "B", "T_b"), inputs, strict=True))
    for name, (reservoir, arguments) in TAILS.items():
        own = {key: values[key] for key in ("P", "mu", *arguments)}
        outputs = getattr(steady_state_mpmath, f"{name.upper()}_OUTPUTS")
        with mpmath.workdps(50):
            exact = getattr(steady_state_mpmath, name)(**{k: mpmath.mpf(x) for k, x in own.items()})
            computed = getattr(steady_state_numpy, name)(**own)
            for output, expected, found in zip(outputs, exact, computed, strict=True):
                base, _, symbol = output.removesuffix("_last").partition("_by_")
                scale = sum(map(abs, monomials(reservoir, base, symbol)(*inputs)))
                if symbol == "gamma":
                    # 1/gamma times a polynomial is differentiated as a product, whose two terms
                    # cancel where the polynomial is proportional to gamma
                    scale += 2 * sum(map(abs, monomials(reservoir, base, "")(*inputs))) / gamma
                error = float(abs(mpmath.mpf(float(found)) - expected))
                # products of tiny parameters underflow
                assert error <= ULP * 2.0**-52 * scale + 1e-300, output


def test_numpy_tails_take_arrays():
    P = np.array([30.0, 60.0])
    values = steady_state_numpy.empty_tail(P, 0.5, 0.4, 1e-3)
    assert all(np.shape(v) == (2,) for v in values if np.ndim(v))
