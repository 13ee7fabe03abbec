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
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from numerics.response.long_wavelength import momentum_scale
from numerics.steady.equations import MEASURE
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Rounding of a sum of terms, in ulp of the sum of their absolute values.
_ULP = 16


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
    instance("state", state, SteadyState)
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
    error += _ULP * float(np.finfo(float).eps) * (size + np.abs(at_edge))
    errors = (float(error[0]), float(error[1]))
    return NarrowHydrodynamics(float(total[0]), float(total[1]), errors, state, evaluations)


class _Occupation:
    """The integrands at one state: kernels times the distribution at the excitation energy.

    F_+(E)/gamma = 1 - r [f(E) + f(-E)], F_-(E)/gamma = r [f(-E) - f(E)], r = gamma_b/gamma.
    """

    def __init__(self, state: SteadyState) -> None:
        parameters = state.paper
        self.gap, self.mu, self.edge = state.gap, state.mu, state.edge
        self.temperature = parameters.temperature
        self.ratio = parameters.gamma_b / parameters.linewidth
        self.scale = momentum_scale(state)
        # E = 0, and at T > 0 the first pole of the occupation; at T = 0 panels end at its step
        energies = [0j]
        if self.temperature > 0:
            energies.append(complex(self.edge, math.pi * self.temperature))
        self.singular: list[complex] = []
        for energy in energies:
            xi = cmath.sqrt(energy**2 - self.gap**2)
            self.singular += [cmath.sqrt(self.mu + xi), cmath.sqrt(self.mu - xi)]
        # |xi| where E = |B|, if there is such a momentum
        self.at_step = 0.0
        if self.temperature == 0 and abs(self.edge) >= self.gap:
            self.at_step = math.sqrt((abs(self.edge) - self.gap) * (abs(self.edge) + self.gap))
            if self.at_step == 0 and self.mu > 0:
                raise ValueError(
                    f"mu_b - mu = {self.edge} is outside its domain: other than the order "
                    "parameter, where alpha_11 diverges"
                )

    def integrand(self, xi: Array) -> Array:
        """Return both integrands under sum_p, without the delta function of T = 0."""
        energy = np.hypot(xi, self.gap)
        empty, filled = self._occupation(energy), self._occupation(-energy)
        parts = [
            1 - self.ratio * (empty[0] + filled[0]),
            self.ratio * (filled[0] - empty[0]),
            -self.ratio * (empty[1] - filled[1]),
            -self.ratio * (filled[1] + empty[1]),
        ]
        values = np.array(kernels.narrow(xi, self.gap)).reshape(2, 4, -1)
        return np.asarray(np.einsum("ijk,jk->ik", values, np.array(parts)))

    def _occupation(self, energy: Array) -> tuple[Array, Array]:
        """Return the Fermi factor and its smooth derivative."""
        distance = energy - self.edge
        if self.temperature == 0:
            return np.where(distance < 0, 1.0, 0.0), np.zeros_like(energy)
        tangent = np.tanh(distance / (2 * self.temperature))
        return (1 - tangent) / 2, -(1 - tangent**2) / (4 * self.temperature)

    def at_edge(self) -> Array:
        """Return what the delta functions at E = |B| contribute at T = 0."""
        total = np.zeros(2)
        if self.at_step == 0:
            return total
        # at E = |B| f(E) falls from 1 to 0 for B > 0, f(-E) rises from 0 to 1 for B < 0
        even = self.ratio if self.edge > 0 else -self.ratio
        for xi in (self.at_step, -self.at_step):
            square = xi + self.mu
            if square <= 0:
                continue
            slopes = np.array(kernels.narrow(xi, self.gap)).reshape(2, 4)[:, 2:]
            # delta(E - |B|) under sum_p, with dE/dp = 2 p xi / E
            weight = MEASURE * math.sqrt(square) * abs(self.edge) / (2 * self.at_step)
            total += weight * _waves(np.array([square]))[:, 0] * (slopes @ [even, self.ratio])
        return total

    def pieces(self) -> Iterator[tuple[Grid, Array]]:
        """Yield grids and the integrands on them, up to the delta function."""
        marks = [math.sqrt(max(self.mu + sign * self.at_step, 0.0)) for sign in (-1, 1)]
        start = 0.0
        if self.mu > 0:
            # xi and -xi together: the principal value at xi = 0
            start = math.sqrt(2 * self.mu)
            middle = math.sqrt(self.mu)
            images = [cmath.sqrt(2 * self.mu - p**2) for p in self.singular]
            grid = self._grid(0.0, middle, [*self.singular, *images], marks[:1])
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


def _waves(square: Array) -> Array:
    """Return 1 and (2/3) p**2, which the coefficient of q**2 lacks."""
    return np.array([np.ones_like(square), square / 1.5])
