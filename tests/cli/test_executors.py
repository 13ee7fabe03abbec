"""Scans on other executors than the processes of this machine; without their packages, a line."""

from __future__ import annotations

import builtins
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from numerics import Parameters
from numerics.cli import main
from numerics.scans import Scan, Store, run_scan, write_scan

SCAN = Scan(Parameters(0.0, 1e-2, cutoff=20.0), {"ratio": [k / 100 for k in range(1, 31)]})


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    write_scan(SCAN, tmp_path / "s.toml")
    return ["scan", "run", str(tmp_path / "s.toml"), "--store", str(tmp_path / "s.db")]


def values(path: Path) -> list[tuple[str, str]]:
    with Store(path, write=False) as store:
        return sorted((row.key, row.text) for row in store.rows())


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    path = tmp_path_factory.mktemp("alone") / "s.db"
    with Store(path) as store:
        assert run_scan(SCAN, store, workers=1).done == 30
    return values(path)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--dask", "local", "--mpi"], "give --dask or --mpi, not both"),
        (["--dask", "tcp://127.0.0.1:1", "--workers", "2"], "leave out --workers"),
        (["--mpi", "--workers", "2"], "leave out --workers"),
    ],
)
def test_one_executor_is_asked_for(
    more: list[str], says: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, *more]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("package", "more"),
    [
        ("distributed", ["--dask", "local"]),
        ("mpi4py", ["--mpi"]),
        ("adaptive", ["--adaptive", "20"]),
        ("zarr", ["--adaptive", "20", "--output", "o.zarr"]),
    ],
)
def test_a_package_that_is_not_there_is_named(
    package: str,
    more: list[str],
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = builtins.__import__

    def without(name: str, *rest: Any, **others: Any) -> Any:
        if name.split(".")[0] == package:
            raise ImportError(f"No module named {name!r}")
        return plain(name, *rest, **others)

    monkeypatch.setattr(builtins, "__import__", without)
    assert main([*words, *more]) == 1
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert f"needs {package}: pip install 'nambu[" in line
    assert os.listdir(Path(words[2]).parent) == ["s.toml"]


@pytest.mark.slow
def test_a_local_cluster_of_dask_computes_the_same(
    words: list[str], alone: list[tuple[str, str]]
) -> None:
    pytest.importorskip("distributed")
    command = [sys.executable, "-m", "numerics.cli", *words, "--dask", "local", "--workers", "2"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "30 of 30 values: 30 done, 0 absent, 0 failed\n")
    assert "Traceback" not in run.stderr
    assert values(Path(words[4])) == alone


@pytest.mark.slow
def test_a_worker_of_dask_that_is_killed_is_made_up_for(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []
    many = SCAN.replace(axes=({"ratio": [k / 1000 for k in range(1, 301)]}))
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        Store(tmp_path / "s.db") as store,
    ):
        numbers = list(client.run(os.getpid).values())

        def kill(progress: Any) -> None:
            if progress.computed > 20 and not killed:
                killed.append(numbers[0])
                os.kill(numbers[0], signal.SIGKILL)

        found = run_scan(many, store, executor=client.get_executor(), workers=2, progress=kill)
    assert killed
    assert (found.done, found.computed) == (300, 300)


def test_a_scheduler_that_is_not_there_is_told_in_a_line(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("numerics.cli.executors._PATIENCE", 0.2)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        assert main([*words, "--dask", address]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.slow
def test_processes_of_mpi_compute_the_same(words: list[str], alone: list[tuple[str, str]]) -> None:
    pytest.importorskip("mpi4py")
    launcher = shutil.which("mpiexec", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if launcher is None:
        pytest.skip("there is no mpiexec")
    command = [launcher, "-n", "3", sys.executable, "-m", "mpi4py.futures", "-m", "numerics.cli"]
    run = subprocess.run([*command, *words, "--mpi"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "30 of 30 values: 30 done, 0 absent, 0 failed\n")
    assert values(Path(words[4])) == alone
