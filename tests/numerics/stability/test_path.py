"""States along a path: those of its parts, and those close to where the condensate ends."""

import math

import pytest

from numerics import Bands, Contact, Model, NoCondensate, Reservoir, growth_rate, solve_steady_state
from numerics.response.uniform_limit import static_limit
from numerics.stability.boundary_search import first_of
from numerics.stability.conditions import NORMAL
from numerics.stability.edges import line_along
from numerics.stability.path import Path, curve_path

ALONG = "reservoirs.drain.rate"


@pytest.fixture(scope="module")
def path() -> Path:
    reservoirs = (Reservoir("bath", 1e-3), Reservoir.empty("drain", 1e-5))
    model = Model(Contact(binding=0.05), reservoirs, bands=Bands(2))
    return curve_path(model, ALONG, (1e-5, 1.2e-3))


def test_states_up_to_the_end(path: Path) -> None:
    found = first_of(NORMAL, path, both=True)
    assert found is not None
    assert path.end is not None
    # the order parameter falls by a factor of hundred there
    for below in (0.1, 1e-2, 1e-4):
        state = path.state(math.log(found.value) - below)
        expected = solve_steady_state(state.parameters)
        assert abs(state.gap - expected.gap) <= state.error[0] + expected.error[0]
        assert abs(state.mu - expected.mu) <= state.error[1] + expected.error[1]
    # a millionth before it
    assert found.state.gap**2 == pytest.approx(
        path.state(math.log(found.value) - 1e-4).gap ** 2 / 100, rel=0.02
    )


def test_a_part_shares_the_states(path: Path) -> None:
    part = path.between((2e-5, 4e-4))
    assert part.end is None
    assert part.known is path.known
    assert part.value(part.grid[0]) == pytest.approx(2e-5, rel=1e-15)
    assert part.value(part.grid[-1]) == pytest.approx(4e-4, rel=1e-15)
    assert set(part.grid[1:-1]) <= set(path.grid)
    # a short one has places of its own
    assert len(path.between((1e-4, 1.1e-4)).grid) == 10
    # up to where the condensate ends
    whole = path.between((9e-4, 2e-3))
    assert path.end is not None
    assert whole.end == path.end
    assert 0 < path.end.value - whole.value(whole.grid[-1]) < 2e-6 * path.end.value
    with pytest.raises(NoCondensate, match=r"from 0.001 to 0.002"):
        path.between((1e-3, 2e-3))


def test_the_edge_next_to_the_end_is_that_of_long_waves(path: Path) -> None:
    assert path.end is not None
    line = line_along(path.between((9e-4, 0.9999 * path.end.value)))
    ((low, high),) = line.unstable
    (edge,) = line.edges
    assert (edge.kind, edge.direction, edge.value) == ("A", "below", high)
    assert low == pytest.approx(9e-4, rel=1e-15)
    # a mode that moves grows fastest a little before
    assert growth_rate(path.state(math.log(0.99 * high))).omega > 0
    stiff = [static_limit(path.state(math.log(high) + x)).value for x in (-1e-10, 1e-10)]
    assert stiff[0] < 0 < stiff[1]
