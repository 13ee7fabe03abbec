"""What is kept is what it was, to the bit; what was not kept by us is refused."""

from __future__ import annotations

import dataclasses
import json
import math
import os

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import (
    Contact,
    Model,
    Parameters,
    Reservoir,
    SteadyState,
    collective_mode,
    equilibrium_crossover,
    fluctuation_matrix,
    from_dict,
    growth_rate,
    hydrodynamics,
    load,
    save,
    solve_steady_state,
    strategies,
    to_dict,
    trace_steady_states,
    verify,
)

LEAD = Model(Contact(0.0), [Reservoir("bath", 1e-3), Reservoir("lead", 1e-4, 0.3, 0.05)])
STATE = solve_steady_state(LEAD)
RESULTS = {
    "model": LEAD.replace(reservoirs=[*LEAD.reservoirs, Reservoir.empty("drain", 0.0)]),
    "state": STATE,
    "branch": trace_steady_states(Parameters(0.0), [0.0, 1e-4, 2e-3]),
    "curve": trace_steady_states(LEAD, along="coupling.inv_kfa", values=[0.0, 0.1]),
    "modes": collective_mode(STATE, 0.05),
    "rate": growth_rate(STATE),
    "long waves": hydrodynamics(STATE),
    "response": fluctuation_matrix(STATE, [[0.1], [0.2]], [0.0, 0.1j], full=True),
    "nothing": fluctuation_matrix(STATE, [], 0.1, full=True),
    "crossover": equilibrium_crossover(0.0),
    "table": verify(STATE, points=1, slow=0),
}


def same(a: object, b: object) -> bool:
    """Tell whether two values are the same to the bit, of the same types."""
    if type(a) is not type(b):
        return False
    if dataclasses.is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray):
        return a.dtype.kind == b.dtype.kind and a.shape == b.shape and np.array_equal(a, b)
    return a == b or (a != a and b != b)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_comes_back(name, tmp_path):
    value, path = RESULTS[name], tmp_path / "result.json"
    save(value, path)
    assert same(load(path), value)
    # by way of plain JSON too
    assert same(from_dict(json.loads(json.dumps(to_dict(value), allow_nan=False))), value)
    assert os.listdir(tmp_path) == ["result.json"]


@given(strategies.models())
@settings(max_examples=30)
def test_every_model_comes_back(model):
    assert Model.from_dict(model.to_dict()) == model


@given(st.floats(allow_nan=False) | st.just(math.nan), st.floats(allow_nan=False))
@example(-0.0, 5e-324)
def test_every_number_comes_back(real, imag):
    value = STATE.__class__(**{**vars(STATE), "gap": real, "error": (imag, math.inf, -math.inf)})
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
