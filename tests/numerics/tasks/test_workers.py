"""Workers do what they are given, are replaced when they die, and end with their parent."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError
from pathlib import Path

import pytest

from numerics.tasks.workers import MOST_WORKERS, WorkerError, Workers


def alive(number: int) -> bool:
    """Tell whether a process is there, and not only its exit status."""
    try:
        text = Path(f"/proc/{number}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


def until(condition: Callable[[], bool]) -> None:
    """Wait for what will be; what never comes hangs."""
    while not condition():
        time.sleep(0.02)


def square(x: int) -> int:
    return x * x


def fail(text: str) -> None:
    raise ValueError(text)


class StubbornError(Exception):
    """Cannot be read by another process."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def fail_strangely() -> None:
    raise StubbornError(1, 2)


def die(folder: str, times: int) -> int:
    """Die so many times, as a process that the system ends."""
    mark = Path(folder) / str(os.getpid())
    mark.touch()
    before = len(list(Path(folder).iterdir())) - 1
    if before < times:
        os.kill(os.getpid(), signal.SIGKILL)
    return before


def test_tasks_keep_their_results_and_errors() -> None:
    with Workers(2) as workers:
        assert list(workers.map(square, range(20))) == [x * x for x in range(20)]
        assert workers.submit(fail, "so").exception().args == ("so",)
        assert str(workers.submit(fail_strangely).exception()) == "StubbornError: 1 and 2"
        assert len(workers.processes) == 2
    assert workers.processes == ()
    with pytest.raises(RuntimeError, match="sent home"):
        workers.submit(square, 1)


def settings() -> tuple[int | None, tuple[int, int, int]]:
    """Return how many values SymPy keeps of a function, and when garbage is looked for."""
    from sympy.core import cache

    return cache.SYMPY_CACHE_SIZE, gc.get_threshold()


@pytest.mark.parametrize("given", [None, "2000"])
def test_workers_are_ready_for_derivations(given: str | None, monkeypatch) -> None:
    monkeypatch.delenv("SYMPY_CACHE_SIZE", raising=False)
    if given is not None:
        monkeypatch.setenv("SYMPY_CACHE_SIZE", given)
    before = dict(os.environ), gc.get_threshold()
    with Workers(1) as workers:
        kept, threshold = workers.submit(settings).result()
    assert kept == (100_000 if given is None else int(given))
    assert threshold[0] == 100_000
    # nothing of this process has changed
    assert (dict(os.environ), gc.get_threshold()) == before


def test_a_task_is_tried_three_times_and_others_are_done(tmp_path: Path) -> None:
    twice, often = tmp_path / "twice", tmp_path / "often"
    twice.mkdir()
    often.mkdir()
    with Workers(2) as workers:
        first = workers.submit(die, str(twice), 2)
        second = workers.submit(die, str(often), 99)
        others = [workers.submit(square, x) for x in range(5)]
        assert first.result() == 2
        with pytest.raises(WorkerError, match=r"was ended by SIGKILL \(3 times\)$"):
            second.result()
        assert [other.result() for other in others] == [0, 1, 4, 9, 16]
    assert len(list(often.iterdir())) == 3


def test_a_worker_that_is_killed_is_replaced() -> None:
    with Workers(1) as workers:
        assert workers.submit(square, 2).result() == 4
        (number,) = workers.processes
        slow = workers.submit(time.sleep, 0.5)
        os.kill(number, signal.SIGKILL)
        assert slow.result() is None
        assert workers.submit(square, 3).result() == 9
        assert workers.processes != (number,)


def test_stopped_workers_leave_at_once() -> None:
    workers = Workers(1)
    running, waiting = (workers.submit(time.sleep, 60) for _ in range(2))
    until(running.running)
    (number,) = workers.processes
    workers.stop()
    assert not alive(number)
    assert isinstance(running.exception(), BrokenExecutor)
    with pytest.raises(CancelledError):
        waiting.result()


def test_workers_that_cannot_begin_are_given_up(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(
        "import sys\n"
        "from numerics.tasks.workers import Workers\n"
        "if __name__ != '__main__':\n"
        "    sys.exit(3)\n"
        "workers = Workers(1)\n"
        "for future in [workers.submit(pow, 2, 2) for _ in range(2)]:\n"
        "    print(future.exception(), flush=True)\n"
    )
    run = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)
    line = "the worker process ended with the status 3 before it could be given anything\n"
    assert run.stdout == 2 * line


PROGRAM = """
import time
from numerics.tasks.workers import Workers
if __name__ == "__main__":
    workers = Workers(2)
    for _ in range(2):
        workers.submit(time.sleep, 60)
    while len(workers.processes) < 2:
        time.sleep(0.01)
    time.sleep(0.5)
    print(*workers.processes, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_workers_end_with_their_parent(number: int, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    with subprocess.Popen([sys.executable, str(path)], stdout=-1, text=True) as process:
        assert process.stdout is not None
        workers = [int(word) for word in process.stdout.readline().split()]
        assert len(workers) == 2
        process.send_signal(number)
    until(lambda: not any(map(alive, workers)))


@pytest.mark.parametrize("number", [0, MOST_WORKERS + 1, 2.0, True, "2", None])
def test_a_number_of_workers_has_a_domain(number: object) -> None:
    with pytest.raises(ValueError, match=r"^workers = .* is outside its domain: an integer from 1"):
        Workers(number)  # type: ignore[arg-type]


def test_a_task_that_was_cancelled_keeps_nobody_waiting() -> None:
    workers = Workers(1)
    first, second = workers.submit(time.sleep, 0.3), workers.submit(square, 2)
    assert second.cancel()
    # nothing happens after the first one has ended
    workers.shutdown()
    assert first.done()
    assert workers.processes == ()
