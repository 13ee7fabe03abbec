"""HTML from nested calls: what is not markup already is escaped on its way in."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TypeAlias

#: Elements without an end tag.
_VOID = frozenset({"input", "img", "meta", "br", "hr"})


class Html(str):
    """Markup; any other string is text, which `element` and `join` escape."""

    __slots__ = ()


#: What can stand within an element.
Content: TypeAlias = "str | Html | Iterable[Content]"


def safe(content: Content) -> Html:
    """Return content as markup: text escaped, sequences joined.

    Examples
    --------
    >>> safe(["1 < 2, ", Html("<br>")])
    '1 &lt; 2, <br>'
    """
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return Html(html.escape(content))
    return Html("".join(safe(part) for part in content))


def element(tag: str, *contents: Content, **attributes: str | bool | None) -> Html:
    """Return an element.

    Parameters
    ----------
    tag : str
        Its name.
    *contents
        Text, markup, or sequences of either.
    **attributes
        `class_` stands for class, `data_status` for data-status; True is an attribute without
        value, False and None none at all.

    Examples
    --------
    >>> element("p", "a & b", class_="note", hidden=True)
    '<p class="note" hidden>a &amp; b</p>'
    """
    words = []
    for name, value in attributes.items():
        shown = name.rstrip("_").replace("_", "-")
        if value is True:
            words.append(f" {shown}")
        elif value is not None and value is not False:
            words.append(f' {shown}="{html.escape(value)}"')
    start = f"<{tag}{''.join(words)}>"
    return Html(start if tag in _VOID else f"{start}{safe(contents)}</{tag}>")
