"""The steady state to many digits: (33) and (34) by quadrature and Newton's method.

The integrands are the generated ones, printed for mpmath; nothing else is shared with the fast
route but the Jacobian in double precision, which only decides how fast the iteration converges.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from numerics.errors import ConvergenceError
from numerics.kernels import steady_state_mpmath as kernels
from numerics.kernels import steady_state_numpy
from numerics.parameters import Setting
from numerics.precise.arithmetic import BITS, Arithmetic, arithmetic_of, require_digits
from numerics.precise.quadrature import Stretch, Total, graded, integrate, reflected
from numerics.precise.reservoirs import Baths
from numerics.steady.equations import Unknowns, evaluate_equations, singular_momenta
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Digits beyond those that are wanted.  At T > 0 the occupation of large momenta is the small
#: difference of numbers of order one.
_GUARD, _WARM = 10, 45
#: Steps of Newton's method: each gains as many digits as the Jacobian has, some ten.
_STEPS = 40
#: The momentum at which the size of the integrands at zero is sampled.
_NEXT_TO_ZERO = 1e-8
#: The inner momenta end at this multiple of the momentum scale.
_REACH = 2.0


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
    """

    parameters: Setting
    gap: mpmath.mpf
    mu: mpmath.mpf
    edge: mpmath.mpf
    error: tuple[float, float, float]
    digits: int
    double: SteadyState

    @classmethod
    def exactly(cls, state: SteadyState) -> PreciseState:
        """Return a state whose numbers in double precision are taken as exact.

        They solve the equations to that precision only; M of these numbers is what
        `fluctuation_matrix` computes.
        """
        gap, mu, edge = (mpmath.mpf(x) for x in (state.gap, state.mu, state.edge))
        return cls(state.parameters, gap, mu, edge, (0.0, 0.0, 0.0), 15, state)

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
        The errors are to be below 10**-digits times the smaller one of Delta_0 and gamma.
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
    state.require_symmetry("more digits")
    parameters = state.parameters
    warm = state.occupation.smearing > 0
    guard = _GUARD + (_WARM if warm else 0)
    smallest = min(state.gap, parameters.linewidth)
    depth = digits + math.ceil(-math.log10(smallest))
    numbers = arithmetic_of(math.ceil(BITS * (depth + guard)), arithmetic)
    start = Unknowns(state.gap, state.mu, state.edge)
    value = evaluate_equations(parameters, parameters.drive, start)
    jacobian = (value.jacobian * value.scales[:, None])[:, :3]
    # without a drive the bath is at the condensate's potential, and the imaginary part vanishes
    free = [0, 1, 2] if parameters.drive > 0 else [0, 1]
    rows = [0, 1, 2] if parameters.drive > 0 else [0, 2]
    inverse = np.linalg.inv(jacobian[np.ix_(rows, free)])
    wanted = 10.0**-digits * smallest
    tolerance = wanted / (4 * np.abs(inverse).sum(axis=1).max())
    with numbers.working():
        at = [numbers.real(x) for x in (state.gap, state.mu, state.edge)]
        for _ in range(_STEPS):
            total, residuals = _residuals(numbers, parameters, at, tolerance)
            found = [residuals[row] for row in rows]
            rounding = np.array([numbers.radius(x) for x in residuals])
            if numbers.name == "mpmath":
                rounding += total.size * 2.0**-numbers.bits * 10.0 ** (guard - _GUARD + 2)
            bound = (total.errors + rounding)[rows]
            left = np.array([abs(float(x)) for x in found])
            error = 2 * np.abs(inverse) @ (left + bound)
            if (left <= tolerance).all():
                break
            step = [
                sum((numbers.real(float(c)) * r for c, r in zip(row, found, strict=True)))
                for row in inverse
            ]
            at = [x - s for x, s in zip(at, [*step, 0, 0][:3], strict=False)]
            at = [numbers.real(numbers.exported(x)) for x in at]
        exported = [numbers.exported(x) for x in at]
    errors = [*map(float, error), 0.0][:3]
    if not max(errors) <= wanted:
        raise ConvergenceError(
            f"the steady state has not converged to {digits} digits: error {max(errors):.1e}",
            exported,
        )
    gap, mu, edge = exported
    bounds = errors[0], errors[1], errors[2]
    return PreciseState(parameters, gap, mu, edge, bounds, digits, state)


def _residuals(
    numbers: Arithmetic, parameters: Setting, at: list[Any], tolerance: float
) -> tuple[Total, list[Any]]:
    """Return the sums over momenta with their errors, and the equations, left minus right."""
    momenta = _Momenta(numbers, parameters, at)
    total = momenta.total(tolerance)
    pi = numbers.context.pi
    gap_real, gap_imag, number = total.values
    fixed = number - 1 / (3 * pi * pi)
    if parameters.potential is not None:
        # the potential is given in place of the density
        fixed = at[1] + at[2] - numbers.real(parameters.potential)
    return total, [gap_real + numbers.real(parameters.inv_kfa) / (8 * pi), gap_imag, fixed]


