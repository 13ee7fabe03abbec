"""States of models beyond the paper's, wave numbers and frequencies, on which routes are compared.

Frequencies are of the kinds of `response_points`: zero, about the thresholds of pairs and of a
step, anywhere, and above and below the axis.
"""

from __future__ import annotations

import functools
import math
import random
from typing import NamedTuple

from numerics import (
    Bands,
    Boson,
    Contact,
    ConvergenceError,
    Model,
    NoCondensate,
    Reservoir,
    SteadyState,
    solve_steady_state,
)
from tests.numerics.support.response_points import KINDS


class Drawn(NamedTuple):
    """A state with a wave number and a frequency."""

    state: SteadyState
    q: float
    omega: complex
    kind: str


def masses(draw: random.Random) -> Model:
    """Holes up to three times as heavy as electrons, or the other way round."""
    ratio, neutral = 3 ** draw.uniform(-1, 1), draw.random() < 0.5
    model = Model(Contact(draw.uniform(-0.6, 1.2)), _reservoirs(draw, 0.0), _cutoff(draw))
    return model.replace(bands=Bands.of_ratio(ratio), neutral=neutral)


def rates(draw: random.Random) -> Model:
    """Rates of electrons and holes that differ by a factor of up to three in every reservoir."""
    return Model(Contact(draw.uniform(-0.6, 1.2)), _reservoirs(draw, 0.5), _cutoff(draw))


def films(draw: random.Random) -> Model:
    """Two dimensions, in a third of the models with masses and rates that differ."""
    uneven = draw.random() < 1 / 3
    bands = Bands(2, Bands.of_ratio(2 ** draw.uniform(-1, 1) if uneven else 1.0).masses)
    reservoirs = _reservoirs(draw, 0.3 if uneven else 0.0)
    coupling = Contact(binding=10 ** draw.uniform(-1, 0.5))
    return Model(coupling, reservoirs, _cutoff(draw), bands=bands)


def photons(draw: random.Random) -> Model:
    """A photon that is lost, in half of the models with an attraction beside it."""
    attraction = draw.uniform(-0.5, 0.5) if draw.random() < 0.5 else None
    boson = Boson(
        g=10 ** draw.uniform(-0.5, 0.5),
        detuning=draw.uniform(-1, 1.5),
        mass=10 ** draw.uniform(-3, 0),
        loss=10 ** draw.uniform(-5, -3),
        inv_kfa=attraction,
    )
    return Model(boson, _reservoirs(draw, 0.0), _cutoff(draw))


def _cutoff(draw: random.Random) -> float:
    return 10 ** draw.uniform(0.7, 2)


def _reservoirs(draw: random.Random, tilt: float) -> list[Reservoir]:
    """Return a bath, a drain, and in half of the models a lead at another potential."""
    linewidth, ratio = 10 ** draw.uniform(-3.5, -1), 10 ** draw.uniform(-4, -1)

    def rate(mean: float) -> tuple[float, float]:
        part = draw.uniform(-tilt, tilt)
        return (mean * (1 + part), mean * (1 - part))

    def temperature() -> float:
        return 0.0 if draw.random() < 0.7 else 10 ** draw.uniform(-2.5, -1.3)

    reservoirs = [
        Reservoir("bath", rate(linewidth), temperature=temperature()),
        Reservoir("drain", rate(ratio * linewidth), -math.inf),
    ]
    if draw.random() < 0.5:
        place = draw.uniform(-0.5, 1.0)
        reservoirs.append(Reservoir("lead", rate(0.1 * linewidth), place, temperature()))
    return reservoirs


#: Models of each kind.
FAMILIES = {"masses": masses, "rates": rates, "films": films, "photons": photons}


@functools.cache
def drawn(family: str, count: int, seed: int = 15) -> tuple[Drawn, ...]:
    """Return points at `count` states of a family that exist, one of each kind at each."""
    draw = random.Random(seed)
    found: list[Drawn] = []
    while len(found) < count * len(KINDS):
        model = FAMILIES[family](draw)
        places = [(kind, 10 ** draw.uniform(-1.5, 0.3), draw.uniform(-1, 1)) for kind in KINDS]
        try:
            state = solve_steady_state(model)
        except (NoCondensate, ConvergenceError):
            continue
        found += [Drawn(state, q, frequency(state, kind, x), kind) for kind, q, x in places]
    return tuple(found)


def frequency(state: SteadyState, kind: str, x: float) -> complex:
    """Return a frequency of a kind, at or about a threshold, or anywhere; x places it there."""
    carriers = state.carriers
    least, step = carriers.margin, next(at for at, _ in carriers.edges())
    return {
        "zero": 0j,
        "pair": complex(math.copysign(2 * state.gap + 6 * least * (abs(x) - 0.5), x)),
        "edge": complex(2 * step + 3 * least * x),
        "real": complex(2 * x),
        "upper": complex(x, 10 ** (-4 * abs(x))),
        "lower": complex(x, -0.9 * abs(x) * least),
    }[kind]
