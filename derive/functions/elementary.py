"""Functions of real arguments beyond those of the kernels, and what they are called in each target.

`real_power` and `where_less` are what SymPy has no function of its own for.
"""

from __future__ import annotations

import sympy as sp


class real_power(sp.Function):
    """x**y for positive x and real y, where y is no integer nor one half."""

    nargs = 2

    def doit(self, **hints: object) -> sp.Expr:
        """Return the power."""
        return self.args[0] ** self.args[1]

    def _eval_is_extended_real(self) -> bool:
        return True


class where_less(sp.Function):
    """The third argument where the first is less than the second, the fourth elsewhere."""

    nargs = 4

    def doit(self, **hints: object) -> sp.Expr:
        """Return the case distinction as SymPy writes it."""
        low, high, value, otherwise = self.args
        return sp.Piecewise((value, low < high), (otherwise, True))

    def _eval_is_extended_real(self) -> bool | None:
        return True if all(a.is_extended_real for a in self.args) else None


#: Functions that are real at every real argument, by their name in C, NumPy and mpmath.
_PLAIN = {
    sp.exp: "exp",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.tan: "tan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
}

#: What programs count beside arithmetic and the special functions.
COUNTED = (*_PLAIN, real_power)

NAMES = tuple(_PLAIN.values())

#: Format strings, by target.
NUMPY = {
    **{kind: f"{name}({{}})" for kind, name in _PLAIN.items()},
    sp.Abs: "abs({})",
    real_power: "power({}, {})",
    where_less: "where({} < {}, {}, {})",
}
MPMATH = {
    **{kind: f"mp.{name}({{}})" for kind, name in _PLAIN.items()},
    sp.Abs: "abs({})",
    real_power: "mp.power({}, {})",
    where_less: "({2} if {0} < {1} else {3})",
}
NUMBA = {
    **{kind: f"math.{name}({{}})" for kind, name in _PLAIN.items()},
    sp.Abs: "abs({})",
    real_power: "math.pow({}, {})",
    where_less: "({2} if {0} < {1} else {3})",
}
C = {
    **{kind: f"{name}({{}})" for kind, name in _PLAIN.items()},
    sp.Abs: "fabs({})",
    real_power: "pow({}, {})",
    where_less: "({0} < {1} ? {2} : {3})",
}

#: Functions of real arguments whose value is always real.
ALWAYS_REAL = (*_PLAIN, sp.Abs, sp.atan, sp.atan2, where_less, real_power)
