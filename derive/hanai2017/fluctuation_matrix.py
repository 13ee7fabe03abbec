"""What the equations of motion and of stability, (35)-(45), are compared with."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.algebra import nambu
from derive.hanai2017.evidence import compared, number, proved
from derive.hanai2017.limits import thouless
from derive.hanai2017.limits.bubble import bubble_entry
from derive.hanai2017.matrices import (
    ANY_RESERVOIR,
    Written,
    evaluated,
    green,
    imaginary_part,
    kinetic_energy,
    momentum,
    pauli_matrix,
    proved_over_denominators,
    real_part,
    tau,
    wave_vector,
)
from derive.hanai2017.notation import explicit, frequency_integral, momentum_sum
from derive.model.fluctuations import corner, perturbed_green_functions, self_energy_change
from derive.model.greens import green_functions
from derive.model.response import linear_response_integrand, response_integrand
from derive.model.steady_state import gap_integrand
from derive.records.record import Claim, Finding

U = sp.Symbol("U", positive=True)
amplitude = sp.Symbol(r"\delta|\Delta|", real=True)
phase = sp.Symbol(r"\delta\theta", real=True)
PAIRS = ((1, 1), (1, 2), (2, 1), (2, 2))


def element(s: int, t: int) -> Any:
    """Return M_st as a function of wave vector and frequency."""
    return sp.Function(rf"M_{{{s}{t}}}")


def response(s: int, t: int) -> Any:
    """Return Pi_st as a function of wave vector and frequency."""
    return sp.Function(rf"\Pi_{{{s}{t}}}")


@functools.cache
def _integrand(s: int, t: int) -> sp.Expr:
    return response_integrand(s, t, ANY_RESERVOIR)


@functools.cache
def _unbalanced() -> tuple[sp.Expr, sp.Expr]:
    """Return how much a change fails to reproduce itself, 2/U times its components less Pi.

    The change of G^K is that of Dyson's equation on two plane waves; by (28) it changes the order
    parameter, whose components are minus those of the self-energy.
    """
    change = self_energy_change(amplitude, phase)
    keldysh = corner(perturbed_green_functions(change, ANY_RESERVOIR).keldysh)
    terms = []
    for s in (1, 2):
        given = -(nambu.pauli(s) * change).trace() / 2
        caused = -sp.I / 2 * (nambu.pauli(s) * keldysh).trace()
        terms.append(sp.expand(2 / U * given) - caused)
    return terms[0], terms[1]


def _pi_at(at: sp.Expr, frequency: sp.Expr, s: int, t: int) -> sp.Expr:
    """Return the integrand of Pi_st; at other arguments than q and omega another function."""
    if (at, frequency) == (wave_vector, symbols.omega):
        return _integrand(s, t)
    ends = {
        symbols.xi_plus: kinetic_energy(momentum + at / 2),
        symbols.xi_minus: kinetic_energy(momentum - at / 2),
    }
    found = response_integrand(s, t, ANY_RESERVOIR, transfer=frequency)
    return found.subs(ends, simultaneous=True)


def _m_at(at: sp.Expr, frequency: sp.Expr, s: int, t: int) -> sp.Expr:
    """Return the integrand of M_st, with 2/U as it is."""
    return (2 / U if s == t else sp.S.Zero) - _pi_at(at, frequency, s, t)


def _insert(claim: Any, name: Callable[[int, int], Any], value: Callable[..., sp.Expr]) -> Any:
    """Replace the four functions of wave vector and frequency in a claim."""
    for s, t in PAIRS:

        def entry(*arguments: sp.Expr, i: int = s, j: int = t) -> sp.Expr:
            return value(*arguments, i, j)

        claim = claim.replace(name(s, t), entry)
    return claim


def is_unbalanced(claim: Any) -> Finding:
    """Prove the claim equal to what is unbalanced after a change."""
    found = _insert(claim, element, _m_at)
    return proved_over_denominators(
        [one - other for one, other in zip(found, _unbalanced(), strict=True)]
    )


def is_coefficient(claim: Any) -> Finding:
    """Prove the claim to be the coefficients of a change in what is unbalanced."""
    found = _insert(claim, response, _pi_at)
    differences = []
    for s, t in PAIRS:
        of = (amplitude, phase)[t - 1]
        scale = (1, -symbols.gap)[t - 1]
        differences.append(found[s - 1, t - 1] - _unbalanced()[s - 1].diff(of) / scale)
    return proved_over_denominators(differences)


def _steady(w: Written) -> sp.ImmutableMatrix:
    """Return a Pauli matrix, or a Green's function at its arguments."""
    known = pauli_matrix(w.name)
    if known is not None:
        return known
    at, frequency = w.arguments
    steady = green_functions(ANY_RESERVOIR, frequency=frequency, xi=kinetic_energy(at))
    parts = {"R": steady.retarded, "A": steady.advanced, "K": steady.keldysh}
    return next(value for part, value in parts.items() if w.name == green(part).name)


