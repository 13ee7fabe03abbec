"""The number of growing modes at a wave number, from det M along the real axis of frequency.

As in the fast route, det M is followed from omega = 0, where it is real, to frequencies beyond all
energies, where its argument has fallen by half of pi for each power of omega if there is no root
above the axis.  Here every sample is known to be larger than its error.
"""

from __future__ import annotations

import cmath
import itertools
import math
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from numerics.domain import outside
from numerics.precise.arithmetic import require_digits
from numerics.precise.evaluator import Evaluator
from numerics.precise.matrix import determinant_response, wave_of
from numerics.precise.state import PreciseState
from numerics.response.determinant import determinant
from numerics.response.poles import growth_power, pole_factor
from numerics.results import Status
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: How many times its bound det M has to be at every sample.
_MARGIN = 10.0
#: Largest turn of det M over half of a step, and its largest bend in parts of its size.
_TURN, _BEND = 0.7, 0.5
#: The lowest sample, and the highest, in parts of gamma and in multiples of all energies.
_LOWEST, _HIGHEST = 0.05, 50.0
#: Samples per decade to begin with.
_DENSITY = 2
#: A step is divided where its chord comes closest to zero, but not closer to an end than this part
#: of it; where that is nowhere in particular, in the middle, or closer to omega = 0.
_END, _CLOSER = 0.03, 16.0
#: Rounds of dividing steps; multiplications of the highest frequency by ten.
_ROUNDS, _EXTENSIONS = 60, 6
#: How far from an integer the number of turns may be.
_INTEGER = 0.2


@dataclass(frozen=True)
class CertifiedCount:
    """The number of roots of det M above the real axis.

    Parameters
    ----------
    q : mpmath.mpf
        Wave number.
    count : int or None
        Roots with Im(omega) > 0, both signs of the real part; None if undecided.
    margin : float
        The smallest ratio of |det M| to the bound of its error at a sample.
    samples, evaluations : int
        Samples of the axis, and those of them that took more than double precision.
    digits : int
        The most digits that were needed; 15 is double precision.
    status : str
        "counted", or why not.
    """

    q: mpmath.mpf
    count: int | None
    margin: float
    samples: int
    evaluations: int
    digits: int
    status: str


def certified_count(
    state: SteadyState | PreciseState,
    q: Any,
    digits: int = 40,
    *,
    arithmetic: str | None = None,
) -> CertifiedCount:
    """Return the number of growing modes at a wave number.

    Samples in double precision are used where they are ten times larger than their error, the
    state's included; others are computed again with as many digits as they need.

    Parameters
    ----------
    state : SteadyState or PreciseState
    q : float or mpmath.mpf
        Wave number, positive, taken as exact.
    digits : int
        Digits of M, in units of the density of states, at which to give up.
    arithmetic : {"mpmath", "flint"}, optional
        As in `precise_matrix`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Parameters, solve_steady_state
    >>> from numerics.precise import certified_count
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=1e-4))
    >>> certified_count(state, 0.05).count
    2
    """
    digits = require_digits(digits)
    wave = wave_of(q)
    if wave == 0:
        raise outside("q", q, "q > 0")
    axis = _Axis(Evaluator(state, wave, arithmetic), digits)
    count: int | None = None
    status: str = Status.COUNTED
    try:
        count = axis.count()
    except _UndecidedError as reason:
        status = str(reason)
    return CertifiedCount(
        wave,
        count,
        axis.margin,
        len(axis.values),
        axis.evaluator.evaluations,
        axis.digits,
        status,
    )


class _UndecidedError(Exception):
    """The count cannot be decided, for the reason given."""


