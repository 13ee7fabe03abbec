"""Half-planes of poles whose closed form has nested roots, or none."""

import pytest
import sympy as sp
from mpmath import mp

from derive import fermi, integrate_frequency
from tests.derive.integrand_family import evaluate

nu = sp.Symbol("nu", real=True)
W, g, x = sp.symbols("W g x", positive=True)
a, b = sp.symbols("a b", real=True)
AT = {W: sp.Rational(3, 2), g: sp.Rational(2, 5), x: sp.Rational(1, 3), a: -1, b: 2}

INTEGRANDS = {
    # |P|**2 written out: over- or underdamped, the poles of P are below the axis
    "oscillator": 1 / sp.expand((W**2 - nu**2) ** 2 + 4 * g**2 * nu**2),
    "rate under a root": 1 / sp.expand((W**2 - nu**2) ** 2 + g * nu**2),
    "occupied": fermi(nu - a, x) / sp.expand((W**2 - nu**2) ** 2 + 4 * g**2 * nu**2),
    # polynomials in nu**2 without a real root
    "positive coefficients": 1 / (nu**4 + sp.sqrt(x) * nu**2 + W / (g + 1)),
    "negative discriminant": fermi(nu, 0) / (nu**4 + a * nu**2 + a**2 + b**2 + 1),
}


@pytest.mark.parametrize("name", INTEGRANDS)
def test_roots_are_not_needed(name):
    integrand = INTEGRANDS[name]
    found = integrate_frequency(integrand, nu)
    with mp.workdps(30):
        value, _ = evaluate(found.subs(AT))
        function = sp.lambdify(nu, integrand.subs(AT), "mpmath")
        marks = [-mp.inf, -4, -1.5, -1, 0, 1, 1.5, 4, mp.inf]
        expected = mp.quad(function, marks) / (2 * mp.pi)
        assert abs(value - expected) < mp.mpf(10) ** -14 * abs(expected)


@pytest.mark.parametrize("below", [nu**4 - W, nu**4 + a * nu**2 + 1, nu**4 + a * nu**2 + b])
def test_real_roots_are_not_passed_over(below):
    with pytest.raises(ValueError, match="real axis"):
        integrate_frequency(1 / below, nu)
