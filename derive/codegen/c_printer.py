"""The C target: C99 functions of doubles, complex values as pairs, arrays row by row."""

from __future__ import annotations

import sympy as sp

from derive.codegen.printers import Printer, Target
from derive.codegen.program import Program
from derive.functions import elementary
from derive.functions.registry import COMPLEX_PARTS, forms
from derive.functions.stable import first_part, imaginary_part, real_part, second_part

#: Functions whose value is a pair of doubles.
_PAIRS = tuple({function for function, _ in COMPLEX_PARTS.values()})

C = Target(
    name="c",
    functions={
        sp.log: "log({})",
        sp.atan: "atan({})",
        sp.atan2: "atan2({}, {})",
        **elementary.C,
        **forms("c"),
        real_part: "{}.re",
        imaginary_part: "{}.im",
        first_part: "{}.re",
        second_part: "{}.im",
    },
    pi="PI",
    root="sqrt({})",
    ratio="({}.0 / {}.0)",
    extra_arguments="",
    imports={},
    frees=False,
    integer="{}.0",
)


class CPrinter(Printer):
    """Writes programs as C functions, and what a header says of them."""

    def __init__(self) -> None:
        super().__init__(C)

    def function(self, program: Program, *, fills: bool = True) -> str:
        """Return the definitions of a program, of its form for rows, and of its output names."""
        used: set[sp.Symbol] = set()
        for value in [v for _, v in program.body] + [v for _, v in program.outputs]:
            used |= value.free_symbols
        lines = [f"{_signature(program)}\n{{"]
        # which compilers would otherwise warn of
        lines += [f"    (void){name};" for name in program.inputs if name not in used]
        for symbol, value in program.body:
            kind = "nambu_complex" if isinstance(value, _PAIRS) else "double"
            lines.append(f"    const {kind} {symbol} = {self.expression(value)};")
        for index, (name, value) in enumerate(program.outputs):
            lines.append(f"    out[{index}] = {self.expression(value)}; /* {name} */")
        lines.append("}\n")
        return "\n".join(lines) + _rows(program) + _names(program)

    def declaration(self, program: Program) -> str:
        """Return the part of the header about a program."""
        counts = program.operations()
        kinds = ", ".join(f"{kind} {counts[kind]}" for kind in sorted(counts))
        outputs = [f"out[{index}] {name}" for index, (name, _) in enumerate(program.outputs)]
        text = [
            f"Compute {program.source}.",
            "",
            *_listed("Inputs: ", [str(name) for name in program.inputs]),
            *_listed("Outputs: ", outputs),
            f"Operations: {sum(counts.values())} ({kinds}).",
        ]
        rows = f"The same at every one of `count` rows of {len(program.inputs)} inputs."
        return (
            f"{comment(text)}{_signature(program)};\n"
            f"/* {rows} */\n{_rows_signature(program)};\n"
            f"#define {program.name.upper()}_INPUTS {len(program.inputs)}\n"
            f"#define {program.name.upper()}_OUTPUTS {len(program.outputs)}\n"
            f"extern const char *const {program.name}_output_names[{len(program.outputs)}];\n"
        )


def comment(lines: list[str]) -> str:
    """Return lines as a comment, whose end they must not contain."""
    if any("*/" in line for line in lines):
        raise ValueError(f"the end of a comment within it: {lines}")
    return "/* " + "\n * ".join(lines).replace(" \n", "\n") + "\n */\n"


def _signature(program: Program) -> str:
    parameters = [f"double {name}" for name in program.inputs]
    return _wrapped(f"void {program.name}(", [*parameters, "double *out"])


def _rows_signature(program: Program) -> str:
    return f"void {program.name}_rows(size_t count, const double *inputs, double *outputs)"


def _rows(program: Program) -> str:
    """Return the function that applies a program to an array of rows of its inputs."""
    arguments = [f"inputs[{k}]" for k in range(len(program.inputs))]
    return (
        f"\n{_rows_signature(program)}\n{{\n"
        f"    for (; count > 0; count--) {{\n"
        f"{_wrapped(f'        {program.name}(', [*arguments, 'outputs'])};\n"
        f"        inputs += {len(program.inputs)};\n"
        f"        outputs += {len(program.outputs)};\n"
        "    }\n}\n"
    )


def _names(program: Program) -> str:
    names = "".join(f'    "{name}",\n' for name, _ in program.outputs)
    array = f"{program.name}_output_names[{len(program.outputs)}]"
    return f"\nconst char *const {array} = {{\n{names}}};\n"


def _wrapped(start: str, arguments: list[str]) -> str:
    """Return a list of parameters or arguments, broken where lines become long."""
    return "\n".join(_listed(start, arguments, " " * len(start)))[:-1] + ")"


def _listed(start: str, items: list[str], indent: str = "    ") -> list[str]:
    """Return items separated by commas, ending with a full stop, in lines of bounded length."""
    lines = [start]
    for index, item in enumerate(items):
        end = "." if index + 1 == len(items) else ","
        if len(lines[-1]) + len(item) > 94:
            lines[-1] = lines[-1].rstrip()
            lines.append(indent)
        lines[-1] += f"{item}{end} "
    lines[-1] = lines[-1].rstrip()
    return lines
