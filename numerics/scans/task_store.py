"""Values of tasks of any sort in the file of a store of scans."""

from __future__ import annotations

import functools
import json
from os import PathLike
from pathlib import Path

from numerics.domain import path as checked_path
from numerics.scans.identity import canonical, code_hash, key_of
from numerics.scans.rows import Outcome, Row
from numerics.scans.store import Store
from numerics.tasks.records import Record
from numerics.version import version


class TaskStore:
    """Values of finished tasks, each a row with a checksum; see `Store`.

    Parameters
    ----------
    path : str or path-like
        The file; made when the first value is added.

    Raises
    ------
    StoreError
        If the file is something else, or damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with TaskStore(f"{folder}/tasks.db") as store:
    ...         store.add({"x": 2.0}, {"square": 4.0})
    ...         store.get({"x": 2.0}), store.get({"x": 3.0})
    ({'square': 4.0}, None)
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(checked_path("store", path))
        # what is wrong with a file is told before anything is computed
        self._store = Store(self.path) if self.path.exists() else None

    def __enter__(self) -> TaskStore:
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    def get(self, task: Record) -> Record | None:
        """Return the value of a task, None if it has not finished."""
        if self._store is None:
            return None
        key = key_of(_context(), canonical(task))
        row = self._store.get([key]).get(key)
        if row is None:
            return None
        value: Record = json.loads(row.text)
        return value

    def add(self, task: Record, value: Record) -> None:
        """Keep the value of a task, which is in the file when this returns."""
        numbers, text = canonical(task), canonical(value)
        if self._store is None:
            self._store = Store(self.path)
        with self._store.transaction():
            number = self._store.context(_context())
            key = key_of(_context(), numbers)
            self._store.put([Row(key, number, numbers, Outcome.DONE, text, 0.0)])


@functools.cache
def _context() -> str:
    """Return what a value depends on besides its task."""
    return canonical({"code": code_hash(), "nambu": version(), "quantity": "task"})
