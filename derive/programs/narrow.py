"""Program of two coefficients of (46) with gamma -> 0 first."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive import symbols
from derive.closed_forms.expansion import (
    even,
    even_slope,
    expand_narrow,
    lowest_terms,
    odd,
    odd_slope,
)
from derive.codegen.program import Program


def narrow(finished: Callable[..., Program]) -> Program:
    """Return alpha_11 and beta_22, split by what they multiply.

    Parameters
    ----------
    finished : callable
        Makes a program of its name, source, inputs, body and outputs.
    """
    amplitude, phase = expand_narrow(1, 1), expand_narrow(2, 2)
    if phase.wave is None:
        raise ValueError("Pi_22 has a coefficient of q**2")
    values = {
        "alpha11": phase.constant - amplitude.constant,
        "beta22": -phase.wave / (sp.Rational(2, 3) * (symbols.xi + symbols.mu)),
    }
    outputs = [
        (f"{name}_by_{symbol}", lowest_terms(sp.expand(value).coeff(symbol)))
        for name, value in values.items()
        for symbol in (even, odd, even_slope, odd_slope)
    ]
    return finished(
        "narrow", "alpha11 and beta22 with gamma -> 0 first", (symbols.xi, symbols.gap), [], outputs
    )
