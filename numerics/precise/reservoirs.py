"""What fills the states, in any arithmetic: rates, edges and temperatures of the reservoirs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.parameters import Setting
from numerics.precise.arithmetic import Arithmetic
from numerics.precise.quadrature import matsubara

Array = NDArray[np.float64]


class Bath(NamedTuple):
    """A reservoir that fills states up to an edge, in numbers of an arithmetic."""

    rate: Any
    edge: Any
    temperature: Any


@dataclass(frozen=True)
class Baths:
    """All reservoirs at one potential of the condensate.

    Parameters
    ----------
    filled : tuple of Bath
        Those that fill states; temperatures are zero or positive.
    empty : number
        The rate of those that are empty.
    gamma : number
        The linewidth.
    """

    filled: tuple[Bath, ...]
    empty: Any
    gamma: Any

    @classmethod
    def of(
        cls, numbers: Arithmetic, model: Setting, mu: Any, edge: Any, species: int | None = None
    ) -> Baths:
        """Return the reservoirs of a model, whose numbers are taken as exact.

        Parameters
        ----------
        mu, edge : number
            Potential of the condensate, and the unknown potential above it.
        species : int, optional
            Whose rates count: 0 for electrons, 1 for holes, the mean of both by default.
        """
        real = numbers.real
        merged: dict[tuple[float | None, float, float], Any] = {}
        for part in model.parts(species):
            rate = real(part.rate) * real(part.weight)
            key = part.potential, part.place, part.temperature
            merged[key] = merged[key] + rate if key in merged else rate
        filled, empty = [], real(0)
        for (potential, place, temperature), rate in merged.items():
            if potential == -math.inf:
                empty += rate
            else:
                above = edge if potential is None else real(potential) - mu
                filled.append(Bath(rate, above + real(place), real(temperature)))
        gamma = empty
        for bath in filled:
            gamma += bath.rate
        return cls(tuple(filled), empty, gamma)

    def polarisation(self, numbers: Arithmetic, nu: Any) -> Any:
        """Return the sum over the reservoirs of gamma_lambda [1 - 2 f_lambda(nu)]."""
        total = self.empty
        for rate, edge, temperature in self.filled:
            if temperature > 0:
                total += rate * numbers.context.tanh((nu - edge) / (2 * temperature))
            else:
                total += rate if nu > edge else -rate
        return total

    def fillings(self, numbers: Arithmetic, nu: Any) -> Any:
        """Return the sum over the reservoirs of gamma_lambda f_lambda(nu)."""
        return (self.gamma - self.polarisation(numbers, nu)) / 2

    def edges(self) -> Iterator[tuple[float, float]]:
        """Yield the edge and the temperature of each, in double precision."""
        for _, edge, temperature in self.filled:
            yield float(edge), float(temperature)

    @property
    def warmest(self) -> float:
        """The highest temperature."""
        return max(temperature for _, temperature in self.edges())

    @property
    def reach(self) -> float:
        """The largest distance of an edge."""
        return max(abs(edge) for edge, _ in self.edges())

    def poles(self, scale: float) -> Iterator[tuple[float, float, Array]]:
        """Yield edges and temperatures, with distances of the poles from the edge up to a scale.

        At T = 0 the distance is zero: the edge itself.
        """
        for edge, temperature in self.edges():
            yield edge, temperature, matsubara(temperature, scale) if temperature else np.zeros(1)
