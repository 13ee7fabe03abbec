"""The region of instability: what is shaded is what the intervals say, and what is not known."""

import io

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.figures.stability_region import (
    MISSING,
    SHADE,
    Column,
    Region,
    legend_patches,
    shade,
    unstable_region,
)
from numerics.figures.style import new_figure, style

#: The line beyond which there is no condensate; it bends between interaction strengths.
NORMAL = (np.array([-2.0, -1.75, -0.5, 1.0]), np.array([0.8, 0.9, 1.0, 0.4]))


def windings(region: Region, inv: float, ratios: np.ndarray) -> list[int]:
    """Return how often the rings go around points, in the logarithm of the ratio."""
    total = np.zeros(len(ratios))
    for ring in region.rings:
        x, y = ring[:, 0] - inv, np.log(ring[:, 1] / ratios[:, None])
        z = x + 1j * y
        total += np.angle(np.roll(z, -1, axis=1) / z).sum(axis=1)
    return [round(turns) for turns in (total / (2 * np.pi)).tolist()]


def winding(region: Region, inv: float, ratio: float) -> int:
    return windings(region, inv, np.array([ratio]))[0]


def expected(intervals: tuple[tuple[float, float], ...], ratio: float) -> bool:
    return any(low < ratio < high for low, high in intervals)


def test_a_stable_pocket_below_the_normal_phase_stays_white() -> None:
    # at -2 nothing grows any more from 0.785 on, beyond -1.5 everything up to the normal phase does
    columns = [
        Column(-2.0, ((0.0732, 0.785),)),
        Column(-1.5, ((0.04, np.inf),)),
        Column(-1.0, ((0.02, np.inf),)),
    ]
    region = unstable_region(columns, NORMAL)
    assert len(region.rings) == 1
    just = -2 + 1e-6
    assert winding(region, just, 0.78) == 1
    assert winding(region, just, 0.79) == 0
    assert winding(region, just, 0.07) == 0
    # elsewhere it reaches the line itself, along its bends
    for inv in (-1.5, -1.3, -1.01):
        top = np.exp(np.interp(inv, NORMAL[0], np.log(NORMAL[1])))
        assert winding(region, inv + 1e-9, top * 0.9999) == 1
        assert winding(region, inv + 1e-9, top * 1.0001) == 0


def test_the_edge_follows_the_points_of_the_normal_phase() -> None:
    columns = [Column(-2.0, ((0.1, np.inf),)), Column(1.0, ((0.1, np.inf),))]
    (ring,) = unstable_region(columns, NORMAL).rings
    for point in zip(*NORMAL, strict=True):
        assert (np.abs(ring / point - 1).max(axis=1) < 1e-12).any()
    # an end that is only close is no end there
    columns = [Column(-2.0, ((0.1, 0.8),)), Column(1.0, ((0.1, 0.399),))]
    (ring,) = unstable_region(columns, NORMAL).rings
    assert len(ring) == 4


def test_the_lower_edge_follows_the_first_boundary() -> None:
    first = (np.array([-2.0, -1.0, 0.5, 1.0]), np.array([0.1, 0.01, 0.03, 0.02]))
    columns = [Column(-2.0, ((0.1, np.inf),)), Column(1.0, ((0.02, np.inf),))]
    (ring,) = unstable_region(columns, NORMAL, first).rings
    for point in zip(*first, strict=True):
        assert (np.abs(ring / point - 1).max(axis=1) < 1e-12).any()
    region = unstable_region(columns, NORMAL, first)
    for inv, ratio in zip(*first, strict=True):
        if abs(inv) < 1:
            assert winding(region, inv, 1.01 * ratio) == 1
            assert winding(region, inv, 0.99 * ratio) == 0
    # where the lowest interval begins elsewhere, its edge is straight
    (ring,) = unstable_region([columns[0], Column(1.0, ((0.03, np.inf),))], NORMAL, first).rings
    assert not (ring[:, 1] == 0.01).any()


def test_nothing_is_drawn_next_to_what_is_missing() -> None:
    line = ((0.1, 0.5),)
    columns = [Column(float(x), line) for x in range(6)]
    columns[2] = Column(2.0, None)
    region = unstable_region(columns)
    assert region.missing == ((1.0, 3.0),)
    for inv, inside in ((0.5, 1), (0.99, 1), (1.01, 0), (2.0, 0), (2.99, 0), (3.01, 1)):
        assert winding(region, inv, 0.2) == inside
    # neighbours share a span; an end of the range is one; between two of them a line is left
    for missing, spans, lines in (
        ((2, 3), ((1.0, 4.0),), 0),
        ((0,), ((0.0, 1.0),), 0),
        ((1, 5), ((0.0, 2.0), (4.0, 5.0)), 1),
        ((1, 3), ((0.0, 4.0),), 2),
    ):
        region = unstable_region(
            [Column(float(x), None if x in missing else line) for x in range(6)]
        )
        assert region.missing == spans
        assert len(region.lines) == lines
        assert all(found[1:] == line[0] for found in region.lines)


