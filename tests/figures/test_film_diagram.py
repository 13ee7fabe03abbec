"""The phase diagram in two dimensions: its table, its picture, and its decisive points again."""

import math
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from numerics import (
    Bands,
    Contact,
    Model,
    Reservoir,
    find_boundary,
    growth_rate,
    solve_steady_state,
)
from numerics.figures import film_diagram
from numerics.figures.files import save_table
from numerics.response.determinant import static_stiffness
from numerics.results import DECAYS, GROWS
from tests.numerics.support import brute_force_matrices as brute


@pytest.fixture(scope="module")
def data() -> film_diagram.FilmDiagram:
    return film_diagram.compute(bindings=(1.0, 1.5))


def test_boundaries_are_in_order_and_in_the_table(
    data: film_diagram.FilmDiagram, tmp_path: Path
) -> None:
    a, b, c, normal = (data.curve(kind)[1] for kind in ("A", "B", "C", "normal"))
    # on this side static modes of q > 0 grow first, just before those of long waves
    assert (b < a).all()
    assert (a < 1.02 * b).all()
    assert (b < 0.1 * normal).all()
    assert np.isnan(c).all()
    rows = list(data.rows())
    assert len(rows) == 6
    path = save_table(tmp_path / "film.csv", film_diagram.COLUMNS, rows, data.about())
    assert "# dimension: 2" in path.read_text().splitlines()


def test_picture(data: film_diagram.FilmDiagram) -> None:
    figure = film_diagram.draw(data)
    assert isinstance(figure, Figure)
    upper, lower = figure.axes
    drawn = {str(line.get_label()): np.asarray(line.get_ydata()) for line in upper.get_lines()}
    assert (drawn[film_diagram.LABELS["B"]] == data.curve("B")[1]).all()
    # nothing is shaded where it has not been looked for
    assert not upper.patches
    assert "binding energy" in lower.get_xlabel()


@pytest.mark.slow
def test_a_mode_begins_to_grow_at_the_boundary(data: film_diagram.FilmDiagram) -> None:
    boundary = data.columns[0].ratio("B")
    for factor, verdict in ((0.98, DECAYS), (1.02, GROWS)):
        state = solve_steady_state(film_diagram.film_model(1.0, factor * boundary))
        assert growth_rate(state).verdict == verdict


@pytest.mark.slow
def test_the_determinant_vanishes_by_brute_force() -> None:
    # on the BEC side of a broad film, where three nested integrals over 2x2 matrices take seconds
    rate, along = 0.1, "reservoirs.drain.rate"

    def film(decay: float) -> Model:
        reservoirs = (Reservoir("bath", rate), Reservoir.empty("drain", decay))
        return Model(Contact(binding=3.0), reservoirs, 5.0, bands=Bands(2))

    boundary = find_boundary("B", film(1e-3), along=along, values=(1e-3, 0.05))
    assert boundary.state.mu < 0
    determinants = []
    for factor in (0.9, 1.0, 1.1):
        state = solve_steady_state(film(factor * boundary.value))
        found = brute.response(brute.Matrices.of(state), boundary.q, 0.0, subtracted=0.5)[1:3, 1:3]
        # what diverges is the sum over 2/(2 p**2 + 1)
        determinants.append(np.linalg.det(found + math.log(3.0) / (4 * math.pi) * np.eye(2)).real)
    before, at, beyond = determinants
    assert before > 0 > beyond
    assert abs(at) < 1e-4 * (before - beyond)


@pytest.mark.slow
def test_re_entrance_and_the_moving_mode() -> None:
    found = film_diagram.compute(bindings=(0.02,), regions=True).columns[0]
    first, normal = found.ratio("C"), found.ratio("normal")
    assert first < found.ratio("B")
    assert math.isnan(found.ratio("A"))
    assert found.unstable is not None
    ((low, high),) = found.unstable
    assert low == pytest.approx(first, rel=1e-8)
    # stable again before the condensate ends
    assert 0.99 * normal < high < normal
    for ratio, verdict in (
        (0.98 * first, DECAYS),
        (1.02 * first, GROWS),
        (0.99 * high, GROWS),
        ((high + normal) / 2, DECAYS),
    ):
        state = solve_steady_state(film_diagram.film_model(0.02, ratio))
        assert growth_rate(state).verdict == verdict


@pytest.mark.slow
def test_stable_again_beyond_the_last_static_mode() -> None:
    """Those of long waves end 5e-8 of the drive before one of a wave number of 8e-4."""
    (column,) = film_diagram.compute(bindings=(4.0,), regions=True).columns
    ((_, end),) = column.unstable
    waves, lowest = np.geomspace(2e-4, 3e-3, 40), []
    for ratio in (end * (1 - 2e-8), end * (1 + 2e-8)):
        state = solve_steady_state(film_diagram.film_model(4.0, ratio))
        value, error = static_stiffness(state, waves, 1e-11)
        k = int(np.argmin(value))
        assert error[k] < abs(value[k])
        lowest.append(value[k])
    assert lowest[0] < 0 < lowest[1]
