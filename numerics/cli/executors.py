"""Where the work of a command is done: processes of this machine, Dask, MPI."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager

from numerics.cli.options import whole_number
from numerics.evaluation import threads
from numerics.tasks.workers import MOST_WORKERS

#: How long to wait for a scheduler of Dask, in seconds.
_PATIENCE = 10
#: The address that stands for a cluster of this machine.
_LOCAL = "local"


@contextmanager
def executors(
    workers: int | None, dask: str | None, mpi: bool
) -> Iterator[tuple[Executor | None, int | None]]:
    """Provide an executor and how many workers it has; None for processes of this machine.

    Parameters
    ----------
    workers : int, optional
        How many processes, of this machine or of a local cluster.
    dask : str, optional
        The address of a scheduler, or "local" for one of this machine that nobody else can reach.
    mpi : bool
        Whether the processes of `mpiexec -n N python -m mpi4py.futures` do the work.

    Raises
    ------
    ValueError
        If two of them are given, or the number is outside its domain.
    ImportError
        If the package is not installed.
    OSError
        If there is no such scheduler.
    """
    if workers is not None:
        whole_number("workers", workers, 1, MOST_WORKERS)
    if dask is not None and mpi:
        raise ValueError("give --dask or --mpi, not both")
    if workers is not None and (mpi or dask not in (None, _LOCAL)):
        raise ValueError("the number of workers is that of the cluster: leave out --workers")
    with ExitStack() as stack:
        if mpi:
            yield stack.enter_context(_mpi())
        elif dask is not None:
            yield _dask(stack, dask, workers)
        else:
            yield None, workers


@contextmanager
def _mpi() -> Iterator[tuple[Executor, int]]:
    try:
        from mpi4py.futures import MPIPoolExecutor
    except ImportError:
        raise ImportError("--mpi needs mpi4py: pip install 'nambu[mpi]'") from None
    # one thread each, as Dask's workers and ours
    with MPIPoolExecutor(initializer=threads, initargs=(1,)) as executor:
        # processes that are there, not to be started
        yield executor, max(1, executor.num_workers)


def _dask(stack: ExitStack, address: str, workers: int | None) -> tuple[Executor, int]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise ImportError("--dask needs distributed: pip install 'nambu[dask]'") from None
    # what it tells of workers that come and go is told by the scan where it matters
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if address == _LOCAL:
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        )
        address = stack.enter_context(cluster).scheduler_address
    try:
        client = stack.enter_context(Client(address, timeout=_PATIENCE))
    except ValueError as error:
        raise ValueError(f"dask = {address} is outside its domain: an address ({error})") from None
    number = sum(client.nthreads().values())
    if number == 0:
        raise OSError(f"dask = {address}: this scheduler has no workers")
    executor: Executor = client.get_executor()
    return executor, number
