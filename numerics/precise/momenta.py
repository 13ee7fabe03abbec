"""The sums of the gap and the number equation over the momenta, for equal carriers.

The integrands are the closed forms of the frequency integral in three dimensions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.kernels import steady_state_mpmath as kernels
from numerics.kernels import steady_state_numpy
from numerics.parameters import Setting
from numerics.precise.arithmetic import Arithmetic
from numerics.precise.quadrature import Stretch, Total, graded, integrate, reflected
from numerics.precise.reservoirs import Baths
from numerics.steady.equations import Unknowns, singular_momenta

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The momentum at which the size of the integrands at zero is sampled.
_NEXT_TO_ZERO = 1e-8
#: The inner momenta end at this multiple of the momentum scale.
_REACH = 2.0
#: Roundings of an integrand, as far as numbers do not know them.
_ROUNDINGS = 100.0


def momentum_sums(
    numbers: Arithmetic, parameters: Setting, at: Sequence[Any], tolerance: float, lost: float
) -> tuple[Total, Array]:
    """Return the sums of both equations, the right-hand side of (33) and the density, and rounding.

    Parameters
    ----------
    at : sequence of number
        Gap, mu, and edge.
    tolerance : float
        What each may be wrong by.
    lost : float
        By how much more than the precision the integrands are rounded: they are differences.
    """
    total = _Momenta(numbers, parameters, at).total(tolerance)
    rounding = total.rounding.copy()
    if numbers.name == "mpmath":
        rounding += total.size * 2.0**-numbers.bits * lost * _ROUNDINGS
    return total, rounding


class _Momenta:
    """The integrands over the momentum at one point."""

    def __init__(self, numbers: Arithmetic, parameters: Setting, at: Sequence[Any]) -> None:
        self.numbers, self.parameters = numbers, parameters
        self.gap, self.mu, edge = at[:3]
        self.baths = Baths.of(numbers, parameters, self.mu, edge)
        self.gamma = self.baths.gamma
        self.measure = 2 * numbers.context.pi * numbers.context.pi
        self.floats = Unknowns(*(float(x) for x in at[:3]))

    def integrand(self, p: Any) -> list[Any]:
        """Return gap equation, real and imaginary, and number equation per unit of p."""
        mp, square = self.numbers.context, p * p
        xi = square - self.mu
        values = [0 * square] * 3
        for rate, edge, temperature in self.baths.filled:
            if temperature > 0:
                bath = kernels.thermal_values(xi, self.gap, self.gamma, edge, temperature, mp=mp)
            else:
                bath = kernels.step_values(xi, self.gap, self.gamma, edge, mp=mp)
            values = [v + rate * b for v, b in zip(values, bath, strict=True)]
        if self.baths.empty > 0:
            void = kernels.empty_values(xi, self.gap, self.gamma, mp=mp)
            values = [v + self.baths.empty * b for v, b in zip(values, void, strict=True)]
        values[0] -= 1 / (2 * square)
        return [square * value / self.measure for value in values]

    def size(self, p: Array) -> Array:
        """Return the size of the integrands in double precision."""
        at, gamma = self.floats, self.parameters.linewidth
        p = np.maximum(p, _NEXT_TO_ZERO)
        shared = (p * p - at.mu, at.gap, gamma)
        void = steady_state_numpy.empty(*shared)
        total = float(self.baths.empty) * sum(np.abs(v) for v in void[:3])
        for rate, edge, temperature in self.baths.filled:
            if temperature > 0:
                bath = steady_state_numpy.thermal(*shared, float(edge), float(temperature))
            else:
                bath = steady_state_numpy.step(*shared, float(edge))
            total = total + abs(float(rate)) * sum(np.abs(b) for b in bath[:3])
        return np.asarray(total * p * p / (2 * math.pi**2))

    def total(self, tolerance: float) -> Total:
        """Return the sums over all momenta, the number equation's up to the cutoff."""
        parameters, at, real = self.parameters, self.floats, self.numbers.real
        gamma, baths = parameters.linewidth, self.baths
        scale = abs(at.mu) + at.gap + baths.reach + gamma + 2 * math.pi * baths.warmest
        end = _REACH * math.sqrt(scale)
        # poles and branch points where E_p = B +- i (gamma + a pole's distance)
        singular = reflected(
            np.array(
                [
                    momentum
                    for edge, temperature, distances in baths.poles(scale)
                    for distance in distances
                    for momentum in singular_momenta(
                        Unknowns(at.gap, at.mu, edge),
                        gamma + float(distance) - math.pi * temperature,
                        temperature,
                    )
                ]
            )
        )
        cutoff = parameters.cutoff
        total = Total.zeros(self.numbers, 3)
        for a, b in itertools.pairwise(sorted({0.0, min(cutoff, end), end})):
            function = self.counted if b <= cutoff else self.uncounted
            for stretch in graded(self.numbers, function, self.size, singular, [real(a), real(b)]):
                total.add(integrate(self.numbers, stretch, 3, tolerance))
        # from there on in 1/p
        for a, b in itertools.pairwise([end, *([cutoff] if cutoff > end else []), math.inf]):
            function = self.counted if b <= cutoff else self.uncounted
            total.add(
                integrate(self.numbers, self.inverted(function, singular, a, b), 3, tolerance)
            )
        return total

    def counted(self, p: Any) -> list[Any]:
        """Return the integrands up to the cutoff."""
        return self.integrand(p)

    def uncounted(self, p: Any) -> list[Any]:
        """Return the integrands beyond the cutoff."""
        values = self.integrand(p)
        return [values[0], values[1], 0 * values[2]]

    def inverted(
        self, function: Callable[[Any], list[Any]], singular: Complex, a: float, b: float
    ) -> Stretch:
        """Return the momenta from a to b in the variable 1/p."""
        real = self.numbers.real
        start = 1 / real(b) if math.isfinite(b) else real(0)

        def inner(u: Any) -> list[Any]:
            return [value / (u * u) for value in function(1 / u)]

        return Stretch(inner, start, 1 / real(a), 1 / singular - float(start), np.ones_like)
