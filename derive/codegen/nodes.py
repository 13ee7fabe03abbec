"""Functions that only generated code knows: stable combinations and parts of complex values."""

from __future__ import annotations

import sympy as sp

from derive.frequency.divided import divided_log, divided_polygamma
from derive.momentum import pair_arctanh, pair_excess, root_sum, upper_root


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


class _DividedPart(sp.Function):
    """Real or imaginary part of a divided difference at x + i y and u + i v."""

    nargs = 4

    def _eval_is_extended_real(self) -> bool:
        return True

    def _quotient(self) -> sp.Expr:
        x, y, u, v = self.args
        return _COMPLEX[type(self)](x + sp.I * y, u + sp.I * v).doit()


class divided_log_re(_DividedPart):
    """Real part of `divided_log`."""

    def doit(self, **hints: object) -> sp.Expr:
        """Return the real part of the quotient."""
        return sp.re(self._quotient())


class divided_log_im(_DividedPart):
    """Imaginary part of `divided_log`."""

    def doit(self, **hints: object) -> sp.Expr:
        """Return the imaginary part of the quotient."""
        return sp.im(self._quotient())


class divided_polygamma_re(_DividedPart):
    """Real part of `divided_polygamma`."""

    def doit(self, **hints: object) -> sp.Expr:
        """Return the real part of the quotient."""
        return sp.re(self._quotient())


class divided_polygamma_im(_DividedPart):
    """Imaginary part of `divided_polygamma`."""

    def doit(self, **hints: object) -> sp.Expr:
        """Return the imaginary part of the quotient."""
        return sp.im(self._quotient())


_COMPLEX: dict[type[sp.Function], type[sp.Function]] = {
    divided_log_re: divided_log,
    divided_log_im: divided_log,
    divided_polygamma_re: divided_polygamma,
    divided_polygamma_im: divided_polygamma,
}


class complex_divided_log(sp.Function):
    """`divided_log` at x + i y and u + i v, a complex value."""

    nargs = 4


class complex_divided_polygamma(sp.Function):
    """`divided_polygamma` at x + i y and u + i v, a complex value."""

    nargs = 4


class _MomentumPart(sp.Function):
    """Real or imaginary part of a function of the momentum integrals at real arguments."""

    def _eval_is_extended_real(self) -> bool:
        return True

    def _value(self) -> sp.Expr:
        arguments = list(self.args)
        values = [x + sp.I * y for x, y in zip(arguments[::2], arguments[1::2], strict=False)]
        function = _COMPLEX[type(self)]
        return function(*values, *arguments[2 * len(values) :]).doit()


class upper_root_re(_MomentumPart):
    """Real part of `upper_root` at x + i y."""

    nargs = 2

    def doit(self, **hints: object) -> sp.Expr:
        """Return the real part of the complex function."""
        return sp.re(self._value())


class upper_root_im(_MomentumPart):
    """Imaginary part of `upper_root` at x + i y."""

    nargs = 2

    def doit(self, **hints: object) -> sp.Expr:
        """Return the imaginary part of the complex function."""
        return sp.im(self._value())


class root_sum_re(_MomentumPart):
    """Real part of `root_sum` at three complex arguments."""

    nargs = 6

    def doit(self, **hints: object) -> sp.Expr:
        """Return the real part of the complex function."""
        return sp.re(self._value())


class root_sum_im(_MomentumPart):
    """Imaginary part of `root_sum` at three complex arguments."""

    nargs = 6

    def doit(self, **hints: object) -> sp.Expr:
        """Return the imaginary part of the complex function."""
        return sp.im(self._value())


class pair_arctanh_re(_MomentumPart):
    """Real part of `pair_arctanh` at x + i y and real q."""

    nargs = 3

    def doit(self, **hints: object) -> sp.Expr:
        """Return the real part of the complex function."""
        return sp.re(self._value())


class pair_arctanh_im(_MomentumPart):
    """Imaginary part of `pair_arctanh` at x + i y and real q."""

    nargs = 3

    def doit(self, **hints: object) -> sp.Expr:
        """Return the imaginary part of the complex function."""
        return sp.im(self._value())


class pair_excess_re(_MomentumPart):
    """Real part of `pair_excess` at x + i y and real q."""

    nargs = 3

    def doit(self, **hints: object) -> sp.Expr:
        """Return the real part of the complex function."""
        return sp.re(self._value())


class pair_excess_im(_MomentumPart):
    """Imaginary part of `pair_excess` at x + i y and real q."""

    nargs = 3

    def doit(self, **hints: object) -> sp.Expr:
        """Return the imaginary part of the complex function."""
        return sp.im(self._value())


_COMPLEX.update(
    {
        upper_root_re: upper_root,
        upper_root_im: upper_root,
        root_sum_re: root_sum,
        root_sum_im: root_sum,
        pair_arctanh_re: pair_arctanh,
        pair_arctanh_im: pair_arctanh,
        pair_excess_re: pair_excess,
        pair_excess_im: pair_excess,
    }
)


class parts_upper_root(sp.Function):
    """Both parts of `upper_root`."""

    nargs = 2


class parts_root_sum(sp.Function):
    """Both parts of `root_sum`."""

    nargs = 6


class parts_pair_arctanh(sp.Function):
    """Both parts of `pair_arctanh`."""

    nargs = 3


class parts_pair_excess(sp.Function):
    """Both parts of `pair_excess`."""

    nargs = 3


class first_part(sp.Function):
    """First of a pair of values, the real part."""

    nargs = 1


class second_part(sp.Function):
    """Second of a pair of values, the imaginary part."""

    nargs = 1


class real_part(sp.Function):
    """Real part of a symbol with a complex value."""

    nargs = 1


class imaginary_part(sp.Function):
    """Imaginary part of a symbol with a complex value."""

    nargs = 1


#: The complex function behind each part, and which part it is.
COMPLEX_PARTS: dict[type[sp.Function], tuple[type[sp.Function], type[sp.Function]]] = {
    polygamma_re: (complex_polygamma, real_part),
    polygamma_im: (complex_polygamma, imaginary_part),
    divided_log_re: (complex_divided_log, real_part),
    divided_log_im: (complex_divided_log, imaginary_part),
    divided_polygamma_re: (complex_divided_polygamma, real_part),
    divided_polygamma_im: (complex_divided_polygamma, imaginary_part),
    upper_root_re: (parts_upper_root, first_part),
    upper_root_im: (parts_upper_root, second_part),
    root_sum_re: (parts_root_sum, first_part),
    root_sum_im: (parts_root_sum, second_part),
    pair_arctanh_re: (parts_pair_arctanh, first_part),
    pair_arctanh_im: (parts_pair_arctanh, second_part),
    pair_excess_re: (parts_pair_excess, first_part),
    pair_excess_im: (parts_pair_excess, second_part),
}

#: Functions whose cost dominates; an expression is linear in them after the nu-integral.
TRANSCENDENTAL = (
    sp.log,
    sp.atan,
    sp.atan2,
    log_ratio,
    polygamma_re,
    polygamma_im,
    complex_polygamma,
    complex_divided_log,
    complex_divided_polygamma,
    parts_upper_root,
    parts_root_sum,
    parts_pair_arctanh,
    parts_pair_excess,
)


def is_transcendental(node: sp.Basic) -> bool:
    """Tell whether a node is one of the functions that dominate the cost."""
    return isinstance(node, TRANSCENDENTAL)
