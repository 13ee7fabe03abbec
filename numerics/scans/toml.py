"""Scans as TOML: readable, exact, and nothing in it is evaluated.

A file has the quantities, what they ask for, the model and the axes:

    format = 1
    quantities = ["steady_state", "growth_rate"]

    [model]
    type = "Parameters"
    inv_kfa = -1.0

    [[axes]]
    along = "inv_kfa"
    from = -2.0
    to = 1.0
    points = 40

    [[axes]]
    along = "ratio"
    values = [0.01, 0.02, 0.05]

An axis has `values`, or `from`, `to` and `points`, at equal distances or, with `spacing = "log"`,
at equal factors.  `q`, `omega` and `neighbours` stand beside `quantities`; so do `along` and
`between` of boundaries.  A model of any reservoirs has the tables [model.coupling], [model.bands]
and [[model.reservoirs]] with the arguments of their types; a `type` names another than the usual
one.  What is left out has the value that it has in Python.
"""

from __future__ import annotations

import dataclasses
import json
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from numerics.archive import kind_named
from numerics.domain import choice, instance, integer, outside, real
from numerics.domain import path as checked_path
from numerics.files import replaced
from numerics.kept import Given
from numerics.scans.scan import MOST_VALUES, Axis, Scan
from numerics.superposition import Superposition

__all__ = ["from_toml", "read_scan", "to_toml", "write_scan"]

_FORMAT = 1
#: Names beside the model and the axes.
_PLAIN = ("quantities", "q", "omega", "along", "between", "neighbours")
#: Which type a table of the model has where it does not say so, by the name of the table.
_USUAL = {
    "model": "Parameters",
    "coupling": "Contact",
    "bands": "Bands",
    "reservoirs": "Reservoir",
    "occupation": "Superposition",
}
#: The largest file, in bytes: a scan of a million values is smaller.
_LARGEST = 2**26
_WIDTH = 100


def to_toml(scan: Scan) -> str:
    """Return a scan as TOML, from which `from_toml` makes the same scan, to the last bit."""
    instance("scan", scan, Scan)
    lines = [f"format = {_FORMAT}"]
    for name in _PLAIN:
        value = getattr(scan, name)
        if value is not None and (name, value) != ("neighbours", 0):
            lines.append(f"{name} = {_written(value)}")
    lines += _table("model", scan.model)
    for axis in scan.axes:
        lines += ["", "[[axes]]", f"along = {_written(axis.along)}"]
        lines += _wrapped("values", axis.values)
    return "\n".join(lines) + "\n"


def from_toml(text: str) -> Scan:
    """Return the scan that a text in TOML tells.

    Raises
    ------
    ValueError
        If it is no such text, in one line that says what is wrong.

    Examples
    --------
    >>> from numerics.scans import from_toml
    >>> scan = from_toml('''
    ... quantities = ["steady_state"]
    ... [model]
    ... inv_kfa = 0.0
    ... [[axes]]
    ... along = "gamma_v"
    ... from = 1e-6
    ... to = 1e-4
    ... points = 3
    ... spacing = "log"
    ... ''')
    >>> [f"{value:.0e}" for value in scan.axes[0].values]
    ['1e-06', '1e-05', '1e-04']
    """
    if not isinstance(text, str):
        raise outside("text", text, "TOML")
    try:
        return _scan(tomllib.loads(text))
    except RecursionError:
        raise ValueError("text is outside its domain: TOML that is not nested so deep") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"text is outside its domain: TOML ({_line(error)})") from None


def read_scan(path: str | PathLike[str]) -> Scan:
    """Return the scan in a file; see `from_toml`.

    Raises
    ------
    ValueError
        If the file has no scan.
    OSError
        If it cannot be read.
    """
    source = Path(checked_path("path", path))
    with source.open("rb") as stream:
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError(f"{source.name}: more than {_LARGEST} bytes are no scan")
    try:
        return from_toml(data.decode("utf-8"))
    except ValueError as error:
        raise ValueError(f"{source.name}: {_line(error)}") from None


def write_scan(scan: Scan, path: str | PathLike[str]) -> None:
    """Write a scan into a file, which is complete or not there; see `to_toml`."""
    text = to_toml(scan)
    with replaced(Path(checked_path("path", path))) as beside:
        beside.write_text(text, encoding="utf-8")


# Writing ------------------------------------------------------------------------------------------


