"""Poles of a rational function, where they lie, and its principal parts there."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp

from derive.polynomials.exact import sampled

#: Digits at which a number is compared with zero when SymPy cannot decide it symbolically.
_DECISION_DIGITS = 50
#: Terms of a real polynomial, and of a complex one, up to which it is factored.
_TERMS, COMPLEX_TERMS = 200, 20


@dataclass(frozen=True)
class Pole:
    """A pole and its principal part: sum over j of coefficients[j-1] / (nu - location)**j."""

    location: sp.Expr
    coefficients: tuple[sp.Expr, ...]
    #: +1 in the upper half-plane, -1 in the lower, 0 on the real axis.
    side: int


@dataclass(frozen=True)
class Fraction:
    """numerator / (leading * product of (nu - z)**m over the roots), a rational function of nu.

    `degree` and `highest` are the degree and the highest coefficient of the numerator; the latter
    may vanish where only a simplification shows it.
    """

    numerator: sp.Expr
    degree: int
    highest: sp.Expr
    leading: sp.Expr
    roots: tuple[tuple[sp.Expr, int], ...]

    @property
    def decay(self) -> int:
        """The power of 1/nu with which the function falls off at infinity, or more."""
        if self.numerator.is_zero:
            return 2
        return sum(m for _, m in self.roots) - self.degree

    @property
    def tail(self) -> sp.Expr:
        """The coefficient of 1/nu at infinity, of a function that decays."""
        return self.highest / self.leading if self.decay == 1 else sp.S.Zero


def vanishes(expr: sp.Expr) -> bool:
    """Decide whether an expression is zero, by expansion, then numerically or by simplification."""
    expr = sp.expand(expr)
    if expr.is_zero is not None:
        return bool(expr.is_zero)
    if _is_expanded_polynomial(expr):
        return False
    if expr.is_number:
        return bool(abs(expr.evalf(_DECISION_DIGITS)) < sp.Float(10) ** (15 - _DECISION_DIGITS))
    return bool(sp.simplify(expr).is_zero)


def _is_expanded_polynomial(expr: sp.Expr) -> bool:
    """Return whether an expanded expression is a polynomial in symbols, with numbers a + b I.

    It then has one form only, in which zero is the number.
    """
    return all(
        node.is_Symbol
        or node.is_Rational
        or node is sp.I
        or node.is_Add
        or node.is_Mul
        or (node.is_Pow and node.base.is_Symbol and node.exp.is_Integer and node.exp > 0)
        for node in sp.preorder_traversal(expr)
    )


def side(z: sp.Expr) -> int:
    """Return +1, -1 or 0 for a point above, below or on the real axis.

    Raises
    ------
    ValueError
        If the assumptions of the symbols in `z` do not decide it.
    """
    imaginary = sp.im(z)
    for candidate in (imaginary, sp.im(sp.expand(z)), sp.factor_terms(sp.expand(imaginary))):
        if candidate.is_positive:
            return 1
        if candidate.is_negative:
            return -1
        if candidate.is_zero:
            return 0
    if z.is_number:
        return 0 if vanishes(imaginary) else (1 if imaginary.evalf(_DECISION_DIGITS) > 0 else -1)
    raise ValueError(
        f"cannot decide on which side of the real axis the pole at {z} lies; "
        "give its symbols assumptions (real=True, positive=True)"
    )


def fractions(expr: sp.Expr, nu: sp.Symbol) -> Iterator[Fraction]:
    """Split a rational function of nu into a sum of fractions with known poles.

    Raises
    ------
    ValueError
        If `expr` is not rational in nu, or the roots of a denominator are not found.
    """
    for term in sp.Add.make_args(expr):
        yield from _term_fractions(term, nu)


def _term_fractions(term: sp.Expr, nu: sp.Symbol) -> Iterator[Fraction]:
    numerator, highest, leading = sp.S.One, sp.S.One, sp.S.One
    degree = 0
    roots: list[tuple[sp.Expr, int]] = []
    for factor in sp.Mul.make_args(term):
        base, exponent = factor.as_base_exp()
        if not factor.has(nu):
            numerator *= factor
            highest *= factor
        elif not (exponent.is_Integer and base.is_rational_function(nu)):
            raise ValueError(f"{factor} is not a rational function of {nu}")
        elif not base.is_polynomial(nu):
            yield from _combined(term, nu)
            return
        elif exponent > 0:
            power, coefficient = _highest_term(base, nu)
            numerator *= factor
            highest *= coefficient**exponent
            degree += power * int(exponent)
        else:
            polynomial = sp.Poly(base, nu)
            leading *= polynomial.LC() ** -exponent
            for root, multiplicity in _roots(polynomial):
                _add_root(roots, root, -int(exponent) * multiplicity)
    yield Fraction(numerator, degree, highest, leading, tuple(roots))


def _highest_term(polynomial: sp.Expr, nu: sp.Symbol) -> tuple[int, sp.Expr]:
    """Return degree and highest coefficient, without the canonical forms that Poly insists on."""
    coefficients: dict[int, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(polynomial)):
        coefficient, power = term.as_coeff_exponent(nu)
        coefficients[int(power)] = coefficients.get(int(power), sp.S.Zero) + coefficient
    degree = max((n for n, c in coefficients.items() if c != 0), default=0)
    return degree, coefficients.get(degree, sp.S.Zero)


def _combined(term: sp.Expr, nu: sp.Symbol) -> Iterator[Fraction]:
    """Bring a term with fractions inside sums over one denominator, then split it again."""
    numerator, denominator = sp.fraction(sp.together(term))
    if not (numerator.is_polynomial(nu) and denominator.has(nu)):
        numerator, denominator = sp.fraction(sp.cancel(term))
    yield from _term_fractions(sp.Mul(numerator, sp.Pow(sp.factor(denominator), -1)), nu)


def combined(expr: sp.Expr, nu: sp.Symbol) -> tuple[Fraction, ...]:
    """Return `expr` as a single fraction in lowest terms, or as nothing if it is zero."""
    reduced = sp.cancel(sp.together(expr))
    if reduced.is_zero:
        return ()
    numerator, denominator = sp.fraction(reduced)
    return tuple(_term_fractions(sp.Mul(numerator, 1 / sp.factor(denominator)), nu))


def _add_root(roots: list[tuple[sp.Expr, int]], root: sp.Expr, multiplicity: int) -> None:
    for index, (known, count) in enumerate(roots):
        if vanishes(known - root):
            roots[index] = (known, count + multiplicity)
            return
    roots.append((root, multiplicity))


def _roots(polynomial: sp.Poly) -> Iterator[tuple[sp.Expr, int]]:
    """Yield the roots of a polynomial with their multiplicities."""
    if polynomial.degree() == 0:
        return
    if polynomial.degree() == 1:
        slope, offset = polynomial.all_coeffs()
        yield sp.expand(-offset / slope), 1
    elif polynomial.degree() == 2:
        yield from quadratic_roots(*polynomial.all_coeffs())
    else:
        yield from _higher_roots(polynomial)


def quadratic_roots(a: sp.Expr, b: sp.Expr, c: sp.Expr) -> Iterator[tuple[sp.Expr, int]]:
    """Yield the roots of a x**2 + b x + c with their multiplicities."""
    center = -b / (2 * a)
    # factor_terms pulls squares out of the root, so that sqrt(4 x**2 + 4) becomes 2 sqrt(x**2 + 1)
    offset = sp.sqrt(sp.factor_terms(sp.expand(b**2 - 4 * a * c))) / (2 * a)
    if vanishes(offset):
        yield sp.expand(center), 2
    else:
        yield sp.expand(center + offset), 1
        yield sp.expand(center - offset), 1


def gaussian(c: sp.Expr) -> bool:
    """Return whether a number is a + b I with rational a and b."""
    real, imaginary = c.as_real_imag()
    return bool(real.is_Rational and imaginary.is_Rational)


def terms_of(polynomial: Sequence[sp.Expr]) -> int:
    """Return how many terms a polynomial has, with its coefficients expanded."""
    return sum(len(sp.Add.make_args(sp.expand(c))) for c in polynomial)


def _short(polynomial: Sequence[sp.Expr]) -> bool:
    """Decide whether a polynomial has few enough terms to be factored.

    SymPy takes minutes for complex polynomials with tens of terms.
    """
    terms = terms_of(polynomial)
    real = all(c.is_extended_real for c in polynomial)
    return terms <= (_TERMS if real else COMPLEX_TERMS)


def worth_factoring(polynomial: Sequence[sp.Expr]) -> bool:
    """Decide whether a polynomial has factors, and few enough terms to find them.

    Where one with numbers for its symbols is irreducible, so is it itself.
    """
    if not _short(polynomial):
        return False
    numbers = sampled(polynomial)
    if not all(map(gaussian, numbers)):
        return True
    factors = sp.Poly(numbers, sp.Dummy(), domain=sp.QQ_I).factor_list()[1]
    return len(factors) > 1 or factors[0][1] > 1


def _higher_roots(polynomial: sp.Poly) -> Iterator[tuple[sp.Expr, int]]:
    coefficients = polynomial.all_coeffs()
    if polynomial.free_symbols_in_domain and not _short(coefficients):
        raise ValueError(
            f"cannot find the poles: {polynomial.as_expr()} has too many terms to be factored in "
            f"{polynomial.gen}; give the denominator in factors"
        )
    factors = sp.factor_list(polynomial)[1]
    if len(factors) > 1 or factors[0][1] > 1:
        for factor, multiplicity in factors:
            for root, count in _roots(factor):
                yield root, count * multiplicity
        return
    found = sp.roots(polynomial)
    if sum(found.values()) == polynomial.degree():
        yield from ((sp.expand(root), count) for root, count in found.items())
    elif all(coefficient.is_rational for coefficient in coefficients):
        yield from ((root, 1) for root in polynomial.all_roots())
    else:
        raise ValueError(
            f"cannot find the poles: the roots of {polynomial.as_expr()} in {polynomial.gen} "
            "have no closed form; give the denominator in factors"
        )


def principal_parts(fraction: Fraction, nu: sp.Symbol) -> Iterator[Pole]:
    """Yield the poles of a fraction with their principal parts.

    The coefficient of (nu - z)**-j is the Taylor coefficient of order m - j of the function with
    the pole of multiplicity m divided out; for a simple pole it is the residue.
    """
    for location, multiplicity in fraction.roots:
        others = [(z, count) for z, count in fraction.roots if z is not location]
        if multiplicity == 1:
            rest = fraction.leading
            for other, count in others:
                rest *= (nu - other) ** count
            taylor = [_at(fraction.numerator / rest, nu, location)]
        else:
            taylor = _taylor(fraction, others, nu, location, multiplicity)
        yield Pole(location, tuple(reversed(taylor)), side(location))


def _taylor(
    fraction: Fraction,
    others: Sequence[tuple[sp.Expr, int]],
    nu: sp.Symbol,
    location: sp.Expr,
    length: int,
) -> list[sp.Expr]:
    """Return the first Taylor coefficients of the function with a pole divided out.

    Those of every factor are known: the product of series is much shorter than the derivatives of
    the quotient.
    """
    series, derivative = [], fraction.numerator
    for order in range(length):
        series.append(_at(derivative / fraction.leading, nu, location) / sp.factorial(order))
        derivative = derivative.diff(nu)
    for other, count in others:
        distance = _expand_base(location - other)
        factor = [sp.binomial(-count, k) / distance ** (count + k) for k in range(length)]
        series = [
            sp.Add(*(series[k] * factor[order - k] for k in range(order + 1)))
            for order in range(length)
        ]
    return series


def _at(expr: sp.Expr, nu: sp.Symbol, location: sp.Expr) -> sp.Expr:
    """Evaluate at a pole; the differences of poles are expanded, so that equal parts cancel."""
    value = expr.subs(nu, location)
    if value.is_number:
        return sp.expand(sp.radsimp(value)) if not value.has(sp.Float) else value
    divisors: dict[sp.Basic, sp.Expr] = {}
    # what stands within another comes first
    for power in sorted(value.atoms(sp.Pow), key=sp.count_ops):
        if power.exp.is_negative:
            divisors[power] = _expand_base(power.base.xreplace(divisors)) ** power.exp
    return value.xreplace(divisors)


@functools.cache
def _expand_base(base: sp.Expr) -> sp.Expr:
    return sp.factor_terms(sp.expand(base))