class _Axis:
    """det M at samples of the positive real axis, by frequency."""

    def __init__(self, evaluator: Evaluator, most: int) -> None:
        self.evaluator, self.most = evaluator, most
        self.values: dict[float, complex] = {}
        self.margin, self.digits = math.inf, 15

    def count(self) -> int:
        """Return the number of roots above the axis."""
        double, gamma = self.evaluator.double, self.evaluator.gamma
        coupling, power = double.parameters.coupling, growth_power(double)
        energies = coupling.energies(float(self.evaluator.q), double.mu)
        top = _HIGHEST * max(energies, double.carriers.energies)
        points = math.ceil(_DENSITY * math.log10(top / (_LOWEST * gamma)))
        first = [0.0, *map(float, np.geomspace(_LOWEST * gamma, top, points))]
        self.sample(first)
        turns = self.turn(list(itertools.pairwise(first)))
        for _ in range(_EXTENSIONS):
            number = turns / math.pi + power / 2
            if abs(number - round(number)) < _INTEGER and round(number) >= 0:
                return round(number)
            self.sample([10 * top])
            turns += self.turn([(top, 10 * top)])
            top *= 10
        raise _UndecidedError(f"det M turns by {turns:.3f}, which is no number of roots")

    def sample(self, omega: list[float]) -> None:
        """Compute det M, with as many digits as it takes to tell it from zero."""
        omega = [w for w in omega if w not in self.values]
        if not omega:
            return
        double, q = self.evaluator.double, float(self.evaluator.q)
        at = np.array(omega)
        value, error = determinant(double, q, at)
        error = error + determinant_response(double, q, at) @ np.array(_state_errors(double))
        # without poles of K; far from zero, it has no part in what is certain
        factors = np.broadcast_to(pole_factor(double, np.full(at.size, q), at + 0j).value, at.shape)
        for w, x, bound, factor in zip(omega, value, error, factors, strict=True):
            exact = complex(x.real) if w == 0 else complex(x)
            if not abs(exact) > _MARGIN * bound:
                found = self.evaluator.apart_from_zero(w, self.most, _MARGIN, self.digits)
                if found is None:
                    raise _UndecidedError(
                        f"det M at omega = {w:.3g} is not told from zero by {self.most} digits"
                    )
                precise, bound, digits = found
                exact = complex(precise.real if w == 0 else precise)
                self.digits = max(self.digits, digits)
                self.margin = min(self.margin, float(abs(precise)) / bound)
            else:
                self.margin = min(self.margin, float(abs(exact) / bound))
            whole = exact * complex(factor)
            self.values[w] = complex(whole.real) if w == 0 else whole

    def division(self, a: float, b: float) -> float:
        """Return where to divide a step."""
        x, chord = self.values[a], self.values[b] - self.values[a]
        if abs(chord) < _BEND * abs(x):
            return b / _CLOSER if a == 0 else (a + b) / 2
        part = -(chord.conjugate() * x).real / abs(chord) ** 2
        return a + min(max(part, _END), 1 - _END) * (b - a)

    def turn(self, steps: list[tuple[float, float]]) -> float:
        """Return the change of the argument over some steps, each divided until that is clear."""
        total = 0.0
        for _ in range(_ROUNDS):
            middles = [self.division(a, b) for a, b in steps]
            self.sample(middles)
            divided = []
            for (a, b), m in zip(steps, middles, strict=True):
                x, y, z = (self.values[w] for w in (a, m, b))
                turns = cmath.phase(y / x), cmath.phase(z / y)
                # where it goes straight in the plane
                straight = x + (z - x) * ((m - a) / (b - a))
                bend = abs(y - straight) / min(abs(x), abs(z))
                if max(map(abs, turns)) < _TURN and bend < _BEND:
                    total += sum(turns)
                else:
                    divided += [(a, m), (m, b)]
            if not divided:
                return total
            steps = divided
        raise _UndecidedError("det M turns too fast to be followed")


def _state_errors(state: SteadyState) -> tuple[float, ...]:
    """Return the errors of gap, mu, edge and tilt."""
    gap, mu, mu_b = state.error
    return gap, mu, mu + mu_b, state.tilt_error
