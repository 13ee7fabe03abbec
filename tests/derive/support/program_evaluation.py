"""Evaluation of programs with mpmath, node by node; knows the generator's own functions."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from derive.codegen.program import Program
from derive.functions import stable as nodes
from derive.functions.polygamma import polygamma

FUNCTIONS = {
    sp.log: mpmath.log,
    sp.atan: mpmath.atan,
    sp.atan2: mpmath.atan2,
    nodes.log_ratio: lambda a, b, _: mpmath.log(a) - mpmath.log(b),
    nodes.excess: lambda x, y: mpmath.sqrt(x**2 + y**2) - x,
    nodes.polygamma_re: lambda n, x, y: mpmath.psi(int(n), mpmath.mpc(x, y)).real,
    nodes.polygamma_im: lambda n, x, y: mpmath.psi(int(n), mpmath.mpc(x, y)).imag,
    nodes.complex_polygamma: lambda n, x, y: mpmath.psi(int(n), mpmath.mpc(x, y)),
    nodes.real_part: lambda z: z.real,
    nodes.imaginary_part: lambda z: z.imag,
    polygamma: lambda n, z: mpmath.psi(int(n), z),
}


def value(expr: sp.Expr, known: dict[sp.Symbol, Any]) -> Any:
    """Evaluate an expression; an unknown node raises KeyError."""
    if expr.is_Symbol:
        return known[expr]
    if expr.is_Rational:
        return mpmath.mpf(int(expr.p)) / int(expr.q)
    if expr is sp.pi:
        return mpmath.mpf(mpmath.pi)
    if expr is sp.I:
        return mpmath.mpc(0, 1)
    arguments = [value(a, known) for a in expr.args]
    if isinstance(expr, sp.Add):
        return mpmath.fsum(arguments)
    if isinstance(expr, sp.Mul):
        return mpmath.fprod(arguments)
    if isinstance(expr, sp.Pow):
        if expr.exp.is_Integer:
            return arguments[0] ** int(expr.exp)
        return mpmath.sqrt(arguments[0]) if expr.exp == sp.Rational(1, 2) else _power(arguments)
    return FUNCTIONS[type(expr)](*arguments)


def _power(arguments: list[Any]) -> Any:
    base, exponent = arguments
    return base**exponent


def run(program: Program, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs of a program."""
    known = {symbol: inputs[str(symbol)] for symbol in program.inputs}
    for symbol, expression in program.body:
        known[symbol] = value(expression, known)
    return {name: value(expression, known) for name, expression in program.outputs}
