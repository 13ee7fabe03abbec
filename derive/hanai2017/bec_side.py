"""Section III, the BEC side: the amplitude stiffness, (63), (71), (72)."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.algebra.keldysh import Keldysh
from derive.closed_forms.narrow import even, even_slope, lowest_terms, odd, odd_slope
from derive.hanai2017.evidence import compiled, converges, number, together, vanishes
from derive.hanai2017.limits.bec import (
    amplitude_stiffness,
    free_function,
    narrow_anomalous,
    narrow_product,
    occupation,
    uniform_stiffness,
)
from derive.hanai2017.limits.bubble import bubble_entry
from derive.hanai2017.limits.orders import width_first
from derive.hanai2017.notation import f_b, frequency_integral, momentum_sum
from derive.hanai2017.pairing_series import anything
from derive.hanai2017.products import (
    cancelled,
    derivative,
    entry,
    keldysh_part,
    letter,
    words,
    written,
)
from derive.model.greens import green_functions
from derive.model.reservoirs import distribution, resolve
from derive.records.record import Claim, Finding, Kind, Record, Status, Step

_GAP, _XI, _OMEGA, _NU = symbols.gap, symbols.xi, symbols.omega, symbols.nu
_PLUS, _MINUS = symbols.xi_plus, symbols.xi_minus
_U = sp.Symbol("U", nonzero=True)

# -- (63) ------------------------------------------------------------------------------------------

#: Entries at p + q/2, nu + omega/2 and at p - q/2, nu - omega/2.
_P11, _P12, _P22 = (letter(rf"G^{{+}}_{{{k}}}") for k in ("11", "12", "22"))
_M11, _M12, _M22 = (letter(rf"G^{{-}}_{{{k}}}") for k in ("11", "12", "22"))
_INDEX = {_P11: (1, 1), _P12: (1, 2), _P22: (2, 2), _M11: (1, 1), _M12: (1, 2), _M22: (2, 2)}


def _summed(part: sp.Expr) -> sp.Expr:
    return momentum_sum(frequency_integral(part))


def _amplitude(factor: int) -> Claim:
    both = keldysh_part(_P12 * _M12 + _P11 * _M22)
    return (
        2 / _U - factor * sp.I * _summed(both),
        -2 * factor * sp.I * _summed(keldysh_part(_P12 * _M12)),
    )


def _loops(claim: sp.Expr) -> sp.Expr:
    """Integrate products of two entries over nu, gamma -> 0 before q -> 0."""

    def evaluated(inner: sp.Expr) -> sp.Expr:
        total: sp.Expr = sp.S.Zero
        for coefficient, word in words(inner):
            if len(word) != 2 or word[0] not in (_P11, _P12, _P22):
                return sp.Symbol("other")
            total += coefficient * narrow_product(*(_INDEX[one] for one in word))
        return total

    # Thouless criterion (40): the gap equation (28)
    thouless = -sp.I / (2 * _GAP) * narrow_anomalous()
    bare = claim.xreplace({1 / _U: thouless}).replace(momentum_sum, lambda x: x)
    return bare.replace(frequency_integral, lambda x: x).replace(keldysh_part, evaluated)


def _check_63(claim: Claim) -> Claim:
    return tuple(lowest_terms(_loops(part) - width_first()) for part in claim)


_PLAIN = [letter(rf"\tilde{{G}}^{{0,{s}}}_{{{k}}}") for s in "+-" for k in ("11", "22")]
_STARRED = [
    letter(r"[\tilde{G}^{0}_{11}(-\mathbf{k}-\mathbf{q}/2,-\nu-\omega/2)]^{*}"),
    letter(r"[\tilde{G}^{0}_{11}(-\mathbf{k}+\mathbf{q}/2,-\nu+\omega/2)]^{*}"),
]


def _four(factor: int) -> Claim:
    a, b, c, d = _PLAIN
    first, second = _STARRED
    return tuple(
        -factor * sp.I * _GAP**2 * _summed(keldysh_part(word))
        for word in (a * b * c * d, a * first * c * second)
    )


def _conjugate(one: Keldysh) -> Keldysh:
    """Return the conjugate, which turns the sign of an anti-Hermitian Keldysh part back."""
    return Keldysh(one.retarded.conjugate(), one.advanced.conjugate(), -one.keldysh.conjugate())


@functools.cache
def _free_letters() -> dict[sp.Symbol, Keldysh]:
    upper, lower = _NU + _OMEGA / 2, _NU - _OMEGA / 2
    plus, minus = (free_function(w, xi, anything()) for w, xi in ((upper, _PLUS), (lower, _MINUS)))
    mirrored = [free_function(w, xi, anything()) for w, xi in ((-upper, _PLUS), (-lower, _MINUS))]
    plain = [entry(one, k, k) for one in (plus, minus) for k in (1, 2)]
    starred = [_conjugate(entry(one, 1, 1)) for one in mirrored]
    return {**dict(zip(_PLAIN, plain, strict=True)), **dict(zip(_STARRED, starred, strict=True))}


@functools.cache
def _second_order() -> sp.Expr:
    """Return the coefficient of Delta_0^2 of -2i [G12 G12]^K, from the exact Green's functions."""
    gap = sp.Symbol("Delta", real=True)
    ends = ((_NU + _OMEGA / 2, _PLUS), (_NU - _OMEGA / 2, _MINUS))

    def first_order(one: Keldysh) -> Keldysh:
        parts = (one.retarded, one.advanced, one.keldysh)
        return Keldysh(*(derivative(part, gap, 1).subs(gap, 0) for part in parts))

    left, right = (
        entry(first_order(green_functions(anything(), frequency=w, xi=xi, gap=gap)), 1, 2)
        for w, xi in ends
    )
    return -2 * sp.I * (left @ right).keldysh[0, 0]


