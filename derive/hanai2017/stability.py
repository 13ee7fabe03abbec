"""Section II, stability: equation of motion, response, Goldstone's theorem, (35)-(45)."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive import symbols
from derive.hanai2017.evidence import together
from derive.hanai2017.fluctuation_matrix import (
    PAIRS,
    U,
    amplitude,
    criterion,
    element,
    is_coefficient,
    is_even_part,
    is_goldstone,
    is_part,
    is_real_part,
    is_real_response,
    is_response,
    is_solvable,
    is_unbalanced,
    measured,
    phase,
    response,
)
from derive.hanai2017.limits import thouless
from derive.hanai2017.matrices import (
    AHEAD,
    ANY_RESERVOIR,
    BEHIND,
    green,
    imaginary_part,
    momentum,
    real_part,
    tau,
    wave_vector,
)
from derive.hanai2017.notation import component, frequency_integral, momentum_sum
from derive.model.fluctuations import self_energy_change
from derive.records.record import Kind, Record, Status, Step


def _equation_of_motion() -> sp.Matrix:
    matrix = sp.Matrix(2, 2, lambda i, j: element(i + 1, j + 1)(wave_vector, symbols.omega))
    return matrix * sp.Matrix([amplitude, -symbols.gap * phase])


def _fluctuation_matrix() -> sp.Matrix:
    unit = 2 / U * sp.eye(2)
    return unit - sp.Matrix(2, 2, lambda i, j: response(i + 1, j + 1)(wave_vector, symbols.omega))


def _traces(first: Any, second: Any, *ends: tuple[sp.Expr, ...]) -> sp.Expr:
    """Return (i/2) Tr[first G^R second G^K + first G^K second G^A]."""
    ahead, behind = ends
    trace = sp.Trace(
        first * green("R", *ahead) * second * green("K", *behind)
        + first * green("K", *ahead) * second * green("A", *behind)
    )
    return sp.I / 2 * trace


def _response_function() -> sp.Expr:
    return momentum_sum(frequency_integral(_traces(tau("s"), tau("t"), AHEAD, BEHIND)))


def _determinant() -> tuple[sp.Expr, sp.Expr]:
    m = {pair: element(*pair)(wave_vector, symbols.omega) for pair in PAIRS}
    return m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1], sp.S.Zero


_anomalous = component("K", 1, 2)


def _bracket() -> sp.Expr:
    total = momentum_sum(frequency_integral(_anomalous(momentum, symbols.nu)))
    return 2 / U + sp.I / symbols.gap * total


_HERE = (momentum, symbols.nu)


def _real_determinant() -> sp.Expr:
    m = {pair: element(*pair)(wave_vector, symbols.omega) for pair in PAIRS}
    return (
        real_part(m[1, 1]) * real_part(m[2, 2])
        - imaginary_part(m[1, 1]) * imaginary_part(m[2, 2])
        - real_part(m[1, 2]) * real_part(m[2, 1])
        + imaginary_part(m[1, 2]) * imaginary_part(m[2, 1])
    )


def _conjugate_matrix() -> sp.Matrix:
    return sp.Matrix(
        2, 2, lambda i, j: sp.conjugate(element(i + 1, j + 1)(wave_vector, -symbols.omega))
    )


_VECTOR = (
    r"\begin{pmatrix}\delta|\Delta(\mathbf{q}\to\mathbf{0},0)|\\"
    r"-\Delta_0\,\delta\theta(\mathbf{q}\to\mathbf{0},0)\end{pmatrix}"
)

RECORDS = (
    Record(
        "35",
        "Equation of motion of a small change",
        Kind.IDENTITY,
        Status.PROVED,
        "",
        claim=_equation_of_motion,
        test=is_unbalanced,
        steps=(
            Step("Dyson's equation gives the change of G^K with the pairing field, (B3)-(B16)"),
            Step("(28) gives the change of the pairing field with G^K; the two have to agree"),
            Step(
                "Change of the pairing field",
                lambda: self_energy_change(amplitude, phase),
            ),
        ),
    ),
    Record(
        "36",
        "Fluctuation matrix",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"M(\mathbf{q},\omega)",
        claim=_fluctuation_matrix,
        test=is_coefficient,
        steps=(Step("(B18) multiplied by 2/U, all on one side"),),
    ),
    Record(
        "37",
        "Response function",
        Kind.DEFINITION,
        Status.DEFINITION,
        r"\Pi_{st}(\mathbf{q},\omega)",
        claim=_response_function,
        test=is_response,
        steps=(Step("The Keldysh part of a loop of two vertices, (B19), by (66)"),),
        note="Checked for all vertices tau_0 to tau_3.",
    ),
    Record(
        "38",
        "Condition for a mode",
        Kind.IDENTITY,
        Status.CONSEQUENCE,
        r"\det M(\mathbf{q},\omega=\omega_{\mathbf{q}})",
        claim=_determinant,
        test=is_solvable,
        steps=(
            Step("Eliminate one of the components from (35): the other has the factor det M"),
            Step("At q = omega = 0 it vanishes by (40) and (41), in agreement with (39)"),
        ),
    ),
    Record(
        "39",
        "Goldstone mode",
        Kind.IDENTITY,
        Status.PROVED,
        rf"\frac{{1}}{{-\Delta_0\,\delta\theta}}{_VECTOR}",
        claim=lambda: sp.Matrix([0, 1]),
        test=is_goldstone,
        steps=(
            Step(
                "A rotation of the phase changes the self-energy by",
                lambda: self_energy_change(sp.S.Zero, phase),
            ),
            Step("By (40) and (41) M takes it to zero at q = omega = 0"),
        ),
        note="The paper gives it up to a factor; here that of a rotation by the angle theta.",
    ),
    Record(
        "40",
        "Thouless criterion",
        Kind.IDENTITY,
        Status.PROVED,
        r"M_{22}(\mathbf{q}\to\mathbf{0},\omega=0)",
        claim=lambda: (real_part(_bracket()), sp.S.Zero),
        test=together(measured(2), criterion(2)),
        steps=(
            Step(
                "(42) under the sum over momenta",
                lambda: thouless.phase_response(2, ANY_RESERVOIR),
            ),
            Step("The bracket vanishes by the gap equation (28), (33)"),
        ),
        note="M_22 and M_12 of solved driven states stay below the error of M at linewidths from "
        "1e-8 to 1e-1, see tests/numerics/precise/test_long_waves.py.",
    ),
    Record(
        "41",
        "Thouless criterion, coupling to the amplitude",
        Kind.IDENTITY,
        Status.PROVED,
        r"M_{12}(\mathbf{q}\to\mathbf{0},\omega=0)",
        claim=lambda: (imaginary_part(_bracket()), sp.S.Zero),
        test=together(measured(1), criterion(1)),
        steps=(
            Step(
                "(43) under the sum over momenta",
                lambda: thouless.phase_response(1, ANY_RESERVOIR),
            ),
            Step("The bracket vanishes by the gap equation (28), (33); 2/U is real"),
        ),
    ),
    Record(
        "42",
        "Trace of two phase vertices",
        Kind.IDENTITY,
        Status.PROVED,
        r"\operatorname{Re}\left[-iG^{\mathrm{K}}_{12}(\mathbf{p},\nu)/\Delta_0\right]",
        claim=lambda: _traces(tau(2), tau(2), _HERE, _HERE),
        test=is_part(2),
        steps=(
            Step(
                "A rotation of the phase: [G tau_2 G]^K = (i/2 Delta_0) [tau_3, G^K]",
                lambda: thouless.rotated(ANY_RESERVOIR).keldysh,
            ),
            Step("and G^K_21 = -(G^K_12)*"),
        ),
        note="Holds for any distributions F(nu) and F(-nu).",
    ),
    Record(
        "43",
        "Trace of an amplitude and a phase vertex",
        Kind.IDENTITY,
        Status.PROVED,
        r"\operatorname{Im}\left[-iG^{\mathrm{K}}_{12}(\mathbf{p},\nu)/\Delta_0\right]",
        claim=lambda: _traces(tau(1), tau(2), _HERE, _HERE),
        test=is_part(1),
        steps=(
            Step(
                "A rotation of the phase: [G tau_2 G]^K = (i/2 Delta_0) [tau_3, G^K]",
                lambda: thouless.rotated(ANY_RESERVOIR).keldysh,
            ),
            Step("and G^K_21 = -(G^K_12)*"),
        ),
        note="Holds for any distributions F(nu) and F(-nu).",
    ),
    Record(
        "44",
        "Dispersion with the linewidth neglected",
        Kind.DEFINITION,
        Status.DEFINITION,
        "",
        claim=_real_determinant,
        test=together(is_real_part, is_even_part),
        steps=(
            Step(
                "Re det M for real omega, by the real and imaginary parts of the elements; with Pi "
                "of one pair of momenta it is the real part, and by (45) the even one"
            ),
            Step("By (45) it is the part of det M that is even in omega: damping is in the other"),
        ),
        note="The paper writes Re det M = 0 at omega = omega_q^Re.",
    ),
    Record(
        "45",
        "Reality of the order parameter's amplitude and phase",
        Kind.IDENTITY,
        Status.PROVED,
        r"M(\mathbf{q},\omega)",
        claim=_conjugate_matrix,
        test=is_real_response,
        steps=(
            Step("G^A = (G^R)^dagger and G^K = -(G^K)^dagger exchange the two traces of (37)"),
            Step("p -> -p exchanges the momenta p + q/2 and p - q/2"),
        ),
        note="For real omega; in general M(q, omega) = M(q, -omega*)*.",
    ),
)
