"""Figs. 5 and 8 show the boundaries and the coefficients that they are given."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from numerics.diagram.plane import phase_diagram
from numerics.diagram.results import PhaseDiagram
from numerics.figures import coefficients
from numerics.figures import phase_diagram as figure_5
from numerics.figures.files import save_table
from numerics.stability.boundaries import find_boundary


@pytest.fixture(scope="module")
def diagram() -> PhaseDiagram:
    return phase_diagram([-1.32, -1.30], kinds=("normal", "A", "B", "C", "alpha11", "beta22"))


def _lines(figure: Figure, panel: int) -> dict[str, np.ndarray]:
    return {
        str(line.get_label()): np.asarray(line.get_xydata())
        for line in figure.axes[panel].get_lines()
    }


def test_fig05_draws_each_boundary(diagram: PhaseDiagram, tmp_path: Path) -> None:
    data = figure_5.PhaseDiagramData(diagram)
    figure = figure_5.draw(data)
    assert r"p_\mathrm{c} = 100" in figure.get_suptitle()
    lines = _lines(figure, 0)
    for kind in ("B", "C", "normal"):
        drawn = lines[figure_5.LABELS[kind]]
        assert drawn[:, 0].tolist() == diagram.curves[kind].inv_kfa.tolist()
        assert drawn[:, 1].tolist() == diagram.curves[kind].ratio.tolist()
    assert figure_5.LABELS["A"] not in lines
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert {"N", "Stable BEC", "Unstable BEC"} <= set(texts)
    assert any(text.startswith("B = C") for text in texts)
    rows = list(data.rows())
    assert len(rows) == sum(curve.ratio.size for curve in diagram.curves.values())
    path = save_table(tmp_path / "fig05.csv", figure_5.COLUMNS, rows)
    assert len(path.read_text().splitlines()) == len(rows) + 1


def test_the_first_boundary_is_the_lower_one(diagram: PhaseDiagram) -> None:
    inv, first = figure_5.first_boundary(diagram)
    (meeting,) = diagram.meetings
    assert inv.tolist() == [-1.32, meeting.inv_kfa, -1.30]
    b, c = (diagram.curves[kind].ratio for kind in "BC")
    assert first.tolist() == [c[0], meeting.ratio, b[1]]
    assert c[0] < b[0]
    assert b[1] < c[1]


def test_fig08_draws_the_sign_changes(diagram: PhaseDiagram, tmp_path: Path) -> None:
    data = coefficients.compute(diagram, points=9)
    figure = coefficients.draw(data)
    assert data.diagram is diagram
    assert r"p_\mathrm{c} = 100" in figure.get_suptitle()
    first, second = data.sweeps
    # at +1 only alpha_11 changes its sign, next to the boundary A; at -1 both do, below B
    assert first.alpha11[0] > 0 > first.alpha11[-1]
    assert (first.beta22 > 0).all()
    for values, kind in ((second.alpha11, "alpha11"), (second.beta22, "beta22")):
        zero = np.interp(0, -values, second.ratios)
        assert zero == pytest.approx(find_boundary(kind, -1.0).ratio, rel=0.05)
        assert find_boundary(kind, -1.0).ratio < second.boundary.ratio
    assert first.boundary.ratio == pytest.approx(3.1e-3, rel=0.02)
    assert second.boundary.ratio == pytest.approx(2.1e-2, rel=0.02)
    lines = list(_lines(figure, 0).values())
    assert lines[0][:, 1].tolist() == first.alpha11.tolist()
    zeros = _lines(figure, 2)
    assert (
        zeros[figure_5.LABELS["alpha11"]][:, 1].tolist() == diagram.curves["alpha11"].ratio.tolist()
    )
    assert all("beta" in axes.get_ylabel() for axes in figure.axes[:2])
    # beyond a fold beta_22 = 0 goes on in the same line
    beyond = tuple(found.state for found in second.found[1:3])
    folded = dataclasses.replace(data, folded=beyond)
    line = _lines(coefficients.draw(folded), 2)[figure_5.LABELS["beta22"]]
    curve = diagram.curves["beta22"]
    assert line[:, 0].tolist() == [*curve.inv_kfa.tolist(), -1.0, -1.0]
    assert line[:, 1].tolist() == [
        *curve.ratio.tolist(),
        *(state.parameters.ratio for state in beyond),
    ]
    assert len(list(folded.rows())) == len(list(data.rows())) + 2
    path = save_table(tmp_path / "fig08.csv", coefficients.COLUMNS, data.rows())
    assert len(path.read_text().splitlines()) > 2 * 9
