"""Section II, (19)-(28): reservoirs, and the self-energies of the steady state."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.fock import annihilators, first_moment, nambu_field
from derive.hanai2017 import mean_field
from derive.hanai2017.bcs_leggett import RECORDS as BCS_LEGGETT
from derive.hanai2017.bcs_leggett import adjoint_of, pairing, retarded_matrix
from derive.hanai2017.evidence import together, vanishes, vanishes_at_a_point, words_vanish
from derive.hanai2017.limits import equilibrium
from derive.hanai2017.notation import component, frequency_integral, integrand, momentum_sum
from derive.hanai2017.operators import (
    PAULI,
    TAU,
    block,
    evaluated,
    generic_reservoir,
    in_nambu_space,
    over_reservoirs,
    rate,
    reservoir_sum,
    solves_dyson_equation,
    tau3,
    time,
)
from derive.hanai2017.tunnelling import occupation, summed_over_momenta
from derive.model.greens import dyson_green_functions, free_inverse, green_functions
from derive.model.reservoirs import Reservoir, environment_self_energy, resolve, self_energy
from derive.model.steady_state import gap_integrand
from derive.records.record import Claim, Finding, Kind, Record, Status, Step

_U = mean_field.interaction


def environment_tests(claim: Claim, part: str) -> Any:
    """Compare a sum over reservoirs with the code's, and one term with the sum over momenta."""
    summed = in_nambu_space(over_reservoirs(claim))
    generic: Reservoir = generic_reservoir()
    single = in_nambu_space(over_reservoirs(claim, generic))
    return (
        summed - getattr(environment_self_energy(resolve()), part),
        single - getattr(environment_self_energy([generic]), part),
        single - getattr(summed_over_momenta(), part),
    )


def _keldysh_part() -> sp.Expr:
    return -2 * sp.I * tau3 * reservoir_sum(rate * (1 - 2 * occupation(symbols.omega * tau3)))


def _rotating_frame(claim: Any) -> sp.Matrix:
    """Return the Hamiltonian in the frame of exp(-i mu t tau_3) less the project's one."""
    kinetic = symbols.xi + symbols.mu
    order = claim
    fixed = sp.Matrix([[kinetic, -order], [-_conjugate(order), -kinetic]])
    phase = sp.exp(-sp.I * symbols.mu * time)
    frame = sp.diag(phase, 1 / phase)
    back = sp.diag(1 / phase, phase)
    rotated = back * fixed * frame - sp.I * back * frame.diff(time)
    return rotated.applyfunc(lambda e: sp.powsimp(sp.expand(e))) - nambu.hamiltonian()


def _conjugate(expr: sp.Expr) -> sp.Expr:
    """Return the conjugate of a function of real symbols."""
    return expr.subs(sp.I, -sp.I)


_free, _sigma, _full = (
    sp.Symbol(rf"\hat{{{name}}}", commutative=False) for name in (r"G^{0}", r"\Sigma_{0}", "G")
)


@functools.cache
def _steady_objects() -> tuple[sp.ImmutableMatrix, ...]:
    """Return G0, Sigma_0 and G at finite delta with rational numbers for symbols and occupations.

    Off every pole they decide a rational identity as well as symbols do.
    """
    objects = [block(free_inverse().inverse()), block(self_energy())]
    objects.append(block(dyson_green_functions()))
    applied = set[sp.Expr]().union(*(m.atoms(sp.Function) for m in objects))
    names = {f: sp.Symbol(f"f#{k}") for k, f in enumerate(sorted(applied, key=str))}
    symbolic = [m.xreplace(names) for m in objects]
    free = sorted(set[sp.Symbol]().union(*(m.free_symbols for m in symbolic)), key=str)
    point = {s: sp.Rational(sp.prime(k + 3), sp.prime(2 * k + 5)) for k, s in enumerate(free)}
    return tuple(
        sp.ImmutableMatrix(m.subs(point).applyfunc(lambda e: sp.radsimp(sp.expand(e))))
        for m in symbolic
    )


def _steady_dyson(claim: Any) -> Any:
    """Compare with the steady state's solution."""
    values = dict(zip((_free, _sigma, _full), _steady_objects(), strict=True))
    return sp.expand(evaluated(claim, values) - values[_full])


#: The sum over momenta and the frequency integral as a factor: both sides are linear in it.
_summed = sp.Symbol("S", positive=True)
_momentum, _frequency = sp.Symbol(r"\mathbf{p}'", real=True), sp.Symbol(r"{\omega'}", real=True)


def _entry(row: int, column: int, momentum: sp.Symbol = _momentum) -> sp.Expr:
    return component("K", row, column)(momentum, _frequency)


def _steady_retarded() -> sp.Expr:
    anomalous = pairing(_entry(1, 2), _entry(2, 1))
    return sp.I * _U * momentum_sum(frequency_integral(anomalous)) - sp.I * reservoir_sum(rate)


