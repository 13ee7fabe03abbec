"""What generated text may consist of, checked before it is executed or compiled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from derive.codegen.names import shown

#: Everything that a printed function is made of.
_NODES: frozenset[type[ast.AST]] = frozenset(
    (
        *(ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.Expr),
        *(ast.Delete, ast.For, ast.Tuple, ast.Load, ast.Store, ast.Del, ast.Name, ast.Constant),
        *(ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.Pow),
        *(ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.Compare, ast.Lt, ast.IfExp),
    )
)
#: Nodes that have no other nodes below them than a meaning: of a name, or of an operation.
_LEAVES = (ast.Name, ast.Constant)
_MEANINGS = frozenset((ast.Load, ast.Store, ast.Del, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub))
_ATTRIBUTES = frozenset(("real", "imag", "shape", "empty"))
_MODULES = frozenset(("math", "mp", "np"))
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?\Z")
_C_TOKENS = re.compile(
    r"/\*[^*]*\*/|[A-Za-z_][A-Za-z0-9_]*|[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?|[-+*/<>=?:.,;&(){}\[\]]|\s+"
    r'|"[A-Za-z_][A-Za-z0-9_]*"'
)


def require_printed(text: str, known: Iterable[str]) -> None:
    """Refuse Python text that is more than printed functions.

    Parameters
    ----------
    text : str
        Definitions of functions.
    known : iterable of str
        Names that they may use, beside their own arguments and variables.

    Raises
    ------
    ValueError
        If the text has another kind of node, or uses another name.
    """
    nodes = _nodes(ast.parse(text))
    names = {*known}
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.arg):
            names.add(node.name if isinstance(node, ast.FunctionDef) else node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    docstrings: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and isinstance(node.body[0], ast.Expr):
            docstrings |= {id(node.body[0]), id(node.body[0].value)}
    for node in nodes:
        if type(node) not in _NODES or _is_foreign(node, names, docstrings):
            raise ValueError(f"no printer writes {shown(ast.unparse(node))}")


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """Return all nodes, parents first, but those which only say how their parent is meant.

    `ast.walk` takes as long as the parser, half of it for these.
    """
    found = [tree]
    # grows meanwhile
    for node in found:
        if type(node) not in _LEAVES:
            for name in node._fields:
                value = getattr(node, name, None)
                for child in value if isinstance(value, list) else (value,):
                    if isinstance(child, ast.AST) and type(child) not in _MEANINGS:
                        found.append(child)
    return found


def _is_foreign(node: ast.AST, names: set[str], docstrings: set[int]) -> bool:
    if isinstance(node, ast.Name):
        return node.id not in names
    if isinstance(node, ast.Attribute):
        of_module = isinstance(node.value, ast.Name) and node.value.id in _MODULES
        return node.attr.startswith("_") or not (of_module or node.attr in _ATTRIBUTES)
    if isinstance(node, ast.Call):
        return not isinstance(node.func, ast.Name | ast.Attribute)
    if isinstance(node, ast.Expr):
        return id(node) not in docstrings and not isinstance(node.value, ast.Call)
    if isinstance(node, ast.Assign):
        return any(not isinstance(t, ast.Name | ast.Subscript) for t in node.targets)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # the digits of a number of any precision
        return id(node) not in docstrings and not _NUMBER.match(node.value)
    return False


def require_printed_c(text: str, known: Iterable[str]) -> None:
    """Refuse text of C that is more than printed functions; see `require_printed`."""
    position = 0
    words: set[str] = set()
    while position < len(text):
        token = _C_TOKENS.match(text, position)
        if token is None:
            raise ValueError(f"no printer writes {shown(text[position : position + 40])}")
        if re.match("[A-Za-z_]", token[0]):
            words.add(token[0])
        position = token.end()
    foreign = words.difference(known)
    if foreign:
        raise ValueError(f"no printer writes {shown(sorted(foreign)[0])}")
