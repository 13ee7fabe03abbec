"""Components, symmetries, projectors and equilibrium of the steady-state Green's functions."""

import pytest
import sympy as sp

from derive import fermi, green_functions
from derive.algebra import nambu
from derive.model.reservoirs import Reservoir, bath, distribution, fermi_reservoir, resolve, vacuum
from derive.symbols import gamma_b, gamma_v, gap, omega, temperature, xi
from tests.derive.support.algebra import is_zero, vanishes

GAMMA = gamma_b + gamma_v
E = sp.sqrt(xi**2 + gap**2)


def generic_reservoirs() -> list[Reservoir]:
    """Two reservoirs whose occupations are unknown real functions."""
    x = sp.Dummy("x", real=True)
    one, two = sp.Function("f_1", real=True), sp.Function("f_2", real=True)
    return [
        Reservoir("one", gamma_b, sp.Lambda(x, one(x))),
        Reservoir("two", gamma_v, sp.Lambda(x, two(x))),
    ]


def printed_keldysh(model, width) -> tuple[sp.Matrix, sp.Expr]:
    """The matrix of (31) as printed, and its prefactor."""
    F, G = distribution(model, omega), distribution(model, -omega)
    plus, minus = (F + G) / 2, (F - G) / 2
    anomalous = [-2 * gap * (minus * omega + plus * (xi + sign * sp.I * width)) for sign in (1, -1)]
    matrix = sp.Matrix(
        [
            [F * ((omega + xi) ** 2 + width**2) - G * gap**2, anomalous[0]],
            [anomalous[1], F * gap**2 - G * ((omega - xi) ** 2 + width**2)],
        ]
    )
    denominator = ((omega - E) ** 2 + width**2) * ((omega + E) ** 2 + width**2)
    return matrix, -2 * sp.I / denominator


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_components_of_31(row, column):
    width = sp.Symbol("Gamma", positive=True)
    model = generic_reservoirs()[:1]
    matrix, prefactor = printed_keldysh(model, width)
    keldysh = green_functions(model, linewidth=width).keldysh
    assert is_zero(keldysh[row, column] / prefactor - matrix[row, column])


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_components_of_31_with_numbers(row, column):
    """Two reservoirs, whose rates make up the linewidth, at exact random numbers."""
    model = generic_reservoirs()
    matrix, prefactor = printed_keldysh(model, GAMMA)
    difference = green_functions(model).keldysh[row, column] - prefactor * matrix[row, column]
    unknown = sorted(difference.atoms(sp.core.function.AppliedUndef), key=str)
    assert len(unknown) == 4
    occupied = {f: sp.Rational(k + 2, 7) for k, f in enumerate(unknown)}
    values = {omega: sp.Rational(3, 7), xi: sp.Rational(-2, 5), gap: sp.Rational(1, 3)}
    values |= {gamma_b: sp.Rational(1, 5), gamma_v: sp.Rational(2, 9)}
    assert is_zero(difference.subs(occupied).subs(values))


def test_anomalous_components_of_31_follow_from_each_other():
    """G^K anti-Hermitian makes (2,1) minus the conjugate of (1,2)."""
    keldysh = green_functions(generic_reservoirs()).keldysh
    assert is_zero(keldysh[1, 0] + sp.conjugate(keldysh[0, 1]))


@pytest.mark.parametrize("model", [None, [bath(temperature), "vacuum"]])
def test_advanced_is_the_adjoint_of_retarded(model):
    G = green_functions(model)
    assert vanishes(G.advanced - G.retarded.H)


def test_keldysh_is_antihermitian():
    keldysh = green_functions(generic_reservoirs()).keldysh
    assert vanishes(keldysh + keldysh.H)


def test_lesser_function():
    """G^< = (-G^R + G^A + G^K)/2 equals G^R Sigma^< G^A, Sigma^< = 2i diag(Gamma f, ...)."""
    model = generic_reservoirs()
    G = green_functions(model)
    F, backward = distribution(model, omega), distribution(model, -omega)
    source = sp.I * sp.diag(GAMMA - F, GAMMA + backward)
    assert vanishes(G.lesser - G.retarded * source * G.advanced)


