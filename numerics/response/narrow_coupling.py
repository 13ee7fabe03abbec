"""Long-wavelength coefficients with gamma -> 0 first: gamma << v q << Delta_0.

The other order of the limits, in which (46) holds, is in `numerics.response.long_wavelength`.
"""

from __future__ import annotations

import cmath
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.domain import instance
from numerics.kernels import expansion_numpy as kernels
from numerics.occupation import Filled
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from numerics.response.long_wavelength import momentum_scale
from numerics.steady.equations import MEASURE
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Rounding of a sum of terms, in ulp of the sum of their absolute values.
_ULP = 16


#: Where the coefficients that a coupling adds have beta_22.
_BETA22 = 3


@dataclass(frozen=True)
class NarrowHydrodynamics:
    """alpha_11 and beta_22 of M(q, 0) with gamma -> 0 first, at fixed ratios of the rates.

    Parameters
    ----------
    alpha11, beta22 : float
        M_11(q, 0) tends to alpha_11 and M_22(q, 0) to beta_22 q**2 for gamma << v q << Delta_0.
    error : tuple of float
        Bounds of their errors: quadrature and rounding.
    state : SteadyState
        Where.  Its order parameter, potentials and ratio of the rates are used as they are.
    evaluations : int
        Momenta at which the integrands were evaluated.
    """

    alpha11: float
    beta22: float
    error: tuple[float, float]
    state: SteadyState
    evaluations: int


def narrow_hydrodynamics(state: SteadyState) -> NarrowHydrodynamics:
    """Return alpha_11 and beta_22 with gamma -> 0 first and then q -> 0, as in (72) and (76).

    The gap equation stands in for 2/U, (40).  The derivative of the occupation is a delta function
    at E_p = |mu_b - mu| for T = 0; there the coefficients diverge as |mu_b - mu| falls to the gap.

    Parameters
    ----------
    state : SteadyState
        The steady state, solved at its finite linewidth.

    Raises
    ------
    ValueError
        If `state` is none, or |mu_b - mu| equals the order parameter at T = 0, with mu > 0.

    See Also
    --------
    hydrodynamics : q -> 0 first, at finite linewidth.

    Examples
    --------
    >>> from numerics import Parameters, narrow_hydrodynamics, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=1.0, gamma_b=1e-3))
    >>> found = narrow_hydrodynamics(state)
    >>> found.alpha11 > 0 and found.beta22 > 0
    True
    """
    instance("state", state, SteadyState).require_symmetry("the expansion with γ → 0 before q → 0")
    total, error, evaluations = _coefficients(state)
    coarser = state.coarser()
    if coarser is not None:
        # what the error of an occupation of the user's own does
        error += np.abs(total - _coefficients(coarser)[0])
    errors = (float(error[0]), float(error[1]))
    return NarrowHydrodynamics(float(total[0]), float(total[1]), errors, state, evaluations)


def _coefficients(state: SteadyState) -> tuple[Array, Array, int]:
    """Return both coefficients with their errors, and how many momenta they took."""
    occupation = _Occupation(state)
    total, error, size = np.zeros((3, 2))
    evaluations = 0
    for grid, values in occupation.pieces():
        value, difference = grid.integrate(values)
        total += value
        error += difference
        size += np.abs(values) @ grid.weights
        evaluations += grid.nodes.size
    at_edge = occupation.at_edge()
    total += at_edge
    # what a coupling K adds to beta_22; alpha_11 is a difference in which it cancels
    added, missed = (x[_BETA22] for x in state.parameters.coupling.long_waves(state.mu))
    total[1] += added
    error += _ULP * float(np.finfo(float).eps) * (size + np.abs(at_edge)) + [0.0, missed]
    return total, error, evaluations


