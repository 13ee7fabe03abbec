"""A signal ends a program wherever it comes, also where what a handler raises would be lost."""

from __future__ import annotations

import signal
import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from numerics.cli.signals import interrupts
from numerics.scans import Progress, Store, run_scan
from numerics.scans.run import Run
from numerics.tasks.promises import Crew
from numerics.tasks.workers import Workers
from tests.numerics.scans import stubs


class Thing:
    """Something that ends."""


def interrupt(_: object) -> None:
    raise KeyboardInterrupt


def ended(things: list[Thing]) -> None:
    """Let things end, and go on."""
    things.clear()
    while True:
        time.sleep(0.001)


def test_a_signal_at_the_end_of_an_object_is_not_lost() -> None:
    hook, things = sys.unraisablehook, [Thing()]
    kept = weakref.ref(things[0], lambda _: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(KeyboardInterrupt), interrupts(interrupt):
        ended(things)
    assert kept() is None
    assert sys.unraisablehook is hook


def test_what_else_is_lost_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: told.append(lost.exc_type))
    thing = Thing()
    kept = weakref.ref(thing, lambda _: 1 / 0)
    with interrupts(interrupt):
        del thing
    assert kept() is None
    assert told == [ZeroDivisionError]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_the_count_of_pieces_raises_ends_the_work(error: type[BaseException]) -> None:
    def count(name: str) -> None:
        if name == "two":
            raise error("while counting")

    with ThreadPoolExecutor(2) as executor:
        crew = Crew(executor, count)
        one, two = (crew.start(name, abs, -1) for name in ("one", "two"))
        beside = crew.beside("two", abs, -2)
        assert one() == 1
        for work in (two, beside):
            with pytest.raises(error, match="while counting"):
                work()


@pytest.mark.parametrize("after", [0, 1, 40])
def test_an_interrupt_while_progress_is_told_ends_a_scan(after: int, tmp_path: Path) -> None:
    scan = stubs.plane(12)

    def progress(now: Progress) -> None:
        if now.computed >= after:
            raise KeyboardInterrupt

    with Store(tmp_path / "s.db") as store, ThreadPoolExecutor(2) as executor:
        with pytest.raises(KeyboardInterrupt):
            run_scan(scan, store, executor=executor, progress=progress, evaluate=stubs.fast)
        kept = len(list(store.rows()))
        assert after <= kept < 144
        # nothing that was on its way is claimed any more
        found = run_scan(scan, store, executor=executor, evaluate=stubs.fast)
        assert (found.done, found.computed) == (144, 144 - kept)


def test_an_interrupt_while_points_are_kept_loses_none_that_were_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, told = stubs.plane(12), [0]
    keep = Run._keep

    def interrupted(run: Run, futures: object) -> None:
        if told[-1] > 20:
            raise KeyboardInterrupt
        keep(run, futures)  # type: ignore[arg-type]

    monkeypatch.setattr(Run, "_keep", interrupted)
    with Store(tmp_path / "s.db") as store, Workers(1) as workers:
        with pytest.raises(KeyboardInterrupt):
            run_scan(
                scan, store, executor=workers, evaluate=stubs.fast,
                progress=lambda now: told.append(now.computed),
            )  # fmt: skip
        assert len(list(store.rows())) == told[-1] > 20
