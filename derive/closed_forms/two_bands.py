r"""Poles in the momentum of a pair of bands with masses and rates of their own, at fixed frequency.

With :math:`1/m_e + 1/m_h = 4`, :math:`\zeta = a p^2` for :math:`a = (1/m_e - 1/m_h)/4`, and rates
:math:`\bar\gamma \pm \delta` of electrons and holes, the inverse of the retarded Green's function

.. math:: A(X) = (\nu + i\bar\gamma - a X) - (X - \mu - i\delta) \tau_3 + \Delta_0 \tau_1

is linear in :math:`X = p^2`, and its determinant quadratic.  Where that vanishes, at
:math:`X_s = \mu + \xi_s` for s = 1 and -1, the adjugate of A is a product of two vectors, whose
elements this module writes without cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.algebra import nambu

#: Asymmetry of the masses, (1/m_e - 1/m_h)/4, and half the difference of the rates.
SKEW = sp.Symbol("a", real=True)
IMBALANCE = sp.Symbol("delta", real=True)


@dataclass(frozen=True)
class Poles:
    """The two poles of a retarded Green's function in X = p**2, and what belongs to them.

    Parameters
    ----------
    root : Expr
        r in the upper half-plane, by which the poles differ: xi_s = center + s r/(1 - a**2).
    center : Expr
        The middle of the poles, from mu.
    rising, falling : Expr
        Y + r and Y - r for Y = nu - a mu + i (gamma - a delta); r**2 is Y**2 - (1 - a**2) gap**2.
    skew, gap : Expr
        a and Delta_0.
    """

    root: sp.Expr
    center: sp.Expr
    rising: sp.Expr
    falling: sp.Expr
    skew: sp.Expr
    gap: sp.Expr

    def xi(self, sign: int) -> sp.Expr:
        """Return xi_s, from mu."""
        return self.center + sign * self.root / (1 - self.skew**2)

    def weight(self, sign: int) -> sp.Expr:
        """Return the residue of 1/det A at X_s."""
        return -sign / (2 * self.root)

    def adjugate(self, sign: int) -> sp.ImmutableMatrix:
        """Return the adjugate of A at X_s."""
        first, second = (self.rising, self.falling)[::sign]
        upper, lower = first / (1 + self.skew), second / (1 - self.skew)
        return sp.ImmutableMatrix([[upper, -self.gap], [-self.gap, lower]])


def squared_root(
    frequency: sp.Expr, width: sp.Expr, distance: sp.Expr, threshold: sp.Expr
) -> sp.Expr:
    """Return r**2 = (frequency + i width)**2 - threshold**2, accurate where it is small.

    Parameters
    ----------
    frequency, width : Expr
        Real and imaginary part of Y.
    distance : Expr
        |frequency| - threshold, given without cancellation.
    threshold : Expr
        sqrt(1 - a**2) Delta_0.
    """
    return distance * (distance + 2 * threshold) - width**2 + 2 * sp.I * width * frequency


def middle(
    frequency: sp.Expr, width: sp.Expr, imbalance: sp.Expr = IMBALANCE, skew: sp.Expr = SKEW
) -> sp.Expr:
    """Return the middle of the poles, from mu; `frequency` is nu - a mu, `width` is gamma."""
    return (-skew * frequency + sp.I * (imbalance - skew * width)) / (1 - skew**2)


def advanced_determinant(
    frequency: sp.Expr,
    xi: sp.Expr,
    *,
    linewidth: sp.Expr = symbols.linewidth,
    imbalance: sp.Expr = IMBALANCE,
    skew: sp.Expr = SKEW,
) -> sp.Expr:
    """Return det A of the advanced Green's function where that of the retarded one vanishes.

    Parameters
    ----------
    frequency : Expr
        nu - a mu.
    xi : Expr
        xi_s, the pole of the retarded one from mu.
    """
    return -4 * sp.I * (linewidth * frequency + (imbalance - skew * linewidth) * xi)


def advanced_shift(
    linewidth: sp.Expr = symbols.linewidth, imbalance: sp.Expr = IMBALANCE
) -> sp.ImmutableMatrix:
    """Return the adjugate of the advanced A minus that of the retarded one."""
    return sp.ImmutableMatrix(-2 * sp.I * (linewidth * nambu.pauli(0) - imbalance * nambu.pauli(3)))
