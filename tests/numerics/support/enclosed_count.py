"""Zeros of a holomorphic function on either side of the real axis, counted in ball arithmetic.

On a disc about a centre on the axis f is known by balls: a bound S of |f| on its circle, from balls
of omega that cover this, and values on a circle smaller by RATIO.  In units of the smaller radius

    f(z) = sum_k a_k z^k,  |a_k| <= S RATIO^k  (Cauchy),

so the discrete Fourier transform of N values has a_k up to the a_(k + m N), m >= 1, and the powers
from N on add at most S RATIO^N/(1 - RATIO) to f on |z| <= 1.  The zeros in the upper and the lower
half of that disc are the turns of f along their boundaries.  These are cut into pieces whose images
lie in rectangles without zero, where the argument changes by less than pi.

That f is holomorphic on the larger disc is taken for granted: M is for Im omega > -gamma.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flint import acb, arb, ctx

from numerics import SteadyState
from tests.numerics.support.ball_loop import BITS, TOLERANCE, enclosure

#: A function of a ball and of the tolerance of its integrals.
Holomorphic = Callable[[acb, float], acb]

#: The larger disc's radius, in linewidths: the singularities are at a distance of 1.
OUTER = 0.5
#: The smaller disc's radius, in units of the larger one's.
RATIO = 0.2
#: Balls that cover the larger circle, and the tolerance of their integrals.
COVER, COARSE = 16, 1e-2
#: Values on the smaller circle.
VALUES = 24
#: Halvings of a piece of a boundary until zero is outside of its image.
HALVINGS = 30


class Taylor(NamedTuple):
    """A polynomial, and a disc that contains what it differs by from f on |z| <= 1."""

    coefficients: tuple[acb, ...]
    error: acb

    def at(self, z: acb) -> acb:
        """Return a ball that contains f on the part of the disc |z| <= 1 that is in a ball z."""
        middle = z.mid()
        value, _ = self._horner(middle)
        _, slope = self._horner(z)
        return value + slope * (z - middle) + self.error

    def _horner(self, z: acb) -> tuple[acb, acb]:
        value, slope = acb(0), acb(0)
        for coefficient in reversed(self.coefficients):
            value, slope = value * z + coefficient, slope * z + value
        return value, slope


class Path(NamedTuple):
    """A part of a boundary: where it is at a ball of t, between which t."""

    at: Callable[[arb], acb]
    start: float
    end: float


_AXIS = Path(acb, -1, 1)
UPPER = (_AXIS, Path(lambda t: acb(t).exp_pi_i(), 0, 1))
LOWER = (Path(lambda t: acb(-t), -1, 1), Path(lambda t: acb(t).exp_pi_i(), -1, 0))


def modes_beside_axis(state: SteadyState, q: float, centre: float) -> tuple[int, int]:
    """Return how many zeros of det M are above and below the axis, near a real frequency."""

    def det(omega: acb, tolerance: float) -> acb:
        m = enclosure(state, q, omega, tolerance)
        return m[0] * m[3] - m[1] * m[2]

    return zeros_beside_axis(det, centre, OUTER * state.parameters.linewidth)


def zeros_beside_axis(function: Holomorphic, centre: float, radius: float) -> tuple[int, int]:
    """Return how many zeros are in the halves of the disc of RATIO times a radius."""
    with ctx.workprec(BITS):
        found = expansion(function, centre, radius)
        return turns(found, UPPER), turns(found, LOWER)


def expansion(function: Holomorphic, centre: float, radius: float) -> Taylor:
    """Return the expansion in (omega - centre)/(RATIO radius)."""

    def on_circle(size: float | arb, t: arb) -> acb:
        return centre + size * acb(2 * t).exp_pi_i()

    bound = arb(0)
    for k in range(COVER):
        arc = arb(k + 0.5, 0.5) / COVER
        bound = bound.max(function(on_circle(radius, arc), COARSE).abs_upper())
    ratio, points = arb(RATIO), [arb(k) / VALUES for k in range(VALUES)]
    values = [function(on_circle(radius * ratio, t), TOLERANCE) for t in points]
    return taylor(values, bound, ratio)


def taylor(values: Sequence[acb], bound: arb, ratio: arb) -> Taylor:
    """Return the expansion of f from its values on |z| = 1 and a bound on |z| = 1/ratio."""
    count = len(values)
    if not (bound.is_finite() and 0 < ratio < 1):
        raise ArithmeticError("f is not bounded on a circle beyond its values")
    roots = [acb(arb(-2 * k) / count).exp_pi_i() for k in range(count)]
    others = bound * ratio**count
    coefficients, error = [], others / (1 - ratio)
    for k in range(count):
        total = sum((value * roots[j * k % count] for j, value in enumerate(values)), acb(0))
        coefficients.append((total / count).mid())
        # not left to balls of coefficients: rectangles that are turned grow with every power of z
        error += (total / count - coefficients[k]).abs_upper()
        error += others * ratio**k / (1 - ratio**count)
    return Taylor(tuple(coefficients), _disc(error))


def turns(function: Taylor, boundary: Sequence[Path]) -> int:
    """Return how often f goes around zero along a closed path."""
    total = sum((_turned(function, path, HALVINGS) for path in boundary), arb(0))
    count = total.unique_fmpz()
    if count is None:
        raise ArithmeticError("the turns are not seen to be one integer")
    return int(count)


def _turned(function: Taylor, path: Path, halvings: int) -> arb:
    """Return the change of the argument along a path, in turns."""
    start, end = (function.at(path.at(arb(t))) for t in (path.start, path.end))
    middle, half = (path.start + path.end) / 2, (path.end - path.start) / 2
    image = function.at(path.at(arb(middle, half)))
    # the image is in a rectangle without zero, so that end/start is no negative number
    if image.is_finite() and not image.contains(0):
        turned = (end / start).log(analytic=True).imag / (2 * arb.pi())
        if turned.is_finite():
            return turned
    if not halvings:
        raise ArithmeticError("f is not seen to differ from zero on the boundary")
    return sum(
        (
            _turned(function, Path(path.at, *ends), halvings - 1)
            for ends in ((path.start, middle), (middle, path.end))
        ),
        arb(0),
    )


def _disc(radius: arb) -> acb:
    # the radius is a ball itself
    upper = radius.abs_upper()
    return acb(arb(0, upper), arb(0, upper))
