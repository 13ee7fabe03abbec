"""The Fermi factor, kept as one unevaluated object."""

from __future__ import annotations

from typing import Any

import sympy as sp


class fermi(sp.Function):
    r"""Fermi factor :math:`1/(e^{x/T} + 1)`, unevaluated; at T = 0 the step :math:`\theta(-x)`.

    Parameters
    ----------
    x : Expr
        Energy measured from the chemical potential.
    T : Expr
        Temperature in the units of `x`; not negative.

    Raises
    ------
    ValueError
        If `T` is known to be negative, or an argument is text.

    Notes
    -----
    ``.rewrite(exp)`` and ``.rewrite(Heaviside)`` give the explicit forms for T > 0 and T = 0;
    ``.evalf()`` gives numbers, one half at the step itself.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import fermi
    >>> fermi(sp.Symbol("x"), 0)
    fermi(x, 0)
    >>> fermi(0, 3).evalf()
    0.500000000000000
    """

    nargs = 2

    def __new__(cls, x: sp.Expr, T: sp.Expr, **options: Any) -> fermi:
        """Refuse text, which SymPy would execute."""
        for name, value in (("x", x), ("T", T)):
            if isinstance(value, (str, bytes)):
                raise ValueError(f"{name} = {value!r} is text; give a number or an expression")
        return super().__new__(cls, x, T, **options)

    @classmethod
    def eval(cls, x: sp.Expr, T: sp.Expr) -> None:
        """Refuse a negative temperature; never evaluate."""
        if T.is_negative:
            raise ValueError(f"temperature T = {T} is outside its domain T >= 0")

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to x (argindex 1) or T (argindex 2)."""
        x, T = self.args
        if T.is_zero:
            if argindex == 1:
                return -sp.DiracDelta(x)
            raise sp.ArgumentIndexError(self, argindex)
        slope = -self * (1 - self) / T
        return slope if argindex == 1 else -x / T * slope

    def _eval_is_extended_real(self) -> bool | None:
        x, T = self.args
        return True if x.is_extended_real and T.is_extended_real else None

    def _eval_rewrite_as_exp(self, x: sp.Expr, T: sp.Expr, **hints: Any) -> sp.Expr | None:
        return 1 / (sp.exp(x / T) + 1) if T.is_nonzero else None

    def _eval_rewrite_as_Heaviside(self, x: sp.Expr, T: sp.Expr, **hints: Any) -> sp.Expr | None:
        return sp.Heaviside(-x) if T.is_zero else None

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        x, T = (arg._eval_evalf(prec) if not arg.is_Number else arg for arg in self.args)
        if x is None or T is None or not (x.is_number and T.is_number):
            return None
        explicit = sp.Heaviside(-x) if T.is_zero else 1 / (sp.exp(x / T) + 1)
        return explicit._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        x, T = self.args
        body = rf"\left({printer._print(x)}\right)"
        head = r"\theta" if T.is_zero else rf"f_{{{printer._print(T)}}}"
        if T.is_zero:
            body = rf"\left({printer._print(-x)}\right)"
        return rf"{head}^{{{exp}}}{body}" if exp else head + body
