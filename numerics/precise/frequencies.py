"""The sums of the gap and the number equation for any carriers, over the momenta first.

As in `numerics.steady.frequency_sums` one integral over the frequency remains.
"""

from __future__ import annotations

import cmath
import importlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.parameters import Setting
from numerics.precise.arithmetic import Arithmetic
from numerics.precise.axis import Axis, smooth_inverse_root, smooth_inverse_root_integral
from numerics.precise.carriers import PreciseCarriers, spectral_points
from numerics.precise.quadrature import Total

Array = NDArray[np.float64]


def frequency_sums(
    numbers: Arithmetic, parameters: Setting, at: Sequence[Any], tolerance: Array
) -> tuple[Total, Array]:
    """Return the sums of the equations, and bounds of what rounding has done to them.

    Those are the right-hand side of (33), real and imaginary, the density, and that of electrons
    less that of holes, the tails left out, as a neutral model has it.

    Parameters
    ----------
    at : sequence of number
        Gap, mu, edge, and tilt.
    tolerance : ndarray, shape (4,)
        What each may be wrong by.
    """
    carriers = PreciseCarriers.of(numbers, parameters, at)
    real, imaginary, electrons, holes = range(4)
    values, errors, rounding = [numbers.real(0)] * 4, np.zeros(4), np.zeros(4)
    evaluations = 0
    for kind, rows in ((_Gap, (real, imaginary)), (_Numbers, (electrons, holes))):
        sums = kind(numbers, parameters, at, carriers)
        total = sums.total(float(tolerance[list(rows)].min()) / 2)
        noise = sums.rounding()
        for row, value, constant in zip(rows, total.values, sums.constants(), strict=True):
            values[row] = value + constant
        errors[list(rows)], rounding[list(rows)] = total.errors, total.rounding + noise
        evaluations += total.evaluations
    values[electrons:] = [
        values[electrons] + values[holes],
        values[electrons] - values[holes],
    ]
    errors[electrons:], rounding[electrons:] = errors[electrons:].sum(), rounding[electrons:].sum()
    return Total(values, errors, rounding, evaluations=evaluations), rounding


class _Sums(Axis):
    """Two of the sums, over y = |nu - a mu|."""

    count = 2
    program: str

    def __init__(
        self,
        numbers: Arithmetic,
        parameters: Setting,
        at: Sequence[Any],
        carriers: PreciseCarriers,
    ) -> None:
        super().__init__(numbers)
        self.parameters, self.at, self.carriers = parameters, at, carriers
        self.double = parameters.carriers(*map(float, at))
        self.threshold, self.given = carriers.threshold, carriers.parameters()

    def constants(self) -> tuple[Any, Any]:
        """Return what is added to the integrals."""
        return self.numbers.real(0), self.numbers.real(0)

    def again(self, numbers: Arithmetic) -> _Sums:
        """Return the same in another arithmetic."""
        at = [numbers.real(self.numbers.exported(x)) for x in self.at]
        carriers = PreciseCarriers.of(numbers, self.parameters, at)
        return type(self)(numbers, self.parameters, at, carriers)

    def cutoff(self) -> tuple[float, ...]:
        """Return the cutoff, where the kernel wants one."""
        return ()

    def integrand(self, y: Any) -> list[Any]:
        """Return the integrands per unit of y, both signs together."""
        kernel, mp = self._kernel("mpmath", f"{self.program}_values"), self.numbers.context
        cutoff = map(self.numbers.real, self.cutoff())
        distance, arguments = y - self.threshold, (*cutoff, *self.given)
        above, below = (
            kernel(nu, distance, *self.carriers.fillings(nu), *arguments, mp=mp) for nu in (y, -y)
        )
        return [x + z for x, z in zip(above, below, strict=True)]

    def size(self, y: Array) -> Array:
        """Return their size in double precision."""
        carriers, kernel = self.double, self._kernel("numpy", self.program)
        arguments, total = (*self.cutoff(), *carriers.parameters()), np.zeros_like(y)
        for nu in (y, -y):
            at = carriers.apart(nu)
            seen = at + carriers.offset
            filled = carriers.electrons.fillings(seen), carriers.holes.fillings(-seen)
            parts = kernel(at, np.abs(at) - carriers.threshold, *filled, *arguments)
            total += sum(np.abs(part) for part in parts[: self.count])
        return total

    def _kernel(self, target: str, name: str) -> Any:
        module = importlib.import_module(f"numerics.kernels.{self.double.kernels}_{target}")
        return getattr(module, name)

    def jumps(self) -> Iterator[Any]:
        """Yield where sharp occupations step."""
        yield from (edge.at for edge in self.carriers.edges() if not edge.temperature > 0)

    def steps(self) -> Iterator[tuple[float, float]]:
        """Yield where occupations step, and their temperatures."""
        yield from ((float(e.at), float(e.temperature)) for e in self.carriers.edges())

    def scale(self) -> float:
        """Return the scale of all energies, that of the cutoff among them."""
        smeared = max(temperature for _, temperature in self.steps())
        return self.double.energies + math.pi * smeared + sum(p * p for p in self.cutoff())

    def branch_points(self) -> Iterator[complex]:
        """Yield the branch points in y."""
        carriers = self.double
        yield from spectral_points(carriers.skew, *carriers.parameters()[:4])
        yield from self.carriers.poles(self.scale())


