"""The exported files: their text, NumPy and mpmath without the project, what is overwritten."""

from __future__ import annotations

import ast
import importlib
import json
import re
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp

from derive.__main__ import main
from derive.build import export as exporting
from derive.build.export import TARGETS, export
from derive.build.generate import BATCHED, KERNELS, jax_source, module_source
from derive.codegen.printers import MPMATH, NUMPY
from derive.codegen.storage import read, stored
from numerics.cli import main as nambu
from tests.derive.support.isolation import run_isolated
from tests.derive.support.kernel_points import points
from tests.derive.support.kernel_references import POINTS, programs, reference

NAMES = {
    "numpy": ["nambu_numpy.py"],
    "numba": ["nambu_numba.py"],
    "c": ["nambu.h", "nambu.c"],
    "mpmath": ["nambu_mpmath.py"],
    "jax": ["nambu_jax.py"],
}
#: Of the mpmath kernels.
DIGITS = 30


@pytest.mark.parametrize("path", sorted(KERNELS.glob("*.json")), ids=lambda p: p.stem)
def test_stored_programs_print_as_the_committed_kernels(path):
    module = read(path.read_text())
    assert stored(module) == path.read_text()
    for target in (NUMPY, MPMATH):
        printed = path.with_name(f"{path.stem}_{target.name}.py")
        assert module_source(module, target) == printed.read_text()
    if path.stem in BATCHED:
        printed = path.with_name(f"{path.stem}_jax.py")
        assert jax_source(module, BATCHED[path.stem]) == printed.read_text()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"x0"', '"x0+1"'), r"'x0\+1' is no identifier"),
        (('"x0"', '"xi"'), "xi is assigned twice"),
        (('["**","gamma",2]', '["exec","gamma",2]'), "no stored programs: 'exec'"),
        (('["**","gamma",2]', '["**","GAMMA",2]'), "no stored programs: 'GAMMA'"),
        (('["**","gamma",2]', "null"), "no stored expression: None"),
        (('["**","gamma",2]', "1.5"), "no stored expression: 1.5"),
        (('"outputs"', '"results"'), "no stored programs: 'outputs'"),
        (("{", ""), "Extra data"),
    ],
    ids=lambda change: str(change[1]),
)
def test_what_is_no_stored_program_is_refused(change, message):
    text = (KERNELS / "spectral.json").read_text()
    assert change[0] in text
    with pytest.raises(ValueError, match=message):
        read(text.replace(*change))


@pytest.mark.parametrize("target", TARGETS)
def test_names_and_origin(target, read_once):
    files = exporting.exported_files(target)
    assert list(files) == NAMES[target]
    for text in files.values():
        head = text[:900]
        assert f"Written by `python -m derive export --target {target}`" in head
        assert f"with SymPy {sp.__version__}" in head
        assert "SPDX-License-Identifier: BSD-3-Clause" in head
        assert text.isascii()
        assert text.endswith("\n")
        assert not re.search(r"[ \t]+$", text, flags=re.MULTILINE)
        assert not re.search(r"\bnumerics\b|\bsympy\b|site-packages", text)
        assert str(KERNELS.parents[1]) not in text


@pytest.mark.parametrize("target", ["numpy", "numba", "mpmath", "jax"])
def test_python_modules_are_complete(target, exported):
    """Every kernel with its documentation, count and output names; nothing twice."""
    tree = ast.parse((exported / f"nambu_{target}.py").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    names = [function.name for function in functions]
    assert len(names) == len(set(names))
    assert set(programs()) <= set(names)
    outputs = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and "_OUTPUTS" in ast.unparse(node.targets[0])
    }
    for function in functions:
        text = ast.get_docstring(function) or ""
        assert text or function.name.startswith("_"), function.name
        if function.name in programs():
            program = programs()[function.name][1]
            assert text.startswith(f"Compute {program.source}.")
            assert f"Operations: {sum(program.operations().values())} (" in text
            expected = tuple(name for name, _ in program.outputs)
            assert outputs[f"{function.name.upper()}_OUTPUTS"] == expected
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    modules = {n.module if isinstance(n, ast.ImportFrom) else n.names[0].name for n in imports}
    own = {"numpy": {"numpy", "scipy"}, "mpmath": {"mpmath"}}.get(target, {"numpy", target})
    standard = {"__future__", "collections", "math", "typing"}
    assert {module.partition(".")[0] for module in modules} <= own | standard


