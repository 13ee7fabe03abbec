"""The changing order parameter on plane waves: what (B1)-(B4) and (B9)-(B19) are compared with."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.hanai2017.matrices import (
    AHEAD,
    ANY_RESERVOIR,
    BEHIND,
    Ordered,
    Written,
    evaluated,
    green,
    imaginary_part,
    in_keldysh_space,
    kinetic_energy,
    momentum,
    pauli_matrix,
    real_part,
    tau,
    wave_vector,
)
from derive.hanai2017.notation import frequency_integral, momentum_sum
from derive.model.fluctuations import (
    blocks,
    corner,
    coupled,
    pairing_field,
    perturbed_green_functions,
    plane_wave_arguments,
    self_energy_change,
)
from derive.model.greens import green_functions
from derive.model.reservoirs import self_energy
from derive.model.response import linear_response_integrand, response_integrand
from derive.model.steady_state import gap_integrand

U = sp.Symbol("U", positive=True)
mass = sp.Symbol("m", positive=True)
#: delta abs(Delta), delta theta, and the vector (delta abs(Delta), -Delta_0 delta theta).
amplitude = sp.Symbol(r"\delta|\Delta|", real=True)
phase = sp.Symbol(r"\delta\theta", real=True)
VECTOR = (amplitude, -symbols.gap * phase)
#: The changing order parameter.
Delta = sp.Symbol(r"\Delta(\mathbf{r}_g,t_g)")
SCRIPT = r"\mathscr{G}"
CHANGE = Ordered(amplitude * tau(1), -symbols.gap * phase * tau(2))


def steady_part(part: str) -> Written:
    """Return a part of the steady-state Green's function, as it is written."""
    return green(part)


def change_part(part: str, *arguments: sp.Expr) -> Written:
    """Return the change of a part of the Green's function, as it is written."""
    return Written(rf"\delta G^{{\mathrm{{{part}}}}}", *arguments)


def self_energy_part(part: str, prefix: str = "") -> Written:
    """Return a part of the self-energy, as it is written."""
    return Written(rf"{prefix}\Sigma^{{\mathrm{{{part}}}}}")


D_SIGMA = self_energy_part("R", r"\delta")
SOURCE = Written(r"\Sigma_0^{\mathrm{K}}")
FREE = Written(r"[\hat{G}^{0}]^{-1}")
FREE_RETARDED = Written(r"[G^{0\mathrm{R}}]^{-1}")


def full_part(part: str, *arguments: sp.Expr) -> Written:
    """Return a part of the Green's function of the changing state, as it is written."""
    return Written(rf"{SCRIPT}^{{\mathrm{{{part}}}}}", *arguments)


def anomalous(function: Written) -> sp.Expr:
    """Return i (U/2) sum over s = 1, 2 of Tr[tau_s function] tau_s/2, summed over momenta."""
    terms = (
        momentum_sum(frequency_integral(sp.Trace(tau(s) * function) / 2)) * tau(s) for s in (1, 2)
    )
    return sp.MatAdd(*(sp.I * U / 2 * term for term in terms))


def difference_b1(claim: Any) -> Any:
    """With (28) for sum G^K_12 the claim has to be the project's self-energy, at any phase.

    (28) is used as the gap equation: 1/U is the sum of `gap_integrand`, -i G^K_12/(2 Delta_0).
    """
    above = green_functions(ANY_RESERVOIR, frequency=symbols.nu).keldysh[0, 1]
    defining = gap_integrand(ANY_RESERVOIR) * symbols.gap + sp.I * above / 2
    # G^K is anti-Hermitian
    summed = 2 * sp.I * sp.Matrix([[1, turned(1)], [turned(-1), 2]]) / U
    found = evaluated(claim, lambda w: pauli_matrix(w.name) or summed.as_immutable())
    return found - turned_self_energy(), defining


def turned(sign: int) -> sp.Expr:
    """Return Delta_0 exp(i theta) or its conjugate by t = tan(theta/2)."""
    return symbols.gap * (1 + sign * sp.I * _tangent) ** 2 / (1 + _tangent**2)


_tangent = sp.Symbol("t", real=True)


def turned_self_energy() -> sp.ImmutableMatrix:
    """Return the project's self-energy with the phase of the order parameter turned."""
    steady = self_energy(ANY_RESERVOIR).retarded
    return steady - pairing_field(symbols.gap, sp.S.Zero) + pairing_field(symbols.gap, _tangent)


