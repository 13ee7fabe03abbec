"""Reservoirs whose rates depend on the frequency: causality, Kramers-Kronig, what is refused."""

import pytest
import sympy as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp

from derive import (
    Reservoir,
    empty_reservoir,
    expand,
    fermi_reservoir,
    green_functions,
    integrate_frequency,
    kramers_kronig,
    lorentzian,
    number_integrand,
    response_integrand,
)
from derive.model.branches import branch_green_functions
from derive.model.greens import dyson_green_functions
from derive.model.reservoirs import environment_self_energy, self_energy
from derive.symbols import delta, gap, nu, omega, xi, xi_minus, xi_plus
from tests.derive.support.integrand_family import evaluate, number, positive, rationals

R = sp.Rational
EMPTY = sp.Lambda(omega, sp.S.Zero)
k, W = sp.symbols("kappa W", positive=True)
center, a = sp.symbols("omega_0 a", real=True)

#: Bands of several shapes: touching zero, with a double pole, with a flat part, far from the rest.
RATES = {
    "Lorentzian": lorentzian(R(1, 3), R(1, 2), R(2, 5)),
    "touches zero": sp.Lambda(omega, (omega - 1) ** 2 / (omega**4 + 1)),
    "double pole": sp.Lambda(omega, 3 / (omega**2 + 4) ** 2),
    "on a flat part": sp.Lambda(omega, R(1, 10) + 1 / (2 * (omega + 2) ** 2 + 1)),
    "a dip": sp.Lambda(omega, (omega**2 + R(1, 50)) / (omega**2 + 9)),
}


def value(expr: sp.Expr) -> mp.mpc:
    return mp.mpmathify(sp.N(expr, 30))


@pytest.mark.parametrize("name", RATES)
def test_self_energy_by_quadrature(name):
    """Sigma^R = int dnu/pi gamma(nu)/(omega + i0 - nu)."""
    rate, at = RATES[name], R(-3, 2)
    with mp.workdps(30):
        function = sp.lambdify(omega, rate(omega), "mpmath")
        x = number(at)
        marks = [mp.mpf(m) for m in (0, R(1, 2), 1, 2, 4)]
        # P int of gamma/(x - nu), folded at the pole
        real = mp.quad(lambda t: (function(x - t) - function(x + t)) / t, [*marks, mp.inf]) / mp.pi
        expected = real - 1j * function(x)
        sigma = environment_self_energy([Reservoir(name, rate, EMPTY)], at)
        scale = abs(expected)
        assert abs(value(sigma.retarded[0, 0]) - expected) < mp.mpf(10) ** -13 * scale
        partner = kramers_kronig(-rate(omega), omega, at)
        assert abs(value(partner) - mp.re(value(sigma.retarded[0, 0]))) < mp.mpf(10) ** -25 * scale


@pytest.mark.parametrize("name", RATES)
def test_parts_of_the_self_energy(name):
    """Sigma^R - Sigma^A = -2i gamma; holes are electrons of the opposite frequency."""
    rate, at = RATES[name], R(3, 7)
    reservoir = Reservoir(name, rate, EMPTY)
    here, there = (environment_self_energy([reservoir], w) for w in (at, -at))
    for component, where in ((0, at), (1, -at)):
        jump = (here.retarded - here.advanced)[component, component]
        assert abs(value(jump + 2 * sp.I * rate(where))) < 1e-25
        assert (
            abs(
                value(
                    sp.conjugate(here.retarded[component, component])
                    - here.advanced[component, component]
                )
            )
            < 1e-25
        )
    assert abs(value(here.retarded[1, 1] + there.advanced[0, 0])) < 1e-25


models = st.lists(
    st.one_of(
        st.builds(lorentzian, positive, positive, rationals),
        positive,
        st.sampled_from(list(RATES.values())),
    ),
    min_size=1,
    max_size=3,
)


