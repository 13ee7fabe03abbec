"""The intra-band part of Pi(q, omega), (74), where the two momenta are close to each other.

Where v q is not above some linewidths, the integrand of (74) after the frequency integral is a
smooth function of the angle between p and q: a fixed rule does that integral, and what is left
depends on p alone.  Nothing cancels as q vanishes, unlike in `numerics.response.intra_band`.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.kernels import response_numpy as kernels
from numerics.quadrature.adaptive import integrate
from numerics.quadrature.panels import OUTER, SMALLEST, Panels, grade
from numerics.quadrature.rules import Rule, gauss_kronrod, tail_rules, weighted_sums
from numerics.response.frequency_grid import NO_WAVE
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
#: Values and errors, shape (n, 4), and evaluations, shape (n,).
Totals = tuple[Complex, Array, NDArray[np.int64]]

#: Gauss-Kronrod rules over cos(theta) with 2 n + 1 nodes, by n, and how far away from the interval
#: the nearest singularity has to be: each leaves (d + sqrt(d**2 + 1))**-(3 n + 2) = 3e-11.
_ANGLES = {5: 2.0, 20: 0.4}
_EPS = float(np.finfo(float).eps)
#: Rounding of the integrand in units of its size.
_ROUNDING = 32 * _EPS
#: Halvings of panels: close to a singularity the rounding of the momenta soon is the larger error.
_ROUNDS = 5
#: The integrand is a series in 1/p**2 beyond this multiple of the momentum scale; much farther out
#: its coherence factors cancel.
_ASYMPTOTIC = 8.0


def momenta_at(state: SteadyState, energy: Complex) -> tuple[Complex, Complex]:
    """Return the momenta with a complex energy of the upper branch, infinite if there are none."""
    xi = np.sqrt(energy**2 - state.gap**2 + 0j)
    # E, the energy of the upper branch, is in the right half-plane
    above = energy.real >= 0
    momenta = (np.sqrt(state.mu + sign * xi) for sign in (1, -1))
    first, second = (np.where(above, p, np.inf) for p in momenta)
    return first, second


def momentum_scale(state: SteadyState, omega: Complex) -> Array:
    """Return a momentum beyond which no energy is reached."""
    energies = abs(state.mu) + state.gap + state.occupation.reach + state.parameters.linewidth
    return np.asarray(np.sqrt(energies + np.abs(omega)))


def separations(state: SteadyState, q: Array, omega: Complex) -> Array:
    """Return how far the integrand's singularities are from the interval of cos(theta), at least.

    The kinetic energies are p**2 + q**2/4 +- p q cos(theta), and change by i gamma at most, where
    one meets the edge of the occupation, or by 2 i gamma against each other.
    """
    gamma = state.parameters.linewidth
    width = np.minimum(gamma, gamma + omega.imag)
    return np.asarray(width / (momentum_scale(state, omega) * np.maximum(q, NO_WAVE)))


def are_close(state: SteadyState, q: Array, omega: Complex) -> NDArray[np.bool_]:
    """Tell where a rule over the angle is enough."""
    return np.asarray(separations(state, q, omega) >= min(_ANGLES.values()))


def close_integral(state: SteadyState, q: Array, omega: Complex, goal: Array) -> Totals:
    """Return the intra-band part of Pi at points where the momenta are close.

    Parameters
    ----------
    state : SteadyState
    q, omega : ndarray, shape (n,)
        Points where `are_close` holds.
    goal : ndarray, shape (n,)
        Absolute tolerance.
    """
    value, error = np.empty((q.size, 4), dtype=complex), np.empty((q.size, 4))
    evaluations = np.empty(q.size, dtype=np.int64)
    distance = separations(state, q, omega)
    left = np.ones(q.size, dtype=bool)
    for angles, least in _ANGLES.items():
        rows = np.flatnonzero(left & (distance >= least))
        left[rows] = False
        if rows.size:
            found = _integral(_Integrand(state, q[rows], omega[rows], angles), goal[rows])
            value[rows], error[rows], evaluations[rows] = found
    return value, error, evaluations


def _integral(integrand: _Integrand, goal: Array) -> Totals:
    """Return the integrals with one rule over the angle."""

    def tolerance(value: Complex, size: Array) -> Array:
        return np.maximum(goal / 2, _ROUNDING * size[:, :4].max(axis=1))

    panels = integrand.panels()
    bulk = panels.select(~panels.tail)
    found = integrate(integrand, bulk, goal.size, tolerance, _ROUNDS)
    tail, tail_error = integrand.remainder()
    # the last four columns are what the rule over the angle may have missed
    error = found.error[:, :4] + np.abs(found.value[:, 4:])
    rounding = _ROUNDING * found.size[:, :4] + _EPS * found.size[:, 4:]
    error += (tail_error + rounding.max(axis=1))[:, None]
    return found.value[:, :4] + tail, error, 2 * integrand.angle.nodes.size * found.evaluations


class _Integrand:
    """The integrand over p, both signs of omega together, at many points at once."""

    def __init__(self, state: SteadyState, q: Array, omega: Complex, angles: int) -> None:
        self.state, self.q, self.omega = state, q, omega
        self.angle = gauss_kronrod(angles)
        self.scale = momentum_scale(state, omega) + q
        self.far = np.full(q.shape, np.nan)

    def panels(self) -> Panels:
        """Return panels that resolve where E or E -+ omega meets the edge of the occupation."""
        state, gamma = self.state, self.state.parameters.linewidth
        momenta = [np.full(self.q.shape, np.sqrt(state.mu + 1j * state.gap))]
        for sign, f in itertools.product((1, -1), state.occupation.filled):
            edge = complex(sign * f.edge, gamma + f.smearing)
            momenta += momenta_at(state, np.full(self.q.shape, edge))
            for moved in (self.omega, -self.omega.conj()):
                momenta += momenta_at(state, moved + edge)
        points = np.stack(momenta, axis=1)
        positions = np.abs(points.real).astype(np.longdouble)
        widths = np.maximum(np.abs(points.imag), SMALLEST * self.scale[:, None])
        outside = ~np.isfinite(points)
        positions[outside], widths[outside] = 0.0, np.inf
        far = np.maximum(OUTER * positions.max(axis=1), _ASYMPTOTIC * self.scale)
        self.far = far.astype(float)
        return grade(positions, widths, outer=self.far)

    def remainder(self) -> tuple[Complex, Array]:
        """Return the integrals beyond the panels, shape (n, 4), and bounds of all their errors."""
        owner = np.arange(self.q.size)
        places, weights, coarse = tail_rules(4, 6, 8)
        values = np.stack([self.far * self._values(m * self.far, owner)[0][:4] for m in places])
        value = weighted_sums(values, weights, "first")
        error = np.abs(value - weighted_sums(values, coarse, "first")).max(axis=0)
        return value.T, error

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the components and what the angle may add to their errors, and the sizes."""
        p, _, slope = panels.nodes(rule)
        owner = np.repeat(panels.owner, rule.nodes.size)
        values, sizes = self._values(p.ravel(), owner)
        return values.reshape(8, *p.shape) * slope, sizes.reshape(8, *p.shape) * slope

    def _values(self, p: Array, owner: NDArray[np.int64]) -> tuple[Complex, Array]:
        """Return p**2/(4 pi**2) times the integral over the angle, its error, and the sizes.

        Coherence factors of the order (Delta_0/E)**2 are differences of numbers of order one: the
        second half of the sizes is that of such numbers.
        """
        rule = self.angle
        q, omega = self.q[owner], self.omega[owner]
        middle = p * p + q * q / 4 - self.state.mu
        half = (p * q)[:, None] * rule.nodes
        plus, minus = ((middle[:, None] + sign * half).ravel() for sign in (1, -1))
        omega = np.repeat(omega, rule.nodes.size)
        forward = self._upper(plus, minus, omega.real, omega.imag)
        backward = self._upper(plus, minus, -omega.real, omega.imag).conj()
        shape = (4, p.size, rule.nodes.size)
        values = (1j * (forward - backward)).reshape(shape)
        sizes = (np.abs(forward) + np.abs(backward)).reshape(shape)
        measure = p * p / (4 * math.pi**2)
        total, missed = np.moveaxis(weighted_sums(values, rule.rows[1:]), -1, 0)
        size = weighted_sums(sizes, rule.weights)
        incoherent = size * ((middle / self.state.gap) ** 2 + 1)
        return (
            np.asarray(np.concatenate([total, missed]) * measure, dtype=complex),
            np.asarray(np.concatenate([size, incoherent]) * measure),
        )

    def _upper(self, xi_plus: Array, xi_minus: Array, transfer: Array, growth: Array) -> Complex:
        """Return Tr[tau_s G^R tau_t G^K] within the upper branch, shape (4, n).

        By nu -> -nu the lower branch contributes minus the conjugate at -omega*.
        """
        gamma, gap = self.state.parameters.linewidth, self.state.gap
        energies = (np.sqrt(xi * xi + gap**2) for xi in (xi_plus, xi_minus))
        arguments: list[Any] = [xi_plus, xi_minus, *energies, gap, gamma, gamma + growth, transfer]
        weighted = self.state.occupation.weighted
        parts = weighted(kernels.step, kernels.thermal, kernels.empty, *arguments)
        return np.asarray(parts[0::2] + 1j * parts[1::2])
