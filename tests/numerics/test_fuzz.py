"""Whatever public functions are given: a finite result, or one line that tells what is wrong."""

from __future__ import annotations

import dataclasses
import decimal
import fractions
import inspect
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import numerics
from numerics import (
    Boson,
    ConvergenceError,
    Model,
    NoBoundary,
    NoCondensate,
    Parameters,
    Reservoir,
    solve_steady_state,
)
from numerics.results import FullResult

STATE = solve_steady_state(Parameters(-1.0, 1e-3, 2.1e-5))
POLARITONS = Model(Boson(0.7, 1.2, 0.05), [Reservoir("bath", 5e-3)], cutoff=10.0)
LIT = solve_steady_state(POLARITONS)
WARM = solve_steady_state(Parameters(0.5, 3e-2, 1e-3, 0.05, 20.0))
#: Valid arguments of every public function, in order of its signature.
VALID = {
    "backend": {"name": "numpy"},
    "collective_mode": {"state": STATE, "q": 0.1, "largest": 1.0, "growth": 0.5, "rtol": 1e-8},
    "effective_temperature": {"state": STATE, "q": 0.1, "omega": 0.1, "of": "phase"},
    "equilibrium_crossover": {"inv_kfa": 0.0},
    "find_boundary": {"kind": "B", "inv_kfa": -1.0, "gamma_b": 1e-3, "cutoff": 100.0},
    "fluctuation_matrix": {"state": STATE, "q": 0.1, "omega": 0.1, "rtol": 1e-8},
    "fluctuation_spectrum": {"state": STATE, "q": 0.1, "omega": 0.1, "vertices": ["phase"]},
    "from_dict": {"data": numerics.to_dict(STATE)},
    "growth_rate": {"state": STATE, "smallest": 1e-4, "largest": 0.1, "certify": False},
    "hydrodynamics": {"state": STATE, "rtol": 1e-8},
    "laser_threshold": {"model": POLARITONS, "q": 0.1},
    "load": {"path": "no such file"},
    "luminescence": {"state": LIT, "q": 0.1, "omega": 0.1, "rtol": 1e-8},
    "mode_branches": {"state": STATE, "q": [0.01, 0.02]},
    "narrow_hydrodynamics": {"state": STATE},
    "occupied_spectral_weight": {"state": STATE, "p": 1.0, "omega": 0.1},
    "pair_correlation": {"state": STATE, "q": 0.1, "omega": 0.1, "part": "all", "rtol": 1e-8},
    "phase_diagram": {"inv_kfa": [-1.0], "kinds": ["normal"], "gamma_b": 1e-3, "ratios": [0.1]},
    "photon_propagator": {"state": LIT, "q": 0.1, "omega": 0.1, "rtol": 1e-8},
    "real_dispersion": {"state": STATE, "q": [0.1], "largest": 0.1, "halvings": 2},
    "response_matrix": {"state": STATE, "q": 0.1, "omega": 0.1, "vertices": ["density"]},
    "save": {"value": STATE, "path": "no such folder/file"},
    "solve_steady_state": {"parameters": Parameters(0.0), "rtol": 1e-10},
    "spectral_function": {"state": STATE, "q": 0.1, "omega": 0.3, "part": "all", "rtol": 1e-8},
    "stability_edges": {"model": Parameters(-1.0), "along": "ratio", "values": (0.01, 0.04)},
    "stability_line": {"model": Parameters(-1.0), "along": "ratio", "values": (0.01, 0.04)},
    "susceptibility": {"state": STATE, "q": 0.1, "omega": 0.1, "what": "density density"},
    "threads": {"count": 1},
    "to_dict": {"value": STATE},
    "trace_steady_states": {"parameters": Parameters(0.0), "gamma_v": [0.0], "rtol": 1e-10},
    "verify": {"state": STATE, "points": 1, "slow": 0, "seed": 0},
    "Parameters": {"inv_kfa": 0.0, "gamma_b": 1e-3, "gamma_v": 0.0, "cutoff": 100.0},
}
FUNCTIONS = sorted(
    name
    for name in numerics.__all__
    if inspect.isfunction(getattr(numerics, name)) or name == "Parameters"
)


class Stranger:
    """An object that fails at whatever is asked of it."""

    def __repr__(self) -> str:
        raise RuntimeError

    def __array__(self, *_: object, **__: object) -> None:
        raise TypeError

    def __float__(self) -> float:
        raise TypeError


