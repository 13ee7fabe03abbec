r"""The BCS limit: loops at constant density of states, their integral over xi by residues.

With D_R = a^2 - xi^2, a^2 = (omega + i gamma)^2 - Delta_0^2, Im a > 0, and b the conjugate of a,
every product of Green's functions is a polynomial in xi over powers of D_R and D_A = b^2 - xi^2,
whose poles in the upper half-plane are a and -b.  In the variables a, b and c = i gamma everything
is a polynomial with rational coefficients over powers of a, b, a - b, c and Delta_0:

    omega = (a^2 - b^2)/4c,    Delta_0^2 = (omega + c)^2 - a^2.

What depends on the state are F(omega) and F(-omega).  Since omega is integrated over, only
c(omega) + d(-omega) matters of c F(omega) + d F(-omega); omega -> -omega takes a to -b and b to -a.
Both sides of an equation that agree in it agree for all distributions and linewidths.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sympy as sp
from sympy.polys.rings import ring

from derive import symbols
from derive.closed_forms.expansion import expansion_loops

#: Polynomials: kinetic energy, frequency, i gamma, Delta_0.
_POLYNOMIALS, _X, _W, _C, _D = ring("xi, omega, c, Delta", sp.QQ)
#: Polynomials in a, b and c = i gamma.
_RING, _A, _B, _CI = ring("a, b, c", sp.QQ)
#: 4 c omega and 16 c^2 Delta_0^2.
_OMEGA = _A**2 - _B**2
_GAP_SQUARED = (_OMEGA + 4 * _CI**2) ** 2 - (4 * _A * _CI) ** 2
#: What polynomials are divided by, in the order of the powers.
_DIVISORS = (_A, _B, _A - _B, _CI, _GAP_SQUARED)

Matrix: TypeAlias = tuple[tuple[Any, Any], tuple[Any, Any]]
#: A Green's function's numerators: G^R, G^A, and G^K of F(omega) and of F(-omega), in -2i.
Numerators: TypeAlias = dict[str, Any]
_KEYS = ("forward", "backward")


def _matrix(rows: Sequence[Sequence[Any]]) -> Matrix:
    (a, b), (c, d) = ([_POLYNOMIALS(x) for x in row] for row in rows)
    return ((a, b), (c, d))


def _times(left: Matrix, right: Matrix) -> Matrix:
    (a, b), (c, d) = left
    (e, f), (g, h) = right
    return ((a * e + b * g, a * f + b * h), (c * e + d * g, c * f + d * h))


@functools.cache
def numerators() -> Mapping[str, Matrix]:
    """Return the numerators of the Green's functions (29)-(31)."""
    up, down = (_matrix([[_W + s * _C + _X, -_D], [-_D, _W + s * _C - _X]]) for s in (1, -1))
    sources = {"forward": _matrix([[1, 0], [0, 0]]), "backward": _matrix([[0, 0], [0, -1]])}
    occupied = {key: _times(_times(up, sources[key]), down) for key in _KEYS}
    return {"retarded": up, "advanced": down, **occupied}


#: Pauli matrices; tau_2 as i tau_2, which is real.
VERTEX = {
    1: _matrix([[0, 1], [1, 0]]),
    2: _matrix([[0, 1], [-1, 0]]),
    3: _matrix([[1, 0], [0, -1]]),
}
#: Entries; the off-diagonal one is the mean of 12 and 21, of which (60) says that they are equal.
ENTRY = {"11": (((0, 0), 1),), "22": (((1, 1), 1),), "12": (((0, 1), 2), ((1, 0), 2))}


def _entry(matrix: Matrix, name: str) -> Any:
    return sum((matrix[i][j] * sp.QQ(1, n) for (i, j), n in ENTRY[name]), _POLYNOMIALS.zero)


