"""Boundaries against growth rates, modes, higher precision, and what the paper says of them."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from mpmath import mp

from numerics import (
    NoBoundary,
    Parameters,
    collective_mode,
    find_boundary,
    growth_rate,
    hydrodynamics,
    solve_steady_state,
)
from numerics.response.determinant import determinant
from numerics.response.long_wavelength import coefficients
from numerics.stability.boundaries import boundary_near
from tests.numerics.support.mp_loop import loop

QUICK = (
    ("A", 1.0),
    ("B", -1.0),
    ("C", -2.0),
)
#: With those, 36 points on the curves A, B and C, some at other linewidths and temperatures.
MORE = (
    *((("A", x), {}) for x in (-0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.25)),
    *((("B", x), {}) for x in (-1.9, -1.5, -1.25, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)),
    *((("C", x), {}) for x in (-2.3, -2.1, -1.9, -1.75, -1.6, -1.5, -1.4)),
    (("A", 1.0), {"gamma_b": 1e-4}),
    (("A", 1.0), {"temperature": 0.01}),
    (("B", -1.0), {"gamma_b": 1e-4}),
    (("B", -1.0), {"temperature": 0.003}),
    (("B", 0.0), {"temperature": 0.02}),
    (("B", -1.0), {"cutoff": 20.0}),
    (("C", -2.0), {"cutoff": 150.0}),
    (("C", -1.5), {"gamma_b": 3e-4}),
)


def beside(boundary, factor):
    """Return the state at a ratio somewhat off the boundary's."""
    parameters = boundary.state.parameters
    return solve_steady_state(
        parameters.replace(gamma_v=boundary.ratio * factor * parameters.gamma_b)
    )


def assert_growth_changes_its_sign(boundary):
    """Check the sign of the growth rate a ten-thousandth before and after the boundary."""
    gamma = boundary.state.parameters.linewidth
    if boundary.kind == "A":
        window = {"smallest": 1e-4 * gamma, "largest": 1e-3 * gamma}
    else:
        # other modes grow at other wave numbers already where this boundary is not the first
        window = {"smallest": boundary.q / 1.05, "largest": boundary.q * 1.05}
    before, after = (growth_rate(beside(boundary, 1 + x), **window) for x in (-1e-4, 1e-4))
    assert after.rate > 0
    assert before.rate < after.rate
    if boundary.kind == "B":
        static = determinant(beside(boundary, 1 - 1e-4), boundary.q * np.geomspace(0.8, 1.2, 41), 0)
        assert (static[0].real > 0).all()
        assert before.rate < 0 or before.omega > 0
    else:
        assert before.rate < 0


@pytest.mark.parametrize(("kind", "inv_kfa"), QUICK)
def test_the_growth_rate_changes_its_sign(kind, inv_kfa):
    assert_growth_changes_its_sign(find_boundary(kind, inv_kfa))


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "options"), MORE)
def test_the_growth_rate_changes_its_sign_everywhere(arguments, options):
    assert_growth_changes_its_sign(find_boundary(*arguments, **options))


@pytest.mark.parametrize(("kind", "inv_kfa"), [("B", -1.0), ("C", -2.0)])
def test_the_critical_mode_is_one_of_the_complex_plane(kind, inv_kfa):
    found = find_boundary(kind, inv_kfa)
    modes = collective_mode(found.state, found.q).frequencies
    closest = modes[np.argmin(np.abs(modes - found.omega))]
    gamma = found.state.parameters.linewidth
    # ratio and q are exact to 1e-8; the frequency follows the ratio at the rate of some gamma
    assert abs(closest - found.omega) < 1e-6 * gamma


def test_det_vanishes_at_25_digits():
    # the static determinant, whose zero is B: M of the same state at 25 digits
    found = find_boundary("B", -1.0)
    m = loop(found.state, found.q, 0.0)
    with mp.workdps(25):
        value = (m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]).real * (4 * mp.pi) ** 2
        size = abs(m[0, 0] * m[1, 1]) * (4 * mp.pi) ** 2
    slope = 4.0 * found.q**2
    assert abs(value) < 1e-8 * size + 10 * slope * found.error / found.ratio


def test_boundaries_are_followed():
    for kind, first, second in (("A", 1.0, 0.9), ("B", -1.0, -1.1), ("C", -2.0, -1.9)):
        start = find_boundary(kind, first)
        followed = find_boundary(kind, second, start=start)
        anew = find_boundary(kind, second)
        assert followed.ratio == pytest.approx(anew.ratio, rel=1e-8)
        assert followed.q == pytest.approx(anew.q, rel=1e-4)
        assert followed.omega == pytest.approx(anew.omega, rel=1e-4)
        assert followed.evaluations < anew.evaluations / 2


@pytest.mark.parametrize("kind", ["A", "B"])
def test_a_boundary_is_found_near_another_one_or_not_at_all(kind):
    start = find_boundary(kind, 1.0)
    moved = start.state.parameters.replace(temperature=2e-3)
    near = boundary_near(kind, moved, start, 0.5)
    alone = find_boundary(kind, 1.0, temperature=2e-3)
    assert abs(near.ratio - alone.ratio) <= near.error + alone.error
    # where it is expected twice as far away as it may be, it is none
    away = dataclasses.replace(start, value=start.value * math.exp(1.0))
    assert boundary_near(kind, moved, away, 0.5) is None
    # and within that distance it is found from anywhere
    away = dataclasses.replace(start, value=start.value * math.exp(-0.4))
    again = boundary_near(kind, moved, away, 0.5)
    assert abs(again.ratio - alone.ratio) <= again.error + alone.error


