"""One occupation in a product of them."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive.functions.occupation import bose, fermi


@dataclass(frozen=True)
class Factor:
    """fermi(nu - edge, temperature), statistics 1, or bose(nu - edge, temperature), -1."""

    statistics: int
    edge: sp.Expr
    temperature: sp.Expr

    @property
    def at_minus_infinity(self) -> int:
        """The limit of the factor as nu -> -oo; at +oo it is zero."""
        return self.statistics

    def expression(self, nu: sp.Expr) -> sp.Expr:
        """Return the factor as a function."""
        function = fermi if self.statistics > 0 else bose
        return function(nu - self.edge, self.temperature)
