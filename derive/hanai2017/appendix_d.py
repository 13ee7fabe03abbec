"""Appendix D: expansion in q on the BCS side, (D1)-(D11)."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.hanai2017.constant_density import (
    alpha11,
    beta22,
    collected,
    density,
    integral,
    interaction,
    over_xi,
    same,
    velocity,
)
from derive.hanai2017.evidence import vanishes
from derive.hanai2017.notation import frequency_integral, momentum_sum
from derive.hanai2017.products import (
    G11,
    G12,
    G22,
    VERTICES,
    G,
    advanced_part,
    any_distribution,
    cancelled,
    derivative,
    keldysh_part,
    keldysh_trace,
    retarded_part,
    tau2,
    tau3,
    written,
    xi_integral,
)
from derive.model.greens import green_functions
from derive.model.response import response_integrand
from derive.records.record import Claim, Kind, Record, Status, Step

_GAP, _XI, _NU = symbols.gap, symbols.xi, symbols.nu
_CHANGE = sp.Symbol(r"\delta\xi", real=True)
_Q = symbols.wave_number
_COS = sp.Symbol("c", real=True)

_SECOND = tau2 * G * tau3 * G * tau3 * G * tau2 * G
_TURNED = tau3 * G * tau2 * G * tau2 * G * tau3 * G
_SPLIT = G11 - G22
_DENSITY = (
    "rho(0) stands for sum_k -> 2 rho(0) int dxi, which all prefactors from (D5) to (D11) share."
)
_MEAN = (
    "(60) is read as: G12 is the mean of the components 12 and 21. Then the integrals over xi and "
    "omega agree for every distribution F and at any linewidth, with the limit q -> 0 first. With "
    "the component 12 alone an imaginary part of beta_22 appears, which is spurious."
)


def _whole(frequency: sp.Expr) -> Keldysh:
    """Return the Green's functions for any distribution F."""
    return green_functions([any_distribution(symbols.linewidth)], frequency=frequency)


def _series(name: str, order: int = 2) -> tuple[sp.ImmutableMatrix, ...]:
    """Return the Taylor coefficients of a part of G in the kinetic energy."""
    part = getattr(_whole(symbols.omega), name)
    return tuple(derivative(part, _XI, n) / sp.factorial(n) for n in range(order + 1))


@functools.cache
def _taylor(name: str) -> tuple[sp.ImmutableMatrix, ...]:
    return _series(name)


def _objects() -> dict[sp.Symbol, Keldysh]:
    return {G: _whole(symbols.omega), **VERTICES}


def _expanded(part: Any) -> sp.Expr:
    return part(G) + _CHANGE * part(G * tau3 * G) + _CHANGE**2 * part(G * tau3 * G * tau3 * G)


def _coefficients(claim: sp.Expr, name: str) -> Claim:
    explicit = written(claim, _objects())
    differences = [
        derivative(explicit, _CHANGE, n).subs(_CHANGE, 0) / sp.factorial(n) - coefficient
        for n, coefficient in enumerate(_taylor(name))
    ]
    matrices = [*differences, _resolvent_identity(name)]
    return tuple(cancelled(one, symbols.linewidth) for matrix in matrices for one in matrix)


@functools.cache
def _resolvent_identity(name: str) -> sp.ImmutableMatrix:
    """Return G' - G - dxi G tau_3 G', G' being shifted: iterated, it gives any order."""
    here = _whole(symbols.omega)
    there = green_functions([any_distribution(symbols.linewidth)], xi=_XI + _CHANGE)
    changed = here @ VERTICES[tau3] @ there
    return getattr(there, name) - getattr(here, name) - _CHANGE * getattr(changed, name)


def _shifted() -> tuple[sp.Matrix, sp.MatrixExpr]:
    z = symbols.omega + sp.I * symbols.linewidth
    kinetic = (_XI + _CHANGE) * nambu.pauli(3)
    return z * nambu.pauli(0) - kinetic + _GAP * nambu.pauli(1)


_RESOLVENT = sp.MatrixSymbol(r"G^{\mathrm{R}}", 2, 2)


