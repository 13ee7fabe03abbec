"""What is divided out of det M where a coupling K has poles, and how it grows far away.

What is left of det M has the same zeros and is analytic.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.solve.analytic_newton import APART
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


class Factor(NamedTuple):
    """What det M is multiplied by, and its derivatives by omega and q: 1 and 0 without poles."""

    value: Any
    by_omega: Any
    by_q: Any


def pole_factor(state: SteadyState, q: Array, omega: Complex) -> Factor:
    """Return what vanishes where K has poles at some wave numbers and frequencies."""
    coupling, mu = state.parameters.coupling, state.mu
    pole = coupling.pole(q, mu)
    if pole is None:
        return Factor(1.0, 0.0, 0.0)
    step = APART * np.maximum(q, APART)
    resting, ahead, behind = (coupling.pole(x, mu) for x in (0 * q, q + step, q - step))
    assert resting is not None
    assert ahead is not None
    assert behind is not None
    scale = (np.abs(resting) + state.gap) ** 2
    first, second, moved = omega - pole, omega + pole.conj(), (ahead - behind) / (2 * step)
    by_q = moved.conj() * first - moved * second
    return Factor(first * second / scale, (first + second) / scale, by_q / scale)


def growth_power(state: SteadyState) -> float:
    """Return the power of omega with which det M grows far away, poles divided out."""
    coupling = state.parameters.coupling
    poles = 2 if coupling.pole(np.zeros(1), state.mu) is not None else 0
    # without a growing K, M_11 and M_22 do like the square root, or the logarithm in a film
    carriers = 1.0 if coupling.dimension == 3 else 0.0
    return max(carriers, 2 * coupling.growth) + poles
