"""Programs of the response within the upper branch: integrands over one momentum alone."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.band import (
    BACKWARD,
    FORWARD,
    band_integral,
    branch_projector,
    occupied_branch,
)
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.real_split import Splitter
from derive.codegen.stages import Stages, conjugate
from derive.functions.pairs import upper_root
from derive.functions.polygamma import polygamma
from derive.functions.stable import log_ratio

#: xi, E and T = xi + E at both ends of the inner integral, and the difference of xi.
_XI = sp.symbols("xi_a xi_b", real=True)
_ENERGY = sp.symbols("E_a E_b", positive=True)
_RISE = sp.symbols("T_a T_b", positive=True)
_SPAN = sp.Symbol("span", real=True)
#: Im(omega), which must not vanish, and minus its sign.
_GROWTH = sp.Symbol("growth", real=True)
_SIDE = sp.Symbol("side", real=True)
#: The frequency integrals of the two sums over the reservoirs at the poles, 1/(nu - z).
_PHI = {
    FORWARD: sp.symbols("phi_forward_re phi_forward_im", real=True),
    BACKWARD: sp.symbols("phi_backward_re phi_backward_im", real=True),
}
_ENDS = (*_XI, *_ENERGY, *_RISE, _SPAN)
_PAIRS = tuple((s, t) for s in (1, 2) for t in (1, 2))

_Basis = tuple[sp.Expr, sp.Expr]


class _Inner:
    """The logarithms that the inner integral consists of."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        sum_energies = _ENERGY[0] + _ENERGY[1]
        self.sum_rises = _RISE[0] + _RISE[1]
        self.span_rises = stages.assign("span_T", _SPAN * self.sum_rises / sum_energies)
        self.span_energies = stages.assign("span_E", _SPAN * (_XI[0] + _XI[1]) / sum_energies)
        #: int dxi/E
        self.plain = stages.assign("plain", log_ratio(_RISE[1], _RISE[0], self.span_rises))

    def _logarithm(self, name: str, pole: sp.Expr) -> sp.Expr:
        """Return log(T_b - t) - log(T_a - t), continued along the real axis of T."""
        x, y = self.stages.parts(pole)
        below, above = (rise - x for rise in _RISE)
        modulus = log_ratio(
            above**2 + y**2, below**2 + y**2, self.span_rises * (self.sum_rises - 2 * x)
        )
        angle = sp.atan2(y * self.span_rises, above * below + y**2)
        return self.stages.assign(name, modulus / 2 + sp.I * angle)

    def at(self, name: str, energy: sp.Expr, side: sp.Expr) -> _Basis:
        """Return int dxi/(E (E - e)) and int xi dxi/(E (E - e)); `side` is the sign of Im e."""
        gap, assign = symbols.gap, self.stages.assign
        energy = assign(name, energy)
        real, imaginary = energy.as_real_imag()
        square = (real - gap) * (real + gap) - imaginary**2 + 2 * sp.I * real * imaginary
        root = side * assign(f"{name}_root", upper_root(square))
        # in the same half-plane e and this root add up
        large = assign(f"{name}_large", energy + root)
        small = assign(f"{name}_small", gap**2 / large)
        first, second = (
            self._logarithm(f"{name}_{label}", pole)
            for label, pole in (("first", large), ("second", small))
        )
        return (
            assign(f"{name}_even", (first - second) / root),
            assign(f"{name}_odd", first + second - self.plain),
        )

    def at_width(self) -> _Basis:
        """Return the two integrals for e = i gamma."""
        gap, gamma, assign = symbols.gap, symbols.linewidth, self.stages.assign
        root = assign("width_root", sp.sqrt(gap**2 + gamma**2))
        large = assign("width_large", gamma + root)
        first = self._logarithm("width_first", sp.I * large)
        second = self._logarithm("width_second", -sp.I * gap**2 / large)
        modulus = log_ratio(
            _ENERGY[1] ** 2 + gamma**2, _ENERGY[0] ** 2 + gamma**2, _SPAN * (_XI[0] + _XI[1])
        )
        angle = sp.atan2(gamma * self.span_energies, _ENERGY[0] * _ENERGY[1] + gamma**2)
        return (
            assign("width_even", (first - second) / (sp.I * root)),
            assign("width_odd", modulus / 2 + sp.I * angle),
        )

    def integral(
        self, expr: sp.Expr, xi: sp.Symbol, energy: sp.Symbol, poles: dict[sp.Expr, _Basis]
    ) -> sp.Expr:
        """Return the integral of a function over xi, by the basis integrals at its poles."""
        found = band_integral(expr, xi, energy, tuple(poles))
        even, odd = found.constants
        total = even * self.plain + odd * self.span_energies
        for basis, c, d in zip(poles.values(), found.even, found.odd, strict=True):
            total += c * basis[0] + d * basis[1]
        return total


def _phi(name: sp.Symbol) -> sp.Expr:
    real, imaginary = _PHI[name]
    return real + sp.I * imaginary


