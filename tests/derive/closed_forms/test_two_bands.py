"""Poles of bands with masses and rates of their own, against the inverse of a matrix."""

from __future__ import annotations

import pytest
import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.two_bands import (
    IMBALANCE,
    SKEW,
    Poles,
    advanced_determinant,
    advanced_shift,
    middle,
    squared_root,
)
from derive.model.greens import green_functions

nu, X, r = sp.Symbol("nu", real=True), sp.Symbol("X"), sp.Symbol("r")
gamma, gap, mu = symbols.linewidth, symbols.gap, symbols.mu
Y = nu - SKEW * mu + sp.I * (gamma - SKEW * IMBALANCE)
POLES = Poles(r, middle(nu - SKEW * mu, gamma), Y + r, Y - r, SKEW, gap)
#: r is a root of this: what vanishes on the poles is a multiple of it.
SQUARE = r**2 - Y**2 + (1 - SKEW**2) * gap**2


def inverse_green_function(
    frequency: sp.Expr, square: sp.Expr, rate: sp.Expr = gamma, imbalance: sp.Expr = IMBALANCE
) -> sp.ImmutableMatrix:
    """A of the retarded function at X = p**2; of the advanced one for rates of the other sign."""
    z = frequency + sp.I * rate - SKEW * square
    xi = square - mu - sp.I * imbalance
    return sp.ImmutableMatrix(z * nambu.pauli(0) - xi * nambu.pauli(3) + gap * nambu.pauli(1))


def vanishes_on_poles(expr: sp.Expr) -> bool:
    numerator = sp.numer(sp.together(expr))
    return sp.expand(sp.rem(sp.expand(numerator), sp.expand(SQUARE), r)) == 0


def test_equal_bands_are_those_of_the_paper() -> None:
    equal = {SKEW: 0, IMBALANCE: 0, symbols.gamma_b: gamma - symbols.gamma_v}
    found = inverse_green_function(nu, symbols.xi + mu).xreplace(equal).inv()
    difference = found - green_functions(frequency=nu).retarded.xreplace(equal)
    assert sp.simplify(difference) == sp.zeros(2, 2)


@pytest.mark.parametrize("sign", [1, -1])
def test_poles_and_residues(sign: int) -> None:
    at = inverse_green_function(nu, mu + POLES.xi(sign))
    assert vanishes_on_poles(at.det())
    assert all(map(vanishes_on_poles, at.adjugate() - POLES.adjugate(sign)))
    slope = inverse_green_function(nu, X).det().diff(X).xreplace({X: mu + POLES.xi(sign)})
    assert vanishes_on_poles(POLES.weight(sign) * slope - 1)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_advanced_function_on_them(sign: int) -> None:
    other = inverse_green_function(nu, mu + POLES.xi(sign), -gamma, -IMBALANCE)
    found = advanced_determinant(nu - SKEW * mu, POLES.xi(sign))
    assert vanishes_on_poles(other.det() - found)
    shifted = POLES.adjugate(sign) + advanced_shift()
    assert all(map(vanishes_on_poles, other.adjugate() - shifted))


def test_what_they_differ_by() -> None:
    threshold = sp.sqrt(1 - SKEW**2) * gap
    real = nu - SKEW * mu
    found = squared_root(real, gamma - SKEW * IMBALANCE, real - threshold, threshold)
    assert sp.expand(found - Y**2 + (1 - SKEW**2) * gap**2) == 0
    assert POLES.xi(1) - POLES.xi(-1) == 2 * r / (1 - SKEW**2)


def test_a_turn_of_the_phase_leaves_one_denominator() -> None:
    # G tau_2 G^T = tau_2/det A: the double poles of the phase column cancel
    inverse = inverse_green_function(nu, X)
    turned = inverse.adjugate() * nambu.pauli(2) * inverse.adjugate()
    assert (turned - inverse.det() * nambu.pauli(2)).expand() == sp.zeros(2, 2)
