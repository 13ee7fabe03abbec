"""`nambu derive`: an equation of the paper, its derivation and its check; or all of them."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

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

    print(f"({record.id}) {record.title}: {record.kind}, {record.status}")
    print()
    print(_indented(record.latex if latex else printed_equation(record)))
    if record.printed is not None:
        print("\nAs printed:\n")
        print(_indented(record.printed_latex if latex else printed_equation(record, printed=True)))
    if record.steps:
        print("\nDerivation")
    for k, step in enumerate(record.steps, start=1):
        print(f"{k:3}. {step.text}")
        if step.expression is not None:
            print(_indented(step.latex if latex else _plain(step.expression()), 5))
    construction = record.by_construction
    for words in (
        record.scope and f"Scope: {record.scope}.",
        construction and f"The check holds by construction: {construction}.",
        standing_words(record),
    ):
        if words:
            print("\n" + textwrap.fill(words, _PAGE))
    if record.note:
        print("\n" + textwrap.fill(f"Note: {record.note}", _PAGE))
    print()
    verdict = outcome.failure if outcome.finding is None else describe(outcome.finding)
    print(f"Checked now: {verdict} ({outcome.seconds:.2f} s)")


def printed_equation(record: Record, *, printed: bool = False) -> str:
    """Return an equation in characters, its left-hand side above the right-hand side."""
    claim = record.printed() if printed and record.printed is not None else record.claim()
    drawable = not re.search(r"\\(?:frac|begin)", record.left)
    name = _plain_name(record.left) if drawable else record.left
    return f"{name or '0'} =\n{_plain(claim)}"


def _plain(claim: Any) -> str:
    """Return a claim drawn with characters, or in LaTeX where it cannot be drawn."""
    if isinstance(claim, tuple):
        return "\n=\n".join(_plain(part) for part in claim)
    from derive.records.record import typeset

    drawn = _drawn(claim)
    widest = max(len(line) for line in drawn.splitlines()) if drawn else _PAGE + 1
    return drawn if widest <= _PAGE else textwrap.fill(typeset(claim), _PAGE)


def _drawn(claim: Any) -> str:
    """Return a claim drawn with characters; nothing if it holds what SymPy cannot draw."""
    from sympy import Function, Symbol, preorder_traversal, pretty, sympify
    from sympy.core.function import AppliedUndef

    claim = sympify(claim, strict=True)
    for node in preorder_traversal(claim):
        # sums left as they are, products under their part, letters that do not commute
        ours = (type(node).__module__ or "").startswith("derive.hanai2017")
        if (ours and not hasattr(node, "_pretty")) or (
            isinstance(node, Symbol) and not node.is_commutative
        ):
            return ""
    names = {s: Symbol(_plain_name(s.name)) for s in claim.atoms(Symbol)}
    applied = {f: Function(_plain_name(f.name))(*f.args) for f in claim.atoms(AppliedUndef)}
    claim = claim.xreplace({f: g for f, g in applied.items() if "\\" in f.name}).xreplace(names)
    return str(pretty(claim, use_unicode=True, wrap_line=False, order="none"))


#: Characters in a line of a drawn formula.
_PAGE = 110


def _plain_name(name: str) -> str:
    """Return a name in LaTeX as characters: marks of fonts left out, Greek letters in Unicode."""
    from sympy.printing.pretty.pretty_symbology import greek_unicode

    name = re.sub(r"\\(?:mathrm|mathbf|boldsymbol|hat|text|mathscr|mathcal|tilde)\b", "", name)
    name = re.sub(r"\\(?:left|right|big|Big|,|;|!|quad)", "", name)
    name = re.sub(r"\\to\b", "→", name)
    name = name.replace("_plus", "_+").replace("_minus", "_-")
    name = re.sub(r"\\([A-Za-z]+)", lambda m: greek_unicode.get(m[1], m[1]), name)
    return name.replace("{", "").replace("}", "")


def _indented(text: str, width: int = 2) -> str:
    return "\n".join(" " * width + line for line in text.splitlines())


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
