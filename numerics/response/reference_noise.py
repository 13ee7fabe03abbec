"""The Keldysh component of the response before the sum over momenta, from the matrices.

With G^< and G^> of occupied and of empty states, G^K = G^< + G^> and

    Pi^K_st = i/2 sum_p int dnu/2 pi Tr[tau_s G^K(P) tau_t G^K + tau_s G^R(P) tau_t G^A
                                        + tau_s G^A(P) tau_t G^R]
            = i sum_p int dnu/2 pi Tr[tau_s G^>(P) tau_t G^< + tau_s G^<(P) tau_t G^>],

P the momentum p + q/2 and the frequency nu + omega: products of two G^R or of two G^A integrate to
nothing.  Of two steps n and n' at one temperature, s = 1 - 2 n,

    n (1 - n') + n' (1 - n) = (1 - s s')/2 = coth(|e' - e|/2T) |s - s'|/2,

so that there are no other integrals than of the response.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.domain import outside
from numerics.quadrature.chunks import CHUNK
from numerics.response.reference_matrices import (
    PAIRING,
    Spectral,
    Step,
    adjoint,
    divided,
    steps,
    traces,
    transform,
)

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Steps nearer to each other than this part of the temperature are taken apart, in the plane of
#: their distance, to a circle of this radius with so many points: the mean of an analytic function
#: leaves (radius/2 pi)**points.
_NEAR, _RADIUS, _POINTS = 0.1, 1.0, 18


def occupations(carriers: Carriers) -> Iterator[Step]:
    """Yield all steps of the occupations of Nambu space, those of empty reservoirs at infinity."""
    yield from steps(carriers)
    for species, (empty, place) in enumerate(
        ((carriers.electrons.empty, -math.inf), (carriers.holes.empty, math.inf))
    ):
        if empty > 0:
            yield Step(species, empty, place, 0.0)


@dataclass(frozen=True)
class NoiseIntegrand:
    """Pi^K_st before the sum over momenta, at one real frequency.

    Parameters
    ----------
    carriers : Carriers
    omega : complex
        Frequency, real.
    pairs : sequence of pairs of int
        Vertices tau_0 to tau_3.

    Raises
    ------
    ValueError
        If two reservoirs have different temperatures and neither is empty.
    """

    carriers: Carriers
    omega: complex
    pairs: tuple[tuple[int, int], ...] = PAIRING

    #: Less than for the response: far away what is of the order 1/gamma cancels down to 1/p**6.
    #: That of densities falls with one power more than that of pairs.
    reach, step = 60.0, 1
    diverges = False

    def __post_init__(self) -> None:
        found = {s.temperature for s in steps(self.carriers)}
        if len(found) > 1:
            raise outside("temperatures", sorted(found), "the same for all, for the slow noise")

    def __call__(self, p_plus: Array, p_minus: Array) -> Complex:
        """Return Pi^K_st for the pairs of vertices at pairs of momenta, shape (pairs, n)."""
        values = np.empty((len(self.pairs), p_plus.size), dtype=complex)
        table = traces(self.pairs)
        for start in range(0, p_plus.size, CHUNK):
            piece = slice(start, start + CHUNK)
            plus, minus = (Spectral.at(self.carriers, p[piece]) for p in (p_plus, p_minus))
            values[:, piece] = 2j / math.pi * (table @ self._loop(plus, minus))
        return values

    def _loop(self, plus: Spectral, minus: Spectral) -> Complex:
        """Return the sums over species and poles of residues and weights, shape (16, n)."""
        first, second = plus.occupied(), minus.occupied()
        weights = self._weights(plus.poles - self.omega.real, minus.poles)
        total = np.zeros((2, 2, 2, 2, minus.poles.shape[1]), dtype=complex)
        for c, d, i, j in itertools.product(range(2), repeat=4):
            left, right = first[c, i], second[d, j]
            same, opposite = weights[:, c, d, i, j]
            # the poles above the axis have the adjoint residues, and the conjugate weights
            inner = same * right + opposite * adjoint(right)
            outer = np.conj(opposite) * right + np.conj(same) * adjoint(right)
            total += np.einsum("bcn,dan->bcdan", left, inner)
            total += np.einsum("bcn,dan->bcdan", adjoint(left), outer)
        return total.reshape(16, -1)

    def _weights(self, first: Complex, second: Complex) -> Complex:
        """Return the integrals over nu of two occupations over (nu - z)(nu - w), (nu - z)(nu - w*).

        Returns
        -------
        ndarray, shape (2, 2, 2, 2, 2, n)
            Which of both, the species at P and at p - q/2, and the numbers of both poles.
        """
        found = np.zeros((2, 2, 2, 2, 2, first.shape[1]), dtype=complex)
        below = list(occupations(self.carriers))
        above = [step._replace(place=step.place - self.omega.real) for step in below]
        parts = [[_integrals(step, first, second) for step in group] for group in (above, below)]
        for (step, part), (other, rest) in itertools.product(
            zip(above, parts[0], strict=True), zip(below, parts[1], strict=True)
        ):
            if abs(step.place - other.place) < _NEAR * step.temperature:
                window = _next_to_each_other(step, other, first, second)
            else:
                window = _factor(step, other) * (part - rest)
            found[:, step.species, other.species] += step.rate * other.rate * window
        return found


def _factor(step: Step, other: Step) -> float:
    """Return what multiplies s - s' of two steps in n (1 - n') + n' (1 - n)."""
    if step.place == other.place:
        return 0.0
    half = math.copysign(0.5, other.place - step.place)
    distance, temperature = abs(other.place - step.place), max(step.temperature, other.temperature)
    if math.isinf(distance) or temperature == 0:
        return half
    return half / math.tanh(distance / (2 * temperature))


