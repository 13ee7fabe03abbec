"""The dispersion (44), Re det M(q, omega) = 0 at real omega: modes without their linewidth.

At a given q there may be several roots: their curve in the plane of q and omega turns back where
quasiparticles scatter.  As Re det M is even in omega, (45), omega = 0 is no end of the axis.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import LARGEST, integer, positive
from numerics.kept import Kept, Pictured
from numerics.solve.linking import Links, chains, links
from numerics.stability.branches import wave_numbers
from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]

#: The samples begin at this part of gamma, so many for each decade; rounds of halving intervals.
_LOWEST, _DECADE, _ROUNDS = 0.1, 7, 12
#: An interval is halved where |Re det M| may fall below this part of its smaller end.
_SMALL = 0.5
#: A parabola's vertex is inside an interval if it is so far from its ends, in units of its length.
_BESIDE = 0.01
#: The narrowest interval, in units of gamma + omega.
_NARROWEST = 1e-3
#: Tolerance of the roots.
_RTOL = 1e-10
#: The gapless branch begins where the root is this close to the expansion for small q.
_FIRST = 0.5


@dataclass(frozen=True, eq=False)
class RealRoots(Kept):
    """The roots of (44) at one wave number.

    Parameters
    ----------
    q : float
        Wave number.
    omega : ndarray, shape (n,)
        Positive roots, ascending.
    errors : ndarray, shape (n,)
        Bounds of their errors.
    slopes : ndarray, shape (n,)
        d(omega)/dq.
    signs : ndarray of int, shape (n,)
        The sign of the derivative of Re det M in omega; it alternates.
    static : float
        det M(q, 0), scaled by (4 pi)**2, which is real.
    """

    q: float
    omega: Array
    errors: Array
    slopes: Array
    signs: NDArray[np.intp]
    static: float


@dataclass(frozen=True, eq=False)
class RealStrand(Kept):
    """Roots of (44) at consecutive wave numbers that belong together.

    Parameters
    ----------
    q, omega, errors, slopes : ndarray, shape (n,)
        Wave numbers, frequencies, bounds of their errors, and d(omega)/dq.
    gapless : bool
        Whether it is the sound mode: the one whose frequency vanishes with q.
    """

    q: Array
    omega: Array
    errors: Array
    slopes: Array
    gapless: bool


@dataclass(frozen=True)
class Turn(Kept):
    """Two strands that are one curve, which turns back in q.

    Parameters
    ----------
    first, second : int
        Their numbers, the lower one first.
    at_end : bool
        Whether it does so at the largest q of both, or at the smallest.
    """

    first: int
    second: int
    at_end: bool


@dataclass(frozen=True, eq=False)
class RealDispersion(Pictured):
    """The dispersion (44).

    Parameters
    ----------
    roots : tuple of RealRoots
        For each wave number all roots below `largest`; those between the ones that were asked for
        are there as well where steps were halved.
    strands : tuple of RealStrand
        The roots followed in q, the gapless one first, if there is one.  A strand ends where the
        curve turns back in q, meets omega = 0, or leaves the range.
    turns : tuple of Turn
        Where two strands are one curve that turns back.
    largest : float
        The largest frequency.
    """

    roots: tuple[RealRoots, ...]
    strands: tuple[RealStrand, ...]
    turns: tuple[Turn, ...]
    largest: float


def real_dispersion(
    state: Source, q: ArrayLike, *, largest: float | None = None, halvings: int = 0
) -> RealDispersion:
    """Return the dispersion (44), Re det M(q, omega) = 0 at real omega > 0.

    Parameters
    ----------
    state : SteadyState or Spectrum
    q : array_like
        Positive wave numbers, ascending.
    largest : float, optional
        Largest frequency; the lowest pair energy 2 E by default.
    halvings : int
        How often a step in q in which roots appear or vanish is halved; 20 at most.

    Returns
    -------
    RealDispersion

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    The sound mode's velocity falls towards the boundary of stability.

    >>> from numerics import Parameters, solve_steady_state
    >>> for gamma_v in (0.0, 3e-6):
    ...     state = solve_steady_state(Parameters(inv_kfa=1.0, gamma_b=1e-3, gamma_v=gamma_v))
    ...     found = real_dispersion(state, [1e-3], largest=0.01)
    ...     print(f"{found.roots[0].omega[0] / 1e-3:.3f}")
    0.591
    0.065
    """
    spectrum, wave = Spectrum.of(state), wave_numbers(q)
    highest = 2 * spectrum.lowest_excitation
    largest = highest if largest is None else positive("largest", largest, LARGEST)
    halvings = integer("halvings", halvings, 0, 20)
    roots = _all_roots(spectrum, wave, largest)
    gamma = spectrum.linewidth
    joined = _joined(roots, gamma)
    # only the halves of a step that was halved are looked at again
    open_steps = set(range(len(roots) - 1))
    for _ in range(halvings):
        changed = [k for k in sorted(open_steps) if _changes(roots[k], roots[k + 1], joined[k])]
        if not changed:
            break
        middle = np.array([(roots[k].q + roots[k + 1].q) / 2 for k in changed])
        more = _all_roots(spectrum, middle, largest)
        roots = sorted([*roots, *more], key=lambda r: r.q)
        open_steps = {k + n for n, k in enumerate(changed)} | {
            k + n + 1 for n, k in enumerate(changed)
        }
        joined = _joined(roots, gamma)
    return _followed(spectrum, roots, joined, largest)


def _changes(a: RealRoots, b: RealRoots, joined: Links) -> bool:
    """Return whether roots appear or vanish between neighbouring wave numbers."""
    return not a.omega.size == b.omega.size == len(joined)


def _joined(roots: list[RealRoots], gamma: float) -> list[Links]:
    """Return the links between neighbours."""
    return [
        links((a.omega, a.slopes, a.signs), (b.omega, b.slopes, b.signs), b.q - a.q, gamma)
        for a, b in itertools.pairwise(roots)
    ]


def _followed(
    spectrum: Spectrum, roots: list[RealRoots], joined: list[Links], largest: float
) -> RealDispersion:
    """Return the strands that the links form."""
    followed = chains(joined, [point.omega.size for point in roots])
    first = _gapless(spectrum, roots[0])
    strands = [
        RealStrand(
            np.array([roots[k].q for k, _ in chain]),
            np.array([roots[k].omega[j] for k, j in chain]),
            np.array([roots[k].errors[j] for k, j in chain]),
            np.array([roots[k].slopes[j] for k, j in chain]),
            first is not None and chain[0] == (0, first),
        )
        for chain in followed
    ]
    order = sorted(range(len(strands)), key=lambda n: (not strands[n].gapless, followed[n][0]))
    ordered = [followed[n] for n in order]
    return RealDispersion(
        tuple(roots), tuple(strands[n] for n in order), _turns(ordered, len(roots) - 1), largest
    )


def _turns(ordered: list[list[tuple[int, int]]], last: int) -> tuple[Turn, ...]:
    """Return the pairs of strands that end, or begin, together, next to each other."""
    result = []
    for at, limit in ((-1, last), (0, 0)):
        ends = {chain[at]: n for n, chain in enumerate(ordered) if chain[at][0] != limit}
        for k, j in sorted(ends):
            # the lower one of a pair; a root that meets omega = 0 has its mirror image as partner
            if (k, j) in ends and (k, j + 1) in ends:
                result.append(Turn(ends.pop((k, j)), ends.pop((k, j + 1)), at == -1))
    return tuple(result)


def _gapless(spectrum: Spectrum, first: RealRoots) -> int | None:
    """Return which root at the smallest wave number vanishes with it."""
    return (
        None if spectrum.squared_velocity is None else _closest(first, spectrum.squared_velocity())
    )


def _closest(first: RealRoots, square: float) -> int | None:
    if not square > 0 or first.omega.size == 0:
        return None
    distance = np.abs(np.log(first.omega / (math.sqrt(square) * first.q)))
    return int(distance.argmin()) if distance.min() < _FIRST else None


class _Samples:
    """Re det M on the axis omega >= 0, at many wave numbers."""

    def __init__(self, spectrum: Spectrum, q: Array, largest: float) -> None:
        self.spectrum, self.q, self.gamma = spectrum, q, spectrum.linewidth
        lowest = min(_LOWEST * self.gamma, largest / 10)
        number = 2 + math.ceil(_DECADE * math.log10(largest / lowest))
        axis = np.concatenate([[0.0], np.geomspace(lowest, largest, number)])
        self.axes = [np.unique(np.concatenate([axis, self._edges(largest)])) for _ in q]
        owner = np.repeat(np.arange(q.size), [a.size for a in self.axes])
        value = self.values(owner, np.concatenate(self.axes))
        self.heights = np.split(value, np.cumsum([a.size for a in self.axes])[:-1])

    def _edges(self, largest: float) -> Array:
        """Return frequencies at the continua's edges, where Re det M bends within gamma."""
        edges = np.array(self.spectrum.edges)
        near = (edges[:, None] + self.gamma * np.array([-1.0, 0.0, 1.0])).ravel()
        return near[(near > 0) & (near < largest)]

    def values(self, owner: NDArray[np.intp], omega: Array) -> Array:
        return self.spectrum(self.q[owner], omega).value.real

    def resolve(self) -> None:
        """Halve intervals that may have roots without a sign of them at their ends."""
        active = [np.ones(a.size - 1, dtype=bool) for a in self.axes]
        for _ in range(_ROUNDS):
            new: list[NDArray[np.intp]] = []
            for x, y, look in zip(self.axes, self.heights, active, strict=True):
                new.append(np.flatnonzero(_doubtful(x, y, self.gamma) & look))
            if sum(at.size for at in new) == 0:
                return
            middles = [(x[at] + x[at + 1]) / 2 for x, at in zip(self.axes, new, strict=True)]
            owner = np.repeat(np.arange(self.q.size), [m.size for m in middles])
            value = self.values(owner, np.concatenate(middles))
            parts = np.split(value, np.cumsum([m.size for m in middles])[:-1])
            for k, (at, middle, part) in enumerate(zip(new, middles, parts, strict=True)):
                self.axes[k] = np.insert(self.axes[k], at + 1, middle)
                self.heights[k] = np.insert(self.heights[k], at + 1, part)
                active[k] = np.ones(self.axes[k].size - 1, dtype=bool)

    def roots(self) -> tuple[NDArray[np.intp], Array]:
        """Return the roots in all intervals with a change of sign, and whose they are."""
        from scipy.optimize.elementwise import find_root

        changes = [np.flatnonzero((y[1:] > 0) != (y[:-1] > 0)) for y in self.heights]
        owner = np.repeat(np.arange(self.q.size), [at.size for at in changes])
        low = np.concatenate([x[at] for x, at in zip(self.axes, changes, strict=True)])
        high = np.concatenate([x[at + 1] for x, at in zip(self.axes, changes, strict=True)])
        if owner.size == 0:
            return owner, low

        def height(omega: Array, whose: Array) -> Array:
            return self.values(whose.astype(np.intp), omega)

        found = find_root(
            height, (low, high), args=(owner,), tolerances={"xrtol": _RTOL / 2, "xatol": 0.0}
        )
        return owner, np.asarray(found.x)


