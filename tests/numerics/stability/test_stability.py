"""Every change of stability along the drive."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from numerics import (
    Boundary,
    ConvergenceError,
    NoBoundary,
    Parameters,
    find_boundary,
    growth_rate,
    solve_steady_state,
    stability_edges,
)
from numerics.diagram.curves import run_task
from numerics.stability import edge_search
from numerics.stability.axis_count import axis_counts
from numerics.stability.edges import stability_line
from numerics.stability.growth import filled_diameter


def rate_at(ratio: float, inv_kfa: float = -2.0):
    return growth_rate(solve_steady_state(Parameters.from_ratio(inv_kfa, 1e-3, ratio)))


def test_a_condensate_becomes_stable_again_before_it_ends():
    """At (k_F a_s)^-1 = -2 nothing grows just below the normal phase, at a ratio of 0.805."""
    first = find_boundary("C", -2.0)
    line = stability_line(Parameters(-2.0), first=first)
    lower, upper = line.edges
    assert (lower.kind, lower.direction, lower.value) == ("C", "above", first.ratio)
    assert upper.direction == "below"
    assert 0.7 < upper.value < line.end < 0.81
    assert line.unstable == ((lower.value, upper.value),)
    assert line.undecided == ()
    # where the condensate ends may be known, too
    last = find_boundary("normal", -2.0)
    assert stability_line(Parameters(-2.0), first=first, last=last) == line
    # the verdicts on both sides, by a route that knows no edge
    step = 1e-3 + 10 * upper.error
    assert rate_at(upper.value * (1 - step)).verdict == "grows"
    assert rate_at(upper.value * (1 + step)).verdict == "decays"


def test_a_state_that_cannot_be_judged_says_why(monkeypatch):
    def lost(state):
        raise ConvergenceError("the modes are lost")

    monkeypatch.setattr(edge_search, "looked_for", lost)
    line = stability_line(Parameters(-1.0), values=(0.005, 0.008))
    assert line.undecided == tuple(sorted(line.failures)) != ()
    assert set(line.failures.values()) == {"the modes are lost"}
    task = {"task": "region", "inv_kfa": -1.0, "gamma_b": 1e-3, "temperature": 0.0}
    found = run_task({**task, "cutoff": 100.0, "first": None, "last": None})
    assert found["failure"].count(": the modes are lost") == found["failure"].count(",") + 1


@pytest.mark.slow
def test_without_a_known_boundary_the_same_edges_are_found():
    lower, upper = stability_edges(Parameters(-2.0))
    assert lower.value == pytest.approx(find_boundary("C", -2.0).ratio, rel=1e-8)
    assert (lower.direction, upper.direction) == ("above", "below")


@pytest.mark.slow
def test_an_edge_within_a_range_and_in_units_of_the_decay_rate():
    (edge,) = stability_edges(Parameters(-1.0), along="gamma_v", values=(1.5e-5, 3e-5))
    expected = find_boundary("B", -1.0)
    assert (edge.kind, edge.direction, edge.status) == ("B", "above", "converged")
    assert edge.value == pytest.approx(1e-3 * expected.ratio, rel=1e-8)
    assert edge.q == pytest.approx(expected.q, rel=1e-4)
    assert abs(edge.value - 1e-3 * expected.ratio) <= 2 * (edge.error + 1e-3 * expected.error)


@pytest.mark.parametrize(
    "bad",
    [
        {"model": "x"},
        {"along": "mass"},
        {"values": (1.0,)},
        {"values": (0.2, 0.1)},
        {"values": ("a", "b")},
    ],
)
def test_bad_arguments(bad):
    model = bad.pop("model", Parameters(-1.0))
    with pytest.raises(ValueError, match="outside its domain"):
        stability_edges(model, **bad)


VACUUM = Parameters(-1.0, 1e-3).model()


def test_an_edge_along_a_rate_is_that_along_the_drive():
    """The same edge, from the growth of the mode and from the tangency of det M(q, 0)."""
    (solved,) = stability_edges(Parameters(-1.0, 1e-3), along="gamma_v", values=(2e-5, 2.2e-5))
    found = stability_line(VACUUM, along="reservoirs.vacuum.rate", values=(2e-5, 2.2e-5))
    (edge,) = found.edges
    assert abs(edge.value - solved.value) <= edge.error + solved.error
    assert edge.error < 1e-8 * edge.value
    assert (edge.kind, edge.direction, edge.status) == ("B", "above", "converged")
    assert abs(edge.q - solved.q) < 1e-5
    assert found.unstable == ((edge.value, 2.2e-5),)


@pytest.mark.slow
def test_an_edge_along_the_interaction_strength_is_on_the_boundary():
    boundary = find_boundary("B", -0.8, gamma_b=1e-3)
    model = boundary.state.paper
    (edge,) = stability_edges(model, along="inv_kfa", values=(-0.9, -0.7))
    assert abs(edge.value + 0.8) <= edge.error + 1e-8
    # towards stronger pairing it becomes unstable
    assert edge.direction == "above"


@pytest.mark.parametrize(
    ("model", "options", "match"),
    [
        (VACUUM, {"along": "ratio", "values": (0.0, 1.0)}, "along = 'ratio'"),
        (VACUUM, {"along": "coupling.inv_kfa"}, "values = None"),
        (VACUUM, {"along": "reservoirs.vacuum.rate", "values": (1.0, 0.0)}, "values"),
        (Parameters(0.0), {"along": "mu", "values": (0.0, 1.0)}, "along = 'mu'"),
        (Parameters(0.0), {"along": "temperature"}, "values = None"),
    ],
)
def test_bad_input_along_parameters(model, options, match):
    with pytest.raises(ValueError, match=match):
        stability_edges(model, **options)


def grows(model: Parameters, ratio: float, q: float) -> bool:
    """Tell whether a mode grows, on a grid of wave numbers ten times denser than the search's."""
    state = solve_steady_state(model.replace(gamma_v=ratio * model.gamma_b))
    gamma = state.parameters.linewidth
    wide = np.geomspace(5e-4 * gamma, filled_diameter(state), 300)
    close = q * np.exp(np.linspace(-0.02, 0.02, 21)) if q > 0 else wide[:0]
    growing, certain = axis_counts(state, np.sort(np.concatenate([wide, close])))
    return bool((certain & (growing > 0)).any())


