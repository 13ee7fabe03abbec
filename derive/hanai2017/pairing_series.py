"""Section III, the BEC side: products and the series in Delta_0, (64)-(70)."""

from __future__ import annotations

import functools
import operator
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra.keldysh import Keldysh
from derive.hanai2017.evidence import vanishes
from derive.hanai2017.limits.bec import (
    free_function,
)
from derive.hanai2017.notation import F
from derive.hanai2017.products import (
    VERTICES,
    any_distribution,
    cancelled,
    derivative,
    keldysh_part,
    letter,
    retarded_part,
    tau1,
    written,
)
from derive.model.greens import free_inverse, green_functions
from derive.model.reservoirs import Reservoir, environment_self_energy
from derive.records.record import Claim, Kind, Record, Status, Step

_GAP, _XI, _OMEGA, _NU = symbols.gap, symbols.xi, symbols.omega, symbols.nu


@functools.cache
def _factors() -> tuple[Keldysh, ...]:
    def generic(name: str) -> sp.ImmutableMatrix:
        return sp.ImmutableMatrix(2, 2, sp.symbols(f"{name}_1:5"))

    return tuple(Keldysh(*(generic(f"{p}_{k}") for p in "RAK")) for k in range(1, 5))


def _symbol(part: str, k: int) -> sp.MatrixSymbol:
    return sp.MatrixSymbol(rf"G^{{\mathrm{{{part}}}}}_{k}", 2, 2)


def _chain(parts: str) -> sp.Expr:
    return sp.MatMul(*(_symbol(part, k) for k, part in enumerate(parts, 1)))


def _composed(name: str) -> Any:
    def difference(claim: Claim) -> Claim:
        names = (("R", "retarded"), ("A", "advanced"), ("K", "keldysh"))
        known = {
            _symbol(part, k): getattr(one, attribute)
            for k, one in enumerate(_factors(), 1)
            for part, attribute in names
        }
        whole = functools.reduce(operator.matmul, _factors())
        found = sp.Matrix(claim.xreplace(known).doit()) - getattr(whole, name)
        return found, _one_more_factor(name)

    return vanishes(difference)


@functools.cache
def _one_more_factor(name: str) -> sp.Matrix:
    """Return a part of X G for any X of the form (11), less what the rule makes of X's parts.

    X G is multiplied out as a matrix of four blocks: this is the step of an induction.
    """
    whole, last = _factors()[:2]
    product = _as_blocks(whole) * _as_blocks(last)
    ends = {"retarded": product[:2, :2], "advanced": product[2:, 2:], "keldysh": product[:2, 2:]}
    rules = {
        "retarded": whole.retarded * last.retarded,
        "advanced": whole.advanced * last.advanced,
        "keldysh": whole.retarded * last.keldysh + whole.keldysh * last.advanced,
    }
    return sp.Matrix(ends[name]) - rules[name]


# -- (67)-(71) -------------------------------------------------------------------------------------

_G0 = letter(r"\tilde{G}^{0}")


def _series(part: Any) -> sp.Expr:
    one = _G0
    return part(one) - _GAP * part(one * tau1 * one) + _GAP**2 * part(one * tau1 * one * tau1 * one)


def anything() -> tuple[Reservoir, ...]:
    """Return reservoirs with any distribution F."""
    return (any_distribution(symbols.linewidth),)


@functools.cache
def _taylor(name: str) -> tuple[sp.ImmutableMatrix, ...]:
    """Return the Taylor coefficients of (29)-(31) in Delta_0."""
    gap = sp.Symbol("Delta", real=True)
    part = getattr(green_functions(anything(), gap=gap), name)
    return tuple(derivative(part, gap, n).subs(gap, 0) / sp.factorial(n) for n in range(3))


def _compare_series(claim: sp.Expr, name: str) -> Claim:
    explicit = written(claim, {_G0: free_function(reservoirs=anything()), **VERTICES})
    differences = [
        derivative(explicit, _GAP, n).subs(_GAP, 0) / sp.factorial(n) - coefficient
        for n, coefficient in enumerate(_taylor(name))
    ]
    matrices = [*differences, _resolvent_identity(name)]
    return tuple(cancelled(one, symbols.linewidth) for matrix in matrices for one in matrix)


