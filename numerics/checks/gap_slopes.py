"""The derivative of the gap equation by the order parameter, which M is at rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.steady.equations import Unknowns, evaluate_equations
from numerics.steady.frequency_sums import state_integrals
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Rounding of the derivatives of the equations, in units of their largest: some thousand momenta.
_DERIVED = 1e4 * float(np.finfo(float).eps)


def gap_slopes(state: SteadyState) -> tuple[Array, float]:
    """Return the derivative of (33), real and imaginary part, at fixed potentials, and its error.

    Parameters
    ----------
    state : SteadyState
    """
    model = state.parameters
    if model.closed:
        at = Unknowns(state.gap, state.mu, state.edge)
        value = evaluate_equations(model, model.drive, at)
        slopes = value.jacobian[:2] * value.scales[:2, None]
    else:
        # a tilt is one of the potentials
        slopes = state_integrals(state.carriers, model.cutoff).slopes[:2]
    return slopes[:, 0], _DERIVED * float(np.abs(slopes).max())
