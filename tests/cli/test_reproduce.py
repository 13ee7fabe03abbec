"""`nambu reproduce`: every check holds, can fail, and the files are there."""

import dataclasses
import functools
import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.hanai2017 import ledger
from derive.hanai2017.verification import outcome
from numerics.checks import limits as checks
from numerics.checks import paper_table
from numerics.checks.published import (
    AMPLITUDE,
    BOUNDARIES,
    FREQUENCY,
    FREQUENCY_CORRECTED,
    Comparison,
    CutoffEstimate,
)
from numerics.cli import ledger_table, main
from numerics.cli.paper_table import show
from numerics.figures import jobs as figure_jobs
from tests.tables import read

#: Figures that are quick on small grids: it is the files that matter.
SMALL = {"fig04": {"points": 9}, "fig09": {"pixels": (4, 8)}, "fig13": {"points": 4}}
FILES = {"checks.csv", "ledger.csv", "paper.csv"} | {
    f"{n}.{e}" for n in SMALL for e in ("csv", "png", "svg")
}


def small_table() -> paper_table.PaperTable:
    """Return a comparison with made-up numbers."""
    estimate = CutoffEstimate(((BOUNDARIES[0][2].name, 100.0, 110.0),), 100.0, 110.0)
    rows = (
        Comparison(BOUNDARIES[0][2], 105.0, 3.1e-3, 1e-12),
        Comparison(FREQUENCY, 105.0, 6.1e-4, 1e-12),
        Comparison(AMPLITUDE, 105.0, 0.292, 1e-12),
        Comparison(FREQUENCY_CORRECTED, 105.0, 6.1e-4, 1e-12),
    )
    before = tuple(dataclasses.replace(row, cutoff=100.0) for row in rows)
    return paper_table.PaperTable(estimate, before, rows)


