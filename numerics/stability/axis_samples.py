"""det M along a line of real frequencies: how many modes grow faster, and where modes may be.

M is analytic above the line, so the number of modes there is the number of turns of det M along it
(Nyquist's criterion); by (45) half of the line suffices.  A rational approximation of the same
values gives starting points for modes on both sides of it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numerics.solve.rational import zeros_and_poles
from numerics.stability.spectrum import Spectrum

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
#: Largest change of log(det M) in a step that its neighbours do not let expect: of a whole turn.
_BEND = 0.8
#: A minimum of |det M| is a shallow one if this factor more is above what is next to it.
_SHALLOW = 1.5


class LineSamples:
    """det M for Re(omega) >= 0 and one Im(omega), dense enough to follow its argument.

    Parameters
    ----------
    spectrum : Spectrum
    q : ndarray, shape (n,)
        Positive wave numbers.
    slow : sequence of list of complex, shape (n,)
        Modes that are known at each, which may be closer to each other than samples.
    density : int
        How many times as many samples to begin with.
    height : float
        Im(omega), not negative.
    """

    def __init__(
        self,
        spectrum: Spectrum,
        q: Array,
        slow: list[list[complex]],
        density: int = 1,
        height: float = 0.0,
    ) -> None:
        self.spectrum, self.q, self.to = spectrum, q, spectrum.tolerances
        self.height = height
        top, end = spectrum.highest, self.to.highest * spectrum.energies
        far = np.geomspace(top, end, density * self.to.beyond)[1:]
        scale = spectrum.linewidth + height
        bend = self.to.lowest * scale
        high = _spread(bend, top, density * self.to.per_decade)
        axes = []
        for modes in slow:
            # det M is a polynomial at first, whose zeros are these
            slowest = min([scale, *(4 * abs(w) for w in modes if height == 0)])
            parts = [np.zeros(1), high, far]
            if slowest < scale:
                lowest = self.to.lowest * slowest
                parts[1:1] = [_spread(lowest, bend, density * self.to.per_slow_decade)[:-1]]
            axes.append(np.concatenate(parts))
        self.owner = np.repeat(np.arange(q.size), [axis.size for axis in axes])
        self.omega = np.concatenate(axes)
        self.value, self.bound = self._values(self.owner, self.omega)

    def _values(self, owner: NDArray[np.intp], omega: Array) -> tuple[Complex, Array]:
        q = self.q[owner]
        at = omega + 1j * self.height
        value, bound = self.spectrum(q, at, self.to.rtol)
        close = np.flatnonzero(~(bound <= self.to.close * np.abs(value)))
        if close.size > 0:
            value[close], bound[close] = self.spectrum(q[close], at[close], self.to.fine)
        # without a real part of the frequency it is real
        return np.where(omega == 0, value.real, value), bound

    def resolve(self) -> None:
        """Divide the steps in which the determinant turns too much."""
        for _ in range(self.to.divisions):
            same = self.owner[1:] == self.owner[:-1]
            clear = np.abs(self.value) > self.bound
            with np.errstate(divide="ignore", invalid="ignore"):
                turns = np.abs(np.angle(self.value[1:] / self.value[:-1]))
            # between two values that are lost in rounding the argument means nothing
            steep = same & (clear[1:] | clear[:-1]) & ~(turns <= self.to.turn)
            smooth = same & ~steep
            at = np.flatnonzero(steep | self._dips(smooth) | self._bends(smooth))
            if at.size == 0:
                return
            self._insert(at)

    def _dips(self, smooth: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the steps next to where |det M| is smaller than on either side without a turn.

        Of two zeros within one step, both close to the line, the turns add up to a whole one.  A
        minimum that is seen closely enough is a shallow one.
        """
        before, size, after = (np.abs(self.value[k : k - 2 or None]) for k in (0, 1, 2))
        least = smooth[:-1] & smooth[1:] & (size < np.minimum(before, after))
        least &= _SHALLOW * size < np.maximum(before, after)
        beside = np.zeros(smooth.shape, dtype=bool)
        beside[:-1] |= least
        beside[1:] |= least
        return beside

    def _bends(self, smooth: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the steps in which log(det M) changes at a rate that both neighbours have not.

        A zero close to a step turns det M by half a turn, those farther away by the rest of a whole
        one.  Rates are those by log(omega): a power has the same everywhere.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.diff(np.log(self.omega))
            ratio = self.value[1:] / self.value[:-1]
            rate = (np.log(np.abs(ratio)) + 1j * np.angle(ratio)) / step
            known = np.where(smooth & np.isfinite(step), rate, np.inf)
            change = np.abs(np.diff(known))
        # a step without a neighbour has nothing to differ from
        change = np.where(np.isfinite(change), change, np.inf)
        nearest = np.minimum(np.append(np.inf, change), np.append(change, np.inf))
        # far above the largest energy of modes none is close to a step
        known = np.isfinite(nearest) & (self.omega[:-1] <= self.spectrum.highest)
        return known & (nearest * np.abs(step) > _BEND)

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
        """Return the number of zeros above the line, whether it is certain, and what may be missed.

        det M tends to a multiple of omega**n; its argument, starting from the sign at the real part
        zero, falls by n times half of pi along the line if there is no zero above.
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

    def starts(self, which: Sequence[int]) -> list[list[complex]]:
        """Return where modes may be at some wave numbers, from samples up to their largest energy.

        These are zeros of rational approximations of det M, with Re >= 0, next to the line.
        """
        if not which:
            return []
        used = self.omega <= self.spectrum.highest
        mine = [used & (self.owner == k) for k in which]
        omega = [self.omega[some] for some in mine]
        # an approximation is one of the largest values: those of slow modes must not be small
        values = [
            self.value[some] / _magnitude(w, np.abs(self.value[some]))
            for some, w in zip(mine, omega, strict=True)
        ]
        # of small decompositions several threads only make slow work
        with _linear_algebra().limit(limits=1, user_api="blas"):
            found = zeros_and_poles(omega, values, self.to.approximation)
        return [
            self._next_to_line(float(w[-1]), *ends) for w, ends in zip(omega, found, strict=True)
        ]

    def _next_to_line(self, highest: float, zeros: Complex, poles: Complex) -> list[complex]:
        """Return the zeros of an approximation where modes may be, as frequencies."""
        # those of the approximation are from the line
        gamma, lowest = self.spectrum.linewidth + self.height, self.spectrum.lowest - self.height
        size = np.abs(zeros)
        close = (zeros.imag > lowest) & (zeros.imag < highest)
        close &= (zeros.real > -_ON_AXIS * (gamma + size)) & (zeros.real < highest)
        # a zero at a pole is one of the approximation's rounding
        apart = np.abs(zeros[:, None] - poles).min(axis=1, initial=np.inf)
        close &= apart > _APART * np.minimum(gamma + zeros.imag, size)
        return [complex(max(z.real, 0.0), z.imag + self.height) for z in zeros[close].tolist()]


def _spread(low: float, high: float, per_decade: float) -> Array:
    """Return frequencies from one to another, both included, so many in each decade."""
    return np.geomspace(low, high, 1 + math.ceil(per_decade * math.log10(high / low)))


@functools.cache
def _linear_algebra() -> ThreadpoolController:
    """Return what sets the number of threads of the libraries that are loaded now."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _magnitude(omega: Array, size: Array) -> Complex:
    """Return (omega + i s)(omega + i t), s and t being where det M begins to rise, and does twice.

    It has no zeros above the axis, and its modulus is that of det M up to a factor.
    """
    rises = np.flatnonzero(size > 2 * size[0])
    first = int(rises[0]) if rises.size else omega.size - 1
    steeper = np.flatnonzero(size[first:] * omega[first] > 2 * size[first] * omega[first:])
    second = first + int(steeper[0]) if steeper.size else omega.size - 1
    return np.asarray((omega + 1j * omega[first]) * (omega + 1j * omega[second]))