#: What is no value of any argument.
JUNK = [
    object(),
    object,
    Stranger(),
    "\n0.5",
    b"0.1",
    {},
    {0.1},
    1 + 2j,
    math.nan,
    math.inf,
    -math.inf,
    True,
    10**400,
    -(10**400),
    decimal.Decimal("sNaN"),
    fractions.Fraction(10**400, 3),
    np.datetime64("2020-01-01"),
    np.ma.masked,
    np.ma.array([0.1, 0.2], mask=[False, True]),
    np.array([["a"]]),
    [[0.1], [0.1, 0.2]],
    [None],
    [math.nan],
    np.array([(1.0,)], dtype=[("a", float)]),
    lambda: 1,
    ThreadPoolExecutor,
    STATE.parameters.linewidth * 1j,
    [1j],
    "",
    [],
    np.zeros((0, 2)),
]


#: How the junk begins that holds nothing.
NOTHING = ("{}", "[]", "array([], sh")


def is_value(name: str, argument: str, junk: object) -> bool:
    """Tell whether junk is a value of this argument after all."""
    if isinstance(junk, list | dict | np.ndarray) and repr(junk)[:12] in NOTHING:
        array = not isinstance(junk, dict)
        grid = name in ("collective_mode", "mode_branches", "real_dispersion")
        listed = argument in ("gamma_v", "kinds") and name != "Parameters"
        return (
            listed
            or (argument in ("omega", "p") and array)
            or (argument == "q" and array and not grid)
        )
    if argument == "omega" and name != "occupied_spectral_weight":
        return isinstance(junk, complex) or (isinstance(junk, list) and junk == [1j])
    if argument == "path":
        return isinstance(junk, str) and junk != ""
    if (name, argument) == ("trace_steady_states", "gamma_v"):
        return isinstance(junk, set)
    return argument == "certify" and isinstance(junk, bool)


def call(name: str, arguments: dict[str, object]) -> object:
    return getattr(numerics, name)(**arguments)


def one_line(error: Exception) -> None:
    text = str(error)
    assert text
    assert "\n" not in text
    assert len(text) < 400


def test_every_public_function_is_here() -> None:
    assert set(VALID) == set(FUNCTIONS)
    for name, arguments in VALID.items():
        inspect.signature(getattr(numerics, name)).bind(**arguments)


@pytest.mark.parametrize(
    ("name", "argument"), [(name, argument) for name in FUNCTIONS for argument in VALID[name]]
)
def test_what_is_no_value_is_refused_by_name(name, argument) -> None:
    for junk in JUNK:
        if is_value(name, argument, junk):
            continue
        with pytest.raises(ValueError, match=rf"^{argument}\b.* outside") as caught:
            call(name, {**VALID[name], argument: junk})
        one_line(caught.value)


def finite(value: object) -> bool:
    """Tell whether all numbers in a result are finite; infinite errors tell of failure."""
    if isinstance(value, complex | float | np.ndarray | np.generic):
        return bool(np.isfinite(value).all())
    if isinstance(value, FullResult):
        failed = value.status == "not converged"
        sound = np.isfinite(value.value) & np.isfinite(value.error)
        return bool((failed | sound.reshape(*failed.shape, -1).all(axis=-1)).all())
    if dataclasses.is_dataclass(value):
        return all(
            finite(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name not in ("error", "errors", "end")
        )
    if isinstance(value, list | tuple):
        return all(finite(part) for part in value)
    return True


def harmless(name: str, arguments: dict[str, object]) -> None:
    try:
        value = call(name, arguments)
    except (ValueError, ConvergenceError, NoCondensate, NoBoundary) as error:
        # LinAlgError and JSONDecodeError are kinds of ValueError, and none of ours
        if type(error) not in (ValueError, ConvergenceError, NoCondensate, NoBoundary):
            raise
        one_line(error)
    else:
        assert finite(value), value


def powers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda x: 10.0**x)


