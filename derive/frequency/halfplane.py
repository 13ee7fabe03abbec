"""On which side of the real axis poles lie, with and without their closed forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy as sp
from mpmath.libmp import NoConvergence

from derive.frequency.deadline import Deadline
from derive.frequency.integrand import Coefficients
from derive.functions.differences.multiprecision import MIXED
from derive.polynomials.exact import sampled, sign_of, vanishes
from derive.polynomials.poles import (
    COMPLEX_TERMS,
    gaussian,
    quadratic_roots,
    side,
    terms_of,
    worth_factoring,
)

#: Degree up to which a polynomial with numbers as coefficients is factored exactly.
_FACTORED = 12
#: Degree up to which the signs of a Hermite form are worked out with symbols.
_HERMITE = 8
#: Terms of a polynomial, and of its Hermite form, up to which the form's minors are worked out.
_SYMBOLIC, _FORM_TERMS = 40, 120
#: Terms of a cubic polynomial up to which its roots are written with radicals; the sides of longer
#: ones are never decided.
_RADICALS = 8
_NAMES = {"upper": 1, "+": 1, "above": 1, "lower": -1, "-": -1, "below": -1}

#: What the user knows of sides: one for all undecided poles, by pole, or a function of the pole.
Side = int | str | Mapping[sp.Expr, int | str] | Callable[[sp.Expr], int | str | None] | None


@dataclass(frozen=True)
class Node:
    """A pole, or all the roots of a polynomial without closed form, with the half-plane."""

    place: sp.Expr | Coefficients
    side: int

    @classmethod
    def of_roots(cls, polynomial: Coefficients, side: int) -> Node:
        """Return the node of all roots of a polynomial, made monic."""
        leading = polynomial[0]
        monic = (sp.S.One, *(sp.expand(c / leading) for c in polynomial[1:]))
        return cls(monic if leading != 1 else tuple(polynomial), side)

    @property
    def explicit(self) -> bool:
        """Whether the pole itself is known."""
        return not isinstance(self.place, tuple)


@dataclass(frozen=True)
class Sides:
    """Decides half-planes: from assumptions, and where they leave it open, from the user."""

    known: Side
    nu: sp.Symbol
    deadline: Deadline

    def of(self, z: sp.Expr) -> int:
        """Return the side of a pole."""
        told = self._told(z)
        if told is not None and not (isinstance(self.known, (int, str))):
            return told
        try:
            return side(z)
        except ValueError:
            if told is None:
                raise
            return told

    def _told(self, z: sp.Expr) -> int | None:
        known = self.known
        if known is None:
            return None
        if isinstance(known, Mapping):
            known = next(
                (v for k, v in known.items() if sp.sympify(k) == z or vanishes(sp.sympify(k) - z)),
                None,
            )
        elif callable(known):
            known = known(z)
        if known is None:
            return None
        value = _NAMES.get(known) if isinstance(known, str) else int(known)
        if value not in (1, -1):
            raise ValueError(f"side = {known!r} is outside its domain 1, -1, 'upper', 'lower'")
        return value

    def nodes(self, polynomial: Coefficients) -> list[tuple[Node, int]]:
        """Return the roots of a polynomial with their multiplicities."""
        self.deadline.check("looking for the poles")
        degree = len(polynomial) - 1
        if degree == 1:
            z = sp.expand(-polynomial[1] / polynomial[0])
            return [(Node(z, self.of(z)), 1)]
        if all(c.is_number for c in polynomial):
            return self._numerical(polynomial)
        if degree == 2:
            return self._quadratic(polynomial)
        return self._symbolic(polynomial)

    def _quadratic(self, polynomial: Coefficients) -> list[tuple[Node, int]]:
        found = list(quadratic_roots(*polynomial))
        try:
            return [(Node(z, self.of(z)), count) for z, count in found]
        except ValueError:
            common = half_plane(polynomial)
            if common is None:
                raise
            return [(Node.of_roots(polynomial, common), 1)]

    def _symbolic(self, polynomial: Coefficients) -> list[tuple[Node, int]]:
        if not worth_factoring(polynomial):
            return self._irreducible(polynomial)
        expression = sp.Poly(polynomial, self.nu)
        factors = sp.factor_list(expression)[1]
        result = []
        for factor, count in factors:
            coefficients = tuple(factor.all_coeffs())
            if len(coefficients) <= 3:
                found = self.nodes(coefficients)
            else:
                found = self._irreducible(coefficients)
            result += [(node, count * m) for node, m in found]
        return result

    def _irreducible(self, polynomial: Coefficients) -> list[tuple[Node, int]]:
        common = half_plane(polynomial, self.deadline)
        if common is not None:
            return [(Node.of_roots(polynomial, common), 1)]
        self.deadline.check("looking for the poles")
        conjugate = self._conjugate_factors(polynomial)
        if conjugate:
            return conjugate
        if len(polynomial) % 2 and all(c == 0 for c in polynomial[1::2]):
            squares = list(quadratic_roots(*polynomial[::2])) if len(polynomial) == 5 else []
            roots = [(s * sp.sqrt(z), m) for z, m in squares for s in (1, -1)]
            if _without_real_roots(polynomial[::2]):
                return [(Node.of_roots(polynomial, MIXED), 1)]
            if roots:
                return [(Node(z, self.of(z)), m) for z, m in roots]
        expression = sp.Poly(polynomial, self.nu)
        short = len(polynomial) <= 4 and terms_of(polynomial) <= _RADICALS
        found = sp.roots(expression) if short else {}
        if sum(found.values()) == len(polynomial) - 1:
            return [(Node(sp.expand(z), self.of(z)), m) for z, m in found.items()]
        if isinstance(self.known, (int, str)):
            return [(Node.of_roots(polynomial, self._told(sp.S.Zero) or 1), 1)]
        raise ValueError(
            f"cannot find the poles, nor decide on which side of the real axis they lie: the roots "
            f"of {expression.as_expr()} in {self.nu}; give the denominator in factors, "
            "assumptions for its symbols, or side="
        )

    def _conjugate_factors(self, polynomial: Coefficients) -> list[tuple[Node, int]]:
        """Return the factors of |P|**2 = P P*, written out, where they are over the Gaussians."""
        real = all(sp.sympify(c).is_extended_real for c in polynomial)
        if not real or terms_of(polynomial) > COMPLEX_TERMS:
            return []
        expression = sp.Poly(polynomial, self.nu).as_expr()
        symbols = sorted(expression.free_symbols - {self.nu}, key=str)
        # P may hold the square root of a positive symbol
        roots = {s: sp.Dummy(s.name, positive=True) for s in symbols if s.is_positive}
        back = {root: sp.sqrt(s) for s, root in roots.items()}
        for taken in ({}, {s: root**2 for s, root in roots.items()}):
            inner = expression.subs(taken)
            if not worth_factoring(tuple(sp.Poly(inner, self.nu).all_coeffs())):
                continue
            others = sorted(inner.free_symbols - {self.nu}, key=str)
            try:
                factors = sp.Poly(inner, self.nu, *others, domain=sp.QQ_I).factor_list()[1]
            except sp.PolynomialError:
                continue
            parts = [(sp.Poly(f.as_expr(), self.nu), m) for f, m in factors if f.has(self.nu)]
            if len(parts) > 1 and max(f.degree() for f, _ in parts) < len(polynomial) - 1:
                known = [([c.subs(back) for c in f.all_coeffs()], m) for f, m in parts]
                return [(n, m * k) for f, m in known for n, k in self.nodes(tuple(f))]
        return []

    def _numerical(self, polynomial: Coefficients) -> list[tuple[Node, int]]:
        if len(polynomial) == 3:
            return [(Node(z, self.of(z)), m) for z, m in quadratic_roots(*polynomial)]
        if not all(gaussian(c) for c in polynomial):
            return self._transcendental(polynomial)
        expression = sp.Poly(polynomial, self.nu, domain=sp.QQ_I)
        if len(polynomial) - 1 <= _FACTORED:
            factors = expression.factor_list()[1]
        else:
            factors = expression.sqf_list()[1]
        result: list[tuple[Node, int]] = []
        for factor, count in factors:
            self.deadline.check("looking for the poles")
            result += [(node, count) for node in self._square_free(factor)]
        return result

    def _square_free(self, factor: sp.Poly) -> list[Node]:
        coefficients = tuple(factor.all_coeffs())
        if len(coefficients) == 2:
            z = sp.expand(-coefficients[1] / coefficients[0])
            return [Node(z, self.of(z))]
        if len(coefficients) == 3:
            return [Node(z, self.of(z)) for z, _ in quadratic_roots(*coefficients)]
        bar = sp.Poly([sp.conjugate(c) for c in coefficients], self.nu, domain=sp.QQ_I)
        common = sp.gcd(factor, bar).monic()
        real = sp.Poly(common.as_expr(), self.nu) if common.degree() else None
        if real is None or real.count_roots() == 0:
            return [Node.of_roots(coefficients, half_plane(coefficients) or MIXED)]
        on_axis = [Node(z, 0) for z in real.real_roots()]
        if len(on_axis) == factor.degree():
            return on_axis
        others = [z for z in factor.all_roots() if not z.is_real]
        return on_axis + [Node(z, 1 if sp.im(z.evalf(30)) > 0 else -1) for z in others]

    def _transcendental(self, polynomial: Coefficients) -> list[tuple[Node, int]]:
        """Return numbers that are not rational as one node, if no root is on the real axis."""
        numbers = [c.evalf(60) for c in polynomial]
        roots = sp.Poly(numbers, self.nu).nroots(n=30, maxsteps=200)
        if any(abs(sp.im(z)) <= sp.Float(10) ** -12 * (1 + abs(z)) for z in roots):
            raise ValueError(
                f"cannot decide on which side of the real axis the roots of "
                f"{sp.Poly(polynomial, self.nu).as_expr()} lie; give the denominator in factors"
            )
        return [(Node.of_roots(polynomial, MIXED), 1)]


def _without_real_roots(squares: Coefficients) -> bool:
    """Decide whether a polynomial in x**2, with real coefficients, has no real root x."""
    if all(sign_of(c) == 1 for c in squares):
        return True
    return len(squares) == 3 and sign_of(squares[1] ** 2 - 4 * squares[0] * squares[2]) == -1


def half_plane(polynomial: Coefficients, deadline: Deadline | None = None) -> int | None:
    """Return the half-plane that all roots of a polynomial lie in, or None.

    Hermite's form of P and its conjugate, -i [P(x) P*(y) - P*(x) P(y)]/(x - y), is positive
    definite if all roots lie above the real axis, negative definite if all lie below; the signs of
    its leading minors follow from the symbols' assumptions.  This is the theorem of Hermite and
    Biehler, and the criterion of Routh and Hurwitz for real polynomials.
    """
    degree = len(polynomial) - 1
    if degree > _HERMITE or terms_of(polynomial) > _SYMBOLIC or not _on_one_side(polynomial):
        return None
    form = _hermite_form(polynomial)
    if sum(len(sp.Add.make_args(c)) for c in form) > _FORM_TERMS:
        return None
    signs = []
    for k in range(1, degree + 1):
        if deadline is not None:
            deadline.check("deciding the half-plane of poles")
        sign = sign_of(sp.expand(form[:k, :k].det(method="berkowitz")))
        if not sign:
            return None
        signs.append(sign)
        if (signs[0] < 0 and sign != (-1) ** k) or (signs[0] > 0 and sign < 0):
            return None
    return signs[0]


def _on_one_side(polynomial: Coefficients) -> bool:
    """Decide whether the roots can be in one half-plane, by numbers for the symbols."""
    numbers = [c.evalf(30) for c in sampled(polynomial)]
    if not all(c.is_number and c.is_finite for c in numbers):
        return True
    try:
        roots = sp.Poly(numbers, sp.Dummy()).nroots(n=20, maxsteps=100)
    except (sp.PolynomialError, NoConvergence):
        return True
    sides = {sp.sign(sp.im(z)) for z in roots if abs(sp.im(z)) > 1e-9 * abs(z)}
    return len(sides) < 2


def _hermite_form(polynomial: Coefficients) -> sp.Matrix:
    """Return the matrix b of sum b_jk x**j y**k, from the lowest power on."""
    degree = len(polynomial) - 1
    p = [sp.expand(c) for c in reversed(polynomial)]
    q = [sp.expand(sp.conjugate(c)) for c in p]
    form = sp.zeros(degree, degree)
    for j in range(degree):
        for k in range(degree):
            # the coefficients of P(x) Q(y) - Q(x) P(y) along a diagonal, summed up
            total = sp.S.Zero
            for m in range(max(0, j + k + 1 - degree), min(j, k) + 1):
                n = j + k + 1 - m
                total += p[n] * q[m] - q[n] * p[m]
            form[j, k] = sp.expand(-sp.I * total)
    return form