def _written(value: Any) -> str:
    """Return a plain value; Python's floats are those of TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return repr(value)
    if isinstance(value, str):
        # of what JSON escapes, the names of this package have nothing that TOML does not
        return json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(map(_written, value))}]"


def _wrapped(name: str, value: Any) -> list[str]:
    """Return the lines of a name with its value; those of a list are broken between elements."""
    text = f"{name} = {_written(value)}"
    if isinstance(value, str):
        return [text]
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _table(name: str, value: Any, head: str = "[{}]") -> Iterator[str]:
    """Yield the lines of a table: first what is plain in it, then the tables within."""
    yield from ("", head.format(name))
    kind = type(value).__name__
    if name == "model" or kind != _USUAL.get(name.split(".")[-1]):
        yield f"type = {_written(kind)}"
    inner: list[tuple[str, Any]] = []
    for field in dataclasses.fields(value):
        found = getattr(value, field.name)
        if _is_default(field, found):
            continue
        if _nested(found):
            inner.append((field.name, found))
        else:
            yield from _wrapped(field.name, found)
    for word, found in inner:
        parts = found if isinstance(found, tuple) else (found,)
        for part in parts:
            style = "[[{}]]" if isinstance(found, tuple) else "[{}]"
            yield from _table(f"{name}.{word}", part, style)


def _nested(value: Any) -> bool:
    return dataclasses.is_dataclass(value) or (
        isinstance(value, tuple) and value != () and all(map(dataclasses.is_dataclass, value))
    )


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return bool(value == field.default_factory())
    same = type(value) is type(field.default) and value == field.default
    # zeros differ in their signs
    return value is None or (same and repr(value) == repr(field.default))


# Reading ------------------------------------------------------------------------------------------


def _scan(data: dict[str, Any]) -> Scan:
    _known("", data, ("format", *_PLAIN, "model", "axes"))
    if data.get("format", _FORMAT) != _FORMAT or isinstance(data.get("format"), bool):
        raise outside("format", data["format"], f"{_FORMAT}, the only one so far")
    for name in ("model", "axes", "quantities"):
        if name not in data:
            raise ValueError(f"{name} is missing")
    axes = data["axes"]
    if not isinstance(axes, list) or not all(isinstance(axis, dict) for axis in axes):
        raise outside("axes", axes, "tables [[axes]]")
    model = _built("model", data["model"])
    plain = {name: data[name] for name in _PLAIN if name in data}
    return Scan(model, tuple(map(_axis, axes)), **plain)


def _axis(table: dict[str, Any]) -> Axis:
    _known("axes", table, ("along", "values", "from", "to", "points", "spacing"))
    if "along" not in table:
        raise ValueError("along of an axis is missing")
    name = table["along"]
    grid = {"from", "to", "points"}
    if "values" in table:
        if len(table) > 2:
            raise ValueError(f"axis {name!r} has values, and what is in place of them")
        return Axis(name, table["values"])
    if missing := sorted(grid - set(table)):
        raise ValueError(f"{missing[0]} of axis {name!r} is missing")
    low, high = (real(word, table[word], "any real number") for word in ("from", "to"))
    if low >= high:
        raise outside("to", high, f"greater than from = {low:g}")
    count = integer("points", table["points"], 2, MOST_VALUES)
    spacing = choice("spacing", table.get("spacing", "linear"), ("linear", "log"))
    if spacing == "log" and low <= 0:
        raise outside("from", low, "greater than 0, where spacing is log")
    with np.errstate(over="ignore"):
        values = (np.geomspace if spacing == "log" else np.linspace)(low, high, count)
    return Axis(name, tuple(values.tolist()))


def _built(where: str, table: object) -> Any:
    """Return the value that a table of the model tells."""
    word = where.split(".")[-1]
    if not isinstance(table, dict):
        raise outside(where, table, f"a table [{where}]")
    fields = dict(table)
    usual = "Model" if word == "model" and "reservoirs" in fields else _USUAL.get(word, "")
    kind = _kind(where, fields.pop("type", usual))
    if kind.__name__ == "Bands" and "ratio" in fields:
        if "masses" in fields:
            raise ValueError(f"{where} has masses and their ratio")
        return _called(where, kind.of_ratio, {"ratio": fields.pop("ratio"), **fields})
    known = [field for field in dataclasses.fields(kind) if field.init]
    _known(where, fields, [field.name for field in known])
    for field in known:
        no_default = field.default is field.default_factory is dataclasses.MISSING
        if no_default and field.name not in fields:
            raise ValueError(f"{field.name} of {where} is missing")
    found = {name: _value(f"{where}.{name}", value) for name, value in fields.items()}
    return _called(where, kind, found)


def _value(where: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _built(where, value)
    if isinstance(value, list):
        tables = [part for part in value if isinstance(part, dict)]
        if tables and len(tables) == len(value):
            return tuple(_built(where, part) for part in value)
        return tuple(tuple(part) if isinstance(part, list) else part for part in value)
    return value


def _kind(where: str, name: object) -> type[Any]:
    """Return a type that a table may have."""
    whole = where == "model"
    known = kind_named(name) if isinstance(name, str) else None
    part = known is not None and issubclass(known, Given | Superposition)
    if known is None or not part or (name in _WHOLE) != whole:
        raise outside(f"type of {where}", name, _types(whole))
    return known


#: What a model is; all else that may be named is a part of one.
_WHOLE = ("Parameters", "Model")


def _types(whole: bool) -> str:
    return " or ".join(_WHOLE) if whole else "that of a part of a model, such as Contact"


def _called(where: str, kind: Any, fields: Mapping[str, Any]) -> Any:
    """Return what a call makes; in one line what is wrong with its arguments."""
    try:
        return kind(**fields)
    except ValueError as error:
        raise ValueError(f"{where}: {_line(error)}") from None
    except (TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
        raise ValueError(f"{where} is outside its domain ({_line(error)})") from None


def _known(where: str, table: Mapping[str, Any], names: Any) -> None:
    for name in table:
        if name not in names:
            of = f" of {where}" if where else ""
            raise ValueError(f"there is no {name!r}{of}; there are {', '.join(names)}")


def _line(error: BaseException) -> str:
    """Return the first line of what an error says."""
    return (str(error).splitlines() or [type(error).__name__])[0]
