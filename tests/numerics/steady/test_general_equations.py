"""The equations of unequal carriers: their derivatives, and equal carriers by both routes."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import example, given, settings

from numerics import Bands, Contact, Model, Parameters, Reservoir
from numerics.steady.equations import Unknowns, evaluate_equations
from numerics.steady.general_equations import evaluate_general
from tests.numerics.support.equation_points import COLD, WARM, points

EPS = float(np.finfo(float).eps)
COLUMNS = ("gap", "mu", "edge", "drive")

BATH, DRAIN = Reservoir("bath", 1e-2), Reservoir.empty("drain", (2e-4, 1e-3))
LEAD = Reservoir("lead", (1e-3, 3e-3), mu=0.6)
CASES = {
    "masses": (Model(Contact(0.0), [BATH, DRAIN], bands=Bands.of_ratio(3.0)), 0.24),
    "rates": (Model(Contact(0.0), [BATH.scaled(2.0), LEAD, DRAIN]), 0.55),
    "warm": (
        Model(
            Contact(0.0),
            [
                Reservoir("bath", (2e-2, 1e-2), temperature=0.02),
                dataclasses.replace(LEAD, temperature=0.05),
                DRAIN,
            ],
            bands=Bands.of_ratio(0.4),
        ),
        0.3,
    ),
    "neutral": (
        Model(Contact(-0.5), [BATH, LEAD, DRAIN], bands=Bands.of_ratio(4.0), neutral=True),
        0.4,
    ),
    "neutral and warm": (
        Model(
            Contact(0.0),
            [Reservoir("bath", (2e-2, 1e-2), temperature=0.02), DRAIN],
            bands=Bands.of_ratio(0.4),
            neutral=True,
        ),
        0.5,
    ),
    "potential": (
        Model(
            Contact(-0.5),
            [Reservoir("left", (1e-2, 2e-2), 0.9), LEAD],
            density=False,
            bands=Bands.of_ratio(2.0),
        ),
        0.3,
    ),
    "wire": (
        Model(
            Contact(0.0),
            [
                Reservoir(
                    "bath",
                    (1e-2, 5e-3),
                    occupation=lambda x: 0.7 * (x < 0.1) + 0.3 * (x < -0.1),
                    steps=[(0.1, 0.0), (-0.1, 0.0)],
                )
            ],
            bands=Bands.of_ratio(2.0),
        ),
        0.4,
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("gap", [0.6, -0.5])
def test_derivatives_against_differences(name: str, gap: float) -> None:
    model, edge = CASES[name]
    at, drive = Unknowns(gap, 0.55, edge), 0.8 * model.drive
    value = evaluate_general(model, drive, at)
    exact = value.jacobian * value.scales[:, None]

    def unscaled(column: str, change: float) -> np.ndarray:
        if column == "drive":
            found = evaluate_general(model, drive + change, at)
        else:
            moved = dataclasses.replace(at, **{column: getattr(at, column) + change})
            found = evaluate_general(model, drive, moved)
        return found.residuals * found.scales

    for column, by in enumerate(COLUMNS):
        # everything changes on the scale of the linewidth at least, the rates on their own
        step = (drive if by == "drive" else model.linewidth) / 200
        upper1, lower1, upper2, lower2 = (unscaled(by, k * step) for k in (1, -1, 2, -2))
        found = (8 * (upper1 - lower1) - (upper2 - lower2)) / (12 * step)
        noise = 8 * (value.errors + 8 * EPS) * value.scales / step
        # of the formula (1/200)**4/30 of the fifth derivative, 5! times the value, is left
        allowed = 1e-7 * np.abs(exact).max(axis=1) + noise
        assert (np.abs(found - exact[:, column]) <= allowed).all(), by


@settings(deadline=None, max_examples=10, derandomize=True)
@given(cold=points(COLD, rates=(-3.0, -1.0)), warm=points(WARM, rates=(-3.0, -1.0)))
@example(
    cold=(Parameters(0.0, 0.1, 0.0, cutoff=1000.0), 0.0, Unknowns(1.0, 2.0, 0.0)),
    warm=(Parameters(0.0, 0.1, 0.0, 0.1, 10.0), 0.0, Unknowns(1.0, 0.0, 0.0)),
)
@example(
    cold=(Parameters(0.0, 0.1, 0.0, cutoff=10.0), 1.1444091797877685e-06, Unknowns(1.0, 0.0, 0.0)),
    warm=(Parameters(0.0, 0.1, 0.0, 0.1, 10.0), 0.0, Unknowns(1.0, 0.0, 0.0)),
)
@example(
    cold=(Parameters(0.0, 0.1, 0.0, cutoff=10.0), 0.0, Unknowns(1.0, 0.0, 0.0)),
    warm=(Parameters(0.0, 1e-3, 0.0, 0.01, 10.0), 0.0, Unknowns(1e-4, -2.0, 0.0)),
)
def test_equal_carriers_by_both_routes(
    cold: tuple[Parameters, float, Unknowns], warm: tuple[Parameters, float, Unknowns]
) -> None:
    for point in (cold, warm):
        one, other = evaluate_equations(*point), evaluate_general(*point)
        difference = one.residuals * one.scales - other.residuals * other.scales
        assert (np.abs(difference) <= one.errors * one.scales + other.errors * other.scales).all()
        slopes = [e.jacobian * e.scales[:, None] for e in (one, other)]
        size = np.abs(slopes[0]).max(axis=1, keepdims=True)
        # half of the digits are left at an edge in the middle of the gap; and no slope is known
        # better than its values are over the linewidth, where few carriers are left of all states
        noise = (one.errors * one.scales / point[0].gamma_b)[:, None]
        assert (np.abs(slopes[1] - slopes[0]) <= 1e-7 * size + noise).all()
        assert math.isclose(one.number, other.number, rel_tol=1e-9)


@pytest.mark.parametrize("neutral", [False, True])
def test_warmth_in_equilibrium_takes_no_more_frequencies(neutral: bool) -> None:
    # the imaginary part is what rounding leaves of zero: its own size is no measure of its errors
    found = []
    for temperature in (0.0, 0.01, 0.05):
        bath = Reservoir("bath", 1e-4, mu=0.9, temperature=temperature)
        bands = Bands.of_ratio(1.4)
        model = Model(Contact(-0.5), [bath], density=False, bands=bands, neutral=neutral)
        found.append(evaluate_general(model, 0.0, Unknowns(0.43, 0.9, 0.0)))
    cold, *warm = found
    assert all(value.nodes < 2 * cold.nodes for value in warm)
    assert all(abs(value.residuals[1]) <= value.errors[1] for value in found)
    assert all(value.errors[[0, 2]].max() < 1e-10 for value in found)
