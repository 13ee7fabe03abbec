"""The response to a rotation of the phase, and the state on which the criterion is measured."""

import pytest
from mpmath import mp

from derive.hanai2017.evidence import proved
from derive.hanai2017.limits import thouless
from derive.hanai2017.matrices import ANY_RESERVOIR


@pytest.mark.parametrize("part", ["retarded", "advanced", "keldysh"])
def test_rotation_is_the_response_to_its_pairing_field(part):
    caused = getattr(thouless.phase_change(ANY_RESERVOIR), part)
    turned = getattr(thouless.rotated(ANY_RESERVOIR), part)
    assert proved(caused - turned).holds
    assert not proved(caused + turned).holds


def test_criterion_on_a_state_out_of_equilibrium():
    interaction, along, across = thouless.criterion()
    with mp.workdps(thouless.DIGITS):
        assert abs(interaction - along) < thouless.ACCURACY * interaction
        assert abs(across) < thouless.ACCURACY * interaction
    assert interaction > 1
