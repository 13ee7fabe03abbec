"""Collective modes at many wave numbers, from det M on the real axis of frequency.

M is analytic above the real axis, so the number of growing modes is the number of turns of det M
along the axis (Nyquist's criterion); by (45) half of the axis suffices.  A rational approximation
of the same values gives starting points for the modes on both sides of the axis, which are then
refined on M itself.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numerics.results import DECAYS, GROWS, UNDECIDED
from numerics.stability.refinement import refine
from numerics.stability.spectrum import Source, Spectrum

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Samples from which a slope is taken are within this part of the frequency: one bend of det M.
_BESIDE = 0.5
#: The approximation's zeros have a rounding of the part 1e-9 of the axis, and poles as close to
#: them as this are made of it; the distance is in parts of that from Im(omega) = -gamma, and of the
#: modulus.
_APART = 1e-2
#: A zero of the approximation with a real part negative by less than this part of gamma + |omega|
#: is one on Re(omega) = 0, as far as the approximation is good.
_ON_AXIS = 1e-3
#: A zero of the approximation is that of det M by this part of gamma + |omega|, or none: most are
#: by much less, and what is farther away another one's.
_OFF = 0.5
#: The distance of roots that are one, relative to their modulus: five digits above rounding.
_SAME = 1e-6


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
        Roots with Im(omega) > 0, both signs of the real part, by the argument principle.
    certain : bool
        Whether det M exceeds the bound of its error at all samples of the axis, so that the count
        is one of roots and not of rounding.
    complete : bool
        Whether that is so, and as many growing ones were found.
    doubt : float
        Where it is not so, a bound of Im(omega) of the modes that the count may have missed: from
        the bound of det M and its slope along the axis; zero otherwise.
    """

    q: float
    frequencies: Complex
    errors: Array
    growing: int
    certain: bool
    complete: bool
    doubt: float = 0.0

    @property
    def verdict(self) -> str:
        """Whether a mode "grows", every one "decays", or that is "undecided"."""
        if self.certain:
            return GROWS if self.growing > 0 else DECAYS
        return GROWS if (self.frequencies.imag > self.errors).any() else UNDECIDED


def axis_modes(
    source: Source, q: Array, *, density: int = 1, growing: int = 0, enough: float = math.inf
) -> list[AxisModes]:
    """Return the modes at each wave number.

    Parameters
    ----------
    source : Spectrum or SteadyState
    q : ndarray, shape (n,)
        Positive wave numbers.
    density : int
        How many times as many samples of the axis to begin with.
    growing : int
        Wave numbers at which surely fewer modes grow are left out.
    enough : float
        Where some mode grows at least as fast, none is looked for at wave numbers at which surely
        none grows.
    """
    q = np.asarray(q, dtype=float)
    spectrum = Spectrum.of(source)
    slow = _slow_modes(spectrum, q)
    samples = _Samples(spectrum, q, slow, density)
    samples.resolve()
    counts, certain, doubt = samples.counts()
    found: dict[int, AxisModes] = {}

    def look(wanted: NDArray[np.intp]) -> float:
        """Find the modes at some wave numbers, and return the largest growth rate of all."""
        starts = {k: samples.starts(k) + slow[k] for k in wanted.tolist()}
        for k, (roots, errors) in _refined(spectrum, q, starts).items():
            numbers = (int(counts[k]), bool(certain[k]), float(doubt[k]))
            found[k] = _modes(float(q[k]), roots, errors, *numbers)
        rates = [w.imag for modes in found.values() for w in modes.frequencies[:1].tolist()]
        return max(rates, default=-math.inf)

    grows = (counts > 0) | ~certain
    wanted = (counts >= growing) | ~certain
    if look(np.flatnonzero(wanted & grows)) < enough:
        look(np.flatnonzero(wanted & ~grows))
    else:
        nothing = np.empty(0, dtype=complex), np.empty(0)
        for k in np.flatnonzero(wanted & ~grows).tolist():
            found[k] = _modes(float(q[k]), *nothing, 0, True, 0.0)
    return [found[k] for k in sorted(found)]


def _refined(
    spectrum: Spectrum, q: Array, starts: Mapping[int, list[complex]]
) -> dict[int, tuple[Complex, Array]]:
    """Return the distinct roots and their errors at each wave number."""
    owner = np.repeat(np.array([*starts], dtype=np.intp), [len(s) for s in starts.values()])
    guesses = np.array([w for s in starts.values() for w in s], dtype=complex)
    roots, errors = refine(spectrum, q[owner], guesses, shift=_OFF)
    return {k: distinct(roots[owner == k], errors[owner == k], spectrum.lowest) for k in starts}


