"""The exported C to many digits: every kernel at random points, its functions at hard ones."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from derive.codegen.c_printer import CPrinter, comment
from derive.codegen.program import Program
from derive.functions.runtime import c_definitions, c_header
from tests.derive.codegen.test_printers import EXPRESSIONS, NUMBERS, UNKNOWN, a, b, c, d
from tests.derive.support.c_compiler import FLAGS, Library, compiled, compiler, declarations
from tests.derive.support.digits import Array
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
from tests.derive.support.kernel_references import POINTS, names, programs, reference


def value_of(z: Any) -> complex:
    return complex(z.re, z.im)


def rows(library: Library, name: str, inputs: Array) -> Array:
    """Call the function of rows of a kernel."""
    ffi, lib = library
    outputs = np.empty((len(inputs), len(programs()[name][1].outputs)))
    pointers = (ffi.cast("double *", array.ctypes.data) for array in (inputs, outputs))
    getattr(lib, f"nambu_{name}_rows")(len(inputs), *pointers)
    return outputs


@pytest.mark.parametrize("name", names())
def test_kernel(name, c_library):
    """The bounds are those of a whole unit of rounding per operation."""
    expected = reference(name, POINTS)
    outputs = rows(c_library, name, np.ascontiguousarray(expected.inputs))
    assert expected.worst(outputs) < 1


@pytest.mark.parametrize("name", names())
def test_one_point_is_a_row(name, c_library):
    ffi, lib = c_library
    inputs = np.ascontiguousarray(reference(name, POINTS).inputs[:2])
    count = getattr(lib, f"NAMBU_{name.upper()}_OUTPUTS")
    assert getattr(lib, f"NAMBU_{name.upper()}_INPUTS") == inputs.shape[1]
    out = ffi.new("double[]", count)
    getattr(lib, f"nambu_{name}")(*inputs[1], out)
    assert list(out) == list(rows(c_library, name, inputs)[1])
    names = getattr(lib, f"nambu_{name}_output_names")
    found = tuple(ffi.string(names[k]).decode() for k in range(count))
    assert found == tuple(output for output, _ in programs()[name][1].outputs)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4, 7, 9])
@pytest.mark.parametrize("region", REGIONS)
def test_polygamma(region, order, c_library):
    # far to the left the reflection formula cancels; no kernel needs these orders there
    limit = 10 + order if region != "left" else 16 * 3.0 ** max(0, order - 3)
    for x, y in arguments(region, order):
        found = value_of(c_library.lib.nambu_polygamma(order, x, y))
        assert polygamma_error(found, order, x, y) < limit, (x, y)


def test_polygamma_without_value(c_library):
    polygamma = c_library.lib.nambu_polygamma
    for n, x, y in ((-1, 1.0, 0.0), (21, 1.0, 0.0), (0, float("nan"), 1.0), (1, -3.0, 0.0)):
        assert not np.isfinite(value_of(polygamma(n, x, y)))


def test_divided_differences(c_library):
    lib = c_library.lib
    for at in pairs():
        found = value_of(lib.nambu_divided_digamma(*at))
        assert divided_error(found, lambda z: mpmath.psi(0, z), *at) < 5, at
        found = value_of(lib.nambu_divided_log(*at))
        assert divided_error(found, mpmath.log, *at) < 5, at


@pytest.mark.parametrize("name", combinations())
def test_stable_combinations(name, c_library):
    for at, expected in combinations()[name]:
        found = getattr(c_library.lib, f"nambu_{name}")(*at)
        parts = (found,) if isinstance(found, float) else (found.re, found.im)
        assert parts == pytest.approx(expected, rel=2e-15 * lost(name), abs=0), at


@pytest.mark.parametrize("name", ARCTANH)
def test_arctanh_and_its_divided_differences(name, c_library):
    function = getattr(c_library.lib, f"nambu_{name}")
    assert arctanh_error(name, lambda *at: value_of(function(*at))) < 1
    zero, one = (0.0, 0.0), (1.0, 0.0)
    at = (*zero, *zero, *one, *one, *zero) if name.startswith("divided") else (*zero, *one)
    # the coefficients of the power series
    expected = 1 if name == "root_arctanh" else 1 / 3
    assert value_of(function(*at)) == pytest.approx(expected, rel=1e-15)


def test_c_expressions(tmp_path):
    """The list that every printer must write correctly, compiled at once."""
    every = [
        Program(f"f{k}", "", (a, b, c, d), (), (("out", e),)) for k, e in enumerate(EXPRESSIONS)
    ]
    printer = CPrinter()
    functions, header = c_definitions(), c_header()
    header += "".join(printer.declaration(program) for program in every)
    source = tmp_path / "expressions.c"
    source.write_text(
        "#include <stddef.h>\n#include <math.h>\n"
        + header
        + functions
        + "".join(printer.function(program) for program in every)
    )
    ffi, lib = compiled(source, "typedef struct { double re, im; } nambu_complex;\n" + _own(header))
    for program, expression in zip(every, EXPRESSIONS, strict=True):
        out = ffi.new("double[]", 1)
        getattr(lib, program.name)(*NUMBERS.values(), out)
        plain = expression.replace(lambda e: e.is_Function, lambda e: e.doit())
        exact = {s: sp.Float(NUMBERS[str(s)], 60) for s in (a, b, c, d)}
        expected = float(sp.N(plain.subs(exact), 40))
        # a dozen operations on numbers between 0.01 and 100
        assert out[0] == pytest.approx(expected, rel=2e-14, abs=2e-14), expression


def _own(header: str) -> str:
    """Return the declarations of the functions f0, f1, ..."""
    return "".join(f"{line};" for line in re.findall(r"^void f\d+\([^;]*", header, re.MULTILINE))


@pytest.mark.parametrize("expression", UNKNOWN, ids=str)
def test_unknown_node_in_c(expression):
    with pytest.raises(ValueError, match="target c has no "):
        CPrinter().expression(expression)


def test_unused_input_is_no_warning(tmp_path):
    source = tmp_path / "unused.c"
    program = Program("f", "", (a, b), (), (("out", 2 * a),))
    text = CPrinter().function(program)
    source.write_text(f"#include <stddef.h>\n{CPrinter().declaration(program)}{text}")
    assert "    (void)b;\n" in text
    lib = compiled(source, "void f(double a, double b, double *out);")
    out = lib.ffi.new("double[]", 1)
    lib.lib.f(1.5, 0.0, out)
    assert out[0] == 3.0


def test_comment_does_not_end_early():
    with pytest.raises(ValueError, match="end of a comment"):
        comment(["G^*/2"])


def test_header_and_source_are_plain_c(exported):
    for name in ("nambu.c", "nambu.h"):
        text = (exported / name).read_text()
        assert text.isascii()
        assert set(re.findall(r"#include (\S+)", text)) <= {"<math.h>", "<stddef.h>", '"nambu.h"'}
    header = (exported / "nambu.h").read_text()
    for name, (_, program) in programs().items():
        about = header[: header.index(f"void nambu_{name}(")].rpartition("/* Compute ")[2]
        assert program.source in about
        assert f"Operations: {sum(program.operations().values())} (" in about
        outputs = [f"out[{k}] {output}" for k, (output, _) in enumerate(program.outputs)]
        inputs = [str(symbol) for symbol in program.inputs]
        assert all(re.search(rf"\b{re.escape(word)}[,.]", about) for word in inputs + outputs)


def test_header_serves_cpp(exported, tmp_path):
    found = shutil.which("g++") or shutil.which("clang++")
    if found is None:
        pytest.skip("no C++ compiler: neither g++ nor clang++")
    first = tmp_path / "first.cpp"
    first.write_text('#include "nambu.h"\n#include "nambu.h"\nint main() { return 0; }\n')
    command = [found, "-Wall", "-Werror", "-fsyntax-only", f"-I{exported}", str(first)]
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr


def test_program_links(exported, c_library, tmp_path):
    """As a user calls it: the header, one kernel, the mathematical library."""
    source, program = tmp_path / "main.c", tmp_path / "main"
    source.write_text(
        '#include <stdio.h>\n#include "nambu.h"\n'
        "int main(void)\n{\n    double out[NAMBU_SPECTRAL_OCCUPIED_OUTPUTS];\n"
        "    nambu_spectral_occupied(0.5, 0.25, 0.5, 0.125, 1.0, 0.0, out);\n"
        '    printf("%s %.17g\\n", nambu_spectral_occupied_output_names[0], out[0]);\n'
        "    return 0;\n}\n"
    )
    command = [compiler(), *FLAGS, f"-I{exported}", str(source), str(exported / "nambu.o")]
    subprocess.run([*command, "-o", str(program), "-lm"], check=True)
    printed = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    # 2 (shifted^2 + gamma^2)/modulus, in binary fractions
    shifted, detuning = 0.75, 0.75 * 0.25 - 0.25
    modulus = detuning**2 + 0.125**2 * (2 * (0.25 + 0.0625 + 0.25) + 0.125**2)
    name, number = printed.split()
    assert name == "weight"
    assert float(number) == pytest.approx(2 * (shifted**2 + 0.125**2) / modulus, rel=1e-15)


def test_declarations_keep_constants():
    assert declarations("#ifndef X\n#define N 3\n#endif\nint f(int);") == "#define N 3\nint f(int);"