def _check_71(claim: Claim) -> Claim:
    results = []
    for part in claim:
        bare = part.replace(momentum_sum, lambda x: x).replace(frequency_integral, lambda x: x)
        explicit = written(bare, _free_letters())[0, 0]
        results.append(cancelled(explicit - _GAP**2 * _second_order(), symbols.linewidth))
    return tuple(results)


# -- (72) ------------------------------------------------------------------------------------------


def _stiffness() -> Claim:
    ratio = symbols.gamma_b / symbols.linewidth
    z = symbols.omega + sp.I * symbols.delta
    total, apart = _PLUS + _MINUS, _PLUS - _MINUS
    filled = 2 * (1 - ratio * f_b(_PLUS) - ratio * f_b(_MINUS))
    moved = -2 * ratio * (f_b(_PLUS) - f_b(_MINUS))
    split = total / (total**2 - z**2) * filled - apart / (apart**2 - z**2) * moved
    slope = sp.Derivative(f_b(_XI), _XI)
    uniform = (1 - 2 * ratio * f_b(_XI)) / _XI**3 - 2 * ratio / _XI**2 * (-slope)
    return (
        _GAP**2 * momentum_sum(split / (_PLUS * _MINUS)),
        _GAP**2 * momentum_sum(uniform),
    )


def _filled(expr: sp.Expr) -> sp.Expr:
    """Replace F/gamma by that of the bath and the vacuum."""
    chosen = resolve()
    gamma = symbols.gamma_b + symbols.gamma_v
    return expr.replace(occupation, lambda x: distribution(chosen, x) / gamma).doit()


def _check_72(claim: Claim) -> Claim:
    split, uniform = (part.replace(momentum_sum, lambda x: x).doit() for part in claim)
    z = symbols.omega + sp.I * symbols.delta
    return (
        split - _GAP**2 * _filled(amplitude_stiffness(_PLUS, _MINUS, z)),
        uniform - _GAP**2 * _filled(uniform_stiffness()),
    )