def _doubtful(x: Array, y: Array, gamma: float) -> NDArray[np.bool_]:
    """Return the intervals in which a parabola through three samples finds further roots.

    The samples are continued to negative x as an even function.
    """
    x, y = np.concatenate([[-x[1]], x]), np.concatenate([[y[1]], y])
    step = np.diff(x)
    slope = np.diff(y) / step
    bend = np.diff(slope) / (x[2:] - x[:-2])
    # both parabolas for each interval, by their value at the vertex if that is inside
    result = np.zeros(x.size - 2, dtype=bool)
    low, high = y[1:-1], y[2:]
    smaller = np.minimum(np.abs(low), np.abs(high))
    change = (low > 0) != (high > 0)
    for curve in (bend, np.append(bend[1:], bend[-1])):
        with np.errstate(divide="ignore", invalid="ignore"):
            vertex = step[1:] / 2 - slope[1:] / (2 * curve)
            lowest = low - curve * vertex**2
        # a vertex next to an end is no news, as is the one at omega = 0
        inside = (vertex > _BESIDE * step[1:]) & (vertex < (1 - _BESIDE) * step[1:])
        # with a change of sign: two more roots; without: the curve comes close to zero
        near = np.abs(lowest) < _SMALL * smaller
        near |= (lowest > 0) != (low > 0)
        result |= inside & (change | near)
    return result & (step[1:] > _NARROWEST * (gamma + x[1:-1]))


def _all_roots(spectrum: Spectrum, q: Array, largest: float) -> list[RealRoots]:
    """Return all roots at each wave number."""
    samples = _Samples(spectrum, q, largest)
    samples.resolve()
    owner, omega = samples.roots()
    found_at = spectrum.with_slopes(q[owner], omega.astype(complex))
    rise = found_at.by_omega.real
    slopes = -found_at.by_q.real / rise
    errors = found_at.bound / np.abs(rise) + _RTOL * omega
    signs = np.where(rise > 0, 1, -1)
    found = []
    for k, wave_number in enumerate(q.tolist()):
        mine = owner == k
        static = float(samples.heights[k][0])
        found.append(
            RealRoots(wave_number, omega[mine], errors[mine], slopes[mine], signs[mine], static)
        )
    return found
