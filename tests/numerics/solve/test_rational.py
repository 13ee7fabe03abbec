"""Zeros and poles of rational approximations, of functions whose zeros and poles are known."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.solve.rational import zeros_and_poles

#: Zeros and poles with their mirror images, x and minus its conjugate.
ZEROS = (0.3 + 0.02j, -0.3 + 0.02j, -0.05j, 0.7 - 0.1j, -0.7 - 0.1j)
POLES = (0.5 - 0.3j, -0.5 - 0.3j, -0.2j, -0.9j, -2j)


def ratio(x, zeros=ZEROS, poles=POLES):
    # real on the imaginary axis
    factors = [np.prod([1j * (x - a) for a in some], axis=0) for some in (zeros, poles)]
    return factors[0] / factors[1]


def distances(found, expected):
    return [np.abs(found - a).min() for a in expected]


@pytest.mark.parametrize("from_zero", [True, False])
def test_zeros_and_poles_are_found(from_zero):
    x = np.concatenate([[0.0], np.geomspace(0.01, 5.0, 30)])[0 if from_zero else 1 :]
    ((zeros, poles),) = zeros_and_poles([x], [ratio(x)], 1e-12)
    assert max(distances(zeros, ZEROS)) < 1e-8
    assert max(distances(poles, POLES)) < 1e-8


def test_a_zero_at_rest_and_one_of_another_scale_are_found():
    x = np.concatenate([[0.0], np.geomspace(1e-7, 1e-5, 9), np.geomspace(3e-5, 5.0, 25)])
    zeros = (-1e-6j, 0.3 - 0.02j, -0.3 - 0.02j)
    ((found, _),) = zeros_and_poles([x], [ratio(x, zeros, (-0.4j, -0.5j, -0.6j))], 1e-12)
    assert np.abs(found - zeros[0]).min() < 1e-3 * 1e-6
    assert max(distances(found, zeros[1:])) < 1e-8


def test_functions_beside_each_other_are_those_alone():
    x = [np.linspace(0.0, 3.0, n) for n in (40, 17, 25)]
    values = [ratio(x[0]), ratio(x[1], ZEROS[:3], POLES[2:]), (2 + 1j * x[2]) ** 0.5]
    together = zeros_and_poles(x, values, 1e-6)
    for points, some, (zeros, poles) in zip(x, values, together, strict=True):
        ((alone, beside),) = zeros_and_poles([points], [some], 1e-6)
        assert zeros.size == alone.size
        for some, others in ((zeros, alone), (poles, beside)):
            near = others[np.abs(others) < 5]
            assert near.size > 0
            assert max(distances(some, near)) < 1e-5


def test_zeros_come_with_their_mirror_images():
    x = np.linspace(0.0, 4.0, 30)
    ((zeros, poles),) = zeros_and_poles([x], [np.exp(1j * x) - 0.5 + 0.3j * x], 1e-6)
    for some in (zeros, poles):
        near = some[np.abs(some) < 20]
        assert near.size > 0
        # far away they are as good as the approximation
        assert max(distances(some, -near.conj())) < 1e-6 * np.abs(near).max()


def test_few_samples_are_taken_as_they_are():
    ((zeros, _),) = zeros_and_poles([np.array([0.0, 1.0, 2.0])], [np.array([1.0, 1j, 3.0])], 1e-12)
    assert np.isfinite(zeros).all()
