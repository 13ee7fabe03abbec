"""det M(q, omega), whose zeros are the collective modes, (38), and its static part over q**2.

M is scaled by 4 pi, the inverse density of states, so that its elements are of order one.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.response.fluctuation import Points
from numerics.response.goldstone import goldstone_matrix
from numerics.response.long_wavelength import Hydrodynamics
from numerics.steady.sensitivity import effect_of_errors
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

SCALE = 4 * math.pi
#: Tolerance of M where a root is wanted; what M reaches is a hundred times better, as a rule.
RTOL = 1e-8


class Determinant(NamedTuple):
    """det M, scaled, and a bound of its error for the state as it is."""

    value: Complex
    bound: Array


def determinant(
    state: SteadyState, q: ArrayLike, omega: ArrayLike, rtol: float = RTOL
) -> Determinant:
    """Return det M(q, omega), scaled, and a bound of its error.

    Notes
    -----
    M is that of a state that solves the gap equation: its phase column vanishes with q and omega.
    """
    points = Points.of(state, q, omega)
    result = goldstone_matrix(state, points.q, points.omega, rtol)
    # where the integral has not converged the bound says so
    value, bound = _of(SCALE * result.value, SCALE * result.error)
    return Determinant(value.reshape(points.shape), bound.reshape(points.shape))


def _of(m: NDArray[Any], error: Array) -> Determinant:
    """Return the determinant of matrices whose elements have errors."""
    size = np.abs(m)
    value = m[..., 0, 0] * m[..., 1, 1] - m[..., 0, 1] * m[..., 1, 0]
    bound = (
        error[..., 0, 0] * (size[..., 1, 1] + error[..., 1, 1])
        + size[..., 0, 0] * error[..., 1, 1]
        + error[..., 0, 1] * (size[..., 1, 0] + error[..., 1, 0])
        + size[..., 0, 1] * error[..., 1, 0]
    )
    return Determinant(np.asarray(value), np.asarray(bound))


def state_errors(state: SteadyState, q: ArrayLike, omega: ArrayLike) -> Array:
    """Return what the errors of the state's order parameter and potentials do to det M."""
    return effect_of_errors(lambda s: determinant(s, q, omega).value, state)


def static_stiffness(state: SteadyState, q: ArrayLike, rtol: float = RTOL) -> tuple[Array, Array]:
    """Return det M(q, 0)/q**2, scaled, and its bound: real, and regular as q vanishes.

    It is positive where no real static pole has been crossed.
    """
    wave = np.asarray(q, dtype=float)
    value, bound = determinant(state, wave, 0.0, rtol)
    return np.asarray(value.real / wave**2), np.asarray(bound / wave**2)


def uniform_stiffness(found: Hydrodynamics) -> float:
    """Return the limit q -> 0 of det M(q, 0)/q**2, scaled: alpha_11 beta_22 + alpha_21 beta_12."""
    return -(SCALE**2) * found.stiffness * found.prefactor


def uniform_modes(found: Hydrodynamics, q: float) -> tuple[complex, complex]:
    """Return the modes of the expansion for small q and omega, with the whole omega**2 of det M."""
    whole = found.dynamic_prefactor
    drift = 1j * found.prefactor * found.damping
    force = -found.prefactor * found.stiffness * q**2
    # whole w**2 + drift w + force = 0, without cancellation in the smaller root
    root = complex(np.sqrt(drift**2 - 4 * whole * force + 0j))
    far = -(drift + root if abs(drift + root) > abs(drift - root) else drift - root) / 2
    return complex(far / whole), complex(force / far) if far != 0 else 0j
