"""Identities of the frequency integral that hold whatever the integrand is."""

import mpmath
import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from derive import fermi, integrate_frequency
from tests.derive.support.integrand_family import (
    NU,
    Occupied,
    Term,
    complex_rationals,
    evaluate,
    occupied_terms,
    positive,
    rational_terms,
    rationals,
)

#: A failing example is as readable as a shrunk one, and shrinking takes minutes.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
FAMILY = settings(
    deadline=None,
    phases=UNSHRUNK,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
any_terms = st.one_of(rational_terms(), occupied_terms(thermal=False), occupied_terms(thermal=True))
EDGE = sp.Symbol("B", real=True)
#: The sides of an identity are evaluated with 60 digits; the partial fractions of six poles at
#: distances between 1/40 and 24 lose less than 6 log10(1000) = 18 of them inside coefficients.
DIGITS, TOLERANCE = 60, mpmath.mpf(10) ** -40


def integral(expression: sp.Expr) -> sp.Expr:
    return integrate_frequency(expression, NU)


def assert_sum_vanishes(*parts: sp.Expr) -> None:
    """Compare a sum with the sizes of its terms."""
    with mpmath.workdps(DIGITS):
        values, sizes = zip(*(evaluate(part) for part in parts), strict=True)
        assert abs(mpmath.fsum(values)) <= TOLERANCE * mpmath.fsum(sizes)


def assert_equal(left: sp.Expr, right: sp.Expr) -> None:
    assert_sum_vanishes(left, -right)


@given(any_terms, any_terms, complex_rationals, complex_rationals)
@FAMILY
def test_linearity(one, two, c1, c2):
    both = integral(c1 * one.expression + c2 * two.expression)
    assert_sum_vanishes(both, -c1 * integral(one.expression), -c2 * integral(two.expression))


@given(any_terms, rationals)
@FAMILY
def test_shift_of_the_frequency(term, shift):
    shifted = term.expression.subs(NU, NU + shift)
    assert_equal(integral(shifted), integral(term.expression))


@given(any_terms)
@FAMILY
def test_reflection_of_the_frequency(term):
    assert_equal(integral(term.expression.subs(NU, -NU)), integral(term.expression))


@given(any_terms, positive)
@FAMILY
def test_scale_of_the_frequency(term, scale):
    scaled = scale * term.expression.subs(NU, scale * NU)
    assert_equal(integral(scaled), integral(term.expression))


@given(any_terms)
@FAMILY
def test_conjugation(term):
    conjugated = Term(
        tuple(sp.conjugate(c) for c in term.numerator),
        tuple((sp.conjugate(z), m) for z, m in term.poles),
        term.occupied,
        term.expanded,
    )
    with mpmath.workdps(DIGITS):
        (left, scale), (right, _) = (evaluate(integral(t.expression)) for t in (conjugated, term))
        assert abs(left - mpmath.conj(right)) <= TOLERANCE * scale


@given(occupied_terms(thermal=False) | occupied_terms(thermal=True))
@FAMILY
def test_particles_and_holes(term):
    """fermi(x, T) + fermi(-x, T) = 1."""
    occupied = term.occupied
    holes = Occupied(-occupied.slope, -occupied.offset, occupied.temperature)
    bare = Term(term.numerator, term.poles)
    other = Term(term.numerator, term.poles, holes)
    particle_part, hole_part, all_states = (integral(t.expression) for t in (term, other, bare))
    assert_sum_vanishes(particle_part, hole_part, -all_states)
    # the separate parts set the scale where all_states is zero
    both = integral(term.expression + other.expression)
    assert_sum_vanishes(both, -particle_part, -hole_part)


@given(rational_terms(), st.sampled_from([1, -1]), positive)
@FAMILY
def test_derivative_in_the_edge_is_the_integrand_there(term, sign, slope):
    """At T = 0 d/dB of the integral up to B is the integrand at B over 2 pi, exactly."""
    rising = slope * (NU - EDGE)
    result = integral(term.expression * fermi(sign * rising, 0))
    there = term.expression.subs(NU, EDGE) / (2 * sp.pi)
    difference = sp.together(result.diff(EDGE) - sign * there)
    assert sp.expand(sp.numer(difference)) == 0


def test_derivative_in_the_edge_with_symbols():
    a, g = sp.Symbol("a", real=True), sp.Symbol("g", positive=True)
    for function in (
        1 / ((NU - a) ** 2 + g**2),
        NU / ((NU - a - sp.I * g) ** 3 * (NU + sp.I * g)),
        1 / (NU**2 + g**2) ** 2,
    ):
        result = integral(function * fermi(NU - EDGE, 0))
        there = function.subs(NU, EDGE) / (2 * sp.pi)
        assert sp.expand(sp.numer(sp.together(result.diff(EDGE) - there))) == 0


@given(occupied_terms(thermal=True))
@settings(FAMILY, max_examples=8)
def test_derivative_in_the_edge_raises_the_order_at_finite_temperature(term):
    """Shifting the edge by B is shifting the function by -B: d/dB acts on the function."""
    slope = term.occupied.slope
    moved = term.expression.subs(term.occupied.expression, 1).subs(NU, NU + EDGE)
    result = integral(term.expression.xreplace({NU: NU - 0}))
    of_edge = integral(
        term.expression.subs(
            term.occupied.expression,
            fermi(slope * (NU - EDGE) + term.occupied.offset, term.occupied.temperature),
        )
    )
    derivative = integral(moved.diff(EDGE).subs(EDGE, 0) * term.occupied.expression)
    assert_equal(of_edge.subs(EDGE, 0), result)
    assert_equal(of_edge.diff(EDGE).subs(EDGE, 0), derivative)


@pytest.mark.parametrize("temperature", [sp.S.Zero, sp.Rational(1, 3)])
def test_one_factor_written_in_two_ways(temperature):
    """fermi(2 nu - 2, 2T) and fermi(nu - 1, T) are the same, so that their tails cancel."""
    difference = fermi(2 * NU - 2, 2 * temperature) - fermi(NU - 1, temperature)
    assert integral(difference / (NU + sp.I)) == 0


def test_a_factor_without_the_frequency_is_a_constant():
    factor = fermi(EDGE, sp.Symbol("T", positive=True))
    assert integral(factor / (NU**2 + 1)) == factor / 2


def test_zero():
    assert integral(sp.S.Zero) == 0


def test_removable_pole_on_the_axis():
    assert integral((NU**2 - 1) / ((NU - 1) * (NU**2 + 1) ** 2)) == sp.Rational(1, 4)


@pytest.mark.parametrize(("sign", "location"), [(1, 5), (-1, -5)])
def test_pole_on_the_unoccupied_part_of_the_axis(sign, location):
    """The integral of 1/((nu - 5)(nu + i)) up to 0 from its antiderivative by hand.

    1/((nu - 5)(nu + i)) = [1/(nu - 5) - 1/(nu + i)]/(5 + i); up to 0 the bracket integrates to
    log(-5/i) = log 5 + i pi/2 on the branch that vanishes at -oo.
    """
    result = integral(fermi(sign * NU, 0) / ((NU - location) * (NU + sign * sp.I)))
    expected = (sp.log(5) + sp.I * sp.pi / 2) / (5 + sp.I) / (2 * sp.pi)
    assert_equal(result, expected)


@pytest.mark.slow
def test_roots_without_closed_form():
    """x**6 + x + 5 has no roots in radicals; its residues are f = 1/p' at the upper roots."""
    polynomial = NU**6 + NU + 5
    roots = sp.Poly(polynomial, NU).nroots(n=40)
    above = [z for z in roots if sp.im(z) > 0]
    expected = sp.N(sp.I * sum(1 / polynomial.diff(NU).subs(NU, z) for z in above), 30)
    result = sp.N(integral(1 / polynomial), 20)
    assert abs(result - expected) < sp.Float(10, 30) ** -18
