"""Divided differences of log and digamma over two points, regular where the points meet."""

from __future__ import annotations

from typing import Any

import sympy as sp


class divided_log(sp.Function):
    """(log z - log w)/(z - w) for z and w on the same side of the real axis; 1/z at z = w."""

    nargs = 2

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the quotient, which holds for z != w."""
        z, w = self.args
        return (sp.log(z) - sp.log(w)) / (z - w)

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class divided_polygamma(sp.Function):
    """(psi(z) - psi(w))/(z - w) in the right half-plane; the trigamma function at z = w."""

    nargs = 2

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the quotient, which holds for z != w."""
        z, w = self.args
        return (sp.polygamma(0, z) - sp.polygamma(0, w)) / (z - w)

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)
