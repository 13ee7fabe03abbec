"""Nambu space: Pauli matrices, the mean-field Hamiltonian, its projectors."""

from __future__ import annotations

import sympy as sp

from derive import symbols

_PAULI = (
    sp.ImmutableMatrix([[1, 0], [0, 1]]),
    sp.ImmutableMatrix([[0, 1], [1, 0]]),
    sp.ImmutableMatrix([[0, -sp.I], [sp.I, 0]]),
    sp.ImmutableMatrix([[1, 0], [0, -1]]),
)


def pauli(s: int) -> sp.ImmutableMatrix:
    """Return the Pauli matrix tau_s of Nambu space, s = 0 (the unit matrix) to 3.

    Raises
    ------
    ValueError
        If `s` is not one of 0, 1, 2, 3.
    """
    if s not in (0, 1, 2, 3):
        raise ValueError(f"vertex s = {s!r} is outside its domain 0, 1, 2, 3")
    return _PAULI[s]


def hamiltonian(xi: sp.Expr = symbols.xi, gap: sp.Expr = symbols.gap) -> sp.ImmutableMatrix:
    """Return the mean-field Hamiltonian xi tau_3 - Delta_0 tau_1 in the rotating frame.

    It is the single-particle part of (7) after the gauge transformation that follows (22).
    """
    return xi * pauli(3) - gap * pauli(1)


def projectors(
    xi: sp.Expr = symbols.xi, gap: sp.Expr = symbols.gap
) -> tuple[sp.ImmutableMatrix, sp.ImmutableMatrix]:
    """Return the projectors on the upper (+E) and the lower (-E) quasiparticle branch.

    They are the matrices of (C3) and (C2), with the sign of tau_1 that the Hamiltonian has.
    """
    energy = sp.sqrt(xi**2 + gap**2)
    upper = (pauli(0) + hamiltonian(xi, gap) / energy) / 2
    return upper, pauli(0) - upper
