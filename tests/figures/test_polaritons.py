"""The diagram of driven polaritons: what is drawn, and its decisive points by other routes."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from numerics import SteadyState, find_boundary, hydrodynamics, solve_steady_state
from numerics.figures import polaritons
from numerics.figures.files import save_table
from numerics.figures.polaritons import Cut, PolaritonData, polariton_model
from numerics.stability.threshold import LaserThreshold
from tests.numerics.support import brute_force_response


@pytest.fixture(scope="module")
def data() -> PolaritonData:
    """Return two detunings at which nothing is computed, and the diffusive mode that is."""

    def limit(detuning: float, loss: float) -> LaserThreshold:
        return LaserThreshold(0.0, loss, detuning, 0.9, 1e-12)

    state = solve_steady_state(polariton_model(1.2, 4e-4))
    cuts = (
        Cut(0.5, limit(0.5, 0.01), limit(0.5, 0.015), (), ((1e-3, math.inf),)),
        Cut(1.5, limit(1.5, 0.015), limit(1.5, 0.015), (), ((1e-3, 1e-2),)),
    )
    gains = ((limit(0.4, 0.01), limit(0.4, 0.0)),) * 3
    waves = np.geomspace(1e-3, 1e-2, 3)
    modes = polaritons.diffusive(waves, 1e-3, 0.01)
    return PolaritonData(cuts, gains, state, waves, modes, 1e-3, 0.01)


def test_everything_is_drawn(data: PolaritonData) -> None:
    figure = polaritons.draw(data)
    diagram, gain, modes = figure.axes
    words = [text.get_text() for text in diagram.get_legend().get_texts()]
    assert words[0] == "unstable"
    assert any("end of the condensate" in x for x in words)
    normal = next(line for line in diagram.lines if "end of" in str(line.get_label()))
    assert np.array(normal.get_ydata()).tolist() == [0.01, 0.015]
    assert len(gain.get_legend().get_texts()) == 3
    assert modes.get_xscale() == "log"


def test_the_table_says_what_the_model_is(data: PolaritonData, tmp_path: Path) -> None:
    path = save_table(tmp_path / "p.csv", polaritons.COLUMNS, data.rows(), data.about())
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("#"))
    assert head["g"] == "0.7"
    assert head["cutoff"] == "10.0"
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) == 2 * 2 + 3 * 2 + 3 * 2
    assert {row["panel"] for row in rows} == {"diagram", "gain", "mode"}


def brute_matrix(state: SteadyState, q: float) -> np.ndarray:
    """M(q, 0) straight from the matrices, with the photon written out here."""
    (bath,), photon = state.parameters.reservoirs, state.parameters.coupling
    model = brute_force_response.Model(
        state.gap, state.mu, state.edge, bath.rate, 0.0, bath.temperature, 0.0
    )
    found = brute_force_response.fluctuation_matrix(model, q, 0.0)
    energy = photon.detuning + q**2 / (2 * photon.mass) - 2 * state.mu
    lost = -2 * photon.loss / photon.g**2
    return found + np.array([[2 * energy / photon.g**2, lost], [-lost, 2 * energy / photon.g**2]])


@pytest.mark.slow
def test_what_is_computed_is_what_other_routes_find() -> None:
    found = polaritons.compute(3, waves=6)
    assert len(found.cuts) == 3
    for cut in found.cuts:
        # the laser limit of the normal state is where the order parameter vanishes
        ends = (0.5 * cut.uniform.loss, 2 * cut.uniform.loss)
        model = polariton_model(cut.detuning)
        end = find_boundary("normal", model, along="coupling.loss", values=ends)
        assert end.value == pytest.approx(cut.uniform.loss, rel=1e-7)
        assert cut.best.loss >= cut.uniform.loss
    # the sign of the growth rate on either side of each edge
    checked = list(polaritons.decisive(found))
    assert checked
    for edge, below, above in checked:
        first, second = ("decays", "grows") if edge.direction == "above" else ("grows", "decays")
        assert (below, above) == (first, second)
    # where the modes are slow they are those of the formula, whose numbers come from (46)
    form = polaritons.diffusive(found.waves[:2], found.damping, found.squared_velocity)
    slow, fast = found.modes[:2, 0], found.modes[:2, 1]
    assert slow == pytest.approx(form[:, 0], rel=2e-2)
    assert fast == pytest.approx(form[:, 1], rel=2e-2)


@pytest.mark.slow
def test_the_first_boundary_by_brute_force() -> None:
    # det M(q, 0)/q**2 at a small q changes its sign there: M straight from the matrices
    edge = find_boundary("A", polariton_model(1.2), along="coupling.loss", values=(2e-4, 8e-4))
    signs = []
    for factor in (0.9, 1.1):
        loss = factor * edge.value
        state = solve_steady_state(polariton_model(1.2, loss))
        m = brute_matrix(state, 2e-3)
        signs.append(np.sign((m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]).real))
    assert signs == [1, -1]
    assert hydrodynamics(edge.state).stiffness == pytest.approx(0, abs=1e-9)
