"""det M(q, omega), whose zeros are the collective modes, (38), and its static part over q**2.

M is scaled by 4 pi, the inverse density of states, so that its elements are of order one.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.response.fluctuation import Points, fluctuation_matrix
from numerics.response.goldstone import goldstone_matrix, goldstone_slopes
from numerics.response.long_wavelength import Coefficients, Hydrodynamics
from numerics.results import Sampled
from numerics.steady.sensitivity import effect_of_errors
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
#: M_11, M_12, M_21, M_22, or what belongs to them.
Elements = tuple[Any, ...]

#: The inverse density of states at the Fermi energy in units of k_F and epsilon_F.
SCALE = 4 * math.pi
#: Tolerance of M where a root is wanted; what M reaches is a hundred times better, as a rule.
RTOL = 1e-8


class Determinant(NamedTuple):
    """det M, scaled, and a bound of its error for the state as it is."""

    value: Complex
    bound: Array


class Slopes(NamedTuple):
    """det M, scaled, a bound of its error, and its derivatives by omega and by q."""

    value: Complex
    bound: Array
    by_omega: Complex
    by_q: Complex


def determinant(
    state: SteadyState, q: ArrayLike, omega: ArrayLike, rtol: float = RTOL
) -> Determinant:
    """Return det M(q, omega), scaled, and a bound of its error.

    Notes
    -----
    M is that of a state that solves the gap equation: its phase column vanishes with q and omega.
    """
    points = Points.of(state, q, omega)
    value, bound = _of(goldstone_matrix(state, points.q, points.omega, rtol))
    return Determinant(value.reshape(points.shape), bound.reshape(points.shape))


def determinant_slopes(
    state: SteadyState, q: ArrayLike, omega: ArrayLike, rtol: float = RTOL
) -> Slopes:
    """Return det M(q, omega), scaled, a bound of its error, and its derivatives by omega and q.

    Those of M are integrals like M itself, of derivatives that `derive` has taken.
    """
    points = Points.of(state, q, omega)
    found = goldstone_slopes(state, points.q, points.omega, rtol)
    m = elements_of(SCALE * found.matrix.value)
    slopes = (slope_of_elements(m, elements_of(SCALE * s)) for s in (found.by_omega, found.by_q))
    return Slopes(*(x.reshape(points.shape) for x in (*_of(found.matrix), *slopes)))


def _of(result: Sampled) -> Determinant:
    """Return the determinants; where the integral has not converged the bound says so."""
    m, error = elements_of(SCALE * result.value), elements_of(SCALE * result.error)
    return Determinant(of_elements(m), bound_of_elements(tuple(map(np.abs, m)), error))


def of_elements(elements: Elements) -> Any:
    """Return the determinant of a matrix of numbers or arrays: m_11, m_12, m_21, m_22."""
    a, b, c, d = elements
    return a * d - b * c


def bound_of_elements(sizes: Elements, errors: Elements) -> Any:
    """Return a bound of the error of a determinant, from those of the elements and their moduli."""
    (a, b, c, d), (da, db, dc, dd) = sizes, errors
    return da * (d + dd) + a * dd + db * (c + dc) + b * dc


def slope_of_elements(elements: Elements, slopes: Elements) -> Any:
    """Return the derivative of a determinant, from those of the elements."""
    (a, b, c, d), (da, db, dc, dd) = elements, slopes
    return da * d + a * dd - db * c - b * dc


def elements_of(m: NDArray[Any]) -> Elements:
    """Return the elements of matrices, shape (..., 2, 2)."""
    return m[..., 0, 0], m[..., 0, 1], m[..., 1, 0], m[..., 1, 1]


def null_vectors(state: SteadyState, q: Array, omega: Complex, rtol: float = RTOL) -> Complex:
    """Return what M maps to zero at its roots: amplitude and phase, shape (n, 2).

    They are normalised, with a phase that is real and not negative.
    """
    m = fluctuation_matrix(state, q, omega, rtol=rtol, full=True).value
    largest = np.abs(m).sum(axis=2).argmax(axis=1)
    row = m[np.arange(q.size), largest]
    vector = np.stack([-row[:, 1], row[:, 0]], axis=1)
    turn = np.exp(-1j * np.angle(vector[:, 1])) / np.linalg.norm(vector, axis=1)
    vector *= turn[:, None]
    vector[:, 1] = np.abs(vector[:, 1])
    return np.asarray(vector)


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


def uniform_stiffness(found: Coefficients) -> float:
    """Return the limit q -> 0 of det M(q, 0)/q**2, scaled: alpha_11 beta_22 + alpha_21 beta_12."""
    alpha, beta = found.alpha, found.beta
    return SCALE**2 * float(alpha[0, 0] * beta[1, 1] + alpha[1, 0] * beta[0, 1])


def uniform_modes(found: Hydrodynamics, q: float) -> tuple[complex, complex]:
    """Return the modes of the expansion for small q and omega, with the whole omega**2 of det M."""
    whole = found.dynamic_prefactor
    drift = 1j * found.prefactor * found.damping
    force = -found.prefactor * found.stiffness * q**2
    # whole w**2 + drift w + force = 0, without cancellation in the smaller root
    root = complex(np.sqrt(drift**2 - 4 * whole * force + 0j))
    far = -(drift + root if abs(drift + root) > abs(drift - root) else drift - root) / 2
    return complex(far / whole), complex(force / far) if far != 0 else 0j
