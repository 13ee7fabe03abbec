"""Closed forms of both orders of the limits gamma -> 0 and q -> 0, against the whole."""

import itertools

import pytest
import sympy as sp
from mpmath import mp

from derive import expand, symbols
from derive.closed_forms.narrow import even, even_slope, lowest_terms, odd, odd_slope
from derive.hanai2017.evidence import converges, number
from derive.hanai2017.limits.bcs import loop_integral, product_integral
from derive.hanai2017.limits.orders import bcs_sum, wave_first, wave_first_stiffness, width_first


@pytest.fixture(autouse=True)
def digits():
    with mp.workdps(30):
        yield


def test_the_orders_differ_by_what_vanishes_in_equilibrium():
    rest = symbols.gap**2 * even / (symbols.energy**2 * symbols.xi)
    assert lowest_terms(wave_first() - width_first() - rest) == 0
    velocity_squared = 4 * (symbols.xi + symbols.mu)
    stiffness = velocity_squared * wave_first() / (12 * symbols.gap**2)
    rest = velocity_squared * symbols.xi * even / (12 * symbols.energy**4)
    assert lowest_terms(wave_first_stiffness() - stiffness + rest) == 0


def test_bec_limit_of_the_second_order_of_limits():
    # xi^-3 [1 + gamma_v/gamma - 3 r f] - 2 r xi^-2 (-f'), r = gamma_b/gamma
    r, f, slope = sp.symbols("r f f_slope", real=True)
    known = {even: 1 - r * (f + 1), odd: r * (1 - f), even_slope: -r * slope, odd_slope: -r * slope}
    found = sp.cancel(wave_first() / symbols.gap**2).xreplace(known)
    xi = symbols.xi
    limit = found.xreplace({symbols.energy: xi})
    expected = xi**-3 * (2 - r - 3 * r * f) + 2 * r * slope / xi**2
    assert sp.cancel(limit - expected) == 0


@pytest.mark.parametrize(("edge", "f"), [("1/4", 0), ("7/4", 1)])
@pytest.mark.parametrize("name", ["alpha11", "beta22"])
def test_finite_linewidth_tends_to_the_closed_form(name, edge, f):
    """Away from the step, with q -> 0 first: the error is of the first order in gamma."""
    xi, gap, r, mu = mp.mpf(3) / 4, mp.mpf(1) / 3, mp.mpf(7) / 10, mp.mpf(2) / 5
    if name == "alpha11":
        whole = expand(2, 2).constant - expand(1, 1).constant
        limit = wave_first()
    else:
        whole, limit = -expand(2, 2).wave, wave_first_stiffness()
    at = {symbols.xi: xi, symbols.gap: gap, symbols.energy: mp.hypot(xi, gap), symbols.mu: mu}
    at[symbols.edge] = mp.mpf(sp.Rational(edge).p) / sp.Rational(edge).q
    state = {even: 1 - r * (f + 1), odd: r * (1 - f), even_slope: mp.zero, odd_slope: mp.zero}
    value = number(limit, at | state)

    def deviation(gamma):
        rates = {symbols.gamma_b: r * gamma, symbols.gamma_v: (1 - r) * gamma}
        return number(whole, at | rates).real - value

    steps = [mp.mpf(10) ** -k for k in range(2, 7)]
    found = converges(
        deviation, steps, order=1, scale=abs(value), digits=30, detail="gamma -> 0 after q -> 0"
    )
    assert found.holds, found


def test_76_with_long_waves_first():
    """In a driven state the deviation is of the first order in Delta_0/mu, with F_+ its cause."""
    ratio, edge = mp.mpf("0.8"), mp.mpf("1.2")
    # integrals at constant density in units of Delta_0, with F_+ = 1 - r - r f, f = 1 below s
    s = mp.sqrt(edge**2 - 1)
    density = (1 - ratio) * mp.pi - 2 * ratio * mp.atan(s)
    spread = (1 - ratio) * mp.pi / 2 - ratio * (mp.atan(s) - s / edge**2)
    stiffness = 2 * ratio * (1 - s / edge) - 2 * ratio / (s * edge)
    expected = (density - 3 * spread / 2) / stiffness

    def deviation(gap):
        exprs = wave_first(), wave_first_stiffness()
        alpha, beta = (bcs_sum(expr, ratio, edge, gap) for expr in exprs)
        return (3 * gap**2 * beta / alpha - 1) / gap - expected

    # the next order has a logarithm, like that of the other order of limits
    values = [deviation(mp.mpf(10) ** -k) for k in (3, 5, 7)]
    assert abs(values[-1]) < 1e-5 * abs(expected)
    for large, small in itertools.pairwise(values):
        assert 20 < abs(large / small) < 200


def test_76_at_constant_density_holds_at_any_linewidth():
    # beta_22/alpha_11 = v^2/(12 Delta_0^2), both from the expansion with q -> 0 first
    pair = product_integral(("12", "12"))[0]
    alpha = loop_integral(2, 2, "constant")[0] - loop_integral(1, 1, "constant")[0]
    assert (alpha + pair * 2).is_zero
    assert not pair.is_zero
    by_gap = product_integral(("12", "12"), -2)[0]
    loop = product_integral((2, "G", 3, "G", 2, "G", 3, "G"), 0, True)[0]
    assert (by_gap * 2 + loop).is_zero
