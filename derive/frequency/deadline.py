"""The time that a call may take, after which it ends with a reason in place of an answer.

Steps of the engine look at the clock between and within themselves, and say what they are doing.
A single step may be one call of SymPy, which looks at no clock; what is still at work after the end
is interrupted, as by Ctrl-C in the thread that runs it.
"""

from __future__ import annotations

import ctypes
import functools
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds after which a call ends.
SECONDS = 60.0
#: Seconds after which an interruption that did not end the call is repeated.
_AGAIN = 2.0
#: Jumps backward, at each of which an interruption that is on its way arrives.
_CHECKS = 100


class Deadline:
    """When to give up, and what is being done until then."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds
        self._doing = "reading the integrand"

    @classmethod
    def current(cls) -> Deadline:
        """Return the deadline of the call that is running, or one that begins now."""
        return _current.get() or cls(SECONDS)

    def check(self, doing: str) -> None:
        """Note what is being done; raise ValueError after the deadline."""
        self._doing = doing
        if self._clock() > self._end:
            raise self.error()

    def error(self) -> ValueError:
        """Return the reason for no answer."""
        return ValueError(f"no answer within {self.seconds:g} s, while {self._doing}")


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def bounded(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function raise ValueError, with what took so long, after SECONDS.

    Within one bounded call another one has no time of its own.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if _current.get() is not None:
            return function(*args, **kwargs)
        deadline = Deadline(SECONDS)
        token = _current.set(deadline)
        watch = _Watch(deadline.seconds)
        try:
            watch.start()
            try:
                return function(*args, **kwargs)
            finally:
                watch.stop()
        except _OutOfTimeError:
            raise deadline.error() from None
        finally:
            _current.reset(token)

    return call


class _OutOfTimeError(BaseException):
    """The interruption; no Exception, for SymPy handles many of these."""


class _Watch:
    """Interrupts the thread that made it after some time, unless it was stopped before."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._thread = threading.get_ident()
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> None:
        threading.Thread(target=self._run, name="nambu-deadline", daemon=True).start()

    def _run(self) -> None:
        pause = self._seconds
        while not self._stopped.wait(pause):
            with self._lock:
                if not self._stopped.is_set():
                    _raise_in(self._thread, _OutOfTimeError)
            pause = _AGAIN

    def stop(self) -> None:
        """Interrupt no more, nor with what is on its way."""
        while True:
            try:
                self._stopped.set()
                with self._lock:
                    # nothing is sent from here on
                    pass
                for _ in range(_CHECKS):
                    # what was sent before arrives here; to take it back instead would leave the
                    # interpreter looking for it for good
                    pass
                return
            except _OutOfTimeError:
                continue


def _raise_in(thread: int, exception: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))
