"""SymPy's limits and series of divided differences, against their values close by."""

import pytest
import sympy as sp
from mpmath import mp

from derive import bose, fermi, integrate_frequency, matsubara_sum
from derive.functions.differences.difference import divided_difference
from derive.functions.differences.divided import divided_log, divided_polygamma
from derive.functions.differences.expansion import in_one_fraction
from derive.functions.polygamma import polygamma

i = sp.I
nu, a, b, edge = sp.symbols("nu a b B", real=True)
g, heat, width = sp.symbols("gamma T W", positive=True)
POINT = {
    a: sp.Rational(1, 3),
    b: sp.Rational(-2, 5),
    edge: sp.Rational(3, 7),
    g: sp.Rational(1, 9),
    heat: sp.Rational(1, 4),
    width: sp.Rational(6, 5),
}
PAIR = 1 / ((nu - a + i * g) * (nu - b + i * g))
LINES = 1 / (((nu - a) ** 2 + g**2) * ((nu - b) ** 2 + g**2))


def difference(integrand, **options):
    result = integrate_frequency(integrand, nu, **options)
    assert result.has(divided_difference, divided_log, divided_polygamma)
    return result


def value(expr, **at):
    known = {**POINT, **{symbol: at[symbol.name] for symbol in POINT if symbol.name in at}}
    return mp.mpmathify(sp.N(expr.subs(known), 30))


@pytest.mark.parametrize("divided", [None, True])
@pytest.mark.parametrize("temperature", [0, heat])
def test_poles_that_meet(temperature, divided):
    """The limit is the value there: a single double pole."""
    two = difference(fermi(nu - edge, temperature) * PAIR, divided=divided)
    one = integrate_frequency(fermi(nu - edge, temperature) / (nu - a + i * g) ** 2, nu)
    assert abs(value(sp.limit(two, b, a)) - value(one)) < 1e-25


@pytest.mark.parametrize("divided", [None, True])
@pytest.mark.parametrize("temperature", [0, heat])
def test_slope_where_poles_meet(temperature, divided):
    """A quotient of differences tends to the derivative: that of a double pole is half a triple's.

    Of 1/(x - a) (x - b) by b at b = a it is 1/(x - a)**3.
    """
    two = difference(fermi(nu - edge, temperature) * PAIR, divided=divided)
    slope = sp.limit((two - two.subs(b, a)) / (b - a), b, a)
    three = integrate_frequency(fermi(nu - edge, temperature) / (nu - a + i * g) ** 3, nu)
    assert abs(value(slope) - value(three)) < 1e-25


@pytest.mark.parametrize("divided", [None, True])
@pytest.mark.parametrize("temperature", [0, heat])
def test_series_at_a_collision(temperature, divided):
    """What is left of a series of order 3 falls with the cube of the distance."""
    two = difference(fermi(nu - edge, temperature) * PAIR, divided=divided)
    shifted = two.subs(b, a + b)
    series = sp.series(shifted, b, 0, 3).removeO()
    rests = [value(shifted - series, B=POINT[edge], b=sp.Rational(1, d)) for d in (1000, 2000)]
    assert abs(rests[0] / rests[1] - 8) < 0.05


@pytest.mark.parametrize("temperature", [0, heat])
@pytest.mark.parametrize("towards", [sp.oo, -sp.oo])
def test_pole_far_away(temperature, towards):
    """With one line at infinity the other one is alone, if the far one is not filled."""
    weight = difference(fermi(nu - edge, temperature) * LINES)
    single = integrate_frequency(fermi(nu - edge, temperature) / ((nu - a) ** 2 + g**2), nu)
    # the far line, of area 1/(2 gamma), is filled if it has gone down
    line = sp.Rational(1, 2) / g if towards < 0 else 0
    limit = sp.limit(b**2 * weight, b, towards)
    assert abs(value(limit) - value(single + line)) < 1e-25


