"""The figures beyond the paper: the growth rate's map, and the boundaries at temperatures."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PolyCollection, QuadMesh
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch

from numerics import Parameters, hydrodynamics, narrow_hydrodynamics, solve_steady_state
from numerics.diagram.plane import phase_diagram
from numerics.errors import NoBoundary
from numerics.figures import growth_map, limit_orders, temperature
from numerics.figures.files import save_table
from numerics.figures.style import COLOURS
from numerics.stability.boundaries import find_boundary


def test_a_mode_grows_just_inside_the_boundary_and_not_outside(tmp_path: Path) -> None:
    diagram = phase_diagram([-1.0, -0.95], kinds=("normal", "B"))
    first = float(diagram.curves["B"].ratio[0])
    data = growth_map.compute(
        inv_kfa=[-1.0, -0.95], ratios=[0.9 * first, 1.1 * first, 0.99], diagram=diagram
    )
    assert data.diagram is diagram
    rate = data.growth.rate
    assert (rate[0] < 0).all()
    assert (rate[1] > 0).all()
    assert np.ma.getmaskarray(rate)[2].all()
    # stable cells and those without a condensate have no colour of the scale, but one of their own
    figure = growth_map.draw(data)
    assert r"p_\mathrm{c} = 100" in figure.get_suptitle()
    for axes in figure.axes[:2]:
        (mesh,) = (part for part in axes.collections if isinstance(part, QuadMesh))
        shown = np.ma.getmaskarray(np.ma.asarray(mesh.get_array()))
        assert shown.reshape(3, 2).tolist() == [[True, True], [False, False], [True, True]]
        # the part without a condensate is filled, too: one polygon
        cells = (part for part in axes.collections if isinstance(part, PolyCollection))
        stable, normal = (part for part in cells if len(part.get_paths()) > 1)
        for some, ratio in ((stable, 0.9 * first), (normal, 0.99)):
            heights = [path.get_extents().intervaly for path in some.get_paths()]
            assert len(heights) == 2
            assert all(low < ratio < high for low, high in heights)
        assert stable.get_hatch() is None
        assert normal.get_hatch()
        assert stable.get_facecolor().tolist() != normal.get_facecolor().tolist()
    (legend,) = figure.legends
    looks = {
        handle.get_label(): (to_rgba(handle.get_facecolor()), handle.get_hatch())
        for handle in legend.legend_handles
        if isinstance(handle, Patch)
    }
    assert len(set(looks.values())) == len(looks) == 3
    assert looks["stable"][0] == tuple(stable.get_facecolor()[0])
    assert looks["no condensate"][1] == normal.get_hatch()
    rows = list(data.rows())
    assert len(rows) == 4
    assert np.isfinite(np.array([row[:6] for row in rows], dtype=float)).all()
    path = save_table(tmp_path / "growth.csv", growth_map.COLUMNS, rows)
    assert len(path.read_text().splitlines()) == 5


def test_lines_begin_at_the_cold_boundary_and_warmth_stabilises(tmp_path: Path) -> None:
    data = temperature.compute(points=4, lines=(("B", 1.0), ("A", 1.0), ("normal", 1.0)))
    for line in data.lines[:2]:
        cold = find_boundary(line.kind, line.inv_kfa)
        assert line.temperatures[0] == 0.0
        assert line.points[0].ratio == pytest.approx(cold.ratio, rel=1e-7)
        # continuous in the limit of low temperatures
        warmer = find_boundary(line.kind, line.inv_kfa, temperature=1e-4, start=cold)
        assert warmer.ratio == pytest.approx(cold.ratio, rel=1e-3)
        assert max(p.ratio for p in line.points) > 10 * cold.ratio
    normal = [p.ratio for p in data.lines[2].points]
    assert (np.diff(normal) < 0).all()
    rows = list(data.rows())
    assert len(rows) == sum(len(line.points) for line in data.lines)
    assert all(len(row) == len(temperature.COLUMNS) for row in rows)
    figure = temperature.draw(data)
    assert r"p_\mathrm{c} = 100" in figure.get_suptitle()
    drawn = figure.axes[0].get_lines()[0]
    assert np.asarray(drawn.get_ydata()).tolist() == [p.ratio for p in data.lines[0].points]
    save_table(tmp_path / "temperature.csv", temperature.COLUMNS, rows)


def test_orders_of_the_limits_start_from_a_diagram_of_their_model() -> None:
    # with this linewidth there is no A at -0.5
    diagram = phase_diagram([0.8, 0.9], kinds=("A",), gamma_b=2e-3)
    given = limit_orders.compute(points=2, diagram=diagram)
    assert {p.boundary.state.paper.gamma_b for p in given.points} == {2e-3}
    for point in given.of("A"):
        at = point.boundary.state.paper
        alone = find_boundary("A", at.inv_kfa, gamma_b=2e-3)
        assert abs(alone.ratio - point.boundary.ratio) <= alone.error + point.boundary.error
        rest = hydrodynamics(solve_steady_state(Parameters(at.inv_kfa, 2e-3)))
        assert point.equilibrium == pytest.approx(float(rest.alpha[0, 0]), rel=1e-9)
    assert [p.boundary.state.parameters.inv_kfa for p in given.of("A")] == [1.0]


def test_orders_of_the_limits_differ_on_the_boundaries_and_agree_in_equilibrium() -> None:
    data = limit_orders.compute(points=2)
    assert [(p.boundary.kind, p.boundary.state.parameters.inv_kfa) for p in data.points] == [
        ("A", -0.5),
        ("A", 1.0),
        ("B", -1.3),
        ("B", 0.5),
    ]
    for point in data.points:
        # with long waves first alpha_11 is small at A, and at B where that comes first
        assert abs(point.alpha11[0]) < 0.2 * point.equilibrium
    last = data.points[-1]
    assert last.alpha11[1] == pytest.approx(last.equilibrium, rel=0.01)
    # at gamma_v = 0 the orders differ by terms of the order of gamma/Delta_0
    state = solve_steady_state(Parameters(0.5))
    assert narrow_hydrodynamics(state).alpha11 == pytest.approx(last.equilibrium, rel=5e-3)
    assert len(list(data.rows())) == 4
    assert all(len(row) == len(limit_orders.COLUMNS) for row in data.rows())
    figure = limit_orders.draw(data)
    assert r"p_\mathrm{c} = 100" in figure.get_suptitle()
    lines = figure.axes[0].get_lines()
    assert np.asarray(lines[0].get_ydata()).tolist() == [
        p.alpha11[0] / p.equilibrium for p in data.of("A")
    ]
    # the edge of the bath is below the lowest excitation at one end of A, above it at the other:
    # with gamma -> 0 first the coefficients diverge in between, and no line crosses that
    assert [point.filled for point in data.of("A")] == [False, True]
    for axes in figure.axes:
        drawn = [
            np.asarray(line.get_xdata()).tolist()
            for line in axes.get_lines()
            if line.get_color() == COLOURS[1] and line.get_marker() == "s"
        ]
        assert drawn == [[-0.5], [1.0]]


def _line_to(end: float, monkeypatch: pytest.MonkeyPatch) -> temperature.TemperatureLine:
    """Follow a made-up boundary that bends at 0.01 and exists up to a temperature."""

    def find(kind: str, inv_kfa: float, *, temperature: float, **_: Any) -> Any:
        if temperature > end:
            raise NoBoundary("beyond")
        parameters = SimpleNamespace(temperature=temperature)
        state = SimpleNamespace(parameters=parameters)
        return SimpleNamespace(kind="C", ratio=max(1.0, 100 * temperature), state=state)

    def near(kind: str, model: Parameters, *_: Any) -> Any:
        return find(kind, model.inv_kfa, temperature=model.temperature)

    monkeypatch.setattr(temperature, "find_boundary", find)
    monkeypatch.setattr(temperature, "boundary_near", near)
    grid = (5e-4 * np.sinh(np.linspace(0, 7, 8))).tolist()
    return temperature.follow_line(grid, 1e-3, 100.0, "C", -2.0)


@pytest.mark.parametrize("end", [1.2e-3, 0.05, 0.2])
def test_ends_of_lines_are_found_to_an_eighth_of_a_step(
    end: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = _line_to(end, monkeypatch)
    assert line.temperatures == sorted(line.temperatures)
    assert line.ends == (line.temperatures[-1],)
    scaled = [math.asinh(2e3 * at) for at in (line.ends[0], end)]
    assert 0 <= scaled[1] - scaled[0] <= 1 / 8


def test_lines_have_more_points_where_they_bend(monkeypatch: pytest.MonkeyPatch) -> None:
    line = _line_to(1.0, monkeypatch)
    assert line.ends == ()
    scaled = np.array([math.asinh(2e3 * at) for at in line.temperatures])
    bend = math.asinh(2e3 * 0.01)
    steps = {round(step, 6) for step in np.diff(scaled).tolist()}
    assert steps == {0.5, 1.0}
    # half-way steps are next to the bend only
    halves = scaled[:-1][np.diff(scaled) < 0.75]
    assert np.abs(halves - bend).max() < 2


def test_the_legend_has_what_marks_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    line = _line_to(0.05, monkeypatch)
    points = tuple(
        SimpleNamespace(
            ratio=point.ratio,
            q=0.01,
            omega=1e-3,
            state=SimpleNamespace(parameters=Parameters(-2.0, temperature=at)),
        )
        for point, at in zip(line.points, line.temperatures, strict=True)
    )
    shown: Any = temperature.TemperatureLine("C", -2.0, points, line.ends)
    data = temperature.TemperatureData(1e-3, 100.0, (shown,))
    figure = temperature.draw(data)
    (legend,) = figure.legends
    entries = dict(zip([t.get_text() for t in legend.get_texts()], legend.get_lines(), strict=True))
    marks = [ln for axes in figure.axes for ln in axes.get_lines() if ln.get_marker() == "x"]
    assert len(marks) == 3
    assert entries["a line ends"].get_marker() == "x"
