"""Roots of det M from starting points, each with a disc that contains it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Steps of the secant method; the relative step, or the part of the error, that ends it.
_STEPS, _LAST, _PART = 30, 1e-11, 1.0
#: A change of det M in units of its bound that is one.
_TOLD = 4.0
#: First step, in parts of |omega| and of gamma + Im(omega).
_FIRST_STEP = 1e-3
#: The largest step, and a candidate's largest shift, in parts of gamma + |omega|.
_LONGEST, _SHIFT = 0.3, 1.5
#: Half of the distance over which the slope is taken, in units of the radius and of |omega| or
#: gamma + Im(omega), whichever is smaller.
_RADII, _STEP = 8.0, 1e-4
#: The largest deviation from the slope over that distance, in parts of it, of a simple root.
_CURVED = 0.25


def refine(source: Source, q: Array, start: Complex) -> tuple[Complex, Array]:
    """Return roots of det M next to the starting points, and bounds of their errors.

    The bounds contain the errors of M, not those of the state.  A root is not a number where the
    secant method leads away or out of the domain; its error is infinite where the values around it
    do not tell a simple root.

    Parameters
    ----------
    source : Spectrum or SteadyState
    q : ndarray, shape (n,)
        Positive wave numbers.
    start : ndarray of complex, shape (n,)
        Guesses.
    """
    spectrum = Spectrum.of(source)
    roots = _secant(spectrum, q, np.array(start, dtype=complex))
    errors = np.full(roots.shape, np.inf)
    at = np.flatnonzero(np.isfinite(roots))
    if at.size > 0:
        errors[at], _ = radii(spectrum, q[at], roots[at])
    return roots, errors


def with_state_errors(source: Source, q: Array, roots: Complex, errors: Array) -> Array:
    """Return bounds of the errors of roots that contain those of the state."""
    spectrum = Spectrum.of(source)
    known = np.flatnonzero(np.isfinite(roots) & np.isfinite(errors))
    result = np.array(errors)
    if known.size > 0 and spectrum.effect_of_errors is not None:
        _, slopes = radii(spectrum, q[known], roots[known])
        result[known] += spectrum.effect_of_errors(q[known], roots[known]) / slopes
    return result


def _secant(spectrum: Spectrum, q: Array, start: Complex) -> Complex:
    """Return where the secant method leads; not a number where that is away from the start."""
    gamma = spectrum.linewidth
    size = gamma + np.abs(start)
    lowest = -gamma
    now = start.copy()
    active = now.imag > lowest
    now[~active] = np.nan
    # a start may be zero
    reach = np.minimum(np.abs(start) + _FIRST_STEP * gamma, gamma + start.imag)
    before = start + _FIRST_STEP * reach
    old, slope = np.zeros_like(start), np.full_like(start, np.nan)
    old[active] = spectrum(q[active], before[active]).value
    for _ in range(_STEPS):
        at = np.flatnonzero(active)
        if at.size == 0:
            break
        value, bound = spectrum(q[at], now[at])
        # two values that rounding alone may tell apart have no slope: the one before stays
        change = value - old[at]
        told = (np.abs(change) > _TOLD * bound) | np.isnan(slope[at])
        with np.errstate(divide="ignore", invalid="ignore"):
            slope[at] = np.where(told, change / (now[at] - before[at]), slope[at])
            step = -value / slope[at]
            noise = bound / np.abs(slope[at])
        length = np.abs(step) / size[at]
        step = step * np.minimum(1.0, _LONGEST / np.maximum(length, _LONGEST))
        moved = now[at] + step
        lost = ~np.isfinite(moved) | (moved.imag <= lowest)
        lost |= np.abs(moved - start[at]) > _SHIFT * size[at]
        before[at], old[at] = now[at], value
        now[at] = np.where(lost, np.nan, moved)
        active[at] = ~lost & (np.abs(step) > np.maximum(_LAST * np.abs(moved), _PART * noise))
    now[active] = np.nan
    return now


def radii(spectrum: Spectrum, q: Array, at: Complex) -> tuple[Array, Array]:
    """Return radii of discs about given points that contain a root, and |d det M/d omega|.

    By Rouche's theorem a disc contains one root where det M is its linear part, of the slope f',
    up to less than |f'| r on its border.  The slope and what deviates from it are those over eight
    radii; an infinite radius where that is no slope.
    """
    gamma = spectrum.linewidth
    value, bound = spectrum(q, at)
    room = gamma + at.imag
    step = _STEP * np.minimum(np.abs(at), room)
    radius = np.zeros(at.shape)
    slope = np.full(at.shape, np.nan)
    undecided = np.ones(at.shape, dtype=bool)
    # once more over a longer distance where the radius turns out to need that
    for _ in range(2):
        k = np.flatnonzero(undecided)
        if k.size == 0:
            break
        step[k] = np.minimum(np.maximum(step[k], _RADII * radius[k]), 0.5 * room[k])
        radius[k], slope[k] = _radius(spectrum, q[k], at[k], step[k], np.abs(value[k]), bound[k])
        undecided[k] = _RADII * radius[k] > step[k]
    radius[undecided] = np.inf
    return radius, slope


def _radius(
    spectrum: Spectrum, q: Array, at: Complex, step: Array, value: Array, bound: Array
) -> tuple[Array, Array]:
    """Return the radius by the slope over one distance, and the slope."""
    places = np.concatenate([at + step, at - step, at + 1j * step])
    ends, noise = spectrum(np.tile(q, 3), places)
    (ahead, behind, beside), noise = ends.reshape(3, -1), noise.reshape(3, -1).max(axis=0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        derivative = (ahead - behind) / (2 * step)
        slope = np.abs(derivative)
        # what is not linear along either direction, over the same distance
        middle = (ahead + behind) / 2
        curved = np.abs(beside - middle - 1j * step * derivative) + noise
        deviation = curved / (slope * step)
        radius = (value + bound) / (slope * (1 - deviation))
    simple = np.isfinite(radius) & (slope * step > 2 * noise) & (deviation < _CURVED)
    return np.where(simple, radius, np.inf), np.where(slope > 0, slope, np.nan)
