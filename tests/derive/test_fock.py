"""The Fock space, and what is derived in it."""

import pytest
import sympy as sp

from derive import tunnelling
from derive.fock import annihilators, anticommutator, nambu_field, single_particle
from derive.mean_field import contact_interaction


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


@pytest.mark.parametrize(("momenta", "average"), [((1, 1, 1), 2), ((1, 2, 1), 0), ((0, 0, 0), 4)])
def test_random_places_conserve_momentum(momenta, average):
    """Only p = p' is left, with one term per path; p = q = 0 alone adds the paths coherently."""
    assert tunnelling.averaged_phases(3, momenta) == average
