"""What turns a program into source text and that into a function, for every target."""

from __future__ import annotations

import ctypes
import inspect
import math
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

from derive.codegen.c_printer import CPrinter
from derive.codegen.printers import JAX, MPMATH, NUMBA, NUMPY, Printer, Target
from derive.codegen.program import Program
from derive.codegen.safety import require_printed, require_printed_c
from derive.codegen.standalone import FILES, needed_definitions, sorted_imports
from derive.functions.registry import FUNCTIONS
from derive.functions.runtime import c_definitions, c_header

#: What computes: for NumPy, Numba and C it fills arrays, (inputs, outputs) -> None; for the others
#: it takes numbers or arrays and returns a sequence of them.
Function = Callable[..., Any]

PYTHON = {target.name: target for target in (NUMPY, MPMATH, NUMBA, JAX)}
_NAMES = tuple(f.name for f in FUNCTIONS)
#: What the printed functions may use beside their own names, in Python.
_KNOWN = frozenset(
    [
        *_NAMES,
        "difference_value_mpmath",
        *NUMPY.imports["numpy"],
        "abs",
        "range",
        "math",
        "mp",
        "np",
        "njit",
    ]
)
_C_WORDS = """
    nambu_complex PI void double const char return for size_t count inputs outputs out re im k
    columns strides
    sqrt log atan atan2 exp sin cos tan sinh cosh tanh fabs pow
"""
_C_KNOWN = frozenset([*(f"nambu_{name}" for name in _NAMES), *re.findall(r"\w+", _C_WORDS)])
#: Arrays are computed in pieces that stay in the cache.
_PIECE = 16384


def python_function(program: Program, target: Target, *, fills: bool = False) -> str:
    """Return the function that a program is, without what it calls; its text has been checked."""
    function = Printer(target).function(program, fills=fills)
    require_printed(function.removeprefix(target.decorator), _KNOWN)
    return function


def python_source(program: Program, target: Target) -> str:
    """Return a module of Python with a program, and what it calls, in it."""
    # Numba takes no long tuples
    function = python_function(program, target, fills=target.name == "numba")
    if target.name == "numba":
        rows = numba_rows(program)
        require_printed(rows.removeprefix(target.decorator), {*_KNOWN, program.name})
        function += "\n\n" + rows
    files = FILES[target.name]
    # all names count as called that the text has, which may be a few too many
    words = {w for w in _NAMES if w in function}
    imports, runtime = needed_definitions(files, sorted(words))
    if "difference_value" in words:
        suffix = "_mpmath" if target.name == "mpmath" else ""
        imports.append(
            f"from derive.functions.runtime.difference_values import difference_value{suffix}"
        )
    own = {k: v for k, v in target.imports.items() if not k.startswith("numerics.")}
    lines = imports + replace(target, imports=own).preamble(function).splitlines()
    if target.name == "numba":
        lines += ["import math", "import numpy as np", "from numba import njit"]
    text = sorted_imports(line for line in lines if line)
    if target.name == "jax":
        text = text.replace("import numpy as np", "import jax.numpy as np")
    return text + ("\n\n" + runtime if runtime else "") + "\n\n" + function


def numba_rows(program: Program) -> str:
    """Return the function that applies a scalar function to an array of rows of its inputs."""
    arguments = ", ".join(f"inputs[k, {index}]" for index in range(len(program.inputs)))
    return (
        f"{NUMBA.decorator}def {program.name}_rows(inputs):\n"
        f'    """Apply `{program.name}` to every row of inputs, shape (n, {len(program.inputs)}).'
        '"""\n'
        f"    outputs = np.empty((inputs.shape[0], {len(program.outputs)}))\n"
        "    for k in range(inputs.shape[0]):\n"
        f"        {program.name}({arguments}, outputs[k])\n"
        "    return outputs\n"
    )


def c_source(program: Program) -> str:
    """Return a file of C99 with a program, and what it calls, in it."""
    function = CPrinter().function(program) + _c_columns(program)
    names = [str(s) for s in (*program.inputs, *(s for s, _ in program.body))]
    own = [f"{program.name}{suffix}" for suffix in ("", "_rows", "_columns", "_output_names")]
    outputs = [name for name, _ in program.outputs]
    require_printed_c(function, {*_C_KNOWN, *names, *own, *outputs})
    runtime = ""
    if "nambu_" in function.replace(program.name, ""):
        runtime = c_header() + c_definitions()
    else:
        runtime = "#define PI 3.14159265358979323846\n"
    return f"#include <math.h>\n#include <stddef.h>\n\n{runtime}\n{function}"


def _c_columns(program: Program) -> str:
    """Return the function that applies a program to columns of numbers, each with its stride."""
    width = len(program.inputs)
    arguments = [f"columns[{k}][k * strides[{k}]]" for k in range(width)]
    lines = [
        f"\nvoid {program.name}_columns(",
        "    size_t count, double *const *columns, const size_t *strides)",
        "{",
        "    for (size_t k = 0; k < count; k++) {",
        f"        double out[{max(1, len(program.outputs))}];",
        f"        {program.name}(",
        *(f"            {argument}," for argument in arguments),
        "            out);",
    ]
    for k in range(len(program.outputs)):
        column = width + k
        lines.append(f"        columns[{column}][k * strides[{column}]] = out[{k}];")
    return "\n".join([*lines, "    }", "}"]) + "\n"


