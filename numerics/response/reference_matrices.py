"""Loops of two Green's functions at fixed momenta, from the spectral decomposition of 2x2 matrices.

G^R(nu) = [nu - H]^-1 with

    H = [[xi_e - i gamma_e, -Delta_0], [-Delta_0, -xi_h - i gamma_h]],

is a sum of projectors over nu - z for the two eigenvalues z of H, G^A its adjoint, and so is
G^R Sigma^K G^A for each of the steps in Sigma^K.  What is left of the integral over the frequency
are divided differences of the transform of a step, int dnu F(nu)/(nu - z).  Nothing here comes from
`derive`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.quadrature.chunks import CHUNK
from numerics.special.functions import divided_digamma, divided_log

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: tau_0 to tau_3.
TAU = np.array(
    [[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], dtype=complex
)
#: Points whose distance is a smaller part of that from the step are close: of a difference between
#: them digits are lost.
_CLOSE = 0.05
#: Least distance of the poles of G^R in units of the order parameter: its square changes G as much
#: as rounding of the inverse square does.
_APART = float(np.finfo(float).eps) ** 0.25
#: Where the asymptotic series of the digamma function is used, and its coefficients B_2k/2k: the
#: first that is left out is 0.4/z**16.
_ASYMPTOTIC = 10
_SERIES = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
#: Pairs of vertices (s, t) of M.
PAIRING = ((1, 1), (1, 2), (2, 1), (2, 2))


class Step(NamedTuple):
    """A part of Sigma^K: -2 i `rate` times sgn(nu - place), or tanh at a temperature.

    Parameters
    ----------
    species : int
        0 for the diagonal element of electrons, 1 for that of holes.
    rate, place, temperature : float
    """

    species: int
    rate: float
    place: float
    temperature: float


def steps(carriers: Carriers) -> Iterator[Step]:
    """Yield the steps of diag(F_e(nu), -F_h(-nu)), which rise for electrons and for holes."""
    electrons = len(carriers.electrons.filled)
    for k, (at, filled) in enumerate(carriers.edges()):
        yield Step(int(k >= electrons), filled.rate, at + carriers.middle, filled.temperature)


def constants(carriers: Carriers) -> tuple[float, float]:
    """Return what empty reservoirs add to the elements of electrons and of holes."""
    return carriers.electrons.empty, -carriers.holes.empty


def energies(carriers: Carriers, p: Any) -> tuple[Any, Any, Any]:
    """Return h and S = sqrt(h**2 + Delta_0**2) with Re(S/h) >= 0, and m of H = m + h tau_3 + ...

    The poles of G^R are m + S and m - S.
    """
    half = p * p - carriers.mu - 1j * carriers.imbalance
    root = np.sqrt(half * half + carriers.gap**2)
    root = np.where((root * np.conj(half)).real < 0, -root, root)
    return half, root, carriers.skew * p * p - 1j * carriers.linewidth


@dataclass(frozen=True)
class Spectral:
    """G^R(nu) = sum_j projectors[j]/(nu - poles[j]) at n momenta.

    Parameters
    ----------
    poles : ndarray of complex, shape (2, n)
    projectors : ndarray of complex, shape (2, 2, 2, n)
        The number of the pole comes first.
    """

    poles: Complex
    projectors: Complex

    @classmethod
    def at(cls, carriers: Carriers, p: Array) -> Spectral:
        """Decompose G^R at momenta p."""
        half, root, middle = energies(carriers, p)
        # at a double pole the sum over both hardly depends on their distance
        least = _APART * abs(carriers.gap)
        root = np.where(np.abs(root) < least, least, root)
        large = (root + half) / (2 * root)
        # the difference of root and half, where they are alike
        small = carriers.gap**2 / (2 * root * (root + half))
        small = np.where(np.abs(root) < np.abs(half) / 2, (root - half) / (2 * root), small)
        mixed = -carriers.gap / (2 * root)
        first = [[large, mixed], [mixed, small]]
        second = [[small, -mixed], [-mixed, large]]
        return cls(np.array([middle + root, middle - root]), np.array([first, second]))

    def occupied(self) -> Complex:
        """Return the residues of G^R P G^A at the poles of G^R, for both species P.

        Those at the poles of G^A are the adjoint matrices.

        Returns
        -------
        ndarray, shape (2, 2, 2, 2, n)
            Species, pole, and the matrix.
        """
        distances = self.poles[:, None] - self.poles.conj()[None, :]
        # B_j P_c B_k^+: an outer product of a column and of the conjugate of one
        return np.einsum(
            "jacn,kbcn,jkn->cjabn", self.projectors, self.projectors.conj(), 1 / distances
        )


def adjoint(matrices: Complex) -> Complex:
    """Return the adjoint of matrices, shape (..., 2, 2, n)."""
    return np.swapaxes(matrices, -3, -2).conj()


def transform(step: Step, z: Complex) -> Complex:
    """Return the transform of a step at points below the axis, up to a constant.

    The one above the axis is its conjugate at the conjugate points.
    """
    turned = 1j * (z - step.place)
    if step.temperature == 0:
        return np.asarray(-2 * np.log(turned))
    return -2 * digamma(0.5 + turned / (2 * math.pi * step.temperature))


def digamma(z: Complex) -> Complex:
    """Return the digamma function in the right half-plane.

    By its asymptotic series after as many steps of the recurrence as that needs: as accurate as
    SciPy's, and several times as fast on arrays.
    """
    total, far = np.zeros_like(z), z.copy()
    near = np.abs(z) < _ASYMPTOTIC
    small = z[near]
    total[near] = sum(1 / (small + k) for k in range(_ASYMPTOTIC))
    far[near] += _ASYMPTOTIC
    square = 1 / (far * far)
    series = np.zeros_like(far)
    for coefficient in reversed(_SERIES):
        series = (series + coefficient) * square
    return np.asarray(np.log(far) - 0.5 / far - series - total)


def divided(step: Step, z: Complex, w: Complex, change: Complex) -> Complex:
    """Return the divided difference of the transform between points below the axis.

    Parameters
    ----------
    step : Step
    z, w : ndarray of complex, shape (n,)
    change : ndarray of complex, shape (n,)
        The transform at z less that at w, which has lost digits where they are close.
    """
    distance = z - w
    close = np.abs(distance) < _CLOSE * np.abs(z - step.place)
    found = np.asarray(change / np.where(close, 1.0, distance))
    if not close.any():
        return found
    x, y = z[close] - step.place, w[close] - step.place
    if step.temperature == 0:
        found[close] = -2 * divided_log(x.real, x.imag, y.real, y.imag)
        return found
    turn = 1j / (2 * math.pi * step.temperature)
    x, y = 0.5 + turn * x, 0.5 + turn * y
    found[close] = -2 * turn * divided_digamma(x.real, x.imag, y.real, y.imag)
    return found


def traces(pairs: Sequence[tuple[int, int]]) -> Complex:
    """Return what takes A_bc B_da to Tr[tau_s A tau_t B], shape (pairs, 16)."""
    found = [np.einsum("ab,cd->bcda", TAU[s], TAU[t]).ravel() for s, t in pairs]
    return np.array(found)


@dataclass(frozen=True)
class MatrixIntegrand:
    """Pi_st before the sum over momenta, at one frequency, straight from the matrices.

    Parameters
    ----------
    carriers : Carriers
    omega : complex
        Frequency, Im(omega) above minus the smaller rate.
    pairs : sequence of pairs of int
        Vertices tau_0 to tau_3.
    part : {"all", "inter", "intra"}
        All poles of both Green's functions, or those of different branches, or of the same one:
        the real parts of the frequencies tell which branch is the upper one.
    """

    carriers: Carriers
    omega: complex
    pairs: tuple[tuple[int, int], ...] = PAIRING
    part: str = "all"

    #: Where the tail begins, in units of the momentum scale; by how much the powers of 1/p rise.
    reach, step = 300.0, 2
    #: Whether the sum over 1/p**2 is to be subtracted from amplitude and phase.
    diverges = True

    def __call__(self, p_plus: Array, p_minus: Array) -> Complex:
        """Return Pi_st for the pairs of vertices at pairs of momenta, shape (pairs, n).

        The second term of (37) is Tr[tau_s G^K(p + q/2, nu) tau_t G^A(p - q/2, nu - omega)]; its
        conjugate is minus the first one at -omega* with the momenta exchanged.
        """
        values = np.empty((len(self.pairs), p_plus.size), dtype=complex)
        table = traces(self.pairs)
        for start in range(0, p_plus.size, CHUNK):
            piece = slice(start, start + CHUNK)
            plus, minus = (Spectral.at(self.carriers, p[piece]) for p in (p_plus, p_minus))
            direct = self._loop(plus, minus, self.omega)
            mirrored = self._loop(minus, plus, -self.omega.conjugate())
            both = table @ direct - (table @ mirrored).conj()
            values[:, piece] = 0.5j * both
        return values

    def _loop(self, shifted: Spectral, filled: Spectral, omega: complex) -> Complex:
        """Return the integral over nu of G^R(nu + omega)_bc G^K(nu)_da / 2 pi, shape (16, n)."""
        residues, poles = filled.occupied(), (shifted.poles - omega, filled.poles)
        weights = self._weights(*poles) * self._chosen(shifted, filled)
        total = np.zeros((2, 2, 2, 2, filled.poles.shape[1]), dtype=complex)
        for i in range(2):
            inner = np.zeros_like(residues[0, 0])
            for c, j in itertools.product(range(2), repeat=2):
                same, opposite = weights[:, c, i, j]
                inner += residues[c, j] * same + adjoint(residues[c, j]) * opposite
            total += np.einsum("bcn,dan->bcdan", shifted.projectors[i], inner)
        # Sigma^K is -2 i times the steps
        return -1j / math.pi * total.reshape(16, -1)

    def _chosen(self, shifted: Spectral, filled: Spectral) -> Array:
        """Return which pairs of poles are meant, shape (2, 2, n)."""
        if self.part == "all":
            return np.ones((2, 2, filled.poles.shape[1]))
        first, second = (s.poles.real > s.poles.real[::-1] for s in (shifted, filled))
        return np.asarray((first[:, None] == second[None, :]) == (self.part == "intra"), float)

    def _weights(self, first: Complex, second: Complex) -> Complex:
        """Return the integrals over nu of steps over (nu - z)(nu - w) and over (nu - z)(nu - w*).

        Returns
        -------
        ndarray, shape (2, 2, 2, 2, n)
            Which of both, the species, and the numbers of z in `first` and of w in `second`.
        """
        found = np.zeros((2, 2, 2, 2, first.shape[1]), dtype=complex)
        pairs = tuple(itertools.product(range(2), repeat=2))
        across = [1 / (first[i] - second[j].conj()) for i, j in pairs]
        for step in steps(self.carriers):
            above, under = transform(step, first), transform(step, second)
            for (i, j), inverse in zip(pairs, across, strict=True):
                same = divided(step, first[i], second[j], above[i] - under[j])
                found[0, step.species, i, j] += step.rate * same
                opposite = (above[i] - under[j].conj()) * inverse
                found[1, step.species, i, j] += step.rate * opposite
        for c, constant in enumerate(constants(self.carriers)):
            for (i, j), inverse in zip(pairs, across, strict=True):
                found[1, c, i, j] += -2j * math.pi * constant * inverse
        return found