#: At the first two of them two kinds begin to grow within a thousandth of each other; at the third,
#: static modes of long waves grow between two neighbouring states only; at the fourth, they cease
#: to grow where others have begun; at the last, the state becomes stable again.
MEETINGS = (
    Parameters(-1.3569011999042557, 8.072271845269057e-4),
    Parameters(-0.985, 2.5e-3),
    Parameters(-1.2891318864659933, 1.4307239813708792e-4, temperature=2.971301772578163e-3),
    Parameters(-0.9859743487238382, 2.573149295265394e-4, temperature=1.8202782901344029e-3),
    Parameters(-0.501531338728948, 7.960262559627986e-3, temperature=1.7582124120691926e-4),
)


@pytest.mark.slow
@pytest.mark.parametrize("model", MEETINGS)
def test_the_errors_of_edges_are_honest(model):
    for edge in stability_edges(model):
        step = edge.error + 1e-6 * edge.value
        sides = [grows(model, edge.value + side, edge.q) for side in (-step, step)]
        assert sides == ([False, True] if edge.direction == "above" else [True, False])
        assert (edge.status, edge.error < 1e-8 * edge.value) == ("converged", True)


def found_of(model: Parameters) -> list[Boundary]:
    """Return the boundaries B and C where they are."""
    found = []
    for kind in ("B", "C"):
        with contextlib.suppress(NoBoundary):
            surroundings = {"gamma_b": model.gamma_b, "temperature": model.temperature}
            found.append(find_boundary(kind, model.inv_kfa, **surroundings))
    return found


@pytest.mark.parametrize(
    "model",
    # one without and one with a temperature, and as many among the slow tests
    [*MEETINGS[:3:2], *(pytest.param(m, marks=pytest.mark.slow) for m in MEETINGS[1:4:2])],
)
def test_the_first_edge_is_the_lowest_boundary(model):
    """The same place from counts, whichever kind they meet first, and from three searches."""
    lowest = min(found_of(model), key=lambda found: found.value)
    values = (0.9 * lowest.value, 1.05 * lowest.value)
    edge = stability_edges(model, values=values)[0]
    assert edge.kind == lowest.kind
    assert abs(edge.value - lowest.value) <= edge.error + lowest.error
