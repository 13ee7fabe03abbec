"""How boundaries move with the ratio of the masses: the figure, and its decisive points."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from numerics import find_boundary, growth_rate, solve_steady_state
from numerics.figures import mass_ratio
from numerics.figures.mass_ratio import RATE, mass_model
from numerics.tables import model_of


@pytest.fixture(scope="module")
def found() -> mass_ratio.MassRatioData:
    return mass_ratio.compute(0.3, lines=[("A", 1.0)], largest=1.6)


def test_it_begins_at_the_boundary_of_the_paper(found: mass_ratio.MassRatioData) -> None:
    (line,) = found.lines
    expected = find_boundary("A", 1.0)
    assert line.line.values[0].tolist() == pytest.approx([1.0, 1e-3 * expected.ratio], rel=1e-9)
    assert line.line.status == "complete"


def test_rows_and_picture(found: mass_ratio.MassRatioData) -> None:
    rows = list(found.rows())
    assert all(len(row) == len(mass_ratio.COLUMNS) for row in rows)
    columns = dict(zip(mass_ratio.COLUMNS, zip(*rows, strict=True), strict=True))
    assert (np.array(columns["relative error"]) < 1e-6).all()
    assert model_of(found, mass_ratio.COLUMNS)["gamma_b"] == 1e-3
    ratio, wave = mass_ratio.draw(found).axes
    drawn = ratio.lines[0].get_xydata()
    assert drawn[:, 0].tolist() == list(columns["m_h/m_e"])
    assert drawn[:, 1] == pytest.approx(columns["gamma_v/gamma_b"])
    assert ratio.get_ylabel() == r"decay rate $\gamma_\mathrm{v}/\gamma_\mathrm{b}$"
    assert wave.get_xlabel() == r"ratio of the masses $m_\mathrm{h}/m_\mathrm{e}$"


#: Decisive points of the figure in full: kind, interaction strength, ratio, and where to look.
DECISIVE = (
    ("B", -1.0, 3.0, (1.9e-5, 2.3e-5)),
    ("B", -1.0, 8.0, (8e-5, 9e-5)),
    ("C", -1.0, 1.5, (2.1e-5, 2.2e-5)),
    ("C", -1.0, 2.37, (2e-5, 2.5e-5)),
    ("C", -1.0, 8.0, (8e-5, 1.1e-4)),
    ("B", 0.0, 3.0, (5e-6, 6.5e-6)),
    ("B", 0.0, 8.0, (3.2e-5, 3.7e-5)),
    ("A", 1.0, 2.3, (1e-6, 1.6e-6)),
    ("A", 1.0, 8.0, (4.5e-6, 6e-6)),
)


@pytest.mark.slow
def test_both_parts_of_c_end_where_it_is_static() -> None:
    data = mass_ratio.compute(0.2, lines=[("C", -1.0)])
    first, second = data.lines
    assert first.begin is None
    ends = [first.end, second.begin, second.end]
    assert [end.values[0] for end in ends if end] == pytest.approx([2.388, 5.520, 9.936], abs=1e-3)
    static = [row for row in data.rows() if row[4] == "static end"]
    assert [row[7] for row in static] == [0.0, 0.0, 0.0]
    ratio, wave = mass_ratio.draw(data).axes
    for axes in (ratio, wave):
        assert sum(line.get_marker() == "D" for line in axes.lines) == 3


@pytest.mark.slow
def test_a_window_of_stable_states() -> None:
    """Between both folds at unitarity, where there are three boundaries."""
    rates = (4.5e-6, 7e-6, 1.3e-5, 2e-5)
    states = (solve_steady_state(mass_model(0.0, 3.95, rate)) for rate in rates)
    verdicts = [growth_rate(state).verdict for state in states]
    assert verdicts == ["decays", "grows", "decays", "grows"]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "inv_kfa", "ratio", "values"), DECISIVE)
def test_decisive_points(
    kind: str, inv_kfa: float, ratio: float, values: tuple[float, float]
) -> None:
    """A mode grows beyond that does not before; and exchanged carriers have the same boundary.

    Modes are counted by the argument of det M along the real axis, not by what vanishes there.
    """
    there = find_boundary(kind, mass_model(inv_kfa, ratio, 1e-5), along=RATE, values=values)
    mirrored = find_boundary(kind, mass_model(inv_kfa, 1 / ratio, 1e-5), along=RATE, values=values)
    assert abs(there.value - mirrored.value) <= there.error + mirrored.error
    model = there.state.parameters
    bath, vacuum = model.reservoirs
    verdicts = []
    for factor in (0.97, 1.03):
        moved = dataclasses.replace(vacuum, rate=factor * there.value)
        state = solve_steady_state(model.replace(reservoirs=(bath, moved)))
        verdicts.append(growth_rate(state).verdict)
    # C at -1 lies beyond B, where a static mode grows already
    expected = ["grows", "grows"] if kind == "C" else ["decays", "grows"]
    assert verdicts == expected
