"""Signals that ask a program to end: Ctrl-C, the end of its terminal, and that of the machine."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
#: After so many seconds a signal is sent again whose handler has raised where nothing can be.
_AGAIN = 0.01


@contextmanager
def interrupts(handler: Callable[[int], object]) -> Iterator[None]:
    """Call a function with the number of each signal within the block.

    Signals that are ignored, as by `nohup`, stay so.  Outside the main thread nothing is done.
    What a handler raises is lost where Python calls back, such as at the end of an object: the
    signal comes again then.
    """
    before = {}
    last: list[int] = []

    def handle(number: int, _: object) -> None:
        last[:] = [number]
        handler(number)

    def unraisable(lost: Any) -> None:
        if last and issubclass(lost.exc_type, KeyboardInterrupt):
            threading.Timer(_AGAIN, _thread.interrupt_main, last).start()
        else:
            hook(lost)

    hook = sys.unraisablehook
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            if signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, handle)
        sys.unraisablehook = unraisable
    try:
        yield
    finally:
        if before:
            sys.unraisablehook = hook
        for number, old in before.items():
            signal.signal(number, old)
