"""Tasks with values that JSON can write, computed on an executor and kept in a file.

The file has one line of JSON for each finished task: its parameters, the key, and its value.  JSON
writes a float in the shortest form that reads back to the same number, so a value from the file
is the value that was computed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, as_completed
from os import PathLike
from pathlib import Path
from typing import Any

#: The parameters of a task, or its value: what JSON has a form for.
Record = dict[str, Any]
#: Called as progress(done, total, description).
Progress = Callable[[int, int, str], object]


class Store:
    """Values of finished tasks, in a file of one JSON object per line.

    Parameters
    ----------
    path : str or path-like
        The file; made when the first value is added.

    Notes
    -----
    A line that is no such object, as an interrupted write leaves it, is ignored; so is a line with
    a key that nobody asks for.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tasks.jsonl"
    ...     Store(path).add({"x": 2.0}, {"square": 4.0})
    ...     Store(path).get({"x": 2.0}), Store(path).get({"x": 3.0})
    ({'square': 4.0}, None)
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self._values: dict[str, Record] = {}
        # whether the last line lacks its end, which the next one must not continue
        self._torn = False
        if self.path.exists():
            text = self.path.read_text(encoding="utf-8", errors="replace")
            self._torn = text != "" and not text.endswith("\n")
            for line in text.splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            record = json.loads(line)
        except ValueError:
            return
        if isinstance(record, dict) and isinstance(record.get("value"), dict):
            self._values[_name(record.get("key", {}))] = record["value"]

    def get(self, key: Record) -> Record | None:
        """Return the value of a task, None if it has not finished."""
        return self._values.get(_name(key))

    def add(self, key: Record, value: Record) -> None:
        """Append the value of a task to the file."""
        line = json.dumps({"key": key, "value": value}, allow_nan=False)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write("\n" * self._torn + line + "\n")
        self._torn = False
        self._values[_name(key)] = value


def _name(key: Record) -> str:
    return json.dumps(key, sort_keys=True)


def run_tasks(
    function: Callable[[Record], Record],
    tasks: Sequence[Record],
    executor: Executor | None = None,
    store: Store | None = None,
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
    store : Store, optional
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
