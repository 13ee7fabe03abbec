"""The paper's boundaries A, B and C by enclosed counts of the modes on either side of each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from flint import acb, arb, ctx

from numerics import Parameters, find_boundary, solve_steady_state
from tests.numerics.support import enclosed_count
from tests.numerics.support.ball_loop import BITS
from tests.numerics.support.enclosed_count import (
    COARSE,
    RATIO,
    VALUES,
    Taylor,
    expansion,
    modes_beside_axis,
    taylor,
    zeros_beside_axis,
)

#: Kind, interaction strength, wave number of A, and the relative distance of the ratio from that of
#: the boundary, at which the mode has moved by 0.03 to 0.06 linewidths.
BOUNDARIES = (("A", 1.0, 0.003, 0.05), ("B", -1.0, None, 0.005), ("C", -2.0, None, 0.01))
SIDES = {"before": (-1, (0, 1)), "beyond": (1, (1, 0))}

CENTRE, RADIUS = 0.25, 0.5
INNER = RADIUS * RATIO


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("kind", "inv_kfa", "q", "distance"), BOUNDARIES)
def test_one_mode_crosses_the_axis(
    kind: str, inv_kfa: float, q: float | None, distance: float, side: str
) -> None:
    sign, expected = SIDES[side]
    boundary = find_boundary(kind, inv_kfa)
    ratio = boundary.ratio * (1 + sign * distance)
    state = solve_steady_state(Parameters.from_ratio(inv_kfa, ratio=ratio))
    assert modes_beside_axis(state, q or boundary.q, boundary.omega) == expected


# The count of known functions -------------------------------------------------------------------


def polynomial(*zeros: complex) -> Callable[[acb, float], acb]:
    """Return a polynomial with zeros given in units of the smaller disc."""

    def value(omega: acb, tolerance: float) -> acb:
        product = acb(2, 1)
        for zero in zeros:
            product *= (omega - CENTRE) / INNER - acb(zero)
        return product

    return value


@pytest.mark.parametrize(
    ("zeros", "expected"),
    [
        ((), (0, 0)),
        ((0.3j,), (1, 0)),
        ((-0.3j,), (0, 1)),
        ((0.5 + 1e-6j, -0.9 + 0.1j, 0.2 - 0.1j), (2, 1)),
        ((-0.4j, -0.4j, 0.8 + 0.7j), (0, 2)),
        ((2.0 + 0.1j, -3j, 0.1j), (1, 0)),
        ((-1.001, 1.001, 1.001j, -1.001j), (0, 0)),
    ],
)
def test_zeros_of_polynomials(zeros: tuple[complex, ...], expected: tuple[int, int]) -> None:
    assert zeros_beside_axis(polynomial(*zeros), CENTRE, RADIUS) == expected


@pytest.mark.parametrize("distance", [0.03, 1e-4, 1e-9])
@pytest.mark.parametrize("sign", [1, -1])
def test_zeros_of_an_entire_function(distance: float, sign: int) -> None:
    zero = acb(CENTRE, sign * distance)

    def value(omega: acb, tolerance: float) -> acb:
        return omega.exp() - zero.exp()

    assert zeros_beside_axis(value, CENTRE, RADIUS) == ((1, 0) if sign > 0 else (0, 1))


@pytest.mark.parametrize("zero", [0.3, 0.0, 1.0, 1j, -0.6 - 0.8j, 0.5 + 1e-30j])
def test_zeros_on_the_boundary_are_refused(zero: complex) -> None:
    with pytest.raises(ArithmeticError, match="not seen to differ from zero"):
        zeros_beside_axis(polynomial(zero), CENTRE, RADIUS)


def test_values_without_information_are_refused() -> None:
    def blurred(omega: acb, tolerance: float) -> acb:
        return polynomial(0.3j)(omega, tolerance) + acb(arb(0, 10), arb(0, 10))

    def unbounded(omega: acb, tolerance: float) -> acb:
        return polynomial(0.3j)(omega, tolerance) if tolerance < COARSE else acb("nan", "nan")

    with pytest.raises(ArithmeticError, match="not seen to differ from zero"):
        zeros_beside_axis(blurred, CENTRE, RADIUS)
    with pytest.raises(ArithmeticError, match="not bounded"):
        zeros_beside_axis(unbounded, CENTRE, RADIUS)


def test_what_the_values_cannot_tell_is_enclosed() -> None:
    # on the points z^24 is 1: the values do not tell it from a constant, only the bound does
    with ctx.workprec(BITS):
        ratio = arb(RATIO)
        found = taylor([acb(1)] * VALUES, 1 / ratio**VALUES, ratio)
        assert found.error.real.rad() < 2.6
        # and between these it is -1
        for k in range(VALUES):
            between = acb(arb(2 * k + 1) / VALUES).exp_pi_i()
            assert found.at(between).contains(acb(-1))


@pytest.mark.parametrize("honest", [True, False])
def test_a_count_with_too_small_a_bound_may_be_wrong(honest: bool) -> None:
    # 2 z^24 - 1 has all of its zeros in the disc and looks like 1 on the points
    def value(z: acb) -> acb:
        return 2 * z**VALUES - 1

    with ctx.workprec(BITS):
        ratio = arb(RATIO)
        values = [value(acb(arb(2 * k) / VALUES).exp_pi_i()) for k in range(VALUES)]
        bound = 2 / ratio**VALUES + 1
        found = taylor(values, bound if honest else bound * 1e-9, ratio)
        if honest:
            with pytest.raises(ArithmeticError, match="not seen to differ from zero"):
                enclosed_count.turns(found, enclosed_count.UPPER)
        else:
            assert enclosed_count.turns(found, enclosed_count.UPPER) == 0


def test_the_bound_holds_between_the_centres_of_its_balls() -> None:
    # u^8 + u^24 vanishes at these centres, and is u^8 + a constant for all that the values tell
    def value(omega: acb, tolerance: float) -> acb:
        u = (omega - CENTRE) / RADIUS
        return u**8 + u**VALUES

    with ctx.workprec(BITS):
        z = acb(arb(1) / VALUES).exp_pi_i()
        assert expansion(value, CENTRE, RADIUS).at(z).contains(value(CENTRE + INNER * z, 0.0))


def test_the_expansion_contains_the_function() -> None:
    # a pole beyond the larger disc
    def value(omega: acb, tolerance: float) -> acb:
        return 1 / (omega - CENTRE - acb(0.5, 0.4))

    found = expansion(value, CENTRE, RADIUS)
    rng = np.random.default_rng(5)
    with ctx.workprec(BITS):
        for size, turn in zip(rng.uniform(0, 1, 20), rng.uniform(0, 2, 20), strict=True):
            z = size * acb(turn).exp_pi_i()
            ball = found.at(z)
            assert ball.contains(value(CENTRE + INNER * z, 0.0))
            assert ball.rad() < 1e-13


def test_an_image_contains_the_values() -> None:
    with ctx.workprec(BITS):
        cubic = Taylor((acb(1), acb(0, 2), acb(0), acb(-3)), acb(0))
        image = cubic.at(acb(arb(0.3, 0.1), arb(-0.2, 0.1)))
        for z in (acb(0.2, -0.1), acb(0.4, -0.3), acb(0.39, -0.11), acb(0.3, -0.2)):
            assert image.contains(1 + acb(0, 2) * z - 3 * z**3)
