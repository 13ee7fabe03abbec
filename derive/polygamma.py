"""The polygamma functions of complex argument, also as numbers that `lambdify` finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from mpmath import mp

from derive.codegen.runtime import array_functions


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
