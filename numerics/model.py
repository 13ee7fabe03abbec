"""A model of any reservoirs: what the condensate is made of and what it is coupled to."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from numerics.bands import Bands
from numerics.carriers import Carriers
from numerics.couplings import Contact
from numerics.domain import LARGEST, flag, listed, outside, real
from numerics.interaction import Interaction
from numerics.kept import Given
from numerics.occupation import Filled, Occupation, Part
from numerics.reservoirs import Reservoir
from numerics.superposition import Superposition


@dataclass(frozen=True)
class Model(Given):
    """A condensate and any number of reservoirs, in units of the Fermi energy and momentum.

    At a given density the potential of the reservoirs with `mu=None` is solved for, as in the
    paper; else all potentials are given, and the density is a result.

    Parameters
    ----------
    coupling : Contact, Boson or Coupling
        What pairs the carriers.  Where the density is given it is that of carriers in the bands
        and, two for each boson, in the field.
    reservoirs : sequence of Reservoir
        At least one with a positive rate that is not empty; each with a name of its own.
    cutoff : float
        Largest momentum p_c of the number equation (34), as in `Parameters`.
    density : bool
        Whether the density is given.
    bands : Bands
        The bands of the carriers.
    neutral : bool
        Whether there are as many electrons as holes: all reservoirs are higher for electrons and
        lower for holes by a `tilt` of the potentials that follows from that.  What a linewidth
        leaves at large momenta, which grows with the cutoff, is not counted there.  Without it both
        are at the same potentials, and carriers of different masses have different densities.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The steady state is the one connected to the equilibrium of the condensate with the reservoirs
    of the unknown potential, or, if all are given, with the first that is not empty: from there
    the rates of the others are turned on together, the loss of a field with them, and an occupation
    of the user's own in place of a sharp step.

    Examples
    --------
    Between two baths at different potentials:

    >>> from numerics import Contact, Model, Reservoir, solve_steady_state
    >>> baths = [Reservoir("left", 1e-3), Reservoir("right", 1e-5, mu=0.3)]
    >>> state = solve_steady_state(Model(Contact(0.0), baths))
    >>> print(f"{state.gap:.4f} {state.mu:.4f}")
    0.6428 0.5541
    """

    coupling: Interaction
    reservoirs: tuple[Reservoir, ...]
    cutoff: float = 100.0
    density: bool = True
    bands: Bands = field(default_factory=Bands)
    neutral: bool = False

    def __post_init__(self) -> None:
        for name, kind in (("coupling", Interaction), ("bands", Bands)):
            if not isinstance(getattr(self, name), kind):
                words = "a Contact, a Boson or a Coupling" if kind is Interaction else "Bands"
                raise outside(name, getattr(self, name), words)
        domain = f"greater than 1 (k_F), up to {LARGEST:g}"
        object.__setattr__(
            self, "cutoff", real("cutoff", self.cutoff, domain, lambda x: 1 < x <= LARGEST)
        )
        if self.coupling.dimension != self.bands.dimension:
            domain = f"one in {self.bands.dimension} dimensions, as the bands"
            raise outside("coupling", self.coupling.words(), domain)
        for name in ("density", "neutral"):
            object.__setattr__(self, name, flag(name, getattr(self, name)))
        object.__setattr__(self, "reservoirs", _checked(self.reservoirs, self.density))

    @property
    def inv_kfa(self) -> float:
        """Interaction strength (k_F a_s)**-1 of an attraction of zero range.

        Raises
        ------
        ValueError
            If the coupling is another one.
        """
        if not isinstance(self.coupling, Contact) or self.coupling.inv_kfa is None:
            raise outside("coupling", self.coupling.words(), "a Contact, for this")
        return self.coupling.inv_kfa

    @cached_property
    def linewidth(self) -> float:
        """Total linewidth gamma, the sum of the rates."""
        return self.occupation(0.0, 0.0).linewidth

    @property
    def temperature(self) -> float:
        """The highest temperature."""
        return max(r.temperature for r in self.reservoirs if r.mean_rate > 0)

    @property
    def potential(self) -> float | None:
        """The given potential with which the condensate is in equilibrium without a drive."""
        return None if self.density else next(r.mu for r in self.reservoirs if r.fills)

    @cached_property
    def drive(self) -> float:
        """The sum of the rates that take the condensate out of equilibrium, the loss included."""
        rates = (r.mean_rate for r in self.reservoirs if self._drives(r))
        return math.fsum((*rates, self.coupling.decay))

    @property
    def filled_rate(self) -> float:
        """The sum of the rates that do not."""
        return math.fsum(r.mean_rate for r in self.reservoirs if self._tied(r))

    @property
    def smearing(self) -> float:
        """The smallest pi T of those; of an occupation of the user's own, zero."""
        return math.pi * min(
            r.temperature for r in self.reservoirs if self._tied(r) and r.mean_rate > 0
        )

    def _drives(self, reservoir: Reservoir) -> bool:
        """Tell whether a reservoir takes the condensate out of equilibrium.

        One with an occupation of its own does, whatever its potential is.
        """
        return not self._tied(reservoir) or reservoir.occupation is not None

    def _tied(self, reservoir: Reservoir) -> bool:
        """Tell whether a reservoir is at the potential whose edge is an unknown."""
        return reservoir.mu is None if self.density else reservoir.mu == self.potential

    def driven(self, drive: float) -> Model:
        """Return the model with the rates scaled of all that take it out of equilibrium.

        Sharp steps stand in for what is missing of the occupations at the unknown potential.
        """
        if drive == self.drive:
            return self
        scale = drive / self.drive
        reservoirs = []
        for r in self.reservoirs:
            driving = self._drives(r)
            reservoirs.append(r.scaled(scale) if driving else r)
            if driving and self._tied(r):
                rest = Reservoir(f"{r.name}_in_equilibrium", r.rate, r.mu)
                reservoirs.append(rest.scaled(1 - scale))
        coupling = self.coupling.scaled(scale)
        return dataclasses.replace(self, coupling=coupling, reservoirs=tuple(reservoirs))

    @property
    def symmetric(self) -> bool:
        """Whether electrons and holes have the same masses and rates."""
        return self.bands.equal and all(isinstance(r.rate, float) for r in self.reservoirs)

    @property
    def closed(self) -> bool:
        """Whether there are closed forms of the paper's model: equal carriers, three dimensions."""
        return self.symmetric and self.bands.dimension == 3

    def symmetrised(self, part: float = 0.0) -> Model:
        """Return the model with that part of its asymmetry: equal masses and rates by default."""
        found = []
        for r in self.reservoirs:
            electrons, holes = (r.mean_rate + part * (rate - r.mean_rate) for rate in r.rates)
            found.append(dataclasses.replace(r, rate=(electrons, holes)))
        bands = Bands.of_skew(part * self.bands.skew, self.bands.dimension)
        return self.replace(bands=bands, reservoirs=tuple(found))

    def carriers(
        self,
        gap: float,
        mu: float,
        edge: float,
        tilt: float = 0.0,
        drive: float | None = None,
    ) -> Carriers:
        """Return electrons and holes at an order parameter and a potential of the condensate.

        Parameters
        ----------
        gap, mu, edge : float
            Order parameter, potential of the condensate, and the unknown potential above it.
        tilt : float
            By how much all reservoirs are higher for electrons, and lower for holes.
        drive : float, optional
            Another drive.
        """
        species = (None,) if self.symmetric else (0, 1)
        found = [self.occupation(mu, edge, drive, k) for k in species]
        bands = self.bands
        return Carriers(gap, mu, bands.skew, found[0], found[-1], tilt, bands.dimension)

    def occupation(
        self, mu: float, edge: float, drive: float | None = None, species: int | None = None
    ) -> Occupation:
        """Return what fills the states at a potential of the condensate.

        Parameters
        ----------
        mu, edge : float
            Potential of the condensate, and the unknown potential above it.
        drive : float, optional
            Another drive.
        species : int, optional
            Whose rates count: 0 for electrons, 1 for holes, the mean of both by default.
        """
        whole = self.drive
        scale = 1.0 if drive is None or drive == whole else drive / whole
        # reservoirs that fill the same states are one
        merged: dict[tuple[float | None, float | Superposition], list[float]] = {}
        for r in self.reservoirs:
            kind = r.superposition or (r.temperature if r.fills else 0.0)
            key = (None if self._tied(r) else r.mu, kind)
            if r.mean_rate > 0:
                rate = r.mean_rate if species is None else r.rates[species]
                merged.setdefault(key, []).append(rate)
        filled: list[Filled] = []
        empty, empty_share = 0.0, 0.0
        for (potential, kind), rates in merged.items():
            rate, tied = math.fsum(rates), potential is None
            at = edge if potential is None else potential - mu
            if isinstance(kind, Superposition):
                drives = (scale * rate, rate / whole)
                filled += _parts(kind, at, *drives, tied=tied)
                if tied and drive is not None:
                    # without a drive it is a reservoir in equilibrium
                    filled.append(Filled((1 - scale) * rate, at, 0.0, -rate / whole))
            elif tied:
                filled.append(Filled(rate, at, kind))
            elif potential == -math.inf:
                empty, empty_share = scale * rate, rate / whole
            else:
                filled.append(Filled(scale * rate, at, kind, rate / whole, tied=False))
        return Occupation(tuple(filled), empty, empty_share)

    def parts(self, species: int | None = None) -> Iterator[Part]:
        """Yield the Fermi functions of all reservoirs in the numbers that were given.

        With the rates of electrons for a species of 0, of holes for 1, the mean by default.
        """
        for r in self.reservoirs:
            potential = None if self._tied(r) else r.mu
            rate = r.mean_rate if species is None else r.rates[species]
            if r.superposition is not None:
                for weight, place, width in r.superposition.steps:
                    yield Part(rate, weight, potential, place, width)
            elif r.mean_rate > 0:
                yield Part(rate, 1.0, potential, 0.0, r.temperature if r.fills else 0.0)

    def coarser(self) -> Model | None:
        """Return the model with coarser occupations of the user's own, None if all are exact.

        What changes from one to the other tells what their errors do.
        """
        found = [r.superposition for r in self.reservoirs]
        if all(occupation is None or occupation.exact for occupation in found):
            return None
        reservoirs = (
            dataclasses.replace(r, occupation=occupation and occupation.coarser())
            for r, occupation in zip(self.reservoirs, found, strict=True)
        )
        return dataclasses.replace(self, reservoirs=tuple(reservoirs))

    def words(self) -> str:
        """Return what tells the model in messages."""
        rates = ", ".join(
            f"{r.name} " + "/".join(f"{rate:g}" for rate in dict.fromkeys(r.rates))
            for r in self.reservoirs
        )
        masses = "" if self.bands.equal else "masses {:g}/{:g}, ".format(*self.bands.masses)
        masses += "neutral, " if self.neutral else ""
        return f"{self.coupling.words()}, {masses}rates: {rates}, cutoff = {self.cutoff:g}"

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


