"""Steady states of carriers and a boson: brute force, and the limits that are known."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import root

from numerics import Bands, Boson, Contact, Model, Reservoir, solve_steady_state, verify
from numerics.parameters import DENSITY
from numerics.steady.crossover import crossover_of, equilibrium_crossover
from tests.numerics.support import brute_force


def brute_residuals(model, state):
    """(33) and (34) by nested quadrature, with the coupling and the photons written out here."""
    bath, drain = model.reservoirs
    boson = model.coupling
    sums = brute_force.sums(
        brute_force.Model(
            gap=state.gap,
            mu=state.mu,
            edge=state.edge,
            gamma_b=bath.rate,
            gamma_v=drain.rate,
            temperature=bath.temperature,
            inv_kfa=0.0,
            cutoff=model.cutoff,
        )
    )
    inverse = boson.detuning - 2 * state.mu - 1j * boson.loss
    coupling, photons = inverse / boson.g**2, state.gap**2 / boson.g**2
    if boson.inv_kfa is not None:
        attraction = -8 * math.pi / boson.inv_kfa
        coupling = 1 / (attraction + boson.g**2 / inverse)
        photons = (boson.g * state.gap / abs(attraction * inverse + boson.g**2)) ** 2
    return (
        sums[0] - coupling.real,
        sums[1] - coupling.imag,
        (sums[2] + 2 * photons) / DENSITY - 1,
    )


@pytest.mark.parametrize(
    ("boson", "bath", "drain"),
    [
        (Boson(0.5, 1.0, 0.05, 3e-3), Reservoir("bath", 5e-3), 1e-4),
        (Boson(0.5, 1.0, 0.05, 3e-3), Reservoir("bath", 5e-3, temperature=0.01), 0.0),
        (Boson(0.8, 0.5, 0.01, 1e-2), Reservoir("bath", 1e-2), 1e-3),
        (Boson(0.5, 1.0, 0.05, 2e-3, inv_kfa=-1.0), Reservoir("bath", 5e-3), 1e-4),
        (Boson(0.4, -1.0, 0.05, 1e-4, inv_kfa=0.7), Reservoir("bath", 1e-2), 1e-5),
    ],
)
def test_states_solve_the_equations_by_brute_force(boson, bath, drain):
    model = Model(boson, [bath, Reservoir.empty("drain", drain)], cutoff=20.0)
    state = solve_steady_state(model)
    # the outer rule asks for 1e-11, of (34) in units of the density
    assert np.abs(brute_residuals(model, state)).max() < 1e-9


def two_channels(boson, cutoff):
    """The two equations of the two-channel crossover at T = 0 without linewidth, by quadrature."""

    def residuals(x):
        gap, mu = x

        def pairing(p):
            energy = np.hypot(p * p - mu, gap)
            return (p * p / energy - 1) / (4 * np.pi**2)

        def carriers(p):
            xi = p * p - mu
            energy = np.hypot(xi, gap)
            filled = gap**2 / (energy * (energy + xi)) if xi > 0 else 1 - xi / energy
            return p * p / (2 * np.pi**2) * filled

        inner = [math.sqrt(mu + k * gap) for k in (-4, -1, 0, 1, 4) if mu + k * gap > 0]
        ends = [0.0, *inner, 3.0]

        def total(f, last):
            # far out in 1/p
            parts = [quad(f, a, b, epsabs=1e-14)[0] for a, b in itertools.pairwise(ends)]
            return sum(parts) + quad(lambda u: f(1 / u) / u**2, last, 1 / 3, epsabs=1e-14)[0]

        coupling = (boson.detuning - 2 * mu) / boson.g**2
        held = total(carriers, 1 / cutoff) + 2 * gap**2 / boson.g**2
        return [total(pairing, 0.0) - coupling, held / DENSITY - 1]

    return residuals


@pytest.mark.parametrize("boson", [Boson(0.7, 1.0, 0.05), Boson(0.5, 0.3, 0.05)])
def test_the_two_channel_crossover(boson):
    found = crossover_of(boson)
    assert np.abs(two_channels(boson, 1e9)(found)).max() < 1e-11


def test_without_loss_and_linewidth_it_is_the_two_channel_crossover():
    boson, cutoff = Boson(0.7, 1.0, 0.05), 20.0
    expected = root(two_channels(boson, cutoff), crossover_of(boson), tol=1e-13).x
    rows = []
    for rate in (4e-4, 2e-4, 1e-4, 5e-5):
        state = solve_steady_state(Model(boson, [Reservoir("bath", rate)], cutoff))
        rows.append(np.array([state.gap, state.mu]))
    # Richardson's extrapolation of a series in the rate
    for order in (1, 2, 3):
        rows = [(2**order * b - a) / (2**order - 1) for a, b in itertools.pairwise(rows)]
    assert rows[0] == pytest.approx(expected, rel=1e-9)


def test_the_bosons_of_a_condensate():
    boson = Boson(0.7, 0.6, 0.05, 1e-4)
    state = solve_steady_state(Model(boson, [Reservoir("bath", 1e-2)], cutoff=10.0))
    assert state.bosons == pytest.approx((state.gap / 0.7) ** 2, rel=1e-14)
    assert state.number == pytest.approx(DENSITY, rel=1e-9)
    attracted = solve_steady_state(Model(Contact(0.0), [Reservoir("bath", 1e-2)], cutoff=10.0))
    assert attracted.bosons == 0


def test_loss_is_turned_on_from_there():
    bath = Reservoir("bath", 2e-3)
    lost = [solve_steady_state(Model(Boson(0.7, 1.0, 0.05, x), [bath])) for x in (0.0, 1e-9)]
    assert lost[1].gap == pytest.approx(lost[0].gap, rel=1e-4)
    assert lost[0].edge == 0
    assert lost[1].edge > 0


@pytest.mark.parametrize("inv_kfa", [-1.0, 0.5])
def test_a_strong_coupling_to_a_far_boson_is_an_attraction(inv_kfa):
    reservoirs = [Reservoir("bath", 2e-3), Reservoir.empty("drain", 1e-4)]
    contact = solve_steady_state(Model(Contact(inv_kfa), reservoirs))
    ratio = -inv_kfa / (8 * math.pi)
    errors = []
    for square in (4e3, 8e3, 16e3):
        boson = Boson(math.sqrt(square), ratio * square, 0.05)
        state = solve_steady_state(Model(boson, reservoirs))
        errors.append(state.gap - contact.gap)
    # of first order in 1/g**2: the ratio of two errors tends to two as fast
    first, second = (a / b - 2 for a, b in itertools.pairwise(errors))
    assert abs(first) < 0.02
    assert second == pytest.approx(first / 2, rel=0.1)


@pytest.mark.parametrize(
    "boson", [Boson(1.0, 1.0, 0.05, film=True), Boson(0.6, 2.2, 0.05, binding=0.3)]
)
def test_the_two_channel_crossover_of_a_film(boson):
    gap, mu = crossover_of(boson)
    # the sums over momenta at T = 0, in two dimensions elementary, with 1/(2 p**2 + 1) subtracted
    root = math.hypot(mu, gap)
    pairing = -math.log(root - mu) / (8 * math.pi)
    energy, photons = boson.detuning - 2 * mu, (gap / boson.g) ** 2
    coupling = energy / boson.g**2
    if boson.binding is not None:
        attraction = -8 * math.pi / math.log(boson.binding)
        coupling = 1 / (attraction + boson.g**2 / energy)
        photons = (boson.g * gap / (attraction * energy + boson.g**2)) ** 2
    assert pairing == pytest.approx(coupling, rel=1e-10)
    # N = 1/2 pi
    assert (root + mu) / 2 + 4 * math.pi * photons == pytest.approx(1.0, rel=1e-10)


def test_a_film_with_a_boson():
    model = Model(
        Boson(1.0, 1.0, 0.05, 1e-3, binding=0.2),
        [Reservoir("bath", 1e-2)],
        cutoff=10.0,
        bands=Bands(dimension=2),
    )
    assert verify(solve_steady_state(model), points=2, slow=0).holds


def test_the_start_of_an_attraction_is_that_of_a_contact():
    for inv_kfa in (-2.0, 0.0, 1.5):
        known = equilibrium_crossover(inv_kfa)
        assert crossover_of(Contact(inv_kfa)) == pytest.approx((known.gap, known.mu), rel=1e-12)
