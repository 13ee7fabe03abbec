"""The response function by two nested momentum integrals: slow, adaptive, honest.

In the bipolar coordinates p+- = |p +- q/2| no angle is left,

    sum_p f = 1/(4 pi^2 q) int dp+ p+ int dp- p- f(p+, p-),   |p+ - p-| <= q <= p+ + p-,

and the sharp features lie along the axes or along one curve.  It shares the integrand with the fast
route, and what decides which piece of an integral is halved next, but neither variables nor rules.
"""

from __future__ import annotations

import cmath
import functools
import itertools
import math
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.quadrature.adaptive import Integrals, refine
from numerics.quadrature.rules import Grid, Rule, gauss_kronrod, graded_panels
from numerics.response.reference_integrand import ResponseIntegrand

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The outer integral is done panel by panel up to this multiple of the momentum scale, then in 1/p+
#: up to the second; beyond, where the closed forms cancel, the integrand is c/p**2 + d/p**4.
_NEAR, _FAR = 20.0, 300.0
#: Rounds of halving the pieces with the largest errors; pairs of momenta before it gives up;
#: pieces that are done at a time, for the sake of memory.
_ROUNDS, _MOST, _BATCH = 30, 20_000_000, 24
#: The difference of the two rules is no bound where the rules do not converge yet: at a tolerance
#: of 1e-5 one point in a hundred had up to 2.3 times as large an error.
_SAFETY = 4.0


@dataclass(frozen=True)
class ReferenceMatrix:
    """The fluctuation matrix with an estimate of the error of each element.

    Parameters
    ----------
    value : ndarray of complex, shape (2, 2)
    error : ndarray, shape (2, 2)
    evaluations : int
        Pairs of momenta.
    converged : bool
        Whether the error reached the tolerance.
    """

    value: Complex
    error: Array
    evaluations: int
    converged: bool


def reference_matrix(
    integrand: ResponseIntegrand, q: float, *, rtol: float = 1e-8
) -> ReferenceMatrix:
    """Return M(q, omega), (36), by adaptive quadrature in bipolar coordinates.

    Parameters
    ----------
    integrand : ResponseIntegrand
        State, frequency and part.
    q : float
        Wave number, positive.
    rtol : float
        Tolerance relative to the largest element.
    """
    outer = _Outer(integrand, q)
    tail, tail_error = outer.remainder()
    beyond = tail + outer.constant

    def goal(value: Complex, size: Array) -> Array:
        """Return the tolerance, which anything meets after too many evaluations."""
        if outer.evaluations > _MOST:
            return np.array([math.inf])
        return np.array([rtol * float(np.abs(value[0] + beyond).max())])

    found = refine(outer.integrate, outer.spans(), 1, goal, _ROUNDS)
    value, error = found.value[0] + beyond, found.error[0]
    converged = bool(error.max() <= rtol * np.abs(value).max())
    error = (error + tail_error).reshape(2, 2)
    return ReferenceMatrix(value.reshape(2, 2), error, outer.evaluations, converged)


@dataclass(frozen=True)
class _Spans:
    """Pieces of the outer momentum, or of its inverse."""

    inverse: NDArray[np.bool_]
    start: Array
    end: Array

    @classmethod
    def between(cls, ends: Array, *, inverse: bool) -> _Spans:
        return cls(np.full(ends.size - 1, inverse), ends[:-1], ends[1:])

    @property
    def owner(self) -> NDArray[np.int64]:
        return np.zeros(self.start.size, dtype=np.int64)

    def select(self, which: Any) -> _Spans:
        return _Spans(self.inverse[which], self.start[which], self.end[which])

    def joined(self, other: _Spans) -> _Spans:
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return _Spans(*map(np.concatenate, pairs))

    def halved(self) -> _Spans:
        middle = (self.start + self.end) / 2
        return replace(self, end=middle).joined(replace(self, start=middle))

    def nodes(self, rule: Rule) -> tuple[Array, Array]:
        """Return the momenta and the Jacobians at the nodes, shape (pieces, nodes)."""
        half = (self.end - self.start)[:, None] / 2
        x = (self.start + self.end)[:, None] / 2 + half * rule.nodes
        turned = self.inverse[:, None]
        return np.where(turned, 1 / x, x), half * np.where(turned, x**-2, 1.0)


