"""Section II, the model: Hamiltonian (7)-(9), Dyson's equation (10), Keldysh space (11)-(13)."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.fock import annihilators, first_moment, nambu_field, single_particle
from derive.algebra.keldysh import Keldysh, dyson
from derive.hanai2017 import mean_field, tunnelling
from derive.hanai2017.evidence import together, vanishes, vanishes_at_a_point, words_vanish
from derive.hanai2017.notation import momentum_sum
from derive.hanai2017.operators import (
    PAULI,
    TAU,
    block,
    evaluated,
    in_nambu_space,
    prefixed,
    reservoir_sum,
    solves_dyson_equation,
    tau3,
    time,
)
from derive.model.greens import dyson_green_functions, free_inverse
from derive.model.reservoirs import self_energy
from derive.records.record import Kind, Record, Status, Step

transfer_sum = prefixed("transfer_sum", r"\sum_{\mathbf{q}}")
tunnelling_sum = prefixed("tunnelling_sum", r"\sum_{\lambda}\sum_{\mathbf{p},\mathbf{q}}\sum_i")
convolution = prefixed(
    "convolution", r"\int d\mathbf{r}_1\,d\mathbf{r}_2\,dt_1\,dt_2", brackets="()"
)
_SUMS = (momentum_sum, transfer_sum, tunnelling_sum, reservoir_sum, convolution)


def _operator(latex: str) -> sp.Symbol:
    return sp.Symbol(latex, commutative=False)


_psi, _psi_dagger = _operator(r"\Psi_{\mathbf{p}}"), _operator(r"\Psi^{\dagger}_{\mathbf{p}}")
_phi = _operator(r"\Phi^{\lambda}_{\mathbf{q}}")
_phi_dagger = _operator(r"\Phi^{\lambda\dagger}_{\mathbf{q}}")
_rho_plus, _rho_minus = _operator(r"\rho^{+}_{\mathbf{q}}"), _operator(r"\rho^{-}_{-\mathbf{q}}")
_kinetic = sp.Symbol(r"\varepsilon_{\mathbf{p}}", real=True)
_reservoir_kinetic = sp.Symbol(r"\varepsilon^{\lambda}_{\mathbf{q}}", real=True)
_order = sp.Function("Delta")(time)
_element = sp.Symbol("Gamma_lambda")
_phase = sp.exp(
    sp.I * sp.Symbol(r"\mathbf{p}\cdot\mathbf{r}_{i}", real=True)
    - sp.I * sp.Symbol(r"\mathbf{q}\cdot\mathbf{R}_{i}", real=True)
)

#: Half of the phase of the order parameter, a number of modulus one: Delta = Delta_0 v^2.
_half_phase = sp.Symbol("v", positive=True)


def _in_fock_space(claim: Any, modes: int) -> sp.MatrixBase:
    """Evaluate a Hamiltonian for one momentum: the system's pair of modes, then the reservoir's."""
    operators = annihilators(modes)
    dimension = operators[0].rows
    values: dict[Any, Any] = {
        tau: sp.kronecker_product(sp.Matrix(matrix), sp.eye(dimension))
        for tau, matrix in PAULI.items()
    }
    names = ((_psi, _psi_dagger), (_phi, _phi_dagger))
    for k in range(modes // 2):
        field = nambu_field(*operators[2 * k : 2 * k + 2])
        values[names[k][0]] = sp.Matrix.vstack(*(sp.Matrix(c) for c in field))
        values[names[k][1]] = sp.Matrix.hstack(*(sp.Matrix(c.H) for c in field))
    if modes == 2:
        values[_phi], values[_phi_dagger] = values[_psi], values[_psi_dagger]
    for rho, sign in ((_rho_plus, "+"), (_rho_minus, "-")):
        values[rho] = values[_psi_dagger] * values[TAU[sign]] * values[_psi]
    values[_order] = symbols.gap * _half_phase**2
    values[sp.conjugate(_order)] = symbols.gap / _half_phase**2
    handlers = dict.fromkeys(_SUMS, lambda argument, inner: inner(argument))
    return sp.ImmutableSparseMatrix(evaluated(claim, values, handlers))


def _system() -> sp.Expr:
    bracket = _kinetic * TAU["3"] - _order * TAU["+"] - sp.conjugate(_order) * TAU["-"]
    interaction = mean_field.interaction * transfer_sum(_rho_plus * _rho_minus)
    return momentum_sum(_psi_dagger * bracket * _psi) - interaction


def _system_residual(claim: Any) -> tuple[Any, ...]:
    """Compare both parts of (7) with the mean-field Hamiltonian and with each other."""
    strength = mean_field.interaction
    whole = _in_fock_space(claim, 2)
    quadratic = whole.subs(strength, 0)
    field = nambu_field(*annihilators(2))
    matrix = single_particle(field, quadratic)
    # a phase of the order parameter is a rotation about tau_3
    rotation = sp.diag(_half_phase, 1 / _half_phase)
    expected = rotation * nambu.hamiltonian(_kinetic, symbols.gap) * rotation.inv()
    # the field that pairs in the mean of the interaction, with Delta = U <a_h a_e>
    moment = first_moment(field, whole - quadratic)[0][1]
    electron, hole = annihilators(2)
    pair = strength * hole * electron
    order = symbols.gap * _half_phase**2
    return matrix - expected, sp.Matrix(moment * order - matrix[0, 1] * pair)


def _tunnelling() -> sp.Expr:
    there = _element * _phi_dagger * TAU["3"] * _psi * _phase
    back = sp.conjugate(_element) * _psi_dagger * TAU["3"] * _phi / _phase
    return tunnelling_sum(there + back)


def _tunnelling_residual(claim: Any) -> Any:
    """Eliminate the reservoir: Sigma = Gamma* tau_3 (omega - epsilon tau_3)^-1 tau_3 Gamma."""
    values = {_element: _element, sp.conjugate(_element): sp.conjugate(_element)}
    hamiltonian = _in_fock_space(claim.xreplace(values), 4)
    modes = annihilators(4)
    system, reservoir = nambu_field(*modes[:2]), nambu_field(*modes[2:])
    out = single_particle(system, hamiltonian, reservoir)
    into = single_particle(reservoir, hamiltonian, system)
    green = tunnelling.reservoir_green_functions().retarded
    path = _element * sp.conjugate(_element)
    # (A8) for one path, and that the Hamiltonian is Hermitian
    return sp.expand(out * green * into) - path * green, into - out.H


def _environment() -> sp.Expr:
    return reservoir_sum(transfer_sum(_phi_dagger * _reservoir_kinetic * TAU["3"] * _phi))


def _environment_residual(claim: Any) -> Any:
    """Compare with the pole of the reservoirs' free Green's function."""
    field = nambu_field(*annihilators(2))
    matrix = single_particle(field, _in_fock_space(claim, 2))
    free = free_inverse(symbols.omega, _reservoir_kinetic, sp.S.Zero).retarded
    return matrix - (symbols.omega * sp.eye(2) - free)


_free, _sigma, _full = (
    _operator(rf"\hat{{{name}}}") for name in (r"G^{0}", r"\Sigma", r"\mathcal{G}")
)


@functools.cache
def _between_two_points() -> tuple[Keldysh, Keldysh]:
    """Return an inverse free function and a self-energy between two instants and in Nambu space.

    Retarded functions are triangular in time; rational numbers off every pole decide a rational
    identity as well as symbols do.
    """
    numbers = iter(sp.Rational(sp.prime(k + 2), sp.prime(2 * k + 7)) for k in range(200))

    earlier = sp.Matrix([[1, 0], [1, 1]])

    def generic(allowed: sp.Matrix) -> sp.ImmutableMatrix:
        matrix = sp.Matrix(4, 4, lambda *_: next(numbers))
        mask = sp.kronecker_product(allowed, sp.ones(2, 2))
        return sp.ImmutableMatrix(matrix.multiply_elementwise(mask))

    free, sigma = (
        Keldysh(generic(earlier), generic(earlier.T), generic(sp.ones(2, 2))) for _ in range(2)
    )
    return free, sigma


def _convolved(claim: Any) -> Any:
    """Compare with the solution of Dyson's equation between two instants."""
    free, sigma = _between_two_points()
    solution = dyson(free, sigma)
    values = {_free: block(free.inverse()), _sigma: block(sigma), _full: block(solution)}
    handlers = {convolution: lambda argument, inner: inner(argument)}
    return evaluated(claim, values, handlers) - block(solution)


