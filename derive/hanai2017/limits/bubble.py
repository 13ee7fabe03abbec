"""Pi_st under the sum over momenta at high precision, from the closed form of its nu-integral."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import sympy as sp
from mpmath import mp

from derive import symbols
from derive.model.response import band_loop_kernel


@functools.cache
def _compiled(s: int, t: int) -> tuple[list[sp.Symbol], Any]:
    kernel = band_loop_kernel(s, t).doit()
    arguments = sorted(kernel.free_symbols, key=sp.default_sort_key)
    return arguments, sp.lambdify(arguments, kernel, "mpmath", cse=True)


def _loop(s: int, t: int, momenta: tuple[Any, Any], omega: Any, point: Mapping[Any, Any]) -> Any:
    """Return R_st, Tr[tau_s G^R tau_t G^K] integrated over nu, summed over the branches."""
    arguments, function = _compiled(s, t)
    gap = point[symbols.gap]
    width = point[symbols.gamma_b] + point[symbols.gamma_v]
    energies = [mp.hypot(xi, gap) for xi in momenta]
    total = mp.mpc(0)
    for a in (1, -1):
        for b in (1, -1):
            values = {
                **point,
                symbols.xi_plus: momenta[0],
                symbols.xi_minus: momenta[1],
                symbols.energy_plus: a * energies[0],
                symbols.energy_minus: b * energies[1],
                symbols.transfer: mp.re(omega),
                symbols.transfer_width: width + mp.im(omega),
            }
            total += function(*(values[k] for k in arguments))
    return total


def bubble_entry(
    s: int, t: int, momenta: tuple[Any, Any], omega: Any, point: Mapping[sp.Symbol, Any]
) -> Any:
    """Return Pi_st(q, omega) under sum_p, symmetrised in the two momenta, at T = 0.

    By `derive.model.response.band_loop_integrand` it is (i/2)[R(omega) - R(-omega*)*]; the exchange
    of the momenta is inversion, under which the sum does not change.

    Parameters
    ----------
    s, t : int
        Vertices.
    momenta : tuple of mpf
        xi at p + q/2 and p - q/2.  Equal ones, which collide poles, are refused by mpmath.
    omega : mpf or mpc
        External frequency, Im omega > -gamma.
    point : mapping
        Values of Delta_0, B, gamma_b and gamma_v by symbol.
    """
    total = mp.mpc(0)
    for pair in (momenta, momenta[::-1]):
        direct = _loop(s, t, pair, omega, point)
        total += direct - mp.conj(_loop(s, t, pair[::-1], -mp.conj(omega), point))
    return mp.mpc(0, 0.25) * total
