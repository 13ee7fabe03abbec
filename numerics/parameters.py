"""The parameters of the model."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numerics.bands import DENSITIES, Bands
from numerics.carriers import Carriers
from numerics.couplings import Contact
from numerics.domain import LARGEST, SMALLEST, real
from numerics.kept import Given
from numerics.model import Model
from numerics.occupation import Filled, Occupation, Part
from numerics.reservoirs import Reservoir

#: Carrier density N = k_F**3 / (3 pi**2), electrons plus holes, in units of k_F**3.
DENSITY = DENSITIES[3]


@dataclass(frozen=True)
class Parameters(Given):
    """Parameters of the driven-dissipative condensate, in units of the Fermi energy and momentum.

    Parameters
    ----------
    inv_kfa : float
        Interaction strength (k_F a_s)**-1; any real number, negative on the BCS side.
    gamma_b : float
        Thermalisation rate from the bath; positive, at least 1e-30.
    gamma_v : float
        Decay rate into the vacuum; not negative.
    temperature : float
        Temperature of the bath; zero, or at least 1e-30, below which it is zero to all digits.
    cutoff : float
        Largest momentum p_c of the number equation (34); greater than 1.  It is a parameter of
        the model: with a constant density of states of the bath, (34) grows with p_c by
        (3 gamma_b / pi) p_c of the density.

    Raises
    ------
    ValueError
        If a parameter is outside its domain.

    Examples
    --------
    >>> from numerics import Parameters
    >>> Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5).linewidth
    0.001021
    """

    inv_kfa: float
    gamma_b: float = 1e-3
    gamma_v: float = 0.0
    temperature: float = 0.0
    cutoff: float = 100.0

    def __post_init__(self) -> None:
        domains = {
            "inv_kfa": ("any real number", lambda x: True),
            "gamma_b": (
                f"greater than 0 (ε_F), from {SMALLEST:g} to {LARGEST:g}",
                lambda x: SMALLEST <= x <= LARGEST,
            ),
            "gamma_v": (f"0 or greater (ε_F), up to {LARGEST:g}", lambda x: 0 <= x <= LARGEST),
            "temperature": (
                f"0 or greater (ε_F), not between 0 and {SMALLEST:g}, up to {LARGEST:g}",
                lambda x: x == 0 or SMALLEST <= x <= LARGEST,
            ),
            "cutoff": (
                f"greater than 1 (k_F), below which there are fewer states than carriers, up to "
                f"{LARGEST:g}",
                lambda x: 1 < x <= LARGEST,
            ),
        }
        for name, (domain, inside) in domains.items():
            object.__setattr__(self, name, real(name, getattr(self, name), domain, inside))

    @property
    def linewidth(self) -> float:
        """Total linewidth gamma = gamma_b + gamma_v."""
        return self.gamma_b + self.gamma_v

    @property
    def ratio(self) -> float:
        """The drive gamma_v / gamma_b."""
        return self.gamma_v / self.gamma_b

    @classmethod
    def from_ratio(
        cls,
        inv_kfa: float,
        gamma_b: float = 1e-3,
        ratio: float = 0.0,
        temperature: float = 0.0,
        cutoff: float = 100.0,
    ) -> Parameters:
        """Return the parameters with the drive in place of the decay rate.

        Parameters
        ----------
        inv_kfa, gamma_b, temperature, cutoff : float
            As in `Parameters`.
        ratio : float
            The drive gamma_v / gamma_b; not negative.

        Raises
        ------
        ValueError
            If a parameter is outside its domain.

        Examples
        --------
        >>> from numerics import Parameters
        >>> Parameters.from_ratio(inv_kfa=-1.0, gamma_b=1e-3, ratio=0.25).gamma_v
        0.00025
        """
        model = cls(inv_kfa, gamma_b, 0.0, temperature, cutoff)
        domain = f"0 or greater, with γ_v up to {LARGEST:g}"
        value = real("ratio", ratio, domain, lambda x: x >= 0 and x * model.gamma_b <= LARGEST)
        return model.replace(gamma_v=value * model.gamma_b)

    def model(self) -> Model:
        """Return the same model as one of any reservoirs: a bath and a vacuum.

        Examples
        --------
        >>> from numerics import Parameters
        >>> [r.name for r in Parameters(inv_kfa=0.0, gamma_v=1e-5).model().reservoirs]
        ['bath', 'vacuum']
        """
        bath = Reservoir("bath", self.gamma_b, temperature=self.temperature)
        reservoirs = (bath, Reservoir.empty("vacuum", self.gamma_v))
        return Model(self.coupling, reservoirs, self.cutoff)

    @property
    def coupling(self) -> Contact:
        """What pairs the carriers."""
        return _contact(self.inv_kfa)

    @property
    def drive(self) -> float:
        """The rate that takes the condensate out of equilibrium with the bath: gamma_v."""
        return self.gamma_v

    @property
    def filled_rate(self) -> float:
        """The rate of the reservoir whose potential is unknown: gamma_b."""
        return self.gamma_b

    @property
    def smearing(self) -> float:
        """Pi T of that reservoir."""
        return math.pi * self.temperature

    @property
    def potential(self) -> None:
        """The given potential of the bath: none, the density is given instead."""
        return

    def driven(self, drive: float) -> Parameters:
        """Return the parameters with another drive."""
        return self.replace(gamma_v=drive)

    def occupation(self, mu: float, edge: float, drive: float | None = None) -> Occupation:
        """Return what fills the states where the edge of the bath is at mu_b - mu."""
        empty = self.gamma_v if drive is None else drive
        return Occupation((Filled(self.gamma_b, edge, self.temperature),), empty, 1.0)

    @property
    def neutral(self) -> bool:
        """Whether densities are held equal by a tilt: those of equal carriers are without one."""
        return False

    @property
    def bands(self) -> Bands:
        """The bands of the carriers: those of equal masses."""
        return _EQUAL

    @property
    def symmetric(self) -> bool:
        """Whether electrons and holes have the same masses and rates: they do."""
        return True

    @property
    def closed(self) -> bool:
        """Whether there are closed forms of the paper's model: it is that."""
        return True

    def carriers(
        self,
        gap: float,
        mu: float,
        edge: float,
        tilt: float = 0.0,
        drive: float | None = None,
    ) -> Carriers:
        """Return electrons and holes at an order parameter and a potential; see `Model`."""
        occupation = self.occupation(mu, edge, drive)
        return Carriers(gap, mu, 0.0, occupation, occupation, tilt)

    def parts(self, species: int | None = None) -> Iterator[Part]:
        """Yield the bath and the vacuum in the numbers that were given; see `Model`."""
        yield Part(self.gamma_b, 1.0, None, 0.0, self.temperature)
        yield Part(self.gamma_v, 1.0, -math.inf, 0.0, 0.0)

    def coarser(self) -> None:
        """Return none: the occupation of the bath is a Fermi function."""
        return

    def words(self) -> str:
        """Return what tells the model in messages."""
        return f"inv_kfa = {self.inv_kfa:g}, gamma_b = {self.gamma_b:g}, cutoff = {self.cutoff:g}"

    @property
    def origin(self) -> str:
        """Where the branch of condensates begins, in words."""
        return "gamma_v = 0"

    def drive_words(self, drive: float) -> str:
        """Return a drive in words."""
        return f"gamma_v/gamma_b = {drive / self.gamma_b:.6g}"

    def replace(self, **changes: Any) -> Parameters:
        """Return the parameters with some of them changed."""
        return dataclasses.replace(self, **changes)


#: What is checked once, and asked for at every step of a search.
_contact = functools.lru_cache(maxsize=64)(Contact)
_EQUAL = Bands()

#: What the functions take: the paper's model by its parameters, or any.
Setting = Parameters | Model
