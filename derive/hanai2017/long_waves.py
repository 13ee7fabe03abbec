"""Section III, long waves: the expansion of M and the equations of motion from it, (46)-(62)."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.hanai2017.evidence import compared, equals, number, together, vanishes
from derive.hanai2017.limits import hydrodynamics
from derive.hanai2017.limits.bubble import bubble_entry
from derive.hanai2017.limits.hydrodynamics import (
    alpha11,
    alpha21,
    beta11,
    beta12,
    beta21,
    beta22,
    eta11,
    eta12,
    eta21,
    eta22,
    omega,
    q,
)
from derive.records.record import Claim, Finding, Kind, Record, Status, Step

_DIGITS = 30
#: Where closed forms under the sum over momenta are evaluated: no symmetry, no small number.
_POINT = {
    symbols.xi: "0.31",
    symbols.gap: "0.27",
    symbols.gamma_b: "0.05",
    symbols.gamma_v: "0.013",
    symbols.edge: "0.38",
    symbols.mu: "0.7",
    q: "0.11",
    omega: "0.07",
}


def _point() -> dict[sp.Symbol, Any]:
    values = {symbol: mp.mpf(text) for symbol, text in _POINT.items()}
    return values | {
        symbols.energy: mp.hypot(values[symbols.xi], values[symbols.gap]),
        symbols.linewidth: values[symbols.gamma_b] + values[symbols.gamma_v],
    }


# --- (46)-(48)


def _matrix_46() -> sp.Matrix:
    return sp.Matrix(
        [
            [
                alpha11 + beta11 * q**2 - sp.I * eta11 * omega,
                -beta12 * q**2 + sp.I * eta12 * omega,
            ],
            [
                alpha21 + beta21 * q**2 - sp.I * eta21 * omega,
                beta22 * q**2 - sp.I * eta22 * omega,
            ],
        ]
    )


@functools.cache
def _coefficients() -> dict[sp.Symbol, Any]:
    """Return the coefficients at the point, those included that (46) does without."""
    with mp.workdps(_DIGITS):
        at = _point()
        found = hydrodynamics.long_wave_coefficients()
        return {name: number(expr, at) for name, expr in found.items()}


def _real_coefficients(claim: Claim) -> Finding:
    """Compare (46), whose coefficients are real, with what `expand` gives, complex at first."""
    with mp.workdps(_DIGITS):
        at, found = _point(), _coefficients()
        real = {name: mp.re(value) for name, value in found.items()}
        claimed = [number(entry, at | real) for entry in claim]
        entries = []
        for (s, t), (alpha, beta, eta) in hydrodynamics.ENTRIES.items():
            sign = -1 if (s, t) == (1, 2) else 1
            waves = found[beta] * at[q] ** 2 - mp.j * found[eta] * at[omega]
            entries.append(found[alpha] + sign * waves)
        return compared(
            claimed,
            entries,
            digits=_DIGITS,
            scale=max(abs(entry) for entry in entries),
            # rounding of some fifty terms, each larger than their sum by (E/gamma)^4 = 2000 where
            # poles of fourth order are
            bound=50 * 2000 * 10.0**-_DIGITS,
            detail="closed forms under the sum over momenta",
        )


#: Digits with which derivatives of Pi are taken, steps of the two momenta and of the frequency, by
#: which many of them are lost, and of the two momenta from each other, which must not be equal.
_FINE, _STEP, _APART = 70, "1e-12", "1e-15"


def _derivatives_of_response(claim: Claim) -> Finding:
    """Compare the coefficients of q^2 and omega of (46) with derivatives of Pi, (37).

    By the integration by parts of `derive.closed_forms.expansion` that of q^2 is
    -(2/3) p^2 d_+ d_- Pi.
    """
    found, expected = [], []
    with mp.workdps(_FINE):
        at, step, apart = _point(), mp.mpf(_STEP), mp.mpf(_APART)
        real = {name: mp.re(value) for name, value in _coefficients().items()}
        for (s, t), entry in zip(hydrodynamics.ENTRIES, claim, strict=True):
            response = functools.partial(bubble_entry, s, t, point=at)
            ends = [at[symbols.xi] + sign * step for sign in (1, -1)]
            mixed = sum(
                k * m * response((x + apart, y - apart), mp.zero)
                for k, x in zip((1, -1), ends, strict=True)
                for m, y in zip((1, -1), ends, strict=True)
            )
            near = (at[symbols.xi] + apart, at[symbols.xi] - apart)
            slope = response(near, step) - response(near, -step)
            measure = mp.mpf(2) / 3 * (at[symbols.xi] + at[symbols.mu])
            expected += [measure * mixed / (4 * step**2), -slope / (2 * step)]
            found += [number(sp.expand(entry).coeff(name, n), at | real) for name, n in _POWERS]
        return compared(
            [x / abs(y) for x, y in zip(found, expected, strict=True)],
            [y / abs(y) for y in expected],
            digits=_DIGITS,
            scale=mp.one,
            # the square of the steps over that of gamma, times a fourth derivative
            bound=1e-15,
            detail="coefficients of q^2 and omega against derivatives of the loop at one momentum",
        )


_POWERS = ((q, 2), (omega, 1))


def _damped_47() -> sp.Expr:
    A, Gamma, c = sp.symbols("A Gamma c", real=True)
    return A * (omega**2 + sp.I * Gamma * omega - c * q**2)


def _determinant_47(claim: sp.Expr) -> sp.Expr:
    names = sp.symbols("A Gamma c", real=True)
    values = dict(zip(names, hydrodynamics.damped_sound(), strict=True))
    return claim.subs(values) - hydrodynamics.determinant()


def _roots_48() -> sp.Matrix:
    Gamma, c = sp.symbols("Gamma c", real=True)
    root = sp.sqrt(c * q**2 - Gamma**2 / 4)
    return sp.Matrix([-sp.I * Gamma / 2 + root, -sp.I * Gamma / 2 - root])


def _solved_47() -> sp.Matrix:
    """Return both roots of (47), that with the positive square root first."""
    prefactor = sp.Symbol("A", real=True)
    square, linear, constant = sp.Poly(_damped_47() / prefactor, omega).all_coeffs()
    root = sp.sqrt(linear**2 - 4 * square * constant) / (2 * square)
    return sp.Matrix([-linear / (2 * square) + root, -linear / (2 * square) - root])


def _are_roots(claim: sp.Matrix) -> Any:
    """Return det M at the two frequencies, with Gamma and c as the coefficients give them."""
    _, *values = hydrodynamics.damped_sound()
    names = dict(zip(sp.symbols("Gamma c", real=True), values, strict=True))
    return [sp.expand(hydrodynamics.determinant().subs(omega, w.subs(names))) for w in claim]


# --- (49), (50), (61), (62): equations of motion in space and time

x, t = sp.symbols("x t", real=True)
_intensity = sp.Function(r"\delta|\Delta|^2")(x, t)
_phase = sp.Function(r"\delta\theta")(x, t)


def _amplitude_49() -> sp.Expr:
    gap = symbols.gap
    return (
        alpha11 * _intensity
        - beta11 * sp.Derivative(_intensity, (x, 2))
        + 2 * gap**2 * eta12 * sp.Derivative(_phase, t)
    )


def _continuity_50() -> sp.Expr:
    gap = symbols.gap
    return eta12 * sp.Derivative(_intensity, t) + 2 * gap**2 * beta22 * sp.Derivative(
        _phase, (x, 2)
    )


def _is_row_of_motion(row: int, claim: sp.Expr) -> sp.Expr:
    """Return the difference of a claim for plane waves and the row of M times (d|Delta|, phase)."""
    a, b = sp.symbols("a b")
    wave = sp.exp(sp.I * (q * x - omega * t))
    gap = symbols.gap
    applied = claim.subs({_intensity: 2 * gap * a * wave, _phase: -b / gap * wave}).doit()
    coefficients = sp.expand(sp.expand(applied) / wave)
    matrix = hydrodynamics.reversible_matrix()
    return coefficients - 2 * gap * (matrix[row, 0] * a + matrix[row, 1] * b)


def _determinant_61() -> sp.Expr:
    return beta22 * q**2 * (alpha11 + beta11 * q**2) - eta12**2 * omega**2


def _sound_62() -> sp.Matrix:
    root = sp.sqrt(beta22 * q**2 * (alpha11 + beta11 * q**2)) / eta12
    return sp.Matrix([root, -root])


def _sound_is_root(claim: sp.Matrix) -> Any:
    """Return what vanishes: both squares, and the two roots are opposite, the first rising."""
    squared = sp.solve(hydrodynamics.reversible_matrix().det(), omega**2)[0]
    first, second = claim
    return (first**2 - squared, second**2 - squared, first + second)


_REVERSIBLE = Step(
    "(46) with (51)-(54): even diagonal, opposite couplings that vanish at ω = 0",
    lambda: hydrodynamics.reversible_matrix(),
)

RECORDS = (
    Record(
        "46",
        "M for long waves and low frequencies",
        Kind.APPROXIMATION,
        Status.VERIFIED,
        r"M(\mathbf{q},\omega)",
        claim=_matrix_46,
        test=together(_real_coefficients, _derivatives_of_response),
        steps=(
            Step("the derivatives of (37) by q² and ω at fixed γ are traces of resolvents, (D2)"),
            Step("their ν-integrals by residues are closed forms (`derive.expand`)"),
            Step("with 2/U from the real part of (33), α₂₂ and α₁₂ are absent: Thouless"),
        ),
        note="q → 0 is taken first, at finite γ; with γ → 0 first the coefficients are others. "
        "The next term is of order |q|³ in M₁₁, q⁴ in the others, and ω²: measured on solved "
        "driven states to 25 digits, tests/numerics/precise/test_long_waves.py.",
        scope="the coefficients under the sum, at one momentum: that they are real, which are "
        "absent, and that they are derivatives of the loop",
    ),
    Record(
        "47",
        "Determinant of damped sound",
        Kind.APPROXIMATION,
        Status.CONSEQUENCE,
        r"\det M(\mathbf{q},\omega)",
        claim=_damped_47,
        test=vanishes(_determinant_47),
        steps=(
            Step("det of (46) to q², ω, ω²", hydrodynamics.determinant),
            Step("A, Γ and c by comparison", lambda: sp.Matrix(hydrodynamics.damped_sound())),
            Step(
                "A as it would be with the terms of order ω² of M₁₂ and M₂₂",
                lambda: hydrodynamics.damped_sound(second_order=True)[0],
            ),
        ),
        note="A, Γ and c are those that (46) gives. They are not those of det M: the terms of "
        "order ω² of M₂₂ and M₁₂, times α₁₁ and α₂₁, are of the same order as η₁₂η₂₁ and η₁₁η₂₂. "
        "`Hydrodynamics.dynamic_prefactor` has them; both are measured on solved driven states in "
        "tests/numerics/precise/test_long_waves.py.",
    ),
    Record(
        "48",
        "Diffusive Goldstone mode",
        Kind.IDENTITY,
        Status.CONSEQUENCE,
        r"\omega_{\mathbf{q}}^{\pm}",
        claim=_roots_48,
        test=together(equals(_solved_47), vanishes(_are_roots)),
        steps=(Step("the roots of (47)", _solved_47),),
    ),
    Record(
        "49",
        "Equation of motion of the phase, driven by the amplitude",
        Kind.LIMIT,
        Status.CONSEQUENCE,
        "",
        claim=_amplitude_49,
        test=vanishes(functools.partial(_is_row_of_motion, 0)),
        steps=(_REVERSIBLE, Step("its first row, with q² and ω from plane waves")),
        note="Rests on (54), which holds in equilibrium only.",
    ),
    Record(
        "50",
        "Continuity equation of the condensate",
        Kind.LIMIT,
        Status.CONSEQUENCE,
        "",
        claim=_continuity_50,
        test=vanishes(functools.partial(_is_row_of_motion, 1)),
        steps=(_REVERSIBLE, Step("its second row, with q² and ω from plane waves")),
        note="Rests on (54), which holds in equilibrium only, and leaves out the term of order ω² "
        "of M₂₂.",
    ),
    Record(
        "61",
        "Determinant with time reversal",
        Kind.APPROXIMATION,
        Status.CONSEQUENCE,
        r"\det M(\mathbf{q},\omega)",
        claim=_determinant_61,
        test=equals(lambda: hydrodynamics.reversible_matrix().det()),
        steps=(_REVERSIBLE,),
        note="-α₁₁ times the ω² of M₂₂ is of the same order as η₁₂²ω² and missing.",
    ),
    Record(
        "62",
        "Sound mode with time reversal",
        Kind.APPROXIMATION,
        Status.CONSEQUENCE,
        r"\omega_{\mathbf{q}}^{\pm}",
        claim=_sound_62,
        test=vanishes(_sound_is_root),
        steps=(Step("the roots of (61)", lambda: sp.Matrix(hydrodynamics.reversible_modes())),),
        note="The velocity misses the ω² of M₂₂, as (61) does.",
    ),
)
