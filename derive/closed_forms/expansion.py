r"""Long-wavelength expansion of Pi_st, (37), with q -> 0 before gamma -> 0.

The other order of the limits is in `derive.closed_forms.narrow`.

The frequency of (37) is shifted so that omega stands in G^R alone.  By G(nu)^T = -tau_2 G(-nu)
tau_2 with R and A exchanged, and by inversion, both terms of (37) are then equal for s, t in 1..3:
Pi_st = i sum_p int dnu/2pi Tr[tau_s G^R(p + q/2, nu + omega) tau_t G^K(p - q/2, nu)].  For a vertex
tau_0 they have opposite signs.  The occupation depends on neither q nor omega, so that nothing
but Green's functions is differentiated, (D1)-(D3).

With xi_+- = xi +- p.q + q^2/4 and <(p.q)^2> = p^2 q^2/3, the coefficient of q^2 of a function
L(xi_+, xi_-) is sum_p [(d_+ + d_-) L/4 + p^2 (d_+ - d_-)^2 L/6].  Since (d_+ + d_-) L is the total
derivative by xi, two integrations by parts of sum_p p^2 (d_+ + d_-)^2 L/6 give the negative of the
first term, and -(2/3) sum_p p^2 d_+ d_- L is left.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy.polys.matrices import DomainMatrix
from sympy.polys.rings import PolyElement

from derive import symbols
from derive.algebra import nambu
from derive.frequency import integrate_frequency
from derive.model.reservoirs import Reservoir, distribution, resolve, total_rate


@dataclass(frozen=True)
class Expansion:
    """Coefficients of Pi_st(q, omega) under sum_p, with q -> 0 first, at finite linewidth.

    Functions of xi, Delta_0, E (`symbols.energy`), the linewidth and the reservoirs' parameters.

    Parameters
    ----------
    constant : Expr
        Pi_st at q = omega = 0.
    wave : Expr
        Coefficient of q**2; it contains p**2 = xi + mu.
    frequency, frequency_squared : Expr
        Coefficients of omega and omega**2.
    """

    constant: sp.Expr
    wave: sp.Expr
    frequency: sp.Expr
    frequency_squared: sp.Expr


@dataclass(frozen=True)
class Loop:
    """A trace that is linear in the distributions at nu and -nu, over powers of R and A.

    `forward` and `backward` are the coefficients of F(nu) and F(-nu), polynomials in nu; they are
    divided by R**retarded A**advanced with R = (nu + i gamma)**2 - E**2 and A its conjugate.
    """

    forward: tuple[sp.Expr, ...]
    backward: tuple[sp.Expr, ...]
    retarded: int
    advanced: int


@functools.cache
def expansion_loops(s: int, t: int) -> Mapping[str, Loop]:
    """Return the traces under the nu-integral of R_st = -i Pi_st, by name of the coefficient.

    The derivatives are those of resolvents: dG^R/dxi = G^R tau_3 G^R and
    dG^K/dxi = G^R tau_3 G^K + G^K tau_3 G^A by (D2), (D3), and dG^R/domega = -G^R G^R.
    """
    left, right, tau3 = (_polynomial(nambu.pauli(k)) for k in (s, t, 3))
    kinetic = symbols.nu * nambu.pauli(0) + nambu.hamiltonian()
    width = sp.I * symbols.linewidth * nambu.pauli(0)
    up, down = _polynomial(kinetic + width), _polynomial(kinetic - width)
    # numerators of G^K by the distributions at nu and at -nu
    sources = [_polynomial(-sp.I * (sign * nambu.pauli(0) + nambu.pauli(3))) for sign in (1, -1)]
    occupied = [up * source * down for source in sources]
    above, below = (_polynomial(d * nambu.pauli(0)) for d in _denominators())

    def loop(vertex: DomainMatrix, ends: Iterable[DomainMatrix], *powers: int) -> Loop:
        forward, backward = (_coefficients(left * vertex * right * end) for end in ends)
        length = max(len(forward), len(backward))
        zeros = (sp.S.Zero,) * length
        return Loop((forward + zeros)[:length], (backward + zeros)[:length], *powers)

    moved = [up * tau3 * k * below + k * tau3 * down * above for k in occupied]
    return {
        "constant": loop(up, occupied, 2, 1),
        "wave": loop(up * tau3 * up, moved, 4, 2),
        "frequency": loop(-up * up, occupied, 3, 1),
        "frequency_squared": loop(up * up * up, occupied, 4, 1),
    }


#: Polynomials in these, with complex rational coefficients, are what traces are made of.
_GENERATORS = (symbols.xi, symbols.nu, symbols.energy, symbols.gap, symbols.linewidth)
_RING = sp.QQ_I[_GENERATORS]


def _polynomial(matrix: sp.ImmutableMatrix) -> DomainMatrix:
    """Return a matrix of polynomials, which multiply much faster than expressions."""
    return DomainMatrix.from_Matrix(matrix).convert_to(_RING)


def _denominators() -> tuple[sp.Expr, sp.Expr]:
    """Return (nu + i gamma)**2 - E**2 of G^R and its conjugate of G^A."""
    above, below = (symbols.nu + sign * sp.I * symbols.linewidth for sign in (1, -1))
    return above**2 - symbols.energy**2, below**2 - symbols.energy**2


def _coefficients(matrix: DomainMatrix) -> tuple[sp.Expr, ...]:
    """Return the coefficients of powers of nu in a trace, with xi**2 as E**2 - Delta_0**2.

    Written so, nothing cancels at large momenta.
    """
    trace = matrix[0, 0].element + matrix[1, 1].element
    ring = _RING.ring
    _, _, energy, gap, _ = ring.gens
    by_power: dict[int, PolyElement] = {}
    for (kinetic, frequency, *rest), number in trace.terms():
        half, odd = divmod(kinetic, 2)
        term = ring.from_dict({(odd, 0, *rest): number}) * (energy**2 - gap**2) ** half
        by_power[frequency] = by_power.get(frequency, ring.zero) + term
    degree = max((n for n, c in by_power.items() if c), default=0)
    return tuple(_RING.to_sympy(by_power.get(n, ring.zero)) for n in range(degree + 1))


@functools.cache
def generic_integral(
    degree: int, retarded: int, advanced: int, factor: sp.Expr
) -> tuple[tuple[sp.Symbol, ...], sp.Expr]:
    """Integrate a polynomial with free coefficients, times an occupation, over powers of R and A.

    Every trace with the same denominator is a special case, so that the residues of high order
    are worked out once.
    """
    free = tuple(sp.Symbol(f"c_{k}") for k in range(degree + 1))
    numerator = sp.Add(*(c * symbols.nu**k for k, c in enumerate(free)))
    above, below = _denominators()
    integrand = numerator * factor / (above**retarded * below**advanced)
    return free, integrate_frequency(integrand, symbols.nu, divided=False)


def _integrated(loop: Loop, chosen: tuple[Reservoir, ...]) -> sp.Expr:
    weights = _occupations(distribution(chosen, symbols.nu))
    direct = _with_weights(loop, loop.forward, weights)
    # nu -> -nu turns F(-nu) into F(nu) and exchanges R and A, which conjugation undoes
    mirrored = [sp.conjugate(c) * (-1) ** k for k, c in enumerate(loop.backward)]
    return direct + conjugated(_with_weights(loop, mirrored, weights))


def _with_weights(
    loop: Loop, polynomial: Sequence[sp.Expr], weights: Iterable[tuple[sp.Expr, sp.Expr]]
) -> sp.Expr:
    total: sp.Expr = sp.S.Zero
    for factor, rate in weights:
        free, integral = generic_integral(len(polynomial) - 1, loop.retarded, loop.advanced, factor)
        total += rate * integral.xreplace(dict(zip(free, polynomial, strict=True)))
    return total


def conjugated(expr: sp.Expr) -> sp.Expr:
    """Return the conjugate of a closed form: its symbols are real, its poles off the cut of log."""
    return expr.xreplace({sp.I: -sp.I})


def _occupations(weight: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """Split F(nu) into its parts that depend on nu and a constant, each with its coefficient."""
    parts: list[tuple[sp.Expr, sp.Expr]] = []
    for term in sp.Add.make_args(sp.expand(weight)):
        rate, factor = term.as_independent(symbols.nu, as_Add=False)
        parts.append((factor, rate))
    return parts


def _sign_of_second_term(s: int, t: int) -> int:
    """Return the sign of the second term of (37) relative to the first; tau_0 commutes."""
    return -1 if (s == 0) != (t == 0) else 1


def expand(
    s: int,
    t: int,
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    linewidth: sp.Expr | None = None,
) -> Expansion:
    r"""Expand Pi_st(q, omega), (37), in q and omega, with q -> 0 first, at finite linewidth.

    These are the coefficients of (46), up to 2/U, the sum over momenta and the signs there.

    Parameters
    ----------
    s, t : int
        Vertices tau_0 to tau_3.
    reservoirs : iterable of Reservoir or str, optional
        As in `green_functions`.
    linewidth : Expr, optional
        Replaces the sum of the reservoirs' rates in the retarded and advanced parts.

    Returns
    -------
    Expansion
        Closed forms under :math:`\sum_p`, with logarithms at T = 0 and polygammas at T > 0.

    Raises
    ------
    ValueError
        For an unknown vertex or reservoir.

    See Also
    --------
    derive.closed_forms.narrow.expand_narrow : the other order of the limits.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import empty_reservoir, expand, symbols
    >>> found = expand(2, 2, [empty_reservoir("", symbols.linewidth)])
    >>> sp.cancel(found.constant)
    xi/(E**2 + gamma**2)
    """
    chosen = resolve(reservoirs)
    width = total_rate(chosen) if linewidth is None else linewidth
    factor = sp.I * (1 + _sign_of_second_term(s, t)) / 2
    named = {symbols.linewidth: width}
    values = {
        name: factor * _integrated(loop, chosen).xreplace(named)
        for name, loop in expansion_loops(s, t).items()
    }
    values["wave"] *= -sp.Rational(2, 3) * (symbols.xi + symbols.mu)
    return Expansion(**values)


def replace_square(polynomial: sp.Expr, symbol: sp.Symbol, square: sp.Expr) -> sp.Expr:
    """Replace the square of a symbol in a polynomial."""
    terms = sp.Poly(polynomial, symbol).terms()
    return sp.expand(sum(c * symbol ** (k % 2) * square ** (k // 2) for (k,), c in terms))