def _momentum_integral(expr: sp.Expr, at: dict[Any, Any], gap: Any) -> Any:
    r"""Return sum_p of a function of xi, E and f's slopes at T = 0, with E(xi) and -f' = delta.

    sum_p = int dxi sqrt(xi + mu)/(4 pi^2) for 2m = 1; mu < 0.
    """
    function = compiled(expr)
    ratio, bottom, step = at["ratio"], -at["mu"], mp.sqrt(at["edge"] ** 2 - gap**2)

    def value(xi: Any, filled: int, slope: int) -> Any:
        known = {_XI: xi, symbols.energy: mp.hypot(xi, gap), _GAP: gap}
        known |= {even: 1 - ratio * (filled + 1), odd: ratio * (1 - filled)}
        known |= {even_slope: ratio * slope, odd_slope: ratio * slope}
        return mp.sqrt(xi - bottom) * function(known)

    # the square root is removed by xi = bottom + p^2
    def smooth(low: Any, high: Any, filled: int) -> Any:
        return mp.quad(
            lambda p: 2 * p * value(bottom + p * p, filled, 0), [mp.sqrt(low), mp.sqrt(high)]
        )

    inner = smooth(mp.zero, step - bottom, 1)
    outer = smooth(step - bottom, mp.mpf(10), 0) + smooth(mp.mpf(10), mp.inf, 0)
    # delta(E - B), integrated over xi, is E/xi
    jump = (value(step, 0, 1) - value(step, 0, 0)) * at["edge"] / step
    return (inner + outer + jump) / (4 * mp.pi**2)


#: Two kinetic energies on both sides of the edge, a frequency off their resonances, the edge.
_PAIR = {"plus": "0.83", "minus": "0.47", "omega": "0.17", "edge": "0.6", "ratio": "0.7"}


def _first_line_72(claim: Claim) -> Finding:
    """Compare the first line under the sum with the loop, which has no poles by hand.

    Pi_22 - Pi_11 is -2i [G12 G12]^K, whatever gamma and Delta_0 are; here gamma falls like
    Delta_0^3, so that it vanishes first.
    """
    with mp.workdps(_DIGITS):
        at = {name: mp.mpf(value) for name, value in _PAIR.items()}
        momenta = (at["plus"], at["minus"])
        inner = sp.sympify(claim[0]).replace(momentum_sum, lambda x: x) / _GAP**2
        filled = sp.cancel(inner.xreplace({f_b(_PLUS): sp.S.Zero, f_b(_MINUS): sp.S.One}))
        known = {_PLUS: at["plus"], _MINUS: at["minus"], _OMEGA: at["omega"]}
        known |= {symbols.gamma_b: at["ratio"], symbols.linewidth: mp.one, symbols.delta: mp.zero}
        limit = number(filled, known)

        def deviation(gap: Any) -> Any:
            point = {_GAP: gap, symbols.edge: at["edge"]}
            point |= {symbols.gamma_b: at["ratio"] * gap**3}
            point |= {symbols.gamma_v: (1 - at["ratio"]) * gap**3}
            phase, amplitude = (bubble_entry(s, s, momenta, at["omega"], point) for s in (2, 1))
            return (phase - amplitude) / gap**2 - limit

        return converges(
            deviation,
            [mp.mpf(2) ** -k for k in range(5, 10)],
            order=2,
            scale=abs(limit),
            digits=_DIGITS,
            detail="the first line against the loop of one pair of momenta",
        )


_DIGITS = 25
_BEC_POINT = {"mu": "-1", "edge": "1.5", "ratio": "0.7"}


@functools.cache
def _exact_sums() -> tuple[tuple[Any, Any], ...]:
    """Return Delta_0 and alpha_11/Delta_0^2 summed over momenta, gamma -> 0 before q -> 0."""
    with mp.workdps(_DIGITS):
        at = {name: mp.mpf(value) for name, value in _BEC_POINT.items()}
        gaps = [mp.mpf(2) ** -k for k in range(3, 8)]
        return tuple((g, _momentum_integral(width_first() / _GAP**2, at, g)) for g in gaps)