class _Outer:
    """The inner integral as a function of the outer momentum."""

    def __init__(self, integrand: ResponseIntegrand, q: float) -> None:
        self.integrand, self.q = integrand, q
        self.evaluations = 0
        state = integrand.state
        scale = abs(state.mu) + state.gap + abs(integrand.omega) + q * q
        scale += state.parameters.linewidth + state.occupation.energies
        self.near, self.far = (m * math.sqrt(scale) for m in (_NEAR, _FAR))
        # 2/U by the scattering length; 2/(p+^2 + p-^2) is subtracted in place of 1/p^2
        wave, omega = np.array([q]), np.array([integrand.omega], dtype=complex)
        coupling = state.parameters.coupling.twice(wave, omega, state.mu)[0]
        self.constant = (coupling + q / (8 * math.pi) * np.eye(2)).ravel()

    def _momenta(self, energy: complex) -> list[complex]:
        """Return the complex momenta with a given complex energy."""
        state = self.integrand.state
        xi = cmath.sqrt(energy**2 - state.gap**2)
        return [cmath.sqrt(state.mu + xi), cmath.sqrt(state.mu - xi)]

    def _occupation(self) -> list[complex]:
        """Return the energies where the closed forms of one momentum alone are singular."""
        occupation = self.integrand.state.occupation
        width = occupation.linewidth
        edges = (complex(f.edge, width + f.smearing) for f in occupation.filled)
        return [*edges, complex(0, width)]

    def singular(self) -> list[complex]:
        """Return where the inner integral changes quickly, as far as that is known."""
        omega = self.integrand.omega
        # where p+^2 + p-^2, which is subtracted, vanishes at the ends of the inner integral
        points = [complex(self.q / 2, self.q / 2)]
        *edges, width = self._occupation()
        for energy in (*edges, width):
            for p in self._momenta(energy):
                points += [p, p + self.q, p - self.q, self.q - p]
        for edge, sign in itertools.product(edges, (-1, 1)):
            shifted = complex(edge.real + sign * omega.real, edge.imag + omega.imag)
            points += self._momenta(shifted)
        return [p for p in (*points, *self.parallel()) if p.real > 0]

    def parallel(self) -> list[complex]:
        """Return large momenta from which omega leads to parallel ones: p+^2 - p-^2 = omega."""
        width = self.integrand.state.parameters.linewidth
        shifts = (self.integrand.omega, self.integrand.omega + 2j * width)
        momenta = [shift / (2 * self.q) for shift in shifts if shift != 0]
        return [complex(abs(p.real), p.imag) for p in momenta]

    def _inner_singular(self, p_plus: float) -> list[complex]:
        omega = self.integrand.omega
        state = self.integrand.state
        energies = list(self._occupation())
        energy = math.hypot(p_plus**2 - state.mu, state.gap)
        width = 2 * state.parameters.linewidth + omega.imag
        for sign in (-1, 1):
            energies += [complex(energy + sign * omega.real, width)]
        return [p for e in energies for p in self._momenta(e)]

    def spans(self) -> _Spans:
        """Return the pieces to begin with, up to `far`."""
        near = graded_panels(0.0, self.near, self.singular(), 1.5)
        parallel = [1 / p for p in self.parallel()]
        far = graded_panels(1 / self.far, 1 / self.near, parallel, 1.5)
        return _Spans.between(near, inverse=False).joined(_Spans.between(far, inverse=True))

    def integrate(self, spans: _Spans) -> Integrals[_Spans]:
        """Integrate over pieces, as many at a time as memory is meant to hold."""
        first = range(0, spans.start.size, _BATCH)
        parts = [self._integrated(spans.select(slice(k, k + _BATCH))) for k in first]
        return functools.reduce(lambda a, b: a.joined(b), parts)

    def _integrated(self, spans: _Spans) -> Integrals[_Spans]:
        rule = gauss_kronrod()
        momenta, jacobians = spans.nodes(rule)
        values, errors = self.inner(momenta.ravel())
        values = values.reshape(4, *momenta.shape) * jacobians
        errors = errors.reshape(4, *momenta.shape) * jacobians
        error = np.abs(values @ (rule.weights - rule.embedded)) + errors @ rule.weights
        size = np.abs(values) @ rule.weights
        return Integrals(spans, (values @ rule.weights).T, _SAFETY * error.T, size.T)

    def inner(self, p_plus: Array) -> tuple[Complex, Array]:
        """Return the integral over p- of (2/U - Pi) at each p+, and its error, shape (4, n)."""
        rule = gauss_kronrod()
        grids = [
            Grid.on(graded_panels(abs(p - self.q), p + self.q, self._inner_singular(p)), rule)
            for p in map(float, p_plus)
        ]
        counts = [grid.nodes.size for grid in grids]
        plus = np.repeat(p_plus, counts)
        minus = np.concatenate([grid.nodes for grid in grids])
        self.evaluations += minus.size
        values = -self.integrand(plus, minus)
        bare = 2 / (plus**2 + minus**2)
        values[0] += bare
        values[3] += bare
        values *= plus * minus / (4 * math.pi**2 * self.q)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        weights = np.concatenate([grid.weights for grid in grids])
        embedded = np.concatenate([grid.embedded for grid in grids])
        integrals = np.add.reduceat(values * weights, starts, axis=1)
        panels = np.add.reduceat(
            values * (weights - embedded), np.arange(0, minus.size, rule.nodes.size), axis=1
        )
        panel_starts = starts // rule.nodes.size
        return integrals, np.add.reduceat(np.abs(panels), panel_starts, axis=1)

    def remainder(self) -> tuple[Complex, Array]:
        """Return the integral beyond `far`, and twice its difference to a simpler estimate.

        The inner integral is c/p+^2 + d/p+^4 there: both follow from its values at `far` and at
        twice that.
        """
        at, _ = self.inner(np.array([self.far, 2 * self.far]))
        near, far = at[:, 0] * self.far, 4 * at[:, 1] * self.far
        correction = 4 * (near - far) / 3
        return far - correction / 4 + correction / 3, 2 * np.abs(near - far)
