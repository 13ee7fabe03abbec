"""Every record of the ledger: its check holds, and fails as soon as the equation is changed."""

import pytest

from derive.paper import ledger
from tests.derive.mutants import mutants

RECORDS = list(ledger())


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.id)
def test_holds(record):
    finding = record.verify()
    assert finding.holds
    assert record.latex


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.id)
def test_fails_when_changed(record):
    survivors = []
    changed = 0
    for name, wrong in mutants(record.claim()):
        changed += 1
        if record.test(wrong).holds:
            survivors.append(name)
    assert changed
    assert not survivors
