"""Every record of the ledger: its check holds, and fails as soon as the equation is changed."""

import pytest

from derive.paper import Kind, Status, ledger
from tests.derive.mutants import mutants

RECORDS = list(ledger())
#: Appendices and the number of their equations.
NUMBERS = {"": 76, "A": 9, "B": 19, "C": 10, "D": 11}


def test_every_numbered_equation_once_in_the_papers_order():
    expected = [f"{part}{n}" for part, last in NUMBERS.items() for n in range(1, last + 1)]
    assert [record.id for record in RECORDS] == expected
    assert len(RECORDS) == 125


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.id)
def test_holds_and_fails_when_changed(record):
    # in one test, so that both use what is derived once
    finding = record.verify()
    assert finding.holds
    survivors = [name for name, wrong in mutants(record.claim()) if record.test(wrong).holds]
    assert not survivors


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.id)
def test_can_be_changed_and_read(record):
    assert list(mutants(record.claim()))
    assert record.latex
    assert record.title
    # a proof leaves nothing, a number says how well it is known
    assert record.steps or record.kind is Kind.DEFINITION, "no derivation"
    for step in record.steps:
        assert step.text
        assert "\\" not in step.text
    if record.status is Status.MISPRINT:
        assert record.note, "what decides?"
        assert record.printed_latex != record.latex


def test_sections_hold_all_records():
    book = ledger()
    assert [r for records in book.sections.values() for r in records] == RECORDS
    assert book["72"] is RECORDS[71]
    assert book[0].id == "1"
    assert [r.id for r in book[:2]] == ["1", "2"]
    with pytest.raises(KeyError, match="there is no equation 'E1'"):
        book["E1"]
    assert sum(book.count(status) for status in Status) == 125
