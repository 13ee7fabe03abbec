"""Long waves: M to lowest order in q and omega, its determinant and its modes, (46)-(62).

The coefficients stand for sums over momenta of the closed forms of `derive.expand`.
"""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.closed_forms.expansion import conjugated, expand
from derive.model.steady_state import gap_kernel

omega, q = symbols.omega, symbols.wave_number

#: Coefficients of (46), and of the terms of order omega^2 that it leaves out but that contribute to
#: the determinant at the order of (47): M_12 holds zeta_12 omega^2, M_22 holds -zeta_22 omega^2.
alpha11, alpha21 = sp.symbols("alpha_11 alpha_21", real=True)
beta11, beta12, beta21, beta22 = sp.symbols("beta_11 beta_12 beta_21 beta_22", real=True)
eta11, eta12, eta21, eta22 = sp.symbols("eta_11 eta_12 eta_21 eta_22", real=True)
zeta12, zeta22 = sp.symbols("zeta_12 zeta_22", real=True)
#: Elements of M that (46) leaves out because they vanish at q = omega = 0, (40) and (41).
alpha12, alpha22 = sp.symbols("alpha_12 alpha_22", real=True)

#: Constant, coefficient of q^2 and of omega of each element, by its vertices.
ENTRIES = {
    (1, 1): (alpha11, beta11, eta11),
    (1, 2): (alpha12, beta12, eta12),
    (2, 1): (alpha21, beta21, eta21),
    (2, 2): (alpha22, beta22, eta22),
}


def long_wave_matrix(*, second_order: bool = False) -> sp.Matrix:
    """Return M of (46), with the terms of order omega^2 that matter for (47) if asked for."""
    w = 1 if second_order else 0
    return sp.Matrix(
        [
            [
                alpha11 + beta11 * q**2 - sp.I * eta11 * omega,
                -beta12 * q**2 + sp.I * eta12 * omega + w * zeta12 * omega**2,
            ],
            [
                alpha21 + beta21 * q**2 - sp.I * eta21 * omega,
                beta22 * q**2 - sp.I * eta22 * omega - w * zeta22 * omega**2,
            ],
        ]
    )


def _gap_equation() -> tuple[sp.Expr, sp.Expr]:
    """Return real and imaginary part of the gap equation's kernel: they add up to 1/U and 0."""
    kernel = gap_kernel()
    mirrored = conjugated(kernel)
    return (kernel + mirrored) / 2, (kernel - mirrored) / (2 * sp.I)


def long_wave_coefficients() -> dict[sp.Symbol, sp.Expr]:
    """Return the coefficients under the sum over momenta, by the closed forms of `expand`.

    With those that (46) does not have, alpha_12 and alpha_22: they vanish by the gap equation,
    1/U = sum Re g and 0 = sum Im g, which is taken off under the sum.  That all are real is another
    part of what (46) says.
    """
    real, imaginary = _gap_equation()
    absent = {(1, 1): real, (1, 2): imaginary, (2, 2): real}
    coefficients: dict[sp.Symbol, sp.Expr] = {}
    for (s, t), (alpha, beta, eta) in ENTRIES.items():
        found = expand(s, t)
        sign = -1 if (s, t) == (1, 2) else 1
        coefficients[alpha] = 2 * absent.get((s, t), sp.S.Zero) - found.constant
        coefficients[beta] = -sign * found.wave
        coefficients[eta] = -sign * sp.I * found.frequency
    return coefficients


def determinant(*, second_order: bool = False) -> sp.Expr:
    """Return det M to the orders q^2, omega and omega^2.

    By (46) alone, as in (47); with `second_order` also with the terms of order omega^2 of M_12 and
    M_22 that (46) leaves out and that belong to this order of the determinant.
    """
    size = sp.Dummy("size")
    scaled = long_wave_matrix(second_order=second_order).subs(
        {q: size * q, omega: size * omega}, simultaneous=True
    )
    orders = sp.Poly(sp.expand(scaled.det()), size)
    return sp.Add(*(orders.coeff_monomial(size**k) for k in (1, 2)))


def damped_sound(*, second_order: bool = False) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Return A, Gamma and c of (47) in terms of the coefficients, or of the whole determinant."""
    terms = sp.Poly(determinant(second_order=second_order), omega, q)
    prefactor = terms.coeff_monomial(omega**2)
    damping = terms.coeff_monomial(omega) / (sp.I * prefactor)
    return prefactor, damping, -terms.coeff_monomial(q**2) / prefactor


def reversible_matrix() -> sp.Matrix:
    """Return (46) where (51)-(54) hold: without the terms that break time reversal.

    (51) and (53) leave no term odd in omega on the diagonal, (52) makes the other two elements
    opposite, and by (54) both vanish at omega = 0.
    """
    matrix = long_wave_matrix()
    conditions = []
    for k in (0, 1):
        conditions += sp.Poly(matrix[k, k] - matrix[k, k].subs(omega, -omega), q, omega).coeffs()
    conditions += sp.Poly(matrix[0, 1] + matrix[1, 0], q, omega).coeffs()
    for entry in (matrix[0, 1], matrix[1, 0]):
        conditions += sp.Poly(entry.subs(omega, 0), q).coeffs()
    unknown = [alpha21, beta12, beta21, eta11, eta21, eta22]
    (solution,) = sp.solve(conditions, unknown, dict=True)
    return matrix.subs(solution)


def reversible_modes() -> tuple[sp.Expr, sp.Expr]:
    """Return both roots of the determinant of `reversible_matrix`, the positive one first."""
    squared = sp.solve(reversible_matrix().det(), omega**2)[0]
    return sp.sqrt(squared), -sp.sqrt(squared)
