"""Checks of many records, one after another or shared among processes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass

from derive.hanai2017.collection import ledger
from derive.records.record import CheckError, Finding


@dataclass(frozen=True)
class Outcome:
    """What the check of a record gave.

    Parameters
    ----------
    id : str
        Number of the equation.
    finding : Finding or None
        What the test found; None if the check failed.
    failure : str
        Why it failed, in one line; empty if it did not.
    seconds : float
        How long it took.
    """

    id: str
    finding: Finding | None
    failure: str
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether the recomputed status is the recorded one."""
        return not self.failure


def outcome(number: str) -> Outcome:
    """Check one record; what goes wrong becomes part of the outcome, so that others go on.

    Raises
    ------
    KeyError
        If there is no such record.
    """
    record = ledger()[number]
    begin = time.perf_counter()
    finding: Finding | None = None
    failure = ""
    try:
        finding = record.verify()
    except CheckError as error:
        failure = str(error)
    except Exception as error:
        failure = f"({number}) could not be checked: {type(error).__name__}: {error}"
    return Outcome(number, finding, " ".join(failure.split()), time.perf_counter() - begin)


def outcomes(numbers: Iterable[str], executor: Executor | None = None) -> Iterator[Outcome]:
    """Check records, and yield the outcomes as they come.

    Parameters
    ----------
    numbers : iterable of str
        Numbers of the equations.
    executor : concurrent.futures.Executor, optional
        Processes that share the work; it is left open.  Checks that have not begun are cancelled
        when the iteration is abandoned.
    """
    if executor is None:
        yield from map(outcome, numbers)
        return
    futures = [executor.submit(outcome, number) for number in numbers]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()
