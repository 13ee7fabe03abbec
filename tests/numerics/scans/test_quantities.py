"""What a scan keeps of a point is what the function of that name returns there."""

from __future__ import annotations

from typing import Any

import pytest

from numerics import (
    Contact,
    Model,
    NoCondensate,
    Parameters,
    Reservoir,
    collective_mode,
    find_boundary,
    fluctuation_matrix,
    growth_rate,
    solve_steady_state,
)
from numerics.scans import Scan
from numerics.scans.batches import Item, evaluate
from numerics.scans.identity import Keys
from numerics.scans.quantities import QUANTITIES, Point, _solved
from numerics.scans.rows import decoded

MODEL = Parameters(0.0, 1e-2, 2e-3, cutoff=20.0)
STATE = solve_steady_state(MODEL)
POINT = Point(MODEL, q=0.1, omega=0.05)


def found(name: str, point: Point = POINT) -> dict[str, Any]:
    values = QUANTITIES[name].function(point)
    assert list(values) != []
    assert set(values) == set(QUANTITIES[name].columns)
    return values


def test_rates() -> None:
    assert found("rates") == {"linewidth": 1.2e-2, "drive": 2e-3}


def test_steady_state() -> None:
    values = found("steady_state")
    assert (values["gap"], values["mu"], values["mu_b"]) == (STATE.gap, STATE.mu, STATE.mu_b)
    assert (values["gap_error"], values["mu_error"], values["mu_b_error"]) == STATE.error
    assert values["number"] == STATE.number


@pytest.mark.slow
def test_growth_rate() -> None:
    values, rate = found("growth_rate"), growth_rate(STATE)
    names = ("growth_rate", "growth_q", "growth_omega", "growth_rate_error")
    assert tuple(values[name] for name in names) == rate[:4]
    assert (values["growth_status"], values["growth_verdict"]) == rate[4:]


def test_modes() -> None:
    values, modes = found("modes"), collective_mode(STATE, 0.1)
    assert values["mode_omega"] == modes.frequencies.tolist() != []
    assert values["mode_omega_error"] == modes.error.tolist()
    assert (values["mode_count"], values["mode_status"]) == (modes.count, modes.status)


def test_response() -> None:
    values, whole = found("response"), fluctuation_matrix(STATE, 0.1, 0.05, full=True)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        assert values[f"M{i + 1}{j + 1}"] == whole.value[i, j]
        assert values[f"M{i + 1}{j + 1}_error"] == whole.error[i, j]
    assert values["M_status"] == "converged"


def test_boundaries_along_the_ratio() -> None:
    values = found("boundary_alpha11", Point(MODEL.replace(inv_kfa=-0.5), along="ratio"))
    boundary = find_boundary("alpha11", -0.5, gamma_b=1e-2, cutoff=20.0)
    assert values["boundary_alpha11"] == pytest.approx(boundary.ratio, rel=1e-9)
    assert values["boundary_alpha11_error"] < 1e-6


@pytest.mark.slow
def test_boundaries_along_any_parameter() -> None:
    baths = [Reservoir("bath", 1e-2), Reservoir.empty("vacuum", 1e-3)]
    model = Model(Contact(-0.5), baths, cutoff=20.0)
    path = "reservoirs.vacuum.rate"
    values = found("boundary_alpha11", Point(model, along=path, between=(1e-5, 9e-3)))
    boundary = find_boundary("alpha11", -0.5, gamma_b=1e-2, cutoff=20.0)
    assert values["boundary_alpha11"] == pytest.approx(1e-2 * boundary.ratio, rel=1e-6)


