"""One momentum integral of a loop between quasiparticle branches in closed form.

After the frequency integral the loop is a sum over the poles z of its integrals Phi(z) of the
occupation, each of one momentum alone, times functions of the other momentum which are rational in
its kinetic energy xi and quasiparticle energy E = sqrt(xi**2 + Delta_0**2), with simple poles in E.
With p dp = dxi/2 and T = xi + E these are integrated by

    int dxi/(E (E - e)) = [log(T - t_1) - log(T - t_2)]/sqrt(e**2 - Delta_0**2),
    int xi dxi/(E (E - e)) = log(E - e),   t_1 + t_2 = 2 e,   t_1 t_2 = Delta_0**2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.model.branches import distribution_matrix
from derive.model.reservoirs import Reservoir

#: Sums over the reservoirs of gamma_lambda [1 - 2 f_lambda(+-nu)]/gamma.
FORWARD = sp.Symbol("F_forward", real=True)
BACKWARD = sp.Symbol("F_backward", real=True)


def branch_projector(xi: sp.Expr, energy: sp.Expr) -> sp.ImmutableMatrix:
    """Return (1 + H/E)/2, the projector on the upper branch for positive E."""
    return (nambu.pauli(0) + nambu.hamiltonian(xi, symbols.gap) / energy) / 2


def occupied_branch(
    xi: sp.Symbol, energy: sp.Symbol
) -> dict[sp.Symbol, tuple[sp.ImmutableMatrix, sp.ImmutableMatrix]]:
    """Return P F and F P with the distribution F of (C7) and the projector P on a branch.

    By (C6) they are the numerators of the branch's G^K at the poles of G^R and of G^A; here as
    coefficients of the two sums over the reservoirs that F consists of.
    """
    filling = sp.Function("f")
    gamma, nu = symbols.linewidth, symbols.nu
    reservoir = Reservoir("", gamma, sp.Lambda(symbols.omega, filling(symbols.omega)))
    sums = {filling(nu): (1 - FORWARD) / 2, filling(-nu): (1 - BACKWARD) / 2}
    whole = distribution_matrix([reservoir], frequency=nu, xi=xi, linewidth=gamma)
    whole = whole.xreplace(sums).applyfunc(sp.expand).xreplace({symbols.gap**2: energy**2 - xi**2})
    projector = branch_projector(xi, energy)
    result = {}
    for name in (FORWARD, BACKWARD):
        part = whole.applyfunc(lambda element, name=name: sp.cancel(sp.diff(element, name)))
        result[name] = (projector * part, part * projector)
    return result


@dataclass(frozen=True)
class BandIntegral:
    """A function of xi and E by its residues: the sum of c_k/(E (E - e_k)) and of xi c_k/(...).

    Parameters
    ----------
    poles : tuple of Expr
        e_k.
    even, odd : tuple of Expr
        Coefficients without and with the factor xi.
    constants : tuple of Expr
        Coefficients of 1/E and of xi/E.
    """

    poles: tuple[sp.Expr, ...]
    even: tuple[sp.Expr, ...]
    odd: tuple[sp.Expr, ...]
    constants: tuple[sp.Expr, sp.Expr]


def band_integral(
    expr: sp.Expr, xi: sp.Symbol, energy: sp.Symbol, poles: Sequence[sp.Expr]
) -> BandIntegral:
    """Decompose a rational function of xi and E whose poles in E are simple and known.

    Raises
    ------
    ValueError
        If the decomposition does not give the function back.
    """
    gap = symbols.gap
    numerator, denominator = sp.fraction(sp.together(expr))
    if denominator.has(xi):
        raise ValueError(f"{expr} has a denominator with {xi}")
    # xi^2 = E^2 - Delta_0^2 leaves one power of xi
    reduced = sp.rem(sp.Poly(numerator, xi), sp.Poly(xi**2 - energy**2 + gap**2, xi))
    parts = []
    for power in (0, 1):
        function = sp.cancel(reduced.coeff_monomial(xi**power) * energy / denominator)
        coefficients = tuple(
            sp.cancel(function * (energy - pole)).subs(energy, pole) for pole in poles
        )
        rest = sp.cancel(
            function - sp.Add(*(c / (energy - e) for c, e in zip(coefficients, poles, strict=True)))
        )
        if rest.has(energy):
            raise ValueError(f"{expr} has other poles in {energy} than {poles}")
        parts.append((coefficients, rest))
    (even, first), (odd, second) = parts
    return BandIntegral(tuple(poles), even, odd, (first, second))
