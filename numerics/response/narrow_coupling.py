"""Long-wavelength coefficients with gamma -> 0 first: gamma << v q << Delta_0.

The other order of the limits, in which (46) holds, is in `numerics.response.long_wavelength`.
"""

from __future__ import annotations

import cmath
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.domain import instance
from numerics.kernels import expansion_numpy as kernels
from numerics.occupation import Filled, Occupation
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Rounding of a sum of terms, in ulp of the sum of their absolute values.
_ULP = 16
#: Beyond this multiple of the momentum scale of the state the integral is done in 1/p.
_NEAR = 4.0

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
    for T = 0, at E_p = |mu_b - mu| of equal carriers; there the coefficients diverge as
    |mu_b - mu| falls to the gap.  Of carriers of any masses and rates each branch has its own
    distribution, the ratio of what fills it to its linewidth, and its own smallest energy.

    Parameters
    ----------
    state : SteadyState
        The steady state, solved at its finite linewidth.

    Raises
    ------
    ValueError
        If `state` is none, or at T = 0 an occupation steps where the energy of a branch is lowest,
        at a momentum above zero; for equal carriers where |mu_b - mu| equals the order parameter.

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
    total, error, evaluations = _coefficients(state)
    coarser = state.coarser()
    if coarser is not None:
        # what the error of an occupation of the user's own does
        error += np.abs(total - _coefficients(coarser)[0])
    errors = (float(error[0]), float(error[1]))
    return NarrowHydrodynamics(float(total[0]), float(total[1]), errors, state, evaluations)


def _coefficients(state: SteadyState) -> tuple[Array, Array, int]:
    """Return both coefficients with their errors, and how many momenta they took."""
    total, error, size = np.zeros((3, 2))
    evaluations = 0
    carriers = state.carriers
    # nu -> -nu and an exchange of the carriers' names turn the lower branch into the upper one
    for branch in (_Branch(carriers), _Branch(_exchanged(carriers))):
        for grid, values in branch.pieces():
            value, difference = grid.integrate(values)
            total += value
            error += difference
            size += np.abs(values) @ grid.weights
            evaluations += grid.nodes.size
        for at_step in branch.at_steps():
            total += at_step
            size += np.abs(at_step)
    # what a coupling K adds to beta_22; alpha_11 is a difference in which it cancels
    added, missed = (x[_BETA22] for x in state.parameters.coupling.long_waves(state.mu))
    total[1] += added
    error += _ULP * float(np.finfo(float).eps) * size + [0.0, missed]
    return total, error, evaluations


def _exchanged(carriers: Carriers) -> Carriers:
    """Return the same carriers with the names of electrons and holes exchanged."""
    return replace(
        carriers,
        skew=-carriers.skew,
        electrons=carriers.holes,
        holes=carriers.electrons,
        tilt=-carriers.tilt,
    )


