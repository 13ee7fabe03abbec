"""A small Fock space of fermions: operators as matrices, by the Jordan-Wigner transformation.

It decides what a Hamiltonian means, order of operators and signs included, without Wick's theorem.
"""

from __future__ import annotations

import functools

import sympy as sp


@functools.cache
def annihilators(modes: int) -> tuple[sp.ImmutableSparseMatrix, ...]:
    """Return the annihilation operators of fermionic modes.

    Parameters
    ----------
    modes : int
        Number of modes n; the matrices are of dimension 2**n.

    Raises
    ------
    ValueError
        If `modes` is not positive.
    """
    if modes < 1:
        raise ValueError(f"modes = {modes} is outside its domain modes >= 1")
    string, lower, unit = sp.diag(1, -1), sp.Matrix([[0, 1], [0, 0]]), sp.eye(2)
    found = []
    for k in range(modes):
        factors = [string] * k + [lower] + [unit] * (modes - k - 1)
        found.append(functools.reduce(sp.kronecker_product, factors))
    return tuple(sp.ImmutableSparseMatrix(operator) for operator in found)


def commutator(left: sp.MatrixBase, right: sp.MatrixBase) -> sp.MatrixBase:
    """Return left right - right left."""
    return left * right - right * left


def anticommutator(left: sp.MatrixBase, right: sp.MatrixBase) -> sp.MatrixBase:
    """Return left right + right left."""
    return left * right + right * left


def nambu_field(electron: sp.MatrixBase, hole: sp.MatrixBase) -> tuple[sp.MatrixBase, ...]:
    """Return the components of the Nambu field: an electron is annihilated, a hole created."""
    return electron, hole.H


def first_moment(
    field: tuple[sp.MatrixBase, ...],
    hamiltonian: sp.MatrixBase,
    other: tuple[sp.MatrixBase, ...] | None = None,
) -> list[list[sp.MatrixBase]]:
    """Return the operators {[Psi_a, H], Phi_b^dagger}.

    For a quadratic Hamiltonian they are numbers, the matrix h of [Psi, H] = h Psi + ..., of which
    an entry couples to the field Phi; for an interaction their average is its self-energy of first
    order.

    Parameters
    ----------
    field : tuple of Matrix
        The components Psi_a.
    hamiltonian : Matrix
        Operator H.
    other : tuple of Matrix, optional
        The components Phi_b; those of `field` by default.
    """
    moved = [commutator(component, hamiltonian) for component in field]
    return [[anticommutator(m, c.H) for c in other or field] for m in moved]


def single_particle(
    field: tuple[sp.MatrixBase, ...],
    hamiltonian: sp.MatrixBase,
    other: tuple[sp.MatrixBase, ...] | None = None,
) -> sp.ImmutableMatrix:
    """Return the matrix of numbers that `first_moment` gives for a quadratic Hamiltonian.

    Raises
    ------
    ValueError
        If the Hamiltonian is not quadratic.
    """
    moments = first_moment(field, hamiltonian, other)
    for operator in (operator for row in moments for operator in row):
        rest = operator - operator[0, 0] * sp.eye(operator.rows)
        if any(sp.expand(entry) != 0 for entry in rest):
            raise ValueError("the Hamiltonian is not quadratic in the fields")
    return sp.ImmutableMatrix([[operator[0, 0] for operator in row] for row in moments])
