"""From one's own expressions to code: `compile`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp

from derive.codegen import backends
from derive.codegen.canonical import Canonical
from derive.codegen.compiled import Compiled
from derive.codegen.layout import Arrangement, leaves
from derive.codegen.names import identifier, identifiers, required_identifier, shown
from derive.codegen.passes import Pass, run_passes, standard_passes
from derive.codegen.program import Program
from derive.codegen.real_program import in_real_arithmetic, share_complex
from derive.functions.polygamma import with_complex_polygamma
from derive.functions.registry import FUNCTIONS

TARGETS = ("numpy", "numba", "c", "mpmath", "jax", "lambdify")
_CALLED = frozenset(f.name for f in FUNCTIONS)
#: What the functions for C and Numba that call that of the program use themselves.
_LOCAL = frozenset(("k", "columns", "strides"))


def compile(
    exprs: Arrangement | Program,
    args: Sequence[sp.Symbol] | sp.Symbol | None = None,
    target: str = "numpy",
    jacobian: Sequence[sp.Symbol] | sp.Symbol | None = None,
    name: str | None = None,
    *,
    lowering: Iterable[Pass] = (),
) -> Compiled:
    """Turn expressions into a function in real arithmetic, and into source text.

    Parameters
    ----------
    exprs : Expr, Matrix, sequence, dict or Program
        What to compute: whatever `integrate_frequency` returns, and expressions in elementary
        functions, polygamma functions, `fermi`, `bose`, and Piecewise of comparisons.  A `Program`
        has its own real inputs and name, and named steps, which are kept; the kernels of this
        project are made so.  Its values are a dict of its outputs, `name_by_symbol` among them.
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
    lowering : iterable of callable
        Passes that bring a `Program` to real arithmetic, and to a form that is accurate; they come
        first.  Expressions have their own.

    Returns
    -------
    Compiled
        A callable with ``source``, ``operations`` and ``save(path)``.

    Raises
    ------
    ValueError
        If there is no such target, if a name cannot be an identifier, if a symbol is missing or
        given twice, if the target has no form for a function, or if something is given that does
        not go with a Program, or goes with a Program only.
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
    if isinstance(exprs, Program):
        if args is not None:
            raise ValueError("a Program has its own arguments; leave args out")
        wrt = () if jacobian is None else _symbols(jacobian, "jacobian")
        return _of_program(exprs, target, wrt, name, lowering)
    if args is None or tuple(lowering):
        what = "no args" if args is None else "lowering"
        raise ValueError(f"{what}, which goes with a Program only")
    return _of_expressions(exprs, _symbols(args, "args"), target, jacobian, name)


def _of_program(
    program: Program,
    target: str,
    wrt: tuple[sp.Symbol, ...],
    name: str | None,
    lowering: Iterable[Pass],
) -> Compiled:
    if target == "lambdify":
        raise ValueError("target = lambdify takes expressions, not a Program")
    program = lowered(program, wrt, name, lowering)
    names = [label for label, _ in program.outputs]
    return Compiled(
        name=program.name,
        target=target,
        source=_source(program, target),
        operations=dict(program.operations()),
        arguments=tuple(map(str, program.inputs)),
        _program=program,
        _real=(True,) * len(program.inputs),
        _exprs={label: sp.Symbol(label) for label in names},
        _derivatives=None,
        _complex=(False,) * len(names),
    )


def lowered(
    program: Program,
    jacobian: Iterable[sp.Symbol] = (),
    name: str | None = None,
    lowering: Iterable[Pass] = (),
) -> Program:
    """Return what `compile` prints of a program, in real arithmetic: the kernels of this project.

    Parameters
    ----------
    program : Program
    jacobian, name, lowering
        As of `compile`.

    Raises
    ------
    ValueError
        As `compile` does.
    """
    wrt = tuple(jacobian)
    _require_arguments(wrt, program.inputs)
    program = dataclasses.replace(program, name=_function_name(name or program.name))
    for symbol in program.inputs:
        if not symbol.is_extended_real:
            raise ValueError(f"the input {shown(symbol)} of a Program is not declared real")
    for label in program.names():
        if identifier(label, {*_CALLED, program.name}) != label:
            raise ValueError(f"{shown(label)} in a Program is the name of something else")
    return run_passes(program, standard_passes(lowering, wrt))


def _function_name(name: str) -> str:
    name = required_identifier(name)
    if name in _CALLED | _LOCAL:
        raise ValueError(f"name = {name} is the name of something that the source may use")
    return name


def _require_arguments(wrt: Iterable[sp.Symbol], arguments: Iterable[sp.Symbol]) -> None:
    known = set(arguments)
    foreign = [s for s in wrt if s not in known]
    if foreign:
        raise ValueError(f"jacobian: {shown(foreign[0])} is none of the arguments")


def _source(program: Program, target: str) -> str:
    if target == "c":
        return backends.c_source(program)
    return backends.python_source(program, backends.PYTHON[target])


def _of_expressions(
    exprs: Arrangement,
    symbols: tuple[sp.Symbol, ...],
    target: str,
    jacobian: Sequence[sp.Symbol] | sp.Symbol | None,
    name: str | None,
) -> Compiled:
    name = "function" if name is None else _function_name(name)
    own = [f"{name}{suffix}" for suffix in ("", "_rows", "_columns", "_output_names")]
    named = identifiers(symbols, {*_CALLED, *own})
    wrt = None if jacobian is None else _symbols(jacobian, "jacobian")
    _require_arguments(wrt or (), named)
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
    return Compiled(
        source=_source(program, target),
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
