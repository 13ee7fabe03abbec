"""Section I: hydrodynamics of the condensate (1)-(3), Gross-Pitaevskii equation (4)-(6)."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.hanai2017.evidence import compiled, converges, together, vanishes
from derive.hanai2017.limits import equilibrium, hydrodynamics
from derive.hanai2017.limits import gross_pitaevskii as gp
from derive.hanai2017.operators import place, prefixed, time
from derive.records.record import Claim, Finding, Kind, Record, Status, Step

laplacian = prefixed("laplacian", r"\nabla^2")
gradient = prefixed("gradient", r"\nabla")
divergence = prefixed("divergence", r"\nabla\cdot")

_density = sp.Function(r"\delta n_0", real=True)(place, time)
_phase = sp.Function(r"\delta\theta", real=True)(place, time)
_current = sp.Function(r"\mathbf{J}", real=True)(place, time)
_boson_current = sp.Function(r"\mathbf{J}_{B}", real=True)(place, time)


def _on_waves(claim: sp.Expr) -> sp.Expr:
    """Apply an equation to plane waves of density and phase."""
    q, w = symbols.wave_number, symbols.omega
    expr = claim.replace(laplacian, lambda f: -(q**2) * f)
    for first_order in (gradient, divergence):
        expr = expr.replace(first_order, lambda f: sp.I * q * f)
    expr = expr.replace(sp.Derivative, lambda f, *_: -sp.I * w * f)
    # J is what (3) says, not what would make (2) true
    waves = {
        _density: gp.density_wave,
        _phase: gp.phase_wave,
        _current: _supercurrent(sp.I * q * gp.phase_wave),
        _boson_current: gp.boson_current(),
    }
    return sp.expand(expr.xreplace(waves))


def _supercurrent(slope: sp.Expr) -> sp.Expr:
    """Return the right-hand side of (3) by the gradient of the phase."""
    return 2 * gp.n0 * hydrodynamics.beta22 / hydrodynamics.eta12 * slope


def _amplitude_equation() -> sp.Expr:
    stiffness = hydrodynamics.alpha11 * _density - hydrodynamics.beta11 * laplacian(_density)
    return stiffness / hydrodynamics.eta12 + 2 * gp.n0 * sp.Derivative(_phase, time)


def _gross_pitaevskii(factor: int) -> sp.Expr:
    bracket = factor * gp.boson_interaction * gp.n0 * _density - laplacian(_density) / (
        2 * gp.boson_mass
    )
    return bracket + 2 * gp.n0 * sp.Derivative(_phase, time)


#: Order parameters at mu = -1, in units of |mu|: the gas of pairs is dilute as they get small.
_STEPS = tuple(2**-k for k in range(3, 8))
_DIGITS = 20


@functools.cache
def _pair_gas(gap: float) -> tuple[Any, Any, Any, Any, Any]:
    """Return alpha_11, beta_22, eta_12, the density N and 1/a_s of an equilibrium state."""
    with mp.workdps(_DIGITS):
        # at a momentum P, so that nothing is lost in the difference of xi and -mu
        p = symbols.momentum
        ground = [
            k.subs(symbols.energy, symbols.excitation_energy).subs(symbols.xi, p**2 - symbols.mu)
            for k in _kernels()
        ]
        state = {symbols.gap: mp.mpf(gap), symbols.mu: mp.mpf(-1)}

        def total(expr: sp.Expr) -> Any:
            weighted = compiled(sp.cancel(p**2 * expr))
            values = mp.quad(lambda x: weighted({**state, p: x}), [0, 1, mp.inf])
            return values / (2 * mp.pi**2)

        alpha, beta, eta, density, binding = (total(expr) for expr in ground)
        # m/(4 pi a_s) = sum [1/(2 epsilon_p) - 1/(2 E_p)] with m = 1/2
        return alpha, beta, eta, density, 8 * mp.pi * binding


@functools.cache
def _kernels() -> tuple[sp.Expr, ...]:
    """Return what is summed over momenta, written without differences of nearly equal terms."""
    energy, xi, gap = symbols.energy, symbols.xi, symbols.gap
    kinetic = xi + symbols.mu
    pair, density = (
        kernel.xreplace(dict.fromkeys(kernel.atoms(sp.Function), sp.S.Zero))
        for kernel in (equilibrium.thermal_gap_kernel(), equilibrium.thermal_number_kernel())
    )
    stable = (
        gap**2 / (energy * (energy + xi)),
        (gap**2 + xi**2 - kinetic**2) / (2 * energy * kinetic * (energy + kinetic)),
    )
    for expr, same in zip((density, 1 / (2 * kinetic) - pair), stable, strict=True):
        difference = (expr - same).subs(gap**2, energy**2 - xi**2)
        if sp.cancel(sp.together(difference)) != 0:
            raise ValueError(f"{same} is not the kernel {expr} of the ground state")
    # xi^2 - epsilon^2 = -mu (2 xi + mu)
    binding = stable[1].subs(xi**2 - kinetic**2, -symbols.mu * (xi + kinetic))
    return (*equilibrium.coefficients(), stable[0], binding)


def _number_of(coefficient: sp.Expr) -> Any:
    """Return a coefficient that should be a number; what is none agrees with nothing."""
    return mp.mpmathify(coefficient) if coefficient.is_Rational else mp.inf


def _interaction_of_pairs(claim: Claim) -> Finding:
    """Compare alpha_11/eta_12 with that of a Bose gas with a_B = 2 a_s and m_B = 2 m."""
    stiffness = _on_waves(claim).coeff(gp.density_wave).subs(symbols.wave_number, 0)
    factor = sp.cancel(stiffness / (gp.boson_interaction * gp.n0))
    if not factor.is_Rational:
        return Finding(Status.LIMIT, float("inf"))

    def deviation(gap: float) -> Any:
        alpha, _, eta, density, inverse_length = _pair_gas(gap)
        # U_B = 4 pi a_B/m_B and n_0 = N/2 pairs
        mean_field = 8 * mp.pi / inverse_length * density / 2
        return alpha / (eta * mean_field) - _number_of(factor)

    return converges(
        deviation,
        _STEPS,
        order=2,
        scale=2,
        digits=_DIGITS,
        detail="alpha_11/(eta_12 U_B n_0) with a_B = 2 a_s, m_B = 2 m as Delta_0/|mu| -> 0",
    )


def _mass_of_pairs(claim: Claim) -> Finding:
    """Compare J/n_0 with grad(theta)/m_B, m_B = 2 m, in the limit of small pairs."""
    wave = sp.I * symbols.wave_number * gp.phase_wave
    factor = sp.cancel(
        _on_waves(claim) * hydrodynamics.eta12 / (hydrodynamics.beta22 * gp.n0 * wave)
    )
    if not factor.is_Rational:
        return Finding(Status.LIMIT, float("inf"))

    def deviation(gap: float) -> Any:
        _, beta, eta, _, _ = _pair_gas(gap)
        # m_B = 2 m = 1
        return _number_of(factor) * beta / eta - 1

    return converges(
        deviation,
        _STEPS,
        order=2,
        scale=1,
        digits=_DIGITS,
        detail="2 beta_22/eta_12 tends to 1/m_B with m_B = 2 m as Delta_0/|mu| -> 0",
    )


def _proof(derived: Any) -> Any:
    return vanishes(lambda claim: sp.expand(_on_waves(claim) - derived()))


RECORDS: tuple[Record, ...] = (
    Record(
        "1",
        "Condensate fraction drives the phase",
        Kind.APPROXIMATION,
        Status.CONSEQUENCE,
        "",
        claim=_amplitude_equation,
        test=_proof(lambda: gp.condensate_equations()[0]),
        steps=(
            Step(
                "the first row of M(q, ω) acts on δ|Δ| and −Δ₀ δθ; with δn₀/n₀ = 2 δ|Δ|/Δ₀ and "
                "M₁₁ = α₁₁ + β₁₁ q², M₁₂ = i η₁₂ ω it is, for plane waves,",
                lambda: gp.condensate_equations()[0],
            ),
        ),
        note="The form symmetric under time reversal: γ → 0, where α₂₁, β₁₂ and the diagonal η "
        "are left out.",
    ),
    Record(
        "2",
        "Continuity of the condensate",
        Kind.APPROXIMATION,
        Status.CONSEQUENCE,
        "",
        claim=lambda: sp.Derivative(_density, time) + divergence(_current),
        test=_proof(lambda: gp.condensate_equations()[1]),
        steps=(
            Step(
                "the second row of M(q, ω), with M₂₁ = −i η₁₂ ω, M₂₂ = β₂₂ q² and J of (3)",
                lambda: gp.condensate_equations()[1],
            ),
        ),
    ),
    Record(
        "3",
        "Supercurrent",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\mathbf{J}(\mathbf{r},t)",
        claim=lambda: _supercurrent(gradient(_phase)),
        test=together(_mass_of_pairs, _proof(gp.supercurrent)),
        steps=(Step("what (2) leaves of the second row, for a plane wave", gp.supercurrent),),
        note="In equilibrium 2 β₂₂/η₁₂ tends to the inverse mass of a pair in the BEC limit.",
    ),
    Record(
        "4",
        "Gross-Pitaevskii equation: phase",
        Kind.IDENTITY,
        Status.MISPRINT,
        "",
        claim=lambda: _gross_pitaevskii(2),
        printed=lambda: _gross_pitaevskii(1),
        test=together(_interaction_of_pairs, _proof(lambda: gp.bogoliubov_equations()[0])),
        steps=(
            Step(
                "the Gross-Pitaevskii equation with ψ = √(n₀ + δn₀) exp(i δθ) to first order",
                lambda: gp.bogoliubov_equations()[0],
            ),
            Step(
                "with (5) it gives Bogoliubov's ω² = ε(ε + 2 U_B n₀), ε = q²/2m_B",
                gp.bogoliubov_dispersion,
            ),
            Step(
                "second witness: α₁₁, β₂₂ and η₁₂ in equilibrium, under the sum over momenta; "
                "in the BEC limit α₁₁/η₁₂ tends to 2 U_B n₀ with U_B = 4π a_B/m_B, a_B = 2 a_s",
                lambda: sp.Tuple(*equilibrium.coefficients()),
            ),
        ),
        note="U_B n₀ is printed without the factor 2, which is right only for an interaction "
        "(U_B/2)|ψ|²ψ in the Gross-Pitaevskii equation, with half of the usual U_B = 4π a_B/m_B.",
    ),
    Record(
        "5",
        "Gross-Pitaevskii equation: continuity",
        Kind.IDENTITY,
        Status.PROVED,
        "",
        claim=lambda: sp.Derivative(_density, time) + divergence(_boson_current),
        test=_proof(lambda: gp.bogoliubov_equations()[1]),
        steps=(
            Step(
                "the imaginary part of the linearised Gross-Pitaevskii equation",
                lambda: gp.bogoliubov_equations()[1],
            ),
        ),
    ),
    Record(
        "6",
        "Supercurrent of bosons",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\mathbf{J}_{\mathrm{B}}(\mathbf{r},t)",
        claim=lambda: gp.n0 / gp.boson_mass * gradient(_phase),
        test=_proof(gp.boson_current),
        steps=(
            Step(
                "(ψ* ∇ψ − ψ ∇ψ*)/(2i m_B) to first order, for a plane wave",
                gp.boson_current,
            ),
        ),
        note="Compared with (3), 1/m_B corresponds to 2 β₂₂/η₁₂.",
    ),
)
