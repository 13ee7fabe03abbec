"""`nambu modes`, `boundary` and `scan`: the library's results, for people and for machines."""

import importlib
import json
import math
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numerics import (
    Parameters,
    find_boundary,
    growth_rate,
    solve_steady_state,
)
from numerics.cli import main
from numerics.cli.scan import COLUMNS
from numerics.diagram.plane import phase_diagram
from numerics.diagram.results import GrowthMap, Meeting
from numerics.scans import Store
from numerics.scans.rows import Row
from numerics.stability.boundaries import Boundary
from numerics.stability.growth import GrowthRate
from tests.tables import read

#: A broad linewidth and a small cutoff, with which everything is fast.
BROAD: dict[str, Any] = {"gamma_b": 1e-2, "temperature": 0.0, "cutoff": 20.0}
WORDS = ["--gamma-b", "1e-2", "--cutoff", "20"]
UNSTABLE = ["modes", *WORDS, "--gamma-v", "2e-3"]
QUICK = ["--kinds", "normal", "--kinds", "ALPHA11"]
AROUND_UNITARITY = ["scan", "--from", "-0.1", "--to", "0.1", "--points", "2", *WORDS]


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def run_json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    out = run([*arguments, "--json"], capsys)
    assert out.count("\n") == 1
    return json.loads(out)


def recorded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[tuple[Any, ...], dict[str, Any], Any]]:
    """Return the list to which calls of a function are added: arguments, options, result."""
    module, _, attribute = name.rpartition(".")
    original = getattr(importlib.import_module(module), attribute)
    calls: list[tuple[tuple[Any, ...], dict[str, Any], Any]] = []

    def wrapped(*arguments: Any, **options: Any) -> Any:
        calls.append((arguments, options, original(*arguments, **options)))
        return calls[-1][2]

    monkeypatch.setattr(name, wrapped)
    return calls


