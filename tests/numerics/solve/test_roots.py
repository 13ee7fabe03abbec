"""The complex roots of the closed momentum integrals, against 50 digits."""

import math

import mpmath as mp
import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from numerics.special.roots import pair_arctanh, pair_excess, root_sum, upper_root

EPS = np.finfo(float).eps
SIZES = st.floats(1e-12, 1e6)
REALS = st.builds(math.copysign, SIZES, st.sampled_from([1.0, -1.0]))


def close(pair, exact, ulps: float) -> bool:
    found = mp.mpc(float(pair[0]), float(pair[1]))
    return abs(found - exact) <= ulps * EPS * abs(exact)


@given(REALS, REALS)
@example(-1.0, 1e-12)
@example(-1.0, -1e-12)
def test_upper_root(x: float, y: float) -> None:
    with mp.workdps(50):
        root = mp.sqrt(mp.mpc(x, y))
        root = -root if root.imag < 0 else root
        found = upper_root(np.array(x), np.array(y))
        assert found[1] >= 0
        assert close(found, root, 4)


@given(REALS, SIZES, REALS, SIZES)
@example(1.0, 1e-9, -1.0, 1e-9)
@example(1.0, 0.5, 1.0, 0.5)
def test_root_sum(ax: float, ay: float, bx: float, by: float) -> None:
    with mp.workdps(80):
        a, b = mp.mpc(ax, ay), mp.mpc(bx, by)
        difference = a * a - b * b
        parts = (float(difference.real), float(difference.imag))
        # rounding of the given difference is relative to that: nearly all of a + b is known
        given_difference = mp.mpc(*parts)
        assume(abs(given_difference) > 0)
        exact = a + b
        found = root_sum(*(np.array(v) for v in (ax, ay, bx, by, *parts)))
        assert close(found, exact, 16)


@given(st.floats(1e-3, 1e3), st.floats(1e-14, 1e-2), st.floats(-1e-9, 1e-9))
@example(1.0, 1e-12, 0.0)
def test_root_sum_of_rounded_roots(x: float, y: float, shift: float) -> None:
    # particle and hole: the roots nearly cancel, and their rounding is all that a plain sum keeps
    with mp.workdps(60):
        first, second = mp.mpc(x, y), mp.mpc(x + shift, -y)
        a, b = (mp.sqrt(z) for z in (first, second))
        b = -b
        assert b.imag > 0
        difference = first - second
        rounded = [float(v) for z in (a, b, difference) for v in (z.real, z.imag)]
        found = root_sum(*map(np.array, rounded))
        assert close(found, a + b, 8)


@given(REALS, SIZES, st.floats(1e-9, 10))
@example(0.3, 1e-9, 0.3)
@example(-0.3, 1e-9, 0.3)
@example(1.0, 1.0, 1e-150)
def test_pair_arctanh(x: float, y: float, q: float) -> None:
    with mp.workdps(60 if q > 1e-100 else 400):
        k = mp.mpc(x, y)
        exact = (mp.log(k + q) - mp.log(k - q)) / (2 * q)
        found = pair_arctanh(np.array(x), np.array(y), np.array(q))
        # next to k = q the logarithm of the distance follows its rounding
        distance = abs(mp.mpc(abs(x) - q, y))
        lost = EPS * q / distance / abs(exact) / (2 * q)
        assert close(found, exact, 8 + float(lost / EPS))


@given(REALS, SIZES, st.floats(1e-9, 10))
@example(0.3, 1e-9, 0.3)
@example(1.0, 1e-12, 0.2499)
@example(1.0, 1e-12, 0.2501)
@example(1e-3, 1e-3, 1e-9)
def test_pair_excess(x: float, y: float, q: float) -> None:
    with mp.workdps(120):
        k = mp.mpc(x, y)
        exact = (mp.log(k + q) - mp.log(k - q)) / (2 * q) - 1 / k
        at = np.array(x), np.array(y), np.array(q)
        found = pair_excess(*at, *pair_arctanh(*at))
        # as for pair_arctanh; the difference with 1/k is at least 1/48 of it where it is used
        distance = abs(mp.mpc(abs(x) - q, y))
        lost = EPS * q / distance / abs(exact) / (2 * q)
        assert close(found, exact, 8 * 48 + float(lost / EPS))
