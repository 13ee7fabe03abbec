"""`nambu reproduce`: derive, check, solve, draw, and write it all into a folder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from numerics.checks import limits as checks
from numerics.checks import paper_table
from numerics.cli import ledger_table
from numerics.cli.lines import bar
from numerics.cli.options import print_json, print_table, whole_number
from numerics.cli.paper_table import show
from numerics.domain import choices
from numerics.figures import jobs as figure_jobs
from numerics.figures.jobs import FigureJob
from numerics.tables import save_table
from numerics.tasks.processes import worker_pool
from numerics.tasks.workers import MOST_WORKERS

#: Of tables whose rows are about models of their own.
_SEVERAL = {"parameters": "those that each row names, or any"}


def reproduce(
    *,
    output: Annotated[Path, Parameter(help="Folder that is written into.")] = Path("reproduced"),
    full: Annotated[
        bool, Parameter(help="Finer grids: some ten minutes instead of two.", negative="")
    ] = False,
    workers: Annotated[
        int | None, Parameter(help="Processes for what can be divided; one per core by default.")
    ] = None,
    only: Annotated[
        list[str] | None,
        Parameter(help="A figure's name; nothing but the figures that are named is done."),
    ] = None,
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative="")] = False,
) -> int:
    """Derive everything again, check it, compare with the paper, and draw its figures.

    Writes checks.csv, ledger.csv (every numbered equation, checked), paper.csv (the paper's numbers
    beside the computed ones), and for each figure a table (CSV) and pictures (PNG, SVG).
    The exit status is 1 if a check fails.

    Example: nambu reproduce --output reproduced
    Example: nambu reproduce --only fig05 --only film_diagram --full
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    whole_number("workers", workers, 1, MOST_WORKERS)
    figures = _named(only)
    output.mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()
    results: list[checks.Check] = []
    files: list[Path] = []
    paper: list[paper_table.PaperTable] = []
    equations: list[ledger_table.LedgerTable] = []
    drawn: dict[str, Any] = {}

    def check(group: checks.Group) -> Callable[[], None]:
        return lambda: results.extend(checks.run(group))

    def draw(job: FigureJob, executor: Executor | None) -> Callable[[], None]:
        return lambda: files.extend(job.run(output, drawn, full=full, executor=executor))

    with worker_pool(workers) as executor:
        jobs: list[tuple[str, Callable[[], object]]] = []
        if not only:
            jobs += [(name, check(group)) for name, group in checks.GROUPS]
            jobs.append(("the ledger", lambda: equations.append(ledger_table.check(executor))))
            jobs.append(("the paper's numbers", lambda: paper.append(paper_table.compare())))
        jobs += [(job.title, draw(job, executor)) for job in figures]
        _run(jobs, quiet=json or not sys.stderr.isatty())
    if only:
        return _only_figures(output, files, time.perf_counter() - begin, json=json)
    ledger = equations[0]
    files[:0] = [
        _save_checks(output, results),
        save_table(output / "ledger.csv", ledger_table.COLUMNS, ledger.rows(), _SEVERAL),
        save_table(output / "paper.csv", paper_table.COLUMNS, paper[0].rows(), paper[0].model()),
    ]

    seconds = time.perf_counter() - begin
    failed = [result for result in results if not result.holds]
    if json:
        print_json(
            {
                "checks": [
                    {
                        "statement": r.statement,
                        "deviation": r.deviation,
                        "bound": r.bound,
                        "holds": r.holds,
                    }
                    for r in results
                ],
                "ledger": ledger.mapping(),
                "paper": paper[0].mapping(),
                "files": [str(path) for path in files],
                "seconds": round(seconds, 3),
            }
        )
    else:
        rows = [
            (r.statement, f"{r.deviation:.2g}", f"{r.bound:.2g}", "holds" if r.holds else "FAILS")
            for r in results
        ]
        print_table("Checks", ("statement", "deviation", "bound", "verdict"), rows)
        show(paper[0])
        ledger.show()
        print(f"{len(results) - len(failed)} of {len(results)} checks hold; {seconds:.1f} s")
        _show_files(output, files)
    return 0 if ledger.holds and not failed else 1


def _named(only: list[str] | None) -> list[FigureJob]:
    """Return the figures of some names, or all of them."""
    names = [job.name for job in figure_jobs.JOBS]
    wanted = choices("only", only or names, names)
    return [job for job in figure_jobs.JOBS if job.name in wanted]


def _only_figures(folder: Path, files: list[Path], seconds: float, *, json: bool) -> int:
    """Say what was written where nothing was checked."""
    if json:
        print_json({"files": [str(path) for path in files], "seconds": round(seconds, 3)})
    else:
        _show_files(folder, files)
    return 0


def _show_files(folder: Path, files: list[Path]) -> None:
    print(f"written into {folder}: " + ", ".join(path.name for path in files))


def _run(jobs: list[tuple[str, Callable[[], object]]], *, quiet: bool) -> None:
    """Run jobs one after the other, with a progress bar on a terminal."""
    with bar(quiet=quiet) as progress:
        task = progress.add_task("", total=len(jobs))
        for name, job in jobs:
            progress.update(task, description=f"{name:42}")
            job()
            progress.advance(task)


def _save_checks(folder: Path, results: list[checks.Check]) -> Path:
    rows = [(r.statement, r.deviation, r.bound, r.holds) for r in results]
    columns = ("statement", "deviation", "bound", "holds")
    return save_table(folder / "checks.csv", columns, rows, _SEVERAL)
