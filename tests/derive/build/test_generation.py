"""The committed kernels are what the generator writes, reproducibly, and can be checked."""

import ast
import functools
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp

from derive import programs
from derive.__main__ import main
from derive.build import generate
from derive.build.generate import KERNELS
from derive.codegen.printers import TARGETS
from derive.codegen.program import Module
from derive.functions.registry import TRANSCENDENTAL

PROJECT = Path(generate.__file__).resolve().parents[2]
COMMITTED = [
    path
    for kind in ("_numpy.py", "_mpmath.py", "_vector.py", "_jax.py", ".json")
    for path in sorted(KERNELS.glob(f"*{kind}"))
]


@dataclass(frozen=True)
class Function:
    """What is asked of a generated function: its operations, said and counted, and its outputs."""

    total: int
    kinds: dict[str, int]
    counted: Counter[str]
    returned: int
    commented: list[str]


@dataclass(frozen=True)
class Text:
    """What is asked of a committed file; its syntax tree is too large to be kept."""

    imported: frozenset[str]
    functions: dict[str, Function]
    outputs: dict[str, list[str]]

    @classmethod
    @functools.cache
    def of(cls, path: Path) -> "Text":
        text = path.read_text()
        tree, lines = ast.parse(text), text.splitlines()
        nodes = list(ast.walk(tree))
        imported = frozenset(
            [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
            + [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        )
        outputs = {
            node.targets[0].id.removesuffix("_OUTPUTS").lower(): [e.value for e in node.value.elts]
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Tuple)
        }
        # operations are counted where a test asks for them
        asked = path.stem.endswith("_numpy")
        functions = {
            node.name: function_of(node, lines[node.lineno - 1 : node.end_lineno], asked)
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
            and "Operations:" in (ast.get_docstring(node) or "")
        }
        return cls(imported, functions, outputs)


def function_of(node: ast.FunctionDef, lines: list[str], asked: bool) -> Function:
    said = re.search(r"Operations: (\d+) \((.*)\)\.", ast.get_docstring(node))
    kinds = dict(part.rsplit(" ", 1) for part in said[2].split(", "))
    value = node.body[-1].value
    return Function(
        int(said[1]),
        {kind: int(n) for kind, n in kinds.items()},
        counted_in_text(node) if asked else Counter(),
        len(value.elts) if isinstance(value, ast.Tuple) else 1,
        [found[1] for line in lines if (found := re.search(r",  # (\w+)$", line))],
    )


@pytest.fixture(scope="module")
def modules() -> tuple[Module, ...]:
    """Derive everything once."""
    return programs.modules()


@pytest.fixture(scope="module")
def generated(modules) -> dict[str, str]:
    return {path.name: text for path, text in generate.generated_files(modules)}


@pytest.fixture
def copied_kernels(tmp_path, monkeypatch, generated):
    """Point the generator at a copy of the kernels, and spare it the derivation."""
    for path in COMMITTED:
        shutil.copy(path, tmp_path / path.name)
    monkeypatch.setattr(generate, "KERNELS", tmp_path)
    monkeypatch.setattr(
        generate,
        "generated_files",
        lambda: ((tmp_path / name, text) for name, text in generated.items()),
    )
    return tmp_path


def test_committed_kernels_are_up_to_date(generated):
    assert {path.name for path in COMMITTED} == set(generated)
    for path in COMMITTED:
        assert path.read_bytes() == generated[path.name].encode(), path.name


def test_differences_of_the_committed_kernels(monkeypatch, generated):
    files = [(KERNELS / name, text) for name, text in generated.items()]
    monkeypatch.setattr(generate, "generated_files", lambda: iter(files))
    assert generate.differences() == ""


def test_check_is_clean(copied_kernels, capsys):
    assert main(["generate", "--check"]) == 0
    assert capsys.readouterr().out == "generated kernels are up to date\n"


def test_check_shows_a_change_and_does_not_repair_it(copied_kernels, capsys):
    changed = copied_kernels / "steady_state_numpy.py"
    original = changed.read_text()
    changed.write_text(original.replace("x0 = 1 / E\n", "x0 = 1 / (E + 0)\n", 1))
    before = changed.read_text()
    assert before != original
    assert main(["generate", "--check"]) == 1
    diff = capsys.readouterr().out
    assert "--- committed/steady_state_numpy.py" in diff
    assert "+++ generated/steady_state_numpy.py" in diff
    assert "-    x0 = 1 / (E + 0)\n+    x0 = 1 / E\n" in diff
    assert diff.endswith("generated kernels are out of date\n")
    assert changed.read_text() == before


def test_check_finds_a_missing_file(copied_kernels, capsys):
    (copied_kernels / "steady_state_mpmath.py").unlink()
    assert main(["generate", "--check"]) == 1
    assert "+def step(xi, Delta_0, gamma, B, mp=mp):" in capsys.readouterr().out


def test_generate_repairs_and_then_leaves_alone(copied_kernels, capsys):
    changed = copied_kernels / "steady_state_numpy.py"
    original = changed.read_text()
    changed.write_text("# nothing left\n")
    assert main(["generate"]) == 0
    assert capsys.readouterr().out == "wrote steady_state_numpy.py\n"
    assert changed.read_text() == original
    assert main(["generate"]) == 0
    assert capsys.readouterr().out == "generated kernels are up to date\n"


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    assert "example: python -m derive generate --check" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["destroy"], ["generate", "--bogus"]])
def test_bad_arguments(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def generate_in_a_new_process(seed: str) -> dict[str, str]:
    """Return what a fresh interpreter with the given hash seed generates."""
    code = (
        "import json\n"
        "from derive.build import generate\n"
        "print(json.dumps({path.name: text for path, text in generate.generated_files()}))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


@pytest.mark.slow
def test_reproducible_across_hash_seeds(generated):
    """Without the slow marker, the comparison with the committed text spans two processes too."""
    for seed in ("0", "31337"):
        assert generate_in_a_new_process(seed) == generated


@pytest.mark.parametrize("path", COMMITTED, ids=lambda p: p.name)
def test_text_is_portable_and_names_its_origin(path):
    text = path.read_text()
    header = text.split('"""')[1] if path.suffix == ".py" else text.splitlines()[0]
    assert f"Generated by `python -m derive generate` with SymPy {sp.__version__}" in header
    assert "do not edit" in header
    assert str(PROJECT) not in text
    assert str(Path.home()) not in text
    # no absolute path of any machine: a quotient has spaces around its sign
    assert not re.search(r"(?<![\w.])/\w+/|[A-Z]:\\|site-packages", text)
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", text)
    assert text.isascii()
    assert text.endswith("\n")
    assert not re.search(r"[ \t]+$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda p: p.name)
def test_no_symbolic_library_at_run_time(path):
    # NumPy alone is always there; the extras `fast` and `jax` bring Numba, with llvmlite, and JAX
    kind = path.stem.split("_")[-1]
    compiler = {"vector": {"numba", "llvmlite"}, "jax": {"jax"}}.get(kind, set())
    allowed = {"numpy", "numerics", "mpmath"} | compiler | sys.stdlib_module_names
    assert {name.split(".")[0] for name in Text.of(path).imported} <= allowed


def counted_in_text(function: ast.FunctionDef) -> Counter[str]:
    """Count binary operations and calls in Python's own syntax tree.

    A quotient of two integers is a number; -x costs nothing; 1/x and a/b are one division.
    """
    names = {"sqrt": "sqrt"}
    for node_type, form in TARGETS["numpy"].functions.items():
        if issubclass(node_type, TRANSCENDENTAL):
            names[form.split("(")[0]] = node_type.__name__
    count: Counter[str] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp):
            if all(isinstance(side, ast.Constant) for side in (node.left, node.right)):
                continue
            kind = {ast.Add: "add", ast.Sub: "add", ast.Mult: "mul", ast.Div: "div"}
            count[kind[type(node.op)]] += 1
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            count[names[node.func.id]] += 1
    return count


@pytest.mark.parametrize("path", [p for p in COMMITTED if "numpy" in p.name], ids=lambda p: p.name)
def test_operation_counts_are_those_of_the_text(path):
    functions = Text.of(path).functions
    assert functions
    for name, function in functions.items():
        assert function.total == sum(function.kinds.values())
        assert function.kinds == {k: n for k, n in function.counted.items() if n}, name


def test_operation_counts_are_those_of_the_programs(modules):
    for module in modules:
        for target in TARGETS.values():
            programs = {program.name: program for program in generate.printed(module, target)}
            functions = Text.of(KERNELS / f"{module.name}_{target.name}.py").functions
            assert set(functions) == set(programs)
            for name, function in functions.items():
                found = programs[name].operations()
                assert (function.total, function.kinds) == (sum(found.values()), dict(found))


@pytest.mark.parametrize(
    ("module", "program"), [(m, p) for m, names in generate.VALUES.items() for p in names]
)
def test_kernels_without_derivatives_have_the_values_of_those_with_them(module, program):
    kernels = importlib.import_module(f"numerics.kernels.{module}_mpmath")
    whole, values = getattr(kernels, program), getattr(kernels, f"{program}_values")
    names = getattr(kernels, f"{program.upper()}_VALUES_OUTPUTS")
    assert names == tuple(
        n for n in getattr(kernels, f"{program.upper()}_OUTPUTS") if "_by_" not in n
    )
    count = len(inspect.signature(whole).parameters) - 1
    at = [mpmath.mpf(x) for x in np.random.default_rng(count).uniform(0.1, 1, count)]
    with mpmath.workdps(30):
        assert values(*at, mp=mpmath.mp) == whole(*at, mp=mpmath.mp)[: len(names)]


@pytest.mark.parametrize("path", [p for p in COMMITTED if p.suffix == ".py"], ids=lambda p: p.name)
def test_output_names_match_the_returned_values(path):
    text = Text.of(path)
    for name, outputs in text.outputs.items():
        function = text.functions[name]
        assert outputs == function.commented
        assert len(outputs) == function.returned
