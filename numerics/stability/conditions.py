"""The functions whose zeros are the boundaries of the phase diagram.

Along the ratio of the rates at otherwise fixed parameters,

- alpha11, beta22: a coefficient of (46) changes its sign;
- A: det M(q, 0)/q**2 vanishes in the limit q -> 0;
- B: its minimum over q > 0 vanishes;
- gapped: the maximum of Re det M(0, omega)/omega**2 over omega vanishes;
- C: the maximum over q of Im(omega_q) along a mode with Re(omega_q) > 0 vanishes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from numerics.parameters import Parameters
from numerics.response.determinant import (
    SCALE,
    determinant,
    state_errors,
    static_stiffness,
    uniform_stiffness,
)
from numerics.response.long_wavelength import Hydrodynamics, hydrodynamics
from numerics.stability.growth import filled_diameter
from numerics.steady.sensitivity import effect_of_errors
from numerics.steady.solution import SteadyState, solve_nearby, solve_steady_state

Array = NDArray[np.float64]

#: Tolerance of M, of whose determinant a minimum is wanted.
_RTOL = 1e-11
#: The lowest wave number and frequency of a search, in units of gamma (and of k_F), and points.
_LOWEST_Q, _LOWEST_OMEGA, _POINTS = 0.1, 0.05, 25


@dataclass
class Line:
    """The steady states along the ratio of the rates, kept once they are solved.

    Parameters
    ----------
    model : Parameters
        Everything but the decay rate.
    known : dict
        States by their ratio.
    """

    model: Parameters
    known: dict[float, SteadyState] = field(default_factory=dict)

    def state(self, ratio: float) -> SteadyState:
        """Return the state at a ratio gamma_v/gamma_b."""
        if ratio not in self.known:
            parameters = self.model.replace(gamma_v=ratio * self.model.gamma_b)
            if self.known:
                near = min(self.known, key=lambda r: abs(math.log((r or 1e-12) / ratio)))
                self.known[ratio] = solve_nearby(parameters, self.known[near])
            else:
                self.known[ratio] = solve_steady_state(parameters)
        return self.known[ratio]


#: Coefficients of the uniform limit whose zeros are wanted.
LIMITS: dict[str, Callable[[Hydrodynamics], float]] = {
    "A": uniform_stiffness,
    "alpha11": lambda found: float(found.alpha[0, 0]),
    "beta22": lambda found: float(found.beta[1, 1]),
    "gapped": lambda found: -(SCALE**2) * found.dynamic_prefactor,
}


def uniform_value(kind: str, state: SteadyState) -> float:
    """Return the quantity of the limit q -> 0, omega -> 0 that is positive before the boundary."""
    return LIMITS[kind](hydrodynamics(state))


def uniform_error(kind: str, state: SteadyState) -> float:
    """Return a bound of the error of `uniform_value`: of the coefficients, and of the state."""
    moved = effect_of_errors(lambda s: uniform_value(kind, s), state)
    return float(moved) + _coefficient_error(kind, hydrodynamics(state))


def _coefficient_error(kind: str, found: Hydrodynamics) -> float:
    """Return a bound of the error that the integrals over momentum make."""
    size = [np.abs(part) for part in (found.alpha, found.beta, found.eta, found.zeta)]
    bound = [found.error.alpha, found.error.beta, found.error.eta, found.error.zeta]
    (alpha, beta, eta, zeta), (d_alpha, d_beta, d_eta, d_zeta) = size, bound
    if kind == "alpha11":
        return float(d_alpha[0, 0])
    if kind == "beta22":
        return float(d_beta[1, 1])
    if kind == "A":
        # alpha_11 beta_22 + alpha_21 beta_12
        total = d_alpha[:, 0] @ beta[::-1, 1] + alpha[:, 0] @ d_beta[::-1, 1]
    else:
        # eta_11 eta_22 + eta_12 eta_21, and alpha_11 zeta_22 + alpha_21 zeta_12
        total = (d_eta * eta[::-1, ::-1]).sum()
        total += d_alpha[:, 0] @ zeta[::-1] + alpha[:, 0] @ d_zeta[::-1]
    return SCALE**2 * float(total)


def touching_terms(kind: str, state: SteadyState, x: Array) -> tuple[Array, Array]:
    """Return the function of q or omega that is positive before the boundary B or "gapped".

    The second array bounds its error for the state as it is.
    """
    if kind == "B":
        return static_stiffness(state, x, _RTOL)
    value, bound = determinant(state, 0.0, x, _RTOL)
    return np.asarray(-value.real / x**2), np.asarray(bound / x**2)


def touching_error(kind: str, state: SteadyState, x: float) -> float:
    """Return a bound of the error of that function: of M, and of the state."""
    q, omega = (x, 0.0) if kind == "B" else (0.0, x)
    _, bound = touching_terms(kind, state, np.array([x]))
    return float(bound[0] + state_errors(state, q, omega) / x**2)


def touching_grid(kind: str, state: SteadyState) -> Array:
    """Return the q or omega among which the boundary is looked for.

    The gapped mode is one below the pair continuum: up to half of its threshold, since the
    amplitude mode's resonance at 2 Delta_0 makes Re det M vanish as well.
    """
    gamma = state.parameters.linewidth
    if kind == "B":
        return np.geomspace(_LOWEST_Q * gamma, max(filled_diameter(state), gamma), _POINTS)
    top = max(state.lowest_excitation, 2 * _LOWEST_OMEGA * gamma)
    return np.geomspace(_LOWEST_OMEGA * gamma, top, _POINTS)