def load_python(source: str, program: Program, target: Target) -> Function:
    """Return the function of a module that `python_source` has written."""
    require_package(target.name)
    namespace: dict[str, Any] = {"__name__": f"{program.name}_{target.name}"}
    # the text consists of the checked function and of files of this project
    exec(compile(source, f"<{program.name} for {target.name}>", "exec"), namespace)
    if target.name == "numba":
        return by_rows(namespace[f"{program.name}_rows"])
    if target.name == "numpy":
        return in_pieces(namespace[program.name])
    function: Function = namespace[program.name]
    return function


def require_package(target: str) -> None:
    """Import what a target needs; switch JAX to double precision."""
    try:
        if target == "numba":
            import numba  # noqa: F401
        elif target == "jax":
            import jax

            jax.config.update("jax_enable_x64", True)
    except ImportError as error:
        extra = {"numba": "fast", "jax": "jax"}[target]
        raise ImportError(
            f'target = {target} needs {error.name}: install "nambu[{extra}]"'
        ) from None


def load_c(source: str, program: Program) -> Function:
    """Compile C with the system's compiler, and return the function.

    Raises
    ------
    ValueError
        If there is no compiler, or it fails.
    """
    compiler = os.environ.get("CC") or next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if compiler is None or shutil.which(compiler.split()[0]) is None:
        raise ValueError("target = c needs a C compiler to be called, and there is none (cc)")
    with tempfile.TemporaryDirectory() as folder:
        path, library = Path(folder, f"{program.name}.c"), Path(folder, f"{program.name}.so")
        path.write_text(source, encoding="utf-8")
        flags = ["-std=c99", "-O2", "-ffp-contract=off", "-shared", "-fPIC"]
        command = [*compiler.split(), *flags, str(path), "-o", str(library), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[0]
            raise ValueError(f"the C compiler {compiler} failed: {reason}")
        loaded = ctypes.CDLL(str(library))
    columns = getattr(loaded, f"{program.name}_columns")
    columns.restype = None
    reals, steps = ctypes.POINTER(ctypes.c_double), ctypes.c_size_t

    def fill(inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        shape = np.shape(outputs[0]) if outputs else ()
        held = [_column(x, shape) for x in inputs]
        given = [*held, *outputs]
        pointers = (reals * len(given))(*(ctypes.cast(x.ctypes.data, reals) for x in given))
        strides = (steps * len(given))(*(x.strides[-1] // 8 if x.ndim else 0 for x in given))
        columns(ctypes.c_size_t(math.prod(shape)), pointers, strides)

    return fill


def _column(x: Any, shape: tuple[int, ...]) -> Any:
    """Return an input as numbers at equal distances, or as a number."""
    x = np.asarray(x, dtype=float)
    return x if x.ndim == 0 else np.ascontiguousarray(np.broadcast_to(x, shape)).ravel()


def by_rows(rows: Callable[[Any], Any]) -> Function:
    """Return a function that fills arrays from one of rows of inputs."""

    def fill(inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        shape = np.shape(outputs[0]) if outputs else ()
        table = np.empty((math.prod(shape), len(inputs)))
        for k, x in enumerate(inputs):
            table[:, k] = np.broadcast_to(x, shape).ravel()
        found = rows(table)
        for k, output in enumerate(outputs):
            output[...] = found[:, k].reshape(shape)

    return fill


def in_pieces(function: Callable[..., Any]) -> Function:
    """Return a function that fills arrays, large ones piece by piece."""

    def fill(inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        shape: tuple[int, ...] = np.shape(outputs[0]) if outputs else ()
        size = math.prod(shape)
        if size <= _PIECE:
            for output, value in zip(outputs, function(*inputs), strict=True):
                output[...] = value
            return
        # along the first axis, whatever does not have it as it is
        step = max(1, _PIECE * shape[0] // size)
        for start in range(0, shape[0], step):
            part = slice(start, start + step) if step > 1 else start
            fill(
                [x if np.ndim(x) < len(shape) else _part(x, part) for x in inputs],
                [output[part] for output in outputs],
            )

    return fill


def _part(x: Any, part: slice | int) -> Any:
    if x.shape[0] > 1:
        return x[part]
    return x if isinstance(part, slice) else x[0]


def nothing(*inputs: Any) -> Any:
    """Stand for the function of a program, which is made when it is first called."""
    raise NotImplementedError


def lambdified(symbols: Iterable[sp.Symbol], exprs: Sequence[sp.Expr]) -> tuple[str, Function]:
    """Return the source and the function of SymPy's `lambdify`, with common subexpressions."""
    function = sp.lambdify(list(symbols), list(exprs), cse=True)
    return inspect.getsource(function), function
