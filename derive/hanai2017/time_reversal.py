"""Section III, time reversal: symmetries of Pi and of the Green's functions, (51)-(60)."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.closed_forms.narrow import even, odd
from derive.functions.occupation import fermi
from derive.hanai2017.evidence import converges, number, together, vanishes
from derive.hanai2017.limits import narrow_coupling
from derive.hanai2017.limits.bubble import bubble_entry
from derive.hanai2017.limits.hydrodynamics import omega, q
from derive.hanai2017.limits.summed_response import summed_response
from derive.hanai2017.notation import F_even, component, explicit, written_out
from derive.model.greens import GreenFunctions, green_functions
from derive.records.record import Claim, Finding, Kind, Record, Status, Step

_DIGITS = 30


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


#: A driven state and a wave number for the sums over momenta, and where they are taken.
_MU, _DELTA, _EDGE = 1.0, 0.3, 0.38
_WAVE, _ABOVE_PAIRS, _BETWEEN_BANDS = 0.5, 1.0, 0.05


@functools.cache
def _summed(s: int, u: int, frequency: float, width: float) -> complex:
    rates = (0.8 * width, 0.2 * width)
    return summed_response(s, u, _WAVE, frequency, mu=_MU, gap=_DELTA, edge=_EDGE, rates=rates)


def _persists(values: dict[float, float], detail: str) -> Finding:
    """Return a finding that holds if values at smaller and smaller widths do not fall with them.

    What vanishes like gamma**n falls by (first/last width)**n; half an order is allowed.
    """
    first, last = min(values, key=lambda g: -g), min(values)
    shown = ", ".join(f"{v:.4f}" for v in values.values())
    widths = ", ".join(f"{g:g}" for g in values)
    return Finding(
        Status.VERIFIED,
        values[first] / values[last],
        (first / last) ** 0.5,
        detail=f"{detail}: {shown} at gamma = {widths}",
    )


def _odd_part_persists(s: int) -> Finding:
    """Sum Pi_ss(q, omega) - Pi_ss(q, -omega) over momenta: it does not vanish as gamma -> 0."""
    parts = []
    for frequency in (_BETWEEN_BANDS, _ABOVE_PAIRS):
        values = {
            g: abs(_summed(s, s, frequency, g) - _summed(s, s, -frequency, g))
            for g in (0.08, 0.04, 0.02)
        }
        words = f"|Pi_{s}{s}(omega) - Pi_{s}{s}(-omega)| summed over momenta, omega = {frequency:g}"
        parts.append(_persists(values, words))
        if not parts[-1].holds:
            break
    return dataclasses.replace(parts[-1], detail="; ".join(p.detail for p in parts))


def _opposite_when_summed(claim: sp.Expr) -> Finding:
    """Measure (52) for the sums over momenta: resonances included, it holds."""
    factor = claim.coeff(_PI[2, 1](omega))
    if claim != factor * _PI[2, 1](omega) or not factor.is_Rational:
        return Finding(Status.LIMIT, float("inf"))

    def deviation(width: float) -> Any:
        there, turned = (_summed(*pair, _ABOVE_PAIRS, width) for pair in ((1, 2), (2, 1)))
        return abs(there - float(factor) * turned)

    return converges(
        deviation,
        [0.16, 0.08, 0.04, 0.02],
        order=1,
        scale=mp.mpf("0.01"),
        digits=15,
        detail="Pi_12 + Pi_21 summed over momenta, resonances included",
    )


def _coupling_persists() -> Finding:
    """Return how Pi_12(q, 0) of a driven state stays as gamma -> 0."""
    mu, gap, edge, wave = 1.0, 0.3, 2.0, 0.5
    values = {
        g: abs(_measured_coupling(wave, mu, gap, edge, (0.8 * g, 0.2 * g))) for g in (0.04, 0.02)
    }
    return _persists(values, "|Pi_12(q, 0)| of a driven state")


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
            at = {symbols.xi: mp.mpf("0.31"), symbols.gap: mp.mpf("0.27")}
            at |= {symbols.edge: mp.mpf("0.38"), symbols.gamma_b: width * mp.mpf("0.8")}
            at |= {symbols.gamma_v: width * mp.mpf("0.2")}
            at[omega] = mp.hypot(at[symbols.xi], at[symbols.gap])
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


#: Numbers, titles and claims of (51) and (53): the entry at omega that stands on the left.
_PARITIES: tuple[tuple[str, str, int, Any], ...] = (
    ("51", "Amplitude response is even in the frequency", 1, lambda: _PI[1, 1](-omega)),
    ("53", "Phase response is even in the frequency", 2, lambda: _PI[2, 2](-omega)),
)
#: Numbers, names and claims of (55)-(59): the component at -omega that stands on the left.
_REFLECTIONS: tuple[tuple[str, str, str, int, int, Any], ...] = (
    ("55", "retarded function, electrons", "R", 1, 1, lambda: _chain("R", 1, 2, "A")),
    ("56", "retarded function, holes", "R", 2, 2, lambda: _chain("R", 2, 1, "A")),
    ("57", "anomalous function", "R", 1, 2, lambda: component("A", 1, 2)(omega)),
    ("58", "Keldysh function", "K", 1, 1, lambda: _chain("K", 1, 2, "K")),
    ("59", "anomalous Keldysh function", "K", 1, 2, lambda: component("K", 1, 2)(omega)),
)
_RESONANCES = (
    "False as printed. Momenta on the resonances E₊ ± E₋ = ± ω give an imaginary part that stays "
    "as γ → 0 and is odd in ω by (45): that of the pair continuum, and in driven states "
    "that of scattering within a branch, which Fig. 13 shows."
)

RECORDS = (
    *(
        Record(
            number_,
            title,
            Kind.LIMIT,
            Status.RESTRICTED,
            rf"\Pi_{{{row}{row}}}(\mathbf{{q}},\omega)",
            claim=claim,
            test=functools.partial(_entry_without_linewidth, row, row),
            steps=(Step("from (55)-(60) as γ → 0, off the resonances"),),
            note=_RESONANCES,
            scope="momenta off every resonance E₊ ± E₋ = ± ω, measured at one pair of momenta",
            evidence=Status.LIMIT,
            counterexample=functools.partial(_odd_part_persists, row),
        )
        for number_, title, row, claim in _PARITIES
    ),
    Record(
        "52",
        "Couplings of amplitude and phase are opposite",
        Kind.LIMIT,
        Status.LIMIT,
        r"\Pi_{12}(\mathbf{q},\omega)",
        claim=lambda: -_PI[2, 1](omega),
        test=together(functools.partial(_entry_without_linewidth, 1, 2), _opposite_when_summed),
        steps=(Step("from (55)-(60) as γ → 0"),),
        note="Unlike (51) and (53) it holds on the resonances, too.",
        scope="one pair of momenta off the resonances, and the sum over momenta of one state",
    ),
    Record(
        "54",
        "Coupling of amplitude and phase at rest",
        Kind.LIMIT,
        Status.RESTRICTED,
        r"\Pi_{12}(\mathbf{q},\omega=0) = -\Pi_{21}(\mathbf{q},\omega=0)",
        scope="as printed in equilibrium, where F₊ = 0; in the form given here as γ → 0 for "
        "q² ≤ 2μ and energies below the edge",
        evidence=Status.LIMIT,
        counterexample=_coupling_persists,
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
    *(
        Record(
            number_,
            f"Reflection of the {what}",
            Kind.IDENTITY,
            Status.PROVED,
            rf"G^{{\mathrm{{{part}}}}}_{{{row}{column}}}(\mathbf{{k}},-\omega)",
            claim=claim,
            test=_symmetry(part, row, column),
            steps=(Step("both sides from Dyson's equation, at any gamma and any occupation"),),
        )
        for number_, what, part, row, column, claim in _REFLECTIONS
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
)
