"""`nambu derive`: an equation with its derivation and its check, for people and machines."""

import dataclasses
import json

import pytest

from derive.hanai2017 import collection, ledger
from derive.records.ledger import Ledger
from numerics.cli import main
from numerics.cli.drawing import drawn

TWO = ("29", "31")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the paper has two equations."""
    small = Ledger({"II. Model and formalism": [ledger()[number] for number in TWO]})
    monkeypatch.setattr("derive.hanai2017.ledger", lambda: small)


def test_an_equation_with_its_misprint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "29"]) == 0
    out = capsys.readouterr().out
    for words in (
        "(29)",
        "Gᴿ(p, ω) = ",
        "As printed:",
        "Derivation",
        "Note:",
        "Checked now: proved",
    ):
        assert words in out
    assert "\\" not in out


def test_latex(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "(31)", "--latex"]) == 0
    out = capsys.readouterr().out
    assert ledger()["31"].latex in out


def test_numbers_are_found_whatever_their_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "c1", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["equations"]
    assert found["id"] == "C1"
    assert found["holds"] is True
    assert found["residual"] == 0


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_all_with_a_count_per_status(workers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "--all", "--workers", workers]) == 0
    out = capsys.readouterr().out
    assert "1 misprint; 1 proved" in out
    assert "FAIL" not in out


def test_list_without_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["equations"]
    assert [e["id"] for e in found] == [r.id for r in ledger()]
    assert all("holds" not in e for e in found)
    assert all(e["latex"] for e in found)


def test_a_failing_check_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = ledger()["31"]
    wrong = dataclasses.replace(record, claim=lambda: 2 * record.claim())
    small = Ledger({"II": [wrong]})
    monkeypatch.setattr("derive.hanai2017.ledger", lambda: small)
    monkeypatch.setattr("derive.hanai2017.verification.ledger", lambda: small)
    assert main(["derive", "31"]) == 1
    assert "does not hold" in capsys.readouterr().out
    assert main(["derive", "--all", "--workers", "1"]) == 1
    assert "1 FAIL" in capsys.readouterr().out


def test_graph_of_premises(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["derive", "--graph"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert set(lines) >= {f"({r.id})" for r in ledger()}
    assert "<- (46) (51) (52) (53) (54)" in lines["(50)"]
    assert lines["(50)"].endswith("restricted by (51) (53) (54)")
    assert main(["derive", "--graph", "62", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["equations"]
    assert found["premises"] == ["61"]
    assert found["standing"] == "holds only in a stated case"
    assert found["by"] == ["51", "53", "54"]
    assert main(["derive", "--graph", "--all"]) == 2


def test_scope_and_premises_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "62"]) == 0
    out = capsys.readouterr().out
    assert "Rests on (61)" in out
    assert "restricted by (51) (53) (54)" in out
    assert main(["derive", "A8"]) == 0
    assert "Scope: any momenta but zero" in capsys.readouterr().out
    assert main(["derive", "B5"]) == 0
    assert "by construction: it defines a product" in capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 60])
def test_an_equation_is_as_wide_as_the_terminal(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for words in (["9", "29"], ["30", "--graph"], []):
        assert main(["derive", *words]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= width, words


def check_drawn(formula: str) -> None:
    for width in (76, 56):
        # what could not be read would be LaTeX
        found = drawn(formula, width)
        assert "\\" not in found, formula
        assert max(map(len, found.splitlines())) <= width, formula


def test_every_equation_can_be_drawn() -> None:
    for record in ledger():
        check_drawn(record.latex)
        check_drawn(record.printed_latex)


@pytest.mark.slow
def test_every_step_can_be_drawn() -> None:
    for record in ledger():
        for step in record.steps:
            if step.expression is not None:
                check_drawn(step.latex)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["77"], ("'77'", "1 to 76")),
        (["A0"], ("'A0'", "A1 to A9")),
        (["29; rm"], ("'29; rm'",)),
        (["29", "--all"], ("29", "--all", "not both")),
        (["--all", "--workers", "0"], ("workers = 0",)),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["derive", *arguments]) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    for word in words:
        assert word in error


def test_collection_refuses_two_records_with_one_number() -> None:
    record = ledger()["29"]
    with pytest.raises(ValueError, match="two records"):
        collection.Ledger({"a": [record], "b": [record]})
