"""The gap equation (33) and the number equation (34) for carriers of any masses and rates.

In a neutral model a fourth unknown, the tilt by which the reservoirs are higher for electrons and
lower for holes, makes their densities equal.  It is eliminated here: the densities' difference
grows with it, whatever the others are.  Of the densities the tails are left out that a constant
linewidth has at large momenta: they grow with the cutoff, and with the mass.
"""

from __future__ import annotations

import dataclasses
import importlib
import math

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.parameters import Setting
from numerics.steady.equations import (
    BALANCE,
    Evaluation,
    Unknowns,
    coupling_rounding,
    coupling_terms,
)
from numerics.steady.frequency_sums import Pair, densities, state_integrals

Array = NDArray[np.float64]

_EPS = float(np.finfo(float).eps)
#: The tilt's last step in units of what occupations change on: the square of it is left.
_SETTLED = 1e-7
#: The longest step in units of all energies, where there is no gap.
_LONGEST = 0.1
#: Evaluations after which there is no tilt.
_MOST = 60


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
    carriers, numbers = parameters.carriers(at.gap, at.mu, at.edge, drive=drive), None
    if parameters.neutral:
        carriers, numbers = _neutral(carriers, parameters.cutoff, at.tilt)
    found = state_integrals(carriers, parameters.cutoff, numbers)
    density = parameters.bands.density
    terms, by_coupling = coupling_terms(parameters, drive, at)
    equations = terms + np.array([found.gap.real, found.gap.imag, found.number - density])
    scales = np.array(
        [
            abs(terms[0]) + found.subtracted,
            max(float(found.size[1]) + abs(terms[1]), BALANCE * abs(found.empty)),
            density,
        ]
    )
    errors = np.array([*found.error[:2], found.error[2] + found.error[3]])
    errors += 4 * _EPS * np.abs(terms) + coupling_rounding(by_coupling, at.mu)
    slopes = np.array([*found.slopes[:2], found.slopes[2] + found.slopes[3]])
    slopes[:, :4] += by_coupling
    number = found.number + float(terms[2])
    if parameters.potential is not None:
        # the potential is given in place of the density
        equations[2] = at.mu + at.edge - parameters.potential
        scales[2] = max(abs(parameters.potential), abs(at.mu), abs(at.edge))
        slopes[2], errors[2] = (0.0, 1.0, 1.0, 0.0, 0.0), 2 * _EPS * scales[2]
    tilt, tilt_error, tilt_slopes = 0.0, 0.0, np.zeros(4)
    if parameters.neutral:
        # what is left of the difference of the densities, to first order
        difference = found.slopes[2] - found.slopes[3]
        tails, tails_by_drive = _tails(carriers, parameters.cutoff)
        difference[3] -= tails_by_drive
        left, by_tilt = found.electrons - found.holes - tails, float(difference[4])
        response = slopes[:, 4] / by_tilt
        tilt_slopes, tilt = -difference[:4] / by_tilt, carriers.tilt - left / by_tilt
        tilt_error = float(found.error[2] + found.error[3]) / abs(by_tilt)
        number -= left * float(found.slopes[2, 4] + found.slopes[3, 4]) / by_tilt
        equations -= response * left
        errors += np.abs(slopes[:, 4]) * tilt_error
        slopes = slopes - np.outer(response, difference)
    return Evaluation(
        residuals=equations / scales,
        scales=scales,
        jacobian=slopes[:, :4] / scales[:, None],
        errors=errors / scales,
        number=number,
        nodes=found.nodes,
        tilt=tilt,
        tilt_error=tilt_error,
        tilt_slopes=tuple(map(float, tilt_slopes)),
    )


def _neutral(carriers: Carriers, cutoff: float, start: float | None) -> tuple[Carriers, Pair]:
    """Return the carriers with the tilt that makes their densities equal, and the densities.

    Newton's method, within a bracket as soon as there is one: in the gap the densities hardly
    depend on the tilt, by the tails of the spectrum only.

    Parameters
    ----------
    carriers : Carriers
        Without a tilt.
    cutoff : float
    start : float, optional
        A tilt close to it; that at which carriers are exchanged in the middle of the gap, where
        nothing else is known.
    """
    width, longest = _widths(carriers)
    tails, _ = _tails(carriers, cutoff)
    # where none was found it is not a number
    tilt = carriers.middle if start is None or not math.isfinite(start) else start
    low, high, before = -math.inf, math.inf, math.inf
    for _ in range(_MOST):
        tilted = dataclasses.replace(carriers, tilt=tilt)
        found = densities(tilted, cutoff)
        (electrons, holes), slope = (
            found.value[:, 0],
            float(found.slopes[0, 4] - found.slopes[1, 4]),
        )
        left = float(electrons - holes) - tails
        step = -left / slope if slope > 0 else math.copysign(longest, -left)
        known = float(found.error.sum() + _EPS * found.size.sum())
        if abs(step) <= _SETTLED * width or abs(left) <= known:
            return tilted, found
        low, high = (tilt, high) if left < 0 else (low, tilt)
        shrinks = abs(step) < before / 2
        before = min(abs(step), longest)
        tilt += math.copysign(before, step)
        # at the edge of a spectrum steps lead to and fro between a steep side and a flat one
        if not (low < tilt < high and (shrinks or math.isinf(high - low))):
            tilt = (low + high) / 2
    # no tilt: the equations have no value
    return dataclasses.replace(carriers, tilt=math.nan), found._replace(
        value=found.value * math.nan
    )


def tails(carriers: Carriers, cutoff: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the tails of electrons and of holes up to a cutoff, and their slopes by the drive.

    They are what a constant linewidth has of the density at large momenta, to leading order.
    """
    both = (carriers.electrons, carriers.holes)
    rates = tuple(math.fsum(f.rate for f in o.filled) for o in both)
    shares = tuple(math.fsum(f.share for f in o.filled) for o in both)
    kernels = importlib.import_module(f"numerics.kernels.{carriers.kernels}_numpy")
    by_rates, by_drive = (kernels.tails(e, h, cutoff, carriers.skew) for e, h in (rates, shares))
    return by_rates, by_drive


def _tails(carriers: Carriers, cutoff: float) -> tuple[float, float]:
    """Return by how much the tails of electrons exceed those of holes, and its slope by drive."""
    by_rates, by_drive = tails(carriers, cutoff)
    return by_rates[0] - by_rates[1], by_drive[0] - by_drive[1]


def _widths(carriers: Carriers) -> tuple[float, float]:
    """Return what occupations change on at least, and the longest step of a tilt."""
    smeared = min(
        f.smearing for o in (carriers.electrons, carriers.holes) for f in o.filled if f.rate > 0
    )
    width = carriers.margin + smeared
    return width, max(carriers.threshold + width, _LONGEST * carriers.energies)
