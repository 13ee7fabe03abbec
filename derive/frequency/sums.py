"""Matsubara sums of rational functions, by the divided differences that integrals are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from derive.frequency.deadline import Deadline, bounded
from derive.frequency.halfplane import Node, Sides
from derive.frequency.integrand import (
    Coefficients,
    Denominator,
    Reader,
    Terms,
    common_denominator,
)
from derive.frequency.judgement import Fraction, divided, without_removable
from derive.functions.differences.difference import divided_difference
from derive.functions.differences.transforms import MATSUBARA
from derive.polynomials.exact import Precision, vanishes, with_exact_numbers, with_floats

_STATISTICS = {"fermi": 1, "bose": -1}
#: How much of the coefficient of 1/nu a conditionally convergent sum has beside its symmetric part.
_CONVERGENCE = {
    "absolute": None,
    "symmetric": sp.S.Zero,
    "+0": sp.Rational(1, 2),
    "-0": -sp.Rational(1, 2),
}


@bounded
def matsubara_sum(
    expr: sp.Expr,
    nu: sp.Symbol,
    T: sp.Expr,
    statistics: str = "fermi",
    *,
    convergence: str = "absolute",
) -> sp.Expr:
    r"""Sum over Matsubara frequencies, :math:`T \sum_n R(i\omega_n)`, in closed form.

    Parameters
    ----------
    expr : Expr
        R as a rational function of the frequency `nu`, in whose place i omega_n is put: a
        propagator is 1/(nu - E).  Poles may have any multiplicity and lie anywhere but at a
        frequency that is summed over.
    nu : Symbol
        The frequency.
    T : Expr
        Temperature; energy; positive.
    statistics : {"fermi", "bose"}
        omega_n = (2n + 1) pi T or 2n pi T, for all integers n.
    convergence : {"absolute", "symmetric", "+0", "-0"}
        What is done with a tail c/nu of R, whose sum does not converge by itself: it is refused;
        omega_n and -omega_n are taken together; or a factor exp(+-i omega_n 0) is under the sum,
        which adds +-c/2 to the symmetric sum.

    Returns
    -------
    Expr
        Divided differences of tanh(z/2T) or coth(z/2T) over the poles (`divided_difference`),
        regular where poles meet; `doit` writes them out.

    Raises
    ------
    ValueError
        If R is not rational in `nu`, the sum diverges, a frequency is a pole of R, T is not known
        to be positive, or after 60 seconds.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import matsubara_sum
    >>> nu, E, T = sp.Symbol("nu"), sp.Symbol("E", positive=True), sp.Symbol("T", positive=True)
    >>> matsubara_sum(1 / (nu**2 - E**2), nu, T).doit()
    -tanh(E/(2*T))/(2*E)
    >>> matsubara_sum(1 / (nu - E), nu, T, convergence="+0")
    1/2 - tanh(E/(2*T))/2
    """
    if not isinstance(expr, sp.Expr) or not isinstance(nu, sp.Symbol):
        raise ValueError(f"summand {expr!r} and frequency {nu!r} must be a SymPy Expr and Symbol")
    if statistics not in _STATISTICS:
        raise ValueError(f"statistics = {statistics!r} is outside its domain 'fermi', 'bose'")
    if convergence not in _CONVERGENCE:
        known = ", ".join(map(repr, _CONVERGENCE))
        raise ValueError(f"convergence = {convergence!r} is outside its domain {known}")
    exact, precision = with_exact_numbers(sp.Tuple(expr, _temperature(T, nu)))
    summand, temperature = exact
    deadline = Deadline.current()
    sign = _STATISTICS[statistics]
    places = _Places(1, nu, deadline, sign, temperature)
    fractions = _fractions(summand, Reader(nu, precision, deadline), places)
    tail = _tail(fractions, precision, refuse=_CONVERGENCE[convergence] is None)
    total = (_CONVERGENCE[convergence] or sp.S.Zero) * tail
    for fraction in fractions:
        total += _sum(fraction, sign, temperature)
    return with_floats(total, precision)


def _temperature(T: object, nu: sp.Symbol) -> sp.Expr:
    if isinstance(T, (str, bytes)):
        raise ValueError(f"T = {T!r} is text; give a number or an expression")
    temperature = sp.sympify(T, strict=True)
    if not temperature.is_positive or temperature.has(nu):
        raise ValueError(f"temperature T = {temperature} is not known to be positive")
    return temperature


@dataclass(frozen=True)
class _Places(Sides):
    """Finds poles without asking for half-planes; side 0 marks a pole at a Matsubara frequency."""

    statistics: int
    temperature: sp.Expr

    def of(self, z: sp.Expr) -> int:
        """Return 0 for a pole at a frequency of the sum, 1 for any other."""
        multiple = z / (sp.I * sp.pi * self.temperature)
        offset = 1 if self.statistics > 0 else 0
        return 0 if sp.cancel((multiple - offset) / 2).is_integer else 1

    def _square_free(self, factor: sp.Poly) -> list[Node]:
        if factor.degree() < 3:
            return super()._square_free(factor)
        return [Node.of_roots(tuple(factor.all_coeffs()), 1)]

    def _transcendental(self, polynomial: Coefficients) -> list[tuple[Node, int]]:
        return [(Node.of_roots(polynomial, 1), 1)]


def _fractions(expr: sp.Expr, reader: Reader, places: _Places) -> list[Fraction]:
    """Return the summand as fractions; as one, where a frequency is a pole of a part of it."""
    parts: list[tuple[Coefficients, Denominator]] = []
    for piece in reader.pieces(expr):
        if piece.factors:
            raise ValueError(f"{expr} is not a rational function of {reader.nu}")
        parts += piece.fractions
    result = [_located(above, below, places) for above, below in parts]
    if any(node.side == 0 for f in result for node, _ in f.nodes):
        terms: Terms = {((), below): above for above, below in parts}
        whole = without_removable(_located(*common_denominator(terms), places), reader.precision)
        for node, _ in whole.nodes:
            if node.side == 0:
                raise ValueError(
                    f"the sum has an infinite term: the pole at {node.place} is one of its "
                    "frequencies"
                )
        return [whole]
    return result


def _located(above: Coefficients, below: Denominator, places: _Places) -> Fraction:
    nodes = [(node, m * count) for poly, count in below for node, m in places.nodes(poly)]
    return Fraction((), above, tuple((replace(n, side=min(n.side, 1)), m) for n, m in nodes))


def _tail(fractions: Sequence[Fraction], precision: Precision, *, refuse: bool) -> sp.Expr:
    """Return the coefficient of 1/nu; refuse a sum that does not converge."""
    totals: dict[int, list[sp.Expr]] = {-1: []}
    for fraction in fractions:
        quotient, rest = divided(fraction)
        for power, c in enumerate(reversed(quotient)):
            totals.setdefault(power, []).append(c)
        if fraction.order and len(rest) == fraction.order:
            totals[-1].append(rest[0])
    for power in sorted(totals, reverse=True):
        coefficient = sp.Add(*totals[power])
        if vanishes(coefficient, precision):
            continue
        if power >= 0:
            raise ValueError(
                f"the sum diverges: the summand does not decay, with the coefficient {coefficient} "
                f"of the power {power}"
            )
        if refuse:
            raise ValueError(
                f"the sum does not converge absolutely: the summand falls off like 1/nu, with the "
                f"coefficient {coefficient}; convergence='symmetric', '+0' or '-0' says what is "
                "meant"
            )
        return coefficient
    return sp.S.Zero


def _sum(fraction: Fraction, statistics: int, temperature: sp.Expr) -> sp.Expr:
    _, rest = divided(fraction)
    while len(rest) > 1 and rest[0] == 0:
        rest.pop(0)
    if not fraction.nodes or not any(rest):
        return sp.S.Zero
    places = [node.place for node, m in fraction.nodes for _ in range(m)]
    difference = divided_difference(
        rest, places, [1] * len(places), ((MATSUBARA * statistics, 0, temperature),)
    )
    alone = len(places) == 1 and fraction.nodes[0][0].explicit
    return (difference.doit() if alone else difference) / (2 * sp.pi)