def test_every_way_to_end_is_kept_in_words() -> None:
    scan = Scan(MODEL, {"ratio": [0.2, 3.0]}, ["steady_state", "rates", "growth_rate"])
    items = [Item((ratio,), scan.quantities) for ratio in (0.2, 3.0)]
    first, second = evaluate(scan.recipe, items)
    assert [value.outcome for value in first] == ["done", "done", "done"]
    assert [value.outcome for value in second] == ["absent", "done", "absent"]
    with pytest.raises(NoCondensate) as caught:
        solve_steady_state(MODEL.replace(gamma_v=3e-2))
    assert second[0].text == second[2].text == str(caught.value)
    assert decoded(QUANTITIES["rates"], second[1].text)["drive"] == pytest.approx(3e-2)
    # inside the domain of each parameter, but not of both
    both = Scan(MODEL, {"ratio": [1e9], "gamma_b": [1e-2]}, ["rates"])
    ((only,),) = evaluate(both.recipe, [Item((1e9, 1e5), ("rates",))])
    assert only.outcome == "failed"
    assert only.text.startswith("ValueError: ")


def test_a_state_is_solved_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def solve(model: Parameters) -> object:
        calls.append(model)
        return solve_steady_state(model)

    monkeypatch.setattr("numerics.scans.quantities.solve_steady_state", solve)
    axes = {"ratio": [0.21, 3.1], "q": [0.1, 0.2, 0.3], "omega": [0.0]}
    scan = Scan(MODEL, axes, ["steady_state", "response", "rates"])
    evaluate(scan.recipe, [Item(place, scan.quantities) for place in scan.places()])
    assert len(calls) == 2


def test_what_breaks_at_a_point_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(model: Parameters) -> None:
        raise ZeroDivisionError("of\nmany" + " words" * 100)

    monkeypatch.setattr("numerics.scans.quantities.solve_steady_state", fail)
    scan = Scan(MODEL, {"ratio": [0.22]})
    ((only,),) = evaluate(scan.recipe, [Item((0.22,), scan.quantities)])
    assert only.outcome == "failed"
    assert only.text.startswith("ZeroDivisionError: of many words")
    assert len(only.text) == 300


def rows(scan: Scan, parts: int = 1) -> list[dict[str, float]]:
    """Return the values at all points, computed in so many parts by processes that know nothing."""
    items = [Item(place, scan.quantities, scan.before(place)) for place in scan.places()]
    values = []
    for k in range(0, len(items), len(items) // parts):
        _solved.cache_clear()
        for (only,) in evaluate(scan.recipe, items[k : k + len(items) // parts]):
            values.append(decoded(QUANTITIES["steady_state"], only.text))
    return values


def test_neighbours_start_from_each_other_and_parts_change_no_bit() -> None:
    axes = {"ratio": [0.1, 0.2], "inv_kfa": [k / 10 for k in range(6)]}
    alone = Scan(MODEL, axes)
    scan = alone.replace(neighbours=4)
    assert [scan.before((0.1, x)) for x in (0.0, 0.3, 0.4, 0.5)] == [
        (),
        (0.0, 0.1, 0.2),
        (),
        (0.4,),
    ]
    assert alone.before((0.1, 0.3)) == ()
    found = rows(scan)
    assert found == rows(scan, 4) == rows(scan, 12)
    for one, other in zip(found, rows(alone), strict=True):
        error = one["gap_error"] + other["gap_error"]
        assert abs(one["gap"] - other["gap"]) <= error
    named, cold = Keys(scan), Keys(alone)
    same = [list(named.at(p)) == list(cold.at(p)) for p in scan.places()]
    # the first of each row is what it is without
    assert same == 2 * [True, False, False, False, True, False]


def test_a_state_before_that_does_not_exist_is_no_start() -> None:
    axes = {"inv_kfa": [0.0], "gamma_v": [1e-3, 2e-2, 3e-2]}
    scan = Scan(MODEL, axes, neighbours=3)
    items = [Item(place, scan.quantities, scan.before(place)) for place in scan.places()]
    outcomes = [only.outcome for (only,) in evaluate(scan.recipe, items)]
    assert outcomes == ["done", "absent", "absent"]


def test_neighbours_are_models() -> None:
    with pytest.raises(ValueError, match=r"^neighbours = 2 is outside its domain: 0, where"):
        Scan(MODEL, {"q": [0.1, 0.2]}, ["modes"], neighbours=2)
    with pytest.raises(ValueError, match=r"^neighbours = 65 is outside its domain: an integer"):
        Scan(MODEL, {"inv_kfa": [0.1, 0.2]}, neighbours=65)
