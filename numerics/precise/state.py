"""The steady state of any model to many digits: (33) and (34) by quadrature and Newton's method.

The integrands are the generated ones, printed for mpmath; nothing else is shared with the fast
route but the Jacobian in double precision, which only decides how fast the iteration converges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import mpmath
import numpy as np
from numpy.typing import NDArray

from numerics.errors import ConvergenceError
from numerics.parameters import Setting
from numerics.precise.arithmetic import BITS, Arithmetic, arithmetic_of, require_digits
from numerics.precise.coupling import precise_coupling
from numerics.precise.frequencies import frequency_sums
from numerics.precise.momenta import momentum_sums
from numerics.steady.equations import Unknowns, coupling_terms, evaluate_equations
from numerics.steady.frequency_sums import SLOPES, state_integrals
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Digits beyond those that are wanted.  At T > 0 the occupation of large momenta is the small
#: difference of numbers of order one; balls of what is counted up to a cutoff grow as much.
_GUARD, _WARM, _COUNTED = 10, 45, 12
#: Steps of Newton's method: each gains as many digits as the Jacobian has, some ten.
_STEPS = 40
#: How often the precision is raised, and digits to spare then.
_PRECISIONS, _SPARE = 4, 3
#: What is solved for, among what the sums are differentiated by.
_BY_UNKNOWNS = [SLOPES.index(name) for name in ("gap", "mu", "edge", "tilt")]


@dataclass(frozen=True)
class PreciseState:
    """A steady state to many digits.

    Parameters
    ----------
    parameters : Parameters or Model
        The model; its numbers are taken as exact, those of the sum of Fermi functions that stands
        for an occupation of the user's own among them.
    gap, mu, edge : mpmath.mpf
        Order parameter Delta_0, chemical potential mu, and mu_b - mu, in units of the Fermi energy.
    error : tuple of float
        Bounds of their errors.
    digits : int
        Digits that were asked for.
    double : SteadyState
        The state in double precision.
    tilt, tilt_error : mpmath.mpf, float
        As in `SteadyState`; zero unless the model is neutral.
    """

    parameters: Setting
    gap: mpmath.mpf
    mu: mpmath.mpf
    edge: mpmath.mpf
    error: tuple[float, float, float]
    digits: int
    double: SteadyState
    tilt: mpmath.mpf = mpmath.mp.zero
    tilt_error: float = 0.0

    @classmethod
    def exactly(cls, state: SteadyState) -> PreciseState:
        """Return a state whose numbers in double precision are taken as exact.

        They solve the equations to that precision only; M of these numbers is what
        `fluctuation_matrix` computes.
        """
        at = (state.gap, state.mu, state.edge, state.tilt)
        gap, mu, edge, tilt = map(mpmath.mpf, at)
        return cls(state.parameters, gap, mu, edge, (0.0, 0.0, 0.0), 15, state, tilt)

    @property
    def mu_b(self) -> mpmath.mpf:
        """The bath's chemical potential."""
        with mpmath.workdps(self.digits + _GUARD):
            return self.mu + self.edge


def precise_state(
    state: SteadyState, digits: int = 30, *, arithmetic: str | None = None
) -> PreciseState:
    """Return the solution of (33) and (34) next to a state, to many digits.

    Parameters
    ----------
    state : SteadyState
        Where to start, and the parameters.
    digits : int
        The errors are to be below 10**-digits times the smallest one of Delta_0 and the linewidths.
    arithmetic : {"mpmath", "flint"}, optional
        What to compute with; flint where it is installed.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If Newton's method does not converge, with the last iterate.

    Examples
    --------
    >>> from numerics import Parameters, solve_steady_state
    >>> from numerics.precise import precise_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5))
    >>> precise = precise_state(state, 20)
    >>> abs(float(precise.gap) - state.gap) < state.error[0]
    True
    """
    digits = require_digits(digits)
    parameters = state.parameters
    smallest = min(state.gap, state.carriers.margin)
    wanted = 10.0**-digits * smallest
    system = _System(state, wanted)
    depth = digits + math.ceil(-math.log10(smallest))
    guard = system.lost + _GUARD
    at = [mpmath.mpf(x) for x in (state.gap, state.mu, state.edge, state.tilt)]
    for _ in range(_PRECISIONS):
        numbers = arithmetic_of(math.ceil(BITS * (depth + guard)), arithmetic)
        with numbers.working():
            at, found = system.solved(numbers, at)
        # numbers that know their rounding may have lost more digits than they need
        lost = float((found.rounding / system.tolerance[: found.rounding.size]).max())
        if lost < 1:
            break
        guard += math.ceil(math.log10(lost)) + _SPARE
    errors = system.errors(found)
    if not max(errors) <= wanted:
        raise ConvergenceError(
            f"the steady state has not converged to {digits} digits: error {max(errors):.1e}", at
        )
    gap, mu, edge, tilt = at
    return PreciseState(parameters, gap, mu, edge, errors[:3], digits, state, tilt, errors[3])


