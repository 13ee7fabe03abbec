"""The terms that set the scale of rounding errors add up to the closed forms and bound them."""

import mpmath
import pytest

from tests.derive.support import quadrature_reference as reference
from tests.derive.support.magnitudes import leaf, power, steady_state_terms


@pytest.mark.parametrize("temperature", ["0", "0.03"])
def test_terms_add_up_to_the_integrals(temperature):
    with mpmath.workdps(reference.DIGITS):
        xi, gap, gamma, edge, T = map(mpmath.mpf, ("-0.31", "0.17", "0.013", "0.22", temperature))
        one = mpmath.mpf(1)
        for arguments, bath in (((), reference.FermiBath(one)), ((edge, T), None)):
            bath = bath or reference.FermiBath(one, edge, T)
            geometry = reference.steady_state_geometry(xi, gap, [bath], gamma)
            gap_integral, number_integral = (
                reference.integrate_axis(
                    lambda v, i=i, b=bath: linear_in_reservoirs(v, xi, gap, b, gamma)[i], *geometry
                ).value
                / (2 * mpmath.pi)
                for i in (0, 1)
            )
            terms = steady_state_terms(xi, gap, gamma, *arguments)
            for name, expected in (
                ("gap_real", gap_integral.real),
                ("gap_imag", gap_integral.imag),
                ("number", number_integral.real),
            ):
                assert abs(terms[name].value - expected) < mpmath.mpf(10) ** -28 * terms[name].size
                assert abs(terms[name].value) <= terms[name].size


def linear_in_reservoirs(nu, xi, gap, bath, gamma):
    """One reservoir's part of (33) and (34); its part of gamma f_v in (34) is its own rate."""
    E = mpmath.hypot(xi, gap)
    denominator = ((nu - E) ** 2 + gamma**2) * ((nu + E) ** 2 + gamma**2)
    number = ((nu + xi) ** 2 + gamma**2) * bath.rate * bath.filling(nu)
    number += gap**2 * bath.rate * (1 - bath.filling(-nu))
    return reference.printed_gap(nu, xi, gap, [bath], gamma), 4 * number / denominator


@pytest.mark.parametrize("temperature", ["0", "0.03"])
def test_sizes_bound_the_derivatives(temperature):
    """A sum of absolute values is at least the absolute value of the sum."""
    with mpmath.workdps(40):
        at = [mpmath.mpf(v) for v in ("-0.31", "0.17", "0.013", "0.22", temperature)]
        step = mpmath.mpf(10) ** -15
        terms = steady_state_terms(*at)
        for index, symbol in enumerate(("xi", "Delta_0", "gamma", "B")):
            moved = [
                steady_state_terms(*(x + s * step * (i == index) for i, x in enumerate(at)))
                for s in (1, -1)
            ]
            for name, term in terms.items():
                slope = (moved[0][name].value - moved[1][name].value) / (2 * step)
                assert abs(slope) <= term.slope(symbol) * (1 + mpmath.mpf(10) ** -15)


def test_products_and_sums_of_sizes():
    x, y = power("x", 3.0, 2), leaf(-2.0, y=1.0)
    assert (x * y).value == -18
    assert (x * y).slope("x") == 6 * 2
    assert (x * y).slope("y") == 9
    assert (x + y).value == 7
    assert (x + y).size == 11
    assert (-1 * x).size == 9
