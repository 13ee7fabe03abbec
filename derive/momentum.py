"""Both momentum integrals of a loop in closed form, at a fixed frequency.

Before the frequency integral the two Green's functions of a loop are rational in the kinetic
energies xi+- = (p +- q/2)**2 - mu, so that partial fractions leave products of two propagators of
free particles.  In real space these are Yukawa functions, exp(i k r)/(4 pi r) with the root k of
the pole that lies in the upper half-plane, and

    sum_p 1/((p+^2 - k^2) (p-^2 - l^2)) = int d^3r exp(-i q r) exp(i (k + l) r)/(4 pi r)^2
                                        = i/(4 pi q) artanh(q/(k + l)),

which is regular as q -> 0.  What remains of (37) is one integral over the frequency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from derive import nambu, symbols


class upper_root(sp.Function):
    """The square root in the upper half-plane, cut along the positive real axis."""

    nargs = 1

    def doit(self, **hints: Any) -> sp.Expr:
        """Return it by the principal root, whose cut is the negative real axis."""
        return sp.I * sp.sqrt(-self.args[0])

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class root_sum(sp.Function):
    """a + b for a, b in the upper half-plane, whose squares differ by the third argument.

    Where a and b nearly cancel, the sum is that difference over a - b.
    """

    nargs = 3

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the plain sum."""
        return self.args[0] + self.args[1]

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class pair_arctanh(sp.Function):
    """artanh(q/k)/q for k in the upper half-plane and real q; 1/k at q = 0."""

    nargs = 2

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the quotient, which holds for q != 0."""
        k, q = self.args
        return (sp.log(k + q) - sp.log(k - q)) / (2 * q)

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


class pair_excess(sp.Function):
    """artanh(q/k)/q - 1/k, which is of the order q^2/k^3, for k in the upper half-plane."""

    nargs = 2

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the plain difference."""
        k, q = self.args
        return pair_arctanh(k, q).doit() - 1 / k

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        return self.doit()._eval_evalf(prec)


def pole_matrix(rising: sp.Expr, falling: sp.Expr) -> sp.ImmutableMatrix:
    """Return the numerator of a Green's function (29) at one of its poles xi = a.

    Parameters
    ----------
    rising, falling : Expr
        z + a and z - a at the complex frequency z; their product is Delta_0^2, and the smaller one
        follows from that without cancellation.
    """
    numerator = symbols.gap * nambu.pauli(1)
    return sp.ImmutableMatrix(sp.diag(rising, falling) - numerator)


def pair_integrals(
    roots: tuple[sp.Expr, sp.Expr, sp.Expr],
    plus: Sequence[sp.Expr],
    minus: Sequence[sp.Expr],
    q: sp.Expr,
) -> dict[tuple[int, int], sp.Expr]:
    """Return sum_p 1/((xi_plus - s a)(xi_minus - u c)), in units of i/(4 pi), by the signs s, u.

    Parameters
    ----------
    roots : tuple of Expr
        a and c in the upper half-plane, and a^2 - c^2 without cancellation.
    plus, minus
        As in `pair_momenta`.
    q : Expr
        Wave number.
    """
    momenta = pair_momenta(root_sum(*roots), plus, minus)
    return {signs: pair_arctanh(k, q) for signs, k in momenta.items()}


def pair_momenta(
    total: sp.Expr, plus: Sequence[sp.Expr], minus: Sequence[sp.Expr]
) -> dict[tuple[int, int], sp.Expr]:
    """Return the sums k + l of the momenta of two poles xi = s a and xi = u c, by the signs s, u.

    Parameters
    ----------
    total : Expr
        a + c without cancellation.
    plus, minus : sequence of Expr
        The roots sqrt(mu + a), sqrt(mu - a) and sqrt(mu + c), sqrt(mu - c) in the upper half-plane.
    """
    # k^2 - l^2 = +-(a + c) where the signs differ, and only there can k and l cancel
    return {
        (1, 1): plus[0] + minus[0],
        (-1, -1): plus[1] + minus[1],
        (1, -1): root_sum(plus[0], minus[1], total),
        (-1, 1): root_sum(plus[1], minus[0], -total),
    }


def residue_weight(sign: int, root: sp.Expr) -> sp.Expr:
    """Return the residue of 1/(a^2 - xi^2) at xi = s a."""
    return -sign / (2 * root)
