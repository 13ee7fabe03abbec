"""A root of det M next to a guess, to so many digits that the sign of Im(omega) is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mpmath

from numerics.domain import outside, real
from numerics.errors import ConvergenceError
from numerics.precise.arithmetic import require_digits
from numerics.precise.evaluator import Evaluator, stages
from numerics.precise.matrix import frequency_of, wave_of
from numerics.precise.state import PreciseState
from numerics.results import DECAYS, GROWS, UNDECIDED, Status, Verdict
from numerics.steady.solution import SteadyState

#: Steps of the secant method; its first step, and the largest one, in parts of gamma + |omega|.
_STEPS, _FIRST_STEP, _LONGEST = 40, 1e-4, 0.3
#: The radius in which det M is seen to be linear, in parts of the distance to the branch points,
#: the factor by which it shrinks, and how far from linear det M may be.
_RADIUS, _SHRINK, _CURVED = 1e-2, 0.03, 0.25
#: The farthest root from a guess that is its own, in parts of gamma + |omega|.
_SHIFT = 1.5


@dataclass(frozen=True)
class CertifiedRate:
    """A root of det M, with a bound of its error.

    Parameters
    ----------
    q : mpmath.mpf
        Wave number.
    omega : mpmath.mpc
        The root.
    error : float
        Bound of the error of omega: that of M, of the steady state, and of the iteration.
    verdict : {"grows", "decays", "undecided"}
        What the imaginary part and the error say.
    digits : int
        Digits of M that were used.
    evaluations : int
        Matrices that were computed.
    status : str
        "decided", or at which precision the search was given up.
    """

    q: mpmath.mpf
    omega: mpmath.mpc
    error: float
    verdict: Verdict
    digits: int
    evaluations: int
    status: str


def certified_rate(
    state: SteadyState | PreciseState,
    q: Any,
    guess: Any,
    digits: int = 40,
    *,
    relative: float = 1.0,
    arithmetic: str | None = None,
) -> CertifiedRate:
    """Return the root of det M next to a guess, precise enough for the sign of Im(omega).

    Digits are added until the error is smaller than the imaginary part.

    Parameters
    ----------
    state : SteadyState or PreciseState
    q : float or mpmath.mpf
        Wave number, positive, taken as exact.
    guess : complex or mpmath.mpc
        Frequency, Im(omega) > -gamma.  Where its real part is zero the root is looked for on that
        axis, on which det M is real.
    digits : int
        Digits of M, in units of the density of states, at which to give up.
    relative : float
        Largest error relative to |Im(omega)|, at most 1.
    arithmetic : {"mpmath", "flint"}, optional
        As in `precise_matrix`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If there is no root next to the guess, or it is not simple, with the last iterate.

    Examples
    --------
    In equilibrium nothing grows, however weak the damping is.

    >>> from numerics import Parameters, solve_steady_state
    >>> from numerics.precise import certified_rate
    >>> state = solve_steady_state(Parameters(inv_kfa=2.0, gamma_b=1e-5))
    >>> certified_rate(state, 1.5e-6, 6.9e-7 - 2e-13j).verdict
    'decays'
    """
    digits = require_digits(digits)
    domain = "0 < relative <= 1"
    relative = real("relative", relative, domain, lambda x: 0 < x <= 1)
    wave = wave_of(q)
    if wave == 0:
        raise outside("q", q, "q > 0")
    determinant = Evaluator(state, wave, arithmetic)
    start = frequency_of(state, guess)
    now, error, slope, stage = start, math.inf, None, digits
    for stage in stages(digits):
        with mpmath.workdps(2 * digits + 20):
            now, error, slope = _root(determinant, now, slope, stage)
        if error <= relative * abs(float(now.imag)):
            break
    grows = float(now.imag)
    decided = error < abs(grows)
    return CertifiedRate(
        wave,
        now,
        error,
        (GROWS if grows > 0 else DECAYS) if decided else UNDECIDED,
        stage,
        determinant.evaluations,
        Status.DECIDED if decided else f"given up at {stage} digits",
    )


def _root(
    determinant: Evaluator, start: mpmath.mpc, slope: mpmath.mpc | None, digits: int
) -> tuple[mpmath.mpc, float, mpmath.mpc | None]:
    """Return a root by the secant method, a bound of its error, and the slope there."""
    gamma = determinant.gamma
    on_axis = start.real == 0
    now, (value, error) = start, determinant(start, digits)
    if slope is None:
        room = min(gamma + min(start.imag, 0), gamma + abs(start))
        ahead = now + _FIRST_STEP * room * (1j if on_axis else 1)
        slope = (determinant(ahead, digits)[0] - value) / (ahead - now)
    for _ in range(_STEPS):
        if slope == 0:
            return now, math.inf, None
        step = -value / slope
        smallest = max(2 * error / abs(slope), mpmath.mpf(10) ** -digits * abs(now))
        if abs(step) <= smallest:
            break
        longest = _LONGEST * min(gamma + abs(now), gamma + now.imag)
        if abs(step) > longest:
            step *= longest / abs(step)
        before, old, now = now, value, now + step
        if on_axis:
            now = mpmath.mpc(0, now.imag)
        if abs(now - start) > _SHIFT * (gamma + abs(start)):
            raise ConvergenceError("no root of det M next to the guess", now)
        value, error = determinant(now, digits)
        slope = (value - old) / (now - before)
    else:
        raise ConvergenceError("the root of det M did not converge", now)
    radius, slope = _bound(determinant, now, value, error, digits)
    return now, radius, slope


def _bound(
    determinant: Evaluator, root: mpmath.mpc, value: mpmath.mpc, error: float, digits: int
) -> tuple[float, mpmath.mpc | None]:
    """Return a radius that contains one root, infinite if none is found, and the slope.

    On a circle about it det M differs from a linear function by less than that varies: so it does
    inside, by less in proportion to the square of the distance.
    """
    left = float(abs(value)) + error
    radius = _RADIUS * (mpmath.mpf(determinant.gamma) + min(root.imag, 0))
    directions = (1, 1j, -1, -1j)
    while True:
        around = [determinant(root + radius * d, digits) for d in directions]
        noise = max(e for _, e in around)
        slope = sum(x / d for (x, _), d in zip(around, directions, strict=True)) / (4 * radius)
        size = float(abs(slope) * radius)
        curved = max(
            float(abs(x - value - slope * radius * d))
            for (x, _), d in zip(around, directions, strict=True)
        )
        if curved + noise + error < _CURVED * size and left < (1 - _CURVED) * size - noise:
            return float(radius) * left / ((1 - _CURVED) * size - noise), slope
        # shrinking helps against curvature alone
        if curved < _CURVED * size or size < 10 * (noise + left):
            return math.inf, slope if size > noise else None
        radius *= _SHRINK
