"""M at many points on JAX: the same as M, to the sums of both errors; and without JAX, by NumPy."""

import sys
from dataclasses import replace
from importlib import import_module
from inspect import signature
from types import ModuleType

import numpy as np
import pytest

from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    fluctuation_matrix,
    solve_steady_state,
)
from numerics.quadrature import jax_loop
from numerics.quadrature.rules import gauss_kronrod
from numerics.response.frequency_grid import loop_panels
from numerics.response.jax_batches import fluctuation_map
from numerics.response.loop_integral import _Integrand
from tests.numerics.support.many_points import MODELS, many

#: Kinds of carriers; with films the third set of kernels is compiled.
STATES = {
    "cold": Parameters(-1.0, 1e-3, 2.1e-5),
    "warm": Parameters(0.0, 1e-2, 1e-3, 0.05),
    "narrow": Parameters(0.0, 1e-7, 2e-9),
    "unequal": Model(Contact(0.5), [Reservoir("bath", (1e-3, 8e-4))], bands=Bands.of_ratio(1.5)),
    "film": Model(Contact(binding=0.5), [Reservoir("bath", 1e-3)], bands=Bands(dimension=2)),
}


@pytest.fixture
def numpy_for_jax(monkeypatch):
    """Put NumPy in the place of JAX: what is computed is the same but for its compilation."""
    jax = ModuleType("jax")
    jax.numpy, jax.jit = np, lambda function: function
    jax.enable_x64 = lambda _: np.errstate(divide="ignore", over="ignore", invalid="ignore")
    monkeypatch.setitem(sys.modules, "jax", jax)
    monkeypatch.setitem(sys.modules, "jax.numpy", np)
    kernels = [f"numerics.kernels.{name}_jax" for name in ("bubble", "two_bands", "film")]
    for name in kernels:
        monkeypatch.delitem(sys.modules, name, raising=False)
    jax_loop._compiled.cache_clear()
    yield
    jax_loop._compiled.cache_clear()
    for name in kernels:
        sys.modules.pop(name, None)


def points(state, count=12):
    """Return wave numbers and frequencies on either side of the real axis."""
    generator = np.random.default_rng(7)
    q = 10 ** generator.uniform(-4, 0.5, count)
    omega = generator.uniform(-2, 2, count) * state.gap
    omega = omega + 1j * state.carriers.margin * generator.uniform(-0.9, 2, count)
    # as on maps: real frequencies, and wave numbers for which tails begin far out
    real = slice(0, None, 2)
    q[real], omega[real] = generator.uniform(0, 1, q[real].size), np.abs(omega[real])
    q[0], omega[1] = 0.0, 0.0
    return q, omega


def agrees(found, expected):
    """Tell where two results differ by no more than the sum of their errors."""
    apart = np.abs(found.value - expected.value) <= found.error + expected.error
    return apart.all(axis=(-1, -2))


def check(state, count=12, **sizes):
    at = points(state, count)
    found = fluctuation_map(state, *at, full=True, **sizes)
    expected = fluctuation_matrix(state, *at, full=True)
    assert agrees(found, expected).all()
    assert (found.status == expected.status).all()
    # the same panels: an error is no better, nor worse
    assert np.median(found.error / expected.error) == pytest.approx(1, rel=0.1)
    exact = fluctuation_matrix(state, *at, rtol=1e-11, full=True)
    assert agrees(found, exact).all()


@pytest.mark.parametrize("name", STATES)
def test_numpy_in_the_place_of_jax(name, numpy_for_jax):
    check(solve_steady_state(STATES[name]), points=5, panels=64)