def signed(values: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    return st.builds(math.copysign, values, st.sampled_from([1.0, -1.0])) | st.just(0.0)


ANY = signed(powers(-323.0, 308.0))
STATES = st.sampled_from([STATE, WARM])


@settings(deadline=None, max_examples=10)
@given(
    signed(powers(-323.0, 308.0)),
    powers(-31.0, 13.0),
    powers(-33.0, 13.0) | st.just(0.0),
    powers(-31.0, 13.0) | st.just(0.0),
    powers(-1.0, 13.0),
)
@example(-0.1, 1e-3, 0.0, 1e-320, 100.0)
@example(1e-13, 1e-14, 0.0, 1.0, 10**0.5)
@example(-2.0, 1e-8, 1e-9, 1e-31, 100.0)
@example(1e308, 1e-3, 0.0, 0.0, 100.0)
@example(0.0, 1e-300, 1e-300, 0.0, 1e300)
def test_any_parameters(inv_kfa, gamma_b, gamma_v, temperature, cutoff) -> None:
    try:
        model = Parameters(inv_kfa, gamma_b, gamma_v, temperature, cutoff)
    except ValueError as error:
        one_line(error)
        return
    harmless("solve_steady_state", {"parameters": model})


@settings(deadline=None, max_examples=40)
@given(STATES, st.sampled_from(["all", "inter", "intra"]), ANY, ANY, signed(powers(-12.0, 12.0)))
@example(STATE, "inter", 0.0, 300.0, 0.0)
@example(STATE, "intra", 1e308, 0.1, 0.0)
@example(STATE, "all", 0.0, 0.0, 0.0)
@example(WARM, "intra", 0.0, 0.0, -0.03099999999999)
def test_any_wave_number_and_frequency(state, part, q, omega, growth) -> None:
    arguments = {"state": state, "q": q, "omega": complex(omega, growth), "part": part}
    harmless("pair_correlation", {**arguments, "full": True})
    if part != "intra":
        harmless("spectral_function", {**arguments, "full": True})


@settings(deadline=None, max_examples=20)
@given(STATES, st.booleans(), ANY, ANY, signed(powers(-12.0, 12.0)))
@example(STATE, False, 0.0, 300.0, 0.0)
@example(WARM, True, 0.0, 0.0, -0.03099999999999)
def test_any_susceptibility(state, bare, q, omega, growth) -> None:
    arguments = {"state": state, "q": q, "omega": complex(omega, growth), "bare": bare}
    harmless("susceptibility", {**arguments, "full": True})
    spectrum = {"state": state, "q": q, "omega": omega, "bare": bare, "full": True}
    harmless("fluctuation_spectrum", spectrum)
    light = {"state": LIT, "q": q, "full": True}
    harmless("luminescence", {**light, "omega": omega})
    harmless("photon_propagator", {**light, "omega": complex(omega, growth)})


@settings(deadline=None, max_examples=40)
@given(STATES, ANY, ANY)
def test_any_momentum_and_frequency(state, p, omega) -> None:
    harmless("occupied_spectral_weight", {"state": state, "p": p, "omega": omega})


@settings(deadline=None, max_examples=30)
@given(ANY)
@example(-1e308)
@example(1e308)
def test_any_coupling(inv_kfa) -> None:
    harmless("equilibrium_crossover", {"inv_kfa": inv_kfa})


@settings(deadline=None, max_examples=6)
@given(STATES, powers(-320.0, 13.0), st.none() | powers(-320.0, 13.0))
@example(STATE, 1e12, None)
@example(STATE, 5e-324, 1e-300)
@example(STATE, 1.0, 1e-312)
def test_modes_of_any_wave_number(state, q, largest) -> None:
    harmless("collective_mode", {"state": state, "q": q, "largest": largest})


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.data(), ANY, powers(-12.0, 3.0), powers(0.1, 6.0), powers(-12.0, 1.0) | st.just(0.0))
def test_slow_functions_at_any_parameters(data, inv_kfa, gamma_b, cutoff, temperature) -> None:
    kind = data.draw(st.sampled_from(["A", "B", "C", "normal", "gapped", "alpha11", "beta22"]))
    model = {"gamma_b": gamma_b, "temperature": temperature, "cutoff": cutoff}
    harmless("find_boundary", {"kind": kind, "inv_kfa": inv_kfa, **model})
    try:
        ratio = data.draw(st.floats(0.0, 1.2))
        state = solve_steady_state(Parameters.from_ratio(inv_kfa, ratio=ratio, **model))
    except (ValueError, NoCondensate, ConvergenceError):
        return
    for name in ("growth_rate", "hydrodynamics", "narrow_hydrodynamics"):
        harmless(name, {"state": state})
    harmless("mode_branches", {"state": state, "q": [0.01, 0.011]})
    harmless("real_dispersion", {"state": state, "q": [0.01, 0.011]})
