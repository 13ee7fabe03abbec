"""The intermediate form: an immutable program in single-assignment form."""

from __future__ import annotations

import functools
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import sympy as sp

from derive.codegen.names import name_of, require_plain, shown
from derive.functions.elementary import COUNTED
from derive.functions.registry import is_transcendental

Assignment = tuple[sp.Symbol, sp.Expr]

#: Programs whose operations are known, whatever name each target gives them.
_REMEMBERED = 256

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Program:
    """Named outputs computed from inputs through a sequence of assignments.

    Every symbol is assigned once, before its first use; the inputs are real.  A pass is a
    function from programs to programs.

    Parameters
    ----------
    name : str
        Name of the function that the printers write.
    source : str
        Name of the expression that the program computes, for the reader of the generated code.
    inputs : tuple of Symbol
        Arguments of the function, in order.
    body : tuple of (Symbol, Expr)
        Assignments.
    outputs : tuple of (str, Expr)
        Results, in order.

    Raises
    ------
    ValueError
        If a symbol is used before it is assigned, or assigned twice, or if a name or the text could
        be anything but that in source text.
    """

    name: str
    source: str
    inputs: tuple[sp.Symbol, ...]
    body: tuple[Assignment, ...]
    outputs: tuple[tuple[str, sp.Expr], ...]

    def __post_init__(self) -> None:
        require_plain(self.source)
        for name in [self.name, *self.names(), *(name for name, _ in self.outputs)]:
            if not _IDENTIFIER.match(name) or keyword.iskeyword(name):
                raise ValueError(f"{shown(name)} is no identifier")
        known = set(self.inputs)
        # what depends on known symbols alone, which are never forgotten
        seen: set[sp.Basic] = set()
        for symbol, value in self.body:
            self._require_known(value, known, seen)
            if symbol in known:
                raise ValueError(f"{self.name}: {symbol} is assigned twice")
            known.add(symbol)
        for _, value in self.outputs:
            self._require_known(value, known, seen)

    def _require_known(self, value: sp.Expr, known: set[sp.Symbol], seen: set[sp.Basic]) -> None:
        found: set[sp.Basic] = set()
        waiting, every = [value], True
        while waiting and every:
            node = waiting.pop()
            if node not in seen and node not in found:
                found.add(node)
                waiting += node.args
                every = not node.is_Symbol or node in known
        if every:
            seen |= found
            return
        # those that are bound need not be known
        unknown = value.free_symbols - known
        if unknown:
            names = ", ".join(sorted(map(str, unknown)))
            raise ValueError(f"{self.name}: {names} used before assignment")

    def names(self) -> list[str]:
        """Return the names of all symbols."""
        return [name_of(symbol) for symbol in (*self.inputs, *(s for s, _ in self.body))]

    def with_values(
        self, body: tuple[Assignment, ...], outputs: tuple[tuple[str, sp.Expr], ...]
    ) -> Program:
        """Return the program with another body and other outputs."""
        return replace(self, body=body, outputs=outputs)

    def operations(self) -> Counter[str]:
        """Count the arithmetic operations and the transcendental functions, by kind."""
        return Counter(_counted(self.body, self.outputs))


@dataclass(frozen=True)
class Module:
    """A generated module: its name, what it holds, its programs."""

    name: str
    summary: str
    programs: tuple[Program, ...]

    def __post_init__(self) -> None:
        require_plain(self.summary)
        if not _IDENTIFIER.match(self.name):
            raise ValueError(f"{shown(self.name)} is no identifier")


def free_names(letter: str, taken: Iterable[object]) -> Iterator[str]:
    """Yield a letter with numbers, leaving out names that are taken."""
    used = set(map(str, taken))
    number = 0
    while True:
        if f"{letter}{number}" not in used:
            yield f"{letter}{number}"
        number += 1


@functools.lru_cache(maxsize=_REMEMBERED)
def _counted(
    body: tuple[Assignment, ...], outputs: tuple[tuple[str, sp.Expr], ...]
) -> Counter[str]:
    count: Counter[str] = Counter()
    for _, value in (*body, *outputs):
        _count(value, count)
    # a product with -1 has been counted as none
    return +count


def _count(expr: sp.Expr, count: Counter[str]) -> None:
    for node in sp.preorder_traversal(expr):
        if isinstance(node, sp.Add):
            count["add"] += len(node.args) - 1
        elif isinstance(node, sp.Mul):
            _count_product(node, count)
        elif isinstance(node, sp.Pow):
            _count_power(node, count)
        elif is_transcendental(node) or isinstance(node, COUNTED):
            count[type(node).__name__] += 1


def _count_product(node: sp.Mul, count: Counter[str]) -> None:
    factors = [a for a in node.args if a != -1]
    divisors = [f for f in factors if isinstance(f, sp.Pow) and f.exp.is_negative]
    count["mul"] += max(len(factors) - len(divisors) - 1, 0)
    if len(divisors) > 1:
        # all divisors are multiplied and divided by once; each counts as one division below
        count["mul"] += len(divisors) - 1
        count["div"] -= len(divisors) - 1


def _count_power(node: sp.Pow, count: Counter[str]) -> None:
    exponent = abs(node.exp)
    if node.exp.is_negative:
        count["div"] += 1
    if exponent == sp.Rational(1, 2):
        count["sqrt"] += 1
    elif exponent.is_Integer:
        count["mul"] += int(exponent) - 1
    else:
        count["pow"] += 1
