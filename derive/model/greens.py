"""The steady-state Green's functions (29)-(32) from Dyson's equation (23)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh, dyson
from derive.model.reservoirs import (
    Reservoir,
    constant_rate,
    resolve,
    retarded_fraction,
    self_energy,
)


@dataclass(frozen=True)
class GreenFunctions(Keldysh):
    """Steady-state Green's functions of one momentum, 2x2 matrices in Nambu space.

    `retarded` and `advanced` are (29) and (32), `keldysh` is (31); `lesser` is the combination
    from which the number equation (34) follows.
    """


def free_inverse(
    frequency: sp.Expr = symbols.omega,
    xi: sp.Expr = symbols.xi,
    delta: sp.Expr = symbols.delta,
    initial: sp.ImmutableMatrix | None = None,
) -> Keldysh:
    """Return the inverse of the free Green's function (13), with the infinitesimal `delta` kept.

    At finite delta the Keldysh part of (13) reads (G0^R - G0^A) h with h the initial distribution
    1 - 2f, diagonal in Nambu space; delta -> 0+ turns G0^R - G0^A into the delta function.

    Parameters
    ----------
    frequency, xi, delta : Expr
        Frequency, kinetic energy from the chemical potential, positive infinitesimal.
    initial : Matrix, optional
        The diagonal matrix h; a generic one by default.
    """
    if initial is None:
        initial = initial_distribution(frequency)
    kinetic = xi * nambu.pauli(3)
    unit = nambu.pauli(0)
    retarded = (frequency + sp.I * delta) * unit - kinetic
    advanced = (frequency - sp.I * delta) * unit - kinetic
    return Keldysh(retarded, advanced, (retarded - advanced) * initial)


def initial_distribution(frequency: sp.Expr = symbols.omega) -> sp.ImmutableMatrix:
    """Return the distribution tau_3 (1 - 2 f(omega tau_3)) that the system started from, (13)."""
    f = sp.Function("f", real=True)
    return sp.ImmutableMatrix([[1 - 2 * f(frequency), 0], [0, -(1 - 2 * f(-frequency))]])


def green_functions(
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.omega,
    xi: sp.Expr = symbols.xi,
    gap: sp.Expr = symbols.gap,
    linewidth: sp.Expr | None = None,
) -> GreenFunctions:
    """Return the steady-state Green's functions in closed form, (29)-(32).

    They solve Dyson's equation with the self-energy (25)-(27) in the limit delta -> 0 of the free
    Green's function, in which the memory of the initial state is lost (`initial_state_term`).

    Parameters
    ----------
    reservoirs : iterable of Reservoir or str, optional
        The reservoirs, or the names "bath" and "vacuum"; these two by default.
    frequency, xi, gap : Expr, optional
        Frequency, kinetic energy from the chemical potential, order parameter.
    linewidth : Expr, optional
        Replaces the sum of the reservoirs' rates in the retarded and advanced parts.

    Returns
    -------
    GreenFunctions
        `.retarded`, `.advanced`, `.keldysh`: 2x2 matrices over a common denominator.

    Raises
    ------
    ValueError
        For an unknown reservoir.

    Examples
    --------
    >>> import derive
    >>> derive.green_functions().retarded[0, 1]
    -Delta_0/(-Delta_0**2 - xi**2 + (omega + I*(gamma_b + gamma_v))**2)
    """
    chosen = resolve(reservoirs)
    sigma = self_energy(chosen, frequency, gap, linewidth).keldysh
    retarded_numerator, retarded_denominator, advanced_numerator, advanced_denominator = (
        retarded_and_advanced(chosen, frequency, xi, gap, linewidth)
    )
    keldysh = retarded_numerator * sigma * advanced_numerator
    return GreenFunctions(
        retarded_numerator / retarded_denominator,
        advanced_numerator / advanced_denominator,
        keldysh / (retarded_denominator * advanced_denominator),
    )


def retarded_and_advanced(
    chosen: Sequence[Reservoir],
    frequency: sp.Expr,
    xi: sp.Expr,
    gap: sp.Expr,
    linewidth: sp.Expr | None,
) -> tuple[sp.ImmutableMatrix, sp.Expr, sp.ImmutableMatrix, sp.Expr]:
    """Return numerator and denominator of G^R, and of G^A."""
    gamma = constant_rate(chosen, linewidth, frequency)
    if gamma is not None:
        return (
            *resolvent(frequency + sp.I * gamma, xi, gap),
            *resolvent(frequency - sp.I * gamma, xi, gap),
        )
    return (
        *_structured_resolvent(chosen, frequency, xi, gap, advanced=False),
        *_structured_resolvent(chosen, frequency, xi, gap, advanced=True),
    )


def _structured_resolvent(
    chosen: Sequence[Reservoir], frequency: sp.Expr, xi: sp.Expr, gap: sp.Expr, *, advanced: bool
) -> tuple[sp.ImmutableMatrix, sp.Expr]:
    """Return numerator and denominator of (omega - H - Sigma)^-1 for a diagonal Sigma.

    Both are polynomials in the frequency where the rates are rational functions of it.
    """
    n, d = retarded_fraction(chosen, frequency, advanced=advanced)
    minus_m, e = retarded_fraction(chosen, -frequency, advanced=not advanced)
    electron, hole = (frequency - xi) * d - n, (frequency + xi) * e + minus_m
    coupling = -gap * d * e
    numerator = sp.ImmutableMatrix([[hole * d, coupling], [coupling, electron * e]])
    return numerator, electron * hole - gap**2 * d * e


def resolvent(z: sp.Expr, xi: sp.Expr, gap: sp.Expr) -> tuple[sp.ImmutableMatrix, sp.Expr]:
    """Return numerator and denominator of (z - H)^-1 = (z + H)/(z^2 - E^2), since H^2 = E^2."""
    return z * nambu.pauli(0) + nambu.hamiltonian(xi, gap), z**2 - xi**2 - gap**2


def dyson_green_functions(
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.omega,
    xi: sp.Expr = symbols.xi,
    gap: sp.Expr = symbols.gap,
    delta: sp.Expr = symbols.delta,
) -> Keldysh:
    """Return the solution of Dyson's equation (23) at finite delta, initial state included."""
    sigma = self_energy(reservoirs, frequency, gap)
    return dyson(free_inverse(frequency, xi, delta), sigma)


def initial_state_term(
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.omega,
    xi: sp.Expr = symbols.xi,
    gap: sp.Expr = symbols.gap,
    delta: sp.Expr = symbols.delta,
) -> sp.ImmutableMatrix:
    """Return the second term of (30), which carries the initial distribution, at finite delta.

    Since 1 + G^R Sigma^R = G^R (G0^R)^-1, it equals G^R [(G0^R)^-1 G0^K (G0^A)^-1] G^A, and the
    bracket is -2 i delta h: proportional to delta between two factors that stay finite because
    gamma > 0.  Its limit delta -> 0 is the zero matrix.
    """
    sigma = self_energy(reservoirs, frequency, gap)
    free = free_inverse(frequency, xi, delta)
    full = dyson(free, sigma)
    unit = nambu.pauli(0)
    left = unit + full.retarded * sigma.retarded
    right = unit + sigma.advanced * full.advanced
    return left * free.inverse().keldysh * right