def test_no_uniform_boundary_is_near_beyond_a_static_one():
    # at -1 B is before A, which there is none of: below it the limit of long waves is positive
    start = find_boundary("B", -1.0)
    assert boundary_near("A", start.state.parameters, start, 0.5) is None


def test_a_boundary_is_crossed_in_its_own_direction():
    # beyond A, where beta_22 follows alpha_11, the stiffness becomes positive again
    boundary = find_boundary("A", 0.0)
    again = find_boundary("beta22", 0.0)
    start = dataclasses.replace(boundary, value=again.ratio, state=again.state)
    followed = find_boundary("A", 0.0, start=start)
    assert followed.ratio == pytest.approx(boundary.ratio, rel=1e-9)


def test_in_other_parameters_boundaries_are_followed_too():
    start = find_boundary("B", -1.0)
    for change in ({"cutoff": 110.0}, {"temperature": 2e-4}):
        followed = find_boundary("B", -1.0, start=start, **change)
        assert followed.ratio == pytest.approx(find_boundary("B", -1.0, **change).ratio, rel=1e-8)


def test_sound_slows_down_to_zero_at_A():
    # in the paper's words the sound velocity vanishes; the diffusive law has (c/Gamma) q**2
    found = find_boundary("A", 1.0)
    stiffness = [hydrodynamics(beside(found, x)).stiffness for x in (0.25, 0.5, 0.75, 0.99, 1.01)]
    assert all(a > b for a, b in itertools.pairwise(stiffness))
    assert stiffness[3] > 0 > stiffness[4]
    assert abs(hydrodynamics(found.state).stiffness) < 1e-9 * stiffness[0]


def test_order_of_the_lines():
    # B and C are slightly above alpha_11 = 0 and beta_22 = 0, A is almost at alpha_11 = 0
    for inv_kfa, kind in ((-1.0, "B"), (-2.0, "C")):
        boundary = find_boundary(kind, inv_kfa)
        for line in ("alpha11", "beta22"):
            zero = find_boundary(line, inv_kfa)
            assert 1 < boundary.ratio / zero.ratio < 1.25
    for inv_kfa in (0.25, 1.0):
        ratio = find_boundary("A", inv_kfa).ratio / find_boundary("alpha11", inv_kfa).ratio
        assert 1 < ratio < 1.01


def test_zero_lines():
    for line, row in (("alpha11", 0), ("beta22", 1)):
        found = find_boundary(line, -1.0)
        series = hydrodynamics(found.state)
        value = (series.alpha, series.beta)[row][row, row]
        assert abs(value) < 1e-8 * abs(hydrodynamics(beside(found, 0.5)).beta[row, row])


def test_gapped_mode():
    # Re det M(q -> 0, omega) has no zero before and two after it
    found = find_boundary("gapped", -1.0)
    omega = found.omega * np.linspace(0.5, 2.0, 61)
    for factor, changes in ((0.999, 0), (1.001, 2)):
        value, _ = determinant(beside(found, factor), 0.0, omega)
        assert np.count_nonzero(np.diff(np.sign(value.real))) == changes


def test_normal_boundary():
    found = find_boundary("normal", 0.0)
    assert found.state.gap < 1e-2
    # the square of the order parameter vanishes linearly
    gaps = [beside(found, 1 - x).gap for x in (4e-4, 1e-4)]
    assert gaps[0] / gaps[1] == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("inv_kfa", [0.0, pytest.param(-1.0, marks=pytest.mark.slow)])
def test_small_linewidths(inv_kfa):
    """A and B at the smallest linewidths: a power law of gamma_b, without rounding in between."""
    lines = {
        kind: [find_boundary(kind, inv_kfa, gamma_b=gamma_b) for gamma_b in (1e-7, 1e-8)]
        for kind in ("alpha11", "A", "B")
    }
    for wide, narrow in lines.values():
        assert wide.ratio / narrow.ratio == pytest.approx(10 ** (2 / 3), rel=1e-3)
        assert narrow.error < 1e-5 * narrow.ratio
    # the three meet as the linewidth vanishes
    spreads = [
        np.ptp([line[k].ratio for line in lines.values()]) / lines["A"][k].ratio for k in (0, 1)
    ]
    assert spreads[1] < spreads[0] / 3 < 1e-4


def test_no_state_is_expanded_twice(monkeypatch):
    asked = []

    def counted(state):
        asked.append(state)
        return coefficients(state)

    monkeypatch.setattr("numerics.response.uniform_limit.coefficients", counted)
    find_boundary("A", 0.43)
    assert len(asked) == len(set(asked)) > 10


def test_no_boundary():
    for kind, inv_kfa in (("A", -1.0), ("C", 1.0), ("beta22", 1.0)):
        with pytest.raises(NoBoundary, match=f"no boundary {kind}"):
            find_boundary(kind, inv_kfa)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [(("D", 0.0), {}), (("A", "1"), {}), (("A", 0.0), {"gamma_b": -1.0})],
)
def test_bad_input(arguments, options):
    with pytest.raises(ValueError, match="outside its domain"):
        find_boundary(*arguments, **options)


def test_a_boundary_knows_its_model():
    found = find_boundary("B", -1.0, cutoff=50.0)
    model = Parameters(-1.0, 1e-3, found.ratio * 1e-3, cutoff=50.0)
    assert found.state.parameters == model
