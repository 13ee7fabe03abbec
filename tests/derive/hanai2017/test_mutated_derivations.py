"""Records fail when what they are derived from is wrong: not the claim is changed, its source."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from derive.hanai2017 import ledger
from tests.derive.support.mutation_table import Verdict, survivors, table, verdicts, written
from tests.derive.support.mutations import MUTATIONS, Mutation, replaced

NUMBER = {mutation.what: k for k, mutation in enumerate(MUTATIONS)}
#: What no changed claim shows: records that once compared an object with itself.
SAMPLE = (
    ("projectors mixed by a tenth", ["C2", "C4", "C9"]),
    ("distribution matrix without tau_2", ["C6", "C7"]),
    ("G^R with +E^2", ["29"]),
    ("anticommutators with a minus sign", ["17"]),
    ("pairing self-energy of one component halved", ["18"]),
    ("gap integrand doubled", ["25", "28"]),
    ("Pi doubled", ["38"]),
    ("Pi of a pair of momenta rises with omega", ["44"]),
    ("damping of sound doubled", ["47", "48"]),
    ("[AB]^K = A^R B^K - A^K B^A", ["66"]),
    ("sums at Delta_0 << mu doubled", ["76"]),
)


@pytest.fixture(scope="module")
def elsewhere():
    """Return a process of its own, so that nothing is derived twice here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize(("what", "numbers"), SAMPLE, ids=[what for what, _ in SAMPLE])
def test_records_need_what_they_are_about(what, numbers, elsewhere):
    found = elsewhere.submit(verdicts, NUMBER[what], numbers).result()
    assert found == dict.fromkeys(numbers, Verdict.KILLED)


def test_what_is_as_it_was_is_noticed_by_none(elsewhere):
    assert elsewhere.submit(_unchanged, ["18", "29", "66"]).result() == []


def _unchanged(numbers):
    """Return which records fail with a function in place that does the same."""
    from derive.hanai2017 import CheckError
    from derive.model import greens

    right, failed = greens.resolvent, []
    with replaced(greens, "resolvent", lambda z, xi, gap: right(z, xi, gap)):
        for number in numbers:
            try:
                ledger()[number].check()
            except CheckError:
                failed.append(number)
    return failed


def test_mutations_are_many_and_different():
    assert len(MUTATIONS) > 50
    assert len(NUMBER) == len(MUTATIONS)
    assert all(isinstance(mutation, Mutation) for mutation in MUTATIONS)


@pytest.mark.slow
def test_every_record_but_what_is_declared_is_killed_by_a_mutation():
    rows = table()
    written(rows)
    cells = [cell for row in rows.values() for cell in row]
    assert Verdict.ERROR not in cells
    declared = [record.id for record in ledger() if record.by_construction]
    assert survivors(rows) == declared
    # none is without use
    columns = zip(*rows.values(), strict=True)
    useless = [m.what for m, c in zip(MUTATIONS, columns, strict=True) if Verdict.KILLED not in c]
    assert useless == []
