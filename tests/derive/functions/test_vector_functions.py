"""The branch-free functions of vectorised kernels: their errors, domains, and coefficients."""

import ast
import math
import re
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp

from derive.codegen.program import Module, Program
from derive.codegen.vector import vector_source
from derive.functions.runtime import vector_functions as vector
from tests.derive.support import digits

numba = pytest.importorskip("numba")

#: Arguments of each function in the fast tests, and in the longer ones.
FEW, MANY = 2_000, 10**6
TINY, HUGE = np.finfo(float).tiny, np.finfo(float).max


@numba.njit(error_model="numpy")
def logarithms(x, y):
    plain, shifted, angles = np.empty(x.size), np.empty(x.size), np.empty(x.size)
    for i in range(x.size):
        plain[i] = vector.log(x[i])
        shifted[i] = vector.log1p(x[i])
        angles[i] = vector.arctan2(y[i], x[i])
    return plain, shifted, angles


@numba.njit(error_model="numpy")
def angles_of(y, x):
    result = np.empty(x.size)
    for i in range(x.size):
        result[i] = vector.arctan2(y[i], x[i])
    return result


def ulps(values, exact):
    """Return errors in units of the last place of the exact values."""
    return np.abs((values - exact.high) - exact.low) / np.spacing(np.abs(exact.high))


def sizes(count):
    """Return positive numbers over all magnitudes, next to one, and the ends of the reduction."""
    generator = np.random.default_rng(count)
    special = [TINY, HUGE, 1.0, np.nextafter(1, 0), np.nextafter(1, 2), 0.5, 2.0]
    for edge in (math.sqrt(0.5), math.sqrt(2.0)):
        special += [edge, np.nextafter(edge, 0), np.nextafter(edge, 1)]
    third = (count - len(special)) // 3
    return np.concatenate(
        [
            special,
            10 ** generator.uniform(-307, 308, third),
            1 + generator.choice([-1, 1], third) * 10 ** generator.uniform(-15, -0.5, third),
            generator.uniform(0.3, 3, count - len(special) - 2 * third),
        ]
    )


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_errors_of_the_elementary_functions(count):
    # rounding of the last sum, and what the terms before it have lost: below 1 ulp for the
    # logarithm; for the angle, of which arctan(t) may be two thirds, those of t too
    x = sizes(count)
    y = np.random.default_rng(1).permutation(x)
    x_signed = x * np.random.default_rng(2).choice([-1, 1], count)
    plain, shifted, angles = logarithms(x, y)
    assert ulps(plain, digits.log(x)).max() < 1
    assert ulps(shifted, digits.log1p(x)).max() < 2
    for angle, abscissa in ((angles, x), (angles_of(y, x_signed), x_signed)):
        exact = digits.arctan2(y, abscissa)
        # a quotient below underflow has lost its digits
        assert ulps(angle, exact)[exact.high > 4 * TINY].max() < 2


@numba.njit(error_model="numpy")
def exponentials(x):
    plain, less, rise, even = np.empty((4, x.size))
    for i in range(x.size):
        power, part = vector.exponential(x[i])
        plain[i], less[i] = power + power * part, power * part + (power - 1.0)
        rise[i], even[i] = vector.sinh_cosh(abs(x[i]))
    return plain, less, rise, even


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_errors_of_the_exponential(count):
    # its series within 1 ulp, the product and the sum with it; sums and a quotient of these
    generator = np.random.default_rng(count)
    some = count // 2
    small = 10 ** generator.uniform(-16, 0, count - some) * generator.choice([-1, 1], count - some)
    x = np.concatenate([generator.uniform(-707, 707, some), small])
    plain, less, rise, even = exponentials(x)
    exact, above = digits.expm1(x), digits.expm1(np.abs(x))
    # exp(-x), of which nothing is left in the sums where x is large
    large = np.abs(x) > 200
    below = 1 / (digits.chosen(large, 1.0, above) + 1)
    below = digits.chosen(large, 0.0, below)
    assert ulps(plain, exact + 1).max() < 2
    assert ulps(less, exact).max() < 2
    difference = above + digits.chosen(large, 1.0, above) * digits.chosen(large, 1.0, below)
    assert ulps(rise, digits.scaled(difference, -1)).max() < 4
    assert ulps(even, digits.scaled(above + 1 + below, -1)).max() < 4


def test_the_exponential_of_no_number_is_none():
    assert np.isnan(exponentials(np.array([np.nan]))).all()


