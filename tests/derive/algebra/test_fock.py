"""The Fock space, and what is derived in it."""

import cmath
import itertools

import pytest
import sympy as sp

from derive.algebra.fock import annihilators, anticommutator, nambu_field, single_particle
from derive.hanai2017 import tunnelling
from derive.hanai2017.mean_field import contact_interaction


def test_anticommutation():
    modes = annihilators(3)
    for i, first in enumerate(modes):
        for j, second in enumerate(modes):
            assert anticommutator(first, second) == sp.zeros(8, 8)
            assert anticommutator(first, second.H) == int(i == j) * sp.eye(8)


def test_an_interaction_is_not_quadratic():
    with pytest.raises(ValueError, match="not quadratic"):
        single_particle(nambu_field(*annihilators(2)), contact_interaction())


def test_modes_are_refused():
    with pytest.raises(ValueError, match="modes = 0"):
        annihilators(0)


@pytest.mark.parametrize(
    "momenta", [(1, 1, 1), (1, 1, 2), (1, 1, 0), (1, 2, 1), (2, 0, 1), (0, 0, 0), (0, 0, 1)]
)
@pytest.mark.parametrize("count", [1, 2])
def test_random_places_conserve_momentum(momenta, count):
    """Sum over all places of a ring of three sites."""
    p, p_prime, q = momenta
    total = 0
    for places in itertools.product(range(3), repeat=2 * count):
        r, big = places[:count], places[count:]
        for i, j in itertools.product(range(count), repeat=2):
            phase = p_prime * r[j] - p * r[i] + q * (big[i] - big[j])
            total += cmath.exp(2j * cmath.pi * phase / 3)
    average = total / 3 ** (2 * count)
    assert average == pytest.approx(int(tunnelling.averaged_phases(*momenta, count)), abs=1e-12)
