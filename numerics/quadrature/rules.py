"""Quadrature rules as values, and panels graded towards the singular points of an integrand."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from numerics.evaluation import backend, compiled
from numerics.quadrature.graded import bisected_ends

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """A quadrature rule on [-1, 1] with an embedded rule on some of the same nodes.

    Parameters
    ----------
    nodes, weights : ndarray
        The rule.
    embedded : ndarray
        Weights of the embedded rule, zero where it has no node.
    """

    nodes: Array
    weights: Array
    embedded: Array

    @functools.cached_property
    def rows(self) -> Array:
        """Nodes, weights, and what these are more than the embedded ones, shape (3, n)."""
        return np.stack([self.nodes, self.weights, self.weights - self.embedded])


def weighted_sums(
    values: NDArray[Any], weights: Array, axis: Literal["first", "last"] = "last"
) -> NDArray[Any]:
    """Return sums of values at nodes with weights, in the same bits however many there are.

    A product of matrices adds in an order that depends on its size.

    Parameters
    ----------
    values : ndarray, shape (..., n), or (n, ...) with `axis` first
    weights : ndarray, shape (n,) or (rows, n)
        Of one sum or, along the last axis only, of several.
    axis : {"first", "last"}
        Where the nodes are.

    Returns
    -------
    ndarray, shape (...) or (..., rows)
    """
    if axis == "first":
        return np.einsum("n...,n->...", values, weights)
    return np.einsum("...n,n->..." if weights.ndim == 1 else "...n,wn->...w", values, weights)


@functools.cache
def gauss_kronrod(n: int = 10) -> Rule:
    """Return the Gauss-Kronrod rule with 2 n + 1 nodes and its embedded Gauss rule with n.

    The added nodes are the roots of the Stieltjes polynomial of degree n + 1, orthogonal to all
    polynomials of lower degree with the weight P_n; the rule is exact to degree 3 n + 1.
    """
    gauss_nodes, gauss_weights = legendre.leggauss(n)
    fine_nodes, fine_weights = legendre.leggauss(2 * n + 2)
    table = legendre.legvander(fine_nodes, n + 1)
    # <P_n P_k, P_j> for k = 0 .. n and j = 0 .. n + 1
    moments = np.einsum("i,ik,ij->kj", fine_weights * table[:, n], table[:, : n + 1], table)
    parity = slice((n + 1) % 2, n + 1, 2)
    lower = np.linalg.lstsq(moments[:, parity], -moments[:, n + 1], rcond=None)[0]
    stieltjes = np.zeros(n + 2)
    stieltjes[parity], stieltjes[n + 1] = lower, 1.0
    # real, which NumPy does not tell in their type from 2.5 on
    added = legendre.legroots(stieltjes).real
    slope = legendre.legder(stieltjes)
    for _ in range(3):
        added = added - legendre.legval(added, stieltjes) / legendre.legval(added, slope)
    nodes = np.sort(np.concatenate([gauss_nodes, added]))
    nodes = (nodes - nodes[::-1]) / 2
    degree = np.zeros(2 * n + 1)
    degree[0] = 2.0
    weights = np.linalg.solve(legendre.legvander(nodes, 2 * n).T, degree)
    embedded = np.zeros(2 * n + 1)
    embedded[1::2] = gauss_weights
    return Rule(nodes, (weights + weights[::-1]) / 2, embedded)


@functools.cache
def tail_rules(*powers: int) -> tuple[Array, Array, Array]:
    """Return rules for the integral of a sum of three inverse powers from P to infinity.

    Parameters
    ----------
    *powers : int
        The powers of 1/p, ascending and greater than 1.

    Returns
    -------
    tuple of ndarray, shape (3,)
        Where to evaluate the integrand, in units of P; weights in the same units; and those of a
        rule that is exact for the first two powers only.
    """
    places = np.array([1.0, np.sqrt(2.0), 2.0])
    k = np.array(powers)
    moments = 1 / (k - 1)
    table = places ** -k[:, None].astype(float)
    weights, coarse = np.linalg.solve(table, moments), np.zeros(3)
    coarse[::2] = np.linalg.solve(table[:2, ::2], moments[:2])
    return places, weights, coarse


def graded_panels(
    start: float, end: float, singular: Sequence[complex], separation: float = 2.0
) -> Array:
    """Return the ends of panels that keep their distance from the singular points.

    A panel is halved until every singular point is at least `separation` of its half-lengths away
    from its middle, so that the number of panels grows with the logarithm of the distances.

    Parameters
    ----------
    start, end : float
        The interval.
    singular : sequence of complex
        Points where the integrand is not analytic.
    separation : float
        Greater than 1; a Gauss rule with n nodes then converges like
        (separation + sqrt(separation**2 - 1))**(-2 n) on each panel.

    Returns
    -------
    ndarray, shape (panels + 1,)
    """
    smallest = 4 * float(np.finfo(float).eps) * max(abs(start), abs(end))
    if backend() == "numba":
        points = np.array(singular, dtype=complex)
        return np.array(compiled(bisected_ends)(start, end, points, separation, smallest))
    return np.array(bisected_ends(start, end, singular, separation, smallest))


def smooth_inverse_root(y: Array, scale: float) -> Array:
    """Return (y**2 + s**2)**(-1/4), which stands for 1/sqrt(y) in an integral that converges."""
    return (y * y + scale**2) ** -0.25


def smooth_inverse_root_integral(scale: float) -> float:
    """Return its integral from zero on, where that of 1/sqrt(y) counts as nothing.

    As it does for sum_p 1/p**2, of which 1/sqrt(y) is the integrand: sqrt(y)/(y + s) is that of
    sum_p 1/(p**2 + s), which is sqrt(s)/(4 pi) less, and the smooth function has
    B(1/2, -1/4)/2 + pi times sqrt(s) more than it; together B(1/2, -1/4)/2.
    """
    beta = math.sqrt(math.pi) * math.gamma(-0.25) / math.gamma(0.25)
    return math.sqrt(scale) * beta / 2


@dataclass(frozen=True)
class Grid:
    """Nodes and weights of a rule on panels.

    Parameters
    ----------
    nodes, weights, embedded : ndarray, shape (panels * nodes of the rule,)
        Nodes, and weights of the rule and of the embedded one.
    size : int
        Nodes in each panel.
    """

    nodes: Array
    weights: Array
    embedded: Array
    size: int

    @classmethod
    def on(cls, ends: Array, rule: Rule) -> Grid:
        """Place a rule on panels between consecutive `ends`."""
        half = np.diff(ends)[:, None] / 2
        middle = (ends[1:] + ends[:-1])[:, None] / 2
        return cls(
            (middle + half * rule.nodes).ravel(),
            (half * rule.weights).ravel(),
            (half * rule.embedded).ravel(),
            rule.nodes.size,
        )

    def integrate(self, values: Array) -> tuple[Array, Array]:
        """Return integrals over the last axis of `values`, and estimates of their errors.

        The estimate is the sum over the panels of the difference to the embedded rule, which
        exceeds the error of the rule itself; rounding is not in it.
        """
        panels = values * (self.weights - self.embedded)
        panels = panels.reshape(*values.shape[:-1], -1, self.size).sum(axis=-1)
        # in pairs, so that a sum is rounded no more often than its blocks are paired
        return (values * self.weights).sum(axis=-1), np.abs(panels).sum(axis=-1)
