"""Modules of Python that need nothing of this project: what they call is written into them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from derive.codegen.printers import Target
from derive.functions.registry import FUNCTIONS
from derive.functions.runtime import FOLDER as RUNTIME

_SPECIAL = Path(__file__).resolve().parents[2] / "numerics" / "special"

#: Where functions that printed text calls are defined, by target; the first definition counts.
FILES = {
    "numpy": (
        RUNTIME / "numpy_functions.py",
        RUNTIME / "array_functions.py",
        _SPECIAL / "functions.py",
        _SPECIAL / "roots.py",
        _SPECIAL / "root_arctanh.py",
    ),
    "jax": (
        RUNTIME / "jax_functions.py",
        RUNTIME / "array_functions.py",
        _SPECIAL / "functions.py",
        _SPECIAL / "roots.py",
        _SPECIAL / "root_arctanh.py",
    ),
    "mpmath": (RUNTIME / "mpmath_functions.py", _SPECIAL / "multiprecision.py"),
    "numba": (
        RUNTIME / "numba_functions.py",
        RUNTIME / "vector_functions.py",
        RUNTIME / "vector_arctanh.py",
    ),
}

#: The same for kernels, whose roots have to be those of real arithmetic.
KERNEL_FILES = {
    "numpy": FILES["numpy"][2:],
    "mpmath": FILES["mpmath"][1:],
    "numba": FILES["numba"],
    "jax": (*FILES["jax"][3:], *FILES["jax"][:3]),
}


def standing_alone(kernels: str, target: Target, also: Iterable[str] = ()) -> str:
    """Return the text of kernels below all that it needs: imports, and functions that it calls.

    Parameters
    ----------
    kernels : str
        What a printer has written.
    target : Target
    also : iterable of str
        Further functions that are wanted.
    """
    called = {f.name for f in FUNCTIONS if f.name in kernels} | {*also}
    found, functions = needed_definitions(KERNEL_FILES[target.name], sorted(called))
    outside = {k: v for k, v in target.imports.items() if not k.startswith("numerics.")}
    own = replace(target, imports=outside).preamble(kernels).splitlines()
    return f"{imports_of(target, [*found, *own])}\n\n{functions}{kernels}"


def imports_of(target: Target, lines: Iterable[str]) -> str:
    """Return import lines in the usual three groups, with the arrays of the target."""
    text = sorted_imports(line for line in lines if line)
    if target.name == "jax":
        text = text.replace("import numpy as np", "import jax.numpy as np")
    return text


def needed_definitions(files: Sequence[Path], names: Iterable[str]) -> tuple[list[str], str]:
    """Return the import lines and the definitions that functions need, those they call included.

    Parameters
    ----------
    files : sequence of Path
        Modules that define them.
    names : iterable of str
        What is called.
    """
    imports: dict[str, str] = {}
    found: dict[str, tuple[str, set[str]]] = {}
    for path in files:
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        end = 0
        for node in ast.parse(text).body:
            start, begin = node.lineno, end
            end = node.end_lineno or start
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports |= {a.asname or a.name: ast.unparse(node) for a in node.names}
                continue
            if isinstance(node, ast.FunctionDef):
                defined = [node.name]
                start = min([start, *(d.lineno for d in node.decorator_list)])
            elif isinstance(node, ast.Assign):
                defined = [
                    n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)
                ]
            else:
                continue
            # the comment above belongs to it
            while start - 1 > begin and lines[start - 2].startswith("#"):
                start -= 1
            used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            body = "\n".join(lines[start - 1 : end])
            for name in defined:
                found.setdefault(name, (body, used))
    wanted, queue = set(), [name for name in names if name in found]
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += [n for n in found[name][1] if n in found]
    bodies = list(dict.fromkeys(found[name][0] for name in found if name in wanted))
    used = {n for name in wanted for n in found[name][1]}
    lines = [line for name, line in imports.items() if name in used - found.keys()]
    blocks = ""
    for body in bodies:
        blocks += ("\n\n" if body.startswith(("def ", "@")) or not blocks else "") + body + "\n"
    return (["from __future__ import annotations", *lines] if wanted else []), blocks.lstrip("\n")


def sorted_imports(lines: Iterable[str]) -> str:
    """Return import lines in the usual three groups."""
    groups: list[list[str]] = [[], [], []]
    for line in sorted(set(lines), key=lambda line: (line.split()[0] == "from", line)):
        name = line.split()[1].partition(".")[0]
        group = 1 if name in sys.stdlib_module_names else 2
        groups[0 if name == "__future__" else group].append(line)
    return "\n".join("\n".join(group) + "\n" for group in groups if group)
