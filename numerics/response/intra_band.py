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

from numerics.evaluation import compiled_kernel, compiled_loop, evaluate, in_threads
from numerics.kernels import band_numpy as kernels
from numerics.quadrature.adaptive import Sums, integrate
from numerics.quadrature.panels import OUTER, SMALLEST, Panels, grade
from numerics.quadrature.rules import Rule, tail_rules, weighted_sums
from numerics.response.close_momenta import Totals, are_close, close_integral, momenta_at
from numerics.response.frequency_grid import threshold_momenta
from numerics.results import FullResult, Sampled, statuses
from numerics.special.functions import excess
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Closest approach to the real axis of the frequency, in units of gamma + Im(omega).
_OFF_AXIS = 2e-6
#: Rounding of the integrand in units of its size.
_ROUNDING = 32 * float(np.finfo(float).eps)
#: Halvings of panels: close to a singularity the rounding of the momenta soon is the larger error.
_ROUNDS = 5
#: Where rounding keeps the rules from converging their difference is no bound: at a width of 1e-6
#: the error was 1.05 times as large once in 81 points, beside the real axis up to 4.2 times.
_SAFETY = 8.0
#: An error above this part of the value is no result.
LARGEST_LOSS = 1e-2
#: Singular momenta up to this multiple of the momentum scale are resolved.
_REACH = 200.0
#: The tail begins at this multiple of the momentum scale; farther out the closed form cancels.
_ASYMPTOTIC = 20.0
#: Thresholds are told apart to this part of the energies: their momenta are roots of a polynomial.
_UNCLEAR = 1e-6
#: Panels that take some ten times as long as a thread takes to start.
_PANELS = 512


def intra_band_integral(state: SteadyState, q: Array, omega: Complex, goal: Array) -> Sampled:
    """Return the intra-band part of Pi at each point.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
        Not negative.
    omega : ndarray of complex, shape (n,)
        Im(omega) > -gamma.
    goal : ndarray, shape (n,)
        Absolute tolerance.
    """
    value, error = np.empty((q.size, 4), dtype=complex), np.empty((q.size, 4))
    evaluations = np.empty(q.size, dtype=np.int64)
    close = are_close(state, q, omega)
    for rows, integral in ((close, close_integral), (~close, _on_the_axis)):
        if rows.any():
            found = integral(state, q[rows], omega[rows], goal[rows])
            value[rows], error[rows], evaluations[rows] = found
    worst, size = error.max(axis=1, initial=0.0), np.abs(value).max(axis=1, initial=0.0)
    return FullResult(
        value.reshape(-1, 2, 2),
        error.reshape(-1, 2, 2),
        evaluations,
        status_of(worst, size, goal),
    )


def status_of(error: Array, size: Array, goal: Array) -> NDArray[np.str_]:
    """Return the status of values of some size, whose errors may exceed what was wanted.

    Cancellation limits what can be reached, and is no failure until little of the value is left.
    """
    lost = ~(error <= np.maximum(LARGEST_LOSS * size, goal))
    return statuses(lost, error > goal)


def _on_the_axis(state: SteadyState, q: Array, omega: Complex, goal: Array) -> Totals:
    """Return the closed form's part, from points above the real axis where that is too close.

    Pi is analytic within the width: a point above the axis is off by the distance over the width,
    and a second one extrapolates to the second order where that is more than may be.
    """
    width = state.parameters.linewidth + omega.imag
    step = np.where(np.abs(omega.imag) < _OFF_AXIS * width, 2 * _OFF_AXIS * width, 0.0)
    goals = np.where(step > 0, goal / 3, goal)
    value, error, evaluations = _off_the_axis(state, q, omega + 1j * step, goals)
    part = step / width
    slope = 2 * part * np.abs(value).max(axis=1)
    second = slope > goals
    error[~second] += slope[~second, None]
    if second.any():
        beside = omega[second] + 2j * step[second]
        values, errors, counts = _off_the_axis(state, q[second], beside, goals[second])
        value[second] = 2 * value[second] - values
        curvature = 2 * part[second] ** 2 * np.abs(value[second]).max(axis=1)
        error[second] = 2 * error[second] + errors + curvature[:, None]
        evaluations[second] += counts
    return value, error, evaluations


def _off_the_axis(state: SteadyState, q: Array, omega: Complex, goal: Array) -> Totals:
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
    value = _both_branches(found.value.reshape(2, 2, q.size, 4).sum(axis=1)) + tail
    # all elements are sums of the same terms: the largest tells the rounding of the others
    rounding = _ROUNDING * found.size.reshape(4, q.size, 4).sum(axis=0).max(axis=1)
    error = _SAFETY * found.error.reshape(4, q.size, 4).sum(axis=0)
    evaluations = found.evaluations.reshape(4, q.size).sum(axis=0)
    return value, error + (tail_error + rounding)[:, None], evaluations


