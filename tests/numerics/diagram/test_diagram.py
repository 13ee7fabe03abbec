"""The phase diagram: its curves are those of separate searches, however they are computed."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numerics.diagram.curves
from numerics.diagram.plane import phase_diagram
from numerics.diagram.results import PhaseDiagram
from numerics.errors import NoCondensate
from numerics.scans import Store
from numerics.scans.task_store import TaskStore
from numerics.stability.boundaries import find_boundary
from numerics.steady.solution import solve_steady_state

#: Kinds that take little time.
QUICK = ("alpha11", "beta22", "normal")


@pytest.fixture(scope="module")
def bcs() -> PhaseDiagram:
    """Around the point where B and C meet."""
    return phase_diagram([-1.32, -1.30], kinds=("A", "B", "C", *QUICK))


@pytest.fixture(scope="module")
def bec() -> PhaseDiagram:
    return phase_diagram([0.95, 1.0], kinds=("A", "B", "alpha11"))


@pytest.fixture(scope="module")
def plain() -> PhaseDiagram:
    """A quick one, with a map in which one state is stable, one is not, and two do not exist."""
    return phase_diagram([-1.0, -0.95], kinds=QUICK, ratios=[0.0203, 0.99])


@pytest.mark.parametrize("kind", ["B", "C", "alpha11", "beta22"])
def test_continued_points_are_those_of_a_separate_search(bcs: PhaseDiagram, kind: str) -> None:
    curve = bcs.curves[kind]
    assert curve.inv_kfa.tolist() == bcs.inv_kfa.tolist()
    assert set(curve.piece) == {1}
    anew = find_boundary(kind, bcs.inv_kfa[-1])
    assert curve.ratio[-1] == pytest.approx(anew.ratio, rel=1e-8)
    assert curve.q[-1] == pytest.approx(anew.q, rel=1e-3)
    assert curve.points[-1].state.gap == pytest.approx(anew.state.gap, rel=1e-7)


def test_finite_momentum_instabilities_are_slightly_above_the_sign_changes(
    bcs: PhaseDiagram,
) -> None:
    signs = [bcs.curves[kind].ratio for kind in ("alpha11", "beta22")]
    for kind in ("B", "C"):
        above = bcs.curves[kind].ratio / np.maximum(*signs)
        assert (above > 1).all()
        assert (above < 1.1).all()


def test_type_a_is_almost_where_alpha11_vanishes(bec: PhaseDiagram) -> None:
    a, b, zero = (bec.curves[kind].ratio for kind in ("A", "B", "alpha11"))
    assert (np.abs(a / zero - 1) < 0.01).all()
    # the term |q|**3 of det M(q, 0) makes a tiny wave number critical before q = 0
    assert (b < a).all()
    assert (b > 0.99 * a).all()
    assert bec.stability.kind == ("B", "B")


def test_the_order_parameter_vanishes_at_the_normal_boundary(bcs: PhaseDiagram) -> None:
    curve = bcs.curves["normal"]
    gaps = np.array([point.state.gap for point in curve.points])
    # as a square root: these states are a millionth before the end
    far = [solve_steady_state(p.state.parameters.replace(gamma_v=0.0)) for p in curve.points]
    assert (gaps < 3e-3 * np.array([state.gap for state in far])).all()
    for point in curve.points[:1]:
        beyond = point.state.parameters.replace(gamma_v=point.ratio * (1 + 1e-6) * 1e-3)
        with pytest.raises(NoCondensate):
            solve_steady_state(beyond)


def test_b_and_c_meet_where_the_type_changes(bcs: PhaseDiagram) -> None:
    (meeting,) = bcs.meetings
    assert meeting.kinds == ("B", "C")
    assert -1.32 < meeting.inv_kfa < -1.30
    for kind in meeting.kinds:
        anew = find_boundary(kind, meeting.inv_kfa)
        assert anew.ratio == pytest.approx(meeting.ratio, rel=1e-6)
    assert bcs.stability.kind == ("C", "B")
    assert [point.nature for point in bcs.codimension_two] == ["meet"]


def test_a_is_missing_with_a_reason_far_on_the_bcs_side(bcs: PhaseDiagram) -> None:
    curve = bcs.curves["A"]
    assert curve.points == ()
    assert set(curve.missing) == set(bcs.inv_kfa.tolist())
    assert all("boundary A" in reason for reason in curve.missing.values())


def test_a_ends_where_its_two_branches_meet() -> None:
    diagram = phase_diagram([-0.62, -0.54], kinds=("A",))
    curve = diagram.curves["A"]
    assert curve.inv_kfa.tolist() == [-0.54]
    # the other branch, close to beta_22 = 0, is where det M(q, 0)/q**2 becomes positive again
    assert curve.ratio[0] == pytest.approx(find_boundary("A", -0.54).ratio, rel=1e-8)
    ((_, end),) = curve.ends
    assert -0.62 < end.beyond < end.inv_kfa <= -0.54
    (point,) = diagram.codimension_two
    assert (point.nature, point.kinds) == ("end", ("A",))
    assert point.error == pytest.approx(0.08 / 8)


def test_a_curve_that_jumps_has_two_pieces() -> None:
    curve = phase_diagram([0.34, 0.38, 0.46], kinds=("beta22",)).curves["beta22"]
    assert curve.piece.tolist() == [1, 1, 2]
    assert curve.ratio[2] > 10 * curve.ratio[1]
    lines = curve.pieces()
    # drawn up to where each piece was followed
    assert lines[0][0].max() > 0.38
    assert lines[1][0].min() <= 0.46
    assert lines[0][0].max() < lines[1][0].min()


def test_an_executor_changes_nothing(plain: PhaseDiagram) -> None:
    with ProcessPoolExecutor(2) as executor:
        shared = phase_diagram(plain.inv_kfa, kinds=QUICK, ratios=[0.0203, 0.99], executor=executor)
    for kind in QUICK:
        one, other = plain.curves[kind], shared.curves[kind]
        assert one.points == other.points
        assert one.ratio.tolist() == other.ratio.tolist()
    assert plain.growth is not None
    assert shared.growth is not None
    for part in ("rate", "q", "omega", "error"):
        one, other = getattr(plain.growth, part), getattr(shared.growth, part)
        assert one.tolist() == other.tolist()


def test_the_map_is_masked_where_there_is_no_condensate(plain: PhaseDiagram) -> None:
    growth = plain.growth
    assert growth is not None
    assert growth.condensate.tolist() == [[True, True], [False, False]]
    assert np.ma.getmaskarray(growth.rate).tolist() == [[False, False], [True, True]]
    # the ratio is between those of boundary B, which decreases towards the BEC side
    assert growth.rate[0, 0] < 0 < growth.rate[0, 1]
    assert phase_diagram([-1.0], kinds=(), ratios=[0.99]).curves == {}


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the boundaries that were searched for, in their order."""
    seen: list[str] = []

    def counted(kind: str, *arguments: Any, **options: Any) -> Any:
        seen.append(kind)
        return find_boundary(kind, *arguments, **options)

    monkeypatch.setattr(numerics.diagram.curves, "find_boundary", counted)
    return seen


