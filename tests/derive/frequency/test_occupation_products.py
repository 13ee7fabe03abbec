"""Products of occupations: what is written out against what is evaluated, and their derivatives.

The evaluation of both is compared with ball arithmetic in `test_occupied_family`.
"""

import pytest
import sympy as sp

from derive.functions.differences.difference import divided_difference

R = sp.Rational
a, b = sp.symbols("a b", real=True)
T = sp.Symbol("T", positive=True)
AT = {a: R(1, 3), b: R(5, 2), T: R(3, 5)}

FERMI, BOSE = (1, a, T), (-1, a, T)
PRODUCTS = {
    "two Fermi": (FERMI, (1, b, T)),
    "Bose and Fermi": (BOSE, (1, b, T)),
    "at one edge": (BOSE, (1, a, T), (1, a, T)),
    "two Bose": (BOSE, (-1, b, T)),
    "squared": (BOSE, BOSE),
    "three": (BOSE, (-1, b, T), (1, 2, T)),
}
#: Nodes above, below and on the axis; none for a moment.
NODES = {"apart": (R(1, 2) + sp.I, 2 - sp.I, R(3, 4)), "moment": ()}
SIDES = {"apart": (1, -1, 0), "moment": ()}


def product(name: str, nodes: str) -> sp.Expr:
    return divided_difference((2, 3, sp.I), NODES[nodes], SIDES[nodes], PRODUCTS[name])


@pytest.mark.parametrize("nodes", NODES)
@pytest.mark.parametrize("name", PRODUCTS)
def test_written_out(name, nodes):
    found = product(name, nodes)
    evaluated, written = (e.subs(AT).evalf(30) for e in (found, found.doit()))
    assert abs(evaluated - written) < 1e-27 * abs(evaluated)


@pytest.mark.parametrize("symbol", [a, T])
@pytest.mark.parametrize("nodes", NODES)
@pytest.mark.parametrize("name", ["two Fermi", "Bose and Fermi"])
def test_derivatives(name, nodes, symbol):
    found = product(name, nodes)
    evaluated, written = (e.diff(symbol).subs(AT).evalf(30) for e in (found, found.doit()))
    assert abs(evaluated - written) < 1e-26 * abs(evaluated)


def test_moments_where_edges_meet():
    """Of f(nu - a) f(nu - b) by hand: the mean edge less half of d coth(d/2T), d = a - b."""
    moment = divided_difference((1,), (), (), PRODUCTS["two Fermi"])
    hand = (a + b) / 2 - (a - b) / 2 * sp.coth((a - b) / (2 * T))
    for distance in (2, R(1, 10**6), R(1, 10**40)):
        at = {a: R(1, 3), b: R(1, 3) + distance, T: R(3, 5)}
        expected = hand.subs(at).evalf(30, maxn=400)
        assert abs(moment.subs(at).evalf(30) - expected) < 1e-28
        in_doubles = sp.lambdify((a, b, T), moment)(1 / 3, float(1 / 3 + distance), 0.6)
        assert abs(in_doubles - complex(expected)) < 1e-15
    once = {a: R(1, 3), b: R(1, 3), T: R(3, 5)}
    assert abs(moment.subs(once).evalf(30) - (R(1, 3) - R(3, 5))) < 1e-28