def test_modulus_in_the_poles():
    """Poles at +-|xi|, as of a state without gap; the tail of the first line is 2 gamma/(pi xi)."""
    xi = sp.Symbol("xi", real=True)
    poles = [s * i * g + t * sp.Abs(xi) for s in (1, -1) for t in (1, -1)]
    above = (nu + xi) ** 2 + g**2
    number = difference(4 * g * above * fermi(nu - edge, 0) / sp.Mul(*(nu - z for z in poles)))
    assert sp.simplify(sp.limit(xi * number, xi, sp.oo) - 2 * g / sp.pi) == 0
    middle = sp.limit(number, xi, 0)
    line = integrate_frequency(4 * g * fermi(nu - edge, 0) / (nu**2 + g**2), nu)
    assert abs(value(middle) - value(line)) < 1e-25


@pytest.mark.parametrize("divided", [None, True])
def test_cold_limit(divided):
    warm = difference(fermi(nu - edge, heat) * PAIR, divided=divided)
    cold = integrate_frequency(fermi(nu - edge, 0) * PAIR, nu)
    assert abs(value(sp.limit(warm, heat, 0)) - value(cold)) < 1e-25


def test_sommerfeld_expansion():
    """In the temperature the series is asymptotic: its next term is (pi T)**2/6 times F'(B)."""
    warm = difference(fermi(nu - edge, heat) * PAIR)
    cold = integrate_frequency(fermi(nu - edge, 0) * PAIR, nu)
    series = sp.series(warm, heat, 0, 3).removeO()
    second = sp.pi / 12 * heat**2 * PAIR.diff(nu).subs(nu, edge)
    assert abs(value(series) - value(cold + second)) < 1e-25


def test_cold_limit_of_digammas():
    """Without a divided difference the digamma functions themselves have to become logarithms."""
    line = g / ((nu - a) ** 2 + g**2)
    warm = integrate_frequency(fermi(nu - edge, heat) * line, nu)
    assert warm.has(polygamma)
    assert not warm.has(divided_difference)
    cold = sp.atan((edge - a) / g) / (2 * sp.pi) + sp.Rational(1, 4)
    assert abs(value(sp.limit(warm, heat, 0)) - value(cold)) < 1e-25
    assert sp.limit(warm, edge, -sp.oo) == 0
    assert sp.limit(warm, edge, sp.oo) == sp.Rational(1, 2)


@pytest.mark.parametrize("order", [0, 1, 3])
def test_polygamma_far_away(order):
    """What is left of a series falls with the power that it was cut at."""
    x = sp.Symbol("x", positive=True)
    function = polygamma(order, sp.S.Half + (2 - i) / x)
    series = sp.series(function, x, 0, 6).removeO()
    rests = [
        mp.mpmathify(sp.N((function - series).subs(x, sp.Rational(1, d)), 40)) for d in (400, 800)
    ]
    assert abs(mp.log(abs(rests[0] / rests[1]), 2) - (6 + order % 2)) < 0.02


def test_matsubara_comb_cools():
    """Sums over Matsubara frequencies are no Fermi factor: their limit is that of tanh."""
    comb = divided_difference((1,), (a, b), (0, 0), ((2, 0, heat),))
    limit = sp.limit(comb, b, a)
    expected = -sp.pi / (2 * heat) / sp.cosh(a / (2 * heat)) ** 2
    assert abs(value(limit) - value(expected)) < 1e-25


@pytest.mark.parametrize("temperature", [0, heat])
def test_difference_of_occupations_over_a_small_bias(temperature):
    """A current over its bias: by hand the value at the edge, or -f' in the integrand."""
    bias = sp.Symbol("V", real=True)
    current = difference((fermi(nu - bias, temperature) - fermi(nu, temperature)) * PAIR)
    conductance = sp.limit(current / bias, bias, 0)
    if temperature == 0:
        expected = PAIR.subs(nu, 0) / (2 * sp.pi)
    else:
        expected = integrate_frequency(-fermi(nu, temperature).diff(nu) * PAIR, nu)
    assert abs(value(conductance) - value(expected)) < 1e-25


