"""Newton's method in one unknown, kept between the signs that it has seen."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

#: Evaluations after which it gives up: a bisection of doubles ends before.
_MOST = 100
#: Numbers closer than this part of them are the same.
_ROUNDING = 4 * sys.float_info.epsilon


def bracketed_root(
    function: Callable[[float], tuple[float, float]],
    start: float,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    longest: float = 1.0,
    tolerance: float = 1e-8,
) -> float:
    """Return the root of a rising function.

    Where a step of Newton's method leads out of what is known to hold the root, or steps do not
    shrink, that is halved.  As long as it has no end on one side, steps there double.

    Parameters
    ----------
    function : callable
        Value and derivative; values may be infinite.
    start : float
        Between `low` and `high`.
    low, high : float
        The root is wanted between these, where the function is not evaluated.
    longest : float
        The longest step at first.
    tolerance : float
        The last step, or length of what holds the root, which is the error of a linear function;
        that of others is of the second order.

    Returns
    -------
    float
        Not a number if there is none: the values were none, or the steps came to no end.
    """
    x, before = start, math.inf
    for _ in range(_MOST):
        value, slope = function(x)
        if math.isnan(value):
            return math.nan
        if value == 0:
            return x
        low, high = (x, high) if value < 0 else (low, x)
        newton = -value / slope if slope > 0 and math.isfinite(value) else math.nan
        close = tolerance + _ROUNDING * abs(x)
        if abs(newton) < close:
            return min(max(x + newton, low), high)
        if high - low < close:
            return (low + high) / 2
        bounded, shrinks = math.isfinite(high - low), abs(newton) < before / 2
        step = newton if shrinks and (bounded or abs(newton) < longest) else math.nan
        if math.isnan(step) and not bounded:
            step, longest = math.copysign(longest, -value), 2 * longest
        if not low < x + step < high:
            # half of what holds the root, or half-way towards an end that is not evaluated
            end = high if value < 0 else low
            step = (low + high) / 2 - x if bounded else (end - x) / 2
        before = abs(step)
        x += step
    return math.nan
