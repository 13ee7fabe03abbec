"""How values are shown: in a few lines of text, as a table in HTML, as formulas.

Everything is told field by field, in the same way for all of them: a number with the digits that
its error leaves and its unit, an array by its size and range, values within it by their number.
"""

from __future__ import annotations

import dataclasses
import html as markup
import math
import numbers
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from numerics.quantities import quantity

__all__ = ["as_call", "as_html", "as_latex", "as_text"]

#: A text is at most so wide and so long, and an array of so many elements is written out.
_WIDTH, _LINES, _FEW = 100, 8, 4
#: Longest text within a line, and longest list of values that is a table of its own in HTML.
_LONGEST, _TABLE = 70, 24
#: Digits of a number without an error, and the most of one with an error.
_DIGITS, _MOST_DIGITS = 6, 10
#: Fields with the errors of others, which are told beside these: of which, or by type of which.
_ERRORS: dict[str, tuple[str, ...]] = {
    "SteadyState": ("gap", "mu", "mu_b"),
    "Boundary": ("value",),
    "StabilityEdge": ("value",),
    "GrowthRate": ("rate",),
    "LaserThreshold": ("loss",),
}
#: Fields with an error of their own, not told where both are zero.
_UNLESS_ZERO = {"tilt"}
#: What is told of results besides their fields.
_ALSO = {"CollectiveModes": ("verdict",), "Verification": ("holds",)}


#: How elements of an array are written.
_ELEMENTS: Any = dict.fromkeys(("float_kind", "complex_kind"), "{:.4g}".format)


class Row(NamedTuple):
    """What is told of a field."""

    name: str
    value: str
    error: str = ""
    unit: str = ""

    def __str__(self) -> str:
        """Return it in a line."""
        error = f" ± {self.error}" if self.error else ""
        return f"{self.name} = {self.value}{error} {self.unit}".rstrip()


#: Arguments of which one is given, or none.
_EITHER = ("inv_kfa", "binding")


def as_text(value: Any) -> str:
    """Return a few lines that tell a result."""
    indent = " " * 4
    value, heading = _told(value)
    lines = [_clipped(heading, _WIDTH)]
    items = [_clipped(str(row), _WIDTH - len(indent) - 1) for row in _rows(value)]
    line = ""
    for item, after in zip(items, [*items[1:], None], strict=True):
        line += item if after is None else f"{item}, "
        if after is None or len(indent) + len(line) + len(after) + 1 > _WIDTH:
            lines.append(indent + line.rstrip())
            line = ""
    if len(lines) > _LINES:
        lines[_LINES - 1 :] = [f"{indent}…"]
    return "\n".join(lines)


def as_call(value: Any) -> str:
    """Return what is given as the call that makes it, all digits of its numbers; a few lines."""
    text = _call(value)
    lines = textwrap.wrap(text, _WIDTH, subsequent_indent=" " * 4, break_on_hyphens=False)
    if len(lines) > _LINES:
        lines[_LINES - 1 :] = ["    …"]
    return "\n".join(lines)


def as_html(value: Any) -> str:
    """Return a table, and one more for each list of values within; everything is escaped."""
    head = ("", "", "value", "error", "unit")
    value, heading = _told(value)
    body = []
    for row in _rows(value):
        known = quantity(row.name, type(value).__name__)
        words = known.words if known.symbol == row.name else f"{known.words} {known.symbol}"
        body.append((row.name, words, row.value, row.error, row.unit))
    tables = [_table(heading, head, body)]
    for name, part in _fields(value):
        if _is_list(part) and part and type(part[0]).__name__ != "SteadyState":
            columns = [row.name for row in _rows(part[0])]
            rows = [[row.value for row in _rows(x)] for x in part[:_TABLE]]
            caption = name if len(part) <= _TABLE else f"{name}: {_TABLE} of {len(part)}"
            tables.append(_table(caption, columns, rows))
    return "\n".join(tables)


def as_latex(value: Any) -> str | None:
    """Return symbols and values as a formula; None for what has none."""
    lines = list(_formulas(value, ""))
    if not lines:
        return None
    return "$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$"


# Text ---------------------------------------------------------------------------------------------


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    names = getattr(value, "_fields", None) or [f.name for f in dataclasses.fields(value)]
    for name in names:
        yield name, getattr(value, name)


