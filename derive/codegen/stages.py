"""Builds the body of a program from complex values, each named by its two real parts."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from derive.codegen.program import Assignment
from derive.codegen.real_split import Splitter
from derive.functions.derivative import derivative


class Stages:
    """Assignments of complex values, each as its real and its imaginary part.

    `named` keeps what stands for a value, by its name.
    """

    def __init__(self) -> None:
        self.body: list[Assignment] = []
        self.parts = Splitter()
        self.named: dict[str, sp.Expr] = {}

    def assign(
        self, name: str, value: sp.Expr, slopes: Mapping[str, sp.Expr] | None = None
    ) -> sp.Expr:
        """Assign a complex value, and return what stands for it.

        Derivatives may be given where the chain rule has them as differences that cancel; stages
        without derivatives do not use them.
        """
        stand_in: sp.Expr = sp.S.Zero
        for part, suffix, unit in zip(self.parts(value), ("re", "im"), (1, sp.I), strict=True):
            if part != 0:
                symbol = sp.Symbol(f"{name}_{suffix}", real=True)
                self.body.append((symbol, part))
                stand_in += unit * symbol
        self.named[name] = stand_in
        return stand_in

    def slope(self, value: sp.Expr, direction: str) -> sp.Expr:
        """Return zero: there are no derivatives."""
        return sp.S.Zero

    def assign_matrix(self, name: str, matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
        """Assign the elements of a 2 x 2 matrix, equal ones once."""
        seen: dict[sp.Expr, sp.Expr] = {}
        for index, element in enumerate(matrix):
            if element not in seen:
                seen[element] = self.assign(f"{name}{index}", element)
        return matrix.applyfunc(lambda element: seen[element])


class StagesWithSlopes(Stages):
    """Stages that assign the derivatives of what they assign, by the chain rule.

    Parameters
    ----------
    directions : mapping
        For each variable, by a name, the derivatives of the symbols that depend on it.  Complex
        values are taken as analytic: their derivative is that along their real parts.
    """

    def __init__(self, directions: Mapping[str, Mapping[sp.Symbol, sp.Expr]]) -> None:
        super().__init__()
        self._slopes = {name: dict(seeds) for name, seeds in directions.items()}

    def assign(
        self, name: str, value: sp.Expr, slopes: Mapping[str, sp.Expr] | None = None
    ) -> sp.Expr:
        """Assign a complex value and its derivatives, and return what stands for the value."""
        stand_in = super().assign(name, value)
        for direction, known in self._slopes.items():
            given = (slopes or {}).get(direction)
            slope = self.slope(value, direction) if given is None else given
            if slope != 0:
                slope = super().assign(f"{name}_by_{direction}", slope)
                known.update(self._seeds(stand_in, slope))
        return stand_in

    def _seeds(self, stand_in: sp.Expr, slope: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
        """Return the derivatives of what has been named, given that of the value."""
        real, imaginary = stand_in.as_real_imag()
        return {real or imaginary: slope if real else -sp.I * slope}

    def slope(self, value: sp.Expr, direction: str) -> sp.Expr:
        """Return the derivative of a value of what has been assigned."""
        known = self._slopes[direction]
        found = sorted(value.free_symbols & known.keys(), key=str)
        return sp.Add(*(derivative(value, symbol) * known[symbol] for symbol in found))


class StagesWithRealSlopes(StagesWithSlopes):
    """Stages with derivatives by real variables, of complex values and of their conjugates alike.

    Both real parts of a value have a derivative of their own.
    """

    def _seeds(self, stand_in: sp.Expr, slope: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
        """Return the derivatives of both parts."""
        pairs = zip(stand_in.as_real_imag(), slope.as_real_imag(), strict=True)
        return {part: derivative for part, derivative in pairs if part != 0}


def conjugate(value: sp.Expr) -> sp.Expr:
    """Return z* of a value whose parts are named."""
    real, imaginary = value.as_real_imag()
    return real - sp.I * imaginary
