"""Printers: a target is a table of operators and functions; an unknown node raises."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sympy as sp

from derive.codegen.names import name_of
from derive.codegen.program import Program
from derive.functions import elementary
from derive.functions.registry import forms, imports
from derive.functions.stable import first_part, imaginary_part, real_part, second_part

_ADD, _MUL, _UNARY, _ATOM = range(4)
#: How many sums are remembered in the order of their terms: those of the longest programs.
_REMEMBERED = 2**14


@dataclass(frozen=True)
class Target:
    """What distinguishes one language from another.

    Parameters
    ----------
    name : str
        Suffix of the generated module.
    functions : mapping
        Format strings of the functions, by SymPy class.
    pi, root : str
        The constant pi, and the format string of a square root.
    ratio : str
        Format string of a quotient of two integers.
    extra_arguments : str
        Further arguments of every function.
    imports : mapping
        Names that the functions may need, by module; only those used are imported.
    frees : bool
        Whether values are arrays, whose memory is given back after their last use so that the next
        ones find it in the cache.
    integer : str
        Format string of an integer outside of an argument list.
    decorator : str
        Line above every function.
    constants : mapping
        What constants of mathematics are called where numbers have any precision; none where
        they are doubles.
    """

    name: str
    functions: Mapping[type[sp.Function], str]
    pi: str
    root: str
    ratio: str
    extra_arguments: str
    imports: Mapping[str, tuple[str, ...]]
    frees: bool
    integer: str = "{}"
    decorator: str = ""
    constants: Mapping[sp.NumberSymbol, str] = field(default_factory=dict)

    def preamble(self, text: str) -> str:
        """Return the import lines that a text needs."""
        # a search for each name would take as long as half of the printing
        words = set(re.findall(r"\w+", text))
        lines = []
        for module, names in self.imports.items():
            used = [name for name in names if name in words]
            if used:
                lines.append(f"from {module} import {', '.join(used)}\n")
        return "\n".join(lines)


#: How the parts of an evaluation are taken, in Python.
_ACCESS = {
    real_part: "{}.real",
    imaginary_part: "{}.imag",
    first_part: "{}[0]",
    second_part: "{}[1]",
}

_ARCTANGENTS = {sp.atan: "arctan({})", sp.atan2: "arctan2({}, {})"}

NUMPY = Target(
    name="numpy",
    functions={
        sp.log: "log({})",
        **_ARCTANGENTS,
        **elementary.NUMPY,
        **forms("numpy"),
        **_ACCESS,
    },
    pi="pi",
    root="sqrt({})",
    ratio="({} / {})",
    extra_arguments="",
    imports={
        "numpy": (
            *sorted(("arctan", "arctan2", "log", "pi", "sqrt", *elementary.NAMES)),
            "power",
            "where",
        ),
        **imports("numpy"),
    },
    frees=True,
)

MPMATH = Target(
    name="mpmath",
    functions={
        sp.log: "mp.log({})",
        sp.atan: "mp.atan({})",
        sp.atan2: "mp.atan2({}, {})",
        **elementary.MPMATH,
        **forms("mpmath"),
        **_ACCESS,
    },
    pi="mp.pi",
    root="mp.sqrt({})",
    ratio="(mp.mpf({}) / {})",
    extra_arguments=", mp=mp",
    imports={"mpmath": ("mp",), **imports("mpmath")},
    frees=False,
    constants={
        sp.E: "mp.e",
        sp.EulerGamma: "mp.euler",
        sp.GoldenRatio: "mp.phi",
        sp.Catalan: "mp.catalan",
    },
)

#: Scalar functions; only exported.
NUMBA = Target(
    name="numba",
    functions={
        sp.log: "math.log({})",
        sp.atan: "math.atan({})",
        sp.atan2: "math.atan2({}, {})",
        **elementary.NUMBA,
        **forms("numba"),
        **_ACCESS,
    },
    pi="math.pi",
    root="math.sqrt({})",
    ratio="({} / {})",
    extra_arguments="",
    imports={},
    frees=False,
    # a tuple of one type can be indexed by a variable
    integer="{}.0",
    decorator='@njit(error_model="numpy")\n',
)

#: Only for compiled expressions, as NumPy otherwise; the functions that the runtime has.
JAX = replace(
    NUMPY,
    name="jax",
    functions={sp.log: "log({})", **_ARCTANGENTS, **elementary.NUMPY, **forms("jax"), **_ACCESS},
    imports={"jax.numpy": NUMPY.imports["numpy"]},
    frees=False,
)

#: What the kernels of this project are generated for.
TARGETS = {target.name: target for target in (NUMPY, MPMATH)}


class Printer:
    """Writes programs as functions of one target."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def function(self, program: Program, *, fills: bool = False) -> str:
        """Return the source text of the function that the program is.

        Parameters
        ----------
        program : Program
            What to write.
        fills : bool
            Whether the function fills an array `out`, its last argument, and returns nothing.
        """
        arguments = ", ".join(map(str, program.inputs)) + self.target.extra_arguments
        arguments += ", out" if fills else ""
        counts = program.operations()
        kinds = ", ".join(f"{kind} {counts[kind]}" for kind in sorted(counts))
        lines = [
            f"{self.target.decorator}def {program.name}({arguments}):",
            f'    """Compute {program.source}.',
            "",
            f"    Operations: {sum(counts.values())} ({kinds}).",
            '    """',
        ]
        last_use = _last_uses(program)
        for index, (symbol, value) in enumerate(program.body):
            lines.append(f"    {symbol} = {self.expression(value)}")
            if self.target.frees and last_use[index]:
                lines.append(f"    del {', '.join(last_use[index])}")
        values = [(self.expression(value), name) for name, value in program.outputs]
        if fills:
            lines += [f"    out[{k}] = {text}  # {name}" for k, (text, name) in enumerate(values)]
        else:
            lines.append("    return (")
            lines += [f"        {text},  # {name}" for text, name in values]
            lines.append("    )")
        return "\n".join(lines) + "\n"

    def expression(self, expr: sp.Expr) -> str:
        """Return the source text of an expression."""
        return self._print(expr)[0]

    def _print(self, expr: sp.Expr) -> tuple[str, int]:
        """Return the text and how tightly it binds."""
        if expr.is_Symbol:
            return name_of(expr), _ATOM
        if expr.is_Number or isinstance(expr, sp.NumberSymbol):
            return self._number(expr)
        if isinstance(expr, sp.Add):
            return self._sum(expr), _ADD
        if isinstance(expr, sp.Mul):
            return self._product(expr), _MUL
        if isinstance(expr, sp.Pow):
            return self._power(expr)
        if type(expr) in self.target.functions:
            # an order stays an integer, but in a list of numbers of one type
            form = self.target.functions[type(expr)]
            alike = "{all}" in form
            arguments = [
                str(a) if a.is_Integer and not alike else self.expression(a) for a in expr.args
            ]
            listed = ", ".join(arguments) if alike else ""
            text = form.format(*arguments, all=listed, count=len(arguments) // 2)
            return text, _ATOM
        raise ValueError(f"target {self.target.name} has no {type(expr).__name__}: {expr}")

    def _number(self, expr: sp.Expr) -> tuple[str, int]:
        constants = self.target.constants
        if expr is sp.pi:
            return self.target.pi, _ATOM
        if expr in constants:
            return constants[expr], _ATOM
        # integers beyond are not exact in doubles, and too long for some targets
        exact = expr.is_Rational and (constants or max(abs(expr.p), expr.q) <= 2**53)
        if expr.is_Integer and exact:
            text = self.target.integer.format(expr)
        elif expr.is_Rational and exact:
            return self.target.ratio.format(expr.p, expr.q), _ATOM
        elif not constants:
            text = repr(float(expr))
        elif expr.is_Float:
            text = f"mp.mpf('{expr}')"
        else:
            raise ValueError(f"target {self.target.name} has no constant {expr}")
        if "inf" in text or "nan" in text:
            raise ValueError(f"target {self.target.name} has no number as large as {expr}")
        return text, _UNARY if expr.is_negative else _ATOM

    def _bound(self, expr: sp.Expr, tightness: int) -> str:
        text, binding = self._print(expr)
        return text if binding >= tightness else f"({text})"

    def _sum(self, expr: sp.Add) -> str:
        text = ""
        for negative, term in _signed_terms(expr):
            if negative:
                text += f" - {self._bound(term, _MUL)}" if text else f"-{self._bound(term, _MUL)}"
            else:
                text += f" + {self._bound(term, _MUL)}" if text else self._bound(term, _MUL)
        return text

    def _product(self, expr: sp.Mul) -> str:
        negative, above, below = _signed_factors(expr)
        if negative:
            return f"-{self._bound(above[0], _MUL)}"
        text = " * ".join(self._bound(f, _MUL) for f in above) or "1"
        if not below:
            return text
        if len(below) == 1:
            return f"{text} / {self._bound(below[0], _ATOM)}"
        divisor = " * ".join(self._bound(f, _MUL) for f in below)
        return f"{text} / ({divisor})"

    def _power(self, expr: sp.Pow) -> tuple[str, int]:
        base, exponent = expr.args
        if exponent.is_negative:
            return f"1 / {self._bound(1 / expr, _ATOM)}", _MUL
        if exponent == sp.Rational(1, 2):
            return self.target.root.format(self.expression(base)), _ATOM
        if exponent.is_Integer and base.is_Atom:
            return " * ".join([self.expression(base)] * int(exponent)), _MUL
        raise ValueError(f"target {self.target.name} has no power {expr}")


def _last_uses(program: Program) -> list[list[str]]:
    """Return, for each assignment, the assigned symbols that nothing after it uses."""
    assigned = {symbol for symbol, _ in program.body}
    needed = set().union(*(value.free_symbols for _, value in program.outputs))
    result: list[list[str]] = []
    for _, value in reversed(program.body):
        ending = (value.free_symbols & assigned) - needed
        needed |= ending
        result.append(sorted(map(str, ending)))
    return result[::-1]


@functools.lru_cache(maxsize=_REMEMBERED)
def _signed_terms(expr: sp.Add) -> tuple[tuple[bool, sp.Expr], ...]:
    """Return the terms of a sum in their order, each with whether a minus sign was taken from it.

    To find the order takes as long as all else of printing, and it is that of every target.
    """
    terms = ((term.could_extract_minus_sign(), term) for term in expr.as_ordered_terms())
    return tuple((negative, -term if negative else term) for negative, term in terms)


@functools.lru_cache(maxsize=_REMEMBERED)
def _signed_factors(expr: sp.Mul) -> tuple[bool, tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    """Return whether a minus sign was taken from all, the factors in their order, the divisors.

    With a minus sign the product without it is the only factor.
    """
    if expr.args[0].is_Number and expr.args[0].is_negative:
        return True, (-expr,), ()
    factors = expr.as_ordered_factors()
    above = tuple(f for f in factors if not _is_divisor(f))
    return False, above, tuple(1 / f for f in factors if _is_divisor(f))


def _is_divisor(factor: sp.Expr) -> bool:
    return isinstance(factor, sp.Pow) and bool(factor.exp.is_negative)