def _parts(
    occupation: Superposition, at: float, rate: float, share: float, *, tied: bool
) -> Iterator[Filled]:
    """Yield the Fermi functions of an occupation at a potential as reservoirs of their own."""
    for step, tail in zip(occupation.steps, occupation.tails(), strict=True):
        weight, place, width = step
        yield Filled(weight * rate, at + place, width, weight * share, tied, tail)


def _checked(reservoirs: Iterable[Reservoir], density: bool) -> tuple[Reservoir, ...]:
    """Return the reservoirs of a model, or say what is wrong with them."""
    domain = "reservoirs with different names, at least one of a positive rate that is not empty"
    found = listed("reservoirs", reservoirs, domain)
    if not all(isinstance(r, Reservoir) for r in found) or not any(r.fills for r in found):
        raise outside("reservoirs", reservoirs, domain)
    names = [r.name for r in found]
    if len(set(names)) < len(names):
        raise outside("reservoirs", names, domain)
    unknown = [r.name for r in found if r.mu is None]
    if density and not any(r.mu is None and r.mean_rate > 0 for r in found):
        given = "one of a positive rate with mu=None, whose potential gives the density"
        raise outside("reservoirs", names, given)
    if not density and unknown:
        raise outside("reservoirs", unknown, "all with a potential, where density=False")
    return found
