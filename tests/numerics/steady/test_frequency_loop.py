"""The integrals over the frequency in one compiled loop: what NumPy gives, within its errors."""

import dataclasses
import random

import numpy as np
import pytest

from numerics import Bands, Contact, Model, Reservoir, backend
from numerics.evaluation import VARIABLE
from numerics.steady import frequency_sums
from numerics.steady.frequency_sums import densities, state_integrals

pytest.importorskip("numba")

CUTOFF = 30.0


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """Give every test an environment of its own."""
    monkeypatch.delenv(VARIABLE, raising=False)


def carriers():
    """Yield carriers of either dimension: cold and warm baths, with given potentials, tilted."""
    draw = random.Random(7)
    for dimension in (2, 3):
        for warm in ((False,), (True,), (False, True)):
            rate = 10 ** draw.uniform(-4, -1)
            baths = [
                Reservoir(
                    f"bath_{k}",
                    (rate * draw.uniform(0.2, 1), rate * draw.uniform(0.2, 1)),
                    mu=draw.uniform(-1, 2) if k else None,
                    temperature=10 ** draw.uniform(-3, -0.5) if filled else 0.0,
                )
                for k, filled in enumerate(warm)
            ]
            empty = Reservoir.empty("vacuum", rate * draw.uniform(0.01, 1))
            bands = Bands.of_ratio(draw.uniform(1, 3), dimension)
            coupling = Contact(binding=0.5) if dimension == 2 else Contact(0.0)
            model = Model(coupling, [*baths, empty], cutoff=CUTOFF, bands=bands)
            gap, mu = 10 ** draw.uniform(-2, 0.3), draw.uniform(-1, 2)
            place = gap, mu, draw.uniform(0, 1)
            yield model.carriers(*place, tilt=draw.choice([0.0, 0.1]), drive=model.drive)
            # electrons and holes that can be exchanged
            alike = model.symmetrised()
            yield alike.carriers(*place, drive=alike.drive)


def four(found):
    """Return the sums that a state's equations consist of."""
    return np.array([found.gap.real, found.gap.imag, found.electrons, found.holes])


def by(name, *arguments):
    backend(name)
    return state_integrals(*arguments)


def test_both_ways_give_the_same_sums():
    for some in carriers():
        plain, loop = (by(name, some, CUTOFF) for name in ("numpy", "numba"))
        assert (np.abs(four(loop) - four(plain)) <= plain.error + loop.error).all(), some
        # where panels are halved may depend on rounding
        assert abs(loop.nodes - plain.nodes) <= 200
        np.testing.assert_allclose(loop.size, plain.size, rtol=1e-8)
        np.testing.assert_allclose(loop.empty, plain.empty, rtol=1e-10)
        largest = np.abs(plain.slopes).max(axis=1, keepdims=True)
        assert (np.abs(loop.slopes - plain.slopes) < 1e-8 * largest).all(), some


def test_sums_are_even_in_the_order_parameter():
    for some in carriers():
        other = dataclasses.replace(some, gap=-some.gap)
        here, there = (by("numba", c, CUTOFF) for c in (some, other))
        np.testing.assert_array_equal(four(here), four(there))
        np.testing.assert_array_equal(here.slopes[:, 0], -there.slopes[:, 0])
        np.testing.assert_array_equal(here.slopes[:, 1:], there.slopes[:, 1:])


def test_a_loose_tolerance_has_larger_errors_and_fewer_nodes(monkeypatch):
    backend("numba")
    some = next(carriers())
    fine = state_integrals(some, CUTOFF)
    monkeypatch.setattr(frequency_sums, "_RTOL", 1e-2)
    coarse, numbers = state_integrals(some, CUTOFF), densities(some, CUTOFF)
    assert coarse.nodes < fine.nodes
    assert (np.abs(four(coarse) - four(fine)) <= coarse.error + fine.error).all()
    # the densities may be given
    again = state_integrals(some, CUTOFF, numbers)
    np.testing.assert_array_equal(four(again), four(coarse))
