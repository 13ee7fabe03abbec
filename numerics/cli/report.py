"""`nambu report`: everything on one HTML page that needs nothing else."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from numerics.cli.lines import Lines, bar
from numerics.cli.options import Json, print_json, whole_number
from numerics.tasks.processes import worker_pool
from numerics.tasks.workers import MOST_WORKERS


def report(
    *,
    output: Annotated[Path, Parameter(help="The page; overwritten.")] = Path("report.html"),
    folder: Annotated[
        Path | None,
        Parameter(name="--from", help="Folder of `nambu reproduce`, whose figures are taken."),
    ] = None,
    full: Annotated[
        bool, Parameter(help="Finer grids: many minutes instead of some.", negative="")
    ] = False,
    workers: Annotated[
        int | None, Parameter(help="Processes that share the work; one per core by default.")
    ] = None,
    json: Json = False,
) -> int:
    """Write derivations, ledger, numbers, figures and the phase diagram as one HTML page.

    The page loads nothing from elsewhere, and the same input gives the same bytes. The exit status
    is 1 if something on the page fails; the page is written nevertheless, and says what.

    Example: nambu report --output report.html
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    whole_number("workers", workers, 1, MOST_WORKERS)
    if folder is not None and not folder.is_dir():
        raise ValueError(f"--from {folder}: there is no such folder")
    if output.is_dir():
        raise ValueError(f"--output {output} is a folder")
    from numerics.report import collect
    from numerics.report.page import render
    from numerics.tasks.promises import Crew

    begin = time.perf_counter()
    chosen = collect.settings(full=full, reused=folder is not None)
    with (
        worker_pool(workers) as executor,
        _progress(collect.pieces(folder, full), quiet=json) as count,
    ):
        data = collect.collect(chosen, folder, Crew(executor, count))
    content = render(data).encode()
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(content)
    seconds, failures = time.perf_counter() - begin, data.failures
    if json:
        print_json(
            {
                "file": str(output),
                "bytes": len(content),
                "equations": len(data.equations),
                "figures": len(data.pictures),
                "states": len(data.diagram.samples),
                "failures": list(failures),
                "seconds": round(seconds, 3),
            }
        )
    else:
        for failure in failures:
            print(failure)
        print(f"written: {output}, {len(content) / 1e6:.1f} MB; {seconds:.1f} s")
    return 1 if failures else 0


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Provide what to call when a piece is done: a bar on a terminal, else lines now and then."""
    if not sys.stderr.isatty():
        lines, numbers = Lines(), itertools.count(1)

        def tell(name: str) -> None:
            number = next(numbers)
            if not quiet:
                lines(lambda: f"{number} of {total} pieces: {name}")

        yield tell
        return
    with bar(quiet=quiet) as progress:
        task = progress.add_task(f"{'':28}", total=total)
        yield lambda name: progress.update(task, advance=1, description=f"{name:28}")
