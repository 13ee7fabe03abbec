"""Arguments at which polygamma functions and their divided differences lose digits."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np

EPS = 2.0**-52
#: Double the digits that a divided difference of close arguments cancels.
DIGITS = 50
#: The positive zero of the digamma function, rounded.
ROOT = 1.4616321449683622

REGIONS = ("right", "pole", "left", "zero", "large", "axis")


def arguments(region: str, order: int) -> Iterator[tuple[float, float]]:
    """Yield the parts of arguments in a region where functions of an order are finite."""
    generator = np.random.default_rng(len(region) + 100 * order)

    def size(low: float, high: float) -> float:
        return float(10 ** generator.uniform(low, high))

    for _ in range(40):
        sign, other = generator.choice([-1.0, 1.0], 2)
        # z^-order must not underflow
        far = 200 / (order + 1)
        yield {
            "right": (size(-3, 3), sign * size(-3, 3)),
            "pole": (-generator.integers(0, 9) + sign * size(-12, -2), other * size(-12, -2)),
            "left": (-size(-3, 3), sign * size(-3, 2)),
            "zero": (ROOT + sign * size(-15, -0.5), other * size(-15, -0.5)),
            "large": (size(3, far), sign * size(3, far)),
            "axis": (size(-12, -1), sign * size(-1, 2)),
        }[region]


def polygamma_error(value: complex, order: int, x: float, y: float) -> float:
    """Return the error in ulp of the modulus, or of the terms of the reflection formula."""
    with mpmath.workdps(DIGITS):
        z = mpmath.mpc(x, y)
        exact = mpmath.psi(order, z)
        scale = abs(exact)
        if x < 0:
            mirrored = abs(mpmath.psi(order, 1 - z))
            scale = max(scale, mirrored)
        return float(abs(mpmath.mpc(value) - exact) / scale) / EPS


def pairs() -> Iterator[tuple[float, float, float, float]]:
    """Yield the parts of two arguments in the right half-plane, from far apart to equal."""
    generator = np.random.default_rng(5)
    for k in range(300):
        x, u = 10 ** generator.uniform(-3, 6, 2)
        y, v = generator.choice([-1.0, 1.0], 2) * 10 ** generator.uniform(-3, 6, 2)
        if k % 3:
            distance = 10 ** generator.uniform(-17, -0.5)
            u, v = (a * (1 + distance * generator.uniform(-1, 1)) for a in (x, y))
        yield float(x), float(y), float(u), float(v)


def divided_error(value: complex, function: Any, x: float, y: float, u: float, v: float) -> float:
    """Return the error in ulp of a divided difference of psi or of the logarithm."""
    with mpmath.workdps(DIGITS):
        z, w = mpmath.mpc(x, y), mpmath.mpc(u, v)
        exact = mpmath.diff(function, z) if z == w else (function(z) - function(w)) / (z - w)
        return float(abs((mpmath.mpc(value) - exact) / exact)) / EPS


@functools.cache
def combinations() -> dict[str, list[tuple[tuple[float, ...], tuple[float, ...]]]]:
    """Return arguments and values of the combinations that would cancel, by their names.

    Each part is accurate by itself; both ranges of every case distinction are among them.
    """
    generator = np.random.default_rng(11)
    found: dict[str, list[tuple[tuple[float, ...], tuple[float, ...]]]] = {
        # a and b almost cancel: only the difference of the squares tells their sum
        "root_sum": [((1.0, 0.0, -1.0, 0.0, 2e-20, 4e-20), (1e-20, 2e-20))],
        "log_ratio": [((1.0, 1.0, -1e-20), (-1e-20,))],
        "pair_arctanh": [((2.0, 0.0, 1e-150), (0.5, 0.0))],
    }
    with mpmath.workdps(DIGITS):
        for _ in range(40):
            x, q = generator.choice([-1.0, 1.0]) * 10 ** generator.uniform(-3, 3), 0.7
            y, side = 10 ** generator.uniform(-3, 3), generator.choice([-1.0, 1.0])
            k, size = mpmath.mpc(x, y), mpmath.hypot(x, y)
            real, imaginary = mpmath.sqrt((size + x) / 2), mpmath.sqrt((size - x) / 2)
            artanh = (mpmath.log(k + q) - mpmath.log(k - q)) / (2 * q)
            for name, at, exact in (
                ("excess", (x, y), (size - x,)),
                (
                    "log_ratio",
                    (y, y + abs(x), -abs(x)),
                    (mpmath.log(y / (mpmath.mpf(y) + abs(x))),),
                ),
                ("upper_root", (x, side * y), (side * real, imaginary)),
                ("pair_arctanh", (x, y, q), (artanh.real, artanh.imag)),
                (
                    "pair_excess",
                    (x, y, q, artanh.real, artanh.imag),
                    ((artanh - 1 / k).real, (artanh - 1 / k).imag),
                ),
            ):
                values = tuple(float(part) for part in exact)
                found.setdefault(name, []).append((tuple(map(float, at)), values))
    return found


def lost(name: str) -> int:
    """Return how much the rounding of a combination grows where a difference is taken."""
    # artanh(q/k)/q and 1/k where |q/k| >= 1/4
    return 48 if name == "pair_excess" else 1


#: Roundings that artanh(sqrt(z))/sqrt(z) and its divided differences may lose: a few, and what
#: closed forms cancel where the series begin.
ARCTANH = {"root_arctanh": 16, "root_arctanh_slope": 120, "divided_root_arctanh": 120}


@functools.cache
def arctanh_points() -> dict[str, list[tuple[tuple[float, ...], complex]]]:
    """Return arguments and values of those: near zero, the branch point, each other, and far."""
    generator = np.random.default_rng(17)

    def anywhere(low: float, high: float) -> complex:
        angle = np.exp(1j * generator.uniform(-np.pi, np.pi))
        return complex(10 ** generator.uniform(low, high) * angle)

    found: dict[str, list[tuple[tuple[float, ...], complex]]] = {name: [] for name in ARCTANH}
    for k in range(240):
        center = int(k % 4 > 1)
        z, w = (center + anywhere(-8 * center - 3 * (1 - center), 2) for _ in range(2))
        if k % 2:
            w = center + (z - center) * (1 + anywhere(-10, -0.3))
        with mpmath.workdps(DIGITS):
            first, second = mpmath.mpc(z), mpmath.mpc(w)
            points = (z, w, *map(complex, (1 - first, 1 - second, first - second)))
            one, other = (mpmath.atanh(mpmath.sqrt(x)) / mpmath.sqrt(x) for x in (first, second))
            divided = (one - other) / (first - second)
            slope = (1 / (1 - first) - one) / (2 * first)
            at = tuple(part for x in points for part in (x.real, x.imag))
            found["root_arctanh"].append((at[:2] + at[4:6], complex(one)))
            found["divided_root_arctanh"].append((at, complex(divided)))
            found["root_arctanh_slope"].append((at[:2] + at[4:6], complex(slope)))
    return found


def arctanh_error(name: str, function: Any) -> float:
    """Return the largest error in units of what may be lost, of a function of all parts."""
    errors = [abs(function(*at) - exact) / abs(exact) for at, exact in arctanh_points()[name]]
    return float(max(errors)) / EPS / ARCTANH[name]
