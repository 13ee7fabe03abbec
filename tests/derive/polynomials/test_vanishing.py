"""Whether a polynomial with roots and the imaginary unit vanishes, and principal parts of it."""

import pytest
import sympy as sp

from derive.polynomials.poles import fractions, principal_parts
from derive.polynomials.vanishing import is_zero_polynomial

x, y, z = sp.symbols("x y z", positive=True)
nu = sp.Symbol("nu", real=True)
ROOT, UNIT, QUOTIENT = sp.sqrt(x**2 + y), sp.sqrt(x + sp.I * y), sp.sqrt(y / x + z)
#: Zero for all values of the symbols, none of them as SymPy writes them.
ZEROS = {
    "binomial": (x + y) ** 3 - x * (x + y) ** 2 - y * (x + y) ** 2,
    "root": (ROOT + y) * (ROOT - y) - x**2 - y + y**2,
    "odd power": ROOT**3 - (x**2 + y) * ROOT,
    "unit": (x + sp.I * y) ** 3 + sp.I * (y - sp.I * x) ** 3,
    "unit under a root": (x - sp.I * y) * UNIT**3 - (x**2 + y**2) * UNIT,
    "quotient under a root": x * QUOTIENT**3 - (y + x * z) * QUOTIENT,
    "number": sp.pi * (x + 1) - sp.pi * x - sp.pi,
}


@pytest.mark.parametrize("name", ZEROS)
def test_zeros_are_seen_and_nothing_else_is(name):
    zero = ZEROS[name]
    assert is_zero_polynomial(zero)
    for term in (1, x, sp.I * y, ROOT, sp.pi * z):
        assert not is_zero_polynomial(zero + term)


def test_what_is_no_polynomial_is_refused():
    with pytest.raises(ValueError, match="polynomial"):
        is_zero_polynomial(x**y - 1)


@pytest.mark.parametrize("orders", [(1, 1, 1), (2, 1, 3), (3, 4, 1)])
def test_principal_parts_leave_what_has_no_pole(orders):
    # the sum of all principal parts is the function, since it vanishes at infinity
    places = (x + sp.I * y, x - sp.I * y, -sp.I * z)
    denominator = sp.Mul(*((nu - at) ** n for at, n in zip(places, orders, strict=True)))
    expr = (3 - nu + x * nu**2) / denominator
    (fraction,) = fractions(expr, nu)
    parts = sp.Add(
        *(
            c / (nu - pole.location) ** k
            for pole in principal_parts(fraction, nu)
            for k, c in enumerate(pole.coefficients, 1)
        )
    )
    at = {x: sp.Rational(3, 7), y: sp.Rational(2, 5), z: sp.Rational(5, 3), nu: sp.Rational(1, 2)}
    left = sp.N((parts - expr).xreplace(at), 30)
    assert abs(left) < 1e-25
    assert abs(sp.N(expr.xreplace(at), 30)) > 1e-3
