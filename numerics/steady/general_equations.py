"""The gap equation (33) and the number equation (34) for carriers of any masses and rates."""

from __future__ import annotations

import math

import numpy as np

from numerics.parameters import DENSITY, Setting
from numerics.steady.equations import BALANCE, Evaluation, Unknowns
from numerics.steady.frequency_sums import state_integrals

_EPS = float(np.finfo(float).eps)


def evaluate_general(parameters: Setting, drive: float, at: Unknowns) -> Evaluation:
    """Evaluate the equations, their derivatives and their errors; see `evaluate_equations`.

    Parameters
    ----------
    parameters : Parameters or Model
        Everything but the drive.
    drive : float
        The drive, which replaces that of `parameters`.
    at : Unknowns
        Where.
    """
    carriers = parameters.carriers(at.gap, at.mu, at.edge, drive=drive)
    found = state_integrals(carriers, parameters.cutoff)
    coupling = parameters.inv_kfa / (8 * math.pi)
    equations = np.array([found.gap.real + coupling, found.gap.imag, found.number - DENSITY])
    scales = np.array(
        [
            abs(coupling) + found.subtracted,
            max(float(found.size[1]), BALANCE * abs(found.empty)),
            DENSITY,
        ]
    )
    errors = np.array([*found.error[:2], found.error[2] + found.error[3]])
    slopes = found.slopes[:, :4]
    jacobian = np.array([slopes[0], slopes[1], slopes[2] + slopes[3]])
    if parameters.potential is not None:
        # the potential is given in place of the density
        equations[2] = at.mu + at.edge - parameters.potential
        scales[2] = max(abs(parameters.potential), abs(at.mu), abs(at.edge))
        jacobian[2], errors[2] = (0.0, 1.0, 1.0, 0.0), 2 * _EPS * scales[2]
    return Evaluation(
        residuals=equations / scales,
        scales=scales,
        jacobian=jacobian / scales[:, None],
        errors=errors / scales,
        number=found.number,
        nodes=found.nodes,
    )
