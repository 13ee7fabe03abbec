"""The algebra of (R, A, K) is that of upper triangular block matrices."""

import pytest
import sympy as sp
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from derive.algebra.keldysh import Keldysh, dyson

entries = st.builds(
    lambda a, b, d: sp.Rational(a, d) + sp.I * sp.Rational(b, d),
    st.integers(-9, 9),
    st.integers(-9, 9),
    st.integers(1, 5),
)
matrices = st.lists(entries, min_size=4, max_size=4).map(lambda e: sp.ImmutableMatrix(2, 2, e))
objects = st.builds(Keldysh, matrices, matrices, matrices)
invertible = objects.filter(lambda k: k.retarded.det() != 0 and k.advanced.det() != 0)
#: A failing example is as readable as a shrunk one, and shrinking takes minutes.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
ALGEBRA = settings(deadline=None, max_examples=7, phases=UNSHRUNK)


def block(k: Keldysh) -> sp.Matrix:
    upper = sp.Matrix(k.retarded).row_join(sp.Matrix(k.keldysh))
    return upper.col_join(sp.zeros(2, 2).row_join(sp.Matrix(k.advanced)))


def exact(matrix: sp.Matrix) -> sp.Matrix:
    return sp.Matrix(matrix).applyfunc(lambda e: sp.expand(sp.radsimp(e)))


@given(objects, objects)
@ALGEBRA
def test_composition(a, b):
    assert exact(block(a @ b)) == exact(block(a) * block(b))


@given(objects, objects)
@ALGEBRA
def test_sum_and_difference(a, b):
    assert exact(block(a + b)) == exact(block(a) + block(b))
    assert exact(block(a - b)) == exact(block(a) - block(b))


@given(objects, objects, objects)
@ALGEBRA
def test_associativity_and_distributivity(a, b, c):
    assert exact(block((a @ b) @ c)) == exact(block(a @ (b @ c)))
    assert exact(block(a @ (b + c))) == exact(block(a @ b + a @ c))


@given(invertible)
@ALGEBRA
def test_inverse(a):
    assert exact(block(a.inverse())) == exact(block(a).inv())
    assert exact(block(a.inverse() @ a)) == sp.eye(4)
    assert exact(block(a @ a.inverse())) == sp.eye(4)


@given(invertible, objects)
@ALGEBRA
def test_dyson(free_inverse, sigma):
    difference = block(free_inverse) - block(sigma)
    if difference.det() == 0:
        return
    solution = dyson(free_inverse, sigma)
    assert exact(difference * block(solution)) == sp.eye(4)


@given(objects)
@ALGEBRA
def test_lesser(a):
    assert exact(a.lesser) == exact((a.keldysh + a.advanced - a.retarded) / 2)


def test_parts_become_immutable():
    a = Keldysh(sp.eye(2), sp.eye(2), sp.zeros(2, 2))
    assert all(isinstance(p, sp.ImmutableMatrix) for p in (a.retarded, a.advanced, a.keldysh))
    with pytest.raises(AttributeError):
        a.keldysh = sp.eye(2)


def test_inverse_of_symbols_keeps_one_denominator():
    a, b, c, d = sp.symbols("a b c d")
    matrix = sp.Matrix([[a, b], [c, d]])
    inverse = Keldysh(matrix, matrix, sp.zeros(2, 2)).inverse()
    assert sp.fraction(inverse.retarded[0, 0])[1] in (a * d - b * c, b * c - a * d)
