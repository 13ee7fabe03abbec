"""The bands of the carriers."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from numerics.couplings import Contact
from numerics.domain import listed, outside, real
from numerics.kept import Given

__all__ = ["Bands", "Contact"]

#: 1/m_e + 1/m_h in units of the Fermi energy and momentum, whose definition has the mean of both.
_INVERSE_MASSES = 4.0
#: Carrier density in units of k_F**dimension, electrons plus holes: by definition of k_F.
DENSITIES = {2: 1 / (2 * math.pi), 3: 1 / (3 * math.pi**2)}
#: Masses are given to so many digits of that sum.
_ROUNDING = 1e-9
#: Largest ratio of the masses.
_LARGEST_RATIO = 1e3


@dataclass(frozen=True)
class Bands(Given):
    """The two parabolic bands of the carriers.

    Parameters
    ----------
    dimension : int
        3, or 2 for a film.
    masses : tuple of float
        Masses of electrons and holes, in units with 1/m_e + 1/m_h = 4, in which equal ones are 1/2.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Bands
    >>> Bands.of_ratio(4.0).masses
    (0.3125, 1.25)
    """

    dimension: int = 3
    masses: tuple[float, float] = (0.5, 0.5)

    def __post_init__(self) -> None:
        if self.dimension not in DENSITIES or isinstance(self.dimension, bool):
            raise outside("dimension", self.dimension, "2 or 3")
        domain = (
            "two positive masses with 1/m_e + 1/m_h = 4, "
            f"one up to {_LARGEST_RATIO:g} times the other"
        )
        found = listed("masses", self.masses, domain)
        if len(found) != 2:
            raise outside("masses", self.masses, domain)
        electron, hole = (real("masses", m, domain, lambda x: x > 0) for m in found)
        total = 1 / electron + 1 / hole
        ratio, largest = max(electron / hole, hole / electron), _LARGEST_RATIO * (1 + _ROUNDING)
        if not abs(total - _INVERSE_MASSES) <= _ROUNDING * total or ratio > largest:
            raise outside("masses", self.masses, domain)
        object.__setattr__(self, "masses", (electron, hole))

    @classmethod
    def of_ratio(cls, ratio: float, dimension: int = 3) -> Bands:
        """Return the bands whose holes are so many times as heavy as their electrons."""
        domain = f"a positive number, from {1 / _LARGEST_RATIO:g} to {_LARGEST_RATIO:g}"
        inside = real("ratio", ratio, domain, lambda x: 1 / _LARGEST_RATIO <= x <= _LARGEST_RATIO)
        return cls(dimension, ((1 + 1 / inside) / _INVERSE_MASSES, (1 + inside) / _INVERSE_MASSES))

    @classmethod
    def of_skew(cls, skew: float, dimension: int = 3) -> Bands:
        """Return the bands of a given (1/m_e - 1/m_h)/4."""
        return cls(dimension, (1 / (2 * (1 + skew)), 1 / (2 * (1 - skew))))

    @property
    def skew(self) -> float:
        """(1/m_e - 1/m_h)/4, between -1 and 1."""
        electron, hole = self.masses
        return (hole - electron) / (hole + electron)

    @property
    def ratio(self) -> float:
        """The mass of holes over that of electrons."""
        electron, hole = self.masses
        return hole / electron

    def with_ratio(self, ratio: float) -> Bands:
        """Return the bands whose holes are so many times as heavy as their electrons."""
        if ratio == self.ratio:
            return self
        return dataclasses.replace(self, masses=Bands.of_ratio(ratio).masses)

    @property
    def density(self) -> float:
        """Density of electrons and holes together, in powers of k_F."""
        return DENSITIES[self.dimension]

    @property
    def equal(self) -> bool:
        """Whether both masses are the same."""
        return math.isclose(*self.masses, rel_tol=_ROUNDING)