@functools.cache
def _resolvent_identity(name: str) -> sp.ImmutableMatrix:
    """Return G - G0 + Delta_0 G0 tau_1 G: iterated, it gives the series to any order."""
    free, full = free_function(reservoirs=anything()), green_functions(anything())
    changed = free @ VERTICES[tau1] @ full
    return getattr(full, name) - getattr(free, name) + _GAP * getattr(changed, name)


_RETARDED = sp.MatrixSymbol(r"G^{\mathrm{R}}", 2, 2)


def _check_68(claim: Claim) -> Claim:
    explicit = claim.xreplace({_RETARDED: sp.ImmutableMatrix(green_functions().retarded)}).doit()
    return sp.Matrix(explicit) - green_functions().advanced


_FREE = sp.MatrixSymbol(r"\hat{G}^{0}", 4, 4)
_ENVIRONMENT = sp.MatrixSymbol(r"\hat{\Sigma}_{\mathrm{env}}", 4, 4)


def _blocks(*parts: Any) -> sp.ImmutableMatrix:
    retarded, keldysh, advanced = (sp.diag(*part) for part in parts)
    return sp.ImmutableMatrix(
        sp.Matrix.vstack(
            sp.Matrix.hstack(retarded, keldysh), sp.Matrix.hstack(sp.zeros(2), advanced)
        )
    )


def _free_chain(inverse: bool, two: int) -> Claim:
    gamma, delta = symbols.linewidth, symbols.delta
    first = sp.Inverse(_FREE) if inverse else _FREE
    width = sp.I * gamma
    poles = [_OMEGA - _XI, _OMEGA + _XI]
    weights = [F(_OMEGA), -F(-_OMEGA)]
    finite = _blocks(
        [1 / (pole + width) for pole in poles],
        [-sp.I * two * w / (pole**2 + gamma**2) for w, pole in zip(weights, poles, strict=True)],
        [1 / (pole - width) for pole in poles],
    )
    narrow = _blocks(
        [1 / (pole + sp.I * delta) for pole in poles],
        [
            -sp.pi * sp.I * two * w / gamma * sp.DiracDelta(pole)
            for w, pole in zip(weights, poles, strict=True)
        ],
        [1 / (pole - sp.I * delta) for pole in poles],
    )
    return sp.Inverse(sp.MatAdd(first, sp.MatMul(-1, _ENVIRONMENT))), finite, narrow


def _as_blocks(one: Keldysh) -> sp.ImmutableMatrix:
    upper = sp.Matrix.hstack(one.retarded, one.keldysh)
    return sp.ImmutableMatrix(sp.Matrix.vstack(upper, sp.Matrix.hstack(sp.zeros(2), one.advanced)))


def _lorentzian_weight(finite: sp.Expr, pole: sp.Expr) -> sp.Expr:
    """Return the weight with which c/((omega - pole)^2 + gamma^2) tends to a delta function.

    With omega = pole + gamma y, a continuous c is c(pole), and 1/(y^2 + 1) integrates to pi.
    """
    gamma = symbols.gamma_b + symbols.gamma_v
    strength = sp.cancel(finite * ((_OMEGA - pole) ** 2 + gamma**2))
    return strength.subs(_OMEGA, pole) * sp.pi / gamma


def _check_70(claim: Claim) -> Claim:
    first, finite, narrow = claim
    bare = dyson_free().inverse()
    environment = environment_self_energy()
    # the block matrices are inverted as such, with numbers of generic blocks
    known = {_FREE: _as_blocks(bare), _ENVIRONMENT: _as_blocks(environment)}
    found = _as_blocks(free_function())
    unit = sp.eye(4)
    head = _unfold(first, known)
    differences: list[Any] = [head * found - unit, finite - found]
    ends = [(0, 2, _XI), (1, 3, -_XI)]
    smooth = narrow.xreplace({symbols.delta: symbols.gamma_b + symbols.gamma_v})
    for row, column, pole in ends:
        delta = sp.DiracDelta(_OMEGA - pole)
        coefficient = narrow[row, column].coeff(delta).subs(_OMEGA, pole)
        differences.append(coefficient - _lorentzian_weight(found[row, column], pole))
        differences.append(narrow[row, column].xreplace({delta: sp.S.Zero}))
        differences += [smooth[k, k] - found[k, k] for k in (row, column)]
    return tuple(differences)


