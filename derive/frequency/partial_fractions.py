"""Integrals over all frequencies of a rational function times at most one Fermi factor.

Each term of the partial fraction expansion integrates to a derivative of one scalar function L,
taken at the pole: with c/(nu - z)**j in the integrand,

    integral of c f / (nu - z)**j = c / (j-1)! * (d/dz)**(j-1) L(z),

where, up to the logarithm of the cutoff, which drops out of every convergent sum,

    L = log(z - B)                                                  for f = theta(B - nu),
    L = psi(1/2 -+ i (z-B)/(2 pi T)) + log(2 pi T) +- i pi/2        for a Fermi factor at T > 0,
    L = +- i pi                                                     without occupation factor,

with the upper sign for poles above the real axis.  The cut of the logarithm starts at B and runs
along the path of integration, so that no pole is on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sympy as sp

from derive.functions.differences.divided import divided_log, divided_polygamma
from derive.functions.occupation import fermi
from derive.functions.polygamma import polygamma
from derive.polynomials.poles import (
    Fraction,
    Pole,
    combined,
    fractions,
    principal_parts,
    vanishes,
)


@dataclass(frozen=True)
class Occupation:
    """The Fermi factor fermi(nu - edge, temperature), whose argument rises with nu."""

    edge: sp.Expr
    temperature: sp.Expr

    def primitive(self, pole: Pole, order: int) -> sp.Expr:
        """Return the derivative of the given order of L at a pole."""
        z = pole.location - self.edge
        if self.temperature.is_zero:
            if order == 0:
                return sp.log(z)
            return (-1) ** (order - 1) * sp.factorial(order - 1) / z**order
        slope = self._slope(pole.side)
        value = slope**order * polygamma(order, sp.Rational(1, 2) + slope * z)
        return value if order else value + sp.I * sp.pi * pole.side / 2

    def _slope(self, side: int) -> sp.Expr:
        """Return the factor of z - B in the argument of the digamma function."""
        return -sp.I * side / (2 * sp.pi * self.temperature)

    def divided(self, first: Pole, second: Pole) -> sp.Expr:
        """Return the divided difference of L over two poles on the same side, unevaluated."""
        z, w = first.location - self.edge, second.location - self.edge
        if self.temperature.is_zero:
            return divided_log(z, w)
        slope, half = self._slope(first.side), sp.Rational(1, 2)
        return slope * divided_polygamma(half + slope * z, half + slope * w)

    @property
    def cutoff_offset(self) -> sp.Expr:
        """The constant of L that only a 1/nu tail can see: log(2 pi T) at T > 0."""
        return sp.S.Zero if self.temperature.is_zero else sp.log(2 * sp.pi * self.temperature)


def by_partial_fractions(expr: sp.Expr, nu: sp.Symbol, divided: bool) -> sp.Expr:
    """Return the integral as a sum over poles, or over pairs of poles with `divided`.

    This is the form that kernels are generated from.  Every term is judged by itself.

    Raises
    ------
    ValueError
        As `integrate_frequency`; with `divided`, also if there are not just pairs.
    """
    pieces = _reduce(_split(expr, nu), nu)
    _require_convergence(pieces)
    total: sp.Expr = sp.S.Zero
    for piece in pieces:
        if piece.occupation is None:
            total += _residue_theorem(piece)
        else:
            total += _occupied(piece, piece.occupation, divided)
    return total


@dataclass(frozen=True)
class _Piece:
    """One rational function and its occupation, with the 1/nu tail that it had at either end."""

    occupation: Occupation | None
    terms: tuple[tuple[Pole, ...], ...]
    tail: sp.Expr
    reflected: bool

    @property
    def poles(self) -> tuple[Pole, ...]:
        """The poles of all terms."""
        return tuple(pole for term in self.terms for pole in term)


def _split(expr: sp.Expr, nu: sp.Symbol) -> Mapping[fermi | None, sp.Expr]:
    """Collect the coefficient of every Fermi factor; the key None holds what has no factor."""
    factors = {f: sp.Dummy() for f in sorted(expr.atoms(fermi), key=str) if f.has(nu)}
    linear = expr.xreplace(factors)
    unoccupied = dict.fromkeys(factors.values(), sp.S.Zero)
    result: dict[fermi | None, sp.Expr] = {None: linear.xreplace(unoccupied)}
    for factor, dummy in factors.items():
        coefficient = _slope(linear, dummy)
        if any(sp.cancel(coefficient).has(other) for other in unoccupied if coefficient.has(other)):
            raise ValueError(f"more than one Fermi factor in a term, or not linear in {factor}")
        result[factor] = coefficient.xreplace(unoccupied)
    for function in result.values():
        if not function.is_rational_function(nu):
            raise ValueError(f"{function} is not a rational function of {nu}")
    return result


def _slope(expr: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """Return the derivative of an expression that is linear in a symbol, or any other."""
    if not expr.has(symbol):
        return sp.S.Zero
    if expr.is_Add:
        return sp.Add(*(_slope(term, symbol) for term in expr.args))
    if expr.is_Mul:
        holding = [factor for factor in expr.args if factor.has(symbol)]
        if len(holding) == 1:
            others = [factor for factor in expr.args if factor is not holding[0]]
            return sp.Mul(*others, _slope(holding[0], symbol))
    return expr.diff(symbol)


def _reduce(parts: Mapping[fermi | None, sp.Expr], nu: sp.Symbol) -> list[_Piece]:
    """Turn every Fermi factor to rise with nu, and expand the rational functions at their poles."""
    collected: dict[tuple[Occupation | None, bool], sp.Expr] = {}
    for factor, function in parts.items():
        occupation, reflected = (None, False) if factor is None else _orient(factor, nu)
        # nu -> -nu maps the axis on itself, so a falling argument becomes a rising one
        turned = function.subs(nu, -nu) if reflected else function
        key = (occupation, reflected)
        collected[key] = collected.get(key, sp.S.Zero) + turned
    return [
        _expand(occupation, reflected, function, nu)
        for (occupation, reflected), function in collected.items()
        if function != 0
    ]


def _orient(factor: fermi, nu: sp.Symbol) -> tuple[Occupation, bool]:
    x, temperature = factor.args
    if not x.is_polynomial(nu) or sp.Poly(x, nu).degree() != 1:
        raise ValueError(f"the argument {x} of the Fermi factor is not affine in {nu}")
    slope, offset = sp.Poly(x, nu).all_coeffs()
    if not (slope.is_positive or slope.is_negative) or not offset.is_extended_real:
        raise ValueError(
            f"cannot decide the orientation of the Fermi factor's argument {x}: its slope must be "
            "known as positive or negative and its offset as real"
        )
    if not (temperature.is_zero or temperature.is_positive):
        raise ValueError(f"cannot decide whether the temperature {temperature} is zero or positive")
    size = abs(slope)
    return Occupation(-offset / size, temperature / size), bool(slope.is_negative)


def _expand(
    occupation: Occupation | None, reflected: bool, function: sp.Expr, nu: sp.Symbol
) -> _Piece:
    terms: Iterable[Fraction] = tuple(fractions(function, nu))
    if any(term.decay < 1 for term in terms):
        terms = combined(function, nu)
    if any(term.decay < 1 for term in terms):
        raise ValueError(
            f"the integral over {nu} diverges, or converges only as a difference of occupations: "
            f"{function} does not decay at infinity"
        )
    poles = tuple(
        tuple(_on_path(pole, occupation) for pole in principal_parts(term, nu)) for term in terms
    )
    tail = sum((term.tail for term in terms), sp.S.Zero)
    kept = tuple(tuple(pole for pole in term if pole.coefficients) for term in poles)
    return _Piece(occupation, kept, tail, reflected)


def _on_path(pole: Pole, occupation: Occupation | None) -> Pole:
    """Pass a pole that is no obstacle; drop a removable one; refuse one on the occupied path."""
    if pole.side:
        return pole
    if all(vanishes(c) for c in pole.coefficients):
        return Pole(pole.location, (), 0)
    if occupation is not None and occupation.temperature.is_zero:
        distance = pole.location - occupation.edge
        if distance.is_positive:
            return pole
    raise ValueError(f"the integral diverges: the pole at {pole.location} lies on the real axis")


def _require_convergence(pieces: Iterable[_Piece]) -> None:
    """Refuse an integrand that falls off like 1/nu at either end.

    An occupation factor removes the upper end; where it was reflected, the lower end, with the
    sign of the tail turned by the reflection.
    """
    upper: sp.Expr = sp.S.Zero
    lower: sp.Expr = sp.S.Zero
    for piece in pieces:
        if piece.occupation is None:
            upper += piece.tail
            lower += piece.tail
        elif piece.reflected:
            upper -= piece.tail
        else:
            lower += piece.tail
    for end, name in ((upper, "+oo"), (lower, "-oo")):
        if not vanishes(end):
            raise ValueError(f"the integral diverges: the integrand falls off like 1/nu at {name}")


def _pair_strength(poles: tuple[Pole, ...]) -> sp.Expr | None:
    """Return c of a term c/((nu - z)(nu - w)) with both poles on the same side, else None."""
    if len(poles) != 2 or poles[0].side != poles[1].side:
        return None
    if any(len(pole.coefficients) != 1 for pole in poles):
        return None
    first, second = poles
    # the residue at z is c/(z - w), written with the same difference, so that it divides out
    distance = sp.factor_terms(sp.expand(first.location - second.location))
    strength = first.coefficients[0] * distance
    opposite = second.coefficients[0] * sp.factor_terms(sp.expand(-distance))
    return strength if vanishes(strength - opposite) else None


def _apart(poles: tuple[Pole, ...]) -> bool:
    """Return whether no two poles lie on one side, where they could meet."""
    sides = [pole.side for pole in poles for _ in pole.coefficients]
    return sides.count(1) <= 1 and sides.count(-1) <= 1


def _terms(poles: Iterable[Pole]) -> Iterator[tuple[Pole, int, sp.Expr]]:
    """Yield (pole, order of the derivative of L, its coefficient)."""
    for pole in poles:
        for order, coefficient in enumerate(pole.coefficients):
            if coefficient != 0:
                yield pole, order, coefficient / sp.factorial(order)


def _residue_theorem(piece: _Piece) -> sp.Expr:
    """Close the contour where there are fewer poles; on both sides where a 1/nu tail remains."""
    above = [p for p in piece.poles if p.side > 0]
    below = [p for p in piece.poles if p.side < 0]
    residues = {1: sum((p.coefficients[0] for p in above), sp.S.Zero)}
    residues[-1] = sum((p.coefficients[0] for p in below), sp.S.Zero)
    if not vanishes(piece.tail):
        return sp.I * (residues[1] - residues[-1]) / 2
    closed = 1 if len(above) <= len(below) else -1
    return closed * sp.I * residues[closed]


def _occupied(piece: _Piece, occupation: Occupation, divided: bool) -> sp.Expr:
    total: sp.Expr = sp.S.Zero
    for poles in piece.terms:
        strength = _pair_strength(poles) if divided else None
        if strength is not None:
            total += strength * occupation.divided(*poles)
            continue
        if divided and not _apart(poles):
            raise ValueError("poles that are no pair may meet")
        for pole, order, coefficient in _terms(poles):
            total += coefficient * occupation.primitive(pole, order)
    if not vanishes(piece.tail):
        total += piece.tail * occupation.cutoff_offset
    return total / (2 * sp.pi)
