r"""The phase column of M, which the gap equation makes vanish at q = omega = 0.

There M_12 and M_22 are zero by (40), (41): a sum over momenta of terms of order one, or of order
1/gamma where the poles of G^R and of G^A pinch the contour.  For small q and omega nothing is left
of a numerical sum but its rounding.  Here every term of R_s2(q, omega) - R_s2(0, 0) is small by
itself.  With A, A_+ and A* the inverses of G^R(p_-, nu), G^R(p_+, nu + omega) and G^A(p_-, nu), and
N, N_+ and N* their adjugates,

- from (0, 0) to (0, omega), G^R_+ - G^R = -omega G^R_+ G^R at one momentum, where
  N_+ tau_2 = tau_2 A_+ and A_+ - A* is the diagonal matrix t of omega + 2 i gamma_e and
  omega + 2 i gamma_h;
- from (0, omega) to (q, omega) only the momentum integral of two poles changes.  At a pole the
  adjugate is a product of two vectors, so that traces are of first and second order in the
  difference of the poles.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.two_bands import IMBALANCE, SKEW
from derive.functions.pairs import root_sum

#: The traces for s = 1 and s = 2.
Column = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Keldysh:
    """Sigma^K and what it becomes in the traces.

    Parameters
    ----------
    matrix : Matrix
        Sigma^K, diagonal.
    skew, imbalance, linewidth, gap : Expr
        a, delta, gamma and Delta_0.
    """

    matrix: sp.ImmutableMatrix
    skew: sp.Expr = SKEW
    imbalance: sp.Expr = IMBALANCE
    linewidth: sp.Expr = symbols.linewidth
    gap: sp.Expr = symbols.gap

    @property
    def rates(self) -> sp.ImmutableMatrix:
        """The diagonal matrix of gamma_e and gamma_h."""
        return sp.ImmutableMatrix(self.linewidth * nambu.pauli(0) + self.imbalance * nambu.pauli(3))

    @property
    def shift(self) -> sp.ImmutableMatrix:
        """N* - N, minus 2 i times the rates with electrons and holes exchanged."""
        tau = nambu.pauli
        return sp.ImmutableMatrix(-2 * sp.I * (self.linewidth * tau(0) - self.imbalance * tau(3)))

    @property
    def contrast(self) -> sp.Expr:
        """Half of Tr[-tau_3 Sigma^K (N* - N)], as small as the reservoirs' disagreement."""
        return (-nambu.pauli(3) * self.matrix * self.shift).trace() / 2

    def filled(self, frequency: sp.Expr, root: sp.Expr) -> Column:
        """Return the diagonal of Sigma^K (N + N*)/2 at a pole of G^R or of G^A.

        Parameters
        ----------
        frequency : Expr
            nu - a mu.
        root : Expr
            The square root with its sign, and i (delta - a gamma) more; for G^A the conjugate.
        """
        upper, lower = ((frequency + s * root) / (1 + s * self.skew) for s in (1, -1))
        return self.matrix[0, 0] * upper, self.matrix[1, 1] * lower

    def uniform(
        self, omega: sp.Expr, frequency: sp.Expr, root: sp.Expr, resonance: sp.Expr
    ) -> tuple[Column, Column]:
        """Return what Tr[tau_s tau_2 A_+ Sigma^K N*] consists of, at one momentum.

        It is u det A* + v, and v is wanted at the poles of G^R and of G^A.

        Parameters
        ----------
        omega : Expr
        frequency, root : Expr
            As for `filled` there.
        resonance : Expr
            omega times the frequency, plus twice the squared threshold: of carriers alike it is
            what is left of the sum over them where a pair is at rest, without cancellation.

        Returns
        -------
        tuple of tuple of Expr
            u and v, for s = 1 and for s = 2.
        """
        tau3, sigma = nambu.pauli(3), self.matrix
        # at either pole N* is (N + N*)/2 and half of the difference
        half = [self.shift[k, k] / 2 for k in (0, 1)]
        adjugate = [
            (frequency + s * root) / (1 + s * self.skew) + half[k] for k, s in enumerate((1, -1))
        ]
        transfer = [omega + 2 * sp.I * self.rates[k, k] for k in (0, 1)]
        upper, lower = (sigma[k, k] * transfer[k] * adjugate[k] for k in (0, 1))
        traces, contrast = sigma.trace(), (tau3 * sigma).trace()
        # upper - lower + 2 Delta_0^2 contrast, by sum and difference of electrons and holes; of
        # both what has no rate in it is first
        wide = [omega * half[k] + 2 * sp.I * self.rates[k, k] * adjugate[k] for k in (0, 1)]
        moduli = 1 - self.skew**2
        total = 2 * (resonance - self.skew * omega * root) / moduli + wide[0] + wide[1]
        apart = 2 * omega * (root - self.skew * frequency) / moduli + wide[0] - wide[1]
        mixed = (contrast * total + traces * apart) / 2
        return (sp.I * contrast, traces), (sp.I * mixed, upper + lower)

    def on_shell(
        self, advanced: bool, filling: sp.Expr, forms: tuple[sp.Expr, sp.Expr, sp.Expr]
    ) -> Column:
        """Return Tr[tau_s N_+ tau_2 N Sigma^K N*] times 1 - a**2, summed over poles of G^R_+.

        Parameters
        ----------
        advanced : bool
            Whether the second pole is one of G^A.
        filling : Expr
            The sum of `filled` there.
        forms : tuple of Expr
            Sums over the poles of G^R_+ of any weight, times the first and the second of
            `on_shell_forms`, and by itself.
        """
        first, second, whole = forms
        if advanced:
            threshold = (1 - self.skew**2) * self.gap**2
            return (
                -sp.I * (first * filling - (4 * threshold * whole - second) * self.contrast),
                -second * filling - first * self.contrast,
            )
        return (
            -sp.I * (first * filling - second * self.contrast),
            -second * filling + first * self.contrast,
        )