def _told(value: Any) -> tuple[Any, str]:
    """Return what is told of a value, and the heading: that of what a FullResult is about."""
    inner = getattr(value, "value", None)
    if type(value).__name__ == "FullResult" and dataclasses.is_dataclass(inner):
        return inner, f"FullResult of {_heading(inner)}"
    return value, _heading(value)


def _heading(value: Any) -> str:
    """Return the type, and the parameters where a result knows them."""
    state = getattr(value, "state", value)
    model = getattr(state, "parameters", None)
    words = [f"{name} = {_number(x)}" for name, x in _fields(model)] if _is_flat(model) else []
    if model is not None and not words:
        words = [model.words()]
    return f"{type(value).__name__}: {', '.join(words)}" if words else type(value).__name__


def _is_flat(value: Any) -> bool:
    """Tell whether a value has nothing but real numbers."""
    return dataclasses.is_dataclass(value) and all(
        isinstance(x, numbers.Real) for _, x in _fields(value)
    )


def _rows(value: Any) -> list[Row]:
    """Return what is told of the fields of a value."""
    kind, found = type(value).__name__, []
    fields = dict(_fields(value))
    errors: dict[str, Any] = {}
    own = fields.get("error")
    if kind in _ERRORS:
        errors = dict(zip(_ERRORS[kind], own if isinstance(own, tuple) else (own,), strict=False))
    elif dataclasses.is_dataclass(own):
        errors = {name: np.max(np.abs(x), initial=0.0) for name, x in _fields(own)}
    if errors:
        del fields["error"]
    for name in _UNLESS_ZERO & fields.keys():
        errors[name] = fields.pop(f"{name}_error")
        if fields[name] == errors[name] == 0:
            del fields[name]
    fields |= {name: getattr(value, name) for name in _ALSO.get(kind, ())}
    for name, x in fields.items():
        if name in ("parameters", "state"):
            continue
        unit = quantity(name, kind).unit if _has_numbers(x) else ""
        error = errors.get(name)
        told = _number(x, error) if _is_number(x) else _summary(x)
        bound = "" if not _is_number(error) else f"{error:.1g}"
        found.append(Row(name, told, bound, unit))
    return found


def _is_number(x: object) -> bool:
    return isinstance(x, numbers.Number) and not isinstance(x, bool | np.bool_)


def _has_numbers(x: object) -> bool:
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "fc"
    if isinstance(x, tuple):
        return bool(x) and all(map(_has_numbers, x))
    return isinstance(x, float | complex | np.floating | np.complexfloating)


def _number(x: Any, error: Any = None) -> str:
    """Return a number with the digits that its error leaves."""
    if isinstance(x, numbers.Integral):
        return str(int(x))
    digits, size = _DIGITS, abs(x)
    if _is_number(error) and 0 < error < size < math.inf:
        # to the last digit that the error does not reach
        digits = math.floor(math.log10(size)) - math.floor(math.log10(error)) + 1
        digits = min(max(digits, 1), _MOST_DIGITS)
    return f"{x:.{digits}g}"


