"""`nambu derive`: an equation of the paper, its derivation and its check; or all of them."""

from __future__ import annotations

import os
import sys
import textwrap
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from numerics.cli.drawing import drawn
from numerics.cli.ledger_graph import show_graph, standing_words
from numerics.cli.ledger_table import summary
from numerics.cli.lines import bar
from numerics.cli.options import Json, finite, print_json, print_table, whole_number
from numerics.tasks.processes import worker_pool
from numerics.tasks.workers import MOST_WORKERS

if TYPE_CHECKING:
    from derive.hanai2017 import Record
    from derive.hanai2017.verification import Outcome


def derive(
    equations: Annotated[
        tuple[str, ...], Parameter(help="Numbers in the paper: 72, A9.", negative="")
    ] = (),
    /,
    *,
    all: Annotated[bool, Parameter(help="Check every numbered equation.", negative="")] = False,
    graph: Annotated[
        bool, Parameter(help="Print what each equation rests on.", negative="")
    ] = False,
    latex: Annotated[bool, Parameter(help="Print equations in LaTeX.", negative="")] = False,
    workers: Annotated[
        int | None, Parameter(help="Processes for --all; one per core by default.")
    ] = None,
    json: Json = False,
) -> int:
    """Print an equation of the paper, its derivation, and its check, recomputed now.

    Without a number: what equations there are, and what is known about each.

    The exit status is 1 if a check fails.

    Example: nambu derive 72
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    whole_number("workers", workers, 1, MOST_WORKERS)
    if all and equations:
        raise ValueError(f"give equation numbers ({', '.join(equations)}) or --all, not both")
    if all and graph:
        raise ValueError("give --graph or --all, not both")
    from derive.hanai2017 import ledger

    records = [_record(number) for number in equations] or list(ledger())
    if graph:
        return show_graph(records, json=json)
    if not (all or equations):
        return _list(records, latex=latex, json=json)
    found = _verify(records, workers if all else 1, quiet=json or not sys.stderr.isatty())
    if json:
        print_json({"equations": [_as_mapping(r, found[r.id]) for r in records]})
    elif equations:
        for record in records:
            _show(record, found[record.id], latex)
    else:
        _show_table(records, found, latex)
    return 0 if _all_hold(found) else 1


def _record(number: str) -> Record:
    from derive.hanai2017 import ledger

    wanted = number.strip("()").upper()
    try:
        return ledger()[wanted]
    except KeyError:
        domain = "1 to 76, A1 to A9, B1 to B19, C1 to C10, D1 to D11"
        raise ValueError(f"there is no equation {number!r}; the numbers are {domain}") from None


def _verify(records: list[Record], workers: int, *, quiet: bool) -> dict[str, Outcome]:
    """Check records with a progress bar on a terminal."""
    from derive.hanai2017.verification import outcomes

    with worker_pool(min(workers, len(records))) as executor, bar(quiet=quiet) as progress:
        task = progress.add_task("checking", total=len(records))
        found = {}
        for outcome in outcomes([record.id for record in records], executor):
            found[outcome.id] = outcome
            progress.update(task, advance=1, description=f"({outcome.id:>3})")
    return found


def _all_hold(found: dict[str, Outcome]) -> bool:
    return not any(outcome.failure for outcome in found.values())


def _list(records: list[Record], *, latex: bool, json: bool) -> int:
    """Print what equations there are, without checking them."""
    if json:
        print_json({"equations": [_as_mapping(record, None) for record in records]})
    elif latex:
        for record in records:
            print(f"({record.id}) {record.latex}")
    else:
        rows = [(r.id, r.title, str(r.kind), r.status.words) for r in records]
        print_table("Recorded, not checked now", ("", "equation", "kind", "status"), rows)
        print("--all checks them; a number shows the derivation")
    return 0


def _show_table(records: list[Record], found: dict[str, Outcome], latex: bool) -> None:
    rows = [
        (
            record.id,
            record.latex if latex else record.title,
            str(record.kind),
            record.status.words if found[record.id].holds else "FAILS",
            _evidence(found[record.id]),
            f"{found[record.id].seconds:.2f}",
        )
        for record in records
    ]
    columns = ("", "equation", "kind", "status", "residual; order", "s")
    print_table("Every numbered equation, checked now", columns, rows)
    for outcome in found.values():
        if outcome.failure:
            print(outcome.failure)
    print(summary(tuple((record, found[record.id]) for record in records)))


def _evidence(outcome: Outcome) -> str:
    """Return residual and order in short."""
    finding = outcome.finding
    if finding is None:
        return ""
    residual = f"{finding.residual:.0e}" if finding.residual else "0"
    return residual if finding.order is None else f"{residual}; order {finding.order:.3f}"


def _show(record: Record, outcome: Outcome, latex: bool) -> None:
    """Print one equation with its derivation and its check."""
    from derive.records.record import describe

    width = get_terminal_size().columns

    def tell(words: str, indent: str = "") -> None:
        print(textwrap.fill(words, width, subsequent_indent=indent, break_on_hyphens=False))

    def show(formula: str, indent: int) -> None:
        text = formula if latex else drawn(formula, max(_NARROWEST, width - indent))
        print(textwrap.indent(text, " " * indent))

    tell(f"({record.id}) {record.title}: {record.kind}, {record.status}")
    print()
    show(record.latex, 2)
    if record.printed is not None:
        print("\nAs printed:\n")
        show(record.printed_latex, 2)
    if record.steps:
        print("\nDerivation")
    for k, step in enumerate(record.steps, start=1):
        tell(f"{k:3}. {step.text}", " " * 5)
        if step.expression is not None:
            show(step.latex, 5)
    construction = record.by_construction
    for words in (
        record.scope and f"Scope: {record.scope}.",
        construction and f"The check holds by construction: {construction}.",
        standing_words(record),
        record.note and f"Note: {record.note}",
    ):
        if words:
            print()
            tell(words)
    print()
    verdict = outcome.failure if outcome.finding is None else describe(outcome.finding)
    tell(f"Checked now: {verdict} ({outcome.seconds:.2f} s)")


#: Formulas are drawn in so many characters at least.
_NARROWEST = 36


def _as_mapping(record: Record, outcome: Outcome | None) -> dict[str, object]:
    """Return a record, and what its check gave, as names and values."""
    mapping: dict[str, object] = {
        "id": record.id,
        "title": record.title,
        "kind": str(record.kind),
        "status": str(record.status),
        "scope": record.scope,
        "premises": list(record.premises),
        "latex": record.latex,
        "printed": None if record.printed is None else record.printed_latex,
        "note": record.note,
        "by_construction": record.by_construction,
    }
    if outcome is None:
        return mapping
    finding = outcome.finding
    mapping |= {"holds": outcome.holds, "failure": outcome.failure, "seconds": outcome.seconds}
    if finding is not None:
        mapping |= {
            "evidence": str(finding.method),
            "residual": finite(finding.residual),
            "bound": finite(finding.bound),
            "digits": finding.digits,
            "order": finding.order,
            "expected_order": finding.expected,
            "detail": finding.detail,
        }
    return mapping
