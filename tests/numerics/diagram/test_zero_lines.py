"""Lines on which a coefficient vanishes, followed round the folds of the interaction strength."""

import numpy as np
import pytest

from numerics import SteadyState, hydrodynamics
from numerics.diagram.zero_lines import zero_line
from numerics.stability.boundaries import find_boundary
from numerics.steady.solution import solve_nearby


@pytest.fixture(scope="module")
def line() -> tuple[SteadyState, ...]:
    """beta_22 = 0 from before its fold at 0.445 on."""
    return zero_line("beta22", find_boundary("beta22", 0.43).state, (0.0, 1.0), points=12)


def beta(state: SteadyState) -> float:
    return float(hydrodynamics(state).beta[1, 1])


def moved(state: SteadyState, factor: float) -> SteadyState:
    decay = state.parameters.gamma_v * factor
    return solve_nearby(state.parameters.replace(gamma_v=decay), state)


def test_the_coefficient_vanishes_along_the_line(line: tuple[SteadyState, ...]) -> None:
    assert len(line) == 12
    for state in line[1:]:
        # across the line it changes by its gradient times the error of a point, 4e-8 in the ratio
        change = max(abs(beta(moved(state, factor))) for factor in (0.99, 1.01))
        assert abs(beta(state)) < 1e-4 * change


def test_the_line_turns_back_where_two_zeros_meet(line: tuple[SteadyState, ...]) -> None:
    inv = np.array([state.parameters.inv_kfa for state in line])
    ratio = np.array([state.parameters.ratio for state in line])
    fold = int(inv.argmax())
    assert 0 < fold < len(line) - 1
    assert (np.diff(inv[: fold + 1]) > 0).all()
    assert (np.diff(inv[fold:]) < 0).all()
    assert (np.diff(ratio) > 0).all()
    # before it, it is the first zero along the drive, through which beta_22 falls
    assert ratio[1] == pytest.approx(find_boundary("beta22", inv[1]).ratio, rel=1e-6)
    assert beta(moved(line[1], 0.999)) > 0 > beta(moved(line[1], 1.001))
    # and beyond, the second one, through which it rises
    assert beta(moved(line[-1], 0.999)) < 0 < beta(moved(line[-1], 1.001))


def test_the_line_ends_within_the_limits(line: tuple[SteadyState, ...]) -> None:
    inv = [state.parameters.inv_kfa for state in line]
    short = zero_line("beta22", line[0], (0.0, (inv[1] + inv[2]) / 2), points=12)
    assert [state.parameters.inv_kfa for state in short] == inv[:2]
    back = zero_line("beta22", line[0], (0.0, 1.0), rising=False, points=3)
    assert back[0].parameters.inv_kfa > back[1].parameters.inv_kfa > back[2].parameters.inv_kfa


def test_another_kind_is_refused(line: tuple[SteadyState, ...]) -> None:
    with pytest.raises(ValueError, match="kind"):
        zero_line("normal", line[0], (0.0, 1.0))
