"""The frequency engine against ball arithmetic: any poles, any occupations, mpmath and doubles."""

import math

import mpmath
import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from mpmath import mp

from derive import integrate_frequency
from tests.derive.support.ball_quadrature import ball_integral
from tests.derive.support.condition import rounding_error
from tests.derive.support.occupied_family import NU, Occupation, Term, terms

R, i = sp.Rational, sp.I

#: Digits asked for, and those that are looked at: the last two may be off.
DIGITS, GOOD = 30, 28
#: Decimal digits that results of floats have, less those that the condition takes.
FLOAT_DIGITS = 12
#: Operations in doubles on the way: each term has some ten factors.
OPERATIONS = 10

#: A failing example is as readable as a shrunk one, and shrinking takes minutes.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


def family(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        phases=UNSHRUNK,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def assert_right(value: sp.Expr, parts: list[Term], digits: int = GOOD) -> None:
    """Compare 2 pi times a result with the ball integral."""
    with mp.workdps(40):
        found = mp.mpmathify(value)
        expected, error = ball_integral([t.integrand() for t in parts], digits)
        assert mp.isfinite(found)
        # a reference without digits is good for a value that vanishes only
        assert error <= mp.mpf(10) ** (3 - digits) * abs(expected) or error < mp.mpf(10) ** -90
        assert abs(found - expected) <= mp.mpf(10) ** -digits * abs(expected) + error


def check(term: Term) -> None:
    result = integrate_frequency(term.expression, NU)
    assert_right(sp.N(2 * sp.pi * result, DIGITS), [term])


# equal and nearly equal poles on both sides of the axis, below an edge, at high multiplicity
TRIPLE = (R(1, 3) + i / 7, R(1, 3) + i / 7, R(1, 3) + i / 7 + R(1, 10**25), R(1, 3) - i / 7)
EIGHT = (1 + i, 1 + i, 1 + i + i / 10**9, 1 - i, 1 - i, i / 40, i / 40, -i / 40)


@given(terms(cold=True, most=3))
@family(10)
@example(Term((R(1), R(2)), TRIPLE, (Occupation("step", R(1, 3), R(0)),)))
@example(Term((R(1),), EIGHT, (Occupation("sign", R(1), R(0)),), expanded=True))
def test_steps(term):
    check(term)


def warm(kind, edge, temperature="1/4"):
    return Occupation(kind, R(edge), R(temperature))


@given(terms(cold=False, most=3))
@family(2)
@example(Term((i,), TRIPLE, (warm("slope", 0),)))
@example(Term((R(1),), EIGHT, (warm("fermi", 1),)))
# a product of Bose and Fermi factors that does not decay without it, edges next to each other
@example(
    Term(
        (R(2), i, R(0), R(1)),
        (1 + i, -i),
        (warm("coth", 1), warm("slope", R(100001, 100000)), warm("fermi", 1 + R(1, 10**30))),
    )
)
@example(Term((i,), (1 + i, 2 - i, -i, 3 + i), (warm("bose", 1), warm("bose", R(3, 2)))))
def test_thermal_factors(term):
    check(term)


@given(terms(cold=False, most=1), terms(cold=False, most=1))
@family(2)
def test_two_temperatures(one, two):
    result = integrate_frequency(one.expression + two.expression, NU)
    assert_right(sp.N(2 * sp.pi * result, DIGITS), [one, two])


def check_floats(term: Term) -> None:
    short = term.in_decimals
    result = integrate_frequency(short.with_floats, NU)
    assert_right(2 * mpmath.pi * complex(result), [short], FLOAT_DIGITS)


@given(st.booleans().flatmap(lambda cold: terms(cold=cold, most=2)))
@family(5)
@example(Term((R(1),), (R(1, 10) - i, R(1, 10) - i), (Occupation("step", R(0), R(0)),)))
@example(Term((R(1),), (1 + i, 2 - i, -i), (warm("coth", "3/10", "9/40"),)))
# one temperature, written twice and divided by different floats
@example(Term((R(1),), (i, 1 - i, 2 - i), (warm("coth", 1, "3/20"), warm("scaled", 1, "3/20"))))
def test_floats(term):
    check_floats(term)


def check_doubles(term: Term) -> None:
    """In doubles the error is that of rounding the result's numbers, and of the operations."""
    result = integrate_frequency(term.expression, NU)
    found = complex(sp.lambdify([], result, "numpy")())
    assert math.isfinite(abs(found))
    with mp.workdps(40):
        expected = mp.mpmathify(sp.N(result, DIGITS))
        assert abs(found - expected) <= OPERATIONS * rounding_error(result)


@given(st.booleans().flatmap(lambda cold: terms(cold=cold, most=2)))
@family(5)
@example(Term((R(1), R(2)), TRIPLE, (Occupation("step", R(1, 3), R(0)),)))
@example(Term((R(1),), EIGHT, (warm("fermi", 1),)))
# a logarithm and a digamma function that cancel
@example(
    Term(
        (R(8, 7) - 4 * i / 5, -R(6, 5) - 2 * i, -R(1, 3) - i, 2 + 6 * i),
        (3 * i, -3 * i),
        (warm("window", R(-53, 40), R(7, 40)),),
    )
)
def test_doubles(term):
    check_doubles(term)


# The tests below take 2,400 integrands; half an hour on one core.


def at_length(strategy, function, examples):
    """Run a check on drawn terms."""

    @given(strategy)
    @family(examples)
    def run(term):
        function(term)

    run()


ANY = st.booleans().flatmap(lambda cold: terms(cold=cold, most=2))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_steps_at_length(part):
    at_length(terms(cold=True, most=3), check, 250)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_thermal_factors_at_length(part):
    at_length(terms(cold=False, most=3), check, 100)


@pytest.mark.slow
def test_floats_at_length():
    at_length(ANY, check_floats, 200)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_doubles_at_length(part):
    at_length(ANY, check_doubles, 100)
