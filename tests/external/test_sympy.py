"""What the derivation relies on in SymPy."""

import os
import subprocess
import sys

import mpmath
import pytest
import sympy as sp
from sympy.polys.ring_series import rs_atan, rs_log, rs_nth_root, rs_series_inversion
from sympy.polys.rings import ring

x, y = sp.symbols("x y", real=True)


def cse_in_a_new_process(seed: str) -> str:
    code = (
        "import sympy as sp\n"
        "a, b, c = sp.symbols('a b c')\n"
        "e = [sp.sqrt(a + b) * (a + b) / (a * b * c + 1), sp.log(a + b) * a * b + (a * b * c)**2,\n"
        "     a * b * sp.log(a + b) - sp.atan2(a * b, a + b), a + b + a * b + c]\n"
        "print(sp.cse(e, order='canonical'))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout


def test_cse_in_canonical_order_is_reproducible():
    assert len({cse_in_a_new_process(seed) for seed in ("0", "1", "42")}) == 1


def test_cse_accepts_own_symbols():
    names = sp.numbered_symbols("x", real=True)
    found, _ = sp.cse([(x + y) ** 2, sp.log(x + y)], symbols=names, order="canonical")
    assert found == [(sp.Symbol("x0", real=True), x + y)]


def test_digamma_is_polygamma_of_order_zero():
    z = sp.Symbol("z")
    assert sp.digamma(z) == sp.polygamma(0, z)
    assert isinstance(sp.digamma(z), sp.polygamma)


@pytest.mark.parametrize("order", [0, 1, 2, 5])
def test_polygamma_of_complex_numbers(order):
    """polygamma(n, z) = (-1)^(n+1) n! sum 1/(z + k)^(n+1), n > 0; psi from log Gamma, n = 0."""
    z = sp.Rational(1, 3) + sp.I * sp.Rational(7, 5)
    with mpmath.workdps(30):
        at = mpmath.mpc("1", "0") / 3 + mpmath.mpc(0, "1.4")
        expected = mpmath.diff(mpmath.loggamma, at, order + 1)
        found = mpmath.mpmathify(sp.polygamma(order, z).evalf(30))
        assert abs(found - expected) < 1e-15 * abs(expected)


def test_derivative_of_polygamma():
    z = sp.Symbol("z")
    assert sp.polygamma(1, 2 * z).diff(z) == 2 * sp.polygamma(2, 2 * z)


def test_lambdify_prints_polygamma_for_mpmath():
    z = sp.Symbol("z")
    function = sp.lambdify(z, sp.polygamma(2, z), "mpmath")
    assert function(mpmath.mpc(1, 2)) == mpmath.psi(2, mpmath.mpc(1, 2))


def test_logarithm_is_the_principal_branch():
    assert sp.log(-1) == sp.I * sp.pi
    above, below = (sp.log(-2 + s * sp.I / 10**9).evalf() for s in (1, -1))
    assert sp.im(above) > 3
    assert sp.im(below) < -3


def test_heaviside_at_zero():
    assert sp.Heaviside(0) == sp.Rational(1, 2)
    assert sp.Heaviside(-3) == 0


def test_immutable_matrices_keep_their_type():
    a, b, c, d = sp.symbols("a b c d")
    matrix = sp.ImmutableMatrix([[a, b], [c, d]])
    assert isinstance(matrix * matrix, sp.ImmutableMatrix)
    assert isinstance(matrix / 2, sp.ImmutableMatrix)
    assert isinstance(matrix.H, sp.ImmutableMatrix)
    assert matrix.adjugate() == sp.Matrix([[d, -b], [-c, a]])
    assert isinstance(matrix.adjugate(), sp.ImmutableMatrix)
    assert sp.expand(matrix.det()) == a * d - b * c
    assert hash(matrix) == hash(sp.ImmutableMatrix([[a, b], [c, d]]))


def test_adjoint_conjugates_real_and_complex_symbols():
    z = sp.Symbol("z")
    assert sp.Matrix([[x], [sp.conjugate(z)]]) == sp.ImmutableMatrix([[x, z]]).H


def test_imaginary_part_from_assumptions():
    g = sp.Symbol("g", positive=True)
    assert sp.im(x + sp.I * g).is_positive
    assert sp.im(x - sp.I * g).is_negative
    assert sp.im(x + 3).is_zero
    assert sp.im(sp.Symbol("z")).is_positive is None


def test_strict_sympify_refuses_text():
    with pytest.raises(sp.SympifyError):
        sp.sympify("x + 1", strict=True)


def test_fdiff_sets_partial_derivatives():
    class probe(sp.Function):
        nargs = 2

        def fdiff(self, argindex=1):
            return sp.Symbol(f"d{argindex}")

    assert probe(x**2, 3 * x).diff(x) == 2 * x * sp.Symbol("d1") + 3 * sp.Symbol("d2")


SERIES = {
    "logarithm": (rs_log, sp.log(1 + y + 2 * y**2), 1),
    "arctangent": (rs_atan, sp.atan(y + 2 * y**2), 0),
    "inverse": (rs_series_inversion, 1 / (1 + y + 2 * y**2), 1),
    "root": (lambda p, v, n: rs_nth_root(p, 2, v, n), sp.sqrt(1 + y + 2 * y**2), 1),
}


@pytest.mark.parametrize("name", SERIES)
def test_ring_series(name):
    function, expression, constant = SERIES[name]
    _, v, a = ring("v, a", sp.QQ)
    series = function(constant + v + 2 * v**2, v, 6)
    expected = sp.series(expression, y, 0, 6).removeO()
    assert sp.expand(series.as_expr().subs(sp.Symbol("v"), y) - expected) == 0
    # a further generator is carried along as a coefficient
    assert function(constant + a * v, v, 3).as_expr().has(sp.Symbol("a"))


def test_terms_of_a_ring_element():
    R, v, a = ring("v, a", sp.QQ)
    assert dict((2 * v**3 * a + 1).terms()) == {(3, 1): 2, (0, 0): 1}
    assert R({(1, 2): sp.QQ(3)}) == 3 * v * a**2


def test_frequency_integrals_are_not_left_to_sympy():
    """Without evaluation it keeps the integral: the engine of this project is still needed."""
    B = sp.Symbol("B", real=True)
    integral = sp.Integral(sp.Heaviside(B - x) / (x**2 + 1) ** 2, (x, -sp.oo, sp.oo))
    assert isinstance(integral, sp.Integral)
