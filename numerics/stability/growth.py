"""The growth rate of a state: the largest Im(omega_q) of its collective modes over all q."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.domain import LARGEST, flag, real
from numerics.kept import Kept
from numerics.results import DECAYS, GROWS, UNDECIDED, Status, Verdict
from numerics.solve.minimum import WIDTHS
from numerics.stability.axis_count import AxisModes, axis_modes
from numerics.stability.grid_modes import Peak, candidates, grid_modes, least_damped
from numerics.stability.peaks import climb, follow, highest_point
from numerics.stability.refinement import next_roots, with_state_errors
from numerics.stability.spectrum import Source, Spectrum
from numerics.stability.wave_numbers import LOWEST, search_grid

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Wave numbers between those next to a maximum on the grid, at which it is looked for.
_INNER = 7


class _GrowthRate(NamedTuple):
    rate: float
    q: float
    omega: float
    error: float
    status: str
    verdict: Verdict


class GrowthRate(Kept, _GrowthRate):
    """The fastest growing mode of a state, or the one that is damped least.

    Parameters
    ----------
    rate : float
        The largest Im(omega_q) for wave numbers from `smallest` on.
    q, omega : float
        The wave number, and Re(omega_q) >= 0 there.
    error : float
        Bound of the error of `rate`: of M, of the state, of the root; where the verdict is open,
        also of the modes that rounding may hide.
    status : str
        "complete", or "incomplete" where modes were counted that were not found, or where
        det M on the real axis is not above its rounding, so that they could not be counted.
    verdict : Verdict
        "grows" if a mode surely grows, "decays" if surely none does, "undecided" otherwise: the
        rate is then between `rate - error` and `rate + error`.
    """

    __slots__ = ()


def growth_rate(
    state: Source,
    *,
    smallest: float | None = None,
    largest: float | None = None,
    certify: bool = False,
) -> GrowthRate:
    """Return the largest Im(omega_q) over the wave numbers, with its q and Re(omega_q).

    The Goldstone mode has omega_q = 0 at q = 0, whatever the state; wave numbers therefore begin
    at `smallest`, as in a sample of the size 2 pi/smallest, and a stable state has a negative rate.
    Growing modes are counted at wave numbers of a grid by the argument of det M along the real
    axis, at the others those that grow half as fast as the fastest of these, along a line above it.
    One that grows between two of them only is seen if the first mode rises from the one and falls
    to the other.

    Parameters
    ----------
    state : SteadyState or Spectrum
    smallest : float, optional
        Smallest wave number; 0.0005 gamma by default, in units in which the Fermi velocity is 2.
    largest : float, optional
        Largest wave number; by default beyond the diameter of the region that quasiparticles fill,
        where no mode grows.
    certify : bool
        Whether a verdict that rounding leaves open is looked for with more digits, which takes
        seconds to minutes; the status says at which precision it was given up.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Parameters, growth_rate, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=1e-4))
    >>> found = growth_rate(state)
    >>> print(f"{found.rate:.4f} {found.q:.3f} {found.omega:.4f}")
    0.0144 0.053 0.0035
    """
    spectrum = Spectrum.of(state)
    if flag("certify", certify):
        spectrum.required("certified_rate")
        spectrum.required("certified_count")
    scale = spectrum.linewidth / 2
    domain = f"0 < smallest < largest (k_F), up to {LARGEST:g}"
    low = LOWEST * scale
    if smallest is not None:
        low = real("smallest", smallest, domain, lambda x: 0 < x < LARGEST)
    high = max(spectrum.reach, 2 * low)
    if largest is not None:
        high = real("largest", largest, domain, lambda x: low < x <= LARGEST)
    found = grid_modes(spectrum, search_grid(spectrum, low, high))
    rate = _fastest(spectrum, found)
    return _certified(spectrum, rate, found) if certify else rate


def growth_rates(states: Iterable[Source]) -> Iterator[GrowthRate]:
    """Yield the growth rates of states, each of them close to the one before.

    Parameters
    ----------
    states : iterable of SteadyState or Spectrum

    Notes
    -----
    They are those of `growth_rate` within their errors.  How fast modes have to grow to matter, and
    where they are, is expected from the state before: those that do are counted all the same.
    """
    found: list[AxisModes] = []
    for state in states:
        spectrum = Spectrum.of(state)
        found = grid_modes(spectrum, search_grid(spectrum), found)
        yield _fastest(spectrum, found)


def _fastest(spectrum: Spectrum, found: list[AxisModes]) -> GrowthRate:
    """Return the growth rate from the modes at the wave numbers of the search."""
    ends = [least_damped(spectrum, modes) for modes in (found[0], found[-1])]
    peaks = maxima(spectrum, found)
    best = _best([ends[0], *peaks, ends[1]])
    close = [end.omega.imag + end.error >= best.omega.imag for end in ends]
    if any(close):
        ends = [_sharp(spectrum, end) if k else end for end, k in zip(ends, close, strict=True)]
        best = _best([ends[0], *peaks, ends[1]])
    return _judged(spectrum, best, [best, *peaks], found)


def _best(peaks: list[Peak]) -> Peak:
    """Return the highest; an imaginary part that rounding could have made is no better."""
    best = peaks[0]
    for peak in peaks[1:]:
        if peak.omega.imag - peak.error > best.omega.imag:
            best = peak
    return best


def _certified(spectrum: Spectrum, rate: GrowthRate, found: list[AxisModes]) -> GrowthRate:
    """Return the rate with a verdict from more digits where rounding left it open."""
    from numerics.stability.certify import certified_counts, certified_mode

    if rate.verdict != UNDECIDED:
        return rate
    mode = certified_mode(spectrum, rate.q, complex(rate.omega, rate.rate))
    verdict, status = certified_counts(spectrum, [modes for modes in found if not modes.certain])
    if mode.verdict == GROWS or verdict == GROWS:
        verdict = GROWS
    elif mode.verdict == UNDECIDED:
        verdict, status = UNDECIDED, mode.status
    if verdict == UNDECIDED:
        return rate._replace(status=f"incomplete: {status}")
    return GrowthRate(
        mode.omega.imag, rate.q, abs(mode.omega.real), mode.error, Status.COMPLETE, verdict
    )


def _judged(
    spectrum: Spectrum, best: Peak, peaks: list[Peak], found: list[AxisModes]
) -> GrowthRate:
    """Return the rate with its whole error and what it says of the state."""
    # where it grows for sure the others do not matter to the verdict
    errors = _whole_errors(spectrum, peaks[:1] if best.omega.imag > 0 else peaks)
    if best.omega.imag > 0 and not best.omega.imag > errors[0]:
        errors = _whole_errors(spectrum, peaks)
    rates = np.array([peak.omega.imag for peak in peaks[: errors.size]])
    if (rates - errors > 0).any() or any(m.certain and m.growing > 0 for m in found):
        verdict = GROWS
    elif all(m.certain for m in found) and (rates + errors < 0).all():
        verdict = DECAYS
    else:
        verdict = UNDECIDED
    error = float(errors[0])
    if verdict == UNDECIDED:
        # what the other maxima, and modes that could not be counted, may reach
        reach = max([0.0, *(rates + errors), *(m.doubt for m in found if not m.certain)])
        error = max(error, reach - best.omega.imag)
    return GrowthRate(
        best.omega.imag,
        best.q,
        abs(best.omega.real),
        error,
        Status.COMPLETE if all(modes.complete for modes in found) else Status.INCOMPLETE,
        verdict,
    )


def _whole_errors(spectrum: Spectrum, peaks: list[Peak]) -> Array:
    """Return bounds of the errors of modes, those of the state included."""
    q, omega, bare = (np.array(column) for column in zip(*map(astuple, peaks), strict=True))
    return with_state_errors(spectrum, q, omega, bare)


def _sharp(spectrum: Spectrum, rough: Peak) -> Peak:
    """Return a mode as well as it can be known."""
    if rough.error == 0:
        # no root but a bound of them
        return rough
    roots, errors = follow(spectrum, np.array([rough.q]), rough.omega)
    if not np.isfinite(errors[0]):
        return rough
    return Peak(rough.q, complex(roots[0]), float(errors[0]))


def filled_diameter(source: Source) -> float:
    """Return a wave number beyond which no mode grows: the `reach` of a spectrum."""
    return Spectrum.of(source).reach


def maxima(spectrum: Spectrum, found: list[AxisModes]) -> list[Peak]:
    """Return the highest maxima of the first mode between wave numbers at which it is known."""
    return [_narrowed(spectrum, found, k) for k in candidates(spectrum, found)]


def _narrowed(spectrum: Spectrum, found: list[AxisModes], k: int) -> Peak:
    """Return the maximum of the largest imaginary part between the neighbours of a grid point."""
    beside = found[k - 1 : k + 2]
    curve = _through(spectrum, beside)
    top = None if curve is None else highest_point(spectrum, curve)
    best = least_damped(spectrum, found[k])
    if top is not None and top.omega.imag >= best.omega.imag - best.error:
        return top
    best = _sharp(spectrum, best)
    x = np.linspace(math.log(beside[0].q), math.log(beside[2].q), _INNER + 2)[1:-1]
    expected: Complex = np.asarray(_between(beside)(x), dtype=complex)
    roots = next_roots(spectrum, np.exp(x), expected).at
    if np.isfinite(roots).all():
        top = highest_point(spectrum, np.polynomial.Polynomial.fit(x, roots, _INNER - 1))
        if top is None:
            highest = int(roots.imag.argmax())
            top = climb(spectrum, math.exp(x[highest]), complex(roots[highest]), within=WIDTHS[1])
    else:
        height = max(modes.height for modes in found)
        # those that are slower have not been looked for
        faster: dict[str, Any] = {"height": height, "enough": -math.inf} if height > 0 else {}
        inner = axis_modes(spectrum, np.exp(x), leading=True, rough=True, **faster)
        tops = [least_damped(spectrum, modes) for modes in inner]
        best = _sharp(spectrum, max((best, *tops), key=lambda peak: peak.omega.imag))
        top = climb(spectrum, best.q, best.omega, within=WIDTHS[1])
    return top if top is not None and top.omega.imag > best.omega.imag else best


def _through(spectrum: Spectrum, beside: list[AxisModes]) -> np.polynomial.Polynomial | None:
    """Return the polynomial of log q with the first mode's values and slopes at three wave numbers.

    None if it is lost at one of them, or moves at some only.
    """
    x = np.log([m.q for m in beside])
    here = beside[1]
    omega = here.frequencies[0] + here.drifts[0] * (x - x[1])
    drifts = np.full(x.shape, here.drifts[0])
    known = np.array([m.frequencies.size > 0 for m in beside])
    for k in np.flatnonzero(known).tolist():
        omega[k], drifts[k] = beside[k].frequencies[0], beside[k].drifts[0]
    if not known.all():
        found = next_roots(spectrum, np.exp(x[~known]), omega[~known])
        omega[~known], drifts[~known] = found.at, found.drift
    if not np.isfinite(omega).all() or len(set((omega[known].real > 0).tolist())) > 1:
        return None
    middle, half = (x[-1] + x[0]) / 2, (x[-1] - x[0]) / 2
    table = np.polynomial.polynomial.polyvander((x - middle) / half, 2 * x.size - 1)
    slopes = np.zeros_like(table)
    slopes[:, 1:] = table[:, :-1] * np.arange(1, 2 * x.size)
    values = np.concatenate([omega, half * drifts])
    coefficients = np.linalg.solve(np.concatenate([table, slopes]), values)
    return np.polynomial.Polynomial(coefficients, (x[0], x[-1]), (-1.0, 1.0))


def _between(beside: list[AxisModes]) -> np.polynomial.Polynomial:
    """Return where the first mode is expected about the second of three wave numbers, in log q."""
    here = complex(beside[1].frequencies[0])
    omega = np.array([m.frequencies[0] for m in beside if m.frequencies.size > 0])
    if omega.size < len(beside) or len(set((omega.real > 0).tolist())) > 1:
        # another one may be the first beside it
        return np.polynomial.Polynomial([here])
    return np.polynomial.Polynomial.fit([math.log(m.q) for m in beside], omega, 2)
