"""How the paper's equations are written: sums, integrals and Green's functions left as they are.

Claims are written in these and turned into explicit objects only when they are tested, so that
they print as a reader knows them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy.printing.pretty.stringpict import prettyForm

from derive import symbols
from derive.algebra.keldysh import Keldysh
from derive.model.reservoirs import bath, distribution, resolve

#: F(omega), its even and odd part F_+ and F_-, as defined below (32), and the bath's occupation.
F = sp.Function("F", real=True)
F_even = sp.Function("F_+", real=True)
F_odd = sp.Function("F_-", real=True)
f_b = sp.Function("f_b", real=True)


def written_out(claim: Any) -> Any:
    """Replace gamma, E_p, F, F_+, F_- and f_b in a claim by what they stand for.

    The reservoirs are the bath, at T = 0, and the vacuum.
    """
    if isinstance(claim, tuple):
        return tuple(written_out(part) for part in claim)
    expr = sp.sympify(claim, strict=True)
    if not isinstance(expr, (sp.Expr, sp.MatrixBase)):
        return expr
    chosen = resolve()
    expr = expr.replace(F_even, lambda x: (F(x) + F(-x)) / 2)
    expr = expr.replace(F_odd, lambda x: (F(x) - F(-x)) / 2)
    expr = expr.replace(F, lambda x: distribution(chosen, x)).replace(f_b, bath().occupation)
    return expr.xreplace(
        {
            symbols.linewidth: symbols.gamma_b + symbols.gamma_v,
            symbols.energy: symbols.excitation_energy,
        }
    )


class momentum_sum(sp.Function):
    r"""The sum over momenta, :math:`\sum_p = \int d^3p/(2\pi)^3`, left unevaluated."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\sum_{{\mathbf{{p}}}} {_bracketed(printer, self.args[0])}"

    def _pretty(self, printer: Any) -> Any:
        return _drawn(printer, "∑ₚ ", self.args[0])


class frequency_integral(sp.Function):
    r"""The integral over all frequencies, :math:`\int d\nu/2\pi`, left unevaluated."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\int\frac{{d\nu}}{{2\pi}} {_bracketed(printer, self.args[0])}"

    def _pretty(self, printer: Any) -> Any:
        return _drawn(printer, "∫dν/2π ", self.args[0])


def _bracketed(printer: Any, expr: sp.Expr) -> str:
    body = printer._print(expr)
    return rf"\left[{body}\right]" if expr.is_Add else str(body)


def _drawn(printer: Any, sign: str, expr: sp.Expr) -> Any:
    """Return a sum or an integral drawn with characters."""
    body = prettyForm(*printer._print(expr).parens())
    drawn = prettyForm(*body.left(sign))
    drawn.binding = prettyForm.FUNC
    return drawn


def integrand(expr: sp.Expr) -> sp.Expr:
    """Return what stands under the sum over momenta and the frequency integral, with factors.

    Both are linear, so that two sides with equal integrands are equal.  A term without them in a
    sum with others would be lost in this, and is refused.
    """
    terms = sp.Add.make_args(sp.expand(expr, deep=False))
    wrapped = [t.has(momentum_sum) or t.has(frequency_integral) for t in terms]
    if any(wrapped) and not all(wrapped):
        raise ValueError(f"a term outside the sum over momenta in {expr}")
    bare = expr.replace(momentum_sum, lambda inner: inner)
    return bare.replace(frequency_integral, lambda inner: inner)


#: Names of the parts of an object in Keldysh space.
PARTS = {"R": "retarded", "A": "advanced", "K": "keldysh"}


def component(part: str, row: int, column: int, name: str = "G") -> Callable[..., Any]:
    r"""Return an entry of a Green's function as an undefined function of its arguments.

    Parameters
    ----------
    part : {"R", "A", "K"}
    row, column : int
        1 or 2: Nambu components as in the paper.
    name : str
        Letter.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive.hanai2017.notation import component
    >>> sp.latex(component("R", 1, 2)(sp.Symbol("omega")))
    'G^{\\mathrm{R}}_{12}{\\left(\\omega \\right)}'
    """
    if part not in PARTS or row not in (1, 2) or column not in (1, 2):
        raise ValueError(f"component {part}, {row}, {column} is outside its domain R|A|K, 1|2, 1|2")
    return sp.Function(rf"{name}^{{\mathrm{{{part}}}}}_{{{row}{column}}}")


def explicit(expr: sp.Expr, greens: Callable[..., Keldysh], name: str = "G") -> sp.Expr:
    """Replace the entries of Green's functions in a claim by what they are.

    Parameters
    ----------
    expr : Expr
        With entries made by `component`.
    greens : callable
        Returns the Green's functions at the arguments of the entries.
    name : str
        Letter of the entries that are replaced.
    """
    for part, attribute in PARTS.items():
        for row in (1, 2):
            for column in (1, 2):

                def entry(
                    *arguments: Any, a: str = attribute, i: int = row, j: int = column
                ) -> Any:
                    return getattr(greens(*arguments), a)[i - 1, j - 1]

                expr = expr.replace(component(part, row, column, name), entry)
    return expr
