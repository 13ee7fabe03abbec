"""Section III, long waves: the expansion of M and the equations of motion from it, (46)-(62)."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.expansion import even, odd
from derive.greens import GreenFunctions, green_functions
from derive.limits import hydrodynamics, narrow_coupling
from derive.limits.bubble import bubble_entry
from derive.limits.hydrodynamics import (
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
from derive.occupation import fermi
from derive.paper.evidence import compared, converges, equals, number, together, vanishes
from derive.paper.notation import F_even, component, explicit, written_out
from derive.paper.record import Claim, Finding, Kind, Record, Status, Step

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


def _point(**changed: Any) -> dict[sp.Symbol, Any]:
    values = {symbol: mp.mpf(text) for symbol, text in _POINT.items()}
    values |= {getattr(symbols, name): value for name, value in changed.items()}
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
def _entries_and_coefficients() -> tuple[list[Any], dict[sp.Symbol, Any]]:
    """Return M at the point, and the real parts of its coefficients."""
    with mp.workdps(_DIGITS):
        at = _point()
        entries = [number(e, at) for row in hydrodynamics.long_wave_entries() for e in row]
        found = hydrodynamics.long_wave_coefficients()
        return entries, {name: mp.re(number(expr, at)) for name, expr in found.items()}


def _real_coefficients(claim: Claim) -> Finding:
    """Compare (46) with real coefficients with what `expand` gives, which may be complex."""
    with mp.workdps(_DIGITS):
        entries, coefficients = _entries_and_coefficients()
        values = _point() | coefficients
        claimed = [number(entry, values) for entry in claim]
        return compared(
            claimed,
            entries,
            digits=_DIGITS,
            scale=max(abs(entry) for entry in entries),
            # the closed forms lose the digits of (E/gamma)^4 at fourth-order poles
            bound=1e-24,
            detail="closed forms under the sum over momenta",
        )


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


# --- (51)-(54)

_PI = {(s, u): sp.Function(f"Pi_{s}{u}") for s in (1, 2) for u in (1, 2)}


def _entry_without_linewidth(s: int, u: int, claim: Claim) -> Finding:
    """Measure how Pi_su(q, omega) tends to a claim in terms of Pi as gamma -> 0.

    The momenta are fixed, off every resonance E_+ +- E_- = +- omega, and symmetrised.
    """
    with mp.workdps(_DIGITS):
        frequency = mp.mpf("0.17")
        momenta = (mp.mpf("0.31"), mp.mpf("-0.12"))

        def deviation(width: Any) -> Any:
            point = {
                symbols.gap: mp.mpf("0.27"),
                symbols.edge: mp.mpf("0.38"),
                symbols.gamma_b: width * mp.mpf("0.8"),
                symbols.gamma_v: width * mp.mpf("0.2"),
            }
            value = bubble_entry(s, u, momenta, frequency, point)
            return value - _evaluated(claim, momenta, frequency, point)

        steps = [mp.mpf(1) / (100 * 2**k) for k in range(5)]
        return converges(
            deviation,
            steps,
            order=1,
            scale=mp.mpf(1),
            digits=_DIGITS,
            detail="gamma -> 0 at fixed gamma_v/gamma_b and fixed momenta",
        )


def _evaluated(
    claim: sp.Expr, momenta: tuple[Any, Any], frequency: Any, point: dict[sp.Symbol, Any]
) -> Any:
    """Evaluate an expression in Pi_st(argument)."""
    values: dict[sp.Symbol, Any] = {omega: frequency}
    for (s, u), name in _PI.items():
        for k, applied in enumerate(sorted(claim.atoms(name), key=sp.default_sort_key)):
            place = sp.Symbol(f"Pi_{s}{u}_{k}")
            at = number(applied.args[0], {omega: frequency})
            values[place] = bubble_entry(s, u, momenta, at, point)
            claim = claim.xreplace({applied: place})
    return number(claim, values)


#: Energy along the resonance; another name than that of E_p, which is written out.
_E = sp.Symbol("epsilon", positive=True)


def _coupling_54() -> sp.Expr:
    """Return the coupling that (54) says vanishes."""
    gamma, gap = symbols.linewidth, symbols.gap
    end = sp.sqrt(gap**2 + q**2 * (symbols.mu - q**2 / 4))
    return sp.Integral(F_even(_E) / gamma, (_E, gap, end)) / (4 * sp.pi * q)


def _is_resonant_scattering(claim: sp.Expr) -> Finding:
    """Prove the claim by its derivative along the resonance, and its value where that begins."""
    density, bound = narrow_coupling.resonant_coupling_density()
    integrals = sorted(sp.sympify(claim).atoms(sp.Integral), key=sp.default_sort_key)
    if len(integrals) != 1:
        return vanishes(lambda c: c - density)(claim)
    (integral,) = integrals
    name, start, end = integral.limits[0]
    factor = claim.xreplace({integral: sp.S.One})
    # E dE = xi dxi along the resonance, from xi = 0 to its end
    known = {even: F_even(symbols.energy) / symbols.linewidth, odd: sp.S.Zero}
    by_energy = density.xreplace(known) * symbols.energy / symbols.xi
    return vanishes(
        lambda _: (
            factor * integral.function.subs(name, symbols.energy) - by_energy,
            claim - factor * integral,
            start - symbols.gap,
            end**2 - symbols.gap**2 - bound**2,
        )
    )(claim)


def _coupling_measured(claim: sp.Expr) -> Finding:
    """Measure how the coupling at finite gamma, by quadrature, tends to the claim."""
    mu, gap, edge, wave = 1.0, 0.3, 2.0, 0.5
    values = {symbols.mu: mu, symbols.gap: gap, symbols.edge: edge, q: wave}

    def deviation(width: Any) -> Any:
        rates = (0.8 * float(width), 0.2 * float(width))
        found = _measured_coupling(wave, mu, gap, edge, rates)
        gammas = {symbols.gamma_b: rates[0], symbols.gamma_v: rates[1]}
        exact = written_out(claim).subs(values | gammas)
        # all energies of the window are below the edge, where F_+ does not vary
        at = {_E: mp.mpf(gap)}
        occupations = {f: _step(f, at) for f in exact.atoms(fermi)}
        return found - float(exact.xreplace(occupations).doit())

    steps = [mp.mpf(1) / (25 * 2**k) for k in range(4)]
    return converges(
        deviation,
        steps,
        order=1,
        scale=mp.mpf("0.03"),
        digits=15,
        detail="two-dimensional quadrature at finite gamma",
    )


@functools.cache
def _measured_coupling(
    wave: float, mu: float, gap: float, edge: float, rates: tuple[float, float]
) -> float:
    return narrow_coupling.coupling_in_window(wave, 0.6, mu=mu, gap=gap, edge=edge, rates=rates)


# --- (55)-(60)


def _greens(frequency: sp.Expr) -> GreenFunctions:
    return green_functions(frequency=frequency)


def _symmetry(part: str, row: int, column: int) -> Any:
    """Return a test of a chain of relations for G_ij(-omega)."""
    derived = explicit(component(part, row, column)(-omega), _greens)
    return vanishes(
        lambda claim: tuple(
            explicit(element, _greens) - derived
            for element in (claim if isinstance(claim, tuple) else (claim,))
        )
    )


def _chain(part: str, row: int, other: int, mirrored: str) -> tuple[sp.Expr, ...]:
    """Return the right-hand sides of (55), (56) or (58)."""
    conjugate = sp.conjugate
    if part == "K":
        return (
            -conjugate(component("K", row, row)(-omega)),
            -component("K", other, other)(omega),
            conjugate(component("K", other, other)(omega)),
        )
    return (
        conjugate(component(mirrored, row, row)(-omega)),
        -component(mirrored, other, other)(omega),
        -conjugate(component(part, other, other)(omega)),
    )


def _transposed_60() -> sp.Matrix:
    return sp.Matrix([component(part, 2, 1)(omega) for part in "RAK"])


def _transposed_exactly(claim: sp.Matrix) -> Finding:
    """Prove the retarded and the advanced relation of (60)."""
    derived = [explicit(component(part, 1, 2)(omega), _greens) for part in "RA"]
    return vanishes(
        lambda _: tuple(
            explicit(entry, _greens) - d for entry, d in zip(claim[:2], derived, strict=True)
        )
    )(claim)


def _transposed_narrow(claim: sp.Matrix) -> Finding:
    """Measure the Keldysh relation of (60) as gamma -> 0, at the pole omega = E."""
    derived = explicit(component("K", 1, 2)(omega), _greens)
    difference = derived - explicit(claim[2], _greens)
    with mp.workdps(_DIGITS):

        def deviation(width: Any) -> Any:
            at = _point(gamma_b=width * mp.mpf("0.8"), gamma_v=width * mp.mpf("0.2"))
            at[omega] = at[symbols.energy]
            sign = {f: _step(f, at) for f in difference.atoms(sp.Function)}
            return width * number(difference.xreplace(sign), at)

        steps = [mp.mpf(1) / (100 * 2**k) for k in range(5)]
        return converges(
            deviation,
            steps,
            order=1,
            scale=mp.mpf(1),
            digits=_DIGITS,
            detail="gamma G^K at its pole as gamma -> 0; the other two are proved",
        )


def _step(occupation: sp.Expr, at: dict[sp.Symbol, Any]) -> sp.Expr:
    """Return the occupation of the bath at T = 0 as the number it is."""
    return sp.S.One if number(occupation.args[0], at) < 0 else sp.S.Zero


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


_SYMMETRY_STEPS = (Step("both sides from Dyson's equation, at any gamma and any occupation"),)
_REVERSIBLE = Step(
    "(46) with (51)-(54): even diagonal, opposite couplings that vanish at ω = 0",
    lambda: hydrodynamics.reversible_matrix(),
)
_RESONANCES = (
    "Measured at momenta off the resonances E₊ ± E₋ = ± ω. On them an imaginary part of Π stays "
    "as γ → 0: the pair continuum, and in driven states the intra-band one of Fig. 13."
)

RECORDS = (
    Record(
        "46",
        "M for long waves and low frequencies",
        Kind.APPROXIMATION,
        Status.VERIFIED,
        r"M(\mathbf{q},\omega)",
        claim=_matrix_46,
        test=_real_coefficients,
        steps=(
            Step("the derivatives of (37) by q² and ω at fixed γ are traces of resolvents, (D2)"),
            Step("their ν-integrals by residues are closed forms (`derive.expand`)"),
            Step("with 2/U from the real part of (33), α₂₂ and α₁₂ are absent: Thouless"),
        ),
        note="q → 0 is taken first, at finite γ; with γ → 0 first the coefficients are others. "
        "The next term of M(q, 0) is of order |q|³, that of M(0, ω) of order ω².",
    ),
    Record(
        "47",
        "Determinant of damped sound",
        Kind.APPROXIMATION,
        Status.PROVED,
        r"\det M(\mathbf{q},\omega)",
        claim=_damped_47,
        test=vanishes(_determinant_47),
        steps=(
            Step("det of (46) to q², ω, ω², with ω² of M₁₂ and M₂₂", hydrodynamics.determinant),
            Step("A, Γ and c by comparison", lambda: sp.Matrix(hydrodynamics.damped_sound())),
        ),
        note="The entries as (46) gives them are not enough for A: the terms of order ω² of M₂₂ "
        "and M₁₂, times α₁₁ and α₂₁, are of the same order as η₁₂η₂₁ and η₁₁η₂₂.",
    ),
    Record(
        "48",
        "Diffusive Goldstone mode",
        Kind.IDENTITY,
        Status.PROVED,
        r"\omega_{\mathbf{q}}^{\pm}",
        claim=_roots_48,
        test=equals(_solved_47),
        steps=(Step("the roots of (47)", _solved_47),),
    ),
    Record(
        "49",
        "Equation of motion of the phase, driven by the amplitude",
        Kind.LIMIT,
        Status.PROVED,
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
        Status.PROVED,
        "",
        claim=_continuity_50,
        test=vanishes(functools.partial(_is_row_of_motion, 1)),
        steps=(_REVERSIBLE, Step("its second row, with q² and ω from plane waves")),
        note="Rests on (54), which holds in equilibrium only, and leaves out the term of order ω² "
        "of M₂₂.",
    ),
    Record(
        "51",
        "Amplitude response is even in the frequency",
        Kind.LIMIT,
        Status.LIMIT,
        r"\Pi_{11}(\mathbf{q},\omega)",
        claim=lambda: _PI[1, 1](-omega),
        test=functools.partial(_entry_without_linewidth, 1, 1),
        steps=(Step("from (55)-(60) as γ → 0"),),
        note=_RESONANCES,
    ),
    Record(
        "52",
        "Couplings of amplitude and phase are opposite",
        Kind.LIMIT,
        Status.LIMIT,
        r"\Pi_{12}(\mathbf{q},\omega)",
        claim=lambda: -_PI[2, 1](omega),
        test=functools.partial(_entry_without_linewidth, 1, 2),
        steps=(Step("from (55)-(60) as γ → 0"),),
        note=_RESONANCES,
    ),
    Record(
        "53",
        "Phase response is even in the frequency",
        Kind.LIMIT,
        Status.LIMIT,
        r"\Pi_{22}(\mathbf{q},\omega)",
        claim=lambda: _PI[2, 2](-omega),
        test=functools.partial(_entry_without_linewidth, 2, 2),
        steps=(Step("from (55)-(60) as γ → 0"),),
        note=_RESONANCES,
    ),
    Record(
        "54",
        "Coupling of amplitude and phase at rest",
        Kind.LIMIT,
        Status.MISPRINT,
        r"\Pi_{12}(\mathbf{q},\omega=0) = -\Pi_{21}(\mathbf{q},\omega=0)",
        claim=_coupling_54,
        printed=lambda: sp.S.Zero,
        test=together(_is_resonant_scattering, _coupling_measured),
        steps=(
            Step(
                "within a branch, at equal energies and ξ₊ = -ξ₋, δ(E₊ - E₋) has the weight",
                narrow_coupling.resonant_weight,
            ),
            Step(
                "along the resonance ξ runs from 0 to q√(μ - q²/4) for q² ≤ 2μ; there stands",
                lambda: narrow_coupling.resonant_coupling_density()[0],
            ),
            Step("with E dE = ξ dξ the integral over the energy; it begins linear in q"),
        ),
        note="Printed as zero. That holds in equilibrium, where F₊ vanishes. In driven states the "
        "distribution of a branch differs between ξ and -ξ, and scattering between the two "
        "couples amplitude and phase, however small γ is. Decided by two-dimensional quadrature "
        "of (37) at finite γ, which tends to the closed form with first order in γ.",
    ),
    Record(
        "55",
        "Reflection of the retarded function, electrons",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{R}}_{11}(\mathbf{k},-\omega)",
        claim=lambda: _chain("R", 1, 2, "A"),
        test=_symmetry("R", 1, 1),
        steps=_SYMMETRY_STEPS,
    ),
    Record(
        "56",
        "Reflection of the retarded function, holes",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{R}}_{22}(\mathbf{k},-\omega)",
        claim=lambda: _chain("R", 2, 1, "A"),
        test=_symmetry("R", 2, 2),
        steps=_SYMMETRY_STEPS,
    ),
    Record(
        "57",
        "Reflection of the anomalous function",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{R}}_{12}(\mathbf{k},-\omega)",
        claim=lambda: component("A", 1, 2)(omega),
        test=_symmetry("R", 1, 2),
        steps=_SYMMETRY_STEPS,
    ),
    Record(
        "58",
        "Reflection of the Keldysh function",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{K}}_{11}(\mathbf{k},-\omega)",
        claim=lambda: _chain("K", 1, 2, "K"),
        test=_symmetry("K", 1, 1),
        steps=_SYMMETRY_STEPS,
    ),
    Record(
        "59",
        "Reflection of the anomalous Keldysh function",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{K}}_{12}(\mathbf{k},-\omega)",
        claim=lambda: component("K", 1, 2)(omega),
        test=_symmetry("K", 1, 2),
        steps=_SYMMETRY_STEPS,
    ),
    Record(
        "60",
        "Symmetry of the anomalous functions",
        Kind.LIMIT,
        Status.LIMIT,
        r"G^{\mathrm{R/A/K}}_{12}(\mathbf{k},\omega)",
        claim=_transposed_60,
        test=together(_transposed_exactly, _transposed_narrow),
        steps=(
            Step(
                "exact for R and A; for K the difference is i γ F₊ over the denominator of (31)",
                lambda: explicit(
                    component("K", 1, 2)(omega) - component("K", 2, 1)(omega), _greens
                ),
            ),
        ),
    ),
    Record(
        "61",
        "Determinant with time reversal",
        Kind.APPROXIMATION,
        Status.PROVED,
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
        Status.PROVED,
        r"\omega_{\mathbf{q}}^{\pm}",
        claim=_sound_62,
        test=vanishes(_sound_is_root),
        steps=(Step("the roots of (61)", lambda: sp.Matrix(hydrodynamics.reversible_modes())),),
        note="The velocity misses the ω² of M₂₂, as (61) does.",
    ),
)
