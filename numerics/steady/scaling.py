"""The steady-state equations as systems for Newton's method and continuation."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from numerics.parameters import Setting
from numerics.steady.equations import Evaluation, Unknowns
from numerics.steady.routes import evaluate_model

Array = NDArray[np.float64]

#: The smallest order parameter: without any E vanishes on the Fermi surface.
_NO_GAP = 1e-12


def _some_gap(gap: float) -> float:
    """Return an order parameter that is not zero, where a step of Newton's method leads there."""
    return gap if abs(gap) > _NO_GAP else math.copysign(_NO_GAP, gap)


def lowest_excitation(skew: float, gap: float, mu: float) -> tuple[float, float, float]:
    """Return the smallest E_p - a p**2, and its derivatives by the order parameter and mu.

    Parameters
    ----------
    skew : float
        a; positive for the heavier carriers.
    gap : float
        Positive.
    mu : float
    """
    root = math.sqrt((1 - skew) * (1 + skew))
    if skew * gap >= -root * mu:
        return root * gap - skew * mu, root, -skew
    # the smallest momentum is zero
    bottom = math.hypot(gap, mu)
    return bottom, gap / bottom, mu / bottom


class Equations:
    """The equations of one model in the unknowns (gap, mu, distance, gamma_v).

    The last is the drive, gamma_v in the paper's model; without it the condensate is in equilibrium
    with a bath.  The edge of the bath is measured from the lowest excitation energy: as the drive
    sets in, it climbs there and turns on the scale of the linewidth, then stays near while both
    change.

    Parameters
    ----------
    parameters : Parameters or Model
        The model; its drive is not used.

    Attributes
    ----------
    evaluations : int
        How often the equations were evaluated.
    """

    def __init__(self, parameters: Setting) -> None:
        self.parameters = parameters
        self.skew = parameters.bands.skew
        self.evaluations = 0
        # where the next search for the tilt of a neutral model begins
        self.tilt: float | None = None
        self._before: tuple[Array, Evaluation] | None = None

    def _reference(self, gap: float, mu: float) -> tuple[float, float, float]:
        """Return the lowest excitation energy, and its derivatives by gap and mu.

        It is rounded off where it has a kink, at gap = 0.
        """
        rounded = math.hypot(gap, self.parameters.filled_rate)
        both = [lowest_excitation(sign * self.skew, rounded, mu) for sign in (1, -1)]
        # a tilt brings the edges of electrons and of holes to the same distance
        both = [min(both)] if not self.parameters.neutral else both
        lowest, by_gap, by_mu = (sum(values) / len(both) for values in zip(*both, strict=True))
        return lowest, by_gap * gap / rounded, by_mu

    @property
    def smooth(self) -> bool:
        """Whether scales are all that changes along the branch.

        Further edges, as of a reservoir at a given potential, meet the spectrum somewhere, where
        the branch may turn back and forth within a linewidth.
        """
        first, *others = self.parameters.occupation(0.0, 0.0, 0.0).filled
        return first.tied and all(f.tied and f.edge == first.edge for f in others)

    def unknowns(self, x: Array) -> Unknowns:
        """Return the physical unknowns at a point."""
        gap, mu, distance = map(float, x[:3])
        edge = distance + self._reference(gap, mu)[0]
        return Unknowns(_some_gap(gap), mu, edge, self.tilt)

    def point(self, at: Unknowns, gamma_v: float) -> Array:
        """Return the point with given physical unknowns."""
        return np.array([at.gap, at.mu, at.edge - self._reference(at.gap, at.mu)[0], gamma_v])

    def at(self, x: Array) -> Evaluation:
        """Evaluate the equations at a point; their Jacobian is by the physical unknowns."""
        return self.at_unknowns(self.unknowns(x), float(x[3]))

    def at_unknowns(self, at: Unknowns, gamma_v: float) -> Evaluation:
        """Evaluate the equations at given physical unknowns."""
        self.evaluations += 1
        here = np.array([at.gap, at.mu, at.edge, max(gamma_v, 0.0)])
        if self._before is not None:
            # where the slopes at the last unknowns lead to
            there, last = self._before
            at = replace(at, tilt=last.tilt + float(np.dot(last.tilt_slopes, here - there)))
        found = evaluate_model(self.parameters, max(gamma_v, 0.0), at)
        known = self.parameters.neutral and math.isfinite(found.tilt)
        self.tilt = found.tilt if math.isfinite(found.tilt) else None
        self._before = (here, found) if known else None
        return found

    def __call__(self, x: Array) -> tuple[Array, Array]:
        """Return the three residuals and their derivatives by the four unknowns."""
        value = self.at(x)
        return value.residuals, self.chained(value.jacobian, x)

    def chained(self, jacobian: Array, x: Array) -> Array:
        """Return derivatives by the unknowns, given those by gap, mu, edge and drive."""
        gap, mu = map(float, x[:2])
        _, by_gap, by_mu = self._reference(gap, mu)
        result = jacobian.copy()
        result[:, 0] += jacobian[:, 2] * by_gap
        result[:, 1] += jacobian[:, 2] * by_mu
        return result

    def scales(self, x: Array) -> Array:
        """Return what the unknowns are measured in along the branch."""
        gap, mu, distance, gamma_v = map(float, x)
        rate = self.parameters.filled_rate
        width, climb = self._widths(gap, mu)
        return np.array(
            [
                max(abs(gap), rate),
                max(abs(mu), self._soft(gap, mu), 0.1),
                math.hypot(distance, width),
                max(gamma_v, 0.0) + climb,
            ]
        )

    def _soft(self, gap: float, mu: float) -> float:
        """Return the lowest excitation energy, or the width of it and of the bath's edge."""
        width = self.parameters.filled_rate + self.parameters.smearing
        return max(Unknowns(_some_gap(gap), mu, 0.0).lowest_excitation, width)

    def _widths(self, gap: float, mu: float) -> tuple[float, float]:
        """Return where the scales of the distance and of the drive begin to grow."""
        rate = self.parameters.filled_rate
        return rate + self.parameters.smearing, rate * min(rate / self._soft(gap, mu), 1.0)

    def advance(self, x: Array, way: Array) -> Array:
        """Return the point after a way in units of the scales, which change along it.

        The branch is nearly straight in the inverse hyperbolic sine of the distance and in the
        logarithm of the drive.
        """
        gap, mu, distance, gamma_v = map(float, x)
        width, climb = self._widths(gap, mu)
        scales = self.scales(x)
        return np.array(
            [
                gap + scales[0] * way[0],
                mu + scales[1] * way[1],
                width * math.sinh(math.asinh(distance / width) + way[2]),
                (max(gamma_v, 0.0) + climb) * math.exp(way[3]) - climb,
            ]
        )


