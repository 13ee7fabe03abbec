"""Collective modes at many wave numbers, from det M on a line of real frequencies.

How many there are above the line, on the real axis how many grow, is counted along it; values on it
tell where modes on both sides may be, which are then refined on M itself.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from numerics.results import DECAYS, GROWS, UNDECIDED
from numerics.stability.axis_samples import LineSamples
from numerics.stability.refinement import ROUGH, SHARP, Roots, errors_of, next_roots
from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: A zero of the approximation is that of det M by this part of gamma + |omega|, or none: most are
#: by much less, and what is farther away another one's.
_OFF = 0.5
#: The distance of roots that are one, relative to their modulus: five digits above rounding.
_SAME = 1e-6
#: A start of the samples and one of an expansion are the same root's by this part of |omega| or
#: gamma + Im(omega), whichever is smaller: it is what a rough root may be off by.
_ALIKE = ROUGH.last
#: How far below the line starts of modes are left out where some are above it, in parts of its
#: distance from Im(omega) = -gamma: the approximation is better.
_BELOW = 0.3
#: A mode that is expected from those at other wave numbers is looked for if it is expected to grow
#: at least by this part of the rate above which they are counted.
_LIKELY = 0.5
#: A rough root will do where its error is less than this part of its distance from the axis and
#: from the line: a maximum of rates is looked for from values that good.
_CLEAR = 0.01


@dataclass(frozen=True)
class AxisModes:
    """The modes at one wave number that grow or are damped little.

    Parameters
    ----------
    q : float
        Wave number.
    frequencies : ndarray of complex, shape (n,)
        Roots of det M with Re(omega) >= 0 and Im(omega) > -0.8 gamma that were found, the fastest
        growing first.
    errors : ndarray, shape (n,)
        Bounds of their errors.
    growing : int
        Roots with Im(omega) > `height`, both signs of the real part, by the argument principle.
    certain : bool
        Whether det M exceeds the bound of its error at all samples of the line, so that the count
        is one of roots and not of rounding.
    complete : bool
        Whether that is so, and as many of those were found.
    doubt : float
        Where it is not so, a bound of Im(omega) of the modes that the count may have missed: from
        the bound of det M and its slope along the line; zero otherwise.
    height : float
        The growth rate above which modes were counted, not negative.
    drifts : ndarray of complex, shape (n,)
        Derivatives of the frequencies by log q, good to some digits.
    """

    q: float
    frequencies: Complex
    errors: Array
    growing: int
    certain: bool
    complete: bool
    doubt: float = 0.0
    height: float = 0.0
    drifts: Complex = field(default_factory=lambda: np.empty(0, dtype=complex))

    @property
    def verdict(self) -> str:
        """Whether a mode "grows", every one "decays", or that is "undecided"."""
        if self.certain and (self.growing > 0 or self.height == 0):
            return GROWS if self.growing > 0 else DECAYS
        return GROWS if (self.frequencies.imag > self.errors).any() else UNDECIDED


def axis_modes(
    source: Source,
    q: Array,
    *,
    density: int = 1,
    growing: int = 0,
    enough: float = math.inf,
    height: float = 0.0,
    known: Sequence[AxisModes] = (),
    leading: bool = False,
    rough: bool = False,
) -> list[AxisModes]:
    """Return the modes at each wave number.

    Parameters
    ----------
    source : Spectrum or SteadyState
    q : ndarray, shape (n,)
        Positive wave numbers.
    density : int
        How many times as many samples of the line to begin with.
    growing : int
        Wave numbers at which surely fewer modes grow are left out.
    enough : float
        Where some mode grows at least as fast, none is looked for at wave numbers at which surely
        none grows.
    height : float
        Modes are counted that grow faster than this, not negative: those are meant above.
    known : sequence of AxisModes
        Modes at other wave numbers, ascending: where they lead to all that were counted, no others
        are looked for.
    leading : bool
        Whether others than those that were counted are wanted only where there are none of these.
    rough : bool
        Whether modes are wanted to a hundredth of their rates only, still with bounds of their
        errors.
    """
    q = np.asarray(q, dtype=float)
    spectrum = Spectrum.of(source)
    search = ModeSearch(spectrum, q, density, height, rough)
    grows = (search.counts > 0) | ~search.certain
    wanted = (search.counts >= growing) | ~search.certain
    growing_at, rest = (np.flatnonzero(wanted & x).tolist() for x in (grows, ~grows))
    search.look(growing_at, known, leading)
    if search.highest() < enough:
        search.look(rest, (), leading)
    else:
        search.leave_out(rest)
    return search.modes()


class ModeSearch:
    """What is known of the modes at each wave number, first of all how many there are.

    Parameters
    ----------
    spectrum, q, density, height, rough
        As in `axis_modes`.
    """

    def __init__(
        self,
        spectrum: Spectrum,
        q: Array,
        density: int = 1,
        height: float = 0.0,
        rough: bool = False,
    ) -> None:
        self.spectrum, self.q, self.height, self.rough = spectrum, q, height, rough
        # above the axis none is slow
        self.slow = _slow_modes(spectrum, q) if height == 0 else [[] for _ in q]
        self.samples = LineSamples(spectrum, q, self.slow, density, height)
        self.samples.resolve()
        self.counts, self.certain, self.doubt = self.samples.counts()
        self.found: dict[int, AxisModes] = {}

    def modes(self) -> list[AxisModes]:
        """Return what was found, by the wave number."""
        return [self.found[k] for k in sorted(self.found)]

    def highest(self) -> float:
        """Return the largest growth rate of all modes that were found."""
        rates = (modes.frequencies[:1].tolist() for modes in self.found.values())
        return max((w.imag for first in rates for w in first), default=-math.inf)

    def look(
        self, wanted: Iterable[int], known: Sequence[AxisModes] = (), leading: bool = False
    ) -> None:
        """Find the modes at some wave numbers, from those at others where these tell of all."""
        if known:
            self._refine({k: self._expected(k, known) for k in wanted})
        missing = [k for k in wanted if k not in self.found or not self._as_counted(k)]
        near = self.samples.starts(missing)
        starts = {k: self._joined(k, some) for k, some in zip(missing, near, strict=True)}
        if leading:
            self._refine({k: self._leading(k, some) for k, some in starts.items()})
            starts = {k: some for k, some in starts.items() if not self._as_counted(k)}
        self._refine(starts)

    def _joined(self, k: int, starts: list[complex]) -> list[complex]:
        """Return starts of modes, and the slow modes but for one next to each of them."""
        left, others = list(starts), []
        for w in self.slow[k]:
            near = min(left, key=lambda z: abs(z - w), default=complex(math.inf))
            if abs(near - w) <= _ALIKE * min(abs(w), self.spectrum.linewidth + w.imag):
                left.remove(near)
            else:
                others.append(w)
        return starts + others

    def _leading(self, k: int, starts: list[complex]) -> list[complex]:
        """Return the starts of modes above the line, of which it is known how many there are."""
        below = self.height - _BELOW * (self.spectrum.linewidth + self.height)
        return [w for w in starts if w.imag >= below or self.counts[k] == 0]

    def leave_out(self, which: Iterable[int]) -> None:
        """Look for no modes where surely none grows."""
        for k in which:
            self.found[k] = self._modes(k, np.empty(0, dtype=complex), np.empty(0))

    def _as_counted(self, k: int) -> bool:
        """Tell whether those that surely grow so fast are as many as were counted."""
        modes = self.found[k]
        sure = modes.frequencies[modes.frequencies.imag - self.height > modes.errors]
        return modes.certain and int(np.where(sure.real > 0, 2, 1).sum()) == modes.growing

    def _expected(self, k: int, known: Sequence[AxisModes]) -> list[complex]:
        """Return where modes that grow so fast are expected from those at the others next to it."""
        after = bisect.bisect([modes.q for modes in known], self.q[k])
        beside = known[max(after - 1, 0) : after + 1]
        some = [m.frequencies.imag > 0 for m in beside]
        ends = [m.frequencies[which] for m, which in zip(beside, some, strict=True)]
        drifts = [m.drifts[which] for m, which in zip(beside, some, strict=True)]
        x = [math.log(self.q[k] / m.q) for m in beside]
        moving = [(w.real > 0).tolist() for w in ends]
        if len(ends) == 2 and moving[0] == moving[1]:
            # the cubic with the values and slopes at both ends
            width = x[0] - x[1]
            t = x[0] / width
            found = ends[0] + (ends[1] - ends[0]) * t**2 * (3 - 2 * t)
            found += width * t * (1 - t) * ((1 - t) * drifts[0] - t * drifts[1])
        else:
            found = np.concatenate([w + y * d for w, y, d in zip(ends, x, drifts, strict=True)])
        found = found[found.imag > _LIKELY * self.height]
        return [complex(abs(w.real), w.imag) for w in found.tolist()]

    def _refine(self, starts: Mapping[int, list[complex]]) -> None:
        """Find the distinct modes next to guesses, with their errors."""
        owner = np.repeat(np.array([*starts], dtype=np.intp), [len(s) for s in starts.values()])
        guesses = np.array([w for s in starts.values() for w in s], dtype=complex)
        if guesses.size == 0:
            self.leave_out(starts)
            return
        precision = ROUGH if self.rough else SHARP
        roots = next_roots(self.spectrum, self.q[owner], guesses, _OFF, precision)
        # errors are for those that are told apart
        once = np.array(
            [i for k in starts for i in self._different(np.flatnonzero(owner == k), roots.at)],
            dtype=np.intp,
        )
        owner, roots = owner[once], roots.select(once)
        errors = errors_of(self.spectrum, self.q[owner], roots, precision)
        if self.rough:
            self._sharpen(owner, roots, errors)
        for k in starts:
            mine = np.flatnonzero(owner == k)
            kept = mine[_different(roots.at[mine], errors[mine], self.spectrum.lowest)]
            values = _at_rest(roots.at[kept], errors[kept])
            self.found[k] = self._modes(k, values, errors[kept], roots.drift[kept])

    def _sharpen(self, owner: NDArray[np.intp], roots: Roots, errors: Array) -> None:
        """Replace rough roots whose errors matter, and these."""
        rates = roots.at.imag
        apart = np.minimum(np.abs(rates), np.abs(rates - self.height))
        at = np.flatnonzero(~(errors <= _CLEAR * apart))
        if at.size > 0:
            q = self.q[owner[at]]
            found = next_roots(self.spectrum, q, roots.at[at], _OFF)
            errors[at] = errors_of(self.spectrum, q, found)
            for column, values in zip(roots, found, strict=True):
                column[at] = values

    def _different(self, mine: NDArray[np.intp], roots: Complex) -> list[int]:
        """Return which of some roots are different ones in the window."""
        at = roots[mine]
        return [*mine[_different(at, np.zeros(at.shape), self.spectrum.lowest)].tolist()]

    def _modes(
        self, k: int, values: Complex, bounds: Array, drifts: Complex | None = None
    ) -> AxisModes:
        """Return the modes at one wave number, and whether they are as many as were counted."""
        growing, certain = int(self.counts[k]), bool(self.certain[k])
        # an unresolved sign of a real or imaginary part is no disagreement
        rate = values.imag - self.height
        sure, unsure = rate > bounds, np.abs(rate) <= bounds
        twice = np.where(values.real > 0, 2, 1)
        least, most = int(twice[sure].sum()), int(twice[sure | unsure].sum())
        order = np.argsort(-values.imag, kind="stable")
        return AxisModes(
            float(self.q[k]),
            values[order],
            bounds[order],
            growing,
            certain,
            certain and least <= growing <= most,
            float(self.doubt[k]),
            self.height,
            values[order] if drifts is None else drifts[order],
        )


def axis_counts(source: Source, q: Array) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the number of growing modes at each wave number, and whether it is certain."""
    spectrum = Spectrum.of(source)
    samples = LineSamples(spectrum, q, _slow_modes(spectrum, q))
    samples.resolve()
    growing, certain, _ = samples.counts()
    return growing, certain