def _clipped(text: str, width: int) -> str:
    """Return a text in one line of printable characters, shortened to a width."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= width else f"{line[: width - 2]} …"


def _is_list(x: object) -> bool:
    """Tell whether something is a tuple of results."""
    return (
        isinstance(x, tuple)
        and not hasattr(x, "_fields")
        and all(dataclasses.is_dataclass(part) for part in x)
    )


def _summary(x: Any) -> str:
    """Return what is told of something that is no number."""
    match x:
        case None:
            return "none"
        case str():
            return _clipped(x, _LONGEST)
        case bool():
            return str(x)
        case np.ndarray():
            return _array(x)
        case Mapping():
            return _clipped(", ".join(map(_short, x)), _LONGEST) or "none"
        case tuple() if not hasattr(x, "_fields"):
            return _clipped(_tuple(x), _LONGEST) if x else "none"
    return type(x).__name__


def _short(x: Any) -> str:
    return _number(x) if _is_number(x) else str(x)


def _array(x: np.ndarray[Any, Any]) -> str:
    """Return an array of few elements, or the size and the range of a larger one."""
    if isinstance(x, np.ma.MaskedArray):
        return f"{_shape(x)}, {_array(x.compressed())}" if x.count() < x.size else _array(x.data)
    if x.size == 0:
        return "none"
    if x.dtype.kind == "b":
        return f"{int(x.sum())} of {x.size} true"
    if x.dtype.kind not in "iufc":
        return ", ".join(f"{n} {text}" for text, n in Counter(map(str, x.ravel())).most_common())
    if x.size <= _FEW:
        return " ".join(np.array2string(x, separator=", ", formatter=_ELEMENTS).split())
    if x.dtype.kind == "c":
        return f"{_shape(x)}, Re {_range(x.real)}, Im {_range(x.imag)}"
    return f"{_shape(x)}, {_range(x)}"


def _shape(x: np.ndarray[Any, Any]) -> str:
    return f"{'×'.join(map(str, x.shape))} values"


def _range(x: np.ndarray[Any, Any]) -> str:
    known = x[~np.isnan(x)]
    return f"{_number(known.min())} to {_number(known.max())}" if known.size else "all nan"


def _tuple(x: Sequence[Any]) -> str:
    """Return numbers and texts one by one; of values their number."""
    if all(isinstance(part, tuple) and not hasattr(part, "_fields") for part in x):
        if all(_is_number(n) for part in x for n in part):
            return ", ".join(f"({', '.join(map(_number, part))})" for part in x)
        return f"{', '.join(str(len(part)) for part in x)} {_kinds(p for part in x for p in part)}"
    if all(_is_number(part) for part in x):
        return f"({', '.join(map(_number, x))})"
    if all(isinstance(part, str) for part in x):
        return ", ".join(x)
    here = sum(part is not None for part in x)
    return f"{here} of {len(x)} {_kinds(x)}" if here < len(x) else f"{len(x)} {_kinds(x)}"


def _kinds(parts: Iterable[Any]) -> str:
    return " and ".join(sorted({type(part).__name__ for part in parts if part is not None}))


def _call(value: Any) -> str:
    """Return the call that makes a value, without what a coupling is not given by."""
    given = [(n, x) for n, x in _fields(value) if not (x is None and n in _EITHER)]
    parts = (f"{name}={_argument(x)}" for name, x in given)
    return f"{type(value).__name__}({', '.join(parts)})"


def _argument(x: Any) -> str:
    """Return an argument of such a call; what is no part of a model is shortened."""
    if isinstance(x, tuple) and not hasattr(x, "_fields"):
        inner = ", ".join(map(_argument, x))
        return f"({inner},)" if len(x) == 1 else f"({inner})"
    if not dataclasses.is_dataclass(x):
        return _clipped(repr(x), _LONGEST)
    # parts of a model are calls as well
    return " ".join(repr(x).split()) if hasattr(x, "_repr_latex_") else f"<{type(x).__name__}>"


# HTML and TeX -------------------------------------------------------------------------------------


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{markup.escape(c)}</{tag}>" for c in cells) + "</tr>"

    return "\n".join(
        [
            "<table>",
            f"<caption>{markup.escape(caption)}</caption>",
            f"<thead>{line('th', head)}</thead>",
            "<tbody>",
            *(line("td", row) for row in rows),
            "</tbody>",
            "</table>",
        ]
    )


def _formulas(value: Any, index: str) -> Iterator[str]:
    """Yield an equation for each number of a value that has a symbol, those within it included."""
    kind = type(value).__name__
    for name, x in _fields(value):
        if dataclasses.is_dataclass(x):
            yield from _formulas(x, index)
        elif _is_list(x):
            for part in x:
                yield from _formulas(part, getattr(part, "name", ""))
        known, found = quantity(name, kind), x if isinstance(x, tuple) else (x,)
        if known.latex and found and all(isinstance(n, numbers.Real) for n in found):
            symbol = rf"{known.latex}_{{\mathrm{{{_tex(index)}}}}}" if index else known.latex
            unit = rf"\,{known.latex_unit}" if known.unit and all(map(math.isfinite, found)) else ""
            told = ",\\ ".join(_tex_number(float(n)) for n in found)
            yield f"{symbol} &= {told if len(found) == 1 else f'({told})'}{unit}"


def _tex_number(x: float) -> str:
    if not math.isfinite(x):
        return {math.inf: r"\infty", -math.inf: r"-\infty"}.get(x, r"\mathrm{NaN}")
    mantissa, _, exponent = f"{x:.{_DIGITS}g}".partition("e")
    return rf"{mantissa}\times 10^{{{int(exponent)}}}" if exponent else mantissa


def _tex(text: str) -> str:
    """Return a text with what TeX would read otherwise escaped."""
    return "".join(rf"\{c}" if c in "_#$%&{}" else c for c in text if c not in "\\^~")
