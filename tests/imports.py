"""Which modules of the project import which, as their texts say it."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Graph = Mapping[str, frozenset[str]]

#: A line that may be an import, or part of a text.
_PERHAPS = re.compile(r"^[ \t]*(?:from|import)\b", re.MULTILINE)


def modules(package: str) -> dict[str, Path]:
    """Return the modules of a package, wherever it is installed, with their files."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@functools.cache
def imported(path: Path) -> tuple[tuple[str, str], ...]:
    """Return what a file imports, functions included: a module, and a name of it or nothing."""
    found = []
    for node in ast.walk(_with_imports(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
    return tuple(found)


def _with_imports(text: str) -> ast.AST:
    """Return the statements of a text up to its last import: most of a kernel comes after it."""
    lines = list(_PERHAPS.finditer(text))
    if not lines:
        return ast.Module([], [])
    if not lines[-1][0].startswith((" ", "\t")):
        end = text.find("\n\n", lines[-1].end())
        try:
            return ast.parse(text[:end] if end >= 0 else text)
        except SyntaxError:
            # a line of a docstring
            pass
    return ast.parse(text)


def known_imports(path: Path, known: Iterable[str]) -> Iterator[str]:
    """Yield the known modules that a file imports."""
    for module, name in imported(path):
        whole = f"{module}.{name}"
        if whole in known:
            yield whole
        elif module in known:
            yield module


def graph(*packages: str) -> Graph:
    """Return what each module of some packages imports."""
    known = {name: path for package in packages for name, path in modules(package).items()}
    return {name: frozenset(known_imports(path, known)) - {name} for name, path in known.items()}


def room(module: str) -> str:
    """Return the room of a module: its folder, or itself where it stands beside the folders."""
    return ".".join(module.split(".")[:2])


def rooms(of: Graph) -> Graph:
    """Return which rooms import which, the packages themselves left out."""
    found: dict[str, set[str]] = {}
    for module, needed in of.items():
        own = room(module)
        found.setdefault(own, set()).update(room(n) for n in needed if "." in n)
    return {name: frozenset(needed - {name}) for name, needed in found.items() if "." in name}


def floors(of: Graph) -> list[frozenset[str]]:
    """Return the floors of a graph without circles: each imports what is below it only.

    Raises
    ------
    ValueError
        If there is a circle, naming what is part of it or above it.
    """
    below: frozenset[str] = frozenset()
    found = []
    while rest := [name for name in of if name not in below]:
        floor = frozenset(name for name in rest if of[name] <= below)
        if not floor:
            raise ValueError(f"imports in a circle, or above one: {', '.join(sorted(rest))}")
        found.append(floor)
        below |= floor
    return found


def circles(of: Graph) -> list[set[str]]:
    """Return the sets of modules that import each other, directly or by way of others."""
    reached: dict[str, set[str]] = {}
    for start in of:
        waiting, found = list(of[start]), set[str]()
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += of.get(one, ())
        reached[start] = found
    sets = []
    for name in of:
        together = {other for other in reached[name] if name in reached.get(other, ())}
        if len(together) > 1 and together not in sets:
            sets.append(together)
    return sets