class _Gap(_Sums):
    """The right-hand side of (33), real and imaginary."""

    program = "gap"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        # of what is subtracted, as in `numerics.steady.divergence`; any scale will do
        double, mp, skew = self.double, self.numbers.context, self.given[4]
        self.smooth = self.numbers.real(abs(double.mu) + abs(double.gap))
        if double.dimension == 3:
            inverse = 1 / mp.sqrt(1 + skew) + 1 / mp.sqrt(1 - skew)
            self.weight = inverse / (16 * mp.pi * mp.pi)
        else:
            self.weight = 1 / (8 * mp.pi)

    def integrand(self, y: Any) -> list[Any]:
        """Return the integrands per unit of y, without what diverges."""
        real, imaginary = super().integrand(y)
        mp = self.numbers.context
        if self.double.dimension == 3:
            return [real - self.weight * smooth_inverse_root(mp, y, self.smooth), imaginary]
        return [real - self.weight / mp.hypot(y, self.smooth), imaginary]

    def constants(self) -> tuple[Any, Any]:
        """Return what stands for the sum that diverges."""
        mp, skew, none = self.numbers.context, self.given[4], self.numbers.real(0)
        if self.double.dimension == 3:
            return self.weight * smooth_inverse_root_integral(self.numbers, self.smooth), none
        return -self.weight * mp.log(self.smooth / mp.sqrt((1 - skew) * (1 + skew))), none

    def branch_points(self) -> Iterator[complex]:
        """Yield the branch points in y, with those of what is subtracted."""
        yield from super().branch_points()
        yield complex(0, float(self.smooth))


class _Numbers(_Sums):
    """The densities of electrons and of holes up to the cutoff."""

    program = "numbers"

    def cutoff(self) -> tuple[float, ...]:
        """Return the cutoff."""
        return (self.parameters.cutoff,)

    def constants(self) -> tuple[Any, Any]:
        """Return half of the difference of the tails that a neutral model leaves out."""
        if not self.parameters.neutral:
            return super().constants()
        rates = (
            sum((bath.rate for bath in baths.filled), self.numbers.real(0))
            for baths in (self.carriers.electrons, self.carriers.holes)
        )
        cutoff = self.numbers.real(self.parameters.cutoff)
        tails = self._tails(*rates, cutoff, self.given[4], mp=self.numbers.context)
        half = (tails[0] - tails[1]) / 2
        return -half, half

    @property
    def _tails(self) -> Any:
        return importlib.import_module(f"numerics.kernels.{self.double.kernels}_mpmath").tails

    def branch_points(self) -> Iterator[complex]:
        """Yield the branch points in y, those of the cutoff among them."""
        yield from super().branch_points()
        _, mu, linewidth, imbalance, skew = self.double.parameters()
        kinetic = self.parameters.cutoff**2 - mu
        energy = cmath.sqrt(complex(kinetic, -imbalance) ** 2 + self.double.gap**2)
        for sign in (1, -1):
            yield sign * energy + complex(skew * kinetic, -linewidth)
