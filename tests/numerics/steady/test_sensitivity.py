"""What the errors of a state do to a function of it, against the state with more digits."""

from __future__ import annotations

import dataclasses

import pytest

from numerics import Bands, Contact, Model, Parameters, Reservoir, solve_steady_state
from numerics.parameters import Setting
from numerics.precise import precise_state
from numerics.steady.sensitivity import effect_of_errors
from numerics.steady.state import SteadyState

NARROW = 1e-8
CASES: dict[str, Setting] = {
    "equal": Parameters(0.0, NARROW, 3e-6 * NARROW),
    "masses": Model(
        Contact(0.0),
        [Reservoir("bath", NARROW), Reservoir.empty("vacuum", 2.3e-6 * NARROW)],
        bands=Bands.of_ratio(3.0),
        neutral=True,
    ),
    "rates": Model(
        Contact(0.0),
        [Reservoir("bath", (1e-6, 2e-6)), Reservoir.empty("drain", (1e-11, 0.0))],
        bands=Bands.of_ratio(0.5),
    ),
}


def room(state: SteadyState) -> float:
    """How far the lowest step of the occupations is from the edge of the spectrum."""
    carriers = state.carriers
    return min(abs(carriers.threshold - abs(y)) for y, _ in carriers.edges())


SLOW = [pytest.param(case, marks=pytest.mark.slow) for case in ("masses", "rates")]


@pytest.mark.parametrize("case", ["equal", *SLOW])
def test_errors_belong_together(case: str) -> None:
    state = solve_steady_state(CASES[case])
    # in parts of the linewidth
    exact = precise_state(state, 9)
    names = ("gap", "mu", "edge", "tilt")
    there = dataclasses.replace(state, **{name: float(getattr(exact, name)) for name in names})
    bound = float(effect_of_errors(room, state))
    # beyond that, what doubles tell of the gap
    assert abs(room(there) - room(state)) <= bound + 4e-16 * state.gap
    # each by itself they would allow for more
    apart = float(effect_of_errors(room, dataclasses.replace(state, shifts=())))
    assert bound <= apart * (1 + 1e-3)
    if case == "masses":
        assert bound < apart / 3
