"""Programs are in single-assignment form and count their operations."""

import dataclasses

import pytest
import sympy as sp

from derive.codegen.program import Program
from derive.functions.stable import polygamma_re

a, b, x, y = sp.symbols("a b x y", real=True)


def program(body, outputs, inputs=(a, b)):
    return Program("name", "source", inputs, tuple(body), tuple(outputs))


def test_accepts_a_sequence_of_assignments():
    assert program([(x, a + b), (y, x * a)], [("out", y + x)]).outputs == (("out", y + x),)


@pytest.mark.parametrize(
    ("body", "outputs", "unknown"),
    [
        ([(x, y), (y, a)], [("out", x)], "y"),
        ([(x, x + a)], [("out", x)], "x"),
        ([], [("out", x + a)], "x"),
        ([], [("out", x * y)], "x, y"),
    ],
    ids=["later", "itself", "never", "two"],
)
def test_use_before_assignment(body, outputs, unknown):
    with pytest.raises(ValueError, match=f"name: {unknown} used before assignment"):
        program(body, outputs)


@pytest.mark.parametrize("body", [[(x, a), (x, b)], [(a, b)], [(x, a), (a, x)]])
def test_double_assignment(body):
    with pytest.raises(ValueError, match=r"name: [xa] is assigned twice"):
        program(body, [("out", a)])


def test_with_values_checks_again():
    good = program([(x, a)], [("out", x)])
    with pytest.raises(ValueError, match="x used before assignment"):
        good.with_values((), good.outputs)


def test_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        program([], [("out", a)]).name = "other"


@pytest.mark.parametrize(
    ("expression", "counts"),
    [
        (a, {}),
        (a + b, {"add": 1}),
        (a - b, {"add": 1}),
        (-a, {}),
        (a * b * 3, {"mul": 2}),
        (a**4, {"mul": 3}),
        (1 / a, {"div": 1}),
        (a / b, {"div": 1}),
        (1 / (a * b), {"div": 1, "mul": 1}),
        (1 / a**2, {"div": 1, "mul": 1}),
        (sp.sqrt(a), {"sqrt": 1}),
        (1 / sp.sqrt(a), {"div": 1, "sqrt": 1}),
        (sp.log(a + 1), {"log": 1, "add": 1}),
        (sp.atan2(a, b) * a, {"atan2": 1, "mul": 1}),
        (polygamma_re(0, a, b), {"polygamma_re": 1}),
    ],
    ids=str,
)
def test_operations(expression, counts):
    found = program([], [("out", expression)]).operations()
    assert {kind: n for kind, n in found.items() if n} == counts


def test_operations_of_body_and_outputs_add_up():
    counts = program([(x, a * b)], [("one", x + a), ("two", x - b)]).operations()
    assert counts["mul"] == 1
    assert counts["add"] == 2
