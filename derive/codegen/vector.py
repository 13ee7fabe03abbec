"""The target of vectorised kernels: one flat loop over blocks of points, compiled by Numba."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path
from typing import NamedTuple

import sympy as sp

from derive.codegen.printers import NUMBA, Printer
from derive.codegen.program import Module, Program
from derive.functions.elementary import where_less
from derive.functions.runtime import FOLDER as RUNTIME
from derive.functions.stable import (
    complex_polygamma,
    excess,
    first_part,
    imaginary_part,
    log_ratio,
    parts_divided_root_arctanh,
    parts_pair_arctanh,
    parts_pair_excess,
    parts_root_arctanh,
    parts_root_arctanh_slope,
    parts_root_sum,
    parts_upper_root,
    real_part,
    second_part,
)

_FUNCTIONS = (RUNTIME / "vector_functions.py", RUNTIME / "vector_arctanh.py")
#: The loops around the kernels, which have the points of a block; and what others share with them.
_LOOPS = RUNTIME / "panel_loop.py"
#: What compiles them.
_COMPILER = RUNTIME / "straight_line.py"
#: A loop over the nodes of a momentum, which shares them.
_BAND_LOOP = RUNTIME / "band_loop.py"
#: A loop over the frequencies of the equations of the steady state, which shares them, too.
_STATE_LOOP = RUNTIME / "state_loop.py"
_SHARED = ("BLOCK", "LANES", "_row", "_sum_of_two")
#: What all of these import.
_IMPORTS = """import ast
import inspect
import math
from collections.abc import Callable
from typing import Any

{}
from llvmlite import ir
from numba import carray, njit, types
from numba.core.typing import signature
from numba.extending import intrinsic
"""


class Loop(NamedTuple):
    """A loop that calls the kernels of one module, and is compiled with them.

    Parameters
    ----------
    name : str
        Of its function, which has the kernels as arguments: the former with names on `_rows`.
    file : Path
        Where it is.
    blocks, numbers : tuple of str
        Kernels that are called with blocks of points, and those of numbers.
    """

    name: str
    file: Path
    blocks: tuple[str, ...]
    numbers: tuple[str, ...]


#: The sum over momenta of the equations of the steady state.
MOMENTUM_LOOP = Loop(
    "momentum_sums",
    RUNTIME / "momentum_loop.py",
    ("step", "thermal", "empty"),
    ("fermi_tail", "empty_tail"),
)

VECTOR = dataclasses.replace(
    NUMBA,
    name="vector",
    functions={
        sp.log: "log({})",
        sp.atan: "arctan({})",
        sp.atan2: "arctan2({}, {})",
        log_ratio: "log_ratio({}, {}, {})",
        excess: "excess({}, {})",
        parts_upper_root: "upper_root({}, {})",
        parts_root_sum: "root_sum({}, {}, {}, {}, {}, {})",
        parts_pair_arctanh: "pair_arctanh({}, {}, {})",
        parts_pair_excess: "pair_excess({}, {}, {}, {}, {})",
        parts_root_arctanh: "root_arctanh({}, {}, {}, {})",
        parts_root_arctanh_slope: "root_arctanh_slope({}, {}, {}, {})",
        parts_divided_root_arctanh: f"divided_root_arctanh({', '.join(['{}'] * 10)})",
        complex_polygamma: "polygamma_{}({}, {})",
        real_part: "{}[0]",
        imaginary_part: "{}[1]",
        first_part: "{}[0]",
        second_part: "{}[1]",
        where_less: NUMBA.functions[where_less],
    },
    decorator="@straight_line\n",
)

#: Orders of the polygamma functions that there are.
_ORDERS = {0, 1}


def outputs_of(program: Program) -> str:
    """Return the text of the constant that names the outputs of a program."""
    names = "".join(f'    "{name}",\n' for name, _ in program.outputs)
    return f"\n{program.name.upper()}_OUTPUTS = (\n{names})\n"


def can_be_vectorised(program: Program) -> bool:
    """Tell whether every function of a program has a form without branches.

    The polygamma functions of higher orders and the divided differences have none.
    """
    values = [value for _, value in (*program.body, *program.outputs)]
    functions = {f for value in values for f in value.atoms(sp.Function)}
    orders = {f.args[0] for f in functions if isinstance(f, complex_polygamma)}
    return orders <= _ORDERS and all(type(f) in VECTOR.functions for f in functions)


def vector_source(module: Module, loop: Loop | None = None) -> str:
    """Return the text of the vectorised kernels of a module.

    The text holds all that its kernels call: Numba's cache on disk looks at one file.

    Parameters
    ----------
    module : Module
    loop : Loop, optional
        A loop that calls them.

    Raises
    ------
    ValueError
        If no kernel of the module can be vectorised.
    """
    programs = [program for program in module.programs if can_be_vectorised(program)]
    if not programs:
        raise ValueError(f"module = {module.name} has no kernel without branches")
    printer = Printer(VECTOR)
    kernels = "".join(outputs_of(program) for program in programs)
    kernels += "".join(
        f"\n\n{printer.function(program)}\n\n{_block(program)}" for program in programs
    )
    if loop is not None:
        kernels += _with_kernels(loop, {program.name: program for program in programs})
    text = f"\n{_called(kernels)}{''.join(_parts(_COMPILER).values())}\n{kernels}"
    return (
        f'"""{module.summary}\n\n'
        "Flat loops over arrays, which the compiler vectorises.\n\n"
        f"Generated by `python -m derive generate` with SymPy {sp.__version__}; do not edit.\n"
        f'"""\n\n{_IMPORTS.format("import numpy as np" if "np." in text else "")}{text}'
    )