@dataclass(frozen=True, eq=False)
class Quotient:
    """A polynomial in a, b and c over powers of `_DIVISORS`, not in lowest terms.

    Nothing has to be cancelled to see whether it vanishes.
    """

    numerator: Any
    powers: tuple[int, ...] = (0, 0, 0, 0, 0)

    def over(self, powers: tuple[int, ...]) -> Any:
        """Return the numerator over higher powers."""
        result = self.numerator
        for divisor, old, new in zip(_DIVISORS, self.powers, powers, strict=True):
            result *= divisor ** (new - old)
        return result

    def __add__(self, other: Quotient) -> Quotient:
        shared = tuple(map(max, self.powers, other.powers))
        return Quotient(self.over(shared) + other.over(shared), shared)

    def __mul__(self, number: Any) -> Quotient:
        return Quotient(self.numerator * number, self.powers)

    def __sub__(self, other: Quotient) -> Quotient:
        return self + other * -1

    @property
    def is_zero(self) -> bool:
        """Whether it vanishes identically."""
        return self.numerator == 0

    def reflected(self) -> Quotient:
        """Return it at -omega, where a is -b and b is -a."""
        # a - b and Delta_0 stay as they are
        a, b, *rest = self.powers
        sign = (-1) ** (a + b)
        turned = {(j, i, k): sign * (-1) ** (i + j) * n for (i, j, k), n in self.numerator.terms()}
        return Quotient(_RING.from_dict(turned), (b, a, *rest))


NOTHING = Quotient(_RING.zero)


def _power_series(start: Any, slope: int, order: int, length: int) -> list[Any]:
    """Return those of (start + slope t)^-order, multiplied by start^(order + length - 1)."""
    return [
        start ** (length - 1 - k) * int(sp.binomial(-order, k)) * slope**k for k in range(length)
    ]


def _last_of_product(*series: list[Any]) -> Any:
    """Return the highest coefficient of a product of power series, all of the same length."""
    total, *others = series
    for other in others:
        total = [
            sum((total[k] * other[n - k] for k in range(n + 1)), _RING.zero)
            for n in range(len(total))
        ]
    return total[-1]


def _residue(pole: Any, slope: int, orders: tuple[int, int], power: int) -> Any:
    """Return the numerator of a residue of xi^power over powers of D, at xi = pole + t.

    Parameters
    ----------
    pole : polynomial
        a, or -b.
    slope : int
        1 at a, where D_R is -t (2a + t) and D_A is (b - a - t)(a + b + t); -1 at -b, where D_A is
        t (2b - t) and D_R is (a - b + t)(a + b - t).
    orders : tuple of int
        n of the divisor that vanishes, and m of the other one.  The numerator belongs to the powers
        2 n - 1 of 2a or 2b, and n + m - 1 of both factors of the other.
    power : int
    """
    order, other = orders
    apart = (_A - _B) * (1 if slope < 0 else -1)
    monomial = [
        pole ** (power - k) * int(sp.binomial(power, k)) if k <= power else _RING.zero
        for k in range(order)
    ]
    return _last_of_product(
        monomial,
        _power_series(2 * slope * pole, slope, order, order),
        _power_series(apart, -slope, other, order),
        _power_series(_A + _B, slope, other, order),
    )


@functools.cache
def _residues(retarded: int, advanced: int, power: int) -> Quotient:
    """Return the integral of xi^power/(D_R^retarded D_A^advanced) in units of 2 pi i."""
    at_a = _residue(_A, 1, (retarded, advanced), power) * (-1) ** retarded
    at_b = _residue(-_B, -1, (advanced, retarded), power)
    between = retarded + advanced - 1
    # the residue at a has powers of b - a in its divisor, the other one of a - b; those of a + b
    # cancel, since both poles are on one side
    total = at_a * (-1) ** between * (2 * _B) ** (2 * advanced - 1)
    total += at_b * (2 * _A) ** (2 * retarded - 1)
    numerator = total.exquo((_A + _B) ** between)
    powers = (2 * retarded - 1, 2 * advanced - 1, between, 0, 0)
    return Quotient(numerator * sp.QQ(1, 2 ** (powers[0] + powers[1])), powers)


#: Integrals by parity in Delta_0.
Value: TypeAlias = tuple[Quotient, Quotient]
ZERO: Value = (NOTHING, NOTHING)


def _integrated(polynomial: Any, retarded: int, advanced: int, gaps: int) -> Value:
    """Integrate over xi; Delta_0^gaps is a factor."""
    # by powers of omega, c and Delta_0^2: the powers of xi, integrated
    parts: tuple[dict[tuple[int, int, int], Quotient], ...] = ({}, {})
    for (x, w, c, d), number in polynomial.terms():
        if x % 2 == 0:
            half, odd = divmod(d + gaps, 2)
            value = _residues(retarded, advanced, x) * number
            parts[odd][w, c, half] = parts[odd].get((w, c, half), NOTHING) + value
    even, odd = (sum((_times_powers(*item) for item in p.items()), NOTHING) for p in parts)
    return even, odd