class Balanced:
    """The real equations in (gap, mu) at gamma_v = 0 and mu_b = mu.

    There the imaginary part of the gap equation vanishes identically, because F_+ does.
    """

    def __init__(self, equations: Equations) -> None:
        self.equations = equations

    def __call__(self, x: Array) -> tuple[Array, Array]:
        """Return the two residuals and their derivatives."""
        value = self.equations.at_unknowns(self.unknowns(x), 0.0)
        return value.residuals[[0, 2]], value.jacobian[np.ix_([0, 2], [0, 1])]

    def unknowns(self, x: Array) -> Unknowns:
        """Return the physical unknowns."""
        return Unknowns(_some_gap(float(x[0])), float(x[1]), 0.0, self.equations.tilt)


@dataclass(frozen=True)
class Restricted:
    """The equations in some of the unknowns, the others fixed."""

    equations: Equations
    columns: tuple[int, ...]
    fixed: Array

    def complete(self, x: Array) -> Array:
        """Return all four unknowns."""
        full = self.fixed.copy()
        full[list(self.columns)] = x
        return full

    def __call__(self, x: Array) -> tuple[Array, Array]:
        """Return the three residuals and their derivatives by the free unknowns."""
        residuals, jacobian = self.equations(self.complete(x))
        return residuals, jacobian[:, list(self.columns)]
