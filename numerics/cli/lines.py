"""Progress as lines, where there is no terminal for a bar."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic as clock

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
