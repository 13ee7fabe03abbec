"""Pi_st(q, omega) at a finite linewidth, summed over the momenta up to a bound, by quadrature.

Where a pair of momenta is in resonance, E_+ +- E_- = +- omega, what is under the sum grows like
1/gamma as gamma -> 0, and its width falls like gamma.  The sum keeps the product, which no single
momentum off the resonance shows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from derive import symbols
from derive.model.response import band_loop_kernel

Array = NDArray[np.float64]

#: Points that are summed at once.
_BLOCK = 4096


@functools.cache
def _loop(s: int, t: int) -> tuple[list[sp.Symbol], Callable[..., Any]]:
    """Return R_st of one pair of branches as a NumPy function, and its arguments."""
    kernel = band_loop_kernel(s, t).doit()
    arguments = sorted(kernel.free_symbols, key=str)
    return arguments, sp.lambdify(arguments, kernel, "numpy", cse=True)


def summed_response(
    s: int,
    t: int,
    q: float,
    omega: float,
    *,
    mu: float,
    gap: float,
    edge: float,
    rates: tuple[float, float],
    bound: float = 3.0,
    nodes: int = 6,
) -> complex:
    """Return the sum of Pi_st(q, omega) over momenta with p_+ + p_- < `bound`, at T = 0.

    With the coordinates u = p_+ + p_- and d = p_+ - p_-, |d| < q < u, the sum over momenta is that
    of p_+ p_-/(8 pi^2 q) du dd.  Gauss panels of the length 2 gamma resolve the resonances, which
    are wider in p by a factor E/(p xi).

    Parameters
    ----------
    s, t : int
        Vertices.
    q, omega : float
        Wave number and real frequency.
    mu, gap, edge : float
        mu, Delta_0 and mu_b - mu.
    rates : tuple of float
        gamma_b and gamma_v.
    bound : float
        Where the momenta end.  What is left out is real as gamma -> 0.
    nodes : int
        Gauss nodes of a panel.

    Examples
    --------
    >>> from derive.hanai2017.limits.summed_response import summed_response
    >>> state = dict(mu=1.0, gap=0.3, edge=0.38, rates=(0.1, 0.02))
    >>> there, back = (summed_response(1, 1, 0.5, w, **state) for w in (0.2, -0.2))
    >>> bool(abs(there - back.conjugate()) < 1e-12)  # (45)
    True
    """
    momenta = (q, bound, 2 * sum(rates), nodes)
    state = (mu, gap, edge, rates)
    # by inversion the sum does not change where the momenta p_+ and p_- are exchanged
    direct, mirrored = (_momentum_sum(s, t, w, momenta, state) for w in (omega, -omega))
    return 0.5j * (direct - mirrored.conjugate())


@functools.cache
def _momentum_sum(
    s: int,
    t: int,
    omega: float,
    momenta: tuple[float, float, float, int],
    state: tuple[float, float, float, tuple[float, float]],
) -> complex:
    """Return the sum of R_st(q, omega), which is needed for omega of both signs."""
    q, bound, length, nodes = momenta
    mu, gap, edge, rates = state
    known = {
        str(symbols.gap): gap,
        str(symbols.edge): edge,
        str(symbols.gamma_b): rates[0],
        str(symbols.gamma_v): rates[1],
        str(symbols.transfer_width): sum(rates),
        str(symbols.transfer): omega,
    }
    whole = np.stack(_panels(q, bound, length, nodes), axis=-1)
    d, d_weights = _panels(-q, q, length, nodes)
    total = 0j
    # in blocks that stay in the cache of a processor
    for block in np.array_split(whole, 1 + whole.size * d.size // (2 * _BLOCK)):
        u, u_weights = block[:, :1], block[:, 1:]
        plus, minus = (u + d) / 2, (u - d) / 2
        weights = u_weights * d_weights * plus * minus / (8 * np.pi**2 * q)
        total += (_branch_sum(s, t, plus**2 - mu, minus**2 - mu, known) * weights).sum()
    return complex(total)


def _panels(low: float, high: float, length: float, nodes: int) -> tuple[Array, Array]:
    """Return nodes and weights of equal panels, at most `length` long."""
    marks = np.linspace(low, high, int(np.ceil((high - low) / length)) + 1)
    x, w = np.polynomial.legendre.leggauss(nodes)
    half = np.diff(marks)[:, None] / 2
    middle = (marks[1:] + marks[:-1])[:, None] / 2
    return (middle + half * x).ravel(), (half * w).ravel()


def _branch_sum(
    s: int, t: int, plus: Array, minus: Array, known: dict[str, float]
) -> NDArray[np.complex128]:
    arguments, function = _loop(s, t)
    gap = known[str(symbols.gap)]
    total = np.zeros(plus.shape, complex)
    for a in (1, -1):
        for b in (1, -1):
            values: dict[str, Any] = {
                **known,
                str(symbols.xi_plus): plus,
                str(symbols.xi_minus): minus,
                str(symbols.energy_plus): a * np.hypot(plus, gap),
                str(symbols.energy_minus): b * np.hypot(minus, gap),
            }
            total += function(*(values[str(k)] for k in arguments))
    return total
