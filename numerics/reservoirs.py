"""The reservoirs that the condensate is coupled to."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import InitVar, dataclass
from typing import Any

from numerics.domain import LARGEST, SMALLEST, listed, outside, real
from numerics.kept import Given
from numerics.superposition import Superposition


@dataclass(frozen=True)
class Reservoir(Given):
    """A reservoir that exchanges carriers with the system, in a thermal state or in any other.

    Parameters
    ----------
    name : str
        What it is called; part of the paths by which a model's parameters are named.
    rate : float or pair of float
        Its rate gamma_lambda, epsilon_F; not negative, at least 1e-30 where it is not zero.  A pair
        is those of electrons and of holes.
    mu : float or None
        Chemical potential, epsilon_F.  None for the unknown one, which is solved for; minus
        infinity for a reservoir that is empty.
    temperature : float
        Zero, or at least 1e-30.
    occupation : callable, optional
        An occupation n(x) in place of the Fermi function, of an array of energies x above the
        potential, with values from 0 to 1, 1 at minus and 0 at plus infinity.  Kept is a
        `Superposition` of Fermi functions, which is n(x) exactly if n has sharp steps only, or is
        one Fermi function for each step with its width as the temperature.
    steps : sequence of pairs, optional
        Place and width of each step of the occupation; a width of zero is a sharp one.
    accuracy : float
        Largest error of the superposition, from 1e-10 to 1e-2.  What it does to results is in their
        errors.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or the accuracy is not reached.

    Examples
    --------
    A wire between two baths at different voltages has two steps:

    >>> from numerics import Reservoir
    >>> wire = Reservoir("wire", 1e-3, occupation=lambda x: 0.5 * (x < 0.1) + 0.5 * (x < -0.1),
    ...                  steps=[(0.1, 0.0), (-0.1, 0.0)])
    >>> wire.occupation.error
    0.0
    >>> Reservoir("bath", 1e-3).mu is None
    True
    >>> Reservoir.empty("vacuum", 1e-5).mu
    -inf
    """

    name: str
    rate: float | tuple[float, float]
    mu: float | None = None
    temperature: float = 0.0
    occupation: Callable[[Any], Any] | None = None
    steps: InitVar[object] = ()
    accuracy: InitVar[float] = 1e-9

    def __post_init__(self, steps: object, accuracy: float) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise outside("name", self.name, "an identifier: letters, digits and underscores")
        domain = f"0, or from {SMALLEST:g} to {LARGEST:g} (ε_F)"

        def inside(x: float) -> bool:
            return x == 0 or SMALLEST <= x <= LARGEST

        rates = self.rate if isinstance(self.rate, tuple | list) else (self.rate,)
        pair = tuple(real("rate", rate, domain, inside) for rate in rates)
        if len(pair) not in (1, 2):
            raise outside("rate", self.rate, "a number, or a pair of electrons' and holes'")
        object.__setattr__(self, "rate", pair[0] if len(set(pair)) == 1 else pair)
        object.__setattr__(
            self, "temperature", real("temperature", self.temperature, domain, inside)
        )
        if self.mu is not None and self.mu != -math.inf:
            domain = "a real number (ε_F), None for the unknown potential, -inf for an empty one"
            object.__setattr__(self, "mu", real("mu", self.mu, domain, lambda x: abs(x) <= LARGEST))
        if self.occupation is not None:
            if self.temperature != 0 or self.mu == -math.inf:
                other = "temperature" if self.temperature != 0 else "mu"
                domain = "left out, where an occupation is given"
                raise outside(other, getattr(self, other), domain)
            if not isinstance(self.occupation, Superposition):
                found = Superposition.of(self.occupation, steps, accuracy)
                object.__setattr__(self, "occupation", found)
        elif listed("steps", steps, "pairs (place, width)"):
            raise outside("steps", steps, "left out, where no occupation is given")

    @property
    def rates(self) -> tuple[float, float]:
        """The rates of electrons and of holes."""
        return self.rate if isinstance(self.rate, tuple) else (self.rate, self.rate)

    @property
    def mean_rate(self) -> float:
        """The mean of both."""
        return self.rate if isinstance(self.rate, float) else math.fsum(self.rates) / 2

    def scaled(self, factor: float) -> Reservoir:
        """Return the reservoir with its rates multiplied by a factor."""
        electrons, holes = self.rates
        return dataclasses.replace(self, rate=(factor * electrons, factor * holes))

    @property
    def superposition(self) -> Superposition | None:
        """The occupation of the user's own, as it is kept."""
        return self.occupation if isinstance(self.occupation, Superposition) else None

    @property
    def fills(self) -> bool:
        """Whether it fills states."""
        return self.mean_rate > 0 and self.mu != -math.inf

    @classmethod
    def empty(cls, name: str, rate: float) -> Reservoir:
        """Return a reservoir without carriers, into which the system decays."""
        return cls(name, rate, -math.inf)
