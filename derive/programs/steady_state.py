"""Programs of the gap and number equations."""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.closed_forms.tails import tail_coefficients, tail_integral
from derive.codegen import compiler, passes
from derive.codegen.program import Module, Program
from derive.codegen.real_split import split_complex
from derive.functions.stable import excess
from derive.model.reservoirs import Reservoir, empty_reservoir, fermi_reservoir
from derive.model.steady_state import gap_kernel, in_excitation_energy, number_kernel

#: Terms of the series in 1/p**2 that the tails keep.
TAIL_TERMS = 6

#: E - xi, which is small for large momenta, and E + xi, which is small deep in the Fermi sea.
_DEPTH = sp.Symbol("depth", positive=True)
_RISE = sp.Symbol("rise", positive=True)


def _closed_forms(name: str, source: str, reservoir: Reservoir) -> Program:
    """Return the closed forms of one reservoir of unit rate, simplified, in real arithmetic."""
    inputs = [symbols.xi, symbols.gap, symbols.linewidth]
    occupied = reservoir.occupation.expr != 0
    if occupied:
        inputs.append(symbols.edge)
        if reservoir.occupation.expr.has(symbols.temperature):
            inputs.append(symbols.temperature)
    kernels = (("gap", gap_kernel), ("number", number_kernel))
    program = Program(
        name,
        source,
        tuple(inputs),
        ((symbols.energy, symbols.excitation_energy),),
        tuple(
            (output, in_excitation_energy(kernel([reservoir], symbols.linewidth)))
            for output, kernel in kernels
        ),
    )
    return passes.run_passes(
        program, (split_complex, passes.collect_transcendental, passes.drop_vanishing)
    )


def _finished(program: Program) -> Program:
    """Add the derivatives and make the program fast."""
    energy, xi, gap = symbols.energy, symbols.xi, symbols.gap
    wrt = [s for s in (gap, xi, symbols.linewidth, symbols.edge) if s in program.inputs]
    accurate = passes.define(
        [(_DEPTH, excess(xi, gap)), (_RISE, excess(-xi, gap))],
        {energy - xi: _DEPTH, energy + xi: _RISE, _DEPTH * _RISE: gap**2},
    )
    lowering = (passes.fuse_pairs, passes.complement_angles(["number"]), accurate)
    return compiler.lowered(program, jacobian=wrt, lowering=lowering)


def _equilibrium(step: Program) -> Program:
    """Return the limit of vanishing linewidth of a bath in equilibrium with the condensate."""
    gamma = symbols.linewidth
    outputs = tuple(
        (name.removesuffix("_real"), sp.limit((value * gamma).subs(symbols.edge, 0), gamma, 0, "+"))
        for name, value in step.outputs
        if not name.endswith("_imag")
    )
    inputs = (symbols.xi, symbols.gap)
    return Program(
        "equilibrium",
        "the integrands of (14) and (15) at T = 0: (33) and (34) as gamma -> 0 at mu_b = mu",
        inputs,
        step.body,
        outputs,
    )


def _tail(name: str, source: str, closed: Program) -> Program:
    """Return the momentum integrals beyond P of closed forms, with their derivatives."""
    inputs = [symbols.momentum, symbols.mu]
    inputs += [s for s in closed.inputs if s != symbols.xi]
    totals, last_terms = [], []
    for output, value in closed.outputs:
        coefficients = list(tail_coefficients(value, TAIL_TERMS))
        if output in ("gap", "gap_real"):
            # 1/(2 eps_p) of the scattering length is subtracted, from each reservoir its share
            # gamma_lambda / gamma of it: the integral then converges
            share = 1 / symbols.linewidth if symbols.linewidth in inputs else sp.S.One
            coefficients[0] = sp.simplify(coefficients[0] - share / 2)
            if coefficients[0] != 0:
                raise ValueError(f"{name}: 1/(2 eps_p) does not cancel the divergence of the gap")
        total, last = tail_integral(tuple(coefficients))
        totals.append((output, total))
        last_terms.append((f"{output}_last", last))
    program = Program(name, source, tuple(inputs), (), tuple(totals))
    wrt = [s for s in (symbols.gap, symbols.mu, symbols.linewidth, symbols.edge) if s in inputs]
    program = passes.differentiate(wrt)(program)
    program = program.with_values((), (*program.outputs, *last_terms))
    return compiler.lowered(program)


def steady_state_module() -> Module:
    """Return the kernels of the gap and number equations, per unit rate of one reservoir."""
    unit = sp.S.One
    empty = _closed_forms(
        "empty", "(33) and (34) for an empty reservoir", empty_reservoir("", unit)
    )
    step = _closed_forms(
        "step",
        "(33) and (34) for a Fermi reservoir at T = 0",
        fermi_reservoir("", unit, symbols.edge),
    )
    thermal = _closed_forms(
        "thermal",
        "(33) and (34) for a Fermi reservoir at T > 0",
        fermi_reservoir("", unit, symbols.edge, symbols.temperature),
    )
    equilibrium = _equilibrium(step)
    tail = "the integral over momenta beyond P of `{}`"
    return Module(
        "steady_state",
        "Integrands of the gap and number equations after the nu-integral, per unit rate of one\n"
        "reservoir, with their derivatives; and their integrals over large momenta.",
        (
            *(_finished(p) for p in (equilibrium, empty, step, thermal)),
            _tail("equilibrium_tail", tail.format("equilibrium"), equilibrium),
            _tail("empty_tail", tail.format("empty"), empty),
            _tail("fermi_tail", tail.format("step` and `thermal"), thermal),
        ),
    )