class _Branch:
    """The integrands of the upper branch, y = a xi + E from the middle of the gap.

    Parameters
    ----------
    carriers : Carriers
    """

    def __init__(self, carriers: Carriers) -> None:
        self.carriers = carriers
        self.narrowing = (1 - carriers.skew) * (1 + carriers.skew)
        #: p**2 where the energy is lowest, the threshold; it may be negative.
        self.lowest = carriers.mu - carriers.skew * carriers.threshold / self.narrowing
        self.scale = _NEAR * math.sqrt(carriers.energies / (1 - abs(carriers.skew)))
        #: Where the integrand is not analytic, in p**2: E = 0, and at T > 0 the first pole of an
        #: occupation.  At T = 0 panels end at the step.
        gap = abs(carriers.gap)
        self.singular: list[complex] = [carriers.mu + 1j * gap, carriers.mu - 1j * gap]
        #: The sharp steps: p**2 from where the energy is lowest on either side, the change of
        #: gamma [1 - 2 f], and whether it is that of the electrons.
        self.steps: list[tuple[tuple[float, float], float, bool]] = []
        for electrons, y, filled in self._edges():
            if filled.temperature > 0:
                self.singular += [self.lowest + x for x in self._places(y + 1j * filled.smearing)]
            elif y > carriers.threshold:
                first, second = (x.real for x in self._places(y))
                self.steps.append(((first, second), 2 * filled.rate, electrons))
            elif y == carriers.threshold and self.lowest > 0:
                raise ValueError(
                    f"mu_b - mu = {filled.edge} is outside its domain: other than where the energy "
                    "of a branch is lowest, and alpha_11 diverges"
                )

    def _edges(self) -> Iterator[tuple[bool, float, Filled]]:
        """Yield where occupations step, whether those of the electrons."""
        carriers = self.carriers
        count = len(carriers.electrons.filled)
        for k, (y, filled) in enumerate(carriers.edges()):
            yield k < count, y, filled

    def _places(self, y: complex) -> tuple[complex, complex]:
        """Return the offsets at which the branch has an energy."""
        above = y - self.carriers.threshold
        root = cmath.sqrt(above * (above + 2 * self.carriers.threshold))
        first, second = ((sign * root - self.carriers.skew * above) for sign in (1, -1))
        return first / self.narrowing, second / self.narrowing

    def integrand(self, offset: Array) -> Array:
        """Return both integrands under sum_p, without the delta functions of T = 0."""
        carriers = self.carriers
        xi = offset + (self.lowest - carriers.mu)
        y = carriers.skew * xi + np.hypot(xi, carriers.gap)
        nu = y + carriers.offset
        slopes = _slopes(carriers.electrons, nu), _slopes(carriers.holes, -nu)
        return self._kernel(offset, *carriers.sums(y), *slopes)

    def _kernel(self, offset: Array, *distributions: Array) -> Array:
        gap, _, linewidth, imbalance, skew = self.carriers.parameters()
        given = offset, gap, linewidth, imbalance, skew, *distributions
        return np.array(kernels.narrow(*given)) * _waves(
            np.asarray(offset) + self.lowest, self.carriers.dimension
        )

    def at_steps(self) -> Iterator[Array]:
        """Yield what each delta function at T = 0 contributes."""
        carriers = self.carriers
        for places, change, electrons in self.steps:
            for offset in places:
                square = offset + self.lowest
                if square <= 0:
                    continue
                slopes = (change, 0.0) if electrons else (0.0, change)
                xi = square - carriers.mu
                rise = abs(carriers.skew + xi / math.hypot(xi, carriers.gap))
                values = self._kernel(np.array(offset), *map(np.array, (0.0, 0.0, *slopes)))
                yield values * _density(np.array(square), carriers.dimension) / rise

    def pieces(self) -> Iterator[tuple[Grid, Array]]:
        """Yield grids and the integrands on them, without the delta functions."""
        singular = [cmath.sqrt(square) for square in self.singular]
        squares = [self.lowest + x for places, _, _ in self.steps for x in places]
        start = 0.0
        if self.lowest > 0:
            # both sides together: the principal value where the slope of the branch vanishes
            start = math.sqrt(2 * self.lowest)
            images = [cmath.sqrt(2 * self.lowest - square) for square in self.singular]
            inside = [*squares, *(2 * self.lowest - square for square in squares)]
            grid = self._grid(0.0, math.sqrt(self.lowest), [*singular, *images], _roots(inside))
            offset = grid.nodes**2 - self.lowest
            beyond, within = (self._weighted(x, 2 * grid.nodes) for x in (-offset, offset))
            yield grid, beyond + within
        marks = _roots(squares)
        far = max(self.scale, start)
        grid = self._grid(start, far, singular, marks)
        yield grid, self._weighted(grid.nodes**2 - self.lowest, 2 * grid.nodes)
        inverse = [1 / p for p in singular if p != 0]
        grid = self._grid(0.0, 1 / far, inverse, [1 / p for p in marks if p > 0])
        yield grid, self._weighted(grid.nodes**-2.0 - self.lowest, 2 * grid.nodes**-3.0)

    def _weighted(self, offset: Array, density: Array) -> Array:
        """Return the integrands of sum_p, with d(p**2) by the variable as `density`."""
        measure = _density(offset + self.lowest, self.carriers.dimension) * density
        return self.integrand(offset) * measure

    def _grid(self, a: float, b: float, singular: list[complex], marks: list[float]) -> Grid:
        """Return a grid with panel ends at the marks inside."""
        ends = [a, *sorted(m for m in marks if a < m < b), b]
        panels = [graded_panels(u, v, singular) for u, v in itertools.pairwise(ends)]
        return Grid.on(np.concatenate([panels[0], *(e[1:] for e in panels[1:])]), gauss_kronrod())


def _roots(squares: list[float]) -> list[float]:
    return [math.sqrt(square) for square in squares if square > 0]


def _slopes(occupation: Occupation, frequency: Array) -> Array:
    """Return the derivative of gamma [1 - 2 f] of what is smooth; a step has a delta function."""
    total = np.zeros_like(frequency)
    for filled in occupation.filled:
        if filled.temperature > 0:
            total += 2 * filled.rate * filled.density(frequency)
    return total


def _density(square: Array, dimension: int) -> Array:
    """Return sum_p per d(p**2)."""
    if dimension == 2:
        return np.full_like(square, 1 / (4 * math.pi))
    # an image of the momentum zero may be below it by its rounding
    return np.asarray(np.sqrt(np.maximum(square, 0.0)) / (4 * math.pi**2))


def _waves(square: Array, dimension: int) -> Array:
    """Return 1 and (2/d) p**2, which the coefficient of q**2 lacks."""
    return np.array([np.ones_like(square), 2 / dimension * square])
