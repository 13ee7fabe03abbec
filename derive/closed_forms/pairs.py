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

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.functions.pairs import pair_arctanh, root_sum


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