def dyson_free() -> Keldysh:
    """Return the inverse of the free Green's function with its infinitesimal set to zero."""
    return free_inverse(delta=sp.S.Zero)


def _unfold(expr: Any, known: dict[Any, Any]) -> sp.Matrix:
    """Return the inverse of what is claimed to be the inverse of something, explicitly."""
    factor, body = expr.as_coeff_Mul()
    if not isinstance(body, sp.MatPow) or body.exp != -1:
        return sp.zeros(4, 4)
    # the free function is given by its inverse
    inner = body.base.xreplace({sp.Inverse(_FREE): _as_blocks(dyson_free())})
    return sp.Matrix(inner.xreplace(known).doit()) / factor


RECORDS: tuple[Record, ...] = (
    *(
        Record(
            number_,
            f"{title} part of a product",
            Kind.IDENTITY,
            Status.PROVED,
            rf"[\hat{{G}}_1\hat{{G}}_2\hat{{G}}_3\hat{{G}}_4]^{{\mathrm{{{part}}}}}",
            claim=functools.partial(_chain, part * 4),
            test=_composed(title.lower()),
            steps=(
                Step("the diagonal of a product of triangular matrices, four generic factors"),
                Step("a further factor, by the same rule for any product in front of it"),
            ),
            scope="any number of factors, by induction; written out for four",
        )
        for number_, title, part in (("64", "Retarded", "R"), ("65", "Advanced", "A"))
    ),
    Record(
        "66",
        "Keldysh part of a product",
        Kind.IDENTITY,
        Status.PROVED,
        r"[\hat{G}_1\hat{G}_2\hat{G}_3\hat{G}_4]^{\mathrm{K}}",
        claim=lambda: sp.MatAdd(*(_chain(p) for p in ("RRRK", "RRKA", "RKAA", "KAAA"))),
        test=_composed("keldysh"),
        steps=(Step("[AB]^K = A^R B^K + A^K B^A, applied to one factor after another"),),
        scope="any number of factors, by induction; written out for four",
    ),
    Record(
        "67",
        "Retarded Green's function at a small order parameter",
        Kind.APPROXIMATION,
        Status.PROVED,
        r"G^{\mathrm{R}}(\mathbf{k},\omega)",
        claim=lambda: _series(retarded_part),
        test=vanishes(lambda claim: _compare_series(claim, "retarded")),
        steps=(
            Step("Delta_0 tau_1 is added to the inverse"),
            Step("second order", lambda: _taylor("retarded")[2]),
        ),
        scope="any order by the resolvent identity; coefficients compared up to the second",
    ),
    Record(
        "68",
        "Advanced Green's function",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{A}}(\mathbf{k},\omega)",
        claim=lambda: sp.Adjoint(_RETARDED),
        test=vanishes(_check_68),
        steps=(Step("the self-energies are conjugates of each other"),),
    ),
    Record(
        "69",
        "Keldysh Green's function at a small order parameter",
        Kind.APPROXIMATION,
        Status.PROVED,
        r"G^{\mathrm{K}}(\mathbf{k},\omega)",
        claim=lambda: _series(keldysh_part),
        test=vanishes(lambda claim: _compare_series(claim, "keldysh")),
        steps=(
            Step("Delta_0 enters the retarded and advanced factors of G^R Sigma^K G^A alone"),
            Step("second order", lambda: _taylor("keldysh")[2]),
        ),
        scope="any order by the resolvent identity; coefficients compared up to the second",
    ),
    Record(
        "70",
        "Green's function without order parameter",
        Kind.LIMIT,
        Status.MISPRINT,
        r"\tilde{G}^{0}(\mathbf{k},\omega)",
        claim=lambda: _free_chain(True, 2),
        printed=lambda: _free_chain(False, 1),
        test=vanishes(_check_70),
        steps=(
            Step("Dyson's equation with the reservoirs alone", lambda: free_function().keldysh),
            Step("as gamma -> 0 gamma/(x^2 + gamma^2) becomes pi times a delta function"),
        ),
        note="The first line is printed without the inverse of the free function, and the Keldysh "
        "parts lack a factor 2: G^R Sigma^K G^A decides. F holds the weights of the reservoirs. "
        "With its Keldysh parts as printed, (71) as printed gives (72).",
        compensates=("63", "71"),
        reading="the inverse in the first line, a superscript, may have been lost in reading",
    ),
)