def test_an_interrupted_call_is_continued(
    tmp_path: Path, searches: list[str], plain: PhaseDiagram
) -> None:
    path = tmp_path / "diagram.db"

    def interrupt(done: int, total: int, description: str) -> None:
        assert total == 3
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        phase_diagram([-1.0, -0.95], kinds=QUICK, store=path, progress=interrupt)
    assert set(searches) == {"alpha11", "beta22"}
    with Store(path, write=False) as store:
        assert len(list(store.rows())) == 2
    searches.clear()
    seen: list[tuple[int, int, str]] = []
    resumed = phase_diagram(
        [-1.0, -0.95], kinds=QUICK, store=path, progress=lambda *told: seen.append(told)
    )
    assert set(searches) == {"normal"}
    assert [done for done, _, _ in seen] == [1, 2, 3]
    assert seen[-1][2] == "boundary normal"
    for kind in QUICK:
        assert resumed.curves[kind].points == plain.curves[kind].points


def test_other_parameters_are_computed_and_what_is_damaged_is_refused(
    tmp_path: Path, searches: list[str]
) -> None:
    path = tmp_path / "diagram.db"
    phase_diagram([-1.0], kinds=("alpha11",), store=path)
    phase_diagram([-1.0], kinds=("alpha11",), cutoff=50.0, store=path)
    assert searches == 2 * ["alpha11"]
    data = path.read_bytes()
    assert data.count(b'"ratio":0.0') > 0
    changed = data.replace(b'"ratio":0.0', b'"ratio":0.1')
    path.write_bytes(changed)
    with pytest.raises(ValueError, match=r"^store = .*: a store of scans as it was written"):
        phase_diagram([-1.0], kinds=("alpha11",), store=path)
    assert path.read_bytes() == changed
    assert searches == 2 * ["alpha11"]


def test_a_store_keeps_floats_to_the_last_bit(tmp_path: Path) -> None:
    path = tmp_path / "values.db"
    values = [0.1 + 0.2, 1e-300, 2 / 3, -0.0]
    with TaskStore(path) as store:
        store.add({"task": "x"}, {"values": values})
    with TaskStore(path) as store:
        found = store.get({"task": "x"})
        assert store.get({"task": "y"}) is None
    assert found is not None
    assert repr(found["values"]) == repr(values)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"inv_kfa": []}, "inv_kfa"),
        ({"inv_kfa": [0.0, -1.0]}, "inv_kfa"),
        ({"inv_kfa": [0.0, np.nan]}, "inv_kfa"),
        ({"inv_kfa": [[0.0], [1.0]]}, "inv_kfa"),
        ({"inv_kfa": [0.0, 1j]}, "inv_kfa"),
        ({"inv_kfa": np.full(1000, 2.0)}, "inv_kfa"),
        ({"kinds": ("A", "D")}, "kinds"),
        ({"kinds": "AB"}, "kinds"),
        ({"kinds": 3}, "kinds"),
        ({"gamma_b": 0.0}, "gamma_b"),
        ({"temperature": -1.0}, "temperature"),
        ({"cutoff": 0.5}, "cutoff"),
        ({"ratios": [0.2, 0.1]}, "ratios"),
        ({"ratios": [-0.1, 0.1]}, "ratios"),
        ({"executor": 2}, "executor"),
        ({"store": 3}, "store"),
        ({"progress": "bar"}, "progress"),
    ],
)
def test_bad_input_is_told_in_one_line(arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} = .* is outside its domain: .*$") as caught:
        phase_diagram(**arguments)
    assert "\n" not in str(caught.value)
