"""Electrons and holes in any arithmetic: what `numerics.carriers` is in double precision."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.parameters import Setting
from numerics.precise.arithmetic import Arithmetic
from numerics.precise.quadrature import matsubara
from numerics.precise.reservoirs import Baths

Array = NDArray[np.float64]


class Edge(NamedTuple):
    """Where an occupation steps, from the middle of the gap, and the temperature there."""

    at: Any
    temperature: Any


@dataclass(frozen=True)
class PreciseCarriers:
    """Electrons and holes at given order parameter and chemical potential.

    Frequencies y are counted from the middle of the gap, y = nu - a mu, where a is `skew`.

    Parameters
    ----------
    numbers : Arithmetic
    gap, mu, skew, tilt : number
        As in `numerics.carriers.Carriers`.
    electrons, holes : Baths
        What fills the states of either.
    """

    numbers: Arithmetic
    gap: Any
    mu: Any
    skew: Any
    tilt: Any
    electrons: Baths
    holes: Baths

    @classmethod
    def of(cls, numbers: Arithmetic, model: Setting, at: Sequence[Any]) -> PreciseCarriers:
        """Return the carriers of a model at gap, mu, edge and tilt.

        The model's numbers are taken as exact, the two masses among them.
        """
        gap, mu, edge, tilt = at
        species = (None,) if model.symmetric else (0, 1)
        baths = [Baths.of(numbers, model, mu, edge, k) for k in species]
        skew = numbers.real(0)
        if not model.closed:
            electron, hole = map(numbers.real, model.bands.masses)
            skew = (hole - electron) / (hole + electron)
        return cls(numbers, gap, mu, skew, tilt, baths[0], baths[-1])

    @property
    def linewidth(self) -> Any:
        """Mean of the total rates."""
        return (self.electrons.gamma + self.holes.gamma) / 2

    @property
    def imbalance(self) -> Any:
        """Half the difference of the total rates."""
        return (self.electrons.gamma - self.holes.gamma) / 2

    @property
    def offset(self) -> Any:
        """What is added to y where reservoirs count their energies."""
        return self.skew * self.mu - self.tilt

    @property
    def threshold(self) -> Any:
        """The edge of the spectrum from the middle of the gap."""
        return self.gap * self.numbers.context.sqrt((1 - self.skew) * (1 + self.skew))

    def parameters(self) -> tuple[Any, ...]:
        """Return what every kernel takes last."""
        return self.gap, self.mu, self.linewidth, self.imbalance, self.skew

    def polarisations(self, y: Any) -> tuple[Any, Any]:
        """Return the sums over the reservoirs of gamma [1 - 2 f], of electrons and of holes."""
        nu, numbers = y + self.offset, self.numbers
        return self.electrons.polarisation(numbers, nu), self.holes.polarisation(numbers, -nu)

    def fillings(self, y: Any) -> tuple[Any, Any]:
        """Return the sums over the reservoirs of gamma f, of electrons and of holes."""
        nu, numbers = y + self.offset, self.numbers
        return self.electrons.fillings(numbers, nu), self.holes.fillings(numbers, -nu)

    def edges(self) -> Iterator[Edge]:
        """Yield where occupations step, from the middle of the gap."""
        for sign, baths in ((1, self.electrons), (-1, self.holes)):
            for bath in baths.filled:
                yield Edge(sign * bath.edge - self.offset, bath.temperature)

    def poles(self, scale: float) -> list[complex]:
        """Return the poles of smeared occupations above the axis, thinned out, up to a scale."""
        return [
            complex(float(edge.at), distance)
            for edge in self.edges()
            for distance in matsubara(float(edge.temperature), scale)
        ]


def spectral_points(
    skew: float, gap: float, mu: float, linewidth: float, imbalance: float
) -> Iterator[complex]:
    """Yield where G^R has branch points once the momenta are summed, from the middle of the gap.

    Where two of its poles in p**2 meet, the edge of the spectrum, and where one is zero.
    """
    edge = math.sqrt((1 - skew) * (1 + skew)) * gap
    bottom = cmath.sqrt(complex(mu, imbalance) ** 2 + gap**2)
    for sign in (1, -1):
        yield complex(sign * edge, skew * imbalance - linewidth)
        yield sign * bottom - complex(skew * mu, linewidth)
