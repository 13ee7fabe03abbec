"""The Gross-Pitaevskii equation linearised, and how the condensate's equations map onto it.

Every field is a plane wave exp(i q.r - i omega t), so that equations are rows of numbers.
"""

from __future__ import annotations

import functools

import sympy as sp

from derive import symbols
from derive.hanai2017.limits import hydrodynamics
from derive.hanai2017.limits.hydrodynamics import eta12

#: Condensate density, mass and interaction of bosons.
n0 = sp.Symbol("n_0", positive=True)
boson_mass = sp.Symbol("m_B", positive=True)
boson_interaction = sp.Symbol("U_B", positive=True)
#: Amplitudes of the density's and the phase's plane waves.
density_wave = sp.Symbol("n_q")
phase_wave = sp.Symbol("theta_q")

_x, _t = sp.symbols("x t", real=True)
_density, _phase = (sp.Function(name, real=True)(_x, _t) for name in ("dn", "dtheta"))


@functools.cache
def _linearised() -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Return amplitude and continuity equation and the current, to first order in the fields."""
    small = sp.Symbol("epsilon", real=True)
    density = n0 + small * _density
    psi = sp.sqrt(density) * sp.exp(sp.I * small * _phase)
    # mu_B = U_B n_0 in the uniform state
    residual = (
        sp.I * psi.diff(_t)
        + psi.diff(_x, 2) / (2 * boson_mass)
        - boson_interaction * (density - n0) * psi
    )
    first = sp.expand(residual.diff(small).subs(small, 0).doit())
    imaginary = first.coeff(sp.I)
    real = sp.expand(first - sp.I * imaginary)
    conjugate = psi.subs(sp.I, -sp.I)
    flow = conjugate * psi.diff(_x) - psi * conjugate.diff(_x)
    current = sp.expand((flow / (2 * sp.I * boson_mass)).diff(small).subs(small, 0).doit())
    root = 2 * sp.sqrt(n0)
    return sp.expand(-root * real), sp.expand(root * imaginary), current


def _as_wave(expr: sp.Expr) -> sp.Expr:
    q, w = symbols.wave_number, symbols.omega
    phase = sp.exp(sp.I * (q * _x - w * _t))
    inserted = expr.subs({_density: density_wave * phase, _phase: phase_wave * phase}).doit()
    return sp.expand(inserted / phase)


@functools.cache
def bogoliubov_equations() -> tuple[sp.Expr, sp.Expr]:
    """Return what vanishes: the Gross-Pitaevskii equation for waves of density and phase.

    i d_t psi = [-nabla^2/(2 m_B) + U_B |psi|^2 - mu_B] psi with psi = sqrt(n_0 + dn) exp(i dtheta),
    to first order; the real part divided by -sqrt(n_0)/(2 n_0), the imaginary part by its inverse.

    Returns
    -------
    tuple of Expr
        The equation with 2 n_0 d_t dtheta, and the one with d_t dn.
    """
    amplitude, continuity, _ = _linearised()
    return _as_wave(amplitude), _as_wave(continuity)


@functools.cache
def boson_current() -> sp.Expr:
    """Return the current (psi* nabla psi - c.c.)/(2 i m_B) of a plane wave along q."""
    return _as_wave(_linearised()[2])


@functools.cache
def bogoliubov_dispersion() -> sp.Expr:
    """Return omega^2 of the linearised Gross-Pitaevskii equation."""
    rows = [
        [equation.coeff(wave) for wave in (density_wave, phase_wave)]
        for equation in bogoliubov_equations()
    ]
    squared = sp.Symbol("omega2")
    determinant = sp.expand(sp.Matrix(rows).det()).xreplace({symbols.omega**2: squared})
    return sp.factor(sp.solve(determinant, squared)[0])


@functools.cache
def condensate_equations() -> tuple[sp.Expr, sp.Expr]:
    """Return both rows of M (d|Delta|, -Delta_0 dtheta)^T = 0 for waves of density and phase.

    M is the expansion (46) in its form symmetric under time reversal, and n_0 is proportional to
    Delta_0^2, so that dn_0/n_0 = 2 d|Delta|/Delta_0.  The rows are normalised as the equations of
    `bogoliubov_equations` are.
    """
    gap = symbols.gap
    matrix = hydrodynamics.reversible_matrix()
    fields = sp.Matrix([gap * density_wave / (2 * n0), -gap * phase_wave])
    amplitude, continuity = (matrix * fields) * 2 * n0 / (gap * eta12)
    return sp.expand(amplitude), sp.expand(continuity)


@functools.cache
def supercurrent() -> sp.Expr:
    """Return the current J of the second row, read as d_t dn_0 + i q J = 0."""
    _, continuity = condensate_equations()
    divergence = sp.expand(continuity + sp.I * symbols.omega * density_wave)
    return sp.expand(divergence / (sp.I * symbols.wave_number))
