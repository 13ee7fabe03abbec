"""A scan that is killed, resumed or shared computes each point once, and the same."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from numerics import Contact, Model, Parameters, Reservoir
from numerics.scans import Axis, Progress, Scan, Store, export, run_scan, table_of
from numerics.scans.batches import Found, Item
from numerics.scans.identity import Keys, canonical
from numerics.scans.quantities import QUANTITIES
from numerics.scans.rows import Row, encoded
from numerics.scans.scan import Recipe
from numerics.tasks.workers import Workers
from tests.numerics.scans import stubs

#: A driver, as a process of its own: store, points along an axis.
DRIVER = """
import sys
from numerics.scans import Store, run_scan
from numerics.tasks.workers import Workers
from tests.numerics.scans import stubs
if __name__ == "__main__":
    with Store(sys.argv[1]) as store:
        run_scan(stubs.plane(int(sys.argv[2])), store, workers=1, evaluate=stubs.noted)
"""
#: Points along an axis of the scans that are killed; batches, and points of one, on their way.
SIDE, FLYING, LARGEST = 12, 2, 10


def contents(path: Path) -> list[Row]:
    """Return all points; how long they took differs each time."""
    with Store(path, write=False) as store:
        return sorted(row._replace(seconds=0.0) for row in store.rows())


def exported(path: Path) -> tuple[bytes, ...]:
    """Return what other programs get of a store."""
    files = [path.with_suffix(suffix) for suffix in (".csv", ".nc")]
    with Store(path, write=False) as store:
        table = table_of(stubs.plane(SIDE), store)
    for file in files:
        export(table, file)
    return tuple(file.read_bytes() for file in files)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, ...]:
    path = tmp_path_factory.mktemp("whole") / "s.db"
    with Store(path) as store, ThreadPoolExecutor(1) as executor:
        found = run_scan(stubs.plane(SIDE), store, executor=executor, evaluate=stubs.fast)
    assert (found.done, found.total, found.computed) == (SIDE**2, SIDE**2, SIDE**2)
    assert len(contents(path)) == SIDE**2
    return exported(path)


def driver(folder: Path) -> subprocess.Popen[bytes]:
    program = folder / "driver.py"
    program.write_text(DRIVER)
    command = [sys.executable, str(program), str(folder / "s.db"), str(SIDE)]
    environment = {**os.environ, stubs.NOTES: str(folder / "notes")}
    return subprocess.Popen(command, env=environment)


def computed(folder: Path) -> list[str]:
    notes = folder / "notes"
    return notes.read_text().splitlines() if notes.exists() else []


def killed_at_random(folder: Path, chance: random.Random, times: int) -> None:
    """Kill a driver whenever it has computed some more points; then let it finish."""
    for _ in range(times):
        goal = len(computed(folder)) + chance.randrange(1, 30)
        with driver(folder) as process:
            while process.poll() is None and len(computed(folder)) < goal:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.05)
            process.send_signal(signal.SIGKILL)
    with driver(folder) as process:
        pass
    assert process.returncode == 0


def check_killed(folder: Path, times: int, uninterrupted: tuple[bytes, ...]) -> None:
    assert exported(folder / "s.db") == uninterrupted
    counts = Counter(computed(folder))
    assert len(counts) == SIDE**2
    # with each death no more is lost than what was on its way
    assert sum(counts.values()) - SIDE**2 <= times * FLYING * LARGEST
    with Store(folder / "s.db") as store, ThreadPoolExecutor(1) as executor:
        again = run_scan(stubs.plane(SIDE), store, executor=executor, evaluate=stubs.broken)
    assert (again.done, again.computed) == (SIDE**2, 0)


def test_a_killed_driver_loses_nothing(tmp_path: Path, uninterrupted: tuple[bytes, ...]) -> None:
    killed_at_random(tmp_path, random.Random(1), 2)
    check_killed(tmp_path, 2, uninterrupted)


@pytest.mark.slow
def test_a_driver_killed_many_times_loses_nothing(
    tmp_path: Path, uninterrupted: tuple[bytes, ...]
) -> None:
    for turn in range(7):
        folder = tmp_path / f"{turn}"
        folder.mkdir()
        killed_at_random(folder, random.Random(turn), 8)
        check_killed(folder, 8, uninterrupted)


def test_two_drivers_share_the_points(tmp_path: Path, uninterrupted: tuple[bytes, ...]) -> None:
    with driver(tmp_path) as one, driver(tmp_path) as other:
        pass
    assert one.returncode == other.returncode == 0
    assert exported(tmp_path / "s.db") == uninterrupted
    assert set(Counter(computed(tmp_path)).values()) == {1}


def test_what_an_acknowledged_point_says_is_in_the_file(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def look(progress: Progress) -> None:
        with Store(tmp_path / "s.db", write=False) as other:
            seen.append((progress.finished, len(list(other.rows()))))

    with Store(tmp_path / "s.db") as store, ThreadPoolExecutor(1) as executor:
        run_scan(stubs.plane(5), store, executor=executor, evaluate=stubs.fast, progress=look)
    assert len(seen) > 2
    assert all(said == there for said, there in seen)
    assert seen[-1][0] == 25


def test_values_are_the_same_on_any_executor(tmp_path: Path) -> None:
    model = Model(Contact(0.0), [Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 1e-5)])
    axes = {"coupling.inv_kfa": [-0.1, 0.1], "reservoirs.vacuum.rate": [1e-5, 1e-4, 3e-3]}
    scan = Scan(model, axes, ["steady_state", "rates"])
    with Store(tmp_path / "own.db") as store:
        found = run_scan(scan, store, workers=1)
    assert (found.total, found.done, found.absent, found.failed) == (12, 10, 2, 0)
    with Store(tmp_path / "other.db") as store, ThreadPoolExecutor(1) as executor:
        run_scan(scan, store, executor=executor)
    assert contents(tmp_path / "own.db") == contents(tmp_path / "other.db")
    for row in contents(tmp_path / "own.db"):
        if row.outcome == "absent":
            assert row.text.startswith("no condensate")


def test_a_point_of_which_workers_die_fails_alone(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        found = run_scan(stubs.plane(2), store, workers=1, evaluate=stubs.poisoned)
        assert (found.done, found.failed) == (3, 1)
        (row,) = (row for row in store.rows() if row.outcome == "failed")
        assert row.text == "WorkerError: the worker process was ended by SIGKILL (3 times)"


def test_a_point_that_fails_its_batch_fails_alone_and_may_be_tried_again(tmp_path: Path) -> None:
    scan = stubs.plane(6)
    with Store(tmp_path / "s.db") as store, ThreadPoolExecutor(1) as executor:
        found = run_scan(scan, store, executor=executor, evaluate=stubs.greedy)
        assert (found.done, found.failed) == (35, 1)
        (row,) = (row for row in store.rows() if row.outcome == "failed")
        assert (row.text, row.numbers.count("0.5")) == ("MemoryError: too much", 1)
        again = run_scan(scan, store, executor=executor, evaluate=stubs.fast)
        assert (again.failed, again.computed) == (1, 0)
        again = run_scan(scan, store, executor=executor, evaluate=stubs.fast, retry=True)
        assert (again.done, again.failed, again.computed) == (36, 0, 1)


def test_what_is_wrong_with_all_points_ends_the_scan(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store, ThreadPoolExecutor(1) as executor:
        with pytest.raises(BrokenExecutor, match="ImportError: no such package there"):
            run_scan(stubs.plane(4), store, executor=executor, evaluate=stubs.broken)
        assert list(store.rows()) == []
        found = run_scan(stubs.plane(4), store, executor=executor, evaluate=stubs.fast)
        assert found.done == 16


def test_workers_of_another_version_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = stubs.plane(2)
    with Store(tmp_path / "s.db") as store, Workers(1) as workers:
        with monkeypatch.context() as here:
            here.setattr("numerics.scans.identity.version", lambda: "9.9")
            with pytest.raises(BrokenExecutor, match=r"other code than .*nambu 9\.9 and"):
                run_scan(scan, store, executor=workers, evaluate=stubs.fast)
        assert run_scan(scan, store, executor=workers, evaluate=stubs.fast).done == 4


def test_denser_axes_take_the_points_that_are_there(tmp_path: Path) -> None:
    scan = stubs.plane(4)
    denser = scan.replace(axes=(Axis("inv_kfa", (0.25, 0.3, 0.5)), scan.axes[1]))
    with Store(tmp_path / "s.db") as store, ThreadPoolExecutor(1) as executor:
        run_scan(scan, store, executor=executor, evaluate=stubs.fast)
        found = run_scan(denser, store, executor=executor, evaluate=stubs.fast)
        assert (found.done, found.computed) == (12, 4)
        assert len(store.scans()) == 2


def test_a_scan_that_is_stopped_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(stubs.NOTES, str(tmp_path / "notes"))
    stop = threading.Event()
    with Store(tmp_path / "s.db") as store, ThreadPoolExecutor(1) as executor:
        found = run_scan(
            stubs.plane(SIDE), store, executor=executor, evaluate=stubs.noted,
            progress=lambda progress: stop.set() if progress.computed > 5 else None,
            stopping=stop.is_set,
        )  # fmt: skip
        assert 5 < found.finished < SIDE**2
        assert found.remaining > 0
        run_scan(stubs.plane(SIDE), store, executor=executor, evaluate=stubs.noted)
    # what was on its way when it was stopped may be computed again
    assert len(computed(tmp_path)) <= SIDE**2 + FLYING * LARGEST
    assert len(set(computed(tmp_path))) == SIDE**2


def test_claims_of_a_driver_that_ends_meanwhile_are_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Store(tmp_path / "s.db")
    with Store(tmp_path / "s.db") as store, ThreadPoolExecutor(1) as executor:
        scan = stubs.plane(3)
        named = [key for place in scan.places() for _, key, _ in Keys(scan).at(place)]
        with other.transaction():
            assert len(other.claim(named[:4])) == 4
        calls = iter(range(100))

        def stopping() -> bool:
            if next(calls) == 8:
                other.close()
            return False

        found = run_scan(scan, store, executor=executor, evaluate=stubs.fast, stopping=stopping)
    assert (found.done, found.computed) == (9, 9)


def test_what_does_not_depend_on_an_axis_is_computed_once(tmp_path: Path) -> None:
    axes = {"q": [0.1, 0.2], "inv_kfa": [0.0, 0.1, 0.2], "omega": [0.01, 0.02]}
    names = ["rates", "modes", "response"]
    scan = Scan(Parameters(0.0), axes, names)
    path = tmp_path / "s.db"
    with Store(path) as store, ThreadPoolExecutor(1) as executor:
        for computed in (3 + 6 + 12, 0):
            found = run_scan(scan, store, executor=executor, evaluate=named)
            assert (found.total, found.done, found.computed) == (21, 21, computed)
        table = table_of(scan, store)
    assert table.missing == 0
    assert table.columns["linewidth"].tolist() == [0.0, 0.1, 0.2]
    assert table.over["mode_count"] == table.over["modes"] == ("q", "inv_kfa")
    assert table.columns["mode_count"].tolist() == [[0.1, 0.1, 0.1], [0.2, 0.2, 0.2]]
    assert table.columns["M12_error"][1, 2].tolist() == [0.01, 0.02]
    assert table.to_xarray()["linewidth"].dims == ("inv_kfa",)
    export(table, tmp_path / "o.csv")
    lines = (tmp_path / "o.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) == 12
    for row in rows:
        assert (row["linewidth"], row["mode_count"]) == (row["inv_kfa"], row["q"])
        assert row["M12_error"] == row["omega"]


def named(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    """Return values that tell where they belong."""
    found = []
    for item in items:
        at = dict(zip(recipe.paths, item.place, strict=True))
        texts = {
            "rates": canonical({"linewidth": at["inv_kfa"], "drive": 0.0}),
            "modes": encoded(
                QUANTITIES["modes"],
                {
                    "mode_omega": [],
                    "mode_omega_error": [],
                    "mode_count": at["q"],
                    "mode_status": "",
                },
            ),
            "response": encoded(
                QUANTITIES["response"],
                {
                    **dict.fromkeys(("M11", "M12", "M21", "M22"), 1j),
                    **{f"M{k}_error": at["omega"] for k in (11, 12, 21, 22)},
                    "M_status": "",
                },
            ),
        }
        found.append([Found("done", texts[name], 1e-3) for name in item.quantities])
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [("workers", 100_001), ("workers", 0), ("executor", 3), ("retry", 1), ("progress", 1)],
)
def test_arguments_have_domains(name: str, value: object, tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store:
        with pytest.raises(ValueError, match=rf"^{name} = .* is outside its domain"):
            run_scan(stubs.plane(2), store, **{name: value})  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"^scan = "):
            run_scan(Parameters(0.0), store)  # type: ignore[arg-type]


def test_the_time_that_is_left() -> None:
    assert Progress(10, done=4, computed=2, seconds=1.0).remaining == 3.0
    assert Progress(10, done=10).remaining == 0.0
    assert Progress(10).remaining == float("inf")
