"""The wave numbers at which growing modes are looked for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]

#: The smallest wave number in units of gamma/(2 k_F), the inverse mean free path at the Fermi
#: velocity.
LOWEST = 1e-3
#: Where modes change their nature, in units of that and of the largest wave number: there the
#: search has so many wave numbers in each decade, elsewhere the second number.
NEAR, _FAR, _DENSE, _SPARSE = (0.3, 300.0), 5e-3, 6, 2
#: The least number of wave numbers.
_LEAST = 26


def search_grid(
    source: Source, smallest: float | None = None, largest: float | None = None
) -> Array:
    """Return the wave numbers of the search, by default those of `growth_rate`."""
    spectrum = Spectrum.of(source)
    scale = spectrum.linewidth / 2
    smallest = LOWEST * scale if smallest is None else smallest
    largest = max(spectrum.reach, 2 * smallest) if largest is None else largest
    far = _FAR * spectrum.reach
    pieces = [(0.0, NEAR[0] * scale, _SPARSE), (NEAR[0] * scale, NEAR[1] * scale, _DENSE)]
    pieces += [(NEAR[1] * scale, far, _SPARSE), (max(far, NEAR[1] * scale), math.inf, _DENSE)]
    points = [np.array([smallest, largest])]
    for low, high, density in pieces:
        low, high = max(low, smallest), min(high, largest)
        if high > low:
            number = 1 + math.ceil(density * math.log10(high / low))
            points.append(np.geomspace(low, high, number))
    grid = np.unique(np.clip(np.concatenate(points), smallest, largest))
    # a short range is looked at more closely
    return grid if grid.size >= _LEAST else np.geomspace(smallest, largest, _LEAST)
