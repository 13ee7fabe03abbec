"""The loop with any two vertices over the frequency, densities among them.

At frequencies beyond all reservoirs' steps G^K is G^R - G^A or G^A - G^R, and G^R G^A, which is
large where both have their poles, cancels between the two terms of Pi = (i/2) [R(q, omega) -
R(q, -omega*)*].  With S, the sign of nu + Re(omega)/2, which is that of G^R - G^A,

    G^K = S (G^R - G^A) + G^R (Sigma^K - S (Sigma^R - Sigma^A)) G^A,

and -S G^R G^A is left out before there is a number.  For a complex omega the two terms have it at
frequencies that differ by i Im(omega); there remains an integral between the two, where S steps.
"""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.pairs import PREFACTOR
from derive.closed_forms.two_bands import SKEW
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.stages import Stages, conjugate
from derive.functions.pairs import upper_root
from derive.programs.loop import GENERAL, GROWTH, SIGNS, Loop, Source
from derive.programs.momenta import PLANE, SPACE, Momenta
from derive.programs.two_bands import LOOP_INPUTS, reservoirs, response_program

#: S, the sign of nu + omega/2 where both momenta's occupations are that of G^R - G^A or its
#: negative far away; R_st itself for S = 0.
REFERENCE = sp.Symbol("reference", real=True)
#: Sums over the reservoirs of gamma_lambda [1 - 2 f_lambda] less S times the rate, for electrons;
#: plus S times the rate, for holes at -nu.
ELECTRON_EXCESS = sp.Symbol("excess_electrons", real=True)
HOLE_EXCESS = sp.Symbol("excess_holes", real=True)
#: What of Im(omega) is taken from the frequency of G^A; GROWTH is the rest of it.
LAG = sp.Symbol("lag", real=True)

#: All pairs of vertices; and those of densities.
EVERY = tuple((s, t) for s in range(4) for t in range(4))
DENSITIES = tuple((s, t) for s in (0, 3) for t in (0, 3))

_EXCESSES = (ELECTRON_EXCESS, HOLE_EXCESS, REFERENCE)
VERTEX_INPUTS = (*LOOP_INPUTS[:3], *_EXCESSES, *LOOP_INPUTS[5:])
PINCHED_INPUTS = (*LOOP_INPUTS[:3], *LOOP_INPUTS[5:7], LAG, *LOOP_INPUTS[7:])


class VertexLoop(Loop):
    """The loop of `Loop`, whose Keldysh self-energy is an excess over that of `REFERENCE`."""

    def __init__(self, stages: Stages, momenta: Momenta) -> None:
        excess = reservoirs(ELECTRON_EXCESS, HOLE_EXCESS)
        super().__init__(stages, GENERAL, excess, momenta=momenta)

    def _green(self, source: Source) -> sp.ImmutableMatrix:
        """Return the residue of S G^R + G^R Sigma G^A."""
        value = source.weight * source.left * self.keldysh * source.right
        if not source.advanced:
            value += REFERENCE * self.minus.weight(source.sign) * source.left
        return self.stages.assign_matrix(f"{source.label}_n", sp.ImmutableMatrix(value))


class PinchedLoop(Loop):
    """Tr[tau_s G^R(p_+) tau_t G^A(p_-)], both at frequencies off the axis by parts of Im(omega)."""

    def __init__(self, stages: Stages, momenta: Momenta) -> None:
        super().__init__(stages, GENERAL, sp.zeros(2, 2), GROWTH, momenta, LAG)

    def _sources(self) -> tuple[Source, ...]:
        found = []
        for sign in SIGNS:
            label = f"s{'pm'[SIGNS.index(sign)]}"
            root = self.stages.assign(f"{label}_p", upper_root(symbols.mu + self.minus.xi(sign)))
            adjugate = self.minus.adjugate(sign).applyfunc(conjugate)
            weight = conjugate(self.minus.weight(sign))
            found.append(Source(label, -conjugate(root), True, sign, adjugate, adjugate, weight))
        return tuple(found)

    def _green(self, source: Source) -> sp.ImmutableMatrix:
        """Return the residue of G^A."""
        value = sp.ImmutableMatrix(source.weight * source.left)
        return self.stages.assign_matrix(f"{source.label}_n", value)


def _response(momenta: Momenta) -> Program:
    stages = Stages()
    names = (f"r{s}{t}" for s, t in EVERY)
    values = dict(zip(names, VertexLoop(stages, momenta).traces(EVERY), strict=True))
    source = "R_st of (37) per unit of nu, s, t = 0 to 3, less G^R G^A times the reference"
    return response_program("response", source, stages, momenta, values, VERTEX_INPUTS)


def _pinched(momenta: Momenta) -> Program:
    stages = Stages()
    names = (f"ra{s}{t}" for s, t in EVERY)
    values = dict(zip(names, PinchedLoop(stages, momenta).traces(EVERY), strict=True))
    source = "Tr[tau_s G^R tau_t G^A] per unit of nu, s, t = 0 to 3"
    return response_program("pinched", source, stages, momenta, values, PINCHED_INPUTS)


def _far(momenta: Momenta) -> Program:
    """Return the program of what densities need at large nu, where carriers are free.

    Electrons at nu > 0 and holes at nu < 0 have S = 1 and -1 there: (i/2) S (G^R G^R - G^A G^A) is
    the derivative of half their density of states.  At each momentum it adds up to zero, and so do
    powers of the frequency at which a sum is cut off; of a constant density of states there remains
    what the sum has left out.
    """
    outputs = {f"{kind}{s}{t}": sp.S.Zero for kind in ("tail", "rest") for s, t in DENSITIES}
    inverse, k = sp.Dummy(positive=True), sp.Dummy(real=True)
    # the sum over p of 1/(p**2 - k**2), k**2 = nu/inverse next to the axis, and its derivative
    single = PREFACTOR * momenta.whole(k)
    double = single.diff(k) / (2 * k)
    for element, sign in enumerate(SIGNS):
        at = sign / sp.sqrt(inverse)
        tail = -sign * sp.im(double.subs(k, at)) / (2 * sp.pi * inverse**2)
        rest = sp.im(single.subs(k, sp.Dummy(positive=True))).expand()
        rest = rest.subs(dict.fromkeys(rest.free_symbols, 0)) / (2 * sp.pi * inverse)
        for s, t in DENSITIES:
            tau = nambu.pauli(s)[element, element] * nambu.pauli(t)[element, element]
            for kind, value in (("tail", tail), ("rest", rest)):
                outputs[f"{kind}{s}{t}"] += tau * value.subs(inverse, 1 + sign * SKEW)
    source = "Pi_st of (37) at large nu times its root, and what is left out beyond"
    return compiler.compile(Program("far", source, (SKEW,), (), tuple(outputs.items()))).program


_SUMMARY = (
    "Integrands over nu of responses with any two vertices, all momentum integrals done{}.\n"
    "`reference` is the sign of nu + omega/2, the excesses are those of the reservoirs over it;\n"
    "the other arguments are those of `two_bands`."
)


def _module(name: str, where: str, momenta: Momenta) -> Module:
    programs = (_response(momenta), _pinched(momenta), _far(momenta))
    return Module(name, _SUMMARY.format(where), programs)


def two_bands_vertices_module() -> Module:
    """Return the integrands of the responses over the frequency."""
    return _module("two_bands_vertices", "", SPACE)


def film_vertices_module() -> Module:
    """Return the same in two dimensions."""
    return _module("film_vertices", " in two\ndimensions", PLANE)
