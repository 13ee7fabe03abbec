"""The ledger as the page shows it: each record checked and typeset, some with their derivation."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from numerics.report.data import Derivation, Equation

if TYPE_CHECKING:
    from derive.hanai2017 import Record

#: The equations whose derivations are shown.
MAIN = ("40", "41", "42", "43", "54", "72", "76", "A9", "B17")
#: The equations that everything else follows from.
CORE = ("29", "31", "33", "34", "36", "37", "38", "46")


def numbers() -> list[str]:
    """Return the numbers of the equations in the paper's order."""
    from derive.hanai2017 import ledger

    return [record.id for record in ledger()]


def examined(number: str) -> Equation:
    """Check and typeset an equation; what goes wrong becomes part of it."""
    from derive.hanai2017 import ledger
    from derive.hanai2017.verification import outcome

    record = ledger()[number]
    section = next(title for title, records in ledger().sections.items() if record in records)
    try:
        latex, problem = record.latex, ""
        printed = "" if record.printed is None else record.printed_latex
    except Exception as error:
        latex = printed = ""
        problem = f"({number}) could not be typeset: {type(error).__name__}: {error}"
    outcome_now = outcome(number)
    found = outcome_now.finding
    known = Equation(
        record.id,
        section,
        record.title,
        str(record.kind),
        str(record.status),
        latex,
        printed,
        " ".join((*remarks(record), record.note)).strip(),
        outcome_now.failure or " ".join(problem.split()),
    )
    if found is None:
        return known
    return dataclasses.replace(
        known,
        residual=float(found.residual),
        bound=float(found.bound),
        digits=found.digits,
        order=found.order,
        expected=found.expected,
        detail=found.detail,
    )


def remarks(record: Record) -> Iterator[str]:
    """Yield for which case an equation is known, what it rests on, and how well that is known."""
    from derive.hanai2017 import Status, ledger

    if record.scope:
        yield f"Scope: {record.scope}."
    if record.premises:
        yield f"Rests on {', '.join(f'({number})' for number in record.premises)}."
        standing = ledger().standing(record.id)
        if standing.status is Status.RESTRICTED and standing.by != (record.id,):
            weakest = ", ".join(f"({number})" for number in standing.by if number != record.id)
            yield f"No better than {weakest}, which hold only in stated cases."
    if record.compensates:
        undone = ", ".join(f"({number})" for number in record.compensates)
        yield f"The misprint is undone by those of {undone}."
    if record.reading:
        yield f"The printed form is from a machine-read text: {record.reading}."
    if record.by_construction:
        yield f"Its check holds by construction: {record.by_construction}."


def derivation(number: str) -> Derivation:
    """Return the steps of a derivation; a formula that cannot be made is told in words."""
    from derive.hanai2017 import ledger

    return Derivation(number, tuple(_steps(ledger()[number])))


def _steps(record: Record) -> Iterator[tuple[str, str]]:
    for step in record.steps:
        try:
            yield step.text, step.latex
        except Exception as error:
            yield f"{step.text} (not typeset: {type(error).__name__}: {error})", ""
