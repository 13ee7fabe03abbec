"""Wave numbers and frequencies of all sizes, at states of all models and linewidths."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics import (
    Boson,
    ConvergenceError,
    Model,
    NoCondensate,
    Parameters,
    SteadyState,
    solve_steady_state,
)
from tests.numerics.support.drawn_models import FAMILIES


class Many(NamedTuple):
    """A state with many wave numbers and frequencies."""

    state: SteadyState
    q: NDArray[np.float64]
    omega: NDArray[np.complex128]


def paper(draw: random.Random) -> Parameters:
    """The paper's model, in two fifths of the states with a warm bath."""
    gamma_b = 10 ** draw.uniform(-8, -2)
    temperature = 0.0 if draw.random() < 0.6 else 10 ** draw.uniform(-4, -1)
    drive = gamma_b * 10 ** draw.uniform(-4, -0.7)
    return Parameters(draw.uniform(-1.5, 1.5), gamma_b, drive, temperature)


def narrower(family: str) -> Callable[[random.Random], Model]:
    """Return a family of `drawn_models` with rates up to a million times as small."""

    def model(draw: random.Random) -> Model:
        one, factor = FAMILIES[family](draw), 10 ** draw.uniform(-6, 0)
        reservoirs = [
            replace(r, rate=tuple(factor * x for x in np.broadcast_to(r.rate, 2)))
            for r in one.reservoirs
        ]
        coupling = one.coupling
        if isinstance(coupling, Boson):
            coupling = replace(coupling, loss=factor * coupling.loss)
        return one.replace(reservoirs=reservoirs, coupling=coupling)

    return model


#: Models of each kind.
MODELS: dict[str, Callable[[random.Random], Model | Parameters]] = {
    "paper": paper,
    **{name: narrower(name) for name in FAMILIES},
}


def states(family: str, count: int, seed: int = 16) -> Iterator[SteadyState]:
    """Yield so many states of a family that exist."""
    draw = random.Random(seed)
    while count > 0:
        try:
            state = solve_steady_state(MODELS[family](draw))
        except (NoCondensate, ConvergenceError):
            continue
        count -= 1
        yield state


def many(family: str, count: int, points: int, seed: int = 16) -> Iterator[Many]:
    """Yield so many states of a family that exist, with so many points each.

    Wave numbers are between 1e-6 and 5, alike on a logarithmic scale.  Frequencies are zero, about
    the threshold of pairs, within an octave of the energies or of the gap, or of any size up to a
    thousand; a half is real, and a quarter each above and below the axis.
    """
    generator = np.random.default_rng(seed)
    for state in states(family, count, seed):
        q = 10 ** generator.uniform(-6, np.log10(5), points)
        yield Many(state, q, frequencies(state, generator, points))


def frequencies(
    state: SteadyState, generator: np.random.Generator, count: int
) -> NDArray[np.complex128]:
    """Return frequencies of all kinds."""
    gamma, x = state.carriers.margin, generator.uniform(-1, 1, count)
    size = 10 ** generator.uniform(-8, 3, count)
    real = [0 * x, 2 * state.gap + 3 * gamma * x, 2 * x, 3 * state.gap * x, np.copysign(size, x)]
    real = np.choose(generator.integers(0, len(real), count), real)
    away = generator.uniform(0, 1, count)
    imaginary = [0 * x, 0 * x, 10 ** (-8 * away), -0.95 * gamma * away]
    return np.asarray(real + 1j * np.choose(generator.integers(0, 4, count), imaginary))