def _outer_plus(stages: Stages) -> Callable[[int, int], sp.Expr]:
    """Return the trace with the poles of G^R at p + q/2, G^K integrated over p - q/2."""
    gamma, xi, energy = symbols.linewidth, symbols.xi_minus, symbols.energy_minus
    inner = _Inner(stages)
    start = symbols.energy_plus - symbols.transfer
    pole = sp.Symbol("e")
    width = inner.at_width()
    sides = (
        (sp.I * gamma, width, inner.at("r", start - sp.I * _GROWTH, _SIDE)),
        (
            -sp.I * gamma,
            tuple(map(conjugate, width)),
            inner.at("s", start - sp.I * (_GROWTH + 2 * gamma), -sp.S.One),
        ),
    )
    value = sp.zeros(2, 2)
    for name, matrices in occupied_branch(xi, energy).items():
        for sign, matrix, (center, fixed, moving) in zip((1, -1), matrices, sides, strict=True):
            at = stages.named["r" if sign == 1 else "s"]
            for index, element in enumerate(matrix):
                found = inner.integral(
                    element / (pole - energy), xi, energy, {pole: moving, center: fixed}
                )
                value[index // 2, index % 2] += sign * _phi(name) * found.xreplace({pole: at})
    whole = stages.assign_matrix("v", sp.ImmutableMatrix(value))
    projector = branch_projector(symbols.xi_plus, symbols.energy_plus)
    return lambda s, t: (nambu.pauli(s) * projector * nambu.pauli(t) * whole).trace()


def _outer_minus(stages: Stages) -> Callable[[int, int], sp.Expr]:
    """Return the trace with the poles of G^K at p - q/2, G^R integrated over p + q/2."""
    gamma, xi, energy = symbols.linewidth, symbols.xi_plus, symbols.energy_plus
    inner = _Inner(stages)
    start = symbols.energy_minus + symbols.transfer
    pole = sp.Symbol("e")
    basis = (
        inner.at("r", start + sp.I * _GROWTH, -_SIDE),
        inner.at("s", start + sp.I * (_GROWTH + 2 * gamma), sp.S.One),
    )
    projector = branch_projector(xi, energy)
    retarded = []
    for name, moving in zip("rs", basis, strict=True):
        matrix = projector.applyfunc(
            lambda element, moving=moving, name=name: inner.integral(
                element / (energy - pole), xi, energy, {pole: moving}
            ).xreplace({pole: stages.named[name]})
        )
        retarded.append(stages.assign_matrix(f"u{name}", sp.ImmutableMatrix(matrix)))
    occupied = [sp.zeros(2, 2), sp.zeros(2, 2)]
    for name, (first, second) in occupied_branch(symbols.xi_minus, symbols.energy_minus).items():
        occupied[0] -= _phi(name) * first
        # the other pole of G^K is the complex conjugate
        occupied[1] += conjugate(_phi(name)) * second
    named = [
        stages.assign_matrix(f"n{name}", sp.ImmutableMatrix(matrix))
        for name, matrix in zip("rs", occupied, strict=True)
    ]

    def trace(s: int, t: int) -> sp.Expr:
        return sp.Add(
            *(
                (nambu.pauli(s) * u * nambu.pauli(t) * n).trace()
                for u, n in zip(retarded, named, strict=True)
            )
        )

    return trace


def _program(
    name: str,
    source: str,
    outer: tuple[sp.Symbol, sp.Symbol],
    build: Callable[[Stages], Callable[[int, int], sp.Expr]],
) -> Program:
    stages = Stages()
    trace = build(stages)
    outputs = []
    for s, t in _PAIRS:
        for part, suffix in zip(stages.parts(trace(s, t)), ("real", "imag"), strict=True):
            outputs.append((f"r{s}{t}_{suffix}", part))
    fillings = (*_PHI[FORWARD], *_PHI[BACKWARD])
    scalars = (symbols.transfer, _GROWTH, _SIDE, symbols.gap, symbols.linewidth)
    inputs = (*outer, *fillings, *_ENDS, *scalars)
    program = Program(name, source, inputs, tuple(stages.body), tuple(outputs))
    return compiler.lowered(program)


def _filling(name: str, source: str, temperature: sp.Expr) -> Program:
    """Return int dnu/2pi f(nu)/(nu - z) at z = x - i y, up to a constant."""
    x, y, edge = symbols.nu, symbols.linewidth, symbols.edge
    distance = x - sp.I * y - edge
    if temperature == 0:
        value = sp.log(distance) / (2 * sp.pi)
        inputs: tuple[sp.Symbol, ...] = (x, y, edge)
    else:
        # the logarithm's continuation: psi(1/2 + w) + log(2 pi T) -> log(2 pi T w)
        point = sp.Rational(1, 2) + sp.expand(sp.I * distance) / (2 * sp.pi * temperature)
        value = polygamma(0, point) + sp.log(2 * sp.pi * temperature) - sp.I * sp.pi / 2
        value, inputs = value / (2 * sp.pi), (x, y, edge, temperature)
    real, imaginary = Splitter()(value)
    program = Program(name, source, inputs, (), (("real", real), ("imag", imaginary)))
    return compiler.lowered(program)


def band_module() -> Module:
    """Return the integrands of the intra-band response over either momentum."""
    source = "Tr[tau_s G^R tau_t G^K] within the upper branch, by the poles of {}"
    return Module(
        "band",
        "Integrands over one momentum of Tr[tau_s G^R(p+q/2, nu+omega) tau_t G^K(p-q/2, nu)],\n"
        "s, t = 1, 2, within the upper quasiparticle branch: the frequency integral and the one\n"
        "over the kinetic energy at the other momentum are done.",
        (
            _program(
                "outer_plus",
                source.format("G^R, per unit of p+ dp+"),
                (symbols.xi_plus, symbols.energy_plus),
                _outer_plus,
            ),
            _program(
                "outer_minus",
                source.format("G^K, per unit of p- dp-"),
                (symbols.xi_minus, symbols.energy_minus),
                _outer_minus,
            ),
            _filling("filling_step", "int dnu/2pi f(nu)/(nu - z) at T = 0", sp.S.Zero),
            _filling("filling_thermal", "the same at T > 0", symbols.temperature),
        ),
    )
