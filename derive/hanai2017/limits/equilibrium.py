"""Equilibrium as the limit of a bath alone, gamma -> 0 at B = 0: the BCS-Leggett theory.

Without decay the bath's chemical potential is the condensate's.  The closed forms of the driven
state then turn into those of the ground state, or of a thermal state at the bath's temperature.
"""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp

from derive import symbols
from derive.closed_forms.expansion import conjugated, expansion_loops, generic_integral
from derive.closed_forms.narrow import even, even_slope, expand_narrow, odd, odd_slope
from derive.functions.occupation import fermi
from derive.model.reservoirs import bath
from derive.model.steady_state import gap_kernel, in_excitation_energy, number_kernel

#: Order to which functions of gamma are expanded: closed forms have up to three powers in the
#: denominator.
_ORDER = 4


def narrow_limit(expr: sp.Expr, width: sp.Symbol = symbols.gamma_b) -> sp.Expr:
    """Return the limit width -> 0 of a closed form in the excitation energy E > 0.

    Logarithms and digamma functions turn into their Taylor polynomials, those of a negative real
    part continued from the side on which the pole lies; what is left is rational in the width.

    Raises
    ------
    ValueError
        If there is no finite limit.
    """
    functions = expr.atoms(sp.log, sp.polygamma)
    expanded = expr.xreplace({f: _taylor(f, width) for f in functions if f.has(width)})
    # what stays is independent of the width, and a symbol for the rational arithmetic
    names = {f: sp.Dummy() for f in expanded.atoms(sp.log, sp.polygamma)}
    total: sp.Expr = sp.S.Zero
    numerator, denominator = sp.fraction(sp.together(expanded.xreplace(names)))
    above, below = (sp.Poly(part, width).all_coeffs()[::-1] for part in (numerator, denominator))
    order = next(k for k, c in enumerate(below) if sp.expand(c) != 0)
    if any(sp.expand(c) != 0 for c in above[:order]):
        raise ValueError("a closed form diverges as the linewidth vanishes")
    total = above[order] / below[order] if order < len(above) else sp.S.Zero
    return total.xreplace({name: f for f, name in names.items()})


def _taylor(function: sp.Expr, width: sp.Symbol) -> sp.Expr:
    order = _ORDER if isinstance(function, sp.log) else 1
    terms = [function.diff(width, k).subs(width, 0) / sp.factorial(k) for k in range(1, order)]
    start = function.subs(width, 0)
    if isinstance(function, sp.log):
        argument = function.args[0]
        if argument.subs(width, 0).could_extract_minus_sign():
            side = sp.sign(argument.coeff(width) / sp.I)
            start = sp.log(-argument.subs(width, 0)) + sp.I * sp.pi * side
    return sp.Add(start, *(c * width**k for k, c in enumerate(terms, 1)))


def _thermal(kernel: sp.Expr) -> sp.Expr:
    """Return the limit of a closed form with digamma functions, by their reflection formula.

    psi(1/2 + i y) - psi(1/2 - i y) = i pi tanh(pi y), and tanh(E/2T) = 1 - 2 f(E).
    """
    energy, heat = symbols.energy, symbols.temperature
    found = narrow_limit(in_excitation_energy(kernel.subs(symbols.edge, 0)))
    y = energy / (2 * sp.pi * heat)
    half = sp.Rational(1, 2)
    values = {}
    base = sp.Symbol("psi")
    for function in found.atoms(sp.polygamma):
        slope = sp.expand((function.args[1] - half) / (sp.I * y))
        jump = sp.I * sp.pi * (1 - 2 * fermi(energy, heat))
        values[function] = {1: base + jump, -1: base}[int(slope)]
    return sp.expand(found.xreplace(values))


@functools.cache
def thermal_gap_kernel() -> sp.Expr:
    """Return the kernel of the gap equation for a bath alone as gamma -> 0, at T_b > 0."""
    return _thermal(gap_kernel([bath(symbols.temperature)]))


@functools.cache
def thermal_number_kernel() -> sp.Expr:
    """Return the momentum distribution for a bath alone as gamma -> 0, at T_b > 0."""
    return _thermal(number_kernel([bath(symbols.temperature)]))


@functools.cache
def frequency_coefficient(s: int, t: int) -> sp.Expr:
    """Return the coefficient of omega of Pi_st(0, omega) under sum_p in equilibrium at T = 0."""
    loop = expansion_loops(s, t)["frequency"]
    mirrored = [sp.conjugate(c) * (-1) ** k for k, c in enumerate(loop.backward)]

    def integrated(polynomial: Any, factor: sp.Expr) -> sp.Expr:
        free, integral = generic_integral(len(polynomial) - 1, loop.retarded, loop.advanced, factor)
        return integral.xreplace(dict(zip(free, polynomial, strict=True)))

    # F = gamma [1 - 2 theta(B - nu)]
    step = fermi(symbols.nu - symbols.edge, sp.S.Zero)
    total = sp.S.Zero
    for factor, weight in ((sp.S.One, 1), (step, -2)):
        forward, backward = (integrated(p, factor) for p in (loop.forward, mirrored))
        total += weight * symbols.linewidth * (forward + conjugated(backward))
    limit = narrow_limit((sp.I * total).subs(symbols.edge, 0), symbols.linewidth)
    reduced = limit.xreplace({symbols.xi**2: symbols.energy**2 - symbols.gap**2})
    return sp.cancel(sp.together(sp.expand(reduced)))


#: F_+ = 0 and F_- = gamma above the chemical potential: no excitations.
_GROUND_STATE = {even: 0, odd: 1, even_slope: 0, odd_slope: 0}


@functools.cache
def coefficients() -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Return alpha_11, beta_22 and eta_12 of (46) under sum_p in equilibrium at T = 0.

    Both orders of the limits q -> 0 and gamma -> 0 agree there.
    """
    pair = sp.S.One / symbols.energy
    alpha = pair - expand_narrow(1, 1).constant.subs(_GROUND_STATE)
    alpha = alpha.subs(symbols.xi**2, symbols.energy**2 - symbols.gap**2)
    wave = expand_narrow(2, 2).wave
    if wave is None:
        raise ValueError("Pi_22 has no expansion in q")
    return (
        sp.cancel(sp.together(alpha)),
        sp.cancel(-wave.subs(_GROUND_STATE)),
        sp.cancel(sp.I * frequency_coefficient(1, 2)),
    )
