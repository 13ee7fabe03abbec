"""The derivative of the gap equation by the order parameter, which M is at rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.steady.equations import Unknowns, evaluate_equations
from numerics.steady.solution import SteadyState
from numerics.steady.two_bands import state_integrals

Array = NDArray[np.float64]

#: Rounding of the derivatives of the equations, in units of their largest: some thousand momenta.
_DERIVED = 1e4 * float(np.finfo(float).eps)
#: Step of the differences, in units of the scale that the equations change on.
_STEP = 1e-2


def gap_slopes(state: SteadyState) -> tuple[Array, float]:
    """Return the derivative of (33), real and imaginary part, at fixed potentials, and its error.

    Parameters
    ----------
    state : SteadyState
        Of equal carriers, whose equations have derivatives of their own, or of others, for which
        differences stand in.
    """
    if not state.parameters.symmetric:
        return _differences(state)
    at = Unknowns(state.gap, state.mu, state.edge)
    value = evaluate_equations(state.parameters, state.parameters.drive, at)
    slopes = value.jacobian[:2] * value.scales[:2, None]
    return slopes[:, 0], _DERIVED * float(np.abs(slopes).max())


def _differences(state: SteadyState) -> tuple[Array, float]:
    """Return differences in two steps, extrapolated; their change bounds what is left."""
    model, step = state.parameters, _STEP * min(state.gap, state.parameters.linewidth)
    found, rounding = [], 0.0
    for width in (step, step / 2):
        above, below = (
            state_integrals(
                model.carriers(state.gap + side * width, state.mu, state.edge), model.cutoff
            )
            for side in (1, -1)
        )
        change = (above.gap - below.gap) / (2 * width)
        found.append(np.array([change.real, change.imag]))
        rounding = float((above.error[:2] + below.error[:2]).max()) / width
    coarse, fine = found
    return fine + (fine - coarse) / 3, float(np.abs(fine - coarse).max()) + 2 * rounding