def is_response(claim: Any) -> Finding:
    """For all sixteen vertices, and by linear response for those of the order parameter."""
    differences = []
    for s, t in itertools.product(range(4), repeat=2):
        named = {tau("s"): nambu.pauli(s), tau("t"): nambu.pauli(t)}

        def value(w: Written, vertices: dict[Any, Any] = named) -> sp.ImmutableMatrix:
            return vertices[w] if w in vertices else _steady(w)

        found = evaluated(claim, value)
        differences.append(found - _integrand(s, t))
        if s in (1, 2) and t in (1, 2):
            expected = linear_response_integrand(s, ANY_RESERVOIR)[t - 1]
            differences.append(found - expected)
    return proved_over_denominators(differences)


def is_solvable(claim: Any) -> Finding:
    """Eliminating one component leaves the determinant; with a solution it vanishes.

    As it does at q = omega = 0 with the project's M, by the gap equation.
    """
    determinant, value = claim
    m = {pair: sp.Symbol(f"M_{pair[0]}{pair[1]}") for pair in PAIRS}
    eliminated = m[1, 1] * (m[2, 2] - m[2, 1] * m[1, 2] / m[1, 1])
    x, y = sp.symbols("a_1 a_2")
    solved = {m[1, 2]: -m[1, 1] * x / y, m[2, 2]: -m[2, 1] * x / y}

    def entry(at: sp.Expr, frequency: sp.Expr, s: int, t: int) -> sp.Expr:
        same = (at, frequency) == (wave_vector, symbols.omega)
        return m[s, t] if same else sp.Symbol(f"M_{s}{t}({at}, {frequency})")

    found = _insert(determinant, element, entry)
    # the mode that is known: the phase at q = omega = 0
    goldstone = _insert(determinant, element, lambda *ends: _uniform(*ends[2:]))
    return proved((found - eliminated, eliminated.xreplace(solved) - value, goldstone - value))


def is_goldstone(claim: Any) -> Finding:
    """Rotate the phase, and divide by -Delta_0 theta; M takes it to zero by (33)."""
    turned = self_energy_change(sp.S.Zero, phase)
    rotation = [-(nambu.pauli(s) * turned).trace() / 2 for s in (1, 2)]
    along = [claim[k] + component / (symbols.gap * phase) for k, component in enumerate(rotation)]
    taken = [_uniform(s, 1) * claim[0] + _uniform(s, 2) * claim[1] for s in (1, 2)]
    return proved((along, taken))


@functools.cache
def _uniform(s: int, t: int) -> sp.Expr:
    """Return the integrand of M_st at q = omega = 0, with 2/U from the gap equation (33)."""
    at_rest = {
        symbols.xi_plus: symbols.xi,
        symbols.xi_minus: symbols.xi,
        symbols.omega: sp.S.Zero,
    }
    gap_equation = 2 * gap_integrand(ANY_RESERVOIR)
    # U is real: what the gap equation says of the real part and of the imaginary part
    real = (gap_equation + _conjugate(gap_equation)) / 2
    imaginary = (gap_equation - _conjugate(gap_equation)) / (2 * sp.I)
    return (real if s == t else imaginary) - _integrand(s, t).xreplace(at_rest)


