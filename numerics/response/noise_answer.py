"""What noise does: spectra of quantities that answer to it linearly, and their errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.response.couplings import PAIRING, Again, Coupled, sufficient_matrix
from numerics.response.noise_loop import Noise
from numerics.results import FullResult, Sampled, Status, statuses

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The tolerance of M to begin with, in units of that of the spectra.
FINER = 1 / 32
#: Rounding of the products of matrices.
_ROUNDING = 16 * float(np.finfo(float).eps)


def scale_of(value: Complex) -> Array:
    """Return the geometric means of diagonal elements, the sum of both orders in time."""
    root = np.sqrt(np.abs(np.diagonal(value.sum(axis=1), axis1=1, axis2=2)))
    return np.repeat((root[:, :, None] * root[:, None, :])[:, None], 2, axis=1)


class Answer:
    """What some quantities do for each source of noise, O = A x.

    Parameters
    ----------
    matrix : ndarray of complex, shape (n, k, m)
        A of the k quantities and m sources, at each point.
    change : ndarray, shape (n, k, m)
        Bounds of its errors.
    """

    def __init__(self, matrix: Complex, change: Array) -> None:
        self.matrix, self.change = matrix, change

    @classmethod
    def of(
        cls, vertices: Sequence[int], basis: Sequence[int], coupled: Coupled, errors: Array
    ) -> Answer:
        """Return what amplitude, phase and others do for what each would do alone.

        Parameters
        ----------
        vertices, basis : sequence of int
            Rows and columns.
        coupled : Coupled
        errors : ndarray
            Of its elements.
        """
        through, change = coupled.outgoing(errors)
        direct = np.array([[float(s == t and s not in PAIRING) for t in basis] for s in vertices])
        matrix = np.broadcast_to(direct, (len(through), *direct.shape)).astype(complex)
        matrix[:, :, :2] += through
        changes = np.zeros(matrix.shape)
        changes[:, :, :2] = change
        return cls(matrix, changes)

    def value(self, noise: Noise) -> Complex:
        """Return the spectra, shape (n, 2, k, k)."""
        return _sandwich(self.matrix, noise.value, self.matrix)

    def tolerances(self, value: Complex, rtol: float) -> Array:
        """Return those of the noise, an eighth of the result's for all together."""
        size = np.abs(self.matrix)
        scale = scale_of(_sandwich(self.matrix, value, self.matrix))[:, 0]
        with np.errstate(all="ignore"):
            parts = scale[..., None, None] / (size[:, :, None, :, None] * size[:, None, :, None, :])
            found = np.fmin.reduce(parts, axis=(1, 2)) * (rtol / (8 * size.shape[2] ** 2))
        return np.repeat(found[:, None], 2, axis=1)

    def of_answer(self, noise: Noise) -> Array:
        """Return what the error of the answer itself does."""
        size, change = np.abs(self.matrix), self.change
        noisy = np.abs(noise.value) + noise.error
        one, both = _sandwich(change, noisy, size), _sandwich(change, noisy, change)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(one + one.swapaxes(-1, -2) + both).real

    def error(self, noise: Noise) -> Array:
        """Return bounds of the errors of the spectra."""
        size = np.abs(self.matrix)
        carried = noise.error + _ROUNDING * np.abs(noise.value)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(_sandwich(size, carried, size).real + self.of_answer(noise))


def answered(
    make: Callable[[Sampled], Answer], noise: Noise, matrix: Sampled, rtol: float, again: Again
) -> Sampled:
    """Return spectra, shape (n, 2, k, k), of what answers to noise through M.

    Parameters
    ----------
    make : callable
        Returns the answer that M makes.
    noise : Noise
    matrix : FullResult
        M to the tolerance `FINER` times that of the spectra, which may not be enough.
    rtol : float
        Tolerance relative to the geometric means of the sum of both orders in time.
    again : callable
        As of `sufficient_matrix`.
    """

    def excess(some: Sampled) -> Array:
        answer = make(some)
        with np.errstate(all="ignore"):
            ratio = answer.of_answer(noise) / (rtol / 2 * scale_of(answer.value(noise)))
        return np.asarray(ratio.max(axis=(1, 2, 3)))

    matrix = sufficient_matrix(matrix, FINER * rtol, again, excess)
    answer = make(matrix)
    value, error = answer.value(noise), answer.error(noise)
    reached = (error <= rtol * scale_of(value)).all(axis=(1, 2, 3))
    unknown = ~np.isfinite(error)
    error[unknown] = np.inf
    failed = noise.missed | (matrix.status == Status.NOT_CONVERGED) | unknown.any(axis=(1, 2, 3))
    evaluations = noise.evaluations + matrix.evaluations
    return FullResult(value, error, evaluations, statuses(failed & ~reached, ~reached))


def _sandwich(left: NDArray, middle: NDArray, right: NDArray) -> NDArray:
    """Return left middle right^+ for both orders in time; no number where 1/M is none."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(left[:, None] @ middle @ right.conj().swapaxes(-1, -2)[:, None])
