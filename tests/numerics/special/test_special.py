"""Functions that the kernels call, against mpmath in 40 digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.special.functions import divided_log, excess, log_ratio, polygamma

EPS = np.finfo(float).eps
MP = mpmath.mp.clone()
MP.dps = 40


def magnitudes(low, high):
    return st.floats(low, high).map(lambda exponent: 10.0**exponent)


def signed(low, high):
    return st.builds(
        lambda sign, size: sign * size, st.sampled_from([-1, 1]), magnitudes(low, high)
    )


@settings(deadline=None, max_examples=120)
@given(
    n=st.integers(0, 4),
    x=st.one_of(st.floats(0.5, 1.0), magnitudes(-2, 6)),
    y=st.one_of(st.just(0.0), signed(-6, 6)),
)
@example(n=0, x=1.0, y=0.0)
@example(n=1, x=0.5, y=0.0)
@example(n=1, x=15.999, y=0.0)
@example(n=1, x=16.0, y=0.0)
@example(n=2, x=0.5, y=15.99)
@example(n=3, x=0.5, y=1e6)
@example(n=4, x=0.5, y=16.01)
@example(n=4, x=1e5, y=-1e5)
def test_polygamma_against_mpmath(n, x, y):
    exact = MP.psi(n, MP.mpc(x, y))
    value = complex(polygamma(n, x, y))
    # One digamma is a library's; it loses digits close to its zero at 1.46, where |psi| < 1.  The
    # derivatives sum 16 terms and a series, all of one sign for real arguments; |arg z| < pi/2
    # makes the partial sums at most a few times larger than the result.
    scale = max(1, abs(exact)) if n == 0 else abs(exact)
    assert abs(MP.mpc(value) - exact) <= 60 * (n + 1) * EPS * scale


def test_polygamma_takes_arrays_that_reach_from_small_to_large_arguments():
    # what the recurrence does for the smallest must not spoil the largest
    y = np.concatenate([[0.0], np.geomspace(1e-3, 1e8, 40)])
    for n in range(5):
        together = polygamma(n, 0.5, y)
        assert together.shape == y.shape
        for value, at in zip(together, y, strict=True):
            exact = MP.psi(n, MP.mpc(0.5, at))
            scale = max(1, abs(exact)) if n == 0 else abs(exact)
            assert abs(MP.mpc(complex(value)) - exact) <= 60 * (n + 1) * EPS * scale


@pytest.mark.parametrize("n", range(5))
def test_polygamma_has_the_symmetry_of_reflection_at_the_real_axis(n):
    y = np.linspace(0.1, 30, 7)
    np.testing.assert_array_equal(polygamma(n, 0.7, -y), polygamma(n, 0.7, y).conj())


@pytest.mark.parametrize("n", [0, 1])
def test_polygamma_of_no_arguments_is_empty(n):
    assert polygamma(n, 0.5, np.empty(0)).shape == (0,)


@pytest.mark.parametrize("lengths", [(1,), (7,), (1, 4, 1, 30), (30, 1, 1), (2, 2, 2), (1, 1, 2)])
def test_digamma_of_values_that_repeat_is_that_of_each_alone(lengths):
    # also where a value comes back later
    y = np.repeat([0.3, -2.0, 0.3, 40.0][: len(lengths)], lengths)
    alone = [complex(polygamma(0, 0.7, at)) for at in y]
    np.testing.assert_array_equal(polygamma(0, 0.7, y), alone)


def exact_excess(x, y):
    with MP.workdps(700):  # the ratio of the arguments may be 1e300
        x, y = MP.mpf(x), MP.mpf(y)
        return +(MP.sqrt(x * x + y * y) - x)


@settings(deadline=None, max_examples=200)
@given(x=st.one_of(st.just(0.0), signed(-100, 100)), y=st.one_of(st.just(0.0), signed(-100, 100)))
@example(x=0.0, y=0.0)
@example(x=1e100, y=1e-50)
@example(x=1.0, y=1e-9)
@example(x=-1.0, y=1e-9)
@example(x=-5.0, y=0.0)
@example(x=5.0, y=0.0)
@example(x=0.0, y=-3.0)
def test_excess_against_mpmath(x, y):
    exact = exact_excess(x, y)
    value = float(excess(x, y))
    # a root, a sum, a product and a quotient
    assert abs(value - exact) <= 4 * EPS * exact


def test_excess_broadcasts():
    assert excess(np.zeros((3, 1)), np.ones(4)).shape == (3, 4)


@settings(deadline=None, max_examples=200)
@given(
    b=magnitudes(-100, 100),
    ratio=st.one_of(magnitudes(-40, 100), magnitudes(-5, -0.01).map(lambda r: -r)),
)
@example(b=1.0, ratio=0.0)
@example(b=1.0, ratio=1e-20)
@example(b=3.0, ratio=-1e-20)
@example(b=1e-10, ratio=1e100)
@example(b=1.0, ratio=-0.999999)
def test_log_ratio_against_mpmath(b, ratio):
    # ratio = (a - b) / b > -1
    difference = b * ratio
    a = b + difference
    with MP.workdps(200):
        wanted = MP.log1p(MP.mpf(difference) / MP.mpf(b))
    value = float(log_ratio(a, b, difference))
    # a is rounded: where it is the smaller one, its relative error of one half eps grows by the
    # derivative of log(1 + d/a), which is smaller than that of the logarithm for all d > 0
    assert abs(value - wanted) <= 4 * EPS * abs(wanted)


def test_log_ratio_is_antisymmetric():
    a, b = np.array([1.0, 2.0, 1e-8]), np.array([3.0, 2.0, 1e8])
    np.testing.assert_array_equal(log_ratio(a, b, a - b), -log_ratio(b, a, b - a))
    assert not np.isnan(log_ratio(1.0, 1.0, 0.0))


@settings(deadline=None, max_examples=100)
@given(
    first=st.tuples(signed(-9, 3), magnitudes(-9, 3)),
    second=st.tuples(signed(-9, 3), magnitudes(-9, 3)),
    below=st.booleans(),
)
@example(first=(1e-8, 1e-8), second=(1.0, 0.7), below=False)
@example(first=(1.0, 0.7), second=(-1e-8, 1e-8), below=True)
@example(first=(0.3, 1.0), second=(0.3 + 1e-9, 1.0), below=False)
@example(first=(-2.0, 1e-9), second=(3.0, 1e-9), below=False)
def test_divided_log_against_mpmath(first, second, below):
    side = -1 if below else 1
    z, w = (MP.mpc(x, side * y) for x, y in (first, second))
    if z == w:
        return
    exact = (MP.log(z) - MP.log(w)) / (z - w)
    value = complex(divided_log(first[0], side * first[1], second[0], side * second[1]))
    # about ten operations, none of which cancels beyond a factor of order one
    assert abs(MP.mpc(value) - exact) <= 16 * EPS * abs(exact)
