"""Operators in claims: symbols that print as the paper's, and what they are as matrices."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.hanai2017 import tunnelling
from derive.model.reservoirs import Reservoir, resolve

#: Pauli matrices as symbols; tau_3 commutes where everything in an expression is a function of it.
TAU = {s: sp.Symbol(rf"\tau_{{{s}}}", commutative=False) for s in ("1", "2", "3", "+", "-")}
tau3 = sp.Symbol("tau_3", real=True)
_RAISE, _LOWER = ((nambu.pauli(1) + sign * sp.I * nambu.pauli(2)) / 2 for sign in (1, -1))
PAULI = {
    TAU["1"]: nambu.pauli(1),
    TAU["2"]: nambu.pauli(2),
    TAU["3"]: nambu.pauli(3),
    TAU["+"]: _RAISE,
    TAU["-"]: _LOWER,
}

#: Places and times, and the order parameter there.
place, other_place = sp.Symbol(r"\mathbf{r}", real=True), sp.Symbol(r"\mathbf{r}'", real=True)
time, other_time = sp.Symbol("t", real=True), sp.Symbol(r"{t'}", real=True)
instant = sp.Symbol("0^{+}", real=True)
local = sp.DiracDelta(place - other_place) * sp.DiracDelta(time - other_time + instant)

#: Rate of the reservoir lambda in a sum over reservoirs.
rate = sp.Symbol("gamma_lambda", positive=True)


def prefixed(name: str, prefix: str, brackets: str = "") -> Any:
    """Return a class of unevaluated functions of one argument, typeset after a prefix."""

    def _latex(self: sp.Function, printer: Any, exp: str | None = None) -> str:
        body = printer._print(self.args[0])
        left, right = tuple(brackets or "[]")
        if brackets or self.args[0].is_Add:
            body = rf"\left{left}{body}\right{right}"
        return f"{prefix} {body}"

    return type(name, (sp.Function,), {"nargs": 1, "_latex": _latex})


reservoir_sum = prefixed("reservoir_sum", r"\sum_{\lambda}")
trace = prefixed("trace", r"\mathrm{Tr}", "[]")


def evaluated(
    expr: Any,
    values: Mapping[Any, Any],
    handlers: Mapping[Any, Callable[[Any, Callable[[Any], Any]], Any]] | None = None,
) -> Any:
    """Evaluate an expression of symbols as one of matrices.

    Parameters
    ----------
    expr : Expr
        Sums, products and powers.
    values : mapping
        What symbols and functions stand for: numbers or matrices.
    handlers : mapping, optional
        By class of function, what makes its value of its argument and of this function itself.
    """

    def inner(part: Any) -> Any:
        return evaluated(part, values, handlers)

    if expr in values:
        return values[expr]
    for kind, handler in (handlers or {}).items():
        if isinstance(expr, kind):
            return handler(expr.args[0], inner)
    if isinstance(expr, sp.Add):
        return functools.reduce(_plus, map(inner, expr.args))
    if isinstance(expr, sp.Mul):
        return functools.reduce(operator.mul, map(inner, expr.args))
    if isinstance(expr, sp.Pow):
        return inner(expr.base) ** inner(expr.exp)
    return expr


def _plus(left: Any, right: Any) -> Any:
    """Add; a number stands for a multiple of the unit matrix."""
    if isinstance(left, sp.MatrixBase) and not isinstance(right, sp.MatrixBase):
        right = right * sp.eye(left.rows)
    elif isinstance(right, sp.MatrixBase) and not isinstance(left, sp.MatrixBase):
        left = left * sp.eye(right.rows)
    return left + right


def in_nambu_space(expr: sp.Expr) -> sp.ImmutableMatrix:
    """Return a function of tau_3 as the diagonal matrix of its values at the eigenvalues."""
    return sp.ImmutableMatrix(sp.diag(expr.subs(tau3, 1), expr.subs(tau3, -1)))


def generic_reservoir() -> Reservoir:
    """Return a reservoir of many momenta with any occupation and the rate pi N_t rho |Gamma|^2."""
    return Reservoir(
        "generic", tunnelling.rate(), sp.Lambda(symbols.omega, tunnelling.occupation(symbols.omega))
    )


def over_reservoirs(expr: sp.Expr, *chosen: Reservoir) -> sp.Expr:
    """Write the sums over reservoirs in an expression out; by default bath and vacuum."""

    def total(summand: sp.Expr) -> sp.Expr:
        terms = (
            summand.subs(rate, r.rate).replace(tunnelling.occupation, r.occupation)
            for r in chosen or resolve()
        )
        return sp.Add(*terms)

    return expr.replace(reservoir_sum, total)


def without_inverse(expr: Any, inverse: sp.Symbol, rules: Mapping[sp.Symbol, Any]) -> sp.Expr:
    """Multiply a sum of words by an inverse from the left, and apply what it gives.

    Parameters
    ----------
    expr : Expr
        A sum of products of letters that do not commute.
    inverse : Symbol
        The letter that stands in front of every word.
    rules : mapping
        What the inverse times a letter is.
    """
    total: sp.Expr = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(expr)):
        numbers, letters = term.args_cnc()
        if letters and letters[0] in rules:
            word = sp.Mul(rules[letters[0]], *letters[1:])
        else:
            word = sp.Mul(inverse, *letters)
        total += sp.Mul(*numbers) * word
    return sp.expand(total)


def solves_dyson_equation(free: sp.Symbol, sigma: sp.Symbol, full: sp.Symbol) -> Any:
    """Return what is left of a claim less G, multiplied by the inverse of G0 from the left.

    For operators of any kind, whatever they act on, with [G0^-1 - Sigma] G = 1.
    """
    inverse = sp.Symbol("L", commutative=False)
    rules = {free: sp.S.One, full: 1 + sigma * full}
    return lambda claim: without_inverse(claim - full, inverse, rules)


def block(parts: Keldysh) -> sp.Matrix:
    """Return an object of Keldysh space as a matrix of four blocks, (11)."""
    upper = sp.Matrix(parts.retarded).row_join(sp.Matrix(parts.keldysh))
    lower = sp.zeros(*parts.retarded.shape).row_join(sp.Matrix(parts.advanced))
    return upper.col_join(lower)


def integrated(expr: sp.Expr) -> sp.Expr:
    """Integrate over the relative coordinates: the delta functions of `local` become one."""
    return expr.xreplace(dict.fromkeys(sp.Mul.make_args(local), sp.S.One))
