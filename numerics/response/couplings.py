"""What the order parameter adds to a susceptibility: chi = Pi + A (1/M) B, and its error."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.results import FullResult, Sampled, Status

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Rounding of 1/M and of the products.
_ROUNDING = 16 * float(np.finfo(float).eps)
#: A bound of the change of 1/M exists where that of M, in units of M, is smaller than this.
_LARGEST = 0.5
#: How often M is done again to a smaller tolerance, where its inverse is large.
_ROUNDS = 3
#: By what factor at most its tolerance is made smaller at once, and the smallest one.
_STEP, _FINEST = 1e4, 1e-14

#: tau_1 and tau_2: they stand for the order parameter and its source, which have no Pi.
PAIRING = (1, 2)


class Parts(NamedTuple):
    """Pi, A and B of chi = Pi + A (1/M) B, or bounds of their errors.

    Parameters
    ----------
    direct : ndarray, shape (n, k, k)
    left : ndarray, shape (n, k, 2)
    right : ndarray, shape (n, 2, k)
    """

    direct: NDArray[Any]
    left: NDArray[Any]
    right: NDArray[Any]

    @classmethod
    def filled(cls, n: int, vertices: Sequence[int], value: complex) -> Parts:
        """Return parts that are a number but for amplitude and phase, whose A and B are units."""
        k = len(vertices)
        kind: Any = complex if isinstance(value, complex) else float
        direct = np.full((n, k, k), value, dtype=kind)
        left, right = np.full((n, k, 2), value, dtype=kind), np.full((n, 2, k), value, dtype=kind)
        for j, s in enumerate(vertices):
            if s in PAIRING:
                direct[:, j], direct[:, :, j] = 0.0, 0.0
                left[:, j], right[:, :, j] = 0.0, 0.0
        return cls(direct, left, right)

    def at(self, vertices: Sequence[int], pair: tuple[int, int]) -> NDArray[Any]:
        """Return the elements, shape (n,), that are Pi_st of a pair of `needed`, to be changed."""
        s, t = pair
        if s in PAIRING:
            return self.right[:, s - 1, vertices.index(t)]
        if t in PAIRING:
            return self.left[:, vertices.index(s), t - 1]
        return self.direct[:, vertices.index(s), vertices.index(t)]


def needed(vertices: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs (s, t) whose Pi_st enters the susceptibilities among some vertices."""
    others = [s for s in vertices if s not in PAIRING]
    return [
        *itertools.product(others, others),
        *itertools.product(others, PAIRING),
        *itertools.product(PAIRING, others),
    ]


def parts_of(vertices: Sequence[int], elements: NDArray[Any], *, errors: bool = False) -> Parts:
    """Return the parts, given the elements of `needed`, shape (n, pairs), or bounds of errors."""
    parts = Parts.filled(len(elements), vertices, 0.0 if errors else 0j)
    for column, pair in zip(elements.T, needed(vertices), strict=True):
        parts.at(vertices, pair)[...] = column
    for j, s in enumerate(vertices):
        if s in PAIRING and not errors:
            parts.left[:, j, s - 1] = parts.right[:, s - 1, j] = 1.0
    return parts