def _summed_72(claim: Claim) -> Finding:
    """Compare the sum over momenta of the second line with that at a finite order parameter."""
    with mp.workdps(_DIGITS):
        at = {name: mp.mpf(value) for name, value in _BEC_POINT.items()}
        inner = claim[1].replace(momentum_sum, lambda x: x) / _GAP**2
        r = symbols.gamma_b / symbols.linewidth
        # f and -f' by the symbols of the distribution: r f = r - odd, -r f' = even_slope
        slope = sp.Derivative(f_b(_XI), _XI)
        inner = sp.expand(inner).xreplace({slope: -even_slope / r})
        inner = sp.expand(inner.xreplace({f_b(_XI): 1 - odd / r}))
        inner = sp.expand(inner).xreplace({symbols.gamma_b: at["ratio"] * symbols.linewidth})
        limit = _momentum_integral(sp.cancel(inner), at, mp.zero)
        exact = dict(_exact_sums())
        return converges(
            lambda g: exact[g] - limit,
            list(exact),
            order=2,
            scale=abs(_exact_sums()[-1][1]),
            digits=_DIGITS,
            detail="alpha_11/Delta_0^2 summed over momenta, gamma -> 0 first, against Delta_0 -> 0",
        )


RECORDS: tuple[Record, ...] = (
    Record(
        "63",
        "Amplitude stiffness as a loop",
        Kind.LIMIT,
        Status.MISPRINT,
        r"\alpha_{11}",
        claim=lambda: _amplitude(1),
        printed=lambda: _amplitude(2),
        test=vanishes(_check_63),
        steps=(
            Step("M_11 = 2/U - Pi_11, with G12 = G21 as gamma -> 0, (60)"),
            Step("nu integrated with delta functions at the two branches, then q -> 0"),
            Step("2/U by the Thouless criterion (40) cancels G11 G22", width_first),
        ),
        note="Both prefactors are printed twice too large; with the corrected ones alpha_11 "
        "becomes (72), and in equilibrium the sum of Delta_0^2/E^3. gamma -> 0 before q -> 0: the "
        "other order leaves the sum of Delta_0^2 F_+(E)/(gamma E^2 xi) in addition, which "
        "vanishes in equilibrium. + and - mark momenta and frequencies shifted by half of q, "
        "omega.",
        scope="the integral over nu of a product of two entries is derived by hand",
        compensates=("13", "70", "A7"),
    ),
    Record(
        "71",
        "Amplitude stiffness as an exchange process",
        Kind.APPROXIMATION,
        Status.MISPRINT,
        r"\alpha_{11}",
        claim=lambda: _four(2),
        printed=lambda: _four(4),
        test=vanishes(_check_71),
        steps=(
            Step("G12 is -Delta_0 [G11 G22] of the free functions, by (67) and (69)"),
            Step("in the second line of (63); G22 is minus the conjugate of G11, (55), (56)"),
        ),
        compensates=("13", "70", "A7"),
        note="Twice too large as printed, like (63). The conjugate of a Keldysh part is meant with "
        "the sign that keeps it anti-Hermitian, i.e. as -(G^K)^*; (58) has the other sign.",
    ),
    Record(
        "72",
        "Amplitude stiffness in the BEC limit",
        Kind.APPROXIMATION,
        Status.LIMIT,
        r"\alpha_{11}",
        claim=_stiffness,
        test=together(vanishes(_check_72), _summed_72, _first_line_72),
        steps=(
            Step("the delta functions of (70) in (71), at different momenta and finite omega"),
            Step(
                "the sum over the poles",
                lambda: amplitude_stiffness(_PLUS, _MINUS, symbols.omega),
            ),
            Step(
                "omega = 0 and q -> 0: the difference quotient of F becomes F'", uniform_stiffness
            ),
        ),
        note="gamma -> 0 before q -> 0. In the other order the bracket is xi^-3 [1 + gamma_v/gamma "
        "- 3 (gamma_b/gamma) f_b] with the same second term: the quasiparticles' coherence of the "
        "order gamma between poles that coincide adds F_+/(gamma xi^3). Both agree in equilibrium. "
        "M_11(q, 0) of solved driven states tends to the one for v q >> gamma and to the other for "
        "v q << gamma, see tests/numerics/precise/test_long_waves.py.",
        scope="the first line against the loop at one pair of momenta; the second summed over "
        "momenta, at one state that solves no gap equation",
    ),
)
