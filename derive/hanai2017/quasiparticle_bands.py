"""Section III, excitations between and within the quasiparticle branches, (73)-(75)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.hanai2017.evidence import proved
from derive.hanai2017.matrices import (
    AHEAD,
    ANY_RESERVOIR,
    BEHIND,
    KeldyshPart,
    Written,
    evaluated,
    green,
    in_keldysh_space,
    kinetic_energy,
    proved_over_denominators,
    tau,
)
from derive.hanai2017.notation import frequency_integral, momentum_sum
from derive.model.branches import branch_green_functions
from derive.model.fluctuations import blocks
from derive.model.response import PARTS, response_integrand
from derive.records.record import Finding, Kind, Record, Status, Step

_VERTICES = ((1, 1), (1, 2), (2, 1), (2, 2))


def _loop(first: tuple[str, str], second: tuple[str, str]) -> sp.Expr:
    """Return the sum of two loops, each of two branches."""
    products = [
        tau("s") * green("", *AHEAD, branch=a) * tau("t") * green("", *BEHIND, branch=b)
        for a, b in (first, second)
    ]
    trace = sp.Trace(KeldyshPart(products[0] + products[1]))
    return momentum_sum(frequency_integral(sp.I / 2 * trace))


@functools.cache
def _branches(at: sp.Expr, frequency: sp.Expr) -> dict[str, sp.ImmutableMatrix]:
    """Return the branches and their sum as matrices in Keldysh space, by name."""
    upper, lower = branch_green_functions(ANY_RESERVOIR, frequency=frequency, xi=kinetic_energy(at))
    return {
        green("", branch="u").name: in_keldysh_space(upper),
        green("", branch="l").name: in_keldysh_space(lower),
    }


def _value(s: int, t: int) -> Callable[[Written], sp.ImmutableMatrix]:
    """Return how the matrices in a loop with these vertices are evaluated."""
    vertices = {tau("s"): nambu.pauli(s), tau("t"): nambu.pauli(t)}

    def value(w: Written) -> sp.ImmutableMatrix:
        if w in vertices:
            return blocks(vertices[w], sp.zeros(2, 2), vertices[w])
        return _branches(*w.arguments)[w.name]

    return value


@functools.cache
def _integrand(s: int, t: int, part: str) -> sp.Expr:
    return response_integrand(s, t, ANY_RESERVOIR, part=part)


#: A point at which energies are rational, so that a wrong claim is recognised without a proof.
_POINT = {
    symbols.gap: sp.Integer(12),
    symbols.xi_plus: sp.Integer(5),
    symbols.xi_minus: sp.Integer(9),
    symbols.linewidth: sp.Integer(2),
    symbols.nu: sp.Rational(1, 3),
    symbols.omega: sp.Rational(2, 7),
}


def _at_point(expr: Any) -> Any:
    """Evaluate at `_POINT`, any other kinetic energy being 16, with some distribution."""
    others = {x: sp.Integer(16) for x in expr.free_symbols - set(_POINT)}
    explicit = expr.replace(sp.Function("F", real=True), lambda x: 1 / (3 + x**2) + x / 5)
    return explicit.xreplace(_POINT | others)


def _is(part: str) -> Callable[[Any], Finding]:
    """Return a test for the part of the response that the project computes."""

    def test(claim: Any) -> Finding:
        s, t = _VERTICES[1]
        value = _value(s, t)
        found = sp.expand(evaluated(claim, lambda w: _at_point(value(w))))
        expected = sp.expand(_at_point(_integrand(s, t, part)))
        finding = proved(found - expected)
        if not finding.holds:
            return finding
        return proved_over_denominators(
            [evaluated(claim, _value(s, t)) - _integrand(s, t, part) for s, t in _VERTICES]
        )

    return test


def _pi(s: int, t: int) -> sp.Symbol:
    return sp.Symbol(rf"\Pi^{{\mathrm{{inter}}}}_{{{s}{t}}}(\mathbf{{q}},\omega)")


_U = sp.Symbol("U", positive=True)


def _inter_matrix() -> sp.Matrix:
    return sp.Matrix(2, 2, lambda i, j: (2 / _U if i == j else 0) - _pi(i + 1, j + 1))


def _is_without_scattering(claim: Any) -> Finding:
    """(36) less what scatters within branches is what the claim keeps."""
    differences = []
    for s, t in _VERTICES:
        whole, intra = sp.symbols(f"Pi_{s}{t} Pi^intra_{s}{t}")
        matrix = (2 / _U if s == t else sp.S.Zero) - whole
        # that Pi - Pi^intra is what (73) and the project call inter is shown once
        differences.append(claim[s - 1, t - 1].xreplace({_pi(s, t): whole - intra}))
        differences[-1] -= matrix + intra
    finding = proved_over_denominators(differences)
    finding = finding if not finding.holds else _parts_add_up()
    return finding if not finding.holds else _responses_add_up()


@functools.cache
def _responses_add_up() -> Finding:
    """Prove at a point that what the project computes as both parts adds up to the whole."""
    differences = []
    for s, t in _VERTICES:
        whole, inter, intra = (_at_point(_integrand(s, t, part)) for part in PARTS)
        differences.append(sp.expand(whole - inter - intra))
    return proved(differences)


@functools.cache
def _parts_add_up() -> Finding:
    """Prove that (73) and (74) add up to (B19), for branches of any Green's functions.

    That the branches add up to the Green's functions is (C1) and (C8).
    """
    parts = _loop(("l", "u"), ("u", "l")), _loop(("l", "l"), ("u", "u"))
    product = tau("s") * green("", *AHEAD) * tau("t") * green("", *BEHIND)
    whole = sp.I / 2 * sp.Trace(KeldyshPart(product))
    names = iter("abcd")
    branches = {}
    for at in (AHEAD, BEHIND):
        for branch in "ul":
            letter = next(names)
            r, a, k = (sp.ImmutableMatrix(2, 2, sp.symbols(f"{letter}{x}_1:5")) for x in "rak")
            branches[green("", *at, branch=branch)] = blocks(r, k, a)
        added = branches[green("", *at, branch="u")] + branches[green("", *at, branch="l")]
        branches[green("", *at)] = added
    differences = []
    for s, t in _VERTICES:
        vertices = {
            tau(name): blocks(nambu.pauli(k), sp.zeros(2, 2), nambu.pauli(k))
            for name, k in (("s", s), ("t", t))
        }
        total, inter, intra = (
            evaluated(one, (branches | vertices).__getitem__) for one in (whole, *parts)
        )
        differences.append(total - inter - intra)
    return proved(differences)


RECORDS = (
    Record(
        "73",
        "Response between the branches",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\Pi^{\mathrm{inter}}_{st}(\mathbf{q},\omega)",
        claim=lambda: _loop(("l", "u"), ("u", "l")),
        test=_is("inter"),
        steps=(Step("(B19) with (C1) and (C8): the terms with different branches"),),
    ),
    Record(
        "74",
        "Response within the branches",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\Pi^{\mathrm{intra}}_{st}(\mathbf{q},\omega)",
        claim=lambda: _loop(("l", "l"), ("u", "u")),
        test=_is("intra"),
        steps=(Step("(B19) with (C1) and (C8): the terms with equal branches"),),
    ),
    Record(
        "75",
        "Fluctuation matrix without scattering within branches",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"M^{\mathrm{inter}}(\mathbf{q},\omega)",
        claim=_inter_matrix,
        test=_is_without_scattering,
        steps=(Step("(36) with Pi - Pi^intra = Pi^inter in place of Pi"),),
    ),
)
