"""Steady states of two bands with masses and rates of their own.

The momentum integrals of the gap and the number equation are done in closed form at a fixed
frequency; one integral over the frequency remains, as for the response.  States are followed from
the one of equal masses and rates.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.errors import ConvergenceError, NoCondensate
from numerics.evaluation import evaluate
from numerics.model import Model
from numerics.parameters import DENSITY
from numerics.quadrature.adaptive import integrate
from numerics.quadrature.panels import SMALLEST, Panels, grade
from numerics.quadrature.rules import Rule, smooth_inverse_root, smooth_inverse_root_integral
from numerics.solve.continuation import newton
from numerics.steady.branch import states_along
from numerics.steady.state import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Rounding of an integrand in units of its size: some tens of operations.
_ROUNDING = 32 * float(np.finfo(float).eps)
#: Tolerance of the integrals relative to their scale.
_RTOL = 1e-10


@dataclass(frozen=True)
class StateIntegrals:
    """The sums over momenta and frequencies of the equations.

    Parameters
    ----------
    gap : complex
        The right-hand side of (33) less the sum over 1/(2 p**2).
    electrons, holes : float
        Densities up to the cutoff, in units of k_F**3.
    error : ndarray, shape (4,)
        Bounds of the errors: real and imaginary part of `gap`, electrons, holes.
    size : ndarray, shape (4,)
        Integrals of the sizes.
    subtracted : float
        What stands for the sum over 1/(2 p**2): the size of the terms of the gap equation.
    """

    gap: complex
    electrons: float
    holes: float
    error: Array
    size: Array
    subtracted: float


def state_integrals(carriers: Carriers, cutoff: float) -> StateIntegrals:
    """Return what the gap and the number equation consist of.

    Parameters
    ----------
    carriers : Carriers
    cutoff : float
        Largest momentum of the number equation.
    """
    equations = _Equations(carriers, cutoff)
    # the tail of the gap equation begins at the scale of the state, that of the number beyond what
    # the cutoff cuts off
    parts = [
        integrate(
            functools.partial(equations, rows),
            equations.panels(far),
            1,
            functools.partial(equations.goal, rows),
        )
        for rows, far in ((slice(0, 2), False), (slice(2, 4), True))
    ]
    value = np.concatenate([part.value[0].real for part in parts])
    size = np.concatenate([part.size[0] for part in parts])
    error = np.concatenate([part.error[0] for part in parts])
    return StateIntegrals(
        complex(value[0] + equations.constant, value[1]),
        float(value[2]),
        float(value[3]),
        error + _ROUNDING * size,
        size,
        abs(equations.constant),
    )


class _Equations:
    """The integrands over y = |nu - a mu|, both signs together."""

    def __init__(self, carriers: Carriers, cutoff: float) -> None:
        self.carriers, self.cutoff = carriers, cutoff
        self.scale = abs(carriers.mu) + carriers.gap
        # of sum_p 1/(2 p**2), to which each sign of the frequency contributes with its own mass
        a = carriers.skew
        self.weight = (1 / math.sqrt(1 + a) + 1 / math.sqrt(1 - a)) / (16 * math.pi**2)
        self.constant = self.weight * smooth_inverse_root_integral(self.scale)

    def __call__(self, rows: slice, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        carriers = self.carriers
        y, offset, slope = panels.nodes(rule)
        total, sizes = np.zeros((4, *y.shape)), np.zeros((4, *y.shape))
        for sign in (1, -1):
            distance = carriers.distance(sign * panels.origin, sign * offset)
            signed = carriers.apart(sign * y)
            sums = carriers.sums(signed)
            filled = [
                (occupation.linewidth - both) / 2
                for occupation, both in zip((carriers.electrons, carriers.holes), sums, strict=True)
            ]
            nodes = (x.ravel() for x in (signed, distance, *filled))
            values = evaluate(
                "two_bands", "state", *nodes, self.cutoff, *carriers.parameters()
            ).reshape(4, *y.shape)
            total += values
            sizes += np.abs(values)
        total[0] -= self.weight * smooth_inverse_root(y, self.scale)
        return (total * slope)[rows].astype(complex), (sizes * slope)[rows]

    def goal(self, rows: slice, value: Complex, size: Array) -> Array:
        """Return the tolerances: what is left of a sum over 1/(2 p**2) has the size of that."""
        scale = np.maximum(np.abs(value), size)
        if rows.start == 0:
            # its terms without what is subtracted have no limit
            scale[:, 0] = abs(self.constant)
        return np.maximum(_RTOL * scale, _ROUNDING * size)

    def panels(self, far: bool) -> Panels:
        """Return panels of y that resolve all edges, with those of the cutoff if `far`."""
        carriers = self.carriers
        points = [(abs(x), carriers.slope) for x in carriers.spectral_edges()]
        if far:
            energy = math.hypot(self.cutoff**2 - carriers.mu, carriers.gap)
            center = carriers.skew * self.cutoff**2 - carriers.middle
            points += [(abs(center + s * energy), carriers.linewidth) for s in (1, -1)]
        splits = [np.array([0.0], dtype=np.longdouble)]
        for at, filled in carriers.edges():
            if filled.temperature > 0:
                points.append((abs(at), filled.smearing))
            else:
                splits.append(np.array([abs(at)], dtype=np.longdouble))
        positions = np.array([[x for x, _ in points]], dtype=np.longdouble)
        widths = np.array([[max(w, SMALLEST * carriers.energies) for _, w in points]])
        return grade(positions, widths, splits)


#: Step of the differences that stand for derivatives, in units of what anything changes on: their
#: own error and what rounding makes of them are alike there.
_STEP = 1e-3
#: Part of the asymmetry that is added first, and the smallest that is added at once.
_FIRST, _LEAST = 1 / 32, 1 / 4096
#: An order parameter that cannot be followed below this part of that of equal carriers vanishes: it
#: falls like a square root, beyond which there is no solution.
_VANISHING = 0.25
#: Steps of Newton's method at the end.
_POLISHING = 3
#: Steps of Newton's method before a smaller part is tried.
_MOST = 7


def solve_two_bands(model: Model, rtol: float) -> SteadyState:
    """Return the steady state that continues that of equal masses and rates.

    Parameters
    ----------
    model : Model
    rtol : float
        Largest residual of each equation relative to its scale; one within the errors of the
        integrals is allowed, too.

    Raises
    ------
    NoCondensate
        If there is no state of equal masses and rates, or the order parameter vanishes on the way.
    ConvergenceError
        If the state cannot be followed from there, or the residuals stay above `rtol`.
    """
    symmetric = model.symmetrised()
    (start,) = states_along(symmetric, (symmetric.drive,), rtol)
    if not isinstance(start, SteadyState):
        raise start
    point, part, step = np.array([start.gap, start.mu, start.edge]), 0.0, _FIRST
    slope = np.zeros(3)
    evaluations = start.evaluations
    while part < 1:
        step = min(step, 1 - part)
        system = _System(model.symmetrised(part + step))
        guess = point + step * slope
        found = newton(system, guess, system.unknowns(guess), tolerance=1e-9, most=_MOST)
        evaluations += system.evaluations
        if found.converged and found.point[0] > 0:
            slope = (found.point - point) / step
            point, part = found.point, part + step
            step *= 3
        elif step > _LEAST:
            step /= 4
        else:
            words = f"at {part:.3g} of the difference of masses and rates: {model.words()}"
            if point[0] < _VANISHING * start.gap:
                raise NoCondensate(f"the order parameter vanishes {words}")
            raise ConvergenceError(f"no condensate was found beyond the one {words}", point)
    return _finished(_System(model), point, rtol, evaluations)


def _finished(system: _System, point: Array, rtol: float, evaluations: int) -> SteadyState:
    # what the differences in place of derivatives leave of a step
    point = newton(system, point, system.unknowns(point), tolerance=1e-12, most=_POLISHING).point
    residuals, jacobian = system(point)
    allowed = np.maximum(rtol, system.errors)
    if not (np.abs(residuals) <= allowed).all():
        worst = float(np.abs(residuals).max())
        raise ConvergenceError(f"the residual stays at {worst:.1e}", point)
    inverse = np.abs(np.linalg.inv(jacobian))
    error = inverse @ (np.abs(residuals) + system.errors)
    gap, mu, edge = map(float, point)
    return SteadyState(
        system.model,
        gap,
        mu,
        mu + edge,
        edge,
        float(np.abs(residuals).max()),
        system.number,
        (float(error[0]), float(error[1]), float(error[1] + error[2])),
        evaluations + system.evaluations,
    )


class _System:
    """Residuals of the equations over their scales, and their derivatives by differences.

    Without a drive the condensate is in equilibrium with its bath, and the imaginary part of the
    gap equation holds by itself: in its place stands that both potentials are the same.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.balanced = model.drive == 0
        self.evaluations = 0
        self.errors = np.zeros(3)
        self.number = math.nan

    def unknowns(self, x: Array) -> Array:
        """Return the scales of gap, mu and edge."""
        gap, mu, edge = np.abs(x)
        return np.array([gap, gap + mu, edge + self.model.linewidth])

    def __call__(self, x: Array) -> tuple[Array, Array]:
        columns = []
        steps = _STEP * np.minimum(self.unknowns(x), self.model.linewidth)
        for k, step in enumerate(steps):
            change = np.zeros(3)
            change[k] = step
            columns.append((self._residuals(x + change) - self._residuals(x - change)) / (2 * step))
        return self._residuals(x), np.stack(columns, axis=1)

    def _residuals(self, x: Array) -> Array:
        gap, mu, edge = map(float, x)
        if not (gap > 0 and np.isfinite(x).all()):
            return np.full(3, math.nan)
        self.evaluations += 1
        model = self.model
        found = state_integrals(model.carriers(gap, mu, edge), model.cutoff)
        coupling = model.inv_kfa / (8 * math.pi)
        self.number = found.electrons + found.holes
        scales = [abs(coupling) + found.subtracted, max(found.size[1], 1e-300)]
        residuals, errors = [found.gap.real + coupling, found.gap.imag], list(found.error[:2])
        if model.potential is None:
            residuals.append(self.number - DENSITY)
            scales.append(DENSITY)
            errors.append(found.error[2] + found.error[3])
        else:
            residuals.append(mu + edge - model.potential)
            scales.append(max(abs(model.potential), abs(mu), abs(edge)))
            errors.append(2 * float(np.finfo(float).eps) * scales[2])
        if self.balanced:
            residuals[1], scales[1], errors[1] = edge, model.linewidth, 0.0
        self.errors = np.array(errors) / scales
        return np.array(residuals) / scales
