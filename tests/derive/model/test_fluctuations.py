"""Dyson's equation on the two plane waves that a change couples."""

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.model.fluctuations import (
    blocks,
    corner,
    inverse,
    pairing_field,
    perturbed_green_functions,
    plane_wave_arguments,
    self_energy_change,
)
from derive.model.greens import free_inverse
from derive.model.reservoirs import self_energy

POINT = {
    symbols.nu: sp.Rational(1, 3),
    symbols.omega: sp.Rational(2, 7),
    symbols.xi_plus: sp.Rational(5, 2),
    symbols.xi_minus: sp.Rational(-3, 4),
    symbols.gap: sp.Rational(2, 5),
    symbols.gamma_b: sp.Rational(1, 9),
    symbols.gamma_v: sp.Rational(1, 11),
}


def test_solution_times_the_kernel_is_one():
    """The 4x4 matrix with -change in its corner times the solution is the unit matrix."""
    change = self_energy_change(sp.Rational(1, 5), sp.Rational(3, 8))
    solution = perturbed_green_functions(change).retarded.xreplace(POINT)
    kernels = [
        (free_inverse(w, xi, sp.S.Zero) - self_energy(None, w)).retarded
        for w, xi in (
            (symbols.nu + symbols.omega / 2, symbols.xi_plus),
            (symbols.nu - symbols.omega / 2, symbols.xi_minus),
        )
    ]
    kernel = blocks(kernels[0], -change, kernels[1]).xreplace(POINT)
    assert (kernel * solution).applyfunc(sp.simplify) == sp.eye(4)
    assert (kernel.inv() - solution).applyfunc(sp.simplify) == sp.zeros(4, 4)


def test_inverse_of_blocks():
    entries = [sp.ImmutableMatrix(2, 2, sp.symbols(f"{name}_1:5")) for name in "abc"]
    matrix = blocks(*entries)
    product = (matrix * inverse(matrix)).applyfunc(sp.cancel)
    assert product == sp.eye(4)
    assert corner(matrix) == entries[1]


def test_phase_of_the_pairing_field():
    """A quarter turn makes -Delta_0 tau_1 into Delta_0 tau_2; a small one is linear."""
    quarter = pairing_field(symbols.gap, sp.S.One)
    assert quarter.applyfunc(sp.simplify) == symbols.gap * nambu.pauli(2)
    x, y = sp.symbols("x y", real=True)
    expected = -x * nambu.pauli(1) + symbols.gap * y * nambu.pauli(2)
    assert (self_energy_change(x, y) - expected).applyfunc(sp.expand) == sp.zeros(2, 2)


def test_momenta_lie_on_both_sides():
    found, _ = plane_wave_arguments()
    by_name = {str(k): str(v) for k, v in found.items()}
    assert by_name["p'"] == "p + q/2"
    assert by_name["p''"] == "p - q/2"
