"""artanh(sqrt(z))/sqrt(z) and its divided differences, against mpmath's many digits."""

from __future__ import annotations

import random

import mpmath
import numpy as np
import pytest
from flint import acb, arb, ctx

from numerics.precise.arithmetic import FlintContext
from numerics.special import multiprecision, root_arctanh
from tests.derive.support.hard_arguments import ARCTANH, arctanh_error, arctanh_points


@pytest.mark.parametrize("name", ARCTANH)
def test_errors(name: str) -> None:
    function = getattr(root_arctanh, name)
    assert arctanh_error(name, lambda *at: complex(*map(float, function(*at)))) < 1


@pytest.mark.parametrize("name", ARCTANH)
def test_many_digits(name: str) -> None:
    function = getattr(multiprecision, name)

    def value(*at: float) -> complex:
        with mpmath.workdps(30):
            real, imaginary = function(mpmath.mp, *map(mpmath.mpf, at))
            return complex(mpmath.mpc(real, imaginary))

    # the arguments are rounded: on the way to the branch point z and 1 - z tell different points
    assert arctanh_error(name, value) < 1


def draws(count: int) -> list[tuple[mpmath.mpc, mpmath.mpc]]:
    """Return pairs of points: anywhere, next to zero, the branch point and each other, negative."""
    draw, found = random.Random(5), []
    for k in range(count):
        z = mpmath.mpc(draw.uniform(-3, 3), draw.uniform(-2, 2))
        small = mpmath.mpf(10) ** draw.uniform(-25, 0)
        z = (z, small * z, 1 + small * z, mpmath.mpc(-abs(z.real), 0))[k % 4]
        w = z + small * mpmath.mpc(draw.uniform(-1, 1), draw.uniform(0, 1)) * abs(1 - z) / 2
        if z.imag * w.imag > 0 or max(z.real, w.real) < 0.5:
            found.append((z, w))
    return found


def test_balls_contain_the_values() -> None:
    with mpmath.workdps(200), ctx.workprec(100):
        balls = FlintContext()
        for z, w in draws(200):
            points = (z, w, 1 - z, 1 - w, z - w)
            given = [arb(part) for x in points for part in (x.real, x.imag)]
            single = [*given[:2], *given[4:6]]
            f, g = (mpmath.atanh(mpmath.sqrt(x)) / mpmath.sqrt(x) for x in (z, w))
            exact = {"root_arctanh": f, "root_arctanh_slope": (1 / (1 - z) - f) / (2 * z)}
            exact["divided_root_arctanh"] = (f - g) / (z - w)
            for name, value in exact.items():
                arguments = given if name.startswith("divided") else single
                found = acb(*getattr(multiprecision, name)(balls, *arguments))
                # the quotients above leave half of the 200 digits
                left = arb(0, 1e-90 * float(abs(value)))
                near = acb(value.real, value.imag) + acb(left, left)
                assert found.overlaps(near), (name, z, w)
                assert float(found.rad()) < 1e-12 * float(abs(value))


def test_points_that_meet() -> None:
    for at, _ in arctanh_points()["root_arctanh"][:40]:
        z, rest = at[:2], at[2:]
        parts = root_arctanh.divided_root_arctanh(*z, *z, *rest, *rest, 0.0, 0.0)
        slope = complex(*map(float, root_arctanh.root_arctanh_slope(*at)))
        assert complex(*map(float, parts)) == pytest.approx(slope, rel=2e-14)


def test_without_a_branch_point_they_are_means() -> None:
    # the integral of t**2/((1 - z t**2)(1 - w t**2)) over t from 0 to 1
    t, weights = np.polynomial.legendre.leggauss(60)
    t, weights = (t + 1) / 2, weights / 2
    z, w = -0.7 + 0.4j, 0.3 - 0.2j
    expected = np.sum(weights * t**2 / ((1 - z * t**2) * (1 - w * t**2)))
    points = (z, w, 1 - z, 1 - w, z - w)
    parts = [part for x in points for part in (x.real, x.imag)]
    found = complex(*map(float, root_arctanh.divided_root_arctanh(*parts)))
    assert found == pytest.approx(expected, rel=1e-14)
