"""Poles on the axis that only the sum of all terms removes, against quadrature around them."""

import itertools

import pytest
import sympy as sp
from mpmath import mp

from derive import bose, fermi, integrate_frequency

R = sp.Rational
i = sp.I
nu = sp.Symbol("nu", real=True)
PLACE = R(3, 10)


def difference(function, order):
    """Return a function less its Taylor polynomial, over that power of the distance."""
    polynomial = sum(
        function.diff(nu, k).subs(nu, PLACE) * (nu - PLACE) ** k / sp.factorial(k)
        if k
        else function.subs(nu, PLACE)
        for k in range(order)
    )
    return (function - polynomial) / (nu - PLACE) ** order


LINE = 1 / ((nu - 1) ** 2 + R(1, 4))
INTEGRANDS = {
    "simple": difference(fermi(nu - 1, R(1, 2)), 1) * LINE,
    "double": difference(fermi(nu, R(1, 3)), 2) * LINE,
    "triple": difference(fermi(nu, R(1, 3)), 3) * nu * LINE,
    "step far away": difference(fermi(nu - 2, 0), 1) * LINE,
    "product": difference(fermi(nu, R(1, 3)) * fermi(nu - 1, R(1, 3)), 2) * LINE,
    "two differences": difference(fermi(nu, R(1, 3)), 1) ** 2 * LINE,
    "bosons": difference(bose(nu + 2, R(1, 3)) * (nu + 2), 1) * LINE,
    "hyperbolic": difference(sp.tanh(nu / 2), 2) * LINE / (nu + i),
    "floats": difference(fermi(nu - 1.0, 0.5), 1) / ((nu - 1) ** 2 + 0.25),
    "delayed": (sp.coth(nu - PLACE) - 1 / (nu - PLACE)) * LINE,
}


@pytest.mark.parametrize("name", INTEGRANDS)
def test_what_the_sum_removes_is_no_obstacle(name):
    integrand = INTEGRANDS[name]
    found = integrate_frequency(integrand, nu)
    explicit = integrand.replace(
        lambda e: isinstance(e, fermi | bose),
        lambda e: (
            sp.Heaviside(-e.args[0], R(1, 2))
            if e.args[1] == 0
            else 1 / (sp.exp(e.args[0] / e.args[1]) + (1 if isinstance(e, fermi) else -1))
        ),
    )
    digits = 13 if name == "floats" else 25
    with mp.workdps(2 * digits + 5):
        function = sp.lambdify(nu, explicit, "mpmath")
        # no panel ends or begins at the pole, and Gauss's points stay away from it
        marks = [-mp.inf, -16, -4, R(-22, 10), R(-19, 10), -1, 0, R(17, 100), R(2, 5)]
        marks += [1, 2, 4, 16, mp.inf]
        marks = [mp.mpf(m.p) / m.q if isinstance(m, sp.Rational) else m for m in marks]
        expected = mp.mpf(0)
        for left, right in itertools.pairwise(marks):
            inside = left < mp.mpf(3) / 10 < right or left < -2 < right
            method = "gauss-legendre" if inside else "tanh-sinh"
            expected += mp.quad(function, [left, right], method=method)
        expected /= 2 * mp.pi
        value = mp.mpmathify(sp.N(found, 30))
        assert abs(value - expected) < mp.mpf(10) ** -digits * abs(expected)


@pytest.mark.parametrize("change", [1, R(1, 10**12)])
def test_what_is_left_over_is_an_obstacle(change):
    function = fermi(nu, R(1, 3))
    left = (function - function.subs(nu, PLACE) - change) / (nu - PLACE) * LINE
    with pytest.raises(ValueError, match="lies on the real axis"):
        integrate_frequency(left, nu)
