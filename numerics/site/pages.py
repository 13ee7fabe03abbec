"""Writes the sources of all pages into a folder, as Sphinx reads them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from numerics.cli.app import application
from numerics.report.data import ReportData
from numerics.report.equations import derivation
from numerics.report.page import render
from numerics.site import gallery, ledger, reference
from numerics.site.markdown import Page, toctree

#: Texts that are pages as they are, under the names that they link each other by.
TEXTS = ("CONVENTIONS.md", "CHANGELOG.md", "CONTRIBUTING.md")
#: Where the pictures are that the README shows.
_PICTURES = "numerics/figures/gallery"
#: What is copied into the site as it is.
EXTRA = "extra"

_NOTEBOOKS = """\
# Notebooks

Executed, with their outputs as they are kept in the repository; `make notebooks` executes them
again. They are also there as text, to be edited, in `notebooks/`.

"""
_REPORT = """\
# The report

`nambu report` writes everything on one page that needs nothing else: the derivations, the ledger,
the figures, and the phase diagram to explore. This is what it wrote for this site;
<a href="demonstration/report.html">open it alone</a>.

<iframe class="demonstration" src="demonstration/report.html" title="The report"></iframe>
"""


def write(
    root: Path,
    folder: Path,
    data: ReportData,
    notebooks: Sequence[Path],
    steps: ledger.Steps = derivation,
) -> None:
    """Write the sources of the site.

    Parameters
    ----------
    root : Path
        The repository.
    folder : Path
        Written anew.
    data : ReportData
        Checked equations and drawn figures.
    notebooks : sequence of Path
        Executed notebooks, in their order.
    steps : callable
        Gives the derivation of an equation by its number.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / _PICTURES, folder / _PICTURES)
    for path in notebooks:
        _put(folder / "notebooks" / path.name, path.read_text(encoding="utf-8"))
    for page in (
        *_texts(root, [path.stem for path in notebooks]),
        *reference.pages(),
        *ledger.pages(data, steps),
        *gallery.pages(data, folder / EXTRA),
    ):
        _put(folder / page.name, page.text)
    _put(folder / EXTRA / "demonstration" / "report.html", render(data, "../index.html"))


def _texts(root: Path, notebooks: Sequence[str]) -> Iterator[Page]:
    """Yield what is not made of docstrings, records or figures."""
    for name in TEXTS:
        yield Page(name, (root / name).read_text(encoding="utf-8"))
    # the README, with the navigation of the site
    readme = (root / "README.md").read_text(encoding="utf-8")
    contents = {
        "Read": ("CONVENTIONS", "notebooks", "gallery", "report"),
        "Look up": (
            "ledger",
            "reference/numerics",
            "reference/derive",
            "command_line",
            "Index <genindex>",
        ),
        "Project": ("CHANGELOG", "CONTRIBUTING"),
    }
    trees = [toctree(*names, caption=title, hidden=True) for title, names in contents.items()]
    yield Page("index.md", "\n".join((readme, *trees)))
    yield Page("notebooks.md", _NOTEBOOKS + toctree(*(f"notebooks/{n}" for n in notebooks)))
    yield Page("report.md", _REPORT)
    # with the commands of `scan`, which are imported when it is called
    commands = application("scan").generate_docs()
    yield Page("command_line.md", commands.replace("# nambu\n", "# The command line\n", 1))


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
