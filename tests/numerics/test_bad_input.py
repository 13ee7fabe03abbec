"""Bad input is refused in one line that names the parameter, its value and the domain."""

import decimal
import fractions
import re

import numpy as np
import pytest

from numerics import (
    ConvergenceError,
    NoCondensate,
    Parameters,
    solve_steady_state,
    trace_steady_states,
)

GOOD = {"inv_kfa": 0.0, "gamma_b": 1e-3, "gamma_v": 1e-5, "temperature": 0.0, "cutoff": 100.0}
DOMAINS = {
    "inv_kfa": "any real number",
    "gamma_b": "greater than 0 (ε_F)",
    "gamma_v": "0 or greater (ε_F)",
    "temperature": "0 or greater (ε_F), not between 0 and 1e-30",
    "cutoff": "greater than 1 (k_F)",
}
NEVER = [
    float("nan"),
    float("inf"),
    -float("inf"),
    np.float64("nan"),
    None,
    "0.5",
    b"1",
    True,
    False,
    1j,
    0.5 + 0j,
    [0.5],
    (0.5,),
    {},
    object,
    10**400,
    np.array([0.5, 0.6]),
    np.array([]),
    np.array([[0.5]]),
    np.bool_(True),
    np.complex128(0.5),
]
OUTSIDE = {
    "inv_kfa": [],
    "gamma_b": [0, 0.0, -0.0, -1e-3, -5e-324],
    "gamma_v": [-1e-300, -1.0],
    "temperature": [-1e-300, -0.1, 1e-300, 1e-31],
    "cutoff": [1, 1.0, 0.0, -100.0, np.nextafter(1, 0)],
}


def refused(name, value):
    with pytest.raises(ValueError, match="outside its domain") as caught:
        Parameters(**{**GOOD, name: value})
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{name} = ")
    assert DOMAINS[name] in message
    return message


@pytest.mark.parametrize("value", NEVER, ids=repr)
@pytest.mark.parametrize("name", DOMAINS)
def test_what_is_no_finite_real_number(name, value):
    # a value that is long is cut
    assert repr(value)[:50] in refused(name, value)


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in OUTSIDE.items() for v in vs])
def test_numbers_outside_the_domain(name, value):
    assert f"{name} = {float(value)!r} is" in refused(name, value)


@pytest.mark.parametrize(
    "value", [2, 2.0, np.float32(2), np.int64(2), fractions.Fraction(4, 2), decimal.Decimal(2)]
)
def test_real_numbers_of_other_types_become_floats(value):
    parameters = Parameters(*[value] * 5)
    assert parameters == Parameters(2.0, 2.0, 2.0, 2.0, 2.0)
    assert all(type(getattr(parameters, name)) is float for name in DOMAINS)


def test_replacing_checks_again():
    with pytest.raises(ValueError, match=r"^gamma_b = -1\.0 is outside its domain"):
        Parameters(0.0).replace(gamma_b=-1.0)
    assert Parameters(0.0).replace(gamma_v=1).gamma_v == 1.0


def test_derived_quantities():
    parameters = Parameters(0.0, 2e-3, 1e-3)
    assert parameters.linewidth == pytest.approx(3e-3, rel=1e-15)
    assert parameters.ratio == 0.5


def test_the_ratio_stands_for_the_decay_rate():
    # exact in binary, and rounded once where it is not
    assert Parameters.from_ratio(-1.0, 0.25, 0.5, 0.1, 50.0) == Parameters(
        -1.0, 0.25, 0.125, 0.1, 50.0
    )
    assert Parameters.from_ratio(0.0) == Parameters(0.0)
    assert Parameters.from_ratio(0.0, gamma_b=3e-3, ratio=0.1).gamma_v == 3e-3 * 0.1


@pytest.mark.parametrize("ratio", [*NEVER, -0.1, -5e-324])
def test_a_ratio_outside_its_domain_is_refused(ratio):
    with pytest.raises(ValueError, match=re.escape(f"ratio = {ratio!r}"[:50])) as caught:
        Parameters.from_ratio(0.0, ratio=ratio)
    assert str(caught.value).count("\n") == 0
    assert "0 or greater" in str(caught.value)


