"""Whatever is typed, read or stored: at most one line of complaint, and nothing in it is run."""

from __future__ import annotations

import contextlib
import io
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from numerics.cli import main
from numerics.cli.app import COMMANDS, COMPLETION, application
from numerics.errors import ConvergenceError
from numerics.scans import Axis, Scan, Store, to_toml, write_scan
from numerics.scans.store_file import StoreError
from tests.numerics.scans.test_scan import LEAD, MORE, TEXT, told
from tests.numerics.scans.test_store import SCAN, contents, keep

#: How many inputs of each kind there are.
COMMAND_LINES, TEXTS, STORES = 20_000, 60_000, 20_000

#: What would leave a file of this name if any of it were run.
MARK = "RUN"
PAYLOADS = [
    f"__import__('os').system('touch {MARK}')",
    f"open('{MARK}', 'w')",
    f"$(touch {MARK})",
    f"`touch {MARK}`",
    f"; touch {MARK}",
    f"| touch {MARK} #",
    f"!!python/object/apply:os.system ['touch {MARK}']",
    f"cos\nsystem\n(S'touch {MARK}'\ntR.",
    f"'); ATTACH '{MARK}' AS x; --",
    "{0.__class__.__init__.__globals__}",
    "%(x)s %n",
]
#: What Python says when something is started or unpickled.
STARTED = {"os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen"}
STARTED |= {"pickle.find_class", "ctypes.dlopen", "sqlite3.enable_load_extension"}

SETTINGS = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}


class Watch:
    """Notes what is started while it is on."""

    on = False
    seen: list[str] = []  # noqa: RUF012 - a hook cannot be taken back, so there is one for all

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event in STARTED:
            self.seen.append(f"{event} {arguments}")


WATCH = Watch()
sys.addaudithook(WATCH)


@pytest.fixture
def nothing_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Provide a folder, the working directory, and look for what has been run in it."""
    monkeypatch.chdir(tmp_path)
    WATCH.seen.clear()
    WATCH.on = True
    yield tmp_path
    WATCH.on = False
    assert WATCH.seen == []
    assert not list(tmp_path.rglob(MARK))


def not_now(*_: object, **__: object) -> NoReturn:
    raise ConvergenceError("nothing is computed here")


@contextlib.contextmanager
def no_pool(*_: object) -> Iterator[NoReturn]:
    yield not_now()


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands compute nothing, and connect to nobody."""
    for name in (
        "numerics.cli.steady_state.solve_steady_state",
        "numerics.cli.modes.solve_steady_state",
        "numerics.stability.boundaries.find_boundary",
        "numerics.diagram.plane.phase_diagram",
        "numerics.cli.ledger._verify",
        "numerics.scans.run_scan",
        "numerics.scans.refine_scan",
        "derive.build.export.export",
        "numerics.cli.executors._dask",
        "numerics.cli.executors._mpi",
    ):
        monkeypatch.setattr(name, not_now)
    for name in ("reproduce", "report", "scan"):
        monkeypatch.setattr(f"numerics.cli.{name}.worker_pool", no_pool)


def vocabulary() -> list[str]:
    """Return the commands and all of their options."""
    script = application(COMPLETION).generate_completion(shell="bash")
    options = set(re.findall(r"--[a-z][a-z0-9-]+", script)) - {COMPLETION}
    groups = ["run", "status", "resume", "export"]
    assert {"--adaptive", "--gamma-b", "--growth", "--target", "--graph"} <= options
    return [*sorted(options), *groups, "-h", "--", "-", "=", "--no-fastest", "--empty-kinds"]


VALUES = ["0", "1", "-1", "0.5", "1e-3", "1e999", "nan", "inf", "1_0", "0x1", "1j", "A", "B", "csv"]
VALUES += [
    "numpy",
    "c",
    "map",
    "boundary",
    "72",
    "A9",
    "",
    " ",
    "\0",
    "\n",
    "é",
    "\ud800",
    "9" * 999,
]
FILES = ["s.toml", "s.db", "foreign.db", "text.json", ".", "/", "no/such/file", "o.csv", "o.nc"]
NAMES = [name.rpartition(":")[2].replace("_", "-") for name in COMMANDS]


def counted(done: list[int], wanted: int) -> None:
    """Check that as many inputs were tried as were wanted."""
    assert len(done) >= wanted


@pytest.mark.slow
def test_command_lines(nothing_run: Path, idle: None) -> None:
    files(nothing_run)
    free = st.text(max_size=8) | st.floats().map(repr) | st.sampled_from(PAYLOADS)
    words = st.sampled_from(vocabulary()) | st.sampled_from(VALUES + FILES) | free
    first = st.sampled_from(NAMES) | st.sampled_from(NAMES) | words
    done: list[int] = []

    @given(first, st.lists(words, max_size=7))
    @settings(max_examples=COMMAND_LINES, **SETTINGS)  # type: ignore[arg-type]
    def type_in(command: str, rest: list[str]) -> None:
        done.append(1)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([command, *rest])
        assert status in (0, 1, 2)
        assert err.getvalue().count("\n") == (status != 0)
        assert "Traceback" not in out.getvalue() + err.getvalue()

    type_in()
    counted(done, COMMAND_LINES)


