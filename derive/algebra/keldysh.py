"""Keldysh space in the RAK representation, (11) and (12), as a small algebra.

An object of this space is an upper triangular matrix with the retarded and the advanced part on
its diagonal and the Keldysh part above.  Products and inverses follow from that and from nothing
else; (66) is the product of many factors.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class Keldysh:
    """Retarded, advanced and Keldysh part of one object, each a 2x2 matrix in Nambu space."""

    retarded: sp.ImmutableMatrix
    advanced: sp.ImmutableMatrix
    keldysh: sp.ImmutableMatrix

    def __post_init__(self) -> None:
        for part in ("retarded", "advanced", "keldysh"):
            object.__setattr__(self, part, sp.ImmutableMatrix(getattr(self, part)))

    def __add__(self, other: Keldysh) -> Keldysh:
        return Keldysh(
            self.retarded + other.retarded,
            self.advanced + other.advanced,
            self.keldysh + other.keldysh,
        )

    def __sub__(self, other: Keldysh) -> Keldysh:
        return Keldysh(
            self.retarded - other.retarded,
            self.advanced - other.advanced,
            self.keldysh - other.keldysh,
        )

    def __matmul__(self, other: Keldysh) -> Keldysh:
        """Compose: [AB]^R = A^R B^R, [AB]^A = A^A B^A, [AB]^K = A^R B^K + A^K B^A, (64)-(66)."""
        return Keldysh(
            self.retarded * other.retarded,
            self.advanced * other.advanced,
            self.retarded * other.keldysh + self.keldysh * other.advanced,
        )

    def inverse(self) -> Keldysh:
        """Return the inverse; its Keldysh part is -(R^-1) K (A^-1)."""
        retarded, advanced = _inverse(self.retarded), _inverse(self.advanced)
        return Keldysh(retarded, advanced, -retarded * self.keldysh * advanced)

    @property
    def lesser(self) -> sp.ImmutableMatrix:
        """The lesser part, (-R + A + K)/2, as defined below (33)."""
        return (self.advanced - self.retarded + self.keldysh) / 2


def _inverse(matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
    """Invert a 2x2 matrix as adjugate over determinant, which keeps the denominator factored."""
    return matrix.adjugate() / sp.expand(matrix.det())


def dyson(free_inverse: Keldysh, self_energy: Keldysh) -> Keldysh:
    """Solve Dyson's equation (23), G = G0 + G0 Sigma G, i.e. G = (G0^-1 - Sigma)^-1."""
    return (free_inverse - self_energy).inverse()
