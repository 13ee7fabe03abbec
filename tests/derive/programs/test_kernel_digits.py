"""All kernels at random points against 28 digits, within the derived bounds of their rounding.

The digits are those of `tests.derive.support.digits`; at some of the points intervals enclose the
values.
"""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from tests.derive.support import digits
from tests.derive.support.digits import Digits
from tests.derive.support.digits_functions import FUNCTIONS
from tests.derive.support.kernel_references import (
    POINTS,
    REFERENCE_PART,
    computed,
    enclosure_distance,
    names,
    reference,
)
from tests.kernel_digits import MILLION, examined, is_compiled, vectorised


@pytest.mark.parametrize("name", names())
def test_numpy_kernel(name):
    expected = reference(name, POINTS)
    assert expected.worst(computed(name, expected.inputs)) <= 1


@pytest.mark.parametrize("name", ["bubble_pairing", "goldstone_pairing"])
def test_vectorised_kernel(name):
    pytest.importorskip("numba")
    expected = reference(name, POINTS)
    assert is_compiled(name)
    assert expected.worst(vectorised(name, expected.inputs)) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_million_points(name):
    pytest.importorskip("numba")
    found = examined(name, MILLION)
    assert found.points >= MILLION
    assert found.numpy <= 1
    assert found.compiled <= 1


@pytest.mark.parametrize(
    "count", [pytest.param(10, id="few"), pytest.param(1000, id="many", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("name", names())
def test_digits_are_those_of_intervals(name, count):
    pytest.importorskip("flint")
    assert enclosure_distance(name, count) < REFERENCE_PART


#: Of a digit of 2**-104, what a function may lose: a few operations, for the angle and the
#: logarithm those of their series.
ROUNDINGS = 8


def numbers(generator, low, high, signs=(1.0, -1.0)):
    """Return numbers between two powers of ten, with all of their digits."""
    size = 10 ** generator.uniform(low, high, 200) * generator.choice(signs, 200)
    return Digits(size, size * 2.0**-54 * generator.uniform(-1, 1, 200))


def exact(x):
    return [mpmath.fadd(float(a), float(b), exact=True) for a, b in zip(x.high, x.low, strict=True)]


def test_arithmetic_of_digits():
    generator = np.random.default_rng(4)
    x, y = numbers(generator, -8, 8), numbers(generator, -8, 8)
    positive = abs(x)
    with mpmath.workdps(50):
        pairs = list(zip(exact(x), exact(y), strict=True))
        for found, values, sizes in (
            (x + y, [a + b for a, b in pairs], [abs(a) + abs(b) for a, b in pairs]),
            (x - y, [a - b for a, b in pairs], [abs(a) + abs(b) for a, b in pairs]),
            (x * y, [a * b for a, b in pairs], None),
            (x / y, [a / b for a, b in pairs], None),
            (FUNCTIONS["sqrt"](positive), [mpmath.sqrt(abs(a)) for a, _ in pairs], None),
            (FUNCTIONS["log"](positive), [mpmath.log(abs(a)) for a, _ in pairs], None),
            (FUNCTIONS["arctan2"](x, y), [mpmath.atan2(*pair) for pair in pairs], None),
            (FUNCTIONS["arctan"](x), [mpmath.atan(a) for a, _ in pairs], None),
        ):
            for one, value, size in zip(exact(found), values, sizes or values, strict=True):
                assert abs(one - value) <= ROUNDINGS * mpmath.mpf(2) ** -104 * abs(size)


def test_arithmetic_in_one_pass_has_the_same_bits(monkeypatch):
    pytest.importorskip("numba")
    generator = np.random.default_rng(6)
    x, y = numbers(generator, -8, 8), numbers(generator, -8, 8)
    y.high[3], y.low[3] = 0.0, 0.0
    third = Digits(np.float64(1 / 3), np.float64((1 - 3 * (1 / 3)) / 3))
    with np.errstate(all="ignore"):
        for one, other in ((x, y), (third, y), (x, third)):
            found = [one + other, one - other, one * other, one / other]
            with monkeypatch.context() as patched:
                patched.setattr(digits, "_loops", dict)
                plain = [one + other, one - other, one * other, one / other]
            for a, b in zip(found, plain, strict=True):
                np.testing.assert_array_equal(a.high, b.high)
                np.testing.assert_array_equal(a.low, b.low)


def test_logarithms_next_to_one_and_exponentials_next_to_zero():
    small = numbers(np.random.default_rng(5), -25, -0.1)
    with mpmath.workdps(60):
        for function, plain in ((np.log1p, mpmath.log1p), (np.expm1, mpmath.expm1)):
            for one, value in zip(exact(function(small)), map(plain, exact(small)), strict=True):
                assert abs(one - value) <= ROUNDINGS * mpmath.mpf(2) ** -104 * abs(value)
