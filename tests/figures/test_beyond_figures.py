"""The figures beyond the paper: the growth rate's map, and the boundaries at temperatures."""

from pathlib import Path

import numpy as np
import pytest

from numerics import Parameters, narrow_hydrodynamics, solve_steady_state
from numerics.boundaries import find_boundary
from numerics.diagram import phase_diagram
from numerics.figures import growth_map, limit_orders, temperature
from numerics.figures.files import save_table


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
    # stable cells and those without a condensate are blank, in each of the panels
    figure = growth_map.draw(data)
    for axes in figure.axes[:2]:
        shown = np.ma.getmaskarray(np.ma.asarray(axes.collections[0].get_array()))
        assert shown.reshape(3, 2).tolist() == [[True, True], [False, False], [True, True]]
    rows = list(data.rows())
    assert len(rows) == 4
    assert np.isfinite(np.array([row[:6] for row in rows], dtype=float)).all()
    path = save_table(tmp_path / "growth.csv", growth_map.COLUMNS, rows)
    assert len(path.read_text().splitlines()) == 5


def test_lines_begin_at_the_cold_boundary_and_warmth_stabilises(tmp_path: Path) -> None:
    data = temperature.compute(points=7, lines=(("B", 1.0), ("A", 1.0), ("normal", 1.0)))
    for line in data.lines[:2]:
        cold = find_boundary(line.kind, line.inv_kfa)
        assert line.temperatures[0] == 0.0
        assert line.points[0].ratio == pytest.approx(cold.ratio, rel=1e-7)
        # continuous in the limit of low temperatures
        warmer = find_boundary(line.kind, line.inv_kfa, temperature=1e-4)
        assert warmer.ratio == pytest.approx(cold.ratio, rel=1e-3)
        assert max(p.ratio for p in line.points) > 10 * cold.ratio
    normal = [p.ratio for p in data.lines[2].points]
    assert (np.diff(normal) < 0).all()
    rows = list(data.rows())
    assert len(rows) == sum(len(line.points) for line in data.lines)
    assert all(len(row) == len(temperature.COLUMNS) for row in rows)
    drawn = temperature.draw(data).axes[0].get_lines()[0]
    assert np.asarray(drawn.get_ydata()).tolist() == [p.ratio for p in data.lines[0].points]
    save_table(tmp_path / "temperature.csv", temperature.COLUMNS, rows)


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
    lines = limit_orders.draw(data).axes[0].get_lines()
    assert np.asarray(lines[0].get_ydata()).tolist() == [
        p.alpha11[0] / p.equilibrium for p in data.of("A")
    ]
