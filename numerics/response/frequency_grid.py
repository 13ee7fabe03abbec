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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.evaluation import backend, compiled
from numerics.quadrature.panels import SMALLEST, Extended, Panels, grade
from numerics.response.thresholds import threshold_rows
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

#: Branch points beyond this multiple of the energy scale of the state, and beyond the other one of
#: all energies, are too weak to matter: the integrand falls off like nu**(-3/2), and by coherence
#: factors and occupation another 1/nu**2 is what they have of it, so that the integral over one is
#: of the order of its distance to the -5/2, rounding here.  Those of small wave numbers are at
#: (omega/q)**2/4.
_REACH, _BEYOND = 1e6, 300.0
#: Distance, in the same units, to which weak branch points are resolved: what the rule leaves of a
#: logarithm that is nearer is some thousandths of it.
WEAK = 1e-9
#: Thresholds of smaller wave numbers are beyond reach: the kernels' numbers would overflow there.
SMALLEST_WAVE = 1e-30
#: The same for M, and in place of zero, where thresholds beyond reach are left out.
WAVE = 1e-9
#: The wave number in place of smaller ones: artanh(q/k)/q is 1/k to rounding.  Its square, and that
#: times what narrow linewidths make small, are numbers of all digits.
NO_WAVE = 1e-120


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
    half = omega.real.astype(np.longdouble) / 2
    width = np.minimum(gamma, gamma + omega.imag)
    scale = abs(state.mu) + state.gap + gamma + occupation.energies
    # the root of the density of states at p = 0, and the logarithms at thresholds, are weak
    weak = WEAK * scale
    energies = [state.gap, math.hypot(state.mu, state.gap)]
    around: list[Array | float] = [width, np.maximum(width, weak)]
    # G^K/nu is regular at nu = 0, its parts are not
    splits = [half]
    for f in occupation.filled:
        if f.temperature > 0:
            energies.append(f.edge)
            around.append(f.smearing)
        else:
            splits += [f.edge + half, f.edge - half]
    offsets = np.array([[-gamma], [gamma]])
    # those of smaller wave numbers are beyond reach, and would cost the others their digits
    found = threshold_energies(state, np.maximum(q, WAVE), np.array([omega, omega + 2j * gamma]))
    first = 2 * len(energies)
    positions = np.empty((first + 12, q.size), dtype=np.longdouble)
    widths = np.empty(positions.shape)
    for k, (energy, distance) in enumerate(zip(energies, around, strict=True)):
        positions[2 * k], positions[2 * k + 1] = energy + half, energy - half
        widths[2 * k : 2 * k + 2] = distance
    positions[first:] = found.real.reshape(12, -1) + half
    widths[first:] = np.maximum(np.abs(found.imag + offsets), weak).reshape(12, -1)
    energies_of = scale + np.abs(omega) + q * q
    return BranchPoints.of(positions, widths, splits, scale, energies_of).panels()


class BranchPoints(NamedTuple):
    """Branch points beside an axis that is folded at zero.

    Parameters
    ----------
    positions, widths : ndarray, shape (n, points)
        Where they are, and their distances from the axis.
    splits : tuple of ndarray, shape (n,)
        Where the integrand is not analytic on the axis itself.
    scale : float
        Energy scale of the state.
    reach : ndarray, shape (n,)
        How far branch points matter to what falls off like the integrands of M.
    """

    positions: Extended
    widths: Array
    splits: tuple[Extended, ...]
    scale: float
    reach: Array

    @classmethod
    def of(
        cls,
        positions: Extended,
        widths: Array,
        splits: Sequence[Extended],
        scale: float,
        energies: Array,
    ) -> BranchPoints:
        """Return those of some integrals, with the energy of each; positions of shape (points, n).

        Positions may be negative, and widths vanish.
        """
        return cls(
            np.abs(positions.T),
            np.maximum(widths.T, SMALLEST * scale),
            tuple(map(np.abs, splits)),
            scale,
            np.maximum(_REACH * scale, _BEYOND * energies),
        )

    @property
    def distant(self) -> NDArray[np.bool_]:
        """Which integrals have some out of reach, along the axis or beside it, shape (n,)."""
        away = np.isfinite(self.positions) & ~(self.positions + self.widths < self.reach[:, None])
        return np.asarray(away.any(axis=1))

    def select(self, which: Integers) -> BranchPoints:
        """Return those of some of the integrals."""
        splits = tuple(split[which] for split in self.splits)
        return BranchPoints(
            self.positions[which], self.widths[which], splits, self.scale, self.reach[which]
        )

    def panels(self, everywhere: NDArray[np.bool_] | None = None) -> Panels:
        """Return panels that resolve those within reach.

        Parameters
        ----------
        everywhere : ndarray of bool, shape (n,), optional
            Of which integrals the others matter, too, each resolved on the scale of its position.
        """
        outside, widths = ~(self.positions < self.reach[:, None]), self.widths
        least: Array | float = self.scale
        if everywhere is not None:
            far = outside & np.isfinite(self.positions) & everywhere[:, None]
            widths = np.where(far, np.maximum(widths, WEAK * self.positions), widths).astype(float)
            outside &= ~far
            # so far from the axis they merge with sharper ones, and count no less
            ends = np.where(outside, 0.0, self.positions + 2 * widths).max(axis=1)
            least = np.where(everywhere, np.maximum(ends, least), least).astype(float)
        # a point left out: it merges with any other
        positions, widths = self.positions.copy(), widths.copy()
        positions[outside], widths[outside] = 0.0, np.inf
        return grade(positions, widths, self.splits, least=least)


