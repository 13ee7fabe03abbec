"""Fermi and Bose factors, each kept as one unevaluated object."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import sympy as sp


class _Occupation(sp.Function):
    """What Fermi and Bose factors share: checks of the arguments, derivatives, printing."""

    nargs = 2
    #: 1 for fermions, -1 for bosons: the sign in exp(x/T) + sign.
    _statistics = 0
    _letter = ""

    def __new__(cls, x: sp.Expr, T: sp.Expr, **options: Any) -> _Occupation:
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
        slope = -self * (1 - self._statistics * self) / T
        return slope if argindex == 1 else -x / T * slope

    def _eval_is_extended_real(self) -> bool | None:
        x, T = self.args
        return True if x.is_extended_real and T.is_extended_real else None

    def _eval_rewrite_as_exp(self, x: sp.Expr, T: sp.Expr, **hints: Any) -> sp.Expr | None:
        return 1 / (sp.exp(x / T) + self._statistics) if T.is_nonzero else None

    def _explicit(self, x: sp.Expr, T: sp.Expr) -> sp.Expr:
        raise NotImplementedError

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        x, T = (arg._eval_evalf(prec) if not arg.is_Number else arg for arg in self.args)
        if x is None or T is None or not (x.is_number and T.is_number):
            return None
        return self._explicit(x, T)._eval_evalf(prec)

    def _mpmathcode(self, printer: Any) -> str:
        # a call with nothing but integers would be taken for one with doubles
        one = printer._module_format("mpmath.mpf") + "(1)"
        x, T = map(printer._print, self.args)
        return f"{type(self).__name__}({one}*({x}), {T})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        x, T = self.args
        body = rf"\left({printer._print(x)}\right)"
        head = r"\theta" if T.is_zero else rf"{self._letter}_{{{printer._print(T)}}}"
        if T.is_zero:
            body = rf"\left({printer._print(-x)}\right)"
        return rf"{head}^{{{exp}}}{body}" if exp else head + body


class fermi(_Occupation):
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

    _statistics = 1
    _letter = "f"

    def _explicit(self, x: sp.Expr, T: sp.Expr) -> sp.Expr:
        return sp.Heaviside(-x) if T.is_zero else 1 / (sp.exp(x / T) + 1)

    def _eval_rewrite_as_Heaviside(self, x: sp.Expr, T: sp.Expr, **hints: Any) -> sp.Expr | None:
        return sp.Heaviside(-x) if T.is_zero else None


class bose(_Occupation):
    r"""Bose factor :math:`1/(e^{x/T} - 1)`, unevaluated; at T = 0 it is :math:`-\theta(-x)`.

    Parameters
    ----------
    x : Expr
        Energy measured from the chemical potential; the factor has a pole at x = 0.
    T : Expr
        Temperature in the units of `x`; not negative.

    Raises
    ------
    ValueError
        If `T` is known to be negative, or an argument is text.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import bose
    >>> x, T = sp.Symbol("x", real=True), sp.Symbol("T", positive=True)
    >>> bose(x, T).rewrite(sp.exp)
    1/(exp(x/T) - 1)
    >>> bose(1, 1).evalf()
    0.581976706869326
    """

    _statistics = -1
    _letter = "n"

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to x (argindex 1) or T (argindex 2)."""
        x, T = self.args
        if T.is_zero and argindex == 1:
            return sp.DiracDelta(x)
        return super().fdiff(argindex)

    def _explicit(self, x: sp.Expr, T: sp.Expr) -> sp.Expr:
        return -sp.Heaviside(-x) if T.is_zero else 1 / (sp.exp(x / T) - 1)

    def _eval_rewrite_as_Heaviside(self, x: sp.Expr, T: sp.Expr, **hints: Any) -> sp.Expr | None:
        return -sp.Heaviside(-x) if T.is_zero else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        x, T = self.args
        if T.is_zero:
            body = rf"\left(-\theta\left({printer._print(-x)}\right)\right)"
            return rf"{body}^{{{exp}}}" if exp else body
        return super()._latex(printer, exp)


def _numerical(statistics: int) -> Any:
    """Return a factor as a function of numbers: mpmath's, or doubles and arrays."""

    def value(x: Any, T: Any) -> Any:
        if any(isinstance(a, (mpmath.mpf, mpmath.mpc)) for a in (x, T)):
            if T == 0:
                return statistics * (mpmath.sign(-mpmath.re(x)) + 1) / 2
            return 1 / (mpmath.exp(x / T) + statistics)
        with np.errstate(all="ignore"):
            cold = np.equal(T, 0)
            ratio = np.where(cold, 0.0, x / np.where(cold, 1.0, T))
            # exp(-|x|/T) does not overflow
            small = np.exp(-np.abs(ratio)) if np.isrealobj(ratio) else np.exp(-ratio)
            warm = small / (1 + statistics * small)
            if np.isrealobj(ratio):
                full = 1 / (1 + small) if statistics > 0 else 1 / np.expm1(-np.abs(ratio))
                rising = warm if statistics > 0 else 1 / np.expm1(np.abs(ratio))
                warm = np.where(ratio > 0, rising, full)
            step = statistics * np.heaviside(-np.real(x), 0.5)
        result = np.where(cold, step, warm)
        return result[()]

    return value


fermi._imp_ = staticmethod(_numerical(1))
bose._imp_ = staticmethod(_numerical(-1))
