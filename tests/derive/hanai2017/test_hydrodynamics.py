"""A, Gamma and c of (47) mean the same in the ledger and in the numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

from derive.hanai2017.limits import hydrodynamics as symbolic
from numerics.response.long_wavelength import Hydrodynamics


@pytest.mark.parametrize(
    ("second_order", "name"), [(False, "prefactor"), (True, "dynamic_prefactor")]
)
def test_prefactor_of_damped_sound(second_order, name):
    alpha = np.array([[3.0, 0.0], [5.0, 0.0]])
    eta = np.array([[7.0, 11.0], [13.0, 17.0]])
    zeta = np.array([19.0, 23.0])
    names = {
        symbolic.alpha11: 3,
        symbolic.alpha21: 5,
        symbolic.eta11: 7,
        symbolic.eta12: 11,
        symbolic.eta21: 13,
        symbolic.eta22: 17,
        symbolic.zeta12: 19,
        symbolic.zeta22: 23,
    }
    given = SimpleNamespace(alpha=alpha, eta=eta, zeta=zeta)
    given.prefactor = Hydrodynamics.prefactor.fget(given)
    found = getattr(Hydrodynamics, name).fget(given)
    assert found == int(symbolic.damped_sound(second_order=second_order)[0].subs(names))
