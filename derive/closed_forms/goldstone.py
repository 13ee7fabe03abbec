"""The phase column of M, which the gap equation makes vanish at q = omega = 0.

There M_12 and M_22 are zero by (40), (41): a sum over momenta of terms of order one, or of order
1/gamma where the poles of G^R and of G^A pinch the contour.  For small q and omega nothing is left
of a numerical sum but its rounding.  Here every term of M_s2(q, omega) - M_s2(0, 0) is small by
itself.  With the numerators N = z + xi tau_3 - Delta_0 tau_1 of the Green's functions,

- from (0, 0) to (0, omega), G^R(nu + omega) - G^R(nu) = -omega G^R(nu + omega) G^R(nu), and
  G^R tau_2 G^R = tau_2/(c^2 - xi^2) at one momentum;
- from (0, omega) to (q, omega) only the momentum integral of two poles changes, and on these poles
  the traces are of first and second order in the difference of the poles and of the frequencies.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive import symbols
from derive.functions.pairs import root_sum


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


def on_shell_forms(
    frequencies: tuple[sp.Expr, sp.Expr],
    poles: tuple[sp.Expr, sp.Expr],
    squares: tuple[sp.Expr, sp.Expr],
    transfer: sp.Expr,
    gap: sp.Expr = symbols.gap,
) -> tuple[sp.Expr, sp.Expr]:
    """Return z_+ xi - z xi_+ and 2 (z_+ z - xi_+ xi - Delta_0^2) at poles of two Green's functions.

    Both vanish where the poles meet, like the transfer and its square; they are sums of two terms
    with a known difference of squares, -Delta_0^2 w (z_+ + z) and Delta_0^2 w^2 for w = z_+ - z.

    Parameters
    ----------
    frequencies, poles : tuple of Expr
        z_+ and z, xi_+ and xi, with xi^2 = z^2 - Delta_0^2 for either.
    squares : tuple of Expr
        xi_+^2 and xi^2, accurate where they are small.
    transfer : Expr
        z_+ - z.
    gap : Expr, optional
        Order parameter.
    """
    (after, before), (xi_plus, xi) = frequencies, poles
    product = (squares[0] + squares[1] - transfer**2) / 2
    first = root_sum(after * xi, -before * xi_plus, -(gap**2) * transfer * (after + before))
    second = root_sum(product, -xi_plus * xi, gap**2 * transfer**2)
    return first, 2 * second


def on_shell_slopes(
    forms: tuple[sp.Expr, sp.Expr], xi_plus: sp.Expr, gap: sp.Expr = symbols.gap
) -> tuple[sp.Expr, sp.Expr]:
    """Return the derivatives of `on_shell_forms` by z_+, from the forms themselves.

    With d(xi_+) = z_+/xi_+ they are (xi xi_+ - z z_+)/xi_+ and 2 (z xi_+ - xi z_+)/xi_+.
    """
    first, second = forms
    return -(second / 2 + gap**2) / xi_plus, -2 * first / xi_plus


def on_shell_traces(
    advanced: bool,
    *,
    frequency: sp.Expr,
    linewidth: sp.Expr,
    pole: sp.Expr,
    forms: tuple[sp.Expr, sp.Expr],
    sums: tuple[sp.Expr, sp.Expr],
    gap: sp.Expr = symbols.gap,
) -> tuple[sp.Expr, sp.Expr]:
    """Return Tr[tau_s N(z_+, xi_+) tau_2 N(z, xi) D N(z*, xi)] at a pair of poles, s = 1, 2.

    Parameters
    ----------
    advanced : bool
        Whether xi is a pole of G^A, xi^2 = z*^2 - Delta_0^2, or of G^R, xi^2 = z^2 - Delta_0^2;
        z = nu + i gamma.  In either case xi_+ is a pole of G^R, xi_+^2 = z_+^2 - Delta_0^2.
    frequency, linewidth : Expr
        nu and gamma.
    pole : Expr
        xi.
    forms : tuple of Expr
        `on_shell_forms` at xi_+ and xi.
    sums : tuple of Expr
        Tr D and Tr[tau_3 D] of the diagonal matrix D.
    gap : Expr, optional
        Order parameter.
    """
    first, second = forms
    trace, contrast = sums
    side = -1 if advanced else 1
    filling = frequency * trace + pole * contrast
    mixed = second + 4 * gap**2 if advanced else second
    return (
        2 * sp.I * first * filling + side * linewidth * mixed * contrast,
        second * filling - 2 * side * sp.I * linewidth * first * contrast,
    )


def uniform_traces(
    *,
    transfer: sp.Expr,
    pole: sp.Expr,
    sums: tuple[sp.Expr, sp.Expr],
    gap: sp.Expr = symbols.gap,
) -> tuple[tuple[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]:
    """Return what Tr[tau_s G^R(nu + omega) G^R(nu) tau_2 G^R(nu) D G^A(nu)] consists of.

    With a^2 = z_+^2 - Delta_0^2, c^2 = z^2 - Delta_0^2 and c'^2 = z*^2 - Delta_0^2 it is

        u/((c^2 - xi^2) (c'^2 - xi^2)) + u/((a^2 - xi^2) (c^2 - xi^2))
        + v/((a^2 - xi^2) (c^2 - xi^2) (c'^2 - xi^2)).

    Parameters
    ----------
    transfer : Expr
        omega + 2 i gamma.
    pole : Expr
        xi.
    sums, gap
        As in `on_shell_traces`.

    Returns
    -------
    tuple of tuple of Expr
        u and v, for s = 1 and for s = 2.
    """
    trace, contrast = sums
    amplitude = (
        sp.I * contrast / 2,
        sp.I * (transfer * pole * trace + (2 * gap**2 - transfer**2 / 2) * contrast),
    )
    phase = (trace / 2, transfer * pole * contrast - transfer**2 / 2 * trace)
    return amplitude, phase


def coupling_trace(contrast: sp.Expr, gap: sp.Expr = symbols.gap) -> sp.Expr:
    """Return the numerator of Tr[tau_1 G_+ tau_2 G D G*] + Tr[tau_2 G_+ tau_1 G D G*].

    The Green's functions are symmetric matrices, and G D G* differs from its transpose by
    i gamma Tr[tau_3 D] [tau_3, H]: out of equilibrium amplitude and phase act on each other in
    different ways.  The denominator is (a^2 - xi_+^2)(c^2 - xi^2)(c'^2 - xi^2).

    Parameters
    ----------
    contrast : Expr
        Tr[tau_3 D].
    gap : Expr, optional
        Order parameter.
    """
    return -4 * symbols.linewidth * gap**2 * contrast


def difference_trace(
    frequency: sp.Expr, pole: sp.Expr, sums: tuple[sp.Expr, sp.Expr], gap: sp.Expr = symbols.gap
) -> sp.Expr:
    """Return the numerator of Tr[tau_1 G_+ tau_1 G D G*] - Tr[tau_2 G_+ tau_2 G D G*].

    The denominator is (a^2 - xi_+^2)(c^2 - xi^2)(c'^2 - xi^2).

    Parameters
    ----------
    frequency, pole : Expr
        nu and xi.
    sums, gap
        As in `on_shell_traces`.
    """
    trace, contrast = sums
    return 4 * gap**2 * (frequency * trace + pole * contrast)
