"""The programs of the closed forms after each of the passes that the generator applies."""

from __future__ import annotations

import functools

import sympy as sp

from derive import symbols
from derive.codegen import passes
from derive.codegen.program import Program
from derive.codegen.real_split import split_complex
from derive.functions.stable import excess
from derive.model.reservoirs import empty_reservoir, fermi_reservoir
from derive.model.steady_state import gap_kernel, in_excitation_energy, number_kernel

RESERVOIRS = {
    "empty": empty_reservoir("", sp.S.One),
    "step": fermi_reservoir("", sp.S.One, symbols.edge),
    "thermal": fermi_reservoir("", sp.S.One, symbols.edge, symbols.temperature),
}
INPUTS = (symbols.xi, symbols.gap, symbols.linewidth, symbols.edge, symbols.temperature)
WRT = (symbols.gap, symbols.xi, symbols.linewidth)
DEPTH = sp.Symbol("depth", positive=True)
#: The chain that the generator applies, in its order.
CHAIN = {
    "split_complex": split_complex,
    "collect_transcendental": passes.collect_transcendental,
    "drop_vanishing": passes.drop_vanishing,
    "fuse_pairs": passes.fuse_pairs,
    "complement_angles": passes.complement_angles(["number"]),
    "define": passes.define(
        [(DEPTH, excess(symbols.xi, symbols.gap))],
        {
            symbols.energy - symbols.xi: DEPTH,
            symbols.energy + symbols.xi: symbols.gap**2 / DEPTH,
        },
    ),
    "differentiate": passes.differentiate(WRT),
    "eliminate_dead": passes.eliminate_dead,
    "share_subexpressions": passes.share_subexpressions,
    "pair_complex_functions": passes.pair_complex_functions,
    "name_power_bases": passes.name_power_bases,
}


@functools.cache
def stages(reservoir: str) -> dict[str, Program]:
    """Return the program before the chain and after each of its passes."""
    program = Program(
        reservoir,
        "test",
        INPUTS,
        ((symbols.energy, symbols.excitation_energy),),
        tuple(
            (name, in_excitation_energy(kernel([RESERVOIRS[reservoir]], symbols.linewidth)))
            for name, kernel in (("gap", gap_kernel), ("number", number_kernel))
        ),
    )
    result = {"start": program}
    for name, one in CHAIN.items():
        program = one(program)
        result[name] = program
    return result