def _block(program: Program) -> str:
    """Return the function that applies a kernel to a block of points.

    One buffer, the rows of the inputs followed by those of the outputs, at distances that are
    constants: what overlaps what is known to the vectoriser, and so is that nothing remains.
    """
    inputs, outputs = program.inputs, program.outputs
    values = ", ".join(f"block[{k * BLOCK} + i]" for k in range(len(inputs)))
    rows = len(inputs) + len(outputs)
    return (
        f"def {program.name}_block(pointer):\n"
        f'    """Apply `{program.name}` to a block: {len(inputs)} rows of {BLOCK} points.\n\n'
        f"    The {len(outputs)} rows after them become its outputs.\n"
        '    """\n'
        f"    block = carray(pointer, {rows * BLOCK})\n"
        f"    for i in range({BLOCK}):\n"
        f"        values = {program.name}({values})\n"
        + "".join(
            f"        block[{(len(inputs) + k) * BLOCK} + i] = values[{k}]\n"
            for k in range(len(outputs))
        )
    )


def _with_kernels(loop: Loop, programs: dict[str, Program]) -> str:
    """Return the text of a loop that calls kernels, and of these for arrays of blocks."""
    text = ""
    for name in loop.blocks:
        program = programs[name]
        inputs, outputs = len(program.inputs), len(program.outputs)
        values = ", ".join(f"block[{k * BLOCK} + i]" for k in range(inputs))
        text += (
            f'\n\n@njit(error_model="numpy")\ndef {name}_rows(block):\n'
            f'    """Apply `{name}` to an array of a block: {inputs} rows, then {outputs}."""\n'
            f"    for i in range({BLOCK}):\n"
            f"        values = {name}({values})\n"
            + "".join(
                f"        block[{(inputs + k) * BLOCK} + i] = values[{k}]\n" for k in range(outputs)
            )
        )
    parts = _parts(loop.file)
    for name in (*(f"{name}_rows" for name in loop.blocks), *loop.numbers):
        # given as arguments they would keep what is compiled from being kept on disk
        parts[loop.name] = parts[loop.name].replace(f"    {name}: Any,\n", "")
    return text + "".join(parts.values())


def loops_source() -> str:
    """Return the text of the loops around the kernels, with all that they call."""
    files = (_LOOPS, _BAND_LOOP, _STATE_LOOP)
    loops = "".join({name: part for file in files for name, part in _parts(file).items()}.values())
    text = f"{_called(loops)}{loops}"
    math = "import math\n" if "math." in text else ""
    return (
        '"""Loops around vectorised kernels: over points, and over the nodes of panels.\n\n'
        f"Generated by `python -m derive generate` with SymPy {sp.__version__}; do not edit.\n"
        '"""\n\n'
        f"{math}from typing import Any\n\nimport numpy as np\nfrom numba import njit\n\n{text}"
    )


def _called(kernels: str) -> str:
    """Return the functions, and the constants, that the text of kernels needs."""
    parts = {name: part for file in _FUNCTIONS for name, part in _parts(file).items()}
    if "BLOCK" in kernels and "def apply_kernel" not in kernels:
        parts |= {name: part for name, part in _parts(_LOOPS).items() if name in _SHARED}
    needed: set[str] = set()
    # words of a docstring may be names of functions; one search finds what is called of all of them
    called, words = set(re.findall(r"\w+(?=\()", kernels)), set(re.findall(r"\w+", kernels))
    waiting = {
        name for name, part in parts.items() if name in (called if "def " in part else words)
    }
    while waiting:
        needed |= waiting
        found = set(re.findall(r"\w+", "".join(parts[name] for name in waiting)))
        waiting = (parts.keys() & found) - needed
    return "".join(part for name, part in parts.items() if name in needed)


def _parts(path: Path) -> dict[str, str]:
    """Return the text of every function and constant of a module."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    parts: dict[str, str] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            parts[node.name] = "\n\n" + "\n".join(lines[first - 1 : node.end_lineno]) + "\n"
        elif isinstance(node, ast.Assign):
            name = ast.unparse(node.targets[0])
            parts[name] = "\n".join(lines[node.lineno - 1 : node.end_lineno]) + "\n"
    return parts


#: Points of a block.
BLOCK = int(_parts(_LOOPS)["BLOCK"].partition("=")[2])
