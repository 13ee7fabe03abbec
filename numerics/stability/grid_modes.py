"""The modes at the wave numbers of a search that matter to the largest growth rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from numerics.stability.axis_count import AxisModes, axis_modes
from numerics.stability.refinement import GUESS, next_roots
from numerics.stability.spectrum import Spectrum
from numerics.stability.wave_numbers import NEAR

Array = NDArray[np.float64]

#: A wave number between two of the grid is at least so far from either, in parts of the step.
_INSIDE = 0.1
#: By how much less a maximum on the grid may be than the highest, in parts of that or of gamma.
_MARGIN = 0.5
#: How many times as many values of det M to take where a growing mode was not found.
_DENSER = (3, 9)
#: At one in so many wave numbers all modes are looked for before those at the others.
_EACH = 4
#: At so many wave numbers the fastest mode of a spectrum close by is looked for: at some of them
#: it may have met another one.
_TRIED = 4
#: Maxima on the grid that are looked at.
_MOST = 3


@dataclass(frozen=True)
class Peak:
    """A local maximum of Im(omega_q) along a mode."""

    q: float
    omega: complex
    error: float


def grid_modes(spectrum: Spectrum, grid: Array, near: Sequence[AxisModes] = ()) -> list[AxisModes]:
    """Return the modes that matter to the largest growth rate at the wave numbers of a grid.

    Where the first mode rises from one of them and falls to the next one, they are also looked for
    in between.  Those at some tell how fast the others have to grow, or those of a state close by.
    They are rough: good to a hundredth of their rates, with bounds of their errors.

    Parameters
    ----------
    spectrum : Spectrum
    grid : ndarray, shape (n,)
        Ascending.
    near : sequence of AxisModes
        What this was for a spectrum close to it.
    """
    moved, highest = _moved(spectrum, grid, near)
    height = _height(spectrum, highest)
    if height > 0:
        modes = _faster(spectrum, grid[_apart(spectrum, grid, height)], height, moved)
        return with_hidden(spectrum, modes)
    enough = _MARGIN * spectrum.linewidth
    first = np.zeros(grid.size, dtype=bool)
    first[::_EACH] = first[-1] = True
    modes = axis_modes(spectrum, grid[first], enough=enough, leading=True, rough=True)
    found = [completed(spectrum, m) for m in modes]
    rates = [peak.omega.imag - peak.error for peak in _first_modes(spectrum, found)]
    height = _height(spectrum, max(rates))
    if height > 0:
        others = grid[~first & _apart(spectrum, grid, height)]
        found += _faster(spectrum, others, height, found)
    else:
        modes = axis_modes(spectrum, grid[~first], enough=enough, leading=True, rough=True)
        found += [completed(spectrum, m) for m in modes]
    return with_hidden(spectrum, sorted(found, key=lambda modes: modes.q))


def _apart(spectrum: Spectrum, grid: Array, height: float) -> NDArray[np.bool_]:
    """Tell at which wave numbers to look for modes that grow so fast.

    det M is there as smooth as on the axis with a linewidth larger by that.  Of wave numbers that
    are small compared with it, of whose squares det M is a linear function but for some percent,
    one in each decade will do.
    """
    small = NEAR[0] * (spectrum.linewidth + height) / 2
    kept, last = np.zeros(grid.size, dtype=bool), 0.0
    for k, q in enumerate(grid.tolist()):
        if q >= min(small, 10 * last):
            kept[k], last = True, q
    return kept


def _faster(
    spectrum: Spectrum, grid: Array, height: float, known: Sequence[AxisModes]
) -> list[AxisModes]:
    """Return the modes that grow faster than this, from about where some are."""
    modes = axis_modes(
        *(spectrum, grid),
        enough=-math.inf,
        height=height,
        known=known,
        leading=True,
        rough=True,
    )
    return [completed(spectrum, m) for m in modes]


def _height(spectrum: Spectrum, highest: float) -> float:
    """Return how fast modes have to grow to matter, where one grows so fast; not negative."""
    return max(highest - _MARGIN * max(highest, spectrum.linewidth), 0.0)


def _moved(
    spectrum: Spectrum, grid: Array, near: Sequence[AxisModes]
) -> tuple[list[AxisModes], float]:
    """Return about where modes have moved from a spectrum close by, and how fast one of them grows.

    That is the fastest of those that are still within the grid; all are moved in proportion to it.
    """
    inside = [m for m in near if m.frequencies.size and grid[0] <= m.q <= grid[-1]]
    fastest = sorted(inside, key=lambda modes: -modes.frequencies[0].imag)[:_TRIED]
    starts = np.array([modes.frequencies[0] for modes in fastest], dtype=complex)
    if not (starts.imag > 0).any():
        return [], -math.inf
    q = np.array([modes.q for modes in fastest])
    roots = next_roots(spectrum, q, starts, precision=GUESS).at
    rates = np.where(np.isfinite(roots) & (starts.imag > 0), roots.imag, -math.inf)
    which = int(rates.argmax())
    if not rates[which] > 0:
        return [], -math.inf
    before, now = complex(starts[which]), complex(roots[which])
    along = now.real / before.real if before.real > 0 else 1.0
    across = now.imag / before.imag
    moved = [
        replace(
            modes,
            frequencies=along * modes.frequencies.real + 1j * across * modes.frequencies.imag,
            drifts=along * modes.drifts.real + 1j * across * modes.drifts.imag,
        )
        for modes in inside
    ]
    return moved, now.imag


def with_hidden(spectrum: Spectrum, found: list[AxisModes]) -> list[AxisModes]:
    """Return modes at ascending wave numbers, and between two where the first rises and falls."""
    hidden = _between_rise_and_fall(spectrum, found)
    return sorted([*found, *hidden], key=lambda modes: modes.q)


def _first_modes(spectrum: Spectrum, found: list[AxisModes]) -> list[Peak]:
    return [least_damped(spectrum, modes) for modes in found]


def completed(spectrum: Spectrum, modes: AxisModes) -> AxisModes:
    """Return the modes, from more values on the axis where a growing one was not found."""
    for density in _DENSER:
        # more values do not help where they are rounding
        if modes.complete or not modes.certain:
            break
        (modes,) = axis_modes(spectrum, np.array([modes.q]), density=density, height=modes.height)
    return modes


def least_damped(spectrum: Spectrum, modes: AxisModes) -> Peak:
    """Return the first mode; a bound of it where it is below those that are looked for."""
    known = np.flatnonzero(np.isfinite(modes.errors))
    if known.size == 0:
        return Peak(modes.q, complex(0.0, spectrum.lowest), 0.0)
    return Peak(modes.q, complex(modes.frequencies[known[0]]), float(modes.errors[known[0]]))


def candidates(spectrum: Spectrum, found: list[AxisModes]) -> list[int]:
    """Return where the largest imaginary part on the grid has its highest interior maxima.

    Those that rounding may have made are none.
    """
    peaks = _first_modes(spectrum, found)
    top = np.array([peak.omega.imag for peak in peaks])
    noise = np.array([peak.error for peak in peaks])
    inner = [k for k in range(1, top.size - 1) if top[k] >= max(top[k - 1], top[k + 1])]
    lowest = np.minimum(top[:-2], top[2:]) + np.maximum(noise[:-2], noise[2:])
    inner = [k for k in inner if top[k] - noise[k] > lowest[k - 1]]
    # next to slower ones those that are as slow may not have been looked for
    height = max(modes.height for modes in found)
    inner = [k for k in inner if found[k].frequencies.size and (top[k] > height or height == 0)]
    highest = max([*top[inner], top[0]])
    # a maximum between two grid points may be higher than what is seen of it
    margin = _MARGIN * max(spectrum.linewidth, abs(highest))
    inner = [k for k in inner if top[k] > highest - margin]
    return sorted(inner, key=lambda k: -top[k])[:_MOST]


def _between_rise_and_fall(spectrum: Spectrum, found: list[AxisModes]) -> list[AxisModes]:
    """Return modes at wave numbers next to which the first one may be higher than on the grid.

    It rises from the one before on and falls to the one after, and neither of these is a maximum:
    where both tangents meet a maximum is, or close by.
    """
    first = [modes.drifts[:1].imag for modes in found]
    rise = np.array([slope[0] if slope.size else 0.0 for slope in first])
    q = np.array([modes.q for modes in found])
    height = np.array([least_damped(spectrum, modes).omega.imag for modes in found])
    seen = candidates(spectrum, found)
    x, y = np.log(q), height
    wanted = []
    for k in range(q.size - 1):
        if k not in seen and k + 1 not in seen and rise[k] > 0 > rise[k + 1]:
            width = x[k + 1] - x[k]
            place = (y[k + 1] - y[k] - rise[k + 1] * width) / (rise[k] - rise[k + 1])
            wanted.append(x[k] + min(max(place, _INSIDE * width), (1 - _INSIDE) * width))
    between = axis_modes(spectrum, np.exp(wanted), rough=True) if wanted else []
    return [completed(spectrum, modes) for modes in between]
