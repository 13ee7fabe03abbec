r"""The BCS limit: loops at constant density of states, their integral over xi by residues.

With D_R = a^2 - xi^2, a^2 = (omega + i gamma)^2 - Delta_0^2, Im a > 0, and b the conjugate of a,
every product of Green's functions is a polynomial in xi over powers of D_R and D_A = b^2 - xi^2,
whose poles in the upper half-plane are a and -b.  In the variables a, b and i gamma everything is
rational with rational coefficients:

    omega = (a^2 - b^2)/(4 i gamma),    Delta_0^2 = (omega + i gamma)^2 - a^2.

What depends on the state are F(omega) and F(-omega).  Since omega is integrated over, only
c(omega) + d(-omega) matters of c F(omega) + d F(-omega); omega -> -omega takes a to -b and b to -a.
Both sides of an equation that agree in it agree for all distributions and linewidths.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import sympy as sp
from sympy.polys.fields import field
from sympy.polys.rings import ring

from derive import symbols
from derive.closed_forms.expansion import expansion_loops

#: Polynomials: kinetic energy, frequency, i gamma, Delta_0.
_POLYNOMIALS, _X, _W, _C, _D = ring("xi, omega, c, Delta", sp.QQ)
#: Rational functions of a, b and i gamma.
_FIELD, _A, _B, _CF = field("a, b, c", sp.QQ)
_OMEGA = (_A**2 - _B**2) / (4 * _CF)
_GAP_SQUARED = (_OMEGA + _CF) ** 2 - _A**2

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


@functools.cache
def _residues(retarded: int, advanced: int, power: int) -> Any:
    """Return the integral of xi^power/(D_R^retarded D_A^advanced) in units of 2 pi i."""
    a, b, x = sp.symbols("a b x")
    total: sp.Expr = sp.S.Zero
    ends = (
        (a, (-1) ** retarded / ((x + a) ** retarded * (b**2 - x**2) ** advanced), retarded),
        (-b, (-1) ** advanced / ((x - b) ** advanced * (a**2 - x**2) ** retarded), advanced),
    )
    for pole, rest, order in ends:
        residue = (x**power * rest).diff(x, order - 1).subs(x, pole)
        total += residue / sp.factorial(order - 1)
    numerator, denominator = sp.fraction(sp.cancel(sp.together(total)))
    return _in_field(numerator) / _in_field(denominator)


def _in_field(polynomial: sp.Expr) -> Any:
    a, b = sp.symbols("a b")
    return sum(
        (_FIELD(c) * _A**i * _B**j for (i, j), c in sp.Poly(polynomial, a, b).terms()), _FIELD.zero
    )


#: Integrals by parity in Delta_0.
Value: TypeAlias = tuple[Any, Any]
ZERO: Value = (_FIELD.zero, _FIELD.zero)


def _integrated(polynomial: Any, retarded: int, advanced: int, gaps: int) -> Value:
    """Integrate over xi; Delta_0^gaps is a factor."""
    result = [_FIELD.zero, _FIELD.zero]
    for (x, w, c, d), number in polynomial.terms():
        if x % 2:
            continue
        half, odd = divmod(d + gaps, 2)
        term = _FIELD(number) * _OMEGA**w * _CF**c * _GAP_SQUARED**half
        result[odd] += term * _residues(retarded, advanced, x)
    return result[0], result[1]


def _reflected(element: Any) -> Any:
    """Return a rational function of omega at -omega."""
    numerator, denominator = (
        sum(
            (_FIELD(n) * (-_B) ** i * (-_A) ** j * _CF**k for (i, j, k), n in part.terms()),
            _FIELD.zero,
        )
        for part in (element.numer, element.denom)
    )
    return numerator / denominator


def _symmetrised(forward: Value, backward: Value) -> Value:
    return forward[0] + _reflected(backward[0]), forward[1] + _reflected(backward[1])


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


def as_expression(element: Any) -> sp.Expr:
    """Return an integral as a rational function of symbols a, b, c; 0 only if it vanishes."""
    return sp.S.Zero if element == 0 else element.as_expr()
