"""When halving ends: at the goal, at rounding, or for want of rounds."""

import math

import numpy as np
import pytest

from numerics import Bands, Contact, Model, Reservoir, fluctuation_matrix, solve_steady_state
from numerics.evaluation import backend
from numerics.quadrature.adaptive import Integrals, integrate
from numerics.quadrature.panels import Panels

EPS = float(np.finfo(float).eps)


def integral(function, rtol):
    """Integrate a function of y from 0 to sinh(1)."""
    zero, one = np.zeros(1), np.ones(1)
    panels = Panels(
        np.zeros(1, dtype=np.int64), zero.astype(np.longdouble), one, zero, one, one < 0
    )

    def integrand(panels, rule):
        y, _, slope = panels.nodes(rule)
        values = (function(y) * slope)[None] + 0j
        return values, np.abs(values)

    def goal(value, size):
        return np.maximum(rtol * np.abs(value), 32 * EPS * size)

    return integrate(integrand, panels, 1, goal, rounding=32 * EPS)


def test_rounding_that_sizes_do_not_tell_ends_the_halving():
    found = integral(lambda y: (1e6 + np.cos(y)) - 1e6, 1e-13)
    assert found.stuck.all()
    assert not found.missed.any()
    # no more than some rounds of all panels
    assert found.evaluations < 25 * 2**6
    exact = math.sin(math.sinh(1))
    assert 1e-13 * exact < abs(found.value[0, 0] - exact) + found.error[0, 0]
    assert abs(found.value[0, 0] - exact) <= found.error[0, 0]


@pytest.mark.parametrize("power", [-0.5, 0.0, 0.5])
def test_points_that_are_not_analytic_are_no_rounding(power):
    """However small they are: an inverse root, a step and a root within a panel."""

    def function(y):
        return 1 + 1e-9 * np.where(y > 0.3, np.abs(y - 0.3) ** power, 0.0)

    assert not integral(function, 1e-13).stuck.any()


def test_films_of_small_wave_numbers_end_where_rounding_dominates():
    """They took millions of nodes to miss a tolerance below it."""
    bath, drain = Reservoir("bath", 4.6e-8), Reservoir.empty("drain", 1e-9)
    bands = Bands(2, Bands.of_ratio(1.2).masses)
    state = solve_steady_state(Model(Contact(binding=0.8), [bath, drain], 30.0, bands=bands))
    at = (state, [1e-6, 5e-6], [2 * state.gap, -4.5 + 2.6e-8j])
    found = fluctuation_matrix(*at, rtol=1e-13, full=True)
    assert set(found.status) == {"rounding"}
    assert found.evaluations.max() < 50_000
    other = fluctuation_matrix(*at, rtol=1e-11, full=True)
    assert (np.abs(found.value - other.value) <= found.error + other.error).all()


@pytest.mark.parametrize("width", [1, 4])
def test_compiled_sums_over_pieces_are_those_of_numpy(width):
    pytest.importorskip("numba")
    random = np.random.default_rng(5)
    owner = random.permutation(np.repeat(np.arange(7), 60))
    one = np.ones(owner.size)
    value = random.normal(size=(owner.size, 4)) + 1j * random.normal(size=(owner.size, 4))
    # in whatever layout, and with what is no number
    error, size = (10 ** random.uniform(-9, 0, (4, owner.size)).T for _ in range(2))
    value[11, 2] = error[11, 2] = error[30, 0] = math.nan
    pieces = Panels(owner, one.astype(np.longdouble), one, 0 * one, one, one < 0)
    some = Integrals(pieces, value, error, size)
    share = 10 ** random.uniform(-5, 0, (7, width))
    share[3], share[5, 0] = math.inf, math.nan
    before, found = backend(), []
    try:
        for name in ("numba", "numpy"):
            backend(name)
            found.append((*some.totals(8), some.beyond(share, 1e-6)))
    finally:
        backend(before)
    for compiled, numpy in zip(*found, strict=True):
        np.testing.assert_array_equal(compiled, numpy)
    assert 0 < np.count_nonzero(found[0][3]) < owner.size
