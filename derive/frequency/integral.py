"""Integrals over all frequencies of a rational function times occupations, in closed form."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.frequency.aliases import in_occupations
from derive.frequency.deadline import Deadline, bounded
from derive.frequency.halfplane import Side, Sides
from derive.frequency.integrand import Piece, Reader
from derive.frequency.judgement import (
    Fraction,
    divided,
    judge_axis,
    judge_ends,
    polynomial,
    without_removable,
)
from derive.frequency.partial_fractions import by_partial_fractions
from derive.frequency.residues import (
    by_linear_equations,
    expanded,
    sum_over_poles,
    worth_writing,
)
from derive.functions.differences.difference import divided_difference
from derive.functions.differences.moments import moment
from derive.functions.differences.multiprecision import MIXED
from derive.polynomials.exact import (
    Precision,
    multiplied_out,
    vanishes,
    with_exact_numbers,
    with_floats,
)

#: Degree of a denominator up to which a sum over roots is solved for with symbols.
_SOLVED = 6
#: Operations of a number up to which roots are taken out of its denominator.
_PLAIN = 80


@bounded
def integrate_frequency(
    expr: sp.Expr,
    nu: sp.Symbol,
    *,
    divided: bool | None = None,
    principal: bool = False,
    side: Side = None,
) -> sp.Expr:
    r"""Integrate over all frequencies, :math:`\int_{-\infty}^{\infty} d\nu/2\pi`, in closed form.

    Parameters
    ----------
    expr : Expr
        Sums of rational functions of `nu`, each times any number of factors ``fermi(x, T)`` and
        ``bose(x, T)`` of one temperature, or of steps, with x real and affine in nu; terms may
        have different temperatures.  tanh, coth, Heaviside, sign, 1/cosh**2, 1/sinh**2,
        1/(exp(x) + c), re, im, conjugate and abs(...)**2 of rational functions, and derivatives
        of occupations are understood; a DiracDelta may stand alone in a term.  Poles may have any
        multiplicity and lie in either half-plane, which is decided from the symbols' assumptions,
        also where roots have no closed form.  Floats are taken as the decimal fractions that they
        are written as.
    nu : Symbol
        The frequency.
    divided : bool, optional
        By default the result is made of divided differences (`divided_difference`), which are
        regular where poles meet.  False writes them out as a sum over poles.  True keeps a pair
        of simple poles on one side as a `divided_log` or `divided_polygamma`, where all terms are
        such pairs.
    principal : bool
        Take the principal value at simple poles on the real axis, and of equal 1/nu tails.
    side : int, str, mapping or callable, optional
        The half-plane of poles whose assumptions leave it open: 1 or "upper", -1 or "lower" for
        all of these, or by pole.  A mapping or a callable also overrides the assumptions.

    Returns
    -------
    Expr
        Rational functions of the poles and divided differences, whose `doit` gives logarithms
        (T = 0) and polygamma functions (T > 0).  Complex symbols other than `nu` stay free.

    Raises
    ------
    ValueError
        If the integrand is not of this form, if the half-plane of a pole or the sign of a
        temperature cannot be decided, if the integral diverges, or after 60 seconds.  Polynomials
        with symbols and too many terms to be factored are refused: their factors are asked for.

    Notes
    -----
    Whether the integral converges is decided on the whole integrand: tails and poles on the axis
    may cancel between terms.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import fermi, integrate_frequency
    >>> nu, B = sp.symbols("nu B", real=True)
    >>> gamma = sp.Symbol("gamma", positive=True)
    >>> integrate_frequency(1 / (nu**2 + gamma**2), nu)
    1/(2*gamma)
    >>> integrate_frequency(fermi(nu - B, 0) / (nu**2 + gamma**2), nu)
    (I*log(-B - I*gamma)/(2*gamma) - I*log(-B + I*gamma)/(2*gamma))/(2*pi)
    """
    if not isinstance(expr, sp.Expr) or not isinstance(nu, sp.Symbol):
        raise ValueError(f"integrand {expr!r} and frequency {nu!r} must be a SymPy Expr and Symbol")
    exact, precision = with_exact_numbers(expr)
    if divided is not None and not principal and side is None:
        try:
            return with_floats(by_partial_fractions(exact, nu, divided), precision)
        except ValueError:
            # judged again below, as a whole
            pass
    task = _Task(nu, precision, Deadline.current(), principal, side)
    result = task.integrate(in_occupations(exact, nu))
    if divided is False:
        result = result.replace(lambda e: isinstance(e, divided_difference), lambda e: e.doit())
    return with_floats(result, precision)


class _Task:
    """One integral, with what is asked and known about it."""

    def __init__(
        self, nu: sp.Symbol, precision: Precision, deadline: Deadline, principal: bool, side: Side
    ) -> None:
        self.nu, self.precision, self.deadline = nu, precision, deadline
        self.principal = principal
        self.sides = Sides(side, nu, deadline)

    def integrate(self, expr: sp.Expr) -> sp.Expr:
        """Return the integral of an expression in occupations."""
        total: sp.Expr = sp.S.Zero
        deltas = sorted((d for d in expr.atoms(sp.DiracDelta) if d.has(self.nu)), key=str)
        for delta in deltas:
            total += self._at_delta(expr, delta)
        expr = expr.xreplace(dict.fromkeys(deltas, sp.S.Zero))
        reader = Reader(self.nu, self.precision, self.deadline)
        fractions = self._fractions(reader.pieces(expr))
        judge_ends(fractions, self.precision, principal=self.principal, nu=self.nu)
        judge_axis(fractions, self.precision, principal=self.principal)
        return total + sp.Add(*map(self._integrated, fractions))

    def _at_delta(self, expr: sp.Expr, delta: sp.DiracDelta) -> sp.Expr:
        """Return the integral over a delta function, which must stand alone in its term."""
        x = delta.args[0]
        if len(delta.args) > 1 or not x.is_polynomial(self.nu) or sp.degree(x, self.nu) != 1:
            raise ValueError(
                f"{delta} is not a rational function of {self.nu}, nor a delta function of an "
                "affine argument"
            )
        slope, offset = sp.Poly(x, self.nu).all_coeffs()
        name = sp.Dummy()
        coefficient = expr.xreplace({delta: name}).diff(name)
        if coefficient.has(name) or coefficient.has(sp.DiracDelta):
            raise ValueError(f"a term with more than one delta function, or not linear in {delta}")
        value = coefficient.subs(self.nu, -offset / slope)
        if value.has(sp.zoo, sp.nan):
            raise ValueError(
                f"the integral diverges: a pole at {-offset / slope}, where {delta} is"
            )
        return value / abs(slope) / (2 * sp.pi)

    def _fractions(self, pieces: Sequence[Piece]) -> list[Fraction]:
        known: dict[tuple[sp.Expr, ...], list] = {}
        result = []
        for piece in pieces:
            for above, below in piece.fractions:
                nodes = []
                for coefficients, count in below:
                    if coefficients not in known:
                        known[coefficients] = self.sides.nodes(coefficients)
                    nodes += [(node, m * count) for node, m in known[coefficients]]
                fraction = Fraction(piece.factors, above, tuple(nodes))
                result.append(without_removable(fraction, self.precision))
        return result

    def _integrated(self, fraction: Fraction) -> sp.Expr:
        self.deadline.check("summing over the poles")
        quotient, rest = divided(fraction)
        total: sp.Expr = sp.S.Zero
        for power, c in enumerate(reversed(quotient)):
            total += c * moment(fraction.factors, power) / (2 * sp.pi)
        while len(rest) > 1 and rest[0] == 0:
            rest.pop(0)
        if not fraction.nodes or not any(rest):
            return total
        remainder = Fraction(fraction.factors, tuple(rest), fraction.nodes)
        if fraction.factors:
            return total + _occupied(remainder) / (2 * sp.pi)
        return total + self._unoccupied(remainder)

    def _unoccupied(self, fraction: Fraction) -> sp.Expr:
        nodes = [(node, node.side) for node, m in fraction.nodes for _ in range(m)]
        if any(side == MIXED for _, side in nodes):
            return _difference(fraction) / (2 * sp.pi)
        tail = fraction.above[0] if len(fraction.above) == fraction.order else sp.S.Zero
        groups = {s: [n for n, side in nodes if side == s] for s in (1, -1, 0)}
        if not groups[0]:
            # the residues of both sides add up to the coefficient of 1/nu
            sign = 1 if len(groups[1]) <= len(groups[-1]) else -1
            found = self._residues(fraction, groups[sign], groups[-sign])
            return (
                _difference(fraction) / (2 * sp.pi)
                if found is None
                else _plain(sign * sp.I * (found - tail / 2))
            )
        above = self._residues(fraction, groups[1], groups[-1] + groups[0])
        below = self._residues(fraction, groups[-1], groups[1] + groups[0])
        if above is None or below is None:
            return _difference(fraction) / (2 * sp.pi)
        return _plain(sp.I * (above - below) / 2)

    def _residues(self, fraction: Fraction, inside: list, outside: list) -> sp.Expr | None:
        """Return the sum of the residues at nodes of one side, or None if that is too long."""
        if not inside:
            return sp.S.Zero
        if all(n.explicit for n in (*inside, *outside)):
            if not worth_writing(len(inside), len(outside)):
                return None
            return sum_over_poles(
                fraction.above, [n.place for n in inside], [n.place for n in outside]
            )
        if fraction.order > _SOLVED:
            return None
        within, beyond = (expanded([polynomial(n) for n in part]) for part in (inside, outside))
        return by_linear_equations(fraction.above, within, beyond, self.deadline)


def _plain(expr: sp.Expr) -> sp.Expr:
    """Return a number without roots in its denominator; other expressions as they are."""
    value = multiplied_out(expr)
    if not value.is_number or sp.count_ops(value) > _PLAIN:
        return value
    return sp.expand(sp.radsimp(value))


def _difference(fraction: Fraction) -> sp.Expr:
    """Return the divided difference, a minus sign in front of it: SymPy then sees what cancels."""
    nodes = [node for node, m in fraction.nodes for _ in range(m)]
    above = fraction.above
    sign = -1 if above[0].is_negative else 1
    return sign * divided_difference(
        tuple(sign * c for c in above),
        tuple(n.place for n in nodes),
        tuple(n.side for n in nodes),
        tuple((f.statistics, f.edge, f.temperature) for f in fraction.factors),
    )


def _occupied(fraction: Fraction) -> sp.Expr:
    """Return the divided difference; written out for one pole, or one and its conjugate."""
    difference = _difference(fraction)
    nodes = fraction.nodes
    if len(fraction.factors) > 1 or any(not n.explicit or m > 1 or not n.side for n, m in nodes):
        return difference
    if len(nodes) == 1:
        return difference.doit()
    if len(nodes) == 2 and nodes[0][0].side != nodes[1][0].side:
        first, second = (sp.sympify(n.place) for n, _ in nodes)
        if sp.expand(sp.conjugate(first) - second) == 0 and not vanishes(first - second):
            return difference.doit()
    return difference
