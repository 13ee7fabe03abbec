"""Appendix C: lower and upper branch of the Green's functions, (C1)-(C10)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.hanai2017.evidence import proved
from derive.hanai2017.matrices import (
    ANY_RESERVOIR,
    Ordered,
    Written,
    evaluated,
    even_and_odd,
    green,
    momentum,
    pauli_matrix,
    tau,
)
from derive.hanai2017.notation import F_even, F_odd
from derive.model.branches import branch_green_functions, distribution_matrix
from derive.model.greens import green_functions
from derive.records.record import Finding, Kind, Record, Status, Step

_AT = (momentum, symbols.omega)
_F = Written("F", *_AT)


def _written(part: str, branch: str = "") -> Written:
    return green(part, *_AT, branch=branch)


@functools.cache
def _values() -> dict[Written, sp.ImmutableMatrix]:
    """Return what the project uses: Green's functions, their branches, the distribution."""
    upper, lower = branch_green_functions(ANY_RESERVOIR)
    values = {_F: distribution_matrix(ANY_RESERVOIR)}
    whole: Keldysh = green_functions(ANY_RESERVOIR)
    for branch, found in (("", whole), ("u", upper), ("l", lower)):
        values[_written("R", branch)] = found.retarded
        values[_written("A", branch)] = found.advanced
        values[_written("K", branch)] = found.keldysh
    return values


def _is(part: str, branch: str = "") -> Callable[[Any], Finding]:
    """Return a test that proves each part of a claim equal to a Green's function."""

    def test(claim: Any) -> Finding:
        parts = claim if isinstance(claim, tuple) else (claim,)
        expected = _values()[_written(part, branch)]
        finding = proved([_explicit(one) - expected for one in parts])
        return _adds_up(part) if branch and finding.holds else finding

    return test


@functools.cache
def _adds_up(part: str) -> Finding:
    """Prove that both branches add up to the Green's function: what defines them is not free."""
    whole, upper, lower = (_values()[_written(part, branch)] for branch in ("", "u", "l"))
    return proved(even_and_odd(upper + lower) - even_and_odd(whole))


def _explicit(claim: Any) -> sp.ImmutableMatrix:
    def value(w: Written) -> sp.ImmutableMatrix:
        known = pauli_matrix(w.name)
        # a function at changed arguments is another function
        return _values().get(w, sp.ImmutableMatrix([[1, 2], [3, 5]])) if known is None else known

    return even_and_odd(evaluated(claim, value))


def _branch(sign: int, anomalous: int) -> sp.MatrixExpr:
    """Return the retarded function of a branch, with the given sign of tau_1 for the upper one."""
    energy, gamma = symbols.energy, symbols.linewidth
    pole = symbols.omega + sp.I * gamma - sign * energy
    matrix = Ordered(
        sp.Identity(2),
        sign * symbols.xi / energy * tau(3),
        sign * anomalous * symbols.gap / energy * tau(1),
    )
    return matrix / (2 * pole)


def _distribution(scale: sp.Expr, along_1: int, along_2: int) -> sp.MatrixExpr:
    """Return the matrix of (C7), with an overall factor and the signs of tau_1 and tau_2."""
    gap, xi, gamma = symbols.gap, symbols.xi, symbols.linewidth
    below = symbols.energy**2 + gamma**2
    even, odd = F_even(symbols.omega), F_odd(symbols.omega)
    return Ordered(
        scale * odd * sp.Identity(2),
        scale * (xi**2 + gamma**2) / below * even * tau(3),
        scale * along_1 * gap * xi / below * even * tau(1),
        scale * along_2 * gap * gamma / below * even * tau(2),
    )


def _c7(claim: Any) -> Finding:
    """Prove the claim to be the distribution matrix that (C6) defines, which is Hermitian."""
    expected = _values()[_F]
    return proved((_explicit(claim) - expected, expected - expected.H))


_SIGNS = (
    "The signs as printed, here and in the other equations of this appendix, belong to the "
    "Hamiltonian xi tau_3 + Delta_0 tau_1, that is, to an order parameter of the opposite sign "
    "than in (25) and (29). "
)


def _projector(index: int) -> Callable[[], Any]:
    return lambda: nambu.projectors()[index]


