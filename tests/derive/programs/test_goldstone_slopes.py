"""The derivatives of the integrands of M against differences of these, at 60 digits."""

from __future__ import annotations

import importlib

import mpmath
import numpy as np
import pytest

from numerics.kernels import goldstone_mpmath, goldstone_numpy

DIGITS = 60
EPS = float(np.finfo(float).eps)
#: Steps of the differences, whose square is their relative error on the scale of the inputs.
STEP = mpmath.mpf(10) ** -20
OUTPUTS = goldstone_mpmath.PAIRING_SLOPES_OUTPUTS
INPUTS = (
    "nu",
    "distance",
    "distance_omega",
    "mean",
    "F_forward",
    "F_backward",
    "omega_r",
    "growth",
    "q",
    "Delta_0",
    "mu",
    "gamma",
)


def drawn(number):
    """Return the inputs of a point, which belong together to the working precision."""
    generator = np.random.default_rng(number)

    def size(low, high):
        return mpmath.mpf(10 ** generator.uniform(low, high))

    gap, gamma, q = size(-3, 0.3), size(-4, -0.3), size(-1.5, 0.5)
    nu, omega, mu = (
        int(generator.choice([-1, 1])) * size(*ends) for ends in ((-2, 1), (-3, 0.5), (-2, 0))
    )
    growth = size(-5, -1) if number % 2 else -gamma * generator.uniform(0, 0.9)
    fillings = map(mpmath.mpf, generator.uniform(-1, 1, 2))
    distances = abs(nu) - gap, abs(nu + omega) - gap
    return [nu, *distances, nu + omega / 2, *fillings, omega, growth, q, gap, mu, gamma]


def integrands(point):
    values = goldstone_mpmath.pairing(*point, mp=mpmath.mp)
    return [mpmath.mpc(*values[k : k + 2]) for k in range(0, 8, 2)]


def moved(point, **changes):
    return [x + changes.get(name, 0) * STEP for name, x in zip(INPUTS, point, strict=True)]


def difference(point, **changes):
    behind = {name: -change for name, change in changes.items()}
    pairs = zip(
        integrands(moved(point, **changes)), integrands(moved(point, **behind)), strict=True
    )
    return [(a - b) / (2 * STEP) for a, b in pairs]


@pytest.mark.parametrize("number", range(12))
def test_slopes_are_those_of_the_integrands(number):
    """By q, and by omega along the real axis as along the imaginary one: M is analytic."""
    with mpmath.workdps(DIGITS):
        point = drawn(number)
        found = goldstone_mpmath.pairing_slopes(*point, mp=mpmath.mp)
        parts = [mpmath.mpc(*found[k : k + 2]) for k in range(0, 24, 2)]
        values, by_omega, by_q = parts[:4], parts[4:8], parts[8:]
        # of which two programs round differently
        for value, expected in zip(values, integrands(point), strict=True):
            assert abs(value - expected) < mpmath.mpf(10) ** -45 * abs(expected)
        side = mpmath.sign(point[0] + point[6])
        upwards = [-1j * d for d in difference(point, growth=1)]
        along = difference(point, omega_r=1, distance_omega=side, mean=mpmath.mpf(1) / 2)
        across = difference(point, q=1)
        for expected, slopes in ((upwards, by_omega), (along, by_omega), (across, by_q)):
            for exact, slope in zip(expected, slopes, strict=True):
                assert abs(slope - exact) < mpmath.mpf(10) ** -25 * (abs(exact) + abs(values[0]))


def test_order_of_the_outputs():
    """As the response takes them: values, derivatives by omega, derivatives by q."""
    names = [name.removesuffix("_real") for name in OUTPUTS[::2]]
    elements = ["m12", "m22", "coupling", "difference"]
    assert names[:4] == elements
    assert names[4:8] == [f"{name}_by_omega" for name in elements]
    assert names[8:] == [f"{name}_by_q" for name in elements]
    assert goldstone_numpy.PAIRING_SLOPES_OUTPUTS == OUTPUTS


#: At the frequency 3, with omega = 0: equal carriers, and any two bands.
CROSSED = {
    "goldstone": (3.0, 2.3, 2.3, 3.0, 1.0, 0.7, 0.0, 0.0, 0.67, 0.7, 0.6, 1e-8),
    "two_bands": (3.0, 2.3, 2.3, 3.0, 1e-8, 0.7e-8, 0.0, 0.0, 0.67, 0.7, 0.6, 1e-8, 0.0, 0.0),
    "film": (3.0, 2.3, 2.3, 3.0, 1e-8, 0.7e-8, 0.0, 0.0, 0.67, 0.7, 0.6, 1e-8, 0.0, 0.0),
}


@pytest.mark.parametrize("module", CROSSED)
def test_where_poles_meet_closer_than_the_wave_number(module):
    """A pole of G^R and one of G^A: the integral at q = 0 and what q adds are 1e8 times the sum."""
    kernels = [
        importlib.import_module(f"numerics.kernels.{module}_{k}") for k in ("numpy", "mpmath")
    ]
    at = CROSSED[module]
    with mpmath.workdps(DIGITS):
        exact = kernels[1].pairing(*map(mpmath.mpf, at), mp=mpmath.mp)
    found = kernels[0].pairing(*map(np.array, at))
    names = kernels[1].PAIRING_OUTPUTS
    for kind in ("coupling", "difference"):
        parts = [k for k, name in enumerate(names) if name.startswith(kind)]
        size = max(abs(exact[k]) for k in parts)
        assert all(abs(found[k] - exact[k]) < 200 * EPS * size for k in parts)