def on_shell_forms(
    relative: int,
    rising: tuple[sp.Expr, sp.Expr],
    falling: tuple[sp.Expr, sp.Expr],
    frequencies: tuple[sp.Expr, sp.Expr],
    roots: tuple[sp.Expr, sp.Expr],
    threshold: sp.Expr,
) -> tuple[sp.Expr, sp.Expr]:
    """Return u_+ v - u v_+ and (u_+ - u)(v_+ - v) of two poles, accurate where they are small.

    The first pole is the one where u_+ = Y_+ + r_+ and v_+ = Y_+ - r_+.  With both roots of the
    opposite sign the first form changes its sign.

    Parameters
    ----------
    relative : int
        1 if u = Y + r and v = Y - r at the second pole, -1 the other way round.
    rising, falling : tuple of Expr
        Y + r, the larger one, and Y - r, of both.
    frequencies : tuple of Expr
        Y_+ - Y and Y_+ + Y.
    roots : tuple of Expr
        r_+ - r and r_+ + r, the other way round if `relative` is -1; accurate where they cancel.
    threshold : Expr
        sqrt(1 - a**2) Delta_0: (Y + r)(Y - r) is its square.
    """
    shift, total = frequencies
    apart, both = roots

    def difference(after: sp.Expr, before: sp.Expr, whole: sp.Expr) -> sp.Expr:
        return root_sum(after, -before, whole * (after + before))

    def together(after: sp.Expr, before: sp.Expr, whole: sp.Expr) -> sp.Expr:
        return root_sum(after, before, whole * (after - before))

    if relative == 1:
        up = difference(*rising, shift + apart)
        # v is the square of the threshold over u
        inverse = falling[0] * falling[1] / threshold**2
        return up * inverse * together(*rising, total + both), -(up**2) * inverse
    first = difference(rising[0], falling[1], shift + apart)
    second = difference(falling[0], rising[1], shift - apart)
    return first * together(falling[0], rising[1], total - both), first * second
