"""Programs of the long-wavelength coefficients (46), in both orders of the limits.

Each coefficient is linear in derivatives of the primitive L of the occupation
(`derive.frequency.integral`) at the poles E + i gamma and -E + i gamma and below them.  What
multiplies these is the same at any temperature, and rational; it is worked out in a field of
rational functions, once, for both T = 0 and T > 0.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import sympy as sp
from sympy.polys.rings import PolyElement, PolyRing

from derive import symbols
from derive.closed_forms.expansion import (
    Loop,
    expansion_loops,
    generic_integral,
)
from derive.codegen import compiler
from derive.codegen.program import Assignment, Module, Program
from derive.functions.derivative import derivative
from derive.functions.occupation import fermi
from derive.functions.polygamma import polygamma
from derive.functions.stable import log_ratio, polygamma_im, polygamma_re
from derive.programs.narrow import narrow

#: The coefficients of (46) from those of Pi_st, with M = 2/U - Pi and the signs of (46): name,
#: coefficient, and pairs of a sign and a vertex pair.  Those of q**2 lack the factor (2/3) p**2.
_OUTPUTS: tuple[tuple[str, str, tuple[tuple[int, int, int], ...]], ...] = (
    # 2/U = sum_p Pi_22 by (40), with which the sum over momenta converges
    ("alpha11", "constant", ((1, 2, 2), (-1, 1, 1))),
    ("alpha21", "constant", ((-1, 2, 1),)),
    ("beta11", "wave", ((1, 1, 1),)),
    ("beta12", "wave", ((-1, 1, 2),)),
    ("beta21", "wave", ((1, 2, 1),)),
    ("beta22", "wave", ((1, 2, 2),)),
    ("eta11", "frequency", ((1, 1, 1),)),
    ("eta12", "frequency", ((-1, 1, 2),)),
    ("eta21", "frequency", ((1, 2, 1),)),
    ("eta22", "frequency", ((1, 2, 2),)),
    # M has -zeta_st omega**2 where (46) has beta_st q**2
    ("zeta12", "frequency_squared", ((-1, 1, 2),)),
    ("zeta22", "frequency_squared", ((1, 2, 2),)),
)
#: Pi = i R, and -i omega stands in (46).
_FACTOR = {"constant": sp.I, "wave": sp.I, "frequency": sp.S.One, "frequency_squared": sp.I}
#: What E is in these.
_ENERGY = (symbols.energy, symbols.excitation_energy)
#: L and its derivatives up to the third, at a pole of fourth order.
_ORDERS = 4
#: At this temperature L has the argument nu without a factor; the coefficients do not depend on it.
_UNIT = 1 / (2 * sp.pi)

#: Everything is homogeneous in the energies, so that E = 1 may be set; the powers of E follow from
#: the dimension.  What is left are polynomials in gamma over powers of gamma and 1 + gamma**2.
_RING = sp.QQ_I[symbols.linewidth]
_GAMMA = _RING.from_sympy(symbols.linewidth)

#: Parts of L^(k)(E + B + i gamma) +- L^(k)(E - B + i gamma): sum and difference, re and im.
_Key = tuple[int, int, str]


def _value(order: int, sign: int, part: str) -> sp.Symbol:
    return sp.Symbol(f"{part}{order}_{'sum' if sign > 0 else 'difference'}", real=True)


_VALUES: dict[_Key, sp.Symbol] = {
    (order, sign, part): _value(order, sign, part)
    for order in range(_ORDERS)
    for sign in (1, -1)
    for part in ("re", "im")
}


def _at_pole(a: int, b: int, order: int) -> dict[_Key | None, sp.Expr]:
    """Return L^(order) at a E + i b gamma as a sum of `_VALUES`; the key None is for pi.

    L(z*) = L(z)* as long as both are off the path, and L(-z*) = L(z)* + i pi above it: exact for
    the logarithm, and for the digamma function with the i pi/2 that belongs to L.
    """
    sign = a**order
    parts: dict[_Key | None, sp.Expr] = {}
    for end in (1, -1):
        # a = 1 is the pole at E - B, the sum minus the difference over two
        half = sp.Rational(sign * (1 if end > 0 else -a), 2)
        parts[order, end, "re"] = half
        parts[order, end, "im"] = half * a * b * sp.I
    if order == 0 and a < 0:
        parts[None] = sp.I * b
    return parts


@functools.cache
def _occupied(degree: int, retarded: int, advanced: int) -> dict[_Key | None, list[Any]]:
    """Return the coefficients of `_VALUES` in 2 pi times the integral of nu**k f(nu), for all k.

    What belongs to the key None is in units of pi.
    """
    free, closed = generic_integral(
        degree, retarded, advanced, fermi(symbols.nu - symbols.edge, _UNIT)
    )
    result: dict[_Key | None, list[Any]] = {}
    stand_in = {f: sp.Dummy() for f in sorted(closed.atoms(sp.polygamma), key=str)}
    linear = closed.xreplace(stand_in)
    for a, b, order in itertools.product((1, -1), (1, -1), range(_ORDERS)):
        z = a * symbols.energy + sp.I * b * symbols.linewidth - symbols.edge
        dummy = stand_in.pop(polygamma(order, sp.Rational(1, 2) - sp.I * b * z), None)
        if dummy is None:
            continue
        slope = 2 * sp.pi * derivative(linear, dummy) / (-sp.I * b) ** order
        found = _numerators(slope, free, retarded + advanced)
        for key, weight in _at_pole(a, b, order).items():
            known = result.setdefault(key, [_RING.zero] * len(free))
            factor = _RING.from_sympy(weight)
            result[key] = [x + factor * y for x, y in zip(known, found, strict=True)]
    if stand_in:
        raise ValueError(f"unknown poles in {sorted(map(str, stand_in))}")
    return result


@functools.cache
def _void(degree: int, retarded: int, advanced: int) -> list[Any]:
    """Return the integrals of nu**k without occupation."""
    free, closed = generic_integral(degree, retarded, advanced, sp.S.One)
    return _numerators(closed, free, retarded + advanced)


def _numerators(linear: sp.Expr, free: tuple[sp.Symbol, ...], power: int) -> list[Any]:
    """Return the coefficients of free symbols at E = 1, times `_denominator(power)`."""
    ring = PolyRing((symbols.linewidth, *free), sp.QQ_I)
    whole = _multiplied(
        linear.xreplace({symbols.energy: sp.S.One}), _denominator(power).set_ring(ring)
    )
    values: list[dict[tuple[int], Any]] = [{} for _ in free]
    for (exponent, *of_free), coefficient in whole.terms():
        values[of_free.index(1)][exponent,] = coefficient
    return [_RING.ring.from_dict(value) for value in values]


def _multiplied(expr: sp.Expr, denominator: PolyElement) -> PolyElement:
    """Return a rational function times a polynomial that every one of its divisors divides."""
    ring = denominator.ring
    if expr.is_Add:
        return sum((_multiplied(term, denominator) for term in expr.args), ring.zero)
    result, inner = denominator, sp.S.One
    for factor in sp.Mul.make_args(expr):
        base, exponent = factor.as_base_exp()
        if exponent.is_negative:
            result = result.exquo(ring.from_expr(base) ** -int(exponent))
        elif any(power.exp.is_negative for power in factor.atoms(sp.Pow)):
            inner *= factor
        else:
            result *= ring.from_expr(factor)
    if inner.is_Mul or inner.is_Pow:
        above, below = sp.fraction(sp.together(inner))
        return result.exquo(ring.from_expr(below)) * ring.from_expr(above)
    return result if inner is sp.S.One else _multiplied(inner, result)


def _denominator(power: int) -> Any:
    """Return the powers of gamma and 1 + gamma**2 that contain all denominators."""
    return (_GAMMA * (1 + _GAMMA**2)) ** power


def _conjugate(polynomial: Any) -> Any:
    """Return the conjugate of a polynomial in a real symbol."""
    conjugates = {power: sp.QQ_I(c.x, -c.y) for power, c in polynomial.terms()}
    return polynomial.ring.from_dict(conjugates)


#: A polynomial in xi and Delta_0 at E = 1: powers and coefficients, polynomials in gamma.
_Polynomial = dict[tuple[int, int], Any]


@functools.cache
def _traces(name: str, s: int, t: int) -> tuple[Loop, list[_Polynomial], list[_Polynomial]]:
    """Return a loop, and the coefficients of F(nu) and F(-nu) in its trace by powers of nu."""
    loop = expansion_loops(s, t)[name]
    at_one = {symbols.energy: sp.S.One}
    forward, backward = (
        [
            {
                powers: _RING.from_sympy(value)
                for powers, value in sp.Poly(c.xreplace(at_one), symbols.xi, symbols.gap).terms()
            }
            for c in part
        ]
        for part in (loop.forward, loop.backward)
    )
    return loop, forward, backward


class _Sum:
    """A polynomial in xi and Delta_0 over `_denominator(power)`, for each of `_VALUES`.

    The key None belongs to what has no such factor.
    """

    def __init__(self, power: int) -> None:
        self.terms: dict[_Key | None, _Polynomial] = {}
        self.power = power

    def add(self, key: _Key | None, polynomial: _Polynomial, factor: Any) -> None:
        """Add a product."""
        terms = self.terms.setdefault(key, {})
        for powers, coefficient in polynomial.items():
            terms[powers] = terms.get(powers, _RING.zero) + coefficient * factor

    def expression(self, key: _Key | None, dimension: int) -> sp.Expr:
        """Return one coefficient in lowest terms, with the powers of E that its dimension needs."""
        polynomial = sp.Add(
            *(
                symbols.xi**i * symbols.gap**j * _RING.to_sympy(value)
                for (i, j), value in self.terms.get(key, {}).items()
            )
        ) / _RING.to_sympy(_denominator(self.power))
        result: sp.Expr = symbols.energy**dimension
        generators = (symbols.xi, symbols.gap, symbols.linewidth)
        reduced = sp.fraction(sp.cancel(polynomial))
        for part, exponent in zip(reduced, (1, -1), strict=True):
            for factor, multiplicity in _factors(sp.Poly(part, *generators)):
                homogeneous = factor.homogenize(symbols.energy).as_expr()
                scale = symbols.energy ** factor.total_degree()
                result *= (homogeneous / scale) ** (exponent * multiplicity)
        return result


def _factors(polynomial: sp.Poly) -> list[tuple[sp.Poly, int]]:
    """Split off the content and the monomials; factor the rest where it has one symbol.

    For several symbols the running time of the factorisation is random, and at times a minute.
    """
    content, primitive = polynomial.primitive()
    powers, rest = primitive.terms_gcd()
    symbols_of = zip(polynomial.gens, powers, strict=True)
    found = [(sp.Poly(content, *polynomial.gens), 1)]
    found += [(sp.Poly(x, *polynomial.gens), n) for x, n in symbols_of if n]
    if len(rest.free_symbols) < 2:
        number, factors = rest.factor_list()
        return [*found, (sp.Poly(number, *polynomial.gens), 1), *factors]
    return [*found, (rest, 1)]


def _collected(name: str, pairs: tuple[tuple[int, int, int], ...], *, occupied: bool) -> _Sum:
    """Return a coefficient per unit rate of a reservoir with F = 1 - 2 f, or 1 if it is empty."""
    loops = {pair[1:]: _traces(name, *pair[1:]) for pair in pairs}
    powers = {loop.retarded + loop.advanced for loop, _, _ in loops.values()}
    total = _Sum(powers.pop())
    for sign, s, t in pairs:
        loop, forward, backward = loops[s, t]
        integral = (len(forward) - 1, loop.retarded, loop.advanced)
        factor = _RING.from_sympy(sign * _FACTOR[name])
        for k, value in enumerate(_void(*integral)):
            total.add(None, forward[k], factor * value)
            total.add(None, backward[k], factor * value)
        for key, values in _occupied(*integral).items() if occupied else ():
            for k, value in enumerate(values):
                # of 1 - 2 f the second term, over 2 pi; what stands for pi itself loses its 1/pi
                total.add(key, forward[k], -factor * value)
                # as in `expand`: nu -> -nu and conjugation give the occupation at -nu
                total.add(key, backward[k], -factor * (-1) ** k * _conjugate(value))
    return total


def _coefficients(*, occupied: bool) -> list[tuple[str, sp.Expr]]:
    """Return all coefficients under sum_p, linear in `_VALUES`, per unit rate of one reservoir."""
    dimensions = {"constant": -2, "wave": -4, "frequency": -3, "frequency_squared": -4}
    outputs = []
    for output, name, pairs in _OUTPUTS:
        total = _collected(name, pairs, occupied=occupied)
        value = total.expression(None, dimensions[name])
        for key, symbol in _VALUES.items() if occupied else ():
            # L^(k) has the dimension -k
            value += total.expression(key, dimensions[name] + key[0]) * symbol / sp.pi
        if value.has(sp.I):
            raise ValueError(f"{output} is not real")
        outputs.append((output, value))
    return outputs


def _step_values() -> list[Assignment]:
    """Return `_VALUES` at T = 0, where L = log z: sums and differences fused for L itself."""
    energy, gamma, edge = symbols.energy, symbols.linewidth, symbols.edge
    above, below = energy + edge, energy - edge
    body: list[Assignment] = []
    moduli = {}
    for sign, distance in ((1, above), (-1, below)):
        moduli[sign] = _local("modulus", sign)
        body.append((moduli[sign], distance**2 + gamma**2))
    product = below * above
    fused = {
        (0, -1, "re"): log_ratio(moduli[1], moduli[-1], 4 * edge * energy) / 2,
        (0, 1, "im"): sp.atan2(2 * energy * gamma, product - gamma**2),
        (0, -1, "im"): sp.atan2(-2 * edge * gamma, product + gamma**2),
    }
    body += [(_VALUES[key], value) for key, value in fused.items()]
    powers: dict[tuple[int, int], tuple[sp.Expr, sp.Expr]] = {}
    for sign, distance in ((1, above), (-1, below)):
        x, y = _local("x", sign), _local("y", sign)
        body += [(x, distance / moduli[sign]), (y, -gamma / moduli[sign])]
        powers[1, sign] = (x, y)
        for order in range(2, _ORDERS):
            u, v = powers[order - 1, sign]
            # d/dz z**-k = -k z**-(k+1)
            real, imaginary = _local(f"x{order}", sign), _local(f"y{order}", sign)
            body += [
                (real, -(order - 1) * (u * x - v * y)),
                (imaginary, -(order - 1) * (u * y + v * x)),
            ]
            powers[order, sign] = (real, imaginary)
    return body + _sums(powers)


def _thermal_values() -> list[Assignment]:
    """Return `_VALUES` at T > 0, where L = psi(1/2 - i z/(2 pi T)) + i pi/2 above the axis."""
    energy, gamma, edge = symbols.energy, symbols.linewidth, symbols.edge
    scale = sp.Symbol("scale", positive=True)
    body: list[Assignment] = [(scale, 1 / (2 * sp.pi * symbols.temperature))]
    powers: dict[tuple[int, int], tuple[sp.Expr, sp.Expr]] = {}
    for sign in (1, -1):
        # psi at the conjugate point, whose imaginary part is written with a positive energy
        x, y = _local("x", sign), _local("y", sign)
        body += [(x, sp.Rational(1, 2) + scale * gamma), (y, scale * (energy + sign * edge))]
        for order in range(_ORDERS):
            factor = (-sp.I * scale) ** order
            conjugate = polygamma_re(order, x, y) - sp.I * polygamma_im(order, x, y)
            real, imaginary = sp.expand(factor * conjugate).as_real_imag()
            imaginary += sp.pi / 2 if order == 0 else 0
            names = _local(f"x{order}", sign), _local(f"y{order}", sign)
            body += list(zip(names, (real, imaginary), strict=True))
            powers[order, sign] = names
    return body + _sums(powers)


def _local(name: str, sign: int) -> sp.Symbol:
    return sp.Symbol(f"{name}_{'above' if sign > 0 else 'below'}", real=True)


def _sums(powers: dict[tuple[int, int], tuple[sp.Expr, sp.Expr]]) -> list[Assignment]:
    """Return sums and differences of the values at E + B and E - B."""
    return [
        (_VALUES[order, sign, part], powers[order, 1][k] + sign * powers[order, -1][k])
        for order in sorted({order for order, _ in powers})
        for sign in (1, -1)
        for k, part in enumerate(("re", "im"))
    ]


def finished(
    name: str, source: str, inputs: tuple[sp.Symbol, ...], body: list[Assignment], outputs: Any
) -> Program:
    """Return the program of outputs for which nothing else is needed."""
    needed = set().union(*(value.free_symbols for _, value in outputs))
    unknown = needed - set(inputs) - {symbol for symbol, _ in body}
    if unknown:
        raise ValueError(f"{name} needs {unknown}, which should have cancelled")
    program = Program(name, source, inputs, tuple(body), tuple(outputs))
    return compiler.lowered(program)


def expansion_module() -> Module:
    """Return the kernels of the long-wavelength coefficients."""
    source = "the coefficients of (46), {}"
    inputs = (symbols.xi, symbols.gap, symbols.linewidth)
    occupied = _coefficients(occupied=True)
    filled = (*inputs, symbols.edge)
    return Module(
        "expansion",
        "Integrands under sum_p of the coefficients of (46), per unit rate of one reservoir, with\n"
        "q -> 0 first; those of q**2, beta, lack the factor (2/3) p**2.  And of two of them with\n"
        "gamma -> 0 first, what the upper one of two branches of any carriers adds to them per p.",
        (
            finished(
                "empty",
                source.format("empty reservoir"),
                inputs,
                [_ENERGY],
                _coefficients(occupied=False),
            ),
            finished(
                "step",
                source.format("Fermi reservoir at T = 0"),
                filled,
                [_ENERGY, *_step_values()],
                occupied,
            ),
            finished(
                "thermal",
                source.format("Fermi reservoir at T > 0"),
                (*filled, symbols.temperature),
                [_ENERGY, *_thermal_values()],
                occupied,
            ),
            narrow(finished),
        ),
    )
