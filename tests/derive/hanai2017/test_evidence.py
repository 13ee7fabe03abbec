"""The evidence of the ledger: proofs, comparisons and limits, and that each of them can fail."""

import pytest
import sympy as sp
from mpmath import mp

from derive.hanai2017.evidence import (
    compared,
    converges,
    equals,
    number,
    proved,
    together,
    vanishes,
    words_vanish,
)
from derive.hanai2017.notation import (
    F,
    F_even,
    F_odd,
    component,
    explicit,
    f_b,
    frequency_integral,
    integrand,
    momentum_sum,
    written_out,
)
from derive.hanai2017.operators import solves_dyson_equation
from derive.records.record import CheckError, Finding, Kind, Record, Status, Step, describe
from derive.symbols import energy, gamma_b, gamma_v, gap, linewidth, omega, xi

x, y = sp.symbols("x y", positive=True)
f = sp.Function("f", real=True)


@pytest.mark.parametrize(
    "zero",
    [
        sp.S.Zero,
        (x + y) ** 2 - x**2 - 2 * x * y - y**2,
        1 / (x + y) - (x - y) / (x**2 - y**2),
        sp.sqrt(x**2 + y**2) ** 3 - sp.sqrt(x**2 + y**2) * (x**2 + y**2),
        1 / (sp.sqrt(x) - 1) - (sp.sqrt(x) + 1) / (x - 1),
        f(x) * (x + 1) - f(x) - x * f(x),
        sp.Matrix([[x - x, 0], [sp.I**2 + 1, 0]]),
        (x - x, sp.zeros(2, 2)),
    ],
)
def test_proves_what_vanishes(zero):
    assert proved(zero) == Finding(Status.PROVED, 0.0)


@pytest.mark.parametrize(
    "other",
    [
        sp.S.One,
        x - y,
        sp.sqrt(x**2 + y**2) - x - y,
        f(x) - f(-x),
        # too small for the screen, and still not zero
        x * sp.Rational(1, 10**40),
        x + sp.Rational(1, 10**40) - x - sp.Rational(1, 10**41),
        sp.Matrix([[0, 0], [0, x]]),
        (sp.S.Zero, (x, sp.S.Zero)),
    ],
)
def test_does_not_prove_what_does_not(other):
    assert not proved(other).holds


def test_a_chain_is_compared_with_what_is_derived():
    test = equals(lambda: x**2)
    assert test((x * x, x**3 / x)).holds
    assert not test((x * x, x**3)).holds
    with pytest.raises(ValueError, match="a chain of 2"):
        equals(lambda: (x, x, x))((x, x))


def test_not_a_number_does_not_hold():
    assert not Finding(Status.VERIFIED, float("nan"), 1.0).holds
    assert not Finding(Status.LIMIT, 0.0, 1.0, order=float("nan"), expected=1.0, drift=1.0).holds


def test_comparison_is_relative_to_the_scale():
    with mp.workdps(30):
        found = compared(
            [mp.mpf(100)], [mp.mpf("100.5")], digits=30, scale=100, bound=0.01, detail=""
        )
        assert found.holds
        assert found.residual == pytest.approx(0.005)
        assert not compared([1], [1.02], digits=30, scale=1, bound=0.01, detail="").holds


STEPS = [mp.mpf(2) ** -k for k in range(3, 8)]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_measures_the_order_of_a_limit(order):
    found = converges(
        lambda h: h**order * (3 + h), STEPS, order=order, scale=1, digits=15, detail="h"
    )
    assert found.holds
    assert found.order == pytest.approx(order, abs=0.02)
    assert "order" in describe(found)


@pytest.mark.parametrize(
    ("deviation", "order"),
    [
        (lambda h: h * (3 + h), 2),
        (lambda h: h**2 * (3 + h), 1),
        (lambda h: h * (3 + h) + mp.mpf("0.05"), 1),
        (lambda h: h * (3 + h) + mp.mpf("0.001"), 1),
        (lambda h: mp.sqrt(h), 1),
        (lambda h: h * mp.log(h), 1),
        (lambda h: mp.mpf(1) + h, 1),
    ],
)
def test_a_wrong_limit_or_order_does_not_hold(deviation, order):
    assert not converges(deviation, STEPS, order=order, scale=1, digits=15, detail="h").holds


@pytest.mark.parametrize(("constant", "holds"), [(0, True), (mp.mpf("1e-3"), False)])
def test_a_limit_with_a_logarithm(constant, holds):
    found = converges(
        lambda h: constant + h**2 * (3 * mp.log(h) + 7 + h),
        STEPS,
        order=2,
        scale=1,
        digits=15,
        detail="h",
        logarithm=True,
    )
    assert found.holds == holds


