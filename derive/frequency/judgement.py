"""Does the integral converge?  Decided on the whole integrand, after everything is added up.

Two places matter: the ends of the axis, where the expansions in 1/nu of all fractions are added,
each with the limit of its occupation; and poles on the axis, where the principal parts of all
fractions are.  Poles of Bose factors count among these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from derive.frequency.halfplane import Node
from derive.frequency.integrand import Coefficients
from derive.functions.differences.difference import convolved
from derive.functions.differences.factor import Factor
from derive.functions.differences.series import Series, product, reciprocal_power, shifted
from derive.polynomials.exact import ROUGHLY_ZERO, Precision, equal, sign_of, vanishes

Nodes = tuple[tuple[Node, int], ...]


@dataclass(frozen=True)
class Fraction:
    """A rational function with known poles, and its occupation."""

    factors: tuple[Factor, ...]
    above: Coefficients
    nodes: Nodes

    @property
    def order(self) -> int:
        """The degree of the denominator."""
        return sum(m if node.explicit else m * (len(node.place) - 1) for node, m in self.nodes)

    @property
    def at_minus_infinity(self) -> int:
        """The limit of the occupation as nu -> -oo."""
        result = 1
        for factor in self.factors:
            result *= factor.at_minus_infinity
        return result

    def below(self) -> list[sp.Expr]:
        """Return the denominator's coefficients."""
        result: list[sp.Expr] = [sp.S.One]
        for node, count in self.nodes:
            for _ in range(count):
                result = convolved(result, polynomial(node))
        return result


def polynomial(node: Node) -> Sequence[sp.Expr]:
    """Return the coefficients of the polynomial whose roots a node stands for."""
    return node.place if isinstance(node.place, tuple) else (sp.S.One, -node.place)


def divided(fraction: Fraction) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """Return quotient and remainder of numerator and denominator, the highest power first."""
    if len(fraction.above) <= fraction.order:
        return [], list(fraction.above)
    below, rest = fraction.below(), list(fraction.above)
    quotient: list[sp.Expr] = []
    while len(rest) > fraction.order:
        top = rest[0]
        quotient.append(top)
        rest = [
            sp.expand(r - top * below[k + 1]) if k + 1 < len(below) else r
            for k, r in enumerate(rest[1:])
        ]
    return quotient, rest


def judge_ends(
    fractions: Iterable[Fraction], precision: Precision, *, principal: bool, nu: sp.Symbol
) -> None:
    """Refuse an integrand that falls off like 1/nu or more slowly.

    With `principal`, equal tails at both ends are left to the limit of a symmetric interval.
    """
    ends: dict[str, dict[int, list[sp.Expr]]] = {"+oo": {}, "-oo": {}}
    for fraction in fractions:
        if len(fraction.above) < fraction.order:
            continue
        quotient, rest = divided(fraction)
        tail = [rest[0]] if fraction.order and len(rest) == fraction.order else [sp.S.Zero]
        for power, coefficient in enumerate(reversed([*quotient, *tail]), -1):
            ends["-oo"].setdefault(power, []).append(fraction.at_minus_infinity * coefficient)
            if not fraction.factors:
                ends["+oo"].setdefault(power, []).append(coefficient)
    totals = {
        name: {power: sp.Add(*terms) for power, terms in end.items()} for name, end in ends.items()
    }
    if principal:
        tails = [total.pop(-1, sp.S.Zero) for total in totals.values()]
        totals["both ends"] = {-1: tails[0] - tails[1]}
    for name, total in totals.items():
        for power in sorted(total, reverse=True):
            if vanishes(total[power], precision):
                continue
            how = "falls off like 1/nu" if power < 0 else "does not decay"
            raise ValueError(
                f"the integral over {nu} diverges: the integrand {how} at {name}, "
                f"with the coefficient {total[power]}"
            )


def without_removable(fraction: Fraction, precision: Precision) -> Fraction:
    """Divide the numerator by (nu - x) where it vanishes at a pole x on the axis."""
    above, nodes = fraction.above, []
    for node, count in fraction.nodes:
        while node.side == 0 and node.explicit and count:
            *quotient, rest = _synthetic(above, node.place)
            if not (_rounded(rest, above, node.place, precision) or vanishes(rest, precision)):
                break
            above, count = tuple(quotient) or (sp.S.Zero,), count - 1
        if count:
            nodes.append((node, count))
    return Fraction(fraction.factors, above, tuple(nodes))


def _rounded(
    value: sp.Expr, polynomial: Sequence[sp.Expr], x: Any, precision: Precision, order: int = 0
) -> bool:
    """Decide whether a Taylor coefficient at x is nothing but the rounding of floats."""
    if not precision.rough or not value.is_number:
        return False
    size = shifted([abs(c) for c in polynomial], abs(x), order + 1)[-1]
    return bool(abs(value) <= ROUGHLY_ZERO * size)


def _synthetic(above: Sequence[sp.Expr], x: sp.Expr) -> list[sp.Expr]:
    result = [above[0]]
    for c in above[1:]:
        result.append(sp.expand(c + result[-1] * x))
    return result


