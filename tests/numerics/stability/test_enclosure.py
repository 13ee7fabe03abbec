"""The fluctuation matrix against enclosures in ball arithmetic, and what these rest on."""

from __future__ import annotations

import math
from typing import NamedTuple

import mpmath as mp
import numpy as np
import pytest
from flint import acb, arb, ctx

from numerics import Parameters, SteadyState, fluctuation_matrix, solve_steady_state
from tests.numerics.support.ball_loop import BITS, Loop, enclosure, principal_part
from tests.numerics.support.mp_loop import loop

#: Wider enclosures would not tell more than the error bounds of the production route.
WIDTH = 1e-11


class Case(NamedTuple):
    parameters: Parameters
    q: float
    #: Frequency, or none for the threshold of the pair continuum, twice the order parameter.
    omega: complex | None


WEAK = Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5)
CASES = {
    "at-threshold": Case(WEAK, 0.3, None),
}
MORE_CASES = {
    "below-axis": Case(WEAK, 0.3, 0.2 - 7e-4j),
    "gamma-1e-4": Case(Parameters(inv_kfa=-1.0, gamma_b=1e-4, gamma_v=2.1e-6), 0.3, 0.1),
    "unitarity": Case(Parameters(inv_kfa=0.0, gamma_b=1e-3, gamma_v=1e-4), 0.7, 0.9),
    "molecules": Case(Parameters(inv_kfa=1.0, gamma_b=1e-3, gamma_v=3.1e-6), 0.5, 2.1),
    "gamma-1e-6": Case(Parameters(inv_kfa=-1.0, gamma_b=1e-6, gamma_v=2.1e-8), 0.3, None),
    "small-q": Case(WEAK, 0.02, 0.01),
    "zero-frequency": Case(WEAK, 0.4, 0.0),
    "above-axis": Case(
        Parameters(inv_kfa=-1.0, gamma_b=1e-2, gamma_v=2.1e-4, cutoff=10.0), 1.9, -0.3 + 0.02j
    ),
}

#: A ball of frequencies below the axis, and points in it.
BALL = acb(arb(0.1, 2e-5), arb(-3e-4, 2e-5))
POINTS = (0.1 - 3e-4j, 0.10002 - 3.2e-4j, 0.09998 - 2.8e-4j, 0.100013 - 3.1e-4j)


def point(case: Case) -> tuple[SteadyState, float, complex]:
    state = solve_steady_state(case.parameters)
    return state, case.q, 2 * state.gap if case.omega is None else case.omega


def compare(case: Case) -> None:
    state, q, omega = point(case)
    balls = enclosure(state, q, omega)
    result = fluctuation_matrix(state, q, omega, rtol=1e-11, full=True)
    for ball, value, error in zip(balls, result.value.ravel(), result.error.ravel(), strict=True):
        # written so that a ball which is not finite fails
        assert 2 * max(ball.real.rad(), ball.imag.rad()) < WIDTH
        assert (ball - acb(value)).abs_lower() <= error


