"""Appendix B: the equation of motion of a small change of the order parameter, (B1)-(B19)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from derive import symbols
from derive.hanai2017.changing_state import (
    CHANGE,
    D_SIGMA,
    FREE,
    FREE_RETARDED,
    INVERSE,
    SCRIPT,
    SOURCE,
    VECTOR,
    WAVE,
    Delta,
    U,
    amplitude,
    anomalous,
    change_part,
    difference_b1,
    difference_b2,
    difference_b3,
    difference_b4,
    difference_b12,
    difference_b16,
    difference_b17,
    difference_b18,
    difference_b19,
    full_part,
    is_change,
    linearised,
    loop,
    mass,
    pairing_change,
    phase,
    response_symbol,
    self_energy_part,
    steady_part,
)
from derive.hanai2017.evidence import proved
from derive.hanai2017.matrices import (
    AHEAD,
    ANY_RESERVOIR,
    BEHIND,
    Convolution,
    KeldyshPart,
    Ordered,
    Written,
    green,
    imaginary_part,
    proved_over_denominators,
    real_part,
    tau,
)
from derive.hanai2017.notation import frequency_integral, momentum_sum
from derive.hanai2017.space_time import (
    FIELD,
    MU,
    POSITIONS,
    TAU_3,
    TIME,
    A,
    B,
    difference_b5,
    difference_b6,
    difference_b7,
    difference_b8,
    difference_b13,
    laplacian,
)
from derive.model.fluctuations import (
    pairing_field,
    plane_wave_arguments,
)
from derive.model.greens import free_inverse
from derive.model.reservoirs import self_energy
from derive.records.record import Finding, Kind, Record, Status, Step

#: Differences in which an inverse meets its matrix, so that denominators matter.
_WITH_INVERSES: set[Callable[[Any], Any]] = set()


def _proved(difference: Callable[[Any], Any]) -> Callable[[Any], Finding]:
    """Return a test that proves a function of the claim to vanish."""
    if difference in _WITH_INVERSES:
        return lambda claim: proved(difference(claim))
    return lambda claim: proved_over_denominators(difference(claim))


def _b5_claim() -> sp.Expr:
    r, t, r_1, t_1, r_last, t_last = POSITIONS
    product = A(r, t, r_1, t_1) * B(r_1, t_1, r_last, t_last)
    return sp.Integral(product, (t_1, -sp.oo, sp.oo), (r_1, -sp.oo, sp.oo))


def _b8_claim() -> sp.Matrix:
    kinetic = -laplacian(FIELD) / (2 * mass) - MU * FIELD
    entry = sp.I * sp.Derivative(FIELD, TIME) - kinetic * TAU_3
    return sp.Matrix([[entry, 0], [0, entry]])


def _b17_claim() -> sp.Expr:
    first = tau("s") * green("R", *AHEAD) * CHANGE * green("K", *BEHIND)
    second = tau("s") * green("K", *AHEAD) * CHANGE * green("A", *BEHIND)
    terms = []
    for s in (1, 2):
        trace = sp.Trace((first + second).xreplace({tau("s"): tau(s)}))
        terms.append(U / 2 * momentum_sum(frequency_integral(sp.I / 2 * trace)) * tau(s))
    return sp.MatAdd(*terms)


def _b18_claim() -> sp.Matrix:
    response = sp.Matrix(2, 2, lambda i, j: response_symbol(i + 1, j + 1))
    return U / 2 * response * sp.Matrix(VECTOR)


def _b19_claim() -> sp.Expr:
    product = tau("s") * green("", *AHEAD) * tau("t") * green("", *BEHIND)
    return momentum_sum(frequency_integral(sp.I / 2 * sp.Trace(KeldyshPart(product))))


def _record(
    number: int, title: str, left: str, claim: Callable[[], Any], difference: Any, **more: Any
) -> Record:
    """Return a proved identity of this appendix."""
    options = {"kind": Kind.IDENTITY, "status": Status.PROVED} | more
    return Record(f"B{number}", title, left=left, claim=claim, test=_proved(difference), **options)


_WITH_INVERSES |= {difference_b6, difference_b7, difference_b13, linearised}
_sigma_r = r"\Sigma^{\mathrm{R}}(\mathbf{r}_g,t_g)"
_delta_sigma = r"\delta\Sigma^{\mathrm{R}}(\mathbf{p},\nu;\mathbf{r}_g,t_g)"

RECORDS = (
    _record(
        1,
        "Self-energy of a changing state",
        _sigma_r,
        lambda: anomalous(full_part("K")) - sp.I * symbols.linewidth * sp.Identity(2),
        difference_b1,
        steps=(
            Step("The interaction keeps the anomalous components of G^K, (16)"),
            Step(
                "In the steady state (28) turns them into the pairing field of",
                lambda: self_energy(ANY_RESERVOIR, symbols.nu).retarded,
            ),
        ),
    ),
    _record(
        2,
        "Self-energy by the order parameter",
        _sigma_r,
        lambda: Ordered(
            -real_part(Delta) * tau(1),
            imaginary_part(Delta) * tau(2),
            -sp.I * symbols.linewidth * sp.Identity(2),
        ),
        difference_b2,
        steps=(
            Step(
                "A rotation of the phase by theta, t = tan(theta/2), turns the pairing field into",
                lambda: pairing_field(symbols.gap, sp.Symbol("t", real=True)),
            ),
        ),
    ),
    _record(
        3,
        "Change of the self-energy",
        _delta_sigma,
        lambda: anomalous(change_part("K")),
        difference_b3,
        steps=(Step("(B1) is linear in G^K, and gamma does not change"),),
        note="Checked with the change of G^K that Dyson's equation gives, against (37).",
    ),
    _record(
        4,
        "Change of the self-energy by amplitude and phase",
        _delta_sigma,
        lambda: Ordered(-amplitude * tau(1), symbols.gap * phase * tau(2)),
        difference_b4,
        steps=(Step("First order of the rotated and stretched pairing field", pairing_change),),
    ),
    _record(
        5,
        "Product in space and time",
        r"(A\otimes B)(\mathbf{r},t;\mathbf{r}',t')",
        _b5_claim,
        difference_b5,
        kind=Kind.DEFINITION,
        status=Status.DEFINITION,
        note="Checked by use: of functions of differences the Fourier components multiply, which "
        "is what products of matrices at (p, nu) stand for.",
        by_construction="it defines a product, of any two functions",
        steps=(Step("Fourier components of a product are products, in the same order"),),
    ),
    _record(
        6,
        "Dyson's equation",
        rf"\hat{{{SCRIPT}}}",
        lambda: (
            Written(r"\hat{G}^{0}")
            + Convolution(
                Written(r"\hat{G}^{0}"),
                Written(r"\hat{\Sigma}"),
                Written(rf"\hat{{{SCRIPT}}}"),
            )
        ),
        difference_b6,
        steps=(Step("The project solves it by (G0^-1 - Sigma)^-1, for any self-energy"),),
    ),
    _record(
        7,
        "Dyson's equation with the inverse",
        r"\mathbf{1}",
        lambda: Convolution(FREE - Written(r"\hat{\Sigma}"), Written(rf"\hat{{{SCRIPT}}}")),
        difference_b7,
        steps=(Step("(B6) multiplied by the inverse of the free Green's function"),),
    ),
    _record(
        8,
        "Inverse of the free Green's function",
        rf"[\hat{{G}}^{{0}}]^{{-1}}\otimes\hat{{{SCRIPT}}}",
        _b8_claim,
        difference_b8,
        kind=Kind.DEFINITION,
        status=Status.DEFINITION,
        steps=(
            Step(
                "On a plane wave: the inverse that the project uses, delta = 0",
                lambda: free_inverse(delta=sp.S.Zero).retarded,
            ),
        ),
    ),
    _record(
        9,
        "Retarded part of Dyson's equation",
        r"\mathbf{1}",
        lambda: Convolution(FREE_RETARDED - self_energy_part("R"), full_part("R")),
        difference_b7,
        steps=(Step("The first diagonal block of (B7)"),),
    ),
    _record(
        10,
        "Dyson's equation linearised",
        "",
        lambda: Convolution(INVERSE, change_part("R")) - Convolution(D_SIGMA, steady_part("R")),
        linearised,
        steps=(
            Step("(B9) with Sigma_0 + dSigma and G + dG, to first order"),
            Step("The two plane waves that dSigma couples: ahead the left, behind the right one"),
        ),
    ),
    _record(
        11,
        "Change of the retarded Green's function",
        r"\delta G^{\mathrm{R}}",
        lambda: (
            Convolution(steady_part("R"), D_SIGMA, steady_part("R")),
            -Convolution(steady_part("R"), CHANGE, steady_part("R")),
        ),
        is_change("R"),
        steps=(Step("(B10) multiplied by G^R, and (B4) for the change of the self-energy"),),
    ),
    _record(
        12,
        "Change of the advanced Green's function",
        r"\delta G^{\mathrm{A}}",
        lambda: (
            sp.Adjoint(change_part("R")),
            -Convolution(steady_part("A"), CHANGE, steady_part("A")),
        ),
        difference_b12,
        steps=(Step("Hermitian conjugate of (B11); the change of the self-energy is Hermitian"),),
    ),
    _record(
        13,
        "Keldysh part of Dyson's equation",
        "",
        lambda: (
            Convolution(FREE_RETARDED, full_part("K"))
            - Convolution(self_energy_part("R"), full_part("K"))
            - Convolution(self_energy_part("K"), full_part("A"))
        ),
        difference_b13,
        steps=(Step("The upper right block of (B7), for any self-energy"),),
    ),
    _record(
        14,
        "Keldysh part linearised",
        "",
        lambda: (
            Convolution(INVERSE, change_part("K"))
            - Convolution(D_SIGMA, steady_part("K"))
            - Convolution(SOURCE, change_part("A"))
        ),
        linearised,
        steps=(Step("(B13) to first order; the reservoirs' Sigma^K does not change"),),
    ),
    _record(
        15,
        "Change of the Keldysh Green's function",
        r"\delta G^{\mathrm{K}}",
        lambda: (
            Convolution(steady_part("R"), D_SIGMA, steady_part("K"))
            + Convolution(steady_part("R"), SOURCE, change_part("A")),
            -Convolution(steady_part("R"), CHANGE, steady_part("K"))
            - Convolution(steady_part("R"), SOURCE, steady_part("A"), CHANGE, steady_part("A")),
            -Convolution(steady_part("R"), CHANGE, steady_part("K"))
            - Convolution(steady_part("K"), CHANGE, steady_part("A")),
        ),
        is_change("K"),
        steps=(Step("(B14) multiplied by G^R, then (B12), then G^R Sigma^K G^A = G^K"),),
    ),
    _record(
        16,
        "Change for a plane wave",
        r"\delta G^{\mathrm{K}}(\mathbf{p},\nu;\mathbf{r}_g,t_g)",
        lambda: -WAVE * loop(),
        difference_b16,
        steps=(
            Step(
                "The coefficients of r_r, r_1, t_r, t_1 in the exponents fix p', p'', nu', nu''",
                lambda: sp.Matrix(list(plane_wave_arguments()[0].values())),
            ),
            Step("What is left is the phase of the change", lambda: plane_wave_arguments()[1]),
        ),
        note="The last line of the equation; those before it are (B15) in space and time.",
    ),
    _record(
        17,
        "Self-consistency of the change",
        r"\delta|\Delta|\,\tau_1-\Delta_0\delta\theta\,\tau_2",
        _b17_claim,
        difference_b17,
        steps=(Step("(B16) in (B3), equated with (B4), of which both signs are changed"),),
        note="The text interchanges (B3) and (B4) in the words before it.",
    ),
    _record(
        18,
        "Self-consistency by response functions",
        r"\begin{pmatrix}\delta|\Delta|\\-\Delta_0\delta\theta\end{pmatrix}",
        _b18_claim,
        difference_b18,
        steps=(Step("The components of (B17) along tau_1 and tau_2"),),
    ),
    _record(
        19,
        "Response function as a Keldysh part",
        r"\Pi_{st}(\mathbf{q},\omega)",
        _b19_claim,
        difference_b19,
        steps=(Step("(66) for two Green's functions, vertices without Keldysh part"),),
    ),
)
