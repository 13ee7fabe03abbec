"""Matsubara sums against sums term by term."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from mpmath import mp

from derive import fermi, matsubara_sum
from tests.derive.support.integrand_family import number
from tests.derive.support.matsubara_reference import matsubara_reference

R, i = sp.Rational, sp.I
nu = sp.Symbol("nu")
E, T = sp.symbols("E T", positive=True)
x, y = sp.symbols("x y", real=True)

#: Digits asked for.
DIGITS = 30
#: Relative accuracy of doubles, a rounding or two for each of the operations with one pole.
ROUNDING = 2.0**-53

parts = st.builds(R, st.integers(-12, 12), st.sampled_from([1, 2, 3, 7]))
temperatures = st.builds(R, st.integers(1, 12), st.sampled_from([1, 5, 20]))
places = st.builds(lambda a, b: a + i * b, parts, st.sampled_from([R(0), R(1, 3), R(-5, 7)]))
pole_lists = st.lists(
    st.tuples(places.filter(lambda z: z != 0), st.sampled_from([1, 1, 1, 2, 3])),
    min_size=2,
    max_size=4,
)


def summand(numerator, poles):
    degree = len(numerator) - 1
    above = sp.Add(*(c * nu ** (degree - k) for k, c in enumerate(numerator)))
    return above / sp.Mul(*((nu - z) ** m for z, m in poles))


def reference(numerator, poles, temperature, statistics):
    return matsubara_reference(
        [number(c) for c in numerator],
        [number(z) for z, m in poles for _ in range(m)],
        number(temperature),
        fermions=statistics == "fermi",
    )


@given(pole_lists, st.lists(parts, max_size=1), temperatures, st.sampled_from(["fermi", "bose"]))
@settings(
    deadline=None,
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
# degenerate poles, and nearly degenerate ones
@example([(R(1), 4)], [], R(1, 5), "fermi")
@example([(R(1), 2), (R(-1), 2)], [R(2)], R(1, 20), "bose")
@example([(R(1), 1), (1 + R(1, 10**25), 1), (R(1, 2), 1)], [], R(2), "fermi")
@example([(R(1), 2), (1 + R(1, 10**45), 1)], [], R(2), "bose")
# at the temperature that puts a pole next to a frequency, and at a low one
@example([(R(22, 7) * i, 1), (R(0), 2)], [], R(1), "fermi")
@example([(R(12), 1), (R(-12), 1)], [], R(1, 20), "bose")
# exponentially small
@example([(R(-6) + i / 3, 2), (R(-6) + i / 3, 2)], [], R(1, 20), "bose")
def test_sums_term_by_term(poles, more, temperature, statistics):
    numerator = (R(1), *more)
    found = matsubara_sum(
        summand(numerator, poles), nu, temperature, statistics, convergence="symmetric"
    )
    with mp.workdps(DIGITS + 60):
        expected, size = reference(numerator, poles, temperature, statistics)
    with mp.workdps(DIGITS):
        value = mp.mpmathify(sp.N(found, DIGITS))
        # the result is relative to itself; the reference, to its terms at 90 digits
        assert abs(value - expected) <= 10 * mp.eps * abs(expected) + size * mp.mpf(10) ** -70


def test_polynomials_without_roots_in_closed_form():
    quintic = nu**5 + 2 * nu + 1
    found = matsubara_sum(nu / quintic, nu, R(1, 3))
    with mp.workdps(60):
        poles = mp.polyroots([1, 0, 0, 0, 2, 1], maxsteps=200, extraprec=200)
        expected, _ = matsubara_reference([1, 0], poles, mp.mpf(1) / 3, fermions=True)
        assert abs(mp.mpmathify(sp.N(found, 40)) - expected) < mp.mpf(10) ** -39 * abs(expected)


def test_textbook_sums():
    """The pair propagator and the density of fermions and bosons, with symbols."""
    assert (
        sp.simplify(
            matsubara_sum(1 / (nu**2 - E**2), nu, T).doit() + sp.tanh(E / (2 * T)) / (2 * E)
        )
        == 0
    )
    for statistics, sign in (("fermi", 1), ("bose", -1)):
        density = matsubara_sum(1 / (nu - x), nu, T, statistics, convergence="+0")
        assert sp.simplify(density.rewrite(sp.exp) - sign / (sp.exp(x / T) + sign)) == 0
        rest = matsubara_sum(1 / (nu - x), nu, T, statistics, convergence="-0")
        assert sp.simplify(density - rest) == 1
        middle = matsubara_sum(1 / (nu - x), nu, T, statistics, convergence="symmetric")
        assert sp.simplify(density + rest - 2 * middle) == 0


def test_derivatives():
    """Of the sum, by a pole and by the temperature, beside those of the sum written out."""
    found = matsubara_sum(1 / ((nu - x) * (nu - y)), nu, T, "bose")
    at = {x: R(1, 3), y: R(-5, 7), T: R(2, 5)}
    for symbol in (x, T):
        once = found.diff(symbol).subs(at).evalf(30)
        explicit = found.doit().diff(symbol).subs(at).evalf(30)
        assert abs(once - explicit) < 1e-28 * abs(explicit)


def test_doubles():
    """Next to each other and apart, in doubles: relative to the condition of tanh."""
    found = matsubara_sum(1 / ((nu - x) * (nu - y)), nu, T)
    points = np.array([0.3, 0.3, 0.3, 7.0]), np.array([0.3, 0.3 + 1e-12, -0.4, 2.0])
    values = sp.lambdify((x, y, T), found)(*points, 0.25)
    for a, b, value in zip(*points, values, strict=True):
        with mp.workdps(40):
            f = lambda z: -mp.tanh(z / (2 * mp.mpf(0.25))) / 2  # noqa: E731
            ends = mp.mpf(a), mp.mpf(b)
            slope = mp.diff(f, ends[0]) if a == b else (f(ends[0]) - f(ends[1])) / (a - ends[1])
        assert abs(value - slope) <= 50 * ROUNDING * abs(slope)
    for statistics, function in (("fermi", mp.tanh), ("bose", mp.coth)):
        double = sp.lambdify((x, T), matsubara_sum(1 / (nu - x) ** 2, nu, T, statistics))
        slope = mp.diff(lambda z: -function(2 * z) / 2, 0.3)  # noqa: B023
        assert abs(double(0.3, 0.25) - slope) <= 50 * ROUNDING * abs(slope)


@pytest.mark.parametrize(
    ("expr", "statistics", "message"),
    [
        (1 / (nu - x), "fermi", "falls off like 1/nu, with the coefficient 1"),
        (nu / (nu - x), "fermi", "the summand does not decay"),
        (1 / nu**2, "bose", "the pole at 0 is one of its frequencies"),
        (1 / (nu - i * sp.pi * T) ** 2, "fermi", "one of its frequencies"),
        (1 / (nu**2 + 9 * sp.pi**2 * T**2), "fermi", "one of its frequencies"),
        (sp.exp(nu) / nu**2, "fermi", "not a rational function of nu"),
        (fermi(nu, T) / nu**2, "fermi", "not a rational function of nu"),
        (1 / nu**2, "boson", "statistics = 'boson' is outside its domain"),
        ("1/nu**2", "fermi", "must be a SymPy Expr and Symbol"),
    ],
)
def test_refused(expr, statistics, message):
    with pytest.raises(ValueError, match=message):
        matsubara_sum(expr, nu, T, statistics)


@pytest.mark.parametrize("temperature", [0, -1, x, nu, "1"])
def test_temperature_outside_its_domain(temperature):
    with pytest.raises(ValueError, match="T = "):
        matsubara_sum(1 / (nu**2 - E**2), nu, temperature)


def test_convergence_outside_its_domain():
    with pytest.raises(ValueError, match="convergence = 'yes' is outside its domain"):
        matsubara_sum(1 / (nu**2 - E**2), nu, T, convergence="yes")


def test_the_whole_summand_is_judged():
    """Tails and infinite terms that cancel between terms are no reason to refuse."""
    whole = matsubara_sum(1 / (nu - x) - 1 / (nu - y), nu, T).doit()
    parts = [matsubara_sum(1 / (nu - z), nu, T, convergence="symmetric") for z in (x, y)]
    assert sp.simplify(whole - parts[0] + parts[1]) == 0
    removable = 1 / nu - E / (nu * (nu + E)) + 1 / (nu - E)
    pair = matsubara_sum(removable, nu, T, "bose", convergence="symmetric").doit()
    assert sp.simplify(pair) == 0
