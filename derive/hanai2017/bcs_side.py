"""Section III, the BCS side: (76)."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.closed_forms.narrow import expand_narrow
from derive.hanai2017.evidence import converges, number, together
from derive.hanai2017.limits.orders import bcs_sum, width_first
from derive.records.record import Claim, Finding, Kind, Record, Status, Step

_V = sp.Symbol("v_mu", positive=True)
_ALPHA = sp.Symbol("alpha_11", real=True)
_DIGITS = 30
#: gamma_b/gamma, and the edge over Delta_0, of a driven state.
_STATE = "0.8", "1.2"


def _phase_stiffness() -> sp.Expr:
    wave = expand_narrow(2, 2).wave
    if wave is None:
        raise TypeError("Pi_22 has a coefficient of q^2")
    return -wave


@functools.cache
def _sums() -> tuple[tuple[Any, Any, Any], ...]:
    """Return Delta_0/mu, alpha_11 and beta_22 of a driven state, gamma -> 0 before q -> 0."""
    with mp.workdps(_DIGITS):
        ratio, edge = (mp.mpf(x) for x in _STATE)
        exprs = width_first(), _phase_stiffness()
        gaps = [mp.mpf(10) ** -k for k in range(2, 7)]
        return tuple((g, *(bcs_sum(expr, ratio, edge, g) for expr in exprs)) for g in gaps)


def _stiffness_at_constant_density() -> Any:
    """Return the integral of alpha_11 over xi as Delta_0 -> 0, by hand.

    In units of Delta_0, with the step of the occupation at x = s: r Delta_0^2/E^3 is left beyond
    it on both sides, and -f' gives -2 r Delta_0^2/(E^2 x) there, with dE = x/E dx.
    """
    ratio, edge = (mp.mpf(x) for x in _STATE)
    step = mp.sqrt(edge**2 - 1)
    return 2 * ratio * (1 - step / edge) - 2 * ratio / (step * edge)


def _both_sides(_: Claim) -> Finding:
    """Compare alpha_11 and beta_22 each with its own closed form: their ratio is not all."""
    with mp.workdps(_DIGITS):
        limit = _stiffness_at_constant_density()

        def deviation(g: Any) -> Any:
            alpha, beta = next((a, b) for h, a, b in _sums() if h == g)
            # v_mu^2/12 = 1/3; both could be off alike without changing their ratio
            return mp.hypot(alpha / limit - 1, 3 * g**2 * beta / limit - 1)

        return converges(
            deviation,
            [g for g, _, _ in _sums()],
            order=2,
            scale=mp.one,
            digits=_DIGITS,
            detail="alpha_11 and beta_22 against their integrals at constant density",
            logarithm=True,
        )


def _check(claim: Claim) -> Finding:
    with mp.workdps(_DIGITS):

        def deviation(g: Any) -> Any:
            alpha, beta = next((a, b) for h, a, b in _sums() if h == g)
            # 2m = 1 and mu = 1: v_mu = 2
            known = {_ALPHA: alpha, _V: mp.mpf(2), symbols.gap: g}
            return number(claim, known) / beta - 1

        return converges(
            deviation,
            [g for g, _, _ in _sums()],
            order=2,
            scale=mp.one,
            digits=_DIGITS,
            detail="v_mu^2 alpha_11/(12 Delta_0^2 beta_22) of a driven state as Delta_0/mu -> 0, "
            "gamma -> 0 first, with a logarithm",
            logarithm=True,
        )


RECORDS: tuple[Record, ...] = (
    Record(
        "76",
        "Phase and amplitude stiffness on the BCS side",
        Kind.APPROXIMATION,
        Status.LIMIT,
        r"\beta_{22}",
        claim=lambda: _V**2 / (12 * symbols.gap**2) * _ALPHA,
        test=together(_both_sides, _check),
        steps=(
            Step("under the sum over momenta, with v_p in place of v_mu, it is an identity"),
            Step("alpha_11 under the sum", width_first),
            Step("beta_22 under the sum", _phase_stiffness),
            Step("what varies like xi in v_p^2 and in the density of states cancels"),
            Step(
                "both tend, each by itself, to their integrals at constant density: alpha_11 to "
                "2 r (1 - s/b) - 2 r/(s b), r = gamma_b/gamma, b = B/Delta_0, s^2 = b^2 - 1"
            ),
        ),
        scope="at one ratio of rates and edge, a state that solves no gap equation; solved driven "
        "states in tests/numerics/precise/test_long_waves.py",
        note="gamma -> 0 before q -> 0: the deviation falls like (Delta_0/mu)^2 log(mu/Delta_0), "
        "in driven states too. With q -> 0 first beta_22 under the sum is v_p^2 alpha_11/(12 "
        "Delta_0^2) less v_p^2 xi F_+(E)/(12 gamma E^4), which is odd in xi: at constant density, "
        "as in (D5)-(D11), (76) then holds at any linewidth, but the deviation falls like "
        "Delta_0/mu only, as (Delta_0^2/mu) int dxi F_+ (E^-2 - 3 xi^2 E^-4/2)/int dxi a, a being "
        "alpha_11 under the sum; it is absent in equilibrium, where F_+ = 0.",
    ),
)
