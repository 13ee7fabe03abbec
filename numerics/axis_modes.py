"""Collective modes at many wave numbers, from det M on the real axis of frequency.

M is analytic above the real axis, so the number of growing modes is the number of turns of det M
along the axis (Nyquist's criterion); by (45) half of the axis suffices.  A rational approximation
of the same values gives starting points for the modes on both sides of the axis, which are then
refined on M itself.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.determinant import determinant, uniform_modes
from numerics.long_wavelength import hydrodynamics
from numerics.steady_state import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Largest turn of det M between two samples; rounds of dividing steps that turn more.
_TURN, _ROUNDS = 1.0, 14
#: Samples next to the axis' origin, up to the largest energy of the modes, and beyond it.
_NEAR, _FAR = 28, 10
#: The axis is sampled from this part of gamma, up to this multiple of all energies.
_LOWEST, _HIGHEST = 0.05, 50.0
#: Modes are looked for down to this part of gamma below the axis.
_DEPTH = 0.8
#: Up to this wave number in units of gamma the expansion (46) gives starting points, too.
_LONG = 1.0
#: Tolerance of M at the samples, and of their rational approximation.
_RTOL, _APPROXIMATION = 1e-7, 1e-9
#: Steps of the refinement; the step that ends it, and the distance of roots that are one, relative
#: to gamma + |omega|.
_STEPS, _LAST, _SAME = 20, 1e-9, 1e-6
#: First step of the refinement, in parts of gamma + |omega|.
_FIRST_STEP = 1e-3
#: The largest step, and a candidate's largest shift, in parts of gamma + |omega|.
_LONGEST, _SHIFT = 0.3, 1.5


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
    complete : bool
        Whether as many growing ones were found.
    """

    q: float
    frequencies: Complex
    errors: Array
    growing: int
    complete: bool


def axis_modes(state: SteadyState, q: Array, *, density: int = 1) -> list[AxisModes]:
    """Return the modes at each wave number.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
        Positive wave numbers.
    density : int
        How many times as many samples of the axis to begin with.
    """
    samples = _Samples(state, np.asarray(q, dtype=float), density)
    samples.resolve()
    starts = [_starts(state, *samples.near(k)) for k in range(samples.q.size)]
    gamma = state.parameters.linewidth
    if (samples.q < _LONG * gamma).any():
        # slow modes are closer to each other than the samples
        found = hydrodynamics(state)
        for k in np.flatnonzero(samples.q < _LONG * gamma):
            starts[k] += [w for w in uniform_modes(found, samples.q[k]) if w.imag > -_DEPTH * gamma]
    owner = np.repeat(np.arange(samples.q.size), [len(s) for s in starts])
    roots, errors = refine(state, samples.q[owner], np.array([w for s in starts for w in s]))
    counts = samples.counts()
    results = []
    for index, wave in enumerate(samples.q):
        mine = owner == index
        values, bounds = _distinct(roots[mine], errors[mine], gamma)
        # an unresolved sign of a real or imaginary part is no disagreement
        sure, unsure = values.imag > bounds, np.abs(values.imag) <= bounds
        twice = np.where(values.real > 0, 2, 1)
        least, most = int(twice[sure].sum()), int(twice[sure | unsure].sum())
        order = np.argsort(-values.imag, kind="stable")
        results.append(
            AxisModes(
                float(wave),
                values[order],
                bounds[order],
                int(counts[index]),
                least <= counts[index] <= most,
            )
        )
    return results


