"""Dyson's equation with the infinitesimal kept, against the closed forms (29)-(32)."""

import mpmath
import pytest
import sympy as sp

from derive import green_functions
from derive.algebra import nambu
from derive.model.greens import dyson_green_functions, free_inverse, initial_state_term
from derive.model.reservoirs import bath, empty_reservoir, fermi_reservoir, self_energy, vacuum
from derive.symbols import delta, gamma_b, gamma_v, gap, omega, temperature, xi
from tests.derive.support.algebra import is_zero, vanishes

THREE = [
    bath(),
    vacuum(),
    fermi_reservoir("third", sp.Symbol("gamma_3", positive=True), sp.Symbol("C", real=True)),
]
MODELS = {"bath and vacuum": None, "thermal bath": [bath(temperature), vacuum()], "three": THREE}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_limit_of_vanishing_delta(model):
    """The closed forms have finite denominators at delta = 0, so the limit is substitution."""
    solution = dyson_green_functions(model)
    closed = green_functions(model)
    for part in ("retarded", "advanced", "keldysh"):
        limit = getattr(solution, part).subs(delta, 0)
        assert vanishes(limit - getattr(closed, part)), part


def test_dyson_equation_as_it_stands():
    """G = G0 + G0 Sigma G (23), in the block form (11) and (12), with 4x4 matrices."""

    def block(k):
        upper = sp.Matrix(k.retarded).row_join(sp.Matrix(k.keldysh))
        return upper.col_join(sp.zeros(2, 2).row_join(sp.Matrix(k.advanced)))

    free = block(free_inverse().inverse())
    sigma, solution = block(self_energy()), block(dyson_green_functions())
    # rational numbers off every pole decide a rational identity as well as symbols do
    values = {omega: sp.Rational(3, 7), xi: sp.Rational(-2, 5), gap: sp.Rational(1, 3)}
    values |= {delta: sp.Rational(1, 11), gamma_b: sp.Rational(1, 5), gamma_v: sp.Rational(2, 9)}
    occupations = {e: sp.Rational(k + 1, 13) for k, e in enumerate(occupied(free, sigma, solution))}
    free, sigma, solution = (m.subs(occupations).subs(values) for m in (free, sigma, solution))
    difference = solution - free - free * sigma * solution
    assert difference.applyfunc(lambda e: sp.expand(sp.radsimp(e))) == sp.zeros(4, 4)


def occupied(*matrices):
    """Return the occupations in matrices, which are independent numbers for the algebra."""
    found = set()
    for matrix in matrices:
        found |= {e for e in matrix.atoms(sp.Function) if e.args}
    return sorted(found, key=str)


def test_free_green_functions():
    """(13) at finite delta: poles at xi tau_3 and a Lorentzian for the delta function."""
    free = free_inverse().inverse()
    for sign, part in ((1, free.retarded), (-1, free.advanced)):
        expected = sp.diag(
            1 / (omega - xi + sign * sp.I * delta), 1 / (omega + xi + sign * sp.I * delta)
        )
        assert vanishes(part - expected)
    f = sp.Function("f", real=True)
    lorentz = [delta / sp.pi / ((omega - s * xi) ** 2 + delta**2) for s in (1, -1)]
    # -pi i tau_3 (1 - 2 f(omega tau_3)) delta(omega - eps tau_3) holds up to the factor 2 of
    # G^R - G^A = -2 pi i delta(omega)
    expected = sp.diag(
        -2 * sp.pi * sp.I * (1 - 2 * f(omega)) * lorentz[0],
        2 * sp.pi * sp.I * (1 - 2 * f(-omega)) * lorentz[1],
    )
    assert vanishes(free.keldysh - expected)


