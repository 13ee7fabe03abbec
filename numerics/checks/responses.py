"""Checks of the response: identities, a second route, published sound velocities."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from numerics.checks.check import Check
from numerics.parameters import Parameters
from numerics.response.fluctuation import fluctuation_matrix
from numerics.response.long_wavelength import hydrodynamics
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.steady.crossover import equilibrium_crossover
from numerics.steady.equations import Unknowns, evaluate_equations
from numerics.steady.solution import solve_steady_state

#: Driven states across the crossover, at both temperatures.
_DRIVEN = (
    Parameters(-1.0, 1e-3, 2.1e-5),
    Parameters(0.0, 1e-3, 1e-4),
    Parameters(0.0, 1e-2, 1e-3, 0.03, 20.0),
    Parameters(1.0, 1e-3, 3.1e-6),
)


def goldstone_mode() -> Iterator[Check]:
    """Check (40) and (41), and the derivative of the gap equation that M_11(0, 0) is."""
    phase, amplitude, series = 0.0, 0.0, 0.0
    for parameters in _DRIVEN:
        state = solve_steady_state(parameters)
        at = Unknowns(state.gap, state.mu, state.edge)
        equations = evaluate_equations(parameters, parameters.gamma_v, at)
        slopes = 2 * state.gap * equations.jacobian[:2, 0] * equations.scales[:2]
        found = fluctuation_matrix(state, 0.0, 0.0, rtol=1e-10, full=True)
        m, error = found.value, found.error
        # the second column vanishes as well as the gap equation is solved
        left = 2 * np.abs(equations.residuals[1::-1]) * equations.scales[1::-1]
        phase = max(phase, float((np.abs(m[:, 1]) / (error[:, 1] + left)).max()))
        wrong = np.abs(m[:, 0] - slopes * np.array([-1, 1])) / error[:, 0]
        amplitude = max(amplitude, float(wrong.max()))
        expansion = hydrodynamics(state)
        difference = np.abs(expansion.alpha - m.real) / (error + expansion.error.alpha)
        series = max(series, float(difference.max()))
    error_of = "over the reported error"
    yield Check(f"Thouless criterion (40), (41): M₁₂ and M₂₂ at q = ω = 0, {error_of}", phase, 1.0)
    yield Check(f"M₁₁, M₂₁ at q = ω = 0 against ∓2Δ₀ ∂/∂Δ₀ of (33), {error_of}", amplitude, 1.0)
    yield Check(f"α of (46) by radial integrals against M(0, 0), {error_of}", series, 1.0)


def routes() -> Check:
    """Compare M with nested quadrature over both momenta."""
    worst = 0.0
    for parameters, q, omega in (
        (_DRIVEN[2], 0.3, 0.25 + 0.0j),
        (_DRIVEN[2], 0.05, 0.02 - 0.005j),
        (_DRIVEN[1], 0.5, 0.1 + 0.02j),
    ):
        state = solve_steady_state(parameters)
        slow = reference_matrix(ResponseIntegrand(state, omega), q, rtol=1e-6)
        fast = fluctuation_matrix(state, q, omega, full=True)
        allowed = slow.error + fast.error
        worst = max(worst, float((np.abs(slow.value - fast.value) / allowed).max()))
    return Check("M(q, ω) by two routes: difference over the sum of reported errors", worst, 1.0)


def sound() -> Iterator[Check]:
    """Check the sound velocity of the equilibrium limit."""
    cutoff, gamma = 3e3, 1e-8
    for inv_kfa, expected, name in (
        (0.0, 2 * math.sqrt(0.5906 / 3), "unitarity: v_F √(0.5906/3)"),
        (8.0, math.sqrt(4 / (3 * math.pi * 8.0)), "BEC side: Bogoliubov's with a_B = 2 a_s"),
    ):
        state = solve_steady_state(Parameters(inv_kfa, gamma, cutoff=cutoff))
        deviation = abs(hydrodynamics(state).sound_velocity / expected - 1)
        # a part Delta_0^2/p_c of the carriers is beyond the cutoff; gamma brings some in; on the
        # BEC side corrections are of the order (k_F a_s)^3
        gap = equilibrium_crossover(inv_kfa).gap
        bound = gap**2 / cutoff + 3 * gamma * cutoff / math.pi
        bound += inv_kfa**-3 if inv_kfa > 0 else 0.5e-4
        yield Check(f"Sound velocity, γ → 0, {name}, relative", deviation, bound)
