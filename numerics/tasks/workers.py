"""Processes that are looked after: one that dies is replaced, and its task tried again.

`Workers` is an executor as those of `concurrent.futures`.  A worker ends with the process that
started it, however that ends: it reads a pipe which the system closes then.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from numerics.domain import integer
from numerics.evaluation import threads

__all__ = ["MOST_WORKERS", "WorkerError", "Workers"]

#: The most processes of a machine: more is a slip of the pen.
MOST_WORKERS = 1024
#: How often a task is tried again whose worker died.
_RETRIES = 2
#: So many workers in a row may die before they can be given anything; then none is started again.
_STILLBORN = 3
#: How long a worker may take to end by itself, in seconds.
_GRACE = 1.0


class WorkerError(BrokenExecutor):
    """The processes that were given a task died of it, or of something else, each time."""


@dataclass
class _Task:
    future: Future[Any]
    message: bytes
    deaths: int = 0


@dataclass
class _Worker:
    process: SpawnProcess
    connection: Connection
    ready: bool = False
    task: _Task | None = None


class Workers(Executor):
    """Processes that share tasks.

    A program that uses them starts with `if __name__ == "__main__":`, as always where processes
    are started afresh.

    Parameters
    ----------
    number : int
        How many processes.

    Raises
    ------
    ValueError
        If the number is outside its domain.

    Examples
    --------
    >>> from numerics.tasks.workers import Workers
    >>> with Workers(1) as workers:
    ...     workers.submit(pow, 2, 10).result()
    1024
    """

    def __init__(self, number: int) -> None:
        self.number = integer("workers", number, 1, MOST_WORKERS)
        # started afresh, because a copy of a process with threads may hang
        self._context = get_context("spawn")
        self._lock = threading.Lock()
        self._waiting: deque[_Task] = deque()
        self._workers: list[_Worker] = []
        self._closed, self._stopped, self._stillborn = False, False, 0
        self._broken: str | None = None
        # something to wait for besides the workers
        self._bell, self._ring = self._context.Pipe(duplex=False)
        self._ringing = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def processes(self) -> tuple[int, ...]:
        """The numbers of the processes that are there now."""
        return tuple(w.process.pid for w in list(self._workers) if w.process.pid is not None)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give a task to the next worker that is free; see `concurrent.futures.Executor`."""
        task = _Task(Future(), pickle.dumps((fn, args, kwargs)))
        with self._lock:
            if self._closed:
                raise RuntimeError("these workers have been sent home")
            if self._broken is not None:
                raise BrokenExecutor(self._broken)
            self._waiting.append(task)
            if self._thread is None:
                # does not keep a program alive that has been interrupted
                self._thread = threading.Thread(target=self._supervise, daemon=True)
                self._thread.start()
        self._wake()
        return task.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers end when their tasks are done; see `concurrent.futures.Executor`."""
        with self._lock:
            first = not self._closed
            self._closed = True
            if cancel_futures:
                for task in self._waiting:
                    task.future.cancel()
        if self._thread is not None:
            if first or cancel_futures:
                self._wake()
            if wait:
                self._thread.join()

    def stop(self) -> None:
        """End the workers now, with what they are doing."""
        self._stopped = True
        self.shutdown(wait=True, cancel_futures=True)

    def _wake(self) -> None:
        """Let the thread look again; it may have ended."""
        with self._ringing, contextlib.suppress(OSError):
            self._ring.send(None)

    # In the thread ------------------------------------------------------------------------------

    def _supervise(self) -> None:
        try:
            while self._hand_out():
                ready = wait([self._bell, *(w.connection for w in self._workers)])
                while self._bell in ready and self._bell.poll():
                    self._bell.recv()
                for worker in [w for w in self._workers if w.connection in ready]:
                    self._receive(worker)
        except Exception as error:  # such as no memory for another process
            self._broken = " ".join(f"no worker can be started: {error}".split())
        finally:
            self._end()

    def _hand_out(self) -> bool:
        """Give tasks to workers that are free; False when there is nothing left to do."""
        if self._stopped or self._broken:
            return False
        wanted = len(self._waiting) + sum(w.task is not None for w in self._workers)
        while len(self._workers) < min(self.number, wanted):
            self._workers.append(self._start())
        for worker in [w for w in self._workers if w.ready and w.task is None]:
            task = self._next()
            if task is None:
                break
            worker.task = task
            # a worker that is gone by now is noticed when it is asked for the result
            with contextlib.suppress(OSError):
                worker.connection.send_bytes(task.message)
        # after that: among what waited there may have been only tasks that were cancelled
        with self._lock:
            left = self._waiting or any(w.task is not None for w in self._workers)
            return bool(left) or not self._closed

    def _next(self) -> _Task | None:
        with self._lock:
            while self._waiting:
                task = self._waiting.popleft()
                if task.deaths or task.future.set_running_or_notify_cancel():
                    return task
        return None

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        process = self._context.Process(target=_work, args=(there,), daemon=True)
        process.start()
        # only the worker has it now, so that it is closed when that ends
        there.close()
        return _Worker(process, here)

    def _receive(self, worker: _Worker) -> None:
        """Take a result, or notice that the worker is dead."""
        try:
            message = worker.connection.recv_bytes()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if not worker.ready:
            worker.ready, self._stillborn = True, 0
            return
        task, worker.task = worker.task, None
        if task is not None:
            _settle(task.future, message)

    def _bury(self, worker: _Worker) -> None:
        """Let the task of a dead worker be tried again, or be failed."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join(_GRACE)
        if worker.process.is_alive():
            # it has left its work, but cannot end
            worker.process.kill()
            worker.process.join()
        ended = f"the worker process {_ended(worker.process.exitcode)}"
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                self._broken = f"{ended} before it could be given anything"
        if (task := worker.task) is None:
            return
        task.deaths += 1
        if task.deaths <= _RETRIES:
            with self._lock:
                self._waiting.appendleft(task)
            return
        task.future.set_exception(WorkerError(f"{ended} ({task.deaths} times)"))

    def _end(self) -> None:
        """Let all workers end, and those that do not, be ended; leave no future open."""
        for worker in self._workers:
            worker.connection.close()
            if worker.task is not None:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.join(_GRACE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        with self._lock:
            tasks = [*(w.task for w in self._workers if w.task is not None), *self._waiting]
            self._waiting.clear()
            self._broken = self._broken or "the workers were stopped"
        self._workers.clear()
        for task in tasks:
            if not task.future.cancelled():
                task.future.set_exception(BrokenExecutor(self._broken))


def _settle(future: Future[Any], message: bytes) -> None:
    try:
        succeeded, value = pickle.loads(message)
    except Exception as error:  # whatever a result does when it is read
        succeeded, value = False, error
    if succeeded:
        future.set_result(value)
    else:
        future.set_exception(value)


def _ended(code: int | None) -> str:
    """Return how a process ended, in words."""
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with the status {code}"


# In the worker ------------------------------------------------------------------------------------


def _work(connection: Connection) -> None:
    """Do tasks until the other end is closed."""
    # Ctrl-C reaches every process of a terminal; it is for the first one
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    # workers are as many as there are cores for them already
    threads(1)
    _ready_for_derivations()
    # ready for the first task
    connection.send_bytes(b"")
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            return
        answer = _answer(message)
        try:
            connection.send_bytes(answer)
        except OSError:
            return


def _ready_for_derivations() -> None:
    """Let SymPy remember more, and garbage be looked for less often.

    Together they spare a third of the time in which all kernels are derived: a fifth, an eighth.
    """
    # the last thousand values of each function by default, and a derivation asks for more of them
    # again; read once SymPy is imported, which a worker does with its first task that needs it
    os.environ.setdefault("SYMPY_CACHE_SIZE", "100000")
    # expressions are many small objects that stay
    gc.set_threshold(100_000, 20, 50)


def _answer(message: bytes) -> bytes:
    try:
        function, arguments, options = pickle.loads(message)
        return pickle.dumps((True, function(*arguments, **options)))
    except Exception as error:  # for the one who asks for the result
        try:
            whole = pickle.dumps((False, error))
            pickle.loads(whole)
        except Exception:  # an error that another process cannot read is told in words
            return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
        return whole


def _end_with_parent() -> None:
    """End this process when the one that started it does, also in the middle of a task."""
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
