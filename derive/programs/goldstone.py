"""Programs of M with the gap equation used, for equal bands: small where q and omega are."""

from __future__ import annotations

import sympy as sp

from derive.closed_forms.pairs import PREFACTOR
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.stages import Stages, StagesWithSlopes
from derive.programs.bubble import INPUTS, KELDYSH
from derive.programs.loop import EQUAL, VARIABLES, Loop, with_slopes

#: The elements that are integrated, in the order of `Loop.phase_column`.
_ELEMENTS = ("m12", "m22", "coupling", "difference")
_SOURCE = "M_12, M_22, M_12 + M_21, M_11 - M_22 of (36) per unit of nu, less the gap equation (33)"
#: M = -i R; 1/(2 pi) of the frequency integral.
_SCALE = -sp.I * PREFACTOR / (2 * sp.pi)


def _column(stages: Stages) -> dict[str, sp.Expr]:
    values = Loop(stages, EQUAL, KELDYSH).phase_column()
    return dict(zip(_ELEMENTS, values, strict=True))


def _pairing() -> Program:
    stages = Stages()
    return _program("pairing", _SOURCE, stages, _column(stages))


def _pairing_slopes() -> Program:
    stages = StagesWithSlopes(VARIABLES)
    values = with_slopes(stages, _column(stages))
    source = f"{_SOURCE}, and their derivatives by omega and q at fixed nu"
    return _program("pairing_slopes", source, stages, values)


def _program(name: str, source: str, stages: Stages, values: dict[str, sp.Expr]) -> Program:
    """Return the program of complex values."""
    outputs = []
    for label, value in values.items():
        for part, suffix in zip(stages.parts(value), ("real", "imag"), strict=True):
            outputs.append((f"{label}_{suffix}", _SCALE * part))
    program = Program(name, source, INPUTS, tuple(stages.body), tuple(outputs))
    return compiler.lowered(program)


def goldstone_module() -> Module:
    """Return the integrands of M over the frequency, less the gap equation."""
    return Module(
        "goldstone",
        "The elements of M over the frequency nu; those that the gap equation makes vanish at\n"
        "q = omega = 0 are small term by term at small q and omega.",
        (_pairing(), _pairing_slopes()),
    )
