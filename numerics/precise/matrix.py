"""The fluctuation matrix M(q, omega), (36), to many digits.

With a bound of what the quadrature, rounding and the digits of the steady state leave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from numerics.domain import real
from numerics.precise.arithmetic import BITS, arithmetic_of, require_digits
from numerics.precise.loop import loop_of
from numerics.precise.state import PreciseState, precise_state
from numerics.response.determinant import (
    SCALE,
    bound_of_elements,
    of_elements,
    slope_of_elements,
)
from numerics.response.fluctuation import fluctuation_matrix
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Digits beyond those that are wanted, and how many are added where they were not enough.
_GUARD, _MORE = 12, 15
#: A derivative is a difference of values this part of the way to the branch points apart: ten to
#: the power of minus a third of the digits.
_APART = 3
#: By how many digits the state is solved better than M, and by which part of gamma it is changed to
#: see what its errors do.
_STATE, _CHANGE = 4, 1e-4


@dataclass(frozen=True)
class PreciseMatrix:
    """M(q, omega) to many digits.

    Parameters
    ----------
    value : tuple of 4 mpmath.mpc
        M_11, M_12, M_21, M_22.
    error : tuple of 4 floats
        Bounds of their errors: quadrature, rounding, and the state's.
    derivative : tuple of 4 mpmath.mpc, or None
        Their derivatives by omega, to two thirds of the digits.
    evaluations : int
        Evaluations of the integrand.
    digits : int
        Digits that were asked for.
    """

    value: tuple[mpmath.mpc, ...]
    error: tuple[float, ...]
    derivative: tuple[mpmath.mpc, ...] | None
    evaluations: int
    digits: int

    @property
    def determinant(self) -> mpmath.mpc:
        """det(4 pi M), as the fast route scales it."""
        with mpmath.workdps(2 * self.digits + _GUARD):
            return (4 * mpmath.pi) ** 2 * of_elements(self.value)

    @property
    def determinant_error(self) -> float:
        """Bound of the error of the determinant."""
        sizes = tuple(float(abs(x)) for x in self.value)
        return SCALE**2 * float(bound_of_elements(sizes, self.error))

    @property
    def determinant_slope(self) -> mpmath.mpc:
        """Derivative of the determinant by omega."""
        if self.derivative is None:
            raise ValueError("derivative = None: M was computed without its derivative")
        with mpmath.workdps(2 * self.digits + _GUARD):
            return (4 * mpmath.pi) ** 2 * slope_of_elements(self.value, self.derivative)


def precise_matrix(
    state: SteadyState | PreciseState,
    q: float,
    omega: complex,
    digits: int = 20,
    *,
    derivative: bool = False,
    arithmetic: str | None = None,
) -> PreciseMatrix:
    """Return M(q, omega) to many digits, with bounds of the errors.

    Parameters
    ----------
    state : SteadyState or PreciseState
        The steady state; one in double precision is solved to the digits that are needed.
    q : float or mpmath.mpf
        Wave number, k_F, taken as exact; M depends on its modulus.
    omega : complex or mpmath.mpc
        Frequency, epsilon_F, Im(omega) > -gamma, the smaller rate, taken as exact.
    digits : int
        The error is to be below 10**-digits/(4 pi), in units of the density of states.
    derivative : bool
        Compute the derivative by omega, too, which takes three times as long.
    arithmetic : {"mpmath", "flint"}, optional
        What to compute with; flint where it is installed, which is some ten times faster.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If the steady state does not converge.

    Examples
    --------
    >>> from numerics import Parameters, fluctuation_matrix, solve_steady_state
    >>> from numerics.precise import precise_matrix
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5))
    >>> matrix = precise_matrix(state, 0.3, 0.1, 15)
    >>> bool(abs(complex(matrix.value[0]) - fluctuation_matrix(state, 0.3, 0.1)[0, 0]) < 1e-10)
    True
    """
    digits = require_digits(digits)
    wave, frequency = wave_of(q), frequency_of(state, omega)
    if isinstance(state, SteadyState):
        state = precise_state(state, digits + _STATE, arithmetic=arithmetic)
    if not derivative:
        return _matrix(state, wave, frequency, digits, arithmetic)
    gamma = margin_of(state)
    step = mpmath.mpf(gamma + min(float(frequency.imag), 0.0)) * mpmath.mpf(10) ** (
        -math.ceil(digits / _APART)
    )
    with mpmath.workdps(2 * digits + _GUARD):
        here, ahead, behind = (
            _matrix(state, wave, frequency + shift, digits, arithmetic)
            for shift in (0, step, -step)
        )
        slopes = tuple((x - y) / (2 * step) for x, y in zip(ahead.value, behind.value, strict=True))
    evaluations = sum(m.evaluations for m in (here, ahead, behind))
    return PreciseMatrix(here.value, here.error, slopes, evaluations, digits)


def wave_of(q: Any) -> mpmath.mpf:
    """Return a wave number as a number of mpmath."""
    if not isinstance(q, mpmath.mpf) or not mpmath.isfinite(q):
        q = mpmath.mpf(real("q", q, "a wave number"))
    # as it is, whatever the precision of mpmath is
    return mpmath.fneg(q, exact=True) if q < 0 else q


def frequency_of(state: SteadyState | PreciseState, omega: Any) -> mpmath.mpc:
    """Return a frequency as a number of mpmath, or say that it is out of the domain."""
    gamma = margin_of(state)
    domain = f"a finite number, Im(omega) > {-gamma:g} (-gamma, ε_F)"
    try:
        value = mpmath.mpc(omega)
    except (TypeError, ValueError):
        value = mpmath.mpc(mpmath.nan)
    if not (mpmath.isfinite(value.real) and mpmath.isfinite(value.imag) and value.imag > -gamma):
        raise ValueError(f"omega = {omega!r} is outside its domain: {domain}")
    return value


def margin_of(state: SteadyState | PreciseState) -> float:
    """Return how far below the axis M is analytic: the smaller one of the linewidths."""
    double = state if isinstance(state, SteadyState) else state.double
    return double.carriers.margin


def _matrix(
    state: PreciseState, q: mpmath.mpf, omega: mpmath.mpc, digits: int, name: str | None
) -> PreciseMatrix:
    """Return M with working precision enough for the digits."""
    tolerance = 10.0**-digits / SCALE
    moved = _moved(state, q, omega)
    guard = _GUARD
    while True:
        numbers = arithmetic_of(math.ceil(BITS * (digits + guard)), name)
        with numbers.working():
            loop = loop_of(numbers, state, q, omega)
            total = loop.total(tolerance / 4)
            rounding = total.rounding + loop.rounding()
            values = loop.elements(total)
        if rounding.max() < tolerance / 4 or guard > digits + 4 * _MORE:
            break
        guard += _MORE
    errors = loop.errors(total.errors + rounding) + moved
    return PreciseMatrix(values, tuple(map(float, errors)), None, total.evaluations, digits)


def _moved(state: PreciseState, q: mpmath.mpf, omega: mpmath.mpc) -> Array:
    """Return how far the state's errors move the elements of M."""
    errors = np.array([*state.error, state.tilt_error])
    if not errors.any():
        return np.zeros(4)
    response = matrix_response(state.double, float(q), np.array([complex(omega)]))
    return np.asarray(response[0].reshape(4, 4) @ errors)