def threshold_energies(state: SteadyState | Carriers, q: Array, transfer: Complex) -> Complex:
    """Return energies +-E(p - q/2) at which the transfer connects parallel momenta.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
    transfer : ndarray of complex, shape (..., n)

    Returns
    -------
    ndarray of complex, shape (6, ..., n)
    """
    q = np.where(q > SMALLEST_WAVE, q, WAVE)
    if backend() == "numba":
        energies = np.empty((6, *transfer.shape), dtype=complex)
        rows = np.ascontiguousarray(transfer, dtype=complex).reshape(-1, q.size)
        compiled(threshold_rows)(q, rows, state.mu, state.gap, energies.reshape(6, *rows.shape))
        return energies
    roots = np.sqrt(_threshold_squares(state, q, transfer))
    signs = np.array([1.0, -1.0]).reshape(2, *(1 for _ in roots.shape))
    p = signs * roots
    energy = np.sqrt(((p - q / 2) ** 2 - state.mu) ** 2 + state.gap**2)
    w = 4 * p * q * (p * p + q * q / 4 - state.mu)
    # +-E(p - q/2) = (W - Omega^2)/(2 Omega) tells the sign
    aligned = ((w - transfer**2) * np.conj(transfer * energy)).real
    turned = np.where(signs * aligned >= 0, signs, -signs)
    return np.asarray((turned * energy).reshape(6, *transfer.shape))


def threshold_momenta(
    state: SteadyState, q: Array, transfer: Complex
) -> Iterator[tuple[int, Complex]]:
    """Yield p, and its sign, with +-E(p + q/2) = +-E(p - q/2) + Omega for some choice of signs."""
    for square in _threshold_squares(state, q, transfer):
        for sign in (1, -1):
            yield sign, sign * np.sqrt(square)


def _threshold_squares(state: SteadyState | Carriers, q: Array, transfer: Complex) -> Complex:
    """Return p^2 of the momenta of `threshold_momenta`, shape (3, ..., n).

    With W = E(p + q/2)^2 - E(p - q/2)^2 = 4 p q (p^2 + q^2/4 - mu) the condition becomes
    (W + Omega^2)^2 = 4 Omega^2 E(p + q/2)^2, a cubic equation for p^2.
    """
    shift = q * q / 4 - state.mu
    square = transfer**2 / (4 * q * q)
    cubic = np.zeros((*transfer.shape, 3, 3), dtype=complex)
    # companion matrix of P^3 + c2 P^2 + c1 P + c0
    cubic[..., 0, 0] = -(2 * shift - square)
    cubic[..., 0, 1] = -(shift**2 - square * (q * q + 2 * shift))
    cubic[..., 0, 2] = -square * (transfer**2 / 4 - shift**2 - state.gap**2)
    cubic[..., 1, 0] = cubic[..., 2, 1] = 1.0
    return np.asarray(np.moveaxis(np.linalg.eigvals(cubic), -1, 0))
