"""Limits of M for small wave numbers and frequencies, from the coefficients of (46)."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.evaluation import backend
from numerics.response.determinant import SCALE, determinant, uniform_stiffness
from numerics.response.long_wavelength import (
    Coefficients,
    Hydrodynamics,
    coefficients,
    hydrodynamics,
)
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Tolerance of M.
_RTOL = 1e-11
#: Expansions that are remembered: a search asks once more for those at the ends of a bracket, and
#: several times for the one at its zero.
_EXPANSIONS = 16


class Limit(NamedTuple):
    """A limit for small q or omega, and a bound of its error for the state as it is."""

    value: float
    bound: float


def expansion(state: SteadyState) -> Hydrodynamics:
    """Return the expansion (46) at a state, done once for those that ask one after the other."""
    return _expansion(state, backend())


@functools.lru_cache(maxsize=_EXPANSIONS)
def _expansion(state: SteadyState, by: str) -> Hydrodynamics:
    return hydrodynamics(state)


def _values(state: SteadyState) -> Coefficients:
    """Return the coefficients at a state, whose errors a search does not ask for on its way."""
    # for carriers of any kind they come together
    return _coefficients(state, backend()) if state.parameters.closed else expansion(state)


@functools.lru_cache(maxsize=_EXPANSIONS)
def _coefficients(state: SteadyState, by: str) -> Coefficients:
    return coefficients(state)


def static_value(state: SteadyState) -> float:
    """Return the value of `static_limit`, to the last bit, without its bound."""
    return uniform_stiffness(_values(state))


def amplitude_value(state: SteadyState) -> float:
    """Return the value of `amplitude_limit`, to the last bit, without its bound."""
    return float(_values(state).alpha[0, 0])


def phase_value(state: SteadyState) -> float:
    """Return the value of `phase_limit`, to the last bit, without its bound."""
    return float(_values(state).beta[1, 1])


def static_limit(state: SteadyState) -> Limit:
    """Return the limit q -> 0 of det M(q, 0)/q**2, scaled."""
    found = expansion(state)
    total = found.error.alpha[:, 0] @ np.abs(found.beta)[::-1, 1]
    total += np.abs(found.alpha)[:, 0] @ found.error.beta[::-1, 1]
    return Limit(uniform_stiffness(found), SCALE**2 * float(total))


def dynamic_limit(state: SteadyState) -> Limit:
    """Return the limit omega -> 0 of -Re det M(0, omega)/omega**2, scaled."""
    found = expansion(state)
    return Limit(-(SCALE**2) * found.dynamic_prefactor, _dynamic_bound(found))


def amplitude_limit(state: SteadyState) -> Limit:
    """Return alpha_11, which is M_11(0, 0)."""
    found = expansion(state)
    return Limit(float(found.alpha[0, 0]), float(found.error.alpha[0, 0]))


def phase_limit(state: SteadyState) -> Limit:
    """Return beta_22, the limit of M_22(q, 0)/q**2."""
    found = expansion(state)
    return Limit(float(found.beta[1, 1]), float(found.error.beta[1, 1]))


def dynamic_stiffness(state: SteadyState, omega: Array, rtol: float = _RTOL) -> tuple[Array, Array]:
    """Return -Re det M(0, omega)/omega**2, scaled, and its bound."""
    value, bound = determinant(state, 0.0, omega, rtol)
    return np.asarray(-value.real / omega**2), np.asarray(bound / omega**2)


def _dynamic_bound(found: Hydrodynamics) -> float:
    """Return a bound of the error of the coefficient of omega**2 in det M(0, omega)."""
    size, bound = np.abs(found.eta), found.error.eta
    # eta_11 eta_22 + eta_12 eta_21, and alpha_11 zeta_22 + alpha_21 zeta_12
    total = float((bound * size[::-1, ::-1]).sum())
    total += float(found.error.alpha[:, 0] @ np.abs(found.zeta)[::-1])
    total += float(np.abs(found.alpha)[:, 0] @ found.error.zeta[::-1])
    return SCALE**2 * total