def _for_operators(claim: Any) -> sp.Expr:
    """Return what is left for operators that do not commute."""
    bare = claim.replace(convolution, lambda x: x)
    return solves_dyson_equation(_free, _sigma, _full)(bare)


_PARTS = {part: _operator(rf"\mathcal{{G}}^{{\mathrm{{{part}}}}}") for part in "RAK"}
_SIGMA_PARTS = {part: _operator(rf"\Sigma^{{\mathrm{{{part}}}}}") for part in "RAK"}


def _triangular(parts: dict[str, sp.Symbol]) -> sp.Matrix:
    return sp.Matrix([[parts["R"], parts["K"]], [0, parts["A"]]])


def _filled(claim: Any, parts: dict[str, sp.Symbol], values: Keldysh) -> sp.Matrix:
    """Fill a matrix of Keldysh space with the parts of an object."""
    matrices = {
        parts["R"]: sp.Matrix(values.retarded),
        parts["A"]: sp.Matrix(values.advanced),
        parts["K"]: sp.Matrix(values.keldysh),
    }
    entries = [evaluated(entry, matrices) for entry in claim]
    zero = sp.zeros(*values.retarded.shape)
    blocks = [entry if entry != 0 else zero for entry in entries]
    return sp.Matrix(sp.BlockMatrix([blocks[:2], blocks[2:]]))


