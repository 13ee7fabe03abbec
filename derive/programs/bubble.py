"""Programs of the response after both momentum integrals: integrands over the frequency alone."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.pairs import pair_integrals, pole_matrix, residue_weight
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.stages import Stages, conjugate
from derive.programs.loop import (
    BACKWARD,
    DISTANCE,
    FORWARD,
    INPUTS,
    SIGNS,
    TRANSFER_DISTANCE,
    retarded_poles,
)


class _Loop:
    """The Green's functions of a loop at their poles: G^R at p + q/2, G^K at p - q/2."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        nu, gamma = symbols.nu, symbols.linewidth
        x = stages.assign("x", nu + symbols.transfer)
        width = symbols.transfer_width
        self.plus = retarded_poles(stages, "a", x, width, TRANSFER_DISTANCE)
        self.retarded = self._numerators("a", x + sp.I * width, self.plus.root)
        self.minus = retarded_poles(stages, "c", nu, gamma, DISTANCE)
        self.keldysh = self._numerators("c", nu + sp.I * gamma, self.minus.root)
        # Sigma^K over -2 i gamma, (A9)
        self.distribution = sp.ImmutableMatrix(sp.diag(FORWARD, -BACKWARD))
        self.decay = 2 * sp.I * gamma * nambu.pauli(0)

    def _numerators(
        self, name: str, frequency: sp.Expr, root: sp.Expr
    ) -> dict[int, sp.ImmutableMatrix]:
        """Name the numerators of a Green's function at xi = +-a."""
        # Re a has the sign of Re z, so that z + a is the larger one
        rising = self.stages.assign(f"{name}_up", frequency + root)
        falling = self.stages.assign(f"{name}_down", symbols.gap**2 / rising)
        return {1: pole_matrix(rising, falling), -1: pole_matrix(falling, rising)}

    def terms(self) -> Iterator[tuple[sp.ImmutableMatrix, sp.ImmutableMatrix]]:
        """Yield G^R, summed over its poles with the momentum integrals, and G^K at each pole.

        The poles of G^A are the complex conjugates of those of G^R, xi = -+a*, and their momenta in
        the upper half-plane the reflected ones, -p*.
        """
        gamma, width = symbols.linewidth, symbols.transfer_width
        total, decay = 2 * symbols.nu + symbols.transfer, self.decay
        for label, reflected in (("r", False), ("s", True)):
            root, momenta = self.minus.root, self.minus.momenta
            imaginary = (width - gamma, width + gamma)
            if reflected:
                root = -conjugate(root)
                momenta = tuple(-conjugate(p) for p in momenta[::-1])
                imaginary = imaginary[::-1]
            # a^2 - c^2 as the product of difference and sum of the two frequencies
            difference = (symbols.transfer + sp.I * imaginary[0]) * (total + sp.I * imaginary[1])
            integrals = pair_integrals(
                (self.plus.root, root, difference), self.plus.momenta, momenta, symbols.wave_number
            )
            for sign in SIGNS:
                name = f"{label}{'pm'[SIGNS.index(sign)]}"
                weighted = sp.zeros(2, 2)
                for s in SIGNS:
                    value = residue_weight(s, self.plus.root) * integrals[s, sign]
                    weighted += self.stages.assign(f"{name}_{s % 3}", value) * self.retarded[s]
                if reflected:
                    pole = self.keldysh[-sign].applyfunc(conjugate)
                    numerator = -(pole + decay) * self.distribution * pole
                else:
                    pole = self.keldysh[sign]
                    numerator = pole * self.distribution * (pole - decay)
                yield (
                    self.stages.assign_matrix(f"{name}_g", sp.ImmutableMatrix(weighted)),
                    self.stages.assign_matrix(
                        f"{name}_k", residue_weight(sign, root) * sp.ImmutableMatrix(numerator)
                    ),
                )


def _bubble(name: str, source: str, vertices: tuple[tuple[int, int], ...]) -> Program:
    """Return the integrand of Pi_st over nu, both momentum integrals done."""
    stages = Stages()
    sums = dict.fromkeys(vertices, sp.S.Zero)
    for first, second in _Loop(stages).terms():
        for s, t in vertices:
            sums[s, t] += (nambu.pauli(s) * first * nambu.pauli(t) * second).trace()
    # Pi = i R; i/(4 pi) of the momentum integrals; 1/(2 pi) of the frequency integral; and
    # -2 i gamma of Sigma^K over the difference -4 i gamma nu of the squared poles of G^A and G^R
    prefactor = -1 / (16 * sp.pi**2 * symbols.nu)
    outputs = []
    for (s, t), value in sums.items():
        for part, suffix in zip(stages.parts(value), ("real", "imag"), strict=True):
            outputs.append((f"pi{s}{t}_{suffix}", prefactor * part))
    program = Program(name, source, INPUTS, tuple(stages.body), tuple(outputs))
    return compiler.compile(program).program


def bubble_module() -> Module:
    """Return the integrands of the response over the frequency."""
    pairing = tuple((s, t) for s in (1, 2) for t in (1, 2))
    return Module(
        "bubble",
        "Integrands of Pi_st over the frequency nu, both momentum integrals done in closed form,\n"
        "for the sums F over the reservoirs of gamma_lambda [1 - 2 f_lambda(+-nu)]/gamma.",
        (_bubble("pairing", "Pi_st of (37) per unit of nu, s, t = 1, 2", pairing),),
    )
