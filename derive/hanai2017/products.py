"""Products of Green's functions in claims: (64)-(66) as the paper abbreviates them.

A product stands under its part, [G tau_1 G]^K, as a word of noncommuting letters.  A letter is a
matrix in Nambu space or one entry of it; which object it stands for is said when it is tested.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import sympy as sp

from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.model.reservoirs import Reservoir
from derive.model.response import vertex
from derive.polynomials.vanishing import is_zero_polynomial


class _Part(sp.Function):
    nargs = 1
    letter: ClassVar[str] = ""
    head: ClassVar[str] = ""

    def _eval_is_commutative(self) -> bool:
        return True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\left[{printer._print(self.args[0])}\right]^{{\mathrm{{{self.letter}}}}}"
        return rf"{self.head}{body}"


class retarded_part(_Part):
    """The retarded part of a product, (64)."""

    letter = "R"


class advanced_part(_Part):
    """The advanced part of a product, (65)."""

    letter = "A"


class keldysh_part(_Part):
    """The Keldysh part of a product, (66)."""

    letter = "K"


class keldysh_trace(_Part):
    """The trace over Nambu space of the Keldysh part of a product."""

    letter = "K"
    head = r"\mathrm{Tr}\,"


def letter(name: str) -> sp.Symbol:
    """Return a letter of a word, which does not commute with others."""
    return sp.Symbol(name, commutative=False)


#: The Green's function as a matrix, its entries, and the Pauli matrices.
G = letter(r"\hat{G}")
G11, G12, G22 = (letter(rf"G_{{{index}}}") for index in ("11", "12", "22"))
tau1, tau2, tau3 = (letter(rf"\tau_{k}") for k in (1, 2, 3))
VERTICES = {tau: vertex(nambu.pauli(k)) for k, tau in ((1, tau1), (2, tau2), (3, tau3))}


def words(expr: sp.Expr) -> Iterator[tuple[sp.Expr, tuple[sp.Symbol, ...]]]:
    """Yield the terms of a polynomial in letters: coefficient and word."""
    for term in sp.Add.make_args(sp.expand(expr)):
        commuting, rest = term.args_cnc()
        word: list[sp.Symbol] = []
        for power in rest:
            base, exponent = power.as_base_exp()
            word += [base] * int(exponent)
        yield sp.Mul(*commuting), tuple(word)


def entry(whole: Keldysh, row: int, column: int) -> Keldysh:
    """Return an entry of a Green's function, 1 or 2, as an object of Keldysh space."""
    parts = (whole.retarded, whole.advanced, whole.keldysh)
    return Keldysh(*(sp.ImmutableMatrix([[part[row - 1, column - 1]]]) for part in parts))


def written(claim: sp.Expr, objects: Mapping[sp.Symbol, Keldysh]) -> sp.ImmutableMatrix:
    """Return a sum of parts of words as an explicit matrix."""
    total = None
    for term in sp.Add.make_args(claim):
        parts = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, _Part)]
        if len(parts) != 1:
            raise ValueError(f"{term} is not a multiple of a part of a product")
        (part,) = parts
        value = (term / part) * _evaluated(part, objects)
        total = value if total is None else total + value
    return sp.ImmutableMatrix(total)


def _evaluated(part: _Part, objects: Mapping[sp.Symbol, Keldysh]) -> sp.Expr:
    attribute = {"R": "retarded", "A": "advanced", "K": "keldysh"}[part.letter]
    values = []
    for coefficient, word in words(part.args[0]):
        whole = functools.reduce(operator.matmul, (objects[one] for one in word))
        values.append(coefficient * getattr(whole, attribute))
    total = functools.reduce(operator.add, values)
    return sp.ImmutableMatrix([[total.trace()]]) if isinstance(part, keldysh_trace) else total


def derivative(matrix: sp.ImmutableMatrix, symbol: sp.Symbol, order: int) -> sp.ImmutableMatrix:
    """Return a derivative of a matrix, entry by entry: SymPy's own rearranges what it finds."""
    return matrix.applyfunc(lambda entry: entry.diff(symbol, order) if order else entry)


class xi_integral(sp.Function):
    r"""The integral over kinetic energies at constant density, :math:`\int d\xi`."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\int_{{-\infty}}^{{\infty}} d\xi\,{printer._print(self.args[0])}"


def any_distribution(gamma: sp.Expr) -> Reservoir:
    """Return a reservoir with F = gamma h, h any function of the frequency."""
    frequency = sp.Symbol("nu_1", real=True)
    general = sp.Function("h", real=True)
    return Reservoir("any", gamma, sp.Lambda(frequency, (1 - general(frequency)) / 2))


@functools.cache
def cancelled(expr: sp.Expr, gamma: sp.Symbol) -> sp.Expr:
    """Return 0 where a rational function vanishes, by arithmetic with polynomials; else it.

    With i gamma as a variable the imaginary unit is at most a factor of the whole.
    """
    functions = sorted(expr.atoms(sp.Function), key=sp.default_sort_key)
    names = {f: sp.Symbol(f"f{k}") for k, f in enumerate(functions)}
    width = sp.Symbol("c")
    turned = expr.xreplace(names).xreplace({gamma: -sp.I * width})
    generators = sorted(turned.free_symbols, key=sp.default_sort_key)
    # a number tells at once what does not vanish
    point = {g: sp.Rational(sp.prime(k + 3), 7) for k, g in enumerate(generators)}
    if abs(sp.N(turned.xreplace(point), 30)) > sp.Float("1e-15"):
        return expr
    # as a symbol the imaginary unit is no number, which would be multiplied out at once
    hidden = turned.xreplace({sp.I: sp.Symbol("i")})
    numerator = sp.fraction(sp.together(hidden))[0].xreplace({sp.Symbol("i"): sp.I})
    return sp.S.Zero if is_zero_polynomial(numerator) else expr
