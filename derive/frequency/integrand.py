"""The canonical form of an integrand: rational functions of nu, each with its occupation.

An integrand is a sum over monomials in the occupations; the coefficient of each is a sum of
fractions, a numerator's coefficients over a product of polynomials in nu.  Nothing is expanded
beyond that, so that large symbolic coefficients stay as they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sympy as sp

from derive.frequency.deadline import Deadline
from derive.functions.differences.difference import convolved
from derive.functions.differences.factor import Factor
from derive.functions.occupation import bose, fermi
from derive.polynomials.exact import Precision, equal, multiplied_out, vanishes

#: A polynomial's coefficients, the highest power first.
Coefficients = tuple[sp.Expr, ...]
#: (polynomial, how often), sorted.
Denominator = tuple[tuple[Coefficients, int], ...]
#: Indices of occupations, each as often as its power.
Monomial = tuple[int, ...]
Terms = dict[tuple[Monomial, Denominator], Coefficients]

_ONE: Coefficients = (sp.S.One,)


@dataclass(frozen=True)
class Piece:
    """All fractions with one product of occupations."""

    factors: tuple[Factor, ...]
    fractions: tuple[tuple[Coefficients, Denominator], ...]


class Reader:
    """Reads an expression into its canonical form."""

    def __init__(self, nu: sp.Symbol, precision: Precision, deadline: Deadline) -> None:
        self.nu, self.precision, self.deadline = nu, precision, deadline
        self.factors: list[Factor] = []

    def pieces(self, expr: sp.Expr) -> list[Piece]:
        """Return the pieces of an integrand, one for every product of occupations."""
        collected: dict[tuple[Factor, ...], dict[Denominator, Coefficients]] = {}
        for (monomial, below), above in self.terms(expr).items():
            factors = self._reduced(monomial)
            group = collected.setdefault(factors, {})
            group[below] = added(group[below], above) if below in group else above
        return [
            Piece(factors, tuple((above, below) for below, above in group.items() if any(above)))
            for factors, group in collected.items()
        ]

    def terms(self, expr: sp.Expr) -> Terms:
        """Return an expression as monomials over denominators."""
        if expr.has(sp.oo, -sp.oo, sp.zoo, sp.nan):
            raise ValueError(f"{expr} is not a rational function of {self.nu}")
        if not expr.has(self.nu):
            return {((), ()): (expr,)} if expr != 0 else {}
        if expr == self.nu:
            return {((), ()): (sp.S.One, sp.S.Zero)}
        if isinstance(expr, sp.Add):
            self.deadline.check("reading the integrand")
            return _sum(self.terms(a) for a in expr.args)
        if isinstance(expr, sp.Mul):
            self.deadline.check("reading the integrand")
            free, dependent = expr.as_independent(self.nu, as_Add=False)
            result: Terms = {((), ()): (free,)}
            for factor in sp.Mul.make_args(dependent):
                result = _product(result, self.terms(factor))
            return result
        if isinstance(expr, sp.Pow):
            return self._power(expr)
        if isinstance(expr, (fermi, bose)):
            return self._occupation(expr)
        if expr.has(fermi, bose):
            raise ValueError(
                "more than one Fermi factor in a term, or not a polynomial in the occupations: "
                f"{expr}"
            )
        raise ValueError(f"{expr} is not a rational function of {self.nu}")

    def _power(self, expr: sp.Pow) -> Terms:
        base, exponent = expr.as_base_exp()
        if not exponent.is_Integer:
            raise ValueError(f"{expr} is not a rational function of {self.nu}")
        inner = self.terms(base)
        if exponent < 0:
            inner = self._inverse(inner, expr)
        result: Terms = {((), ()): _ONE}
        for _ in range(abs(int(exponent))):
            result = _product(result, inner)
        return result

    def _inverse(self, terms: Terms, expr: sp.Expr) -> Terms:
        if any(monomial for monomial, _ in terms):
            raise ValueError(
                "more than one Fermi factor in a term, or not a polynomial in the occupations: "
                f"{expr}"
            )
        above, below = common_denominator(terms)
        above = _trimmed(above)
        if not above:
            raise ValueError(f"{expr} is not a rational function of {self.nu}: division by zero")
        numerator: Coefficients = (1 / above[0],)
        for polynomial, count in below:
            for _ in range(count):
                numerator = tuple(convolved(numerator, polynomial))
        if len(above) == 1:
            return {((), ()): numerator}
        return {((), ((_monic(above), 1),)): numerator}

    def _occupation(self, expr: sp.Expr) -> Terms:
        factor, falling = oriented(expr, self.nu)
        if factor.temperature.is_zero and factor.statistics < 0:
            # the Bose factor at T = 0 is minus a step
            factor = Factor(1, factor.edge, factor.temperature)
            sign, constant = (1, -1) if falling else (-1, 0)
        else:
            constant = factor.statistics if falling else 0
            sign = -1 if falling else 1
        index = self._index(factor)
        result: Terms = {((index,), ()): (sp.Integer(sign),)}
        if constant:
            result[((), ())] = (sp.Integer(constant),)
        return result

    def _index(self, factor: Factor) -> int:
        for index, known in enumerate(self.factors):
            if known == factor or (
                known.statistics == factor.statistics
                and equal(known.edge, factor.edge, self.precision)
                and equal(known.temperature, factor.temperature, self.precision)
            ):
                return index
        self.factors.append(factor)
        return len(self.factors) - 1

    def _reduced(self, monomial: Monomial) -> tuple[Factor, ...]:
        """Return the factors of a monomial; steps are one step at the lowest edge."""
        factors = [self.factors[k] for k in monomial]
        if len(factors) < 2:
            return tuple(factors)
        if all(f.temperature.is_zero for f in factors):
            lowest = sp.Min(*(f.edge for f in factors))
            return (Factor(1, lowest, sp.S.Zero),)
        first = factors[0].temperature
        if any(
            f.temperature.is_zero or not equal(f.temperature, first, self.precision)
            for f in factors
        ):
            product = sp.Mul(*(f.expression(self.nu) for f in factors))
            raise ValueError(
                f"more than one Fermi factor in a term, at different temperatures: {product}; "
                "such a product has no closed form in logarithms and digamma functions"
            )
        return tuple(sorted((Factor(f.statistics, f.edge, first) for f in factors), key=str))


def oriented(expr: sp.Expr, nu: sp.Symbol) -> tuple[Factor, bool]:
    """Return the factor whose argument rises with nu, and whether that of `expr` falls.

    fermi(-x, T) = 1 - fermi(x, T) and bose(-x, T) = -1 - bose(x, T).
    """
    x, temperature = expr.args
    name = "Fermi" if isinstance(expr, fermi) else "Bose"
    if not x.is_polynomial(nu) or sp.Poly(x, nu).degree() != 1:
        raise ValueError(f"the argument {x} of the {name} factor is not affine in {nu}")
    slope, offset = sp.Poly(x, nu).all_coeffs()
    if not (slope.is_positive or slope.is_negative) or not offset.is_extended_real:
        raise ValueError(
            f"cannot decide the orientation of the {name} factor's argument {x}: its slope must "
            "be known as positive or negative and its offset as real"
        )
    if not (temperature.is_zero or temperature.is_positive) or temperature.has(nu):
        raise ValueError(f"cannot decide whether the temperature {temperature} is zero or positive")
    statistics = 1 if isinstance(expr, fermi) else -1
    return (
        Factor(statistics, -offset / slope, temperature / abs(slope)),
        bool(slope.is_negative),
    )


def _sum(parts: Iterable[Terms]) -> Terms:
    total: Terms = {}
    for part in parts:
        for key, above in part.items():
            total[key] = added(total[key], above) if key in total else above
    return _multiplied_out(total)


def _multiplied_out(terms: Terms) -> Terms:
    return {key: tuple(map(multiplied_out, above)) for key, above in terms.items()}


def added(a: Coefficients, b: Coefficients) -> Coefficients:
    """Return the coefficients of a sum of polynomials."""
    long, short = (a, b) if len(a) >= len(b) else (b, a)
    skip = len(long) - len(short)
    return (*long[:skip], *(x + y for x, y in zip(long[skip:], short, strict=True)))


def _product(a: Terms, b: Terms) -> Terms:
    total: Terms = {}
    for (m, p), x in a.items():
        for (n, q), y in b.items():
            key = (tuple(sorted((*m, *n))), _joined(p, q))
            above = tuple(convolved(x, y))
            total[key] = added(total[key], above) if key in total else above
    return _multiplied_out(total)


def _joined(p: Denominator, q: Denominator) -> Denominator:
    if not q:
        return p
    counts: dict[Coefficients, int] = dict(p)
    for polynomial, count in q:
        counts[polynomial] = counts.get(polynomial, 0) + count
    return tuple(sorted(counts.items(), key=str))


def common_denominator(terms: Terms) -> tuple[Coefficients, Denominator]:
    """Bring fractions over their common denominator."""
    highest: dict[Coefficients, int] = {}
    for _, below in terms:
        for polynomial, count in below:
            highest[polynomial] = max(count, highest.get(polynomial, 0))
    total: Coefficients = (sp.S.Zero,)
    for (_, below), above in terms.items():
        total = added(total, over(above, below, highest))
    return total, tuple(sorted(highest.items(), key=str))


def over(
    above: Coefficients, below: Denominator, common: Mapping[Coefficients, int]
) -> Coefficients:
    """Return the numerator of above/below over a common denominator."""
    have = dict(below)
    for polynomial, count in common.items():
        for _ in range(count - have.get(polynomial, 0)):
            above = tuple(convolved(above, polynomial))
    return above


def _trimmed(polynomial: Coefficients) -> Coefficients:
    """Leave away leading coefficients that are zero."""
    for k, c in enumerate(polynomial):
        if c != 0 and not vanishes(c):
            return polynomial[k:]
    return ()


def _monic(polynomial: Coefficients) -> Coefficients:
    leading = polynomial[0]
    return (sp.S.One, *(sp.expand(sp.radsimp(c / leading)) for c in polynomial[1:]))
