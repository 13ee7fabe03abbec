"""The integrals over the frequency of the steady state's equations in one compiled loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import CLOSEST, Carriers
from numerics.evaluation import compiled_kernel, compiled_loop
from numerics.quadrature.panels import compiled_rows
from numerics.quadrature.rules import Rule
from numerics.steady.divergence import Divergence

Array = NDArray[np.float64]

#: Rows of an integrand, of which each has the two of the kernel: the sums themselves, as they are
#: if nothing is filled, and their derivatives by gap, mu, drive, by the places of tied and of given
#: steps, and by a shift of all.
ROWS = 8
_NONE = np.empty(0)


class Found(NamedTuple):
    """Two integrals with their derivatives.

    Parameters
    ----------
    rows : ndarray, shape (8, 2)
        The derivatives by places of sharp steps are among them.
    error, size : ndarray, shape (2,)
        Of the sums themselves.
    nodes : int
        Frequencies, of one sign.
    """

    rows: Array
    error: Array
    size: Array
    nodes: int


class Goal(NamedTuple):
    """What decides where panels are halved.

    Parameters
    ----------
    rtol, rounding : float
        Tolerance relative to the scale, and least one relative to the size, of panels, too.
    balance : float
        Part of what the second sum is, if nothing is filled, that its scale is at least.
    rounds : int
        How often at most.
    """

    rtol: float
    rounding: float
    balance: float
    rounds: int


class Grading(NamedTuple):
    """Where an integrand has features.

    Parameters
    ----------
    positions, widths : list of float
        Of branch points: abs(y), and distance from the axis.
    splits : list of float
        Where it has steps.
    """

    positions: list[float]
    widths: list[float]
    splits: list[float]


def frequency_loop(
    carriers: Carriers,
    program: str,
    cutoff: tuple[float, ...],
    divergence: Divergence | None,
    beside: float,
    grading: Grading,
    rule: Rule,
    goal: Goal,
) -> Found:
    """Integrate over frequencies of both signs.

    Where electrons and holes are alike one sign tells of the other: the right-hand side of (33) is
    the same there, and the densities change places.

    Parameters
    ----------
    carriers : Carriers
    program : str
        "gap" or "numbers".
    cutoff : tuple of float
        What the kernel takes before the state.
    divergence : Divergence, optional
        What is subtracted from the first sum, whose scale is then the size of that.
    beside : float
        Over how much beside the middle of the gap an integrand is taken as linear, where the poles
        of G^R and G^A cancel.
    grading, rule, goal
        Panels, the rule on them, and where they are halved.
    """
    kernel, _ = compiled_kernel(carriers.kernels, program)
    places, widths, splits = (np.array([x]) for x in grading)
    _, panels = compiled_rows(
        (places, np.zeros_like(places)), widths, (splits, np.zeros_like(splits)), _NONE
    )
    (e, h), gap = carriers.shares, abs(carriers.gap)
    weight, scale, size = 0.0, 0.0, 0.0
    if divergence is not None:
        # the sign tells of two powers which
        weight = divergence.weight if divergence.dimension == 3 else -divergence.weight
        scale, size = divergence.scale, divergence.size
    folded = (1 if program == "gap" else 2) if carriers.alike else 0
    closest = CLOSEST * gap
    rows = (carriers.threshold, carriers.offset, closest, max(closest, beside))
    totals = np.empty(2 * ROWS + 4)
    nodes = compiled_loop("state_sums")(
        kernel,
        np.ascontiguousarray(panels),
        # the sums are even in the order parameter
        np.array([*cutoff, gap, *carriers.parameters()[1:]]),
        np.array([*rows, (e + h) / 2, (e - h) / 2, weight, scale, folded]),
        np.array([goal.rtol, goal.rounding, size, goal.balance]),
        carriers.steps,
        rule.rows,
        goal.rounds,
        totals,
    )
    found = totals[: 2 * ROWS].reshape(ROWS, 2)
    if carriers.gap < 0:
        found[2] *= -1
    return Found(found, totals[-2:], totals[-4:-2], nodes)
