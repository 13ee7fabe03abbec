"""The intra-band part of Pi(q, omega), (74): one momentum integral in closed form, one numerical.

The frequency integral leaves a sum over the poles of G^R and of G^K, each with a function of one
momentum alone; over the other momentum it is integrated in closed form.  For a real omega the two
sums are singular where the momenta are parallel and where the other one is at the lower edge of its
band; both singularities cancel.  At small q the sums cancel like gamma/(v q).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.adaptive_panels import integrate
from numerics.frequency_grid import SMALLEST_WAVE, threshold_momenta
from numerics.kernels import band_numpy as kernels
from numerics.panels import OUTER, Panels, grade
from numerics.quadrature import Rule
from numerics.results import FullResult
from numerics.special import excess
from numerics.steady_state import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Closest approach to the real axis of the frequency, in units of gamma + Im(omega).
_OFF_AXIS = 2e-6
#: Rounding of the integrand in units of its size.
_ROUNDING = 32 * float(np.finfo(float).eps)
#: Halvings of panels: close to a singularity the rounding of the momenta soon is the larger error.
_ROUNDS = 5
#: Where rounding keeps the rules from converging their difference is no bound: at omega = 0 and a
#: width of 1e-6 the error was 1.05 times as large, once in 81 points.
_SAFETY = 2.0
#: An error above this part of the value is no result.
_LARGEST_LOSS = 1e-2
#: Singular momenta up to this multiple of the momentum scale are resolved; those closer to the axis
#: than that fraction of it are on it.
_REACH, _SMALLEST = 200.0, 1e-14
#: Thresholds are told apart to this part of the energies: their momenta are roots of a polynomial.
_UNCLEAR = 1e-6
_ASYMPTOTIC = 100.0


def intra_band_integral(state: SteadyState, q: Array, omega: Complex, goal: Array) -> FullResult:
    """Return the intra-band part of Pi at each point.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
        Positive; rounding grows like 1/q.
    omega : ndarray of complex, shape (n,)
        Im(omega) > -gamma.
    goal : ndarray, shape (n,)
        Absolute tolerance.
    """
    width = state.parameters.linewidth + omega.imag
    step = np.where(np.abs(omega.imag) < _OFF_AXIS * width, 2 * _OFF_AXIS * width, 0.0)
    # Pi is analytic within the width: two points above the axis extrapolate to the second order
    beside = np.flatnonzero(step > 0)
    points = np.concatenate([omega + 1j * step, omega[beside] + 2j * step[beside]])
    goals = np.concatenate([np.where(step > 0, goal / 3, goal), goal[beside] / 3])
    found = _off_the_axis(state, np.concatenate([q, q[beside]]), points, goals)
    value, error, evaluations, status = _rows(found, slice(q.size))
    second = _rows(found, slice(q.size, None))
    value[beside] = 2 * value[beside] - second.value
    curvature = 2 * (step / width) ** 2 * np.abs(value).max(axis=(1, 2))
    error[beside] = 2 * error[beside] + second.error
    evaluations[beside] += second.evaluations
    worse = (second.status == "not converged") | (status[beside] == "converged")
    status[beside] = np.where(worse, second.status, status[beside])
    return FullResult(value, error + curvature[:, None, None], evaluations, status)


def _rows(result: FullResult, rows: slice) -> FullResult:
    """Return a copy of the results at some points."""
    return FullResult(
        result.value[rows].copy(),
        result.error[rows].copy(),
        result.evaluations[rows].copy(),
        result.status[rows].copy(),
    )


def _off_the_axis(state: SteadyState, q: Array, omega: Complex, goal: Array) -> FullResult:
    """Return the intra-band part where the two sums over poles have no singularities.

    By nu -> -nu the lower branch contributes minus the conjugate of the upper one at -omega*.
    """
    integrals = _Integrals(state, q, omega)
    share = np.tile(goal / 4, 4)

    def tolerance(value: Complex, size: Array) -> Array:
        return np.maximum(share, _ROUNDING * size.max(axis=1))

    panels = integrals.panels()
    bulk = panels.select(~panels.tail)
    # the panels of a kernel together: each is then called once for as many nodes as fit the cache
    bulk = bulk.select(np.argsort(integrals.minus[bulk.owner], kind="stable"))
    found = integrate(integrals, bulk, 4 * q.size, tolerance, _ROUNDS)
    tail, tail_error = integrals.remainder(panels)
    value = found.value.reshape(2, 2, q.size, 4).sum(axis=1) + tail
    rounding = _ROUNDING * found.size.reshape(4, q.size, 4).sum(axis=0)
    error = _SAFETY * found.error.reshape(4, q.size, 4).sum(axis=0) + tail_error + rounding
    # where the momenta are parallel, and at small q, cancellation limits what can be reached
    worst = error.max(axis=1)
    lost = ~(worst <= _LARGEST_LOSS * np.maximum(np.abs(value).max(axis=(0, 2)), goal))
    status = np.where(worst <= 2 * goal, "converged", np.where(lost, "not converged", "rounding"))
    return FullResult(
        (1j * (value[0] - value[1].conj())).reshape(-1, 2, 2),
        error.reshape(-1, 2, 2),
        found.evaluations.reshape(4, q.size).sum(axis=0),
        status,
    )


class _Integrals:
    """The integrands over p, with owners ordered as (+-omega, p+ or p-, point)."""

    def __init__(self, state: SteadyState, q: Array, omega: Complex) -> None:
        self.state = state
        self.q = np.tile(q, 4)
        self.transfer = np.concatenate([omega.real, omega.real, -omega.real, -omega.real])
        self.growth = np.tile(omega.imag, 4)
        self.minus = np.tile(np.repeat([False, True], q.size), 2)

    def panels(self) -> Panels:
        """Return panels that resolve the singular momenta."""
        state, gamma = self.state, self.state.parameters.linewidth
        sign = np.where(self.minus, -1, 1)
        smearing = math.pi * state.parameters.temperature
        # where the poles of G^R, or of G^K, meet the edges of the occupation
        moved: Complex = np.where(self.minus, 0.0, self.transfer + 1j * self.growth)
        energies: list[Complex] = [
            moved + s * state.edge + 1j * (gamma + smearing) for s in (1, -1)
        ]
        momenta = [p for e in energies for p in self._momenta(e)]
        # where E vanishes at this momentum, or at an end of the range of the other one
        root = np.sqrt(state.mu + 1j * state.gap)
        momenta += [root + s * self.q for s in (0, 1, -1)]
        for shift in (0.0, 2j * gamma):
            transfer = self.transfer + 1j * self.growth + shift
            # the lower edge of the band at the other momentum, where its density of states diverges
            momenta += self._momenta(state.gap + sign * transfer)
            for _, p in threshold_momenta(state, np.maximum(self.q, SMALLEST_WAVE), transfer):
                connected = self._connected(p, transfer)
                momenta.append(np.where(connected, p + sign * self.q / 2, np.inf))
        scale = np.sqrt(abs(state.mu) + state.gap + abs(state.edge) + np.abs(moved) + gamma)
        scale = scale + self.q
        points = np.stack(momenta, axis=1)
        positions = np.abs(points.real).astype(np.longdouble)
        widths = np.maximum(np.abs(points.imag), _SMALLEST * scale[:, None])
        outside = ~(np.abs(points) < _REACH * scale[:, None])
        positions[outside], widths[outside] = 0.0, np.inf
        # one cut for all four integrals of a point, between which the tails cancel
        far = np.maximum(OUTER * positions.max(axis=1), _ASYMPTOTIC * scale).astype(float)
        far = np.tile(far.reshape(4, -1).max(axis=0), 4)
        return grade(positions, widths, outer=far)

    def remainder(self, panels: Panels) -> tuple[Complex, Array]:
        """Return the integrals for +-omega beyond the panels, and bounds of the errors of all.

        By the coherence factors the integrand falls off like 1/p^3 there, with corrections of
        relative order 1/p^2.  A threshold beyond the reach makes all of it uncertain.

        Returns
        -------
        tuple of ndarray, shapes (2, n, 4) and (n, 4)
        """
        tails = panels.select(panels.tail & (panels.start == 0))
        tails = tails.select(np.argsort(tails.owner))
        near, far = (
            (tails.scale**2 / 2 * m**4 * self._weighted(m * tails.scale, tails.owner))
            .reshape(4, 2, 2, -1)
            .sum(axis=2)
            for m in (1.0, 2.0)
        )
        thresholds = np.abs(self.transfer + 1j * self.growth) / (2 * self.q)
        beyond = (thresholds > 1.01 * tails.scale / OUTER).reshape(2, 2, -1)[:, 0]
        error = np.abs(near - far) + np.where(beyond, np.abs(far), 0.0)
        return (far + (near - far) / 3).transpose(1, 2, 0), error.sum(axis=1).T

    def _connected(self, p: Complex, transfer: Complex) -> NDArray[np.bool_]:
        """Tell where E(p + q/2) = E(p - q/2) + Omega, of all the signs of these energies.

        The others are thresholds of pair breaking, and those of the opposite transfer.
        """
        # a momentum whose energy overflows is beyond reach, and not a number is not connected
        with np.errstate(over="ignore", invalid="ignore"):
            squares = ((p + sign * self.q / 2) ** 2 - self.state.mu for sign in (1, -1))
            after, before = (np.sqrt(xi**2 + self.state.gap**2) for xi in squares)
            missed = np.abs(after - before - transfer)
            others = [
                np.abs(after - before + transfer),
                np.abs(after + before - transfer),
                np.abs(after + before + transfer),
            ]
            # where two of them nearly hold rounding does not tell which one
            unclear = _UNCLEAR * (np.abs(after) + np.abs(before))
            return np.asarray(missed <= 2 * np.minimum.reduce(others) + unclear)

    def _momenta(self, energy: Complex) -> tuple[Complex, Complex]:
        """Return the momenta with a complex energy, infinite ones if there are none."""
        xi = np.sqrt(energy**2 - self.state.gap**2 + 0j)
        # E, the energy of the upper branch, is in the right half-plane
        above = energy.real >= 0
        momenta = (np.sqrt(self.state.mu + sign * xi) for sign in (1, -1))
        first, second = (np.where(above, p, np.inf) for p in momenta)
        return first, second

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the four components per unit of the nodes' variable, and their sizes."""
        p, _, slope = panels.nodes(rule)
        owner = np.repeat(panels.owner, rule.nodes.size)
        values = self._weighted(p.ravel(), owner).reshape(4, *p.shape) * (slope * p)
        return values, np.asarray(np.abs(values), dtype=float)

    def _weighted(self, p: Array, owner: NDArray[np.int64]) -> Complex:
        """Return the integrands of p dp."""
        minus = self.minus[owner]
        if minus.all() or not minus.any():
            values = self._values(p, owner, bool(minus.any()))
        else:
            values = np.empty((4, p.size), dtype=complex)
            for kind in (False, True):
                chosen = minus == kind
                values[:, chosen] = self._values(p[chosen], owner[chosen], kind)
        # p+ dp+ p- dp- with p- dp- = dxi/2
        return np.asarray(values / (8 * math.pi**2 * self.q[owner]), dtype=complex)

    def _values(self, p: Array, owner: NDArray[np.int64], minus: bool) -> Complex:
        state, q = self.state, self.q[owner]
        gamma, growth = state.parameters.linewidth, self.growth[owner]
        xi = p * p - state.mu
        energy = np.sqrt(xi * xi + state.gap**2)
        if minus:
            filling = self._fillings(energy, np.full_like(energy, gamma))
        else:
            filling = self._fillings(energy - self.transfer[owner], gamma + growth)
        ends = [(p + sign * q) ** 2 - state.mu for sign in (-1, 1)]
        arguments: list[Any] = [xi, energy, *filling, *ends]
        arguments += [np.sqrt(x * x + state.gap**2) for x in ends]
        arguments += [excess(-x, state.gap) for x in ends]
        arguments += [4 * p * q, self.transfer[owner], growth, -np.sign(growth), state.gap, gamma]
        parts = (kernels.outer_minus if minus else kernels.outer_plus)(*arguments)
        both = np.array(parts)
        return both[0::2] + 1j * both[1::2]

    def _fillings(self, x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
        """Return int dnu/2pi F(+-nu)/(gamma (nu - z)) at z = x - i y."""
        parameters = self.state.parameters
        share = 2 * parameters.gamma_b / parameters.linewidth
        if parameters.temperature > 0:
            edge = (self.state.edge, parameters.temperature)
            at, mirrored = (kernels.filling_thermal(s * x, y, *edge) for s in (1, -1))
        else:
            at, mirrored = (kernels.filling_step(s * x, y, self.state.edge) for s in (1, -1))
        # F = gamma_lambda (1 - 2 f), and f(-nu) has minus the conjugate at -z*
        return (
            -share * at[0],
            -0.5 - share * at[1],
            share * mirrored[0],
            -0.5 - share * mirrored[1],
        )