def _slow_modes(spectrum: Spectrum, q: Array) -> list[list[complex]]:
    """Return the modes of long waves, which may be closer to each other than samples."""
    known = spectrum.slow_modes
    if known is None:
        return [[] for _ in q]
    return [_folded(w for w in known(wave) if w.imag > spectrum.lowest) for wave in q.tolist()]


def _folded(modes: Iterable[complex]) -> list[complex]:
    """Return modes with Re >= 0, and the mirror images of others that are not among these."""
    modes = list(modes)
    right = [w for w in modes if w.real >= 0]
    for mirror in (-w.conjugate() for w in modes if w.real < 0):
        if all(abs(mirror - w) > _SAME * abs(w) for w in right):
            right.append(mirror)
    return right


def distinct(roots: Complex, errors: Array, lowest: float) -> tuple[Complex, Array]:
    """Return the roots in the window with their errors, each once, those on Re = 0 exactly there.

    A root next to the axis Re = 0 that is not on it has a mirror image, which is a root as well.
    """
    kept = _different(roots, errors, lowest)
    return _at_rest(roots[kept], errors[kept]), errors[kept]


def _different(roots: Complex, errors: Array, lowest: float) -> list[int]:
    """Return which of some roots are in the window, each once."""
    kept: list[int] = []
    values = _at_rest(roots, errors).tolist()
    for k, (w, root, close) in enumerate(
        zip(roots.tolist(), values, _close(roots, errors).tolist(), strict=True)
    ):
        inside = np.isfinite(w) and w.imag > lowest and w.real >= -close
        if inside and all(abs(root - values[j]) > close for j in kept):
            kept.append(k)
    return kept


def _at_rest(roots: Complex, errors: Array) -> Complex:
    """Return the roots, those on Re = 0 within their errors exactly there."""
    return np.where(roots.real > _close(roots, errors), roots, 1j * roots.imag)


def _close(roots: Complex, errors: Array) -> Array:
    """Return how close to each root another one is the same."""
    return np.asarray(np.maximum(_SAME * np.abs(roots), 2 * errors))
