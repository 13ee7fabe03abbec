"""det M at one wave number, to more and more digits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import mpmath

from numerics.precise.matrix import PreciseMatrix, margin_of, precise_matrix
from numerics.precise.state import PreciseState, precise_state
from numerics.steady.solution import SteadyState

#: The first number of digits, and how many are added at a time.
FIRST, MORE = 16, 8
#: The steady state is solved to as many digits more.
_STATE = 4


def stages(digits: int) -> list[int]:
    """Return the numbers of digits to try, up to the largest one."""
    return [*range(FIRST, digits, MORE), digits]


@dataclass
class Evaluator:
    """det(4 pi M) at one state and wave number; states are kept once they are solved.

    Parameters
    ----------
    state : SteadyState or PreciseState
        One in double precision is solved to the digits that are needed; a precise one is used as
        it is.
    q : float or mpmath.mpf
    arithmetic : str, optional
        As in `precise_matrix`.
    """

    state: SteadyState | PreciseState
    q: Any
    arithmetic: str | None = None
    evaluations: int = 0
    _states: dict[int, PreciseState] = field(default_factory=dict)

    @property
    def double(self) -> SteadyState:
        """The state in double precision."""
        return self.state if isinstance(self.state, SteadyState) else self.state.double

    @property
    def gamma(self) -> float:
        """How far below the axis M is analytic."""
        return margin_of(self.state)

    def matrix(self, omega: Any, digits: int) -> PreciseMatrix:
        """Return M at a frequency."""
        self.evaluations += 1
        return precise_matrix(
            self._solved(digits), self.q, omega, digits, arithmetic=self.arithmetic
        )

    def __call__(self, omega: Any, digits: int) -> tuple[mpmath.mpc, float]:
        """Return the determinant and a bound of its error."""
        found = self.matrix(omega, digits)
        return found.determinant, found.determinant_error

    def apart_from_zero(
        self, omega: Any, digits: int, margin: float, first: int = FIRST
    ) -> tuple[mpmath.mpc, float, int] | None:
        """Return the determinant, its bound, and the digits that make it larger by a margin."""
        stage = min(max(first, FIRST), digits)
        while True:
            value, error = self(omega, stage)
            size = float(abs(value))
            if size > margin * error:
                return value, error, stage
            if stage == digits:
                return None
            # as many digits more as the size says, where it says anything
            missing = math.log10(margin * error / size) if size > error else 0.0
            stage = min(max(stage + MORE, stage + math.ceil(missing) + 1), digits)

    def _solved(self, digits: int) -> PreciseState:
        if isinstance(self.state, PreciseState):
            return self.state
        if digits not in self._states:
            self._states[digits] = precise_state(
                self.state, digits + _STATE, arithmetic=self.arithmetic
            )
        return self._states[digits]
