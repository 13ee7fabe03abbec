"""Progress as a bar, or as lines where there is no terminal for one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic as clock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

#: There is a line after so many seconds, twice as many after that, ..., at last each ten minutes.
_FIRST, _SELDOM = 1.0, 600.0


class Lines:
    """Prints on the error stream now and then what it is told."""

    def __init__(self) -> None:
        self._next, self._wait = clock() + _FIRST, _FIRST

    def __call__(self, text: Callable[[], str]) -> None:
        """Print a text, which is asked for when it is time for a line."""
        now = clock()
        if now < self._next:
            return
        self._wait = min(2 * self._wait, _SELDOM)
        self._next = now + self._wait
        print(text(), file=sys.stderr, flush=True)


@contextmanager
def bar(*, quiet: bool) -> Iterator[Progress]:
    """Provide a bar on the error stream with a description, a count and the time; or none of it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    progress = Progress(*columns, TimeElapsedColumn(), console=console, disable=quiet)
    if quiet:
        # some versions of rich print an empty line at the end of what is not shown
        yield progress
        return
    with progress:
        yield progress
