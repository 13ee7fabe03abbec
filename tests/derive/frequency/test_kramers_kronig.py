"""Kramers-Kronig partners: of known functions, and by quadrature of the principal value."""

import pytest
import sympy as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp

from derive import bose, fermi, kramers_kronig
from tests.derive.support.integrand_family import positive, rationals

R, i = sp.Rational, sp.I
nu = sp.Symbol("nu", real=True)
W, T = sp.symbols("W T", positive=True)
a, B = sp.symbols("a B", real=True)

lower = st.builds(lambda x, y: x - i * y, rationals, positive)


@given(st.lists(st.tuples(lower, st.integers(1, 3)), min_size=1, max_size=3), rationals)
@settings(deadline=None, max_examples=15)
@example([(1 - i, 3)], R(1))
@example([(1 - i, 1), (1 - i + R(1, 10**20), 1)], R(1))
def test_parts_of_an_analytic_function(poles, omega):
    """What is analytic above the axis has exactly these parts."""
    chi = (1 + 2 * i) / sp.Mul(*((nu - z) ** m for z, m in poles))
    bar = (1 - 2 * i) / sp.Mul(*((nu - sp.conjugate(z)) ** m for z, m in poles))
    real, imaginary = (chi + bar) / 2, (chi - bar) / (2 * i)
    for given_part, other, kind in ((imaginary, real, "imaginary"), (real, imaginary, "real")):
        found = kramers_kronig(given_part, nu, omega, given=kind)
        assert abs(sp.N(found - other.subs(nu, omega), 30, maxn=400)) < R(1, 10**28)


def test_symbols():
    damped = 1 / (W**2 - nu**2 - 2 * i * a**2 * nu)
    with pytest.raises(ValueError, match="cannot decide"):
        kramers_kronig(1 / ((nu - a) ** 2 + B**2), nu)
    g = sp.Symbol("g", positive=True)
    damped = damped.subs(a**2, g)
    square = (W**2 - nu**2) ** 2 + 4 * g**2 * nu**2
    found = kramers_kronig(2 * g * nu / square, nu)
    assert sp.simplify(found - (W**2 - nu**2) / square) == 0


def test_the_frequency_need_not_be_declared_real():
    free = sp.Symbol("nu")
    found = kramers_kronig(-W / (free**2 + W**2), free)
    assert sp.simplify(found - free / (free**2 + W**2)) == 0


def principal_value(function, omega, marks):
    """Return P int dnu/pi function/(nu - omega), folded at the pole, with 30 digits."""
    ends = sorted({mp.mpf(0), *(abs(m - omega) for m in marks if m != omega), mp.mpf(40)})
    ends.append(mp.inf)
    return mp.quad(lambda t: (function(omega + t) - function(omega - t)) / t, ends) / mp.pi


OCCUPIED = {
    "fermi": (fermi(nu - B, T) / (nu**2 + W**2), lambda x, f: 1 / (mp.exp((x - 1) / f) + 1)),
    "bose": (nu * bose(nu, T) / (nu**2 + W**2), lambda x, f: x / mp.expm1(x / f)),
    "tanh": (nu * sp.tanh(nu / (2 * T)) / (nu**2 + W**2) ** 2, None),
    "step": (fermi(nu - B, 0) / (nu**2 + W**2), lambda x, f: mp.mpf(x < 1)),
}


@pytest.mark.parametrize("name", OCCUPIED)
@pytest.mark.parametrize("omega", [R(3, 10), R(7, 2)])
def test_occupied_parts_by_quadrature(name, omega):
    part, occupation = OCCUPIED[name]
    found = kramers_kronig(part, nu, a).subs({B: 1, W: R(1, 2), T: R(1, 4), a: omega})
    with mp.workdps(32):
        heat, width = mp.mpf(1) / 4, mp.mpf(1) / 2

        def function(x):
            if occupation is None:
                return x * mp.tanh(x / (2 * heat)) / (x * x + width**2) ** 2
            return occupation(x, heat) / (x * x + width**2) if x else function(mp.mpf(10) ** -30)

        at = mp.mpf(omega.p) / omega.q
        marks = [mp.mpf(m) for m in (-3, -1, 0, 1, 3)]
        expected = principal_value(function, at, marks)
        value = mp.mpmathify(sp.N(found, 32))
        # quadrature with panels that end at the features is good to half the digits or better
        assert abs(value - expected) < mp.mpf(10) ** -20 * abs(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1 / (nu**2 + 1), nu, sp.Symbol("w")), "not known to be a real frequency"),
        ((1 / (nu**2 + 1), nu, i), "not known to be a real frequency"),
        ((1 / (nu**2 + 1), nu, nu + 1), "not known to be a real frequency"),
        ((1 / (nu**2 + 1), nu, "w"), "is text"),
        (("1", nu), "must be a SymPy Expr and Symbol"),
        ((nu, nu), "does not decay"),
        ((1 / nu**2, nu), "diverges"),
        # a double pole at a, on either side of the step
        ((fermi(nu - B, 0) / ((nu - a) * (nu**2 + 1)), nu, a), "unknown side of an edge"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        kramers_kronig(*arguments)


def test_what_is_given_outside_its_domain():
    with pytest.raises(ValueError, match="given = 'both' is outside its domain"):
        kramers_kronig(1 / (nu**2 + 1), nu, given="both")
