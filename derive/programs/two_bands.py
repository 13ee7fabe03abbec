"""Programs of bands with masses and rates of their own: integrands over the frequency."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive import symbols
from derive.closed_forms.two_bands import IMBALANCE, SKEW
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.stages import Stages, StagesWithRealSlopes, StagesWithSlopes
from derive.programs.loop import (
    DISTANCE,
    GENERAL,
    GROWTH,
    MEAN,
    TRANSFER_DISTANCE,
    VARIABLES,
    Loop,
    Source,
    named_poles,
    sources,
    with_slopes,
)
from derive.programs.momenta import PLANE, SPACE, Momenta

#: Sums over the reservoirs of gamma_lambda [1 - 2 f_lambda] for electrons, and for holes at -nu.
ELECTRONS = sp.Symbol("F_electrons", real=True)
HOLES = sp.Symbol("F_holes", real=True)
#: Sums over the reservoirs of gamma_lambda f_lambda.
FILLED_ELECTRONS = sp.Symbol("filled_electrons", real=True)
FILLED_HOLES = sp.Symbol("filled_holes", real=True)

_SHARED = (symbols.gap, symbols.mu, symbols.linewidth, IMBALANCE, SKEW)
LOOP_INPUTS = (
    GENERAL.frequency,
    DISTANCE,
    TRANSFER_DISTANCE,
    MEAN,
    ELECTRONS,
    HOLES,
    symbols.transfer,
    GROWTH,
    symbols.wave_number,
    *_SHARED,
)
_FILLED = (GENERAL.frequency, DISTANCE, FILLED_ELECTRONS, FILLED_HOLES)
GAP_INPUTS = (*_FILLED, *_SHARED)
NUMBER_INPUTS = (*_FILLED, symbols.momentum, *_SHARED)
_RATES = (symbols.linewidth + IMBALANCE, symbols.linewidth - IMBALANCE)
_EDGE = GENERAL.threshold / symbols.gap
#: What the equations of the state are differentiated by, the frequency nu - a mu fixed: the edge of
#: the spectrum moves with the order parameter.  In the fillings they are linear.
STATE_VARIABLES = {
    "gap": {symbols.gap: sp.S.One, GENERAL.threshold: _EDGE, DISTANCE: -_EDGE},
    "mu": {symbols.mu: sp.S.One},
    "gamma": {symbols.linewidth: sp.S.One},
    "delta": {IMBALANCE: sp.S.One},
    "filled_electrons": {FILLED_ELECTRONS: sp.S.One},
    "filled_holes": {FILLED_HOLES: sp.S.One},
}
#: The elements of the phase column, in the order of `Loop.phase_column`.
_ELEMENTS = ("r12", "r22", "coupling", "difference")
_SOURCE = "R_12 and R_22 less their values at q = omega = 0, R_12 + R_21, R_11 - R_22"


def reservoirs(electrons: sp.Expr, holes: sp.Expr) -> sp.ImmutableMatrix:
    """Return the Keldysh part of the reservoirs' self-energy, (21)."""
    return sp.ImmutableMatrix(-2 * sp.I * sp.diag(electrons, -holes))


def finished_program(
    name: str,
    source: str,
    inputs: tuple[sp.Symbol, ...],
    stages: Stages,
    outputs: list[tuple[str, sp.Expr]],
) -> Program:
    """Return a program of any two bands."""
    body = (*GENERAL.definitions, *stages.body)
    return compiler.lowered(Program(name, source, inputs, body, tuple(outputs)))


def response_program(
    name: str,
    source: str,
    stages: Stages,
    momenta: Momenta,
    values: dict[str, sp.Expr],
    inputs: tuple[sp.Symbol, ...] = LOOP_INPUTS,
) -> Program:
    """Return the program of complex values in units of those of a pair of poles, per unit of nu."""
    outputs = []
    for label, value in values.items():
        parts = stages.parts(momenta.prefactor * value / (2 * sp.pi))
        outputs += [(f"{label}_{s}", p) for s, p in zip(("real", "imag"), parts, strict=True)]
    return finished_program(name, source, inputs, stages, outputs)


def _loop(stages: Stages, momenta: Momenta) -> Loop:
    return Loop(stages, GENERAL, reservoirs(ELECTRONS, HOLES), momenta=momenta)


def _column(stages: Stages, momenta: Momenta) -> dict[str, sp.Expr]:
    values = _loop(stages, momenta).phase_column()
    return dict(zip(_ELEMENTS, values, strict=True))


def _pairing(momenta: Momenta) -> Program:
    stages = Stages()
    return response_program("pairing", _SOURCE, stages, momenta, _column(stages, momenta))


def _pairing_slopes(momenta: Momenta) -> Program:
    stages = StagesWithSlopes(VARIABLES)
    values = with_slopes(stages, _column(stages, momenta))
    source = f"{_SOURCE}, and their derivatives by omega and q at fixed nu"
    return response_program("pairing_slopes", source, stages, momenta, values)


def _gap_parts(
    stages: Stages, source: Source, keldysh: sp.ImmutableMatrix, momenta: Momenta
) -> tuple[sp.Expr, sp.Expr]:
    """Return real and imaginary part of what a pole of G^R and its conjugate add to (33).

    The residue of G_12 at the conjugate pole is minus the conjugate of that of G_21, and so is the
    root of the pole: of the even part of G^K real parts are left, and imaginary ones of the odd
    part, in which the products of the adjugates cancel before there is a number.
    """
    green = source.left * keldysh * source.right
    # (33) divides by Delta_0, to which G_12 is proportional
    even, odd = (sp.expand((green[0, 1] + sign * green[1, 0]) / symbols.gap) for sign in (1, -1))
    value = source.weight * momenta.whole(source.momentum)
    factor = stages.assign(f"{source.label}_gap", value)
    scale = 16 * sp.pi**2
    return stages.parts(factor * even)[0] / scale, stages.parts(factor * odd)[1] / scale


