r"""The continuity equation of the response, with what the reservoirs put in and take out.

With 2 p q = xi_+ - xi_- for the kinetic energies at p +- q/2, the inverse Green's functions fulfil

.. math:: \tau_3 A^R_+ - A^A_- \tau_3 = \omega\tau_3 - q j + 2i\Delta_0\tau_2 + 2i\Gamma\tau_3

with the current :math:`q j = (\xi_+ - \xi_-)(1 + a\tau_3)` and the diagonal rates :math:`\Gamma`.
Between the Green's functions of a loop this is the continuity equation of the carriers: the change
of their density and the divergence of their current, what the condensate takes, what is lost at
twice the rates, and what the reservoirs put in.
"""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.two_bands import IMBALANCE, SKEW

#: Keldysh parts of the reservoirs' self-energy at nu + omega and at nu, diagonal.
AFTER = sp.ImmutableMatrix(sp.diag(*sp.symbols("sigma_1_after sigma_2_after")))
BEFORE = sp.ImmutableMatrix(sp.diag(*sp.symbols("sigma_1 sigma_2")))
#: Kinetic energies p_+**2 and p_-**2.
PLUS, MINUS = sp.symbols("X_plus X_minus", real=True)


def inverse(frequency: sp.Expr, square: sp.Expr, *, advanced: bool = False) -> sp.ImmutableMatrix:
    """Return the inverse of G^R, or of G^A, of two bands at a frequency and a p**2.

    Parameters
    ----------
    frequency, square : Expr
    advanced : bool, optional
        Which of the two.
    """
    rates = symbols.linewidth * nambu.pauli(0) + IMBALANCE * nambu.pauli(3)
    bands = SKEW * square * nambu.pauli(0) + (square - symbols.mu) * nambu.pauli(3)
    plain = frequency * nambu.pauli(0) - bands + symbols.gap * nambu.pauli(1)
    return sp.ImmutableMatrix(plain - sp.I * rates if advanced else plain + sp.I * rates)


def balance() -> sp.ImmutableMatrix:
    """Return omega tau_3 - q j + 2 i Delta_0 tau_2 + 2 i Gamma tau_3."""
    tau = [nambu.pauli(s) for s in range(4)]
    rates = symbols.linewidth * tau[0] + IMBALANCE * tau[3]
    current = (PLUS - MINUS) * (tau[0] + SKEW * tau[3])
    change = symbols.omega * tau[3] - current
    return sp.ImmutableMatrix(change + 2 * sp.I * (symbols.gap * tau[2] + rates * tau[3]))


def continuity(t: int) -> tuple[sp.Expr, sp.Expr]:
    """Return both sides of the continuity equation of the response to a vertex tau_t.

    They are integrands under sum_p int dnu/2pi, at one momentum and one frequency.

    Parameters
    ----------
    t : int
        What acts on the carriers.

    Returns
    -------
    tuple of Expr
        Tr[V G^R tau_t G^K + V G^K tau_t G^A] with V of `balance`: omega times the response of the
        density, less q times that of the current, with what the condensate takes and what is lost.
        And what acts on the density itself, which is zero for densities, with what the reservoirs
        put in, Tr[tau_3 Sigma^K G^A tau_t G^A - tau_3 Sigma^K G^R tau_t G^R].
    """
    after, before = symbols.nu + symbols.omega, symbols.nu
    plus = {name: inverse(after, PLUS, advanced=name).inv() for name in (False, True)}
    minus = {name: inverse(before, MINUS, advanced=name).inv() for name in (False, True)}
    keldysh = plus[False] * AFTER * plus[True], minus[False] * BEFORE * minus[True]
    tau, vertex = nambu.pauli(3), nambu.pauli(t)
    left = balance() * (plus[False] * vertex * keldysh[1] + keldysh[0] * vertex * minus[True])
    commutator = tau * vertex * keldysh[1] - tau * keldysh[0] * vertex
    put_in = tau * (AFTER * plus[True] * vertex * minus[True])
    put_in -= tau * plus[False] * vertex * minus[False] * BEFORE
    return left.trace(), (commutator + put_in).trace()