def files(folder: Path) -> None:
    """Make files to name in a folder: a scan, a store of it, and others."""
    write_scan(SCAN, folder / "s.toml")
    with Store(folder / "s.db") as store:
        keep(store)
    sqlite3.connect(folder / "foreign.db").execute("CREATE TABLE x (y)").connection.close()
    (folder / "text.json").write_text("{}")


def lines_of_scans() -> list[str]:
    """Return lines of which texts in TOML are made."""
    whole = (
        TEXT + MORE + to_toml(SCAN) + to_toml(Scan(LEAD, (Axis("cutoff", (50.0,)),), ("rates",)))
    )
    return sorted({line for line in whole.splitlines() if line})


@pytest.mark.slow
def test_texts_of_scans(nothing_run: Path) -> None:
    names = st.sampled_from(["type", "along", "values", "quantities", "model", "axes", "x", "mu"])
    values = st.sampled_from(PAYLOADS) | st.text(max_size=6)
    quoted = st.tuples(names, values).map(lambda x: f"{x[0]} = {x[1]!r}")
    number = st.tuples(names, st.floats() | st.integers()).map(lambda x: f"{x[0]} = {x[1]!r}")
    line = st.sampled_from(lines_of_scans()) | quoted | number
    made = st.lists(line, max_size=14).map("\n".join)
    changed = st.tuples(st.integers(0, len(TEXT)), st.integers(0, 5), st.text(max_size=4)).map(
        lambda x: TEXT[: x[0]] + x[2] + TEXT[x[0] + x[1] :]
    )
    done: list[int] = []

    @given(made | changed | st.text(max_size=60))
    @settings(max_examples=TEXTS, **SETTINGS)  # type: ignore[arg-type]
    def read(text: str) -> None:
        done.append(1)
        assert len(told(text).splitlines()) <= 1

    read()
    counted(done, TEXTS)


#: Columns of a store in which texts stand.
PLACES = [("scans", "text"), ("scans", "contexts"), ("scans", "checksum"), ("contexts", "text")]
PLACES += [("points", x) for x in ("key", "numbers", "outcome", "text", "seconds", "checksum")]


@pytest.mark.slow
def test_stores(nothing_run: Path) -> None:
    files(nothing_run)
    path = nothing_run / "s.db"
    whole, before = path.read_bytes(), contents(path)
    at = st.integers(0, len(whole) - 1)
    changes: st.SearchStrategy[Callable[[], object]] = st.one_of(
        st.tuples(at, st.binary(min_size=1, max_size=40)).map(
            lambda x: lambda: path.write_bytes(whole[: x[0]] + x[1] + whole[x[0] + len(x[1]) :])
        ),
        st.tuples(at, at).map(
            lambda x: lambda: path.write_bytes(whole[: x[0]] + whole[x[1] : x[1] + 512])
        ),
        st.tuples(at, at, st.integers(1, 4096)).map(
            lambda x: (
                lambda: path.write_bytes(
                    whole[: x[0]] + whole[x[1] : x[1] + x[2]] + whole[x[0] + x[2] :]
                )
            )
        ),
        st.tuples(st.sampled_from(PLACES), st.sampled_from(PAYLOADS) | st.text() | st.floats()).map(
            lambda x: lambda: written(path, whole, *x)
        ),
    )
    done: list[int] = []

    @given(changes)
    @settings(max_examples=STORES, **SETTINGS)  # type: ignore[arg-type]
    def open_it(change: Callable[[], object]) -> None:
        done.append(1)
        change()
        now = path.read_bytes()
        found = believed(path)
        assert found == before or isinstance(found, str)
        if isinstance(found, str):
            assert len(found.splitlines()) == 1
            assert path.read_bytes() == now

    open_it()
    counted(done, STORES)


def believed(path: Path) -> tuple[object, ...] | str:
    """Return what is in a store, or why it is refused."""
    try:
        return contents(path)
    except (StoreError, OSError) as error:
        return str(error)


def written(path: Path, whole: bytes, place: tuple[str, str], value: object) -> None:
    """Put a value into one row of a store, as anybody can who has SQLite."""
    path.write_bytes(whole)
    table, column = place
    name = "number" if table == "contexts" else "identity" if table == "scans" else "key"
    one = f"{name} = (SELECT min({name}) FROM {table})"
    refused = contextlib.suppress(sqlite3.Error, UnicodeError)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection, refused:
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {one}", (value,))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
