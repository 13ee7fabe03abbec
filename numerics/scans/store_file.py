"""The file of a store: made whole or not at all, and looked at before it is believed."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from numerics.files import sync

#: What the header says of a file of this project: "namb", and the form of its tables.
APPLICATION, SCHEMA = 0x6E616D62, 1
_MAGIC = b"SQLite format 3\0"
#: Places of both in the header, numbers of four bytes.
_APPLICATION_AT, _SCHEMA_AT, _HEADER = 68, 60, 100
#: How long to wait for another process that writes, in seconds: its transactions are short.
_PATIENCE = 60.0

#: The longest reason in a message, which may quote what is damaged.
_LONGEST = 80

TABLES = (
    "CREATE TABLE scans (identity TEXT PRIMARY KEY, text TEXT NOT NULL, contexts TEXT NOT NULL, "
    "checksum TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE contexts (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
    "CREATE TABLE points (key TEXT PRIMARY KEY, context INTEGER NOT NULL, numbers TEXT NOT NULL, "
    "outcome TEXT NOT NULL, text TEXT NOT NULL, seconds REAL NOT NULL, checksum TEXT NOT NULL) "
    "WITHOUT ROWID",
    "CREATE TABLE drivers (token TEXT PRIMARY KEY, host TEXT NOT NULL, process TEXT NOT NULL, "
    "beat INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE claims (key TEXT PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID",
)


class StoreError(ValueError):
    """A file is no store, not one of this version, or damaged; nothing was written to it."""


def refused(path: Path, reason: str) -> StoreError:
    """Return the error for a file that is not used."""
    return StoreError(f"store = {path} is outside its domain: {reason}")


def damaged(path: Path, what: str) -> StoreError:
    """Return the error for a store that is not as it was written."""
    line = " ".join(what.split())[:_LONGEST]
    return refused(path, f"a store of scans as it was written; it is damaged ({line})")


def create(path: Path) -> None:
    """Make an empty store where there is no file; another process may have made one before.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    beside = path.parent / f".{path.name}.{secrets.token_hex(8)}"
    # the folder has to be there and writable, which SQLite says in a word only
    os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        with told(path):
            connection = sqlite3.connect(beside, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN")
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
                for table in TABLES:
                    connection.execute(table)
                connection.execute("COMMIT")
            finally:
                # the last connection moves all from the log into the file
                connection.close()
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        except OSError:
            # a file system without links; what another process made meanwhile is as empty
            if not path.exists():
                os.rename(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    # with its name
    sync(path.parent)


def to_look_at(path: Path) -> sqlite3.Connection:
    """Return a connection to a file of this project that cannot change it, nor its folder.

    Raises
    ------
    StoreError
        If the file is none, or of another form; its pages fit together else.
    OSError
        If it cannot be opened.
    """
    _look_at_header(path)
    with told(path):
        # SQLite leaves a log beside what it reads, unless it is told that nobody writes: nobody
        # does without a log
        more = "" if log_of(path).exists() else "&immutable=1"
        connection = _connection(f"{path.absolute().as_uri()}?mode=ro{more}")
        try:
            _check(path, connection)
        except BaseException:
            connection.close()
            raise
    return connection


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Return a connection to a store that has been looked at.

    Raises
    ------
    OSError
        If it cannot be opened, or not be written to.
    """
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    if not writable:
        if write:
            raise PermissionError(f"store = {path} cannot be written to, or its folder")
        return to_look_at(path)
    with told(path):
        connection = _connection(f"{path.absolute().as_uri()}?mode=rw")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            if not write:
                connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def log_of(path: Path) -> Path:
    """Return the file with what SQLite has not moved into a store yet."""
    return path.with_name(f"{path.name}-wal")


def _connection(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, timeout=_PATIENCE, isolation_level=None, uri=True)


def _look_at_header(path: Path) -> None:
    """Refuse a file of another sort before SQLite sees it, which may write to what it opens."""
    with path.open("rb") as stream:
        header = stream.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise refused(path, "a store of scans, which this file is not")
    words = [int.from_bytes(header[at : at + 4], "big") for at in (_APPLICATION_AT, _SCHEMA_AT)]
    if words[0] != APPLICATION:
        raise refused(path, "a store of scans, which this database of another program is not")
    if words[1] != SCHEMA:
        age = "newer" if words[1] > SCHEMA else "older"
        raise refused(path, f"a store of the form {SCHEMA}; this one has the {age} form {words[1]}")


def _check(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a file whose pages or tables are not as they were made."""
    found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    if {row[0] for row in found} != set(TABLES):
        raise refused(path, "a store of scans; its tables are others, it is damaged")
    if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        raise damaged(path, "its pages do not fit together")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell in one line what SQLite says: OSError of the machine, StoreError of the file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")
        reason = str(error)
        if name.startswith(_MACHINE):
            raise OSError(f"store = {path}: {reason}; what was kept before is there") from None
        raise damaged(path, reason) from None
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise damaged(path, str(error)) from None


#: What SQLite calls troubles of the machine and not of the file.
_MACHINE = (
    "SQLITE_BUSY",
    "SQLITE_CANTOPEN",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_LOCKED",
    "SQLITE_NOMEM",
    "SQLITE_PERM",
    "SQLITE_READONLY",
)
