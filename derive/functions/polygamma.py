"""The polygamma functions of complex argument, also as numbers that `lambdify` finds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp
from mpmath import mp

from derive.functions.runtime import array_functions


class polygamma(sp.polygamma):
    """SymPy's polygamma function, which `lambdify` can evaluate at complex arguments too.

    SciPy's takes real arguments only; this one brings its own, and mpmath's.

    Examples
    --------
    >>> import sympy as sp
    >>> z = sp.Symbol("z")
    >>> sp.lambdify(z, polygamma(0, z))(1j).round(6)
    np.complex128(0.09465+2.076674j)
    """

    _imp_: Any = None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the function of the next order."""
        if argindex == 2:
            order, z = self.args
            return polygamma(order + 1, z)
        raise sp.ArgumentIndexError(self, argindex)

    def _eval_as_leading_term(self, x: Any, logx: Any = None, cdir: Any = 0) -> sp.Expr:
        power = self._growth(x)
        if power is None:
            return super()._eval_as_leading_term(x, logx=logx, cdir=cdir)
        first = next(self._asymptotic())
        return first.as_leading_term(x, logx=logx, cdir=cdir)

    def _eval_nseries(self, x: Any, n: int, logx: Any, cdir: Any = 0) -> sp.Expr:
        power = self._growth(x)
        if power is None:
            return super()._eval_nseries(x, n=n, logx=logx, cdir=cdir)
        # the terms fall by z**-1 at least
        terms = itertools.islice(self._asymptotic(), math.ceil(n / power) + 1)
        total = sp.Add(*(t._eval_nseries(x, n=n, logx=logx, cdir=cdir) for t in terms))
        return total + sp.Order(x**n, x)

    def _growth(self, x: sp.Symbol) -> sp.Expr | None:
        """Return the power of 1/x with which the argument grows as x tends to 0, if it does."""
        order, z = self.args
        if not order.is_Integer:
            return None
        coefficient, power = z.as_leading_term(x).as_coeff_exponent(x)
        if not power.is_negative or coefficient.has(x):
            return None
        # SymPy's own takes an argument that grows in any other direction for a finite one
        if coefficient.is_extended_real and not coefficient.is_positive:
            raise NotImplementedError(f"no limit of {self}: its poles may be on the way")
        return -power

    def _asymptotic(self) -> Iterator[sp.Expr]:
        """Yield the terms for a large argument away from the negative axis, [DLMF 5.15.8]."""
        order, z = self.args
        n = int(order)
        sign = (-1) ** (n + 1)
        yield sign * sp.factorial(n - 1) / z**n if n else sp.log(z)
        yield sign * sp.factorial(n) / (2 * z ** (n + 1))
        for k in itertools.count(1):
            factor = sp.factorial(2 * k + n - 1) / sp.factorial(2 * k)
            yield sign * sp.bernoulli(2 * k) * factor / z ** (2 * k + n)


def with_complex_polygamma(expr: sp.Expr) -> sp.Expr:
    """Return an expression with all polygamma functions as those that `lambdify` can evaluate."""
    # SymPy makes polygamma functions of digamma and trigamma by itself
    return expr.replace(lambda e: isinstance(e, sp.polygamma), lambda e: polygamma(*e.args))


def _numerical(order: Any, z: Any) -> Any:
    if isinstance(z, mp.mpf | mp.mpc):
        return mp.psi(int(order), z)
    z = np.asarray(z)
    value = array_functions.polygamma(int(order), np.real(z), np.imag(z))
    return value[()] if np.iscomplexobj(z) else np.real(value)[()]


polygamma._imp_ = staticmethod(_numerical)