class _Momenta:
    """The integrands over the momentum at one point."""

    def __init__(self, numbers: Arithmetic, parameters: Setting, at: list[Any]) -> None:
        self.numbers, self.parameters = numbers, parameters
        self.gap, self.mu, edge = at
        self.baths = Baths.of(numbers, parameters, self.mu, edge)
        self.gamma = self.baths.gamma
        self.measure = 2 * numbers.context.pi * numbers.context.pi
        self.floats = Unknowns(*(float(x) for x in at))

    def integrand(self, p: Any) -> list[Any]:
        """Return gap equation, real and imaginary, and number equation per unit of p."""
        mp, square = self.numbers.context, p * p
        xi = square - self.mu
        values = [0 * square] * 3
        for rate, edge, temperature in self.baths.filled:
            if temperature > 0:
                bath = kernels.thermal(xi, self.gap, self.gamma, edge, temperature, mp=mp)
            else:
                bath = kernels.step(xi, self.gap, self.gamma, edge, mp=mp)
            values = [v + rate * b for v, b in zip(values, bath, strict=False)]
        if self.baths.empty > 0:
            void = kernels.empty(xi, self.gap, self.gamma, mp=mp)
            values = [v + self.baths.empty * b for v, b in zip(values, void, strict=False)]
        values[0] -= 1 / (2 * square)
        return [square * value / self.measure for value in values]

    def size(self, p: Array) -> Array:
        """Return the size of the integrands in double precision."""
        at, gamma = self.floats, self.parameters.linewidth
        p = np.maximum(p, _NEXT_TO_ZERO)
        shared = (p * p - at.mu, at.gap, gamma)
        void = steady_state_numpy.empty(*shared)
        total = float(self.baths.empty) * sum(np.abs(v) for v in void[:3])
        for rate, edge, temperature in self.baths.filled:
            if temperature > 0:
                bath = steady_state_numpy.thermal(*shared, float(edge), float(temperature))
            else:
                bath = steady_state_numpy.step(*shared, float(edge))
            total = total + abs(float(rate)) * sum(np.abs(b) for b in bath[:3])
        return np.asarray(total * p * p / (2 * math.pi**2))

    def total(self, tolerance: float) -> Total:
        """Return the sums over all momenta, the number equation's up to the cutoff."""
        parameters, at, real = self.parameters, self.floats, self.numbers.real
        gamma, baths = parameters.linewidth, self.baths
        scale = abs(at.mu) + at.gap + baths.reach + gamma + 2 * math.pi * baths.warmest
        end = _REACH * math.sqrt(scale)
        # poles and branch points where E_p = B +- i (gamma + a pole's distance)
        singular = reflected(
            np.array(
                [
                    momentum
                    for edge, temperature, distances in baths.poles(scale)
                    for distance in distances
                    for momentum in singular_momenta(
                        Unknowns(at.gap, at.mu, edge),
                        gamma + float(distance) - math.pi * temperature,
                        temperature,
                    )
                ]
            )
        )
        cutoff = parameters.cutoff
        total = Total.zeros(self.numbers, 3)
        for a, b in itertools.pairwise(sorted({0.0, min(cutoff, end), end})):
            function = self.counted if b <= cutoff else self.uncounted
            for stretch in graded(self.numbers, function, self.size, singular, [real(a), real(b)]):
                total.add(integrate(self.numbers, stretch, 3, tolerance))
        # from there on in 1/p
        for a, b in itertools.pairwise([end, *([cutoff] if cutoff > end else []), math.inf]):
            function = self.counted if b <= cutoff else self.uncounted
            total.add(
                integrate(self.numbers, self.inverted(function, singular, a, b), 3, tolerance)
            )
        return total

    def counted(self, p: Any) -> list[Any]:
        """Return the integrands up to the cutoff."""
        return self.integrand(p)

    def uncounted(self, p: Any) -> list[Any]:
        """Return the integrands beyond the cutoff."""
        values = self.integrand(p)
        return [values[0], values[1], 0 * values[2]]

    def inverted(
        self, function: Callable[[Any], list[Any]], singular: Complex, a: float, b: float
    ) -> Stretch:
        """Return the momenta from a to b in the variable 1/p."""
        real = self.numbers.real
        start = 1 / real(b) if math.isfinite(b) else real(0)

        def inner(u: Any) -> list[Any]:
            return [value / (u * u) for value in function(1 / u)]

        return Stretch(inner, start, 1 / real(a), 1 / singular - float(start), np.ones_like)
