"""What is kept is what it was, to the bit; what was not kept by us is refused."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import stat

import numpy as np
import pytest
import xarray
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import (
    Boson,
    Contact,
    Model,
    Parameters,
    Reservoir,
    SteadyState,
    from_dict,
    load,
    save,
    strategies,
    to_dict,
)
from numerics.files import replaced_folder
from tests.numerics.support.values import LEAD, MAKERS, lead_state
from tests.numerics.support.values import value as value_of

STATE = lead_state()


def same(a: object, b: object) -> bool:
    """Tell whether two values are the same to the bit, of the same types."""
    if type(a) is not type(b):
        return False
    if dataclasses.is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(tuple(a), tuple(b)) and same(tuple(a.values()), tuple(b.values()))
    if isinstance(a, np.ma.MaskedArray):
        masks = np.ma.getmaskarray(a), np.ma.getmaskarray(b)
        return same(*masks) and same(np.asarray(a.data), np.asarray(b.data))
    if isinstance(a, np.ndarray):
        if a.dtype.kind != b.dtype.kind or a.shape != b.shape:
            return False
        if a.dtype.kind not in "fc":
            return np.array_equal(a, b)
        parts = [(x.real, x.imag) for x in (a, b)]
        return all(
            np.array_equal(x, y, equal_nan=True)
            and np.array_equal(np.signbit(x) & (x == x), np.signbit(y) & (y == y))
            for x, y in zip(*parts, strict=True)
        )
    return a == b or (a != a and b != b)


@pytest.mark.parametrize("suffix", ["json", "nc"])
@pytest.mark.parametrize("name", MAKERS)
def test_a_result_comes_back(name, suffix, tmp_path):
    value, path = value_of(name), tmp_path / f"result.{suffix}"
    save(value, path)
    assert same(load(path), value)
    assert os.listdir(tmp_path) == [f"result.{suffix}"]


@pytest.mark.parametrize("name", MAKERS)
def test_a_result_comes_back_by_way_of_plain_json(name):
    value = value_of(name)
    assert same(from_dict(json.loads(json.dumps(to_dict(value), allow_nan=False))), value)


def test_what_is_masked_comes_back():
    found = from_dict(to_dict(value_of("diagram"))).growth
    # no condensate at three times the rate of the bath
    assert found.rate.mask[-1].all()
    assert not found.rate.mask[:-1].any()


@pytest.mark.parametrize("suffix", ["json", "nc"])
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_file_may_be_read_by_whom_the_umask_says(suffix, mask, mode, tmp_path):
    path = tmp_path / f"state.{suffix}"
    before = os.umask(mask)
    try:
        save(STATE, path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("name", ["state", "state.txt", "state.nc4", ".nc"])
def test_other_names_are_refused(name, tmp_path):
    with pytest.raises(ValueError, match=r"^path = .* ends in \.json, \.nc for netCDF, or \.zarr$"):
        save(STATE, tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_file_is_known_by_what_is_in_it(tmp_path):
    save(STATE, tmp_path / "state.nc")
    save(LEAD, tmp_path / "model.json")
    (tmp_path / "state.nc").rename(tmp_path / "one")
    (tmp_path / "model.json").rename(tmp_path / "two.nc")
    assert load(tmp_path / "one") == STATE
    assert load(tmp_path / "two.nc") == LEAD


def test_other_netcdf_files_are_refused(tmp_path):
    xarray.Dataset({"x": ("t", [1.0])}).to_netcdf(tmp_path / "x.nc", engine="h5netcdf")
    save(STATE, tmp_path / "torn.nc")
    content = (tmp_path / "torn.nc").read_bytes()
    (tmp_path / "torn.nc").write_bytes(content[: len(content) // 2])
    for name in ("x.nc", "torn.nc"):
        with pytest.raises(ValueError, match=rf"path = '{name}' is outside its domain") as caught:
            load(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.nc")


def test_long_texts_fit_into_a_netcdf_file(tmp_path):
    # longer than the 64 KiB of an attribute of HDF5
    value = dataclasses.replace(value_of("modes"), status="ä" * 200_000)
    save(value, tmp_path / "long.nc")
    assert same(load(tmp_path / "long.nc"), value)


@pytest.fixture
def zarr():
    return pytest.importorskip("zarr")


def test_a_folder_of_zarr_has_the_data_set_and_the_value(tmp_path, zarr):
    value = dataclasses.replace(value_of("modes"), status="ä" * 200_000)
    for kept in (STATE, value, STATE):
        save(kept, tmp_path / "x.zarr")
        assert os.listdir(tmp_path) == ["x.zarr"]
        assert same(load(tmp_path / "x.zarr"), kept)
    with xarray.open_zarr(tmp_path / "x.zarr", chunks=None) as found:
        assert found.drop_vars("archive").identical(STATE.to_xarray())
    (tmp_path / "x.zarr").rename(tmp_path / "other")
    assert load(tmp_path / "other") == STATE


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path, zarr):
    folder = tmp_path / "x.zarr"
    xarray.Dataset({"x": ("t", [1.0])}).to_zarr(folder, zarr_format=2)
    before = sorted(folder.rglob("*"))
    with pytest.raises(ValueError, match=r"^path = 'x\.zarr' .*: a new folder, or one that nambu"):
        save(STATE, folder)
    with pytest.raises(ValueError, match=r"^path = 'x\.zarr' .*: a file that nambu has saved"):
        load(folder)
    assert sorted(folder.rglob("*")) == before
    assert os.listdir(tmp_path) == ["x.zarr"]


def test_a_folder_is_replaced_as_a_whole_or_not_at_all(tmp_path):
    target = tmp_path / "x"
    for text in ("one", "two"):
        with replaced_folder(target) as beside:
            (beside / "inner").mkdir()
            (beside / "inner" / "file").write_text(text)
        assert (target / "inner" / "file").read_text() == text
    with pytest.raises(FileNotFoundError), replaced_folder(target) as beside:
        (beside / "none" / "file").write_text("three")
    assert (target / "inner" / "file").read_text() == "two"
    assert os.listdir(tmp_path) == ["x"]


@given(strategies.models())
@settings(max_examples=30)
def test_every_model_comes_back(model):
    assert Model.from_dict(model.to_dict()) == model


@given(st.floats(allow_nan=False) | st.just(math.nan), st.floats(allow_nan=False))
@example(-0.0, 5e-324)
def test_every_number_comes_back(real, imag):
    value = dataclasses.replace(STATE, gap=real, error=(imag, math.inf, -math.inf))
    back = SteadyState.from_dict(json.loads(json.dumps(value.to_dict(), allow_nan=False)))
    assert math.copysign(1, back.gap) == math.copysign(1, real) or math.isnan(real)
    assert same(back, value)


def test_methods(tmp_path):
    STATE.save(tmp_path / "state.json")
    assert load(tmp_path / "state.json") == SteadyState.from_dict(STATE.to_dict()) == STATE
    with pytest.raises(ValueError, match=r"data = .* a Parameters"):
        Parameters.from_dict(STATE.to_dict())


def test_a_file_says_what_it_is(tmp_path):
    save(STATE, tmp_path / "state.json")
    content = json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))
    assert {"nambu", "units", "sha256", "value"} == set(content)
    assert "epsilon_F" in content["units"]


def test_a_changed_digit_is_seen(tmp_path):
    path = tmp_path / "state.json"
    save(STATE, path)
    text = path.read_text(encoding="utf-8")
    digit = repr(STATE.gap)[-1]
    changed = text.replace(repr(STATE.gap), repr(STATE.gap)[:-1] + str((int(digit) + 1) % 10))
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(ValueError, match="its contents were changed"):
        load(path)


@pytest.mark.parametrize(
    "text",
    ["", "1", "[]", "{}", '{"nambu": 1}', '{"nambu": "0", "sha256": "", "value": NaN}', "[" * 9999],
)
def test_other_files_are_refused_and_left_alone(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"path = .other\.json. is outside its domain") as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert path.read_text(encoding="utf-8") == text


def nested(depth: int) -> dict[str, object]:
    data: dict[str, object] = {"tuple": []}
    for _ in range(depth):
        data = {"tuple": [data]}
    return {"type": "Contact", "fields": {"inv_kfa": data}}


@pytest.mark.parametrize(
    "data",
    [
        {"type": "os.system", "fields": {}},
        {"type": "Kept", "fields": {}},
        {"type": "Contact", "fields": {}},
        {"type": "Contact", "fields": {"inv_kfa": "0"}},
        {"type": "Contact", "fields": {"inv_kfa": {"float": "1"}}},
        {"type": "Contact", "fields": {"inv_kfa": True}},
        {"type": "Contact", "fields": {"inv_kfa": 0.0, "more": 1.0}},
        {"type": "Parameters", "fields": [1.0]},
        {"type": "Reservoir", "fields": {"name": "a b", "rate": 1, "mu": 0, "temperature": 0}},
        {"type": ["Contact"], "fields": {}},
        {"type": "FullResult", "fields": {"value": {"array": "O", "shape": [1], "values": [1]}}},
        {"array": "float64", "shape": [2], "values": [1.0]},
        nested(5_000),
        {"type": "Contact", "fields": {"inv_kfa": 10**400}},
    ],
    ids=range(14),
)
def test_other_data_is_refused(data):
    with pytest.raises(ValueError, match=r"^data .*outside its domain") as caught:
        from_dict(data)
    assert "\n" not in str(caught.value)


#: Values, fields that they had not always, and one that they have to have.
EARLIER = [
    (Contact(-1.0), {"binding"}, None),
    (Boson(g=0.5, detuning=1.0, mass=0.05), {"loss", "inv_kfa", "binding", "film"}, "mass"),
    (Reservoir("bath", 1e-3), {"temperature", "mu", "occupation"}, "rate"),
    (LEAD, {"cutoff", "density", "bands", "neutral"}, "coupling"),
    (STATE, {"status", "tilt", "tilt_error"}, "gap"),
]


@pytest.mark.parametrize(("value", "later", "first"), EARLIER, ids=lambda x: type(x).__name__)
def test_fields_that_an_earlier_version_did_not_know_have_their_defaults(value, later, first):
    data = to_dict(value)
    for name in later:
        del data["fields"][name]
    assert from_dict(data) == value
    if first is not None:
        del data["fields"][first]
        with pytest.raises(ValueError, match=f"{type(value).__name__} has the fields"):
            from_dict(data)


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    save(LEAD, path)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(STATE, path)
    assert load(path) == LEAD
    assert os.listdir(tmp_path) == ["state.json"]
