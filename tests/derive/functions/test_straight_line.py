"""The compiler of kernels without branches: the operations of Python, to the last bit."""

import math

import numpy as np
import pytest

numba = pytest.importorskip("numba")

from derive.functions.runtime.straight_line import straight_line  # noqa: E402


@numba.njit(error_model="numpy")
def turned(x, y):
    return x * y, y - x


def line(x, y):
    """Compute something of everything that there is."""
    below = x / y - 3 * x
    root = math.sqrt(x * x + y * y)
    z = turned(root, -below)
    chosen = z[1] if x < y else 1 / 3 + z[0]
    last = 4 if below < 0 else y * math.pi
    return (chosen + last, -root, z[0] - 0.1)


def unknown(x, y):
    """Compute a power, which no kernel has."""
    return (x**y,)


def compiled(function):
    inner = straight_line(function)

    @numba.njit(error_model="numpy")
    def loop(x, y):
        results = np.empty((len(x), 3))
        for i in range(len(x)):
            values = inner(x[i], y[i])
            for k in range(len(values)):
                results[i, k] = values[k]
        return results

    return loop


def test_operations_are_those_of_python():
    # all are rounded correctly, so that there is one result; NaN is not less than anything
    x, y = np.random.default_rng(1).normal(size=(2, 1000)) * [[1e3], [1.0]]
    x[:3], y[:3] = [np.nan, np.inf, 0.0], [1.0, -0.0, -2.0]
    with np.errstate(all="ignore"):
        expected = np.array([line(*point) for point in zip(x, y, strict=True)])
    found = compiled(line)(x, y)
    number = ~np.isnan(expected)
    assert np.array_equal(~np.isnan(found), number)
    assert found[number].tobytes() == expected[number].tobytes()


def test_what_has_no_instruction_is_refused():
    with pytest.raises(Exception, match=r"a straight line has no x \*\* y"):
        compiled(unknown)(np.ones(1), np.ones(1))
