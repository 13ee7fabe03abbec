"""Points that were computed, in one file of SQLite, which several processes may share.

A point is in the file when the transaction that wrote it has ended, whatever happens afterwards.
Every row has a checksum, and all of them are looked at before anything is written.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from numerics.domain import path as checked_path
from numerics.scans.drivers import Driver, Watch, new_driver
from numerics.scans.identity import canonical, contexts, digest, identity, key_of
from numerics.scans.rows import Outcome, Row
from numerics.scans.scan import Scan
from numerics.scans.store_file import (
    StoreError,
    connect,
    create,
    damaged,
    log_of,
    to_look_at,
    told,
)
from numerics.scans.toml import from_toml, to_toml

__all__ = ["Begun", "Store"]

#: Rows that are read at once, so that memory does not grow with the file.
_ROWS = 1000
_COLUMNS = "key, context, numbers, outcome, text, seconds"


class Begun(NamedTuple):
    """A scan as a store knows it: in TOML, with what the points of each quantity depend on."""

    text: str
    contexts: dict[str, str]

    @property
    def scan(self) -> Scan:
        """The scan; a ValueError where another version has written what this one cannot read."""
        return from_toml(self.text)

    @property
    def current(self) -> bool:
        """Whether its points are those that this version computes."""
        return self.contexts == contexts(self.scan)


class Store:
    """A file with the points of scans.

    Parameters
    ----------
    path : str or path-like
    write : bool
        Whether points are to be added; the file is made where there is none.

    Raises
    ------
    StoreError
        If the file is no store, one of another form, or damaged; a ValueError.
    OSError
        If it cannot be read, or written to.

    Examples
    --------
    >>> import tempfile
    >>> from numerics import Parameters
    >>> from numerics.scans import Scan, Store
    >>> scan = Scan(Parameters(0.0), {"gamma_v": [0.0, 1e-4]}, ["rates"])
    >>> with tempfile.TemporaryDirectory() as folder, Store(f"{folder}/scan.db") as store:
    ...     store.register(scan)
    ...     [found.scan == scan for found in store.scans().values()]
    [True]
    """

    def __init__(self, path: str | PathLike[str], *, write: bool = True) -> None:
        self.path = Path(checked_path("store", path))
        if write and not self.path.exists():
            create(self.path)
        self._look()
        self._connection = connect(self.path, write=write)
        self._contexts: dict[str, int] = {}
        self._driver: Driver | None = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up what was claimed, and close the file."""
        try:
            if self._driver is not None:
                with self.transaction():
                    self._forget([self._driver.token])
        except (OSError, ValueError):
            # the next driver sees that this one is gone
            pass
        finally:
            self._driver = None
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of a block, or nothing of it."""
        with told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # a full disk has ended it already
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    # What is in the file ------------------------------------------------------------------------

    def _look(self) -> None:
        """Refuse a file of which anything is not as it was written."""
        begun = log_of(self.path).exists()
        try:
            self._connection = to_look_at(self.path)
            with contextlib.closing(self._connection):
                for _ in itertools.chain(self._scans(), self.rows()):
                    pass
        except StoreError:
            if begun or not log_of(self.path).exists():
                raise
            # another process has begun to write meanwhile
            self._look()

    def scans(self) -> dict[str, Begun]:
        """Return the scans that were begun, by their identities."""
        return dict(self._scans())

    def _scans(self) -> Iterator[tuple[str, Begun]]:
        with told(self.path):
            for name, *texts, checksum in self._connection.execute("SELECT * FROM scans"):
                if checksum != digest("\0".join(map(str, (name, *texts)))):
                    raise damaged(self.path, f"the scan {str(name)[:12]}")
                yield name, Begun(texts[0], json.loads(texts[1]))

    def rows(self) -> Iterator[Row]:
        """Yield all points, each as it was written.

        Raises
        ------
        StoreError
            At the first one that is not.
        """
        with told(self.path):
            known = dict(self._connection.execute("SELECT number, text FROM contexts"))
            rows = self._connection.execute(f"SELECT {_COLUMNS}, checksum FROM points")
            while found := rows.fetchmany(_ROWS):
                for values in found:
                    yield self._believed(values, known)

    def get(self, keys: Sequence[str]) -> dict[str, Row]:
        """Return the points of some keys that are there."""
        query = (
            f"SELECT {_COLUMNS}, checksum FROM points WHERE key IN (SELECT value FROM json_each(?))"
        )
        with told(self.path):
            known = dict(self._connection.execute("SELECT number, text FROM contexts"))
            found = self._connection.execute(query, (json.dumps(keys),)).fetchall()
        rows = [self._believed(values, known) for values in found]
        return {row.key: row for row in rows}

    def knows(self, texts: Iterable[str]) -> bool:
        """Tell whether there may be points that depend on one of some contexts."""
        query = "SELECT 1 FROM contexts WHERE text = ?"
        with told(self.path):
            return any(self._connection.execute(query, (x,)).fetchone() for x in texts)

    def outcomes(self, keys: Sequence[str]) -> dict[str, str]:
        """Return how the points of some keys ended that are there."""
        query = "SELECT key, outcome FROM points WHERE key IN (SELECT value FROM json_each(?))"
        with told(self.path):
            return dict(self._connection.execute(query, (json.dumps(keys),)).fetchall())

    def _believed(self, values: tuple[object, ...], known: Mapping[int, str]) -> Row:
        row = Row._make(values[:-1])
        kinds = zip(row, (str, int, str, str, str, float), strict=True)
        valid = all(isinstance(value, kind) for value, kind in kinds)
        valid = valid and row.context in known and row.checksum == values[-1]
        if not valid or row.key != key_of(known[row.context], row.numbers):
            raise damaged(self.path, f"the point {str(row.key)[:12]}")
        return row

    # What is added ------------------------------------------------------------------------------

    def register(self, scan: Scan) -> None:
        """Keep what is computed, so that it can be resumed without its file."""
        texts = (identity(scan), to_toml(scan), canonical(contexts(scan)))
        row = (*texts, digest("\0".join(texts)))
        with self.transaction():
            self._connection.execute("INSERT OR IGNORE INTO scans VALUES (?, ?, ?, ?)", row)

    def context(self, text: str) -> int:
        """Return the number of what points depend on; within a transaction."""
        if text not in self._contexts:
            self._connection.execute("INSERT OR IGNORE INTO contexts (text) VALUES (?)", (text,))
            query = "SELECT number FROM contexts WHERE text = ?"
            (self._contexts[text],) = self._connection.execute(query, (text,)).fetchone()
        return self._contexts[text]

    def put(self, rows: Iterable[Row]) -> None:
        """Add points; within a transaction.  What is there stays, but for points that failed."""
        self._connection.executemany(
            f"INSERT INTO points ({_COLUMNS}, checksum) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome, text = excluded.text, "
            "seconds = excluded.seconds, checksum = excluded.checksum "
            f"WHERE points.outcome = '{Outcome.FAILED}'",
            [(*row, row.checksum) for row in rows],
        )

    # Who computes what --------------------------------------------------------------------------

    def claim(self, keys: Sequence[str]) -> set[str]:
        """Take points for this process; within a transaction.  Return those that it has now."""
        driver = self._begin()
        self._connection.executemany(
            "INSERT OR IGNORE INTO claims VALUES (?, ?)", [(key, driver.token) for key in keys]
        )
        query = "SELECT key FROM claims WHERE token = ? AND key IN (SELECT value FROM json_each(?))"
        found = self._connection.execute(query, (driver.token, json.dumps(keys)))
        return {key for (key,) in found}

    def release(self, keys: Iterable[str]) -> None:
        """Give points back; within a transaction."""
        driver = self._begin()
        self._connection.executemany(
            "DELETE FROM claims WHERE key = ? AND token = ?", [(key, driver.token) for key in keys]
        )

    def beat(self) -> None:
        """Tell others that this process is alive, and free what dead ones had claimed."""
        with self.transaction():
            driver = self._begin()
            query = "UPDATE drivers SET beat = beat + 1 WHERE token = ?"
            self._connection.execute(query, (driver.token,))
            found = self._connection.execute("SELECT token, host, process, beat FROM drivers")
            drivers = [Driver(str(t), str(h), str(p), b) for t, h, p, b in found.fetchall()]
            self._forget(self._watch.dead(drivers))
            # claims of nobody
            query = "DELETE FROM claims WHERE token NOT IN (SELECT token FROM drivers)"
            self._connection.execute(query)

    def _begin(self) -> Driver:
        """Return this process as a driver, which is in the file whatever others thought of it."""
        if self._driver is None:
            self._driver = new_driver()
            self._watch = Watch(self._driver)
        values = (self._driver.token, self._driver.host, self._driver.process)
        self._connection.execute("INSERT OR IGNORE INTO drivers VALUES (?, ?, ?, 0)", values)
        return self._driver

    def _forget(self, tokens: Iterable[str]) -> None:
        for token in tokens:
            self._connection.execute("DELETE FROM claims WHERE token = ?", (token,))
            self._connection.execute("DELETE FROM drivers WHERE token = ?", (token,))
