"""Verdicts that rounding leaves open, decided with more digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.errors import ConvergenceError
from numerics.results import DECAYS, GROWS, UNDECIDED, Status, Verdict
from numerics.stability.axis_count import AxisModes
from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Digits of M at which a verdict is given up.
DIGITS = 40


@dataclass(frozen=True)
class Certificate:
    """What more digits say of one mode.

    Parameters
    ----------
    q : float
    omega : complex
        The root, rounded to double precision.
    error : float
        Bound of its error.
    verdict : Verdict
        "grows", "decays" or "undecided".
    status : str
        "decided", or at which precision it was given up.
    """

    q: float
    omega: complex
    error: float
    verdict: Verdict
    status: str


def certified_mode(source: Source, q: float, omega: complex) -> Certificate:
    """Return a mode with the digits that the sign of its imaginary part takes."""
    certified_rate = Spectrum.of(source).required("certified_rate")
    try:
        found = certified_rate(q, omega, DIGITS)
    except ConvergenceError as failure:
        return Certificate(q, omega, np.inf, UNDECIDED, " ".join(str(failure).split()))
    rounded = complex(found.omega)
    error = found.error + abs(rounded) * float(np.finfo(float).eps)
    return Certificate(q, rounded, error, found.verdict, found.status)


def certified_counts(source: Source, found: Sequence[AxisModes]) -> tuple[Verdict, str]:
    """Return what the growing modes at wave numbers say that could not be counted, and how.

    Parameters
    ----------
    source : Spectrum or SteadyState
    found : sequence of AxisModes
        Those without a certain count.

    Returns
    -------
    tuple of str
        "grows", "decays" or "undecided", and "decided" or why not.
    """
    certified_count = Spectrum.of(source).required("certified_count")
    for modes in found:
        counted = certified_count(modes.q, DIGITS)
        if counted.count is None:
            return UNDECIDED, f"{counted.status} at q = {modes.q:.3g}"
        if counted.count > 0:
            return GROWS, Status.DECIDED
    return DECAYS, Status.DECIDED


def certified_modes(
    source: Source, q: float, frequencies: Complex, errors: Array
) -> tuple[Complex, Array]:
    """Return the modes of one wave number, those that are undecided with more digits."""
    roots, bounds = frequencies.copy(), errors.copy()
    for k in np.flatnonzero(np.abs(roots.imag) <= bounds):
        found = certified_mode(source, q, complex(roots[k]))
        if found.verdict != UNDECIDED:
            roots[k], bounds[k] = found.omega, min(found.error, abs(found.omega.imag) / 2)
    return roots, bounds
