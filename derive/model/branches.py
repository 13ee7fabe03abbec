"""Lower and upper quasiparticle branch of the Green's functions, (C1)-(C10)."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.model.reservoirs import Reservoir, distribution, resolve, total_rate


def distribution_matrix(
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.omega,
    xi: sp.Expr = symbols.xi,
    gap: sp.Expr = symbols.gap,
    linewidth: sp.Expr | None = None,
) -> sp.ImmutableMatrix:
    """Return the Hermitian matrix F with G^K = G^R F - F G^A, (C6) and (C7).

    Multiplied by the inverses of G^R and G^A the definition reads
    F (omega - i gamma - H) - (omega + i gamma - H) F = Sigma^K, three linear equations for the
    components of F along the Pauli matrices beside that for the unit matrix.  The factor 1/gamma,
    which (C7) does not show, makes F dimensionless.
    """
    chosen = resolve(reservoirs)
    gamma = total_rate(chosen) if linewidth is None else linewidth
    forward, backward = distribution(chosen, frequency), distribution(chosen, -frequency)
    even, odd = (forward + backward) / 2, (forward - backward) / 2
    values = {_EVEN: even, _ODD: odd, _WIDTH: gamma}
    return sp.ImmutableMatrix(_solved(xi, gap).subs(values))


#: F_+ and F_-, and the linewidth, in the solution for any distribution.
_EVEN, _ODD = sp.symbols("F_even F_odd")
_WIDTH = sp.Dummy("gamma", positive=True)


@functools.cache
def _solved(xi: sp.Expr, gap: sp.Expr) -> sp.ImmutableMatrix:
    """Return the matrix F for any F_+, F_- and linewidth."""
    components = sp.symbols("F_0:4")
    unknown = sum((c * nambu.pauli(s) for s, c in enumerate(components)), sp.zeros(2, 2))
    kinetic = nambu.hamiltonian(xi, gap)
    source = -2 * sp.I * (_ODD * nambu.pauli(0) + _EVEN * nambu.pauli(3))
    equations = -2 * sp.I * _WIDTH * unknown + kinetic * unknown - unknown * kinetic - source
    (solution,) = sp.solve(list(equations), components, dict=True)
    matrix = sum((solution[c] * nambu.pauli(s) for s, c in enumerate(components)), sp.zeros(2, 2))
    return sp.ImmutableMatrix(matrix)


def branch_green_functions(
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.omega,
    xi: sp.Expr = symbols.xi,
    gap: sp.Expr = symbols.gap,
    linewidth: sp.Expr | None = None,
) -> tuple[Keldysh, Keldysh]:
    """Return the upper and the lower branch of the steady-state Green's functions, (C1)-(C10).

    The retarded part of a branch is its projector over omega + i gamma -+ E_p; its Keldysh part
    follows with the distribution of the whole, (C9) and (C10).
    """
    chosen = resolve(reservoirs)
    gamma = total_rate(chosen) if linewidth is None else linewidth
    occupation = distribution_matrix(chosen, frequency=frequency, xi=xi, gap=gap, linewidth=gamma)
    energy = sp.sqrt(xi**2 + gap**2)

    def branch(projector: sp.ImmutableMatrix, pole: sp.Expr) -> Keldysh:
        retarded = projector / (frequency + sp.I * gamma - pole)
        advanced = projector / (frequency - sp.I * gamma - pole)
        return Keldysh(retarded, advanced, retarded * occupation - occupation * advanced)

    upper, lower = nambu.projectors(xi, gap)
    return branch(upper, energy), branch(lower, -energy)
