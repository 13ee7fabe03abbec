"""The integrands of the gap and the number equation are those of (33) and (34)."""

import pytest
import sympy as sp

from derive.codegen.program import Program
from derive.codegen.real_split import split_complex
from derive.model.reservoirs import Reservoir, bath, distribution
from derive.model.steady_state import gap_integrand, gap_kernel, number_integrand, number_kernel
from derive.symbols import edge, gamma_b, gamma_v, gap, linewidth, nu, temperature, xi
from tests.derive.support.algebra import is_zero

E = sp.sqrt(xi**2 + gap**2)


def generic(count: int) -> list[Reservoir]:
    x = sp.Dummy("x", real=True)
    return [
        Reservoir(
            f"r{k}",
            sp.Symbol(f"gamma_{k}", positive=True),
            sp.Lambda(x, sp.Function(f"f_{k}", real=True)(x)),
        )
        for k in range(count)
    ]


def denominator(gamma: sp.Expr) -> sp.Expr:
    return ((nu - E) ** 2 + gamma**2) * ((nu + E) ** 2 + gamma**2)


def printed_33(model, gamma: sp.Expr) -> sp.Expr:
    """(33) under dnu/2pi; it is printed under dnu/pi."""
    F, G = distribution(model, nu), distribution(model, -nu)
    numerator = (F - G) / 2 * nu + (F + G) / 2 * (xi + sp.I * gamma)
    return 2 * numerator / denominator(gamma)


def printed_34(model, gamma: sp.Expr) -> sp.Expr:
    """(34) for any reservoirs: gamma_b f_b is the sum of gamma_lambda f_lambda."""
    filled = sum(r.rate * r.occupation(nu) for r in model)
    empty = sum(r.rate * (1 - r.occupation(-nu)) for r in model)
    return 4 * (((nu + xi) ** 2 + gamma**2) * filled + gap**2 * empty) / denominator(gamma)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_gap_integrand_is_33(count):
    model = generic(count)
    gamma = sum(r.rate for r in model)
    assert is_zero(gap_integrand(model) - printed_33(model, gamma))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_number_integrand_is_34(count):
    model = generic(count)
    gamma = sum(r.rate for r in model)
    assert is_zero(number_integrand(model) - printed_34(model, gamma))


def test_number_integrand_of_the_model_is_34_as_printed():
    """gamma [1 - (gamma_b/gamma) f_b(-omega)] with a vacuum that is empty."""
    f = bath().occupation
    gamma = gamma_b + gamma_v
    printed = ((nu + xi) ** 2 + gamma**2) * gamma_b * f(nu)
    printed += gap**2 * gamma * (1 - gamma_b / gamma * f(-nu))
    printed = 4 * printed / denominator(gamma)
    assert is_zero(number_integrand() - printed)


@pytest.mark.parametrize("integrand", [gap_integrand, number_integrand])
def test_additive_in_the_reservoirs_at_fixed_linewidth(integrand):
    model = generic(3)
    whole = integrand(model, linewidth=linewidth)
    parts = [integrand([r], linewidth=linewidth) for r in model]
    assert is_zero(whole - sum(parts))
    # with the sum of the rates as linewidth, it is the same
    total = sum(r.rate for r in model)
    assert is_zero(whole.subs(linewidth, total) - integrand(model))


def test_gap_integrand_stays_finite_without_order():
    assert sp.simplify(gap_integrand().subs(gap, 0)).is_finite is not False
    assert not gap_integrand().subs(gap, 0).has(sp.nan, sp.zoo)


@pytest.mark.parametrize("T", [sp.S.Zero, temperature], ids=["T = 0", "T > 0"])
def test_gap_equation_is_real_in_equilibrium(T):
    """One bath at B = 0: the imaginary part of the closed form vanishes identically."""
    kernel = gap_kernel([bath(T)]).subs(edge, 0)
    inputs = (xi, gap, gamma_b, *T.free_symbols)
    real, imaginary = parts(kernel, inputs)
    assert sp.simplify(imaginary) == 0
    assert sp.simplify(real) != 0


@pytest.mark.parametrize("T", [sp.S.Zero, temperature], ids=["T = 0", "T > 0"])
def test_gap_equation_is_complex_out_of_equilibrium(T):
    """A vacuum, or an edge, makes it complex."""
    inputs = (xi, gap, gamma_b, gamma_v, *T.free_symbols)
    with_vacuum = parts(gap_kernel([bath(T), "vacuum"]).subs(edge, 0), inputs)[1]
    moved = parts(gap_kernel([bath(T)]).subs(edge, sp.Rational(1, 3)), inputs)[1]
    for imaginary in (with_vacuum, moved):
        numbers = {xi: 0.2, gap: 0.3, gamma_b: 0.1, gamma_v: 0.2, temperature: 0.05}
        assert abs(imaginary.subs(numbers).doit().evalf()) > 1e-3


@pytest.mark.parametrize("T", [sp.S.Zero, temperature], ids=["T = 0", "T > 0"])
def test_number_of_particles_is_real(T):
    inputs = (xi, gap, gamma_b, gamma_v, edge, *T.free_symbols)
    assert sp.simplify(parts(number_kernel([bath(T), "vacuum"]), inputs)[1]) == 0


def parts(expression: sp.Expr, inputs) -> tuple[sp.Expr, sp.Expr]:
    """Split a closed form into real and imaginary part; real where the latter is absent."""
    program = split_complex(Program("kernel", "", inputs, (), (("value", expression),)))
    outputs = dict(program.outputs)
    if "value" in outputs:
        return outputs["value"], sp.S.Zero
    return outputs["value_real"], outputs["value_imag"]
