"""Program of Pi_st for equal bands: the integrand over the frequency alone."""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.closed_forms.pairs import PREFACTOR
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.stages import Stages
from derive.programs.loop import DISTANCE, EQUAL, GROWTH, MEAN, TRANSFER_DISTANCE, Loop

#: Sums over the reservoirs of gamma_lambda [1 - 2 f_lambda(+-nu)]/gamma.
FORWARD = sp.Symbol("F_forward", real=True)
BACKWARD = sp.Symbol("F_backward", real=True)
#: The Keldysh part of the reservoirs' self-energy, (21).
KELDYSH = sp.ImmutableMatrix(-2 * sp.I * symbols.linewidth * sp.diag(FORWARD, -BACKWARD))

#: Arguments of the integrands over the frequency.
INPUTS = (
    symbols.nu,
    DISTANCE,
    TRANSFER_DISTANCE,
    MEAN,
    FORWARD,
    BACKWARD,
    symbols.transfer,
    GROWTH,
    symbols.wave_number,
    symbols.gap,
    symbols.mu,
    symbols.linewidth,
)


def bubble_module() -> Module:
    """Return the integrands of the response over the frequency."""
    stages = Stages()
    pairing = tuple((s, t) for s in (1, 2) for t in (1, 2))
    values = Loop(stages, EQUAL, KELDYSH).traces(pairing)
    outputs = []
    # Pi = i R
    factor = sp.I * PREFACTOR / (2 * sp.pi)
    for (s, t), value in zip(pairing, values, strict=True):
        for part, suffix in zip(stages.parts(value), ("real", "imag"), strict=True):
            outputs.append((f"pi{s}{t}_{suffix}", factor * part))
    program = Program(
        "pairing",
        "Pi_st of (37) per unit of nu, s, t = 1, 2",
        INPUTS,
        tuple(stages.body),
        tuple(outputs),
    )
    return Module(
        "bubble",
        "Integrands of Pi_st over the frequency nu, both momentum integrals done in closed form,\n"
        "for the sums F over the reservoirs of gamma_lambda [1 - 2 f_lambda(+-nu)]/gamma.",
        (compiler.lowered(program),),
    )
