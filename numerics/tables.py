"""CSV tables that say with which parameters of the model they were computed.

Lines of the form `# name: value` come first, the names of the columns next.  Where a parameter
varies within a table, its line names the column that has it.
"""

from __future__ import annotations

import csv
import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.steady.crossover import Crossover
from numerics.version import version

#: The parameters of the model, and what a column is called that has one of them.
_COLUMNS = {
    "inv_kfa": ("inv_kfa",),
    "gamma_b": ("gamma_b/eps_F",),
    "gamma_v": ("gamma_v/gamma_b", "ratio"),
    "temperature": ("T_b/eps_F",),
    "cutoff": ("cutoff/k_F",),
}
#: Where the two equations of the equilibrium crossover are the limit of the model.
_EQUILIBRIUM = {"gamma_b": 0.0, "gamma_v": 0.0, "temperature": 0.0, "cutoff": math.inf}


def save_table(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    about: Mapping[str, object] | None = None,
) -> Path:
    """Write a CSV table; floats in the shortest form that reads back to the same number.

    Parameters
    ----------
    path : Path
        The file; overwritten.
    columns : sequence of str
        Names of the columns, each another.
    rows : iterable of sequences
        What is in the columns.
    about : mapping, optional
        What the lines at the beginning say after the version of this project, usually what
        `model_of` returns; without it there are no such lines.

    Raises
    ------
    ValueError
        If two columns have the same name, or one could not be read back.
    """
    if len(set(columns)) < len(columns):
        raise ValueError(f"columns = {list(columns)!r}: every name has to be another")
    for name in columns:
        if any(mark in name for mark in ',"#\n'):
            raise ValueError(f"column {name!r} contains a comma, a quotation mark, # or a new line")
    with path.open("w", encoding="utf-8", newline="") as stream:
        if about is not None:
            for name, value in {"nambu": version(), **about}.items():
                stream.write(f"# {name}: {' '.join(str(value).split())}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def map_rows(
    x: NDArray[np.float64], y: NDArray[np.float64], *maps: NDArray[Any]
) -> Iterator[tuple[Any, ...]]:
    """Yield (x, y, value of each map), y by y at each x.

    Parameters
    ----------
    x, y : ndarray, shape (m,), (n,)
    *maps : ndarray, shape (n, m)

    Examples
    --------
    >>> list(map_rows(np.array([1.0, 2.0]), np.array([3.0]), np.array([[4.0, 5.0]])))
    [(1.0, 3.0, 4.0), (2.0, 3.0, 5.0)]
    """
    # lists in place of single elements: a map has a hundred thousand of them
    below = y.tolist()
    for place, *columns in zip(x.tolist(), *(values.T.tolist() for values in maps), strict=True):
        for values in zip(below, *columns, strict=True):
            yield (place, *values)


def model_of(data: object, columns: Sequence[str]) -> dict[str, object]:
    """Return the parameters that data were computed with, or the columns that have them.

    Parameters
    ----------
    data : object
        Dataclasses, tuples, lists and mappings in which parameters or states are found.
    columns : sequence of str
        Names of the columns of their table.

    Raises
    ------
    ValueError
        If a parameter has several values or none, and no column has it.
    """
    found: dict[str, set[float]] = {name: set() for name in _COLUMNS}
    for name, value in _parameters(data, set()):
        found[name].add(value)
    told: dict[str, object] = {}
    for name, values in found.items():
        named = [column for column in _COLUMNS[name] if column in columns]
        if named:
            told[name] = f"column {named[0]}"
        elif len(values) == 1:
            (told[name],) = values
        else:
            raise ValueError(f"{name} has {len(values)} values in {type(data).__name__}, no column")
    return told


def _parameters(data: object, seen: set[int]) -> Iterator[tuple[str, float]]:
    """Yield the parameters of the model wherever they are in data."""
    if isinstance(data, str) or id(data) in seen:
        return
    inner: Iterable[Any]
    if dataclasses.is_dataclass(data):
        inner = [getattr(data, field.name) for field in dataclasses.fields(data)]
        for field, value in zip(dataclasses.fields(data), inner, strict=True):
            if field.name in _COLUMNS and isinstance(value, float):
                yield field.name, value
        if isinstance(data, Crossover):
            yield from _EQUILIBRIUM.items()
    elif isinstance(data, Mapping):
        inner = data.values()
    elif isinstance(data, (tuple, list)):
        inner = data
    else:
        return
    seen.add(id(data))
    for part in inner:
        yield from _parameters(part, seen)