class Coupled:
    """The susceptibilities among some vertices at each point, and what errors do to them.

    Parameters
    ----------
    vertices : sequence of int
        The k vertices.
    matrix : FullResult
        M, with its errors.
    elements : ndarray of complex, shape (n, pairs)
        Those of `needed`.
    """

    def __init__(self, vertices: Sequence[int], matrix: Sampled, elements: Complex) -> None:
        self.vertices = vertices
        self.parts = parts_of(vertices, elements)
        self.inverse = inverse_of(matrix.value)
        self.uncertain = matrix.error + _ROUNDING * np.abs(matrix.value)
        self.added = self.parts.left @ self.inverse @ self.parts.right
        self.value = self.parts.direct + self.added
        # what comes of an error on either side of the order parameter
        self.before = np.abs(self.parts.left) @ np.abs(self.inverse)
        self.after = np.abs(self.inverse) @ np.abs(self.parts.right)

    @property
    def scale(self) -> Array:
        """What the tolerances are relative to.

        The terms of each element, or the geometric mean of those of the two diagonal ones.
        """
        terms = np.abs(self.parts.direct) + np.abs(self.added)
        root = np.sqrt(np.diagonal(terms, axis1=1, axis2=2))
        return np.maximum(terms, root[:, :, None] * root[:, None, :])

    def tolerances(self, rtol: float) -> Array:
        """Return those of the elements of `needed`: an eighth of the result's for each part."""
        part = rtol / 8 * self.scale
        found = Parts.filled(len(part), self.vertices, np.inf)
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.nanmin(part[:, :, None, :] / self.after[:, None], axis=3)
            right = np.nanmin(part[:, :, None, :] / self.before[..., None], axis=1)
        parts = Parts(np.minimum(found.direct, 2 * part), left, right)
        return np.stack([parts.at(self.vertices, p) for p in needed(self.vertices)], axis=1)

    def of_matrix(self) -> Array:
        """Return what the error of M does; infinite where that of its inverse has no bound."""
        change = np.abs(self.inverse) @ self.uncertain
        largest = change.sum(axis=2).max(axis=1)
        bounded = largest < _LARGEST
        # the inverse of M + dM differs by (1/M) dM (1/M) times at most 1/(1 - |dM/M|)
        bound = self.before @ self.uncertain @ self.after
        bound = bound / (1 - np.where(bounded, largest, 0.0))[:, None, None]
        return np.where(bounded[:, None, None], bound, np.inf)

    def outgoing(self, errors: Array) -> tuple[Complex, Array]:
        """Return A (1/M), and what the errors of the elements and of M do to it."""
        left = parts_of(self.vertices, errors, errors=True).left
        change = np.abs(self.inverse) @ self.uncertain
        largest = change.sum(axis=2).max(axis=1)
        bound = self.before @ self.uncertain @ np.abs(self.inverse)
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = bound / (1 - largest)[:, None, None]
        bound[~(largest < _LARGEST)] = np.inf
        carried = left @ np.abs(self.inverse) + _ROUNDING * self.before
        return self.parts.left @ self.inverse, np.asarray(bound + 2 * carried)

    def error(self, errors: Array) -> Array:
        """Return bounds of the errors of the susceptibilities, given those of the elements."""
        direct, left, right = parts_of(self.vertices, errors, errors=True)
        size = self.before @ np.abs(self.parts.right)
        both = left @ np.abs(self.inverse) @ right
        found = direct + left @ self.after + self.before @ right + both
        return found + self.of_matrix() + _ROUNDING * (np.abs(self.parts.direct) + size)


def inverse_of(matrix: Complex) -> Complex:
    """Return the inverses of 2 x 2 matrices by their adjugates; infinite where there is none."""
    (a, b), (c, d) = np.moveaxis(matrix, (-2, -1), (0, 1))
    adjugate = np.moveaxis(np.array([[d, -b], [-c, a]]), (0, 1), (-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(adjugate / (a * d - b * c)[..., None, None])


#: Computes M at some of the points, to a tolerance.
Again = Callable[[NDArray[np.bool_], float], Sampled]


def sufficient_matrix(
    matrix: Sampled, rtol: float, again: Again, excess: Callable[[Sampled], Array]
) -> Sampled:
    """Return M to such tolerances that what its errors do is small enough.

    Parameters
    ----------
    matrix : FullResult
        M to the tolerance `rtol`.
    again : callable
    excess : callable
        What the errors of M do over what they may, for each point.
    """
    for _ in range(_ROUNDS):
        ratio = excess(matrix)
        where = ~(ratio <= 1) & (matrix.status == Status.CONVERGED)
        if not where.any() or rtol <= _FINEST:
            break
        # where 1/M is large, the tolerance of M has to be smaller
        worst = np.nan_to_num(ratio[where], nan=_STEP, posinf=_STEP).max()
        rtol = max(rtol / (2 * min(float(worst), _STEP)), _FINEST)
        finer = again(where, rtol)
        columns = []
        for old, new in zip(matrix, finer, strict=True):
            column = old.astype(np.promote_types(old.dtype, new.dtype))
            column[where] = new
            columns.append(column)
        columns[2] = columns[2] + np.where(where, matrix.evaluations, 0)
        matrix = FullResult(*columns)
    return matrix
