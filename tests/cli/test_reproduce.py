"""`nambu reproduce`: every check holds, can fail, and the files are there."""

import csv
import functools
import json
from pathlib import Path

import pytest

from numerics.cli import checks, main
from numerics.figures import amplitude_spectrum, occupied_weight, response_parts

FIGURES = ("fig04", "crossover", "fig09", "fig13", "fig14")
FILES = {"checks.csv"} | {f"{n}.{e}" for n in FIGURES for e in ("csv", "png", "svg")}


@pytest.fixture
def coarse_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute the maps on small grids: it is the files that matter."""
    for module in (response_parts, amplitude_spectrum):
        monkeypatch.setattr(module, "compute", functools.partial(module.compute, points=4))
    compute = functools.partial(occupied_weight.compute, pixels=(4, 8))
    monkeypatch.setattr(occupied_weight, "compute", compute)


@pytest.mark.parametrize(("name", "group"), checks.GROUPS)
def test_every_check_holds(name: str, group: checks.Group) -> None:
    results = checks.run(group)
    assert results
    for result in results:
        assert result.holds, (name, result)


def test_a_deviation_that_is_no_number_does_not_hold() -> None:
    assert not checks.Check("nothing", float("nan"), 1.0).holds


@pytest.mark.usefixtures("coarse_maps")
def test_writes_tables_and_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "GROUPS", (("balance", checks.balance),))
    assert main(["reproduce", "--output", str(tmp_path / "a" / "b"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert all(check["holds"] for check in report["checks"])
    written = {path.name for path in (tmp_path / "a" / "b").iterdir()}
    assert written == FILES
    with (tmp_path / "a" / "b" / "fig04.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    # one branch for each cutoff; the unitarity value without decay falls with the cutoff
    first = {row["cutoff/k_F"]: float(row["gap/eps_F"]) for row in reversed(rows)}
    assert sorted(first, key=float) == ["10.0", "50.0", "100.0", "200.0"]
    assert sorted(first.values(), reverse=True) == [first[c] for c in sorted(first, key=float)]


@pytest.mark.usefixtures("coarse_maps")
def test_a_failing_check_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "UNITARITY_MU", 0.5907)
    monkeypatch.setattr(checks, "GROUPS", (("limit", checks.equilibrium_limit),))
    assert main(["reproduce", "--output", str(tmp_path)]) == 1
    assert "FAILS" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["gap_real", "number"])
def test_the_brute_force_check_sees_a_wrong_kernel(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from numerics.kernels import steady_state_mpmath as kernels

    index = kernels.STEP_OUTPUTS.index(wrong)
    original = kernels.step

    def broken(*arguments: object) -> tuple[object, ...]:
        values = list(original(*arguments))
        values[index] *= 1 + 1e-15
        return tuple(values)

    monkeypatch.setattr(kernels, "step", broken)
    assert not checks.closed_forms().holds
