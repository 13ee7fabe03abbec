"""Leading terms and series of divided differences, which SymPy's limits are made of.

Where a divided difference is analytic it is expanded by its own derivatives, so that poles may meet
there.  Elsewhere, with poles that go to infinity or to an edge, the sum over poles is expanded in
its place; over one denominator, since its terms may diverge one by one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import sympy as sp

from derive.functions.differences.difference import divided_difference, horner
from derive.functions.differences.divided import Divided, divided_log, divided_polygamma
from derive.functions.differences.multiprecision import MIXED
from derive.functions.differences.transforms import MATSUBARA
from derive.polynomials.exact import sign_of, vanishes
from derive.polynomials.poles import quadratic_roots

#: Derivatives that are tried in search of one that does not vanish.
_ORDERS = 4
_INFINITE = (sp.nan, sp.zoo, sp.oo, -sp.oo, sp.AccumBounds)


def leading_term(difference: sp.Expr, x: sp.Symbol, logx: Any, cdir: Any) -> sp.Expr:
    """Return the leading term as x tends to 0 from the side of `cdir`."""
    try:
        for power, value in enumerate(_coefficients(_turned(difference, x, cdir), x, _ORDERS)):
            if not vanishes(value):
                return _signed(value * x**power, x, cdir)
    except _NotAnalyticError:
        pass
    return in_one_fraction(difference, x, cdir).as_leading_term(x, logx=logx, cdir=cdir)


def series(difference: sp.Expr, x: sp.Symbol, n: int, logx: Any, cdir: Any) -> sp.Expr:
    """Return the terms below x**n of the expansion about x = 0, and O(x**n)."""
    try:
        values = list(_coefficients(_turned(difference, x, cdir), x, n))
    except _NotAnalyticError:
        whole = in_one_fraction(difference, x, cdir)
        return whole._eval_nseries(x, n=n, logx=logx, cdir=cdir)
    terms = [_signed(value * x**power, x, cdir) for power, value in enumerate(values)]
    return sp.Add(*terms, sp.Order(x**n, x))


def tractable(difference: sp.Expr, variable: sp.Symbol | None) -> sp.Expr:
    """Return the sum over poles, where a variable goes to infinity in a limit."""
    if variable is None or not difference.has(variable):
        return difference.doit()
    near = in_one_fraction(difference.subs(variable, 1 / variable), variable, 1)
    return near.subs(variable, 1 / variable)


def in_one_fraction(difference: sp.Expr, x: sp.Symbol, cdir: Any = 0) -> sp.Expr:
    """Return the sum over poles over one denominator, in lowest terms.

    Raises
    ------
    NotImplementedError
        If there is none, since roots have no closed form, or if what becomes of it is unknown.
    """
    turned = _turned(difference, x, cdir)
    _require_known_sides(turned, x)
    factors = turned.occupation if isinstance(turned, divided_difference) else sp.Tuple()
    if len(factors) > 1 and factors.has(x):
        raise NotImplementedError(
            f"no limit or series of {difference} in the edges or the temperature of a product"
        )
    written = turned.doit()
    if written.has(divided_difference):
        raise NotImplementedError(
            f"no limit or series of {difference}: its poles have no closed form"
        )
    if written.has(sp.tanh, sp.coth):
        # SymPy has no limits of these at infinity
        written = written.rewrite(sp.exp)
    return _signed(sp.cancel(written), x, cdir)


def _require_known_sides(difference: sp.Expr, x: sp.Symbol) -> None:
    """Refuse poles that come to the axis on an unknown side of a step: SymPy takes any.

    Raises
    ------
    NotImplementedError
        If there is one.
    """
    places: list[tuple[sp.Expr, sp.Expr]] = []
    if isinstance(difference, divided_difference):
        cold = [edge for _, edge, heat in difference.occupation if heat.is_zero]
        explicit = [z for z in _explicit(difference) if z.has(x)]
        places = [(z, edge) for z in explicit for edge in cold]
    elif isinstance(difference, divided_log):
        places = [(z, sp.S.Zero) for z in difference.args if z.has(x)]
    for pole, edge in places:
        beyond = (pole - edge).subs(x, 0)
        if not beyond.has(*_INFINITE) and vanishes(sp.im(beyond)) and sign_of(beyond) is None:
            raise NotImplementedError(
                f"the limit depends on whether {beyond} is positive: give its symbols assumptions"
            )


def _explicit(difference: divided_difference) -> Iterator[sp.Expr]:
    """Yield the poles, those of quadratic polynomials written out."""
    for node in difference.nodes:
        if not isinstance(node, sp.Tuple):
            yield node
        elif len(node) == 3:
            yield from (z for z, _ in quadratic_roots(*node))


class _NotAnalyticError(Exception):
    """Of a function that is not analytic at a point."""


def _turned(expr: sp.Expr, x: sp.Symbol, cdir: Any) -> sp.Expr:
    """Return a function of the distance from 0, whose sign settles moduli."""
    if cdir not in (1, -1):
        return expr
    distance = sp.Dummy("distance", positive=True)
    return expr.subs(x, cdir * distance).subs(distance, x)


def _signed(expr: sp.Expr, x: sp.Symbol, cdir: Any) -> sp.Expr:
    return expr.subs(x, -x) if cdir == -1 else expr


def _coefficients(difference: sp.Expr, x: sp.Symbol, count: int) -> Iterator[sp.Expr]:
    """Yield the first Taylor coefficients at x = 0.

    Raises
    ------
    _NotAnalyticError
        Before the first, if the function is not continuous, and before the second, if it is not
        analytic.
    """
    value = _cooled(difference.subs(x, 0))
    try:
        fixed = not value.has(*_INFINITE) and _is_continuous(difference, value, x)
    except ValueError:
        # of what cannot be decided
        fixed = False
    if not fixed:
        raise _NotAnalyticError
    yield value
    if _is_cooled(difference, x) or not all(e.is_meromorphic(x, 0) for e in _leaves(difference)):
        raise _NotAnalyticError
    for order in range(1, count):
        difference = difference.diff(x).replace(_is_difference, _in_order)
        yield difference.subs(x, 0) / sp.factorial(order)


def _leaves(expr: sp.Basic) -> Iterator[sp.Expr]:
    for argument in expr.args:
        if isinstance(argument, sp.Tuple):
            yield from _leaves(argument)
        else:
            yield argument


def _cooled(value: sp.Expr) -> sp.Expr:
    """Return the same with a Bose factor at T = 0 as what it is, minus a step."""
    if not isinstance(value, divided_difference) or len(value.occupation) != 1:
        return value
    statistics, edge, heat = value.occupation[0]
    if statistics != -1 or not heat.is_zero:
        return value
    minus = [-c for c in value.numerator]
    return value.func(minus, value.nodes, value.sides, ((1, edge, heat),))


def _is_difference(expr: sp.Basic) -> bool:
    return isinstance(expr, divided_difference)


def _in_order(difference: divided_difference) -> sp.Expr:
    """Return the same with its poles in order, so that equal derivatives are added up."""
    pairs = zip(difference.nodes, difference.sides, strict=True)
    ordered = sorted(pairs, key=lambda pair: sp.default_sort_key(sp.Tuple(*pair)))
    nodes, sides = zip(*ordered, strict=True) if ordered else ((), ())
    return difference.func(difference.numerator, nodes, sides, difference.occupation)


def _is_cooled(difference: sp.Expr, x: sp.Symbol) -> bool:
    """Decide whether a temperature vanishes at x = 0, where expansions do not converge."""
    if not isinstance(difference, divided_difference):
        return False
    return any(vanishes(f[2].subs(x, 0)) and not f[2].is_zero for f in difference.occupation)


def _is_continuous(difference: sp.Expr, value: sp.Expr, x: sp.Symbol) -> bool:
    """Decide whether a function is continuous at x = 0, and analytic unless a temperature is 0."""
    if isinstance(value, divided_polygamma):
        return not any(vanishes(z) for z in value.args)
    if isinstance(value, Divided):
        # on the negative axis nothing tells from which side the points have come
        beside = any(not vanishes(sp.im(z)) for z in value.args)
        return (beside or all(z.is_positive for z in value.args)) and not any(
            vanishes(z) for z in value.args
        )
    for node, side, before in zip(value.nodes, value.sides, difference.nodes, strict=True):
        if isinstance(node, sp.Tuple) and before.has(x) and (side == MIXED or vanishes(node[0])):
            return False
    places = list(zip(value.nodes, value.sides, strict=True))
    return _are_kept_apart(places) and _are_away_from_edges(difference, value, x)


def _are_kept_apart(places: list[tuple[sp.Expr, sp.Expr]]) -> bool:
    """Decide whether no poles of different sides have met."""
    for (a, s), (b, t) in itertools.combinations(places, 2):
        if s == t:
            continue
        if isinstance(a, sp.Tuple):
            a, b = b, a
        if isinstance(a, sp.Tuple) or vanishes(_distance(b, a)):
            return False
    return True


def _are_away_from_edges(
    difference: divided_difference, value: divided_difference, x: sp.Symbol
) -> bool:
    """Decide whether no pole has come to a singularity of the occupation."""
    factors = value.occupation
    if difference.occupation.has(x) and len(factors) > 1 and vanishes(factors[0][2]):
        # which step is the last one
        return False
    for (statistics, edge, heat), before in zip(factors, difference.occupation, strict=True):
        if vanishes(heat) and not before[2].is_zero and (abs(statistics) != 1 or len(factors) > 1):
            return False
        if abs(statistics) == MATSUBARA:
            comb = sp.cosh if statistics > 0 else sp.sinh
            if any(isinstance(z, sp.Tuple) or vanishes(comb(z / (2 * heat))) for z in value.nodes):
                return False
        elif (vanishes(heat) or statistics < 0) and any(
            vanishes(_distance(z, edge)) for z in value.nodes
        ):
            return False
    return True


def _distance(node: sp.Expr, x: sp.Expr) -> sp.Expr:
    """Return what vanishes where x is a pole, or a root of a polynomial."""
    return horner(node, x) if isinstance(node, sp.Tuple) else node - x
