"""Random integrands with any poles and occupations, as expressions and as functions of balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import acb, fmpq
from hypothesis import strategies as st

from derive import bose, fermi
from tests.derive.support.ball_quadrature import Integrand

NU = sp.Symbol("nu", real=True)
R = sp.Rational


@dataclass(frozen=True)
class Kind:
    """A way to write an occupation of x = nu - edge at a temperature."""

    expression: Callable[[sp.Expr, sp.Expr], sp.Expr]
    #: Of u = x/T at T > 0, times T**power; of the sign of x at T = 0.
    function: Callable[[Any], Any]
    limits: tuple[int, int]
    #: The order of its pole at x = 0.
    order: int = 0
    power: int = 0


def _f(u: Any) -> Any:
    return 1 / (u.exp() + 1)


def _n(u: Any) -> Any:
    return 1 / (u.exp() - 1)


def _slope(function: Any) -> Callable[[sp.Expr, sp.Expr], sp.Expr]:
    return lambda x, T: -function(x, T).diff(NU)


WARM = {
    "fermi": Kind(lambda x, T: fermi(x, T), _f, (1, 0)),
    "scaled": Kind(lambda x, T: fermi(R(3, 2) * x, R(3, 2) * T), _f, (1, 0)),
    "holes": Kind(lambda x, T: fermi(-x, T), lambda u: _f(-u), (0, 1)),
    "one minus": Kind(lambda x, T: 1 - fermi(x, T), lambda u: _f(-u), (0, 1)),
    "exponential": Kind(lambda x, T: 1 / (sp.exp(x / T) + 1), _f, (1, 0)),
    "tanh": Kind(lambda x, T: sp.tanh(x / (2 * T)), lambda u: (u / 2).tanh(), (-1, 1)),
    "slope": Kind(_slope(fermi), lambda u: _f(u) * _f(-u), (0, 0), 0, -1),
    "cosh": Kind(lambda x, T: 1 / sp.cosh(x / (2 * T)) ** 2, lambda u: 4 * _f(u) * _f(-u), (0, 0)),
    "window": Kind(lambda x, T: fermi(x, T) - fermi(x + T, T), lambda u: _f(u) - _f(u + 1), (0, 0)),
    "bose": Kind(lambda x, T: bose(x, T), _n, (-1, 0), 1),
    "backward": Kind(lambda x, T: bose(-x, T), lambda u: _n(-u), (0, -1), 1),
    "coth": Kind(lambda x, T: sp.coth(x / (2 * T)), lambda u: 1 + 2 * _n(u), (-1, 1), 1),
    "bose slope": Kind(_slope(bose), lambda u: -_n(u) * _n(-u), (0, 0), 2, -1),
}
COLD = {
    "step": Kind(lambda x, T: fermi(x, 0), lambda s: int(s < 0), (1, 0)),
    "Heaviside": Kind(lambda x, T: sp.Heaviside(x), lambda s: int(s > 0), (0, 1)),
    "sign": Kind(lambda x, T: sp.sign(x), lambda s: s, (-1, 1)),
    "cold bose": Kind(lambda x, T: bose(x, 0), lambda s: -int(s < 0), (-1, 0)),
}


@dataclass(frozen=True)
class Occupation:
    """One factor."""

    kind: str
    edge: sp.Rational
    temperature: sp.Rational

    @property
    def how(self) -> Kind:
        return (COLD if self.temperature == 0 else WARM)[self.kind]

    @property
    def expression(self) -> sp.Expr:
        return self.how.expression(NU - self.edge, self.temperature)

    def value(self, z: acb) -> acb:
        edge = _fraction(self.edge)
        if self.temperature == 0:
            # a panel lies on one side of the edge, which its middle tells
            side = z.real.mid() - edge
            return acb(self.how.function(1 if side > 0 else -1))
        heat = _fraction(self.temperature)
        value = self.how.function((z - acb(edge)) / acb(heat))
        return value * acb(heat) ** self.how.power


@dataclass(frozen=True)
class Term:
    """numerator/product of (nu - pole), times zeros at Bose edges, times occupations."""

    numerator: tuple[sp.Expr, ...]
    poles: tuple[sp.Expr, ...]
    occupations: tuple[Occupation, ...]
    #: Write the denominator as one expanded polynomial.
    expanded: bool = False

    @property
    def zeros(self) -> tuple[sp.Expr, ...]:
        """Places where the numerator makes up for the pole of a Bose factor."""
        return tuple(o.edge for o in self.occupations for _ in range(o.how.order))

    @property
    def limits(self) -> tuple[int, int]:
        left, right = 1, 1
        for o in self.occupations:
            left, right = left * o.how.limits[0], right * o.how.limits[1]
        return left, right

    @property
    def expression(self) -> sp.Expr:
        degree = len(self.numerator) - 1
        above = sp.Add(*(c * NU ** (degree - k) for k, c in enumerate(self.numerator)))
        above *= sp.Mul(*(NU - x for x in self.zeros))
        below = sp.Mul(*(NU - z for z in self.poles))
        result = above / (sp.expand(below) if self.expanded else below)
        return result * sp.Mul(*(o.expression for o in self.occupations))

    @property
    def with_floats(self) -> sp.Expr:
        """The expression with floats for its fractions."""
        return self.expression.replace(
            lambda e: e.is_Rational and not e.is_Integer, lambda e: sp.Float(e, 15)
        )

    @property
    def in_decimals(self) -> Term:
        """The same with numbers of few decimals, not expanded: as it is typed with floats."""

        def short(x: sp.Expr) -> sp.Expr:
            real, imaginary = (R(f"{float(p):.4f}") for p in sp.sympify(x).as_real_imag())
            return real + sp.I * imaginary

        occupations = tuple(
            Occupation(o.kind, short(o.edge), short(o.temperature)) for o in self.occupations
        )
        return Term(tuple(map(short, self.numerator)), tuple(map(short, self.poles)), occupations)

    def integrand(self) -> Integrand:
        coefficients = list(self.numerator)
        for x in self.zeros:
            shifted = [*coefficients, sp.S.Zero]
            coefficients = [
                sp.expand(c - x * d)
                for c, d in zip(shifted, [sp.S.Zero, *coefficients], strict=True)
            ]
        warm = [o for o in self.occupations if o.temperature != 0]
        places = []
        for o in warm:
            edge, heat = _fraction(o.edge), _fraction(o.temperature)
            # below pi T, and 2 pi T of a Bose factor
            places += [(edge, 3 * heat), (edge, -3 * heat)]

        def occupation(z: acb) -> acb:
            total = acb(1)
            for o in self.occupations:
                total *= o.value(z)
            return total

        return Integrand(
            [_pair(c) for c in coefficients],
            [_pair(z) for z in self.poles],
            occupation,
            self.limits,
            [_fraction(o.edge) for o in self.occupations if o.temperature == 0],
            [_fraction(x) for x in self.zeros],
            places,
            max((_fraction(o.temperature) for o in warm), default=fmpq(0)),
        )


def _fraction(x: sp.Rational) -> fmpq:
    return fmpq(int(x.p), int(x.q))


def _pair(z: sp.Expr) -> tuple[fmpq, fmpq]:
    return tuple(_fraction(part) for part in sp.sympify(z).as_real_imag())


rationals = st.builds(R, st.integers(-12, 12), st.sampled_from([1, 2, 3, 5, 7]))
complex_rationals = st.builds(lambda x, y: x + sp.I * y, rationals, rationals)
heights = st.builds(R, st.integers(1, 12), st.sampled_from([1, 2, 5, 40]))
temperatures = st.builds(R, st.integers(1, 12), st.sampled_from([1, 5, 40]))
distances = st.builds(
    lambda k, c: c * R(1, 10**k), st.integers(2, 40), st.sampled_from([1, sp.I, 1 - sp.I, -R(2, 3)])
)


@st.composite
def pole_lists(draw: st.DrawFn, least: int) -> tuple[sp.Expr, ...]:
    """Draw one to eight poles: new ones, repeated ones, and ones next to others."""
    count = draw(st.integers(max(1, least), max(8, least)))
    poles: list[sp.Expr] = []
    while len(poles) < count:
        how = draw(st.sampled_from(["new", "new", "again", "near", "mirrored"]))
        if how == "new" or not poles:
            poles.append(draw(rationals) + draw(st.sampled_from([1, -1])) * sp.I * draw(heights))
            continue
        z = draw(st.sampled_from(poles))
        near = sp.expand(z + draw(distances)) if how == "near" else z
        poles.append(sp.conjugate(z) if how == "mirrored" else near)
    return tuple(poles)


@st.composite
def terms(draw: st.DrawFn, cold: bool, most: int) -> Term:
    """Draw a term that converges by itself."""
    temperature = R(0) if cold else draw(temperatures)
    first = draw(rationals)
    occupied = []
    for _ in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from(sorted(COLD if cold else WARM)))
        unit = temperature or 1
        away = draw(st.sampled_from([0, 0, 1, R(-5, 2), 6, R(1, 10**6), R(-1, 10**30)]))
        occupied.append(Occupation(kind, first + unit * away, temperature))
    bare = Term((R(1),), (), tuple(occupied))
    tails = any(bare.limits)
    zeros = len(bare.zeros)
    poles = draw(pole_lists(2 + zeros if tails else 1))
    degree = len(poles) - 2 - zeros if tails else len(poles) + 1
    numerator = (
        draw(complex_rationals.filter(lambda c: c != 0)),
        *draw(st.lists(complex_rationals, max_size=min(degree, 4))),
    )
    return Term(numerator, poles, tuple(occupied), draw(st.integers(0, 3)) == 0)
