"""Every example that a user can read runs: docstrings and the README."""

import doctest
import importlib
import pkgutil
import re
from inspect import isfunction
from pathlib import Path
from types import ModuleType

import pytest

import derive
import numerics

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    module.name
    for package in (derive, numerics)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.mark.parametrize("package", [derive, numerics], ids=lambda p: p.__name__)
def test_every_public_function_has_an_example(package: ModuleType) -> None:
    functions = [f for f in (getattr(package, name) for name in package.__all__) if isfunction(f)]
    assert len(functions) > 10
    for function in (*functions, derive.ledger, derive.fermi, numerics.Parameters):
        assert ">>>" in (function.__doc__ or ""), function


def readme_blocks(language: str) -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_readme_python_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # an example saves a file
    monkeypatch.chdir(tmp_path)
    blocks = readme_blocks("python")
    assert len(blocks) == 7
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    # five decay rates have a condensate, the sixth does not: gamma_v = gamma_b cannot be balanced
    assert len(lines) == 22
    assert lines[5].startswith("normal beyond")
    assert lines[6].startswith("(101, 2, 2) error ")
    assert lines[7].startswith("α₁₁ = -0.0053")
    assert lines[8].startswith("grows: Im ω = 0.0144 ± ")
    assert lines[8].endswith(" at q = 0.053")
    assert lines[20].startswith("misprint, corrected | 0.0 | E_p^2 is printed with a plus sign")
    assert lines[21] == "True 125 17"
    assert lines[19].startswith("[0.       ")
    assert all("  holds  " in line for line in lines[12:18])
    # between the folds there are three states
    assert [states.count(",") for states in lines[18].split("], [")] == [0, 2, 0]
    assert (tmp_path / "current.c").exists()
    assert lines[10].startswith("unstable from γ_v/γ_b = 0.020844 on, first at q = 0.0148")


def test_readme_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"make ([a-z]+)", "".join(readme_blocks("console")))
    assert set(targets) == {"reproduce", "test"}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_readme_maps_every_folder() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for package in ("derive", "numerics"):
        for folder in sorted((ROOT / package).rglob("__init__.py")):
            relative = folder.parent.relative_to(ROOT).as_posix()
            assert f"`{relative}/`" in text, relative
