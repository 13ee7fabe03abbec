"""What the errors of a steady state do to a function of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.steady.solution import SteadyState

#: By how much more than its errors a state is changed: rounding would hide the changes themselves.
_LARGER = 1e4


def effect_of_errors(
    function: Callable[[SteadyState], Any], state: SteadyState, here: Any = None
) -> NDArray[np.float64]:
    """Return a bound, to first order, of what the errors of a state do to a function of it.

    Those of an occupation of the user's own are among them.  `here` is the function's value, where
    that is known.
    """
    gap, mu, mu_b = state.error
    here = function(state) if here is None else here
    moved = np.zeros(np.shape(here))
    errors = (("gap", gap), ("mu", mu), ("edge", mu + mu_b), ("tilt", state.tilt_error))
    for name, error in errors:
        if error == 0:
            continue
        there = replace(state, **{name: getattr(state, name) + _LARGER * error})
        moved += np.abs(function(there) - here) / _LARGER
    coarser = state.coarser()
    if coarser is not None:
        moved += np.abs(function(coarser) - here)
    return moved
