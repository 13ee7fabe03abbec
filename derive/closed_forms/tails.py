"""Momentum integrals from a large momentum P to infinity, by expansion in 1/p**2.

The closed forms under sum_p depend on the momentum through xi = p**2 - mu and E, and on the
occupation through functions of (E -+ B + i gamma) that have asymptotic series in 1/E: the
logarithm at T = 0, the digamma function at T > 0.  The latter's series reduces to the former's at
T = 0 term by term, so that one series serves both.
"""

from __future__ import annotations

import functools

import sympy as sp
from sympy.polys.ring_series import rs_atan, rs_log, rs_nth_root, rs_series_inversion
from sympy.polys.rings import PolyElement, ring

from derive import symbols
from derive.functions.registry import linear_form
from derive.functions.stable import polygamma_im, polygamma_re

#: Symbols that the coefficients of the series are polynomials in; pi**2 T**2 occurs as one.
_PARAMETERS = (symbols.mu, symbols.gap, symbols.linewidth, symbols.edge, symbols.temperature, sp.pi)


class _LargeMomentum:
    """Truncated power series in v = 1/p**2 of the ingredients of a closed form."""

    def __init__(self, order: int) -> None:
        self.order = order
        self.ring, self.v, *parameters = ring(
            [sp.Symbol("v"), *(sp.Symbol(str(p)) for p in _PARAMETERS)], sp.QQ
        )
        self.mu, self.gap, self.gamma, self.edge, self.temperature, self.pi = parameters
        #: v xi and v E, which start with 1.
        self.xi = 1 - self.mu * self.v
        self.energy = rs_nth_root(self.xi**2 + self.gap**2 * self.v**2, 2, self.v, order)

    def inverse(self, series: PolyElement) -> PolyElement:
        return rs_series_inversion(series, self.v, self.order)

    def truncated(self, series: PolyElement) -> PolyElement:
        return sum(
            (self.ring({power: c}) for power, c in series.terms() if power[0] < self.order),
            self.ring.zero,
        )

    def rational(self, expr: sp.Expr) -> tuple[PolyElement, int]:
        """Return a series s and an integer k with expr = s v**k, for a function of E and xi."""
        numerator, denominator = sp.fraction(sp.together(expr))
        above, above_power = self._polynomial(numerator)
        below, below_power = self._polynomial(denominator)
        return self.truncated(above * self.inverse(below)), above_power - below_power

    def _polynomial(self, expr: sp.Expr) -> tuple[PolyElement, int]:
        terms = sp.Poly(expr, symbols.energy, symbols.xi).terms()
        degree = max(i + j for (i, j), _ in terms)
        total = self.ring.zero
        for (i, j), coefficient in terms:
            factor = self._constant(coefficient) * self.v ** (degree - i - j)
            total += factor * self.energy**i * self.xi**j
        return self.truncated(total), -degree

    def _constant(self, expr: sp.Expr) -> PolyElement:
        total = self.ring.zero
        for powers, coefficient in sp.Poly(expr, *_PARAMETERS).terms():
            total += self.ring({(0, *powers): sp.QQ.from_sympy(coefficient)})
        return total

    def shifted(self, sign: int) -> PolyElement:
        """Return v (E + sign B)."""
        return self.energy + sign * self.edge * self.v

    def digamma_parts(self, sign: int) -> tuple[PolyElement, PolyElement]:
        """Return the series of psi(1/2 + w), w = (gamma + i (E + sign B))/(2 pi T).

        The real part is given up to log(E/(2 pi T)) to leading order, which cancels between the
        two signs; the imaginary part starts at pi/2.
        """
        x, y = self.gamma * self.v, self.shifted(sign)
        modulus = self.truncated(x**2 + y**2)
        real = rs_log(modulus, self.v, self.order) / 2
        imaginary = self.pi / 2 - rs_atan(self.truncated(x * self.inverse(y)), self.v, self.order)
        # 1/w**2 = (2 pi T)**2 (x - i y)**2 / (x**2 + y**2)**2, with v**2 taken out
        inverse = self.truncated(self.inverse(modulus) ** 2)
        scale = (2 * self.pi * self.temperature * self.v) ** 2
        step = tuple(self.truncated(scale * part * inverse) for part in (x**2 - y**2, -2 * x * y))
        power = step
        for k in range(1, self.order // 2 + 1):
            bernoulli = (1 - sp.Integer(2) ** (1 - 2 * k)) * sp.bernoulli(2 * k) / (2 * k)
            factor = sp.QQ.from_sympy(bernoulli)
            real, imaginary = real + factor * power[0], imaginary + factor * power[1]
            power = (
                self.truncated(power[0] * step[0] - power[1] * step[1]),
                self.truncated(power[0] * step[1] + power[1] * step[0]),
            )
        return real, imaginary


@functools.cache
def _large_momentum(order: int) -> _LargeMomentum:
    """Return the series that all closed forms share."""
    return _LargeMomentum(order)


@functools.cache
def _digamma_parts(order: int, sign: int) -> tuple[PolyElement, PolyElement]:
    return _large_momentum(order).digamma_parts(sign)


def tail_coefficients(expr: sp.Expr, terms: int) -> tuple[sp.Expr, ...]:
    """Return the coefficients of p**-2, p**-4, ... of a closed form at large momentum.

    Parameters
    ----------
    expr : Expr
        A function of E, xi and the parameters, linear in `polygamma_re` and `polygamma_im` of
        order zero; at most O(p**-2).
    terms : int
        How many coefficients.
    """
    gamma = symbols.linewidth
    series = _large_momentum(terms + 4)
    rational, functions = linear_form(expr * gamma * sp.pi)
    total: dict[int, PolyElement] = {}

    def add(coefficient: sp.Expr, factor: PolyElement) -> None:
        if coefficient != 0:
            part, power = series.rational(sp.cancel(coefficient))
            total[power] = total.get(power, series.ring.zero) + part * factor

    add(rational, series.ring.one)
    for function, coefficient in functions.items():
        add(coefficient, _function_series(function, series))
    return tuple(
        sp.factor_terms(_coefficient(total, k, series) / (gamma * sp.pi))
        for k in range(1, terms + 1)
    )


def _function_series(function: sp.Expr, series: _LargeMomentum) -> PolyElement:
    if not isinstance(function, (polygamma_re, polygamma_im)) or function.args[0] != 0:
        raise ValueError(f"no large-momentum series for {function}")
    rises = function.args[2].diff(symbols.edge).is_positive
    real, imaginary = _digamma_parts(series.order, 1 if rises else -1)
    return real if isinstance(function, polygamma_re) else imaginary


def _coefficient(total: dict[int, PolyElement], k: int, series: _LargeMomentum) -> sp.Expr:
    value: sp.Expr = sp.S.Zero
    for shift, polynomial in total.items():
        for (power, *rest), coefficient in polynomial.terms():
            if power + shift == k:
                monomial = (p**n for p, n in zip(_PARAMETERS, rest, strict=True))
                value += sp.QQ.to_sympy(coefficient) * sp.Mul(*monomial)
    return value


def tail_integral(coefficients: tuple[sp.Expr, ...]) -> tuple[sp.Expr, sp.Expr]:
    r"""Integrate a series in p**-2 over the momenta beyond P, with the last term apart.

    Returns :math:`\int_P^\infty p^2 dp/2\pi^2` of the sum of c_k p**(-2k).  The term k = 1 stands
    for the finite part of its linear divergence; differences between two P are right.
    """
    cutoff = symbols.momentum
    parts = [
        c * cutoff ** (3 - 2 * k) / (2 * k - 3) / (2 * sp.pi**2)
        for k, c in enumerate(coefficients, 1)
    ]
    return functools.reduce(lambda a, b: a + b, parts), parts[-1]
