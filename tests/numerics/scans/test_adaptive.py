"""Points are chosen where they are wanted, and the same ones whatever happens meanwhile."""

from __future__ import annotations

import csv
import itertools
import math
import sys
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics import Parameters, load
from numerics.scans import (
    Axis,
    Progress,
    Scan,
    ScatteredTable,
    Store,
    export,
    refine_scan,
    run_scan,
)
from numerics.scans.adaptive import _Box
from numerics.scans.batches import Found, Item
from numerics.scans.identity import canonical
from numerics.scans.scan import Recipe
from tests.numerics.scans import stubs

#: A square in which a disk has values, and how well its edge is to be known.
CENTRE, RADIUS, WANTED = (0.1, 0.55), 0.3, 1e-2
SQUARE = Scan(Parameters(0.0), {"inv_kfa": [-0.5, 0.5], "ratio": [0.1, 1.1]}, ["rates"])
CUBE = Scan(
    Parameters(0.0),
    {"inv_kfa": [-0.5, 0.5], "temperature": [0.0, 1.0], "ratio": [0.1, 1.1]},
    ["rates"],
)


def distance(place: Sequence[float]) -> float:
    """Return how far a point is from the centre of the disk, which is a cylinder in the cube."""
    return math.dist((place[0], place[-1]), CENTRE)


def done(linewidth: float) -> Found:
    return Found("done", canonical({"drive": 0.0, "linewidth": linewidth}), 1e-3)


