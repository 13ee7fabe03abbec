"""Builds the site: `python -m numerics.site FOLDER [--workers N] [--from FOLDER]`."""

from __future__ import annotations

import argparse
import io
import itertools
import os
import re
import shutil
import sys
from pathlib import Path

from numerics.cli.lines import Lines
from numerics.report import collect
from numerics.report.data import ReportData
from numerics.site.links import broken
from numerics.site.pages import EXTRA, write
from numerics.tasks.processes import worker_pool
from numerics.tasks.promises import Crew

#: What makes text coloured on a terminal.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ROOT = Path(__file__).resolve().parents[2]


def build(sources: Path, output: Path) -> list[str]:
    """Make HTML of the sources of the site; return what Sphinx complains of, and broken links.

    Parameters
    ----------
    sources : Path
        Written by `numerics.site.pages.write`.
    output : Path
        The site, made anew.

    Raises
    ------
    ImportError
        If Sphinx, which comes with the extra `docs`, is not installed.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    sources = sources.resolve()
    shutil.rmtree(output, ignore_errors=True)
    complaints = io.StringIO()
    with docutils_namespace():
        site = Sphinx(
            srcdir=sources,
            confdir=Path(__file__).parent,
            outdir=output,
            doctreedir=sources.with_name(f"{sources.name}-read"),
            buildername="html",
            confoverrides={"html_extra_path": [str(sources / EXTRA)], "exclude_patterns": [EXTRA]},
            status=None,
            warning=complaints,
            freshenv=True,
        )
        site.build(force_all=True)
    return [*_COLOUR.sub("", complaints.getvalue()).splitlines(), *broken(output)]


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m numerics.site", description=__doc__)
    parser.add_argument("output", type=Path, help="folder of the site; made anew")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes that share the work"
    )
    parser.add_argument(
        "--from", dest="folder", type=Path, help="of nambu reproduce; figures there are not drawn"
    )
    options = parser.parse_args()
    if options.folder is not None and not options.folder.is_dir():
        parser.error(f"--from {options.folder}: there is no such folder")
    if not (ROOT / "README.md").is_file():
        parser.error(f"the site is made of a repository: there is no {ROOT / 'README.md'}")
    data = _collected(options.workers, options.folder)
    sources = options.output.with_name(f"{options.output.name}-sources")
    write(ROOT, sources, data, sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")))
    wrong = [*data.failures, *build(sources, options.output)]
    print("\n".join(wrong or [f"written: {options.output / 'index.html'}"]))
    return 1 if wrong else 0


def _collected(workers: int, folder: Path | None) -> ReportData:
    """Check the equations, and compute and draw the figures; say now and then how far it is."""
    chosen = collect.settings(reused=folder is not None)
    total, lines, numbers = collect.pieces(folder, chosen.full), Lines(), itertools.count(1)

    def tell(name: str) -> None:
        number = next(numbers)
        lines(lambda: f"{number} of {total} pieces: {name}")

    with worker_pool(workers) as executor:
        return collect.collect(chosen, folder, Crew(executor, tell))


if __name__ == "__main__":
    sys.exit(main())
