"""How the values of a compiled expression are arranged: as the expressions were."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sympy as sp

from derive.codegen.names import shown

#: Expressions as they are given: one, or matrices, sequences and dicts of them.
Arrangement = Any


def leaves(exprs: Arrangement, name: str = "value") -> Iterator[tuple[str, sp.Expr]]:
    """Yield all expressions, each with a name for the reader of the source.

    Raises
    ------
    ValueError
        If something is neither an expression nor a collection of them.
    """
    if isinstance(exprs, sp.MatrixBase):
        rows, columns = exprs.shape
        for i in range(rows):
            for j in range(columns):
                yield f"{name}_{i}_{j}", exprs[i, j]
    elif isinstance(exprs, Mapping):
        for number, (key, value) in enumerate(exprs.items()):
            plain = isinstance(key, str) and key.isascii() and key.isidentifier()
            yield from leaves(value, f"{name}_{key if plain else number}")
    elif isinstance(exprs, list | tuple | sp.Tuple):
        for number, value in enumerate(exprs):
            yield from leaves(value, f"{name}_{number}")
    elif isinstance(exprs, sp.Expr):
        yield name, exprs
    elif isinstance(exprs, int | float | complex) and not isinstance(exprs, bool):
        yield name, sp.sympify(exprs)
    else:
        raise ValueError(
            f"{shown(exprs)} of type {type(exprs).__name__} is no expression, nor a matrix, "
            "sequence or dict of them"
        )


def arranged(
    exprs: Arrangement, values: Iterator[Any], matrix: Callable[[list[Any], tuple[int, int]], Any]
) -> Any:
    """Return values, one for each leaf, as the expressions are arranged.

    Parameters
    ----------
    exprs : Expr or collection
        The arrangement.
    values : iterator
        In the order of `leaves`.
    matrix : callable
        Makes a matrix of a list of elements and a shape.
    """
    if isinstance(exprs, sp.MatrixBase):
        return matrix([next(values) for _ in range(len(exprs))], exprs.shape)
    if isinstance(exprs, Mapping):
        return {key: arranged(value, values, matrix) for key, value in exprs.items()}
    if isinstance(exprs, list):
        return [arranged(value, values, matrix) for value in exprs]
    if isinstance(exprs, tuple | sp.Tuple):
        return tuple(arranged(value, values, matrix) for value in exprs)
    return next(values)
