"""Worker processes for commands whose work can be divided."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def worker_pool(workers: int) -> Iterator[Executor | None]:
    """Provide processes that share the work; None where one is asked for, which is this process."""
    if workers == 1:
        yield None
        return
    before = set(multiprocessing.active_children())
    # started afresh, because a copy of a process with threads may hang
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_ignore_interrupts) as executor:
        try:
            yield executor
        except BaseException:
            # a curve that has begun may take minutes, and nobody waits for it any more
            executor.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
            raise


def _ignore_interrupts() -> None:
    """Leave Ctrl-C, which reaches every process of a terminal, to the first one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
