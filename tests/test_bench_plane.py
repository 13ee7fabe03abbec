"""What compares a scanned plane with its boundaries finds where modes begin to grow."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench_plane import PLANES, Crossing, crossing, told

RATIOS = np.array([0.01, 0.02, 0.04, 0.08])


def test_modes_begin_to_grow_between_two_points() -> None:
    rates = np.array([-1e-9, -3e-3, 1e-3, np.nan])
    found = crossing(RATIOS, rates, ["decays", "decays", "grows", ""])
    assert found is not None
    assert (found.below, found.above) == (0.02, 0.04)
    # three quarters of a factor of two
    assert found.between == pytest.approx(0.02 * 2**0.75, rel=1e-15)
    assert crossing(RATIOS, rates, ["decays"] * 4) is None
    assert crossing(RATIOS, rates, ["grows"] * 4) is None


def test_a_boundary_elsewhere_is_told() -> None:
    at = Crossing(0.02, 0.04, 0.03)
    *_, last = told([(0.0, 0.03, at), (1.0, np.nan, at), (2.0, 0.03, None)], np.log(2.0))
    assert last == "1 columns: at most 0.00 steps apart, 0 outside"
    lines = told([(0.0, 0.05, at), (1.0, 0.02 * (1 - 1e-12), at)], np.log(2.0))
    assert lines[0].endswith("steps)  OUTSIDE")
    assert lines[-1].endswith(" 1 outside")


@pytest.mark.parametrize("name", PLANES)
def test_planes_are_scans_that_begin_with_the_coupling(name: str) -> None:
    plane = PLANES[name](4)
    assert plane.scan.shape == (4, 4)
    drives = np.array(plane.scan.axes[1].values) / plane.unit
    assert drives[[0, -1]] == pytest.approx(plane.drives, rel=1e-15)
