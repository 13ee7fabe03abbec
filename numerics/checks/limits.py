"""Checks that `nambu reproduce` runs: each measures a deviation and states its bound.

The closed forms are compared with integrals of the printed equations, done by brute force; the
solutions with published values and with analytic limits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from numerics.checks import responses as response_checks
from numerics.checks.check import Check, Group
from numerics.parameters import Parameters
from numerics.solve.continuation import newton
from numerics.steady.crossover import bcs_limit, bec_limit, equilibrium_crossover
from numerics.steady.equations import Unknowns
from numerics.steady.scaling import Equations, Restricted
from numerics.steady.solution import solve_steady_state

#: Published values of the BCS-Leggett theory at unitarity, to four digits.
UNITARITY_MU, UNITARITY_GAP = 0.5906, 0.6864


def generated_code() -> Check:
    """Derive everything again and compare with the committed kernels."""
    from derive.build.generate import differences

    changed = [
        line
        for line in differences().splitlines()
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))
    ]
    return Check("Kernels derived again equal the committed ones: lines changed", len(changed), 0)


def _printed_integrals(mp: Any, xi: Any, gap: Any, gamma_b: Any, gamma_v: Any, bath: Any) -> Any:
    """Integrate (33) and (34) as printed over the frequency, by quadrature alone."""
    gamma = gamma_b + gamma_v
    energy = mp.sqrt(xi**2 + gap**2)

    def occupation(w: Any) -> Any:
        edge, temperature = bath
        if temperature == 0:
            return mp.mpf(w < edge)
        return 1 / (mp.exp((w - edge) / temperature) + 1)

    def distribution(w: Any) -> Any:
        return gamma_b * (1 - 2 * occupation(w)) + gamma_v

    def denominator(w: Any) -> Any:
        return ((w - energy) ** 2 + gamma**2) * ((w + energy) ** 2 + gamma**2)

    def gap_equation(w: Any) -> Any:
        plus = (distribution(w) + distribution(-w)) / 2
        minus = (distribution(w) - distribution(-w)) / 2
        return (minus * w + plus * mp.mpc(xi, gamma)) / denominator(w) / mp.pi

    def number_equation(w: Any) -> Any:
        particles = ((w + xi) ** 2 + gamma**2) * gamma_b * occupation(w)
        holes = gap**2 * gamma * (1 - gamma_b / gamma * occupation(-w))
        return 2 * (particles + holes) / denominator(w) / mp.pi

    marks = {mp.mpf(0)}
    for sign in (-1, 1):
        for center in (energy, bath[0]):
            marks |= {sign * center + k * gamma for k in (-8, -2, 0, 2, 8)}
    ends = sorted(marks)
    far = 4 * (abs(ends[-1]) + 1)
    path = [-far, *ends, far]

    def over_the_axis(f: Callable[[Any], Any]) -> Any:
        # beyond `far` in 1/w, in which the integrand is regular at infinity
        tails = mp.quad(lambda u: (f(1 / u) + f(-1 / u)) / u**2, [0, 1 / far])
        return mp.quad(f, path) + tails

    value = over_the_axis(gap_equation)
    return value.real, value.imag, over_the_axis(number_equation)


def closed_forms() -> Check:
    """Compare the generated kernels at 40 digits with quadrature of the printed integrands."""
    from mpmath import mp

    from numerics.kernels import steady_state_mpmath as kernels

    rng = np.random.default_rng(125206)
    worst = 0.0
    with mp.workdps(40):
        for temperature in (0, 0, mp.mpf("0.07"), mp.mpf("0.3")):
            xi, gap, gamma_b, gamma_v, edge = (mp.mpf(float(x)) for x in rng.uniform(0.05, 0.6, 5))
            xi -= mp.mpf("0.3")
            bath = (edge, temperature)
            exact = _printed_integrals(mp, xi, gap, gamma_b, gamma_v, bath)
            shared = (xi, gap, gamma_b + gamma_v)
            if temperature:
                filled = kernels.thermal(*shared, edge, temperature)
            else:
                filled = kernels.step(*shared, edge)
            void = kernels.empty(*shared)
            for value, a, b in zip(exact, filled, void, strict=False):
                closed = gamma_b * a + gamma_v * b
                worst = max(worst, float(abs(closed - value) / abs(value)))
    return Check(
        "Closed forms against ν-quadrature of (33), (34) as printed, relative", worst, 1e-20
    )


def balance() -> Iterator[Check]:
    """At gamma_v = 0 the bath and the condensate share their chemical potential, at any width."""
    from numerics.kernels import steady_state_numpy as kernels

    # the solver knows the balance and sets it; here all three equations have to find it
    edges = [
        _found_edge(Parameters(*model))
        for model in ((-1, 1e-3, 0, 0), (0, 1e-2, 0, 0), (1, 1e-3, 0, 0.1))
    ]
    yield Check("γ_v = 0 at finite γ_b: |μ_b - μ| that Newton's method finds", max(edges), 1e-12)
    xi, gap, gamma = np.linspace(-1, 30, 1001), 0.2, 1e-3
    scale = kernels.empty(xi, gap, gamma)[1]
    step = kernels.step(xi, gap, gamma, 0.0)[1]
    thermal = kernels.thermal(xi, gap, gamma, 0.0, 0.05)[1]
    largest = max(np.abs(part / scale).max() for part in (step, thermal))
    yield Check(
        "The same: imaginary part of the gap equation at μ_b = μ, momentum by momentum",
        float(largest),
        float(8 * np.finfo(float).eps),
    )


def _found_edge(parameters: Parameters) -> float:
    """Return |mu_b - mu| that solves the three equations, started away from the balance."""
    state = solve_steady_state(parameters)
    equations = Equations(parameters)
    system = Restricted(equations, (0, 1, 2), np.array([0.0, 0.0, 0.0, parameters.gamma_v]))
    width = max(parameters.gamma_b, parameters.temperature)
    start = equations.point(Unknowns(state.gap, state.mu, 0.1 * width), parameters.gamma_v)[:3]
    found = newton(system, start, equations.scales(system.complete(start))[:3])
    return abs(equations.unknowns(found.point).edge) if found.converged else math.inf


def equilibrium_limit() -> Iterator[Check]:
    """Extrapolate to vanishing linewidth and infinite cutoff at unitarity."""

    def at_cutoff(cutoff: float) -> np.ndarray:
        # linear in gamma_b: two points, the second at half the linewidth
        wide, narrow = (
            solve_steady_state(Parameters(0.0, gamma_b, cutoff=cutoff)) for gamma_b in (2e-7, 1e-7)
        )
        return np.array([2 * narrow.mu - wide.mu, 2 * narrow.gap - wide.gap])

    # the momenta beyond the cutoff contribute in powers of 1/p_c: the first is removed
    mu, gap = 2 * at_cutoff(400.0) - at_cutoff(200.0)
    rounding = 0.5e-4
    yield Check("γ_b → 0, p_c → ∞ at unitarity: μ/ε_F = 0.5906", abs(mu - UNITARITY_MU), rounding)
    yield Check(
        "γ_b → 0, p_c → ∞ at unitarity: Δ₀/ε_F = 0.6864", abs(gap - UNITARITY_GAP), rounding
    )
    state = equilibrium_crossover(0.0)
    difference = max(abs(mu - state.mu), abs(gap - state.gap))
    yield Check("The same against (14), (15) without linewidth and cutoff", difference, 1e-5)


def analytic_limits() -> Iterator[Check]:
    """Measure the first corrections to the two limits of the crossover quoted after (15).

    On the BCS side, with L = log(1/Delta_0), mu - 1 = -(Delta_0^2/4) (L + const), and because
    Delta_0 depends on mu through the exponent, the correction of log Delta_0 is -(Delta_0^2/8) L^2
    to leading order.  On the BEC side mu + E_b/2 = 2/(3 pi) k_F a_s, the repulsion of bosons with
    twice the scattering length.
    """
    couplings = (-5.5, -5.0, -4.5)
    limits = [bcs_limit(x) for x in couplings]
    states = [equilibrium_crossover(x) for x in couplings]
    logarithms = [math.log(1 / limit.gap) for limit in limits]
    potentials = [(s.mu - 1) / b.gap**2 for s, b in zip(states, limits, strict=True)]
    gaps = [(s.gap / b.gap - 1) / b.gap**2 for s, b in zip(states, limits, strict=True)]
    slope = np.polyfit(logarithms, potentials, 1)[0]
    # the next order is smaller by Delta_0^2 times logarithms, at most 1e-4 here
    yield Check("BCS limit: μ/ε_F - 1 against -Δ₀²/4 log(1/Δ₀), slope", abs(slope + 0.25), 2e-3)
    curvature = np.polyfit(logarithms, gaps, 2)[0]
    yield Check("BCS limit: log Δ₀ against -Δ₀²/8 log²(1/Δ₀), slope", abs(curvature + 0.125), 2e-3)

    far, near = (equilibrium_crossover(x) for x in (12.0, 6.0))
    shift = (far.mu - bec_limit(12.0).mu) * 12 * 3 * math.pi / 2
    yield Check("BEC limit: μ + E_b/2 against 2/(3π) k_F a_s, relative", abs(shift - 1), 1e-3)
    ratio = (near.gap / bec_limit(6.0).gap - 1) / (far.gap / bec_limit(12.0).gap - 1)
    order = math.log2(ratio)
    yield Check("BEC limit: first correction of Δ₀ of order (k_F a_s)³", abs(order - 3), 0.05)


def residuals() -> Check:
    """Solve at couplings across the crossover, drives, temperatures and cutoffs."""
    worst = 0.0
    for inv_kfa in (-2.0, -1.0, 0.0, 1.0):
        for ratio in (0.0, 1e-3, 0.1):
            for temperature, cutoff in ((0.0, 10.0), (0.0, 100.0), (5e-3, 100.0)):
                parameters = Parameters(inv_kfa, 1e-3, 1e-3 * ratio, temperature, cutoff)
                worst = max(worst, solve_steady_state(parameters).residual)
    return Check("Steady states: largest residual relative to its equation's scale", worst, 1e-10)


#: The groups of checks, with what is shown while they run.
GROUPS: tuple[tuple[str, Group], ...] = (
    ("derive again, compare with the kernels", generated_code),
    ("closed forms against brute force", closed_forms),
    ("balance with the bath", balance),
    ("equilibrium limit", equilibrium_limit),
    ("analytic limits of the crossover", analytic_limits),
    ("residuals", residuals),
    ("Goldstone mode of driven states", response_checks.goldstone_mode),
    ("response by two routes", response_checks.routes),
    ("sound", response_checks.sound),
)


def run(group: Group) -> list[Check]:
    """Run one group."""
    result = group()
    return [result] if isinstance(result, Check) else list(result)