def _conjugate(expr: sp.Expr) -> sp.Expr:
    """Conjugate an expression of real symbols and real functions."""
    return expr.xreplace({sp.I: -sp.I})


def _explicit_bracket(part: sp.Expr) -> sp.Expr:
    """Return the integrand of the bracket of (40), with 2/U as it is."""
    expr = part.replace(momentum_sum, lambda inner: inner)
    expr = expr.replace(frequency_integral, lambda inner: inner)
    return explicit(
        expr,
        lambda at, frequency: green_functions(
            ANY_RESERVOIR, frequency=frequency, xi=kinetic_energy(at)
        ),
    )


def _written_parts(claim: Any) -> Any:
    """Replace real and imaginary parts by half sums and differences with the conjugate."""

    def real(inner: sp.Expr) -> sp.Expr:
        value = _explicit_bracket(inner)
        return (value + _conjugate(value)) / 2

    def imaginary(inner: sp.Expr) -> sp.Expr:
        value = _explicit_bracket(inner)
        return (value - _conjugate(value)) / (2 * sp.I)

    return claim.replace(real_part, real).replace(imaginary_part, imaginary)


def criterion(s: int) -> Callable[[Claim], Finding]:
    """Return a proof of (40), s = 2, or (41), s = 1: the first equality, then the second.

    The first holds pointwise, by (42) and (43).  For the second 2/U comes from the gap equation;
    the real part of 2/U is then that of its right-hand side, and the imaginary part vanishes.
    """

    def test(claim: Any) -> Finding:
        at_rest = {
            symbols.xi_plus: symbols.xi,
            symbols.xi_minus: symbols.xi,
            symbols.omega: sp.S.Zero,
        }
        elements = {
            k: (2 / U if k == 2 else sp.S.Zero) - _integrand(k, 2).xreplace(at_rest) for k in (1, 2)
        }
        first = _written_parts(claim[0]) - elements[s]
        # of the bracket itself, one equation uses the real and the other the imaginary part
        bracket = claim[0].replace(real_part, lambda x: x).replace(imaginary_part, lambda x: x)
        both = _explicit_bracket(bracket) - elements[2] - sp.I * elements[1]
        return proved((first, both, _uniform(s, 2) - claim[1]))

    return test


def measured(s: int) -> Callable[[Claim], Finding]:
    """Return a comparison of M_22 or M_12 by quadrature with the last element of the chain."""

    def test(claim: Any) -> Finding:
        interaction, along, across = thouless.criterion()
        value = interaction - along if s == 2 else -across
        return compared(
            [value],
            [sp.Float(claim[1], thouless.DIGITS)],
            digits=thouless.DIGITS,
            scale=abs(interaction),
            bound=thouless.ACCURACY,
            detail="quadrature of the traces against the closed gap equation",
        )

    return test


def is_part(s: int) -> Callable[[Claim], Finding]:
    """Return a proof of (42), s = 2, or (43), s = 1, for any distribution."""

    def test(claim: Any) -> Finding:
        value = -sp.I * green_functions(ANY_RESERVOIR, frequency=symbols.nu).keldysh[0, 1]
        value /= symbols.gap
        other = _conjugate(value)
        part = (value + other) / 2 if s == 2 else (value - other) / (2 * sp.I)
        found = evaluated(claim, _steady)
        return proved((found - part, found - thouless.phase_response(s, ANY_RESERVOIR)))

    return test


