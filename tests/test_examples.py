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
    # kernels for JAX need it, and call functions that are documented elsewhere
    and not module.name.endswith("_jax")
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


def test_readme_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = readme_blocks("python")
    assert len(blocks) == 4
    shown = []
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
        shown.append(capsys.readouterr().out.splitlines())
    state, own, code, ledger = shown
    assert state[0].startswith("Δ₀ = 0.1")
    assert state[1].startswith("(101, 2, 2) error ")
    assert state[3].startswith("grows: Im ω = 0.0144 ± ")
    assert state[3].endswith(" at q = 0.053")
    assert state[-1].startswith("unstable from γ_v/γ_b = 0.020844 on, first at q = 0.0148")
    assert all("  holds  " in line for line in own[1:7])
    # between the folds there are three states
    assert [states.count(",") for states in own[7].split("], [")] == [0, 2, 0]
    # no voltage, no current
    assert code[0].startswith("[0.       ")
    assert ledger[0].startswith("misprint, corrected | 0.0 | E_p^2 is printed with a plus sign")
    assert ledger[1].endswith(" 125 17")


def test_readme_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"make ([a-z]+)", "".join(readme_blocks("console")))
    assert set(targets) == {"reproduce", "test"}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_readme_maps_every_folder() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for package in (derive, numerics):
        root = Path(package.__path__[0]).parent
        for folder in sorted((root / package.__name__).rglob("__init__.py")):
            relative = folder.parent.relative_to(root).as_posix()
            assert f"`{relative}/`" in text, relative
