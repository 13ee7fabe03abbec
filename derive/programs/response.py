"""Programs of the response between two branches after the frequency integral."""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.real_split import split_complex
from derive.model.reservoirs import Reservoir, empty_reservoir, fermi_reservoir
from derive.model.response import band_loop_kernel


def _band_loop(name: str, source: str, reservoir: Reservoir) -> Program:
    """Return the response between two branches, per unit rate of one reservoir."""
    inputs = [
        symbols.xi_plus,
        symbols.xi_minus,
        symbols.energy_plus,
        symbols.energy_minus,
        symbols.gap,
        symbols.linewidth,
        symbols.transfer_width,
        symbols.transfer,
    ]
    outputs = tuple(
        (f"r{s}{t}", band_loop_kernel(s, t, [reservoir], linewidth=symbols.linewidth))
        for s in (1, 2)
        for t in (1, 2)
    )
    occupied = set().union(*(value.free_symbols for _, value in outputs)) - set(inputs)
    inputs += [s for s in (symbols.edge, symbols.temperature) if s in occupied]
    program = Program(name, source, tuple(inputs), (), outputs)
    return compiler.lowered(program, lowering=[split_complex])


def response_module() -> Module:
    """Return the kernels of the response function, per unit rate of one reservoir."""
    unit = sp.S.One
    source = "Tr[tau_s G^R tau_t G^K] of (37) between two branches, {}"
    return Module(
        "response",
        "The nu-integral of Tr[tau_s G^R(p+q/2, nu+omega) tau_t G^K(p-q/2, nu)] between the\n"
        "quasiparticle branches that the signs of E_plus and E_minus tell, s, t = 1, 2, per unit\n"
        "rate of one reservoir.",
        (
            _band_loop("empty", source.format("empty reservoir"), empty_reservoir("", unit)),
            _band_loop(
                "step",
                source.format("Fermi reservoir at T = 0"),
                fermi_reservoir("", unit, symbols.edge),
            ),
            _band_loop(
                "thermal",
                source.format("Fermi reservoir at T > 0"),
                fermi_reservoir("", unit, symbols.edge, symbols.temperature),
            ),
        ),
    )
