"""`nambu reproduce`: derive, check, solve, draw, and write it all into a folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from numerics.cli import checks
from numerics.cli.options import print_json, print_table


def reproduce(
    *,
    output: Annotated[Path, Parameter(help="Folder that is written into.")] = Path("reproduced"),
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative="")] = False,
) -> int:
    """Derive the steady state again, check it, solve it, and draw the figures.

    Writes checks.csv, and for each figure a table (CSV) and pictures (PNG, SVG).
    The exit status is 1 if a check fails.

    Example: nambu reproduce --output reproduced
    """
    output.mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()
    results: list[checks.Check] = []
    files: list[Path] = []

    def check(group: checks.Group) -> Callable[[], None]:
        return lambda: results.extend(checks.run(group))

    jobs: list[tuple[str, Callable[[], object]]] = [
        (name, check(group)) for name, group in checks.GROUPS
    ]
    jobs.append(("Fig. 4", lambda: files.extend(_fig04(output))))
    jobs.append(("BCS-BEC crossover", lambda: files.extend(_crossover(output))))
    jobs.append(("Fig. 9", lambda: files.extend(_fig09(output))))
    jobs.append(("Fig. 13", lambda: files.extend(_fig13(output))))
    jobs.append(("Fig. 14", lambda: files.extend(_fig14(output))))
    _run(jobs, quiet=json or not sys.stderr.isatty())
    files.insert(0, _save_checks(output, results))

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
        print(f"{len(results) - len(failed)} of {len(results)} checks hold; {seconds:.1f} s")
        print(f"written into {output}: " + ", ".join(path.name for path in files))
    return 1 if failed else 0


def _run(jobs: list[tuple[str, Callable[[], object]]], *, quiet: bool) -> None:
    """Run jobs one after the other, with a progress bar on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=quiet) as progress:
        task = progress.add_task("", total=len(jobs))
        for name, job in jobs:
            progress.update(task, description=f"{name:42}")
            job()
            progress.advance(task)


def _save_checks(folder: Path, results: list[checks.Check]) -> Path:
    from numerics.figures.files import save_table

    rows = [(r.statement, r.deviation, r.bound, r.holds) for r in results]
    return save_table(folder / "checks.csv", ("statement", "deviation", "bound", "holds"), rows)


def _fig04(folder: Path) -> list[Path]:
    from numerics.figures import order_parameter as figure
    from numerics.figures.files import save_figure, save_table

    data = figure.compute()
    table = save_table(folder / "fig04.csv", figure.COLUMNS, data.rows())
    return [table, *save_figure(figure.draw(data), folder, "fig04")]


def _crossover(folder: Path) -> list[Path]:
    from numerics.figures import crossover as figure
    from numerics.figures.files import save_figure, save_table

    data = figure.compute()
    table = save_table(folder / "crossover.csv", figure.COLUMNS, data.rows())
    return [table, *save_figure(figure.draw(data), folder, "crossover")]


def _fig09(folder: Path) -> list[Path]:
    from numerics.figures import occupied_weight as figure
    from numerics.figures.files import save_figure, save_table

    data = figure.compute()
    table = save_table(folder / "fig09.csv", figure.COLUMNS, data.rows())
    return [table, *save_figure(figure.draw(data), folder, "fig09")]


def _fig13(folder: Path) -> list[Path]:
    from numerics.figures import response_parts as figure
    from numerics.figures.files import save_figure, save_table

    data = figure.compute()
    table = save_table(folder / "fig13.csv", figure.COLUMNS, data.rows())
    return [table, *save_figure(figure.draw(data), folder, "fig13")]


def _fig14(folder: Path) -> list[Path]:
    from numerics.figures import amplitude_spectrum as figure
    from numerics.figures.files import save_figure, save_table

    data = figure.compute()
    table = save_table(folder / "fig14.csv", figure.COLUMNS, data.rows())
    return [table, *save_figure(figure.draw(data), folder, "fig14")]
