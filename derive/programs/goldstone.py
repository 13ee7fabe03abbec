"""Programs of M with the gap equation used, for equal bands: small where q and omega are.

`derive.programs.loop` has the elements for any two bands, of the same accuracy at nearly every
frequency.  Of equal bands the traces at a pair of poles are known in closed form, whose rounding in
the middle of the gap is less: at linewidths of 1e-8 the integrals of these still converge.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.closed_forms.goldstone import (
    coupling_trace,
    difference_trace,
    on_shell_forms,
    on_shell_slopes,
    on_shell_traces,
    pair_momenta,
    uniform_traces,
)
from derive.closed_forms.pairs import PREFACTOR
from derive.closed_forms.two_bands import squared_root
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.stages import Stages, StagesWithSlopes, conjugate
from derive.functions.pairs import pair_excess, root_sum, upper_root
from derive.programs.bubble import BACKWARD, FORWARD, INPUTS
from derive.programs.loop import DISTANCE, GROWTH, SIGNS, TRANSFER_DISTANCE, with_slopes


@dataclass(frozen=True)
class Poles:
    """The poles xi = +-a of a Green's function in the kinetic energy, and what belongs to them.

    Parameters
    ----------
    root, square : Expr
        a in the upper half-plane, and a^2 = z^2 - Delta_0^2.
    momenta : tuple of Expr
        The roots sqrt(mu + a) and sqrt(mu - a) in the upper half-plane.
    """

    root: sp.Expr
    square: sp.Expr
    momenta: tuple[sp.Expr, ...]


def retarded_poles(
    stages: Stages, name: str, frequency: sp.Expr, width: sp.Expr, distance: sp.Expr
) -> Poles:
    """Name the poles of a retarded Green's function.

    Parameters
    ----------
    stages : Stages
        Where they are assigned.
    name : str
        What a is called.
    frequency, width : Expr
        Real and imaginary part of z.
    distance : Expr
        abs(frequency) - Delta_0 without cancellation.
    """
    square = squared_root(frequency, width, distance, symbols.gap)
    root = stages.assign(name, upper_root(square))
    momenta = tuple(
        stages.assign(f"{name}_p{k}", upper_root(symbols.mu + sign * root))
        for k, sign in enumerate(SIGNS)
    )
    return Poles(root, square, momenta)


class _Pairing:
    """R_s2(q, omega) - R_s2(0, 0), s = 1, 2, R_12 + R_21 and R_11 - R_22, over i/(4 pi)."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        nu, gamma = symbols.nu, symbols.linewidth
        x = stages.assign("x", nu + symbols.transfer)
        self.plus = retarded_poles(stages, "a", x, symbols.transfer_width, TRANSFER_DISTANCE)
        self.minus = retarded_poles(stages, "c", nu, gamma, DISTANCE)
        # Im(omega) by itself: gamma + Im(omega) has lost what is small against gamma
        self.omega = symbols.transfer + sp.I * GROWTH
        # omega + 2 i gamma
        self.wide = self.omega + 2 * sp.I * gamma
        # traces with D of Sigma^K = -2 i gamma D, (A9)
        self.sums = (
            stages.assign("F_odd", FORWARD - BACKWARD),
            stages.assign("F_even", FORWARD + BACKWARD),
        )
        # -2 i gamma of Sigma^K over the difference 4 i gamma nu of the squared poles of G^R and G^A
        self.weight = 1 / (2 * nu)

    def rows(self) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]:
        """Return the two elements, and what gives the two others."""
        changes, uniform, coupling, difference = zip(*map(self._poles, (False, True)), strict=True)
        first, second = (
            sum(c[row] for c in changes) - self.omega * sum(u[row] for u in uniform)
            for row in (0, 1)
        )
        return first, second, sum(coupling), sum(difference)

    def _poles(self, advanced: bool) -> tuple[list[sp.Expr], list[sp.Expr], sp.Expr, sp.Expr]:
        """Return what the poles of G^R, or of G^A, in xi_minus contribute.

        The changes of both rows with q; those with omega, over -omega; R_12 + R_21; R_11 - R_22.
        """
        stages, plus, label = self.stages, self.plus, "s" if advanced else "r"
        nu, gamma, q = symbols.nu, symbols.linewidth, symbols.wave_number
        after, before = nu + self.omega + sp.I * gamma, nu + sp.I * gamma
        root, square, momenta = self.minus.root, self.minus.square, self.minus.momenta
        transfer, side = self.omega, 1
        if advanced:
            # frequency, poles and momenta are reflected
            before, root, square = nu - sp.I * gamma, -conjugate(root), conjugate(square)
            momenta = tuple(-conjugate(p) for p in momenta[::-1])
            transfer, side = self.wide, -1
        both_sums = stages.assign(f"{label}_frequencies", transfer * (after + before))
        total = stages.assign(f"{label}_total", root_sum(plus.root, root, both_sums))
        forms = {}
        for sign in SIGNS:
            pole = sign * plus.root
            found = on_shell_forms((after, before), (pole, root), (plus.square, square), transfer)
            # the derivative of each is the other one
            slopes = on_shell_slopes(found, pole)
            forms[sign] = [
                stages.assign(
                    f"{label}{'pm'[SIGNS.index(sign)]}_form{k}", form, {"omega": slopes[k]}
                )
                for k, form in enumerate(found)
            ]
        change, static = [sp.S.Zero] * 2, [sp.S.Zero] * 2
        pairs, weighted = sp.S.Zero, sp.S.Zero
        for (s, u), value in pair_momenta(total, plus.momenta, momenta).items():
            name = f"{label}{'pm'[SIGNS.index(s)]}{'pm'[SIGNS.index(u)]}"
            k = stages.assign(f"{name}_k", value)
            # residues of 1/(a^2 - xi^2) and 1/(c^2 - xi^2)
            sign = s * u
            excess = stages.assign(f"{name}_excess", sign * pair_excess(k, q))
            first, second = forms[sign]
            traces = on_shell_traces(
                advanced,
                frequency=nu,
                linewidth=gamma,
                pole=u * root,
                forms=(u * first, second),
                sums=self.sums,
            )
            inverse = stages.assign(f"{name}_inverse", sign / k)
            integral = stages.assign(f"{name}_integral", inverse + excess)
            pairs += integral
            weighted += difference_trace(nu, u * root, self.sums) * integral
            rest = uniform_traces(transfer=self.wide, pole=s * plus.root, sums=self.sums)
            for row in (0, 1):
                trace = stages.assign(f"{name}_trace{row}", traces[row])
                change[row] += trace * excess
                both, all_three = rest[row]
                at = stages.assign(f"{name}_static{row}", side * self.weight * all_three)
                if not advanced:
                    # 1/((a^2 - xi^2)(c^2 - xi^2)), without G^A
                    at -= 2 * sp.I * gamma * both
                static[row] += at * inverse
        residue = stages.assign(f"{label}_residue", 1 / (4 * plus.root * root))
        single = (momenta[1] - momenta[0]) / (2 * root)
        factor = stages.assign(f"{label}_factor", side * self.weight * residue)
        uniform = []
        for row in (0, 1):
            both = uniform_traces(transfer=self.wide, pole=root, sums=self.sums)[row][0]
            uniform.append(
                stages.assign(
                    f"{label}_uniform{row}",
                    residue * static[row] + side * self.weight * single * both,
                )
            )
        changes = [stages.assign(f"{label}_change{row}", factor * change[row]) for row in (0, 1)]
        coupling = factor * pairs * coupling_trace(self.sums[1])
        return (
            changes,
            uniform,
            stages.assign(f"{label}_coupling", coupling),
            stages.assign(f"{label}_difference", factor * weighted),
        )


