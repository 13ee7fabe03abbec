"""Shares the work of the page among processes, and counts what is done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class Crew:
    """Starts pieces of work, here or among the workers of an executor.

    Parameters
    ----------
    executor : concurrent.futures.Executor, optional
        Processes that share the work; without one a piece is done when its value is asked for.
    count : callable, optional
        Called with the name of each piece that is done.
    """

    def __init__(
        self, executor: Executor | None = None, count: Callable[[str], object] | None = None
    ) -> None:
        self.executor = executor
        self._count = count or (lambda name: None)

    def start(self, name: str, function: Callable[..., T], *arguments: Any) -> Callable[[], T]:
        """Start a piece of work, and return what gives its value, to be called once."""
        if self.executor is None:
            return self._later(name, function, *arguments)
        future = self.executor.submit(function, *arguments)
        told: Future[None] = Future()

        def count(done: Future[T]) -> None:
            try:
                if not done.cancelled():
                    self._count(name)
            except BaseException as error:
                # is raised where the value is asked for: here it would end with the call
                told.set_exception(error)
            else:
                told.set_result(None)

        future.add_done_callback(count)

        def value() -> T:
            result = future.result()
            told.result()
            return result

        return value

    def beside(self, name: str, function: Callable[..., T], *arguments: Any) -> Callable[[], T]:
        """Start work that divides itself among the executor's workers, as `start` does."""
        if self.executor is None:
            return self._later(name, function, *arguments)
        future: Future[T] = Future()

        def run() -> None:
            try:
                value = function(*arguments)
                self._count(name)
            except BaseException as error:
                # told where the value is asked for
                future.set_exception(error)
            else:
                future.set_result(value)

        # waits for workers only; it must not keep an interrupted program alive
        Thread(target=run, daemon=True).start()
        return future.result

    def _later(self, name: str, function: Callable[..., T], *arguments: Any) -> Callable[[], T]:
        def value() -> T:
            result = function(*arguments)
            self._count(name)
            return result

        return value