class _Occupation:
    """The integrands at one state: kernels times the distribution at the excitation energy.

    F_+(E)/gamma = 1 - sum r_lambda [f_lambda(E) + f_lambda(-E)] and
    F_-(E)/gamma = sum r_lambda [f_lambda(-E) - f_lambda(E)], r_lambda = gamma_lambda/gamma.
    """

    def __init__(self, state: SteadyState) -> None:
        self.gap, self.mu = state.gap, state.mu
        self.shares = list(state.occupation.shares())
        self.scale = momentum_scale(state)
        # E = 0, and at T > 0 the first pole of the occupation; at T = 0 panels end at its step
        energies = [0j, *(complex(f.edge, f.smearing) for _, f in self.shares if f.temperature > 0)]
        self.singular: list[complex] = []
        for energy in energies:
            xi = cmath.sqrt(energy**2 - self.gap**2)
            self.singular += [cmath.sqrt(self.mu + xi), cmath.sqrt(self.mu - xi)]
        # the sharp steps, with |xi| where E = |B|, if there is such a momentum
        self.at_step: list[tuple[float, float, float]] = []
        for share, f in self.shares:
            if f.temperature > 0 or abs(f.edge) < self.gap:
                continue
            step = math.sqrt((abs(f.edge) - self.gap) * (abs(f.edge) + self.gap))
            if step > 0:
                self.at_step.append((share, f.edge, step))
            elif self.mu > 0:
                raise ValueError(
                    f"mu_b - mu = {f.edge} is outside its domain: other than the order "
                    "parameter, where alpha_11 diverges"
                )

    def integrand(self, xi: Array) -> Array:
        """Return both integrands under sum_p, without the delta functions of T = 0."""
        energy = np.hypot(xi, self.gap)
        even, odd, even_slope, odd_slope = np.zeros((4, xi.size))
        for share, f in self.shares:
            empty, filled = f.occupied(energy), f.occupied(-energy)
            even += share * (empty + filled)
            odd += share * (filled - empty)
            above, below = _slope(f, energy), _slope(f, -energy)
            even_slope -= share * (above - below)
            odd_slope -= share * (below + above)
        values = np.array(kernels.narrow(xi, self.gap)).reshape(2, 4, -1)
        return np.asarray(
            np.einsum("ijk,jk->ik", values, np.array([1 - even, odd, even_slope, odd_slope]))
        )

    def at_edge(self) -> Array:
        """Return what the delta functions at E = |B| contribute at T = 0."""
        total = np.zeros(2)
        for share, edge, step in self.at_step:
            # at E = |B| f(E) falls from 1 to 0 for B > 0, f(-E) rises from 0 to 1 for B < 0
            even = share if edge > 0 else -share
            for xi in (step, -step):
                square = xi + self.mu
                if square <= 0:
                    continue
                slopes = np.array(kernels.narrow(xi, self.gap)).reshape(2, 4)[:, 2:]
                # delta(E - |B|) under sum_p, with dE/dp = 2 p xi / E
                weight = MEASURE * math.sqrt(square) * abs(edge) / (2 * step)
                total += weight * _waves(np.array([square]))[:, 0] * (slopes @ [even, share])
        return total

    def pieces(self) -> Iterator[tuple[Grid, Array]]:
        """Yield grids and the integrands on them, up to the delta function."""
        steps = [step for _, _, step in self.at_step] or [0.0]
        low, high = (
            [math.sqrt(max(self.mu + sign * step, 0.0)) for step in steps] for sign in (-1, 1)
        )
        marks = [*low, *high]
        start = 0.0
        if self.mu > 0:
            # xi and -xi together: the principal value at xi = 0
            start = math.sqrt(2 * self.mu)
            middle = math.sqrt(self.mu)
            images = [cmath.sqrt(2 * self.mu - p**2) for p in self.singular]
            grid = self._grid(0.0, middle, [*self.singular, *images], low)
            xi = self.mu - grid.nodes**2
            values = self._weighted(-xi, 2 * grid.nodes) + self._weighted(xi, 2 * grid.nodes)
            yield grid, values
        far = max(self.scale, start)
        grid = self._grid(start, far, self.singular, marks)
        yield grid, self._weighted(grid.nodes**2 - self.mu, 2 * grid.nodes)
        inverse = [1 / p for p in self.singular if p != 0]
        grid = self._grid(0.0, 1 / far, inverse, [1 / p for p in marks if p > 0])
        yield grid, self._weighted(grid.nodes**-2.0 - self.mu, 2 * grid.nodes**-3.0)

    def _weighted(self, xi: Array, density: Array) -> Array:
        """Return the integrands times p dxi / (4 pi^2), with dxi by the variable as `density`."""
        square = xi + self.mu
        measure = MEASURE / 2 * np.sqrt(square) * density
        return self.integrand(xi) * _waves(square) * measure

    def _grid(self, a: float, b: float, singular: list[complex], marks: list[float]) -> Grid:
        """Return a grid with panel ends at the marks inside."""
        ends = [a, *sorted(m for m in marks if a < m < b), b]
        panels = [graded_panels(u, v, singular) for u, v in itertools.pairwise(ends)]
        return Grid.on(np.concatenate([panels[0], *(e[1:] for e in panels[1:])]), gauss_kronrod())


def _slope(bath: Filled, energy: Array) -> Array:
    """Return the derivative of a smooth occupation; that of a step is a delta function."""
    if bath.temperature == 0:
        return np.zeros_like(energy)
    tangent = np.tanh((energy - bath.edge) / (2 * bath.temperature))
    return np.asarray(-(1 - tangent**2) / (4 * bath.temperature))


def _waves(square: Array) -> Array:
    """Return 1 and (2/3) p**2, which the coefficient of q**2 lacks."""
    return np.array([np.ones_like(square), square / 1.5])
