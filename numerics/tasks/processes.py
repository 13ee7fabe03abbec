"""Worker processes for commands whose work can be divided."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from numerics.tasks.workers import Workers


@contextmanager
def worker_pool(workers: int) -> Iterator[Executor | None]:
    """Provide processes that share the work; None where one is asked for, which is this process."""
    if workers == 1:
        yield None
        return
    with Workers(workers) as executor:
        try:
            yield executor
        except BaseException:
            # a curve that has begun may take minutes, and nobody waits for it any more
            executor.stop()
            raise
