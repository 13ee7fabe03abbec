"""Limits of M for small wave numbers and frequencies, of carriers of any kind.

Equal carriers have the coefficients of (46) in closed form.  Of others M is taken at wave numbers,
or frequencies, far below the linewidth, where its phase column is known relative to how small it
is, and its powers are removed one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.response.determinant import (
    SCALE,
    determinant,
    static_stiffness,
    uniform_stiffness,
)
from numerics.response.goldstone import goldstone_matrix
from numerics.response.long_wavelength import Hydrodynamics, hydrodynamics
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Tolerance of M.
_RTOL = 1e-11
#: The largest wave number and frequency in units of the smaller rate, on which M changes.
_FIRST = 0.05
#: The powers that are removed: q**2, and |q|**3 and more that (46) leaves out.
_POWERS = (2, 3, 4)


class Limit(NamedTuple):
    """A limit for small q or omega, and a bound of its error for the state as it is."""

    value: float
    bound: float


def extrapolated(
    function: Callable[[Array], tuple[Array, Array]], first: float, powers: tuple[int, ...]
) -> Limit:
    """Return the limit of a function of x as x vanishes.

    Parameters
    ----------
    function : callable
        Maps an array of x to values and to bounds of their errors.
    first : float
        The largest x; the others are halves.
    powers : tuple of int
        The powers of x, ascending, that are removed.

    Returns
    -------
    Limit
        Its bound is what the last power has changed, which exceeds what the next one would, and
        what the errors of the values make.
    """
    value, bound = function(np.ldexp(first, -np.arange(len(powers) + 1)))
    before = value
    for power in powers:
        weight, before = 2.0**power, value
        value = (weight * value[1:] - value[:-1]) / (weight - 1)
        bound = (weight * bound[1:] + bound[:-1]) / (weight - 1)
    return Limit(float(value[-1]), float(abs(value[-1] - before[-1]) + bound[-1]))


def static_limit(state: SteadyState) -> Limit:
    """Return the limit q -> 0 of det M(q, 0)/q**2, scaled."""
    if not state.parameters.closed:
        return extrapolated(lambda q: static_stiffness(state, q, _RTOL), _first(state), _POWERS)
    found = hydrodynamics(state)
    total = found.error.alpha[:, 0] @ np.abs(found.beta)[::-1, 1]
    total += np.abs(found.alpha)[:, 0] @ found.error.beta[::-1, 1]
    return Limit(uniform_stiffness(found), SCALE**2 * float(total))


def dynamic_limit(state: SteadyState) -> Limit:
    """Return the limit omega -> 0 of -Re det M(0, omega)/omega**2, scaled."""
    if not state.parameters.closed:
        return extrapolated(lambda w: dynamic_stiffness(state, w), _first(state), _POWERS)
    found = hydrodynamics(state)
    return Limit(-(SCALE**2) * found.dynamic_prefactor, _dynamic_bound(found))


def amplitude_limit(state: SteadyState) -> Limit:
    """Return alpha_11, which is M_11(0, 0)."""
    if state.parameters.closed:
        found = hydrodynamics(state)
        return Limit(float(found.alpha[0, 0]), float(found.error.alpha[0, 0]))
    result = goldstone_matrix(state, np.zeros(1), np.zeros(1, dtype=complex), _RTOL)
    return Limit(float(result.value[0, 0, 0].real), float(result.error[0, 0, 0]))


def phase_limit(state: SteadyState) -> Limit:
    """Return beta_22, the limit of M_22(q, 0)/q**2."""
    if state.parameters.closed:
        found = hydrodynamics(state)
        return Limit(float(found.beta[1, 1]), float(found.error.beta[1, 1]))

    def rigidity(q: Array) -> tuple[Array, Array]:
        result = goldstone_matrix(state, q, np.zeros(q.size, dtype=complex), _RTOL)
        return result.value[:, 1, 1].real / q**2, result.error[:, 1, 1] / q**2

    return extrapolated(rigidity, _first(state), _POWERS)


def dynamic_stiffness(state: SteadyState, omega: Array) -> tuple[Array, Array]:
    """Return -Re det M(0, omega)/omega**2, scaled, and its bound."""
    value, bound = determinant(state, 0.0, omega, _RTOL)
    return np.asarray(-value.real / omega**2), np.asarray(bound / omega**2)


def _first(state: SteadyState) -> float:
    return _FIRST * state.carriers.margin


def _dynamic_bound(found: Hydrodynamics) -> float:
    """Return a bound of the error of the coefficient of omega**2 in det M(0, omega)."""
    size, bound = np.abs(found.eta), found.error.eta
    # eta_11 eta_22 + eta_12 eta_21, and alpha_11 zeta_22 + alpha_21 zeta_12
    total = float((bound * size[::-1, ::-1]).sum())
    total += float(found.error.alpha[:, 0] @ np.abs(found.zeta)[::-1])
    total += float(np.abs(found.alpha)[:, 0] @ found.error.zeta[::-1])
    return SCALE**2 * total