@numba.njit(error_model="numpy")
def polygammas(x, y):
    found = np.empty((2, x.size), dtype=np.complex128)
    for i in range(x.size):
        first, second = vector.polygamma_0(x[i], y[i]), vector.polygamma_1(x[i], y[i])
        found[0, i], found[1, i] = complex(first[0], first[1]), complex(second[0], second[1])
    return found


@pytest.mark.parametrize("count", [FEW // 4, pytest.param(MANY // 8, marks=pytest.mark.slow)])
def test_errors_of_the_polygamma_functions(count):
    # eight terms of the recurrence, each rounded six times and added seven times, whose moduli are
    # at most 4.1 where |log z| + 1/|z| is 2.7; the logarithm within 2 ulp; and below 2**-53 what
    # the series leaves out
    draw = np.random.default_rng(count)
    x = 0.5 + draw.choice([0.0, 1.0], count) * 10 ** draw.uniform(-10, 5, count)
    y = draw.choice([-1.0, 0.0, 1.0], count) * 10 ** draw.uniform(-6, 6, count)
    digamma, trigamma = polygammas(x, y)
    with mpmath.workdps(40):
        for z, first, second in zip(x + 1j * y, digamma, trigamma, strict=True):
            z = mpmath.mpc(z)
            size = abs(mpmath.log(z)) + 1 / abs(z)
            assert abs(mpmath.mpc(first) - mpmath.psi(0, z)) < 8 * 2**-52 * size
            exact = mpmath.psi(1, z)
            assert abs(mpmath.mpc(second) - exact) < 8 * 2**-52 * abs(exact)
            # on their own: real at real arguments
            assert (first.imag == 0) == (second.imag == 0) == (z.imag == 0)


def test_angles_in_all_quadrants_and_at_zero():
    x = np.array([1.0, -1.0, -1.0, 1.0, 0.0, 0.0, 0.0, -2.0, 0.0])
    y = np.array([1.0, 1.0, -1.0, -1.0, 3.0, -3.0, 0.0, 0.0, -0.0])
    np.testing.assert_array_equal(angles_of(y, x), np.arctan2(y, x))


def test_what_has_no_logarithm_is_no_number():
    x = np.array([0.0, -0.0, -1.0, np.nan, 1e-310])
    plain, _, _ = logarithms(x, np.ones(x.size))
    assert np.isnan(plain).all()
    _, _, angles = logarithms(np.array([np.nan, 1.0]), np.array([1.0, np.nan]))
    assert np.isnan(angles).all()


def coefficients(function):
    """Return the coefficients that a function of the source evaluates by Horner's rule."""
    text = Path(vector.__file__).read_text(encoding="utf-8")
    tree = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
    lines = ast.get_source_segment(text, tree[function]).splitlines()
    found = [re.fullmatch(r"\s+rest = (?:rest \* z \+ )?(-?[\d.]+)", line) for line in lines]
    return [float(match.group(1)) for match in found if match]


def artanh_rest(z):
    s = mpmath.sqrt(z)
    return 2 * (mpmath.atanh(s) / s - 1) / z if z > 1e-12 else 2 / mpmath.mpf(3) + 2 * z / 5


def arctan_rest(z):
    t = mpmath.sqrt(z)
    return (mpmath.atan(t) / t - 1) / z if z > 1e-12 else -1 / mpmath.mpf(3) + z / 5


@pytest.mark.parametrize(
    ("function", "rest", "largest"),
    [
        ("log", artanh_rest, lambda: (mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1)),
        ("arctan2", arctan_rest, lambda: mpmath.mpf(1) / 2),
    ],
)
def test_the_polynomials_leave_out_less_than_rounding(function, rest, largest):
    # what remains of artanh(s)/s - 1 and arctan(t)/t - 1, beyond 1e-16/8 of the function
    own = coefficients(function)
    with mpmath.workdps(40):
        end = largest() ** 2
        points = [end * k / 300 for k in range(301)]
        left_out = [abs(mpmath.polyval(own, z) - rest(z)) * z for z in points]
    assert max(left_out) < 2**-55


def test_a_kernel_that_cannot_be_vectorised_is_refused():
    x = sp.Symbol("x", real=True)
    program = Program("zeta", "x", (x,), (), (("value", sp.zeta(x)),))
    with pytest.raises(ValueError, match="no kernel without branches"):
        vector_source(Module("zeta", "Nothing.", (program,)))
