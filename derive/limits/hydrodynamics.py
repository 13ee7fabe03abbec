"""Long waves: M to lowest order in q and omega, its determinant and its modes, (46)-(62).

The coefficients stand for sums over momenta of the closed forms of `derive.expand`.
"""

from __future__ import annotations

import functools

import sympy as sp

from derive import symbols
from derive.expansion import Expansion, conjugated, expand
from derive.steady_state import gap_kernel

omega, q = symbols.omega, symbols.wave_number

#: Coefficients of (46), and of the terms of order omega^2 that it leaves out but that contribute to
#: the determinant at the order of (47): M_12 holds zeta_12 omega^2, M_22 holds -zeta_22 omega^2.
alpha11, alpha21 = sp.symbols("alpha_11 alpha_21", real=True)
beta11, beta12, beta21, beta22 = sp.symbols("beta_11 beta_12 beta_21 beta_22", real=True)
eta11, eta12, eta21, eta22 = sp.symbols("eta_11 eta_12 eta_21 eta_22", real=True)
zeta12, zeta22 = sp.symbols("zeta_12 zeta_22", real=True)


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


@functools.cache
def _expansion(s: int, t: int) -> Expansion:
    return expand(s, t)


def long_wave_coefficients() -> dict[sp.Symbol, sp.Expr]:
    """Return the coefficients under the sum over momenta, by the closed forms of `expand`.

    Only the real parts are meant: that the imaginary ones vanish is part of what (46) says.
    """
    constant, wave, slow, square = (
        {(s, t): getattr(_expansion(s, t), name) for s in (1, 2) for t in (1, 2)}
        for name in ("constant", "wave", "frequency", "frequency_squared")
    )
    coefficients = {alpha11: 2 * _gap_equation()[0] - constant[1, 1], alpha21: -constant[2, 1]}
    for s, row in ((1, (beta11, beta12)), (2, (beta21, beta22))):
        for t, beta in enumerate(row, start=1):
            coefficients[beta] = (1 if (s, t) == (1, 2) else -1) * wave[s, t]
    for s, row in ((1, (eta11, eta12)), (2, (eta21, eta22))):
        for t, eta in enumerate(row, start=1):
            coefficients[eta] = (1 if (s, t) == (1, 2) else -1) * sp.I * slow[s, t]
    return coefficients | {zeta12: -square[1, 2], zeta22: square[2, 2]}


@functools.cache
def long_wave_entries() -> tuple[tuple[sp.Expr, ...], ...]:
    """Return M_st(q, omega) under the sum over momenta up to q^2 and omega, by `expand`."""
    real, imaginary = _gap_equation()

    def entry(s: int, t: int) -> sp.Expr:
        found = _expansion(s, t)
        response = found.constant + found.wave * q**2 + found.frequency * omega
        # the gap equation (33): 1/U - Re g and Im g vanish under the sum, and are taken off
        inverse = {(1, 2): imaginary}.get((s, t), real if s == t else sp.S.Zero)
        return 2 * inverse - response

    return tuple(tuple(entry(s, t) for t in (1, 2)) for s in (1, 2))


def determinant(*, second_order: bool = True) -> sp.Expr:
    """Return det M to the orders q^2, omega and omega^2.

    With `second_order` false the entries stop where (46) does, and the coefficient of omega^2 is
    then incomplete.
    """
    size = sp.Dummy("size")
    scaled = long_wave_matrix(second_order=second_order).subs(
        {q: size * q, omega: size * omega}, simultaneous=True
    )
    orders = sp.Poly(sp.expand(scaled.det()), size)
    return sp.Add(*(orders.coeff_monomial(size**k) for k in (1, 2)))


def damped_sound() -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Return A, Gamma and c of (47) in terms of the coefficients."""
    terms = sp.Poly(determinant(), omega, q)
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
