"""Panels on the frequency axis that resolve a loop's branch points, for many (q, omega) at once.

After both momentum integrals the integrand of (37) over nu has branch points beside the real axis:
at the edges of the spectra of the two Green's functions, where a root k of a pole vanishes
(p = 0), where two roots differ by q (the two momenta are parallel: thresholds), and at the edge of
an occupation that is smeared out.

The axis is folded at nu = -omega/2, y = |nu + omega/2|: this exchanges the two terms of (37),
whose contributions of order 1/gamma or 1/q, from scattering without a change of occupation,
cancel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.quadrature.panels import SMALLEST, Extended, Panels, grade
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Branch points beyond this multiple of the energy scale are too weak to matter: both the
#: coherence factors and the occupation fall off like 1/nu**2.
_REACH = 300.0
#: Distance, in the same units, from which on weak branch points are resolved: the integral over it
#: is below rounding.
WEAK = 1e-7
#: Thresholds of smaller wave numbers are beyond reach.
SMALLEST_WAVE = 1e-9


def loop_panels(state: SteadyState, q: Array, omega: Complex) -> Panels:
    """Return panels of y = |nu + Re(omega)/2| for the loop at pairs of wave number and frequency.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
        Positive.
    omega : ndarray of complex, shape (n,)
    """
    gamma, occupation = state.parameters.linewidth, state.occupation
    half, one = omega.real.astype(np.longdouble) / 2, np.ones_like(q)
    width = np.minimum(gamma, gamma + omega.imag)
    scale = abs(state.mu) + state.gap + gamma + occupation.energies
    # the root of the density of states at p = 0, and the logarithms at thresholds, are weak
    weak = WEAK * scale
    points = [(state.gap + sign * half, width) for sign in (1, -1)]
    points += [
        (math.hypot(state.mu, state.gap) + sign * half, np.maximum(width, weak)) for sign in (1, -1)
    ]
    for f in occupation.filled:
        if f.temperature > 0:
            points += [(f.edge + sign * half, f.smearing * one) for sign in (1, -1)]
    for offset, transfer in ((-gamma, omega), (gamma, omega + 2j * gamma)):
        for energy in threshold_energies(state, q, transfer):
            points.append((energy.real + half, np.maximum(np.abs(energy.imag + offset), weak)))
    # G^K/nu is regular at nu = 0, its parts are not
    splits = [half]
    for f in occupation.filled:
        if f.temperature == 0:
            splits += [f.edge + sign * half for sign in (1, -1)]
    return resolved(points, splits, scale, scale + np.abs(omega) + q * q)


def resolved(
    points: Sequence[tuple[Extended, Array]],
    splits: Sequence[Extended],
    scale: float,
    energies: Array,
) -> Panels:
    """Return panels of an axis that is folded at zero.

    Parameters
    ----------
    points : sequence of tuple of ndarray, shape (n,)
        Positions and distances from the axis of branch points.
    splits : sequence of ndarray, shape (n,)
        Where the integrand is not analytic on the axis itself.
    scale : float
        Energy scale of the state.
    energies : ndarray, shape (n,)
        That of each integral.
    """
    positions = np.abs(np.stack([x for x, _ in points], axis=1))
    widths = np.maximum(np.stack([w for _, w in points], axis=1), SMALLEST * scale)
    outside = ~(positions < (_REACH * energies)[:, None])
    # a point left out: it merges with any other
    positions[outside], widths[outside] = 0.0, np.inf
    return grade(positions, widths, [np.abs(split) for split in splits])


def threshold_energies(state: SteadyState, q: Array, transfer: Complex) -> list[Complex]:
    """Return energies +-E(p - q/2) at which the transfer connects parallel momenta."""
    q = np.maximum(q, SMALLEST_WAVE)
    energies = []
    for sign, p in threshold_momenta(state, q, transfer):
        energy = np.sqrt(((p - q / 2) ** 2 - state.mu) ** 2 + state.gap**2)
        w = 4 * p * q * (p * p + q * q / 4 - state.mu)
        # +-E(p - q/2) = (W - Omega^2)/(2 Omega) tells the sign
        aligned = ((w - transfer**2) * np.conj(transfer * energy)).real
        energies.append(np.where(sign * aligned >= 0, sign, -sign) * energy)
    return energies


def threshold_momenta(
    state: SteadyState, q: Array, transfer: Complex
) -> Iterator[tuple[int, Complex]]:
    """Yield p, and its sign, with +-E(p + q/2) = +-E(p - q/2) + Omega for some choice of signs.

    With W = E(p + q/2)^2 - E(p - q/2)^2 = 4 p q (p^2 + q^2/4 - mu) the condition becomes
    (W + Omega^2)^2 = 4 Omega^2 E(p + q/2)^2, a cubic equation for p^2.
    """
    shift = q * q / 4 - state.mu
    square = transfer**2 / (4 * q * q)
    cubic = np.zeros((q.size, 3, 3), dtype=complex)
    # companion matrix of P^3 + c2 P^2 + c1 P + c0
    cubic[:, 0, 0] = -(2 * shift - square)
    cubic[:, 0, 1] = -(shift**2 - square * (q * q + 2 * shift))
    cubic[:, 0, 2] = -square * (transfer**2 / 4 - shift**2 - state.gap**2)
    cubic[:, 1, 0] = cubic[:, 2, 1] = 1.0
    roots = np.linalg.eigvals(cubic)
    for k in range(3):
        for sign in (1, -1):
            yield sign, sign * np.sqrt(roots[:, k])
