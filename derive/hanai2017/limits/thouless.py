"""The Thouless criterion (40), (41): why a uniform rotation of the phase costs nothing.

A rotation by theta turns every Green's function G into exp(i theta tau_3/2) G exp(-i theta tau_3/2)
if the reservoirs do not know the phase, that is, if Sigma^K commutes with tau_3.  To first order
it is the change dSigma = Delta_0 theta tau_2 of the pairing field, so that

    G tau_2 G = (i/2 Delta_0) [tau_3, G]

for the retarded, the advanced and the Keldysh part.  Its traces with tau_2 and tau_1 are (42) and
(43).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import Any

import sympy as sp
from mpmath import mp
from mpmath.calculus.quadrature import GaussLegendre

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.model.greens import green_functions
from derive.model.reservoirs import Reservoir, resolve
from derive.model.response import vertex
from derive.model.steady_state import gap_kernel


def phase_change(reservoirs: Iterable[Reservoir | str] | None = None) -> Keldysh:
    """Return G tau_2 G, the response to a rotation of the phase divided by Delta_0 theta.

    Parameters
    ----------
    reservoirs
        As in `green_functions`.
    """
    steady = green_functions(resolve(reservoirs), frequency=symbols.nu)
    return steady @ vertex(nambu.pauli(2)) @ steady


def rotated(reservoirs: Iterable[Reservoir | str] | None = None) -> Keldysh:
    """Return (i/2 Delta_0) [tau_3, G], what a rotation does to the Green's functions."""
    steady = green_functions(resolve(reservoirs), frequency=symbols.nu)
    generator = sp.I / (2 * symbols.gap) * nambu.pauli(3)
    return Keldysh(
        *(
            generator * part - part * generator
            for part in (steady.retarded, steady.advanced, steady.keldysh)
        )
    )


def phase_response(s: int, reservoirs: Iterable[Reservoir | str] | None = None) -> sp.Expr:
    """Return the integrand of Pi_s2 at q = omega = 0 from the rotation, in terms of G^K alone.

    Parameters
    ----------
    s : int
        Vertex.
    reservoirs
        As in `green_functions`.
    """
    return sp.I / 2 * (nambu.pauli(s) * rotated(reservoirs).keldysh).trace()


#: Digits of the numerical check, and what both routes may differ by, relative to 2/U: rounding of
#: some thousand terms, 10^5 units of the last digit.  The quadrature adds less: panels are at most
#: twice as wide as the linewidth, so that poles at its distance from a panel of half that width
#: leave an error of (1 + sqrt(2))**(-2 n), 1e-36 with the 48 nodes of `_DEGREE`.
DIGITS, ACCURACY = 25, 1e-20
_DEGREE = 5

_STATE = {
    symbols.gap: sp.Rational(3, 10),
    symbols.mu: sp.Rational(1, 2),
    symbols.gamma_b: sp.Rational(1, 5),
    symbols.gamma_v: sp.Rational(1, 25),
}
#: The sum over momenta is one over these.  The criterion holds for any set of momenta if the gap
#: equation is solved with the same one.
_MOMENTA = (sp.Rational(1, 2), sp.Rational(1), sp.Rational(3, 2))


@functools.cache
def criterion() -> tuple[Any, Any, Any]:
    """Return 2/U, Pi_22(0, 0) and Pi_12(0, 0) of a state that solves the gap equation.

    2/U comes from the closed form of the gap equation (33), where the edge of the bath is such
    that the imaginary part vanishes; Pi from traces of numbers, integrated over the frequency.

    Returns
    -------
    tuple of mpc
        With `DIGITS` digits.
    """
    with mp.workdps(DIGITS):
        gap, mu, rate, decay = (mp.mpf(x.p) / x.q for x in _STATE.values())
        rule = [(mp.mpf(p.p) / p.q) ** 2 for p in _MOMENTA]
        arguments = [symbols.xi, symbols.gap, symbols.gamma_b, symbols.gamma_v, symbols.edge]
        kernel = sp.lambdify(arguments, gap_kernel(), "mpmath", cse=True)

        def inverse_interaction(edge: Any) -> Any:
            return mp.fsum(square * kernel(square - mu, gap, rate, decay, edge) for square in rule)

        edge = mp.findroot(lambda b: inverse_interaction(b).imag, (mp.mpf("0.05"), mp.mpf("0.1")))
        loops = [_loops(square - mu, gap, rate, decay, edge) for square in rule]
        responses = (
            mp.fsum(square * loop[k] for square, loop in zip(rule, loops, strict=True))
            for k in (0, 1)
        )
        return 2 * inverse_interaction(edge).real, *responses


def _loops(xi: Any, gap: Any, rate: Any, decay: Any, edge: Any) -> tuple[Any, Any]:
    """Integrate the traces of Pi_22 and Pi_12 at q = omega = 0 over dnu/2pi."""
    gamma = rate + decay
    traces = _compiled_traces()

    def integrands(nu: Any) -> Any:
        occupied = (gamma - 2 * rate * (1 if w < edge else 0) for w in (nu, -nu))
        retarded, advanced = (_inverse(nu + sign * 1j * gamma, xi, gap) for sign in (1, -1))
        return traces(*retarded, *advanced, *occupied)

    far = 2 * (mp.hypot(xi, gap) + abs(edge) + gamma)
    count = int(mp.ceil(far / gamma))  # panels of width 2 gamma
    ends = {far * (2 * mp.mpf(k) / count - 1) for k in range(count + 1)} | {edge, -edge}
    rule = GaussLegendre(mp).calc_nodes(_DEGREE, mp.prec)
    totals = [mp.mpc(0), mp.mpc(0)]
    for start, end in itertools.pairwise(sorted(ends)):
        for x, weight in rule:
            values = integrands((start + end + (end - start) * x) / 2)
            for k in (0, 1):
                totals[k] += weight * (end - start) / 2 * values[k]
    for x, weight in rule:
        # nu = 1/u beyond the panels, on both sides
        u = (1 + x) / (2 * far)
        sides = integrands(1 / u), integrands(-1 / u)
        for k in (0, 1):
            totals[k] += weight / (2 * far) * (sides[0][k] + sides[1][k]) / u**2
    return totals[0] / (2 * mp.pi), totals[1] / (2 * mp.pi)


@functools.cache
def _compiled_traces() -> Any:
    """Compile (i/2) Tr[tau_s G^R tau_2 G^K + tau_s G^K tau_2 G^A], s = 2 and 1, for numbers."""
    r, a = (sp.symbols(f"{name}_1:5") for name in "ra")
    forward, backward = sp.symbols("f b")
    retarded, advanced = (sp.Matrix(2, 2, entries) for entries in (r, a))
    source = sp.diag(-2 * sp.I * forward, 2 * sp.I * backward)
    keldysh = retarded * source * advanced
    phase = nambu.pauli(2)
    loops = [
        sp.I / 2 * (v * retarded * phase * keldysh + v * keldysh * phase * advanced).trace()
        for v in (nambu.pauli(2), nambu.pauli(1))
    ]
    return sp.lambdify([*r, *a, forward, backward], loops, "mpmath", cse=True)


def _inverse(z: Any, xi: Any, gap: Any) -> tuple[Any, ...]:
    """Invert z - xi tau_3 + Delta_0 tau_1; row by row."""
    determinant = z * z - xi * xi - gap * gap
    return (z + xi) / determinant, -gap / determinant, -gap / determinant, (z - xi) / determinant
