"""Where along the wave number a mode is highest: the maximum of Im(omega_q), next to a guess."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.solve.minimum import WIDTHS, lowest_inside, minimum_near
from numerics.stability.grid_modes import Peak
from numerics.stability.refinement import Roots, errors_of, next_roots, refine
from numerics.stability.spectrum import Source, Spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The slope of Im(omega_q) vanishes where a parabola through three values of it does that are so
#: far apart, in log q: the cube of that is the error; and how often they are moved.
_ASIDE, _MOVES = 3e-3, 4
#: So close to a root, in log q, the parabola through it is as exact as the root: what it leaves out
#: is the third power.
_SAME = 1e-4


def highest_point(spectrum: Spectrum, curve: np.polynomial.Polynomial) -> Peak | None:
    """Return the maximum of Im(omega_q) where its slope vanishes, from a curve next to the mode.

    None if the curve has none, or has it elsewhere.
    """
    sinking = np.polynomial.Polynomial(-curve.coef.imag, curve.domain, curve.window)
    x = lowest_inside(sinking, *curve.domain)
    expected: Callable[[Array], Complex] = curve
    for _ in range(_MOVES):
        if x is None or not curve.domain[0] < x < curve.domain[1]:
            return None
        three = x + _ASIDE * np.array([-1.0, 0.0, 1.0])
        q = np.exp(three)
        roots = next_roots(spectrum, q, expected(three), drifting=True)
        if np.isnan(roots.at).any():
            return None
        slopes = roots.drift
        # a parabola through three slopes, and one step of Newton's method from its secant's zero
        low, here, high = slopes.imag.tolist()
        bend, more = (high - low) / (2 * _ASIDE), (high - 2 * here + low) / _ASIDE**2
        if not bend < 0:
            return None
        move = -here / bend
        move -= more * move**2 / 2 / (bend + more * move)
        curved = (slopes[2] - slopes[0]) / (4 * _ASIDE)
        expected = np.polynomial.Polynomial(
            [roots.at[1], slopes[1], curved], domain=[x - 1, x + 1], window=[-1, 1]
        )
        x += move
        if abs(move) <= _ASIDE:
            return _peak(spectrum, x, expected, roots.select([1]), abs(move))
    return None


def _peak(
    spectrum: Spectrum,
    x: float,
    expected: Callable[[Any], Any],
    beside: Roots,
    away: float,
) -> Peak | None:
    """Return the mode at log q = x, of which one root is known so far away from there."""
    q, omega = np.exp([x]), np.array([complex(expected(x))])
    if away <= _SAME:
        # the parabola gives it: a disc about that contains the root
        (found, errors) = _at_rest(omega, errors_of(spectrum, q, beside._replace(at=omega)))
    else:
        found, errors = follow(spectrum, q, complex(omega[0]))
    return Peak(math.exp(x), complex(found[0]), float(errors[0])) if np.isfinite(found[0]) else None


def follow(source: Source, q: Array, start: complex) -> tuple[Complex, Array]:
    """Return a mode at wave numbers close to each other, and bounds of its errors."""
    return _at_rest(*refine(source, q, np.full(q.shape, start, dtype=complex)))


def _at_rest(roots: Complex, errors: Array) -> tuple[Complex, Array]:
    """Return modes without a real part of the size of its error, and the errors."""
    # on the axis Re = 0 rounding decides the sign of the real part
    at_rest = np.isfinite(errors) & (np.abs(roots.real) <= 2 * errors)
    return np.where(at_rest, 1j * roots.imag, roots), errors


def climb(source: Source, q: float, omega: complex, *, within: float = WIDTHS[0]) -> Peak | None:
    """Return the maximum of Im(omega_q) along a mode, uphill from a guess; None if there is none.

    Parameters
    ----------
    source : Spectrum or SteadyState
    q : float
        Where to start.
    omega : complex
        The mode there, or a guess.
    within : float
        How far away in log q the maximum is thought to be.
    """
    mode = _Mode(Spectrum.of(source), omega)
    found = minimum_near(mode.sinking, q, within=within)
    if found is None:
        return None
    at = np.array([found.x])
    roots, errors = follow(mode.spectrum, at, complex(mode.expected(at)[0]))
    if np.isnan(roots[0]):
        return None
    # the root itself, whose error is known, not the value of a polynomial through its neighbours
    return Peak(found.x, complex(roots[0]), float(errors[0]))


class _Mode:
    """A mode along the wave number, expected where the last ones of it lead to."""

    def __init__(self, spectrum: Spectrum, omega: complex) -> None:
        self.spectrum = spectrum
        self.curve = np.polynomial.Polynomial([omega])

    def expected(self, q: Array) -> Complex:
        """Return where the mode is: on a curve through the last ones, straight on beyond them."""
        x = np.log(q)
        inside = np.clip(x, *self.curve.domain)
        if self.curve.degree() == 0:
            inside = x
        return np.asarray(self.curve(inside) + self.curve.deriv()(inside) * (x - inside))

    def sinking(self, q: Array) -> Array:
        """Return -Im(omega_q), not numbers where the mode is lost."""
        roots = next_roots(self.spectrum, q, self.expected(q) + 0j).at
        if np.isfinite(roots).all():
            self.curve = np.polynomial.Polynomial.fit(np.log(q), roots, q.size - 1)
        return np.asarray(-roots.imag)
