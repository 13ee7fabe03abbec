"""Where a transfer connects parallel momenta: by the equation of equal masses, and of any."""

import itertools

import numpy as np
import pytest

from numerics.carriers import Carriers
from numerics.evaluation import backend
from numerics.occupation import Filled, Occupation
from numerics.response.two_bands import threshold_energies

BATH = Occupation((Filled(1e-3, 0.4, 0.0),), 1e-5)


@pytest.mark.parametrize("mu", [-0.7, 0.5])
def test_equal_masses_are_the_limit_of_any(mu):
    q = np.array([1e-3, 0.1, 0.7, 2.0])
    transfer = np.array([0.3 + 0.01j, 1e-3j, 2.5 - 2e-4j, 0.02])
    equal, other = (
        np.array(threshold_energies(Carriers(0.8, mu, skew, BATH, BATH), q, transfer))
        for skew in (0.0, 1e-13)
    )
    # in whatever order: each of six is one of the others
    distances = np.abs(equal[:, None] - other)
    scale = 1e-11 * np.abs(equal).max(axis=0)
    for axis in (0, 1):
        assert (distances.min(axis=axis) < scale).all()


@pytest.mark.parametrize("mu", [-0.7, 0.5])
@pytest.mark.parametrize("name", ["numba", "numpy"])
def test_quasiparticles_of_equal_masses_are_connected(name, mu):
    # from the energy back to p - q/2, by any of the four branches, and on to p + q/2
    if name == "numba":
        pytest.importorskip("numba")
    before = backend()
    backend(name)
    try:
        gap, q = 0.8, np.array([1e-3, 1e-2, 0.1, 0.7, 2.0])
        transfer = np.array([2.5, 0.3 + 0.01j, 1e-3j, 2.5 - 2e-4j, 0.02])
        found = np.array(threshold_energies(Carriers(gap, mu, 0.0, BATH, BATH), q, transfer))
    finally:
        backend(before)
    missing = []
    for side, root in itertools.product((1, -1), repeat=2):
        p = side * np.sqrt(mu + root * np.sqrt(found**2 - gap**2 + 0j)) + q / 2
        energy = np.sqrt(((p + q / 2) ** 2 - mu) ** 2 + gap**2)
        missing += [np.abs(found + transfer - energy), np.abs(found + transfer + energy)]
    assert (np.min(missing, axis=0) < 1e-8 * np.abs(found)).all()
    # each of its own
    away = np.abs(found[:, None] - found) + 1e3 * np.eye(6)[..., None]
    assert (away.min(axis=0) > 1e-6).all()
