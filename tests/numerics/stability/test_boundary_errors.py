"""Errors of boundaries bound the true ones: signs of det M to many digits on either side of them.

States and M are those of `numerics.precise`, apart from those of the searches.  The slow tests are
at three hundred boundaries.
"""

import random

import mpmath
import pytest

from numerics import NoBoundary, NoCondensate, find_boundary
from numerics.precise import precise_determinant, precise_state
from numerics.precise.roots import certified_rate
from numerics.steady.solution import solve_nearby
from tests.numerics.precise.coefficients import coefficients

#: Where boundaries of a kind are, in (k_F a_s)**-1.
RANGES = {"A": (0.3, 1.6), "B": (-1.2, 0.6), "C": (-2.4, -1.3)}
#: Digits of the states and of M.
DIGITS = 18
#: Wave numbers beside the critical one, in log q: a parabola through them is off by less than the
#: cube of that, and tells an extremum as far away as that.
BESIDE = 1e-3
#: Error of a damping; that beside the critical one may be the square of `BESIDE`.
RELATIVE = 1e-6
#: An extremum of a parabola that far away is within what it tells.
CLOSE = 0.1


def drawn(kind, count):
    """Yield so many boundaries of a kind; A at T = 0, where there are coefficients to compare."""
    draw = random.Random(f"boundaries {kind}")
    while count > 0:
        inv_kfa, gamma_b = draw.uniform(*RANGES[kind]), 10 ** draw.uniform(-4, -2)
        cold = kind == "A" or draw.random() < 0.6
        temperature = 0.0 if cold else 10 ** draw.uniform(-4, -2)
        cutoff = 10 ** draw.uniform(1.3, 2.3)
        model = {"gamma_b": gamma_b, "temperature": temperature, "cutoff": cutoff}
        try:
            found = find_boundary(kind, inv_kfa, **model)
        except (NoBoundary, NoCondensate):
            continue
        count -= 1
        yield found


def at_ratio(boundary, ratio):
    """Return the state at a ratio, to many digits."""
    parameters = boundary.state.paper
    moved = parameters.replace(gamma_v=ratio * parameters.gamma_b)
    return precise_state(solve_nearby(moved, boundary.state), DIGITS)


def uniform(boundary, state):
    """Return the limit of det M(q, 0)/q**2."""
    found = coefficients(state, DIGITS)
    return found["alpha11"] * found["beta22"] + found["alpha21"] * found["beta12"]


def static(boundary, state):
    """Return the lowest det M(q, 0)/q**2."""
    values = [
        precise_determinant(state, q, 0.0, DIGITS)[0].real / q**2 for q in wave_numbers(boundary)
    ]
    return lowest(values)


def oscillating(boundary, state):
    """Return the lowest damping of the mode."""
    waves = wave_numbers(boundary)
    rates = [certified_rate(state, q, boundary.omega, relative=RELATIVE) for q in waves]
    return lowest([-rate.omega.imag for rate in rates])


def wave_numbers(boundary):
    return [mpmath.mpf(boundary.q) * mpmath.exp(k * BESIDE) for k in (-1, 0, 1)]


def lowest(values):
    """Return the minimum of a parabola through three values at equal distances."""
    before, here, after = values
    slope, bend = (after - before) / 2, after + before - 2 * here
    assert bend > 0
    assert abs(slope / bend) < CLOSE
    return here - slope**2 / (2 * bend)


VALUES = {"A": uniform, "B": static, "C": oscillating}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count"), [("A", 130), ("B", 130), ("C", 40)])
def test_no_error_of_a_boundary_is_understated(kind, count):
    for boundary in drawn(kind, count):
        least, most = (boundary.value + s * boundary.error for s in (-1, 1))
        first, last = (VALUES[kind](boundary, at_ratio(boundary, r)) for r in (least, most))
        assert first > 0 > last, boundary
        # an error so large that it says nothing is not honest either
        assert boundary.error < 1e-6 * boundary.value, boundary
