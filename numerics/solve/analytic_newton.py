"""Newton's method for zeros of analytic functions, many at once, and derivatives from values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.intp]

#: Steps after which a search is given up: each one doubles the digits, and those that are cut short
#: lead away from the start within ten.  Next to a zero each step is shorter than the one before:
#: where so many were not, there is none.
_STEPS, _WANDERING = 30, 3
#: A step is the last one if it is shorter than this part of the distance to what bends the
#: function; after one shorter than the second part the slope stays.  What is left is the length
#: times either part: below rounding.
_LAST, _KEPT = 1e-9, 1e-4
#: Neighbours from which a derivative is taken are this part of that distance away: the fourth power
#: of it is the error, rounding over it the noise.
APART = 1e-3
#: The fourth roots of one.
_AROUND = np.array([1, 1j, -1, -1j])


class Local(NamedTuple):
    """Values of a function, bounds of their errors, and its derivatives."""

    value: Complex
    bound: Array
    slope: Complex


class Zeros(NamedTuple):
    """Zeros, not a number where none was found, and derivatives next to them."""

    at: Complex
    slope: Complex


def newton(
    function: Callable[[Integers, Complex], tuple[Complex, Array]],
    with_slope: Callable[[Integers, Complex], Local],
    start: Complex,
    room: Callable[[Integers, Complex], Array],
    longest: Array | float = np.inf,
    last: float = _LAST,
    kept: float = _KEPT,
) -> Zeros:
    """Return the zeros to which Newton's method leads.

    A step within the error of the function over its slope is the last one.

    Parameters
    ----------
    function : callable
        Maps the numbers of some zeros, and points, to values and bounds of their errors.
    with_slope : callable
        Maps them to these and derivatives.
    start : ndarray of complex, shape (n,)
        Guesses.
    room : callable
        How far each point is from what bends the function, such as another zero or a branch point,
        and from where a zero is not wanted: none is looked for where it is not positive.
    longest : float or ndarray, shape (n,)
        Longer steps are cut short.
    last : float
        A step is the last one if it is shorter than this part of the room: the one before it told
        the slope, so that what is left is about the square of that part.
    kept : float
        After a step shorter than this part of the room the slope stays; with zero it is always one
        from before the last step.

    Examples
    --------
    >>> def square(which, z):
    ...     return z * z - 2, np.zeros(z.shape)
    >>> def with_slope(which, z):
    ...     return Local(*square(which, z), 2 * z)
    >>> found = newton(square, with_slope, np.array([1.0 + 0.1j]), lambda which, z: np.abs(z))
    >>> found.at.round(12)
    array([1.41421356-0.j])
    """
    now = np.array(start, dtype=complex)
    limit = np.broadcast_to(np.asarray(longest, dtype=float), now.shape)
    active, stays = room(np.arange(now.size), now) > 0, np.zeros(now.shape, dtype=bool)
    value, slope, bound = np.zeros_like(now), np.full_like(now, np.nan), np.zeros(now.shape)
    shortest, longer = np.full(now.shape, np.inf), np.zeros(now.shape, dtype=int)
    now[~active] = np.nan
    for _ in range(_STEPS):
        at = np.flatnonzero(active)
        if at.size == 0:
            break
        new, old = at[~stays[at]], at[stays[at]]
        if new.size > 0:
            value[new], bound[new], slope[new] = with_slope(new, now[new])
        if old.size > 0:
            value[old], bound[old] = function(old, now[old])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = -value[at] / slope[at]
            noise = bound[at] / np.abs(slope[at])
            length = np.abs(step)
            step = np.where(length > limit[at], step * (limit[at] / length), step)
            moved = now[at] + step
        left = room(at, moved)
        longer[at] += ~(length < shortest[at])
        shortest[at] = np.fmin(shortest[at], length)
        ends = length <= np.maximum(last * left, noise)
        lost = ~np.isfinite(moved) | ~(left > 0) | (~ends & (longer[at] >= _WANDERING))
        now[at] = np.where(lost, np.nan, moved)
        active[at] = ~lost & ~ends
        stays[at] = length <= kept * left
    now[active] = np.nan
    return Zeros(now, slope)


def slope_from_values(
    function: Callable[[Complex], Any], z: Complex, distance: Array | float
) -> Complex:
    """Return the derivative of an analytic function as a mean value over a small circle.

    Parameters
    ----------
    function : callable
        Maps points to values.
    z : ndarray of complex, shape (n,)
    distance : float or ndarray, shape (n,)
        The radius, `APART` of the distance to what bends the function.

    Examples
    --------
    >>> slope_from_values(np.exp, np.array([0.0j]), 1e-3).round(12)
    array([1.+0.j])
    """
    radius = np.broadcast_to(np.asarray(distance, dtype=float), z.shape)
    values = np.asarray(function((z + _AROUND[:, None] * radius).ravel())).reshape(4, -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((values / _AROUND[:, None]).sum(axis=0) / (4 * radius))
