"""Writes all kernels of one target as a module that needs nothing of this project."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path

import sympy as sp

from derive.build.generate import committed_modules
from derive.codegen.c_printer import CPrinter, comment
from derive.codegen.printers import JAX, MPMATH, NUMBA, NUMPY, Printer, Target
from derive.codegen.program import Module, Program
from derive.codegen.standalone import standing_alone
from derive.functions.runtime import c_definitions, c_header

#: By this a file is known to have been written here, and may be replaced.
_ORIGIN = "Written by `python -m derive export"
_NOTICE = "Copyright (c) the nambu developers.  SPDX-License-Identifier: BSD-3-Clause"

_SUMMARIES = {
    "numpy": "The kernels of nambu for arrays, in one module that needs NumPy and SciPy only.",
    "mpmath": (
        "The kernels of nambu for numbers of any precision, in one module that needs mpmath only."
    ),
    "numba": (
        "The kernels of nambu for scalars, compiled by Numba, in one module that needs it only.\n\n"
        "Every kernel is compiled when it is first called.  `over_arrays(NAME_rows, ...)` applies\n"
        "the kernel NAME to arrays; `NAME_rows` itself takes and returns one row per point, and\n"
        "can be called from compiled code."
    ),
    "c": "The kernels of nambu in C99; link with the mathematical library.",
    "jax": (
        "The kernels of nambu for arrays of JAX, in one module that needs it only.\n\n"
        'They are for doubles, switched on by `jax.config.update("jax_enable_x64", True)`, and\n'
        "can be given to `jax.jit`, `jax.vmap` and `jax.grad`."
    ),
}


def exported_files(target: str, modules: Iterable[Module] | None = None) -> dict[str, str]:
    """Return the names and the texts of the files of one target.

    Parameters
    ----------
    target : {"numpy", "numba", "c", "mpmath", "jax"}
        What the kernels are for.
    modules : iterable of Module, optional
        Kernels; all the committed ones by default.

    Raises
    ------
    ValueError
        If there is no such target.
    """
    if target not in TARGETS:
        raise ValueError(f"target = {target} is outside its domain: {', '.join(TARGETS)}")
    if modules is None:
        modules = committed_modules()
    prefix = "nambu_" if target == "c" else ""
    return TARGETS[target]([_prefixed(module, prefix) for module in modules])


def export(target: str, directory: Path) -> list[Path]:
    """Write the files of one target; return their paths.

    Parameters
    ----------
    target : {"numpy", "numba", "c", "mpmath", "jax"}
        What the kernels are for.
    directory : Path
        Made if there is none.

    Raises
    ------
    ValueError
        If there is no such target or directory, or a file in the way was not written here.
    OSError
        If a file cannot be written.
    """
    files = {directory / name: text for name, text in exported_files(target).items()}
    if directory.exists() and not directory.is_dir():
        raise ValueError(f"{directory} is no directory")
    for path in files:
        if path.exists() and _ORIGIN not in path.read_text(encoding="utf-8", errors="replace"):
            raise ValueError(f"{path} is in the way: it was not written by this command")
    directory.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return list(files)


def _prefixed(module: Module, prefix: str) -> Module:
    """Return a module whose programs have its name in front of theirs, which repeat elsewhere."""
    programs = tuple(
        dataclasses.replace(program, name=f"{prefix}{module.name}_{program.name}")
        for program in module.programs
    )
    return dataclasses.replace(module, programs=programs)


def _header(target: str) -> list[str]:
    origin = f"{_ORIGIN} --target {target}` with SymPy {sp.__version__}."
    return [*_SUMMARIES[target].split("\n"), "", origin, _NOTICE]


def _python(
    target: Target, modules: list[Module], after: Callable[[Program], str] = lambda program: ""
) -> dict[str, str]:
    """Return a module of Python: imports, functions that kernels call, kernels."""
    printer = Printer(target)
    kernels = ""
    for module in modules:
        kernels += "\n\n# " + "\n# ".join([f"{module.name}:", *module.summary.split("\n")]) + "\n"
        for program in module.programs:
            names = "".join(f'    "{name}",\n' for name, _ in program.outputs)
            kernels += f"\n{program.name.upper()}_OUTPUTS = (\n{names})\n"
        for program in module.programs:
            kernels += "\n\n" + printer.function(program) + after(program)
    also = ["over_arrays"] if target.name == "numba" else []
    text = '"""' + "\n".join(_header(target.name)) + '\n"""\n\n'
    return {f"nambu_{target.name}.py": text + standing_alone(kernels, target, also)}


def _rows(program: Program) -> str:
    """Return the function that applies a scalar function to an array of rows of its inputs."""
    arguments = ", ".join(f"inputs[k, {index}]" for index in range(len(program.inputs)))
    return (
        f"\n\n{NUMBA.decorator}def {program.name}_rows(inputs):\n"
        f'    """Apply `{program.name}` to every row of inputs, shape (n, {len(program.inputs)}).'
        '"""\n'
        f"    outputs = np.empty((inputs.shape[0], {len(program.outputs)}))\n"
        "    for k in range(inputs.shape[0]):\n"
        f"        values = {program.name}({arguments})\n"
        f"        for index in range({len(program.outputs)}):\n"
        "            outputs[k, index] = values[index]\n"
        "    return outputs\n"
    )


def _c(modules: list[Module]) -> dict[str, str]:
    """Return a source file and its header."""
    printer = CPrinter()
    declared, defined = c_header(), c_definitions()
    for module in modules:
        title = "\n" + comment([f"{module.name}:", *module.summary.split("\n")])
        declared += title
        defined += title
        for program in module.programs:
            declared += "\n" + printer.declaration(program)
            defined += "\n" + printer.function(program)
    head = comment(_header("c"))
    return {
        "nambu.h": (
            f"{head}\n#ifndef NAMBU_H\n#define NAMBU_H\n\n#include <stddef.h>\n\n"
            f'#ifdef __cplusplus\nextern "C" {{\n#endif\n\n{declared}\n'
            "#ifdef __cplusplus\n}\n#endif\n\n#endif\n"
        ),
        "nambu.c": f'{head}\n#include "nambu.h"\n\n#include <math.h>\n\n{defined}',
    }


#: What writes the files of each target.
TARGETS: dict[str, Callable[[list[Module]], dict[str, str]]] = {
    "numpy": lambda modules: _python(NUMPY, modules),
    "numba": lambda modules: _python(NUMBA, modules, _rows),
    "c": _c,
    "mpmath": lambda modules: _python(MPMATH, modules),
    "jax": lambda modules: _python(JAX, modules),
}
