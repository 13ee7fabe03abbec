r"""Rates that depend on the frequency, and the retarded self-energies that follow from them.

A reservoir with the rate gamma(omega) has :math:`\Sigma^R - \Sigma^A = -2i\gamma`, and
:math:`\Sigma^R` is analytic in the upper half-plane: by Kramers and Kronig

.. math:: \Sigma^R(\omega) = \int \frac{d\nu}{\pi} \frac{\gamma(\nu)}{\omega + i0 - \nu}.

For a rational rate that is -2i times the part of gamma with the poles of the lower half-plane.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import sympy as sp

from derive import symbols
from derive.frequency.deadline import Deadline, bounded
from derive.frequency.halfplane import Sides
from derive.frequency.integrand import Reader
from derive.frequency.judgement import Fraction, divided, polynomial, without_removable
from derive.frequency.residues import expanded, split_fraction
from derive.functions.differences.difference import horner_sum
from derive.polynomials.exact import (
    Precision,
    sign_of,
    vanishes,
    with_exact_numbers,
    with_floats,
)

#: The frequency that rates are bound to.
_OMEGA = symbols.omega


def lorentzian(rate: sp.Expr, width: sp.Expr, center: sp.Expr = sp.S.Zero) -> sp.Lambda:
    r"""Return the rate of a lead with a band of finite width, a function of the frequency.

    Parameters
    ----------
    rate : Expr
        The rate at the center of the band; energy; positive.
    width : Expr
        Half of the band's full width at half maximum, W; energy; positive.
    center : Expr, optional
        The center :math:`\omega_0` of the band, from the condensate's chemical potential; real.

    Returns
    -------
    Lambda
        :math:`\gamma W^2/((\omega - \omega_0)^2 + W^2)`.

    Raises
    ------
    ValueError
        For text, or a rate or width that is known not to be positive.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import lorentzian
    >>> lorentzian(sp.Symbol("kappa", positive=True), 5)(sp.Symbol("nu"))
    25*kappa/(nu**2 + 25)
    """
    for name, value in (("rate", rate), ("width", width), ("center", center)):
        if isinstance(value, (str, bytes)):
            raise ValueError(f"{name} = {value!r} is text; give a number or a SymPy expression")
    rate, width, center = (sp.sympify(v, strict=True) for v in (rate, width, center))
    for name, value in (("rate", rate), ("width", width)):
        if value.is_nonpositive or value.is_extended_real is False:
            raise ValueError(f"{name} = {value} is outside its domain {name} > 0")
    if center.is_extended_real is False:
        raise ValueError(f"center = {center} is not real")
    return sp.Lambda(_OMEGA, rate * width**2 / ((_OMEGA - center) ** 2 + width**2))


@bounded
def checked_rate(name: str, rate: sp.Lambda) -> sp.Expr:
    """Return the rate of a reservoir, bound to one symbol; a constant one as an expression.

    Raises
    ------
    ValueError
        If no causal self-energy belongs to it: it is not rational, not known to be real and
        nonnegative, has poles on the real axis, or grows with the frequency.
    """
    if len(rate.signature) != 1 or not isinstance(rate.signature[0], sp.Symbol):
        raise ValueError(f"rate = {rate} of reservoir {name!r} is not a function of one frequency")
    if rate.free_symbols & {_OMEGA}:
        raise ValueError(f"rate = {rate} of reservoir {name!r} has {_OMEGA} as a parameter")
    value = rate(_OMEGA)
    if not value.has(_OMEGA):
        return value
    what = f"rate = {value} of reservoir {name!r}"
    try:
        fractions = _fractions(value)
        for fraction in fractions:
            _lower_part(fraction)
        if not vanishes(value - sp.conjugate(value)):
            raise ValueError("it is not known to be real")
    except ValueError as error:
        raise ValueError(f"{what} has no causal self-energy: {error}") from error
    if not _nonnegative(value):
        raise ValueError(f"{what} is not known to be nonnegative at all frequencies")
    return sp.Lambda(_OMEGA, value)


def _fractions(value: sp.Expr) -> list[Fraction]:
    """Return the terms of a rational rate, each over its poles."""
    deadline = Deadline.current()
    exact, _ = with_exact_numbers(value)
    pieces = Reader(_OMEGA, Precision(), deadline).pieces(exact)
    if any(piece.factors for piece in pieces):
        raise ValueError(f"it is not a rational function of {_OMEGA}")
    sides = Sides(None, _OMEGA, deadline)
    result = []
    for above, below in (f for piece in pieces for f in piece.fractions):
        nodes = [(node, m * count) for poly, count in below for node, m in sides.nodes(poly)]
        fraction = without_removable(Fraction((), above, tuple(nodes)), Precision())
        for node, _ in fraction.nodes:
            if node.side == 0:
                raise ValueError(f"it has a pole on the real axis, at {node.place}")
            if node.side not in (1, -1):
                raise ValueError(
                    "its poles above and below the real axis have no closed form; give the "
                    "denominator in factors"
                )
        result.append(fraction)
    return result


def _lower_part(
    fraction: Fraction,
) -> tuple[sp.Expr, Sequence[sp.Expr], Sequence[sp.Expr]]:
    """Return the limit at infinity, and numerator and denominator of the part analytic above."""
    quotient, rest = divided(fraction)
    if len(quotient) > 1:
        raise ValueError("it grows with the frequency")
    upper, lower = (
        [
            c.expand(complex=True) if c.is_number else c
            for c in expanded(
                [polynomial(n) for n, m in fraction.nodes for _ in range(m) if n.side == s]
            )
        ]
        for s in (1, -1)
    )
    return (quotient or [sp.S.Zero])[0], split_fraction(rest, lower, upper), lower


def _nonnegative(value: sp.Expr) -> bool:
    """Decide whether a real rational function without real poles is nowhere negative."""
    if value.is_nonnegative:
        return True
    exact, _ = with_exact_numbers(value)
    above, below = (sp.Poly(p, _OMEGA) for p in sp.fraction(sp.cancel(sp.together(exact))))
    constant, factors = sp.factor_list(above)
    # the denominator has one sign, that of its highest coefficient
    if sign_of(sp.sympify(constant) * below.LC()) not in (0, 1):
        return False
    return all(m % 2 == 0 or _positive(f) for f, m in factors)


def _positive(factor: sp.Poly) -> bool:
    """Decide whether a polynomial with real coefficients is positive at all frequencies."""
    coefficients = factor.all_coeffs()
    if sign_of(coefficients[0]) != 1:
        return False
    if len(coefficients) == 3:
        a, b, c = coefficients
        return sign_of(b**2 - 4 * a * c) == -1
    if all(c.is_Rational for c in coefficients):
        return bool(factor.count_roots() == 0)
    odd, even = coefficients[-2::-2], coefficients[-1::-2]
    return all(c == 0 for c in odd) and all(sign_of(c) == 1 for c in even)


@functools.lru_cache(maxsize=64)
def self_energy_fraction(rate: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return numerator and denominator of the retarded self-energy, polynomials in omega."""
    if not isinstance(rate, sp.Lambda):
        return -sp.I * rate, sp.S.One
    value = rate(_OMEGA)
    _, precision = with_exact_numbers(value)
    numerator, denominator = sp.S.Zero, sp.S.One
    for fraction in _fractions(value):
        limit, above, below = _lower_part(fraction)
        p, q = (horner_sum(x, _OMEGA) if x else sp.S.Zero for x in (above, below))
        p = -2 * sp.I * p - sp.I * limit * q
        numerator, denominator = numerator * q + p * denominator, denominator * q
    return with_floats(numerator, precision), with_floats(denominator, precision)


def at(expr: sp.Expr, frequency: sp.Expr, *, advanced: bool = False) -> sp.Expr:
    """Return a polynomial of `self_energy_fraction` at a frequency, or its conjugate's."""
    return (sp.conjugate(expr) if advanced else expr).subs(_OMEGA, frequency)
