"""Adaptive integration over graded panels, many integrals at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.quadrature.chunks import CHUNK
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule, gauss_kronrod

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

#: Nodes of the Gauss rule in the Gauss-Kronrod rule of each panel.
_NODES = 12
#: Rounds of halving the panels with the largest errors.
_ROUNDS = 12

#: Integrand: values times the Jacobian at the nodes of panels, shape (k, panels, nodes), and their
#: sizes before anything cancels.
Integrand = Callable[[Panels, Rule], tuple[Complex, Array]]
#: Tolerance of each integral, shape (n,), or of each of its components, shape (n, k), given the
#: totals and their rounding.
Goal = Callable[[Complex, Array], Array]


@dataclass(frozen=True)
class Integrals:
    """Integrals over panels, shape (panels, k), their errors, and the integrals of their sizes."""

    panels: Panels
    value: Complex
    error: Array
    size: Array

    def select(self, which: Any) -> Integrals:
        """Return the integrals over some of the panels."""
        return Integrals(
            self.panels.select(which), self.value[which], self.error[which], self.size[which]
        )

    def joined(self, other: Integrals) -> Integrals:
        """Return these and others."""
        return Integrals(
            self.panels.joined(other.panels),
            np.concatenate([self.value, other.value]),
            np.concatenate([self.error, other.error]),
            np.concatenate([self.size, other.size]),
        )

    def totals(self, count: int) -> tuple[Complex, Array, Array]:
        """Return sums over the panels of each point."""

        def summed(columns: Array) -> Array:
            sums = [np.bincount(self.panels.owner, c, minlength=count) for c in columns.T]
            return np.stack(sums, axis=1)

        value = summed(self.value.real) + 1j * summed(self.value.imag)
        return value, summed(self.error), summed(self.size)


@dataclass(frozen=True)
class Totals:
    """Sums over the panels of each integral.

    Parameters
    ----------
    value : ndarray of complex, shape (n, k)
    error, size : ndarray, shape (n, k)
        Error of the quadrature; integral of the sizes.
    evaluations : ndarray of int, shape (n,)
        Nodes.
    missed : ndarray of bool, shape (n,)
        Where the goal was not reached.
    """

    value: Complex
    error: Array
    size: Array
    evaluations: Integers
    missed: NDArray[np.bool_]


def integrate(
    integrand: Integrand, panels: Panels, count: int, goal: Goal, rounds: int | None = None
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
    """
    rule = gauss_kronrod(_NODES)
    done = _integrated(integrand, panels, rule)
    panels_of = np.bincount(panels.owner, minlength=count)
    for remaining in range(_ROUNDS if rounds is None else rounds, -1, -1):
        value, error, size = done.totals(count)
        tolerance = goal(value, size).reshape(count, -1)
        # written so that a value which is not a number is missed, too
        missed = np.asarray(~(error <= tolerance).all(axis=1))
        if remaining == 0 or not missed.any():
            break
        share = np.where(missed[:, None], tolerance / (2 * panels_of[:, None]), np.inf)
        bad = np.asarray(~(done.error <= share[done.panels.owner]).all(axis=1))
        halves = done.panels.select(bad)
        halves = halves.cut((halves.start + halves.end) / 2)
        panels_of += np.bincount(halves.owner, minlength=count)
        done = done.select(~bad).joined(_integrated(integrand, halves, rule))
    return Totals(value, error, size, panels_of * rule.nodes.size, missed)


def _integrated(integrand: Integrand, panels: Panels, rule: Rule) -> Integrals:
    """Integrate over panels, as many at a time as fit into the cache."""
    step = max(CHUNK // (2 * rule.nodes.size), 1)
    weights = np.stack([rule.weights, rule.weights - rule.embedded], axis=1)
    parts = []
    for first in range(0, len(panels), step):
        values, sizes = integrand(panels.select(slice(first, first + step)), rule)
        both = values @ weights
        parts.append((both[..., 0].T, np.abs(both[..., 1]).T, (sizes @ rule.weights).T))
    value, error, size = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Integrals(panels, value, error, size)
