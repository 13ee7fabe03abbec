"""The links of a folder of HTML files: whether each leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Attributes that hold an address.
_ADDRESSES = ("href", "src")
#: What can be told of an address that leads out of the folder.
_OUTSIDE = ("https", "http")


class _Page(HTMLParser):
    """The addresses in a page, and the places in it that they can name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = {"", "top"}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names and where it leads."""
        for name, value in attrs:
            if name in _ADDRESSES:
                self.links.append(value or "")
            elif name == "id" or (name == "name" and tag == "a"):
                self.places.add(value or "")


def broken(folder: Path) -> list[str]:
    """Return a line for each link that leads nowhere, in the order of pages.

    Links within the folder must lead to a file, and to a place in it; others must be addresses.

    Parameters
    ----------
    folder : Path
        With HTML files in it.
    """
    folder = folder.resolve()
    pages = {
        path: _Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))
    }
    return [
        f"{path.relative_to(folder)}: {link!r} {wrong}"
        for path, page in pages.items()
        for link in dict.fromkeys(page.links)
        for wrong in _wrong(path, link, folder, pages)
    ]


def _wrong(path: Path, link: str, folder: Path, pages: dict[Path, _Page]) -> Iterator[str]:
    """Yield what is wrong with a link."""
    parts = urlsplit(link)
    if parts.scheme == "data":
        return
    if parts.scheme == "mailto":
        if "@" not in parts.path:
            yield "is no address"
        return
    if parts.scheme or parts.netloc:
        if parts.scheme not in _OUTSIDE or "." not in parts.netloc or " " in link:
            yield "is no address"
        return
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(folder) or not target.is_file():
        yield "leads to no file of the site"
    elif target in pages and unquote(parts.fragment) not in pages[target].places:
        yield "leads to no place of its page"
