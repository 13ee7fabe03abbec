"""Section II, the steady state: Green's functions (29)-(32), gap and number equation (33), (34)."""

from __future__ import annotations

import sympy as sp

from derive import nambu, symbols
from derive.greens import green_functions
from derive.paper.evidence import equals
from derive.paper.notation import F, F_even, F_odd
from derive.paper.record import Kind, Record, Status, Step


def _resolvent(sign: int) -> sp.Matrix:
    """Return the closed form of (29) with the given sign of E^2 in its denominator."""
    z = symbols.omega + sp.I * symbols.linewidth
    numerator = z * nambu.pauli(0) + symbols.xi * nambu.pauli(3) - symbols.gap * nambu.pauli(1)
    return numerator / (z**2 + sign * symbols.energy**2)


def _keldysh() -> sp.Matrix:
    """Return the matrix of (31)."""
    omega, xi, gap = symbols.omega, symbols.xi, symbols.gap
    gamma, energy = symbols.linewidth, symbols.energy
    denominator = ((omega - energy) ** 2 + gamma**2) * ((omega + energy) ** 2 + gamma**2)
    above, below = ((omega + s * xi) ** 2 + gamma**2 for s in (1, -1))
    left, right = (F_odd(omega) * omega + F_even(omega) * (xi + s * sp.I * gamma) for s in (1, -1))
    return (-2 * sp.I / denominator) * sp.Matrix(
        [
            [F(omega) * above - F(-omega) * gap**2, -2 * gap * left],
            [-2 * gap * right, F(omega) * gap**2 - F(-omega) * below],
        ]
    )


RECORDS = (
    Record(
        "29",
        "Retarded Green's function",
        Kind.IDENTITY,
        Status.MISPRINT,
        r"G^{\mathrm{R}}(\mathbf{p},\omega)",
        claim=lambda: _resolvent(-1),
        printed=lambda: _resolvent(1),
        test=equals(lambda: green_functions().retarded),
        steps=(
            Step("Dyson's equation (23) with the self-energy (25) leaves the inverse of"),
            Step(
                "omega + i gamma - H, and H^2 = E_p^2 gives it in closed form",
                lambda: green_functions().retarded,
            ),
        ),
        note="E_p^2 is printed with a plus sign; the product with the inverse decides.",
    ),
    Record(
        "31",
        "Keldysh Green's function",
        Kind.IDENTITY,
        Status.PROVED,
        r"G^{\mathrm{K}}(\mathbf{p},\omega)",
        claim=_keldysh,
        test=equals(lambda: green_functions().keldysh),
        steps=(Step("G^R Sigma^K G^A, (30), multiplied out", lambda: green_functions().keldysh),),
    ),
)
