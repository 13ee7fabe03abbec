"""Integrals over the whole axis in ball arithmetic (python-flint): slow routes' certain answer.

The axis is cut at every point where the integrand is not analytic.  A singularity on the axis is
passed above and below it, and the mean is taken: that is the principal value of a pole, and the
integral where it is removable.  Beyond the last cut the occupations have reached their limits, and
what is left is a rational function, integrated in 1/nu.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flint import acb, arb, ctx, fmpq
from mpmath import mp

#: Bits with which a first attempt is made, and beyond which none is.
_BITS, _MOST_BITS = 192, 768


@dataclass(frozen=True)
class Integrand:
    """numerator/product of (nu - pole) times an occupation.

    Numbers are pairs of rationals, real and imaginary part; coefficients have the highest power
    first.
    """

    numerator: Sequence[tuple[fmpq, fmpq]]
    poles: Sequence[tuple[fmpq, fmpq]]
    #: A function of a complex ball, and its limits at -oo and +oo.
    occupation: Callable[[acb], acb] = lambda z: acb(1)
    limits: tuple[int, int] = (1, 1)
    #: Where it jumps; where it, or the rational function, has a pole on the axis.
    steps: Sequence[fmpq] = ()
    passed: Sequence[fmpq] = ()
    #: Its poles off the axis, beside which a path must pass.
    others: Sequence[tuple[fmpq, fmpq]] = ()
    #: The largest temperature.
    width: fmpq = field(default_factory=fmpq)

    def at(self, z: acb) -> acb:
        """Return the value at a ball."""
        total = acb(0)
        for c in self.numerator:
            total = total * z + acb(*c)
        for pole in self.poles:
            total /= z - acb(*pole)
        return total * self.occupation(z)

    def inverted(self, t: acb) -> acb:
        """Return the rational function at 1/t, over t**2."""
        total = acb(0)
        for c in reversed(self.numerator):
            total = total * t + acb(*c)
        for pole in self.poles:
            total /= 1 - acb(*pole) * t
        return total * t ** (len(self.poles) - len(self.numerator) - 1)


def ball_integral(integrands: Sequence[Integrand], digits: int) -> tuple[Any, Any]:
    """Return the integral of a sum as an mpmath number, and a bound of its error.

    The precision is raised until the bound is below 10**-digits of the value, or it is the limit.
    """
    bits = _BITS
    while True:
        with ctx.workprec(bits):
            total = sum((_whole(f, bits) for f in integrands), acb(0))
            value, error = total.mid(), arb(total.rad().upper())
            scale = arb(abs(value).upper())
            good = total.is_finite() and bool(error <= arb(10) ** -digits * scale)
        if good or bits >= _MOST_BITS:
            with mp.workprec(bits):
                return _number(value), _real(error)
        bits *= 2


def _number(z: acb) -> Any:
    return mp.mpc(_real(z.real), _real(z.imag))


def _real(x: arb) -> Any:
    if not x.is_finite():
        return mp.inf
    mantissa, exponent = x.mid().man_exp()
    return mp.ldexp(mp.mpf(int(mantissa)), int(exponent))


def _whole(f: Integrand, bits: int) -> acb:
    reach = [abs(x) for x, _ in (*f.poles, *f.others)]
    reach += [abs(y) for _, y in f.poles] + [abs(x) for x in (*f.steps, *f.passed)]
    # exp(-(bits + 20) log 2) is what an occupation is away from its limit
    end = 1 + max(reach, default=fmpq(0)) + f.width * (bits + 20)
    total = acb(0)
    for left, right in _panels(f, end):
        total += _segment(f, acb(left), acb(right), bits)
    for x, radius in _detours(f):
        for sign in (1, -1):
            top = acb(x, sign * radius)
            total += _segment(f, acb(x - radius), top, bits) / 2
            total += _segment(f, top, acb(x + radius), bits) / 2
    for limit, side in zip(f.limits, (-1, 1), strict=True):
        if limit:
            tail = sorted((acb(0), acb(side / end)), key=lambda z: float(z.real.mid()))
            total += limit * _integrated(f.inverted, *tail, bits)
    return total


def _segment(f: Integrand, a: acb, b: acb, bits: int) -> acb:
    return _integrated(f.at, a, b, bits)


def _integrated(function: Callable[[acb], acb], a: acb, b: acb, bits: int) -> acb:
    return acb.integral(
        lambda z, _: function(z),
        a,
        b,
        rel_tol=arb(2) ** (16 - bits),
        abs_tol=arb(2) ** (16 - 2 * bits),
        eval_limit=10**6,
        deg_limit=200,
    )


def _detours(f: Integrand) -> list[tuple[fmpq, fmpq]]:
    """Return the singularities on the axis, with a radius that nothing else is within."""
    places = sorted(set(f.passed))
    result = []
    for x in places:
        distances = [abs(x - y) for y in (*places, *f.steps) if y != x]
        distances += [max(abs(x - u), abs(v)) for u, v in (*f.poles, *f.others) if v != 0]
        result.append((x, min(distances, default=fmpq(1)) / 3))
    return result


def _panels(f: Integrand, end: fmpq) -> list[tuple[fmpq, fmpq]]:
    """Return the pieces of the axis between jumps, detours and the places next to poles."""
    holes = [(x - r, x + r) for x, r in _detours(f)]
    marks = {-end, end, *f.steps, *(edge for hole in holes for edge in hole)}
    for x, _ in (*f.poles, *f.others):
        if not any(a < x < b for a, b in holes):
            marks.add(x)
    ordered = sorted(m for m in marks if -end <= m <= end)
    pairs = itertools.pairwise(ordered)
    return [(a, b) for a, b in pairs if not any(u <= a and b <= v for u, v in holes)]
