"""What the errors of a steady state do to a function of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.steady.solution import SteadyState

#: By how much more than its errors a state is changed, at most: rounding would hide the changes
#: themselves.  And the part of the linewidth on which functions of the state are linear.
_LARGER, _LINEAR = 1e4, 0.1
#: What is moved.
_UNKNOWNS = ("gap", "mu", "edge", "tilt")


def effect_of_errors(
    function: Callable[[SteadyState], Any], state: SteadyState, here: Any = None
) -> NDArray[np.float64]:
    """Return a bound, to first order, of what the errors of a state do to a function of it.

    Those of an occupation of the user's own are among them.  `here` is the function's value, where
    that is known.
    """
    here = function(state) if here is None else here
    moved = np.zeros(np.shape(here))
    for shift in state.shifts or _apart(state):
        size = max(map(abs, shift))
        if size == 0:
            continue
        larger = min(_LARGER, max(_LINEAR * state.carriers.margin / size, 1.0))
        changes = zip(_UNKNOWNS, shift, strict=True)
        there = {name: getattr(state, name) + larger * change for name, change in changes}
        moved += np.abs(function(replace(state, **there)) - here) / larger
    coarser = state.coarser()
    if coarser is not None:
        moved += np.abs(function(coarser) - here)
    return moved


def _apart(state: SteadyState) -> list[tuple[float, ...]]:
    """Return the errors of a state of which it is not known how they belong together."""
    gap, mu, mu_b = state.error
    return [tuple(row) for row in np.diag([gap, mu, mu + mu_b, state.tilt_error]).tolist()]
