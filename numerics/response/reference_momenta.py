"""Sums over two momenta for the slow route: the measure, and where the integrand is not smooth.

With p+ and p- = |p+ - q| no angle is left: in three dimensions

    sum_p f = 1/(4 pi^2 q) int dp+ p+ int dp- p- f(p+, p-),   |p+ - p-| <= q <= p+ + p-,

where the sharp features lie along the axes or along one curve.  In two, where the measure of p- is
singular at both ends, the angle between p+ and q takes its place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.quadrature.rules import Grid, Rule, graded_panels
from numerics.response.reference_matrices import energies

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Measure:
    """The sum over momenta at a given p+.

    Parameters
    ----------
    dimension : int
        2 or 3.
    q : float
        Wave number.
    """

    dimension: int
    q: float

    @property
    def power(self) -> int:
        """The power of 1/p+ with which the inner integral decays, as the pairs' does."""
        return 5 - self.dimension

    def inner(
        self, p_plus: float, singular: Sequence[complex], rule: Rule
    ) -> tuple[Array, Array, Array, int]:
        """Return p- at the nodes for one p+, weights, those of the embedded rule, and panels."""
        q = self.q
        if self.dimension == 3:
            grid = Grid.on(graded_panels(abs(p_plus - q), p_plus + q, singular), rule)
            minus, factor = grid.nodes, p_plus * grid.nodes / (4 * math.pi**2 * q)
        else:
            cosines = (p_plus**2 + q * q - np.asarray(singular) ** 2) / (2 * p_plus * q)
            angles = np.arccos(cosines)
            images = np.concatenate([angles, -angles, 2 * math.pi - angles])
            grid = Grid.on(graded_panels(0.0, math.pi, list(images)), rule)
            rise = 4 * p_plus * q * np.sin(grid.nodes / 2) ** 2
            minus = np.sqrt((p_plus - q) ** 2 + rise)
            factor = np.full_like(minus, p_plus / (2 * math.pi**2))
        panels = grid.nodes.size // rule.nodes.size
        return minus, grid.weights * factor, grid.embedded * factor, panels

    def pairs(self, energy: float) -> float:
        """Return the sum of 2/(p+^2 + p-^2) less that of 1/(p^2 + energy)."""
        # p+^2 + p-^2 = 2 p^2 + q^2/2
        if self.dimension == 3:
            return (math.sqrt(energy) - self.q / 2) / (4 * math.pi)
        return math.log(4 * energy / self.q**2) / (4 * math.pi)


@dataclass(frozen=True)
class Places:
    """Where the loop of two Green's functions changes quickly, as far as that is known.

    Parameters
    ----------
    carriers : Carriers
    omega : complex
    """

    carriers: Carriers
    omega: complex

    @property
    def scale(self) -> float:
        """A bound of the energies at which anything happens."""
        return self.carriers.energies + abs(self.omega)

    def momenta(self, nu: Any) -> Complex:
        """Return the momenta at which [G^R]^-1 has no inverse at complex frequencies."""
        c = self.carriers
        nu = np.asarray(nu)
        electron = nu + 1j * c.electrons.linewidth + c.mu
        hole = nu + 1j * c.holes.linewidth - c.mu
        a = c.skew
        # (electron - (1 + a) x) (hole + (1 - a) x) = Delta_0**2 with x = p**2
        square = (1 - a) * (1 + a)
        half = ((1 - a) * electron - (1 + a) * hole) / 2
        root = np.sqrt(half * half + square * (electron * hole - c.gap**2))
        x = np.concatenate([np.ravel(half + root), np.ravel(half - root)]) / square
        return np.asarray(np.sqrt(x))

    def alone(self) -> Complex:
        """Return momenta where the loop is singular in one of them, whatever the other one is."""
        c, omega = self.carriers, self.omega
        edges = np.array([complex(at + c.middle, f.smearing) for at, f in c.edges()])
        shifted = [edges + complex(sign * omega.real, omega.imag) for sign in (1, -1)]
        electrons, holes = c.electrons.linewidth, c.holes.linewidth
        # a pole of G^R meets one of G^A
        meet = 1j * c.linewidth * math.sqrt(c.gap**2 / (electrons * holes) + 1)
        points = np.sqrt(np.array([c.mu + meet, c.mu - meet]))
        return np.concatenate([self.momenta(np.concatenate([edges, *shifted])), points])

    def resonant(self, p: float) -> Complex:
        """Return the momenta of one Green's function at which it is resonant with that at p."""
        _, root, middle = energies(self.carriers, p)
        poles = np.array([middle + root, middle - root])
        omega = self.omega
        return self.momenta(np.concatenate([poles - omega, poles + omega.conjugate()]).conj())

    def parallel(self, q: float) -> list[complex]:
        """Return large momenta from which omega leads to parallel ones of either carrier."""
        c = self.carriers
        pairs = ((1 + c.skew, c.electrons.linewidth), (1 - c.skew, c.holes.linewidth))
        found = []
        for slope, rate in pairs:
            for shift in (self.omega, self.omega + 2j * rate):
                if shift != 0:
                    p = shift / (2 * q * slope)
                    found.append(complex(abs(p.real), p.imag))
        return found
