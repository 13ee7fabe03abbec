"""Adaptive integration, many integrals at once: pieces are halved where their errors are large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from numerics.evaluation import backend, compiled
from numerics.quadrature.chunks import CHUNK
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule, gauss_kronrod, weighted_sums
from numerics.quadrature.sums import add_pieces, beyond_share

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

#: Nodes of the Gauss rule in the Gauss-Kronrod rule of each panel; where few digits are wanted, and
#: where two are.
NODES, FEW, FEWER = 12, 6, 4
#: The tolerances from which on rules of few nodes, and of fewer, reach them on most panels.
LOOSE, LOOSER = 1e-4, 1e-2
#: Rounds of halving the panels with the largest errors.
ROUNDS = 12
#: Of a singular point halving leaves one of two halves with an error, of rounding both, with as
#: much as before: what lies between, for so many rounds one after the other; and how small errors
#: are in units of the size where they may be rounding, half of the digits.
_SPREAD, _KEPT, _STUCK_ROUNDS, _SMALL = 1.5, 0.8, 2, float(np.finfo(float).eps) ** 0.5

#: Values, errors and sizes of integrals over panels, shape (panels, k).
Sums = tuple[Complex, Array, Array]
#: Integrand: values times the Jacobian at the nodes of panels, shape (k, panels, nodes), and their
#: sizes before anything cancels.
Integrand = Callable[[Panels, Rule], tuple[Complex, Array]]


class Summed(Protocol):
    """An integrand that is also summed over the nodes by compiled code."""

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return what an `Integrand` does."""

    def sums(self, panels: Panels, rule: Rule) -> Sums:
        """Return the integrals over panels, their errors, and those of the sizes."""


class Means(NamedTuple):
    """How many integrals are done at a time, and by what.

    Parameters
    ----------
    points : int
        How many at most.
    sums : callable, optional
        Of an integrand, panels and a rule: the integrals over panels, their errors, and those of
        the sizes; for processors other than this one.
    """

    points: int = 256
    sums: Callable[[Any, Panels, Rule], Sums] | None = None


#: Tolerance of each integral, shape (n,), or of each of its components, shape (n, k), given the
#: totals and their rounding.
Goal = Callable[[Complex, Array], Array]


class Pieces(Protocol):
    """Pieces of the paths of integration, each with the integral that owns it."""

    @property
    def owner(self) -> Integers:
        """The number of the integral that each piece belongs to."""

    def select(self, which: Any) -> Any:
        """Return some of the pieces."""

    def joined(self, other: Any) -> Any:
        """Return these pieces and others."""

    def halved(self) -> Any:
        """Return both halves of every piece."""


Part = TypeVar("Part", bound=Pieces)


@dataclass(frozen=True)
class Integrals(Generic[Part]):
    """Integrals over pieces, shape (pieces, k), their errors, and the integrals of their sizes."""

    pieces: Part
    value: Complex
    error: Array
    size: Array

    def select(self, which: Any) -> Integrals[Part]:
        """Return the integrals over some of the pieces."""
        return Integrals(
            self.pieces.select(which), self.value[which], self.error[which], self.size[which]
        )

    def joined(self, other: Integrals[Part]) -> Integrals[Part]:
        """Return these and others."""
        return Integrals(
            self.pieces.joined(other.pieces),
            np.concatenate([self.value, other.value]),
            np.concatenate([self.error, other.error]),
            np.concatenate([self.size, other.size]),
        )

    def totals(self, count: int) -> tuple[Complex, Array, Array]:
        """Return sums over the pieces of each integral."""
        owner, k = self.pieces.owner, self.error.shape[1]
        parts = np.ascontiguousarray(self.value, dtype=complex).view(float)
        if backend() == "numba":
            sums = np.zeros((count, 4 * k))
            compiled(add_pieces)(owner, parts, *self._rows(), sums)
        else:
            columns = np.concatenate([parts, self.error, self.size], axis=1)
            # a sum of its own for every integral and column
            place = (owner * (4 * k))[:, None] + np.arange(4 * k)
            found = np.bincount(place.ravel(), columns.ravel(), 4 * k * count)
            sums = found.astype(float, copy=False).reshape(count, 4 * k)
        return sums[:, : 2 * k].view(complex), sums[:, 2 * k : 3 * k], sums[:, 3 * k :]

    def _rows(self) -> tuple[Array, Array]:
        """Return errors and sizes in the one layout that loops are compiled for."""
        return np.ascontiguousarray(self.error), np.ascontiguousarray(self.size)

    def beyond(self, share: Array, rounding: float) -> NDArray[np.bool_]:
        """Tell which errors are above their share of each integral and above rounding."""
        owner = self.pieces.owner
        if backend() == "numba":
            bad = np.empty(owner.size, dtype=np.bool_)
            compiled(beyond_share)(owner, *self._rows(), share, rounding, bad)
            return bad
        # written so that an error which is not a number is above, too
        least = np.maximum(share[owner], rounding * self.size)
        return np.asarray(~(self.error <= least).all(axis=1))


@dataclass(frozen=True)
class Totals:
    """Sums over the pieces of each integral.

    Parameters
    ----------
    value : ndarray of complex, shape (n, k)
    error, size : ndarray, shape (n, k)
        Error of the quadrature; integral of the sizes.
    evaluations : ndarray of int, shape (n,)
        Nodes.
    missed : ndarray of bool, shape (n,)
        Where the goal was not reached for want of rounds.
    stuck : ndarray of bool, shape (n,)
        Where it was not reached for rounding, which shorter pieces do not help against.
    tolerance : ndarray, shape (n, k) or (n, 1)
        The goal.
    """

    value: Complex
    error: Array
    size: Array
    evaluations: Integers
    missed: NDArray[np.bool_]
    stuck: NDArray[np.bool_]
    tolerance: Array


