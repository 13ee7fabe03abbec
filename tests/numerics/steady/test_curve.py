"""Steady states along any parameter: the same as one by one, and all of them where it folds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import root

from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    solve_steady_state,
    trace_steady_states,
)
from numerics.steady.curve import Along, parameter_of, parameter_paths, with_parameter
from numerics.steady.equations import Unknowns, evaluate_equations

LEAD = "reservoirs.lead.mu"
#: A cold lead below the gap drains carriers, which lifts the gap above it: three states.
BISTABLE = Model(
    Contact(0.0),
    [
        Reservoir("bath", 1e-3, temperature=0.02),
        Reservoir("lead", 3e-4, 0.5, 0.02),
        Reservoir.empty("vacuum", 2e-4),
    ],
)


@pytest.fixture(scope="module")
def folded():
    return trace_steady_states(BISTABLE, along=LEAD, values=[0.5, 0.3, 0.185, 0.1, -0.3])


@pytest.mark.parametrize(
    ("along", "values"),
    [
        ("gamma_v", [1e-5, 1e-4, 5e-4]),
        ("inv_kfa", [0.5, 0.0, -0.7]),
        ("temperature", [0.0, 0.01, 0.05]),
        ("gamma_b", [2e-3, 1e-3]),
        ("cutoff", [20.0, 100.0]),
    ],
)
def test_states_are_those_found_one_by_one(along, values):
    model = Parameters(-0.3, 1e-3, 1e-4)
    curve = trace_steady_states(model, along=along, values=values)
    assert curve.status == "complete"
    assert curve.folds == ()
    for value, states in zip(values, curve.states, strict=True):
        (state,) = states
        expected = solve_steady_state(model.replace(**{along: value}))
        assert state.parameters == expected.parameters
        for name, error in zip(("gap", "mu", "mu_b"), state.error, strict=True):
            allowed = 2 * error + 1e-12
            assert abs(getattr(state, name) - getattr(expected, name)) <= allowed


def test_a_window_with_three_states(folded):
    assert folded.status == "complete"
    assert [len(states) for states in folded.states] == [1, 1, 3, 1, 1]
    gaps = [state.gap for state in folded.states[2]]
    # one after the other along the curve
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] - gaps[2] > 0.05
    for states in folded.states:
        for state in states:
            assert state.residual <= 1e-10


def test_folds_by_another_question(folded):
    """At which potential is the order parameter so large?  Its extrema are the folds."""
    lower, upper = (parameter_of(state.parameters, LEAD) for state in folded.folds)
    assert lower < 0.185 < upper

    def potential(gap: float, start: np.ndarray) -> np.ndarray:
        def residuals(x: np.ndarray) -> np.ndarray:
            model = with_parameter(BISTABLE, LEAD, float(x[2]))
            at = Unknowns(gap, float(x[0]), float(x[1]))
            return evaluate_equations(model, model.drive, at).residuals

        found = root(residuals, start, options={"xtol": 1e-12})
        assert np.abs(residuals(found.x)).max() < 1e-9
        return found.x

    for state, value in zip(folded.folds, (lower, upper), strict=True):
        start = np.array([state.mu, state.edge, value])
        gaps = state.gap + 2e-3 * np.arange(-2, 3)
        values = [potential(gap, start)[2] for gap in gaps]
        curve = np.polynomial.Polynomial.fit(gaps - state.gap, values, 4)
        places = curve.deriv().roots()
        place = places[np.argmin(np.abs(places))]
        assert abs(place.imag) < 1e-9
        # the fold's place along the curve is known to 1e-6 of its scales; its value to the square
        assert abs(place) < 1e-4
        assert abs(curve(place.real) - value) < 1e-8


def test_the_end_of_the_condensate_is_said():
    curve = trace_steady_states(Parameters(0.0), along="gamma_v", values=[1e-5, 5e-4, 2e-3])
    assert [len(states) for states in curve.states] == [1, 1, 0]
    assert curve.status == "ends with a vanishing order parameter"


def test_states_next_to_the_end_are_on_the_curve():
    end = trace_steady_states(Parameters(0.0), [2e-3]).end
    values = [5e-4, 0.99 * end, end * (1 - 1e-6), 1.01 * end]
    curve = trace_steady_states(Parameters(0.0), along="gamma_v", values=values)
    assert [len(states) for states in curve.states] == [1, 1, 1, 0]
    assert curve.status == "ends with a vanishing order parameter"
    for value, (state,) in zip(values[:3], curve.states[:3], strict=True):
        alone = solve_steady_state(Parameters(0.0, gamma_v=value))
        assert state.gap == pytest.approx(alone.gap, rel=1e-8)


def test_parameters_have_paths():
    for model in (BISTABLE, Parameters(0.3)):
        for path in parameter_paths(model):
            value = parameter_of(model, path)
            assert with_parameter(model, path, value) == model
            assert parameter_of(with_parameter(model, path, value + 0.25), path) == value + 0.25
    assert "reservoirs.bath.mu" not in parameter_paths(BISTABLE)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"along": "mu", "values": [0.0, 1.0]}, "along = 'mu' is outside its domain: coupling.inv"),
        ({"along": LEAD, "values": [0.0, 1.0, 0.5]}, "values = .* two or more"),
        ({"along": LEAD, "values": [0.0]}, "values"),
        ({"along": LEAD, "values": None}, "values"),
        ({"along": "reservoirs.lead.rate", "values": [1e-3, -1.0]}, "rate = -1"),
        ({"values": [0.0, 1.0]}, "along = None"),
        ({"along": LEAD, "values": [0.0, 1.0], "gamma_v": [0.0]}, "along"),
    ],
)
def test_bad_input(options, match):
    with pytest.raises(ValueError, match=match) as caught:
        trace_steady_states(BISTABLE, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "along", "value"),
    [
        (Parameters(-0.3, 1e-3, 1e-4), "gamma_v", 1e-4),
        (
            Model(
                Contact(binding=0.5),
                [Reservoir("bath", (1.2e-3, 0.8e-3)), Reservoir.empty("vacuum", (1e-4, 3e-4))],
                bands=Bands.of_ratio(2.0, 2),
                neutral=True,
            ),
            "reservoirs.vacuum.rate",
            2e-4,
        ),
    ],
)
def test_the_derivative_by_the_drive_is_that_of_a_difference(model, along, value):
    system = Along(model, along)
    assert system.drives
    start = system.point(solve_steady_state(with_parameter(model, along, value)), value)
    # the same system without it
    other = Along(model, along)
    other.drives = False
    difference, derivative = other(start)[1], system(start)[1]
    assert derivative[:, :3] == pytest.approx(difference[:, :3], rel=1e-9, abs=1e-12)
    largest = np.abs(derivative[:, 3]).max()
    assert np.abs(derivative[:, 3] - difference[:, 3]).max() < 1e-5 * largest


@pytest.mark.parametrize("along", ["reservoirs.bath.rate", LEAD, "reservoirs.vacuum.rate"])
def test_what_is_not_the_whole_drive(along):
    # the lead drives as well
    assert not Along(BISTABLE, along).drives