@functools.cache
def _resolvents() -> dict[sp.MatrixExpr, sp.ImmutableMatrix]:
    """Return what G^R and its inverse stand for, the latter as adjugate over determinant."""
    resolvent = sp.ImmutableMatrix(green_functions().retarded)
    inverse = resolvent.adjugate() / sp.factor(resolvent.det())
    return {sp.Inverse(_RESOLVENT): sp.ImmutableMatrix(inverse), _RESOLVENT: resolvent}


def _check_d1(claim: Claim) -> Claim:
    first, second = claim
    moved = green_functions(xi=_XI + _CHANGE).retarded
    known = _resolvents()
    unit = sp.eye(2)
    second = sp.Matrix(second.xreplace(known).doit()) if second.has(_RESOLVENT) else second
    return moved * first - unit, moved * second - unit


def _check_d4(claim: sp.Expr) -> sp.Expr:
    # the mass is 1/2: (k + q)^2 - k^2 at k = sqrt(mu), v_mu = 2 sqrt(mu)
    root = sp.Symbol("k", positive=True)
    change = (root**2 + 2 * root * _Q * _COS + _Q**2) - root**2
    return claim.subs(velocity, 2 * root) - _Q * change.diff(_Q).subs(_Q, 0)


_PREFACTOR = -sp.I * density * velocity**2


def _entries(sign: int) -> sp.Expr:
    """Return the polynomial of the third line of (D6), with the sign of its second term."""
    return (
        (G12 * G12 - G22 * G22) * (-G12 * G12 + G22 * G11)
        + sign * (G11 * G11 - G12 * G12) * (G11 * G22 - G12 * G12)
        + (-G12 * G12 + G22 * G11) * (G12 * G12 - G22 * G22)
        + sign * (G11 * G22 - G12 * G12) * (G11 * G11 - G12 * G12)
        + (G12 * G11 - G22 * G12) * (G11 * G12 - G12 * G11)
        + (-G11 * G12 + G12 * G22) * (-G12 * G22 + G22 * G12)
        + (G11 * G12 - G12 * G11) * (G12 * G11 - G22 * G12)
        + (-G12 * G22 + G22 * G12) * (-G11 * G12 + G12 * G22)
    )


def _d6(word: sp.Expr, sign: int) -> Claim:
    return (
        over_xi(_PREFACTOR / 3, keldysh_trace(word)),
        over_xi(_PREFACTOR / 6, keldysh_trace(_SECOND + _TURNED)),
        over_xi(-_PREFACTOR / 6, keldysh_part(_entries(sign))),
    )


def _squares(number: int, sign: int) -> sp.Expr:
    ratio = G12 / _GAP
    return number * ratio * ratio + sign * (_SPLIT * _SPLIT * ratio + ratio * _SPLIT * _SPLIT)


def _pair() -> sp.Expr:
    return keldysh_part(G12 * G12)


def _d11(whole: bool) -> Claim:
    loops = (G11 * G22 + G22 * G11) / 2 if whole else sp.S.Zero
    return (
        2 / interaction + over_xi(-2 * sp.I * density, keldysh_part(G12 * G12 + loops)),
        over_xi(-4 * sp.I * density, _pair()),
    )


def _d5() -> Claim:
    second = keldysh_trace(_SECOND)
    projection = velocity * _Q * _COS
    return (
        -sp.I / 2 * momentum_sum(frequency_integral(second)) * projection**2,
        over_xi(_PREFACTOR * _Q**2 / 3, second),
    )


@functools.cache
def _curvature() -> sp.Expr:
    """Return the second Taylor coefficient of -Pi_22 in the kinetic energy of one momentum."""
    anything = [any_distribution(symbols.linewidth)]
    loop = -response_integrand(2, 2, anything, transfer=sp.S.Zero)
    return loop.diff(symbols.xi_plus, 2).subs({symbols.xi_plus: _XI, symbols.xi_minus: _XI}) / 2


