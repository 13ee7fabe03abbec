"""`nambu scan run`, `status`, `resume` and `export`, and how they end when they are told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import numerics
from numerics import Parameters, solve_steady_state
from numerics.cli import lines, main, report, scans
from numerics.scans import Scan, Store, table_of, write_scan
from numerics.scans.run import Progress

SCAN = Scan(
    Parameters(0.0, 1e-2, cutoff=20.0),
    {"inv_kfa": [-0.1, 0.1], "ratio": [0.01, 0.1, 2.0]},
    ["steady_state"],
)
NAMBU = str(Path(sys.executable).with_name("nambu"))


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    write_scan(SCAN, tmp_path / "s.toml")
    return str(tmp_path / "s.toml"), str(tmp_path / "s.db")


def test_a_scan_is_run_told_and_exported(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, store = files
    assert main(["scan", "run", file, "--store", store, "--workers", "1"]) == 0
    assert capsys.readouterr().out == "6 of 6 values: 4 done, 2 absent, 0 failed\n"
    assert main(["scan", "resume", "--store", store]) == 0
    assert capsys.readouterr().out == "6 of 6 values: 4 done, 2 absent, 0 failed\n"
    assert main(["scan", "status", "--store", store, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["scans"]
    assert told["axes"] == {"inv_kfa": 2, "ratio": 3}
    assert [told[word] for word in ("done", "absent", "failed", "missing")] == [4, 2, 0, 0]
    assert (told["failures"], told["current"]) == ([], True)
    assert main(["scan", "status", "--store", store]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{told['scan'][:12]}  steady_state over inv_kfa (2) × ratio (3)"
    assert second.startswith("    4 done, 2 absent, 0 failed, 0 missing; version ")
    for suffix in ("csv", "nc", "json"):
        words = ["--output", str(tmp_path / f"o.{suffix}"), "--scan", told["scan"][:8]]
        assert main(["scan", "export", "--store", store, *words]) == 0
    state = solve_steady_state(Parameters(0.1, 1e-2, 1e-3, cutoff=20.0))
    table = numerics.load(tmp_path / "o.nc")
    assert table.columns["gap"][1, 1] == state.gap
    assert numerics.load(tmp_path / "o.json").outcomes["steady_state"][0, 2] == "absent"
    rows = [x for x in (tmp_path / "o.csv").read_text().splitlines() if not x.startswith("#")]
    assert len(rows) == 7
    row = dict(zip(rows[0].split(","), rows[5].split(","), strict=True))
    assert (float(row["gap"]), float(row["ratio"])) == (state.gap, 0.1)


def test_points_where_they_are_wanted(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("adaptive")
    words = ["scan", "run", files[0], "--store", files[1], "--workers", "1", "--adaptive", "20"]
    output = tmp_path / "o.nc"
    assert main([*words, "--goal", "boundary", "--output", str(output)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("20 of 20 values: ")
    assert second == f"written: {output}"
    table = numerics.load(output)
    # the condensate ends within the box
    assert set(table.outcomes["steady_state"].tolist()) == {"done", "absent"}
    assert main([*words, "--goal", "boundary", "--output", str(tmp_path / "again.nc")]) == 0
    assert numerics.load(tmp_path / "again.nc").to_dict() == table.to_dict()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "{file}", "--store", "{store}", "--workers", "100001"], "1 to 1024"),
        (["run", "{file}", "--store", "{store}", "--workers", "0"], "1 to 1024"),
        (["run", "nowhere.toml", "--store", "{store}"], "No such file"),
        (["run", "{file}", "--store", "{file}"], "which this file is not"),
        (["run", "{file}", "--store", "{folder}/no/s.db"], "No such file"),
        (["run", "{file}"], "--store"),
        (["run", "{file}", "--store", "{store}", "--goal", "boundary"], "are for --adaptive"),
        (["run", "{file}", "--store", "{store}", "--adaptive", "3"], "points = 3 is outside"),
        (["run", "{file}", "--store", "{store}", "--adaptive", "9", "--output", "o.x"], ".zarr"),
        (["export", "--store", "{store}", "--output", "o.x"], "a name that ends in .csv, .nc"),
        (["status", "--store", "{folder}/none.db"], "a file that is there"),
        (["resume", "--store", "{file}"], "which this file is not"),
        (["export", "--store", "{store}", "--output", "o.csv"], "a file that is there"),
        (["no-such"], "no-such"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    words: list[str], says: str, files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"file": files[0], "store": files[1], "folder": str(Path(files[0]).parent)}
    assert main(["scan", *(word.format(**names) for word in words)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert says in captured.err
    assert os.listdir(names["folder"]) == ["s.toml"]


def test_which_scan_is_asked_for(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(files[1]) as store:
        store.register(SCAN)
        store.register(SCAN.replace(quantities=("rates",)))
        assert table_of(SCAN, store).missing == 6
    words = ["scan", "export", "--store", files[1], "--output", str(tmp_path / "o.csv")]
    assert main(words) == 2
    assert "there are 2 scans" in capsys.readouterr().err
    assert main([*words, "--scan", "x"]) == 2
    assert "scan = x is outside its domain: scans in the store (" in capsys.readouterr().err


WORDS = [
    "run",
    "resume",
    "status",
    "export",
    "--store",
    "--output",
    "--scan",
    "--workers",
    "--adaptive",
]
WORDS += ["--json", "--retry", "--from", "-1", "0", "1e999", "nan", "", "x", "é\n", "--", "-h\0"]


@given(
    first=st.sampled_from(WORDS[:4]),
    words=st.lists(st.sampled_from([*WORDS, "{file}", "{store}", "{folder}"]), max_size=6),
)
@settings(
    max_examples=30, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_whatever_the_words_are_the_answer_is_a_line(
    first: str,
    words: list[str],
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path_factory.mktemp("words")
    (folder / "s.toml").write_text("quantities = 3")
    with Store(folder / "s.db"):
        pass
    names = {"file": folder / "s.toml", "store": folder / "s.db", "folder": folder}
    status = main(["scan", first, *(word.format(**names) for word in words)])
    captured = capsys.readouterr()
    assert status in (0, 2)
    assert captured.err.count("\n") == (status == 2)
    assert "Traceback" not in captured.err


def children(number: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(number)], capture_output=True, text=True
    )
    return [int(word) for word in found.stdout.split()]


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGHUP, marks=SLOW),
        pytest.param(signal.SIGINT, marks=SLOW),
    ],
)
def test_signals_end_a_scan_with_the_words_to_go_on(number: signal.Signals, tmp_path: Path) -> None:
    file, store = tmp_path / "s.toml", tmp_path / "s.db"
    values = np.linspace(-1.0, 1.0, 3000).tolist()
    write_scan(Scan(Parameters(0.0, gamma_v=1e-5), {"inv_kfa": values}), file)
    command = [NAMBU, "scan", "run", str(file), "--store", str(store), "--workers", "1"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert " of 3000 values: " in first
        assert first.endswith(" left\n")
        workers = children(process.pid)
        process.send_signal(number)
        out, err = process.communicate()
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1].endswith(f"nambu scan resume --store {store} goes on from there")
    assert workers
    while [w for w in workers if Path(f"/proc/{w}").exists()]:
        time.sleep(0.02)
    with Store(store, write=False) as opened:
        kept = len(list(opened.rows()))
    assert err.splitlines()[-1].startswith(f"nambu: interrupted at {kept} of 3000 values")
    assert sorted(os.listdir(tmp_path)) == ["s.db", "s.toml"]


def test_nobody_who_reads_and_no_greek_letters_are_no_bad_input() -> None:
    code = "import sys; from numerics.cli import main; sys.exit(main(['steady-state']))"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = f'{sys.executable} -c "{code}" | true; exit ${{PIPESTATUS[0]}}'
    run = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (141, "")
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"order parameter ?" in run.stdout


def test_progress_is_told_as_a_bar_on_a_terminal_and_as_lines_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(lines, "clock", lambda: now[0])
    with scans._shown() as show:
        for k in range(400):
            now[0] = k / 2
            show(Progress(8000, done=10 * k, failed=1, computed=10 * k, seconds=k / 2))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "21 of 8000 values: 20 done, 0 absent, 1 failed; 20/s, 6 min 39 s left"
    # after 1, 2, 4, ... seconds more
    assert len(told) == 7
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with scans._shown() as show:
        show(Progress(8, done=3, failed=1, computed=2, seconds=0.5))
    assert "4/8" in capsys.readouterr().err


def test_a_report_off_a_terminal_tells_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(lines, "clock", lambda: now[0])
    for quiet in (True, False):
        with report._progress(30, quiet=quiet) as count:
            for k in range(30):
                now[0] += 0.5
                count(f"piece {k}")
        said = capsys.readouterr().err.splitlines()
        assert len(said) == (0 if quiet else 4)
    assert said[0] == "2 of 30 pieces: piece 1"
