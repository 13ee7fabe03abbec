"""What the integrals over the frequency need of two bands with masses and rates of their own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.occupation import Filled, Occupation

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Distance from frequency zero in units of the gap, where the poles of G^R and G^A cancel, at which
#: a difference of its inverse keeps half of the digits.
CLOSEST = 1e-8
#: The same where the poles of one function alone cancel, like the inverse of the distance: nodes
#: are as close as they come, which leaves of an integral its rounding times a logarithm.  Moved,
#: they disagree with the distances from the edges of the spectra.  Closer there is rounding alone.
RESOLVED = float(np.finfo(float).eps)
#: Kernels of carriers of any masses and rates, by dimension.
_KERNELS = {2: "film", 3: "two_bands"}


@dataclass(frozen=True)
class Carriers:
    """Electrons and holes at given order parameter and chemical potential.

    Frequencies y are counted from the middle of the gap, y = nu - a mu, where a is `skew`.

    Parameters
    ----------
    gap, mu : float
        Order parameter, and chemical potential of either carrier.
    skew : float
        (1/m_e - 1/m_h)/4, between -1 and 1.
    electrons, holes : Occupation
        What fills the states of either; their rates may differ.
    tilt : float
        By how much the potentials of all reservoirs are higher for electrons and lower for holes.
    dimension : int
        That of the momenta.
    """

    gap: float
    mu: float
    skew: float
    electrons: Occupation
    holes: Occupation
    tilt: float = 0.0
    dimension: int = 3

    @cached_property
    def linewidth(self) -> float:
        """Mean of the total rates."""
        return (self.electrons.linewidth + self.holes.linewidth) / 2

    @property
    def margin(self) -> float:
        """Distance of all poles of the Green's functions from the axis, the smaller rate."""
        return min(self.electrons.linewidth, self.holes.linewidth)

    @cached_property
    def imbalance(self) -> float:
        """Half the difference of the total rates."""
        return (self.electrons.linewidth - self.holes.linewidth) / 2

    @property
    def slope(self) -> float:
        """Distance from the axis of the edge of the spectrum, gamma - a delta."""
        return self.linewidth - self.skew * self.imbalance

    @property
    def middle(self) -> float:
        """The middle of the gap, a mu."""
        return self.skew * self.mu

    @property
    def offset(self) -> float:
        """What is added to y where reservoirs count their energies, a mu less the tilt."""
        return self.middle - self.tilt

    @cached_property
    def alike(self) -> bool:
        """Whether electrons and holes can be exchanged."""
        return self.skew == 0 and self.tilt == 0 and self.electrons == self.holes

    @cached_property
    def threshold(self) -> float:
        """The edge of the spectrum from the middle of the gap, sqrt(1 - a**2) Delta_0."""
        return math.sqrt((1 - self.skew) * (1 + self.skew)) * abs(self.gap)

    @cached_property
    def energies(self) -> float:
        """A scale of the energies at which anything changes."""
        filled = max(self.electrons.energies, self.holes.energies)
        return abs(self.mu) + abs(self.gap) + self.linewidth + filled + abs(self.tilt)

    @property
    def kernels(self) -> str:
        """The module of kernels of the dimension."""
        return _KERNELS[self.dimension]

    def parameters(self) -> tuple[float, ...]:
        """Return what every kernel takes last."""
        return self.gap, self.mu, self.linewidth, self.imbalance, self.skew

    def sums(self, y: Array) -> tuple[Array, Array]:
        """Return the sums over the reservoirs of gamma [1 - 2 f], of electrons and of holes."""
        nu = y + self.offset
        return (
            self.electrons.sums(nu) * self.electrons.linewidth,
            self.holes.sums(-nu) * self.holes.linewidth,
        )

    def excess(self, y: Array, sign: int) -> tuple[Array, Array]:
        """Return `sums` less what they are far away on the side of a sign of y, accurately.

        There electrons are absent above, and holes below: gamma [1 - 2 f] is the rate of electrons
        times the sign, and that of holes times its negative.
        """
        if sign > 0:
            electrons, holes = self.lesser(y)
            return -2 * electrons, 2 * holes
        electrons, holes = self.greater(y)
        return 2 * electrons, -2 * holes

    def lesser(self, y: Array) -> tuple[Array, Array]:
        """Return the sums of gamma f of electrons, and of gamma [1 - f] of holes: Sigma^<."""
        nu = y + self.offset
        return self.electrons.fillings(nu), self.holes.vacancies(-nu)

    def greater(self, y: Array) -> tuple[Array, Array]:
        """Return the sums of gamma [1 - f] of electrons, and of gamma f of holes: Sigma^>."""
        nu = y + self.offset
        return self.electrons.vacancies(nu), self.holes.fillings(-nu)

    @property
    def shares(self) -> tuple[float, float]:
        """How much of the drive the rates of electrons and of holes are."""
        return self.electrons.share, self.holes.share

    @property
    def steps(self) -> Array:
        """What fills the states, a row for each step.

        0 for electrons and 1 for holes, edge, temperature, rate, its derivative by the drive, and
        whether the potential is the unknown one.
        """
        both = enumerate((self.electrons, self.holes))
        rows = [
            (k, f.edge, f.temperature, f.rate, f.share, f.tied) for k, o in both for f in o.filled
        ]
        return np.array(rows, dtype=float).reshape(-1, 6)

    def edges(self) -> Iterator[tuple[float, Filled]]:
        """Yield where occupations step, from the middle of the gap."""
        for sign, occupation in ((1, self.electrons), (-1, self.holes)):
            for filled in occupation.filled:
                yield sign * filled.edge - self.offset, filled

    def filled_energies(self, tail: float = 0.0, smeared: float = 0.0) -> tuple[float, ...]:
        """Return between which quasiparticle energies E_p the occupations step, each once.

        The branches are E_p +- a xi_p from the middle of the gap: where one is y, E_p is between
        |y|/(1 + |a|) and |y|/(1 - |a|).

        Parameters
        ----------
        tail, smeared : float
            What is added to |y|: so many temperatures, and an energy.
        """
        found: dict[float, None] = {}
        for y, filled in self.edges():
            if not filled.tail:
                energy = abs(y) + tail * filled.temperature + smeared
                found |= dict.fromkeys(energy / (1 + s * self.skew) for s in (1, -1))
        return tuple(found)

    def spectral_edges(self) -> tuple[float, ...]:
        """Return where the spectra of G begin, and where they have the momentum zero."""
        bottom = math.hypot(self.mu, self.gap)
        return self.threshold, -self.threshold, bottom - self.middle, -bottom - self.middle

    def apart(self, y: Array, closest: Array | float = CLOSEST) -> Array:
        """Return frequencies that keep away from y = 0, where G^R and G^A share a pole.

        Parameters
        ----------
        y : ndarray
            From the middle of the gap.
        closest : float or ndarray
            Smallest distance in units of the gap.
        """
        least = closest * abs(self.gap)
        return np.where(np.abs(y) < least, np.copysign(least, y), y)

    def distance(self, origin: Any, offset: Array, shift: Any = 0.0) -> Array:
        """Return |origin + shift + offset| less the edge of the spectrum; see `distance_from`."""
        return distance_from(self.threshold, origin, offset, shift)


def distance_from(edge: float, origin: Any, offset: Array, shift: Any = 0.0) -> Array:
    """Return |origin + shift + offset| less the edge of a spectrum, accurate where that is small.

    Parameters
    ----------
    edge : float
    origin : ndarray of longdouble, shape (panels,)
    offset : ndarray, shape (panels, nodes)
    shift : ndarray of longdouble, shape (panels,), optional
    """
    start, above, below = (x[:, None] for x in starts(edge, origin, shift))
    return np.where(start + offset > 0, above + offset, below - offset)


def starts(edge: float, origin: Any, shift: Any) -> tuple[Array, Array, Array]:
    """Return origin + shift, and it and its negative less the edge of a spectrum, rounded once.

    What the sum is rounded by counts in units of its distance from the edge: for all nodes of a
    panel it would move one of the two frequencies of a loop, but not the other one.

    Parameters
    ----------
    edge : float
    origin, shift : ndarray of longdouble, shape (panels,)
    """
    total = origin + shift
    part = total - origin
    rest = (origin - (total - part)) + (shift - part)
    above, below = (sign * total - edge + sign * rest for sign in (1, -1))
    return total.astype(float), above.astype(float), below.astype(float)
