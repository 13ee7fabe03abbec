"""Functions that only generated code knows: stable combinations and parts of complex values."""

from __future__ import annotations

import sympy as sp


class log_ratio(sp.Function):
    """log(a) - log(b) for positive a and b whose difference a - b is given without cancellation."""

    nargs = 3

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative; that of the difference is contained in the other two."""
        a, b, _ = self.args
        return (1 / a, -1 / b, sp.S.Zero)[argindex - 1]

    def doit(self, **hints: object) -> sp.Expr:
        """Return the plain difference of logarithms."""
        a, b, _ = self.args
        return sp.log(a) - sp.log(b)

    def _eval_is_extended_real(self) -> bool:
        return True


class excess(sp.Function):
    """sqrt(x**2 + y**2) - x, which cancels for large positive x unless computed with care."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to x or y."""
        x, y = self.args
        root = sp.sqrt(x**2 + y**2)
        return -self / root if argindex == 1 else y / root

    def doit(self, **hints: object) -> sp.Expr:
        """Return the plain difference."""
        x, y = self.args
        return sp.sqrt(x**2 + y**2) - x

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[1].is_nonzero else None

    def _eval_is_extended_real(self) -> bool:
        return True


class polygamma_re(sp.Function):
    """Real part of polygamma(n, x + i y) for real x and y."""

    nargs = 3

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to x or y."""
        n, x, y = self.args
        if argindex == 2:
            return polygamma_re(n + 1, x, y)
        if argindex == 3:
            return -polygamma_im(n + 1, x, y)
        raise sp.ArgumentIndexError(self, argindex)

    def doit(self, **hints: object) -> sp.Expr:
        """Return the real part of the complex function."""
        n, x, y = self.args
        return sp.re(sp.polygamma(n, x + sp.I * y))

    def _eval_is_extended_real(self) -> bool:
        return True


class polygamma_im(sp.Function):
    """Imaginary part of polygamma(n, x + i y) for real x and y."""

    nargs = 3

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to x or y."""
        n, x, y = self.args
        if argindex == 2:
            return polygamma_im(n + 1, x, y)
        if argindex == 3:
            return polygamma_re(n + 1, x, y)
        raise sp.ArgumentIndexError(self, argindex)

    def doit(self, **hints: object) -> sp.Expr:
        """Return the imaginary part of the complex function."""
        n, x, y = self.args
        return sp.im(sp.polygamma(n, x + sp.I * y))

    def _eval_is_extended_real(self) -> bool:
        return True


class complex_polygamma(sp.Function):
    """polygamma(n, x + i y), a complex value that only `real_part` and `imaginary_part` may use."""

    nargs = 3


class real_part(sp.Function):
    """Real part of a symbol with a complex value."""

    nargs = 1


class imaginary_part(sp.Function):
    """Imaginary part of a symbol with a complex value."""

    nargs = 1


#: Functions whose cost dominates; an expression is linear in them after the nu-integral.
TRANSCENDENTAL = (
    sp.log,
    sp.atan,
    sp.atan2,
    log_ratio,
    polygamma_re,
    polygamma_im,
    complex_polygamma,
)


def is_transcendental(node: sp.Basic) -> bool:
    """Tell whether a node is one of the functions that dominate the cost."""
    return isinstance(node, TRANSCENDENTAL)