def test_modes_as_json_are_the_library_result(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = recorded("numerics.stability.modes.collective_mode", monkeypatch)
    result = run_json([*UNSTABLE, "--q", "0.1", "--q", "0.09"], capsys)
    state = solve_steady_state(Parameters(0.0, 1e-2, 2e-3, cutoff=20.0))
    assert result["fastest"] == growth_rate(state)._asdict()
    assert {name: result[name] for name in BROAD} == BROAD
    assert (result["inv_kfa"], result["gamma_v"], result["gap"]) == (0.0, 2e-3, state.gap)
    assert (result["largest"], result["growth"]) == (None, None)
    assert [at["q"] for at in result["modes"]] == [0.1, 0.09]
    for at, ((used, q), _, found) in zip(result["modes"], calls, strict=True):
        assert (used.parameters, q) == (state.parameters, at["q"])
        roots = [complex(mode["re"], mode["im"]) for mode in at["frequencies"]]
        assert roots == found.frequencies.tolist()
        assert roots
        for mode, vector in zip(at["frequencies"], found.vectors, strict=True):
            assert mode["amplitude"] == pytest.approx(abs(vector[0]) ** 2, rel=1e-12)
            assert mode["amplitude"] + mode["phase"] == pytest.approx(1, rel=1e-12)
        assert [mode["verdict"] for mode in at["frequencies"]] == list(found.verdict)
        assert [mode["error"] for mode in at["frequencies"]] == found.error.tolist()
        assert (at["count"], at["status"]) == (found.count, "complete")


def test_modes_without_a_wave_number_are_those_at_the_fastest_growth(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = recorded("numerics.stability.growth.growth_rate", monkeypatch)
    out = run(UNSTABLE, capsys)
    assert "p_c = 20 k_F" in out
    rows = [line.split("│") for line in out.splitlines() if "│" in line]
    ((_, _, rate),) = calls
    assert [row[0].strip() for row in rows] == [f"{rate.q:.6g}"] * 2
    assert float(rows[0][2]) == pytest.approx(rate.rate, rel=1e-5)
    assert [row[6].strip() for row in rows] == ["grows", "decays"]
    assert f"q = {rate.q:.6g} k_F: 2 roots counted in the window, complete\n" in out
    assert out.splitlines()[-1].startswith("Fastest growing mode: Im ω = 0.05535306")


def test_the_window_of_the_modes_is_passed_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = recorded("numerics.stability.modes.collective_mode", monkeypatch)
    # the mode at 0.02 is outside of it
    window = ["--largest", "0.01", "--growth", "0.002", "--no-fastest", "--q", "0.1"]
    result = run_json([*UNSTABLE, *window], capsys)
    assert (result["largest"], result["growth"], result["fastest"]) == (0.01, 0.002, None)
    assert calls[0][1] == {"largest": 0.01, "growth": 0.002}
    assert result["modes"][0]["frequencies"] == []
    out = run([*UNSTABLE, *window], capsys)
    assert "none" in out
    assert "mode:" not in out


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        (GrowthRate(-3e-8, 5e-6, 0.0, 1e-12, "complete", "decays"), "; stable"),
        (
            GrowthRate(-3e-12, 5e-6, 0.0, math.inf, "incomplete", "undecided"),
            "; undecided: the error contains zero",
        ),
        (GrowthRate(3e-8, 5e-6, 0.0, 1e-12, "complete", "grows"), "; unstable"),
    ],
)
def test_the_last_line_says_what_the_rate_means(
    rate: GrowthRate,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("numerics.stability.growth.growth_rate", lambda state: rate)
    out = run(["modes", *WORDS, "--q", "0.1"], capsys)
    last = out.splitlines()[-1]
    assert last.startswith("Fastest" if rate.verdict == "grows" else "Least damped")
    assert last.endswith(says)
    result = run_json(["modes", *WORDS, "--q", "0.1"], capsys)
    # JSON has no infinity
    error = None if math.isinf(rate.error) else rate.error
    assert (result["fastest"]["error"], result["fastest"]["verdict"]) == (error, rate.verdict)


def test_boundary_as_json_is_the_library_result(capsys: pytest.CaptureFixture[str]) -> None:
    result = run_json(["boundary", "b", *WORDS], capsys)
    found = find_boundary("B", 0.0, **BROAD)
    assert result["kind"] == "B"
    assert {name: result[name] for name in BROAD} == BROAD
    assert result["inv_kfa"] == 0.0
    for name in ("ratio", "error", "q", "omega", "status"):
        assert result[name] == getattr(found, name)
    state = result["state"]
    assert (state["gap"], state["mu"], state["mu_b"]) == (
        found.state.gap,
        found.state.mu,
        found.state.mu_b,
    )
    assert state["gamma_v"] == pytest.approx(result["ratio"] * 1e-2, rel=1e-12)


def test_boundary_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(["boundary", "normal", *WORDS], capsys)
    first, *lines = out.splitlines()
    assert first.startswith("Boundary normal at (k_F a_s)⁻¹ = 0, γ_b = 0.01 ε_F")
    assert first.endswith("p_c = 20 k_F: ends with a vanishing order parameter")
    found = find_boundary("normal", 0.0, **BROAD)
    (ratio,) = [line.split("│") for line in lines if line.startswith("ratio")]
    assert float(ratio[1]) == pytest.approx(found.ratio, rel=1e-11)
    assert float(ratio[2]) == pytest.approx(found.error, rel=0.1)


def test_an_error_without_bound_is_null(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = solve_steady_state(Parameters(0.0, 1e-2, 1e-4, cutoff=20.0))
    unsure = Boundary("A", 0.01, 0.0, 0.0, state, float("inf"), 1)
    monkeypatch.setattr("numerics.stability.boundaries.find_boundary", lambda *_, **__: unsure)
    assert run_json(["boundary", "A"], capsys)["error"] is None


def test_scan_as_json_and_csv_is_the_library_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = recorded("numerics.diagram.plane.phase_diagram", monkeypatch)
    output = tmp_path / "d.csv"
    ratios = ["--ratios-from", "0.01", "--ratios-to", "4", "--ratio-points", "2"]
    result = run_json([*AROUND_UNITARITY, *QUICK, *ratios, "--output", str(output)], capsys)
    ((arguments, options, diagram),) = calls
    assert arguments[0].tolist() == [-0.1, 0.1]
    assert options["kinds"] == ("normal", "alpha11")
    assert options["ratios"] == [0.01, 4.0]
    assert {name: options[name] for name in BROAD} == BROAD
    assert result["inv_kfa"] == [-0.1, 0.1]
    assert result["kinds"] == ["normal", "alpha11"]
    assert {name: result[name] for name in BROAD} == BROAD
    assert result["first"] == [None, None]
    expected = []
    for kind, curve in diagram.curves.items():
        for name in ("inv_kfa", "ratio", "q", "omega", "error"):
            assert result["curves"][kind][name] == getattr(curve, name).tolist()
        columns = (curve.inv_kfa, curve.ratio, curve.q, curve.omega, curve.error)
        expected += [[kind, *map(float, row)] for row in zip(*columns, strict=True)]
    assert diagram.growth is not None
    assert result["ratios"] == [0.01, 4.0]
    assert result["growth"]["rate"] == [diagram.growth.rate[0].tolist(), [None] * 2]
    assert result["growth"]["complete"][0] == [True] * 2

    about, rows = read(output)
    model = {name: str(value) for name, value in BROAD.items()}
    model |= {"inv_kfa": "column inv_kfa", "gamma_v": "column ratio"}
    assert {name: about[name] for name in model} == model
    assert list(rows[0]) == ["kind", "inv_kfa", "ratio", "q", "omega", "error"] == list(COLUMNS)
    cells = [list(row.values()) for row in rows]
    assert [[row[0], *map(float, row[1:])] for row in cells] == expected
    beside = tmp_path / "d_growth.csv"
    assert result["files"] == [str(output), str(beside)]
    again, rows = read(beside)
    assert again == about
    # none where there is no condensate
    assert [float(row["ratio"]) for row in rows] == [0.01] * 2
    assert [float(row["rate"]) for row in rows] == diagram.growth.rate[0].tolist()


def test_scan_for_people_says_which_boundary_is_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = phase_diagram([-0.1, 0.1], kinds=("alpha11",), **BROAD)
    curve = found.curves["alpha11"]
    other = replace(curve, kind="C", ratio=curve.ratio * [0.9, 1.1])
    point = curve.points[0]
    crossed = replace(
        found,
        curves={"B": curve, "C": other},
        meetings=(Meeting(("B", "C"), 0.0125, 0.037, 1e-7, (point, point)),),
    )
    monkeypatch.setattr("numerics.diagram.plane.phase_diagram", lambda *_, **__: crossed)
    out = run(["scan"], capsys)
    assert out.startswith("Boundaries, γ_v/γ_b at γ_b = 0.01 ε_F, T_b = 0 ε_F, p_c = 20 k_F\n")
    assert "first of B, C" in out
    rows = [[cell.strip() for cell in line.split("│")] for line in out.splitlines() if "│" in line]
    assert [[row[0], row[-1]] for row in rows] == [["-0.1", "C"], ["0.1", "B"]]
    printed = np.array([[float(cell) for cell in row[1:3]] for row in rows])
    assert pytest.approx(np.array([curve.ratio, other.ratio]), rel=1e-5) == printed.T
    meeting = "B and C meet at (k_F a_s)⁻¹ = 0.0125 ± 1e-07, γ_v/γ_b = 0.037"
    assert out.splitlines()[-1] == meeting


def test_scan_for_people_shows_where_growth_is_fastest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = np.array([[True, True], [True, False]])
    rate = np.ma.array([[0.1, 0.2], [0.3, 9.0]], mask=~there)
    growth = GrowthMap(
        np.array([-0.1, 0.1]),
        np.array([0.01, 0.02]),
        rate,
        rate / 10,
        rate / 100,
        rate * 1e-6,
        np.array([[False, True], [True, False]]),
        there,
        np.where(there, "grows", ""),
        {},
    )
    found = phase_diagram([-0.1, 0.1], kinds=("alpha11",), **BROAD)
    filled = replace(found, growth=growth)
    monkeypatch.setattr("numerics.diagram.plane.phase_diagram", lambda *_, **__: filled)
    out = run(["scan"], capsys).split("Fastest growth")[1]
    rows = [[float(cell) for cell in line.split("│")] for line in out.splitlines() if "│" in line]
    assert rows == [[-0.1, 0.02, 0.3, 0.03, 0.003], [0.1, 0.01, 0.2, 0.02, 0.002]]
    assert out.splitlines()[-1].startswith("1 rates are incomplete")


def test_scan_for_people_shows_what_is_missing_and_the_growth(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # far on the BCS side there is no boundary A
    words = ["scan", "--from", "-2", "--to", "-1.9", "--points", "2", "--kinds", "A", *WORDS]
    out = run([*words, "--ratios-from", "0.02", "--ratios-to", "9", "--ratio-points", "2"], capsys)
    boundaries, growth = out.split("2 points without a boundary")
    rows = [line.split("│") for line in boundaries.splitlines() if "│" in line]
    assert [[cell.strip() for cell in row] for row in rows] == [["-2", "-"], ["-1.9", "-"]]
    # nothing to compare A with
    assert "first" not in boundaries
    cells = [line.split("│") for line in growth.splitlines() if "│" in line]
    assert [[cell.strip() for cell in row[:2]] for row in cells] == [
        ["-2", "0.02"],
        ["-1.9", "0.02"],
    ]
    assert all(-1e-4 < float(row[2]) < 0 for row in cells)
    out = run([*words, "--ratios-from", "8", "--ratios-to", "9", "--ratio-points", "2"], capsys)
    normal = [line.split("│") for line in out.splitlines() if line.count("│") == 4]
    assert [[cell.strip() for cell in row[1:]] for row in normal] == [["-"] * 4] * 2


def test_a_second_scan_takes_finished_parts_from_the_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*AROUND_UNITARITY, *QUICK, "--store", str(tmp_path / "s.db")]
    first = run_json([*words, "--workers", "2"], capsys)
    assert first.pop("workers") == 2

    def compute(task: object) -> None:
        raise AssertionError(task)

    monkeypatch.setattr("numerics.diagram.plane.run_task", compute)
    again = run_json(words, capsys)
    assert again.pop("workers") == 1
    assert again == first
    inv = first["curves"]["alpha11"]["inv_kfa"]
    assert np.allclose(inv, [-0.1, 0.1], rtol=0, atol=1e-15)


def test_nothing_is_left_of_a_scan_that_does_not_begin(tmp_path: Path) -> None:
    files = ["--store", str(tmp_path / "s.db"), "--output", str(tmp_path / "o.csv")]
    assert main(["scan", "--gamma-b", "-1", *files]) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt, 130), (BrokenProcessPool, 1)])
def test_a_scan_without_store_that_is_stopped_says_so_in_one_line(
    error: type[BaseException],
    status: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise error("a process was terminated" if error is BrokenProcessPool else "")

    monkeypatch.setattr("numerics.diagram.plane.phase_diagram", stop)
    assert main(["scan"]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    expected = {130: "interrupted; nothing is kept without --store", 1: "a process was terminated"}
    assert captured.err == f"nambu: {expected[status]}\n"


def kept(path: Path) -> list[Row]:
    """Return what is in a store."""
    with Store(path, write=False) as store:
        return list(store.rows())


def test_an_interrupted_scan_ends_at_once_and_keeps_what_is_finished(tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    words = ["scan", "--kinds", "normal", "--kinds", "C", "--points", "60"]
    words += ["--workers", "2", "--store", str(store)]
    command = [str(Path(sys.executable).with_name("nambu")), *words]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        while not (store.exists() and kept(store)):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert out == ""
    assert err.count("\n") == 1
    assert f"finished parts are in the store {store}" in err
    # the curve C, which takes ten times as long, was left where it was
    (row,) = kept(store)
    assert json.loads(row.numbers)["kind"] == "normal"
