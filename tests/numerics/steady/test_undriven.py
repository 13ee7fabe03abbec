"""States without a drive: the searches for them end, with what the equations have."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from scipy.integrate import quad

from numerics import (
    Bands,
    Boson,
    Contact,
    ConvergenceError,
    Model,
    NoCondensate,
    Reservoir,
    solve_steady_state,
)
from numerics.steady import scaling

#: Evaluations of a search with two nested unknowns, or of one that follows what carriers differ by
#: to its end: some ten steps, of some ten evaluations each, are halved as often.
ENOUGH = 300


def drawn(draw):
    """Any undriven model with a boson: at a given density or potential, of any carriers."""
    film, skewed = draw.random() < 0.4, draw.choice(["", "masses", "rates"])
    attraction = {}
    if draw.random() < 0.5:
        attraction = (
            {"binding": 10 ** draw.uniform(-1.5, 0.5)}
            if film
            else {"inv_kfa": draw.uniform(-1.5, 1.5)}
        )
    boson = Boson(
        10 ** draw.uniform(-0.7, 0.5), draw.uniform(-2, 2.5), 0.05, film=film, **attraction
    )
    ratio, mean = 3 ** draw.uniform(-1, 1), 10 ** draw.uniform(-3.5, -1)
    part = draw.uniform(-0.4, 0.4)
    potential = draw.uniform(-1, 1.5) if draw.random() < 0.5 else None
    bath = Reservoir(
        "bath",
        (mean * (1 + part), mean * (1 - part)) if skewed == "rates" else mean,
        potential,
        0.0 if draw.random() < 0.6 else 10 ** draw.uniform(-2.5, -1),
    )
    return Model(
        boson,
        [bath],
        cutoff=10 ** draw.uniform(0.7, 2),
        density=potential is None,
        bands=Bands(3 - film, Bands.of_ratio(ratio).masses if skewed == "masses" else (0.5, 0.5)),
        neutral=bool(skewed) and draw.random() < 0.3,
    )


@pytest.fixture
def evaluations(monkeypatch):
    asked, evaluate = [], scaling.evaluate_model

    def counted(*arguments):
        asked.append(arguments)
        # a search without an end fails, in place of the suite
        assert len(asked) <= ENOUGH
        return evaluate(*arguments)

    monkeypatch.setattr(scaling, "evaluate_model", counted)
    return asked


def test_every_search_ends(evaluations):
    draw = random.Random(15)
    found = []
    for _ in range(40):
        model = drawn(draw)
        evaluations.clear()
        try:
            state = solve_steady_state(model)
        except (NoCondensate, ConvergenceError):
            found.append(False)
            continue
        assert state.residual < 1e-10
        assert state.gap > 0
        assert model.density or state.mu == model.potential
        found.append(True)
    assert found.count(True) > 20


@pytest.mark.parametrize("attraction", [None, -0.5])
def test_a_potential_beyond_the_field(attraction, evaluations):
    # above half of what the field has at rest: without attraction the pairs are bound to it deeply
    boson, mu, gamma = Boson(0.7, 1.2, 0.05, inv_kfa=attraction), 0.9, 1e-2
    bath = Reservoir("bath", gamma, mu)
    state = solve_steady_state(Model(boson, [bath], density=False))
    gap = state.gap

    def pairing(p):
        energy = math.hypot(p * p - mu, gap)
        return (p * p * math.atan(energy / gamma) * 2 / math.pi / energy - 1) / (4 * math.pi**2)

    scale = math.sqrt(mu + gap)
    ends = [0.0, *(math.sqrt(mu + x * gap) for x in (-2, -0.5, 0, 0.5, 4) if mu + x * gap > 0)]
    ends.append(4 * scale)
    total = sum(quad(pairing, *e, epsabs=1e-13, epsrel=1e-12)[0] for e in itertools.pairwise(ends))
    total += quad(lambda u: pairing(1 / u) / u**2, 0, 1 / ends[-1], epsabs=1e-13, epsrel=1e-12)[0]
    energy = boson.detuning - 2 * mu
    coupling = energy / boson.g**2
    if attraction is not None:
        coupling = 1 / (-8 * math.pi / attraction + boson.g**2 / energy)
    assert total == pytest.approx(coupling, rel=1e-9)
    assert (gap > 1e3) == (attraction is None)


def test_unequal_carriers_beyond_the_field(evaluations):
    boson = Boson(0.7, 1.2, 0.05, inv_kfa=-0.5)
    gaps = []
    for ratio in (1.0, 1.4):
        bath = Reservoir("bath", 1e-6, 0.9)
        model = Model(boson, [bath], density=False, bands=Bands.of_ratio(ratio))
        gaps.append(solve_steady_state(model).gap)
    # in equilibrium and without a linewidth the masses do not matter
    assert gaps[1] == pytest.approx(gaps[0], rel=1e-5)


def test_up_to_where_warmth_suppresses_pairing(evaluations):
    def model(temperature, mu=None):
        bath = Reservoir("bath", 1e-2, mu, temperature)
        return Model(Boson(0.7, 1.6, 0.05), [bath], 20.0, density=mu is None)

    temperatures = (0.2563, 0.2567, 0.2571)
    states = [solve_steady_state(model(t)) for t in temperatures]
    squares = np.array([state.gap**2 for state in states])
    # the square falls linearly
    slope, last = np.polyfit(temperatures[1:], squares[1:], 1)
    assert np.diff(squares, 2) == pytest.approx(0, abs=2e-3 * (squares[0] - squares[-1]))
    end = -last / slope
    assert end == pytest.approx(0.2577, abs=5e-4)
    evaluations.clear()
    with pytest.raises(NoCondensate, match="suppress"):
        solve_steady_state(model(end + 1e-4))
    for state, temperature in zip(states, temperatures, strict=True):
        again = solve_steady_state(model(temperature, state.mu))
        assert again.gap == pytest.approx(state.gap, rel=1e-9)


@pytest.mark.parametrize(
    ("coupling", "mu", "error", "reason"),
    [
        (Boson(0.3, -0.5, 0.05, film=True), 1.2, ConvergenceError, "beyond 1e"),
        (Contact(binding=1.0), -0.6, NoCondensate, "pairs nothing"),
        (Contact(-1.0), -0.1, NoCondensate, "pairs nothing"),
        (Boson(0.8, 2.42, 0.05), None, NoCondensate, "suppress"),
        # of which a linewidth leaves more than there are, at large momenta
        (Boson(0.02, -2.5, 0.05, inv_kfa=-3.9), None, NoCondensate, "4.8 times the density"),
    ],
)
def test_why_there_is_none(coupling, mu, error, reason, evaluations):
    bath, bands = Reservoir("bath", 0.05, mu), Bands(coupling.dimension)
    with pytest.raises(error, match=reason):
        solve_steady_state(Model(coupling, [bath], density=mu is None, bands=bands))


def test_a_density_below_the_pole_of_the_coupling(evaluations):
    # Newton's method from the crossover without temperature leads nowhere here
    boson = Boson(0.0085, 2.584, 0.05, inv_kfa=3.9)
    bath = Reservoir("bath", 1.5e-5, temperature=5.3e-3)
    state = solve_steady_state(Model(boson, [bath], cutoff=1.4))
    assert state.mu < boson.threshold
    assert state.residual < 1e-10


def test_the_errors_are_those_at_the_potential_of_the_bath():
    # the imaginary part of the gap equation vanishes here, and hardly depends on the edge
    bath = Reservoir("bath", 0.02, 3.58)
    model = Model(
        Boson(4.7, -7.2, 0.05, film=True), [bath], 33.0, density=False, bands=Bands(dimension=2)
    )
    state = solve_steady_state(model)
    (error, *_), gap = state.error, state.gap
    # without linewidth sqrt(mu**2 + gap**2) - mu is the binding energy
    binding = math.exp(-8 * math.pi * (-7.2 - 2 * 3.58) / 4.7**2)
    expected = math.sqrt(binding * (binding + 2 * 3.58))
    # of which the linewidth takes a part of its own size over the gap
    assert gap == pytest.approx(expected, abs=2 * 0.02 + error)
    assert error < 1e-6 * gap