@pytest.mark.parametrize("rule", [gauss_kronrod(12), gauss_kronrod(4)], ids=["25", "9"])
def test_outputs_in_groups_have_the_largest_size(rule, numpy_for_jax):
    """The sums of another loop over the same nodes, whose compiled form is tested by itself."""
    state = solve_steady_state(STATES["cold"])
    q, omega = points(state, 3)
    loop = _Integrand(state, np.maximum(q, 1e-3), omega).loop
    panels = loop_panels(state, np.maximum(q, 1e-3), omega)
    alone = jax_loop.panel_sums(loop, panels, rule, 16)
    groups = np.array([0, 1, 1, 0])
    together = jax_loop.panel_sums(replace(loop, groups=groups), panels, rule, 7)
    assert together.size.shape == (len(panels), 2, 2)
    np.testing.assert_array_equal(together.value, alone.value)
    # no less than the largest integral of a member, and no more than their sum
    for group in (0, 1):
        members = alone.size[:, :, groups == group]
        assert (together.size[..., group] >= members.max(axis=-1) * (1 - 1e-15)).all()
        assert (together.size[..., group] <= members.sum(axis=-1) * (1 + 1e-15)).all()


@pytest.mark.parametrize(
    "sizes", [{"points": 0}, {"panels": 2**21}, {"points": 1.5}, {"panels": None}]
)
def test_sizes_outside_their_domains(sizes):
    state = solve_steady_state(STATES["cold"])
    with pytest.raises(ValueError, match=f"^{next(iter(sizes))} = .* outside its domain"):
        fluctuation_map(state, 0.1, 0.1, **sizes)


def test_without_jax_there_is_a_line_that_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    state = solve_steady_state(STATES["cold"])
    with pytest.raises(ImportError, match=r'^batches on JAX need jax: install "nambu\[jax\]"$'):
        fluctuation_map(state, 0.1, 0.1)


def test_shapes(numpy_for_jax):
    state = solve_steady_state(STATES["cold"])
    q, omega = np.array([[0.1], [0.2]]), np.array([0.0, 0.1, 0.2])
    assert fluctuation_map(state, q, omega).shape == (2, 3, 2, 2)
    assert fluctuation_map(state, [], 0.1).shape == (0, 2, 2)
    with pytest.raises(ValueError, match=r"^omega .*outside"):
        fluctuation_map(state, q, -1j)


@pytest.mark.parametrize("name", ["cold", "warm"])
def test_jax_itself(name):
    pytest.importorskip("jax")
    check(solve_steady_state(STATES[name]), 300)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["narrow", "unequal", "film"])
def test_jax_itself_for_all_kinds_of_carriers(name):
    pytest.importorskip("jax")
    check(solve_steady_state(STATES[name]), 200)


@pytest.mark.parametrize("name", ["bubble", "two_bands"])
def test_kernels_far_out(name):
    """Roots of opposite branches are perpendicular: their sum and difference have one modulus.

    XLA computes what is chosen there in several places, which round differently.
    """
    jax = pytest.importorskip("jax")
    draw = np.random.default_rng(2)
    far, omega, q = 10 ** draw.uniform(2, 8, 4000), *draw.uniform(0.01, 1, (2, 4000))
    gap, mu, gamma = (np.full(4000, x) for x in (0.18, 0.91, 1e-3))
    none, filled = np.zeros(4000), np.full(4000, -0.96)
    arguments = [far, far - gap, far + omega - gap, far + omega / 2, none + 1, filled, omega, none]
    arguments += [q, gap, mu, gamma, none, none]
    plain = import_module(f"numerics.kernels.{name}_numpy").pairing
    arguments = arguments[: len(signature(plain).parameters)]
    expected = np.array(plain(*arguments))
    with jax_loop._doubles(jax):
        kernel = jax.jit(import_module(f"numerics.kernels.{name}_jax").pairing)
        found = np.array([np.asarray(x) for x in kernel(*arguments)])
    assert (np.abs(found - expected).max(axis=0) < 1e-6 * np.abs(expected).max(axis=0)).all()


@pytest.mark.slow
@pytest.mark.parametrize("family", MODELS)
def test_no_error_is_understated(family):
    pytest.importorskip("jax")
    for point in many(family, 6, 20):
        found = fluctuation_map(*point, full=True)
        exact = fluctuation_matrix(*point, rtol=1e-11, full=True)
        assert agrees(found, exact).all(), point.state.parameters


def test_doubles_are_a_choice_of_the_call_alone():
    """Whoever uses JAX with single precision still does afterwards."""
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    fluctuation_map(solve_steady_state(STATES["cold"]), 0.1, 0.1)
    assert jax.config.jax_enable_x64 == before
