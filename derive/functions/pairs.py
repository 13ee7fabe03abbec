"""Functions of a pair of roots in the upper half-plane, as momentum integrals leave them."""

from __future__ import annotations

from typing import Any

import sympy as sp


class upper_root(sp.Function):
    """The square root in the upper half-plane, cut along the positive real axis."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative."""
        return 1 / (2 * self)

    def doit(self, **hints: Any) -> sp.Expr:
        """Return it by the principal root, whose cut is the negative real axis."""
        return sp.I * sp.sqrt(-self.args[0])

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class root_sum(sp.Function):
    """a + b for a, b in the upper half-plane, whose squares differ by the third argument.

    Where a and b nearly cancel, the sum is that difference over a - b.
    """

    nargs = 3

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative; that of the difference is contained in the other two."""
        return (sp.S.One, sp.S.One, sp.S.Zero)[argindex - 1]

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the plain sum."""
        return self.args[0] + self.args[1]

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class pair_arctanh(sp.Function):
    """artanh(q/k)/q for k in the upper half-plane and real q; 1/k at q = 0."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative by k or q, the latter without cancellation where q is small."""
        k, q = self.args
        if argindex == 1:
            return -1 / ((k - q) * (k + q))
        return pair_excess(k, q, self).fdiff(2)

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the quotient, which holds for q != 0."""
        k, q = self.args
        return (sp.log(k + q) - sp.log(k - q)) / (2 * q)

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class pair_excess(sp.Function):
    """artanh(q/k)/q - 1/k, of the order q^2/k^3, for k in the upper half-plane.

    The third argument is artanh(q/k)/q itself.
    """

    nargs = 3

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative by k or q, without a difference of terms that nearly cancel.

        That of the third argument is contained in them.
        """
        k, q, _ = self.args
        if argindex == 3:
            return sp.S.Zero
        # q**2/(k**2 (k**2 - q**2)) is 1/(k**2 - q**2) - 1/k**2
        pole = q**2 / (k * (k - q) * (k + q))
        return -pole / k if argindex == 1 else (pole - self) / q

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the plain difference."""
        k, q, _ = self.args
        return pair_arctanh(k, q).doit() - 1 / k

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class root_arctanh(sp.Function):
    """artanh(sqrt(z))/sqrt(z) of z off the cut z > 1, given 1 - z without cancellation."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative; that of 1 - z is contained in it."""
        z, rest = self.args
        return sp.S.Zero if argindex == 2 else root_arctanh_slope(z, rest)

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the quotient, which holds for z != 0."""
        root = sp.sqrt(self.args[0])
        return sp.atanh(root) / root

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class root_arctanh_slope(sp.Function):
    """The derivative of `root_arctanh`, regular at zero."""

    nargs = 2

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the closed form, which holds for z != 0."""
        z, rest = self.args
        return (1 / rest - root_arctanh(z, rest).doit()) / (2 * z)

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class divided_root_arctanh(sp.Function):
    """The divided difference of `root_arctanh` over z and w, given 1 - z, 1 - w and z - w."""

    nargs = 5

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the quotient, which holds for z != w."""
        z, w, first, second, apart = self.args
        return (root_arctanh(z, first).doit() - root_arctanh(w, second).doit()) / apart

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)
