"""Where a transfer connects parallel momenta: by the equation of equal masses, and of any."""

import numpy as np
import pytest

from numerics.carriers import Carriers
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
