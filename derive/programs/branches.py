"""Programs of the response within a quasiparticle branch of any two bands, at fixed momenta.

The branches of a retarded Green's function are the two poles of its spectral decomposition,
m +- S with m = a p**2 - i gamma and S**2 = (xi - i delta)**2 + Delta_0**2, Re S > 0.  Those of G^K
are its poles there and at their conjugates: for equal bands that is (C9), (C10).  They are told
apart as long as |delta| < Delta_0; beyond, S has a cut on the real axis of xi.
"""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.two_bands import IMBALANCE, SKEW
from derive.codegen import compiler
from derive.codegen.program import Module, Program
from derive.codegen.stages import Stages, conjugate
from derive.frequency import integrate_frequency
from derive.functions.pairs import root_sum, upper_root
from derive.model.reservoirs import Reservoir, distribution, empty_reservoir, fermi_reservoir
from derive.programs.loop import GROWTH

#: p_+**2 and p_-**2, and the sign of the branch.
SQUARES = sp.symbols("square_plus square_minus", nonnegative=True)
BRANCH = sp.Symbol("branch", real=True)
_INPUTS = (
    *SQUARES,
    BRANCH,
    symbols.transfer,
    GROWTH,
    symbols.gap,
    symbols.mu,
    symbols.linewidth,
    IMBALANCE,
    SKEW,
)
_PAIRS = tuple((s, t) for s in (1, 2) for t in (1, 2))
#: Poles below the axis, x - i y.
_POLES = tuple((sp.Symbol(f"x_{k}", real=True), sp.Symbol(f"y_{k}", positive=True)) for k in (0, 1))


class _Branch:
    """A pole of G^R in the frequency and the projector that belongs to it."""

    def __init__(self, stages: Stages, name: str, square: sp.Expr) -> None:
        gap, assign = symbols.gap, stages.assign
        half = square - symbols.mu - sp.I * IMBALANCE
        root = assign(f"{name}_root", -sp.I * upper_root(-(half**2) - gap**2))
        # of S + h and S - h one cancels where the other one does not
        above, below = (
            assign(f"{name}_{label}", root_sum(root, sign * half, gap**2) / (2 * root))
            for label, sign in (("up", 1), ("down", -1))
        )
        self.root = root
        self.middle = SKEW * square - sp.I * symbols.linewidth
        self.pole = assign(f"{name}_pole", self.middle + BRANCH * root)
        first = (1 + BRANCH) / 2 * above + (1 - BRANCH) / 2 * below
        second = (1 + BRANCH) / 2 * below + (1 - BRANCH) / 2 * above
        mixed = -BRANCH * gap / (2 * root)
        self.projector = stages.assign_matrix(
            f"{name}_projector", sp.ImmutableMatrix([[first, mixed], [mixed, second]])
        )
        self.other = stages.assign_matrix(
            f"{name}_other", sp.ImmutableMatrix([[second, -mixed], [-mixed, first]])
        )


def _adjoint(matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
    return sp.ImmutableMatrix(matrix.T.applyfunc(conjugate))


def _occupied(stages: Stages, branch: _Branch) -> list[sp.ImmutableMatrix]:
    """Return the residues of G^R P G^A at the pole, for P of electrons and of holes."""
    same = -2 * sp.I * symbols.linewidth + BRANCH * (branch.root - conjugate(branch.root))
    other = -2 * sp.I * symbols.linewidth + BRANCH * (branch.root + conjugate(branch.root))
    advanced = _adjoint(branch.projector) / same + _adjoint(branch.other) / other
    advanced = stages.assign_matrix("advanced", sp.ImmutableMatrix(advanced))
    found = []
    for k, species in enumerate(("electrons", "holes")):
        residue = branch.projector[:, k] * advanced[k, :]
        found.append(stages.assign_matrix(species, sp.ImmutableMatrix(residue)))
    return found


def _integrals(
    stages: Stages, poles: tuple[sp.Expr, sp.Expr], reservoir: Reservoir
) -> list[sp.Expr]:
    """Return the integrals of F over (nu - z)(nu - w) and over (nu - z)(nu - w*)."""
    weight = distribution([reservoir], symbols.nu)
    (x, y), (u, v) = _POLES
    values: dict[sp.Symbol, sp.Expr] = {}
    for (real, imaginary), pole in zip(_POLES, poles, strict=True):
        values |= {real: pole.as_real_imag()[0], imaginary: -pole.as_real_imag()[1]}
    found = []
    for name, side in (("same", -1), ("opposite", 1)):
        integrand = weight / ((symbols.nu - x + sp.I * y) * (symbols.nu - u - side * sp.I * v))
        integral = integrate_frequency(integrand, symbols.nu, divided=True)
        found.append(stages.assign(name, integral.xreplace(values)))
    return found


def _program(name: str, source: str, reservoir: Reservoir) -> Program:
    """Return Tr[tau_s G^R tau_t G^K] within a branch, per unit rate of either carrier."""
    stages = Stages()
    plus, minus = (_Branch(stages, n, x) for n, x in zip(("plus", "minus"), SQUARES, strict=True))
    shifted = stages.assign("shifted", plus.pole - symbols.transfer - sp.I * GROWTH)
    same, opposite = _integrals(stages, (shifted, minus.pole), reservoir)
    outputs = []
    for species, residue in zip(("electrons", "holes"), _occupied(stages, minus), strict=True):
        # Sigma^K is -2 i diag(F_e(nu), -F_h(-nu)); the steps of both rise
        green = -2 * sp.I * (residue * same + _adjoint(residue) * opposite)
        green = stages.assign_matrix(f"green_{species}", sp.ImmutableMatrix(green))
        for s, t in _PAIRS:
            trace = (nambu.pauli(s) * plus.projector * nambu.pauli(t) * green).trace()
            parts = stages.parts(trace)
            outputs += [
                (f"{species}{s}{t}_{n}", x) for n, x in zip(("real", "imag"), parts, strict=True)
            ]
    occupied = set().union(*(value.free_symbols for _, value in (*stages.body, *outputs)))
    extra = [s for s in (symbols.edge, symbols.temperature) if s in occupied]
    program = Program(name, source, (*_INPUTS, *extra), tuple(stages.body), tuple(outputs))
    return compiler.lowered(program)


def branches_module() -> Module:
    """Return the kernels of the response within a branch, per unit rate of one reservoir."""
    unit = sp.S.One
    source = "Tr[tau_s G^R tau_t G^K] of (37) within a branch, {}"
    return Module(
        "branches",
        "The nu-integral of Tr[tau_s G^R(p+q/2, nu+omega) tau_t G^K(p-q/2, nu)] within the upper\n"
        "or the lower branch of two bands, s, t = 1, 2, for unit rates of a reservoir into\n"
        "electrons and into holes, F_e(nu) = -F_h(-nu) = 1 - 2 f(nu).",
        (
            _program("empty", source.format("empty reservoir"), empty_reservoir("", unit)),
            _program(
                "step",
                source.format("Fermi reservoir at T = 0"),
                fermi_reservoir("", unit, symbols.edge),
            ),
            _program(
                "thermal",
                source.format("Fermi reservoir at T > 0"),
                fermi_reservoir("", unit, symbols.edge, symbols.temperature),
            ),
        ),
    )
