"""The response function by two nested momentum integrals: slow, adaptive, honest.

It shares with the fast route what decides which piece of an integral is halved next, but neither
variables nor rules, nor, beyond equal carriers, the integrand.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.quadrature.adaptive import Integrals, refine
from numerics.quadrature.rules import Rule, gauss_kronrod, graded_panels
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.response.reference_momenta import Measure, Places

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The outer integral is done panel by panel up to this multiple of the momentum scale, then in 1/p+
#: up to the integrand's reach; beyond, where the closed forms cancel, it is c/p**2 + d/p**4.
_NEAR = 20.0
#: Rounds of halving the pieces with the largest errors; pairs of momenta before it gives up;
#: pieces that are done at a time, for the sake of memory.
_ROUNDS, _MOST, _BATCH = 30, 20_000_000, 24
#: 2/U is measured from the sum over 1/(p**2 + 1/2) in two dimensions, twice that over
#: 1/(2 p**2 + epsilon_F).
_MEASURED = 0.5
#: The difference of the two rules is no bound where the rules do not converge yet: at a tolerance
#: of 1e-5 one point in a hundred had up to 2.3 times as large an error.
_SAFETY = 4.0


class Integrand(Protocol):
    """A sum over momenta before it is done."""

    @property
    def carriers(self) -> Carriers:
        """What has the singularities of the integrand."""

    @property
    def omega(self) -> complex:
        """The frequency."""

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The vertices."""

    @property
    def diverges(self) -> bool:
        """Whether the sum over 1/p**2 is to be subtracted from amplitude and phase."""

    @property
    def step(self) -> int:
        """By how much the powers of 1/p+ rise far away."""

    @property
    def reach(self) -> float:
        """Where the tail begins, in units of the momentum scale."""

    def __call__(self, p_plus: Array, p_minus: Array) -> Complex:
        """Return the values at pairs of momenta, shape (pairs, n)."""


@dataclass(frozen=True)
class Reference:
    """Sums over momenta with estimates of their errors.

    Parameters
    ----------
    value : ndarray of complex, shape (...)
    error : ndarray, shape (...)
    evaluations : int
        Pairs of momenta.
    converged : bool
        Whether the error reached the tolerance.
    """

    value: Complex
    error: Array
    evaluations: int
    converged: bool


def reference_matrix(integrand: ResponseIntegrand, q: float, *, rtol: float = 1e-8) -> Reference:
    """Return M(q, omega), (36), by adaptive quadrature over both momenta, shape (2, 2).

    Parameters
    ----------
    integrand : ResponseIntegrand
        State, frequency and part.
    q : float
        Wave number, positive.
    rtol : float
        Tolerance relative to the largest element.
    """
    state, omega = integrand.state, np.array([integrand.omega], dtype=complex)
    coupling = state.parameters.coupling.twice(np.array([q]), omega, state.mu)[0]
    found = reference_sum(integrand, q, rtol=rtol, beside=-coupling.ravel())
    return replace(found, value=-found.value.reshape(2, 2), error=found.error.reshape(2, 2))


