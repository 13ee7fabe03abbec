"""Text and pages in Markdown."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

#: What has a meaning in Markdown.
_SIGNS = re.compile(r"[\\`*_{}\[\]<>$|#~]")
_CODE = re.compile(r"(`[^`|]+`)")
_NUMBER = re.compile(r"\(([A-D]?\d{1,2})\)")


@dataclass(frozen=True)
class Page:
    """A page: the name of its file within the sources, and its text."""

    name: str
    text: str


def plain(text: str, numbers: Collection[str] = ()) -> str:
    r"""Return text that Markdown shows as it is, code in backticks and links to equations in it.

    Parameters
    ----------
    text : str
        Anything, on one line or several.
    numbers : collection of str
        The equations that are linked where their number stands in brackets.

    Examples
    --------
    >>> print(plain("|x_1| < 2 by (72) and (3)", ["72"]))
    \|x\_1\| \< 2 by [(72)](#eq-72) and (3)
    """
    parts = _CODE.split(" ".join(text.split()))
    escaped = "".join(p if k % 2 else _SIGNS.sub(r"\\\g<0>", p) for k, p in enumerate(parts))
    return _NUMBER.sub(
        lambda found: link(found[1]) if found[1] in numbers else found[0],
        escaped,
    )


def link(number: str) -> str:
    """Return a link to an equation of the ledger."""
    return f"[({number})](#{place(number)})"


def place(number: str) -> str:
    """Return what the place of an equation of the ledger is called."""
    return f"eq-{number.lower()}"


def toctree(*entries: str, caption: str = "", hidden: bool = False) -> str:
    """Return a table of contents.

    Parameters
    ----------
    *entries : str
        Pages, without suffix.
    caption : str
        What stands above it in the navigation.
    hidden : bool
        Whether it is in the navigation only.
    """
    options = [":maxdepth: 1", *([f":caption: {caption}"] if caption else [])]
    options += [":hidden:"] if hidden else []
    return "\n".join(("```{toctree}", *options, "", *entries, "```", ""))
