"""Tasks with values that JSON can write, computed on an executor and kept in a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, as_completed
from typing import Any, Protocol

#: The parameters of a task, or its value: what JSON has a form for.
Record = dict[str, Any]
#: Called as progress(done, total, description).
Progress = Callable[[int, int, str], object]


class Kept(Protocol):
    """What keeps the values of tasks, such as `numerics.scans.task_store.TaskStore`."""

    def get(self, task: Record, /) -> Record | None:
        """Return the value of a task, None if it has not finished."""

    def add(self, task: Record, value: Record, /) -> None:
        """Keep the value of a task."""


def run_tasks(
    function: Callable[[Record], Record],
    tasks: Sequence[Record],
    executor: Executor | None = None,
    store: Kept | None = None,
    finished: Callable[[Record], object] | None = None,
) -> list[Record]:
    """Return the values of tasks, those that a store knows and those that have to be computed.

    Parameters
    ----------
    function : callable
        Returns the value of a task; an executor of processes pickles it by its name.
    tasks : sequence of dict
        The parameters of each task; those that take longest first.
    executor : concurrent.futures.Executor, optional
        Shares the tasks among its workers, and is left open.
    store : optional
        Gets each value as soon as it is there.
    finished : callable, optional
        Called with each task that is finished.

    Raises
    ------
    BaseException
        What a task raises, or an interrupt; the values that are there by then are in the store.
    """
    values: dict[int, Record] = {}

    def keep(k: int, value: Record) -> None:
        values[k] = value
        if store is not None:
            store.add(tasks[k], value)

    known = {k: store.get(task) for k, task in enumerate(tasks)} if store is not None else {}
    values.update({k: value for k, value in known.items() if value is not None})
    for k in values:
        _tell(finished, tasks[k])
    wanted = [k for k in range(len(tasks)) if k not in values]
    if executor is None:
        for k in wanted:
            keep(k, function(tasks[k]))
            _tell(finished, tasks[k])
        return [values[k] for k in range(len(tasks))]
    futures: dict[Future[Record], int] = {executor.submit(function, tasks[k]): k for k in wanted}
    try:
        for future in as_completed(futures):
            keep(futures[future], future.result())
            _tell(finished, tasks[futures[future]])
    except BaseException:
        for future in futures:
            future.cancel()
        for future, k in futures.items():
            if k not in values and _succeeded(future):
                keep(k, future.result())
        raise
    return [values[k] for k in range(len(tasks))]


def _tell(finished: Callable[[Record], object] | None, task: Record) -> None:
    if finished is not None:
        finished(task)


def _succeeded(future: Future[Record]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