def test_what_is_no_limit_is_refused():
    with pytest.raises(ValueError, match="too few"):
        converges(lambda h: h, STEPS[:3], order=1, scale=1, digits=15, detail="")
    with pytest.raises(ValueError, match="an identity"):
        converges(lambda h: 0, STEPS, order=1, scale=1, digits=15, detail="")


def test_together_stops_at_the_first_that_fails():
    good = vanishes(lambda claim: claim - x)
    bad = vanishes(lambda claim: claim - y)
    assert together(good, good)(x).holds
    assert not together(bad, good)(x).holds
    assert not together(good, bad)(x).holds


def test_numbers_need_a_value_for_each_symbol():
    assert number(x**2, {x: mp.mpf(3)}) == 9
    with pytest.raises(ValueError, match="no value for y"):
        number(x * y, {x: mp.mpf(3)})


def test_written_out():
    assert written_out(linewidth) == gamma_b + gamma_v
    assert written_out(energy) == sp.sqrt(xi**2 + gap**2)
    assert sp.expand(written_out(F_even(omega) + F_odd(omega) - F(omega))) == 0
    assert sp.expand(written_out(F(omega)) - gamma_b * (1 - 2 * written_out(f_b(omega)))) == gamma_v


def test_under_the_sum():
    inner = momentum_sum(frequency_integral(x * omega))
    assert integrand(3 * inner) == 3 * x * omega
    with pytest.raises(ValueError, match="a term outside"):
        integrand(inner + 1)
    assert sp.latex(momentum_sum(x + y)).startswith(r"\sum_{\mathbf{p}} \left[")


def test_components_are_replaced_by_what_they_are():
    from derive import green_functions

    claim = component("R", 1, 2)(omega) - component("R", 2, 1)(omega)
    assert claim != 0
    assert explicit(claim, lambda w: green_functions(frequency=w)) == 0
    with pytest.raises(ValueError, match="outside its domain"):
        component("T", 1, 2)


def record(**changed):
    """Return a record that holds, with changes."""
    values = {
        "id": "1",
        "title": "t",
        "kind": Kind.IDENTITY,
        "status": Status.PROVED,
        "left": "a",
        "claim": lambda: x,
        "test": vanishes(lambda claim: claim - x),
    }
    return Record(**(values | changed))


def test_record():
    assert record().check() == 0.0
    assert record().latex == "a = x"
    assert record(left="").latex == "x = 0"
    assert record(kind=Kind.LIMIT).latex == r"a \to x"
    assert record(claim=lambda: (x, x)).latex == "a = x = x"
    assert Step("words").latex == ""
    assert Step("words", lambda: x).latex == "x"


def test_record_that_does_not_hold():
    with pytest.raises(CheckError, match="does not hold"):
        record(claim=lambda: y).check()
    with pytest.raises(CheckError, match="but recorded as"):
        record(status=Status.VERIFIED, scope="here").check()
    misprint = record(status=Status.MISPRINT, printed=lambda: y)
    assert misprint.check() == 0.0
    assert misprint.printed_latex == "a = y"
    with pytest.raises(CheckError, match="holds as printed"):
        record(status=Status.MISPRINT, printed=lambda: x).check()
    with pytest.raises(ValueError, match="printed form"):
        record(status=Status.MISPRINT)
    with pytest.raises(ValueError, match="printed form"):
        record(printed=lambda: y)
    with pytest.raises(ValueError, match="not told which"):
        record(status=Status.SPECIAL)
    with pytest.raises(ValueError, match="only a misprint"):
        record(compensates=("2",))
    with pytest.raises(ValueError, match="follows from it"):
        record(evidence=Status.LIMIT)


def test_what_holds_only_in_a_case_needs_a_counterexample():
    def restricted(size):
        against = Finding(Status.VERIFIED, size, 1.0, detail="elsewhere")
        return record(status=Status.RESTRICTED, scope="here", counterexample=lambda: against)

    assert restricted(0.5).verify().detail.endswith("counter-example: elsewhere")
    with pytest.raises(CheckError, match="no counter-example"):
        restricted(2.0).verify()
    with pytest.raises(ValueError, match="has a counter-example"):
        record(status=Status.RESTRICTED, scope="here")
    with pytest.raises(ValueError, match="has a counter-example"):
        record(counterexample=lambda: Finding(Status.VERIFIED, 0.0))


@pytest.mark.parametrize(("factor", "holds"), [(1, True), (2, False)])
def test_words_that_do_not_commute(factor, holds):
    free, sigma, full = sp.symbols("f s g", commutative=False)
    test = words_vanish(solves_dyson_equation(free, sigma, full))
    assert test(free + factor * free * sigma * full).holds is holds
    # the order matters
    assert not test(free + full * sigma * free).holds
