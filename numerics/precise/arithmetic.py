"""Two arithmetics for one text: mpmath, and python-flint where it is installed.

The generated kernels take the context of their functions as an argument.  A context of mpmath is
one; `Flint` gives the same names to balls of flint, whose radii enclose what rounding does.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Protocol

import mpmath
import numpy as np

from numerics.domain import integer

#: Bits of a decimal digit.
BITS = math.log2(10)
#: Below this modulus a function of z is summed as a series.
_SERIES = 0.25
#: Digits for which rules and kernels have been tried.
_FEWEST, _MOST = 5, 200


class Arithmetic(Protocol):
    """Real numbers of some precision, and what they are needed for.

    Attributes
    ----------
    name : str
        "mpmath" or "flint".
    context : Any
        The functions, for a generated kernel: sqrt, log, pi, mpf, mpc, ...
    bits : int
        Working precision.
    """

    name: str
    context: Any
    bits: int

    def working(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which operators work at the precision."""

    def real(self, value: Any) -> Any:
        """Return a float, an integer, a Fraction or a number of mpmath as a number."""

    def exported(self, value: Any) -> mpmath.mpf:
        """Return a number as one of mpmath, without rounding."""

    def radius(self, value: Any) -> float:
        """Return what a number says about its own rounding error; 0 if it says nothing."""

    def rule(self, order: int) -> list[tuple[Any, Any]]:
        """Return nodes and weights of Gauss and Legendre on (-1, 1), ascending."""


class Mpmath:
    """Numbers of mpmath, in a context of their own."""

    name = "mpmath"

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.context = mpmath.mp.clone()
        self.context.prec = bits

    def working(self) -> contextlib.AbstractContextManager[Any]:
        """Return nothing to be entered: the numbers know their context."""
        return contextlib.nullcontext()

    def real(self, value: Any) -> Any:
        """Return a float, an integer, a Fraction or a number of mpmath as a number."""
        if isinstance(value, Fraction):
            return self.context.mpf(value.numerator) / value.denominator
        return +self.context.mpf(value)

    def exported(self, value: Any) -> mpmath.mpf:
        """Return a number as one of mpmath, without rounding."""
        return mpmath.mp.make_mpf(self.context.mpf(value)._mpf_)

    def radius(self, value: Any) -> float:
        """Return 0: a number of mpmath does not know its error."""
        return 0.0

    def rule(self, order: int) -> list[tuple[Any, Any]]:
        """Return nodes and weights of Gauss and Legendre on (-1, 1), ascending."""
        return [tuple(map(self.context.make_mpf, pair)) for pair in _mpmath_rule(order, self.bits)]


@functools.lru_cache(maxsize=256)
def _mpmath_rule(order: int, bits: int) -> list[tuple[Any, Any]]:
    """Return the rule, polished from double precision by Newton's method."""
    mp = mpmath.mp.clone()
    mp.prec = bits + 10

    def legendre(x: Any) -> tuple[Any, Any]:
        """Return P_n and its derivative."""
        below, value = mp.one, x
        for k in range(2, order + 1):
            below, value = value, ((2 * k - 1) * x * value - (k - 1) * below) / k
        return value, order * (x * value - below) / (x * x - 1)

    rule = []
    for start in np.polynomial.legendre.leggauss(order)[0]:
        x = mp.mpf(float(start))
        for _ in range(math.ceil(math.log2(bits / 40))):
            value, slope = legendre(x)
            x -= value / slope
        slope = legendre(x)[1]
        rule.append((x._mpf_, (2 / ((1 - x * x) * slope**2))._mpf_))
    return rule


