"""Collective modes: the complex roots omega_q of det M(q, omega) = 0, (38)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import LARGEST, flag, positive, tolerance
from numerics.kept import Pictured
from numerics.results import DECAYS, GROWS, UNDECIDED, Status, Verdict
from numerics.solve.analytic_roots import Rectangle, count_mirrored, zeros_in
from numerics.stability.axis_count import AxisModes, axis_modes, distinct
from numerics.stability.branches import wave_numbers
from numerics.stability.certify import certified_modes
from numerics.stability.refinement import refine, with_state_errors
from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The search starts at this part of its width beyond Re(omega) = 0, on which modes may lie.
_BEYOND = 0.0137


@dataclass(frozen=True)
class CollectiveModes(Pictured):
    """The collective modes at one wave number within a window of frequencies.

    Parameters
    ----------
    q : float
        Wave number.
    frequencies : ndarray of complex, shape (n,)
        Roots with Re(omega) >= 0, by decreasing imaginary part; their negative conjugates are
        roots, too.
    vectors : ndarray of complex, shape (n, 2)
        Amplitude and phase of each mode, normalised; the phase is real and not negative.
    count : int
        Roots in the window by the argument principle, both signs of the real part.
    evaluations : int
        Matrices that were computed.
    status : str
        "complete", or "incomplete" where roots were counted that were not found, or where det M is
        not above its rounding on the boundary of the window, so that they could not be counted.
    error : ndarray, shape (n,)
        Bounds of the errors of the frequencies: of M, of the state and of the root.
    """

    q: float
    frequencies: Complex
    vectors: Complex
    count: int
    evaluations: int
    status: Status
    error: Array = field(default_factory=lambda: np.empty(0))

    @property
    def verdict(self) -> tuple[Verdict, ...]:
        """What each mode does: "grows", "decays", or "undecided" within its error."""
        return tuple(
            GROWS if w.imag > error else DECAYS if w.imag < -error else UNDECIDED
            for w, error in zip(self.frequencies, self.error, strict=True)
        )


@overload
def collective_mode(
    state: Source,
    q: float,
    *,
    largest: float | None = ...,
    growth: float | None = ...,
    rtol: float = ...,
    certify: bool = ...,
) -> CollectiveModes: ...
@overload
def collective_mode(
    state: Source,
    q: ArrayLike,
    *,
    largest: float | None = ...,
    growth: float | None = ...,
    rtol: float = ...,
    certify: bool = ...,
) -> CollectiveModes | tuple[CollectiveModes, ...]: ...
def collective_mode(
    state: Source,
    q: ArrayLike,
    *,
    largest: float | None = None,
    growth: float | None = None,
    rtol: float = 1e-9,
    certify: bool = False,
) -> CollectiveModes | tuple[CollectiveModes, ...]:
    """Return every collective mode within a window, 0 <= Re(omega), Im(omega) > -0.8 gamma.

    The roots are counted by the argument principle, so that none is missed without notice.
    Im(omega) > 0 is a growing mode.

    Parameters
    ----------
    state : SteadyState or Spectrum
    q : float or array_like, shape (n,)
        Wave number, positive: at q = 0 the Goldstone mode is the root omega = 0.  Several are
        ascending; `mode_branches` follows the modes from one to the next.
    largest : float, optional
        Largest real part; 1.1 times the lowest pair energy 2 E by default.
    growth : float, optional
        Largest imaginary part; half of `largest` by default.
    rtol : float
        Tolerance of M.
    certify : bool
        Whether modes that rounding leaves undecided are computed with more digits, in seconds each.

    Returns
    -------
    CollectiveModes, or a tuple of n of them

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Parameters, solve_steady_state
    >>> state = solve_steady_state(Parameters(0.0, 1e-3))
    >>> modes = collective_mode(state, 0.1)
    >>> modes.status, len(modes.frequencies), modes.verdict
    ('complete', 1, ('decays',))
    """
    spectrum = Spectrum.of(state)
    if flag("certify", certify):
        spectrum.required("certified_rate")
    pair = 2 * spectrum.lowest_excitation
    largest = 1.1 * pair if largest is None else positive("largest", largest, LARGEST)
    growth = largest / 2 if growth is None else positive("growth", growth, LARGEST)
    rtol = tolerance(rtol)
    window = Rectangle(complex(0.0, spectrum.lowest), complex(largest, growth))
    # those next to the axis are known from values on it, at all wave numbers at once
    counted = [
        _counted(spectrum, near, window, rtol) for near in axis_modes(spectrum, wave_numbers(q))
    ]
    found = _with_errors(spectrum, counted, rtol, certify)
    return found if isinstance(q, list | tuple) or np.ndim(q) > 0 else found[0]


class _Counted(NamedTuple):
    """The modes at one wave number, and how many there are by their count."""

    q: float
    roots: Complex
    errors: Array
    number: int
    evaluations: int
    complete: bool


def _counted(spectrum: Spectrum, near: AxisModes, window: Rectangle, rtol: float) -> _Counted:
    """Return the modes at one wave number, of which those next to the axis are known."""
    q = near.q
    evaluations = 0

    def function(omega: Complex) -> tuple[Complex, Array]:
        nonlocal evaluations
        evaluations += omega.size
        return spectrum(q, omega, rtol)

    marks = [complex(e, -spectrum.linewidth) for e in (*spectrum.bends, *spectrum.edges)]
    counted = count_mirrored(function, window, marks)
    known = np.isfinite(near.errors)
    roots, errors = _inside(window, near.frequencies[known], near.errors[known])
    if _with_mirrored(roots) != counted.count:
        # the window is searched for others; of a pair of mirror images both may be in it
        box = Rectangle(complex(-_BEYOND * window.high.real, spectrum.lowest), window.high)
        found = zeros_in(function, box, marks, [*roots, *(-roots[roots.real > 0].conj())])
        guesses = [complex(abs(w.real), w.imag) for w in (*found.values, *roots)]
        roots, errors = distinct(
            *refine(spectrum, np.full(len(guesses), q), np.array(guesses, dtype=complex)),
            spectrum.lowest,
        )
        roots, errors = _inside(window, roots, errors)
    order = np.argsort(-roots.imag, kind="stable")
    complete = counted.complete and _with_mirrored(roots) == counted.count
    return _Counted(q, roots[order], errors[order], counted.count, evaluations, complete)


def _with_errors(
    spectrum: Spectrum, counted: list[_Counted], rtol: float, certify: bool
) -> tuple[CollectiveModes, ...]:
    """Return modes with all of their errors and vectors, which are computed at once."""
    if not counted:
        return ()
    ends = np.cumsum([at.roots.size for at in counted])[:-1]
    waves = np.repeat([at.q for at in counted], [at.roots.size for at in counted])
    every = np.concatenate([at.roots for at in counted])
    errors = with_state_errors(spectrum, waves, every, np.concatenate([x.errors for x in counted]))
    modes = [(at.roots, e) for at, e in zip(counted, np.split(errors, ends), strict=True)]
    if certify:
        sure = zip(counted, modes, strict=True)
        modes = [certified_modes(spectrum, at.q, *found) for at, found in sure]
        every = np.concatenate([roots for roots, _ in modes])
    vectors = np.split(spectrum.vectors(waves, every, rtol), ends)
    return tuple(
        CollectiveModes(
            at.q,
            roots,
            vector,
            at.number,
            at.evaluations,
            Status.COMPLETE if at.complete else Status.INCOMPLETE,
            bounds,
        )
        for at, (roots, bounds), vector in zip(counted, modes, vectors, strict=True)
    )


def _inside(window: Rectangle, roots: Complex, errors: Array) -> tuple[Complex, Array]:
    """Return those of some roots that are in the window."""
    inside = np.array([window.contains(w) for w in roots.tolist()], dtype=bool)
    return roots[inside], errors[inside]


def _with_mirrored(roots: Complex) -> int:
    """Return how many roots there are, those with a negative real part included."""
    return int(np.where(roots.real > 0, 2, 1).sum())
