"""The BEC limit: expansion in Delta_0, and the nu-integral with the delta functions of gamma -> 0.

The Green's function without order parameter, (70), is diagonal in Nambu space.  As gamma -> 0 its
Keldysh part becomes delta functions at xi and -xi with the weights F(xi)/gamma, and the integrals
over nu are sums over these two poles.  Momenta p +- q/2 are kept apart, so that no pole of G^R
meets one of G^A, before q -> 0.
"""

from __future__ import annotations

import functools

import sympy as sp

from derive import symbols
from derive.algebra.keldysh import Keldysh
from derive.closed_forms.narrow import even, even_slope, odd, odd_slope
from derive.model.greens import free_inverse
from derive.model.reservoirs import Reservoir, environment_self_energy


@functools.cache
def free_function(
    frequency: sp.Expr = symbols.omega,
    xi: sp.Expr = symbols.xi,
    reservoirs: tuple[Reservoir, ...] | None = None,
) -> Keldysh:
    """Return the Green's function without order parameter but with the reservoirs, (70)."""
    environment = environment_self_energy(reservoirs, frequency)
    return (free_inverse(frequency, xi, sp.S.Zero) - environment).inverse()


def _branches(xi: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """Return poles and weights of -[G11 G22]^K/(2 pi i) with the occupation F(xi)/gamma = 1."""
    # G11^K G22^A at xi, and G11^R G22^K at -xi, where the hole's weight is -F(-nu)
    return {xi: 1 / (xi + xi), -xi: -1 / (-xi - xi)}


def pair_loop(plus: sp.Expr, minus: sp.Expr, transfer: sp.Expr) -> sp.Expr:
    r"""Integrate [G11 G22 (p + q/2, nu + omega/2) G11 G22 (p - q/2, nu - omega/2)]^K over nu.

    Parameters
    ----------
    plus, minus : Expr
        Kinetic energies at p +- q/2.
    transfer : Expr
        omega + i delta.

    Returns
    -------
    Expr
        :math:`\int d\nu/2\pi` of it, with `occupation` for F/gamma at the two kinetic energies.
    """

    def product(frequency: sp.Expr, xi: sp.Expr) -> sp.Expr:
        return 1 / ((frequency - xi) * (frequency + xi))

    total: sp.Expr = sp.S.Zero
    for pole, weight in _branches(minus).items():
        total += product(pole + transfer, plus) * weight * occupation(minus)
    for pole, weight in _branches(plus).items():
        total += weight * occupation(plus) * product(pole - transfer, minus)
    return -sp.I * total


#: F(xi)/gamma, the distribution with which the delta functions of (70) are weighted.
occupation = sp.Function("F", real=True)


def amplitude_stiffness(plus: sp.Expr, minus: sp.Expr, transfer: sp.Expr) -> sp.Expr:
    """Return alpha_11/Delta_0^2 under sum_k before q -> 0 and omega = 0, from (71)."""
    return -2 * sp.I * pair_loop(plus, minus, transfer)


@functools.cache
def uniform_stiffness() -> sp.Expr:
    """Return alpha_11/Delta_0^2 under sum_k as omega = 0, q -> 0, with F and F' at xi."""
    xi, step = symbols.xi, sp.Symbol("x", real=True)
    value, slope = sp.symbols("F_0 F_1", real=True)
    loop = amplitude_stiffness(xi + step, xi - step, sp.S.Zero)
    # the difference quotient needs the first order alone
    taylor = {occupation(xi + s * step): value + s * step * slope for s in (1, -1)}
    limit = sp.cancel(sp.together(loop.xreplace(taylor))).subs(step, 0)
    return limit.xreplace({value: occupation(xi), slope: occupation(xi).diff(xi)})


def _projector_entry(branch: int, row: int, column: int) -> sp.Expr:
    """Return an entry of (1 + b H/E)/2."""
    energy = symbols.energy
    entries = {
        (1, 1): (1 + branch * symbols.xi / energy) / 2,
        (2, 2): (1 - branch * symbols.xi / energy) / 2,
        (1, 2): -branch * symbols.gap / energy / 2,
    }
    return entries[row, column]


def narrow_product(left: tuple[int, int], right: tuple[int, int]) -> sp.Expr:
    """Integrate [G_left(p + q/2) G_right(p - q/2)]^K over nu at omega = 0, gamma -> 0, then q -> 0.

    With G^K = -2 pi i sum_b P_b F_b delta(nu - b E) it is -i sum P_b P_b' (F_b' - F_b)/(b' E' -
    b E).  Between equal branches the quotient of differences becomes a derivative.

    Parameters
    ----------
    left, right : tuple of int
        Nambu components, (1, 1), (1, 2) or (2, 2).
    """
    xi, energy, gap = symbols.xi, symbols.energy, symbols.gap
    rise = xi / energy
    diagonal = odd + rise * even
    slope = (odd_slope + rise * even_slope) * rise + gap**2 / energy**3 * even
    total: sp.Expr = sp.S.Zero
    for b in (1, -1):
        for c in (1, -1):
            quotient = slope / rise if b == c else diagonal / energy
            total += _projector_entry(b, *left) * _projector_entry(c, *right) * quotient
    return -sp.I * total


def narrow_anomalous() -> sp.Expr:
    """Integrate G12^K over nu as gamma -> 0."""
    total: sp.Expr = sp.S.Zero
    for b in (1, -1):
        total += _projector_entry(b, 1, 2) * b * (odd + symbols.xi / symbols.energy * even)
    return -sp.I * total
