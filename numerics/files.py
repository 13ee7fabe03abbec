"""Files and folders that are complete or not there."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What a new file may be, before the umask of the user takes from it.
_MODE = 0o666


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Give an empty file beside another to write; then it is synced, and takes the other's place.

    It has the permissions that the user's umask leaves; if the block raises, it is removed.
    """
    beside = target.parent / f".{target.name}.{secrets.token_hex(8)}"
    os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE))
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        beside.unlink()
        raise


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """Give a new folder beside another to write into; then it is synced, and takes its place.

    If the block raises, it is removed.  A folder that is there is moved aside first, since Python
    has no call that exchanges two of them; whatever happens, it or the new one is whole.
    """
    beside, aside = (target.parent / f".{target.name}.{secrets.token_hex(8)}" for _ in range(2))
    beside.mkdir()
    try:
        yield beside
        for path in (*beside.rglob("*"), beside):
            sync(path)
        if target.exists():
            os.rename(target, aside)
        try:
            os.rename(beside, target)
        except OSError:
            if aside.exists():
                os.rename(aside, target)
            raise
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def sync(path: Path) -> None:
    """Let a file, or the names in a folder, survive a loss of power, if the system can."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError:
        pass  # not every file system can
    finally:
        os.close(number)
