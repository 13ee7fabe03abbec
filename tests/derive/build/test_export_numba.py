"""The exported Numba kernels, compiled without the project, to many digits."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest

from derive.codegen.printers import NUMBA, Printer
from derive.codegen.program import Program
from tests.derive.codegen.test_printers import EXPRESSIONS, NUMBERS, UNKNOWN, a, b, c, d
from tests.derive.support.hard_arguments import (
    ARCTANH,
    REGIONS,
    arctanh_error,
    arguments,
    combinations,
    divided_error,
    lost,
    pairs,
    polygamma_error,
)
from tests.derive.support.isolation import run_isolated
from tests.derive.support.kernel_references import POINTS, programs, reference

pytest.importorskip("numba")

from derive.functions.runtime import numba_functions, vector_arctanh

#: They call all but the polygamma functions, which are slow to compile, and tested by themselves.
REPRESENTATIVE = ("bubble_pairing", "response_step", "steady_state_step")
CODE = """
import json
import numpy as np
import nambu_numba as exported
numbers = np.load("inputs.npz")
modes = {}
for name in numbers.files:
    rows = getattr(exported, name + "_rows")
    outputs = exported.over_arrays(rows, *numbers[name].T)
    np.save(name + ".npy", np.stack(outputs, axis=1))
    kernel = getattr(exported, name)
    assert len(getattr(exported, name.upper() + "_OUTPUTS")) == len(outputs)
    assert kernel(*numbers[name][1]) == tuple(x[1] for x in outputs)
    modes[name] = [bool(f.nopython_signatures) and not f.targetoptions.get("forceobj")
                   for f in (kernel, rows)]
print(json.dumps(modes))
"""


def compare(names: tuple[str, ...], exported: Path, directory: Path) -> None:
    expected = {name: reference(name, POINTS) for name in names}
    np.savez(directory / "inputs.npz", **{name: r.inputs for name, r in expected.items()})
    modes = json.loads(run_isolated(CODE, exported, directory))
    for name, found in expected.items():
        assert modes[name] == [True, True]
        assert found.worst(np.load(directory / f"{name}.npy")) < 1, name


def test_kernels(exported, tmp_path):
    compare(REPRESENTATIVE, exported, tmp_path)


@pytest.mark.slow
def test_all_other_kernels(exported, tmp_path):
    compare(tuple(set(programs()) - set(REPRESENTATIVE)), exported, tmp_path)


def test_arrays_broadcast():
    outputs = numba_functions.over_arrays(
        lambda inputs: np.stack([inputs.sum(axis=1), inputs[:, 0]], axis=1),
        np.array([[1.0], [2.0]]),
        [10, 20, 30],
    )
    assert [x.tolist() for x in outputs] == [[[11, 21, 31], [12, 22, 32]], [[1] * 3, [2] * 3]]


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("region", REGIONS)
def test_polygamma(region, order):
    for x, y in arguments(region, order):
        found = numba_functions.polygamma(order, x, y)
        limit = 16 if region == "left" else 10 + order
        assert polygamma_error(found, order, x, y) < limit, (x, y)


def test_divided_differences():
    for at in pairs():
        found = numba_functions.divided_digamma(*at)
        assert divided_error(found, lambda z: mpmath.psi(0, z), *at) < 5, at
        assert divided_error(numba_functions.divided_log(*at), mpmath.log, *at) < 5, at


@pytest.mark.parametrize("name", combinations())
def test_stable_combinations(name):
    for at, expected in combinations()[name]:
        found = getattr(numba_functions, name)(*at)
        parts = found if isinstance(found, tuple) else (found,)
        assert parts == pytest.approx(expected, rel=2e-15 * lost(name), abs=0), at


@pytest.mark.parametrize("name", ARCTANH)
def test_arctanh_and_its_divided_differences(name):
    function = getattr(vector_arctanh, name)
    assert arctanh_error(name, lambda *at: complex(*function(*at))) < 1


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_numba_expression(expression):
    """The printed text, interpreted: both are the same but for the compilation."""
    text = Printer(NUMBA).function(Program("f", "", (a, b, c, d), (), (("out", expression),)))
    assert text.startswith('@njit(error_model="numpy")\ndef f(')
    namespace = {
        "math": math,
        "excess": numba_functions.excess.py_func,
        "log_ratio": numba_functions.log_ratio.py_func,
        "njit": lambda error_model: lambda function: function,
    }
    exec(text, namespace)
    (found,) = namespace["f"](**NUMBERS)
    assert isinstance(found, float)
    plain = expression.replace(lambda e: e.is_Function, lambda e: e.doit())
    expected = float(plain.subs({s: NUMBERS[str(s)] for s in (a, b, c, d)}))
    # the expected value is rounded as well
    assert found == pytest.approx(expected, rel=4e-14, abs=4e-14)


@pytest.mark.parametrize("expression", UNKNOWN, ids=str)
def test_unknown_node_in_numba(expression):
    with pytest.raises(ValueError, match="target numba has no "):
        Printer(NUMBA).expression(expression)