def _generic(name: str) -> Keldysh:
    parts = (sp.Matrix(2, 2, sp.symbols(f"{name}_{part}:4")) for part in "RAK")
    return Keldysh(*(sp.ImmutableMatrix(part) for part in parts))


def _from_the_contour(claim: Any) -> Any:
    """Rotate the functions of the two branches of the contour, with the project's lesser part."""
    parts = _generic("g")
    lesser = parts.lesser
    greater = lesser + parts.retarded - parts.advanced
    ordered, reversed_order = lesser + parts.retarded, lesser - parts.advanced
    contour = sp.Matrix(sp.BlockMatrix([[ordered, lesser], [greater, reversed_order]]))
    unit = sp.eye(2)
    rotation = sp.Matrix(sp.BlockMatrix([[unit, -unit], [unit, unit]]))
    signs = sp.diag(unit, -unit)
    return sp.expand(rotation * signs * contour * rotation.T / 2) - _filled(claim, _PARTS, parts)


def _closed_under_products(claim: Any) -> Any:
    left, right = _generic("a"), _generic("b")
    product = _filled(claim, _PARTS, left) * _filled(claim, _PARTS, right)
    return sp.expand(product - _filled(claim, _PARTS, left @ right))


def _dyson_residual(claim: Any) -> Any:
    """Return [G0^-1 - Sigma] G - 1 with the claim's Sigma."""
    sigma = _filled(claim, _SIGMA_PARTS, self_energy())
    inverse = block(free_inverse()) - sigma
    return inverse * block(dyson_green_functions()) - sp.eye(4)


_initial = sp.Function("f", real=True)


def free_green_function(
    factor: int, kinetic: sp.Expr, occupation: Any, frequency: sp.Expr = symbols.omega
) -> sp.Matrix:
    """Return (13) with `factor` times -pi i in its Keldysh part, as a function of tau_3."""
    pole = frequency - kinetic * tau3
    occupied = tau3 * (1 - 2 * occupation(frequency * tau3))
    keldysh = -factor * sp.pi * sp.I * occupied * sp.DiracDelta(pole)
    return sp.Matrix(
        [
            [1 / (pole + sp.I * symbols.delta), keldysh],
            [0, 1 / (pole - sp.I * symbols.delta)],
        ]
    )


def free_residual(claim: Any, derived: Keldysh) -> Any:
    """Compare a matrix of functions of tau_3 with free Green's functions at finite delta."""
    delta = symbols.delta
    claim = claim.replace(sp.DiracDelta, lambda x: delta / sp.pi / (x**2 + delta**2))
    found = [in_nambu_space(entry) for entry in claim]
    wanted = (derived.retarded, derived.keldysh, sp.zeros(2, 2), derived.advanced)
    return tuple(a - b for a, b in zip(found, wanted, strict=True))


@functools.cache
def _free_functions() -> Keldysh:
    return free_inverse(symbols.omega, _kinetic).inverse()