def _modes(
    q: float, values: Complex, bounds: Array, growing: int, certain: bool, doubt: float
) -> AxisModes:
    """Return the modes at one wave number, and whether they are as many as were counted."""
    # an unresolved sign of a real or imaginary part is no disagreement
    sure, unsure = values.imag > bounds, np.abs(values.imag) <= bounds
    twice = np.where(values.real > 0, 2, 1)
    least, most = int(twice[sure].sum()), int(twice[sure | unsure].sum())
    order = np.argsort(-values.imag, kind="stable")
    complete = certain and least <= growing <= most
    return AxisModes(q, values[order], bounds[order], growing, certain, complete, doubt)


def axis_counts(source: Source, q: Array) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the number of growing modes at each wave number, and whether it is certain."""
    spectrum = Spectrum.of(source)
    samples = _Samples(spectrum, q, _slow_modes(spectrum, q), 1)
    samples.resolve()
    growing, certain, _ = samples.counts()
    return growing, certain


def _slow_modes(spectrum: Spectrum, q: Array) -> list[list[complex]]:
    """Return the modes of long waves, which may be closer to each other than samples."""
    known = spectrum.slow_modes
    if known is None:
        return [[] for _ in q]
    return [[w for w in known(wave) if w.imag > spectrum.lowest] for wave in q.tolist()]


class _Samples:
    """det M on the positive real axis, at each wave number dense enough to follow its argument."""

    def __init__(
        self, spectrum: Spectrum, q: Array, slow: list[list[complex]], density: int
    ) -> None:
        self.spectrum, self.q, self.to = spectrum, q, spectrum.tolerances
        top, end = spectrum.highest, self.to.highest * spectrum.energies
        far = np.geomspace(top, end, density * self.to.beyond)[1:]
        axes = []
        for modes in slow:
            # det M is a polynomial at first, whose zeros are these
            scale = spectrum.linewidth
            bend, lowest = (self.to.lowest * x for x in (scale, _slowest(scale, modes)))
            low = _spread(lowest, bend, density * self.to.per_slow_decade)[:-1]
            high = _spread(bend, top, density * self.to.per_decade)
            axes.append(np.concatenate([[0.0], low, high, far]))
        self.owner = np.repeat(np.arange(q.size), [axis.size for axis in axes])
        self.omega = np.concatenate(axes)
        self.value, self.bound = self._values(self.owner, self.omega)

    def _values(self, owner: NDArray[np.intp], omega: Array) -> tuple[Complex, Array]:
        q = self.q[owner]
        value, bound = self.spectrum(q, omega, self.to.rtol)
        close = np.flatnonzero(~(bound <= self.to.close * np.abs(value)))
        if close.size > 0:
            value[close], bound[close] = self.spectrum(q[close], omega[close], self.to.fine)
        # without a frequency it is real
        return np.where(omega == 0, value.real, value), bound

    def resolve(self) -> None:
        """Divide the steps in which the determinant turns too much."""
        for _ in range(self.to.divisions):
            same = self.owner[1:] == self.owner[:-1]
            clear = np.abs(self.value) > self.bound
            with np.errstate(divide="ignore", invalid="ignore"):
                turns = np.abs(np.angle(self.value[1:] / self.value[:-1]))
            # between two values that are lost in rounding the argument means nothing
            at = np.flatnonzero(same & (clear[1:] | clear[:-1]) & ~(turns <= self.to.turn))
            if at.size == 0:
                return
            self._insert(at)

    def _insert(self, at: NDArray[np.intp]) -> None:
        owner = self.owner[at]
        low, high = self.omega[at], self.omega[at + 1]
        # in the middle of the logarithm where the step spans more than its lower end
        middle = (low + high) / 2
        omega = np.where((low > 0) & (high > 2 * low), np.sqrt(low * high), middle)
        value, bound = self._values(owner, omega)
        self.owner = np.insert(self.owner, at + 1, owner)
        self.omega = np.insert(self.omega, at + 1, omega)
        self.value = np.insert(self.value, at + 1, value)
        self.bound = np.insert(self.bound, at + 1, bound)

    def counts(self) -> tuple[NDArray[np.intp], NDArray[np.bool_], Array]:
        """Return the number of zeros above the axis, whether it is certain, and what may be missed.

        det M tends to a multiple of omega**n; its argument, starting from the sign at omega = 0,
        falls by n times half of pi along the axis if there is no zero.
        """
        same = self.owner[1:] == self.owner[:-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            turns = np.angle(self.value[1:] / self.value[:-1])
        steep = same & ~(np.abs(turns) <= self.to.turn)
        turns = np.where(same & np.isfinite(turns), turns, 0.0)
        total = np.bincount(self.owner[1:], turns, minlength=self.q.size)
        lost = ~(np.abs(self.value) > self.bound)
        unclear = np.bincount(self.owner, lost, minlength=self.q.size)
        unclear += np.bincount(self.owner[1:], steep, minlength=self.q.size)
        number = np.maximum(np.round(total / np.pi + self.spectrum.power / 2).astype(np.intp), 0)
        doubt = np.zeros(self.q.size)
        np.maximum.at(doubt, self.owner, self._reach(lost))
        return number, unclear == 0, doubt

    def _reach(self, lost: NDArray[np.bool_]) -> Array:
        """Return how far from each sample that is lost in rounding a zero may be.

        Its value and bound over the slope towards the other samples next to it.
        """
        size = np.abs(self.value) + self.bound
        least = np.abs(self.value) - self.bound
        result = np.zeros(size.shape)
        for k in np.flatnonzero(lost):
            distance = np.abs(self.omega - self.omega[k])
            rise = least - size[k]
            beside = (self.owner == self.owner[k]) & (rise > 0)
            beside &= distance <= _BESIDE * self.omega[k]
            reach = size[k] * distance[beside] / rise[beside]
            result[k] = reach.min(initial=self.spectrum.highest)
        return result

    def starts(self, k: int) -> list[complex]:
        """Return where modes may be at one wave number, from samples up to their largest energy."""
        mine = (self.owner == k) & (self.omega <= self.spectrum.highest)
        # of the small decompositions of an approximation several threads only make slow work
        with _linear_algebra().limit(limits=1, user_api="blas"):
            return _starts(self.spectrum, self.omega[mine], self.value[mine])


def _slowest(scale: float, modes: list[complex]) -> float:
    """Return the scale of the slowest frequencies: a given one, or that of known modes."""
    return min([scale, *(4 * abs(w) for w in modes)])


def _spread(low: float, high: float, per_decade: float) -> Array:
    """Return frequencies from one to another, both included, so many in each decade."""
    return np.geomspace(low, high, 1 + math.ceil(per_decade * math.log10(high / low)))


@functools.cache
def _linear_algebra() -> ThreadpoolController:
    """Return what sets the number of threads of the libraries that are loaded now."""
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _starts(spectrum: Spectrum, omega: Array, value: Complex) -> list[complex]:
    """Return zeros of a rational approximation, with Re >= 0, next to the axis."""
    from scipy.interpolate import AAA

    gamma, rtol = spectrum.linewidth, spectrum.tolerances.approximation
    # the approximation is one of the largest values: those of slow modes must not be small
    value = value / _magnitude(omega, np.abs(value))
    both = np.concatenate([-omega[:0:-1], omega])
    with warnings.catch_warnings():
        # an approximation that stays short of its tolerance has good zeros all the same
        warnings.simplefilter("ignore", RuntimeWarning)
        mirrored = np.concatenate([value[:0:-1].conj(), value])
        # zeros at poles are left out below
        approximation = AAA(both, mirrored, rtol=rtol, clean_up=False)
        zeros, poles = approximation.roots(), approximation.poles()
    close = np.isfinite(zeros) & (zeros.imag > spectrum.lowest) & (zeros.imag < omega[-1])
    close &= (zeros.real > -_ON_AXIS * (gamma + np.abs(zeros))) & (zeros.real < omega[-1])
    # a zero at a pole is one of the approximation's rounding
    apart = np.abs(zeros[:, None] - poles).min(axis=1, initial=np.inf)
    close &= apart > _APART * np.minimum(gamma + zeros.imag, np.abs(zeros))
    return [complex(max(z.real, 0.0), z.imag) for z in zeros[close]]


def _magnitude(omega: Array, size: Array) -> Complex:
    """Return (omega + i s)(omega + i t), s and t being where det M begins to rise, and does twice.

    It has no zeros above the axis, and its modulus is that of det M up to a factor.
    """
    rises = np.flatnonzero(size > 2 * size[0])
    first = int(rises[0]) if rises.size else omega.size - 1
    steeper = np.flatnonzero(size[first:] * omega[first] > 2 * size[first] * omega[first:])
    second = first + int(steeper[0]) if steeper.size else omega.size - 1
    return np.asarray((omega + 1j * omega[first]) * (omega + 1j * omega[second]))


def distinct(roots: Complex, errors: Array, lowest: float) -> tuple[Complex, Array]:
    """Return the roots in the window with their errors, each once, those on Re = 0 exactly there.

    A root next to the axis Re = 0 that is not on it has a mirror image, which is a root as well.
    """
    kept: list[complex] = []
    bounds: list[float] = []
    for w, error in zip(map(complex, roots), map(float, errors), strict=True):
        if not (np.isfinite(w) and w.imag > lowest):
            continue
        close = max(_SAME * abs(w), 2 * error)
        if w.real < -close:
            continue
        root = w if w.real > close else complex(0.0, w.imag)
        if all(abs(root - other) > close for other in kept):
            kept.append(root)
            bounds.append(error)
    return np.array(kept, dtype=complex), np.array(bounds)
