"""Maps that are computed as closely as the picture needs, and are cubic in between.

Every eighth point along both axes is computed, then those half-way, and so on.  From the second
halving on a point is computed only where the cubic through the points before it may be off by more
than a shade of the picture: where it was off at a point next to it, in the halving before or in
this one.  By how much it was off around there, several times over, is the error of those that are
not computed.  A line that is narrower than the distance of the first points is followed from
wherever it meets one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.tasks.responses import Response, evaluate_points

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Values in layers, along the last axis, as shades of a picture between 0 and 1.
Shades = Callable[[Array], Array]

#: What a picture of 8 bits tells apart.
SHADE = 1 / 256
#: The first points are at most so far apart, and are at least so many along each axis.
_FARTHEST, _FEWEST = 8, 16
#: Half-way between four points, and in the first and the last step of a row.
_INNER, _OUTER = np.array([-1, 9, 9, -1]) / 16, np.array([5, 15, -5, 1]) / 16
#: The sum of the moduli of these, along both axes, by which errors of the points may grow.
_GROWTH = 1.5**2
#: Around a point half-way: the points before it that are next to it, those that its cubic needs,
#: and those of the same halving that are next to it.
_NEXT, _CUBIC, _BESIDE = 5, 7, 3
#: The error of what is not computed is so many times the most by which cubics were off so near: on
#: the maps of Fig. 14 it was up to 2.8 times that at one point in a thousand, and mostly 1/1000.
_AROUND, _SAFETY = 9, 8.0


class CoarseMap(NamedTuple):
    """The first points of a map: values and errors of shape (frequencies, wave numbers, layers).

    The axes are continued, evenly, until their steps are a multiple of the first distance.
    """

    q: Array
    omega: Array
    shape: tuple[int, int]
    pitch: int
    value: Array
    error: Array


class ResolvedMap(NamedTuple):
    """A map: values and errors, shape (layers, frequencies, wave numbers); what is computed."""

    value: Array
    error: Array
    computed: Mask


def coarse_map(
    function: Response, q: Array, omega: Array, executor: Executor | None = None
) -> CoarseMap:
    """Compute the first points of a map.

    Parameters
    ----------
    function : callable
        Real values and errors of shape (n, layers) at n pairs of wave number and frequency.
    q, omega : ndarray
        Evenly spaced; a constant imaginary part of the frequency belongs to the function.
    executor : concurrent.futures.Executor, optional
        As in `evaluate_points`.
    """
    pitch = 1
    while pitch < _FARTHEST and min(q.size, omega.size) >= 2 * pitch * _FEWEST:
        pitch *= 2
    wave, frequency = (_continued(axis, pitch) for axis in (q, omega))
    found = evaluate_points(function, wave[::pitch], frequency[::pitch, None], executor)
    shape = (omega.size, q.size)
    return CoarseMap(wave, frequency, shape, pitch, found.value, found.error)


def _continued(axis: Array, pitch: int) -> Array:
    beyond = -(axis.size - 1) % pitch
    step = (axis[-1] - axis[0]) / max(axis.size - 1, 1)
    return np.concatenate([axis, axis[-1] + step * np.arange(1, beyond + 1)])


def resolved_map(function: Response, coarse: CoarseMap, shades: Shades) -> ResolvedMap:
    """Compute as many points of a map between the first ones as its picture needs.

    Parameters
    ----------
    function : callable
        As in `coarse_map`.
    coarse : CoarseMap
    shades : callable
        The shades of values of shape (..., layers).
    """
    value, error, pitch = coarse.value, coarse.error, coarse.pitch
    computed = np.ones(value.shape[:2], dtype=bool)
    # by how much cubics were off, in shades and in the values
    off, miss = np.full(computed.shape, np.inf), np.full(value.shape, np.inf)
    while pitch > 1:
        pitch //= 2
        guess = _half_way(value)
        new = np.ones(guess.shape[:2], dtype=bool)
        new[::2, ::2] = False
        off, miss = _most(_spread(off), _NEXT), _most(_spread(miss), _AROUND)
        blurred = _GROWTH * _most(_spread(error), _CUBIC)
        at = coarse.q[::pitch], coarse.omega[::pitch]
        value, done = guess.copy(), np.zeros_like(new)
        wanted = new & (off > SHADE)
        fresh, missed = np.zeros_like(off), np.zeros_like(miss)
        errors = np.empty_like(miss)
        while wanted.any():
            i, j = np.nonzero(wanted)
            found = evaluate_points(function, at[0][j], at[1][i])
            value[i, j], errors[i, j] = found.value, found.error
            missed[i, j] = np.abs(found.value - guess[i, j])
            fresh[i, j] = np.abs(shades(found.value) - shades(guess[i, j])).max(axis=-1)
            done |= wanted
            wanted = new & ~done & (_most(fresh, _BESIDE) > SHADE)
        left = new & ~done
        miss = np.maximum(miss, _most(missed, _BESIDE))
        errors[left] = (_SAFETY * miss + blurred)[left]
        off, miss = np.where(done, fresh, off), np.where(done[..., None], missed, miss)
        errors[::2, ::2] = error
        error = errors
        # points before are as smooth as those that are next to them now
        off[::2, ::2], miss[::2, ::2] = 0.0, 0.0
        off[::2, ::2], miss[::2, ::2] = (_most(x, _BESIDE)[::2, ::2] for x in (off, miss))
        done[::2, ::2] = computed
        computed = done
    rows, columns = coarse.shape
    value, error = (np.moveaxis(x[:rows, :columns], -1, 0) for x in (value, error))
    return ResolvedMap(value, error, computed[:rows, :columns])


def resolved_maps(
    functions: Sequence[Response],
    coarse: Sequence[CoarseMap],
    shades: Sequence[Shades],
    executor: Executor | None = None,
) -> list[ResolvedMap]:
    """Compute several maps, which an executor may share among processes, as `resolved_map` does."""
    run = map if executor is None else executor.map
    return list(run(resolved_map, functions, coarse, shades))


def _half_way(value: Array) -> Array:
    """Return values with those half-way between them, of the cubics through four of them."""
    for axis in (0, 1):
        rows = np.moveaxis(value, axis, 0)
        finer = np.empty((2 * rows.shape[0] - 1, *rows.shape[1:]))
        finer[::2] = rows
        inner = (rows[k : rows.shape[0] - 3 + k] for k in range(4))
        finer[3:-3:2] = sum(w * x for w, x in zip(_INNER, inner, strict=True))
        finer[1] = np.tensordot(_OUTER, rows[:4], 1)
        finer[-2] = np.tensordot(_OUTER, rows[:-5:-1], 1)
        value = np.moveaxis(finer, 0, axis)
    return value


def _spread(values: Array) -> Array:
    """Return values with zeros half-way between them."""
    rows, columns = values.shape[:2]
    finer = np.zeros((2 * rows - 1, 2 * columns - 1, *values.shape[2:]))
    finer[::2, ::2] = values
    return finer


def _most(values: Array, size: int) -> Array:
    """Return the largest value in a square around each point."""
    from scipy.ndimage import maximum_filter

    return np.asarray(maximum_filter(values, (size, size) + (1,) * (values.ndim - 2)))