@given(models, rationals, positive)
@settings(deadline=None, max_examples=20)
@example([lorentzian(100, R(1, 100), 1)], R(1), R(1))
@example([lorentzian(R(1, 40), 12), R(1, 40)], R(-12), R(12))
def test_poles_are_below_the_axis(rates, energy, order):
    """The rate of the reported case put its pole at +1.036i; no rate that is taken may."""
    chosen = [Reservoir(str(n), rate, EMPTY) for n, rate in enumerate(rates)]
    green = green_functions(chosen, xi=energy, gap=order)
    below = sp.Poly(sp.denom(green.retarded[0, 0]), omega)
    with mp.workdps(60):
        coefficients = [mp.mpmathify(sp.N(c, 60)) for c in below.all_coeffs()]
        poles = mp.polyroots(coefficients, maxsteps=500, extraprec=2000, error=False)
        assert all(mp.im(z) < 0 for z in poles)


@pytest.mark.parametrize("name", RATES)
def test_dyson_equation_and_fluctuation_dissipation(name):
    """Two routes to G; with all reservoirs at B = 0 and one T, G^K = (G^R - G^A)(1 - 2f)."""
    heat = R(1, 5)
    chosen = [
        fermi_reservoir(name, RATES[name], 0, heat),
        fermi_reservoir("flat", R(1, 9), 0, heat),
    ]
    at = {xi: R(-1, 3), gap: R(2, 7), omega: R(5, 11), delta: 0}
    green, other = green_functions(chosen), dyson_green_functions(chosen)
    tanh = sp.tanh(at[omega] / (2 * heat))
    for part in ("retarded", "advanced", "keldysh"):
        one, two = (sp.N(getattr(g, part).subs(at), 30) for g in (green, other))
        assert max(map(abs, one - two)) < 1e-25
    dissipated = sp.N(((green.retarded - green.advanced) * tanh).subs(at), 30)
    assert max(map(abs, sp.N(green.keldysh.subs(at), 30) - dissipated)) < 1e-25


def test_number_counts_the_lesser_part():
    at = {xi: R(1, 5), gap: R(3, 10)}
    lesser = green_functions(filled_model(2)).lesser[0, 0].subs({**at, omega: R(1, 7)})
    integrand = number_integrand(filled_model(2)).subs({**at, nu: R(1, 7)})
    assert abs(value(integrand + 2 * sp.I * lesser)) < 1e-25


def test_wide_band():
    """A Lorentzian lead of growing width is a constant rate: Sigma^R + i kappa = O(1/W)."""
    lead = fermi_reservoir("lead", lorentzian(k, W, center), a)
    flat = fermi_reservoir("flat", k, a)
    wide, constant = (self_energy([r]) for r in (lead, flat))
    for part in ("retarded", "advanced", "keldysh"):
        limit = getattr(wide, part).applyfunc(lambda e: sp.limit(sp.together(e), W, sp.oo))
        assert sp.simplify(limit - getattr(constant, part)) == sp.zeros(2, 2)
    # by hand: Sigma^R = kappa W/(omega - omega_0 + i W)
    assert sp.simplify(wide.retarded[0, 0] - k * W / (omega - center + sp.I * W)) == 0


def filled_model(width):
    return [
        fermi_reservoir("lead", lorentzian(R(1, 10), width, R(1, 3)), R(1, 2)),
        empty_reservoir("drain", R(1, 20)),
    ]


@pytest.mark.parametrize(
    "integrand",
    [
        number_integrand,
        pytest.param(lambda model: response_integrand(1, 1, model), marks=pytest.mark.slow),
    ],
    ids=["number", "response"],
)
def test_closed_forms_by_quadrature(integrand):
    """Frequency integrals with a lead of finite width."""
    at = {xi: R(1, 5), gap: R(3, 10), xi_plus: R(1, 5), xi_minus: R(-1, 7), omega: R(1, 9)}
    shift = R(1, 18)
    edges = [s * R(1, 2) + t * shift for s in (-1, 1) for t in (-1, 0, 1)]
    marks = sorted(map(float, [*edges, -3, -1, R(-1, 3), 0, R(1, 3), 1, 3]))
    expr = integrand(filled_model(2)).subs(at)
    found, _ = evaluate(integrate_frequency(expr, nu))
    function = sp.lambdify(nu, expr, "mpmath")
    expected = mp.quad(function, [-mp.inf, *marks, mp.inf]) / (2 * mp.pi)
    assert abs(found - expected) < 1e-12 * abs(expected)