class _Samples:
    """det M on the positive real axis, at each wave number dense enough to follow its argument."""

    def __init__(self, state: SteadyState, q: Array, density: int) -> None:
        self.state, self.q = state, q
        gamma = state.parameters.linewidth
        self.top = 2.4 * max(state.lowest_excitation, abs(state.edge)) + 4 * gamma
        energies = abs(state.mu) + state.gap + abs(state.edge) + gamma
        near = np.geomspace(_LOWEST * gamma, self.top, density * _NEAR)
        far = np.geomspace(self.top, _HIGHEST * energies, density * _FAR)[1:]
        first = np.concatenate([[0.0], near, far])
        owner = np.repeat(np.arange(q.size), first.size)
        self.owner, self.omega = owner, np.tile(first, q.size)
        self.value = self._values(self.owner, self.omega)

    def _values(self, owner: NDArray[np.intp], omega: Array) -> Complex:
        value, _ = determinant(self.state, self.q[owner], omega, _RTOL)
        # without a frequency it is real
        return np.where(omega == 0, value.real, value)

    def resolve(self) -> None:
        """Divide the steps in which the determinant turns too much."""
        for _ in range(_ROUNDS):
            same = self.owner[1:] == self.owner[:-1]
            wide = same & (np.abs(np.angle(self.value[1:] / self.value[:-1])) > _TURN)
            at = np.flatnonzero(wide)
            if at.size == 0:
                return
            self._insert(at)

    def _insert(self, at: NDArray[np.intp]) -> None:
        owner = self.owner[at]
        omega = (self.omega[at] + self.omega[at + 1]) / 2
        value = self._values(owner, omega)
        self.owner = np.insert(self.owner, at + 1, owner)
        self.omega = np.insert(self.omega, at + 1, omega)
        self.value = np.insert(self.value, at + 1, value)

    def counts(self) -> NDArray[np.intp]:
        """Return the number of zeros above the axis at each wave number.

        det M tends to a multiple of omega; its argument, starting from the sign at omega = 0,
        falls by half of pi along the axis if there is no zero.
        """
        same = self.owner[1:] == self.owner[:-1]
        turns = np.where(same, np.angle(self.value[1:] / self.value[:-1]), 0.0)
        total = np.bincount(self.owner[1:], turns, minlength=self.q.size)
        return np.maximum(np.round(total / np.pi + 0.5).astype(np.intp), 0)

    def near(self, k: int) -> tuple[Array, Complex]:
        """Return the samples at one wave number up to the modes' largest energy."""
        mine = (self.owner == k) & (self.omega <= self.top)
        return self.omega[mine], self.value[mine]


def _starts(state: SteadyState, omega: Array, value: Complex) -> list[complex]:
    """Return zeros of a rational approximation, with Re >= 0, next to the axis."""
    from scipy.interpolate import AAA

    gamma = state.parameters.linewidth
    both = np.concatenate([-omega[:0:-1], omega])
    with warnings.catch_warnings():
        # an approximation that stays short of its tolerance has good zeros all the same
        warnings.simplefilter("ignore", RuntimeWarning)
        approximation = AAA(both, np.concatenate([value[:0:-1].conj(), value]), rtol=_APPROXIMATION)
        zeros = approximation.roots()
    close = np.isfinite(zeros) & (zeros.imag > -_DEPTH * gamma) & (zeros.imag < omega[-1])
    close &= (zeros.real > -1e-3 * (gamma + np.abs(zeros))) & (zeros.real < omega[-1])
    return [complex(max(z.real, 0.0), z.imag) for z in zeros[close]]


def refine(state: SteadyState, q: Array, start: Complex) -> tuple[Complex, Array]:
    """Return roots of det M next to the starting points, and bounds of their errors.

    The secant method; not a number where it leads away or out of the domain.
    """
    gamma = state.parameters.linewidth
    start = np.array(start, dtype=complex)
    size = gamma + np.abs(start)
    errors = np.full(start.shape, np.inf)
    lowest = -gamma
    before = start + _FIRST_STEP * np.minimum(size, gamma + start.imag)
    now = start.copy()
    active = now.imag > lowest
    now[~active] = np.nan
    old = np.empty_like(start)
    old[active], _ = determinant(state, q[active], before[active])
    for _ in range(_STEPS):
        at = np.flatnonzero(active)
        if at.size == 0:
            break
        value, error = determinant(state, q[at], now[at])
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (value - old[at]) / (now[at] - before[at])
            step = -value / slope
            errors[at] = error / np.abs(slope)
        length = np.abs(step) / size[at]
        step = step * np.minimum(1.0, _LONGEST / np.maximum(length, _LONGEST))
        moved = now[at] + step
        lost = ~np.isfinite(moved) | (moved.imag <= lowest)
        lost |= np.abs(moved - start[at]) > _SHIFT * size[at]
        before[at], old[at] = now[at], value
        now[at] = np.where(lost, np.nan, moved)
        active[at] = ~lost & (np.abs(step) > np.maximum(_LAST * size[at], 0.1 * errors[at]))
    now[active] = np.nan
    return now, np.where(np.isnan(now), np.inf, errors)


def _distinct(roots: Complex, errors: Array, gamma: float) -> tuple[Complex, Array]:
    """Return the roots in the window with their errors, each once, those on Re = 0 exactly there.

    A root next to the axis Re = 0 that is not on it has a mirror image, which is a root as well.
    """
    kept: list[complex] = []
    bounds: list[float] = []
    for w, error in zip(map(complex, roots), map(float, errors), strict=True):
        if not (np.isfinite(w) and w.imag > -_DEPTH * gamma):
            continue
        close = max(_SAME * (gamma + abs(w)), 2 * error)
        if w.real < -close:
            continue
        root = w if w.real > close else complex(0.0, w.imag)
        if all(abs(root - other) > close for other in kept):
            kept.append(root)
            bounds.append(error)
    return np.array(kept, dtype=complex), np.array(bounds)