def _retarded_residual(claim: Any) -> Any:
    """Compare (24) with the mean field of the steady state's G^K and the reservoirs' sum."""
    expr = over_reservoirs(claim, generic_reservoir())
    expr = expr.replace(momentum_sum, lambda x: _summed * x).replace(
        frequency_integral, lambda x: x
    )
    keldysh = green_functions().keldysh
    values = PAULI | {_entry(1, 2): keldysh[0, 1], _entry(2, 1): keldysh[1, 0]}
    pairing = mean_field.pairing_self_energy(keldysh)
    return evaluated(expr, values) - _summed * pairing - summed_over_momenta().retarded


def _pairing_by_gap_equation() -> sp.ImmutableMatrix:
    """Return the mean field with U times the sum of the gap equation's integrand set to one.

    The integrand is complex; the gap equation is that of the sum and of its conjugate.
    """
    keldysh = green_functions(frequency=symbols.nu).keldysh
    field = mean_field.pairing_self_energy(keldysh)
    gap = gap_integrand()
    above = sp.cancel(sp.together(field[0, 1] / (_U * gap)))
    below = sp.cancel(sp.together(field[1, 0] / (_U * _conjugate(gap))))
    return sp.ImmutableMatrix([[0, above], [below, 0]])


def _field_residual(claim: Any) -> Any:
    generic = generic_reservoir()
    found = evaluated(over_reservoirs(claim), PAULI)
    single = evaluated(over_reservoirs(claim, generic), PAULI)
    summed = _pairing_by_gap_equation() + summed_over_momenta().retarded
    return found - self_energy().retarded, single - summed


_pair, _swapped = (
    sp.Symbol(rf"\langle {pair}\rangle", real=True)
    for pair in (
        r"\tilde{a}_{-\mathbf{p},h}\tilde{a}_{\mathbf{p},e}",
        r"\tilde{a}_{\mathbf{p},e}\tilde{a}_{-\mathbf{p},h}",
    )
)


def _order_parameter() -> tuple[sp.Expr, ...]:
    half = sp.Rational(1, 2)
    # the factors stay apart as they are printed
    commutator = sp.I * half * (_pair - _swapped)
    last = momentum_sum(frequency_integral(half * component("K", 1, 2)(_momentum, _frequency)))
    return (
        _U * momentum_sum(_pair),
        sp.Mul(-sp.I * _U, momentum_sum(commutator)),
        -sp.I * _U * last,
    )


def pair_operators() -> tuple[sp.MatrixBase, sp.MatrixBase, sp.MatrixBase]:
    """Return a_h a_e, a_e a_h, and what the interaction pairs with, in Fock space."""
    electron, hole = annihilators(2)
    moments = first_moment(nambu_field(electron, hole), mean_field.contact_interaction())
    return hole * electron, electron * hole, -moments[0][1]


def _order_residual(claim: Any) -> Any:
    pair, swapped, wanted = pair_operators()
    values = {_pair: pair, _swapped: swapped}
    averages = [evaluated(integrand(part), values) - wanted for part in claim[:2]]
    keldysh = green_functions(frequency=symbols.nu).keldysh[0, 1]
    last = integrand(claim[2]).subs(_entry(1, 2), keldysh)
    return *map(sp.Matrix, averages), last - _U * symbols.gap * gap_integrand()


def _ground_state(claim: Any) -> Any:
    """Compare the average in the ground state of a pair with the closed form as gamma -> 0."""
    energy, xi, gap = symbols.energy, symbols.xi, symbols.gap
    electron, hole = annihilators(2)
    pair = hole * electron
    numbers = electron.H * electron + hole.H * hole
    hamiltonian = xi * numbers - gap * (pair + pair.H) - xi * sp.eye(4)
    # the levels are -E, 0, 0 and E
    projector = hamiltonian * (hamiltonian - energy * sp.eye(4)) / (2 * energy**2)
    average = (projector * evaluated(integrand(claim[0]), {_pair: pair})).trace()
    kernel = equilibrium.thermal_gap_kernel()
    kernel = kernel.xreplace(dict.fromkeys(kernel.atoms(sp.Function), sp.S.Zero))
    return sp.expand(average) - _U * gap * kernel


def _test_order(claim: Claim) -> Finding:
    return together(vanishes(_ground_state), vanishes(_order_residual))(claim)