class _Residuals(NamedTuple):
    """The equations, left minus right, and bounds of what quadrature and rounding leave of them."""

    values: list[Any]
    quadrature: Array
    rounding: Array

    @property
    def sizes(self) -> Array:
        """The moduli of the equations."""
        return np.array([abs(float(x)) for x in self.values])

    @property
    def bounds(self) -> Array:
        """Of both together."""
        return self.quadrature + self.rounding


class _System:
    """The equations next to a state: for gap, mu, edge and tilt, as far as these are unknown.

    Without a drive the bath is at the condensate's potential, and the imaginary part vanishes.

    Parameters
    ----------
    state : SteadyState
    wanted : float
        The largest error of an unknown.
    """

    def __init__(self, state: SteadyState, wanted: float) -> None:
        self.parameters = state.parameters
        # the digits that integrands lose, which does not show in numbers of mpmath
        self.lost = _COUNTED
        if self.parameters.closed:
            self.lost = _WARM if state.occupation.smearing > 0 else 0
        driven = [self.parameters.drive > 0, self.parameters.neutral]
        self.rows = [0, *[1] * driven[0], 2, *[3] * driven[1]]
        self.free = [0, 1, *[2] * driven[0], *[3] * driven[1]]
        self.inverse = np.linalg.inv(_slopes(state)[np.ix_(self.rows, self.free)])
        # each equation by itself: a small linewidth asks for digits of the imaginary part alone
        effect = np.abs(self.inverse).max(axis=0) * len(self.rows)
        self.tolerance = np.full(4, math.inf)
        self.tolerance[self.rows] = wanted / (4 * effect)

    def solved(
        self, numbers: Arithmetic, start: list[mpmath.mpf]
    ) -> tuple[list[mpmath.mpf], _Residuals]:
        """Return where the equations are solved, and what is left of them, unless by rounding."""
        at = [numbers.real(x) for x in start]
        for _ in range(_STEPS):
            found = self.residuals(numbers, at)
            left = found.sizes[self.rows]
            allowed = self.tolerance[: found.rounding.size]
            if (left <= self.tolerance[self.rows]).all() or (found.rounding > allowed).any():
                break
            for k, row in zip(self.free, self.inverse, strict=True):
                terms = zip(map(float, row), self.rows, strict=True)
                step = sum(numbers.real(slope) * found.values[j] for slope, j in terms)
                at[k] = numbers.real(numbers.exported(at[k] - step))
        return [numbers.exported(x) for x in at], found

    def errors(self, found: _Residuals) -> tuple[float, float, float, float]:
        """Return the errors of the unknowns."""
        errors = np.zeros(4)
        errors[self.free] = 2 * np.abs(self.inverse) @ (found.sizes + found.bounds)[self.rows]
        of_gap, of_mu, of_edge, of_tilt = map(float, errors)
        return of_gap, of_mu, of_edge, of_tilt

    def residuals(self, numbers: Arithmetic, at: list[Any]) -> _Residuals:
        """Return the equations at a point."""
        parameters, (gap, mu, edge, _) = self.parameters, at
        if parameters.closed:
            lost = 10.0**self.lost
            least = float(self.tolerance.min())
            total, rounding = momentum_sums(numbers, parameters, at, least, lost)
        else:
            total, rounding = frequency_sums(numbers, parameters, at, self.tolerance)
        gap_real, gap_imag, number, *others = total.values
        found = precise_coupling(numbers, parameters.coupling).resting(mu)
        fixed = number + found.carriers * gap * gap - _density(numbers, parameters)
        if parameters.potential is not None:
            # the potential is given in place of the density
            fixed = mu + edge - numbers.real(parameters.potential)
        values = [gap_real - found.real, gap_imag - found.imag, fixed, *others]
        count = 4 if parameters.neutral else 3
        return _Residuals(values[:count], total.errors[:count], rounding[:count])


def _slopes(state: SteadyState) -> Array:
    """Return the derivatives of the equations by the unknowns, in double precision."""
    parameters, at = state.parameters, Unknowns(state.gap, state.mu, state.edge)
    if parameters.closed:
        value = evaluate_equations(parameters, parameters.drive, at)
        slopes: Array = (value.jacobian * value.scales[:, None])[:, :3]
        return slopes
    found = state_integrals(state.carriers, parameters.cutoff).slopes[:, _BY_UNKNOWNS]
    gap, electrons, holes = found[:2], found[2], found[3]
    slopes = np.array([*gap, electrons + holes, electrons - holes])
    _, by_coupling = coupling_terms(parameters, parameters.drive, at)
    slopes[:3, :3] += by_coupling[:, :3]
    if parameters.potential is not None:
        slopes[2] = (0.0, 1.0, 1.0, 0.0)
    return slopes


def _density(numbers: Arithmetic, parameters: Setting) -> Any:
    """Return the density of carriers, see `numerics.bands.DENSITIES`."""
    pi = numbers.context.pi
    return 1 / (3 * pi * pi) if parameters.bands.dimension == 3 else 1 / (2 * pi)
