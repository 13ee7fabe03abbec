"""Which route evaluates the equations of a model: the one place where that is decided."""

from __future__ import annotations

from numerics.parameters import Setting
from numerics.steady.equations import Evaluation, Unknowns, evaluate_equations
from numerics.steady.general_equations import evaluate_general


def evaluate_model(parameters: Setting, drive: float, at: Unknowns) -> Evaluation:
    """Evaluate the equations of any model, their derivatives and their errors.

    Equal carriers in three dimensions have closed forms of the frequency integral, and a sum over
    momenta is left; for others the momenta are summed first, and an integral over the frequency is
    left.

    Parameters
    ----------
    parameters : Parameters or Model
        Everything but the drive.
    drive : float
        The drive, which replaces that of `parameters`.
    at : Unknowns
        Where.
    """
    route = evaluate_equations if parameters.closed else evaluate_general
    return route(parameters, drive, at)
