"""The compiled kernels: the same results to the errors, and a switch without surprises."""

import importlib
import os
import re

import numpy as np
import pytest

import numerics
from numerics import (
    Parameters,
    backend,
    fluctuation_matrix,
    pair_correlation,
    response_matrix,
    solve_steady_state,
)
from numerics.evaluation import VARIABLE, compiled_kernel, evaluate
from numerics.response.goldstone import goldstone_matrix
from tests.numerics.support.drawn_models import FAMILIES, drawn

numba = pytest.importorskip("numba")

STATES = [(-1.0, 1e-3, 2.1e-5, 0.0), (1.0, 1e-6, 0.0, 0.0), (0.0, 1e-2, 1e-3, 0.05)]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """Give every test an environment of its own."""
    monkeypatch.delenv(VARIABLE, raising=False)


def points(state, count=24):
    """Return wave numbers and frequencies on either side of the real axis."""
    generator = np.random.default_rng(7)
    q = 10 ** generator.uniform(-4, 0.5, count)
    gamma = state.parameters.linewidth
    omega = generator.uniform(-2, 2, count) * state.gap
    return q, omega + 1j * gamma * generator.uniform(-0.9, 2, count)


@pytest.mark.parametrize("parameters", STATES)
@pytest.mark.parametrize(
    "function",
    [
        lambda s, q, w: fluctuation_matrix(s, q, w, full=True),
        lambda s, q, w: pair_correlation(s, q, w, full=True),
        lambda s, q, w: pair_correlation(s, q, w, "intra", rtol=1e-5, full=True),
        lambda s, q, w: goldstone_matrix(s, q, w, 1e-8),
    ],
    ids=["fluctuation_matrix", "pair_correlation", "intra", "goldstone_matrix"],
)
def test_both_backends_agree_within_their_errors(parameters, function):
    state = solve_steady_state(Parameters(*parameters))
    q, omega = points(state)
    backend("numpy")
    plain = function(state, q, omega)
    backend("numba")
    compiled = function(state, q, omega)
    assert (np.abs(plain.value - compiled.value) <= plain.error + compiled.error).all()
    # an error is no better than it is without compilation, nor worse: nothing is lost
    assert np.median(compiled.error / plain.error) == pytest.approx(1, rel=0.1)


def test_a_number_of_points_that_fills_no_block():
    for count in (1, 199, 200, 201, 430):
        backend("numpy")
        arguments = np.random.default_rng(count).uniform(0.1, 1, (12, count))
        plain = evaluate("goldstone", "pairing", *arguments)
        backend("numba")
        compiled = evaluate("goldstone", "pairing", *arguments)
        assert compiled.shape == plain.shape == (8, count)
        scale = np.abs(plain).max(axis=0)
        assert np.median(np.abs(compiled - plain).max(axis=0) / scale) < 1e-14


@pytest.mark.parametrize(
    ("family", "count"),
    [("photons", 1), *(pytest.param(f, 15, marks=pytest.mark.slow) for f in FAMILIES)],
)
def test_both_backends_agree_at_drawn_states(family, count):
    for point in drawn(family, count):
        at = (point.state, np.array([point.q]), np.array([point.omega]))
        found = []
        for name in ("numpy", "numba"):
            backend(name)
            vertices = ("imbalance", "amplitude", "density")
            matrices = [goldstone_matrix(*at, 1e-8)]
            if point.kind != "zero":
                matrices.append(response_matrix(*at, vertices, full=True))
            found.append(matrices)
        for plain, compiled in zip(*found, strict=True):
            difference = np.abs(plain.value - compiled.value)
            assert (difference <= plain.error + compiled.error).all(), point


def test_scalars_are_broadcast():
    rows = np.random.default_rng(3).uniform(0.1, 1, (12, 5))
    rows[7:] = rows[7:, :1]
    mixed = evaluate("goldstone", "pairing", *rows[:7], *(float(row[0]) for row in rows[7:]))
    np.testing.assert_array_equal(mixed, evaluate("goldstone", "pairing", *rows))


def test_a_value_that_is_no_number_stays_none():
    rows = np.random.default_rng(3).uniform(0.1, 1, (12, 4))
    rows[0, 2] = np.nan
    result = evaluate("goldstone", "pairing", *rows)
    assert np.isnan(result[:, 2]).all()
    assert np.isfinite(result[:, [0, 1, 3]]).all()


def test_numba_is_used_where_it_is_installed():
    assert backend() == "numba"


def test_a_choice_is_inherited_by_processes_that_are_started():
    assert backend("numpy") == backend() == "numpy"
    assert os.environ[VARIABLE] == "numpy"


@pytest.mark.parametrize("name", ["jax", "", "Numba", 3])
def test_an_unknown_backend_is_refused_and_changes_nothing(name):
    with pytest.raises(ValueError, match=re.escape(f"name = {name!r} is outside its domain")):
        backend(name)
    assert backend() == "numba"


def test_a_wrong_environment_variable_is_refused(monkeypatch):
    monkeypatch.setenv(VARIABLE, "fortran")
    with pytest.raises(ValueError, match="NAMBU_BACKEND = 'fortran' is outside its domain"):
        backend()


def test_without_numba(monkeypatch):
    monkeypatch.setattr(importlib.import_module("numerics.evaluation"), "_installed", lambda: False)
    assert backend() == "numpy"
    with pytest.raises(ValueError, match=r"needs Numba: install nambu\[fast\]"):
        backend("numba")


def test_without_a_folder_for_compiled_code(monkeypatch):
    """Numba refuses to cache where it may write nowhere; then every process compiles."""
    original = numba.cfunc

    def strict(*arguments, **options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return original(*arguments, **options)

    monkeypatch.setattr(numba, "cfunc", strict)
    kernel, outputs = compiled_kernel.__wrapped__("bubble", "pairing")
    assert outputs == 8
    assert kernel.address


def test_the_switch_is_public():
    assert numerics.backend is backend
    assert "backend" in numerics.__all__
