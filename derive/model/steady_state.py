"""The gap equation (28) -> (33) and the number equation (34), before and after the nu-integral."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from derive import symbols
from derive.frequency import integrate_frequency
from derive.model.greens import green_functions, retarded_and_advanced
from derive.model.reservoirs import Reservoir, lesser_self_energy, resolve


def gap_integrand(
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.nu,
    xi: sp.Expr = symbols.xi,
    gap: sp.Expr = symbols.gap,
    linewidth: sp.Expr | None = None,
) -> sp.Expr:
    r"""Return the integrand of the gap equation (33) under :math:`\sum_p\int d\nu/2\pi`.

    From the definition (28) of the order parameter, 1/U = -(i / 2 Delta_0) sum_p int dnu/2pi
    G^K_12; the order parameter has been divided out, so that it stays finite as Delta_0 -> 0.

    Parameters
    ----------
    reservoirs, xi, gap, linewidth
        As in `green_functions`.
    frequency : Symbol
        The frequency to integrate over.

    Examples
    --------
    >>> from derive import gap_integrand
    >>> sorted(map(str, gap_integrand().free_symbols))
    ['B', 'Delta_0', 'gamma_b', 'gamma_v', 'nu', 'xi']
    """
    keldysh = green_functions(
        reservoirs, frequency=frequency, xi=xi, gap=gap, linewidth=linewidth
    ).keldysh
    return _divide_gap(-sp.I * keldysh[0, 1] / 2, gap)


def _divide_gap(expr: sp.Expr, gap: sp.Expr) -> sp.Expr:
    """Divide the anomalous component by Delta_0, which is a factor of its numerator."""
    numerator, denominator = sp.fraction(expr)
    return sp.expand(sp.expand(numerator) / gap) / denominator


def number_integrand(
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.nu,
    xi: sp.Expr = symbols.xi,
    gap: sp.Expr = symbols.gap,
    linewidth: sp.Expr | None = None,
) -> sp.Expr:
    r"""Return the integrand of the number equation (34) under :math:`\sum_p\int d\nu/2\pi`.

    N = -2 i sum_p int dnu/2pi G^<_11 counts electrons and holes.  The lesser function is
    G^R Sigma^< G^A, since G^A - G^R = G^R (Sigma^A - Sigma^R) G^A; in this form it falls off like
    1/nu^2 and is linear in the reservoirs.

    Parameters
    ----------
    reservoirs, frequency, xi, gap, linewidth
        As in `gap_integrand`.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import number_integrand, symbols
    >>> sp.fraction(number_integrand(["vacuum"]))[0]
    4*Delta_0**2*gamma_v
    """
    chosen = resolve(reservoirs)
    source = lesser_self_energy(chosen, frequency)
    retarded, retarded_denominator, advanced, advanced_denominator = retarded_and_advanced(
        chosen, frequency, xi, gap, linewidth
    )
    numerator = (retarded * source * advanced)[0, 0]
    return -2 * sp.I * sp.expand(numerator) / (retarded_denominator * advanced_denominator)


def gap_kernel(
    reservoirs: Iterable[Reservoir | str] | None = None, linewidth: sp.Expr | None = None
) -> sp.Expr:
    """Return the integrand of the gap equation under sum_p alone, in closed form.

    Examples
    --------
    With nothing but the vacuum nothing is occupied:

    >>> import sympy as sp
    >>> from derive import gap_kernel
    >>> sp.cancel(2 * gap_kernel(["vacuum"]))
    (I*gamma_v + xi)/(Delta_0**2 + gamma_v**2 + xi**2)
    """
    integrand = gap_integrand(reservoirs, linewidth=linewidth)
    return integrate_frequency(integrand, symbols.nu, divided=False)


def in_excitation_energy(expr: sp.Expr) -> sp.Expr:
    """Write a closed form with E_p in place of its root, and Delta_0^2 as E_p^2 - xi_p^2.

    With one symbol for the root, rational functions can be brought to lowest terms.
    """
    energy, xi = symbols.energy, symbols.xi
    return expr.subs(symbols.excitation_energy, energy).xreplace(
        {symbols.gap**2: energy**2 - xi**2}
    )


def number_kernel(
    reservoirs: Iterable[Reservoir | str] | None = None, linewidth: sp.Expr | None = None
) -> sp.Expr:
    """Return the momentum distribution n_p of (34), electrons plus holes, in closed form.

    Examples
    --------
    Pairs in the presence of the vacuum leave carriers behind:

    >>> import sympy as sp
    >>> from derive import number_kernel
    >>> sp.cancel(number_kernel(["vacuum"]))
    Delta_0**2/(Delta_0**2 + gamma_v**2 + xi**2)
    """
    integrand = number_integrand(reservoirs, linewidth=linewidth)
    return integrate_frequency(integrand, symbols.nu, divided=False)
