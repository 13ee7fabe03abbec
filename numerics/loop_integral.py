"""The production route to Pi(q, omega): closed momentum integrals, one integral over frequency."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.chunks import CHUNK
from numerics.frequency_grid import Extended, Panels, loop_panels
from numerics.kernels import bubble_numpy as kernels
from numerics.quadrature import Rule, gauss_kronrod
from numerics.results import FullResult
from numerics.steady_state import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Nodes of the Gauss rule in the Gauss-Kronrod rule of each panel.
_NODES = 12
#: Rounds of halving the panels with the largest errors.
_ROUNDS = 12
#: Rounding of the integrand in units of its size: some tens of operations, the cancellation
#: between the poles of G^R and of G^A included.
_ROUNDING = 32 * float(np.finfo(float).eps)
#: Distance from nu = 0 in units of Delta_0 where a difference of 1/nu keeps half of the digits.
_CLOSEST = 1e-8


def loop_integral(state: SteadyState, q: Array, omega: Complex, rtol: float) -> FullResult:
    """Return Pi at each point, with the sum over 1/p^2 subtracted from its diagonal.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
        Positive; a very small one stands for zero.
    omega : ndarray of complex, shape (n,)
        Im(omega) > -gamma.
    rtol : float
        Tolerance relative to the largest element of M = -1/(4 pi a_s) - Pi.
    """
    integrand = _Integrand(state, q, omega)
    panels = loop_panels(state, q, omega)
    done = integrand.integrate(panels)
    count = np.bincount(panels.owner, minlength=q.size)
    coupling = -state.parameters.inv_kfa / (4 * math.pi)
    for remaining in range(_ROUNDS, -1, -1):
        value, error, rounding = done.totals(q.size)
        value[:, ::3] += integrand.constant
        matrix = value - coupling * np.eye(2).ravel()
        tolerance, limit = rtol * np.abs(matrix).max(axis=1), rounding.max(axis=1)
        goal = np.maximum(tolerance, limit)
        # written so that a value which is not a number is missed, too
        missed = ~(error.max(axis=1) <= goal)
        if remaining == 0 or not missed.any():
            break
        share = np.where(missed, goal / (2 * count), np.inf)
        bad = done.error.max(axis=1) > share[done.panels.owner]
        halves = done.panels.select(bad)
        halves = halves.cut((halves.start + halves.end) / 2)
        count += np.bincount(halves.owner, minlength=q.size)
        done = done.select(~bad).joined(integrand.integrate(halves))
    status = np.where(missed, "not converged", np.where(tolerance < limit, "rounding", "converged"))
    return FullResult(
        value.reshape(-1, 2, 2),
        (error + rounding).reshape(-1, 2, 2),
        count * 2 * integrand.rule.nodes.size,
        status,
    )


@dataclass(frozen=True)
class _Done:
    """Integrals over panels, shape (panels, 4)."""

    panels: Panels
    value: Complex
    error: Array
    rounding: Array

    def select(self, which: Any) -> _Done:
        """Return the integrals over some of the panels."""
        return _Done(
            self.panels.select(which), self.value[which], self.error[which], self.rounding[which]
        )

    def joined(self, other: _Done) -> _Done:
        """Return these and others."""
        return _Done(
            self.panels.joined(other.panels),
            np.concatenate([self.value, other.value]),
            np.concatenate([self.error, other.error]),
            np.concatenate([self.rounding, other.rounding]),
        )

    def totals(self, count: int) -> tuple[Complex, Array, Array]:
        """Return sums over the panels of each point."""

        def summed(columns: Array) -> Array:
            sums = [np.bincount(self.panels.owner, c, minlength=count) for c in columns.T]
            return np.stack(sums, axis=1)

        value = summed(self.value.real) + 1j * summed(self.value.imag)
        return value, summed(self.error), summed(self.rounding)


class _Integrand:
    """The integrand over y = |nu + omega/2|, both signs together, at many points at once."""

    def __init__(self, state: SteadyState, q: Array, omega: Complex) -> None:
        self.state, self.q, self.omega = state, q, omega
        self.rule: Rule = gauss_kronrod(_NODES)
        self.scale = abs(state.mu) + state.gap
        # sqrt(y)/(y + s) is the integrand of sum_p 1/(p^2 + s), which is sqrt(s)/(4 pi) less than
        # that of 1/p^2; (y^2 + s^2)^(-1/4), which is smooth, has B(1/2, -1/4)/2 + pi times sqrt(s)
        # more than it: together B(1/2, -1/4)/2
        beta = math.sqrt(math.pi) * math.gamma(-0.25) / math.gamma(0.25)
        self.constant = math.sqrt(self.scale) * beta / (8 * math.pi**2)

    def integrate(self, panels: Panels) -> _Done:
        """Integrate over panels, as many at a time as fit into the cache."""
        size = self.rule.nodes.size
        step = max(CHUNK // (2 * size), 1)
        count = len(panels)
        value = np.empty((count, 4), dtype=complex)
        error, rounding = np.empty((count, 4)), np.empty((count, 4))
        for first in range(0, count, step):
            part = slice(first, first + step)
            value[part], error[part], rounding[part] = self._piece(panels.select(part))
        return _Done(panels, value, error, rounding)

    def _piece(self, panels: Panels) -> tuple[Complex, Array, Array]:
        rule, state = self.rule, self.state
        y, offset, slope = panels.nodes(rule)
        owner = np.tile(np.repeat(panels.owner, rule.nodes.size), 2)
        omega = self.omega[owner]
        nu = np.concatenate([y.ravel(), -y.ravel()]) - omega.real / 2
        # the poles of G^R and G^A cancel in G^K/nu, which is regular: a node next to nu = 0 moves
        closest = _CLOSEST * state.gap
        nu = np.where(np.abs(nu) < closest, closest, nu)
        # |nu| - Delta_0 for both signs, which are |nu + omega| - Delta_0 for the opposite ones
        shift = self.omega.real[panels.owner].astype(np.longdouble) / 2
        distance = np.stack(
            [_distance(panels.origin - sign * shift, offset, state.gap) for sign in (1, -1)]
        )
        gamma = state.parameters.linewidth
        parts = kernels.pairing(
            nu,
            distance.ravel(),
            distance[::-1].ravel(),
            occupation_sums(state, nu),
            occupation_sums(state, -nu),
            omega.real,
            gamma + omega.imag,
            self.q[owner],
            state.gap,
            state.mu,
            gamma,
        )
        both = np.array(parts).reshape(4, 2, 2, *y.shape)
        folded = both.sum(axis=2)
        even = (y * y + self.scale**2) ** -0.25 / (4 * math.pi**2)
        folded[::3, 0] -= even
        folded *= slope
        weights = np.stack([rule.weights, rule.weights - rule.embedded], axis=1)
        integrals = folded @ weights
        value = integrals[:, 0, :, 0] + 1j * integrals[:, 1, :, 0]
        error = np.abs(integrals[:, 0, :, 1] + 1j * integrals[:, 1, :, 1])
        rounding = (np.abs(both).sum(axis=(1, 2)) * slope) @ rule.weights
        return value.T, error.T, _ROUNDING * rounding.T


def _distance(origin: Extended, offset: Array, gap: float) -> Array:
    """Return |origin + offset| - Delta_0, accurate where that is small, shape (panels, nodes)."""
    above, below = ((sign * origin - gap).astype(float)[:, None] for sign in (1, -1))
    positive = origin.astype(float)[:, None] + offset > 0
    return np.where(positive, above + offset, below - offset)


def occupation_sums(state: SteadyState, nu: Array) -> Array:
    """Return the sum over the reservoirs of gamma_lambda [1 - 2 f_lambda(nu)]/gamma."""
    parameters = state.parameters
    share = parameters.gamma_b / parameters.linewidth
    if parameters.temperature > 0:
        filling = np.tanh((nu - state.edge) / (2 * parameters.temperature))
    else:
        filling = np.sign(nu - state.edge)
    return share * filling + (1 - share)
