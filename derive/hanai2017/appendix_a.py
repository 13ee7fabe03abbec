"""Appendix A: the self-energies of interaction (A1)-(A5) and tunnelling (A6)-(A9)."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.hanai2017 import mean_field, tunnelling
from derive.hanai2017.evidence import together, vanishes
from derive.hanai2017.model import free_green_function, free_residual
from derive.hanai2017.notation import component
from derive.hanai2017.operators import (
    PAULI,
    TAU,
    evaluated,
    in_nambu_space,
    instant,
    integrated,
    local,
    other_place,
    other_time,
    over_reservoirs,
    place,
    prefixed,
    rate,
    reservoir_sum,
    tau3,
    time,
    trace,
)
from derive.hanai2017.self_energies import environment_tests, pair_operators
from derive.hanai2017.tunnelling import element, kinetic, occupation, paths, summed_over_momenta
from derive.records.record import Kind, Record, Status, Step

_U = mean_field.interaction

sign_sum = prefixed("sign_sum", r"\sum_{s=\pm}", "()")
component_sum = prefixed("component_sum", r"\sum_{s=1,2}", "()")
momenta_sum = prefixed("momenta_sum", r"\sum_{\mathbf{q}}")
places_integral = prefixed("places_integral", r"\int d\mathbf{R}\,d\mathbf{R}'")

_tau_s, _tau_minus_s = (sp.Symbol(name, commutative=False) for name in (r"\tau_{s}", r"\tau_{-s}"))
_keldysh = sp.Symbol(
    r"\mathcal{G}^{\mathrm{K}}(\mathbf{r},t;\mathbf{r},t+0^{+})", commutative=False
)
_traced = trace(_tau_s * _keldysh)


def _by_signs() -> sp.Matrix:
    """Return (A1), with tau_+ and tau_-."""
    entry = sp.I * _U * sign_sum(_traced * _tau_minus_s / 2) * local
    return sp.diag(entry, entry)


def _by_components() -> sp.Matrix:
    """Return (A2), with tau_1 and tau_2."""
    entry = sp.I * _U / 2 * component_sum(_traced * _tau_s / 2) * local
    return sp.diag(entry, entry)


def _trace_residual(claim: Any) -> Any:
    """Compare with the mean field of the interaction, for any G^K at one place and time."""
    keldysh = sp.Matrix(2, 2, sp.symbols("g_11 g_12 g_21 g_22"))

    def entry(expr: sp.Expr) -> Any:
        def over(pairs: tuple[tuple[str, str], ...]) -> Any:
            def total(argument: Any, _: Any) -> Any:
                terms = []
                for first, second in pairs:
                    values = {
                        _tau_s: PAULI[TAU[first]],
                        _tau_minus_s: PAULI[TAU[second]],
                        _keldysh: keldysh,
                    }
                    handlers = {trace: lambda inside, inner: inner(inside).trace()}
                    terms.append(evaluated(argument, values, handlers))
                return sum(terms[1:], terms[0])

            return total

        sums = {
            sign_sum: over((("+", "-"), ("-", "+"))),
            component_sum: over((("1", "1"), ("2", "2"))),
        }
        return evaluated(integrated(expr), {}, sums)

    wanted = mean_field.pairing_self_energy(keldysh)
    diagonal = [sp.expand(entry(claim[k, k]) - wanted) for k in range(2)]
    return *diagonal, claim[0, 1], claim[1, 0]


_order = sp.Function("Delta")(place, time)
_parts = sp.symbols("x y", real=True)


def _order_residual(claim: Any) -> Any:
    """Compare with the mean field for the order parameter x + i y."""
    x, y = _parts
    values = PAULI | {
        _order: x + sp.I * y,
        sp.conjugate(_order): x - sp.I * y,
        sp.re(_order): x,
        sp.im(_order): y,
    }
    return evaluated(integrated(claim), values) - _mean_field()


def _mean_field() -> sp.ImmutableMatrix:
    x, y = _parts
    return mean_field.pairing_self_energy(mean_field.keldysh_from_order_parameter(x + sp.I * y))


_pair, _swapped = (
    sp.Symbol(rf"\langle {pair}\rangle", real=True)
    for pair in (
        r"a_{h}(\mathbf{r},t)a_{e}(\mathbf{r},t)",
        r"a_{e}(\mathbf{r},t)a_{h}(\mathbf{r},t)",
    )
)
_anomalous = component("K", 1, 2, r"\mathcal{G}")(place, time, place, time + instant)


def _order_parameter() -> tuple[sp.Expr, ...]:
    return (
        _U * _pair,
        -sp.I * _U / 2 * sp.I * (_pair - _swapped),
        -sp.I * _U / 2 * _anomalous,
    )


def _pair_residual(claim: Any) -> Any:
    """Compare as operators with what the interaction pairs with in its first moment."""
    pair, swapped, wanted = pair_operators()
    keldysh = mean_field.keldysh_operators()[0][1]
    values = {_pair: pair, _swapped: swapped, _anomalous: keldysh}
    found = (evaluated(part, values) for part in claim)
    # what is no operator agrees with none
    return tuple(f - wanted if isinstance(f, sp.MatrixBase) else f for f in found)


_there, _back = (sp.Symbol(name, real=True) for name in (r"\mathbf{R}", r"\mathbf{R}'"))
_momentum = sp.Symbol(r"\mathbf{q}", real=True)
_function = sp.Function(r"D^{\lambda}")
#: Momenta of the system, before and after; symbols stand for any but zero.
_before, _after = sp.symbols("p p'", real=True, nonzero=True)


def _in_space(averaged: bool) -> sp.Expr:
    """Return (A6), with the place where a carrier enters that where it leaves, or not."""
    returned = sp.DiracDelta(_there - _back) if averaged else sp.S.One
    inside = places_integral(returned * _function(_there - _back, time - other_time))
    same = sp.DiracDelta(place - other_place) if averaged else sp.S.One
    return reservoir_sum(paths * element**2 * inside) * same


_amplitude = sp.Symbol("D_q")


def _averaged() -> sp.Expr:
    """Return the self-energy of second order through one momentum q, the places averaged.

    For a momentum p = p' of the system that is not zero; between two momenta there is none.
    """
    count = 3
    if tunnelling.averaged_phases(_before, _after, _momentum, count) != 0:
        raise ValueError("the averaged self-energy mixes momenta")
    weights = {
        tunnelling.averaged_phases(_before, _before, q, count) / sp.Integer(count)
        for q in (_momentum, sp.S.Zero)
    }
    if len(weights) != 1:
        raise ValueError("the averaged self-energy prefers some momenta of the reservoir")
    return paths * element**2 * weights.pop() * _amplitude


def _over_places(inside: sp.Expr) -> sp.Expr:
    """Integrate D_q exp[i q (R - R')] over both places in a unit volume, for any q.

    A delta function puts one place where the other is, and a plane wave integrates to zero unless
    its wave number vanishes.
    """
    total: sp.Expr = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(inside)):
        phase: sp.Expr = sp.S.Zero
        for function in term.atoms(_function):
            phase += _momentum * function.args[0]
            term = term.xreplace({function: _amplitude})
        same = sp.DiracDelta(_there - _back)
        if term.coeff(same) != 0:
            term, phase = term.coeff(same), phase.subs(_back, _there)
        numbers = [sp.expand(phase).coeff(place) for place in (_there, _back)]
        # any other delta function, or power of one, is left, and agrees with nothing
        total += term if all(number == 0 for number in numbers) else sp.S.Zero
    return total


def _in_space_residual(claim: Any) -> sp.Expr:
    """Carry the integral over places out, for one momentum of the reservoir."""
    # of the places in the system a self-energy of uniform space is a delta function
    left = claim.coeff(sp.DiracDelta(place - other_place))
    expr = left.replace(places_integral, _over_places).replace(reservoir_sum, lambda x: x)
    return sp.expand(expr - _averaged())


def _in_momentum_space() -> sp.Expr:
    summand = reservoir_sum(paths * element**2 * _function(_momentum, symbols.omega))
    return momenta_sum(summand)


def _in_momentum_space_residual(claim: Any) -> sp.Expr:
    """Compare the term of one momentum of the reservoir."""

    def term(inside: sp.Expr) -> sp.Expr:
        return inside.replace(_function, lambda *_: _amplitude)

    expr = claim.replace(reservoir_sum, lambda x: x).replace(momenta_sum, term)
    return sp.expand(expr - _averaged())


def _flat_sum_residual(claim: Any) -> Any:
    """Carry (A8) out with a flat density of states, and compare with the rate gamma."""
    function = tunnelling.reservoir_green_functions().retarded[0, 0]

    def total(inside: sp.Expr) -> sp.Expr:
        coupled = inside.replace(_function, lambda *_: sp.Symbol("D"))
        weight = coupled.coeff(sp.Symbol("D"))
        return tunnelling.density * weight * tunnelling.band_integral(function)

    expr = claim.replace(reservoir_sum, lambda x: x).replace(momenta_sum, total)
    return sp.expand(expr + sp.I * tunnelling.rate())


def _environment() -> sp.Matrix:
    occupied = 1 - 2 * occupation(symbols.omega * tau3)
    return sp.Matrix(
        [
            [reservoir_sum(-sp.I * rate), reservoir_sum(-2 * sp.I * tau3 * rate * occupied)],
            [0, reservoir_sum(sp.I * rate)],
        ]
    )


def _environment_residual(claim: Any) -> Any:
    parts = ((0, "retarded"), (1, "keldysh"), (3, "advanced"))
    residuals = [r for k, part in parts for r in environment_tests(claim[k], part)]
    return *residuals, in_nambu_space(over_reservoirs(claim[2]))


RECORDS: tuple[Record, ...] = (
    Record(
        "A1",
        "Hartree-Fock-Bogoliubov self-energy",
        Kind.IDENTITY,
        Status.PROVED,
        r"\Sigma^{\mathrm{HFB}}_{\alpha,\alpha'}(\mathbf{r},t;\mathbf{r}',t')",
        claim=_by_signs,
        test=vanishes(_trace_residual),
        steps=(
            Step(
                "{[Ψ_a, V], Ψ_b†} of the contact interaction in Fock space: Σ_12 and Σ_21 are "
                "these multiples of G^K_12 and G^K_21 at one point",
                lambda: sp.Tuple(*mean_field.pairing_coefficients()),
            ),
            Step("Tr[τ₊ G] = G_21 goes with τ₋, Tr[τ₋ G] = G_12 with τ₊"),
        ),
        note="The last form of the equation; the parts with G^R + G^A at equal times vanish, (17).",
    ),
    Record(
        "A2",
        "The same by τ₁ and τ₂",
        Kind.IDENTITY,
        Status.PROVED,
        r"\Sigma^{\mathrm{HFB}}_{\alpha,\alpha'}(\mathbf{r},t;\mathbf{r}',t')",
        claim=_by_components,
        test=vanishes(_trace_residual),
        steps=(
            Step("Σ_s Tr[τ_s G] τ_s over s = 1, 2 is twice the sum of Tr[τ_s G] τ_-s over s = ±"),
        ),
    ),
    Record(
        "A3",
        "Self-energy by the order parameter",
        Kind.IDENTITY,
        Status.PROVED,
        r"[\Sigma^{\mathrm{HFB}}(\mathbf{r},t;\mathbf{r}',t')]^{\mathrm{R}}",
        claim=lambda: -(_order * TAU["+"] + sp.conjugate(_order) * TAU["-"]) * local,
        test=vanishes(_order_residual),
        steps=(Step("(A1) with (A5), for Δ = x + i y", _mean_field),),
    ),
    Record(
        "A4",
        "Self-energy by real and imaginary part of the order parameter",
        Kind.IDENTITY,
        Status.PROVED,
        r"[\Sigma^{\mathrm{HFB}}(\mathbf{r},t;\mathbf{r}',t')]^{\mathrm{R}}",
        claim=lambda: -(sp.re(_order) * TAU["1"] - sp.im(_order) * TAU["2"]) * local,
        test=vanishes(_order_residual),
        steps=(Step("τ± = (τ₁ ± i τ₂)/2 in (A3), for Δ = x + i y", _mean_field),),
    ),
    Record(
        "A5",
        "Order parameter and Keldysh function",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\Delta(\mathbf{r},t)",
        claim=_order_parameter,
        test=vanishes(_pair_residual),
        steps=(
            Step(
                "G^K_12 = −i ⟨[a_e, a_h]⟩ at equal times, and a_h a_e = −a_e a_h in Fock space",
                lambda: mean_field.keldysh_from_order_parameter(_order),
            ),
        ),
    ),
    Record(
        "A6",
        "Self-energy of tunnelling in space and time",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"\Sigma^{\mathrm{env}}_{\alpha,\alpha'}(\mathbf{r},t;\mathbf{r}',t')",
        claim=lambda: _in_space(True),
        printed=lambda: _in_space(False),
        test=vanishes(_in_space_residual),
        steps=(
            Step(
                "second order in (8): |Γ|² Σ_ij exp[i(p'·r_j − p·r_i) + i q·(R_i − R_j)] D(q, ω), "
                "summed over q; random places leave i = j, and momentum is conserved"
            ),
            Step("of one momentum q of the reservoir, D_q exp[iq·(R − R')] in space", _averaged),
        ),
        note="Without δ(R − R') the double integral picks out the momentum q = 0 of the "
        "reservoir and (A8) does not follow; without δ(r − r') the self-energy is no constant in "
        "momentum space. As printed the equation holds if its integral stands for the average "
        "over the paths, each of which returns a carrier to where it left from.",
        scope="any momenta but zero, any number of paths",
    ),
    Record(
        "A7",
        "Green's function of the reservoirs",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"\hat{D}^{\lambda}(\mathbf{q},\omega)",
        claim=lambda: free_green_function(2, kinetic, occupation),
        printed=lambda: free_green_function(1, kinetic, occupation),
        test=vanishes(lambda claim: free_residual(claim, tunnelling.reservoir_green_functions())),
        steps=(
            Step(
                "as (13), at finite δ",
                lambda: tunnelling.reservoir_green_functions().keldysh,
            ),
        ),
        note="−πi is printed for −2πi in the Keldysh part; (A9) follows from (A8) only with −2πi.",
        compensates=("63", "71"),
    ),
    Record(
        "A8",
        "Self-energy of tunnelling as a sum over momenta",
        Kind.IDENTITY,
        Status.PROVED,
        r"\Sigma^{\mathrm{env}}_{\alpha,\alpha'}(\omega)",
        claim=_in_momentum_space,
        test=together(vanishes(_in_momentum_space_residual), vanishes(_flat_sum_residual)),
        steps=(
            Step("the average over the places of tunnelling, for any momentum q", _averaged),
            Step(
                "τ₃ D τ₃ = D in Nambu space, see (8)",
                lambda: (
                    nambu.pauli(3)
                    * tunnelling.reservoir_green_functions().retarded
                    * nambu.pauli(3)
                ),
            ),
        ),
        scope="any momenta but zero, any number of paths",
    ),
    Record(
        "A9",
        "Self-energy of white reservoirs",
        Kind.IDENTITY,
        Status.PROVED,
        r"\Sigma^{\mathrm{env}}_{\alpha,\alpha'}(\omega)",
        claim=_environment,
        test=vanishes(_environment_residual),
        steps=(
            Step(
                "Σ_q = ρ ∫dε over a band from −D to D, D → ∞, then δ → 0: the principal part "
                "vanishes",
                lambda: summed_over_momenta().retarded,
            ),
            Step("a Lorentzian has the area one", lambda: summed_over_momenta().keldysh),
            Step("γ_λ = π N_t ρ |Γ|²", tunnelling.rate),
        ),
    ),
)
