"""Half-planes of poles whose closed form has nested roots, or none."""

import pytest
import sympy as sp
from mpmath import mp

from derive import fermi, integrate_frequency
from tests.derive.support.integrand_family import evaluate

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


ENERGIES = sp.symbols("E_1:6", real=True)
WIDTHS = sp.symbols("g_1:6", positive=True)
RATES = sp.symbols("c_0:8", positive=True)
#: Polynomials that SymPy factors for minutes, or whose Hermite form has thousands of terms.
ENDLESS = {
    "expanded product": sp.expand(
        sp.Mul(*(nu - E + sp.I * w for E, w in zip(ENERGIES, WIDTHS, strict=True)))
    ),
    "no half-plane": sp.Add(*(c * (sp.I * nu) ** k for k, c in enumerate(RATES))) + nu**8,
    "real": sp.Add(*(c * nu**k for k, c in enumerate(RATES))) + nu**8,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_cannot_be_decided_is_refused_at_once(name):
    """An endless computation would be killed with all tests; there is no time measured here."""
    with pytest.raises(ValueError, match=r"cannot find the poles.*in factors"):
        integrate_frequency(1 / ENDLESS[name], nu)


def test_side_settles_what_assumptions_leave_open():
    z, w = sp.symbols("z w")
    integrand = fermi(nu, x) / ((nu - z) * (nu - w))
    with pytest.raises(ValueError, match="cannot decide"):
        integrate_frequency(integrand, nu)
    values = {z: 1 + 2 * sp.I, w: -1 - sp.I, x: sp.Rational(1, 3)}
    exact = sp.N(integrate_frequency(integrand.subs(values), nu), 20)
    for side in (
        {z: 1, w: "lower"},
        lambda pole: "upper" if pole == z else -1,
    ):
        found = sp.N(integrate_frequency(integrand, nu, side=side).subs(values), 20)
        assert abs(found - exact) < 1e-17 * abs(exact)
    # one answer for all undecided poles does not touch those that are decided
    both = integrate_frequency(1 / ((nu - z) * (nu + sp.I * g)), nu, side="upper")
    assert sp.simplify(both - sp.I / (z + sp.I * g)) == 0
    # all roots of a polynomial without closed form
    quintic = nu**5 + z * nu + 3
    one_sided = integrate_frequency(1 / (quintic * (nu + sp.I)), nu, side=1)
    assert sp.simplify(one_sided + sp.I / quintic.subs(nu, -sp.I)) == 0
    with pytest.raises(ValueError, match="side = 2 is outside its domain"):
        integrate_frequency(integrand, nu, side=2)


def test_principal_values_only_when_asked():
    """P int dnu/2pi 1/((nu - a)(nu**2 + g**2)) = -a/(2 g (a**2 + g**2)), by hand."""
    integrand = 1 / ((nu - a) * (nu**2 + g**2))
    with pytest.raises(ValueError, match="principal=True"):
        integrate_frequency(integrand, nu)
    found = integrate_frequency(integrand, nu, principal=True)
    assert sp.simplify(found + a / (2 * g * (a**2 + g**2))) == 0
    with pytest.raises(ValueError, match="lies on the real axis"):
        integrate_frequency(1 / ((nu - a) ** 2 * (nu**2 + g**2)), nu, principal=True)


def continued_fraction():
    """Return the resolvent of three coupled levels, all of the width g."""
    c, d = sp.symbols("c d", real=True)
    values = {a: 1, b: sp.Rational(2, 3), c: sp.Rational(-3, 4), d: sp.Rational(5, 4), g: 2}
    z = nu + sp.I * g
    return 1 / (z - a - b**2 / (z - c - d**2 / (z - a - c))), values


def test_long_cubic_polynomials_are_not_solved_by_radicals():
    """The sides of such roots are not decided in a minute; told, they need not be.

    Independently: the poles are the eigenvalues of a Hermitian matrix less i g.
    """
    resolvent, values = continued_fraction()
    with pytest.raises(ValueError, match="give the denominator in factors, assumptions"):
        integrate_frequency(fermi(nu, 0) * resolvent / (nu - sp.I), nu)
    found = integrate_frequency(fermi(nu, 0) * resolvent / (nu - sp.I), nu, side="lower")
    one, two, three, four, width = map(float, values.values())
    matrix = [[one, two, 0], [two, three, four], [0, four, one + three]]
    levels, vectors = mp.eigh(mp.matrix(matrix))
    terms = []
    for k, level in enumerate(levels):
        pole = level - 1j * width
        # theta/((nu - pole)(nu - i)) by logarithms, each with its cut along the path
        pair = (mp.log(pole) - mp.log(1j)) / (pole - 1j)
        terms.append(vectors[0, k] ** 2 * pair)
    expected = mp.fsum(terms) / (2 * mp.pi)
    assert abs(complex(found.subs(values)) - complex(expected)) < 1e-13
