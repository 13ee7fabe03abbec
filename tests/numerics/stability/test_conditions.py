"""Boundaries of one's own, and boundaries along any parameter of any model."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from numerics import (
    Condition,
    Contact,
    Model,
    NoBoundary,
    Parameters,
    Reservoir,
    collective_mode,
    find_boundary,
    growth_rate,
    hydrodynamics,
    solve_steady_state,
    trace_steady_states,
)
from numerics.response.determinant import static_stiffness, uniform_modes
from numerics.stability.axis_count import axis_modes
from numerics.stability.conditions import CONDITIONS
from numerics.stability.quantities import Lowest, Number, Place

# A condition of one's own -------------------------------------------------------------------------


def test_where_half_of_the_order_parameter_is_left():
    whole = solve_steady_state(Parameters(-1.0)).gap
    half = Condition("half", lambda state: state.gap - whole / 2)
    found = find_boundary(half, -1.0)
    assert (found.kind, found.status, found.q, found.omega) == ("half", "converged", 0.0, 0.0)

    # the same place, from solutions that know of no path
    def excess(ratio: float) -> float:
        return solve_steady_state(Parameters.from_ratio(-1.0, ratio=ratio)).gap / whole - 0.5

    expected = brentq(excess, 0.1, 0.9, xtol=1e-12)
    # states have errors of 1e-12 of the order parameter, which falls by itself over the ratio
    assert abs(found.ratio - expected) <= found.error + 1e-11
    assert found.error < 1e-9


def test_where_a_mode_comes_to_rest():
    """Re(omega) at one wave number vanishes where two modes meet on the imaginary axis."""
    q = 1e-4

    def discriminant(state):
        """Return the square of half of the distance of the two modes from each other."""
        (modes,) = axis_modes(state, np.array([q]))
        first, *rest = modes.frequencies
        if first.real > 0:
            return float(first.real) ** 2
        # without a second one it is beyond the depth to which modes are looked for
        second = rest[0].imag if rest else -state.parameters.linewidth
        return -(((first.imag - second) / 2) ** 2)

    found = find_boundary(Condition("at rest", Number(discriminant, q=q)), -1.0)
    assert (found.kind, found.q) == ("at rest", q)
    # the expansion for small q has the same place, up to a part of (q/gamma)**2 = 1/100
    expected = brentq(lambda log: _expanded(math.exp(log), q), math.log(1e-3), math.log(1e-2))
    assert found.ratio == pytest.approx(math.exp(expected), rel=0.01)
    for factor, moves in ((1 - 1e-4, True), (1 + 1e-4, False)):
        state = solve_steady_state(Parameters.from_ratio(-1.0, ratio=factor * found.ratio))
        assert (collective_mode(state, q).frequencies.real > 0).any() == moves


def _expanded(ratio: float, q: float) -> float:
    """Return the square of half of the distance of the two modes of the expansion."""
    state = solve_steady_state(Parameters.from_ratio(-1.0, ratio=ratio))
    one, other = uniform_modes(hydrodynamics(state), q)
    return ((one - other) ** 2).real / 4


def test_a_minimum_of_ones_own():
    """The static stiffness falls below a level: by the minimum over a dense grid of q."""
    level = 0.05

    def above(state, q):
        value, bound = static_stiffness(state, q, 1e-11)
        return value - level, bound

    grid = CONDITIONS["B"].quantity.grid
    soft = Condition("soft", Lowest(above, grid))
    found = find_boundary(soft, -1.0)
    assert found.q > 0

    def lowest(ratio: float) -> float:
        state = solve_steady_state(Parameters.from_ratio(-1.0, ratio=ratio))
        q = found.q * np.exp(np.linspace(-0.1, 0.1, 401))
        return float(static_stiffness(state, q)[0].min()) - level

    expected = brentq(lowest, 0.98 * found.ratio, 1.01 * found.ratio, xtol=1e-12)
    # the dense grid misses the minimum by half of a step of 5e-4 in log q: the value by less than
    # its curvature, of the order of one, times the square of that; the slope is some ten
    assert abs(found.ratio / expected - 1) < 1e-6
    assert found.ratio < find_boundary("B", -1.0).ratio


def test_an_error_of_ones_own_counts():
    whole = solve_steady_state(Parameters(-1.0)).gap

    def left(state):
        return state.gap / whole - 0.5

    sharp, blurred = (
        find_boundary(Condition("half", Number(left, bound)), -1.0)
        for bound in (None, lambda state: 1e-3)
    )
    slope = (left(solve_steady_state(Parameters.from_ratio(-1.0, ratio=sharp.ratio * 1.01)))) / 0.01
    assert blurred.error == pytest.approx(sharp.ratio * 1e-3 / abs(slope), rel=0.05)


@pytest.mark.parametrize(("name", "function"), [("", lambda s: 1.0), (3, lambda s: 1.0), ("x", 1)])
def test_what_is_no_condition(name, function):
    with pytest.raises(ValueError, match="outside its domain"):
        Condition(name, function)


@pytest.mark.parametrize("kind", CONDITIONS)
def test_every_kind_has_its_name_and_a_place(kind):
    condition = CONDITIONS[kind]
    assert condition.name == kind
    state = solve_steady_state(Parameters.from_ratio(-1.5, ratio=0.0385))
    place = condition.quantity.first(state)
    assert isinstance(place, Place)
    assert math.isfinite(place.value)


# Along a parameter of a model ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "inv_kfa"),
    [
        ("A", 1.0),
        ("B", -1.0),
        ("gapped", -1.0),
        ("alpha11", 0.0),
        ("beta22", 0.0),
        ("normal", -2.0),
        pytest.param("C", -2.0, marks=pytest.mark.slow),
    ],
)
def test_along_the_rate_of_the_vacuum_it_is_the_paper_s(kind, inv_kfa):
    paper = find_boundary(kind, inv_kfa)
    found = find_boundary(
        kind, Parameters(inv_kfa).model(), along="reservoirs.vacuum.rate", values=(0.0, 1e-3)
    )
    assert abs(found.value - 1e-3 * paper.ratio) <= found.error + 1e-3 * paper.error
    assert found.error < 1e-8 * found.value
    assert (found.kind, found.along) == (kind, "reservoirs.vacuum.rate")
    assert found.q == pytest.approx(paper.q, rel=1e-5)
    assert found.omega == pytest.approx(paper.omega, rel=1e-5)
    with pytest.raises(ValueError, match="a state of the paper's model"):
        _ = found.ratio


@pytest.mark.parametrize(
    ("kind", "inv_kfa"),
    [("A", 1.0), ("B", -1.0), ("gapped", -1.0), pytest.param("C", -1.5, marks=pytest.mark.slow)],
)
def test_along_the_interaction_strength_it_is_on_the_curve(kind, inv_kfa):
    there = find_boundary(kind, inv_kfa)
    model = there.state.paper
    found = find_boundary(
        kind, model.model(), along="coupling.inv_kfa", values=(inv_kfa - 0.3, inv_kfa + 0.25)
    )
    # the curve has slopes of some tens in log ratio, which the error of the ratio is divided by
    assert abs(found.value - inv_kfa) <= found.error + 100 * there.error / there.ratio
    assert found.error < 1e-8
    assert found.q == pytest.approx(there.q, rel=1e-5)
    back = find_boundary(kind, found.value)
    assert abs(back.ratio / model.ratio - 1) < 1e-8


def test_a_boundary_is_found_from_its_other_side():
    """Along the rate of the bath the state becomes stable: the drive falls in units of it."""
    there = find_boundary("B", -1.0)
    model = Parameters(-1.0, gamma_v=there.ratio * 1e-3)
    found = find_boundary("B", model, along="gamma_b", values=(8e-4, 1.2e-3))
    assert abs(found.value - 1e-3) <= found.error + 1e-3 * there.error / there.ratio * 10
    assert found.ratio == pytest.approx(there.ratio, rel=1e-9)


LEADS = Model(
    Contact(-1.0),
    [Reservoir("left", 5e-4), Reservoir("right", 5e-4, mu=1.0), Reservoir.empty("vacuum", 1.6e-5)],
)


def test_along_the_potential_of_a_lead_growth_begins():
    values = (1.02, 1.06)
    found = find_boundary("B", LEADS, along="reservoirs.right.mu", values=values)
    assert values[0] < found.value < values[1]
    assert found.status == "converged"
    step = 1e-6
    curve = trace_steady_states(
        LEADS,
        along="reservoirs.right.mu",
        values=[values[0], found.value - step, found.value + step],
    )
    window = {"smallest": found.q / 1.05, "largest": found.q * 1.05}
    before, after = (growth_rate(states[0], **window) for states in curve.states[1:])
    assert before.rate * after.rate < 0
    assert {before.verdict, after.verdict} == {"grows", "decays"}


def test_where_the_condensate_ends_along_the_interaction_strength():
    there = find_boundary("normal", -2.0)
    model = Parameters(-2.0, gamma_v=1e-3 * there.ratio)
    found = find_boundary("normal", model, along="inv_kfa", values=(-2.2, -1.8))
    assert found.value == pytest.approx(-2.0, abs=1e-7)
    assert found.status == "ends with a vanishing order parameter"


def test_where_there_is_none():
    model = Parameters(1.0).model()
    with pytest.raises(NoBoundary, match="no boundary A along reservoirs") as error:
        find_boundary("A", model, along="reservoirs.vacuum.rate", values=(1e-7, 1e-6))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("model", "options", "match"),
    [
        (LEADS, {}, "along = None"),
        (LEADS, {"along": "ratio", "values": (0.0, 1.0)}, "along = 'ratio'"),
        (LEADS, {"along": "reservoirs.right.mu"}, "values = None"),
        (LEADS, {"along": "reservoirs.right.mu", "values": (1.06, 1.02)}, "values = "),
        (
            LEADS,
            {"along": "reservoirs.right.mu", "values": (1.02, 1.06), "gamma_b": 1.0},
            "gamma_b",
        ),
        (Parameters(0.0), {"along": "mass", "values": (0.0, 1.0)}, "along = 'mass'"),
        (Parameters(0.0), {"values": (-1.0, 1.0)}, "values = "),
        (0.0, {"along": "ratio", "values": (0.0, 1.0)}, "inv_kfa = 0.0"),
    ],
)
def test_bad_arguments(model, options, match):
    with pytest.raises(ValueError, match=match):
        find_boundary("B", model, **options)


def test_a_rate_is_looked_at_up_to_that_of_the_bath() -> None:
    model = Parameters(-1.0).model()
    found = find_boundary("B", model, along="reservoirs.vacuum.rate")
    ratio = find_boundary("B", -1.0).ratio
    assert found.value == pytest.approx(ratio * 1e-3, abs=4 * found.error)
    with pytest.raises(ValueError, match="values = None"):
        find_boundary("B", model, along="coupling.inv_kfa")


@pytest.mark.parametrize("dip", [None, 0, 8, 9, 24])
def test_the_sign_of_a_lowest_value_from_a_part_of_the_grid(dip):
    grid, asked = np.arange(1.0, 26.0), []

    def function(state, x):
        asked.append(x.size)
        return np.where(x - 1 == dip, -2.0, x), np.full(x.shape, 0.5)

    lowest = Lowest(function, lambda state: grid)
    state = solve_steady_state(Parameters(-1.0))
    assert lowest.signed(state) == lowest.first(state).value == (1.5 if dip is None else -1.5)
    # what a part of the grid tells is not asked of the rest
    assert asked == ([7, 25] if dip in (0, 8, 24) else [7, 18, 25])


@pytest.mark.parametrize("dip", [0, 9, 10, 24])
def test_a_lowest_value_is_looked_for_where_it_was(dip):
    grid, asked = np.arange(1.0, 26.0), []

    def function(state, x):
        asked.append(x.size)
        return np.where(x - 1 == dip, -2.0, x), np.full(x.shape, 0.5)

    lowest = Lowest(function, lambda state: grid)
    state = solve_steady_state(Parameters(-1.0))
    for near in (grid[dip], grid[dip] + 0.8, grid[dip] - 0.8):
        place = lowest.seen(state, near)
        assert (place.value, lowest.where(place)) == (-1.5, grid[dip])
    assert len(asked) == 3
    assert max(asked) <= 3
    # where it is no longer
    assert lowest.seen(state, 4.5).value == -1.5
    assert asked[3:5] == [3, 7]


@pytest.mark.parametrize("value", [-2.0, -0.2, 0.2, 2.0])
def test_few_digits_are_enough_for_a_sign(value):
    grid, asked = np.arange(1.0, 26.0), []

    def lowest_of(bound, name):
        def function(state, x):
            asked.append(name)
            return np.where(x == 3.0, value, 5.0), np.full(x.shape, bound)

        return function

    lowest = Lowest(lowest_of(1e-9, "all"), lambda s: grid, rough=lowest_of(0.5, "few"))
    found = lowest.signed(solve_steady_state(Parameters(-1.0)))
    assert found * value > 0
    # the sign is uncertain where the error is larger
    assert asked == ["few", "few"] + (["all"] if abs(value) < 0.5 else [])
