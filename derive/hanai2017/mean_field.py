"""The Hartree-Fock-Bogoliubov self-energy, (16)-(18) and (A1)-(A5).

A contact interaction acts at once, so that its self-energy of first order is the average of
{[Psi_a, V], Psi_b^dagger} at one point, an operator of one electron and one hole state.  Of it the
theory keeps the anomalous part; the Hartree part vanishes with the bare interaction, U -> 0 as the
cutoff of the momenta grows, while U sum_p <a_h a_e> stays finite.
"""

from __future__ import annotations

import functools

import sympy as sp

from derive.algebra.fock import annihilators, commutator, first_moment, nambu_field

#: Strength of the attractive contact interaction -U.
interaction = sp.Symbol("U", positive=True)


def contact_interaction() -> sp.MatrixBase:
    """Return -U a_e^dagger a_h^dagger a_h a_e, the interaction at one point."""
    electron, hole = annihilators(2)
    return -interaction * electron.H * hole.H * hole * electron


def keldysh_operators() -> list[list[sp.MatrixBase]]:
    """Return the operators -i [Psi_a, Psi_b^dagger] whose average is G^K at equal times."""
    field = nambu_field(*annihilators(2))
    return [[-sp.I * commutator(a, b.H) for b in field] for a in field]


@functools.cache
def pairing_coefficients() -> tuple[sp.Expr, sp.Expr]:
    """Return the ratio of the anomalous parts of the self-energy to those of G^K, (12) and (21).

    Raises
    ------
    ValueError
        If they are not proportional to each other as operators.
    """
    moments = first_moment(nambu_field(*annihilators(2)), contact_interaction())
    keldysh = keldysh_operators()
    found = []
    for row, column in ((0, 1), (1, 0)):
        moment, green = moments[row][column], keldysh[row][column]
        k = next(k for k, entry in enumerate(green) if entry != 0)
        ratio = sp.cancel(moment[k] / green[k])
        if any(sp.expand(entry) != 0 for entry in moment - ratio * green):
            raise ValueError("the anomalous self-energy is not proportional to G^K")
        found.append(ratio)
    return found[0], found[1]


def pairing_self_energy(keldysh: sp.MatrixBase) -> sp.ImmutableMatrix:
    """Return the anomalous self-energy of a Keldysh Green's function at equal times and places.

    Parameters
    ----------
    keldysh : Matrix
        G^K(r, t; r, t + 0), 2x2 in Nambu space.
    """
    above, below = pairing_coefficients()
    return sp.ImmutableMatrix([[0, above * keldysh[0, 1]], [below * keldysh[1, 0], 0]])


def keldysh_from_order_parameter(order: sp.Expr) -> sp.ImmutableMatrix:
    """Return the anomalous part of G^K at equal times for U <a_h a_e> = `order`.

    From the operators: -i [a_e, a_h] = 2 i a_h a_e, and -i [a_h^dagger, a_e^dagger] is its
    anti-Hermitian conjugate.
    """
    electron, hole = annihilators(2)
    pair = hole * electron
    keldysh = keldysh_operators()
    rows = []
    for operator, average in ((keldysh[0][1], pair), (keldysh[1][0], pair.H)):
        k = next(k for k, entry in enumerate(average) if entry != 0)
        rows.append(operator[k] / average[k])
    above, below = rows
    return sp.ImmutableMatrix(
        [
            [0, above * order / interaction],
            [below * sp.conjugate(order) / interaction, 0],
        ]
    )
