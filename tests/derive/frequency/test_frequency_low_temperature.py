"""The digamma form tends to the logarithm form as T -> 0, with Sommerfeld's coefficients.

The integral of f g over all frequencies is that of g up to the edge B, plus
(pi T)^2/6 g'(B) + 7 (pi T)^4/360 g'''(B) + 31 (pi T)^6/15120 g^(5)(B) + ...
"""

import mpmath
import pytest
import sympy as sp

from derive import fermi, integrate_frequency
from derive.model.reservoirs import bath
from derive.model.steady_state import gap_kernel, number_kernel
from derive.symbols import edge, gamma_b, gamma_v, gap, temperature, xi
from tests.derive.support.integrand_family import evaluate

NU = sp.Symbol("nu", real=True)
B = sp.Rational(2, 5)
FUNCTIONS = {
    "Lorentzian": 1 / ((NU - 1) ** 2 + sp.Rational(1, 4)),
    "double poles": (NU + sp.I) / (NU**2 + sp.Rational(1, 9)) ** 2,
    "upper half-plane": 1 / ((NU - sp.I) ** 2 * (NU - 1 - 2 * sp.I)),
    "triple pole": NU / (NU + 1 + sp.I / 3) ** 3,
}


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_sommerfeld(name, sign):
    function = FUNCTIONS[name]
    T = sp.Symbol("T", positive=True)
    cold = integrate_frequency(function * fermi(sign * (NU - B), 0), NU)
    warm = integrate_frequency(function * fermi(sign * (NU - B), T), NU)
    with mpmath.workdps(80):
        prefactors = (mpmath.pi**2 / 6, 7 * mpmath.pi**4 / 360, 31 * mpmath.pi**6 / 15120)
        orders = [
            factor * evaluate(sign * function.diff(NU, n).subs(NU, B))[0] / (2 * mpmath.pi)
            for n, factor in zip((1, 3, 5), prefactors, strict=True)
        ]
        distances = []
        for t in (sp.Rational(1, 10**3), sp.Rational(1, 10**4)):
            difference = evaluate(warm.subs(T, t))[0] - evaluate(cold)[0]
            square = mpmath.mpf(t.p) ** 2 / t.q**2
            rest = difference - orders[0] * square - orders[1] * square**2
            distances.append((abs(difference), abs(rest)))
            # the order after next is smaller by (T over the distance to the nearest pole, 1/3)**2
            assert abs(rest / square**3 - orders[2]) < 1e3 * square * abs(orders[2])
        (first, first_rest), (last, last_rest) = distances
        assert abs(mpmath.log10(first / last) - 2) < 1e-3
        assert abs(mpmath.log10(first_rest / last_rest) - 6) < 1e-2


@pytest.mark.parametrize("kernel", [gap_kernel, number_kernel])
def test_kernels_of_the_model(kernel):
    """(33) and (34) at T > 0 tend to those at T = 0 as T**2."""
    values = {
        xi: sp.Rational(-3, 10),
        gap: sp.Rational(1, 5),
        gamma_b: sp.Rational(1, 20),
        gamma_v: sp.Rational(1, 30),
        edge: sp.Rational(1, 4),
    }
    cold = kernel([bath(), "vacuum"]).subs(values)
    warm = kernel([bath(temperature), "vacuum"]).subs(values)
    with mpmath.workdps(60):
        reference = evaluate(cold)[0]
        distances = [
            abs(evaluate(warm.subs(temperature, t))[0] - reference)
            for t in (sp.Rational(1, 10**4), sp.Rational(1, 10**5))
        ]
        assert abs(mpmath.log10(distances[0] / distances[1]) - 2) < 1e-4
