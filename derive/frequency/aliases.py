"""Other names of Fermi and Bose factors, written as these."""

from __future__ import annotations

import sympy as sp

from derive.functions.occupation import bose, fermi


def in_occupations(expr: sp.Expr, nu: sp.Symbol) -> sp.Expr:
    """Write tanh, coth, steps, exponentials and derivatives as fermi and bose.

    tanh u = 1 - 2 fermi(2u, 1), coth u = 1 + 2 bose(2u, 1), 1/cosh(u)**2 = 4 f (1 - f),
    1/(exp u + c) = fermi(u - log c, 1)/c; |u|**2 of real nu is u times its conjugate.
    """
    if expr.has(sp.Derivative):
        expr = expr.doit(integrals=False)
    return _Rewriter(nu).rewritten(expr)


class _Rewriter:
    def __init__(self, nu: sp.Symbol) -> None:
        self.nu = nu
        self.real = sp.Dummy("nu", real=True)

    def rewritten(self, expr: sp.Expr) -> sp.Expr:
        if not expr.has(self.nu) or isinstance(expr, (fermi, bose, sp.Symbol)):
            return expr
        if isinstance(expr, sp.Pow):
            found = self._power(expr)
            if found is not None:
                return found
        if isinstance(expr, sp.Function):
            return self._function(expr)
        if not isinstance(expr, (sp.Add, sp.Mul, sp.Pow)):
            return expr
        return expr.func(*(self.rewritten(a) for a in expr.args))

    def _function(self, expr: sp.Expr) -> sp.Expr:
        x = expr.args[0]
        if isinstance(expr, sp.tanh):
            return 1 - 2 * fermi(2 * x, sp.S.One)
        if isinstance(expr, sp.coth):
            return 1 + 2 * bose(2 * x, sp.S.One)
        if isinstance(expr, sp.Heaviside):
            return 1 - fermi(x, sp.S.Zero)
        if isinstance(expr, sp.sign) and x.is_extended_real:
            return 1 - 2 * fermi(x, sp.S.Zero)
        if isinstance(expr, sp.sech | sp.csch | sp.exp):
            return self._power(sp.Pow(expr, 1, evaluate=False)) or expr
        if isinstance(expr, (sp.re, sp.im, sp.conjugate)):
            return self.rewritten(self._complex(expr))
        return expr

    def _complex(self, expr: sp.Expr) -> sp.Expr:
        """Evaluate conjugates, real and imaginary parts of rational functions of real nu."""
        x = expr.args[0].xreplace({self.nu: self.real})
        bar = self._conjugate(x)
        if isinstance(expr, sp.conjugate):
            result = bar
        elif isinstance(expr, sp.re):
            result = (x + bar) / 2
        else:
            result = (x - bar) / (2 * sp.I)
        return result.xreplace({self.real: self.nu})

    def _conjugate(self, x: sp.Expr) -> sp.Expr:
        if isinstance(x, (sp.Add, sp.Mul)):
            return x.func(*map(self._conjugate, x.args))
        if isinstance(x, sp.Pow) and x.exp.is_Integer:
            return self._conjugate(x.base) ** x.exp
        return sp.conjugate(x)

    def _power(self, expr: sp.Pow) -> sp.Expr | None:
        base, exponent = expr.args
        if not exponent.is_Integer:
            return None
        n = int(exponent)
        if isinstance(base, sp.Abs) and n % 2 == 0:
            square = base.args[0].xreplace({self.nu: self.real})
            square = (square * self._conjugate(square)).xreplace({self.real: self.nu})
            return self.rewritten(square) ** (n // 2)
        sign = -1 if isinstance(base, (sp.sech, sp.csch)) else 1
        if isinstance(base, (sp.cosh, sp.sech)) and sign * n < 0 and n % 2 == 0:
            f = fermi(2 * base.args[0], sp.S.One)
            return (4 * f * (1 - f)) ** (abs(n) // 2)
        if isinstance(base, (sp.sinh, sp.csch)) and sign * n < 0 and n % 2 == 0:
            b = bose(2 * base.args[0], sp.S.One)
            return (4 * b * (1 + b)) ** (abs(n) // 2)
        if n < 0 and isinstance(base, sp.Add):
            found = self._exponential(base)
            return None if found is None else found**-n
        return None

    def _exponential(self, below: sp.Add) -> sp.Expr | None:
        """Return 1/(a exp u + c) as an occupation."""
        constant, rest = below.as_independent(self.nu, as_Add=True)
        if rest.is_Add or constant == 0:
            return None
        scale, dependent = rest.as_independent(self.nu, as_Add=False)
        if not isinstance(dependent, sp.exp):
            return None
        ratio = constant / scale
        if ratio.is_positive:
            return fermi(dependent.args[0] - sp.log(ratio), sp.S.One) / constant
        if ratio.is_negative:
            return -bose(dependent.args[0] - sp.log(-ratio), sp.S.One) / constant
        return None
