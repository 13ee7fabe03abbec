"""The frequency engine against quadrature, on random rational functions with Fermi factors."""

import mpmath
import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from derive import integrate_frequency
from tests.derive.support import quadrature_reference as reference
from tests.derive.support.integrand_family import (
    NU,
    Occupied,
    Term,
    evaluate,
    number,
    occupied_terms,
    quadrature,
    rational_terms,
)

#: A failing example is as readable as a shrunk one, and shrinking takes minutes.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
FAMILY = settings(
    deadline=None,
    phases=UNSHRUNK,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
#: Beside the examples that are given; `test_family_at_length` draws three hundred.
FEW = 15
#: The quadrature is good to 1e-34 of the integral of the absolute value (45 digits, less those
#: that sums of terms with compensating tails lose); the result has 80, of which the partial
#: fractions of six poles at distances between 1/40 and 24 lose less than 6 log10(1000) = 18.
TOLERANCE = mpmath.mpf(10) ** -30

R, i = sp.Rational, sp.I
DOUBLE_PAIR = ((i / 40, 2), (-i / 40, 2))
COLLIDING = ((R(1, 3) + i / 7, 3), (R(1, 3) - i / 7, 3))


def assert_integral(value: sp.Expr, terms: tuple[Term, ...]) -> None:
    with mpmath.workdps(reference.DIGITS):
        expected = quadrature(terms)
    with mpmath.workdps(80):
        found, _ = evaluate(value)
        assert abs(found - expected.value) <= TOLERANCE * expected.absolute


@given(rational_terms())
@settings(FAMILY, max_examples=FEW)
@example(Term((R(1),), DOUBLE_PAIR, None, True))
@example(Term((R(1), R(0), R(2), i, R(1)), COLLIDING))
@example(Term((R(1),), ((i, 6),)))
def test_rational_functions(term):
    assert_integral(integrate_frequency(term.expression, NU), (term,))


@given(occupied_terms(thermal=False))
@settings(FAMILY, max_examples=FEW)
@example(Term((R(1),), DOUBLE_PAIR, Occupied(R(1), R(0), R(0)), True))
@example(Term((R(1), R(0), i), COLLIDING, Occupied(R(-2), R(1, 3), R(0))))
@example(Term((R(1),), ((-i, 6),), Occupied(R(1), R(-5), R(0))))
# the edge right below and above the pole
@example(Term((R(1),), ((1 + i, 2),), Occupied(R(1), R(-1), R(0))))
@example(Term((R(1),), ((1 - i, 2),), Occupied(R(-1), R(1), R(0))))
def test_steps(term):
    assert_integral(integrate_frequency(term.expression, NU), (term,))


@given(occupied_terms(thermal=True))
@settings(FAMILY, max_examples=FEW)
@example(Term((R(1),), DOUBLE_PAIR, Occupied(R(1), R(0), R(1, 100)), True))
@example(Term((R(1), R(0), i), COLLIDING, Occupied(R(-2), R(1, 3), R(2))))
@example(Term((R(1),), ((-i, 6),), Occupied(R(1), R(-5), R(1, 10))))
# a pole of the rational function at a Matsubara pole of the Fermi factor, to 3 digits
@example(Term((R(1),), ((i * R(157, 500), 2),), Occupied(R(1), R(0), R(1, 10))))
def test_thermal_occupations(term):
    assert_integral(integrate_frequency(term.expression, NU), (term,))


@pytest.mark.slow
@given(st.one_of(rational_terms(), occupied_terms(thermal=False), occupied_terms(thermal=True)))
@settings(FAMILY, max_examples=300)
def test_family_at_length(term):
    assert_integral(integrate_frequency(term.expression, NU), (term,))


def lorentz(offset, temperature, sign=1, slope=1, pole=-i / 5):
    """Return sign * fermi(slope nu - offset, T)/(nu - pole): a 1/nu tail at one end."""
    return Term((R(sign),), ((pole, 1),), Occupied(R(slope), -R(offset), R(temperature)))


COMPENSATED = {
    "two edges at T = 0": (lorentz(1, 0), lorentz(-2, 0, -1)),
    "one edge, two temperatures": (lorentz(1, 1), lorentz(1, "1/10", -1)),
    "T = 0 and T > 0": (lorentz(1, 0), lorentz("1/2", "1/3", -1)),
    "two edges, two temperatures": (lorentz(1, 1), lorentz(-2, "1/10", -1)),
    "two edges, two poles": (lorentz(1, 1), lorentz(-2, "1/10", -1, pole=3 + i)),
    "three factors": (lorentz(1, 1), lorentz(1, "1/2"), lorentz("1/3", "1/4", -2)),
    "different slopes": (lorentz(1, "1/2", slope=2), lorentz(-2, "1/10", -1)),
    "empty and full from both ends": (
        lorentz(1, "1/2"),
        lorentz("-3/2", "1/3", slope=-1),
        Term((R(-1),), ((-i / 5, 1),)),
    ),
    "the same at T = 0": (
        lorentz(1, 0),
        lorentz("-3/2", 0, slope=-2),
        Term((R(-1),), ((i / 7, 1),)),
    ),
    "without a factor": (Term((R(1),), ((i, 1),)), Term((R(-1),), ((-2 - i / 3, 1),))),
}


@pytest.mark.parametrize("terms", COMPENSATED.values(), ids=COMPENSATED.keys())
def test_tails_that_compensate(terms):
    expression = sp.Add(*(t.expression for t in terms))
    assert_integral(integrate_frequency(expression, NU), terms)


@pytest.mark.parametrize("terms", COMPENSATED.values(), ids=COMPENSATED.keys())
def test_a_tail_alone_diverges(terms):
    with pytest.raises(ValueError, match=r"diverges.*1/nu at [+-]oo"):
        integrate_frequency(terms[0].expression, NU)


SYMBOLS = {
    "a": sp.Symbol("a", real=True),
    "g": sp.Symbol("g", positive=True),
    "h": sp.Symbol("h", positive=True),
    "B": sp.Symbol("B", real=True),
    "T": sp.Symbol("T", positive=True),
    "s": sp.Symbol("s", positive=True),
    "w": sp.Symbol("w"),
}
VALUES = {"a": R(3, 7), "g": R(1, 5), "h": R(2), "B": R(-4, 3), "T": R(1, 4), "s": R(5, 3)}
VALUES["w"] = 1 - 2 * i


def symbolic_rows() -> dict[str, tuple[sp.Expr, Term]]:
    """Integrands with symbols, beside what they become with numbers."""
    a, g, h, B, T, s, w = SYMBOLS.values()
    v = VALUES
    poles = ((v["a"] + i * v["g"], 1), (v["a"] - i * v["g"], 1))
    squares = ((i * v["g"], 2), (-i * v["g"], 2))
    mixed = ((v["a"] + i * v["g"], 2), (-i * v["h"], 1))
    falling, rising = Occupied(-v["s"], v["B"], R(0)), Occupied(R(1), -v["B"], R(0))
    from derive import fermi

    return {
        "Lorentzian": (1 / ((NU - a) ** 2 + g**2), Term((R(1),), poles)),
        "expanded": (
            w * NU / sp.expand((NU**2 + g**2) ** 2),
            Term((v["w"], R(0)), squares),
        ),
        "step": (
            fermi(NU - B, 0) / ((NU - a) ** 2 + g**2),
            Term((R(1),), poles, rising),
        ),
        "falling step, double pole": (
            w * fermi(-s * NU + B, 0) / ((NU - a - i * g) ** 2 * (NU + i * h)),
            Term((v["w"],), mixed, falling),
        ),
        "thermal, double pole": (
            NU * fermi(s * NU + B, T) / ((NU - a - i * g) ** 2 * (NU + i * h)),
            Term((R(1), R(0)), mixed, Occupied(v["s"], v["B"], v["T"])),
        ),
        "thermal, both squares": (
            fermi(-NU + B, T) / (NU**2 + g**2) ** 2,
            Term((R(1),), squares, Occupied(R(-1), v["B"], v["T"])),
        ),
        "poles at a square root": (
            fermi(NU - B, T) / ((NU + i * h) ** 2 - g**2),
            Term(
                (R(1),),
                ((v["g"] - i * v["h"], 1), (-v["g"] - i * v["h"], 1)),
                Occupied(R(1), -v["B"], v["T"]),
            ),
        ),
    }


@pytest.mark.parametrize("name", symbolic_rows())
def test_symbols(name):
    expression, term = symbolic_rows()[name]
    result = integrate_frequency(expression, NU)
    assert not result.has(NU)
    assert_integral(result.subs({SYMBOLS[k]: v for k, v in VALUES.items()}), (term,))


def test_family_helpers_agree_with_sympy():
    """The two forms of an integrand, expression and function, are the same."""
    term = Term((i, R(2)), DOUBLE_PAIR, Occupied(R(-2), R(1), R(1, 3)))
    at = R(3, 11)
    with mpmath.workdps(30):
        value = term.compiled()(number(at))
        expected = sp.N(term.expression.subs(NU, at), 30)
        assert abs(value - mpmath.mpmathify(expected)) < 1e-25 * abs(value)