def integrate(
    integrand: Integrand,
    panels: Panels,
    count: int,
    goal: Goal,
    rounds: int | None = None,
    rounding: float = 0.0,
    nodes: int | None = None,
    means: Means | None = None,
) -> Totals:
    """Integrate over the panels of `count` integrals, halving those that miss their share.

    Parameters
    ----------
    integrand : callable
    panels : Panels
        Their owners are the integrals.
    count : int
        Number of integrals.
    goal : callable
    rounds : int, optional
        How often at most the panels with the largest errors are halved.
    rounding : float
        Rounding in units of the size: a panel whose error is no larger is not halved.  Where it is
        positive more of it is noticed, too: errors that halving does not make smaller.
    nodes : int, optional
        Of the Gauss rule in the Gauss-Kronrod rule of each panel: 12, or `FEW` where few digits
        are wanted, `FEWER` where two are.
    means : Means, optional
        What sums over the nodes.
    """
    rule = gauss_kronrod(NODES if nodes is None else nodes)
    most = ROUNDS if rounds is None else rounds
    found = refine(
        lambda some: _integrated(integrand, some, rule, means), panels, count, goal, most, rounding
    )
    return replace(found, evaluations=found.evaluations * rule.nodes.size)


def refine(
    evaluate: Callable[[Part], Integrals[Part]],
    pieces: Part,
    count: int,
    goal: Goal,
    rounds: int,
    rounding: float = 0.0,
) -> Totals:
    """Integrate over the pieces of `count` integrals, halving those that miss their share.

    Parameters
    ----------
    evaluate : callable
        Integrals over pieces.
    pieces : Pieces
        Their owners are the integrals.
    count : int
        Number of integrals.
    goal : callable
    rounds : int
        How often at most the pieces with the largest errors are halved.
    rounding : float
        As in `integrate`.

    Returns
    -------
    Totals
        Its `evaluations` are pieces.
    """
    done = evaluate(pieces)
    pieces_of = np.bincount(pieces.owner, minlength=count)
    vain, halving = np.zeros(count, np.int64), None
    for remaining in range(rounds, -1, -1):
        value, error, size = done.totals(count)
        tolerance = goal(value, size).reshape(count, -1)
        # written so that a value which is not a number is missed, too
        reached = error <= tolerance
        missed = np.asarray(~reached.all(axis=1))
        stuck = np.zeros(count, np.bool_)
        if rounding > 0 and halving is not None and missed.any():
            vain = halving.in_vain(vain)
            small = (reached | (error <= _SMALL * size)).all(axis=1)
            stuck = missed & small & (vain >= _STUCK_ROUNDS)
            missed &= ~stuck
        if remaining == 0 or not missed.any():
            break
        share = np.where(missed[:, None], tolerance / (2 * pieces_of[:, None]), np.inf)
        bad = done.beyond(share, rounding)
        if not bad.any():
            break
        halves = done.pieces.select(bad)
        after = evaluate(halves.halved())
        halving = _Halving(missed, share, (halves.owner, done.error[bad]), after)
        pieces_of += np.bincount(after.pieces.owner, minlength=count)
        done = done.select(~bad).joined(after)
    return Totals(value, error, size, pieces_of, missed, stuck, tolerance)


class _Halving(NamedTuple):
    """A round of halving: of which integrals, their shares, and pieces before and after it."""

    missed: NDArray[np.bool_]
    share: Array
    before: tuple[Integers, Array]
    after: Integrals[Any]

    def in_vain(self, vain: Integers) -> Integers:
        """Return how many rounds have left errors as they were, one after the other."""
        after = self.after
        parts, excess = _excess(*self.before, self.share)
        more, left = _excess(after.pieces.owner, after.error, self.share)
        useless = (more > _SPREAD * parts) & (left > _KEPT * excess)
        return np.where(self.missed, np.where(useless, vain + 1, 0), vain)


def _excess(owner: Integers, error: Array, share: Array) -> tuple[Array, Array]:
    """Return how many pieces of each integral miss their share, and errors in its units, summed."""
    own, units = share[owner], np.zeros_like(error)
    units = np.divide(error, own, out=units, where=own > 0).max(axis=1)
    many, total = (np.bincount(owner, x, len(share)).astype(float) for x in (units > 1, units))
    return many, total


def _integrated(
    integrand: Integrand, panels: Panels, rule: Rule, means: Means | None
) -> Integrals[Panels]:
    """Integrate over panels, as many at a time as fit into the cache."""
    if means is not None and means.sums is not None:
        return Integrals(panels, *means.sums(integrand, panels, rule))
    if hasattr(integrand, "sums") and backend() == "numba":
        return Integrals(panels, *cast(Summed, integrand).sums(panels, rule))
    step = max(CHUNK // (2 * rule.nodes.size), 1)
    parts = []
    for first in range(0, len(panels), step):
        values, sizes = integrand(panels.select(slice(first, first + step)), rule)
        both, size = weighted_sums(values, rule.rows[1:]), weighted_sums(sizes, rule.weights)
        parts.append((both[..., 0].T, np.abs(both[..., 1]).T, size.T))
    value, error, size = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Integrals(panels, value, error, size)
