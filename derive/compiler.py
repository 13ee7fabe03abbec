"""From one's own expressions to code: `compile`."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

from derive.codegen import backends
from derive.codegen.canonical import Canonical
from derive.codegen.elementary import where_less
from derive.codegen.layout import Arrangement, arranged, leaves
from derive.codegen.names import identifiers, required_identifier, shown
from derive.codegen.passes import run_passes, standard_passes
from derive.codegen.program import Program
from derive.codegen.real_program import in_real_arithmetic, share_complex
from derive.codegen.registry import FUNCTIONS
from derive.polygamma import with_complex_polygamma

TARGETS = ("numpy", "numba", "c", "mpmath", "jax", "lambdify")
_CALLED = frozenset(f.name for f in FUNCTIONS)
#: What the functions for C and Numba that call that of the program use themselves.
_LOCAL = frozenset(("k", "columns", "strides"))


@dataclass(frozen=True)
class Compiled:
    """A function of numbers and arrays, with the source text that it was made of.

    Made by `compile`.

    Parameters
    ----------
    name : str
        Name of the function in the source.
    target : str
        What the source is for.
    source : str
        A module, or a file of C, that needs nothing of this project, unless it has to find the
        roots of polynomials, or multiply more than two occupations.  The function in it takes
        real numbers, of a complex argument its real and then its imaginary part, and returns a
        tuple, or fills an array, of real ones.
    operations : mapping
        How many operations of each kind the function takes at a point.
    arguments : tuple of str
        Names of the arguments, which are those of the symbols wherever they can be.
    """

    name: str
    target: str
    source: str = field(repr=False)
    operations: Mapping[str, int] = field(repr=False)
    arguments: tuple[str, ...]
    _real: tuple[bool, ...] = field(repr=False)
    _exprs: Arrangement = field(repr=False)
    _derivatives: int | None = field(repr=False)
    _complex: tuple[bool, ...] = field(repr=False)
    _program: Program | None = field(default=None, repr=False)
    _plain: backends.Function = field(default=backends.nothing, repr=False)

    def save(self, path: str | Path) -> Path:
        """Write the source to a file; return its path."""
        path = Path(path)
        path.write_text(self.source, encoding="utf-8")
        return path

    def __call__(self, *values: Any) -> Any:
        """Return the values of the expressions, and their derivatives if they were asked for.

        Parameters
        ----------
        *values : array_like
            One for each argument; arrays broadcast against each other.  Symbols that are declared
            real take real values only.

        Returns
        -------
        object
            Arranged as the expressions are.  With arguments of shape S an expression has the shape
            S, and a matrix S with its two axes after that; mpmath takes numbers only, and returns
            numbers and its own matrices.  With `jacobian` a pair (values, derivatives); the
            derivatives are arranged alike, with one axis more at the end, for mpmath as a list.

        Raises
        ------
        TypeError
            If there are more or less values than arguments.
        ValueError
            If a value is complex whose symbol is declared real.
        """
        if len(values) != len(self.arguments):
            raise TypeError(
                f"{self.name} takes {len(self.arguments)} arguments "
                f"({', '.join(self.arguments)}), not {len(values)}"
            )
        if self.target == "mpmath":
            return self._arranged_numbers(self._numbers(values))
        array = _array_module(self.target)
        inputs: list[Any] = []
        for name, real, value in zip(self.arguments, self._real, values, strict=True):
            x = array.asarray(value)
            if array.iscomplexobj(x):
                if real:
                    raise ValueError(f"{name} is complex, but its symbol is declared real")
                inputs += [array.real(x), array.imag(x)] if self._program else [x]
            else:
                x = array.asarray(x, dtype=float)
                inputs += [x, array.zeros(())] if self._program and not real else [x]
        shape = np.broadcast_shapes(*(array.shape(x) for x in inputs))
        if self.target in ("jax", "lambdify"):
            results = self._returned(inputs, shape, array)
        else:
            results = self._filled(inputs, shape)
        return self._arranged_arrays(results, array)

    def _returned(self, inputs: list[Any], shape: tuple[int, ...], array: Any) -> list[Any]:
        outputs = iter(self._function(*(x[()] for x in inputs)))
        results = []
        for is_complex in self._complex:
            value = next(outputs)
            if is_complex:
                value = array.asarray(value) + 1j * array.asarray(next(outputs))
            results.append(array.array(array.broadcast_to(array.asarray(value), shape))[()])
        return results

    def _filled(self, inputs: list[Any], shape: tuple[int, ...]) -> list[Any]:
        results = [np.empty(shape, dtype=complex if c else float) for c in self._complex]
        parts: list[Any] = []
        for result, is_complex in zip(results, self._complex, strict=True):
            parts += [result.real, result.imag] if is_complex else [result]
        # where there are branches, both are computed everywhere
        with np.errstate(all="ignore") if self._branches else contextlib.nullcontext():
            self._function(inputs, parts)
        return [result[()] for result in results]

    @functools.cached_property
    def _branches(self) -> bool:
        program = self._program
        return program is not None and any(
            v.has(where_less) for _, v in (*program.body, *program.outputs)
        )

    @functools.cached_property
    def _function(self) -> backends.Function:
        if self._program is None:
            return self._plain
        if self.target == "c":
            return backends.load_c(self.source, self._program)
        return backends.load_python(self.source, self._program, backends.PYTHON[self.target])

    def _numbers(self, values: Sequence[Any]) -> list[Any]:
        from mpmath import mp

        inputs: list[Any] = []
        for name, real, value in zip(self.arguments, self._real, values, strict=True):
            x = mp.mpmathify(value)
            if real and isinstance(x, mp.mpc) and x.imag != 0:
                raise ValueError(f"{name} is complex, but its symbol is declared real")
            inputs += [mp.re(x)] if real else [mp.re(x), mp.im(x)]
        outputs = iter(self._function(*inputs, mp=mp))
        return [
            mp.mpc(next(outputs), next(outputs)) if is_complex else mp.mpmathify(next(outputs))
            for is_complex in self._complex
        ]

    def _arranged_numbers(self, results: list[Any]) -> Any:
        from mpmath import mp

        def matrix(elements: list[Any], shape: tuple[int, int]) -> Any:
            rows, columns = shape
            if elements and isinstance(elements[0], list):
                several = zip(*elements, strict=True)
                return [matrix(list(one), shape) for one in several]
            return mp.matrix([elements[i * columns : (i + 1) * columns] for i in range(rows)])

        if self._derivatives is None:
            return arranged(self._exprs, iter(results), matrix)
        step = 1 + self._derivatives
        groups = [results[k : k + step] for k in range(0, len(results), step)]
        return (
            arranged(self._exprs, (g[0] for g in groups), matrix),
            arranged(self._exprs, (g[1:] for g in groups), matrix),
        )

    def _arranged_arrays(self, results: list[Any], array: Any) -> Any:
        def stacked(elements: list[Any], shape: tuple[int, int]) -> Any:
            if not elements:
                return array.zeros(shape)
            whole = array.stack(elements, axis=-1 if elements[0].ndim == outer else -2)
            after = whole.shape[outer + 1 :]
            return whole.reshape(*whole.shape[:outer], *shape, *after)

        outer = results[0].ndim if results else 0
        if self._derivatives is None:
            return arranged(self._exprs, iter(results), stacked)
        step = 1 + self._derivatives
        groups = [results[k : k + step] for k in range(0, len(results), step)]
        slopes = (
            array.stack(g[1:], axis=-1) if step > 1 else array.zeros((*g[0].shape, 0))
            for g in groups
        )
        return (
            arranged(self._exprs, (g[0] for g in groups), stacked),
            arranged(self._exprs, slopes, stacked),
        )


def _array_module(target: str) -> Any:
    if target != "jax":
        return np
    backends.require_package(target)
    import jax.numpy

    return jax.numpy


def compile(
    exprs: Arrangement,
    args: Sequence[sp.Symbol] | sp.Symbol,
    target: str = "numpy",
    jacobian: Sequence[sp.Symbol] | sp.Symbol | None = None,
    name: str | None = None,
) -> Compiled:
    """Turn expressions into a function in real arithmetic, and into source text.

    Parameters
    ----------
    exprs : Expr, Matrix, sequence or dict
        What to compute: whatever `integrate_frequency` returns, and expressions in elementary
        functions, polygamma functions, `fermi`, `bose`, and Piecewise of comparisons.
    args : Symbol or sequence of Symbol
        The arguments, in order.  A symbol that is declared real, or of a sign, takes real numbers;
        any other takes complex ones too.  Assumptions are promises that nothing checks.
    target : {"numpy", "numba", "c", "mpmath", "jax", "lambdify"}
        What the source is for.  ``jax`` switches JAX to double precision; ``c`` is compiled by the
        system's compiler when it is first called; ``lambdify`` is SymPy's, for comparison.
    jacobian : Symbol or sequence of Symbol, optional
        Arguments by which all expressions are differentiated too.
    name : str, optional
        Name of the function in the source.

    Returns
    -------
    Compiled
        A callable with ``source``, ``operations`` and ``save(path)``.

    Raises
    ------
    ValueError
        If there is no such target, if a name cannot be an identifier, if a symbol is missing or
        given twice, or if the target has no form for a function.
    ImportError
        If the target's package is not installed, when the function is called.

    Notes
    -----
    Names are changed where a language has a meaning for them: ``lambda`` becomes ``lambda_``,
    ``x_{k}`` becomes ``x_k``.  The passes between are `derive.codegen.passes.standard_passes`.
    A value is accurate relative to the largest term that it is the sum of.  Where poles meet,
    divided differences keep that accuracy.

    Examples
    --------
    >>> import sympy as sp
    >>> import derive
    >>> nu, B = sp.symbols("nu B", real=True)
    >>> gamma, T = sp.symbols("gamma T", positive=True)
    >>> occupied = gamma / (nu**2 + gamma**2) * derive.fermi(nu - B, T)
    >>> weight = derive.compile(derive.integrate_frequency(occupied, nu), (B, gamma, T))
    >>> weight([-1.0, 0.0, 1.0], 0.1, 0.2).round(6)
    array([0.021517, 0.25    , 0.478483])
    """
    if target not in TARGETS:
        raise ValueError(f"target = {shown(target)} is outside its domain: {', '.join(TARGETS)}")
    name = "function" if name is None else required_identifier(name)
    if name in _CALLED | _LOCAL:
        raise ValueError(f"name = {name} is the name of something that the source may use")
    symbols = _symbols(args, "args")
    own = [f"{name}{suffix}" for suffix in ("", "_rows", "_columns", "_output_names")]
    named = identifiers(symbols, {*_CALLED, *own})
    wrt = None if jacobian is None else _symbols(jacobian, "jacobian")
    foreign = [s for s in wrt or () if s not in named]
    if foreign:
        raise ValueError(f"jacobian: {shown(foreign[0])} is none of the arguments")
    renamed = {s: _renamed(s, named[s]) for s in symbols}
    expanded: list[tuple[str, sp.Expr]] = []
    labels = _Labels()
    for label, expr in leaves(exprs):
        missing = expr.free_symbols - set(symbols)
        if missing:
            raise ValueError(_missing(min(missing, key=str), symbols))
        expanded.append((labels.free(label), expr))
        expanded += [(labels.free(f"{label}_by_{named[s]}"), expr.diff(s)) for s in wrt or ()]
    canonical = Canonical(target)
    values = [(label, canonical(expr.xreplace(renamed))) for label, expr in expanded]
    inputs = tuple(renamed.values())
    common = {
        "name": name,
        "target": target,
        "arguments": tuple(named.values()),
        "_real": tuple(bool(s.is_extended_real) for s in symbols),
        "_exprs": exprs,
        "_derivatives": None if wrt is None else len(wrt),
    }
    if target == "lambdify":
        plain = [with_complex_polygamma(expr.xreplace(renamed)) for _, expr in expanded]
        source, function = backends.lambdified(inputs, plain)
        counted = sp.count_ops(plain, visual=True).as_coefficients_dict()
        return Compiled(
            source=source,
            operations={str(kind).lower(): int(count) for kind, count in counted.items()},
            _complex=(False,) * len(plain),
            _plain=function,
            **common,
        )
    program = Program(name, "what it was compiled from", inputs, (), tuple(values))
    lowering = (share_complex, in_real_arithmetic)
    program = run_passes(program, standard_passes(lowering, named=False))
    outputs = {label for label, _ in program.outputs}
    source = (
        backends.c_source(program)
        if target == "c"
        else backends.python_source(program, backends.PYTHON[target])
    )
    return Compiled(
        source=source,
        operations=dict(program.operations()),
        _complex=tuple(label not in outputs for label, _ in values),
        _program=program,
        **common,
    )


class _Labels:
    """Names of outputs, all different, and none like that of a part of another."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def free(self, label: str) -> str:
        while label in self.taken or label.endswith(("_real", "_imag")):
            label += "_"
        self.taken.add(label)
        return label


def _symbols(given: Any, what: str) -> tuple[sp.Symbol, ...]:
    if isinstance(given, sp.Symbol):
        return (given,)
    if isinstance(given, str | bytes) or not hasattr(given, "__iter__"):
        raise ValueError(f"{what} = {shown(given)} is no sequence of symbols")
    symbols = tuple(given)
    for symbol in symbols:
        if not isinstance(symbol, sp.Symbol):
            raise ValueError(f"{what}: {shown(symbol)} is not a Symbol")
    return symbols


def _renamed(symbol: sp.Symbol, name: str) -> sp.Symbol:
    return sp.Symbol(name, **symbol._assumptions_orig)


def _missing(symbol: sp.Symbol, symbols: tuple[sp.Symbol, ...]) -> str:
    alike = any(s.name == symbol.name for s in symbols)
    reason = "has other assumptions than the argument of that name" if alike else "is no argument"
    return f"the symbol {shown(symbol.name)} {reason}"
