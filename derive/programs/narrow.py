"""Program of two coefficients of (46) with gamma -> 0 first, for carriers of any kind."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive import symbols
from derive.closed_forms.narrow import (
    ELECTRONS,
    ELECTRONS_SLOPE,
    HOLES,
    HOLES_SLOPE,
    branch_filling,
    branch_slope,
    expand_branch,
    filling,
    filling_quotient,
    filling_slope,
    lowest_terms,
)
from derive.closed_forms.two_bands import IMBALANCE, SKEW
from derive.codegen.program import Assignment, Program

#: xi from where the energy of the upper branch is lowest: its slope vanishes there, and is as
#: accurate as this.
OFFSET = sp.Symbol("offset", real=True)
_INPUTS = (
    OFFSET,
    symbols.gap,
    symbols.linewidth,
    IMBALANCE,
    SKEW,
    ELECTRONS,
    HOLES,
    ELECTRONS_SLOPE,
    HOLES_SLOPE,
)
_SLOPE = sp.Symbol("slope", real=True)


def narrow(finished: Callable[..., Program]) -> Program:
    """Return what the upper branch adds to alpha_11 and beta_22.

    Parameters
    ----------
    finished : callable
        Makes a program of its name, source, inputs, body and outputs.
    """
    amplitude, phase = expand_branch(1, 1), expand_branch(2, 2)
    if phase.curvature is None:
        raise ValueError("Pi_22 has a coefficient of q**2")
    value, turning, along = branch_filling()
    turned, moved = sp.symbols("F_turning F_along", real=True)
    body: list[Assignment] = [
        *_lowest(),
        (filling, value),
        (turned, turning),
        (moved, along),
        (filling_slope, turned + _SLOPE * moved),
        (filling_quotient, turned / _SLOPE + moved),
    ]
    # together, since what is left of both falls off faster than either
    stiffness = lowest_terms(phase.constant - amplitude.constant)
    outputs = [("alpha11", stiffness), ("beta22", phase.curvature)]
    source = "alpha11 and beta22 of the upper branch with gamma -> 0 first"
    return finished("narrow", source, _INPUTS, body, outputs)


def _lowest() -> list[Assignment]:
    """Return xi, E and the slope of the branch, next to where that vanishes.

    There xi is -a E, and with E**2 - E_0**2 = (xi - xi_0)(xi + xi_0) the slope times E is
    (xi - xi_0) [1 + a (xi + xi_0)/(E + E_0)].
    """
    place, energy = sp.symbols("xi_lowest E_lowest", real=True)
    rise = 1 + SKEW * (symbols.xi + place) / (symbols.energy + energy)
    product = OFFSET * rise
    exact = branch_slope() * symbols.energy
    squares = {OFFSET: symbols.xi - place, symbols.energy: symbols.excitation_energy}
    squares |= {place: -SKEW * energy}
    difference = (product - exact).xreplace(squares).xreplace(squares)
    lowest = symbols.gap / sp.sqrt(1 - SKEW**2)
    if sp.simplify(difference.subs(energy, lowest)) != 0:
        raise ValueError("the slope of the branch is another one")
    return [
        (energy, symbols.gap / sp.sqrt((1 - SKEW) * (1 + SKEW))),
        (place, -SKEW * energy),
        (symbols.xi, OFFSET + place),
        (symbols.energy, symbols.excitation_energy),
        (_SLOPE, product / symbols.energy),
    ]
