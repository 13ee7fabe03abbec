"""Derivatives of large expressions are written as SymPy writes them."""

import pytest
import sympy as sp

from derive.functions.derivative import derivative
from derive.functions.registry import FUNCTIONS

x, y, z = sp.symbols("x y z", positive=True)
EXPRESSIONS = (
    x * y * (x + z) / (x**2 + y) ** 3,
    sp.sqrt(x**2 + y**2) * (1 + x) ** 2 / 2 - sp.I * x / 3,
    (x + 2 * sp.log(x * y)) * sp.atan2(y, x) / z,
    x**y * sp.exp(-x * z) + y**x,
    -2 * (x + y) * (x - y) / (3 * x),
    y + z,
)


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=str)
def test_equals_that_of_sympy_as_an_expression(expr):
    for symbol in (x, y, z):
        assert derivative(expr, symbol) == expr.diff(symbol)
        # and what vanishes has not been lost
        at = {x: 1.3, y: 0.7, z: 2.1}
        step = sp.Rational(1, 10**6)
        moved = [expr.subs(symbol, symbol + k * step).subs(at) for k in (1, -1)]
        slope = complex(derivative(expr, symbol).subs(at))
        assert abs(complex((moved[0] - moved[1]) / (2 * step)) - slope) < 1e-6 * (1 + abs(slope))


def test_functions_of_the_project_differentiate_as_they_say():
    for function in FUNCTIONS:
        if function.kinds and "*" not in function.kinds and len(function.kinds) == 1:
            expr = x * function.symbolic(x + y)
            assert derivative(expr, y) == expr.diff(y)
