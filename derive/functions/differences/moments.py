r"""Integrals of powers of nu with occupations: what is left of an integrand that does not decay.

The moment of an occupation F is :math:`\int d\nu\, \nu^k [F(\nu) - F(-\infty)\theta(-\nu)]`, a
polynomial in edge and temperature; what is subtracted cancels in every integral that converges.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.functions.differences.difference import divided_difference
from derive.functions.differences.factor import Factor
from derive.functions.occupation import bose, fermi


def moment(factors: Sequence[Factor], power: int) -> sp.Expr:
    """Return the moment of a product of occupations, regular where their edges meet."""
    if len(set(factors)) < 2:
        return explicit_moment(factors, power)
    occupation = tuple((f.statistics, f.edge, f.temperature) for f in factors)
    return divided_difference((1, *[0] * power), (), (), occupation)


def explicit_moment(factors: Sequence[Factor], power: int) -> sp.Expr:
    """Return the moment of a product of occupations, as long as different edges are apart."""
    if not factors:
        return sp.S.Zero
    first = factors[0]
    for k, other in enumerate(factors[1:], 1):
        if other == first:
            continue
        # v_a v_b/((u + v_a)(u + v_b)) = [v_b/(v_b - v_a)] v_a/(u + v_a) + the same exchanged
        rest = [*factors[1:k], *factors[k + 1 :]]
        return sum(
            (
                _weight(a, b) * explicit_moment([a, *rest], power)
                for a, b in ((first, other), (other, first))
            ),
            sp.S.Zero,
        )
    return _of_power(first, len(factors), power)


def _weight(a: Factor, b: Factor) -> sp.Expr:
    """Return the statistics of b over 1 - v_a/v_b, with v = statistics * exp(edge/T).

    A factor is v/(u + v) times its statistics, which the moment of a alone has.
    """
    distance = a.edge - b.edge
    if a.statistics == b.statistics:
        return -b.statistics * bose(distance, a.temperature)
    return b.statistics * fermi(distance, a.temperature)


def _of_power(factor: Factor, exponent: int, power: int) -> sp.Expr:
    if exponent == 1:
        return _single(factor, power)
    # f**(p + 1) = f**p + (T/p) (f**p)', and -(n**p + (T/p) (n**p)') for bosons
    lower = exponent - 1
    if power:
        slope = -power * _of_power(factor, lower, power - 1)
    else:
        slope = -(sp.Integer(factor.at_minus_infinity) ** lower)
    whole = _of_power(factor, lower, power) + factor.temperature / lower * slope
    return factor.statistics * whole


def _single(factor: Factor, power: int) -> sp.Expr:
    """Return the moment of one factor: that of a step, and Sommerfeld's terms."""
    edge, heat, statistics = factor.edge, factor.temperature, factor.statistics
    total = statistics * edge ** (power + 1) / (power + 1)
    for k in range(1, power + 1, 2):
        # the integral of x**k/(exp x + 1), or of x**k/(exp x - 1), twice
        zeta = sp.zeta(k + 1) if statistics < 0 else (1 - sp.Integer(2) ** -k) * sp.zeta(k + 1)
        strength = 2 * sp.factorial(k) * zeta * heat ** (k + 1)
        total += sp.binomial(power, k) * edge ** (power - k) * strength
    return total
