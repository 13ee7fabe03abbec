"""The collective modes as continuous functions of the wave number.

The modes at neighbouring wave numbers are linked by their slopes d(omega_q)/dq: along a branch the
change of omega is the mean slope times the step.  Where this does not decide, the step is halved.
Two imaginary modes that meet leave the axis Re = 0 as one mode with its mirror image; both
omega are functions with a square root there, but their mean and the square of half their
difference are smooth, and link the three.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import LARGEST, SMALLEST, ascending
from numerics.kept import Pictured
from numerics.results import Status
from numerics.solve.linking import AMBIGUOUS, DEFECT, Ends, Links, chains, links
from numerics.stability.axis_count import axis_modes
from numerics.stability.grid_modes import completed
from numerics.stability.refinement import refine
from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The distance of roots that are one, in parts of gamma + |omega|: five digits above rounding.
_SAME = 1e-6
#: How often a step in q may be halved, and how often missing modes are looked for.
_HALVINGS, _ROUNDS = 7, 20
#: How many times as many values on the axis as a count begins with: modes that are damped almost as
#: much as any are seen by more of them.
_DENSITY = 2
#: A slope is trusted to tell where a branch goes within this part of gamma + |omega|.
_LAST_STEP = 0.5


@dataclass(frozen=True, eq=False)
class ModeBranch(Pictured):
    """One collective mode at consecutive wave numbers.

    Parameters
    ----------
    q : ndarray, shape (n,)
        Wave numbers.
    omega : ndarray of complex, shape (n,)
        Its frequency, with Re(omega) >= 0; where that is not zero, the negative conjugate is one,
        too.
    vectors : ndarray of complex, shape (n, 2)
        Its amplitude and phase, normalised; the phase is real and not negative.
    errors : ndarray, shape (n,)
        Bounds of the errors of omega.
    """

    q: Array
    omega: Complex
    vectors: Complex
    errors: Array


@dataclass(frozen=True, eq=False)
class ModeBranches(Pictured):
    """The collective modes that grow or are damped little, as branches over the wave numbers.

    Parameters
    ----------
    q : ndarray, shape (n,)
        Wave numbers.
    branches : tuple of ModeBranch
        Ordered by the wave number at which they begin, the fastest growing one there first.
    growing : ndarray of int, shape (n,)
        Modes with Im(omega) > 0, both signs of the real part, by the argument principle.
    status : str
        "complete", or "incomplete" where growing modes were counted that were not found, or where
        a branch ends within the window for no reason that was found.
    """

    q: Array
    branches: tuple[ModeBranch, ...]
    growing: NDArray[np.intp]
    status: Status


def mode_branches(state: Source, q: ArrayLike) -> ModeBranches:
    """Return the collective modes omega_q, (38), followed continuously in q.

    The modes are those with Im(omega) > -0.8 gamma; a branch ends where it leaves this window.
    Where two imaginary modes meet and turn into one with Re(omega) > 0, that one belongs to the
    branch of the less damped of the two, and the other branch ends.

    Parameters
    ----------
    state : SteadyState or Spectrum
    q : array_like
        Positive wave numbers, ascending.

    Returns
    -------
    ModeBranches

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Parameters, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5))
    >>> found = mode_branches(state, [0.005, 0.01, 0.015])
    >>> print(found.status, len(found.branches), found.growing)
    complete 1 [0 0 1]
    >>> print((found.branches[0].omega.imag * 1e3).round(2))
    [-0.13 -0.21  0.05]
    """
    spectrum, wave = Spectrum.of(state), wave_numbers(q)
    tracks = _Tracks(spectrum, wave)
    tracks.connect()
    points = [point for point in tracks.points if point.given]
    agree = all(point.agrees() for point in points)
    branches = []
    for chain in filter(None, tracks.chains()):
        places = np.array([point.q for point, _ in chain])
        omega = np.array([point.omega[i] for point, i in chain])
        errors = np.array([point.errors[i] for point, i in chain])
        branches.append(ModeBranch(places, omega, spectrum.vectors(places, omega), errors))
    return ModeBranches(
        wave,
        tuple(sorted(branches, key=lambda b: (b.q[0], -b.omega[0].imag))),
        np.array([point.growing for point in points], dtype=np.intp),
        Status.COMPLETE if agree and not tracks.unexplained() else Status.INCOMPLETE,
    )


def wave_numbers(q: ArrayLike) -> Array:
    """Return ascending positive wave numbers, or say what is wrong with them."""
    domain = f"wave numbers from {SMALLEST:g} to {LARGEST:g}, ascending"
    return ascending("q", q, domain, lambda x: (x >= SMALLEST) & (x <= LARGEST))


@dataclass(frozen=True)
class _Point:
    """The modes at one wave number, with their slopes d(omega)/dq."""

    q: float
    omega: Complex
    errors: Array
    slopes: Complex
    growing: int
    given: bool

    def ends(self) -> Ends:
        return self.omega, self.slopes, (self.omega.real > 0).astype(np.intp)

    def agrees(self) -> bool:
        """Return whether as many growing modes were found as were counted."""
        sure, unsure = self.omega.imag > self.errors, np.abs(self.omega.imag) <= self.errors
        twice = np.where(self.omega.real > 0, 2, 1)
        least = int(twice[sure].sum())
        return least <= self.growing <= least + int(twice[unsure].sum())


class _Tracks:
    """Points ascending in q, and the links between neighbours."""

    def __init__(self, spectrum: Spectrum, q: Array) -> None:
        self.spectrum, self.gamma = spectrum, spectrum.linewidth
        self.points = self._points(q, [[]] * q.size, True)
        #: For each step: how many halvings are left, the links, and the roots that need none.
        self.left = [_HALVINGS] * (q.size - 1)
        self.joined: list[Links] = []
        self.ended: list[tuple[set[int], set[int]]] = []
        self._link()

    def _points(self, q: Array, guesses: list[list[complex]], given: bool) -> list[_Point]:
        """Return new points; guesses are roots that may be there."""
        points = []
        for modes in axis_modes(self.spectrum, q, density=_DENSITY):
            known = np.isfinite(modes.errors)
            parts = (modes.frequencies[known], modes.errors[known], np.empty(0, dtype=complex))
            point = _Point(modes.q, *parts, modes.growing, given)
            if not point.agrees():
                # look again with more values on the axis
                every = completed(self.spectrum, dataclasses.replace(modes, complete=False))
                point = dataclasses.replace(point, omega=every.frequencies, errors=every.errors)
            points.append(point)
        return self._with(points, guesses)

    def _with(self, points: list[_Point], guesses: list[list[complex]]) -> list[_Point]:
        """Return the points with those guesses that are further roots, and all slopes."""
        owner = np.repeat(np.arange(len(points)), [len(g) for g in guesses])
        q = np.array([p.q for p in points])
        roots, errors = refine(self.spectrum, q[owner], np.array([w for g in guesses for w in g]))
        result = list(points)
        for k, w, error in zip(owner.tolist(), roots.tolist(), errors.tolist(), strict=True):
            result[k] = self._extended(result[k], w, error)
        new = [k for k, point in enumerate(result) if point.slopes.size < point.omega.size]
        if new:
            sizes = [result[k].omega.size for k in new]
            omega = np.concatenate([result[k].omega for k in new])
            slopes = self._slopes(np.repeat(q[new], sizes), omega)
            for k, part in zip(new, np.split(slopes, np.cumsum(sizes)[:-1]), strict=True):
                result[k] = dataclasses.replace(result[k], slopes=part)
        return result

    def _extended(self, point: _Point, w: complex, error: float) -> _Point:
        """Return the point with one more root, if it is a further one in the window."""
        if not (math.isfinite(abs(w)) and math.isfinite(error)) or w.imag <= self.spectrum.lowest:
            return point
        close = max(_SAME * (self.gamma + abs(w)), 2 * error)
        w = complex(abs(w.real) if abs(w.real) > close else 0.0, w.imag)
        if w.real > self.spectrum.highest or (np.abs(point.omega - w) <= close).any():
            return point
        omega, errors = np.append(point.omega, w), np.append(point.errors, error)
        return dataclasses.replace(point, omega=omega, errors=errors)

    def _slopes(self, q: Array, omega: Complex) -> Complex:
        """Return d(omega)/dq at roots."""
        found = self.spectrum.with_slopes(q, omega)
        slopes = -np.divide(
            found.by_q, found.by_omega, out=np.zeros_like(omega), where=found.by_omega != 0
        )
        # imaginary roots stay imaginary
        return np.where(omega.real == 0, 1j * slopes.imag, slopes)

    def _link(self) -> None:
        """Link all neighbours."""
        self.joined, self.ended = [], []
        for a, b in itertools.pairwise(self.points):
            found = links(a.ends(), b.ends(), b.q - a.q, self.gamma)
            lost, ends = _meeting(a, b, found, self.gamma)
            back, starts = _meeting(b, a, [(j, i) for i, j in found], self.gamma)
            self.joined.append(found + lost + [(j, i) for i, j in back])
            self.ended.append((ends, starts))

    def unexplained(self) -> list[tuple[int, int, int]]:
        """Return roots without a link that stay in the window: point, root, neighbour."""
        result = []
        for k, (joined, ended) in enumerate(zip(self.joined, self.ended, strict=True)):
            for side, (here, there) in enumerate(((k, k + 1), (k + 1, k))):
                point, other = self.points[here], self.points[there]
                for i, w in enumerate(point.omega.tolist()):
                    if any(pair[side] == i for pair in joined) or i in ended[side]:
                        continue
                    change = complex(point.slopes[i]) * (other.q - point.q)
                    ahead = w + change
                    lowest, highest = self.spectrum.lowest, self.spectrum.highest
                    leaves = ahead.imag <= lowest or ahead.real >= highest
                    if not leaves or abs(change) > _LAST_STEP * (self.gamma + abs(w)):
                        result.append((here, i, there))
        return result

    def connect(self) -> None:
        """Look for missing roots, and halve steps, until every end of a branch has a reason."""
        for _ in range(_ROUNDS):
            missing = self.unexplained()
            if not missing:
                return
            guesses: list[list[complex]] = [[] for _ in self.points]
            for here, i, there in missing:
                guesses[there] += _ahead(self.points[here], i, self.points[there], self.spectrum)
            before = [p.omega.size for p in self.points]
            self.points = self._with(self.points, guesses)
            if before == [p.omega.size for p in self.points]:
                steps = sorted({min(here, there) for here, _, there in missing})
                if not any(self.left[k] > 0 for k in steps):
                    return
                self._halve([k for k in steps if self.left[k] > 0])
            self._link()

    def _halve(self, steps: list[int]) -> None:
        """Insert points in the middle of some steps."""
        q = np.array([(self.points[k].q + self.points[k + 1].q) / 2 for k in steps])
        guesses = []
        for k, middle in zip(steps, q.tolist(), strict=True):
            sides = (self.points[k], self.points[k + 1])
            guesses.append(
                [_stepped(p, i, middle, self.spectrum) for p in sides for i in range(p.omega.size)]
            )
        new = self._points(q, guesses, False)
        for k, point in zip(reversed(steps), reversed(new), strict=True):
            self.points.insert(k + 1, point)
            self.left[k : k + 1] = [self.left[k] - 1] * 2

    def chains(self) -> list[list[tuple[_Point, int]]]:
        """Return the branches: points that were asked for, with the number of the root."""
        found = chains(self.joined, [point.omega.size for point in self.points])
        along = [[(self.points[k], j) for k, j in chain] for chain in found]
        return [[(point, j) for point, j in chain if point.given] for chain in along]


def _ahead(point: _Point, i: int, other: _Point, spectrum: Spectrum) -> list[complex]:
    """Return where a root may be at a neighbouring wave number."""
    there = [_stepped(point, i, other.q, spectrum)]
    if point.omega[i].real > 0:
        # two imaginary ones, of which one is known
        mean = point.omega[i].imag + point.slopes[i].imag * (other.q - point.q)
        known = other.omega.imag[other.omega.real == 0]
        there += [complex(0.0, max(2 * mean - y, spectrum.lowest)) for y in known.tolist()]
    else:
        # it may meet another imaginary one in between: from the axis no step leads away from it
        there.append(complex(abs(there[0] - point.omega[i]), there[0].imag))
    return there


def _stepped(point: _Point, i: int, q: float, spectrum: Spectrum) -> complex:
    """Return where a root is expected at another wave number, by its slope, within the domain."""
    w = complex(point.omega[i])
    step = complex(point.slopes[i]) * (q - point.q)
    # next to where two roots meet, the slope has no bound
    step *= min(1.0, _LAST_STEP * (spectrum.linewidth + abs(w)) / max(abs(step), 1e-300))
    return complex(max((w + step).real, 0.0), max((w + step).imag, spectrum.lowest))


def _meeting(a: _Point, b: _Point, found: Links, gamma: float) -> tuple[Links, set[int]]:
    """Link a root at b that has Re > 0 to two imaginary ones at a that have met in between.

    Returns the link to the less damped one, and the other one, which ends.
    """
    free = [i for i, w in enumerate(a.omega) if w.real == 0 and all(i != n for n, _ in found)]
    new = [j for j, w in enumerate(b.omega) if w.real > 0 and all(j != n for _, n in found)]
    free.sort(key=lambda i: -a.omega[i].imag)
    step, y, rate = b.q - a.q, a.omega.imag, a.slopes.imag
    result: Links = []
    ends: set[int] = set()
    for j in new:
        w, slope = complex(b.omega[j]), complex(b.slopes[j])
        pairs = []
        for one, two in itertools.combinations(free, 2):
            # the means, and the squares of Re(omega) and i (y_1 - y_2)/2
            defect = w.imag - (y[one] + y[two]) / 2
            defect -= step / 2 * (slope.imag + (rate[one] + rate[two]) / 2)
            square = w.real**2 + (y[one] - y[two]) ** 2 / 4
            rise = w.real * slope.real - (y[one] - y[two]) * (rate[one] - rate[two]) / 4
            fits = abs(square - step * rise) < AMBIGUOUS * square
            if fits and abs(defect) < DEFECT * (gamma + abs(w)):
                pairs.append((abs(defect), one, two))
        if pairs:
            _, one, two = min(pairs)
            result.append((one, j))
            ends.add(two)
            free = [i for i in free if i not in (one, two)]
    return result, ends
