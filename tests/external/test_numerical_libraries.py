"""What the generated code relies on in SciPy, NumPy and mpmath; and what they still lack."""

import math

import mpmath
import numpy as np
import pytest
import scipy.special
from mpmath.calculus.quadrature import GaussLegendre

POINTS = [0.5 + 0j, 0.5 + 1e-3j, 0.6 - 2.5j, 3 + 40j, 0.5 + 1e6j, 1.4616321449683623 + 1e-9j]


@pytest.mark.parametrize("z", POINTS)
def test_scipy_digamma_of_complex_argument(z):
    """Within a few ulp of |psi|, and of |z psi'| for the rounded argument."""
    exact, slope = mpmath.psi(0, mpmath.mpc(z)), mpmath.psi(1, mpmath.mpc(z))
    error = abs(mpmath.mpc(complex(scipy.special.psi(z))) - exact)
    assert error < 8 * 2**-52 * (abs(exact) + abs(z * slope))


def test_scipy_digamma_keeps_arrays():
    values = scipy.special.psi(np.array(POINTS))
    assert values.dtype == np.complex128
    assert values.shape == (len(POINTS),)


def test_scipy_polygamma_refuses_complex_arguments():
    """The day that this fails, numerics.special.functions.polygamma can call SciPy instead."""
    with pytest.raises(TypeError):
        scipy.special.polygamma(1, 0.5 + 1j)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("z", POINTS[:4])
def test_mpmath_polygamma_of_complex_argument(order, z):
    """psi(n, z) is the derivative of psi(n - 1, z)."""
    with mpmath.workdps(40):
        at = mpmath.mpc(z)
        step = mpmath.mpf(10) ** -12
        up, down = mpmath.psi(order - 1, at + step), mpmath.psi(order - 1, at - step)
        slope = (up - down) / (2 * step)
        assert abs(mpmath.psi(order, at) - slope) < 1e-18 * (1 + abs(slope)) * 24


def test_mpmath_digamma_reflects():
    """psi(1 - z) - psi(z) = pi cot(pi z)."""
    with mpmath.workdps(40):
        z = mpmath.mpc("0.3", "0.7")
        left = mpmath.psi(0, 1 - z) - mpmath.psi(0, z)
        assert abs(left - mpmath.pi * mpmath.cot(mpmath.pi * z)) < 1e-37


def test_mpmath_gauss_legendre_nodes():
    """Degree 5 has 48 nodes, exact to degree 95."""
    with mpmath.workdps(40):
        nodes = GaussLegendre(mpmath.mp).calc_nodes(5, mpmath.mp.prec)
        assert len(nodes) == 48
        for power in (0, 2, 50, 94):
            total = mpmath.fsum(w * x**power for x, w in nodes)
            assert abs(total - mpmath.mpf(2) / (power + 1)) < 1e-37


def test_mpmath_accepts_doubles_exactly():
    with mpmath.workdps(50):
        assert mpmath.mpf(0.1) == mpmath.mpf(3602879701896397) / 2**55


def test_mpmath_arctan2_quadrants():
    assert mpmath.atan2(1, -1) == 3 * mpmath.pi / 4
    assert mpmath.atan2(-1, -1) == -3 * mpmath.pi / 4


@pytest.mark.parametrize("x", [1e-300, 1e-20, 1e-8, 0.3])
def test_numpy_log1p_keeps_small_arguments(x):
    with mpmath.workdps(40):
        exact = mpmath.log1p(mpmath.mpf(x))
        assert abs(mpmath.mpf(float(np.log1p(x))) - exact) < 2 * 2**-52 * exact


def test_numpy_arctan2_of_a_negative_zero():
    """The branch of the angle changes with the sign of zero."""
    assert np.arctan2(0.0, -1.0) == math.pi
    assert np.arctan2(-0.0, -1.0) == -math.pi


@pytest.mark.parametrize("z", [0.5, 3.7])
def test_scipy_polygamma_of_real_argument(z):
    for order in (1, 2, 3):
        exact = mpmath.psi(order, mpmath.mpf(z))
        found = float(scipy.special.polygamma(order, z))
        assert abs(found - exact) < 64 * 2**-52 * abs(exact)