def reference_sum(
    integrand: Integrand,
    q: float,
    *,
    rtol: float = 1e-8,
    beside: Any = 0.0,
    energy: float | None = None,
) -> Reference:
    """Return Pi_st(q, omega) for pairs of vertices, shape (pairs,).

    Parameters
    ----------
    integrand : Integrand
    q : float
        Wave number, positive.
    rtol : float
        Tolerance relative to the largest element.
    beside : array_like
        What is added before the tolerance is taken.
    energy : float, optional
        The sum over 1/(p**2 + energy) is subtracted from Pi_11 and Pi_22; by default the one from
        which the coupling is measured, without an energy in three dimensions.
    """
    outer = _Outer(integrand, q, gauss_kronrod())
    if energy is None:
        energy = 0.0 if outer.measure.dimension == 3 else _MEASURED
    tail, tail_error = outer.remainder()
    beyond = tail + outer.pairs * outer.measure.pairs(energy) + beside

    def goal(value: Complex, size: Array) -> Array:
        """Return the tolerance, which anything meets after too many evaluations."""
        if outer.evaluations > _MOST:
            return np.array([math.inf])
        return np.array([rtol * float(np.abs(value[0] + beyond).max())])

    found = refine(outer.integrate, outer.spans(), 1, goal, _ROUNDS)
    value, error = found.value[0] + beyond, found.error[0]
    converged = bool(error.max() <= rtol * np.abs(value).max())
    return Reference(value, error + tail_error, outer.evaluations, converged)


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

    def __init__(self, integrand: Integrand, q: float, rule: Rule) -> None:
        self.integrand, self.q, self.rule = integrand, q, rule
        self.evaluations = 0
        self.places = Places(integrand.carriers, integrand.omega)
        self.measure = Measure(integrand.carriers.dimension, q)
        scale = self.places.scale + q * q
        self.near, self.far = (m * math.sqrt(scale) for m in (_NEAR, integrand.reach))
        # 2/(p+^2 + p-^2) is subtracted in place of 1/p^2
        diagonal = [s == t and s in (1, 2) for s, t in integrand.pairs]
        self.pairs = np.array(diagonal, dtype=float) * integrand.diverges
        self.alone = list(self.places.alone())

    def singular(self) -> list[complex]:
        """Return where the inner integral changes quickly, as far as that is known."""
        # where p+^2 + p-^2, which is subtracted, vanishes at the ends of the inner integral
        points = [complex(self.q / 2, self.q / 2)]
        for p in self.alone:
            points += [p, p + self.q, p - self.q, self.q - p]
        return [p for p in (*points, *self.places.parallel(self.q)) if p.real > 0]

    def spans(self) -> _Spans:
        """Return the pieces to begin with, up to `far`."""
        near = graded_panels(0.0, self.near, self.singular(), 1.5)
        parallel = [1 / p for p in self.places.parallel(self.q)]
        far = graded_panels(1 / self.far, 1 / self.near, parallel, 1.5)
        return _Spans.between(near, inverse=False).joined(_Spans.between(far, inverse=True))

    def integrate(self, spans: _Spans) -> Integrals[_Spans]:
        """Integrate over pieces, as many at a time as memory is meant to hold."""
        first = range(0, spans.start.size, _BATCH)
        parts = [self._integrated(spans.select(slice(k, k + _BATCH))) for k in first]
        return functools.reduce(lambda a, b: a.joined(b), parts)

    def _integrated(self, spans: _Spans) -> Integrals[_Spans]:
        rule = self.rule
        momenta, jacobians = spans.nodes(rule)
        values, errors = self.inner(momenta.ravel())
        values = values.reshape(-1, *momenta.shape) * jacobians
        errors = errors.reshape(-1, *momenta.shape) * jacobians
        error = np.abs(values @ (rule.weights - rule.embedded)) + errors @ rule.weights
        size = np.abs(values) @ rule.weights
        return Integrals(spans, (values @ rule.weights).T, _SAFETY * error.T, size.T)

    def inner(self, p_plus: Array) -> tuple[Complex, Array]:
        """Return the integral over p- of Pi, less the pairs', at each p+, and its error."""
        rule = self.rule
        grids = []
        for p in map(float, p_plus):
            singular = [*self.alone, *self.places.resonant(p)]
            grids.append(self.measure.inner(p, singular, rule))
        nodes, weights, embedded, panels = zip(*grids, strict=True)
        minus = np.concatenate(nodes)
        plus = np.repeat(p_plus, [x.size for x in nodes])
        self.evaluations += minus.size
        values = self.integrand(plus, minus)
        values -= self.pairs[:, None] * (2 / (plus**2 + minus**2))
        weight, coarse = np.concatenate(weights), np.concatenate(embedded)
        size = rule.nodes.size
        sums = np.add.reduceat(values * weight, np.arange(0, minus.size, size), axis=1)
        changes = np.add.reduceat(
            values * (weight - coarse), np.arange(0, minus.size, size), axis=1
        )
        starts = np.concatenate([[0], np.cumsum(panels)[:-1]])
        return np.add.reduceat(sums, starts, axis=1), np.add.reduceat(
            np.abs(changes), starts, axis=1
        )

    def remainder(self) -> tuple[Complex, Array]:
        """Return the integral beyond `far`, and a bound of its error.

        With k the power of the measure the inner integral is c/p+^k + d/p+^(k + n) there, n the
        integrand's step: both follow from its values at `far` and at twice that.  The error is
        twice what a third value differs by; of the response, twice the difference to a simpler
        estimate, or what that would be further out, where other powers cancel it by chance.  To it
        comes what the errors of the values do.
        """
        k, n, far = self.measure.power, self.integrand.step, self.far
        at, errors = self.inner(np.array([far, 2 * far, 4 * far]))
        powers = far * 2.0 ** (k * np.arange(3))
        (first, second, third), known = (at * powers).T, (errors * powers).T
        extrapolated = 1 / (1 - 2.0**-n)
        correction = (first - second) * extrapolated
        value = (first - correction) / (k - 1) + correction / (k - 1 + n)
        by_second = extrapolated * (1 / (k - 1) - 1 / (k - 1 + n))
        rounding = abs(1 / (k - 1) - by_second) * known[0] + by_second * known[1]
        if n == 1:
            differs = np.abs(third - (first - correction) - correction / 4**n)
        else:
            outside = np.abs(second - third) - known[1] - known[2]
            differs = np.maximum(np.abs(first - second), 2**n * outside)
        return value, 2 * differs + rounding
