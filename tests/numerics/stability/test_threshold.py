"""The laser limit of carriers that are not paired: the end of the condensate, and by quadrature."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from numerics import (
    Bands,
    Boson,
    Contact,
    Model,
    Reservoir,
    find_boundary,
    laser_threshold,
    pair_correlation,
)
from numerics.parameters import DENSITY
from numerics.stability.threshold import laser_thresholds, normal_state

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
MODELS = {
    "cold": Model(Boson(0.7, 1.2, 0.05), [Reservoir("bath", 5e-3)], cutoff=10.0),
    "warm": Model(Boson(0.7, 0.8, 0.05), [Reservoir("bath", 1e-2, temperature=0.05)], cutoff=10.0),
    "with attraction": Model(
        Boson(0.5, 0.9, 0.05, inv_kfa=-1.0), [Reservoir("bath", 1e-2)], cutoff=10.0
    ),
    "of pairs below a boson that is absorbed": Model(
        Boson(1.0, 2.0, 0.05, inv_kfa=-2.0), [Reservoir("bath", 2e-2)], cutoff=10.0
    ),
    "with a drain": Model(
        Boson(0.7, 1.2, 0.05),
        [Reservoir("bath", 5e-3), Reservoir.empty("drain", 5e-4)],
        cutoff=10.0,
    ),
    "in a film": Model(
        Boson(1.0, 1.0, 0.05, film=True),
        [Reservoir("bath", 1e-2)],
        cutoff=10.0,
        bands=Bands(dimension=2),
    ),
    "of unequal masses": Model(
        Boson(0.7, 1.2, 0.05), [Reservoir("bath", 1e-2)], cutoff=10.0, bands=Bands.of_ratio(2.0)
    ),
    "at a given potential": Model(
        Boson(0.5, 1.9, 0.05), [Reservoir("bath", 1e-2, mu=1.0)], density=False
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_condensate_ends_where_the_gain_is_the_loss(name):
    model = MODELS[name]
    found = laser_threshold(model)
    ends = (0.7 * found.loss, 1.5 * found.loss)
    end = find_boundary("normal", model, along="coupling.loss", values=ends)
    assert end.value == pytest.approx(found.loss, rel=1e-7)
    # the order parameter that stands for zero, and what is next to the end, differ by their squares
    assert 2 * end.state.mu == pytest.approx(found.omega, rel=1e-5)


@pytest.mark.parametrize(
    ("model", "growing"),
    [
        (MODELS["with attraction"], 1),
        (MODELS["of pairs below a boson that is absorbed"], 0),
        # the pairs of the attraction alone have ceased to grow at a larger loss
        (Model(Boson(0.5, 1.0, 0.05, inv_kfa=-1.5), [Reservoir("bath", 3e-2)], cutoff=10.0), 0),
    ],
)
def test_one_more_mode_grows_with_less_loss(model, growing):
    found, photon, state = laser_threshold(model), model.coupling, normal_state(model)
    assert found.growing == growing
    away = np.geomspace(1e-5, 1e4, 400)
    omega = np.unique(np.concatenate([-away, away, found.omega - 2 * state.mu + away / 1e3]))
    pairs = pair_correlation(state, 0.0, omega)
    response = (pairs[:, 0, 0] + 1j * pairs[:, 0, 1]) / 2
    # (1/K - 1/response), without poles: 1/K = U + g**2/energy, U = -8 pi a_s
    attraction = -8 * math.pi / photon.inv_kfa
    for part, number in ((1.02, growing), (0.98, growing + 1)):
        energy = photon.detuning - 2 * state.mu - omega - 1j * part * found.loss
        whole = energy * (1 - attraction * response) - photon.g**2 * response
        turns = np.angle(whole[1:] / whole[:-1])
        assert np.abs(turns).max() < 1.6
        # far away it is like omega**1.5
        assert turns.sum() / (2 * math.pi) + 0.75 == pytest.approx(number, abs=0.1)


def test_gain_and_loss_by_quadrature():
    model = MODELS["cold"]
    (bath,), photon = model.reservoirs, model.coupling
    gamma, found = bath.rate, laser_threshold(model)
    mu, omega = found.mu_b, found.omega

    def filled(p):
        return p * p * (0.5 + math.atan((mu - p * p) / gamma) / math.pi) / math.pi**2

    def absorbed(p):
        """Im of the integral over e of A(e - p**2) [1 - 2 f(e)]/(e + p**2 - omega - i gamma)."""

        # panels double in length away from both Lorentzians, and end at the step
        away = gamma * 2.0 ** np.arange(22)
        centres = (p * p, omega - p * p)
        ends = [c + s * x for c in centres for s in (1, -1) for x in (0.0, *away)]
        ends = np.unique([*ends, mu])
        half, middle = np.diff(ends)[:, None] / 2, (ends[1:] + ends[:-1])[:, None] / 2
        e, weight = middle + half * NODES, half * WEIGHTS
        spectral = gamma / ((e - centres[0]) ** 2 + gamma**2) / math.pi
        other = gamma / ((e - centres[1]) ** 2 + gamma**2)
        return p * p * np.sum(weight * spectral * other * np.sign(e - mu)) / (2 * math.pi**2)

    # where the occupation steps, and where two carriers have the energy of the photon
    marks = [x + k * gamma for x in (mu, omega / 2) for k in (-20, -4, -1, 0, 1, 4, 20)]
    inner = sorted(math.sqrt(x) for x in marks)

    def total(function, last):
        ends = [0.0, *inner, 3.0, last]
        return sum(quad(function, a, b, epsabs=1e-9)[0] for a, b in pairwise(ends))

    assert total(filled, model.cutoff) == pytest.approx(DENSITY, rel=1e-6)
    # far out both Lorentzians are in the tail of the other: what is left falls like 1/p**4
    absorption = total(absorbed, 60.0)
    # the imaginary part of K_+ is -loss/g**2
    assert -(photon.g**2) * absorption == pytest.approx(found.loss, rel=1e-6)


def test_the_photon_that_gains_most_need_not_be_at_rest():
    model = MODELS["cold"]
    rest, moving = (laser_threshold(model, q).loss for q in (0.0, 0.15))
    assert moving > rest
    # beyond the potential of two carriers they absorb
    assert laser_threshold(model, 0.3).loss < 0


def test_the_laser_limit_is_one_of_a_boson():
    with pytest.raises(ValueError, match="coupling = 'inv_kfa = 0' is outside its domain: a Boson"):
        laser_threshold(Model(Contact(0.0), [Reservoir("bath", 1e-3)]))
    with pytest.raises(ValueError, match="q = nan"):
        laser_threshold(MODELS["cold"], math.nan)


@pytest.mark.parametrize("name", ["cold", "with attraction"])
def test_several_wave_numbers_at_once_are_as_one_by_one(name):
    waves = (0.0, 0.05, 0.15)
    for q, found in zip(waves, laser_thresholds(MODELS[name], waves), strict=True):
        alone = laser_threshold(MODELS[name], q)
        assert (found.q, found.growing, found.mu_b) == (alone.q, alone.growing, alone.mu_b)
        assert abs(found.loss - alone.loss) < found.error
        assert abs(found.omega - alone.omega) < 1e-12


def test_no_wave_numbers_have_no_thresholds():
    assert laser_thresholds(MODELS["cold"], ()) == ()
