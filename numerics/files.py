"""Files that are complete or not there."""

from __future__ import annotations

import os
import secrets
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