def is_even_part(claim: Any) -> Finding:
    """By (45) the real part of det M is its part even in omega, that of M_st likewise.

    Tested with any series of M_st in q^2 and -i omega that has real coefficients.
    """

    def series(at: sp.Expr, frequency: sp.Expr, s: int, t: int) -> sp.Expr:
        powers = [1, at**2, -sp.I * frequency, -(frequency**2), -sp.I * at**2 * frequency]
        coefficients = sp.symbols(f"c_{s}{t}_:{len(powers)}", real=True)
        return sp.Add(*(c * x for c, x in zip(coefficients, powers, strict=True)))

    def of(pair: tuple[int, int], frequency: sp.Expr) -> sp.Expr:
        return series(wave_vector, frequency, *pair)

    at, back = (
        of((1, 1), w) * of((2, 2), w) - of((1, 2), w) * of((2, 1), w)
        for w in (symbols.omega, -symbols.omega)
    )
    found = _insert(claim, element, series)
    found = found.replace(real_part, lambda x: (x + _conjugate(x)) / 2)
    found = found.replace(imaginary_part, lambda x: (x - _conjugate(x)) / (2 * sp.I))
    return proved(found - (at + back) / 2)


#: Where det M is evaluated: two kinetic energies, omega, 2/U, and a driven state.
_MOMENTA, _FREQUENCY, _COUPLING = ("0.31", "-0.12"), "0.17", "2.3"
_STATE = {
    symbols.gap: "0.27",
    symbols.edge: "0.38",
    symbols.gamma_b: "0.05",
    symbols.gamma_v: "0.013",
}
_DIGITS = 30


def is_real_part(claim: Any) -> Finding:
    """Compare with the real part of det M of one pair of momenta, from the project's Pi."""
    with mp.workdps(_DIGITS):
        momenta = tuple(mp.mpf(x) for x in _MOMENTA)
        point = {name: mp.mpf(x) for name, x in _STATE.items()}

        def matrix(frequency: Any) -> dict[tuple[int, int], Any]:
            return {
                (s, t): (mp.mpf(_COUPLING) if s == t else mp.zero)
                - bubble_entry(s, t, momenta, frequency, point)
                for s, t in PAIRS
            }

        def determinant(m: dict[tuple[int, int], Any]) -> Any:
            return m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1]

        there, back = (matrix(sign * mp.mpf(_FREQUENCY)) for sign in (1, -1))
        symbol = {pair: sp.Symbol("M_{}{}".format(*pair)) for pair in PAIRS}
        found = _insert(claim, element, lambda _, __, s, t: symbol[s, t])
        parts = {}
        for name, part in ((real_part, mp.re), (imaginary_part, mp.im)):
            for pair in PAIRS:
                inner = sp.Symbol(f"{name.__name__}_{pair}")
                found = found.xreplace({name(symbol[pair]): inner})
                parts[inner] = part(there[pair])
        value = mp.re(determinant(there))
        # the real part, and by (45) the even one
        even = (determinant(there) + determinant(back)) / 2
        return compared(
            [number(found, parts)] * 2,
            [value, even],
            digits=_DIGITS,
            scale=abs(value),
            # some hundred terms
            bound=1e3 * 10.0**-_DIGITS,
            detail="the response of one pair of momenta in a driven state",
        )


def is_real_response(claim: Any) -> Finding:
    """Prove it with p and -p exchanged, which the sum over momenta allows: M(q) is M(-q).

    G^A is the Hermitian conjugate of G^R, G^K is anti-Hermitian: the conjugate of one of the two
    traces in (37) is the other at -omega and with the momenta exchanged, nu being the same.
    """
    exchanged = {symbols.xi_plus: symbols.xi_minus, symbols.xi_minus: symbols.xi_plus}

    def value(at: sp.Expr, frequency: sp.Expr, s: int, t: int) -> sp.Expr:
        found = (
            _m_at(at, frequency, s, t)
            if at != wave_vector
            else _m_at(wave_vector, symbols.omega, s, t).subs(symbols.omega, frequency)
        )
        return found.xreplace(exchanged)

    for s, t in PAIRS:
        entry = claim[s - 1, t - 1].replace(sp.conjugate, lambda x: _Conjugated(x))
        inserted = _insert(entry, element, value).replace(_Conjugated, _conjugate)
        finding = proved_over_denominators(inserted - _m_at(wave_vector, symbols.omega, s, t))
        if not finding.holds:
            break
    return finding


class _Conjugated(sp.Function):
    """A conjugate that is not carried out."""

    nargs = 1
