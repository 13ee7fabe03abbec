"""`nambu reproduce`: derive, check, solve, draw, and write it all into a folder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

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
from numerics.tasks.promises import Crew
from numerics.tasks.workers import MOST_WORKERS

#: Of tables whose rows are about models of their own.
_SEVERAL = {"parameters": "those that each row names, or any"}


def reproduce(
    *,
    output: Annotated[Path, Parameter(help="Folder that is written into.")] = Path("reproduced"),
    quick: Annotated[bool, Parameter(help="Coarser grids, for a first look.", negative="")] = False,
    workers: Annotated[
        int | None, Parameter(help="Processes that share the work; one per core by default.")
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
    Example: nambu reproduce --only fig05 --only film_diagram --quick
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    whole_number("workers", workers, 1, MOST_WORKERS)
    figures = _named(only)
    output.mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()
    with (
        worker_pool(workers) as executor,
        _progress(_pieces(figures, only), quiet=json or not sys.stderr.isatty()) as count,
    ):
        crew = Crew(executor, count)
        checking = None if only else _Checking.start(crew)
        drawing = figure_jobs.start(figures, crew, output, quick=quick)
        files = [path for value in drawing for path in value()]
        found = None if checking is None else checking.values()
    if found is None:
        return _only_figures(output, files, time.perf_counter() - begin, json=json)
    results, ledger, paper = found
    files[:0] = [
        _save_checks(output, results),
        save_table(output / "ledger.csv", ledger_table.COLUMNS, ledger.rows(), _SEVERAL),
        save_table(output / "paper.csv", paper_table.COLUMNS, paper.rows(), paper.model()),
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
                "paper": paper.mapping(),
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
        show(paper)
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


@dataclass(frozen=True)
class _Checking:
    """What is checked beside the figures, as what gives each value once it is there."""

    groups: list[Callable[[], list[checks.Check]]]
    ledger: Callable[[], ledger_table.LedgerTable]
    paper: Callable[[], paper_table.PaperTable]

    @classmethod
    def start(cls, crew: Crew) -> _Checking:
        """Start all of it."""
        ledger = crew.beside("the ledger", ledger_table.check, crew.executor)
        groups = [crew.start(name, checks.run, group) for name, group in checks.GROUPS]
        return cls(groups, ledger, crew.start("the paper's numbers", paper_table.compare))

    def values(
        self,
    ) -> tuple[list[checks.Check], ledger_table.LedgerTable, paper_table.PaperTable]:
        """Return all of it."""
        results = [check for group in self.groups for check in group()]
        return results, self.ledger(), self.paper()


def _pieces(figures: list[FigureJob], only: list[str] | None) -> int:
    """Return how many pieces of work there are."""
    # beside the groups, the ledger and the paper's numbers
    return len(figures) + (0 if only else len(checks.GROUPS) + 2)


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[str], object]]:
    """Provide what to call when a piece is done, which a bar on a terminal shows."""
    with bar(quiet=quiet) as progress:
        task = progress.add_task(f"{'':42}", total=total)
        yield lambda name: progress.update(task, advance=1, description=f"{name:42}")


def _save_checks(folder: Path, results: list[checks.Check]) -> Path:
    rows = [(r.statement, r.deviation, r.bound, r.holds) for r in results]
    columns = ("statement", "deviation", "bound", "holds")
    return save_table(folder / "checks.csv", columns, rows, _SEVERAL)
