"""Every record of the ledger: its check holds, and fails as soon as the equation is changed."""

import dataclasses

import pytest

from derive import symbols
from derive.algebra.keldysh import Keldysh
from derive.hanai2017 import Kind, Ledger, Status, ledger
from derive.hanai2017.bec_side import _free_letters
from derive.hanai2017.notation import frequency_integral, momentum_sum
from derive.hanai2017.products import cancelled, written
from tests.derive.support.mutants import mutants

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
    if record.printed is not None:
        assert record.note, "what decides?"
        assert record.printed_latex != record.latex
    if record.status is Status.CONSEQUENCE:
        assert record.premises, "of what?"


def test_a_record_is_as_good_as_its_weakest_premise():
    book = ledger()
    graph = book.graph()
    assert set(graph) == {r.id for r in RECORDS}
    order = []
    for number in graph:
        order += [n for n in (*book.foundations(number), number) if n not in order]
    place = {n: k for k, n in enumerate(order)}
    assert all(place[p] < place[n] for n, premises in graph.items() for p in premises)
    # (51), (53) and (54) are false as printed, and what follows from them falls with them
    fallen = {r.id for r in RECORDS if book.standing(r.id).status is Status.RESTRICTED}
    assert fallen == {"51", "53", "54", "1", "2", "3", "49", "50", "61", "62"}
    assert book.standing("62").by == ("51", "53", "54")
    # a corrected misprint is as good as its proof
    assert book.standing("4").status is Status.PROVED


def test_circular_premises_are_refused():
    one, other = (
        dataclasses.replace(book_entry, premises=premises)
        for book_entry, premises in zip(RECORDS[:2], (("2",), ("1",)), strict=True)
    )
    with pytest.raises(ValueError, match="in a circle"):
        Ledger({"a": [one, other]})


def test_misprints_that_undo_each_other():
    book = ledger()
    for record in RECORDS:
        for other in record.compensates:
            assert record.id in book[other].compensates
    # (71) as printed with G^K halved, as (70) prints it, is (71) as it should be
    objects = {
        name: Keldysh(one.retarded, one.advanced, one.keldysh / 2)
        for name, one in _free_letters().items()
    }
    printed, right = (
        written(_bare(c[0]), o)[0, 0]
        for c, o in (
            (book["71"].printed(), objects),
            (book["71"].claim(), _free_letters()),
        )
    )
    assert cancelled(printed - right, symbols.linewidth) == 0


def _bare(claim):
    return claim.replace(momentum_sum, lambda x: x).replace(frequency_integral, lambda x: x)


def test_sections_hold_all_records():
    book = ledger()
    assert [r for records in book.sections.values() for r in records] == RECORDS
    assert book["72"] is RECORDS[71]
    assert book[0].id == "1"
    assert [r.id for r in book[:2]] == ["1", "2"]
    with pytest.raises(KeyError, match="there is no equation 'E1'"):
        book["E1"]
    assert sum(book.count(status) for status in Status) == 125
