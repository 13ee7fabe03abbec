"""Section II, the steady state: Green's functions (29)-(32), gap and number equation (33), (34)."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.hanai2017.evidence import equals, proved, vanishes
from derive.hanai2017.matrices import (
    ANY_RESERVOIR,
    Written,
    evaluated,
    green,
    momentum,
)
from derive.hanai2017.notation import (
    F,
    F_even,
    F_odd,
    f_b,
    frequency_integral,
    integrand,
    momentum_sum,
)
from derive.model.greens import (
    dyson_green_functions,
    free_inverse,
    green_functions,
    initial_distribution,
    initial_state_term,
)
from derive.model.reservoirs import self_energy
from derive.model.steady_state import gap_integrand, number_integrand
from derive.records.record import Finding, Kind, Record, Status, Step


def _resolvent(sign: int) -> sp.Matrix:
    """Return the closed form of (29) with the given sign of E^2 in its denominator."""
    z = symbols.omega + sp.I * symbols.linewidth
    numerator = z * nambu.pauli(0) + symbols.xi * nambu.pauli(3) - symbols.gap * nambu.pauli(1)
    return numerator / (z**2 + sign * symbols.energy**2)


def _keldysh() -> sp.Matrix:
    """Return the matrix of (31)."""
    omega, xi, gap = symbols.omega, symbols.xi, symbols.gap
    gamma, energy = symbols.linewidth, symbols.energy
    denominator = ((omega - energy) ** 2 + gamma**2) * ((omega + energy) ** 2 + gamma**2)
    above, below = ((omega + s * xi) ** 2 + gamma**2 for s in (1, -1))
    left, right = (F_odd(omega) * omega + F_even(omega) * (xi + s * sp.I * gamma) for s in (1, -1))
    return (-2 * sp.I / denominator) * sp.Matrix(
        [
            [F(omega) * above - F(-omega) * gap**2, -2 * gap * left],
            [-2 * gap * right, F(omega) * gap**2 - F(-omega) * below],
        ]
    )


_AT = (momentum, symbols.omega)


def _sigma(part: str) -> Written:
    return Written(rf"\Sigma_0^{{\mathrm{{{part}}}}}", *_AT)


_FREE = Written(r"G^{0\mathrm{K}}", *_AT)


def _dyson_keldysh() -> sp.MatrixExpr:
    """Return both terms of (30)."""
    retarded, advanced = green("R", *_AT), green("A", *_AT)
    unit = sp.Identity(2)
    source = retarded * _sigma("K") * advanced
    left, right = unit + retarded * _sigma("R"), unit + _sigma("A") * advanced
    return sp.MatAdd(source, sp.MatMul(left, _FREE, right))


def _solves_dyson_equation(claim: Any) -> Finding:
    """At finite delta, and for any initial distribution; the second term vanishes with delta."""
    full, sigma = dyson_green_functions(ANY_RESERVOIR), self_energy(ANY_RESERVOIR)
    values = {
        green("R", *_AT): full.retarded,
        green("A", *_AT): full.advanced,
        _FREE: free_inverse().inverse().keldysh,
        _sigma("R"): sigma.retarded,
        _sigma("A"): sigma.advanced,
        _sigma("K"): sigma.keldysh,
    }
    # functions at changed arguments are others
    found = evaluated(claim, lambda w: values.get(w, sp.ImmutableMatrix([[1, 2], [3, 5]])))
    finding = proved(found - full.keldysh)
    return finding if not finding.holds else _forgets_initial_state()


@functools.cache
def _forgets_initial_state() -> Finding:
    """Prove that the second term is of first order in delta, and the rest the closed form.

    Its factors are G^R (G0^R)^-1 and (G0^A)^-1 G^A, and between G^R and G^A, which stay finite,
    (G0^R)^-1 G0^K (G0^A)^-1 is `_bracket`.
    """
    full, sigma, free = dyson_green_functions(ANY_RESERVOIR), self_energy(ANY_RESERVOIR), _FREE_0
    unit = nambu.pauli(0)
    left = unit + full.retarded * sigma.retarded - full.retarded * free.retarded
    right = unit + sigma.advanced * full.advanced - free.advanced * full.advanced
    middle = free.retarded * free.inverse().keldysh * free.advanced - _bracket()
    finite = dyson_green_functions(ANY_RESERVOIR, delta=sp.S.Zero)
    closed = green_functions(ANY_RESERVOIR)
    return proved(
        (left, right, middle, _bracket().subs(symbols.delta, 0), finite.keldysh - closed.keldysh)
    )


_FREE_0 = free_inverse()


def _bracket() -> sp.ImmutableMatrix:
    """Return -2 i delta times the initial distribution."""
    return -2 * sp.I * symbols.delta * initial_distribution()


def _number(claim: Any) -> Any:
    """(34) from the lesser function, and as the project integrates it."""
    found = integrand(claim)
    lesser = green_functions(frequency=symbols.nu).lesser[0, 0]
    return found + 2 * sp.I * lesser, found - number_integrand()


def _over_poles(numerator: sp.Expr) -> sp.Expr:
    """Return the sum over momenta and the frequency integral of a Lorentzian pair."""
    nu, gamma = symbols.nu, symbols.linewidth
    below = ((nu - symbols.energy) ** 2 + gamma**2) * ((nu + symbols.energy) ** 2 + gamma**2)
    return momentum_sum(frequency_integral(numerator / below))


def _gap_equation() -> sp.Expr:
    nu, xi, gamma = symbols.nu, symbols.xi, symbols.linewidth
    return 2 * _over_poles(F_odd(nu) * nu + F_even(nu) * (xi + sp.I * gamma))


def _number_equation() -> sp.Expr:
    nu, xi, gamma, rate = symbols.nu, symbols.xi, symbols.linewidth, symbols.gamma_b
    direct = ((nu + xi) ** 2 + gamma**2) * rate * f_b(nu)
    return 4 * _over_poles(direct + symbols.gap**2 * gamma * (1 - rate / gamma * f_b(-nu)))


RECORDS = (
    Record(
        "29",
        "Retarded Green's function",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"G^{\mathrm{R}}(\mathbf{p},\omega)",
        claim=lambda: _resolvent(-1),
        printed=lambda: _resolvent(1),
        test=equals(lambda: green_functions().retarded),
        steps=(
            Step("Dyson's equation (23) with the self-energy (25) leaves the inverse of"),
            Step(
                "omega + i gamma - H, and H^2 = E_p^2 gives it in closed form",
                lambda: green_functions().retarded,
            ),
        ),
        note="E_p^2 is printed with a plus sign; the product with the inverse decides.",
    ),
    Record(
        "30",
        "Keldysh Green's function from Dyson's equation",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{K}}(\mathbf{p},\omega)",
        claim=_dyson_keldysh,
        test=_solves_dyson_equation,
        steps=(
            Step("The Keldysh part of Dyson's equation (23), at finite delta"),
            Step(
                "In the second term stands, between G^R and G^A, (G0^R)^-1 G0^K (G0^A)^-1",
                _bracket,
            ),
            Step(
                "which vanishes with delta: the steady state forgets the initial one",
                lambda: (
                    initial_state_term(ANY_RESERVOIR).subs(symbols.delta, 0).applyfunc(sp.cancel)
                ),
            ),
        ),
    ),
    Record(
        "31",
        "Keldysh Green's function",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{K}}(\mathbf{p},\omega)",
        claim=_keldysh,
        test=equals(lambda: green_functions().keldysh),
        steps=(Step("G^R Sigma^K G^A, (30), multiplied out", lambda: green_functions().keldysh),),
    ),
    Record(
        "32",
        "Advanced Green's function",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{A}}(\mathbf{p},\omega)",
        claim=lambda: sp.Adjoint(green("R", *_AT)),
        test=lambda claim: proved(
            evaluated(
                claim,
                lambda w: (
                    green_functions().retarded
                    if w.arguments == _AT
                    else sp.ones(2, 2).as_immutable()
                ),
            )
            - green_functions().advanced
        ),
        steps=(
            Step("(27): the advanced self-energy is the Hermitian conjugate of the retarded one"),
            Step("G^A = (omega - i gamma - H)^-1", lambda: green_functions().advanced),
        ),
    ),
    Record(
        "33",
        "Gap equation",
        Kind.IDENTITY,
        Status.PROVED,
        r"\frac{1}{U}",
        claim=_gap_equation,
        test=vanishes(lambda claim: integrand(claim) - gap_integrand()),
        steps=(
            Step(
                "(28) divided by Delta_0: 1/U is the sum of -i G^K_12/(2 Delta_0), by (31)",
                lambda: gap_integrand(ANY_RESERVOIR),
            ),
        ),
        note="The integrals agree before integration, without a change of variables.",
    ),
    Record(
        "34",
        "Number equation",
        Kind.IDENTITY,
        Status.PROVED,
        "N",
        claim=_number_equation,
        test=vanishes(_number),
        steps=(
            Step("N = -2 i sum int dnu/2pi G^<_11 with G^< = (-G^R + G^A + G^K)/2"),
            Step("G^< = G^R Sigma^< G^A", lambda: number_integrand(ANY_RESERVOIR)),
        ),
        note="N counts electrons and holes. The sum over momenta diverges linearly with its "
        "cutoff, since the reservoirs have states at all energies.",
    ),
)
