"""The loop with any two vertices over the frequency, densities among them.

At frequencies beyond all reservoirs' steps G^K is G^R - G^A or G^A - G^R, and G^R G^A, which is
large where both have their poles, cancels between the two terms of Pi = (i/2) [R(q, omega) -
R(q, -omega*)*].  With S, the sign of nu + Re(omega)/2, which is that of G^R - G^A,

    G^K = S (G^R - G^A) + G^R (Sigma^K - S (Sigma^R - Sigma^A)) G^A,

and -S G^R G^A is left out before there is a number.  For a complex omega the two terms have it at
frequencies that differ by i Im(omega); there remains an integral between the two, where S steps.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.pairs import PREFACTOR
from derive.closed_forms.two_bands import SKEW, advanced_determinant, advanced_shift
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.stages import Stages, conjugate
from derive.functions.pairs import upper_root
from derive.programs.loop import GENERAL, GROWTH, SIGNS, Loop, Source
from derive.programs.momenta import PLANE, SPACE, Momenta
from derive.programs.two_bands import LOOP_INPUTS, finished_program, reservoirs, response_program

#: S, the sign of nu + omega/2 where both momenta's occupations are that of G^R - G^A or its
#: negative far away; R_st itself for S = 0.
REFERENCE = sp.Symbol("reference", real=True)
#: Sums over the reservoirs of gamma_lambda [1 - 2 f_lambda] less S times the rate, for electrons;
#: plus S times the rate, for holes at -nu.
ELECTRON_EXCESS = sp.Symbol("excess_electrons", real=True)
HOLE_EXCESS = sp.Symbol("excess_holes", real=True)
#: What of Im(omega) is taken from the frequency of G^A; GROWTH is the rest of it.
LAG = sp.Symbol("lag", real=True)

#: Sums over the reservoirs of gamma_lambda [1 - f_lambda] for electrons at nu + omega, and of
#: gamma_lambda f_lambda for holes at -nu - omega: Sigma^> over -2 i; and of what fills electrons at
#: nu, and leaves holes empty at -nu: Sigma^< over 2 i.
AFTER = sp.symbols("empty_electrons filled_holes", real=True)
BEFORE = sp.symbols("filled_electrons empty_holes", real=True)

#: All pairs of vertices; and those of densities.
EVERY = tuple((s, t) for s in range(4) for t in range(4))
DENSITIES = tuple((s, t) for s in (0, 3) for t in (0, 3))
#: What vertices are called: tau_0 to tau_3, and two currents.
LETTERS = "0123ji"
CURRENTS = "j of carriers, i of charge"

_EXCESSES = (ELECTRON_EXCESS, HOLE_EXCESS, REFERENCE)
VERTEX_INPUTS = (*LOOP_INPUTS[:4], *_EXCESSES, *LOOP_INPUTS[6:])
PINCHED_INPUTS = (*LOOP_INPUTS[:3], *LOOP_INPUTS[6:8], LAG, *LOOP_INPUTS[8:])
NOISE_INPUTS = (*LOOP_INPUTS[:4], *AFTER, *BEFORE, LOOP_INPUTS[6], *LOOP_INPUTS[8:])


class VertexLoop(Loop):
    """The loop of `Loop`, whose Keldysh self-energy is an excess over that of `REFERENCE`."""

    def __init__(self, stages: Stages, momenta: Momenta) -> None:
        excess = reservoirs(ELECTRON_EXCESS, HOLE_EXCESS)
        super().__init__(stages, GENERAL, excess, momenta=momenta)

    def residue(self, source: Source) -> sp.ImmutableMatrix:
        """Return the residue of S G^R + G^R Sigma G^A."""
        value = source.weight * source.left * self.keldysh * source.right
        if not source.advanced:
            value += REFERENCE * self.minus.weight(source.sign) * source.left
        return self.stages.assign_matrix(f"{source.label}_n", sp.ImmutableMatrix(value))


class PinchedLoop(Loop):
    """Tr[tau_s G^R(p_+) tau_t G^A(p_-)], both at frequencies off the axis by parts of Im(omega)."""

    def __init__(self, stages: Stages, momenta: Momenta) -> None:
        super().__init__(stages, GENERAL, sp.zeros(2, 2), GROWTH, momenta, LAG)

    def _total(self) -> sp.Expr:
        # nothing is lost: S steps where the frequencies are opposite
        return self.after + self.species.frequency

    def _sources(self) -> tuple[Source, ...]:
        found = []
        for sign in SIGNS:
            label = f"s{'pm'[SIGNS.index(sign)]}"
            root = self.stages.assign(f"{label}_p", upper_root(symbols.mu + self.minus.xi(sign)))
            adjugate = self.minus.adjugate(sign).applyfunc(conjugate)
            weight = conjugate(self.minus.weight(sign))
            found.append(Source(label, -conjugate(root), True, sign, adjugate, adjugate, weight))
        return tuple(found)

    def residue(self, source: Source) -> sp.ImmutableMatrix:
        """Return the residue of G^A."""
        value = sp.ImmutableMatrix(source.weight * source.left)
        return self.stages.assign_matrix(f"{source.label}_n", value)


#: The residue of the first Green's function at each of its poles, a number times a matrix.
Residues = Mapping[int, tuple[sp.Expr, sp.ImmutableMatrix]]


def retarded_residues(loop: Loop) -> Residues:
    """Return those of G^R, by the signs of its poles."""
    return {sign: (loop.plus.weight(sign), loop.plus.adjugate(sign)) for sign in SIGNS}


def current_traces(loop: Loop, residues: Residues) -> dict[str, sp.Expr]:
    """Return the traces with one current j or i, or two of them, along the wave number.

    Electrons have the velocity 2 (1 + a) p, and holes of momentum -p the opposite of 2 (1 - a) p:
    with 2 p q = p_+**2 - p_-**2 the current of carriers is (p_+**2 - p_-**2)/q times 1 + a tau_3,
    and electrons' less holes' that times tau_3.  At a pair of poles k**2 - l**2 stands for the
    difference.  What p_+**2 and p_-**2 leave besides, constants times a single Green's function,
    does not depend on q, and at q = 0 nothing is left of the whole: what a wave number adds to the
    integral over the momenta may stand for that integral.  Only with two currents there is q**2
    times the sum over one Green's function, too: -(p_+**2 - p_-**2)**2/q**2 (1 + a tau_3)/p_+**2
    tau_3/(1 + a tau_3) is the diamagnetic part, which is subtracted with it.  Of G^> and G^<, which
    fall off like the inverse square of p**2, nothing is left but that.

    Parameters
    ----------
    loop : Loop
    residues : mapping
        Those of the first Green's function.
    """
    stages, q = loop.stages, symbols.wave_number
    tau = [nambu.pauli(s) for s in range(4)]
    currents = {"j": tau[0] + SKEW * tau[3], "i": tau[3] + SKEW * tau[0]}
    found: dict[str, sp.Expr] = {}

    def add(name: str, left: sp.Matrix, plain: sp.Matrix, right: sp.Matrix) -> None:
        found[name] = found.get(name, sp.S.Zero) + (left * plain * right * green).trace()

    for source in loop.sources:
        green, moved = loop.residue(source), [sp.zeros(2, 2), sp.zeros(2, 2)]
        for sign, pair in loop.pole_pairs(source):
            _, excess, _ = loop.sums.shares(stages, pair)
            weight, residue = residues[sign]
            value = weight * excess
            for power in (0, 1):
                name = f"{pair.name}_j{power}"
                value = stages.assign(name, value * pair.difference / q)
                moved[power] += value * residue
        once, twice = (
            stages.assign_matrix(f"{source.label}_j{k}", sp.ImmutableMatrix(x))
            for k, x in enumerate(moved)
        )
        for j, current in currents.items():
            for s in range(4):
                add(f"{j}{s}", current, once, tau[s])
                add(f"{s}{j}", tau[s], once, current)
            for k, other in currents.items():
                add(f"{j}{k}", current, twice, other)
    return found


class NoiseLoop(Loop):
    """The products Tr[tau_s G^>(p_+, nu + omega) tau_t G^<(p_-, nu)], omega real.

    With G^> = G^R Sigma^> G^A and G^< = G^R Sigma^< G^A all of them are positive, and each is small
    where its occupations are.  Poles of both functions come in conjugate pairs: those of G^R in
    p_+, with all in p_-, are half of a Hermitian matrix.
    """

    def __init__(self, stages: Stages, momenta: Momenta) -> None:
        self.greater, lesser = sp.diag(*AFTER), sp.diag(*BEFORE)
        super().__init__(stages, GENERAL, lesser, sp.S.Zero, momenta)
        self.residues = self._residues()

    def _residues(self) -> dict[int, sp.ImmutableMatrix]:
        """Return the residues of G^> at the poles of G^R, by their signs."""
        found, shift = {}, advanced_shift()
        for sign in SIGNS:
            left = self.plus.adjugate(sign)
            determinant = advanced_determinant(self.after, self.plus.xi(sign))
            weight = self.stages.assign(f"g{sign % 3}_weight", self.plus.weight(sign) / determinant)
            residue = sp.ImmutableMatrix(weight * left * self.greater * (left + shift))
            found[sign] = self.stages.assign_matrix(f"g{sign % 3}_n", residue)
        return found

    def _retarded(self, source: Source) -> sp.ImmutableMatrix:
        """Return the sum over those poles of the residues times the momentum integral."""
        plain = sp.zeros(2, 2)
        for sign, pair in self.pole_pairs(source):
            weight = self.stages.assign(f"{pair.name}_w", self.sums.integral(self.stages, pair))
            plain += weight * self.residues[sign]
        return self.stages.assign_matrix(f"{source.label}_g", sp.ImmutableMatrix(plain))


def _noise(momenta: Momenta, *, currents: bool) -> Program:
    stages = Stages()
    loop = NoiseLoop(stages, momenta)
    if currents:
        unit = sp.S.One
        values = current_traces(loop, {sign: (unit, x) for sign, x in loop.residues.items()})
    else:
        names = (f"{s}{t}" for s, t in EVERY)
        values = dict(zip(names, loop.traces(EVERY), strict=True))
    # of Sigma^> and Sigma^<, -2 i and 2 i
    scale = 4 * momenta.prefactor / (2 * sp.pi)
    outputs = []
    for first, second in itertools.combinations_with_replacement(LETTERS, 2):
        label = first + second
        if label not in values:
            continue
        # the conjugate poles add the adjoint
        one, other = (stages.parts(scale * values[x]) for x in (label, label[::-1]))
        outputs.append((f"c{label}_real", one[0] + other[0]))
        if first != second:
            outputs.append((f"c{label}_imag", one[1] - other[1]))
    name = "noise_currents" if currents else "noise"
    source = "Tr[tau_s G^> tau_t G^<] per unit of nu, s <= t; Hermitian"
    source = f"As noise, with currents {CURRENTS}" if currents else source
    return finished_program(name, source, NOISE_INPUTS, stages, outputs)


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


def _currents(momenta: Momenta, *, pinched: bool) -> Program:
    stages = Stages()
    loop = PinchedLoop(stages, momenta) if pinched else VertexLoop(stages, momenta)
    kind, inputs = ("ra", PINCHED_INPUTS) if pinched else ("r", VERTEX_INPUTS)
    traces = current_traces(loop, retarded_residues(loop))
    values = {f"{kind}{name}": value for name, value in traces.items()}
    name = "pinched_currents" if pinched else "currents"
    source = f"As {'pinched' if pinched else 'response'}, with currents {CURRENTS}"
    return response_program(name, source, stages, momenta, values, inputs)


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
    return compiler.lowered(Program("far", source, (SKEW,), (), tuple(outputs.items())))


_SUMMARY = (
    "Integrands over nu of responses with any two vertices, all momentum integrals done{}.\n"
    "`reference` is the sign of nu + omega/2, the excesses are those of the reservoirs over it;\n"
    "the other arguments are those of `two_bands`."
)


def _module(name: str, where: str, momenta: Momenta) -> Module:
    programs = (
        _response(momenta),
        _pinched(momenta),
        _currents(momenta, pinched=False),
        _currents(momenta, pinched=True),
        _noise(momenta, currents=False),
        _noise(momenta, currents=True),
        _far(momenta),
    )
    return Module(name, _SUMMARY.format(where), programs)


def two_bands_vertices_module() -> Module:
    """Return the integrands of the responses over the frequency."""
    return _module("two_bands_vertices", "", SPACE)


def film_vertices_module() -> Module:
    """Return the same in two dimensions."""
    return _module("film_vertices", " in two\ndimensions", PLANE)
