"""The Fermi factor: unevaluated, with explicit forms, derivatives and numbers on demand."""

import math

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive import fermi

x, y = sp.symbols("x y", real=True)
T = sp.Symbol("T", positive=True)
q = sp.Symbol("q")


def test_stays_unevaluated():
    for factor in (fermi(x, T), fermi(x, 0), fermi(0, T), fermi(sp.oo, T), fermi(3, 0)):
        assert isinstance(factor, fermi)
    assert derive.fermi is fermi


def test_explicit_forms():
    assert fermi(x, T).rewrite(sp.exp) == 1 / (sp.exp(x / T) + 1)
    assert fermi(x, 0).rewrite(sp.Heaviside) == sp.Heaviside(-x)


@pytest.mark.parametrize(
    ("factor", "form"), [(fermi(x, 0), sp.exp), (fermi(x, T), sp.Heaviside), (fermi(x, q), sp.exp)]
)
def test_no_form_for_the_wrong_temperature(factor, form):
    assert factor.rewrite(form) == factor


@given(st.integers(-300, 300), st.integers(1, 40))
@settings(deadline=None, max_examples=50)
def test_numbers(energy, temperature):
    exact = 1 / (math.exp(energy / temperature) + 1)
    # the exponent is rounded, which is |x/T| ulp of the result
    error = 4 * 2**-52 * (1 + abs(energy / temperature))
    assert float(fermi(energy, temperature).evalf()) == pytest.approx(exact, rel=error)


def test_numbers_at_any_precision():
    value = fermi(sp.Rational(1, 3), 2).evalf(60)
    exact = (1 / (sp.exp(sp.Rational(1, 6)) + 1)).evalf(60)
    assert abs(value - exact) < sp.Float(10, 60) ** -58
    assert fermi(sp.sqrt(2), sp.pi).evalf(30) == (1 / (sp.exp(sp.sqrt(2) / sp.pi) + 1)).evalf(30)


@pytest.mark.parametrize(("energy", "value"), [(-1, 1.0), (0, 0.5), (1, 0.0)])
def test_numbers_of_the_step(energy, value):
    assert float(fermi(energy, 0).evalf()) == value


def test_symbols_have_no_number():
    assert fermi(x, T).evalf() == fermi(x, T)
    assert fermi(x, 2).evalf().func is fermi


def test_derivative_in_the_energy():
    f = fermi(x, T)
    assert sp.simplify((f.diff(x) - f.rewrite(sp.exp).diff(x)).rewrite(sp.exp)) == 0
    assert fermi(2 * x - y, T).diff(y) == -fermi(x, T).diff(x).subs(x, 2 * x - y)


def test_derivative_in_the_temperature():
    f = fermi(x, T)
    assert sp.simplify((f.diff(T) - f.rewrite(sp.exp).diff(T)).rewrite(sp.exp)) == 0


def test_derivative_of_the_step():
    assert fermi(x, 0).diff(x) == -sp.DiracDelta(x)


def test_particles_and_holes():
    assert sp.simplify((fermi(-x, T) + fermi(x, T)).rewrite(sp.exp) - 1) == 0
    step = (fermi(-x, 0) + fermi(x, 0)).rewrite(sp.Heaviside)
    assert all(step.subs(x, value) == 1 for value in (-2, 3))


def test_realness():
    assert fermi(x, T).is_extended_real
    assert sp.conjugate(fermi(x, T)) == fermi(x, T)
    assert fermi(q, T).is_extended_real is None


@pytest.mark.parametrize("temperature", [-1, -0.5, -sp.pi, -T])
def test_negative_temperature_is_refused(temperature):
    with pytest.raises(ValueError, match=r"temperature T = .* is outside its domain T >= 0"):
        fermi(x, temperature)


def test_substituted_negative_temperature_is_refused():
    with pytest.raises(ValueError, match="outside its domain"):
        fermi(x, q).subs(q, -1)


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (fermi(x, T), r"f_{T}\left(x\right)"),
        (fermi(x - y, 0), r"\theta\left(- x + y\right)"),
        (fermi(x, T) ** 2, r"f_{T}^{2}\left(x\right)"),
    ],
)
def test_latex(factor, text):
    assert sp.latex(factor) == text


@pytest.mark.parametrize("arguments", [("x", 0), (0, "1"), (b"x", 1)])
def test_text_is_refused(arguments):
    with pytest.raises(ValueError, match=r"^[xT] = b?'.*' is text"):
        fermi(*arguments)