def disk(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    """Have no values outside the disk."""
    gone = Found("absent", "NoCondensate: outside", 1e-3)
    return [[done(1.0) if distance(item.place) < RADIUS else gone] for item in items]


def signed(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    """Change sign at the edge of the disk, smoothly."""
    return [[done(RADIUS**2 - distance(item.place) ** 2)] for item in items]


def failing(recipe: Recipe, items: Sequence[Item]) -> list[list[Found]]:
    """Fail in a half of the square."""
    failed = Found("failed", "ConvergenceError: by design", 1e-3)
    return [
        [failed] if item.place[0] < CENTRE[0] else found
        for item, found in zip(items, signed(recipe, items), strict=True)
    ]


def refined(
    path: Path,
    evaluate: Any = disk,
    scan: Scan = SQUARE,
    executor: Executor | None = None,
    **more: Any,
) -> ScatteredTable:
    pytest.importorskip("adaptive")
    with Store(path) as store, ThreadPoolExecutor(1) as own:
        return refine_scan(scan, store, evaluate=evaluate, executor=executor or own, **more)


def points(table: ScatteredTable) -> np.ndarray[Any, Any]:
    return np.stack(list(table.axes.values()), axis=-1)


def crossing(table: ScatteredTable, inside: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the edges of the triangulation with an end inside and one outside, (edges, 2)."""
    pairs = itertools.combinations(range(table.simplices.shape[1]), 2)
    edges = np.concatenate([table.simplices[:, list(pair)] for pair in pairs])
    return edges[inside[edges[:, 0]] != inside[edges[:, 1]]]


def volumes(table: ScatteredTable) -> np.ndarray[Any, Any]:
    """Return the volume of each simplex."""
    corners = points(table)[table.simplices]
    sides = corners[:, 1:] - corners[:, :1]
    found: np.ndarray[Any, Any] = np.abs(np.linalg.det(sides)) / math.factorial(sides.shape[1])
    return found


def check_simplices(table: ScatteredTable, inside: np.ndarray[Any, Any]) -> None:
    """Check that they fill the box, those on the edge small, and no fewer by more than an order."""
    found = volumes(table)
    assert found.sum() == pytest.approx(1.0, rel=1e-12)
    on = inside[table.simplices].any(axis=1) & ~inside[table.simplices].all(axis=1)
    # beside them are small ones that were on it when they were larger
    assert 1 / 4 < on.sum() / (~on).sum() < 4
    assert found[on].mean() < found[~on].mean() / 2


def test_an_edge_is_found_with_few_points(tmp_path: Path) -> None:
    table = refined(tmp_path / "s.db", points=450, goal="boundary")
    found = points(table)
    inside = table.outcomes["rates"] == "done"
    np.testing.assert_array_equal(inside, [distance(p) < RADIUS for p in found])
    edges = crossing(table, inside)
    middle = found[edges].mean(axis=1)
    errors = np.abs([distance(p) - RADIUS for p in middle])
    # a grid of squares with sides of twice this much knows it as well
    grid = (1 / (2 * WANTED) + 1) ** 2
    assert len(found) < grid / 5
    assert errors.max() < WANTED
    # all around it
    angles = np.sort(np.arctan2(*(middle - CENTRE).T))
    assert np.diff(angles, append=angles[0] + 2 * np.pi).max() < 4 * WANTED / RADIUS
    check_simplices(table, inside)
    # no stand-in is returned
    assert np.isnan(table.columns["linewidth"][~inside]).all()
    assert (table.columns["linewidth"][inside] == 1.0).all()


def test_a_change_of_sign_is_followed(tmp_path: Path) -> None:
    table = refined(tmp_path / "s.db", signed, points=150, goal="boundary")
    values = table.columns["linewidth"]
    a, b = crossing(table, values > 0).T
    part = (values[a] / (values[a] - values[b]))[:, None]
    zeros = points(table)[a] * (1 - part) + points(table)[b] * part
    assert np.abs([distance(p) - RADIUS for p in zeros]).max() < WANTED / 5
    # a map has its points where the values change, which is everywhere
    other = refined(tmp_path / "s.db", signed, points=150)
    near = [np.mean([abs(distance(p) - RADIUS) < 0.05 for p in points(x)]) for x in (table, other)]
    assert near[0] > 1.5 * near[1]


def test_points_are_the_same_after_an_interruption(tmp_path: Path) -> None:
    whole = refined(tmp_path / "whole.db", points=90, goal="boundary")
    seen: list[Progress] = []

    def stopping() -> bool:
        return bool(seen) and seen[-1].finished >= 40

    some = refined(
        tmp_path / "s.db", points=70, goal="boundary", progress=seen.append, stopping=stopping
    )
    assert 4 <= len(points(some)) < 70
    np.testing.assert_array_equal(points(some), points(whole)[: len(points(some))])
    # the last of those that were chosen together are left out
    some = refined(tmp_path / "s.db", points=70, goal="boundary")
    np.testing.assert_array_equal(points(some), points(whole)[:70])
    seen.clear()
    # as many workers as one likes, and more points than before
    with ThreadPoolExecutor(3) as executor:
        again = refined(
            tmp_path / "s.db", points=90, goal="boundary", executor=executor, progress=seen.append
        )
    assert again.to_dict() == whole.to_dict()
    assert (seen[-1].finished, seen[-1].total) == (90, 90)
    assert seen[-1].computed == 20
    refined(tmp_path / "s.db", stubs.broken, points=90, goal="boundary", progress=seen.append)
    assert seen[-1].computed == 0


def test_a_scan_that_was_computed_is_where_it_begins(tmp_path: Path) -> None:
    pytest.importorskip("adaptive")
    values = np.linspace(0.1, 1.1, 6).tolist()
    scan = SQUARE.replace(axes=(Axis("inv_kfa", np.linspace(-0.5, 0.5, 5)), Axis("ratio", values)))
    with Store(tmp_path / "s.db") as store, ThreadPoolExecutor(1) as executor:
        run_scan(scan, store, executor=executor, evaluate=disk)
    table = refined(tmp_path / "s.db", scan=scan, points=32, goal="boundary")
    found = {tuple(p) for p in points(table).tolist()}
    assert len(found) == 32 + 30
    assert set(scan.places()) <= found
    assert volumes(table).sum() == pytest.approx(1.0, rel=1e-12)
    again = refined(tmp_path / "s.db", stubs.broken, scan, points=32, goal="boundary")
    assert again.to_dict() == table.to_dict()


def test_points_that_fail_attract_no_others(tmp_path: Path) -> None:
    for goal in ("map", "boundary"):
        table = refined(tmp_path / "s.db", failing, points=120, goal=goal)
        failed = table.outcomes["rates"] == "failed"
        left = points(table)[:, 0] < CENTRE[0]
        np.testing.assert_array_equal(failed, left)
        # away from the edge of the disk no more are where they begin to fail than on average
        x, y = points(table).T
        near, edge = np.abs(x - CENTRE[0]) < 0.05, np.abs(np.abs(y - CENTRE[1]) - RADIUS) < 0.1
        assert (near & ~edge).mean() < 1.5 * 0.1 * 0.6
        assert set(table.reasons["rates"].values()) == {"ConvergenceError: by design"}
        assert np.isnan(table.columns["linewidth"][failed]).all()


def test_nothing_but_failures_is_spread_evenly(tmp_path: Path) -> None:
    gone = Scan(Parameters(0.0), {"inv_kfa": [-0.5, 0.0], "ratio": [0.1, 1.1]}, ["rates"])
    for goal in ("map", "boundary"):
        table = refined(tmp_path / "s.db", failing, gone, points=60, goal=goal)
        counts, *_ = np.histogram2d(*points(table).T, bins=2)
        assert counts.min() > 60 / 4 / 2


def test_three_axes(tmp_path: Path) -> None:
    table = refined(tmp_path / "s.db", scan=CUBE, points=160, goal="boundary")
    assert table.simplices.shape[1] == 4
    inside = table.outcomes["rates"] == "done"
    np.testing.assert_array_equal(inside, [distance(p) < RADIUS for p in points(table)])
    check_simplices(table, inside)


def test_a_logarithmic_axis_is_divided_at_equal_factors(tmp_path: Path) -> None:
    scan = SQUARE.replace(axes=(SQUARE.axes[0], Axis("gamma_b", (1e-4, 1e-3, 1e-2))))
    table = refined(tmp_path / "s.db", signed, scan, points=60, column="drive")
    assert np.median(table.axes["gamma_b"]) == pytest.approx(1e-3, rel=0.5)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2), st.booleans())
def test_a_place_is_inside_the_box(unit: list[float], power: bool) -> None:
    middle = 0.01 if power else 0.50005
    box = _Box([Axis("inv_kfa", (-0.7, 0.1)), Axis("gamma_b", (1e-4, middle, 1.0))])
    place = box.place(tuple(unit))
    assert -0.7 <= place[0] <= 0.1
    assert 1e-4 <= place[1] <= 1.0
    assert box.unit(place) == pytest.approx(unit, abs=1e-12)


def test_files_of_the_points(tmp_path: Path) -> None:
    table = refined(tmp_path / "s.db", points=40, goal="boundary")
    export(table, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert [(float(r["inv_kfa"]), float(r["ratio"])) for r in rows] == list(
        map(tuple, points(table).tolist())
    )
    assert [r["rates_outcome"] for r in rows] == table.outcomes["rates"].tolist()
    export(table, tmp_path / "t.nc")
    back = load(tmp_path / "t.nc")
    assert isinstance(back, ScatteredTable)
    assert back.to_dict() == table.to_dict()
    data = table.to_xarray()
    assert data["linewidth"].dims == data["inv_kfa"].dims == ("point",)
    assert data["simplices"].dims == ("simplex", "corner")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"points": 3}, "points"),
        ({"goal": "peak"}, "goal"),
        ({"column": "gap"}, "column"),
        ({"quantity": "growth_rate"}, "quantity"),
        ({"together": 0}, "together"),
        ({"scan": SQUARE.replace(axes=SQUARE.axes[:1])}, "axes"),
        ({"scan": SQUARE.replace(neighbours=4)}, "neighbours"),
        (
            {
                "scan": SQUARE.replace(quantities=("modes",), q=0.1),
                "goal": "map",
                "column": "mode_omega",
            },
            "column",
        ),
        (
            {
                "scan": SQUARE.replace(quantities=("growth_rate",)),
                "goal": "map",
                "column": "growth_verdict",
            },
            "column",
        ),
    ],
)
def test_bad_arguments(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        refined(tmp_path / "s.db", **{"points": 40, "goal": "boundary", **changes})


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "adaptive"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "adaptive", None)
    with Store(tmp_path / "s.db") as store, pytest.raises(ImportError, match=r"nambu\[scan\]"):
        refine_scan(SQUARE, store, points=10)
