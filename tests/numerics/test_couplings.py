"""Couplings as values: what they accept, and a function of one's own in place of a boson."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics import (
    Boson,
    Contact,
    Coupling,
    Model,
    Reservoir,
    fluctuation_matrix,
    hydrodynamics,
    solve_steady_state,
    to_dict,
    trace_steady_states,
)
from numerics.response.determinant import determinant_slopes
from numerics.steady.curve import parameter_of, parameter_paths, with_parameter

RESERVOIRS = (Reservoir("bath", 4e-3), Reservoir.empty("drain", 1e-4))
#: With attraction K depends on everything in a way of its own.
BOSON = Boson(g=0.5, detuning=2.5, mass=0.05, loss=0.01, inv_kfa=-1.0)


def attracting(q, omega, mu):
    """The same coupling, written out."""
    photon = 0.25 / (2.5 + q**2 / 0.1 - 2 * mu - omega - 0.01j)
    return 1 / (8 * math.pi + photon)


@pytest.mark.parametrize(
    "arguments",
    [
        {"g": 0.0},
        {"g": -0.5},
        {"mass": 0.0},
        {"mass": math.inf},
        {"loss": -1e-3},
        {"detuning": math.nan},
        {"detuning": "1"},
        {"inv_kfa": 1j},
        {"binding": 0.0},
        {"film": 1},
    ],
)
def test_a_boson_outside_its_domain(arguments):
    (name,) = arguments
    given = {"g": 0.5, "detuning": 1.0, "mass": 0.05} | arguments
    with pytest.raises(ValueError, match=rf"^{name} = .* is outside its domain: [^\n]*$"):
        Boson(**given)


@pytest.mark.parametrize(
    ("function", "loss", "words"),
    [
        (3, 0.0, "a callable"),
        (lambda q, w, mu: abs(w), 0.0, "an analytic function"),
        (lambda q, w, mu: np.conj(w), 0.0, "an analytic function"),
        (lambda q, w, mu: w - 1j, 0.0, "the positive rate"),
        (lambda q, w, mu: w * math.nan, 0.0, "finite values"),
        (lambda q, w, mu: w[:-1], 0.0, "one for each point"),
        (lambda q, w, mu: "photon", 0.0, "one for each point"),
        (attracting, -1.0, "or from"),
    ],
)
def test_a_function_of_ones_own_outside_its_domain(function, loss, words):
    with pytest.raises(ValueError, match=rf"^(function|loss) = [^\n]* is outside[^\n]*{words}"):
        Coupling(function, loss)


def test_a_model_has_a_coupling():
    with pytest.raises(ValueError, match="coupling = 3 is outside its domain: a Contact, a Boson"):
        Model(3, RESERVOIRS)
    with pytest.raises(ValueError, match=r"value = .* is outside its domain: what can be kept"):
        to_dict(Model(Coupling(attracting, 0.01), RESERVOIRS))
    with pytest.raises(ValueError, match=r"coupling = 'g = 0.5,.* a Contact, for this"):
        _ = Model(BOSON, RESERVOIRS).inv_kfa


def test_a_function_of_ones_own_is_a_boson_where_it_is_the_same():
    boson, own = (
        solve_steady_state(Model(coupling, RESERVOIRS))
        for coupling in (BOSON, Coupling(attracting, 0.01))
    )
    # derivatives from differences, and what is held in the field with them, have ten digits
    assert own.gap == pytest.approx(boson.gap, rel=1e-9)
    assert own.mu == pytest.approx(boson.mu, rel=1e-9)
    q, omega = np.array([0.0, 0.2]), np.array([0.01, 0.1 + 0.002j])
    first, second = (fluctuation_matrix(state, q, omega) for state in (boson, own))
    assert np.allclose(first, second, rtol=0, atol=1e-8 * abs(first).max())
    one, other = (hydrodynamics(state) for state in (boson, own))
    for name in ("alpha", "beta", "eta", "zeta"):
        there = getattr(one, name)
        assert np.allclose(there, getattr(other, name), rtol=0, atol=1e-6 * abs(there).max())


@pytest.mark.parametrize("coupling", [BOSON, Coupling(attracting, 0.01)])
def test_slopes_are_those_of_the_determinant(coupling):
    state = solve_steady_state(Model(coupling, RESERVOIRS))
    q, omega, step = np.array([0.2]), np.array([0.1 + 0.002j]), 1e-4
    found = determinant_slopes(state, q, omega)
    ahead, behind = (determinant_slopes(state, q, omega + sign * step).value for sign in (1, -1))
    assert found.by_omega[0] == pytest.approx((ahead - behind)[0] / (2 * step), rel=1e-4)
    ahead, behind = (determinant_slopes(state, q + sign * step, omega).value for sign in (1, -1))
    assert found.by_q[0] == pytest.approx((ahead - behind)[0] / (2 * step), rel=1e-4)


def test_parameters_of_a_coupling_by_their_paths():
    model = Model(BOSON, RESERVOIRS)
    names = ("g", "detuning", "mass", "loss", "inv_kfa")
    assert [f"coupling.{name}" for name in names] == list(parameter_paths(model)[:5])
    for name in names:
        path = f"coupling.{name}"
        moved = with_parameter(model, path, 0.75)
        assert parameter_of(moved, path) == 0.75
        assert parameter_of(model, path) == getattr(BOSON, name)
    assert "coupling.loss" not in parameter_paths(Model(Contact(0.0), RESERVOIRS))
    assert not any(
        "coupling" in p for p in parameter_paths(Model(Coupling(attracting, 0.01), RESERVOIRS))
    )


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("coupling.loss", [0.0, 2e-3, 5e-3]),
        ("coupling.detuning", [1.0, 1.1, 1.3]),
        ("coupling.g", [0.5, 0.6]),
        ("coupling.mass", [0.05, 0.02]),
    ],
)
def test_curves_along_parameters_of_a_boson_pass_through_its_states(path, values):
    model = Model(Boson(0.5, 1.0, 0.05, 2e-3), RESERVOIRS)
    curve = trace_steady_states(model, along=path, values=values)
    for value, (state,) in zip(values, curve.states, strict=True):
        alone = solve_steady_state(with_parameter(model, path, value))
        assert state.gap == pytest.approx(alone.gap, rel=1e-9)
        assert state.mu_b == pytest.approx(alone.mu_b, rel=1e-9)
