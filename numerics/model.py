"""A model of any reservoirs: what the condensate is made of and what it is coupled to."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from numerics.domain import LARGEST, SMALLEST, flag, listed, outside, real
from numerics.kept import Kept
from numerics.occupation import Filled, Occupation


@dataclass(frozen=True)
class Reservoir:
    """A reservoir in a thermal state that exchanges carriers with the system.

    Parameters
    ----------
    name : str
        What it is called; part of the paths by which a model's parameters are named.
    rate : float
        Its rate gamma_lambda, epsilon_F; not negative, at least 1e-30 where it is not zero.
    mu : float or None
        Chemical potential, epsilon_F.  None for the unknown one, which is solved for; minus
        infinity for a reservoir that is empty.
    temperature : float
        Zero, or at least 1e-30.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Reservoir
    >>> Reservoir("bath", 1e-3).mu is None
    True
    >>> Reservoir.empty("vacuum", 1e-5).mu
    -inf
    """

    name: str
    rate: float
    mu: float | None = None
    temperature: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise outside("name", self.name, "an identifier: letters, digits and underscores")
        domain = f"0, or from {SMALLEST:g} to {LARGEST:g} (ε_F)"

        def inside(x: float) -> bool:
            return x == 0 or SMALLEST <= x <= LARGEST

        for word in ("rate", "temperature"):
            object.__setattr__(self, word, real(word, getattr(self, word), domain, inside))
        if self.mu is not None and self.mu != -math.inf:
            domain = "a real number (ε_F), None for the unknown potential, -inf for an empty one"
            object.__setattr__(self, "mu", real("mu", self.mu, domain, lambda x: abs(x) <= LARGEST))

    @classmethod
    def empty(cls, name: str, rate: float) -> Reservoir:
        """Return a reservoir without carriers, into which the system decays."""
        return cls(name, rate, -math.inf)


@dataclass(frozen=True)
class Bands:
    """The bands of the carriers: so far two of equal masses, in three dimensions.

    Parameters
    ----------
    dimension : int
        3.
    masses : tuple of float
        Masses of electrons and holes, (0.5, 0.5), in units with 1/m_e + 1/m_h = 4.
    """

    dimension: int = 3
    masses: tuple[float, float] = (0.5, 0.5)

    def __post_init__(self) -> None:
        if self.dimension != 3:
            raise outside("dimension", self.dimension, "3; other dimensions are not implemented")
        if tuple(self.masses) != (0.5, 0.5):
            raise outside("masses", self.masses, "(0.5, 0.5); others are not implemented")


@dataclass(frozen=True)
class Contact:
    """An attraction of zero range.

    Parameters
    ----------
    inv_kfa : float
        Interaction strength (k_F a_s)**-1; any real number, negative on the BCS side.
    """

    inv_kfa: float

    def __post_init__(self) -> None:
        value = real("inv_kfa", self.inv_kfa, "any real number", lambda x: True)
        object.__setattr__(self, "inv_kfa", value)


@dataclass(frozen=True)
class Model(Kept):
    """A condensate and any number of reservoirs, in units of the Fermi energy and momentum.

    At a given density the potential of the reservoirs with `mu=None` is solved for, as in the
    paper; else all potentials are given, and the density is a result.

    Parameters
    ----------
    coupling : Contact
        The attraction between the carriers.
    reservoirs : sequence of Reservoir
        At least one with a positive rate that is not empty; each with a name of its own.
    cutoff : float
        Largest momentum p_c of the number equation (34), as in `Parameters`.
    density : bool
        Whether the density is given.
    bands : Bands
        The bands of the carriers.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The steady state is the one connected to the equilibrium of the condensate with the reservoirs
    of the unknown potential, or, if all are given, with the first that is not empty: from there
    the rates of the others are turned on together.

    Examples
    --------
    Between two baths at different potentials:

    >>> from numerics import Contact, Model, Reservoir, solve_steady_state
    >>> baths = [Reservoir("left", 1e-3), Reservoir("right", 1e-5, mu=0.3)]
    >>> state = solve_steady_state(Model(Contact(0.0), baths))
    >>> print(f"{state.gap:.4f} {state.mu:.4f}")
    0.6428 0.5541
    """

    coupling: Contact
    reservoirs: tuple[Reservoir, ...]
    cutoff: float = 100.0
    density: bool = True
    bands: Bands = field(default_factory=Bands)

    def __post_init__(self) -> None:
        for name, kind in (("coupling", Contact), ("bands", Bands)):
            if not isinstance(getattr(self, name), kind):
                raise outside(name, getattr(self, name), f"a {kind.__name__}")
        domain = f"greater than 1 (k_F), up to {LARGEST:g}"
        object.__setattr__(
            self, "cutoff", real("cutoff", self.cutoff, domain, lambda x: 1 < x <= LARGEST)
        )
        object.__setattr__(self, "density", flag("density", self.density))
        object.__setattr__(self, "reservoirs", _checked(self.reservoirs, self.density))

    # What the steady state needs of a model -------------------------------------------------------

    @property
    def inv_kfa(self) -> float:
        """Interaction strength (k_F a_s)**-1."""
        return self.coupling.inv_kfa

    @property
    def linewidth(self) -> float:
        """Total linewidth gamma, the sum of the rates."""
        return self.occupation(0.0, 0.0).linewidth

    @property
    def temperature(self) -> float:
        """The highest temperature."""
        return max(r.temperature for r in self.reservoirs if r.rate > 0)

    @property
    def potential(self) -> float | None:
        """The given potential with which the condensate is in equilibrium without a drive."""
        return None if self.density else next(r.mu for r in self.reservoirs if _fills(r))

    @property
    def drive(self) -> float:
        """The sum of the rates that take the condensate out of equilibrium."""
        return math.fsum(r.rate for r in self.reservoirs if not self._tied(r))

    @property
    def filled_rate(self) -> float:
        """The sum of the rates that do not."""
        return math.fsum(r.rate for r in self.reservoirs if self._tied(r))

    @property
    def smearing(self) -> float:
        """The smallest pi T of those."""
        return math.pi * min(r.temperature for r in self.reservoirs if self._tied(r) and r.rate > 0)

    def _tied(self, reservoir: Reservoir) -> bool:
        """Tell whether a reservoir is at the potential whose edge is an unknown."""
        return reservoir.mu is None if self.density else reservoir.mu == self.potential

    def driven(self, drive: float) -> Model:
        """Return the model with the rates scaled of all that take it out of equilibrium."""
        if drive == self.drive:
            return self
        scale = drive / self.drive
        reservoirs = (
            r if self._tied(r) else dataclasses.replace(r, rate=scale * r.rate)
            for r in self.reservoirs
        )
        return dataclasses.replace(self, reservoirs=tuple(reservoirs))

    def occupation(self, mu: float, edge: float, drive: float | None = None) -> Occupation:
        """Return what fills the states at a potential of the condensate.

        Parameters
        ----------
        mu, edge : float
            Potential of the condensate, and the unknown potential above it.
        drive : float, optional
            Another drive.
        """
        whole = self.drive
        scale = 1.0 if drive is None or drive == whole else drive / whole
        # reservoirs that fill the same states are one
        merged: dict[tuple[float | None, float], list[float]] = {}
        for r in self.reservoirs:
            key = (None if self._tied(r) else r.mu, r.temperature if _fills(r) else 0.0)
            if r.rate > 0:
                merged.setdefault(key, []).append(r.rate)
        filled, empty, empty_share = [], 0.0, 0.0
        for (potential, temperature), rates in merged.items():
            rate = math.fsum(rates)
            if potential is None:
                filled.append(Filled(rate, edge, temperature))
            elif potential == -math.inf:
                empty, empty_share = scale * rate, rate / whole
            else:
                at = potential - mu
                filled.append(Filled(scale * rate, at, temperature, rate / whole, tied=False))
        return Occupation(tuple(filled), empty, empty_share)

    def words(self) -> str:
        """Return what tells the model in messages."""
        rates = ", ".join(f"{r.name} {r.rate:g}" for r in self.reservoirs)
        return f"inv_kfa = {self.inv_kfa:g}, rates: {rates}, cutoff = {self.cutoff:g}"

    @property
    def origin(self) -> str:
        """Where the branch of condensates begins, in words."""
        return "equilibrium"

    def drive_words(self, drive: float) -> str:
        """Return a drive in words."""
        return f"{drive / self.drive:.6g} of the rates that drive it"

    def replace(self, **changes: Any) -> Model:
        """Return the model with some of its arguments changed."""
        return dataclasses.replace(self, **changes)


def _fills(reservoir: Reservoir) -> bool:
    return reservoir.rate > 0 and reservoir.mu != -math.inf


def _checked(reservoirs: Iterable[Reservoir], density: bool) -> tuple[Reservoir, ...]:
    """Return the reservoirs of a model, or say what is wrong with them."""
    domain = "reservoirs with different names, at least one of a positive rate that is not empty"
    found = listed("reservoirs", reservoirs, domain)
    if not all(isinstance(r, Reservoir) for r in found) or not any(map(_fills, found)):
        raise outside("reservoirs", reservoirs, domain)
    names = [r.name for r in found]
    if len(set(names)) < len(names):
        raise outside("reservoirs", names, domain)
    unknown = [r.name for r in found if r.mu is None]
    if density and not any(r.mu is None and r.rate > 0 for r in found):
        given = "one of a positive rate with mu=None, whose potential gives the density"
        raise outside("reservoirs", names, given)
    if not density and unknown:
        raise outside("reservoirs", unknown, "all with a potential, where density=False")
    return found
