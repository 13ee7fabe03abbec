"""artanh(sqrt(z))/sqrt(z) and its divided differences, against mpmath's many digits."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

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


@pytest.mark.parametrize("name", ["divided_root_arctanh", "confluent_root_arctanh"])
def test_points_that_meet(name: str) -> None:
    function = getattr(root_arctanh, name)
    for at, _ in arctanh_points()["root_arctanh"][:40]:
        z, rest = at[:2], at[2:]
        together = complex(*map(float, function(*z, *z, *rest, *rest, 0.0, 0.0)))
        with mpmath.workdps(30):
            point = 1 - mpmath.mpc(*rest) if abs(complex(*rest)) < 0.5 else mpmath.mpc(*z)
            order = 1 if name.startswith("divided") else 2

            def arctanh(x: Any) -> Any:
                return mpmath.atanh(mpmath.sqrt(x)) / mpmath.sqrt(x)

            radius = min(abs(point), abs(1 - point)) / 4
            turns = [mpmath.expjpi(mpmath.mpf(k) / 16) for k in range(32)]
            # Cauchy's integral by the trapezoidal rule, which converges like 4**-32
            found = sum(arctanh(point + radius * t) / t**order for t in turns) / 32
            exact = complex(found / radius**order)
        assert abs(together - exact) < 1e-12 * abs(exact)


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
