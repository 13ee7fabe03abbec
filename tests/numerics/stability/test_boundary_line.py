"""A boundary in the plane of two parameters: the same points as one by one, past its folds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from numerics import Bands, Contact, Model, Reservoir, find_boundary
from numerics.results import Status
from numerics.stability.boundary_line import boundary_line
from numerics.stability.boundary_search import Boundary
from numerics.steady.curve import with_parameter

RATE, RATIO = "reservoirs.vacuum.rate", "bands.ratio"
BATH, VACUUM = Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 6e-6)


def model(ratio: float) -> Model:
    return Model(Contact(0.0), [BATH, VACUUM], bands=Bands.of_ratio(ratio), neutral=True)


@pytest.fixture(scope="module")
def start() -> Boundary:
    return find_boundary("A", model(3.8), along=RATE, values=(4.5e-6, 6e-6))


def test_a_line_that_turns_back(start: Boundary) -> None:
    line = boundary_line(start, RATIO, (3.85, 4.05))
    assert line.status is Status.COMPLETE
    ratios = line.values[:, 0]
    # it turns back twice on the way, always to larger rates
    turns = np.diff(np.sign(np.diff(ratios)))
    assert turns[turns != 0].tolist() == [-2, 2]
    assert (np.diff(line.values[2:, 1]) > 0).all()
    assert ratios[-1] > 4.05
    # one of its points between both folds, found by a search along the rate
    k = int(np.argmin(turns)) + 2
    other = with_parameter(start.state.parameters, RATIO, float(ratios[k]))
    rate = float(line.values[k, 1])
    found = find_boundary("A", other, along=RATE, values=(0.95 * rate, 1.05 * rate))
    assert found.value == pytest.approx(rate, rel=1e-6)


def test_a_line_to_smaller_values(start: Boundary) -> None:
    line = boundary_line(start, RATIO, (3.6, 3.85))
    assert line.status is Status.COMPLETE
    assert (np.diff(line.values[:, 0]) < 0).all()
    assert line.values[-1, 0] < 3.6


def test_next_to_another_one(start: Boundary) -> None:
    moved = find_boundary("A", model(3.7), along=RATE, start=start)
    expected = find_boundary("A", model(3.7), along=RATE, values=(5e-6, 5.6e-6))
    assert abs(moved.value - expected.value) <= moved.error + expected.error
    assert moved.state.parameters.bands.ratio == pytest.approx(3.7)


def test_what_is_no_start_says_so(start: Boundary) -> None:
    with pytest.raises(ValueError, match=r"start = .* a boundary of the same kind"):
        find_boundary("B", model(3.7), along=RATE, start=start)
    with pytest.raises(ValueError, match=r"across = .bands\.width. is outside"):
        boundary_line(start, "bands.width", (1.0, 2.0))
    with pytest.raises(ValueError, match=r"start = 'own' is outside its domain: A, B, C"):
        boundary_line(dataclasses.replace(start, kind="own"), RATIO, (1.0, 2.0))


@pytest.mark.slow
def test_a_line_whose_mode_comes_to_rest() -> None:
    other = Model(Contact(-1.0), [BATH, VACUUM], bands=Bands.of_ratio(2.15), neutral=True)
    start = find_boundary("C", other, along=RATE, values=(2.1e-5, 2.3e-5))
    line = boundary_line(start, RATIO, (2.0, 3.0), longest=0.03)
    assert line.status is Status.COMES_TO_REST
    assert line.end is not None
    assert line.end.values[0] == pytest.approx(2.3878, abs=1e-3)
    # the points lead to it
    ratios, squares = line.values[:, 0], np.array([p.omega**2 for p in line.boundaries])
    assert (np.diff(ratios) > 0).all()
    assert ratios[-1] < line.end.values[0] < 1.03 * ratios[-1]
    assert (np.diff(squares) < 0).all()
    # where the square of the frequency, which is smooth there, vanishes by extrapolation: what that
    # misses is a small part of the way
    beyond = np.polynomial.Polynomial.fit(squares[-4:], ratios[-4:], 3)(0.0)
    assert beyond == pytest.approx(line.end.values[0], abs=0.05 * (line.end.values[0] - ratios[-1]))
