"""Occupations as sums of Fermi functions: exact where they are such sums, else near."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erfc

from numerics import Reservoir
from numerics.superposition import Step, Superposition


def fermi(x, temperature):
    return 0.5 * (1 - np.tanh(x / (2 * temperature)))


def lorentzian(x):
    return 0.5 - np.arctan(x / 0.01) / math.pi


def ramp(x):
    return np.clip(0.5 - x / 0.2, 0.0, 1.0)


def wire(x):
    return 0.25 * (x < 0.3) + 0.75 * (x < -0.1)


#: Function, its steps.
SMOOTH = {
    "lorentzian": (lorentzian, [(0.0, 0.01)]),
    "fermi, another width": (lambda x: fermi(x, 0.05), [(0.0, 0.08)]),
    "gaussian": (lambda x: erfc(x / 0.05) / 2, [(0.0, 0.05)]),
    "two, other widths": (
        lambda x: 0.7 * fermi(x - 0.1, 0.03) + 0.3 * fermi(x + 0.2, 0.06),
        [(0.1, 0.05), (-0.2, 0.05)],
    ),
    "not falling all the way": (
        lambda x: fermi(x, 0.05) + 0.2 * np.exp(-((x / 0.1 - 4) ** 2)),
        [(0.0, 0.05), (0.4, 0.1)],
    ),
    "sharp and smooth": (lambda x: 0.4 * (x < 0.2) + 0.6 * erfc(x / 0.1) / 2, [(0.2, 0), (0, 0.1)]),
}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("accuracy", [1e-5, 1e-9])
def test_a_smooth_occupation_is_as_accurate_as_is_said(name, accuracy):
    occupation, steps = SMOOTH[name]
    found = Superposition.of(occupation, steps, accuracy)
    assert not found.exact
    assert 0 < found.error <= accuracy
    # at points of its own, where nothing was fitted or checked
    generator = np.random.default_rng(1)
    sign, size = generator.choice([-1, 1], 4000), 10 ** generator.uniform(-4, 8, 4000)
    x = np.concatenate([generator.uniform(-1, 1, 4000), sign * size])
    # between the points of the check the difference may be larger, by less than its own size
    assert np.abs(found(x) - occupation(x)).max() <= 2 * accuracy
    # the coarser sum is less accurate, but not without a relation to the function
    difference = np.abs(found.coarser()(x) - occupation(x)).max()
    assert found.error < difference <= 200 * accuracy


@given(
    st.lists(
        st.tuples(st.floats(-2, 2), st.sampled_from([0.0, 1e-3, 0.05, 0.3]), st.integers(1, 8)),
        min_size=1,
        max_size=4,
        unique_by=lambda step: round(step[0], 1),
    )
)
def test_fermi_functions_are_found_again(steps):
    whole = sum(height for _, _, height in steps)

    def occupation(x):
        total = np.zeros_like(x)
        for place, width, height in steps:
            part = fermi(x - place, width) if width else np.heaviside(place - x, 0.5)
            total += height / whole * part
        return total

    found = Superposition.of(occupation, [step[:2] for step in steps], 1e-9)
    assert found.exact
    assert [step.place for step in found.steps] == sorted(step[0] for step in steps)
    weights = {(step.place, step.width): step.weight for step in found.steps}
    for place, width, height in steps:
        # heights of functions that overlap are told apart by the differences between them
        assert weights[place, width] == pytest.approx(height / whole, abs=1e-9)


def test_sharp_steps_are_exact_to_rounding():
    found = Superposition.of(wire, [(0.3, 0.0), (-0.1, 0.0)], 1e-9)
    assert found.steps == (Step(0.75, -0.1, 0.0), Step(0.25, 0.3, 0.0))
    assert found.error == 0


def test_what_is_kept_is_kept_on_replacing():
    import dataclasses

    reservoir = Reservoir("wire", 1e-3, occupation=wire, steps=[(0.3, 0.0), (-0.1, 0.0)])
    again = dataclasses.replace(reservoir, rate=2e-3)
    assert again.occupation == reservoir.occupation
    assert again.occupation(np.array(0.0)) == 0.25


def broken(x):
    raise RuntimeError("no\nsuch table")


@pytest.mark.parametrize(
    ("occupation", "steps", "match"),
    [
        (0.5, [(0, 0.1)], "occupation = 0.5 is outside its domain: a callable"),
        (wire, [], "steps = .* at least one step"),
        (wire, 0.1, "steps = 0.1"),
        (wire, [0.1], "steps = 0.1"),
        (wire, [(0.1, -1.0)], "width of a step = -1.0"),
        (wire, [(math.nan, 0.0)], "place of a step = nan"),
        (wire, [(0.3, 0.0), (0.3, 0.1)], "different places"),
        (wire, [(0.3, 0.0)], "steps = .* all places where the occupation changes"),
        (wire, [(0.3, 0.01)], "occupation .* smooth on the scale"),
        (ramp, [(-0.1, 0.01), (0.1, 0.01)], r"sums of Fermi functions reach .* in place of 1e-09"),
        (lambda x: 2.0 * (x < 0), [(0, 0)], r"occupation\(-1e\+12\) = 2.0 .* from 0 to 1"),
        (lambda x: 1.0 * (x > 0), [(0, 0)], r"occupation\(-1e\+12\) = 0.0 .* its limit"),
        (lambda x: 0.5 + 0 * x, [(0, 0)], r"occupation\(-1e\+12\) = 0.5 .* 1, its limit"),
        (lambda x: np.where(np.abs(x) < 1, math.nan, x < 0), [(0, 0)], "= nan .* from 0 to 1"),
        (lambda x: 0.5, [(0, 0)], r"returned an array of shape \(\) and type float64"),
        (lambda x: x[:1] < 0, [(0, 0)], r"returned an array of shape \(1,\)"),
        (lambda x: 1j * x, [(0, 0)], "type complex128"),
        (lambda x: None, [(0, 0)], "type object"),
        (broken, [(0, 0)], "it raised RuntimeError: no$"),
    ],
)
def test_bad_occupations(occupation, steps, match):
    with pytest.raises(ValueError, match=match) as caught:
        Reservoir("lead", 1e-3, occupation=occupation, steps=steps)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"temperature": 0.1}, "temperature = 0.1 .* left out"),
        ({"mu": -math.inf}, "mu = -inf .* left out"),
        ({"accuracy": 1e-12}, "accuracy = 1e-12"),
        ({"occupation": None}, "steps = .* left out"),
    ],
)
def test_what_does_not_go_with_an_occupation(options, match):
    given = {"occupation": wire, "steps": [(0.3, 0.0), (-0.1, 0.0)], **options}
    with pytest.raises(ValueError, match=match):
        Reservoir("lead", 1e-3, **given)


@pytest.mark.parametrize(
    "steps", [(), ((0.5, 0.0, 0.0),), ((1.0, math.nan, 0.0),), ((1.0, 0.0, -1.0),)]
)
def test_a_sum_that_is_no_occupation_is_refused(steps):
    with pytest.raises(ValueError, match="is outside its domain"):
        Superposition(steps, steps, 0.0)
