"""Builds the body of a program from complex values, each named by its two real parts."""

from __future__ import annotations

import sympy as sp

from derive.codegen.program import Assignment
from derive.codegen.real_split import Splitter


class Stages:
    """Assignments of complex values, each as its real and its imaginary part.

    `named` keeps what stands for a value, by its name.
    """

    def __init__(self) -> None:
        self.body: list[Assignment] = []
        self.parts = Splitter()
        self.named: dict[str, sp.Expr] = {}

    def assign(self, name: str, value: sp.Expr) -> sp.Expr:
        """Assign a complex value, and return what stands for it."""
        stand_in: sp.Expr = sp.S.Zero
        for part, suffix, unit in zip(self.parts(value), ("re", "im"), (1, sp.I), strict=True):
            if part != 0:
                symbol = sp.Symbol(f"{name}_{suffix}", real=True)
                self.body.append((symbol, part))
                stand_in += unit * symbol
        self.named[name] = stand_in
        return stand_in

    def assign_matrix(self, name: str, matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
        """Assign the elements of a 2 x 2 matrix, equal ones once."""
        seen: dict[sp.Expr, sp.Expr] = {}
        for index, element in enumerate(matrix):
            if element not in seen:
                seen[element] = self.assign(f"{name}{index}", element)
        return matrix.applyfunc(lambda element: seen[element])


def conjugate(value: sp.Expr) -> sp.Expr:
    """Return z* of a value whose parts are named."""
    real, imaginary = value.as_real_imag()
    return real - sp.I * imaginary
