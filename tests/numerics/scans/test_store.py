"""A store has what was written to it, or says in one line that it has not, and is left alone."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import Parameters
from numerics.scans import Scan, Store, run_scan, table_of
from numerics.scans.drivers import SILENCE, Driver, Watch, host, process
from numerics.scans.identity import Keys, canonical
from numerics.scans.quantities import QUANTITIES
from numerics.scans.rows import Row, decoded, encoded
from numerics.scans.store_file import APPLICATION, StoreError

SCAN = Scan(Parameters(0.0), {"gamma_v": [k * 1e-5 for k in range(20)]}, ["rates"])


def keep(store: Store, scan: Scan = SCAN) -> None:
    """Keep values of all points of a scan."""
    keys = Keys(scan)
    store.register(scan)
    with store.transaction():
        number = store.context(keys.contexts["rates"])
        for place in scan.places():
            ((_, key, numbers),) = keys.at(place)
            text = canonical({"drive": place[0], "linewidth": 1.0})
            store.put([Row(key, number, numbers, "done", text, 1e-3)])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("store") / "s.db"
    with Store(path) as store:
        keep(store)
    assert os.listdir(path.parent) == ["s.db"]
    return path.read_bytes()


def contents(path: Path) -> tuple[object, ...]:
    with Store(path, write=False) as store:
        return store.scans(), sorted(store.rows())


def told(path: Path, *, write: bool) -> str:
    """Return why a file is refused; nothing if it is not."""
    try:
        Store(path, write=write).close()
    except (StoreError, OSError) as error:
        return str(error)
    return ""


def opened(path: Path) -> tuple[object, ...] | str:
    """Return what is in a file, or why it is refused, which has to leave it as it was."""
    before = path.read_bytes()
    if not (reason := told(path, write=False)):
        return contents(path)
    assert len(reason.splitlines()) == 1
    assert told(path, write=True)
    assert path.read_bytes() == before
    return reason


def test_values_come_back_to_the_bit(tmp_path: Path) -> None:
    values = {
        "mode_omega": [complex(-0.0, 5e-324), complex(0.1, -1e300)],
        "mode_omega_error": [float("inf"), 1 / 3],
        "mode_count": 2,
        "mode_status": "complete",
    }
    again = decoded(QUANTITIES["modes"], encoded(QUANTITIES["modes"], values))
    assert repr(again) == repr(values)
    with Store(tmp_path / "s.db") as store:
        keep(store)
    scans, rows = contents(tmp_path / "s.db")
    assert [begun.scan for begun in scans.values()] == [SCAN]
    assert [json.loads(row.numbers)["gamma_v"] for row in rows] != []
    assert len(rows) == 20


@given(data=st.data())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_changed_byte_is_refused_or_changes_nothing(
    data: st.DataObject, whole: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("changed") / "s.db"
    path.write_bytes(whole)
    before = contents(path)
    at = data.draw(st.one_of(st.integers(0, 120), st.integers(0, len(whole) - 1)))
    other = data.draw(st.integers(0, 255).filter(lambda x: x != whole[at]))
    path.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
    found = opened(path)
    assert isinstance(found, str) or found == before


@pytest.mark.slow
def test_no_changed_byte_is_believed(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(whole)
    before = contents(path)
    for at in range(len(whole)):
        # of what is empty some
        if at % 16 and not any(whole[at - 8 : at + 9]):
            continue
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        found = opened(path)
        assert isinstance(found, str) or found == before, at


@pytest.mark.parametrize("part", [0, 0.01, 0.3, 0.7, 0.999])
def test_a_truncated_store_is_refused(part: float, whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(whole[: int(part * len(whole))])
    assert isinstance(opened(path), str)


def test_files_of_others_are_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "package.json"
    text.write_text('{"name": "mine"}\n' * 20)
    assert "which this file is not" in str(opened(text))
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    assert "this database of another program is not" in str(opened(other))
    with pytest.raises(OSError, match="directory"):
        Store(tmp_path)
    with pytest.raises(OSError, match="No such file"):
        Store(tmp_path / "nowhere" / "s.db")


@pytest.mark.parametrize(("form", "age"), [(0, "older"), (2, "newer")])
def test_other_forms_are_refused(form: int, age: str, whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(whole[:60] + form.to_bytes(4, "big") + whole[64:])
    assert f"the {age} form {form}" in str(opened(path))


def test_a_table_too_many_is_refused(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(whole)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TRIGGER t AFTER INSERT ON points BEGIN DELETE FROM points; END")
    connection.close()
    assert "its tables are others" in str(opened(path))


PROGRAM = """
import resource, sys
from numerics.scans import Store
from tests.numerics.scans.test_store import SCAN, keep
from numerics.scans.scan import Axis
with Store(sys.argv[1]) as store:
    keep(store)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    try:
        keep(store, SCAN.replace(axes=(Axis("gamma_v", tuple(k * 1e-6 for k in range(3000))),)))
    except OSError as error:
        print(error)