def test_symbols():
    """The half-planes of G^R and G^A with a lead follow from the symbols' assumptions."""
    lead = fermi_reservoir("lead", lorentzian(k, W), a)
    numbers = {k: R(1, 3), W: R(3, 2), a: R(1, 5), xi: R(1, 4), gap: R(1, 2)}
    integrand = number_integrand([lead])
    with mp.workdps(25):
        found, _ = evaluate(integrate_frequency(integrand, nu).subs(numbers))
        same, _ = evaluate(integrate_frequency(integrand.subs(numbers), nu))
    assert abs(found - same) < 1e-20 * abs(same)


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (1 / (omega**2 + 1), "depends on the frequency omega; give sympy.Lambda"),
        (1 + nu**2, "depends on the frequency nu; give sympy.Lambda"),
        (sp.Lambda(omega, omega**2), "no causal self-energy: it grows with the frequency"),
        (sp.Lambda(omega, 1 / omega**2), "no causal self-energy: it has a pole on the real axis"),
        (sp.Lambda(omega, 1 / (omega**2 - k**2)), "it has a pole on the real axis"),
        (sp.Lambda(omega, 1 / (omega**2 + sp.I)), "it is not known to be real"),
        (sp.Lambda(omega, sp.exp(-(omega**2))), "not a rational function of omega"),
        (sp.Lambda(omega, sp.sqrt(omega**2 + 1)), "not a rational function of omega"),
        (sp.Lambda(omega, -1 / (omega**2 + 1)), "not known to be nonnegative"),
        (sp.Lambda(omega, omega / (omega**2 + 1)), "not known to be nonnegative"),
        (sp.Lambda(omega, (omega**2 - R(1, 100)) / (omega**2 + 1)), "not known to be nonnegative"),
        (sp.Lambda(omega, (omega**2 - 2) / (omega**2 + 1)), "not known to be nonnegative"),
        (sp.Lambda(omega, a / (omega**2 + 1)), "not known to be nonnegative"),
        (sp.Lambda((omega, nu), k), "not a function of one frequency"),
        (sp.Lambda(nu, omega / (nu**2 + 1)), "has omega as a parameter"),
    ],
)
def test_refused(rate, message):
    with pytest.raises(ValueError, match=message):
        Reservoir("lead", rate, EMPTY)


def test_a_frequency_of_ones_own_is_seen():
    """A rate in another symbol is found out where that is the frequency."""
    w = sp.Symbol("w", real=True)
    hidden = Reservoir("lead", 1 / (w**2 + 1), EMPTY)
    with pytest.raises(ValueError, match="depends on the frequency w"):
        green_functions([hidden], frequency=w)
    with pytest.raises(ValueError, match=r"linewidth = 1/.* depends on the frequency"):
        green_functions(["vacuum"], linewidth=1 / (omega**2 + 1))


def test_what_needs_constant_rates_says_so():
    lead = Reservoir("lead", lorentzian(k, W), EMPTY)
    for function in (
        lambda: branch_green_functions([lead]),
        lambda: expand(2, 2, [lead]),
        lambda: response_integrand(1, 1, [lead], part="intra"),
    ):
        with pytest.raises(ValueError, match="'lead' depends on the frequency; constant rates"):
            function()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("1", 1), "rate = '1' is text"),
        ((1, "1"), "width = '1' is text"),
        ((0, 1), "rate = 0 is outside its domain rate > 0"),
        ((1, -1), "width = -1 is outside its domain width > 0"),
        ((1, 1, sp.I), "center = I is not real"),
    ],
)
def test_lorentzian_outside_its_domain(arguments, message):
    with pytest.raises(ValueError, match=message):
        lorentzian(*arguments)


def test_constant_functions_are_constants():
    assert Reservoir("lead", sp.Lambda(omega, k), EMPTY) == Reservoir("lead", k, EMPTY)
    assert Reservoir("lead", lorentzian(k, W), EMPTY) == Reservoir("lead", lorentzian(k, W), EMPTY)
