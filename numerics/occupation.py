"""What fills the states: rates, edges and temperatures of the reservoirs at one steady state."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: A kernel of a reservoir: at T = 0 of its edge, else of its edge and its temperature.
Kernel = Callable[..., Any]


#: Energies above the edge in units of the temperature at which exponentials would overflow.
_FARTHEST = 700.0


class Filled(NamedTuple):
    """A reservoir that fills states up to an edge.

    Parameters
    ----------
    rate : float
        Its rate gamma_lambda.
    edge : float
        Its chemical potential minus that of the condensate, where its occupation steps.
    temperature : float
    share : float
        How much of the drive it is: the derivative of its rate by that.
    tied : bool
        Whether its potential is the unknown one; a given potential has an edge that moves against
        the condensate's.
    tail : bool
        Whether it is a part of a tail of an occupation, so weak that it sets no scale of energies.
    """

    rate: float
    edge: float
    temperature: float
    share: float = 0.0
    tied: bool = True
    tail: bool = False

    @property
    def smearing(self) -> float:
        """Distance of the first pole of the occupation from the real axis, pi T."""
        return math.pi * self.temperature

    def arguments(self) -> tuple[float, ...]:
        """Return what the kernels want to know of the occupation."""
        return (self.edge, self.temperature) if self.temperature > 0 else (self.edge,)

    def occupied(self, frequency: Array) -> Array:
        """Return f(nu), to full relative accuracy where it is small; at T = 0 the step."""
        return self._fermi(frequency - self.edge)

    def vacant(self, frequency: Array) -> Array:
        """Return 1 - f(nu), to full relative accuracy where it is small."""
        return self._fermi(self.edge - frequency)

    def _fermi(self, x: Array) -> Array:
        if self.temperature == 0:
            return np.heaviside(-x, 0.5)
        # a quotient that overflows belongs to an exponential that vanishes
        with np.errstate(over="ignore", under="ignore"):
            small = np.exp(-np.abs(x) / self.temperature)
            return np.where(x > 0, small, 1.0) / (1 + small)

    def density(self, frequency: Array) -> Array:
        """Return -df/dnu at T > 0."""
        x = np.minimum(np.abs(frequency - self.edge) / self.temperature, _FARTHEST)
        return np.asarray(1 / (4 * self.temperature * np.cosh(x / 2) ** 2))

    def polarisation(self, frequency: Array) -> Array:
        """Return 1 - 2 f(nu)."""
        x = frequency - self.edge
        return np.tanh(x / (2 * self.temperature)) if self.temperature > 0 else np.sign(x)


class Part(NamedTuple):
    """A Fermi function in what a model's reservoirs fill, in the numbers that were given.

    Parameters
    ----------
    rate, weight : float
        The reservoir's rate, and how much of it is this.
    potential : float or None
        The reservoir's, None for the unknown one, minus infinity for an empty reservoir.
    place, temperature : float
        Where the step is, from there, and its width.
    """

    rate: float
    weight: float
    potential: float | None
    place: float
    temperature: float


class Occupation(NamedTuple):
    """All reservoirs together.

    Parameters
    ----------
    filled : tuple of Filled
        Those that fill states.
    empty : float
        The rate of those that are empty.
    empty_share : float
        How much of the drive the empty ones are.
    """

    filled: tuple[Filled, ...]
    empty: float
    empty_share: float = 0.0

    @property
    def linewidth(self) -> float:
        """The total rate gamma."""
        return sum(f.rate for f in self.filled) + self.empty

    @property
    def share(self) -> float:
        """How much of the drive the total rate is."""
        return sum(f.share for f in self.filled) + self.empty_share

    @property
    def smearing(self) -> float:
        """The largest pi T."""
        return max(f.smearing for f in self.filled)

    @property
    def reach(self) -> float:
        """The largest |mu_lambda - mu|."""
        return max(abs(f.edge) for f in self.edges)

    @property
    def edges(self) -> tuple[Filled, ...]:
        """Those whose edges set the scales of energies: all that are no tails."""
        return tuple(f for f in self.filled if not f.tail)

    @property
    def energies(self) -> float:
        """A bound of the energies at which the occupation changes, but for the linewidth."""
        return max(abs(f.edge) + 2 * f.smearing for f in self.filled)

    def shares(self) -> Iterator[tuple[float, Filled]]:
        """Yield each reservoir that fills states with its part of the linewidth."""
        gamma = self.linewidth
        for f in self.filled:
            yield f.rate / gamma, f

    def weighted(self, step: Kernel, thermal: Kernel, empty: Kernel, *arguments: Any) -> Array:
        """Return the outputs of kernels per unit rate, summed over the reservoirs.

        Parameters
        ----------
        step, thermal, empty : callable
            Kernels of a reservoir at T = 0, at T > 0 and of an empty one.
        *arguments
            What comes before the occupation.
        """
        total: Any = 0.0
        for f in self.filled:
            kernel = thermal if f.temperature > 0 else step
            total = total + f.rate * np.array(kernel(*arguments, *f.arguments()))
        return np.asarray(total + self.empty * np.array(empty(*arguments)))

    def fillings(self, frequency: Array) -> Array:
        """Return the sum of gamma_lambda f_lambda(nu)."""
        filling = np.zeros_like(frequency)
        for f in self.filled:
            filling += f.rate * f.occupied(frequency)
        return filling

    def vacancies(self, frequency: Array) -> Array:
        """Return the sum of gamma_lambda [1 - f_lambda(nu)], also where it is small."""
        vacancy = np.full_like(frequency, self.empty)
        for f in self.filled:
            vacancy += f.rate * f.vacant(frequency)
        return vacancy

    def sums(self, frequency: Array) -> Array:
        """Return the sum of gamma_lambda [1 - 2 f_lambda(nu)]/gamma."""
        filling, rest = np.zeros_like(frequency), 1.0
        for share, f in self.shares():
            filling += share * f.polarisation(frequency)
            rest -= share
        return filling + rest
