"""Limits for small wave numbers and frequencies, against M at small ones."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from numerics import Bands, Boson, Contact, Model, Reservoir, SteadyState, solve_steady_state
from numerics.response.determinant import static_stiffness
from numerics.response.goldstone import goldstone_matrix
from numerics.response.uniform_limit import (
    amplitude_limit,
    amplitude_value,
    dynamic_limit,
    dynamic_stiffness,
    phase_limit,
    phase_value,
    static_limit,
    static_value,
)
from tests.numerics.response.test_hydrodynamics import extrapolated

DRIVE = (Reservoir("bath", (1e-3, 1.4e-3)), Reservoir.empty("vacuum", 1e-4))
MODELS = {
    "equal": Model(Contact(0.0), [Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 1e-4)]),
    "other": Model(Contact(0.0), DRIVE, bands=Bands.of_ratio(5.0), neutral=True),
    "film": Model(Contact(binding=0.5), DRIVE, bands=Bands.of_ratio(2.0, 2)),
    "boson": Model(Boson(1.0, 1.0, 1e-2, 1e-3), DRIVE, bands=Bands.of_ratio(2.0), neutral=True),
}


@functools.cache
def solved(name: str) -> SteadyState:
    return solve_steady_state(MODELS[name])


def fractions(state: SteadyState) -> np.ndarray:
    """Small numbers, each half of the one before."""
    return np.ldexp(0.05 * state.carriers.margin, -np.arange(4))


def static(state: SteadyState) -> np.ndarray:
    return static_stiffness(state, fractions(state), 1e-11)[0]


def dynamic(state: SteadyState) -> np.ndarray:
    return dynamic_stiffness(state, fractions(state))[0]


def rigidity(state: SteadyState) -> np.ndarray:
    q = fractions(state)
    return goldstone_matrix(state, q, np.zeros_like(q, complex), 1e-11).value[:, 1, 1].real / q**2


def amplitude(state: SteadyState) -> np.ndarray:
    q = fractions(state)
    return goldstone_matrix(state, q, np.zeros_like(q, complex), 1e-11).value[:, 0, 0].real


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("limit", "values", "allowed"),
    [
        (static_limit, static, 1e-8),
        # what rounding leaves of det M over omega**2, and it grows by 4/3 * 8/7 * 16/15
        (dynamic_limit, dynamic, 1e-7),
        (amplitude_limit, amplitude, 1e-8),
        (phase_limit, rigidity, 1e-8),
    ],
)
def test_they_are_those_of_the_matrix(name, limit, values, allowed) -> None:
    state = solved(name)
    found = limit(state)
    expected, _ = extrapolated(list(values(state)), (2, 3, 4))
    assert abs(found.value - expected) <= allowed * abs(expected)
    assert 0 < found.bound < allowed * abs(expected)


@pytest.mark.parametrize("temperature", [0.0, 2e-3])
def test_values_without_bounds_are_the_same_to_the_last_bit(temperature: float) -> None:
    bath, vacuum = Reservoir("bath", 1e-3, temperature=temperature), Reservoir.empty("vacuum", 1e-4)
    state = solve_steady_state(Model(Contact(0.0), [bath, vacuum]))
    assert static_value(state) == static_limit(state).value
    assert amplitude_value(state) == amplitude_limit(state).value
    assert phase_value(state) == phase_limit(state).value
