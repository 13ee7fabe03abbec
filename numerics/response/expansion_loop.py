"""The coefficients of (46) of bands with masses and rates of their own: one integral over nu.

Each is an integral by itself, in which `derive` has let q and omega vanish after it has taken the
derivatives by both, q -> 0 first.  The gap equation has been used: alpha_12 and alpha_22 are zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.evaluation import evaluate
from numerics.quadrature.adaptive import Totals, integrate
from numerics.quadrature.panels import Extended, Panels
from numerics.quadrature.rules import Rule
from numerics.response.two_bands import pairing_panels

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Modules of kernels by dimension.
_KERNELS = {2: "film_long_waves", 3: "long_waves"}
#: By how many ulp frequencies and energies are moved to see what rounding does to the integrands.
_EPS = float(np.finfo(float).eps)
_MOVED = 4 * _EPS
#: The change is one sample of the rounding errors, and they may be this much larger.
_SAFETY = 4.0
#: Rounding of either part of what the reservoirs disagree by: sums over them times rates.
_PARTS = 8 * _EPS
#: Where the coefficients of M_11, M_21 and M_22 are among the twelve, of which M_21 has the
#: disagreement in it and M_11 - M_22 the terms that it multiplies; alpha_22 is zero.
_ELEMENTS = ((0, 1, None), (2, 4, 5), (6, 8, 9))


def coefficient_integrals(carriers: Carriers, rtol: float) -> Totals:
    """Return alpha_11, alpha_21, beta, eta, zeta_12 and zeta_22, less what a coupling K adds.

    Parameters
    ----------
    carriers : Carriers
        Of a state that solves the gap equation.
    rtol : float
        Tolerance of each, which rounding may exceed.

    Returns
    -------
    Totals
        Of one integral of twelve components; its `size` bounds what rounding does to them.
    """

    def goal(value: Complex, rounding: Array) -> Array:
        return np.maximum(rtol * np.abs(value), rounding)

    at_rest = np.zeros(1), np.zeros(1, dtype=complex)
    found = integrate(_Integrand(carriers), pairing_panels(carriers, *at_rest), 1, goal)
    found.size[0] += _of_edges(carriers)
    if _is_cold(carriers):
        # the same at each node, so that what cancels of the terms cancels
        part = carriers.linewidth / carriers.threshold
        add_disagreement(found.size.T, found.value.T, part)
    return found


def _is_cold(carriers: Carriers) -> bool:
    return all(filled.temperature == 0 for _, filled in carriers.edges())


def _moved(carriers: Carriers) -> float:
    """Return how far where reservoirs step is rounded, against the edges of the spectra."""
    edges = [abs(f.edge) for o in (carriers.electrons, carriers.holes) for f in o.filled]
    # the skew is rounded, too, a part of one
    return _MOVED * (
        max(edges, default=0.0) + abs(carriers.mu) + abs(carriers.gap) + abs(carriers.tilt)
    )


def _of_edges(carriers: Carriers) -> Array:
    """Return what the rounding of where reservoirs step does to the coefficients, (12,).

    Each is the sum of numbers that may be far larger than its distance from the edge of the
    spectrum, by which the coefficients change.  At T = 0 they do by the jump of the integrand.
    """
    jumps = [(y, 2 * f.rate) for y, f in carriers.edges() if f.temperature == 0]
    if not jumps:
        return np.zeros(12)
    y, jump = np.array(jumps).T
    # electrons come first
    count = sum(f.temperature == 0 for f in carriers.electrons.filled)
    of_electrons = np.arange(y.size) < count
    rates = np.where(of_electrons, jump, 0.0), np.where(of_electrons, 0.0, jump)
    y = carriers.apart(y)
    distance = np.abs(y) - carriers.threshold
    values = _kernel(carriers, y, distance, *rates, np.full_like(y, carriers.mu))
    return _moved(carriers) * np.abs(values).sum(axis=1)


def _kernel(carriers: Carriers, y: Array, *arguments: Array) -> Array:
    """Return what the kernel gives at nodes, potential last, shape (12, nodes)."""
    gap, _, *rest = carriers.parameters()
    *nodes, mu = (y, *arguments)
    return evaluate(_KERNELS[carriers.dimension], "coefficients", *nodes, gap, mu, *rest)


def add_disagreement(errors: Array, values: Complex | Array, part: Array | float) -> None:
    """Add to the errors of alpha_21, beta_21 and eta_21 the rounding of F_e gamma_h + F_h gamma_e.

    These are sums of terms times that, and the coefficients of M_11 - M_22 sums of the same terms
    times F_e u - F_h v at frequencies Y, u + v = 2 Y.  Where reservoirs agree nothing is left of
    the two parts of the former but their rounding, and they are no more than gamma/Y of the latter.

    Parameters
    ----------
    errors, values : ndarray, shape (12, ...)
    part : ndarray or float
        gamma/Y.
    """
    for first, coupling, second in _ELEMENTS:
        apart = values[first] - (0.0 if second is None else values[second])
        errors[coupling] += _PARTS * part * np.abs(apart)


class _Integrand:
    """The integrands over |y|, both signs together."""

    def __init__(self, carriers: Carriers) -> None:
        self.carriers = carriers
        self.cold = _is_cold(carriers)

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the integrands per unit of the nodes' variable, and their rounding errors.

        Terms of higher powers of 1/gamma have cancelled in these: what rounding has left of them
        shows where frequencies and energies are moved by a few units of the last place.
        """
        _, offset, slope = panels.nodes(rule)
        found = [self._coefficients(sign * panels.origin, sign * offset) for sign in (1, -1)]
        values, errors = (np.sum(parts, axis=0) for parts in zip(*found, strict=True))
        return values * slope + 0j, errors * slope

    def _coefficients(self, origin: Extended, offset: Array) -> tuple[Array, Array]:
        """Return the integrands at one sign of y, and bounds of their rounding errors."""
        carriers = self.carriers
        y = origin.astype(float)[:, None] + offset
        # before the nodes move: reservoirs may step closer to the middle of the gap
        fixed = (carriers.distance(origin, offset), *carriers.sums(y))
        y = carriers.apart(y)
        energy = abs(carriers.mu) + np.abs(y)
        # where occupations are smooth one sample may be small at many nodes alike
        moves = (0.0, _MOVED) if self.cold else (0.0, _MOVED, -_MOVED)
        values, *beside = (
            self._values(y * (1 + moved), *fixed, carriers.mu + moved * energy) for moved in moves
        )
        change = np.max([np.abs(some - values) for some in beside], axis=0)
        errors = _SAFETY * change + _EPS * np.abs(values)
        if not self.cold:
            # terms matter from the edge of the spectrum on
            part = carriers.linewidth / np.maximum(np.abs(y), carriers.threshold)
            add_disagreement(errors, values, part)
        return values, errors

    def _values(self, y: Array, *arguments: Array) -> Array:
        """Return what the kernel gives at nodes, potential last, (12, panels, nodes)."""
        values = _kernel(self.carriers, *(x.ravel() for x in (y, *arguments)))
        return values.reshape(-1, *y.shape)