"""


def test_a_full_disk_is_told_in_a_line_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    command = [sys.executable, "-c", PROGRAM, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.startswith(f"store = {path}: ")
    assert run.stdout.endswith("; what was kept before is there\n")
    assert len(contents(path)[1]) == 20


READING = """
import os, sys
import urllib.parse  # for pathlib, which asks for it when it may not be readable any more
from pathlib import Path
from numerics.scans import Store
path = Path(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)  # the superuser may write anywhere
with Store(path, write=False) as store:
    print(len(list(store.rows())))
for wanted in (path, path.with_name("new.db")):
    try:
        Store(wanted)
    except OSError as error:
        print(error)
"""


def test_a_folder_that_cannot_be_written_to(whole: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        path.write_bytes(whole)
        path.chmod(0o444)
        path.parent.chmod(0o555)
        command = [sys.executable, "-c", READING, str(path)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        path.parent.chmod(0o755)
    lines = run.stdout.splitlines()
    assert lines[:2] == ["20", f"store = {path} cannot be written to, or its folder"]
    assert lines[2].startswith("[Errno 13] Permission denied: ")
    assert len(lines) == 3


def test_what_is_there_stays_but_for_what_failed(tmp_path: Path) -> None:
    keys = Keys(SCAN)
    with Store(tmp_path / "s.db") as store:
        keep(store)
        with store.transaction():
            number = store.context(keys.contexts["rates"])
            ((_, key, numbers),) = keys.at((0.0,))
            store.put([Row(key, number, numbers, "done", "{}", 2.0)])
        assert store.get([key])[key].seconds == 1e-3
        other = Scan(SCAN.model, {"gamma_v": [0.5]}, ["rates"])
        ((_, key, numbers),) = Keys(other).at((0.5,))
        for outcome in ("failed", "absent", "done"):
            with store.transaction():
                store.put([Row(key, number, numbers, outcome, outcome, 2.0)])
        assert store.outcomes([key, "none"]) == {key: "absent"}


def test_two_drivers_do_not_have_the_same_point(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as one, Store(tmp_path / "s.db") as other:
        for store in (one, other):
            store.beat()
        with one.transaction():
            assert one.claim(["a", "b"]) == {"a", "b"}
        with other.transaction():
            assert other.claim(["b", "c"]) == {"c"}
        other.beat()
        with one.transaction():
            one.release(["b"])
        with other.transaction():
            assert other.claim(["a", "b"]) == {"b"}
    with Store(tmp_path / "s.db") as one, one.transaction():
        assert one.claim(["a", "b", "c"]) == {"a", "b", "c"}


def test_what_a_dead_driver_had_claimed_is_free(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    program = (
        "import os, sys\nfrom numerics.scans import Store\nstore = Store(sys.argv[1])\n"
        "with store.transaction(): store.claim(['a'])\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    with Store(path) as store:
        with store.transaction():
            assert store.claim(["a"]) == set()
        store.beat()
        with store.transaction():
            assert store.claim(["a"]) == {"a"}


def test_a_driver_elsewhere_is_dead_when_it_is_silent_by_our_own_clock() -> None:
    now = [100.0]
    own = Driver("own", host(), process() or "", 0)
    watch = Watch(own, clock=lambda: now[0])

    def far(beat: int) -> list[Driver]:
        return [own, Driver("far", "elsewhere", "1 1", beat)]

    assert watch.dead(far(7)) == []
    now[0] += 0.9 * SILENCE
    # whatever it counts, also backwards
    assert watch.dead(far(3)) == []
    now[0] += 0.9 * SILENCE
    assert watch.dead(far(3)) == []
    now[0] += 0.2 * SILENCE
    assert watch.dead(far(3)) == ["far"]
    # the number of this process, started at another time, and numbers that are none
    for name in (f"{os.getpid()} 1", "", "x y", "9" * 400):
        assert watch.dead([Driver("near", host(), name, 0)]) == ["near"]
    assert watch.dead([Driver("near", host(), own.process, 0)]) == []


def test_points_of_another_version_stay_and_are_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.db"
    with monkeypatch.context() as earlier:
        earlier.setattr("numerics.scans.identity.version", lambda: "0.0.1")
        with Store(path) as store:
            keep(store)
    with Store(path) as store, ThreadPoolExecutor(1) as executor:
        ((name, begun),) = store.scans().items()
        assert not begun.current
        table = table_of(begun, store)
        assert (table.missing, table.identity, table.origin["nambu"]) == (0, name, "0.0.1")
        assert table_of(SCAN, store).missing == 20
        found = run_scan(SCAN, store, executor=executor)
        assert found.computed == 20
        assert [begun.current for begun in store.scans().values()].count(True) == 1
        assert len(list(store.rows())) == 40


def test_the_header_says_whose_the_file_is(whole: bytes) -> None:
    assert whole[68:72] == b"namb" == APPLICATION.to_bytes(4, "big")
