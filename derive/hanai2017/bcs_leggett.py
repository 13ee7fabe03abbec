"""Section II, (14)-(18): the BCS-Leggett theory and its self-energy."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra.fock import annihilators, anticommutator, nambu_field
from derive.frequency import integrate_frequency
from derive.functions.occupation import fermi
from derive.hanai2017 import mean_field
from derive.hanai2017.evidence import vanishes
from derive.hanai2017.limits import equilibrium
from derive.hanai2017.notation import component, frequency_integral, integrand, momentum_sum
from derive.hanai2017.operators import (
    PAULI,
    TAU,
    evaluated,
    generic_reservoir,
    instant,
    integrated,
    local,
    place,
    time,
)
from derive.hanai2017.tunnelling import summed_over_momenta
from derive.model.greens import green_functions
from derive.model.reservoirs import self_energy
from derive.records.record import Kind, Record, Status, Step

_U = mean_field.interaction
_n_fermi = sp.Function("n_F", real=True)


def _with_fermi_factor(claim: Any) -> sp.Expr:
    """Return what stands under the sum over momenta, with the Fermi factor at T_b."""
    return integrand(claim).replace(_n_fermi, lambda x: fermi(x, symbols.temperature))


def _explicit(kernel: sp.Expr) -> sp.Expr:
    return kernel.subs(symbols.energy, symbols.excitation_energy)


def _number(factor: sp.Expr) -> sp.Expr:
    energy, xi = symbols.energy, symbols.xi
    occupied = _n_fermi(energy)
    weights = (1 - xi / energy) * (1 - occupied), (1 + xi / energy) * occupied
    return momentum_sum(sp.Add(*(factor * weight for weight in weights)))


#: G^K at one place and time, in the rows and columns of Nambu space.
_here = (place, time, place, time + instant)
_above, _below = (component("K", *entry, r"\mathcal{G}")(*_here) for entry in ((1, 2), (2, 1)))
_averages = sp.symbols("g_12 g_21")


def pairing(above: sp.Expr, below: sp.Expr) -> sp.Expr:
    """Return half of the sum of both anomalous components with their matrices."""
    return (above * TAU["+"] + below * TAU["-"]) / 2


def local_residual(claim: Any) -> Any:
    """Compare a self-energy of G^K at one place and time with the mean field of the interaction.

    Both sides are integrated over the relative coordinates.  A sum over momenta and a frequency
    integral of something that depends on neither give a factor, the number of states.
    """
    states = sp.Symbol("states", positive=True)
    expr = integrated(claim).replace(momentum_sum, lambda x: states * x)
    expr = expr.replace(frequency_integral, lambda x: x)
    values = dict(zip((_above, _below), _averages, strict=True))
    keldysh = sp.Matrix([[0, _averages[0]], [_averages[1], 0]])
    return evaluated(expr, PAULI | values) - mean_field.pairing_self_energy(keldysh)


#: The retarded part, which an advanced one is the adjoint of.
retarded_matrix = sp.MatrixSymbol(r"\Sigma^{\mathrm{R}}", 2, 2)


def adjoint_of(retarded: Any, advanced: Any) -> Any:
    """Return a test of a claim on the advanced part, given what is derived for both parts."""

    def difference(claim: Any) -> Any:
        matrix = sp.ImmutableMatrix(retarded())
        found = claim.xreplace({retarded_matrix: matrix}).doit()
        return sp.ImmutableMatrix(found.as_explicit()) - advanced()

    return vanishes(difference)


def _mean_field() -> sp.ImmutableMatrix:
    """Return the anomalous self-energy for an order parameter x + i y."""
    x, y = sp.symbols("x y", real=True)
    keldysh = mean_field.keldysh_from_order_parameter(x + sp.I * y)
    return mean_field.pairing_self_energy(keldysh)


def _no_keldysh_part() -> tuple[sp.Expr, ...]:
    """Return what the Keldysh part of the instantaneous self-energy consists of.

    The average of G^R_12 + G^A_12 at equal times, as an integral and as the anticommutator of
    annihilation operators that it is; and what (26) has beyond the sum over a reservoir's momenta.
    """
    green = green_functions(frequency=symbols.nu)
    parts = (
        integrate_frequency(part[0, 1], symbols.nu) for part in (green.retarded, green.advanced)
    )
    electron, hole = nambu_field(*annihilators(2))
    rest = self_energy([generic_reservoir()]).keldysh - summed_over_momenta().keldysh
    return (*parts, *anticommutator(electron, hole.H), *rest)


RECORDS: tuple[Record, ...] = (
    Record(
        "14",
        "Gap equation of the BCS-Leggett theory",
        Kind.IDENTITY,
        Status.PROVED,
        r"\frac{1}{U}",
        claim=lambda: momentum_sum((1 - 2 * _n_fermi(symbols.energy)) / (2 * symbols.energy)),
        test=vanishes(
            lambda claim: _with_fermi_factor(claim) - _explicit(equilibrium.thermal_gap_kernel())
        ),
        steps=(
            Step("the closed form of (33) for a bath alone, γ_v = 0 and B = 0"),
            Step(
                "γ → 0, with ψ(1/2 + iy) − ψ(1/2 − iy) = iπ tanh(πy)",
                equilibrium.thermal_gap_kernel,
            ),
        ),
    ),
    Record(
        "15",
        "Number equation of the BCS-Leggett theory",
        Kind.IDENTITY,
        Status.MISPRINT,
        "N",
        claim=lambda: _number(sp.S.One),
        printed=lambda: _number(sp.Rational(1, 2)),
        test=vanishes(
            lambda claim: _with_fermi_factor(claim) - _explicit(equilibrium.thermal_number_kernel())
        ),
        steps=(
            Step("the closed form of (34) for a bath alone, γ_v = 0 and B = 0"),
            Step("γ → 0", equilibrium.thermal_number_kernel),
        ),
        note="The printed factors 1/2 count electrons alone, while (34) and "
        "k_F = (3π²N)^(1/3) count electrons and holes: with them the sum is N/2. As Δ₀ → 0 the "
        "corrected form gives N = 2 Σ θ(μ − ε_p), so that μ = ε_F.",
    ),
    Record(
        "16",
        "Hartree-Fock-Bogoliubov self-energy, retarded part",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"[\Sigma^{\mathrm{HFB}}(\mathbf{r},t;\mathbf{r}',t')]^{\mathrm{R}}",
        claim=lambda: sp.I * _U * pairing(_above, _below) * local,
        printed=lambda: sp.I * _U * momentum_sum(frequency_integral(pairing(_above, _below))),
        test=vanishes(local_residual),
        steps=(
            Step(
                "{[Ψ_a, V], Ψ_b†} of the contact interaction −U a_e† a_h† a_h a_e, and "
                "G^K = −i [Ψ, Ψ†] at equal times, as operators: Σ_12 = (iU/2) G^K_12",
                lambda: sp.Tuple(*mean_field.pairing_coefficients()),
            ),
        ),
        note="A sum over momenta and a frequency integral are printed before a function of space "
        "and time that depends on neither; they belong to the form (24) of the steady state. In "
        "space and time delta functions stand in their place, as in (A1) and (A2).",
    ),
    Record(
        "17",
        "Hartree-Fock-Bogoliubov self-energy, Keldysh part",
        Kind.IDENTITY,
        Status.PROVED,
        r"[\Sigma^{\mathrm{HFB}}(\mathbf{r},t;\mathbf{r}',t')]^{\mathrm{K}}",
        claim=lambda: sp.S.Zero,
        test=vanishes(lambda claim: tuple(claim - part for part in _no_keldysh_part())),
        steps=(
            Step(
                "the interaction acts at once, so that only G^R + G^A at equal times could enter, "
                "and its anomalous part is an anticommutator of annihilation operators: zero",
                lambda: sp.Tuple(*_no_keldysh_part()[:2]),
            ),
        ),
    ),
    Record(
        "18",
        "Hartree-Fock-Bogoliubov self-energy, advanced part",
        Kind.IDENTITY,
        Status.PROVED,
        r"[\Sigma^{\mathrm{HFB}}(\mathbf{r},t;\mathbf{r}',t')]^{\mathrm{A}}",
        claim=lambda: sp.Adjoint(retarded_matrix),
        test=adjoint_of(_mean_field, _mean_field),
        steps=(
            Step(
                "an instantaneous self-energy has equal retarded and advanced parts; it is "
                "Hermitian because G^K is anti-Hermitian",
                _mean_field,
            ),
        ),
    ),
)
