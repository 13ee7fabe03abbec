"""Formulas drawn with characters, in lines no wider than a terminal.

The converter of the report reads LaTeX; what it makes of it, MathML, is drawn box by box.  What is
too wide is broken before relations, signs and factors, within brackets where it has to be.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from numerics.cli.boxes import (
    Box,
    centred,
    fence,
    joined,
    limits,
    one_line,
    scripted,
    stacked,
    text,
)

_OPENING, _CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "〈": "〉"}, set(")]}⟩〉")
#: What a line may be broken before: relations, and signs between terms.
_RELATIONS = set("=≃≈≡≠<>≤≥≪≫→∼∝⇒≲≳∈")
_SIGNS = set("+-−±∓")
_SPACED = _RELATIONS | _SIGNS | set("×·⋅∗∘")
#: Signs that stand for others in MathML.
_PLAIN = str.maketrans({"−": "-", "∣": "|", "ˆ": "^", "˜": "~", "¯": "‾", "∗": "*", " ": " "})
#: A name below that has no small letters, before which a letter needs a space.
_NAMED = re.compile(r"_\w+$")
#: How far what goes on is indented; with room for a sign or a bracket.
_INDENT = 4
_MARGIN = _INDENT + 4
_SCRIPTS = {"msub": ("sub",), "msup": ("sup",), "msubsup": ("sub", "sup")}
#: What has its limits below and above.
_BIG = set("∑∏")


def drawn(latex: str, width: int) -> str:
    r"""Return an equation drawn with characters, in LaTeX if it cannot be read.

    Parameters
    ----------
    latex : str
        Without dollar signs.
    width : int
        The most characters in a line.

    Examples
    --------
    >>> print(drawn(r"x^{2} + \frac{y_{1}}{2} = \sqrt{z}", 40))
         y₁    _
    x² + ── = √z
         2
    """
    from numerics.report.mathml import mathml

    root = ElementTree.fromstring(mathml(latex, display=False))
    if root.tag != "math":
        return textwrap.fill(latex, width)
    lines = [joined(line) for line in _filled(_pieces(root, width), width)]
    tall = any(len(line.lines) > 1 for line in lines)
    texts = ["\n".join(x.rstrip() for x in line.lines) for line in lines]
    return ("\n\n" if tall else "\n").join(texts)


def _filled(pieces: Iterable[Box], width: int) -> Iterator[list[Box]]:
    """Yield the boxes of each line, as many as there is room for."""
    line: list[Box] = []
    for piece in pieces:
        if line and sum(x.width for x in line) + piece.width > width:
            yield line
            line = [text(" " * _INDENT)]
        line.append(piece)
    yield line


# What a line may be broken between ----------------------------------------------------------------


def _pieces(node: Element, width: int) -> Iterator[Box]:
    """Yield the boxes of a node between which a line may be broken, with room for an indent."""
    return _spread(_items(node), width)


def _spread(items: Sequence[tuple[Box, str]], width: int) -> Iterator[Box]:
    for term in _terms(items):
        whole = joined(term)
        yield from [whole] if whole.width <= width - _MARGIN else _split(term, width)


def _split(term: Sequence[Box], width: int) -> Iterator[Box]:
    """Yield the factors of a term, the first one with the sign, and parts of those too wide."""
    sign: list[Box] = []
    for item in term:
        if item is term[0] and one_line(item) in _RELATIONS | _SIGNS:
            sign = [item]
            continue
        first, *rest = [item] if item.width <= width - _MARGIN else _broken(item, width)
        yield joined([*sign, first])
        yield from rest
        sign = []
    yield from sign


class Item(Box):
    """A box that may be broken."""

    # the node it draws, or what stands between brackets
    parts: Callable[[int], Iterator[Box]] | None = None


def _broken(item: Box, width: int) -> Iterator[Box]:
    parts = getattr(item, "parts", None)
    if parts is not None:
        yield from parts(width)
        return
    # nothing to go by: columns of characters
    room = max(1, width - _MARGIN)
    for start in range(0, item.width, room):
        yield Box(tuple(line[start : start + room] for line in item.lines), item.axis)


def _item(box: Box, parts: Callable[[int], Iterator[Box]] | None = None) -> Box:
    found = Item(*box)
    found.parts = parts
    return found


def _terms(items: Sequence[tuple[Box, str]]) -> Iterator[list[Box]]:
    """Yield the boxes of terms; each but the first begins with a relation or a sign."""
    term: list[Box] = []
    for box, role in items:
        if role == "break" and term:
            yield term
            term = []
        term.append(box)
    if term:
        yield term


def _enclosed(opening: str, pieces: Iterable[Box], closing: str) -> Iterator[Box]:
    """Yield pieces with brackets of one line at the first and the last of them."""
    found = list(pieces) or [text("")]
    found[0] = joined([text(opening), found[0]])
    found[-1] = joined([found[-1], text(closing)])
    yield from found


# Rows ---------------------------------------------------------------------------------------------


def _items(node: Element) -> list[tuple[Box, str]]:
    """Return the boxes of the children of a node, each with "break" if a line may break before."""
    found, rest = _row(list(_children(node)), None)
    assert not rest
    return found


def _children(node: Element) -> Iterator[Element]:
    """Yield children, those of rows within the row as well."""
    if node.tag not in _ROWS:
        yield node
        return
    for child in node:
        yield from _children(child)


def _row(nodes: list[Element], closing: str | None) -> tuple[list[tuple[Box, str]], list[Element]]:
    """Return the boxes up to a closing bracket, and the nodes after it."""
    found: list[tuple[Box, str]] = []
    binary = False
    while nodes:
        node, *nodes = nodes
        sign = _sign(node)
        if closing is not None and _end(node) in _CLOSING:
            return found, [node, *nodes]
        if sign in _OPENING or (sign == "|" and not binary and _later_bar(nodes)):
            box, nodes = _bracket(sign, nodes)
            found.append((box, ""))
            binary = True
        elif closing == "|" and _end(node) == "|":
            return found, [node, *nodes]
        elif sign in _SPACED:
            relation = sign in _RELATIONS
            spaced = binary or relation
            shown = f" {sign} " if spaced else sign
            found.append((text(shown), "break" if spaced and sign in _RELATIONS | _SIGNS else ""))
            binary = False
        elif sign == ",":
            found.append((text(", "), ""))
            binary = False
        else:
            found += _apart(found, node)
            binary = not (node.tag == "mo" and sign not in ("!", "∞", "∂", "∇"))
    return found, []


def _apart(before: list[tuple[Box, str]], node: Element) -> Iterator[tuple[Box, str]]:
    """Yield a box, with a space before it where it or the last one is a fraction."""
    box = _box(node)
    last = before[-1][0] if before else text(" ")
    ends = last.lines[last.axis][-1:], box.lines[box.axis][:1]
    merged = "─" in ends and " " not in ends
    if merged or (ends[1].isalnum() and _NAMED.search(last.lines[last.axis])):
        yield text(" "), ""
    yield box, ""


def _later_bar(nodes: list[Element]) -> bool:
    return any(_end(node) == "|" for node in nodes)


def _end(node: Element) -> str:
    """Return the text of a node without children, or of the base of one with scripts."""
    return _sign(node[0] if node.tag in _SCRIPTS else node)


def _bracket(opening: str, nodes: list[Element]) -> tuple[Box, list[Element]]:
    """Return what stands in brackets with them, and the nodes after it."""
    closing = _OPENING.get(opening, opening)
    inner, rest = _row(nodes, closing)
    if not rest:
        # never closed
        return text(opening), nodes
    end, *rest = rest
    last = _end(end)
    content = joined([box for box, _ in inner])
    whole = joined([fence(opening, content), content, fence(last, content)])

    def parts(width: int) -> Iterator[Box]:
        return _enclosed(opening, _spread(inner, width - 2), last)

    box = _item(whole, parts)
    return _with_scripts(box, end) if end.tag in _SCRIPTS else box, rest


# Boxes --------------------------------------------------------------------------------------------


def _box(node: Element) -> Box:
    """Return a node drawn."""
    draw = _DRAWN.get(node.tag)
    if draw is not None:
        return draw(node)
    if len(node):
        return joined([box for box, _ in _items_of(node)])
    return text(_sign(node))


def _items_of(node: Element) -> list[tuple[Box, str]]:
    found, _ = _row([x for child in node for x in _children(child)], None)
    return found


def _sign(node: Element) -> str:
    """Return the text of a node without children."""
    if len(node):
        return ""
    text = (node.text or "").translate(_PLAIN)
    return "".join(_upright(letter) for letter in text)


def _upright(letter: str) -> str:
    """Return a letter of the alphabets of mathematics as a plain one."""
    import unicodedata

    return unicodedata.normalize("NFKC", letter) if ord(letter) > 0xFFFF else letter


def _fraction(node: Element) -> Box:
    over, under = (_box(child) for child in node)
    bar = text("─" * max(over.width, under.width))
    whole = stacked([over, bar, under], 1)

    def parts(width: int) -> Iterator[Box]:
        for child, before in zip(node, ("", " / "), strict=True):
            yield from _enclosed(f"{before}(", _pieces(child, width - 4), ")")

    return _item(whole, parts)


def _root(node: Element) -> Box:
    content = joined([box for box, _ in _items_of(node)])
    whole = joined([_root_sign(content), stacked([text("_" * content.width), content], 1)])

    def parts(width: int) -> Iterator[Box]:
        return _enclosed("√(", _spread(_items_of(node), width - 3), ")")

    return _item(whole, parts)


def _root_sign(content: Box) -> Box:
    height = len(content.lines)
    if height == 1:
        return text("√")
    lines = [" " * (height - k) + "╱" + " " * k for k in range(height)]
    lines[-1] = "╲" + lines[-1][1:]
    return Box(tuple(lines), content.axis)


def _script(node: Element) -> Box:
    return _with_scripts(_box(node[0]), node)


def _with_scripts(body: Box, node: Element) -> Box:
    """Draw what is below and above a base."""
    scripts = dict(zip(_SCRIPTS[node.tag], map(_box, node[1:]), strict=True))
    sub, sup = scripts.get("sub"), scripts.get("sup")
    if _sign(node[0]) in _BIG:
        return limits(body, sub, sup)
    whole = scripted(body, sub, sup)
    parts = getattr(body, "parts", None)
    if parts is None:
        return whole
    end = "".join(f"{mark}({one_line(box)})" for mark, box in (("_", sub), ("^", sup)) if box)
    return _item(whole, lambda width: _enclosed("", parts(width - len(end)), end))


def _under_over(node: Element) -> Box:
    body, *others = (_box(child) for child in node)
    words = {"munder": ("under",), "mover": ("over",), "munderover": ("under", "over")}[node.tag]
    found = dict(zip(words, others, strict=True))
    return limits(body, found.get("under"), found.get("over"))


def _table(node: Element) -> Box:
    """Draw the elements of a matrix in their rows and columns."""
    rows = [[_cell(cell) for cell in row] for row in node]
    count = max(map(len, rows))
    rows = [[*row, *[text("")] * (count - len(row))] for row in rows]
    widths = [max(row[k].width for row in rows) for k in range(count)]
    lines = []
    for row in rows:
        cells = [centred(box, size) for box, size in zip(row, widths, strict=True)]
        spaced = [x for cell in cells for x in (cell, text("  "))][:-1]
        lines.append(joined(spaced))
    tall = any(len(line.lines) > 1 for line in lines)
    if tall:
        lines = [x for line in lines for x in (line, text(""))][:-1]
    whole = stacked(lines, 0)

    def parts(width: int) -> Iterator[Box]:
        for row in node:
            for k, cell in enumerate(row):
                end = "," if k < len(row) - 1 else ";" if row is not node[-1] else ""
                yield from _enclosed("", _pieces(cell, width - 2), f"{end} " if end else "")

    return _item(Box(whole.lines, (len(whole.lines) - 1) // 2), parts)


def _cell(node: Element) -> Box:
    return joined([box for box, _ in _items_of(node)])


_ROWS = {"math", "mrow", "mstyle", "mpadded", "mtd"}
_DRAWN: dict[str, Callable[[Element], Box]] = {
    "mfrac": _fraction,
    "msqrt": _root,
    "msub": _script,
    "msup": _script,
    "msubsup": _script,
    "munder": _under_over,
    "mover": _under_over,
    "munderover": _under_over,
    "mtable": _table,
    "mspace": lambda node: text(" "),
}