def _next_to_each_other(step: Step, other: Step, first: Complex, second: Complex) -> Complex:
    """Return the integrals of n (1 - n') + n' (1 - n) of warm steps at nearly one place.

    Both are moved away from their mean until their distance is on a circle about the true one.
    """
    total = np.zeros((2, 2, 2, first.shape[1]), dtype=complex)
    mean, temperature = (step.place + other.place) / 2, step.temperature
    for k in range(_POINTS):
        turn = _RADIUS * np.exp(2j * math.pi * (k + 0.5) / _POINTS)
        apart = other.place - step.place + temperature * turn
        change = _moved(step, mean - apart / 2, first, second) - _moved(
            other, mean + apart / 2, first, second
        )
        total += change / (2 * _POINTS * np.tanh(apart / (2 * temperature)))
    return total


def _integrals(step: Step, first: Complex, second: Complex) -> Complex:
    """Return the integrals of s over (nu - z)(nu - w) and over (nu - z)(nu - w*)."""
    found = np.zeros((2, 2, 2, first.shape[1]), dtype=complex)
    across = first[:, None] - second[None, :].conj()
    if math.isinf(step.place):
        found[1] = math.copysign(2 * math.pi, step.place) * 1j / across
        return found
    z, w = transform(step, first), transform(step, second)
    found[1] = (z[:, None] - w[None, :].conj()) / across
    for i, j in itertools.product(range(2), repeat=2):
        found[0, i, j] = divided(step, first[i], second[j], z[i] - w[j])
    return found


def _moved(step: Step, place: complex, first: Complex, second: Complex) -> Complex:
    """Return the same with the step at a complex place."""
    at = step._replace(place=0.0)
    found = np.zeros((2, 2, 2, first.shape[1]), dtype=complex)
    for i, j in itertools.product(range(2), repeat=2):
        z, w = first[i] - place, second[j] - place
        # above the axis: the conjugate of the transform at the conjugate of the point
        above = second[j].conj() - place
        under, other = transform(at, z), transform(at, w)
        found[0, i, j] = divided(at, z, w, under - other)
        found[1, i, j] = (under - transform(at, above.conj()).conj()) / (first[i] - above - place)
    return found
