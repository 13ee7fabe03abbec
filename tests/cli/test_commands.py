"""The command line: output for people and machines, and one line for what goes wrong."""

import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

from numerics import Parameters, solve_steady_state
from numerics.cli import main
from numerics.cli.app import COMMANDS


def test_steady_state_as_json_is_the_library_result(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["steady-state", "--inv-kfa", "-1", "--gamma-v", "2.1e-5", "--json"]
    assert main(arguments) == 0
    result = json.loads(capsys.readouterr().out)
    state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5))
    assert (result["gap"], result["mu"], result["mu_b"]) == (state.gap, state.mu, state.mu_b)
    assert result["cutoff"] == 100.0
    assert result["residual"] <= 1e-10


@pytest.mark.parametrize("command", [["steady-state"], ["modes", "--no-fastest", "--q", "0.1"]])
def test_the_ratio_is_another_word_for_the_decay_rate(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    results = []
    for words in (["--gamma-v", "2.5e-4"], ["--ratio", "0.25"]):
        assert main([*command, "--gamma-b", "1e-3", *words, "--json"]) == 0
        results.append(json.loads(capsys.readouterr().out))
    assert results[0] == results[1]
    assert results[0]["gamma_v"] == 2.5e-4


def test_steady_state_for_people_names_the_cutoff(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["steady-state", "--cutoff", "50"]) == 0
    out = capsys.readouterr().out
    assert "p_c = 50" in out
    assert "γ_v = 0 ε_F = 0 γ_b" in out
    assert "order parameter" in out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["steady-state", "--gamma-b", "-1"], 2, ("gamma_b", "-1", "greater than 0")),
        (["steady-state", "--gamma-b", "0"], 2, ("gamma_b", "greater than 0")),
        (["steady-state", "--gamma-v", "-1e-5"], 2, ("gamma_v", "0 or greater")),
        (["steady-state", "--ratio", "-1"], 2, ("ratio = -1.0", "0 or greater")),
        (["steady-state", "--ratio", "nan"], 2, ("ratio = nan",)),
        (
            ["steady-state", "--ratio", "0.1", "--gamma-v", "1e-4"],
            2,
            ("--gamma-v 0.0001", "--ratio 0.1", "one of them"),
        ),
        (["modes", "--ratio", "0", "--gamma-v", "0"], 2, ("--gamma-v", "--ratio")),
        (["boundary", "B", "--ratio", "0.1"], 2, ("--ratio",)),
        (["steady-state", "--temperature", "-1"], 2, ("temperature", "0 or greater")),
        (["steady-state", "--cutoff", "0.5"], 2, ("cutoff", "0.5", "greater than 1")),
        (["steady-state", "--inv-kfa", "nan"], 2, ("inv_kfa", "nan")),
        (["steady-state", "--rtol", "0"], 2, ("rtol", "1e-13")),
        (["steady-state", "--gamma-b", "abc"], 2, ("gamma-b", "abc")),
        (["steady-state", "--gama-b", "1"], 2, ("--gama-b",)),
        (["steady-state", "1.0"], 2, ("1.0",)),
        (["no-such-command"], 2, ("no-such-command",)),
        (["steady-state", "--gamma-v", "2e-3"], 1, ("no condensate", "gamma_v/gamma_b")),
        (["reproduce", "--output", "{file}"], 2, ("taken",)),
        (["modes", "--q", "0"], 2, ("q = 0.0", "0 < q")),
        (["modes", "--q", "0.1", "--q", "-0.1"], 2, ("q = -0.1", "0 < q")),
        (["modes", "--q", "nan"], 2, ("q = nan",)),
        (["modes", "--q", "1e200"], 2, ("q = 1e+200", "<= 1e+06")),
        (["modes", "--q", "0.1", "--largest", "0"], 2, ("largest = 0.0",)),
        (["modes", "--q", "0.1", "--growth", "inf"], 2, ("growth = inf",)),
        (["modes", "--no-fastest"], 2, ("--q", "--no-fastest")),
        (["modes", "--gamma-v", "2e-3", "--q", "0.1"], 1, ("no condensate",)),
        (["modes", "--gamma-v", "-1", "--q", "0.1"], 2, ("gamma_v", "0 or greater")),
        (["modes", "--qq", "1"], 2, ("--qq",)),
        (["boundary"], 2, ("KIND",)),
        (["boundary", "D"], 2, ("'D'", "A, B, C, normal")),
        (["boundary", "B", "--inv-kfa", "nan"], 2, ("inv_kfa", "nan")),
        (["boundary", "B", "--gamma-v", "1e-4"], 2, ("--gamma-v",)),
        (["boundary", "B", "--cutoff", "1"], 2, ("cutoff", "greater than 1")),
        (["boundary", "alpha11", "--inv-kfa", "-3"], 1, ("no boundary alpha11", "inv_kfa = -3")),
        (["scan", "--points", "1"], 2, ("points = 1", "2 to")),
        (["scan", "--points", "1000000000"], 2, ("points", "100000")),
        (["scan", "--from", "1", "--to", "1"], 2, ("from = 1", "to = 1")),
        (["scan", "--from", "nan"], 2, ("from = nan",)),
        (["scan", "--kinds", "A", "--kinds", "Z"], 2, ("'Z'", "A, B, C, normal")),
        (["scan", "--gamma-b", "0"], 2, ("gamma_b", "greater than 0")),
        (["scan", "--workers", "0"], 2, ("workers = 0",)),
        (["scan", "--ratio-points", "4"], 2, ("--ratios-from", "--ratios-to")),
        (["scan", "--ratios-from", "0", "--ratios-to", "1"], 2, ("ratios-from", "greater than 0")),
        (["scan", "--ratios-from", "1", "--ratios-to", "0.1"], 2, ("ratios-to = 0.1",)),
        (
            ["scan", "--ratios-from", "0.1", "--ratios-to", "1", "--ratio-points", "1"],
            2,
            ("ratio-points = 1",),
        ),
        (["scan", "--store", "{file}"], 2, ("taken", "which this file is not")),
        (["scan", "--store", "{file}/x"], 2, ("taken/x",)),
        (["scan", "--output", "{file}.d/x.csv"], 2, ("taken.d/x.csv",)),
        (["scan", "--store", "{file}", "--output", "{file}"], 2, ("same file",)),
        (["scan", "--gamma-v", "1"], 2, ("--gamma-v",)),
    ],
)
def test_what_goes_wrong_is_one_line(
    arguments: list[str],
    status: int,
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file where a folder is wanted")
    assert main([a.replace("{file}", str(taken)) for a in arguments]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    for word in words:
        assert word in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("command", ["boundary", "modes", "reproduce", "scan", "steady-state"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"Example: nambu {command}" in capsys.readouterr().out


@pytest.mark.parametrize("place", COMMANDS)
def test_the_list_of_commands_has_the_first_line_of_each(place: str) -> None:
    module, _, function = place.partition(":")
    command = getattr(importlib.import_module(f"numerics.cli.{module}"), function or module)
    assert inspect.getdoc(command).splitlines()[0] == COMMANDS[place]


def test_the_list_of_commands_imports_none() -> None:
    code = "import sys; from numerics.cli import main; main(['--help']); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = run.stdout.splitlines()[-1].split()
    assert "numerics.cli.app" in modules
    assert not {"numerics.cli.boundary", "numerics.stability.growth", "scipy"} & set(modules)


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("nambu")
    run = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.strip()


def test_an_interrupt_ends_without_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("numerics.cli.steady_state.solve_steady_state", interrupt)
    assert main(["steady-state"]) == 130
    assert capsys.readouterr().err == "nambu: interrupted\n"


COMPLETED = """
source "$1"
COMP_WORDS=({}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_nambu
echo "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("nambu s", {"scan", "steady-state"}),
        ("nambu scan ''", {"run", "status", "resume", "export"}),
        ("nambu scan status --", {"--store", "--scan", "--json"}),
        ("nambu modes --inv-kfa -1 --gamma", {"--gamma-b", "--gamma-v"}),
        ("nambu scan run plane.toml --goal ''", {"map", "boundary"}),
    ],
)
def test_a_shell_completes_commands_options_and_choices(
    typed: str, wanted: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "nambu"
    assert main(["--install-completion", "--shell", "bash", "--output", str(file)]) == 0
    command = ["bash", "-c", COMPLETED.format(typed), "bash", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) >= wanted
    assert run.stderr == ""
