"""Rational approximations of functions that are real on the imaginary axis, many at a time.

The AAA algorithm of Nakatsukasa, Sete and Trefethen, SIAM J. Sci. Comput. 40, A1494 (2018), for
samples at real x of functions with f(-x) = f(x)*: support points come in pairs, so that there are
half as many steps, in real arithmetic, and zeros and poles have the symmetry too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Where the zero is that a numerator is multiplied by, in units of the largest support point: in
#: the lower half plane, far from where zeros are looked for.
_AWAY = -8j


def zeros_and_poles(
    x: Sequence[Array], values: Sequence[Complex], rtol: float
) -> list[tuple[Complex, Complex]]:
    """Return the zeros and poles of a rational approximation of each function.

    Each list has one more, far below the samples, which is none.

    Parameters
    ----------
    x : sequence of ndarray, shape (n,)
        Where each is known: distinct, not negative.
    values : sequence of ndarray of complex, shape (n,)
        Its values there, real at zero; those at -x are conjugate.
    rtol : float
        Largest deviation of an approximation at the samples, relative to the largest value.  One
        with half as many support points as samples is taken in any case.
    """
    result: list[tuple[Complex, Complex]] = [(np.empty(0, complex), np.empty(0, complex))] * len(x)
    sizes = np.array([points.size for points in x])
    at, f = np.zeros((sizes.size, sizes.max())), np.zeros((sizes.size, sizes.max()), dtype=complex)
    for k, (points, some) in enumerate(zip(x, values, strict=True)):
        at[k, : points.size], f[k, : points.size] = points, some
    row = np.arange(sizes.max()) < sizes[:, None]
    # what supports an approximation is a pair, which zero is not
    free = row & (at > 0)
    most = np.maximum(np.count_nonzero(free, axis=1) // 2, 1)
    size = np.abs(f).max(axis=1)
    mean = np.divide(f.real.sum(axis=1), sizes)
    deviation = np.abs(f - mean[:, None])
    which: NDArray[np.intp] = np.arange(sizes.size)
    support = np.empty((sizes.size, 0), dtype=np.intp)
    while which.size > 0:
        each = np.arange(which.size)
        furthest = np.where(free, deviation, -1.0).argmax(axis=1)
        support = np.concatenate([support, furthest[:, None]], axis=1)
        row[each, furthest] = free[each, furthest] = False
        points, known = (np.take_along_axis(a, support, axis=1) for a in (at, f))
        weights, fitted = _fitted(at, f, row, points, known)
        deviation = np.where(row, np.abs(f - fitted), 0.0)
        done = (deviation.max(axis=1) <= rtol * size) | (support.shape[1] >= most)
        ends = np.flatnonzero(done)
        if ends.size > 0:
            w, z = weights[ends], points[ends]
            pairs = zip(_zeros(z, w * known[ends]), _zeros(z, w), strict=True)
            for n, pair in zip(which[ends].tolist(), pairs, strict=True):
                result[n] = pair
        on = np.flatnonzero(~done)
        which, support, most, size = which[on], support[on], most[on], size[on]
        at, f, row, free, deviation = at[on], f[on], row[on], free[on], deviation[on]
    return result


def _fitted(
    at: Array, f: Complex, row: NDArray[np.bool_], points: Array, known: Complex
) -> tuple[Complex, Complex]:
    """Return weights of support points, and the approximations with them in the other rows.

    Those are sums of w/(x - x_j) - w*/(x + x_j) with values and without, over each other.
    """
    x, y = points[:, None, :], known[:, None, :]
    with np.errstate(divide="ignore"):
        right, left = 1 / (at[:, :, None] - x), 1 / (at[:, :, None] + x)
    right, left = (np.where(row[:, :, None], part, 0.0) for part in (right, left))
    one, other = (f[:, :, None] - y) * right, (f[:, :, None] - y.conj()) * left
    # of real and imaginary parts of the weights it is a linear function
    loewner = np.concatenate([one - other, 1j * (one + other)], axis=2)
    _, _, vectors = np.linalg.svd(
        np.concatenate([loewner.real, loewner.imag], axis=1), full_matrices=False
    )
    real, imaginary = np.split(vectors[:, -1], 2, axis=1)
    weights = real + 1j * imaginary
    w, v = weights[:, None, :], (weights * known)[:, None, :]
    numerator = (v * right - v.conj() * left).sum(axis=2)
    denominator = (w * right - w.conj() * left).sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return weights, np.where(row, numerator / denominator, f)


def _zeros(points: Array, weights: Complex) -> Complex:
    """Return the zeros of sums of w/(x - x_j) - w*/(x + x_j), and others far from the samples.

    The sum times x - a, for some a, tends to a constant: over that it is 1 + sum of b_j/(x - x_j),
    whose zeros are eigenvalues of diag(x) less the matrix of equal columns b.
    """
    x = np.concatenate([points, -points], axis=1)
    w = np.concatenate([weights, -weights.conj()], axis=1)
    away = _AWAY * points.max(axis=1, keepdims=True)
    total = w.sum(axis=1, keepdims=True)
    # of a lower degree one zero is at infinity, or as far as rounding lets it be
    least = np.finfo(float).eps * np.abs(w).sum(axis=1, keepdims=True)
    total = np.where(np.abs(total) > least, total, 1j * least)
    b = w * (x - away) / total
    matrix = x[:, :, None] * np.eye(x.shape[1]) - b[:, :, None]
    return np.asarray(np.linalg.eigvals(matrix), dtype=complex)