def test_numpy_alone_gives_the_values_of_the_committed_kernels(exported, tmp_path):
    inputs = {name: reference(name, POINTS).inputs for name in programs()}
    np.savez(tmp_path / "inputs.npz", **inputs)
    code = """
import numpy as np
import nambu_numpy as exported
numbers = np.load("inputs.npz")
found = {}
for name in numbers.files:
    # an output may be the same at all points
    outputs = getattr(exported, name)(*numbers[name].T)
    found[name] = np.stack(np.broadcast_arrays(*outputs, numbers[name][:, 0])[:-1])
np.savez("outputs.npz", **found)
"""
    run_isolated(code, exported, tmp_path)
    outputs = np.load(tmp_path / "outputs.npz")
    for name, (module, program) in programs().items():
        committed = importlib.import_module(f"numerics.kernels.{module}_numpy")
        values = getattr(committed, program.name)(*inputs[name].T)
        expected = np.stack(np.broadcast_arrays(*values, inputs[name][:, 0])[:-1])
        assert np.array_equal(outputs[name], expected), name
        assert reference(name, POINTS).worst(outputs[name].T) < 1


def test_jax_with_numpy_in_its_place_has_the_values_of_the_references(exported):
    """What JAX would compute is in the text, but for the roundings of its functions."""
    text = (exported / "nambu_jax.py").read_text().replace("jax.numpy", "numpy")
    text = text.replace("    from jax import lax\n", "").replace("lax.stop_gradient(x)", "x")
    namespace: dict = {}
    exec(text, namespace)
    for name in programs():
        inputs = reference(name, POINTS).inputs
        outputs = namespace[name](*inputs.T)
        found = np.stack(np.broadcast_arrays(*outputs, inputs[:, 0])[:-1])
        assert reference(name, POINTS).worst(found.T) < 1, name


def test_mpmath_alone_gives_the_values_of_the_committed_kernels(exported, tmp_path):
    inputs, expected = {}, {}
    with mpmath.workdps(DIGITS):
        for name, (module, program) in programs().items():
            committed = importlib.import_module(f"numerics.kernels.{module}_mpmath")
            symbols = tuple(str(symbol) for symbol in program.inputs)
            point = [float(x) for x in points(name, symbols, 1)[0]]
            values = getattr(committed, program.name)(*map(mpmath.mpf, point))
            inputs[name], expected[name] = point, [mpmath.nstr(x, DIGITS) for x in values]
    code = f"""
import json
import nambu_mpmath as exported
from mpmath import mp
mp.dps = {DIGITS}
values = {{name: getattr(exported, name)(*map(mp.mpf, x)) for name, x in {inputs!r}.items()}}
print(json.dumps({{name: [mp.nstr(v, mp.dps) for v in x] for name, x in values.items()}}))
"""
    assert json.loads(run_isolated(code, exported, tmp_path)) == expected


COMMANDS = {
    "derive": (main, "python -m derive: "),
    "nambu": (nambu, "nambu: "),
}


@pytest.mark.parametrize(
    ("command", "target"),
    [("derive", "c"), ("derive", "numpy"), ("nambu", "c"), ("nambu", "numba")],
)
def test_command_says_what_it_wrote_and_overwrites_it(command, target, read_once, tmp_path, capsys):
    run, _ = COMMANDS[command]
    directory = tmp_path / "new" / "kernels"
    said = "".join(f"wrote {directory / name}\n" for name in NAMES[target])
    for _ in range(2):
        assert run(["export", "--target", target, "--out", str(directory)]) == 0
        captured = capsys.readouterr()
        assert (captured.out, captured.err) == (said, "")
    assert {path.name for path in directory.iterdir()} == set(NAMES[target])


@pytest.mark.parametrize("command", COMMANDS)
def test_command_leaves_foreign_files_alone(command, tmp_path, capsys):
    run, start = COMMANDS[command]
    foreign = tmp_path / "nambu.c"
    foreign.write_text("int mine;\n")
    assert run(["export", "--target", "c", "--out", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"{start}{foreign} is in the way")
    assert captured.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["nambu.c"]
    assert foreign.read_text() == "int mine;\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_command_names_bad_input(command, tmp_path, capsys):
    run, start = COMMANDS[command]
    blocked = tmp_path / "file"
    blocked.write_text("")
    for target, out, message in (
        ("fortran", tmp_path / "new", "target = fortran is outside its domain: numpy, numba, c"),
        ("C", tmp_path / "new", "target = C is outside its domain"),
        ("c", blocked, f"{blocked} is no directory"),
    ):
        assert run(["export", "--target", target, "--out", str(out)]) == 2
        captured = capsys.readouterr()
        assert captured.err.startswith(start + message)
        assert captured.err.count("\n") == 1
        assert captured.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("missing", ["--target", "--out"])
def test_options_are_required(missing, tmp_path, capsys):
    arguments = {"--target": "c", "--out": str(tmp_path)}
    del arguments[missing]
    words = ["export", *(word for option in arguments.items() for word in option)]
    assert nambu(words) == 2
    assert missing in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert missing in capsys.readouterr().err


def test_a_directory_in_the_way(tmp_path):
    (tmp_path / "nambu_numpy.py").mkdir()
    with pytest.raises(OSError, match=r"nambu_numpy\.py"):
        export("numpy", Path(tmp_path))