def test_a_pocket_without_a_counterpart_ends_half_way() -> None:
    whole, apart = ((0.1, 1.0),), ((0.1, 0.2), (0.4, 1.0))
    region = unstable_region([Column(0.0, whole), Column(1.0, apart), Column(2.0, whole)])
    middle = np.sqrt(0.2 * 0.4)
    for inv, inside in ((0.49, 1), (0.51, 0), (1.0, 0), (1.49, 0), (1.51, 1)):
        assert winding(region, inv, middle) == inside
    # an island, too
    region = unstable_region([Column(0.0, ()), Column(1.0, whole), Column(2.0, ())])
    middle = np.sqrt(0.1)
    for inv, inside in ((0.49, 0), (0.51, 1), (1.49, 1), (1.51, 0)):
        assert winding(region, inv, middle) == inside


def test_intervals_far_from_each_other_are_not_joined() -> None:
    far = unstable_region([Column(0.0, ((0.01, 0.02),)), Column(1.0, ((0.5, 0.9),))])
    assert winding(far, 0.5, np.sqrt(0.01 * 0.9)) == 0
    # a narrow one that moves by less than its width is
    near = unstable_region([Column(0.0, ((0.10, 0.12),)), Column(1.0, ((0.13, 0.16),))])
    assert winding(near, 0.5, 0.125) == 1


def intervals(edges: list[int]) -> tuple[tuple[float, float], ...]:
    """Return intervals between edges on a logarithmic grid; an odd one is left out."""
    values = [1e-3 * 1.1**edge for edge in sorted(edges)]
    return tuple(zip(values[::2], values[1::2], strict=False))


@settings(deadline=None)
@given(
    st.lists(
        st.none() | st.lists(st.integers(0, 60), unique=True, max_size=9), min_size=2, max_size=4
    )
)
@example([[0, 60], [10, 20, 30, 40]])
@example([[0, 10, 12, 20, 22, 60], [0, 11, 50, 60]])
@example([[0, 10, 20, 30], [15, 25, 35, 45]])
def test_what_is_shaded_is_what_the_intervals_say(columns: list[list[int] | None]) -> None:
    known = [None if edges is None else intervals(edges) for edges in columns]
    region = unstable_region([Column(float(k), found) for k, found in enumerate(known)])
    ratios = 1e-3 * 1.1 ** np.arange(0.5, 61)
    for k, found in enumerate(known):
        for side in (-1, 1):
            there = 0 <= k + side < len(known) and known[k + side] is not None
            inside = [there and expected(found or (), float(ratio)) for ratio in ratios]
            assert windings(region, k + 1e-9 * side, ratios) == inside
    # no state is shaded twice, and none by a ring the wrong way round; off the half-way points
    for inv in np.arange(0.1301, len(known) - 1, 0.1717):
        assert set(windings(region, float(inv), ratios)) <= {0, 1}


def pixels(region: Region) -> np.ndarray:
    """Return the colours of a drawing of the region, ratios from 0.1 to 10 upwards."""
    with style():
        figure = new_figure(2.0, 2.0)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_yscale("log")
        axes.set_xlim(0, 2)
        axes.set_ylim(0.1, 10)
        shade(axes, region, (np.array([0.0, 2.0]), np.array([1.0, 1.0])))
        stream = io.BytesIO()
        figure.savefig(stream, format="rgba", dpi=100)
    return np.frombuffer(stream.getvalue(), np.uint8).reshape(200, 200, 4)[::-1, :, :3]


def test_pixels_are_shaded_white_or_hatched() -> None:
    shown = pixels(
        unstable_region(
            [
                Column(0.0, ((0.2, 0.3), (0.6, 1.0))),
                Column(1.0, ((0.2, 0.3), (0.6, 1.0))),
                Column(1.5, None),
                Column(2.0, ((0.2, 1.0),)),
            ]
        )
    )
    grey = int(SHADE["facecolor"][1:3], 16)

    def colours(left: float, right: float, low: float, high: float) -> set[tuple[int, ...]]:
        columns = slice(int(100 * left), int(100 * right))
        rows = slice(*(int(100 * (np.log10(v) + 1)) for v in (low, high)))
        return set(map(tuple, shown[rows, columns].reshape(-1, 3).tolist()))

    assert colours(0.05, 0.95, 0.21, 0.28) == {(grey,) * 3}
    assert colours(0.05, 0.95, 0.33, 0.55) == {(255,) * 3}
    assert colours(0.05, 0.95, 0.65, 0.95) == {(grey,) * 3}
    assert colours(0.05, 1.95, 1.1, 9.0) == {(255,) * 3}
    hatched = colours(1.1, 1.9, 0.12, 0.9)
    assert (255,) * 3 in hatched
    assert min(min(colour) for colour in hatched) < grey


def test_the_legend_names_what_is_there() -> None:
    whole = unstable_region([Column(0.0, ((0.1, 1.0),)), Column(1.0, ((0.1, 1.0),))])
    assert [patch.get_label() for patch in legend_patches(whole)] == ["unstable"]
    none = unstable_region([Column(0.0, None), Column(1.0, ())])
    (patch,) = legend_patches(none)
    assert patch.get_hatch() == MISSING["hatch"]


@pytest.mark.parametrize(
    "columns",
    [
        [Column(1.0, ()), Column(0.0, ())],
        [Column(0.0, ((0.2, 0.1),))],
        [Column(0.0, ((0.1, 0.3), (0.2, 0.4)))],
        [Column(0.0, ((0.0, 0.3),))],
        [Column(0.0, ((0.1, np.inf),))],
    ],
)
def test_what_is_out_of_order_is_refused(columns: list[Column]) -> None:
    with pytest.raises(ValueError, match=r"outside (its|their) domain"):
        unstable_region(columns)
