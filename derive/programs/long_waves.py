"""Programs of the long-wavelength coefficients (46) of any two bands, q -> 0 first.

`derive.programs.expansion` has them of equal bands after the integral over the frequency.  Here
the loop over the frequency is expanded in omega and q**2 before that integral: a frequency and a
wave number that vanish, with derivatives by both.
"""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.codegen.program import Assignment, Module, Program
from derive.codegen.stages import Stages, StagesWithSlopes
from derive.functions.elementary import where_less
from derive.functions.stable import root_sum_im, root_sum_re
from derive.programs.loop import (
    DISTANCE,
    GENERAL,
    GROWTH,
    MEAN,
    TRANSFER_DISTANCE,
    VARIABLES,
    Loop,
)
from derive.programs.momenta import PLANE, SPACE, Momenta, Pair
from derive.programs.two_bands import ELECTRONS, HOLES, LOOP_INPUTS, finished_program, reservoirs

#: The square of the wave number.
SQUARE = sp.Symbol("q_squared", real=True)
#: What the expansion is in.
_DIRECTIONS = {"omega": VARIABLES["omega"], "square": {SQUARE: sp.S.One}}
#: Where it is made.
_ORIGIN = {
    symbols.transfer: sp.S.Zero,
    GROWTH: sp.S.Zero,
    SQUARE: sp.S.Zero,
    TRANSFER_DISTANCE: DISTANCE,
    MEAN: GENERAL.frequency,
}
_AT_REST = (symbols.transfer, GROWTH, symbols.wave_number, TRANSFER_DISTANCE, MEAN)
_INPUTS = tuple(symbol for symbol in LOOP_INPUTS if symbol not in _AT_REST)


class _ToSecondOrder(Momenta):
    """Sums over momenta to the order q**2.

    Parameters
    ----------
    momenta : Momenta
        The sums themselves.
    """

    def __init__(self, momenta: Momenta) -> None:
        self._momenta = momenta
        self.dimension, self.prefactor = momenta.dimension, momenta.prefactor

    def integral(self, stages: Stages, pair: Pair) -> sp.Expr:
        return self.shares(stages, pair)[2]

    def shares(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        uniform, curvature = self.uniform_and_curvature(stages, pair)
        # of higher order is what omega changes of it
        none = {"omega": sp.S.Zero}
        excess = SQUARE * stages.assign(f"{pair.name}_curvature", curvature, none)
        return uniform, excess, uniform + excess

    def uniform_and_curvature(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr]:
        return self._momenta.uniform_and_curvature(stages, pair)

    def counted(self, momentum: sp.Expr) -> sp.Expr:
        return self._momenta.counted(momentum)

    def whole(self, momentum: sp.Expr) -> sp.Expr:
        return self._momenta.whole(momentum)


def _coefficients(stages: StagesWithSlopes, momenta: Momenta) -> dict[str, sp.Expr]:
    """Return integrands whose real part is a coefficient of (46) per unit of nu.

    M is -(i/2) [R(q, omega) - R(q, -omega*)*]: with R = r_0 + r_1 omega + r_2 omega**2 it is
    Im r_0 - i omega Re r_1 + omega**2 Im r_2.
    """
    loop = Loop(stages, GENERAL, reservoirs(ELECTRONS, HOLES), momenta=_ToSecondOrder(momenta))
    r12, r22, coupling, difference = loop.phase_column()
    # without a wave number the phase column is -omega times what has to be differentiated once more
    rates = [-value.diff(symbols.transfer) for value in (r12, r22)]
    by_square = [stages.slope(x, "square") for x in (r12, r22, coupling, difference)]
    by_omega = [-x for x in rates] + [stages.slope(x, "omega") for x in (coupling, difference)]
    values = {"alpha11": -sp.I * difference, "alpha21": -sp.I * coupling}
    for name, factor, (m12, m22, both, apart) in (
        ("beta", -sp.I, by_square),
        ("eta", sp.S.One, by_omega),
    ):
        elements = {"11": m22 + apart, "12": -m12, "21": both - m12, "22": m22}
        values |= {f"{name}{index}": factor * value for index, value in elements.items()}
    bends = [-stages.slope(rate, "omega") for rate in rates]
    values |= {"zeta12": -sp.I * bends[0], "zeta22": sp.I * bends[1]}
    origin = _at_rest(stages, loop)
    if any(value.xreplace(origin) != 0 for value in (r12, r22)):
        raise ValueError("the phase column does not vanish with q and omega")
    return {name: value.xreplace(origin) for name, value in values.items()}


def _at_rest(stages: Stages, loop: Loop) -> dict[sp.Symbol, sp.Expr]:
    """Let wave number and frequency vanish in what has been assigned; return what is known then."""
    known, body, names = dict(_ORIGIN), list[Assignment](), dict[sp.Expr, sp.Symbol]()
    # the poles of both Green's functions are the same
    same: dict[sp.Symbol, sp.Symbol] = {}
    for source in loop.sources:
        if not source.advanced:
            parts = (x.as_real_imag() for x in (source.momentum, loop.momenta[source.sign]))
            same |= dict(zip(*parts, strict=True))
    for symbol, value in stages.body:
        found = same.get(symbol) or _met(value.xreplace(known))
        if found == 0 or found.is_Symbol or found in names:
            known[symbol] = names.get(found, found)
        else:
            body.append((symbol, found))
            names[found] = symbol
    stages.body[:] = body
    return known


def _met(value: sp.Expr) -> sp.Expr:
    """Replace sums of two roots of one square, which are twice the root, or nothing.

    A product of frequencies is a square then, and not negative.
    """
    found = {node: node.args[3] for node in value.atoms(where_less) if node.args[0].is_nonnegative}
    for node in value.atoms(root_sum_re, root_sum_im):
        first, second = node.args[:2], node.args[2:4]
        if node.args[4:] == (0, 0) and first == second:
            found[node] = 2 * first[isinstance(node, root_sum_im)]
        elif node.args[4:] == (0, 0) and first == tuple(-x for x in second):
            found[node] = sp.S.Zero
    return value.xreplace(found)


def _program(momenta: Momenta) -> Program:
    stages = StagesWithSlopes(_DIRECTIONS)
    values = _coefficients(stages, momenta)
    factor = momenta.prefactor / (2 * sp.pi)
    outputs = [(name, stages.parts(factor * value)[0]) for name, value in values.items()]
    source = "the coefficients of (46) and of omega**2 per unit of nu, with the gap equation (33)"
    return finished_program("coefficients", source, _INPUTS, stages, outputs)


_SUMMARY = (
    "Integrands over nu of the expansion (46) for bands with masses and rates of their own{}:\n"
    "`a` is (1/m_e - 1/m_h)/4, `gamma` and `delta` are half the sum and half the difference of\n"
    "the rates, `frequency` is nu - a mu."
)


def long_waves_module() -> Module:
    """Return the integrands of the expansion."""
    return Module("long_waves", _SUMMARY.format(""), (_program(SPACE),))


def film_long_waves_module() -> Module:
    """Return the same in two dimensions."""
    return Module("film_long_waves", _SUMMARY.format(" in two dimensions"), (_program(PLANE),))
