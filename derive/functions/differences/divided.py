"""Divided differences of log and digamma alone, over points on one side, regular where they meet.

They are `divided_difference` without a numerator, in the arguments that generated code is given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from mpmath import mp

from derive.functions.differences import doubles, multiprecision
from derive.functions.differences.difference import divided_difference
from derive.functions.differences.multiprecision import Numbers
from derive.functions.polygamma import polygamma


class Divided(sp.Function):
    """A divided difference over any number of points; a derivative repeats a point."""

    is_commutative = True
    _symbol = ""

    @classmethod
    def eval(cls, *points: sp.Expr) -> None:
        """Refuse less than two points; never evaluate."""
        if len(points) < 2:
            raise ValueError(f"{cls.__name__} of {len(points)} points; there must be at least 2")

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative by a point: the divided difference with that point repeated."""
        return self.func(*self.args, self.args[argindex - 1])

    def _eval_is_meromorphic(self, x: sp.Symbol, a: sp.Expr) -> None:
        return None

    def _eval_rewrite_as_tractable(self, *args: Any, **options: Any) -> sp.Expr:
        from derive.functions.differences.expansion import tractable

        return tractable(self, options.get("limitvar"))

    def _eval_as_leading_term(self, x: Any, logx: Any = None, cdir: Any = 0) -> sp.Expr:
        from derive.functions.differences.expansion import leading_term

        return leading_term(self, x, logx, cdir)

    def _eval_nseries(self, x: Any, n: int, logx: Any, cdir: Any = 0) -> sp.Expr:
        from derive.functions.differences.expansion import series

        return series(self, x, n, logx, cdir)

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        if not self.is_number:
            return None

        def points() -> list[Any]:
            return [mp.mpmathify(z._to_mpmath(mp.prec)) for z in self.args]

        try:
            with mp.workprec(prec):
                value = self._multiprecision(points, int(prec * 0.30103) + 2)
        except ZeroDivisionError:
            return sp.zoo
        real, imaginary = (sp.Float._new(part._mpf_, prec) for part in (value.real, value.imag))
        return real + sp.I * imaginary if value.imag else real

    @classmethod
    def _numerical(cls, *points: Any) -> Any:
        if any(isinstance(z, (mp.mpf, mp.mpc)) for z in points):
            return cls._multiprecision(lambda: [mp.mpmathify(z) for z in points], mp.dps)
        return cls._doubles(points)

    @staticmethod
    def _multiprecision(points: Any, digits: int) -> Any:
        raise NotImplementedError

    @staticmethod
    def _doubles(points: Any) -> Any:
        raise NotImplementedError

    def _mpmathcode(self, printer: Any) -> str:
        # a call with nothing but integers would be taken for one with doubles
        one = printer._module_format("mpmath.mpf") + "(1)"
        first, *rest = map(printer._print, self.args)
        return f"{type(self).__name__}({', '.join([f'{one}*({first})', *rest])})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        points = r",\, ".join(map(printer._print, self.args))
        text = rf"\left[{points}\right] {self._symbol}"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text


class divided_log(Divided):
    """(log z - log w)/(z - w) for z and w on the same side of the real axis; 1/z at z = w.

    With more points the divided difference of higher order.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive.functions.differences.divided import divided_log
    >>> divided_log(2 * sp.I, 2 * sp.I).evalf()
    -0.5*I
    """

    _symbol = r"\log"

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the quotient, which holds for z != w."""
        if len(self.args) == 2 and self.args[0] != self.args[1]:
            z, w = self.args
            return (sp.log(z) - sp.log(w)) / (z - w)
        sides = [1] * len(self.args)
        return divided_difference((1,), self.args, sides, ((1, 0, 0),)).doit()

    @staticmethod
    def _multiprecision(points: Any, digits: int) -> Any:
        def numbers() -> Numbers:
            nodes = points()
            side = -1 if any(mp.im(z) < 0 for z in nodes) else 1
            return Numbers([mp.mpf(1)], nodes, [side] * len(nodes), [(1, mp.mpf(0), mp.mpf(0))])

        return mp.mpc(multiprecision.evaluate(numbers, digits))

    @staticmethod
    def _doubles(points: Any) -> Any:
        # the logarithm of the conjugate is the conjugate, so that one branch is enough
        below = np.any([np.imag(z) < 0 for z in np.broadcast_arrays(*points)], axis=0)
        turned = [np.where(below, np.conj(z), z)[()] for z in points]
        value = doubles.evaluate([1.0], turned, [1] * len(turned), [(1, 0.0, 0.0)])
        return np.where(below, np.conj(value), value)[()]


class divided_polygamma(Divided):
    """(psi(z) - psi(w))/(z - w) in the right half-plane; the trigamma function at z = w.

    With more points the divided difference of higher order.

    Examples
    --------
    >>> from derive.functions.differences.divided import divided_polygamma
    >>> divided_polygamma(1, 1).evalf()
    1.64493406684823
    """

    _symbol = r"\psi"

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the quotient, which holds for z != w."""
        if len(self.args) == 2 and self.args[0] != self.args[1]:
            z, w = self.args
            return (polygamma(0, z) - polygamma(0, w)) / (z - w)
        sides = [1] * len(self.args)
        x = [sp.I * (w - sp.S.Half) for w in self.args]
        whole = divided_difference((1,), x, sides, ((1, 0, 1 / (2 * sp.pi)),)).doit()
        return sp.expand(sp.I ** (len(x) - 1) * whole)

    # psi(1/2 - i x) is the transform of a Fermi factor at T = 1/2pi above the axis, and every
    # division by a distance of the x is one by i times that of the points

    @staticmethod
    def _multiprecision(points: Any, digits: int) -> Any:
        def numbers() -> Numbers:
            nodes = [mp.mpc(0, 1) * (w - mp.mpf(1) / 2) for w in points()]
            factor = (1, mp.mpf(0), 1 / (2 * mp.pi))
            return Numbers([mp.mpf(1)], nodes, [1] * len(nodes), [factor])

        turns = len(points()) - 1
        return mp.mpc(multiprecision.evaluate(numbers, digits)) * mp.mpc(0, 1) ** turns

    @staticmethod
    def _doubles(points: Any) -> Any:
        nodes = [1j * (w - 0.5) for w in points]
        value = doubles.evaluate([1.0], nodes, [1] * len(nodes), [(1, 0.0, 1 / (2 * np.pi))])
        return value * 1j ** (len(nodes) - 1)


for _function in (divided_log, divided_polygamma):
    _function._imp_ = staticmethod(_function._numerical)
