"""Roots of det M from starting points, each with a disc that contains it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.response.determinant import RTOL
from numerics.solve.analytic_newton import Local, newton
from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The largest step, and a candidate's largest shift, in parts of gamma + |omega|: beyond these the
#: linear part of det M says nothing, and a root is another one's.
_LONGEST, _SHIFT = 0.3, 1.5
#: Modes slower than this part of gamma are at rest, as far as the length of steps is concerned.
_SLOWEST = 1e-6
#: The distance over which det M is compared with its linear part, in units of the radius and of
#: |omega| or gamma + Im(omega), whichever is smaller: curvature and noise are both small there.
_RADII = 8.0
#: How often a distance is tried, and by how much longer one is over which noise hides a slope: the
#: second one bends det M by a percent, and noise may be a hundred times what it may be at first.
_TRIES, _LONGER = 3, 100.0
#: The largest deviation from the linear part over that distance, in parts of it, of a simple root.
_CURVED = 0.25


class Precision(NamedTuple):
    """How well roots are wanted.

    Parameters
    ----------
    rtol : float
        Tolerance of M.
    last : float
        Newton's last step is shorter than this part of |omega| or gamma + Im(omega), whichever is
        smaller.
    step : float
        The distance, in parts of the same, over which det M is compared with its linear part:
        noise and curvature are both small there.
    """

    rtol: float
    last: float
    step: float


#: As well as rounding lets them be known; to some digits, at a third of the time; and to two.
SHARP, ROUGH = Precision(RTOL, 1e-9, 1e-4), Precision(1e-3, 1e-2, 3e-2)
GUESS = Precision(1e-2, 0.1, 0.1)


class Roots(NamedTuple):
    """Roots of det M, not a number where none was found.

    Parameters
    ----------
    at : ndarray of complex, shape (n,)
    slope : ndarray of complex, shape (n,)
        The derivative of det M by the frequency next to each.
    drift : ndarray of complex, shape (n,)
        That of the mode by log q, from the same values.
    """

    at: Complex
    slope: Complex
    drift: Complex

    def select(self, which: Any) -> Roots:
        """Return some of the roots."""
        return Roots(*(x[which] for x in self))


def refine(
    source: Source, q: Array, start: Complex, *, shift: float = _SHIFT
) -> tuple[Complex, Array]:
    """Return roots of det M next to the starting points, and bounds of their errors.

    The bounds contain the errors of M, not those of the state.  A root is not a number where
    Newton's method leads away or out of the domain; its error is infinite where the values around
    it do not tell a simple root.

    Parameters
    ----------
    source : Spectrum or SteadyState
    q : ndarray, shape (n,)
        Positive wave numbers.
    start : ndarray of complex, shape (n,)
        Guesses.
    shift : float
        How far from its guess a root may be, in parts of gamma + |omega|.
    """
    spectrum = Spectrum.of(source)
    roots = next_roots(spectrum, q, np.array(start, dtype=complex), shift)
    return roots.at, errors_of(spectrum, q, roots)


def errors_of(spectrum: Spectrum, q: Array, roots: Roots, precision: Precision = SHARP) -> Array:
    """Return bounds of the errors of roots, without those of the state; infinite as in `refine`."""
    errors = np.full(roots.at.shape, np.inf)
    at = np.flatnonzero(np.isfinite(roots.at))
    if at.size > 0:
        errors[at] = _radii(spectrum, q[at], roots.at[at], roots.slope[at], precision)
    return errors


def with_state_errors(source: Source, q: Array, roots: Complex, errors: Array) -> Array:
    """Return bounds of the errors of roots that contain those of the state."""
    spectrum = Spectrum.of(source)
    known = np.flatnonzero(np.isfinite(roots) & np.isfinite(errors))
    result = np.array(errors)
    if known.size > 0 and spectrum.effect_of_errors is not None:
        slopes = np.abs(spectrum.with_slopes(q[known], roots[known]).by_omega)
        moved = spectrum.effect_of_errors(q[known], roots[known])
        result[known] += np.divide(moved, slopes, out=np.full_like(moved, np.inf), where=slopes > 0)
    return result


def next_roots(
    spectrum: Spectrum,
    q: Array,
    start: Complex,
    shift: float = _SHIFT,
    precision: Precision = SHARP,
    *,
    drifting: bool = False,
) -> Roots:
    """Return where Newton's method leads; not a number where that is away from the start.

    Slopes and drifts are those of the last point from which a step was longer than 10**-4 of what
    bends det M; with `drifting` those of the point before the last step, as exact as the roots.
    """
    gamma = spectrum.linewidth
    size = gamma + np.abs(start)
    drift = np.full(start.shape, np.nan + 0j)

    def value(which: NDArray[np.intp], omega: Complex) -> tuple[Complex, Array]:
        return spectrum(q[which], omega, precision.rtol)

    def with_slope(which: NDArray[np.intp], omega: Complex) -> Local:
        at = spectrum.with_slopes(q[which], omega, precision.rtol)
        with np.errstate(divide="ignore", invalid="ignore"):
            drift[which] = -q[which] * at.by_q / at.by_omega
        return Local(*at[:3])

    def room(which: NDArray[np.intp], omega: Complex) -> Array:
        near = np.abs(omega - start[which]) <= shift * size[which]
        # two slow modes may be as close to each other as to zero
        slow = np.maximum(np.abs(omega), _SLOWEST * gamma)
        return np.where(near, np.minimum(slow, gamma + omega.imag), 0.0)

    kept = {"kept": 0.0} if drifting else {}
    found = newton(value, with_slope, start, room, _LONGEST * size, precision.last, **kept)
    return Roots(*found, drift)


def _radii(
    spectrum: Spectrum, q: Array, at: Complex, slope: Complex, precision: Precision
) -> Array:
    """Return radii of discs about given points that contain a root.

    By Rouche's theorem a disc contains one root where det M is its linear part, of the slope f',
    up to less than |f'| r on its border.  What deviates from it is that over eight radii, along
    and across; the radius is infinite where that is no linear function.  The slope may be one next
    to the point: what it is wrong by is part of the deviation.
    """
    room = spectrum.linewidth + at.imag
    step = np.minimum(precision.step * np.minimum(np.abs(at), room), 0.5 * room)
    # all that most of them need at once
    points = at + np.array([[0], [1], [1j]]) * step
    found = spectrum(np.tile(q, 3), points.ravel(), precision.rtol)
    value, bound = found.value.reshape(3, -1), found.bound.reshape(3, -1)
    ends, noise = value[1:], bound[1:]
    radius, k = np.zeros(at.shape), np.arange(at.size)
    # once more over a longer distance where the radius turns out to need that, or noise hides it
    for tries in range(_TRIES):
        here = Local(value[0, k], bound[0, k], slope[k])
        radius[k] = _radius(step[k], here, ends, noise)
        k = np.flatnonzero(_RADII * radius > step)
        if k.size == 0 or tries == _TRIES - 1:
            break
        wanted = np.where(np.isinf(radius[k]), _LONGER * step[k], _RADII * radius[k])
        step[k] = np.minimum(np.maximum(step[k], wanted), 0.5 * room[k])
        points = at[k] + np.array([[1], [1j]]) * step[k]
        found = spectrum(np.tile(q[k], 2), points.ravel(), precision.rtol)
        ends, noise = found.value.reshape(2, -1), found.bound.reshape(2, -1)
    radius[k] = np.inf
    return radius


def _radius(step: Array, here: Local, ends: Complex, noise: Array) -> Array:
    """Return the radius by the deviations of the values over one distance, along and across."""
    noise = noise.max(axis=0) + here.bound
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        away = np.abs(ends - here.value - here.slope * (np.array([[1], [1j]]) * step)).max(axis=0)
        rise = np.abs(here.slope) * step
        deviation = (away + noise) / rise
        radius = (np.abs(here.value) + here.bound) / (np.abs(here.slope) * (1 - deviation))
    simple = np.isfinite(radius) & (rise > 2 * noise) & (deviation < _CURVED)
    return np.where(simple, radius, np.inf)
