"""(55)-(60): what nu -> -nu does to the Green's functions.

The paper states them for gamma -> 0; all but the Keldysh part of (60) hold at any width.
"""

import pytest
import sympy as sp

from derive import green_functions, symbols
from derive.model.reservoirs import bath, vacuum

OMEGA = symbols.omega


@pytest.fixture(scope="module")
def pair():
    """Return the Green's functions at omega and at -omega."""
    chosen = [bath(), vacuum()]
    return green_functions(chosen, frequency=OMEGA), green_functions(chosen, frequency=-OMEGA)


def vanishes(expr: sp.Expr) -> bool:
    return sp.simplify(sp.together(sp.expand(expr))) == 0


def test_55_and_56(pair) -> None:
    at, reversed_ = pair
    for i, j in ((0, 1), (1, 0)):
        assert vanishes(reversed_.retarded[i, i] - reversed_.advanced[i, i].conjugate())
        assert vanishes(reversed_.retarded[i, i] + at.advanced[j, j])
        assert vanishes(reversed_.retarded[i, i] + at.retarded[j, j].conjugate())


def test_57(pair) -> None:
    at, reversed_ = pair
    assert vanishes(reversed_.retarded[0, 1] - at.advanced[0, 1])


def test_58_and_59(pair) -> None:
    at, reversed_ = pair
    assert vanishes(reversed_.keldysh[0, 0] + reversed_.keldysh[0, 0].conjugate())
    assert vanishes(reversed_.keldysh[0, 0] + at.keldysh[1, 1])
    assert vanishes(reversed_.keldysh[0, 1] - at.keldysh[0, 1])


def test_60_needs_a_small_width(pair) -> None:
    at, _ = pair
    for part in (at.retarded, at.advanced):
        assert vanishes(part[0, 1] - part[1, 0])
    share = sp.Symbol("share", positive=True)
    scaled = {symbols.gamma_v: share * symbols.gamma_b}
    ratio = (at.keldysh[0, 1] - at.keldysh[1, 0]) / (at.keldysh[0, 1] + at.keldysh[1, 0])
    occupations = sorted(ratio.atoms(sp.Function), key=sp.default_sort_key)
    numbers = dict(zip(occupations, (sp.Rational(1, 3), sp.Rational(2, 7)), strict=True))
    numbers |= {symbols.xi: sp.Rational(1, 5), symbols.gap: sp.Rational(2, 3), OMEGA: 2}
    ratio = ratio.subs(scaled).subs(numbers).subs(share, sp.Rational(1, 3))
    # the difference is smaller by one power of the width, and no more than one
    slope = sp.limit(sp.together(ratio) / symbols.gamma_b, symbols.gamma_b, 0)
    assert slope.is_finite
    assert slope != 0