def difference_b2(claim: Any) -> sp.ImmutableMatrix:
    """Any modulus and phase t = tan(theta/2) of the order parameter, by rotating it."""
    found = evaluated(claim, lambda w: pauli_matrix(w.name))
    half = sp.Rational(1, 2)

    def ends(inner: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Return a real polynomial of the order parameter, and its conjugate."""
        return inner.subs(Delta, turned(1)), inner.subs(Delta, turned(-1))

    found = found.replace(real_part, lambda x: half * sp.Add(*ends(x)))
    found = found.replace(imaginary_part, lambda x: -sp.I * half * (ends(x)[0] - ends(x)[1]))
    return found - turned_self_energy()


def difference_b3(claim: Any) -> sp.ImmutableMatrix:
    """By (37) it is minus the sum over s and t of (U/2) Pi_st a_t tau_s."""
    found = evaluated(
        claim, lambda w: pauli_matrix(w.name) or corner(perturbed(pairing_change()).keldysh)
    )
    return found + response()


@functools.cache
def response() -> sp.ImmutableMatrix:
    """Return the sum over s and t of (U/2) Pi_st a_t tau_s."""
    total = sp.zeros(2, 2)
    for s, t in itertools.product((1, 2), repeat=2):
        total += U / 2 * response_integrand(s, t, ANY_RESERVOIR) * VECTOR[t - 1] * nambu.pauli(s)
    return total.as_immutable()


def difference_b4(claim: Any) -> sp.ImmutableMatrix:
    """Return the claim less the change of the pairing field."""
    return evaluated(claim, lambda w: pauli_matrix(w.name)) - pairing_change()


@functools.cache
def pairing_change() -> sp.ImmutableMatrix:
    """Return the change of the self-energy with amplitude and phase."""
    return self_energy_change(amplitude, phase)


@functools.cache
def perturbed(change: sp.ImmutableMatrix) -> Keldysh:
    """Return the Green's functions on both waves, cached."""
    return perturbed_green_functions(change, ANY_RESERVOIR)


@functools.cache
def _waves() -> dict[str, sp.ImmutableMatrix]:
    """Return operators on the two plane waves that the change couples, by name."""
    zero = sp.zeros(2, 2)
    sources = [self_energy(ANY_RESERVOIR, frequency).keldysh for _, frequency in (AHEAD, BEHIND)]
    values = _named(perturbed(pairing_change()))
    values[SOURCE.name] = blocks(sources[0], zero, sources[1])
    values[D_SIGMA.name] = blocks(zero, pairing_change(), zero)
    for s in (1, 2):
        values[tau(s).name] = blocks(zero, nambu.pauli(s), zero)
    return values


INVERSE = Written(r"[G^{\mathrm{R}}]^{-1}")


def on_waves(claim: Any) -> sp.ImmutableMatrix:
    """Return a claim as a matrix on both waves."""
    return evaluated(claim, lambda w: _waves()[w.name])


def linearised(claim: Any) -> sp.ImmutableMatrix:
    """For any Green's functions of the two waves, and any Sigma^K and change."""
    return evaluated(claim, lambda w: _any_waves()[w.name])


@functools.cache
def _any_waves() -> dict[str, sp.ImmutableMatrix]:
    """Return operators on two waves, all of their matrices arbitrary."""
    names = iter("abcdefgh")

    def any_matrix() -> sp.ImmutableMatrix:
        return sp.ImmutableMatrix(2, 2, sp.symbols(f"{next(names)}_1:5"))

    retarded, advanced, sources = ([any_matrix(), any_matrix()] for _ in range(3))
    change = any_matrix()
    ends = [Keldysh(r, a, r * k * a) for r, a, k in zip(retarded, advanced, sources, strict=True)]
    full = coupled(change, ends[0], ends[1], sources)
    zero = sp.zeros(2, 2)
    inverses = [r.adjugate() / r.det() for r in retarded]
    return _named(full) | {
        INVERSE.name: blocks(inverses[0], zero, inverses[1]),
        SOURCE.name: blocks(sources[0], zero, sources[1]),
        D_SIGMA.name: blocks(zero, change, zero),
    }


def _named(full: Keldysh) -> dict[str, sp.ImmutableMatrix]:
    """Return the Green's functions of both waves and their changes, by name."""
    zero = sp.zeros(2, 2)
    values = {}
    for part, name in (("R", "retarded"), ("A", "advanced"), ("K", "keldysh")):
        matrix = getattr(full, name)
        values[steady_part(part).name] = blocks(matrix[:2, :2], zero, matrix[2:, 2:])
        values[change_part(part).name] = blocks(zero, corner(matrix), zero)
    return values


def is_change(part: str) -> Callable[[Any], Any]:
    """Return the difference of a claim, or of each part of a chain, and the change of G."""

    def difference(claim: Any) -> Any:
        parts = claim if isinstance(claim, tuple) else (claim,)
        return [on_waves(one) - _waves()[change_part(part).name] for one in parts]

    return difference


def difference_b12(claim: Any) -> Any:
    """Take the Hermitian conjugate, which sends the wave back: exchange the two waves."""
    conjugate, product = claim
    exchanged = {
        symbols.xi_plus: symbols.xi_minus,
        symbols.xi_minus: symbols.xi_plus,
        symbols.omega: -symbols.omega,
    }
    advanced = _waves()[change_part("A").name]
    # delta Delta is real in space and time: with (q, omega) it has the conjugate at (-q, -omega)
    found = evaluated(conjugate, lambda w: corner(_waves()[w.name]))
    found = found.subs(exchanged, simultaneous=True)
    return found - corner(advanced), on_waves(product) - advanced


WAVE = sp.exp(
    sp.I
    * (
        wave_vector * sp.Symbol(r"\mathbf{r}_g", real=True)
        - symbols.omega * sp.Symbol("t_g", real=True)
    )
)


def loop() -> sp.MatrixExpr:
    """Return the change of G^K but for its sign, with its arguments."""
    first = green("R", *AHEAD) * CHANGE * green("K", *BEHIND)
    return first + green("K", *AHEAD) * CHANGE * green("A", *BEHIND)


def at_arguments(w: Written) -> sp.ImmutableMatrix:
    """Return a Green's function at its arguments, or a Pauli matrix."""
    known = pauli_matrix(w.name)
    if known is not None:
        return known
    at, frequency = w.arguments
    steady = green_functions(ANY_RESERVOIR, frequency=frequency, xi=kinetic_energy(at))
    parts = {"R": steady.retarded, "A": steady.advanced, "K": steady.keldysh}
    return next(value for part, value in parts.items() if w.name == green(part).name)


def difference_b16(claim: Any) -> sp.ImmutableMatrix:
    """Fix the momenta by the integrals over r_r and r_1; the phase of the change is left."""
    found, left = plane_wave_arguments()
    p, q = sp.symbols("p q", real=True)
    named = {p: momentum, q: wave_vector}
    fixed = {str(k): v.subs(named) for k, v in found.items()}
    ends = (fixed["p'"], fixed["nu'"]), (fixed["p''"], fixed["nu''"])
    loop = green("R", *ends[0]) * CHANGE * green("K", *ends[1])
    loop += green("K", *ends[0]) * CHANGE * green("A", *ends[1])
    derived = evaluated(loop, at_arguments)
    changed = corner(perturbed(pairing_change()).keldysh)
    r_g = sp.Symbol("r_g", real=True)
    factor = sp.exp(sp.I * left.subs({q: wave_vector, r_g: sp.Symbol(r"\mathbf{r}_g", real=True)}))
    difference = evaluated(claim, at_arguments) - factor * changed
    return difference.row_join(derived + changed)


def difference_b17(claim: Any) -> sp.ImmutableMatrix:
    """Return the claim less the response (37) to amplitude and phase."""
    return evaluated(claim, at_arguments) - response()


def response_symbol(s: int, t: int) -> sp.Symbol:
    """Return Pi_st as it is written."""
    return sp.Symbol(rf"\Pi_{{{s}{t}}}")


def difference_b18(claim: Any) -> list[sp.Expr]:
    """Minus the components of (B3) along tau_1 and tau_2, with the Green's function perturbed."""
    values = {
        response_symbol(s, t): response_integrand(s, t, ANY_RESERVOIR)
        for s, t in itertools.product((1, 2), repeat=2)
    }
    keldysh = corner(perturbed(pairing_change()).keldysh)
    return [
        entry.xreplace(values) + sp.I * U / 4 * (nambu.pauli(s) * keldysh).trace()
        for s, entry in enumerate(claim, start=1)
    ]


def difference_b19(claim: Any) -> list[sp.Expr]:
    """For all vertices 1 and 2: the coefficients of the linearised Dyson equation."""
    differences = []
    for s, t in itertools.product((1, 2), repeat=2):
        vertices = {tau("s").name: nambu.pauli(s), tau("t").name: nambu.pauli(t)}

        def value(w: Written, named: dict[str, Any] = vertices) -> sp.ImmutableMatrix:
            if w.name in named:
                matrix = named[w.name]
                return blocks(matrix, sp.zeros(2, 2), matrix)
            at, frequency = w.arguments
            steady = green_functions(ANY_RESERVOIR, frequency=frequency, xi=kinetic_energy(at))
            return in_keldysh_space(steady)

        expected = linear_response_integrand(s, ANY_RESERVOIR)[t - 1]
        differences.append(evaluated(claim, value) - expected)
    return differences