def test_matsubara_sums_at_the_ends():
    """By hand: the sum over 1/((nu - a)(nu - b)) is [tanh(b/2T) - tanh(a/2T)]/(2 (a - b))."""
    pair = matsubara_sum(1 / ((nu - a) * (nu - b)), nu, heat)
    at = {a: POINT[a], b: POINT[b]}
    # a > 0 > b
    assert sp.limit(pair.subs(at), heat, 0) == 1 / (POINT[b] - POINT[a])
    above = sp.limit(b * pair.subs({a: POINT[a], heat: POINT[heat]}), b, sp.oo)
    assert abs(value(above) - value((sp.tanh(POINT[a] / (2 * POINT[heat])) - 1) / 2)) < 1e-25
    assert sp.limit(heat * pair.subs(at), heat, sp.oo) == -sp.Rational(1, 4)


def test_bose_factor_cools_to_minus_a_step():
    line = nu / ((nu - a) ** 2 + g**2) / ((nu - b) ** 2 + g**2)
    warm = difference(line * bose(nu, heat))
    cold = integrate_frequency(-line * fermi(nu, 0), nu)
    assert abs(value(sp.limit(warm, heat, 0)) - value(cold)) < 1e-25


def test_sharp_line_on_a_known_side():
    """1/|W**2 - nu**2 - 2 i gamma nu|**2 becomes two delta functions over 8 gamma W**2 each."""
    below = (nu**2 - width**2 - 2 * i * g * nu) * (nu**2 - width**2 + 2 * i * g * nu)
    filled = difference(fermi(nu + width / 2, 0) / below)
    assert sp.simplify(sp.limit(g * filled, g, 0) - 1 / (8 * width**2)) == 0


def test_refusals_in_one_line():
    below = (nu**2 - width**2 - 2 * i * g * nu) * (nu**2 - width**2 + 2 * i * g * nu)
    unknown = difference(fermi(nu - edge, 0) / below)
    product = difference(fermi(nu - edge, heat) * fermi(nu - b, heat) / ((nu - a) ** 2 + g**2))
    quintic = sp.Tuple(1, -1, 0, 0, -1, i * g)
    roots = divided_difference((1,), (quintic,), (2,), ((1, edge, 0),))
    for expr, symbol, reason in (
        (g * unknown, g, "depends on whether .* is positive"),
        (product, heat, "in the edges or the temperature of a product"),
        (roots, g, "have no closed form"),
    ):
        with pytest.raises(NotImplementedError, match=reason) as refusal:
            sp.limit(expr, symbol, 0)
        assert "\n" not in str(refusal.value)
    with pytest.raises(NotImplementedError, match="its poles may be on the way"):
        sp.limit(polygamma(0, a - 1 / heat), heat, 0)


def test_bose_edge_is_no_regular_point():
    """A pole at the edge of a Bose factor: the value there is not that of the limit's formula."""
    weight = integrate_frequency(
        (nu - edge) * bose(nu - edge, heat) / ((nu - a) ** 2 + g**2) / (nu - b + i * g), nu
    )
    beside = weight.subs(edge, a + sp.Rational(1, 10**12))
    assert abs(value(sp.limit(weight, edge, a)) - value(beside)) < 1e-10


def test_one_fraction_equals_the_function():
    x = sp.Symbol("x", real=True)
    two = divided_difference((1,), (a + i * g, sp.Abs(x) + i * g), (1, 1), ((1, edge, 0),))
    for side in (1, -1):
        at = sp.Rational(side, 3)
        beside = in_one_fraction(two, x, side)
        assert not beside.has(sp.Abs)
        assert abs(value((beside - two).subs(x, at).subs(a, 2))) < 1e-25