def _check_d5(claim: Claim) -> Claim:
    first, last = claim
    bare = first.replace(momentum_sum, lambda x: x).replace(frequency_integral, lambda x: x)
    bare = bare / (velocity * _Q * _COS) ** 2
    if bare.has(velocity, _Q, _COS):
        return bare
    explicit = written(bare, {G: _whole(_NU), **VERTICES})[0, 0]
    # the angular average of cos^2 is 1/3, and sum_k = 2 rho int dxi
    averaged = 2 * density / 3 * _Q**2 * velocity**2
    whole = over_xi(-sp.I / 2 * averaged, keldysh_trace(_SECOND))
    return (
        cancelled(explicit - _curvature(), symbols.linewidth),
        collected(integral(last) - integral(whole)),
        collected(integral(last) - _Q**2 * beta22()),
    )


def _check_d7(claim: Claim) -> Claim:
    left = _whole(symbols.omega)
    trace = sp.Function(r"\mathrm{Tr}")
    results = []
    for part, name in zip(claim, ("retarded", "advanced"), strict=True):
        explicit = part.replace(trace, lambda inner: written(inner, _objects()).trace())
        difference = explicit + sp.I * getattr(left, name)[0, 1] / _GAP
        results.append(difference)
    return tuple(results)


RECORDS: tuple[Record, ...] = (
    Record(
        "D1",
        "Inverse at a shifted momentum",
        Kind.IDENTITY,
        Status.PROVED,
        r"[G^{\mathrm{R}}(\mathbf{k}+\mathbf{q},\omega)]^{-1}",
        claim=lambda: (
            _shifted(),
            sp.MatAdd(sp.Inverse(_RESOLVENT), sp.MatMul(-_CHANGE, nambu.pauli(3))),
        ),
        test=vanishes(_check_d1),
        steps=(Step("the kinetic energy enters the inverse of (29) linearly", _shifted),),
        note="The text after it prints q^2/(4m) in the change of the kinetic energy; "
        "(k + q)^2/(2m) - k^2/(2m) has q^2/(2m).",
    ),
    Record(
        "D2",
        "Retarded Green's function at a shifted momentum",
        Kind.APPROXIMATION,
        Status.PROVED,
        r"G^{\mathrm{R}}(\mathbf{k}+\mathbf{q},\omega)",
        claim=lambda: _expanded(retarded_part),
        test=vanishes(lambda claim: _coefficients(claim, "retarded")),
        steps=(
            Step("a resolvent's derivative by xi is G tau_3 G", lambda: _taylor("retarded")[1]),
        ),
        scope="any order by the resolvent identity; coefficients compared up to the second",
    ),
    Record(
        "D3",
        "Keldysh Green's function at a shifted momentum",
        Kind.APPROXIMATION,
        Status.PROVED,
        r"G^{\mathrm{K}}(\mathbf{k}+\mathbf{q},\omega)",
        claim=lambda: _expanded(keldysh_part),
        test=vanishes(lambda claim: _coefficients(claim, "keldysh")),
        steps=(
            Step("Sigma^K does not depend on the momentum, so that the Keldysh part follows (66)"),
            Step("first order: G^R tau_3 G^K + G^K tau_3 G^A", lambda: _taylor("keldysh")[1]),
        ),
        scope="any order by the resolvent identity; coefficients compared up to the second",
    ),
    Record(
        "D4",
        "Change of the kinetic energy at the Fermi surface",
        Kind.APPROXIMATION,
        Status.PROVED,
        r"\delta\xi_{\mathbf{k}\mathbf{q}}",
        claim=lambda: velocity * _Q * _COS,
        test=vanishes(_check_d4),
        steps=(Step("the first order in q at |k| = sqrt(2 m mu); c is the cosine of the angle"),),
        by_construction="kinematics of a free carrier: no object of the project enters",
    ),
    Record(
        "D5",
        "Phase stiffness as a loop",
        Kind.APPROXIMATION,
        Status.PROVED,
        r"M_{22}(\mathbf{q},0)",
        claim=_d5,
        test=vanishes(_check_d5),
        steps=(
            Step("at q = 0 the loop cancels 2/U, (40); the first order averages to zero"),
            Step("the second Taylor coefficient is a product of four Green's functions"),
            Step(
                "its integral over xi by residues is that of the expansion that the project uses",
                lambda: _d5()[1],
            ),
        ),
        note=_DENSITY + " The limit q -> 0 is taken at a finite linewidth.",
    ),
    Record(
        "D6",
        "Phase stiffness in components",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"\beta_{22}",
        claim=lambda: _d6(_SECOND, -1),
        printed=lambda: _d6(tau2 * G * tau3 * G * tau2 * G, 1),
        test=same(beta22),
        steps=(
            Step("integrals over xi by residues, before any distribution is chosen"),
            Step("both orders of the trace give the same", lambda: _d6(_SECOND, -1)[1]),
            Step("the components, with G12 = G21", lambda: _d6(_SECOND, -1)[2]),
        ),
        note="The first line lacks a factor tau_3 G; the terms with G11 G11 - G12 G12 have the "
        "wrong sign, with which they would cancel the others in the normal state. The end of the "
        "third line and the second term of the second line are garbled in the text that was at "
        "hand; they are written as the expansion of the trace gives them. " + _MEAN,
        reading="the factor tau_3 G of the first line may have been lost in reading",
    ),
    Record(
        "D7",
        "Anomalous component as a loop",
        Kind.IDENTITY,
        Status.PROVED,
        r"-i G_{12}^{\mathrm{R/A}}/\Delta_0",
        claim=lambda: (
            sp.I / 2 * sp.Function(r"\mathrm{Tr}")(retarded_part(tau2 * G * tau2 * G)),
            sp.I / 2 * sp.Function(r"\mathrm{Tr}")(advanced_part(tau2 * G * tau2 * G)),
        ),
        test=vanishes(_check_d7),
        steps=(Step("both are i times the determinant of G, at any linewidth"),),
        note="The chain holds the retarded and the advanced part.",
    ),
    Record(
        "D8",
        "Phase stiffness in products of anomalous components",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"\beta_{22}",
        claim=lambda: over_xi(_PREFACTOR / 6, keldysh_part(_squares(4, -1))),
        printed=lambda: over_xi(_PREFACTOR / 6, keldysh_part(_squares(4, 1))),
        test=same(beta22),
        steps=(
            Step("G11 G22 - G12 G12 = -G12/Delta_0 in (D6), from (42) and (D7)"),
            Step("and G11 G11 + G22 G22 - 2 G12 G12 = (G11 - G22)^2 - 2 G12/Delta_0"),
        ),
        note="The terms with (G11 - G22)^2 are printed with a plus sign; the integrals over xi "
        "decide. The same sign is printed in (D9), so that (D10) is right. " + _MEAN,
    ),
    Record(
        "D9",
        "An integral that vanishes",
        Kind.IDENTITY,
        Status.MISPRINT,
        "",
        claim=lambda: xi_integral(frequency_integral(keldysh_part(_squares(2, -1)))),
        printed=lambda: xi_integral(frequency_integral(keldysh_part(_squares(2, 1)))),
        test=same(lambda: sp.S.Zero),
        steps=(
            Step("the retarded part is the derivative of 2 xi (G12/Delta_0)^2 by xi"),
            Step("the Keldysh part by residues in xi, with F(omega) and F(-omega) left general"),
        ),
        note="At any linewidth, not only as gamma -> 0, and for every distribution: c(omega) + "
        "d(-omega) vanishes, if the integral over xi is c F(omega) + d F(-omega). "
        "The sign of the terms with (G11 - G22)^2 is printed wrong. " + _MEAN,
    ),
    Record(
        "D10",
        "Phase stiffness",
        Kind.IDENTITY,
        Status.PROVED,
        r"\beta_{22}",
        claim=lambda: over_xi(_PREFACTOR / (3 * _GAP**2), _pair()),
        test=same(beta22),
        steps=(Step("(D8) less (D9)"),),
        note=_MEAN,
    ),
    Record(
        "D11",
        "Amplitude stiffness",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"\alpha_{11}",
        claim=lambda: _d11(True),
        printed=lambda: _d11(False),
        test=same(alpha11),
        steps=(
            Step("M_11 = 2/U - Pi_11, with 2/U from the Thouless criterion (40)"),
            Step("the loops by residues in xi", lambda: _d11(True)[1]),
        ),
        note="The first line lacks the product G11 G22 of (63), without which it is the difference "
        "of a divergent and a convergent integral. " + _DENSITY,
    ),
)