def test_projectors():
    """(C2) and (C3) with the sign of tau_1 that (29) has: minus in the upper branch."""
    upper, lower = nambu.projectors()
    expected = (sp.eye(2) + (xi * nambu.pauli(3) - gap * nambu.pauli(1)) / E) / 2
    assert vanishes(upper - expected)
    for one, other, product in (
        (upper, upper, upper),
        (lower, lower, lower),
        (upper, lower, sp.zeros(2, 2)),
        (lower, upper, sp.zeros(2, 2)),
    ):
        assert vanishes(one * other - product)
    assert vanishes(upper + lower - sp.eye(2))
    hamiltonian = nambu.hamiltonian()
    assert vanishes(E * (upper - lower) - hamiltonian)


def test_branches_of_the_retarded_function():
    """(C1)-(C3): G^R is the sum of Lambda_s/(omega + i gamma - s E); as printed it is not."""
    retarded = green_functions().retarded
    z = omega + sp.I * GAMMA
    upper, lower = nambu.projectors()
    assert vanishes(upper / (z - E) + lower / (z + E) - retarded)
    printed_upper = (sp.eye(2) + (xi * nambu.pauli(3) + gap * nambu.pauli(1)) / E) / 2
    printed_lower = (sp.eye(2) - (xi * nambu.pauli(3) + gap * nambu.pauli(1)) / E) / 2
    printed = printed_upper / (z - E) + printed_lower / (z + E)
    assert not is_zero((printed - retarded)[0, 1])
    assert is_zero((printed - retarded)[0, 0])


def test_distribution_matrix_of_c6():
    """G^K = G^R F - F G^A with the Hermitian F of (C7) over gamma, with Delta_0 -> -Delta_0.

    The equation has one solution: G^R u - u G^A = 0 only for u = 0, as the poles differ.
    """
    width = sp.Symbol("Gamma", positive=True)
    G = green_functions([generic_reservoirs()[0]], linewidth=width)
    F, backward = (distribution([generic_reservoirs()[0]], s * omega) for s in (1, -1))
    plus, minus = (F + backward) / 2, (F - backward) / 2
    scale = E**2 + width**2

    def matrix(sign: int) -> sp.Matrix:
        return (
            minus * nambu.pauli(0)
            + (xi**2 + width**2) / scale * plus * nambu.pauli(3)
            + sign * gap * xi / scale * plus * nambu.pauli(1)
            - sign * gap * width / scale * plus * nambu.pauli(2)
        )

    corrected, printed = matrix(-1) / width, matrix(1)
    assert vanishes(G.retarded * corrected - corrected * G.advanced - G.keldysh)
    for wrong in (printed, printed / width, matrix(-1)):
        difference = G.retarded * wrong - wrong * G.advanced - G.keldysh
        assert not is_zero(difference[0, 1])


@pytest.mark.parametrize("T", [temperature, sp.S.Zero], ids=["T > 0", "T = 0"])
def test_fluctuation_dissipation_theorem(T):
    """One bath at B = 0: G^K = (G^R - G^A)(1 - 2f), as 1 - 2f is odd.

    At T = 0 it is -sign(omega), which holds for either sign of omega.
    """
    model = [fermi_reservoir("bath", gamma_b, sp.S.Zero, T)]
    if T == 0:
        frequencies = [(s * sp.Symbol("w", positive=True), s) for s in (1, -1)]
        for frequency, odd in frequencies:
            G = green_functions(model, frequency=frequency)
            keldysh = G.keldysh.rewrite(sp.Heaviside)
            assert vanishes(keldysh - odd * (G.retarded - G.advanced))
        return
    G = green_functions(model)
    # fermi(-x, T) = 1 - fermi(x, T) is shown in test_fermi
    keldysh = G.keldysh.subs(fermi(-omega, T), 1 - fermi(omega, T))
    assert vanishes(keldysh - (1 - 2 * fermi(omega, T)) * (G.retarded - G.advanced))


def test_no_fluctuation_dissipation_with_a_vacuum():
    G = green_functions([bath(), vacuum()], frequency=sp.Symbol("w", positive=True))
    keldysh = G.keldysh.subs(sp.Symbol("B", real=True), 0).rewrite(sp.Heaviside)
    assert not is_zero((keldysh - (G.retarded - G.advanced))[0, 0])


def test_default_reservoirs_are_bath_and_vacuum():
    assert [r.name for r in resolve()] == ["bath", "vacuum"]
    assert green_functions().retarded == green_functions(["bath", "vacuum"]).retarded