def _times_powers(powers: tuple[int, int, int], value: Quotient) -> Quotient:
    """Return omega^w c^n Delta_0^(2 half) times a quotient."""
    w, n, half = powers
    numerator = value.numerator * _OMEGA**w * _CI ** (n + max(0, -2 * half))
    numerator *= _GAP_SQUARED ** max(0, half) * sp.QQ(4) ** -(w + 2 * half)
    a, b, apart, c, gap = value.powers
    return Quotient(numerator, (a, b, apart, c + w + max(0, 2 * half), gap + max(0, -half)))


def _symmetrised(forward: Value, backward: Value) -> Value:
    return forward[0] + backward[0].reflected(), forward[1] + backward[1].reflected()


@functools.cache
def product_integral(word: tuple[str | int, ...], gaps: int = 0, trace: bool = False) -> Value:
    """Integrate the Keldysh part of a product over xi, in units of 4 pi Delta_0^(0, 1).

    Parameters
    ----------
    word : tuple
        Of "G" and the numbers of vertices, or of entries "11", "12", "22".
    gaps : int
        Power of Delta_0 that multiplies it.
    trace : bool
        Take the trace of a product of matrices.
    """
    whole = numerators()
    places = [k for k, one in enumerate(word) if not isinstance(one, int)]
    sums = dict.fromkeys(_KEYS, ZERO)
    for key in _KEYS:
        for n, occupied in enumerate(places):
            kinds = [
                "retarded" if k < occupied else "advanced" if k > occupied else key
                for k in range(len(word))
            ]
            factors = [
                VERTEX[one] if isinstance(one, int) else whole[kind]
                for one, kind in zip(word, kinds, strict=True)
            ]
            if trace:
                product = functools.reduce(_times, factors)
                numerator = product[0][0] + product[1][1]
                twos = sum(one == 2 for one in word)
                if twos % 2:
                    raise ValueError("an odd number of vertices tau_2")
                numerator = numerator * (-1) ** (twos // 2)
            else:
                numerator = _POLYNOMIALS.one
                for matrix, one in zip(factors, word, strict=True):
                    numerator *= _entry(matrix, str(one))
            value = _integrated(numerator, n + 1, len(places) - n, gaps)
            sums[key] = (sums[key][0] + value[0], sums[key][1] + value[1])
    return _symmetrised(sums["forward"], sums["backward"])


@functools.cache
def loop_integral(s: int, t: int, name: str) -> Value:
    """Integrate a trace of the long-wavelength expansion over xi, in the units above.

    Parameters
    ----------
    s, t : int
        Vertices.
    name : str
        A coefficient of `derive.Expansion`.
    """
    loop = expansion_loops(s, t)[name]
    xi, gamma = symbols.xi, symbols.linewidth
    c = sp.Symbol("c")
    # the factor -2i of G^K is a unit
    known = {symbols.energy: sp.Symbol("E"), gamma: -sp.I * c, symbols.gap: sp.Symbol("D")}
    values = []
    for coefficients in (loop.forward, loop.backward):
        total = _POLYNOMIALS.zero
        for k, coefficient in enumerate(coefficients):
            expr = sp.expand(coefficient.xreplace(known) * sp.I / 2)
            # E appears squared only
            energy, gap = known[symbols.energy], known[symbols.gap]
            expr = sp.expand(expr.subs(energy, sp.sqrt(xi**2 + gap**2)))
            poly = sp.Poly(expr, xi, c, gap)
            for (x, n, d), number in poly.terms():
                total += sp.QQ(int(number.p), int(number.q)) * _X**x * _W**k * _C**n * _D**d
        values.append(_integrated(total, loop.retarded, loop.advanced, 0))
    return _symmetrised(values[0], values[1])


def as_expression(element: Quotient) -> sp.Expr:
    """Return an integral as a rational function of symbols a, b, c; 0 only if it vanishes."""
    divisors = (d.as_expr() ** -n for d, n in zip(_DIVISORS, element.powers, strict=True))
    return element.numerator.as_expr() * sp.Mul(*divisors)
