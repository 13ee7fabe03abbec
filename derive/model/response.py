"""Response functions Pi_st: traces over Nambu space through the Keldysh composition rule.

(37) is the Keldysh part of a loop of two vertices and two Green's functions, (B19); it follows from
Dyson's equation linearised about the steady state, (B3)-(B18).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.frequency import integrate_frequency
from derive.model.branches import branch_green_functions, distribution_matrix
from derive.model.greens import green_functions
from derive.model.reservoirs import Reservoir, resolve, total_rate

PARTS = ("all", "inter", "intra")


def vertex(matrix: sp.ImmutableMatrix) -> Keldysh:
    """Return an instantaneous vertex in Keldysh space: the same on both branches, no K part."""
    return Keldysh(matrix, matrix, sp.zeros(2, 2))


def response_integrand(
    s: int,
    t: int,
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    part: str = "all",
    frequency: sp.Expr = symbols.nu,
    transfer: sp.Expr = symbols.omega,
    gap: sp.Expr = symbols.gap,
) -> sp.Expr:
    r"""Return the integrand of Pi_st(q, omega), (37), under :math:`\sum_p\int d\nu/2\pi`.

    Parameters
    ----------
    s, t : int
        Vertices tau_0 to tau_3; 1 is the amplitude, 2 the phase of the order parameter, 3 the
        density.
    reservoirs : iterable of Reservoir or str, optional
        As in `green_functions`.
    part : {"all", "inter", "intra"}
        Everything, or the excitations between or within the quasiparticle branches, (73), (74).
    frequency, transfer : Expr, optional
        The frequency nu that is integrated over, and the external frequency omega.
    gap : Expr, optional
        Order parameter.

    Returns
    -------
    Expr
        A function of `symbols.xi_plus` and `symbols.xi_minus`, the kinetic energies at p +- q/2.

    Raises
    ------
    ValueError
        For an unknown vertex, part or reservoir.

    Examples
    --------
    >>> from derive import response_integrand
    >>> sorted(map(str, response_integrand(1, 2).free_symbols))
    ['B', 'Delta_0', 'gamma_b', 'gamma_v', 'nu', 'omega', 'xi_minus', 'xi_plus']
    """
    left, right = vertex(nambu.pauli(s)), vertex(nambu.pauli(t))
    if part not in PARTS:
        raise ValueError(f"part = {part!r} is outside its domain {', '.join(PARTS)}")
    chosen = resolve(reservoirs)
    ends = (
        (frequency + transfer / 2, symbols.xi_plus),
        (frequency - transfer / 2, symbols.xi_minus),
    )
    pairs: list[tuple[Keldysh, Keldysh]]
    if part == "all":
        whole = [green_functions(chosen, frequency=w, xi=xi, gap=gap) for w, xi in ends]
        pairs = [(whole[0], whole[1])]
    else:
        plus, minus = (
            branch_green_functions(chosen, frequency=w, xi=xi, gap=gap) for w, xi in ends
        )
        pairs = list(zip(plus, minus if part == "intra" else minus[::-1], strict=True))
    loops = (left @ first @ right @ second for first, second in pairs)
    return sp.I / 2 * sp.Add(*(loop.keldysh.trace() for loop in loops))


def linear_response_integrand(
    s: int,
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    frequency: sp.Expr = symbols.nu,
    transfer: sp.Expr = symbols.omega,
) -> tuple[sp.Expr, sp.Expr]:
    """Return row s of the response as Dyson's equation gives it, linearised, (B3)-(B18).

    A change of the self-energy changes the Green's function by G dSigma G, since that of the
    inverse is -dSigma.  With dSigma = -(a_1 tau_1 + a_2 tau_2), a_1 = d|Delta| and
    a_2 = -Delta_0 dtheta, (B4), the self-consistency (B3) reads a_s = (U/2) sum_t Pi_st a_t.

    Returns
    -------
    tuple of Expr
        The integrands of Pi_s1 and Pi_s2, as coefficients of a_1 and a_2.
    """
    chosen = resolve(reservoirs)
    amplitudes = sp.symbols("a_1 a_2", real=True)
    change = -(amplitudes[0] * nambu.pauli(1) + amplitudes[1] * nambu.pauli(2))
    plus = green_functions(chosen, frequency=frequency + transfer / 2, xi=symbols.xi_plus)
    minus = green_functions(chosen, frequency=frequency - transfer / 2, xi=symbols.xi_minus)
    green_change = (plus @ vertex(change) @ minus).keldysh
    # (B3): the component tau_s of dSigma^R is i (U/2) sum Tr[tau_s dG^K] / 2, and a_s its negative
    component = -sp.I * (nambu.pauli(s) * green_change).trace() / 2
    return component.diff(amplitudes[0]), component.diff(amplitudes[1])


def band_loop_integrand(
    s: int,
    t: int,
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    linewidth: sp.Expr | None = None,
) -> sp.Expr:
    """Return the integrand of Tr[tau_s G^R tau_t G^K] between two quasiparticle branches.

    With R_st = sum_p int dnu/2pi Tr[tau_s G^R tau_t G^K], the other term of (37) is the conjugate
    of R_st at -omega*, by G^A = (G^R)^dagger, the anti-Hermiticity of G^K and inversion:
    Pi_st(q, omega) = (i/2) [R_st(q, omega) - R_st(q, -omega*)*].

    The branches are the signs of `symbols.energy_plus` and `symbols.energy_minus`: the sum over
    all signs is R, the sum over equal ones its intra-band part (74), over opposite ones its
    inter-band part (73).  By (C6) each term has two poles.

    The frequency is that of G^K; omega shifts that of G^R, and for complex omega its imaginary part
    adds to the width of G^R to give `symbols.transfer_width`.  Its poles stay below the real axis
    as long as this is positive, and there R is analytic.

    Parameters
    ----------
    s, t, reservoirs
        As in `response_integrand`.
    linewidth : Expr, optional
        Replaces the sum of the rates.
    """
    chosen = resolve(reservoirs)
    gamma = total_rate(chosen) if linewidth is None else linewidth
    energy = symbols.energy_minus
    occupation = distribution_matrix(
        chosen, frequency=symbols.nu, xi=symbols.xi_minus, linewidth=gamma
    ).xreplace({symbols.gap**2: energy**2 - symbols.xi_minus**2})
    plus = _branch_projector(symbols.xi_plus, symbols.energy_plus)
    minus = _branch_projector(symbols.xi_minus, energy)
    left, right = nambu.pauli(s) * plus * nambu.pauli(t), minus
    retarded = (left * right * occupation).trace()
    advanced = (left * occupation * right).trace()
    pole = symbols.nu + symbols.transfer + sp.I * symbols.transfer_width - symbols.energy_plus
    # two terms with two poles each: one on the side of the pole of G^R, one on the other side
    return sp.expand(retarded) / ((symbols.nu + sp.I * gamma - energy) * pole) - sp.expand(
        advanced
    ) / ((symbols.nu - sp.I * gamma - energy) * pole)


def _branch_projector(xi: sp.Expr, energy: sp.Expr) -> sp.ImmutableMatrix:
    """Return (1 + H/E)/2, the projector on the branch that the sign of E tells."""
    return (nambu.pauli(0) + nambu.hamiltonian(xi, symbols.gap) / energy) / 2


def band_loop_kernel(
    s: int,
    t: int,
    reservoirs: Iterable[Reservoir | str] | None = None,
    *,
    linewidth: sp.Expr | None = None,
) -> sp.Expr:
    """Return the closed form of `band_loop_integrand` under sum_p."""
    return _integrated(s, t, resolve(reservoirs), linewidth)


@functools.cache
def _integrated(
    s: int, t: int, chosen: tuple[Reservoir, ...], linewidth: sp.Expr | None
) -> sp.Expr:
    """Integrate once: quadratures of several kinds begin with the same closed form."""
    integrand = band_loop_integrand(s, t, chosen, linewidth=linewidth)
    return integrate_frequency(integrand, symbols.nu, divided=True)