def _keldysh_sources(stages: Stages) -> tuple[Source, ...]:
    """Name the poles of G^K at the frequency of the equations of the state."""
    poles = named_poles(stages, "c", GENERAL, GENERAL.frequency, symbols.linewidth, DISTANCE)
    return sources(stages, GENERAL, poles)


def _gap(stages: Stages, momenta: Momenta) -> dict[str, sp.Expr]:
    """Return the integrand of the gap equation over the frequency."""
    electrons, holes = _RATES
    keldysh = reservoirs(electrons - 2 * FILLED_ELECTRONS, holes - 2 * FILLED_HOLES)
    total = [sp.S.Zero, sp.S.Zero]
    for source in _keldysh_sources(stages):
        if not source.advanced:
            for part, value in enumerate(_gap_parts(stages, source, keldysh, momenta)):
                total[part] += value
    return dict(zip(("gap_real", "gap_imag"), total, strict=True))


def _numbers(stages: Stages, momenta: Momenta) -> dict[str, sp.Expr]:
    """Return the integrands of the numbers of electrons and of holes over the frequency."""
    electrons, holes = _RATES
    # what fills electrons, and what leaves no holes behind: Sigma^< and -Sigma^>, over 2 i
    fillings = (
        sp.diag(FILLED_ELECTRONS, holes - FILLED_HOLES),
        sp.diag(electrons - FILLED_ELECTRONS, FILLED_HOLES),
    )
    carriers = [sp.S.Zero, sp.S.Zero]
    for source in _keldysh_sources(stages):
        counted = stages.assign(f"{source.label}_counted", momenta.counted(source.momentum))
        for k, filling in enumerate(fillings):
            density = (source.left * filling * source.right)[k, k]
            carriers[k] += source.weight * density * counted
    parts = (stages.parts(value / sp.pi)[0] for value in carriers)
    return dict(zip(("electrons", "holes"), parts, strict=True))


def _tails(momenta: Momenta) -> Program:
    """Return what the linewidth leaves of free carriers at large momenta, up to the cutoff.

    The spectrum of a carrier of the energy E is a Lorentzian, of which the reservoirs fill the part
    below their potentials: gamma_filled/(pi E) for large E, whatever the potentials are.  The sum
    over the momenta grows with the cutoff, as the cutoff itself or as its logarithm, and with the
    mass.
    """
    energy, part = sp.symbols("energy part", positive=True)
    p, dimension = symbols.wave_number, momenta.dimension
    sphere = 2 * sp.pi ** sp.Rational(dimension, 2) / sp.gamma(sp.Rational(dimension, 2))
    measure = sphere * p ** (dimension - 1) / (2 * sp.pi) ** dimension
    shares = []
    for filled, skew in ((FILLED_ELECTRONS, SKEW), (FILLED_HOLES, -SKEW)):
        # from the potential down, in parts of the energy
        spectrum = filled / (sp.pi * ((1 + part) ** 2 * energy**2 + symbols.linewidth**2))
        highest = sp.limit(energy**2 * spectrum, energy, sp.oo)
        leading = sp.integrate(highest, (part, 0, sp.oo)) / energy
        density = sp.simplify(leading.subs(energy, (1 + skew) * p**2) * measure)
        shares.append(sp.integrate(density, p).subs(p, symbols.momentum))
    source = "what lies in the tails of (34) up to the cutoff, to leading order"
    inputs = (FILLED_ELECTRONS, FILLED_HOLES, symbols.momentum, SKEW)
    outputs = tuple(zip(("electrons", "holes"), shares, strict=True))
    return compiler.lowered(Program("tails", source, inputs, (), outputs))


def _of_the_state(
    name: str,
    what: str,
    inputs: tuple[sp.Symbol, ...],
    values: Callable[[Stages, Momenta], dict[str, sp.Expr]],
    momenta: Momenta,
) -> Program:
    """Return a program of integrands with their derivatives by what a state depends on."""
    stages = StagesWithRealSlopes(STATE_VARIABLES)
    found = with_slopes(stages, values(stages, momenta), tuple(STATE_VARIABLES))
    source = f"{what} per unit of nu, with derivatives at fixed nu - a mu"
    return finished_program(name, source, inputs, stages, list(found.items()))


_SUMMARY = (
    "Integrands over nu for bands with masses and rates of their own, all momentum integrals\n"
    "done{}: `a` is (1/m_e - 1/m_h)/4, `gamma` and `delta` are half the sum and half the\n"
    "difference of the rates, `frequency` is nu - a mu."
)


def _module(name: str, where: str, momenta: Momenta) -> Module:
    programs = (
        _of_the_state("gap", "(33),", GAP_INPUTS, _gap, momenta),
        _of_the_state("numbers", "electrons and holes of (34),", NUMBER_INPUTS, _numbers, momenta),
        _tails(momenta),
        _pairing(momenta),
        _pairing_slopes(momenta),
    )
    return Module(name, _SUMMARY.format(where), programs)


def two_bands_module() -> Module:
    """Return the integrands of the steady state and the response over the frequency."""
    return _module("two_bands", "", SPACE)


def film_module() -> Module:
    """Return the same in two dimensions."""
    return _module("film", " in two dimensions", PLANE)