class Flint:
    """Balls of flint.  Its precision is global: numbers are used within `working()`."""

    name = "flint"

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.context = FlintContext()

    def working(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which operators work at the precision."""
        import flint

        manager: contextlib.AbstractContextManager[Any] = flint.ctx.workprec(self.bits)
        return manager

    def real(self, value: Any) -> Any:
        """Return a float, an integer, a Fraction or a number of mpmath as a number."""
        arb = self.context.mpf
        if isinstance(value, Fraction):
            return arb(value.numerator) / value.denominator
        return arb(value)

    def exported(self, value: Any) -> mpmath.mpf:
        """Return a ball's centre as a number of mpmath, without rounding."""
        return mpmath.mp.make_mpf(value._mpf_)

    def radius(self, value: Any) -> float:
        """Return the ball's radius."""
        return float(value.rad().upper())

    def rule(self, order: int) -> list[tuple[Any, Any]]:
        """Return nodes and weights of Gauss and Legendre on (-1, 1), ascending."""
        return _flint_rule(order, self.bits)


@functools.lru_cache(maxsize=256)
def _flint_rule(order: int, bits: int) -> list[tuple[Any, Any]]:
    from flint import arb, ctx

    with ctx.workprec(bits):
        return [arb.legendre_p_root(order, order - 1 - k, weight=True) for k in range(order)]


class FlintContext:
    """The names of a context of mpmath that generated kernels use, for balls."""

    def __init__(self) -> None:
        import flint

        self._flint = flint
        self.mpf, self.mpc = flint.arb, flint.acb
        self.zero, self.one = flint.arb(0), flint.arb(1)

    @property
    def pi(self) -> Any:
        """The constant pi at the working precision."""
        return self._flint.arb.pi()

    def sqrt(self, x: Any) -> Any:
        """Return the principal square root."""
        return x.sqrt()

    def log(self, x: Any) -> Any:
        """Return the principal logarithm."""
        return x.log()

    def atan(self, x: Any) -> Any:
        """Return arctan x."""
        return x.atan()

    def atan2(self, y: Any, x: Any) -> Any:
        """Return the angle of (x, y)."""
        return self.mpf.atan2(y, x)

    def atanh(self, x: Any) -> Any:
        """Return artanh x."""
        return x.atanh()

    def hypot(self, x: Any, y: Any) -> Any:
        """Return the length of (x, y)."""
        return (x * x + y * y).sqrt()

    def tanh(self, x: Any) -> Any:
        """Return tanh x."""
        return x.tanh()

    def sinh(self, x: Any) -> Any:
        """Return sinh x."""
        return x.sinh()

    def cosh(self, x: Any) -> Any:
        """Return cosh x."""
        return x.cosh()

    def asinh(self, x: Any) -> Any:
        """Return arsinh x."""
        return x.asinh()

    def gamma(self, x: Any) -> Any:
        """Return the gamma function."""
        return x.gamma()

    def psi(self, order: int, z: Any) -> Any:
        """Return the polygamma function."""
        if order == 0:
            return z.digamma()
        return (-1) ** (order + 1) * math.factorial(order) * self.mpc(order + 1).zeta(z)

    def mag(self, z: Any) -> float:
        """Return the binary logarithm of |z|, with 1 to spare; minus infinity at zero."""
        size = abs(z).upper()
        return float(size.log()) / math.log(2) + 1 if size > 0 else -math.inf

    def root_arctanh(self, z: Any, rest: Any) -> Any:
        """Return artanh(sqrt(z))/sqrt(z), given z and 1 - z; analytic but at z >= 1."""
        if abs(z) < _SERIES:
            return z.hypgeom_2f1(self.mpc(0.5), self.mpc(1), self.mpc(1.5))
        if z.real < 0:
            root = (-z).sqrt()
            return root.atan() / root
        root = z.sqrt()
        return ((1 + root).log() - rest.log() / 2) / root

    def root_arctanh_slope(self, z: Any, rest: Any) -> Any:
        """Return its derivative."""
        if abs(z) < _SERIES:
            return z.hypgeom_2f1(self.mpc(1.5), self.mpc(2), self.mpc(2.5)) / 3
        return (1 / rest - self.root_arctanh(z, rest)) / (2 * z)

    def divided_root_arctanh(self, z: Any, w: Any, y: Any, v: Any, apart: Any) -> Any:
        """Return its divided difference over z and w, given 1 - z = y, 1 - w = v and z - w.

        Where the quotient would lose more than half of the digits it is a mean of the derivative on
        the way from one to the other, which a ball about both encloses.
        """
        if abs(apart) > self.mpf(2) ** (-self._flint.ctx.prec // 2) * abs(y):
            return (self.root_arctanh(z, y) - self.root_arctanh(w, v)) / apart
        return self.root_arctanh_slope(z.union(w), y.union(v))

    @contextlib.contextmanager
    def extraprec(self, bits: int) -> Iterator[None]:
        """Work with more bits for a while."""
        with self._flint.ctx.extraprec(bits):
            yield


def arithmetic_of(bits: int, name: str | None = None) -> Arithmetic:
    """Return an arithmetic of a precision; flint if no name is given and it is installed."""
    if name is None:
        name = "flint" if importlib.util.find_spec("flint") else "mpmath"
    if name == "flint":
        return Flint(bits)
    if name == "mpmath":
        return Mpmath(bits)
    raise ValueError(f"arithmetic = {name!r} is outside its domain mpmath, flint")


def require_digits(digits: int) -> int:
    """Return the number of digits, or say what is wrong with it."""
    return integer("digits", digits, _FEWEST, _MOST)
