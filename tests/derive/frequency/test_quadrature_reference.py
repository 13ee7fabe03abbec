"""The brute-force reference reproduces integrals that are known exactly."""

import mpmath
import pytest

from tests.derive.support import quadrature_reference as reference

# 45 digits, of which nu - centre loses up to log10(40/1e-8) = 10 at the narrowest line
TOLERANCE = mpmath.mpf(10) ** -34


@pytest.fixture(autouse=True)
def _digits():
    with mpmath.workdps(reference.DIGITS):
        yield


@pytest.mark.parametrize("width", ["1", "1e-3", "1e-8"])
@pytest.mark.parametrize("centre", ["0", "0.7", "-40"])
def test_lorentzian(width, centre):
    width, centre = mpmath.mpf(width), mpmath.mpf(centre)
    result = reference.integrate_axis(
        lambda v: width / ((v - centre) ** 2 + width**2), [(centre, width)]
    )
    assert abs(result.value - mpmath.pi) < TOLERANCE * mpmath.pi
    assert abs(result.absolute_real - mpmath.pi) < TOLERANCE * mpmath.pi
    assert result.absolute_imag == 0


def test_occupied_half_of_a_lorentzian():
    width, edge = mpmath.mpf("1e-4"), mpmath.mpf("0.3")
    result = reference.integrate_axis(
        lambda v: width / (v**2 + width**2) * reference.occupation(v - edge, 0),
        [(0, width)],
        [edge],
    )
    exact = mpmath.pi / 2 + mpmath.atan(edge / width)
    assert abs(result.value - exact) < TOLERANCE * exact


@pytest.mark.parametrize("temperature", ["2", "0.05", "1e-6"])
def test_states_between_two_fermi_edges(temperature):
    """The integral of f(nu - a) - f(nu - b) is a - b at any temperature."""
    T, a, b = (mpmath.mpf(x) for x in (temperature, "0.4", "-1.3"))
    one, two = (reference.occupation_geometry(e, T) for e in (a, b))
    result = reference.integrate_axis(
        lambda v: reference.occupation(v - a, T) - reference.occupation(v - b, T),
        one[0] + two[0],
        one[1] + two[1],
    )
    assert abs(result.value - (a - b)) < TOLERANCE * (a - b)


def test_two_kernels_of_the_printed_equations_agree_with_matrices_pointwise():
    bath, vacuum = reference.FermiBath("0.02", "0.2", "0.05"), reference.FermiBath("0.003")
    baths = [
        reference.FermiBath(
            mpmath.mpf(b.rate), b.edge and mpmath.mpf(b.edge), mpmath.mpf(b.temperature)
        )
        for b in (bath, vacuum)
    ]
    xi, gap, gamma = mpmath.mpf("-0.4"), mpmath.mpf("0.3"), mpmath.mpf("0.023")
    for nu in map(mpmath.mpf, ("-3", "-0.5", "-0.1", "0", "0.19", "0.21", "0.5", "11")):
        gap_value, number_value = reference.matrix_integrands(nu, xi, gap, baths, gamma)
        printed_gap = reference.printed_gap(nu, xi, gap, baths, gamma)
        printed_number = reference.printed_number(nu, xi, gap, baths[0], baths[1].rate)
        assert abs(gap_value - printed_gap) < TOLERANCE * abs(printed_gap)
        assert abs(number_value - printed_number) < TOLERANCE * abs(printed_number)