@pytest.mark.parametrize("name", CASES)
def test_fluctuation_matrix_meets_its_enclosure(name: str) -> None:
    compare(CASES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", MORE_CASES)
def test_fluctuation_matrix_meets_more_enclosures(name: str) -> None:
    compare(MORE_CASES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["at-threshold", "below-axis"])
def test_enclosure_contains_the_value_of_the_generated_kernel(name: str) -> None:
    # by a quadrature of 25 digits, whose error is no part of the width
    state, q, omega = point({**CASES, **MORE_CASES}[name])
    balls, values = enclosure(state, q, omega), loop(state, q, omega)
    with ctx.workdps(30):
        for ball, value in zip(balls, values, strict=True):
            exact = acb(*(arb(mp.nstr(part, 25)) for part in (value.real, value.imag)))
            assert ball.overlaps(exact)


@pytest.mark.parametrize("name", [*CASES, "below-axis", "gamma-1e-4"])
def test_both_forms_of_the_integrand_agree_at_large_frequencies(name: str) -> None:
    integrand = Loop(*point({**CASES, **MORE_CASES}[name]))
    with ctx.workprec(120):
        for r in (integrand.rho, integrand.rho / 3, integrand.rho / 50):
            for side in (-1, 1):
                bulk = integrand.bulk(side / acb(r).mid() ** 2, side)
                tail = integrand.tail(acb(r), side, True)
                for x, y in zip(bulk, tail, strict=True):
                    assert x.overlaps(y)
                    assert abs(complex(x - y)) < 1e-15 * abs(complex(y))


def test_only_the_subtracted_divergence_is_left_at_large_frequencies() -> None:
    # 2 r^-3 sum_p 1/p^2 per unit of r is r^-2/(2 pi^2) of the diagonal; nothing else diverges
    first, second, third = principal_part(*point(CASES["at-threshold"]))
    for coefficients in (first, third):
        assert all(ball.contains(0) and ball.rad() < WIDTH for ball in coefficients)
    assert all(ball.rad() < WIDTH for ball in second)
    divergence = 1 / (2 * arb.pi() ** 2)
    for ball, expected in zip(second, (divergence, 0, 0, divergence), strict=True):
        assert ball.overlaps(acb(expected))


def upper_root(x: acb, analytic: bool) -> acb:
    """Return the pole of G^R at Delta_0 = 1 and gamma = 1e-3; its cut is at Im x = -1e-3."""
    z = x + acb(0, 1e-3)
    return acb(0, 1) * (-((z - 1) * (z + 1))).sqrt(analytic=analytic)


def upper_root_integral(x: float) -> acb:
    z, root = x + acb(0, 1e-3), upper_root(acb(x), True)
    return (z * root - (z + root).log(analytic=True)) / 2


@pytest.mark.parametrize("honest", [True, False])
def test_a_ball_across_a_cut_certifies_a_wrong_value(honest: bool) -> None:
    # the path stays off the cut, but balls about it do not: without the flag nothing is subdivided,
    # and the value has an error of 0.1 and bounds of 1e-15
    exact = upper_root_integral(2) - upper_root_integral(0)
    ball = acb.integral(
        lambda x, analytic: upper_root(x, analytic and honest), 0, 2, abs_tol=1e-10, rel_tol=0
    )
    assert ball.rad() < 1e-7
    assert ball.overlaps(exact) == honest
    assert honest or abs(complex(ball - exact)) > 0.1


@pytest.mark.parametrize("honest", [True, False])
def test_a_path_across_a_cut_certifies_a_wrong_value(honest: bool) -> None:
    # from -1 - i to -1 + 3i/2 the principal root changes its sign at -1
    def primitive(z: complex) -> complex:
        return z * np.sqrt(z) * 2 / 3

    below, above = -1 - 1j, -1 + 1.5j
    jump = -2 * primitive(complex(-1, 0.0))
    exact = primitive(above) - primitive(below) + jump
    ball = acb.integral(
        lambda z, analytic: z.sqrt(analytic=analytic and honest), below, above, abs_tol=1e-10
    )
    assert ball.rad() < 1e-8
    assert ((ball - acb(exact)).abs_lower() < 1e-14) == honest


def test_integrands_on_a_ball_contain_those_at_its_points() -> None:
    state = solve_steady_state(WEAK)
    with ctx.workprec(BITS):
        wide = Loop(state, 0.3, BALL)
        loops = [Loop(state, 0.3, point) for point in POINTS]
        finite = 0
        for nu in (0.05, 0.05 + 1e-4j, 0.176, -0.176, 0.3, 0.39, -0.39, -7.0):
            for radius in (0.0, 1e-5):
                at = acb(nu) + acb(arb(0, radius), arb(0, radius))
                side = 0 if abs(nu) < float(wide.edge) else 1 if nu.real > 0 else -1
                balls = wide.bulk(at, side)
                finite += all(ball.is_finite() for ball in balls)
                for loop in loops:
                    for ball, value in zip(balls, loop.bulk(acb(nu), side), strict=True):
                        assert not ball.is_finite() or ball.contains(value)
        assert finite >= 14
        for s in (acb(0.1), acb(0.2, 0.3)):
            tails = wide.tails(s, True)
            for loop in loops:
                for ball, value in zip(tails, loop.tails(s, True), strict=True):
                    assert ball.contains(value)
                    assert ball.rad() < 1e-3


@pytest.mark.parametrize(
    ("tolerance", "size"), [(1e-2, 1.2), pytest.param(1e-6, 0.01, marks=pytest.mark.slow)]
)
def test_an_enclosure_on_a_ball_contains_the_matrix_at_its_points(
    tolerance: float, size: float
) -> None:
    state = solve_steady_state(WEAK)
    balls = enclosure(state, 0.3, BALL, tolerance)
    assert all(ball.rad() < size for ball in balls)
    for point in POINTS:
        values = fluctuation_matrix(state, 0.3, point).ravel()
        assert all(ball.contains(acb(x)) for ball, x in zip(balls, values, strict=True))


def test_a_ball_down_to_the_singularities_is_refused() -> None:
    state = solve_steady_state(WEAK)
    with pytest.raises(ValueError, match="only Im omega > -gamma"):
        Loop(state, 0.3, acb(0.1, arb(-5e-4, 6e-4)))


@pytest.mark.parametrize(
    ("parameters", "q"), [(WEAK.replace(temperature=0.01), 0.1), (WEAK, 0.0), (WEAK, math.nan)]
)
def test_what_is_not_enclosed_is_refused(parameters: Parameters, q: float) -> None:
    with pytest.raises(ValueError, match="only T = 0, q > 0 and an edge of the bath above zero"):
        enclosure(solve_steady_state(parameters), q, 0.1)