def test_a_ratio_with_a_wrong_linewidth_names_what_is_wrong():
    with pytest.raises(ValueError, match=r"gamma_b = -0\.001 is outside"):
        Parameters.from_ratio(0.0, gamma_b=-1e-3, ratio=0.1)
    with pytest.raises(ValueError, match=r"ratio = 1e\+20 is outside"):
        Parameters.from_ratio(0.0, gamma_b=1e2, ratio=1e20)


@pytest.mark.parametrize("solve", [solve_steady_state, lambda p: trace_steady_states(p, [0.0])])
@pytest.mark.parametrize("value", [None, 0.0, GOOD, (0.0, 1e-3), Parameters], ids=repr)
def test_something_else_than_parameters(solve, value):
    with pytest.raises(ValueError, match=r"^parameters = .* is outside its domain: a Parameters$"):
        solve(value)


@pytest.mark.parametrize("rtol", [0, -1e-10, 1e-14, 0.1, 1, float("nan"), None, "1e-10", True, 1j])
def test_tolerances(rtol):
    for solve in (solve_steady_state, lambda p, rtol: trace_steady_states(p, [0.0], rtol=rtol)):
        with pytest.raises(ValueError, match=r"^rtol = .* is outside its domain") as caught:
            solve(Parameters(0.0), rtol=rtol)
        assert "from 1e-13 to 1e-2" in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rtol", [1e-13, 1e-2])
def test_the_ends_of_the_domain_of_the_tolerance_belong_to_it(rtol):
    assert solve_steady_state(Parameters(0.0), rtol=rtol).residual <= rtol


def test_decay_rates_of_a_branch():
    parameters = Parameters(0.0)
    with pytest.raises(ValueError, match=r"^gamma_v = \[1e-05, 1e-06\] is outside .* none smaller"):
        trace_steady_states(parameters, [1e-5, 1e-6])
    with pytest.raises(ValueError, match=r"^gamma_v = -1e-05 is outside its domain"):
        trace_steady_states(parameters, [-1e-5, 0.0])
    with pytest.raises(ValueError, match=r"^gamma_v = nan is outside its domain"):
        trace_steady_states(parameters, [0.0, float("nan")])


@pytest.mark.parametrize(
    "arguments",
    [
        (0.0, 1e-3, 2e-3, 0.0, 90.0),  # the branch ends before
        (-3.0, 1e-1, 0.0, 0.0, 90.0),  # and here it does not begin
        (-3.0, 1e-3, 0.0, 0.2, 90.0),
    ],
)
def test_no_condensate_is_said_in_one_line_with_the_parameters(arguments):
    parameters = Parameters(*arguments)
    with pytest.raises(NoCondensate) as caught:
        solve_steady_state(parameters)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("no condensate")
    for name in ("inv_kfa", "gamma_b", "cutoff"):
        assert re.search(
            rf"\b{name} = {re.escape(format(getattr(parameters, name), 'g'))}", message
        )


def test_a_residual_above_the_tolerance_is_an_error_with_the_last_iterate(monkeypatch):
    from numerics.steady import branch as steady_state

    def early(system, start, scales, *_, **__):
        return original(system, start, scales, 0.1)

    original = steady_state.newton
    monkeypatch.setattr(steady_state, "newton", early)
    monkeypatch.setattr(steady_state, "_POLISHING", 0)
    with pytest.raises(ConvergenceError, match=r"^residual .* exceeds rtol = 1e-13") as caught:
        solve_steady_state(Parameters(0.0, 1e-3, 5e-4), rtol=1e-13)
    assert caught.value.last.gap == pytest.approx(0.309, abs=0.05)
    assert "\n" not in str(caught.value)


def test_errors_can_be_told_apart():
    assert not issubclass(NoCondensate, ConvergenceError)
    assert not issubclass(ConvergenceError, NoCondensate)
    assert ConvergenceError("text", last=3).last == 3
    assert ConvergenceError("text").last is None
