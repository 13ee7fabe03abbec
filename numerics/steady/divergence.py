"""What diverges in the gap equation, as an integrand over the frequency.

Both sides of it contain a sum over momenta that does not converge.  At fixed frequency that is an
inverse power at large frequencies, which a smooth function stands for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.quadrature.rules import smooth_inverse_root, smooth_inverse_root_integral

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Divergence:
    """A function of y = |nu - a mu| that is subtracted from the integrand of (33), both signs.

    Parameters
    ----------
    dimension : int
    weight : float
        What multiplies |y|**-1/2 in three dimensions, 1/|y| in two.
    scale : float
        Where that is rounded off, epsilon_F.
    integral : float
        The integral less the sum of the other side: over 1/(2 p**2) in three dimensions, and over
        1/(2 p**2 + epsilon_F) in two, where that does not converge at small momenta.
    """

    dimension: int
    weight: float
    scale: float
    integral: float

    @property
    def size(self) -> float:
        """The size of the terms that the integral stands for."""
        return abs(self.integral) if self.dimension == 3 else abs(self.integral) + self.weight

    def __call__(self, y: Array) -> Array:
        """Return the function."""
        if self.dimension == 3:
            return self.weight * smooth_inverse_root(y, self.scale)
        return np.asarray(self.weight / np.hypot(y, self.scale))


def divergence_of(carriers: Carriers) -> Divergence:
    """Return the function for carriers, rounded off on the scale of their energies.

    At the frequency nu > 0 stands half of the sum over p of delta(nu - (1 + a) p**2)/p**2, and with
    the other sign of a at nu < 0, for pairs without an order parameter and a linewidth.  In two
    dimensions 1/(2 p**2 + 1) at energies (1 +- a)(p**2 + 1/2) makes it 1/(16 pi |nu|) from
    (1 +- a)/2 on; the integral of both up to Y is ln(2 Y/sqrt(1 - a**2))/(8 pi), that of the smooth
    function ln(2 Y/s)/(8 pi).
    """
    scale, a = abs(carriers.mu) + abs(carriers.gap), carriers.skew
    if carriers.dimension == 3:
        weight = (1 / math.sqrt(1 + a) + 1 / math.sqrt(1 - a)) / (16 * math.pi**2)
        return Divergence(3, weight, scale, weight * smooth_inverse_root_integral(scale))
    weight = 1 / (8 * math.pi)
    return Divergence(2, weight, scale, -weight * math.log(scale / math.sqrt((1 - a) * (1 + a))))
