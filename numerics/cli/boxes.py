"""Boxes of characters: beside and above each other, in brackets, small beside a base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: Letters below and above a base that fit into its line.
_SUB = str.maketrans(
    "0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"
)
_SUP = str.maketrans("0123456789+-=()niRAKT*†′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᴿᴬᴷᵀ*†′")
#: Brackets of several lines: at the top, between, at the bottom.
_TALL = {
    "(": "⎛⎜⎝", ")": "⎞⎟⎠", "[": "⎡⎢⎣", "]": "⎤⎥⎦", "{": "⎧⎪⎩", "}": "⎫⎪⎭", "|": "│││",
}  # fmt: skip


class Box(NamedTuple):
    """Lines of one width; the axis is that of fractions, signs and letters beside it."""

    lines: tuple[str, ...]
    axis: int = 0

    @property
    def width(self) -> int:
        """The width in characters."""
        return len(self.lines[0])


def text(line: str) -> Box:
    """Return a line as a box."""
    return Box((line,))


def joined(boxes: Sequence[Box]) -> Box:
    """Return boxes beside each other, on one axis."""
    above = max((box.axis for box in boxes), default=0)
    below = max((len(box.lines) - box.axis for box in boxes), default=1)
    lines = [""] * (above + below)
    for box in boxes:
        for k in range(above + below):
            at = k - above + box.axis
            lines[k] += box.lines[at] if 0 <= at < len(box.lines) else " " * box.width
    return Box(tuple(lines), above)


def stacked(boxes: Sequence[Box], main: int) -> Box:
    """Return boxes above each other, in the middle, with the axis of one of them."""
    width = max(box.width for box in boxes)
    lines = [line.center(width) for box in boxes for line in box.lines]
    return Box(tuple(lines), sum(len(box.lines) for box in boxes[:main]) + boxes[main].axis)


def centred(box: Box, width: int) -> Box:
    """Return a box in the middle of a width."""
    return Box(tuple(line.center(width) for line in box.lines), box.axis)


def fence(sign: str, content: Box) -> Box:
    """Return a bracket as high as what it encloses."""
    height = len(content.lines)
    if height == 1 or sign not in _TALL:
        return text(sign)
    top, middle, bottom = tuple(_TALL[sign])
    return Box((top, *[middle] * (height - 2), bottom), content.axis)


def limits(body: Box, under: Box | None, over: Box | None) -> Box:
    """Return a box with what stands in the middle below and above it."""
    boxes = [over, body, under]
    found = [box for box in boxes if box is not None]
    return stacked(found, found.index(body) if over is None else 1)


def scripted(body: Box, sub: Box | None, sup: Box | None) -> Box:
    """Return a base with what is below and above it at its end, small if there are such letters."""
    below, above = _small(sub, "sub"), _small(sup, "sup")
    if len(body.lines) == 1 and None not in (below, above):
        return text(f"{body.lines[0]}{below}{above}")
    width = max(box.width for box in (sub, sup) if box is not None)
    lines = [line.ljust(body.width + width) for line in body.lines]
    over, under = (
        [" " * body.width + line.ljust(width) for line in box.lines] if box else []
        for box in (sup, sub)
    )
    return Box((*over, *lines, *under), len(over) + body.axis)


def one_line(box: Box) -> str:
    """Return the lines of a box one after the other."""
    return " ".join(line.strip() for line in box.lines)


def _small(box: Box | None, word: str) -> str | None:
    """Return what stands below or above a base in the base's line; None if it cannot."""
    if box is None:
        return ""
    found, letters = box.lines[0].replace(" ", ""), _SUB if word == "sub" else _SUP
    if len(box.lines) > 1:
        return None
    if all(ord(letter) in letters for letter in found):
        return found.translate(letters)
    return f"_{found}" if word == "sub" and found.isalnum() else None