RECORDS: tuple[Record, ...] = (
    Record(
        "7",
        "Hamiltonian of electrons and holes",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"H_{\mathrm{s}}",
        claim=_system,
        test=vanishes(_system_residual),
        steps=(
            Step(
                "[Ψ, H] = h Ψ in the Fock space of an electron and a hole gives the mean-field "
                "Hamiltonian",
                nambu.hamiltonian,
            ),
            Step(
                "{[Ψ_a, V], Ψ_b†} of the interaction has the anomalous part −U a_h a_e, whose "
                "average is −Δ"
            ),
        ),
        note="The pairing field is the mean of the last term; a constant and the Hartree field "
        "are left out.",
    ),
    Record(
        "8",
        "Tunnelling to the reservoirs",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"H_{\mathrm{t}}",
        claim=_tunnelling,
        test=vanishes(_tunnelling_residual),
        steps=(
            Step(
                "Heisenberg's equations of Ψ and Φ for one path in Fock space; eliminating Φ "
                "leaves Σ = |Γ|² τ₃ D τ₃ = |Γ|² D with the reservoir's",
                lambda: tunnelling.reservoir_green_functions().retarded,
            ),
        ),
    ),
    Record(
        "9",
        "Reservoirs",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"H_{\mathrm{env}}",
        claim=_environment,
        test=vanishes(_environment_residual),
        steps=(
            Step(
                "[Φ, H_env] = ε τ₃ Φ is the pole of the free Green's function",
                lambda: free_inverse(symbols.omega, _reservoir_kinetic).retarded,
            ),
        ),
    ),
    Record(
        "10",
        "Dyson's equation in space and time",
        Kind.IDENTITY,
        Status.PROVED,
        r"\hat{\mathcal{G}}",
        claim=lambda: _free + convolution(_free * _sigma * _full),
        test=together(vanishes_at_a_point(_convolved), words_vanish(_for_operators)),
        steps=(
            Step("the inverse of G is that of the free function less the self-energy"),
            Step("multiplied by the inverse of the free function, as operators of any kind"),
            Step("as matrices between two instants, with retarded functions triangular in time"),
        ),
        note="Proved for operators that do not commute; that the solution which the project uses "
        "is such an operator is seen with rational numbers, between two instants.",
    ),
    Record(
        "11",
        "Green's function in Keldysh space",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\hat{\mathcal{G}}",
        claim=lambda: _triangular(_PARTS),
        test=together(vanishes(_closed_under_products), vanishes(_from_the_contour)),
        steps=(
            Step("products of such matrices are of this form, with [AB]^K = A^R B^K + A^K B^A"),
            Step(
                "it is L τ₃ G L^T, L = (1 − i τ₂)/√2, of the functions G^T, G^<, G^>, G^T̃ on the "
                "contour, with G^< = (G^K − G^R + G^A)/2",
                lambda: _generic("g").lesser,
            ),
        ),
    ),
    Record(
        "12",
        "Self-energy in Keldysh space",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\hat{\Sigma}",
        claim=lambda: _triangular(_SIGMA_PARTS),
        test=vanishes(_dyson_residual),
        steps=(
            Step("the difference of two inverses of the form (11) is of this form"),
            Step("filled with (25)-(27), [G0⁻¹ − Σ] G = 1", lambda: block(self_energy())),
        ),
    ),
    Record(
        "13",
        "Free Green's function",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"\hat{G}^0(\mathbf{p},\omega)",
        claim=lambda: free_green_function(2, _kinetic, _initial),
        printed=lambda: free_green_function(1, _kinetic, _initial),
        test=vanishes(lambda claim: free_residual(claim, _free_functions())),
        steps=(
            Step(
                "G⁰ᴷ = (G⁰ᴿ − G⁰ᴬ) h with the initial distribution h; at finite δ",
                lambda: _free_functions().keldysh,
            ),
            Step("δ/π/(x² + δ²) tends to the delta function, and G⁰ᴿ − G⁰ᴬ to −2πi δ(x)"),
        ),
        note="−πi is printed for −2πi in the Keldysh part. With −πi the sum over the reservoirs' "
        "momenta (A8) would give half of (A9), and the commutator average −i(1 − 2f) at equal "
        "times half of its value.",
        compensates=("63", "71"),
    ),
)
