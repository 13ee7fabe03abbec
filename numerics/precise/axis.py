"""Integrals over a folded axis of frequencies, y = |nu - nu_0|, both signs together."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.precise.arithmetic import BITS, Arithmetic, arithmetic_of
from numerics.precise.quadrature import Stretch, Total, graded, integrate, reflected

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The tail begins at this multiple of the last branch point, and of the last step; branch points
#: beyond this multiple of the energy scale are left to it.
_OUTER, _REACH = 4.0, 1e3
#: Where the working precision is checked: one node of that many; the range of frequencies.
_CHECKED, _MAGNITUDES = 25, 40.0
#: By how many digits that check is better.
_FINER = 15


class Axis(ABC):
    """Some integrals from zero to infinity.

    The path is divided so that all branch points are resolved, and where occupations are sharp.

    Parameters
    ----------
    numbers : Arithmetic
    """

    #: How many integrals there are.
    count: int

    def __init__(self, numbers: Arithmetic) -> None:
        self.numbers = numbers
        self.checked: list[tuple[Any, list[Any]]] = []
        self.calls = 0

    @abstractmethod
    def integrand(self, y: Any) -> list[Any]:
        """Return the integrands per unit of y."""

    @abstractmethod
    def size(self, y: Array) -> Array:
        """Return their size in double precision."""

    @abstractmethod
    def jumps(self) -> Iterator[Any]:
        """Yield where they jump, of either sign."""

    @abstractmethod
    def branch_points(self) -> Iterable[complex]:
        """Return where they are singular, one of each four mirror images."""

    @abstractmethod
    def steps(self) -> Iterator[tuple[float, float]]:
        """Yield where occupations step, and their temperatures."""

    @abstractmethod
    def scale(self) -> float:
        """Return the scale of all energies."""

    @abstractmethod
    def again(self, numbers: Arithmetic) -> Axis:
        """Return the same integrals in another arithmetic."""

    def total(self, tolerance: float) -> Total:
        """Return the integrals over y, each to about the tolerance."""
        numbers, points = self.numbers, np.array(list(self.branch_points()))
        singular = reflected(points)
        inner = points[np.abs(points) < _REACH * self.scale()].real
        outer = _OUTER * float(np.abs(inner).max(initial=0.0))
        for at, temperature in self.steps():
            # tanh is one there to the working precision
            smeared = numbers.bits * math.log(2) * temperature
            outer = max(outer, _OUTER * abs(at), abs(at) + smeared)
        jumps = {numbers.exported(abs(x)): abs(x) for x in self.jumps()}
        ends = [numbers.real(0), *(jumps[x] for x in sorted(jumps)), numbers.real(outer)]
        total = Total.zeros(numbers, self.count)
        stretches = graded(numbers, self._noted, self.size, singular, ends)
        for stretch in [*stretches, self._tail(singular, outer)]:
            total.add(integrate(numbers, stretch, self.count, tolerance))
        return total

    def _tail(self, singular: Complex, outer: float) -> Stretch:
        """Return the frequencies beyond the last branch point, in the variable (outer/y)^(1/2)."""
        beyond = self.numbers.real(outer)
        images = np.sqrt(outer / singular)

        def function(t: Any) -> list[Any]:
            square = t * t
            slope = 2 * beyond / (square * t)
            return [slope * value for value in self._noted(beyond / square)]

        def size(t: Array) -> Array:
            # beyond the double precision of the difference it falls like y^(-3/2)
            t = np.maximum(t, 0.1)
            return self.size(outer / t**2) * 2 * outer / t**3

        start, end = self.numbers.real(0), self.numbers.real(1)
        return Stretch(function, start, end, np.concatenate([images, -images]), size)

    def _noted(self, y: Any) -> list[Any]:
        """Return the integrands; some are kept where numbers do not know their rounding."""
        values = self.integrand(y)
        if self.numbers.name == "mpmath":
            self.calls += 1
            if self.calls % _CHECKED == 0:
                self.checked.append((y, values))
        return values

    def rounding(self) -> float:
        """Return what rounding did to numbers that do not know it, from nodes done again."""
        if not self.checked:
            return 0.0
        bits = self.numbers.bits + math.ceil(BITS * _FINER)
        finer = self.again(arithmetic_of(bits, self.numbers.name))
        largest = 0.0
        for y, values in self.checked:
            exact = finer.integrand(finer.numbers.real(y))
            noise = max(float(abs(x - z)) for x, z in zip(values, exact, strict=True))
            largest = max(largest, noise * float(y))
        # dy = y d(log y), over all magnitudes
        return _MAGNITUDES * largest


def smooth_inverse_root(mp: Any, y: Any, scale: Any) -> Any:
    """Return (y**2 + s**2)**(-1/4), see `numerics.quadrature.rules`."""
    return 1 / mp.sqrt(mp.sqrt(y * y + scale * scale))


def smooth_inverse_root_integral(numbers: Arithmetic, scale: Any) -> Any:
    """Return its integral, where that of 1/sqrt(y) counts as nothing."""
    mp, quarter = numbers.context, numbers.real(0.25)
    return mp.sqrt(scale * mp.pi) * mp.gamma(-quarter) / (2 * mp.gamma(quarter))