RECORDS = (
    Record(
        "C1",
        "Retarded function by branches",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{R}}(\mathbf{p},\omega)",
        claim=lambda: _written("R", "u") + _written("R", "l"),
        test=_is("R"),
        steps=(Step("The projectors on the two branches add up to the unit matrix"),),
    ),
    Record(
        "C2",
        "Retarded function of the lower branch",
        Kind.DEFINITION,
        Status.MISPRINT,
        r"G_{\mathrm{l}}^{\mathrm{R}}(\mathbf{p},\omega)",
        claim=lambda: _branch(-1, -1),
        printed=lambda: _branch(-1, 1),
        test=_is("R", "l"),
        steps=(Step("The projector on the states with energy -E_p", _projector(1)),),
        note="The sign of tau_1: the sum (C1) with (29) decides. " + _SIGNS,
    ),
    Record(
        "C3",
        "Retarded function of the upper branch",
        Kind.DEFINITION,
        Status.MISPRINT,
        r"G_{\mathrm{u}}^{\mathrm{R}}(\mathbf{p},\omega)",
        claim=lambda: _branch(1, -1),
        printed=lambda: _branch(1, 1),
        test=_is("R", "u"),
        steps=(Step("The projector on the states with energy E_p", _projector(0)),),
        note="The sign of tau_1: the sum (C1) with (29) decides. " + _SIGNS,
    ),
    Record(
        "C4",
        "Advanced function of the lower branch",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"G_{\mathrm{l}}^{\mathrm{A}}(\mathbf{p},\omega)",
        claim=lambda: sp.Adjoint(_written("R", "l")),
        test=_is("A", "l"),
        steps=(Step("The projector is Hermitian, the pole the conjugate one"),),
    ),
    Record(
        "C5",
        "Advanced function of the upper branch",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"G_{\mathrm{u}}^{\mathrm{A}}(\mathbf{p},\omega)",
        claim=lambda: sp.Adjoint(_written("R", "u")),
        test=_is("A", "u"),
        steps=(Step("The projector is Hermitian, the pole the conjugate one"),),
    ),
    Record(
        "C6",
        "Keldysh function by a distribution matrix",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"G^{\mathrm{K}}(\mathbf{p},\omega)",
        claim=lambda: (
            _written("R") * _F - sp.Adjoint(_written("R") * _F),
            _written("R") * _F - _F * _written("A"),
        ),
        test=_is("K"),
        steps=(
            Step("Multiplied by the inverses of G^R and G^A: Sigma^K = F (G^A)^-1 - (G^R)^-1 F"),
            Step(
                "Solved for the four components of F",
                lambda: distribution_matrix(ANY_RESERVOIR),
            ),
        ),
    ),
    Record(
        "C7",
        "Distribution matrix",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"F(\mathbf{p},\omega)",
        claim=lambda: _distribution(1 / symbols.linewidth, -1, 1),
        printed=lambda: _distribution(sp.S.One, 1, -1),
        test=_c7,
        steps=(
            Step(
                "(C6) as linear equations for the components of F",
                lambda: distribution_matrix(ANY_RESERVOIR),
            ),
        ),
        note="(C6) with (29) and (31) decides: a factor 1/gamma is missing, which makes F "
        "dimensionless, and tau_1 and tau_2 have the other sign. " + _SIGNS,
    ),
    Record(
        "C8",
        "Keldysh function by branches",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{K}}(\mathbf{p},\omega)",
        claim=lambda: _written("K", "u") + _written("K", "l"),
        test=_is("K"),
        steps=(Step("(C6) is linear in G^R and G^A: insert (C1)"),),
    ),
    Record(
        "C9",
        "Keldysh function of the lower branch",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"G_{\mathrm{l}}^{\mathrm{K}}(\mathbf{p},\omega)",
        claim=lambda: _written("R", "l") * _F - _F * _written("A", "l"),
        test=_is("K", "l"),
        steps=(Step("(C6) with the retarded and advanced function of the branch"),),
    ),
    Record(
        "C10",
        "Keldysh function of the upper branch",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"G_{\mathrm{u}}^{\mathrm{K}}(\mathbf{p},\omega)",
        claim=lambda: _written("R", "u") * _F - _F * _written("A", "u"),
        test=_is("K", "u"),
        steps=(Step("(C6) with the retarded and advanced function of the branch"),),
    ),
)