def small_ledger(executor: object = None) -> ledger_table.LedgerTable:
    """Check one equation."""
    return ledger_table.LedgerTable(((ledger()["29"], outcome("29")),))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw few figures on small grids, and compare nothing."""
    jobs = [job for job in figure_jobs.JOBS if job.name in SMALL]
    jobs = [dataclasses.replace(job, full=SMALL[job.name]) for job in jobs]
    monkeypatch.setattr(figure_jobs, "JOBS", tuple(jobs))
    monkeypatch.setattr(paper_table, "compare", small_table)
    monkeypatch.setattr(ledger_table, "check", small_ledger)


@pytest.mark.parametrize("job", figure_jobs.JOBS, ids=lambda job: job.name)
def test_every_figure_takes_what_it_is_given(job: figure_jobs.FigureJob) -> None:
    module = importlib.import_module(f"numerics.figures.{job.module}")
    extra = {"executor": None} if job.parallel else {}
    extra |= {"diagram": None} if job.shares else {}
    for arguments in (job.quick, job.full):
        inspect.signature(module.compute).bind(**arguments, **extra)
    assert len(set(module.COLUMNS)) == len(module.COLUMNS) > 1
    assert callable(module.draw)
    assert not job.shares or job.shares in {other.name for other in figure_jobs.JOBS}


def test_every_figure_of_the_paper_is_drawn() -> None:
    names = {job.name for job in figure_jobs.JOBS}
    assert {f"fig{n:02d}" for n in (4, 5, 6, 7, 8, 9, 13, 14)} <= names


def test_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    table = small_table()
    assert [row[-1] for row in table.rows()] == [
        "agrees",
        "disagrees at this cutoff",
        *["agrees"] * 3,
        "disagrees",
        *["agrees"] * 2,
    ]
    role = paper_table.COLUMNS.index("role")
    roles = [row[role] for row in table.rows()]
    assert roles == ["fitted", "independent", "independent", "not printed"] * 2
    show(table)
    out = capsys.readouterr().out
    assert "105.0 ± 5.0" in out
    # neither the one that the cutoff was inferred from, nor what the paper does not print
    assert "1 of 2 independent printed numbers agree; of 1 that p_c was inferred from 1" in out
    mapping = json.loads(json.dumps(table.mapping()))
    assert mapping["cutoff"]["value"] == 105.0
    assert mapping["tally"] == {
        "agree": 1,
        "independent": 2,
        "fitted_agree": 1,
        "fitted": 1,
        "unprinted": 1,
    }


#: To derive everything again takes half a minute; tests/derive/build does it too.
CHECKS = [
    pytest.param(*group, marks=pytest.mark.slow) if group[1] is checks.generated_code else group
    for group in checks.GROUPS
]


@pytest.fixture(scope="module")
def printed_once() -> Iterator[None]:
    """Integrate what is printed once: it is the same whatever it is compared with."""
    with pytest.MonkeyPatch.context() as patch:
        integrals = functools.cache(checks._printed_integrals)
        patch.setattr(checks, "_printed_integrals", integrals)
        yield


@pytest.mark.usefixtures("printed_once")
@pytest.mark.parametrize(("name", "group"), CHECKS)
def test_every_check_holds(name: str, group: checks.Group) -> None:
    results = checks.run(group)
    assert results
    for result in results:
        assert result.holds, (name, result)


def test_a_deviation_that_is_no_number_does_not_hold() -> None:
    assert not checks.Check("nothing", float("nan"), 1.0).holds


@pytest.mark.usefixtures("small")
def test_writes_tables_and_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "GROUPS", (("balance", checks.balance),))
    arguments = ["--output", str(tmp_path / "a" / "b"), "--workers", "1", "--json"]
    assert main(["reproduce", *arguments]) == 0
    report = json.loads(capsys.readouterr().out)
    assert all(check["holds"] for check in report["checks"])
    assert report["paper"]["cutoff"]["uncertainty"] == 5.0
    written = {path.name for path in (tmp_path / "a" / "b").iterdir()}
    assert written == FILES
    tables = {path.stem: read(path) for path in (tmp_path / "a" / "b").glob("*.csv")}
    for about, found in tables.values():
        assert about["nambu"]
        assert found
        # as many cells as columns
        assert all(None not in row and None not in row.values() for row in found)
    model = ("inv_kfa", "gamma_b", "gamma_v", "temperature", "cutoff")
    for name in ("paper", *SMALL):
        assert set(model) <= set(tables[name][0])
    assert [tables["fig09"][0][name] for name in model] == [
        *("0.0", "0.001", "column gamma_v/gamma_b", "0.0", "100.0")
    ]
    assert tables["paper"][0]["cutoff"] == "column cutoff/k_F"
    about, rows = tables["fig04"]
    assert [about[name] for name in model] == [
        *("0.0", "0.001", "column gamma_v/gamma_b", "0.0", "column cutoff/k_F")
    ]
    # one branch for each cutoff; the unitarity value without decay falls with the cutoff
    first = {row["cutoff/k_F"]: float(row["gap/eps_F"]) for row in reversed(rows)}
    assert sorted(first, key=float) == ["10.0", "50.0", "100.0", "200.0"]
    assert sorted(first.values(), reverse=True) == [first[c] for c in sorted(first, key=float)]


@pytest.mark.usefixtures("small")
def test_some_figures_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["reproduce", "--output", str(tmp_path), "--workers", "1"]
    assert main([*arguments, "--only", "fig09", "--only", "fig13", "--json"]) == 0
    files = {Path(name).name for name in json.loads(capsys.readouterr().out)["files"]}
    assert files == {f"{n}.{e}" for n in ("fig09", "fig13") for e in ("csv", "png", "svg")}
    assert files == {path.name for path in tmp_path.iterdir()}
    assert main([*arguments, "--only", "fig99"]) == 2
    assert "only = ['fig99'] is outside its domain: some of fig04," in capsys.readouterr().err


@pytest.mark.usefixtures("small")
def test_a_failing_check_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "UNITARITY_MU", 0.5907)
    monkeypatch.setattr(checks, "GROUPS", (("limit", checks.equilibrium_limit),))
    assert main(["reproduce", "--output", str(tmp_path), "--workers", "1"]) == 1
    assert "FAILS" in capsys.readouterr().out


@pytest.mark.usefixtures("printed_once")
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
