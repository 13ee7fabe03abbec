"""A fixed list of expressions that every printer must write correctly."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from derive.codegen.printers import TARGETS, Printer
from derive.codegen.program import Program
from derive.functions.stable import (
    complex_polygamma,
    excess,
    imaginary_part,
    log_ratio,
    polygamma_re,
    real_part,
)
from tests.derive.support.program_evaluation import run

a, b, c, d = sp.symbols("a b c d", real=True)
z = sp.Symbol("z0")
NUMBERS = {"a": 0.7, "b": 2.3, "c": -1.9, "d": 0.013}
HALF = sp.Rational(1, 2)

EXPRESSIONS = [
    sp.Integer(3),
    sp.Integer(-3),
    HALF,
    -HALF,
    sp.Rational(-7, 3) * a,
    sp.pi,
    -sp.pi,
    1 / sp.pi,
    a / sp.pi**2,
    a + b,
    a - b,
    -a - b,
    a - (b - c),
    sp.Add(a, sp.Mul(-1, b - c, evaluate=False), evaluate=False),
    -(a + b) * c,
    a - b * c - 3,
    HALF - a,
    a - HALF,
    2 * a / 3 - b / 7,
    a * b * c,
    -a * b,
    a * (b + c),
    a * (b - c) * (d - a),
    -a * (b + c) / d,
    a / b,
    a / (b * c),
    a * b / (c * d),
    (a + b) / (c + d),
    a / (b + c) / (d - a),
    1 / (a * b),
    1 / (a + b),
    -1 / (a - b),
    1 / (1 / a + 1 / b),
    a / (1 / b + c),
    (a / b) * (c / d),
    a**2,
    a**5,
    -(a**2),
    (-a) ** 3,
    a**-1,
    a**-2,
    a**-3 * b**2,
    3 / a**2,
    a**2 / b**3 / c,
    HALF * a**2 - a**-2,
    sp.sqrt(a),
    sp.sqrt(a**2 + b**2),
    1 / sp.sqrt(a),
    c / sp.sqrt(a * b),
    sp.sqrt(a) / sp.sqrt(b),
    sp.sqrt(2) * a,
    sp.log(a),
    sp.log(b / a) * c,
    sp.log(a) / sp.log(b),
    -sp.log(a + b),
    1 / sp.log(a),
    sp.atan(c),
    sp.atan(a / c),
    sp.atan2(a, c),
    sp.atan2(-a, c) + sp.atan2(c, -b),
    2 * sp.atan2(a * b, -c) / (sp.pi * d),
    log_ratio(a, b, a - b),
    c * log_ratio(a + b, b, a) / 4,
    excess(c, a),
    excess(a + b, d) * c,
    a - excess(b, d) / d,
]


def execute(text: str, target: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(compile(TARGETS[target].preamble(text) + text, "<printed>", "exec"), namespace)
    return namespace


def program(body, outputs) -> Program:
    return Program("f", "what is tested", (a, b, c, d), tuple(body), tuple(outputs))


def exact_inputs() -> dict[str, mpmath.mpf]:
    return {name: mpmath.mpf(value) for name, value in NUMBERS.items()}


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@pytest.mark.parametrize("target", TARGETS)
def test_expression(expression, target):
    tested = program([], [("out", expression)])
    function = execute(Printer(TARGETS[target]).function(tested), target)["f"]
    with mpmath.workdps(40):
        # SymPy's own value; the generator's functions stand for plain combinations
        plain = expression.replace(lambda e: e.is_Function, lambda e: e.doit())
        exact = {s: sp.Float(NUMBERS[str(s)], 60) for s in (a, b, c, d)}
        expected = mpmath.mpmathify(sp.N(plain.subs(exact), 40))
        if target == "mpmath":
            (found,) = function(**exact_inputs())
            assert abs(found - expected) < mpmath.mpf(10) ** -36 * (1 + abs(expected))
        else:
            (found,) = function(**{k: np.array([v]) for k, v in NUMBERS.items()})
            # a dozen operations on numbers between 0.01 and 100
            assert float(np.ravel(found)[0]) == pytest.approx(float(expected), rel=2e-14, abs=2e-14)


@pytest.mark.parametrize("target", TARGETS)
def test_complex_function(target):
    """Both parts of a polygamma function, through the symbol that holds the complex value."""
    for order in (0, 1, 2, 3):
        tested = program(
            [(z, complex_polygamma(order, a, b * c))],
            [("re", a * real_part(z)), ("im", imaginary_part(z) - b)],
        )
        function = execute(Printer(TARGETS[target]).function(tested), target)["f"]
        with mpmath.workdps(40):
            expected = run(tested, exact_inputs())
            if target == "mpmath":
                found = function(**exact_inputs())
                tolerance = 1e-36
            else:
                found = function(**{k: np.array([v]) for k, v in NUMBERS.items()})
                found = [float(np.ravel(f)[0]) for f in found]
                tolerance = 1e-13
            for value, wanted in zip(found, expected.values(), strict=True):
                assert abs(value - wanted) < tolerance * (1 + abs(wanted))


UNKNOWN = [
    sp.asin(a),
    sp.gamma(a),
    sp.I * a,
    sp.sign(a),
    sp.Heaviside(a),
    sp.polygamma(0, a),
    polygamma_re(0, a, b),
    sp.Function("unheard_of")(a),
    sp.Symbol("M") ** a,
    a ** sp.Rational(1, 3),
    a ** sp.Rational(-3, 2),
    (a + b) ** 2,
    sp.oo,
    sp.nan,
    sp.Piecewise((a, a > 0), (b, True)),
    sp.Max(a, b),
]


@pytest.mark.parametrize("expression", UNKNOWN, ids=str)
@pytest.mark.parametrize("target", TARGETS)
def test_unknown_node(expression, target):
    with pytest.raises(ValueError, match=f"target {target} has no "):
        Printer(TARGETS[target]).expression(expression)
    with pytest.raises(ValueError, match=f"target {target} has no "):
        Printer(TARGETS[target]).expression(1 + sp.log(expression * b, evaluate=False))


def test_numpy_quotients_are_not_rounded_integers():
    text = Printer(TARGETS["numpy"]).expression(sp.Rational(1, 3) * a)
    assert eval(text, {"a": 3.0}) == pytest.approx(1.0, rel=1e-15)
    assert math.isclose(eval(Printer(TARGETS["numpy"]).expression(HALF), {}), 0.5)


def test_preamble_imports_what_is_used_only():
    target = TARGETS["numpy"]
    assert target.preamble("x = sqrt(y)") == "from numpy import sqrt\n"
    assert "log_ratio" not in target.preamble("log(x)")
    assert target.preamble("x = y") == ""


def test_function_text():
    """The layout that reviewers see in a diff: source, operation count, one line an assignment."""
    x = sp.Symbol("x0", real=True)
    text = Printer(TARGETS["numpy"]).function(program([(x, a * b)], [("out", x + sp.log(x))]))
    assert text == (
        "def f(a, b, c, d):\n"
        '    """Compute what is tested.\n'
        "\n"
        "    Operations: 3 (add 1, log 1, mul 1).\n"
        '    """\n'
        "    x0 = a * b\n"
        "    return (\n"
        "        x0 + log(x0),  # out\n"
        "    )\n"
    )