def judge_axis(fractions: Sequence[Fraction], precision: Precision, *, principal: bool) -> None:
    """Refuse poles on the axis that are neither removable nor asked for as principal values."""
    for x in _places(fractions, precision):
        left: dict[int, sp.Expr] = {}
        right: dict[int, sp.Expr] = {}
        unknown: list[dict[int, sp.Expr]] = []
        for fraction in fractions:
            part, at_edge = _principal_part(fraction, x, precision)
            if not part:
                continue
            if at_edge == "unknown":
                unknown.append(part)
                continue
            _accumulate(left, part)
            if at_edge != "edge":
                _accumulate(right, part)
        if all(_zero(total, precision) for total in (left, right, *unknown)):
            continue
        _refuse_unless_principal(x, left, right, unknown, precision, principal)


def _refuse_unless_principal(
    x: sp.Expr,
    left: dict[int, sp.Expr],
    right: dict[int, sp.Expr],
    unknown: list[dict[int, sp.Expr]],
    precision: Precision,
    principal: bool,
) -> None:
    message = f"the integral diverges: the pole at {x} lies on the real axis"
    # beside an edge on an unknown side a simple pole has a principal value, wherever it is
    simple = all(
        _zero({n: c for n, c in total.items() if n > 1}, precision)
        for total in (left, right, *unknown)
    ) and vanishes(left.get(1, sp.S.Zero) - right.get(1, sp.S.Zero), precision)
    if not (principal and simple) and not all(_zero(total, precision) for total in unknown):
        raise ValueError(f"{message}, and on an unknown side of an edge")
    if not simple:
        raise ValueError(message)
    if not principal:
        raise ValueError(f"{message}; principal=True gives its principal value")


def _zero(total: dict[int, sp.Expr], precision: Precision) -> bool:
    return all(vanishes(c, precision) for c in total.values())


def _accumulate(total: dict[int, sp.Expr], part: dict[int, sp.Expr]) -> None:
    for order, c in part.items():
        total[order] = total.get(order, sp.S.Zero) + c


def _places(fractions: Sequence[Fraction], precision: Precision) -> list[sp.Expr]:
    places: list[sp.Expr] = []
    for fraction in fractions:
        found = [n.place for n, _ in fraction.nodes if n.explicit and n.side == 0]
        found += [f.edge for f in fraction.factors if f.statistics < 0]
        for x in found:
            if not any(equal(x, known, precision) for known in places):
                places.append(x)
    return places


def _principal_part(
    fraction: Fraction, x: sp.Expr, precision: Precision
) -> tuple[dict[int, sp.Expr], str]:
    """Return the coefficients of 1/(nu - x)**n, and where x lies seen from a step.

    "edge" if the step is at x, where they hold below x only; "unknown" if that is open.
    """
    order = sum(
        m for n, m in fraction.nodes if n.explicit and n.side == 0 and equal(n.place, x, precision)
    )
    bosons = sum(1 for f in fraction.factors if f.statistics < 0 and equal(f.edge, x, precision))
    total = order + bosons
    where = ""
    for factor in fraction.factors:
        if factor.temperature.is_zero:
            sign = sign_of(factor.edge - x)
            if sign == -1:
                return {}, where
            where = {1: "", 0: "edge", None: "unknown"}[sign]
    if not total:
        return {}, where
    values: Series = [
        sp.S.Zero if _rounded(v, fraction.above, x, precision, k) else v
        for k, v in enumerate(shifted(fraction.above, x, total))
    ]
    for node, count in fraction.nodes:
        if node.explicit:
            if node.side == 0 and equal(node.place, x, precision):
                continue
            values = product(values, reciprocal_power(x - node.place, count, total), total)
        else:
            inverse = _inverse(shifted(polynomial(node), x, total), total)
            for _ in range(count):
                values = product(values, inverse, total)
    for factor in fraction.factors:
        values = product(values, _factor_series(factor, x, total, precision), total)
    return {total - k: c for k, c in enumerate(values)}, where


def _inverse(series: Series, order: int) -> Series:
    result: Series = [1 / series[0]]
    for k in range(1, order):
        result.append(-sum(series[j] * result[k - j] for j in range(1, k + 1)) / series[0])
    return result


def _factor_series(factor: Factor, x: sp.Expr, order: int, precision: Precision) -> Series:
    """Return the Taylor coefficients of an occupation at x; of (nu - x) bose at its pole."""
    if factor.temperature.is_zero:
        return [sp.S.One, *[sp.S.Zero] * (order - 1)]
    if factor.statistics < 0 and equal(factor.edge, x, precision):
        # y/(exp(y/T) - 1) = T sum of Bernoulli numbers B_k (y/T)**k/k!, with B_1 = -1/2
        heat = factor.temperature
        numbers = [-sp.Rational(1, 2) if k == 1 else sp.bernoulli(k) for k in range(order)]
        return [heat ** (1 - k) * b / sp.factorial(k) for k, b in enumerate(numbers)]
    nu = sp.Dummy("nu", real=True)
    function = factor.expression(nu)
    return [
        function.diff(nu, k).subs(nu, x) / sp.factorial(k) if k else function.subs(nu, x)
        for k in range(order)
    ]
