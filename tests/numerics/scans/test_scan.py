"""A scan is what it says, in Python and in TOML; what is none is refused in one line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import Bands, Boson, Contact, Model, Parameters, Reservoir, strategies
from numerics.scans import Axis, Scan, from_toml, read_scan, to_toml, write_scan
from numerics.scans.identity import Keys, canonical, contexts, identity, key_of
from numerics.scans.quantities import _KINDS
from numerics.scans.scan import paths_of
from numerics.stability.conditions import KINDS

LEAD = Model(Contact(0.0), [Reservoir("bath", 1e-3), Reservoir("lead", (1e-4, 2e-4), 0.3, 0.05)])
PLANE = Scan(
    Parameters(-1.0, temperature=0.01),
    {"inv_kfa": [-2.0, -1.0], "ratio": [0.01, 0.1]},
    ["steady_state", "growth_rate"],
)
TEXT = """
quantities = ["steady_state"]
[model]
inv_kfa = 0.0
[[axes]]
along = "gamma_v"
values = [1e-6]
"""


@st.composite
def scans(draw: st.DrawFn) -> Scan:
    model = draw(st.one_of(st.builds(Parameters, st.floats(-3, 3)), strategies.models()))
    path = draw(st.sampled_from([p for p in paths_of(model) if p.endswith(("inv_kfa", "cutoff"))]))
    values = draw(st.lists(st.floats(1.5, 1e6), min_size=1, max_size=5, unique=True))
    asked = draw(
        st.lists(st.sampled_from(["rates", "response", "boundary_A"]), min_size=1, unique=True)
    )
    more: dict[str, object] = {}
    if "response" in asked:
        more = {"q": draw(st.floats(1e-9, 1e9)), "omega": draw(st.floats(-1e9, 1e9))}
    if "boundary_A" in asked:
        rates = [p for p in paths_of(model) if p.endswith(("rate", "gamma_v"))]
        more["along"] = draw(st.sampled_from(rates))
        more["between"] = draw(st.sampled_from([None, (1e-9, 0.1)]))
    more["neighbours"] = draw(st.integers(0, 4))
    return Scan(model, {path: sorted(values)}, asked, **more)


@given(scans())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_toml_tells_the_same_scan(scan: Scan) -> None:
    again = from_toml(to_toml(scan))
    assert again == scan
    assert identity(again) == identity(scan)
    assert repr(again) == repr(scan)
    assert max(map(len, to_toml(scan).splitlines())) <= 100


#: Texts that are nearly those of scans.
MORE = """
q = 1
[model.bands]
masses = [1, 2]
ratio = 4
along = 1
[[model.reservoirs]]
name = 'a b'
rate = [1]
mu = -inf
steps = [[1]]
type = 'Model'
type = 'save'
points = true
values = [nan]
format = 2
[model.coupling]
from = 1e999
to = 2
quantities = 3
model = 1979-05-27
occupation = {steps = 'x', coarse = [], error = 0}
values = [[[1]]]
axes = [1]
between = [2, 1]
quantities = ['boundary_A']
occupation = {type = 'Contact'}
spacing = 'log'
neighbours = 2
from = -1
points = 3
[[axes]]
rate = {a = 1}
'' = 1
"""
PIECES = st.lists(st.sampled_from((TEXT + MORE).splitlines()), max_size=14).map("\n".join)


def told(text: str) -> str:
    """Return why a text is no scan; nothing where it is one."""
    try:
        assert isinstance(from_toml(text), Scan)
    except ValueError as error:
        return str(error)
    return ""


@given(st.one_of(PIECES, st.text(max_size=40), st.integers(0, len(TEXT)).map(lambda k: TEXT[k:])))
@example("[" * 100_000)
@example("a = " + "[" * 100_000)
@example("a = " + "{b = " * 5000)
@example("quantities = [" + "9" * 10_000 + "]")
@settings(max_examples=200, deadline=None, derandomize=True)
def test_whatever_a_text_is_one_line_tells_what_is_wrong(text: str) -> None:
    assert len(told(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("", "x = 1\n", "there is no 'x'; there are format, quantities,"),
        ("inv_kfa = 0.0", "", "inv_kfa of model is missing"),
        ("inv_kfa = 0.0", "inv_kfa = 'a'", "model: inv_kfa = 'a' is outside"),
        ("inv_kfa = 0.0", "inv_kfa = 0.0\ntype = 'eval'", "type of model = 'eval' is outside"),
        ("inv_kfa = 0.0", "inv_kfa = 0.0\ntype = 'Bands'", "type of model = 'Bands' is outside"),
        ("values", "value", "there is no 'value' of axes"),
        ("values = [1e-6]", "values = [-1]", "gamma_v = -1.0 is outside"),
        ("values = [1e-6]", "from = 1\nto = 2", "points of axis 'gamma_v' is missing"),
        ("values = [1e-6]", "from = 1\nto = 1\npoints = 2", "to = 1.0 is outside"),
        ('"gamma_v"', '"gamma"', "along = 'gamma' is outside its domain: inv_kfa, gamma_b"),
        ('"steady_state"', "", r"quantities = \[\] is outside"),
        ('"steady_state"', '"modes"', "q = None is outside its domain: a number or an axis"),
        ('"steady_state"]', '"rates"]\nq = 1', "q = 1 is outside its domain: left out"),
        ('"steady_state"]', '"rates"]\nalong = "ratio"', "along = 'ratio' is outside"),
        ('"steady_state"', '"boundary_A"', "along = 'ratio' is outside"),
        ("quantities = ", "quantities : ", r"text is outside its domain: TOML \(Expected"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, says: str) -> None:
    assert from_toml(TEXT)
    with pytest.raises(ValueError, match=f"^{says}"):
        from_toml(TEXT.replace(old, new, 1))


def test_the_scan_in_the_readme_is_one() -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    scan = from_toml(text.split("```toml\n")[1].split("```")[0])
    assert (scan.shape, scan.paths) == ((40, 5), ("inv_kfa", "ratio"))


def test_a_file_is_named_where_it_is_wrong(tmp_path) -> None:
    path = tmp_path / "plane.toml"
    write_scan(PLANE, path)
    assert read_scan(path) == PLANE
    path.write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"^plane\.toml: 'utf-8'"):
        read_scan(path)


def test_a_model_of_any_reservoirs_is_written_and_read() -> None:
    wire = Reservoir(
        "wire", 1e-3, occupation=lambda x: 0.5 * (x < 0.1) + 0.5 * (x < -0.1),
        steps=[(0.1, 0.0), (-0.1, 0.0)],
    )  # fmt: skip
    model = LEAD.replace(
        reservoirs=[*LEAD.reservoirs, wire, Reservoir.empty("drain", 0.0)],
        bands=Bands.of_ratio(2.0),
        density=True,
    )
    scan = Scan(model, {"bands.ratio": [1.0, 3.0], "reservoirs.lead.mu": [0.2]})
    text = to_toml(scan)
    assert from_toml(text) == scan
    assert "[[model.reservoirs]]" in text
    assert "mu = -inf" in text
    ratio = re.sub(r"masses = .*", "ratio = 2", text)
    assert from_toml(ratio) == scan


def test_a_long_name_is_kept_whole() -> None:
    baths = [Reservoir("b" * 300, 1e-3), *(Reservoir.empty(f"x{k}", 1e-9) for k in range(3))]
    model = Model(Contact(0.0), baths)
    values = [-(1e-5) / k for k in range(1, 200)]
    scan = Scan(model, {f"reservoirs.{'b' * 300}.rate": [1e-4], "coupling.inv_kfa": values})
    assert from_toml(to_toml(scan)) == scan


def test_parameters_of_any_coupling_may_be_axes() -> None:
    model = LEAD.replace(coupling=Boson(g=1.0, detuning=0.5, mass=2.0, loss=1e-3))
    scan = Scan(model, {"coupling.loss": [0.0, 1e-2], "coupling.detuning": [-1.0, 1.0]})
    assert from_toml(to_toml(scan)) == scan
    point = scan.recipe.point((1e-2, -1.0))
    assert point.model.coupling == Boson(g=1.0, detuning=-1.0, mass=2.0, loss=1e-2)
    other = scan.replace(model=LEAD.replace(coupling=Boson(1.0, 7.0, 2.0, loss=0.1)))
    assert keys(other) == keys(scan)
    other = scan.replace(model=LEAD.replace(coupling=Boson(1.5, 7.0, 2.0, loss=0.1)))
    assert not keys(other) & keys(scan)


def test_rates_of_both_carriers_may_be_axes() -> None:
    path = "reservoirs.lead.rate"
    scan = Scan(LEAD, {f"{path}.electrons": [1e-4, 3e-4], f"{path}.holes": [1e-4]})
    assert scan.recipe.point((3e-4, 1e-4)).model.reservoirs[1].rate == (3e-4, 1e-4)
    assert scan.recipe.point((1e-4, 1e-4)).model.reservoirs[1].rate == 1e-4
    assert len(keys(scan)) == 2
    mean = Scan(LEAD, {path: [3e-4]})
    assert mean.recipe.point((3e-4,)).model.reservoirs[1].rate == pytest.approx((2e-4, 4e-4))
    assert not keys(mean) & keys(scan)
    with pytest.raises(ValueError, match=r"each along a parameter of its own"):
        Scan(LEAD, {path: [1e-4], f"{path}.holes": [1e-4]})


def test_functions_of_ones_own_cannot_be_kept() -> None:
    from numerics.own_coupling import Coupling

    own = Coupling(lambda q, omega, mu: 0.01 + 0j * omega)
    with pytest.raises(ValueError, match=r"is outside its domain: what can be kept"):
        Scan(LEAD.replace(coupling=own), {"cutoff": [50.0]}, ["rates"])


def test_names_of_the_boundaries_are_those_of_the_search() -> None:
    assert set(_KINDS) == set(KINDS)


def test_values_of_axes_reach_the_point() -> None:
    scan = Scan(LEAD, {"reservoirs.bath.rate": [1e-5], "bands.ratio": [2.0], "q": [0.3]}, ["modes"])
    point = scan.recipe.point((1e-5, 2.0, 0.3))
    expected = LEAD.replace(
        bands=Bands.of_ratio(2.0), reservoirs=[Reservoir("bath", 1e-5), LEAD.reservoirs[1]]
    )
    assert (point.model, point.q, point.omega) == (expected, 0.3, None)


def test_the_ratio_is_one_to_the_rate_at_the_point() -> None:
    scan = Scan(Parameters(0.0), {"ratio": [0.5], "gamma_b": [1e-2]})
    assert scan.recipe.point((0.5, 1e-2)).model == Parameters(0.0, 1e-2, 5e-3)
    rate = Scan(Parameters(0.0), {"gamma_v": [5e-3], "gamma_b": [1e-2]})
    names = [[key for _, key, _ in Keys(s).at(p)] for s, p in
             ((scan, (0.5, 1e-2)), (rate, (5e-3, 1e-2)))]  # fmt: skip
    assert names[0] == names[1]


def keys(scan: Scan) -> set[str]:
    found = Keys(scan)
    return {key for place in scan.places() for _, key, _ in found.at(place)}


def test_scans_share_the_points_that_they_have_in_common() -> None:
    denser = PLANE.replace(
        axes=(Axis("inv_kfa", (-2.0, -1.5, -1.0)), Axis("ratio", (0.01, 0.05, 0.1)))
    )
    assert len(keys(PLANE)) == 8
    assert keys(PLANE) < keys(denser)
    turned = PLANE.replace(axes=PLANE.axes[::-1])
    assert keys(turned) == keys(PLANE)
    # the value of the model along an axis has no meaning
    other = PLANE.replace(model=PLANE.model.replace(inv_kfa=0.5, gamma_v=1e-6))
    assert keys(other) == keys(PLANE)
    assert identity(other) == identity(PLANE) != identity(denser)


@pytest.mark.parametrize(
    "other",
    [
        PLANE.replace(model=PLANE.model.replace(temperature=0.02)),
        PLANE.replace(model=PLANE.model.replace(cutoff=np.nextafter(100.0, 101.0))),
        PLANE.replace(axes=(Axis("inv_kfa", (-2.0, -1.0)), Axis("ratio", (0.02, 0.2)))),
        PLANE.replace(quantities=("rates",)),
        Scan(PLANE.model.model(), {"coupling.inv_kfa": [-2.0, -1.0]}, ["growth_rate"]),
    ],
)
def test_other_models_and_quantities_share_none(other: Scan) -> None:
    assert not keys(other) & keys(PLANE)
    assert identity(other) != identity(PLANE)


def test_what_is_left_out_of_a_name_is_in_the_context() -> None:
    one = Scan(LEAD, {"cutoff": [50.0]}, ["rates"])
    pair = Reservoir("lead", (1e-4, 3e-4), 0.3, 0.05)
    other = one.replace(model=LEAD.replace(reservoirs=[LEAD.reservoirs[0], pair]))
    assert not keys(one) & keys(other)
    (context,) = contexts(one).values()
    ((_, key, numbers),) = Keys(one).at((50.0,))
    assert key == key_of(context, numbers)
    assert canonical(0.1) == "0.1"
    for version in ("code", "nambu"):
        assert f'"{version}":' in context