RECORDS: tuple[Record, ...] = (
    *BCS_LEGGETT,
    Record(
        "19",
        "Self-energy of the reservoirs, retarded part",
        Kind.IDENTITY,
        Status.PROVED,
        r"[\Sigma^{\mathrm{env}}(\omega)]^{\mathrm{R}}",
        claim=lambda: -sp.I * reservoir_sum(rate),
        test=vanishes(lambda claim: environment_tests(claim, "retarded")),
        steps=(
            Step(
                "the sum (A8) over a reservoir's momenta with a flat density of states",
                lambda: summed_over_momenta().retarded,
            ),
            Step("with γ_λ = π N_t ρ |Γ|²", lambda: environment_self_energy().retarded),
        ),
    ),
    Record(
        "20",
        "Self-energy of the reservoirs, Keldysh part",
        Kind.IDENTITY,
        Status.PROVED,
        r"[\Sigma^{\mathrm{env}}(\omega)]^{\mathrm{K}}",
        claim=_keldysh_part,
        test=vanishes(lambda claim: environment_tests(claim, "keldysh")),
        steps=(
            Step(
                "the sum (A8) over a reservoir's momenta with a flat density of states",
                lambda: summed_over_momenta().keldysh,
            ),
        ),
    ),
    Record(
        "21",
        "Self-energy of the reservoirs, advanced part",
        Kind.IDENTITY,
        Status.PROVED,
        r"[\Sigma^{\mathrm{env}}(\omega)]^{\mathrm{A}}",
        claim=lambda: sp.Adjoint(retarded_matrix),
        test=together(
            adjoint_of(
                lambda: environment_self_energy().retarded,
                lambda: environment_self_energy().advanced,
            ),
            adjoint_of(
                lambda: summed_over_momenta().retarded, lambda: summed_over_momenta().advanced
            ),
        ),
        steps=(
            Step(
                "the sum (A8) of the advanced functions",
                lambda: summed_over_momenta().advanced,
            ),
        ),
    ),
    Record(
        "22",
        "Order parameter of the steady state",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\Delta(t)",
        claim=lambda: symbols.gap * sp.exp(-2 * sp.I * symbols.mu * time),
        test=vanishes(_rotating_frame),
        steps=(
            Step(
                "with Ψ = exp(−iμt τ₃) Ψ̃ the Hamiltonian turns into one without time, in which "
                "ε_p is measured from μ",
                nambu.hamiltonian,
            ),
        ),
    ),
    Record(
        "23",
        "Dyson's equation of the steady state",
        Kind.IDENTITY,
        Status.PROVED,
        r"\hat{G}(\mathbf{p},\omega)",
        claim=lambda: _free + _free * _sigma * _full,
        test=together(
            vanishes_at_a_point(_steady_dyson),
            words_vanish(solves_dyson_equation(_free, _sigma, _full)),
        ),
        note="Proved for operators that do not commute; that the solution which the project uses "
        "is such an operator is seen with rational numbers.",
        steps=(
            Step(
                "(G0⁻¹ − Σ)⁻¹ in Keldysh space at finite δ, initial state included",
                lambda: dyson_green_functions().retarded,
            ),
        ),
    ),
    Record(
        "24",
        "Self-energy of the steady state, retarded part",
        Kind.IDENTITY,
        Status.PROVED,
        r"\Sigma^{\mathrm{R}}_0(\mathbf{p},\omega)",
        claim=_steady_retarded,
        test=vanishes(_retarded_residual),
        steps=(
            Step("(16) in a uniform steady state, where G^K at one point is a sum over momenta"),
            Step("and (19)", lambda: summed_over_momenta().retarded),
        ),
    ),
    Record(
        "25",
        "Self-energy of the steady state by the order parameter",
        Kind.IDENTITY,
        Status.PROVED,
        r"\Sigma^{\mathrm{R}}_0(\mathbf{p},\omega)",
        claim=lambda: -symbols.gap * TAU["1"] - sp.I * reservoir_sum(rate),
        test=vanishes(_field_residual),
        steps=(
            Step(
                "the gap equation and its conjugate in the components 12 and 21",
                _pairing_by_gap_equation,
            ),
        ),
    ),
    Record(
        "26",
        "Self-energy of the steady state, Keldysh part",
        Kind.IDENTITY,
        Status.PROVED,
        r"\Sigma^{\mathrm{K}}_0(\mathbf{p},\omega)",
        claim=_keldysh_part,
        test=together(
            vanishes(lambda claim: environment_tests(claim, "keldysh")),
            vanishes(lambda claim: in_nambu_space(over_reservoirs(claim)) - self_energy().keldysh),
        ),
        steps=(Step("(17) and (20)", lambda: self_energy().keldysh),),
    ),
    Record(
        "27",
        "Self-energy of the steady state, advanced part",
        Kind.IDENTITY,
        Status.PROVED,
        r"\Sigma^{\mathrm{A}}_0(\mathbf{p},\omega)",
        claim=lambda: sp.Adjoint(retarded_matrix),
        test=together(
            adjoint_of(
                lambda: self_energy([generic_reservoir()]).retarded,
                lambda: _pairing_by_gap_equation() + summed_over_momenta().advanced,
            ),
            adjoint_of(lambda: self_energy().retarded, lambda: self_energy().advanced),
        ),
        steps=(Step("(18) and (21)", lambda: self_energy().advanced),),
    ),
    Record(
        "28",
        "Order parameter",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\Delta_0",
        claim=_order_parameter,
        test=_test_order,
        steps=(
            Step("a_h a_e = −a_e a_h, and G^K_12 = −i ⟨[a_e, a_h]⟩ at equal times"),
            Step(
                "the integrand of the last form, divided by U Δ₀, is that of the gap equation",
                gap_integrand,
            ),
            Step(
                "in the ground state of a pair ⟨a_h a_e⟩ = Δ₀/2E, the limit of the closed form",
                equilibrium.thermal_gap_kernel,
            ),
        ),
    ),
)
