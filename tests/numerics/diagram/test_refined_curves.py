"""Points that are added to the curves of the phase diagram: where they bend, and rightly."""

import numpy as np
import pytest

from numerics.diagram.curves import run_task
from numerics.diagram.plane import phase_diagram
from numerics.diagram.refined_curves import halved, refined
from numerics.diagram.results import PhaseDiagram
from numerics.stability.boundaries import find_boundary

TOLERANCE = 0.03


@pytest.fixture(scope="module")
def coarse() -> PhaseDiagram:
    """Where alpha_11 = 0 bends most, and beta_22 = 0 ends."""
    return phase_diagram([0.2, 0.7, 1.2], kinds=("alpha11", "beta22"))


@pytest.fixture(scope="module")
def fine(coarse: PhaseDiagram) -> PhaseDiagram:
    return refined(coarse, TOLERANCE, lambda tasks: [run_task(task) for task in tasks])


@pytest.mark.parametrize("bend", [0.5, 2.0, -2.0])
def test_a_parabola_ishalved_where_its_chord_is_off(bend: float) -> None:
    x = np.array([0.0, 1.0, 1.5, 3.5])
    # the chord across a step h is off by |bend| h**2/8 in its middle
    y = 3 - 2 * x + bend * x**2 / 2
    for tolerance in (0.001, 0.1, 0.2, 0.5, 2.0):
        steps = np.diff(x)
        off = abs(bend) * steps**2 / 8 > tolerance * (1 + 1e-12)
        assert halved(x, y, tolerance) == (x[:-1] + steps / 2)[off].tolist()


def test_corners_and_what_is_far_apart_are_left_alone() -> None:
    x = np.arange(5.0)
    y = np.abs(x - 2)
    none = np.zeros(5, dtype=bool)
    everywhere = np.ones(4, dtype=bool)
    assert halved(x, y, 0.1, near=everywhere, kinks=none) == [1.5, 2.5]
    assert halved(x, y, 0.1, near=everywhere, kinks=x == 2) == []
    assert halved(x, y, 0.1, near=x[:-1] > 1, kinks=none) == [2.5]


def test_points_are_added_and_none_is_changed(coarse: PhaseDiagram, fine: PhaseDiagram) -> None:
    for kind, curve in coarse.curves.items():
        more = fine.curves[kind]
        assert set(more.inv_kfa) > set(curve.inv_kfa)
        at = np.isin(more.inv_kfa, curve.inv_kfa)
        assert more.ratio[at].tolist() == curve.ratio.tolist()
        assert (np.diff(more.inv_kfa) > 0).all()
    (piece, end) = coarse.curves["beta22"].ends[0]
    assert piece == 1
    # beta_22 = 0 reaches its end, where the other curve has a point as well
    assert fine.curves["beta22"].ratio[-1] == end.point.ratio
    assert end.inv_kfa in fine.curves["alpha11"].inv_kfa
    assert fine.inv_kfa.tolist() == fine.curves["alpha11"].inv_kfa.tolist()


def test_straight_lines_between_the_points_are_good_enough(fine: PhaseDiagram) -> None:
    curve = fine.curves["alpha11"]
    steps = np.diff(curve.inv_kfa)
    # the widest step, and the one across which the ratio changes most
    for k in {int(steps.argmax()), int(np.diff(curve.ratio).argmin())}:
        line = np.sqrt(curve.ratio[k] * curve.ratio[k + 1])
        exact = find_boundary("alpha11", float(curve.inv_kfa[k] + steps[k] / 2)).ratio
        # second differences over two steps tell the error to a factor of about two
        assert abs(np.log(line / exact)) < 2 * TOLERANCE
    # those that were there before are not
    known = np.isin(curve.inv_kfa, [0.2, 0.7, 1.2])
    line = np.exp(np.interp(curve.inv_kfa, curve.inv_kfa[known], np.log(curve.ratio[known])))
    assert np.abs(np.log(line / curve.ratio)).max() > 3 * TOLERANCE