def test_initial_state_is_forgotten():
    """The second term of (30) tends to the zero matrix with delta, at any initial distribution.

    It is rational in delta; random rational numbers for the other symbols decide as they would.
    """
    term = initial_state_term()
    initial = {e: sp.Symbol(f"f_{k}") for k, e in enumerate(occupied(term))}
    for k in (2, 3, 7):
        values = {omega: sp.Rational(3, k), xi: sp.Rational(-k, 5), gap: sp.Rational(1, k + 1)}
        values |= {gamma_b: sp.Rational(1, 5 + k), gamma_v: sp.Rational(k, 9)}
        values |= {sp.Symbol("B", real=True): sp.Rational(k, 4)}
        for entry in term.xreplace(initial).subs(values):
            reduced = sp.cancel(sp.together(entry))
            assert not is_zero(reduced)
            assert is_zero(reduced.subs(delta, 0))
            assert not is_zero(reduced.diff(delta).subs(delta, 0))


def test_initial_state_term_is_of_first_order_in_delta():
    """Halving delta halves it: measured at random numbers with a frozen initial distribution."""
    values = {omega: 0.31, xi: -0.2, gap: 0.4, gamma_b: 0.05, gamma_v: 0.02}
    term = initial_state_term().subs(values)
    f = sp.Function("f", real=True)
    term = term.replace(f, sp.Lambda(omega, (1 + omega) / 3))
    sizes = []
    for small in (1e-6, 5e-7):
        sizes.append(max(abs(complex(e)) for e in term.subs(delta, small)))
    # the corrections are delta/gamma = 1e-5 relative
    assert sizes[0] / sizes[1] == pytest.approx(2, rel=1e-4)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_first_line_of_30(model):
    """G^K = G^R Sigma^K G^A."""
    closed = green_functions(model)
    sigma = self_energy(model)
    assert vanishes(closed.keldysh - closed.retarded * sigma.keldysh * closed.advanced)


def test_retarded_function_is_the_inverse_of_its_denominator():
    """(29): [(omega + i gamma) 1 - xi tau_3 + Delta_0 tau_1] G^R = 1; the sign of E^2 is minus."""
    gamma = gamma_b + gamma_v
    inverse = sp.Matrix([[omega + sp.I * gamma - xi, gap], [gap, omega + sp.I * gamma + xi]])
    product = inverse * green_functions().retarded
    assert vanishes(product - sp.eye(2))
    misprinted = sp.Matrix(
        [[omega + sp.I * gamma + xi, -gap], [-gap, omega + sp.I * gamma - xi]]
    ) / ((omega + sp.I * gamma) ** 2 + xi**2 + gap**2)
    assert not vanishes(inverse * misprinted - sp.eye(2))


def test_linewidth_replaces_the_rates():
    """With `linewidth` fixed, the Keldysh part is additive in the reservoirs."""
    gamma = sp.Symbol("Gamma", positive=True)
    whole = green_functions(THREE, linewidth=gamma)
    parts = [green_functions([r], linewidth=gamma) for r in THREE]
    assert vanishes(whole.keldysh - sum((p.keldysh for p in parts), sp.zeros(2, 2)))
    for part in parts:
        assert vanishes(whole.retarded - part.retarded)
        assert vanishes(whole.advanced - part.advanced)
    assert sp.simplify(whole.retarded[0, 0] - green_functions(THREE).retarded[0, 0]) != 0


def test_an_empty_reservoir_is_a_bath_far_below():
    """The limit B -> -oo of a thermal bath, numerically at B = -200 T."""
    T = sp.Rational(1, 10)
    far = fermi_reservoir("far", gamma_b, -20, T)
    values = {omega: 0.31, xi: -0.2, gap: 0.4, gamma_b: 0.05}
    left = green_functions([far]).keldysh.subs(values).evalf()
    right = green_functions([empty_reservoir("empty", gamma_b)]).keldysh.subs(values).evalf()
    assert mpmath.norm(mpmath.matrix((left - right).tolist()), 1) < 1e-15 * 100


@pytest.mark.parametrize("s", range(4))
def test_pauli_matrices(s):
    """Hermitian, unitary, and traceless but for the unit matrix."""
    matrix = nambu.pauli(s)
    assert matrix == matrix.H
    assert matrix**2 == sp.eye(2)
    assert matrix.trace() == (2 if s == 0 else 0)


def test_pauli_algebra():
    assert nambu.pauli(1) * nambu.pauli(2) == sp.I * nambu.pauli(3)
    with pytest.raises(ValueError, match="s = 4 is outside its domain"):
        nambu.pauli(4)
