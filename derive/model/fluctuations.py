"""A small change of the order parameter, from Dyson's equation, (B1)-(B19).

A change that varies like exp(i q r - i omega t) takes the plane wave at p - q/2, nu - omega/2 to
the one at p + q/2, nu + omega/2.  Operators on these two waves are matrices of 2x2 blocks, upper
triangular with the change in the corner, and products in space and time, (B5), are products of
these matrices.  Because the change leads no further, Dyson's equation is solved exactly, and the
corner of the solution is linear in the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.model.greens import green_functions
from derive.model.reservoirs import Reservoir, resolve, self_energy


def blocks(
    first: sp.ImmutableMatrix, corner: sp.ImmutableMatrix, last: sp.ImmutableMatrix
) -> sp.ImmutableMatrix:
    """Return the matrix of 2x2 blocks with the given diagonal and upper right corner."""
    below = sp.zeros(2, 2).row_join(sp.Matrix(last))
    return sp.ImmutableMatrix(sp.Matrix(first).row_join(sp.Matrix(corner)).col_join(below))


def corner(matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
    """Return the upper right 2x2 block."""
    return sp.ImmutableMatrix(matrix[:2, 2:])


def inverse(matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
    """Invert a 2x2 matrix, or one of 2x2 blocks that is upper triangular."""
    if matrix.shape == (2, 2):
        return sp.ImmutableMatrix(matrix.adjugate() / sp.expand(matrix.det()))
    first, last = inverse(matrix[:2, :2]), inverse(matrix[2:, 2:])
    return blocks(first, -first * corner(matrix) * last, last)


def self_energy_change(amplitude: sp.Expr, phase: sp.Expr) -> sp.ImmutableMatrix:
    r"""Return the change of the self-energy with the order parameter, (B4).

    A rotation of its phase by theta turns the pairing field -Delta_0 tau_1 with exp(i theta
    tau_3/2); written by t = tan(theta/2) this is rational.

    Parameters
    ----------
    amplitude, phase : Expr
        delta abs(Delta) and delta theta.
    """
    small = sp.Dummy("small", real=True)
    field = pairing_field(symbols.gap + small * amplitude, small * phase / 2)
    return sp.ImmutableMatrix(field.diff(small).subs(small, 0))


def pairing_field(modulus: sp.Expr, half_tangent: sp.Expr) -> sp.ImmutableMatrix:
    """Return the self-energy of pairing for any phase of the order parameter.

    Parameters
    ----------
    modulus : Expr
        Modulus of the order parameter.
    half_tangent : Expr
        t = tan(theta/2) of its phase theta.
    """
    turn = nambu.pauli(0) + sp.I * half_tangent * nambu.pauli(3)
    back = nambu.pauli(0) - sp.I * half_tangent * nambu.pauli(3)
    # the mean-field Hamiltonian without its kinetic part
    field = nambu.hamiltonian(sp.S.Zero, modulus)
    return sp.ImmutableMatrix(turn * field * back / (1 + half_tangent**2))


def perturbed_green_functions(
    change: sp.ImmutableMatrix,
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.nu,
    transfer: sp.Expr = symbols.omega,
) -> Keldysh:
    """Solve Dyson's equation (B7) on the two plane waves that a change of the self-energy couples.

    Parameters
    ----------
    change : Matrix
        delta Sigma^R = delta Sigma^A; there is no Keldysh part.
    reservoirs
        As in `green_functions`.
    frequency, transfer : Expr
        nu and omega.

    Returns
    -------
    Keldysh
        4x4 matrices: steady-state Green's functions on the diagonal, changes in the corner.
    """
    chosen = resolve(reservoirs)
    ends = (
        (frequency + transfer / 2, symbols.xi_plus),
        (frequency - transfer / 2, symbols.xi_minus),
    )
    ahead, behind = (green_functions(chosen, frequency=w, xi=xi) for w, xi in ends)
    sources = [self_energy(chosen, w).keldysh for w, _ in ends]
    return coupled(change, ahead, behind, sources)


def coupled(
    change: sp.ImmutableMatrix,
    ahead: Keldysh,
    behind: Keldysh,
    sources: Sequence[sp.ImmutableMatrix],
) -> Keldysh:
    """Solve Dyson's equation on two waves, given the Green's functions of both without the change.

    Parameters
    ----------
    change : Matrix
        As in `perturbed_green_functions`.
    ahead, behind : Keldysh
        Green's functions at p + q/2, nu + omega/2 and at p - q/2, nu - omega/2.
    sources : sequence of Matrix
        Sigma^K at both.
    """
    # the inverse of the matrix of blocks with G^-1 on its diagonal and -change in its corner
    retarded, advanced = (
        blocks(first, first * change * last, last)
        for first, last in (
            (ahead.retarded, behind.retarded),
            (ahead.advanced, behind.advanced),
        )
    )
    source = blocks(sources[0], sp.zeros(2, 2), sources[1])
    return Keldysh(retarded, advanced, retarded * source * advanced)


def plane_wave_arguments() -> tuple[dict[sp.Symbol, sp.Expr], sp.Expr]:
    """Return what the integrals over r_r, r_1, t_r and t_1 of (B16) fix, and the phase they leave.

    Each integral of a plane wave is a delta function of its exponent's coefficient.

    Returns
    -------
    dict
        p', nu', p'', nu'' by p, nu and the wave vector and frequency q, omega of the change.
    Expr
        The phase that is left, in r_g and t_g.
    """
    p, first, second, q, r_r, r_1, r_g = sp.symbols("p p' p'' q r_r r_1 r_g", real=True)
    t_r, t_1, t_g, first_nu, second_nu = sp.symbols("t_r t_1 t_g nu' nu''", real=True)
    nu, omega = symbols.nu, symbols.omega
    phase = -p * r_r + nu * t_r
    phase += first * (r_g + r_r / 2 - r_1) - first_nu * (t_g + t_r / 2 - t_1)
    phase += q * r_1 - omega * t_1
    phase += second * (-r_g + r_r / 2 + r_1) - second_nu * (-t_g + t_r / 2 + t_1)
    conditions = [sp.expand(phase).coeff(x) for x in (r_r, r_1, t_r, t_1)]
    (found,) = sp.solve(conditions, (first, second, first_nu, second_nu), dict=True)
    return found, sp.expand(phase.subs(found))
