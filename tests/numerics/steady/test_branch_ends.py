"""Where branches end by turning back, and where a cold lead's edge gives them a corner."""

from __future__ import annotations

import math

import pytest

from numerics import Contact, Model, NoCondensate, Reservoir, solve_steady_state

FOLDED = Model(
    Contact(0.0),
    [
        Reservoir("bath", 1e-3, temperature=0.02),
        Reservoir("lead", 3e-3, mu=0.185, temperature=0.02),
        Reservoir.empty("vacuum", 2e-3),
    ],
)


def end_of(model: Model) -> float:
    with pytest.raises(NoCondensate, match="turns back") as caught:
        solve_steady_state(model)
    assert caught.value.end is not None
    return caught.value.end


def test_a_branch_ends_where_it_turns_back_and_not_before() -> None:
    end = end_of(FOLDED)
    gaps = [solve_steady_state(FOLDED.driven(end * (1 - d))).gap for d in (1e-2, 1e-4, 1e-6)]
    # next to a fold the order parameter changes like the square root of the distance: tenfold less
    # from one to the next, up to corrections of a tenth of that; the other side of the fold has 8.3
    ratio = (gaps[0] - gaps[1]) / (gaps[1] - gaps[2])
    assert math.isclose(ratio, 10.0, rel_tol=0.1)
    with pytest.raises(NoCondensate, match="turns back"):
        solve_steady_state(FOLDED.driven(end * (1 + 1e-6)))


#: Rate of the bath, (k_F a_s)**-1, cutoff; then rate and potential of the others.
CORNERS = [
    (1e-6, 0.5814454446814623, 2.5, [(1e-6, -math.inf), (1e-6, -0.30156615249545515)]),
    (1e-6, 0.35, 2.5, [(1e-6, -math.inf), (1e-6, 0.0)]),
    (2.013e-6, 0.4842165911252212, 762.0, [(2.013e-6, 1.9672125611658968), (2.013e-6, 0.0)]),
]


@pytest.mark.parametrize("case", CORNERS)
def test_a_branch_turns_back_where_a_cold_edge_meets_the_spectrum(case) -> None:
    rate, inv_kfa, cutoff, others = case
    leads = [Reservoir(f"lead_{k}", *other) for k, other in enumerate(others)]
    model = Model(Contact(inv_kfa), [Reservoir("bath", rate), *leads], cutoff)
    end = end_of(model)
    before = solve_steady_state(model.driven(end * (1 - 1e-6)))
    assert before.residual <= 1e-10
    # some linewidths before the edge of the lead is at the lowest excitation
    away = before.lowest_excitation - abs(before.occupation.filled[-1].edge)
    assert 0 < away < 100 * model.linewidth


def test_a_branch_is_followed_past_corners() -> None:
    # two leads whose edges are opposite to each other let that of the bath cross the gap on the way
    rate = 6.4748660939453525e-06
    leads = [
        Reservoir("low", rate, mu=-0.5808064072727255),
        Reservoir("high", rate, mu=1.9339715439142058),
    ]
    model = Model(Contact(0.0), [Reservoir("bath", rate), *leads], cutoff=4.071690030651957)
    state = solve_steady_state(model)
    assert state.residual <= 1e-10
    # the same branch: the state changes little from a little less of the drive
    other = solve_steady_state(model.driven(0.9999 * model.drive))
    assert math.isclose(state.gap, other.gap, rel_tol=5e-3)