def matrix_response(state: SteadyState, q: float, omega: NDArray[Any]) -> Array:
    """Return bounds of the derivatives of M by gap, mu, edge and tilt, shape (n, 2, 2, 4)."""
    step = _CHANGE * state.carriers.margin
    here = fluctuation_matrix(state, q, omega, full=True).value
    found = []
    for name in ("gap", "mu", "edge", "tilt"):
        if name == "tilt" and not state.parameters.neutral:
            found.append(np.zeros(here.shape))
            continue
        changed = replace(state, **{name: getattr(state, name) + step})
        there = fluctuation_matrix(changed, q, omega, full=True).value
        found.append(2 * np.abs(there - here) / step)
    return np.stack(found, axis=-1)


def determinant_response(state: SteadyState, q: float, omega: NDArray[Any]) -> Array:
    """Return bounds of the derivatives of det(4 pi M) by the same, shape (n, 4)."""
    size = np.abs(fluctuation_matrix(state, q, omega, full=True).value)[..., None]
    by = matrix_response(state, q, omega)
    products = (by[:, i, j] * size[:, 1 - i, 1 - j] for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)))
    return np.asarray(SCALE**2 * sum(products))


def precise_determinant(
    state: SteadyState | PreciseState,
    q: float,
    omega: complex,
    digits: int = 20,
    *,
    arithmetic: str | None = None,
) -> tuple[mpmath.mpc, float]:
    """Return det(4 pi M(q, omega)) and a bound of its error; arguments as in `precise_matrix`."""
    found = precise_matrix(state, q, omega, digits, arithmetic=arithmetic)
    return found.determinant, found.determinant_error
