"""The function that frequency integrals are: what SymPy asks of any function."""

import sympy as sp

from derive import integrate_frequency
from derive.functions.differences.difference import divided_difference

nu = sp.Symbol("nu", real=True)
g, x = sp.symbols("g x", positive=True)

#: Two levels a distance x apart, below an edge at zero.
PAIR = integrate_frequency(sp.Heaviside(-nu) / ((nu - x + sp.I * g) * (nu + sp.I * g)), nu)
#: [log(-i g + x) - log(-i g)]/x by hand, with the 1/2 pi of the engine.
RATIO = (sp.log(1 + sp.I * x / g)) / (2 * sp.pi * x)


def test_two_levels_are_a_divided_difference():
    assert PAIR.has(divided_difference)
    found = PAIR.subs({x: sp.Rational(1, 3), g: 2}).evalf(30)
    assert abs(found - RATIO.subs({x: sp.Rational(1, 3), g: 2}).evalf(30)) < 1e-29


def test_a_limit_is_that_of_the_sum_over_poles():
    assert sp.limit(2 * sp.pi * PAIR, x, 0).doit() == sp.I / g
    assert sp.limit(x * PAIR / sp.log(x), x, sp.oo) == 1 / (2 * sp.pi)


def test_a_series_is_that_of_the_sum_over_poles():
    series = sp.series(PAIR, x, 0, 2).removeO()
    assert sp.simplify(2 * sp.pi * series.coeff(x, 1) - 1 / (2 * g**2)) == 0