#: The elements that are integrated, in the order of `_Pairing.rows`.
_ELEMENTS = ("m12", "m22", "coupling", "difference")
_SOURCE = "M_12, M_22, M_12 + M_21, M_11 - M_22 of (36) per unit of nu, less the gap equation (33)"
#: M = -i R; 1/(2 pi) of the frequency integral.
_SCALE = -sp.I * PREFACTOR / (2 * sp.pi)
#: What depends on omega, along its imaginary axis, on which M is as analytic as along the real one;
#: and on q.
_VARIABLES = {
    "omega": {symbols.transfer_width: -sp.I, GROWTH: -sp.I},
    "q": {symbols.wave_number: sp.S.One},
}


def _pairing() -> Program:
    stages = Stages()
    values = dict(zip(_ELEMENTS, _Pairing(stages).rows(), strict=True))
    return _program("pairing", _SOURCE, stages, values)


def _pairing_slopes() -> Program:
    stages = StagesWithSlopes(_VARIABLES)
    values = with_slopes(stages, dict(zip(_ELEMENTS, _Pairing(stages).rows(), strict=True)))
    source = f"{_SOURCE}, and their derivatives by omega and q at fixed nu"
    return _program("pairing_slopes", source, stages, values)


def _program(name: str, source: str, stages: Stages, values: dict[str, sp.Expr]) -> Program:
    """Return the program of complex values."""
    outputs = []
    for label, value in values.items():
        for part, suffix in zip(stages.parts(value), ("real", "imag"), strict=True):
            outputs.append((f"{label}_{suffix}", _SCALE * part))
    program = Program(name, source, (*INPUTS, GROWTH), tuple(stages.body), tuple(outputs))
    return compiler.compile(program).program


def goldstone_module() -> Module:
    """Return the integrands of M over the frequency, less the gap equation."""
    return Module(
        "goldstone",
        "The elements of M over the frequency nu; those that the gap equation makes vanish at\n"
        "q = omega = 0 are small term by term at small q and omega.",
        (_pairing(), _pairing_slopes()),
    )
