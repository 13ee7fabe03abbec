"""The coupling of amplitude and phase at omega = 0 as gamma -> 0, (54).

As gamma -> 0 first, the distribution of a branch b is F_b = b [F_-(E) + (xi/E) F_+(E)]/gamma, and

    Pi_12(q, 0) = sum_p sum_ab F_b(xi_-) Tr[tau_1 P_a(xi_+) tau_2 P_b(xi_-)]/(b E_- - a E_+ + i 0).

F_b is odd in b, so that the principal values cancel between the branches.  What is left is the
scattering within a branch at equal energy, with -i pi delta(E_+ - E_-).  At xi_+ = xi_- its trace
vanishes; at xi_+ = -xi_- it does not, and there F_b depends on the sign of xi unless F_+ = 0.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.narrow import even, odd
from derive.model.response import band_loop_kernel

Array = NDArray[np.float64]

#: Points that are summed at once.
_BLOCK = 4096


def branch_distribution(xi: sp.Expr, branch: int) -> sp.Expr:
    """Return F_b, the diagonal element of i Sigma^K/(2 gamma) in a branch, as gamma -> 0.

    `narrow.even` and `narrow.odd` stand for F_+(E)/gamma and F_-(E)/gamma.
    """
    return branch * (odd + xi / symbols.energy * even)


def within_branch_trace(branch: int, xi_plus: sp.Expr, xi_minus: sp.Expr) -> sp.Expr:
    """Return Tr[tau_1 P_b(xi_+) tau_2 P_b(xi_-)] for equal energies E."""

    def projector(xi: sp.Expr) -> sp.Matrix:
        direction = nambu.hamiltonian(xi, symbols.gap) / symbols.energy
        return (nambu.pauli(0) + branch * direction) / 2

    return (nambu.pauli(1) * projector(xi_plus) * nambu.pauli(2) * projector(xi_minus)).trace()


def resonant_weight() -> sp.Expr:
    """Return the weight of delta(E_+ - E_-) at xi_+ = -xi_- in Pi_12(q, 0), under sum_p."""
    xi = symbols.xi
    return sp.expand(
        sum(
            -sp.I * sp.pi * branch_distribution(xi, b) * within_branch_trace(b, -xi, xi)
            for b in (1, -1)
        )
    )


def resonant_coupling_density() -> tuple[sp.Expr, sp.Expr]:
    """Return Pi_12(q, 0) as an integral over xi from 0 to a bound: integrand and bound.

    In the coordinates xi_+-, sum_p = 1/(16 pi^2 q) int dxi_+ dxi_-, where
    |p_+ - p_-| <= q <= p_+ + p_-; along xi_+ = -xi_- this is xi^2 <= q^2 (mu - q^2/4) for
    q^2 <= 2 mu.  The delta function gives E/|xi|; xi and -xi add up, where the odd part cancels.
    """
    q, xi, energy = symbols.wave_number, symbols.xi, symbols.energy
    both = resonant_weight() + resonant_weight().subs(xi, -xi)
    density = sp.expand(both) * (energy / xi) / (16 * sp.pi**2 * q)
    return sp.expand(density), q * sp.sqrt(symbols.mu - q**2 / 4)


@functools.cache
def _integrand() -> tuple[list[sp.Symbol], Callable[..., Any]]:
    """Return R_12 of one pair of branches as a NumPy function, and its arguments."""
    kernel = band_loop_kernel(1, 2).doit()
    arguments = sorted(kernel.free_symbols, key=str)
    return arguments, sp.lambdify(arguments, kernel, "numpy", cse=True)


def coupling_in_window(
    q: float, window: float, *, mu: float, gap: float, edge: float, rates: tuple[float, float]
) -> float:
    """Return Pi_12(q, 0) at finite gamma, from momenta with |xi_+ + xi_-| < window, by quadrature.

    The coordinates are d = p_+ - p_- and x = xi_+ + xi_-.  The resonances lie at d = 0 and x = 0;
    the panels shrink towards both.  T = 0.

    Parameters
    ----------
    q, window : float
        Wave number; largest |x|, small enough that E stays below `edge`.
    mu, gap, edge : float
        mu, Delta_0 and mu_b - mu.
    rates : tuple of float
        gamma_b and gamma_v.
    """
    width = sum(rates)
    d, d_weights = _graded(q, width / 8)
    x, x_weights = _graded(window, width**2 / 8)
    known = {"Delta_0": gap, "B": edge, "gamma_b": rates[0], "gamma_v": rates[1]}
    value = 0.0
    # in blocks that stay in the cache of a processor
    count = 1 + d.size * x.size // _BLOCK
    rows = (np.array_split(part[:, None], count) for part in (d, d_weights))
    for half, weights in zip(*rows, strict=True):
        s = np.sqrt(2 * x + 4 * mu - half**2)
        measure = (s**2 - half**2) / (8 * s) / (4 * np.pi**2 * q)
        plus, minus = (x + s * half) / 2, (x - s * half) / 2
        direct, mirrored = (
            _branch_sum(*pair, known, width) for pair in ((plus, minus), (minus, plus))
        )
        found = 0.5j * (direct - mirrored.conj())
        value += float((measure * found.real * weights * x_weights).sum())
    return value


def _branch_sum(plus: Array, minus: Array, known: dict[str, float], width: float) -> Array:
    arguments, function = _integrand()
    gap = known["Delta_0"]
    total = np.zeros(plus.shape, complex)
    for a in (1, -1):
        for b in (1, -1):
            values: dict[str, Any] = {
                **known,
                "xi_plus": plus,
                "xi_minus": minus,
                "E_plus": a * np.hypot(plus, gap),
                "E_minus": b * np.hypot(minus, gap),
                "Gamma": width,
                "omega_r": 0.0,
            }
            total += function(*(values[str(k)] for k in arguments))
    return total


def _graded(end: float, smallest: float) -> tuple[Array, Array]:
    """Return nodes and weights on (-end, end), in panels that double away from zero."""
    count = int(np.ceil(np.log2(end / smallest)))
    marks = np.concatenate([[0.0], end * 2.0 ** np.arange(-count, 1)])
    x, w = np.polynomial.legendre.leggauss(10)
    half = np.diff(marks)[:, None] / 2
    nodes = ((marks[1:] + marks[:-1])[:, None] / 2 + half * x).ravel()
    weights = (half * w).ravel()
    return np.concatenate([-nodes[::-1], nodes]), np.concatenate([weights[::-1], weights])
