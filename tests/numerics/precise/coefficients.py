"""The coefficients of (46) to many digits: the closed forms under the sum, printed for mpmath.

Only the kernels are shared with `hydrodynamics`; the state, the quadrature and the arithmetic are
those of many digits.
"""

from __future__ import annotations

import math

import mpmath
import numpy as np

from numerics.kernels import expansion_mpmath as kernels
from numerics.kernels import expansion_numpy
from numerics.precise import PreciseState
from numerics.precise.arithmetic import BITS, arithmetic_of
from numerics.precise.quadrature import Stretch, Total, graded, integrate, reflected
from numerics.response.long_wavelength import coefficient_integrands
from numerics.steady.equations import Unknowns, singular_momenta

#: alpha_11, alpha_21, then beta and eta by rows, and zeta_12, zeta_22.
NAMES = expansion_numpy.STEP_OUTPUTS
#: Digits that poles of fourth order, (E/gamma)**4, and large momenta cost.
_GUARD = 30


def coefficients(state: PreciseState, digits: int = 20) -> dict[str, mpmath.mpf]:
    """Return alpha, beta, eta and zeta by name, at T = 0, to some digits of their integrals."""
    parameters, double = state.parameters, state.double
    numbers = arithmetic_of(math.ceil(BITS * (digits + _GUARD)), "mpmath")
    with numbers.working():
        real, mp = numbers.real, numbers.context
        gap, mu, edge = (real(x) for x in (state.gap, state.mu, state.edge))
        rates = real(parameters.gamma_b), real(parameters.gamma_v)

        def integrand(p):
            square = p * p
            point = (square - mu, gap, rates[0] + rates[1])
            filled = kernels.step(*point, edge, mp=mp)
            void = kernels.empty(*point, mp=mp)
            values = []
            for name, one, other in zip(NAMES, filled, void, strict=True):
                factor = 2 * square / 3 if name.startswith("beta") else 1
                summed = rates[0] * one + rates[1] * other
                values.append(factor * square * summed / (2 * mp.pi**2))
            return values

        def size(p):
            p = np.maximum(p, 1e-8)
            return np.abs(coefficient_integrands(double, p**2 - double.mu)).sum(axis=0) * p**2

        at = Unknowns(double.gap, double.mu, double.edge)
        singular = reflected(np.array(singular_momenta(at, parameters.linewidth, 0.0)))
        end = 2 * math.sqrt(abs(double.mu) + double.gap + abs(double.edge))
        total = Total.zeros(numbers, len(NAMES))
        tolerance = 10.0**-digits
        for stretch in graded(numbers, integrand, size, singular, [real(0), real(end)]):
            total.add(integrate(numbers, stretch, len(NAMES), tolerance))

        def inverted(u):
            return [value / (u * u) for value in integrand(1 / u)]

        far = Stretch(inverted, real(0), 1 / real(end), 1 / singular, np.ones_like)
        total.add(integrate(numbers, far, len(NAMES), tolerance))
        return dict(zip(NAMES, map(numbers.exported, total.values), strict=True))
