"""What rounding leaves of the imaginary part of the gap equation, summed over the momenta.

Counted in units of half an ulp, relative to terms whose sum is of one sign: those of one
reservoir in the imaginary part of the gap equation are, at any momentum that of minus its edge.
Left out here is what E = sqrt(xi**2 + Delta_0**2) is rounded against an edge: that moves the edge.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from numerics.occupation import Filled

Array = NDArray[np.float64]

#: Half an ulp.
UNIT = float(np.finfo(float).eps) / 2
#: Of the imaginary output of `step` relative to it, and of that of `empty`: their operations, each
#: with what it does to the output, as tests carry them along; those of their tails are fewer.
STEP, EMPTY = 37, 12
#: Of that of `thermal`, in which digamma functions of order one cancel, relative to that of
#: `empty`: of arguments and products, and of each function for a modulus of pi.  SciPy's functions
#: lose 24 ulp, those of the compiled loop 8.
ARGUMENTS, DIGAMMA, COMPILED_DIGAMMA = 24, 68, 20
#: At every node: the measure with p**2, the weight, their products, and the rate.
PRODUCTS = 11
#: Of a sum in blocks of 128 by eight partial sums, of which each adds 15 times, and three times of
#: these; blocks are added in pairs.
_BLOCK, _IN_BLOCK = 128, 18


def summation(count: int) -> int:
    """Return how often a sum of so many terms is rounded at most, relative to their moduli."""
    return _IN_BLOCK + math.ceil(math.log2(max(count / _BLOCK, 1)))


def thermal_roundings(
    energy: Array, linewidth: float, filled: Filled, digamma: int = DIGAMMA
) -> Array:
    """Return those of `thermal` at quasiparticle energies E, relative to `empty`.

    Its digamma functions have the arguments z = 1/2 + [gamma + i (E +- B)]/(2 pi T), where
    |psi(z)| < |log z| + 1/|z|, and their real parts are multiplied by gamma/E.
    """
    scale = 2 * math.pi * filled.temperature
    total = np.zeros_like(energy)
    for sign in (1, -1):
        z = 0.5 + (linewidth + 1j * (energy + sign * filled.edge)) / scale
        total += np.abs(np.log(z)) + 1 / np.abs(z)
    return np.asarray((ARGUMENTS + digamma / math.pi * total) * (1 + linewidth / energy))


def imaginary_rounding(terms: list[tuple[int, float]], count: int) -> float:
    """Return a bound for the imaginary part of the gap equation.

    Parameters
    ----------
    terms : list of tuple
        Of each reservoir, how often its terms are rounded, and their sum.
    count : int
        Of the nodes.
    """
    # and the sum over the reservoirs
    shared = PRODUCTS + len(terms) + summation(count)
    return UNIT * math.fsum((own + shared) * abs(total) for own, total in terms)
