"""Names and texts from outside: refused in one line, or harmless in every target."""

import ast
import builtins
import keyword
import re
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import derive
from derive.build.generate import module_source
from derive.codegen.c_printer import CPrinter
from derive.codegen.compiler import TARGETS as NAMES
from derive.codegen.names import RESERVED, identifier, identifiers
from derive.codegen.printers import NUMBA, TARGETS, Printer
from derive.codegen.program import Module, Program
from derive.codegen.safety import require_printed, require_printed_c

#: What runs if text is executed: `builtins.hostile = 1`, in as many dresses as people know.
_PAYLOADS = (
    "__import__('builtins').__dict__.update(hostile=1)",
    "exec('import builtins; builtins.hostile = 1')",
    "x=0: __import__('builtins').__dict__.update(hostile=1)) #",
    "a, b=__import__('builtins').__dict__.update(hostile=1)",
    "x):\n    import builtins; builtins.hostile = 1\n    return (",
    '"""\nimport builtins; builtins.hostile = 1\n"""',
    "\rimport builtins; builtins.hostile = 1\r",
    "\u2028import builtins; builtins.hostile = 1\u2028",
    "x\x0cimport builtins; builtins.hostile = 1",
    "*/ int hostile = 1; /*",
    "x; #include <stdlib.h>",
    'x"; system("true"); "',
    "??/",
    "\\",
    "\\N{LINE SEPARATOR}",
    "{0.__class__}",
    "%s%n",
)
_WORDS = (
    *("lambda", "x_{k}", "log", "mp", "nambu_polygamma", "const", "x0", "z0", "y0", "w0", "v0"),
    *(
        "value",
        "value_re",
        "x_re",
        "function",
        "out",
        "count",
        "self",
        "PI",
        "I",
        "None",
        "γ",
        "E_p",
    ),
    *("__builtins__", "__class__", "_", "x__y", "ſ", "ｘ", "µ", "x'", "a.b", "1x", "", " "),
)

_NAMES = st.one_of(
    st.sampled_from([*_PAYLOADS, *_WORDS]),
    st.builds(
        "".join, st.lists(st.sampled_from([*_PAYLOADS, *_WORDS, "x", "(", ")", "\n"]), max_size=4)
    ),
    st.text(max_size=12),
)


def executed(text: str) -> None:
    """Execute a generated module; nothing of it may be hostile."""
    assert not hasattr(builtins, "hostile")
    try:
        exec(compile(text, "<generated>", "exec"), {})
        assert not hasattr(builtins, "hostile")
    finally:
        builtins.__dict__.pop("hostile", None)


def in_one_line(function: Callable[[], Any]) -> Any:
    """Return the value of a function, or None if it refuses in one line of ASCII."""
    try:
        return function()
    except ValueError as error:
        message = str(error)
    assert message.isprintable()
    assert message.isascii()
    return None


def compiled_or_refused(first: str, second: str, name: str, key: str, target: str) -> None:
    symbols = [sp.Symbol(first, real=True), sp.Symbol(second, real=True)]
    exprs = {key: sp.log(symbols[0] ** 2 + 1) * symbols[1]}
    compiled = in_one_line(
        lambda: derive.compile(exprs, symbols, target=target, jacobian=symbols[:1], name=name)
    )
    if compiled is None:
        return
    assert len(set(compiled.arguments)) == 2
    for argument in (*compiled.arguments, compiled.name):
        assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", argument)
        assert not keyword.iskeyword(argument)
    if target == "c":
        require_printed_c_only(compiled.source)
    elif target in ("numpy", "mpmath", "lambdify", "numba"):
        if target != "lambdify":
            executed(compiled.source)
        if target == "numba":
            return
        values, _ = compiled(2.0, 3.0)
        assert complex(values[key]).real == pytest.approx(4.828313737302301)
        assert not hasattr(builtins, "hostile")


def require_printed_c_only(source: str) -> None:
    """Find nothing in C that could do more than compute: no call but of known functions."""
    body = source[source.index("void ") :]
    calls = set(re.findall(r"([A-Za-z_]\w*)\s*\(", re.sub(r"/\*.*?\*/", "", body)))
    assert calls <= {"log", "for", *re.findall(r"void (\w+)\(", body)}
    assert "#" not in body


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(_NAMES, _NAMES, st.one_of(st.just("f"), _NAMES), _NAMES, st.sampled_from(NAMES))
def test_names(first: str, second: str, name: str, key: str, target: str) -> None:
    compiled_or_refused(first, second, name, key, target)


@pytest.mark.slow
@pytest.mark.parametrize("target", NAMES)
@settings(
    max_examples=1700,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(_NAMES, _NAMES, st.one_of(st.just("f"), _NAMES), _NAMES)
def test_ten_thousand_names(target: str, first: str, second: str, name: str, key: str) -> None:
    compiled_or_refused(first, second, name, key, target)


@settings(max_examples=300, deadline=None)
@given(_NAMES, _NAMES)
def test_texts_of_programs_and_modules(source: str, summary: str) -> None:
    """The texts that a module's author writes: what a program computes, what a module holds."""
    x = sp.Symbol("x", real=True)
    program = in_one_line(lambda: Program("f", source, (x,), (), (("y", x + 1),)))
    module = in_one_line(lambda: Module("m", summary, (program,))) if program else None
    if module is None:
        return
    for target in TARGETS.values():
        text = module_source(module, target)
        (function,) = (n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef))
        assert len(function.body) == 2
        executed(text)
    require_printed(Printer(NUMBA).function(program).removeprefix(NUMBA.decorator), ())
    declared = CPrinter().declaration(program)
    assert declared.count("*/") == declared.count("/*") == 2


@pytest.mark.parametrize("name", ["x=1", "x y", "x\n", "", "1x", "x'", "γ", "lambda"])
def test_programs_take_identifiers_only(name: str) -> None:
    symbol = sp.Symbol(name, real=True)
    with pytest.raises(ValueError, match="is no identifier"):
        Program("f", "", (symbol,), (), (("y", symbol),))
    with pytest.raises(ValueError, match="is no identifier"):
        Program("f", "", (), (), ((name, sp.S.One),))


def test_every_reserved_word_is_changed() -> None:
    assert {"lambda", "double", "log", "print", "nambu_complex"} - RESERVED == {"nambu_complex"}
    for word in RESERVED:
        if re.fullmatch("[A-Za-z][A-Za-z0-9_]*", word):
            assert identifier(word) == f"{word}_"


def test_names_that_become_one_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"two symbols with names 'x_k' and 'x_\{k\}', which would"
    ):
        identifiers(sp.symbols("x_k x_{k}"))


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return __import__('os')\n",
        "def f(x):\n    return x.__class__\n",
        "def f(x):\n    import os\n",
        "def f(x=print()):\n    return x\n",
        "def f(x):\n    return [y for y in x]\n",
        "def f(x):\n    return open(x)\n",
        "def f(x):\n    return mp.mpf('1+os')\n",
        "def f(x):\n    return lambda: x\n",
        "print(1)\n",
    ],
)
def test_the_whitelist_knows_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="no printer writes"):
        require_printed(text, ("log", "mp"))


@pytest.mark.parametrize("text", ["#include <x>", 'system("x y")', "goto x;", "a\\\nb", "'a'"])
def test_the_whitelist_of_c(text: str) -> None:
    with pytest.raises(ValueError, match="no printer writes"):
        require_printed_c(text, ("x", "a", "b", "system"))
