"""Random integrands of the frequency engine, as SymPy expressions and as mpmath functions.

Every number is rational, so that both forms are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp
from hypothesis import strategies as st

from derive import fermi
from tests.derive.support.quadrature_reference import (
    Integral,
    integrate_axis,
    occupation,
    occupation_geometry,
)

NU = sp.Symbol("nu", real=True)


def number(value: sp.Expr) -> Any:
    """Return an exact complex rational as an mpmath number."""
    real, imaginary = value.as_real_imag()
    parts = [mpmath.mpf(int(p.p)) / int(p.q) for p in (real, imaginary)]
    return mpmath.mpc(*parts) if parts[1] else parts[0]


def evaluate(expression: sp.Expr) -> tuple[Any, Any]:
    """Return a closed form's value at mpmath's precision, and the sum of its terms' sizes.

    SymPy's evalf would raise the precision until an exact zero has 40 digits, which it never has.
    """
    terms = sp.Add.make_args(sp.expand_mul(expression))
    values = [mpmath.mpmathify(v) for v in sp.lambdify([], terms, "mpmath")()]
    return mpmath.fsum(values), mpmath.fsum(map(abs, values))


@dataclass(frozen=True)
class Occupied:
    """fermi(slope nu + offset, temperature)."""

    slope: sp.Rational
    offset: sp.Rational
    temperature: sp.Rational

    @property
    def expression(self) -> sp.Expr:
        return fermi(self.slope * NU + self.offset, self.temperature)

    def value(self, nu: Any) -> Any:
        argument = number(self.slope) * nu + number(self.offset)
        return occupation(argument, number(self.temperature))

    def geometry(self) -> tuple[list[tuple[Any, Any]], list[Any]]:
        edge, width = -self.offset / self.slope, self.temperature / abs(self.slope)
        return occupation_geometry(number(edge), number(width))


@dataclass(frozen=True)
class Term:
    """A numerator's coefficients (highest power first), poles with multiplicities, a factor."""

    numerator: tuple[sp.Expr, ...]
    poles: tuple[tuple[sp.Expr, int], ...]
    occupied: Occupied | None = None
    #: Write the denominator as one expanded polynomial, which the engine has to factor.
    expanded: bool = False

    @property
    def degrees(self) -> tuple[int, int]:
        return len(self.numerator) - 1, sum(m for _, m in self.poles)

    @property
    def expression(self) -> sp.Expr:
        degree = len(self.numerator) - 1
        above = sp.Add(*(c * NU ** (degree - k) for k, c in enumerate(self.numerator)))
        below = sp.Mul(*((NU - z) ** m for z, m in self.poles))
        result = above / (sp.expand(below) if self.expanded else below)
        return result * self.occupied.expression if self.occupied else result

    def compiled(self) -> Any:
        """Return the term as a function of an mpmath number."""
        numerator = [number(c) for c in self.numerator]
        poles = [(number(z), m) for z, m in self.poles]

        def value(nu: Any) -> Any:
            result = mpmath.polyval(numerator, nu)
            for z, m in poles:
                result /= (nu - z) ** m
            return result * self.occupied.value(nu) if self.occupied else result

        return value


def quadrature(terms: tuple[Term, ...]) -> Integral:
    """Integrate a sum of terms by brute force, with the 1/2pi of the engine."""
    singularities, edges = [], []
    for term in terms:
        for z, _ in term.poles:
            singularities.append((number(sp.re(z)), abs(number(sp.im(z)))))
        if term.occupied:
            more_singularities, more_edges = term.occupied.geometry()
            singularities += more_singularities
            edges += more_edges
    functions = [term.compiled() for term in terms]
    result = integrate_axis(lambda nu: sum(f(nu) for f in functions), singularities, edges)
    scale = 1 / (2 * mpmath.pi)
    return Integral(
        result.value * scale, result.absolute_real * scale, result.absolute_imag * scale
    )


rationals = st.builds(sp.Rational, st.integers(-12, 12), st.sampled_from([1, 2, 3, 5, 7]))
positive = st.builds(sp.Rational, st.integers(1, 12), st.sampled_from([1, 2, 5, 40]))
complex_rationals = st.builds(lambda x, y: x + sp.I * y, rationals, rationals)


@st.composite
def pole_lists(draw: st.DrawFn, degree: int) -> tuple[tuple[sp.Expr, int], ...]:
    """Draw different poles off the real axis, in both half-planes, of given total multiplicity."""
    poles: dict[sp.Expr, int] = {}
    left = degree
    while left:
        side = draw(st.sampled_from([1, -1]))
        z = draw(rationals) + sp.I * side * draw(positive)
        multiplicity = draw(st.integers(1, left))
        poles[z] = poles.get(z, 0) + multiplicity
        left -= multiplicity
    return tuple(poles.items())


@st.composite
def rational_terms(draw: st.DrawFn, occupied: Occupied | None = None) -> Term:
    """Draw a term of denominator degree 2 to 6 that falls off at least like 1/nu**2."""
    degree = draw(st.integers(2, 6))
    poles = draw(pole_lists(degree))
    leading = draw(complex_rationals.filter(lambda c: c != 0))
    rest = draw(st.lists(complex_rationals, max_size=degree - 2))
    return Term((leading, *rest), poles, occupied, draw(st.booleans()))


edges = rationals
temperatures = st.builds(sp.Rational, st.integers(1, 20), st.sampled_from([1, 10, 100]))


@st.composite
def occupations(draw: st.DrawFn, thermal: bool) -> Occupied:
    """Draw fermi(nu - B, T) or fermi(a nu + b, T) with a of either sign."""
    slope = draw(st.one_of(st.just(sp.S.One), positive, positive.map(lambda a: -a)))
    temperature = draw(temperatures) if thermal else sp.S.Zero
    return Occupied(slope, draw(edges), temperature)


@st.composite
def occupied_terms(draw: st.DrawFn, thermal: bool) -> Term:
    """Draw a rational function with a Fermi factor."""
    return draw(rational_terms(draw(occupations(thermal))))