def _both_branches(upper: Complex) -> Complex:
    """Return the sum over the branches, given the upper one's parts at omega and at -omega*."""
    return np.asarray(1j * (upper[0] - upper[1].conj()))


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
        # where the poles of G^R, or of G^K, meet the edges of the occupation
        moved: Complex = np.where(self.minus, 0.0, self.transfer + 1j * self.growth)
        energies: list[Complex] = [
            moved + s * f.edge + 1j * (gamma + f.smearing)
            for f in state.occupation.filled
            for s in (1, -1)
        ]
        momenta = [p for e in energies for p in momenta_at(state, e)]
        # where E vanishes at this momentum, or at an end of the range of the other one
        root = np.sqrt(state.mu + 1j * state.gap)
        momenta += [root + s * self.q for s in (0, 1, -1)]
        for shift in (0.0, 2j * gamma):
            transfer = self.transfer + 1j * self.growth + shift
            # the lower edge of the band at the other momentum, where its density of states diverges
            momenta += momenta_at(state, state.gap + sign * transfer)
            own = slice(self.q.size // 4)
            for _, once in threshold_momenta(state, self.q[own], transfer[own]):
                # the same for both momenta, and the conjugate ones at -omega*
                p = np.concatenate([once, once, once.conj(), once.conj()])
                connected = self._connected(p, transfer)
                momenta.append(np.where(connected, p + sign * self.q / 2, np.inf))
        scale = np.sqrt(abs(state.mu) + state.gap + state.occupation.reach + np.abs(moved) + gamma)
        scale = scale + self.q
        points = np.stack(momenta, axis=1)
        positions = np.abs(points.real).astype(np.longdouble)
        widths = np.maximum(np.abs(points.imag), SMALLEST * scale[:, None])
        outside = ~(np.abs(points) < _REACH * scale[:, None])
        positions[outside], widths[outside] = 0.0, np.inf
        # one cut for all four integrals of a point, between which the tails cancel
        reach = np.hypot(positions, np.where(outside, 0.0, widths)).max(axis=1)
        far = np.maximum(OUTER * reach, _ASYMPTOTIC * scale).astype(float)
        far = np.tile(far.reshape(4, -1).max(axis=0), 4)
        return grade(positions, widths, outer=far)

    def remainder(self, panels: Panels) -> tuple[Complex, Array]:
        """Return the integrals of both branches beyond the panels, and bounds of their errors.

        By the coherence factors each integrand falls off like 1/p^3 there, and their sum like
        1/p^4, with corrections in powers of 1/p.  A threshold beyond the reach makes all of it
        uncertain.

        Returns
        -------
        tuple of ndarray, shapes (n, 4) and (n,)
        """
        tails = panels.select(panels.tail & (panels.start == 0))
        tails = tails.select(np.argsort(tails.owner))
        places, weights, coarse = tail_rules(4, 5, 6)
        values = np.stack([self._beyond(tails, m) for m in places])
        value = weighted_sums(values, weights, "first")
        error = np.abs(value - weighted_sums(values, coarse, "first")).max(axis=1)
        thresholds = np.abs(self.transfer + 1j * self.growth) / (2 * self.q)
        beyond = (thresholds > 1.01 * tails.scale / OUTER).reshape(2, 2, -1)[:, 0].any(axis=0)
        return value, _SAFETY * error + np.where(beyond, np.abs(value).max(axis=1), 0.0)

    def _beyond(self, tails: Panels, multiple: float) -> Complex:
        """Return P times the integrand at a multiple of P, both branches and momenta together."""
        values = self._weighted(multiple * tails.scale, tails.owner)
        values = (multiple * tails.scale**2 * values).reshape(4, 2, 2, -1).sum(axis=2)
        return _both_branches(values.transpose(1, 2, 0))

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

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the four components per unit of the nodes' variable, and their sizes."""
        p, _, slope = panels.nodes(rule)
        owner = np.repeat(panels.owner, rule.nodes.size)
        values = self._weighted(p.ravel(), owner).reshape(4, *p.shape) * (slope * p)
        return values, np.asarray(np.abs(values.real) + np.abs(values.imag), dtype=float)

    def sums(self, panels: Panels, rule: Rule) -> Sums:
        """Return the integrals over panels, their errors, and those of the sizes."""
        each, minus = np.empty((len(panels), 20)), self.minus[panels.owner]
        for kind in (False, True):
            rows = np.flatnonzero(minus == kind)
            if rows.size:
                each[rows] = self._looped(panels.select(rows), rule, kind)
        return each[:, :8].view(complex), np.abs(each[:, 8:16].view(complex)), each[:, 16:]

    def _looped(self, panels: Panels, rule: Rule, minus: bool) -> Array:
        """Return integrals, differences and sizes of panels of one kind, from the compiled loop."""
        state = self.state
        reservoirs = [(share, f.edge, f.temperature) for share, f in state.occupation.shares()]
        warm = any(temperature > 0 for _, _, temperature in reservoirs)
        names = (
            "outer_minus" if minus else "outer_plus",
            "filling_step",
            "filling_thermal" if warm else "filling_step",
        )
        kernels = [compiled_kernel("band", name)[0] for name in names]
        places = np.stack([panels.origin.astype(float), panels.scale, panels.start, panels.end])
        fixed = (
            np.stack([self.q, self.transfer, self.growth]),
            np.array([state.gap, state.mu, state.parameters.linewidth]),
            np.array(reservoirs, dtype=float).reshape(-1, 3),
            rule.rows,
            np.arange(4),
        )
        loop, sums = compiled_loop("band_sums"), np.empty((len(panels), 20))

        def some(which: slice) -> None:
            part = np.ascontiguousarray(places[:, which])
            loop(*kernels, not minus, panels.owner[which], part, *fixed, sums[which])

        in_threads(some, len(panels), _PANELS)
        return sums

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
        both = evaluate("band", "outer_minus" if minus else "outer_plus", *arguments)
        return both[0::2] + 1j * both[1::2]

    def _fillings(self, x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
        """Return int dnu/2pi F(+-nu)/(gamma (nu - z)) at z = x - i y."""
        at, mirrored = np.zeros((2, 2, x.size))
        for share, f in self.state.occupation.shares():
            kernel = kernels.filling_thermal if f.temperature > 0 else kernels.filling_step
            for total, sign in ((at, 1), (mirrored, -1)):
                total += 2 * share * np.array(kernel(sign * x, y, *f.arguments()))
        # F = gamma_lambda (1 - 2 f), and f(-nu) has minus the conjugate at -z*
        return (
            -at[0],
            -0.5 - at[1],
            mirrored[0],
            -0.5 - mirrored[1],
        )
