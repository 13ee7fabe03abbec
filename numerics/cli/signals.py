"""Signals that ask a program to end: Ctrl-C, the end of its terminal, and that of the machine."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def interrupts(handler: Callable[[int], object]) -> Iterator[None]:
    """Call a function with the number of each signal within the block.

    Signals that are ignored, as by `nohup`, stay so.  Outside the main thread nothing is done.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            if signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, lambda found, _: handler(found))
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
