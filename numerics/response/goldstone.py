"""M(q, omega) of a state that solves the gap equation, with a phase column as small as it is.

M_12 and M_22 vanish with q and omega by the gap equation (33).  M of `fluctuation_matrix` has an
absolute error, that of the sums which cancel; here the gap equation is used before anything is
summed, so that the error of each element is relative to it.  The two other elements follow from
M_12 + M_21, which is proportional to the drive, and M_11 - M_22.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.quadrature.adaptive import integrate
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule
from numerics.response.backend import evaluate
from numerics.response.frequency_grid import loop_panels
from numerics.response.loop_integral import loop_arguments
from numerics.results import FullResult
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Points (q, omega) done at a time.
_BATCH = 256
#: Rounding of the integrand in units of its size before the two signs of the frequency cancel.
_ROUNDING = 32 * float(np.finfo(float).eps)


def goldstone_matrix(state: SteadyState, q: Array, omega: Complex, rtol: float) -> FullResult:
    """Return M, (36), at each point, for a state that solves the gap equation.

    Parameters
    ----------
    state : SteadyState
        What remains of its gap equation is not in the result.
    q : ndarray, shape (n,)
        Positive; a very small one stands for zero.
    omega : ndarray of complex, shape (n,)
        Im(omega) > -gamma.
    rtol : float
        Tolerance relative to M_11 and M_22, and to M_12 and M_21 as far as these matter to det M.
    """
    batches = [
        _batch(state, q[k : k + _BATCH], omega[k : k + _BATCH], rtol)
        for k in range(0, q.size, _BATCH)
    ]
    if not batches:
        empty = np.empty((0, 2, 2))
        return FullResult(empty + 0j, empty, np.empty(0, np.int64), np.empty(0, np.str_))
    return FullResult(*(np.concatenate(column) for column in zip(*batches, strict=True)))


def _batch(state: SteadyState, q: Array, omega: Complex, rtol: float) -> FullResult:
    integrand = _Integrand(state, q, omega)

    def goal(value: Complex, size: Array) -> Array:
        return np.maximum(rtol * _wanted(value), _ROUNDING * size)

    found = integrate(integrand, loop_panels(state, q, omega), q.size, goal)
    rounding = _ROUNDING * found.size
    limited = (rtol * _wanted(found.value) < rounding).any(axis=1)
    return FullResult(
        _matrix(found.value, -1),
        _matrix(found.error + rounding, 1),
        2 * found.evaluations,
        np.where(found.missed, "not converged", np.where(limited, "rounding", "converged")),
    )


def _wanted(parts: Complex) -> Array:
    """Return what the tolerance of each of the four integrals is relative to.

    Where M_12 and M_21 are small their product hardly changes det M: an error of either one that is
    M_11 M_22 divided by the other one is as large.
    """
    m12, m22, both, difference = parts.T
    first, second = np.abs(m22 + difference), np.abs(m22)
    off = np.maximum(np.abs(m12), np.abs(both - m12))
    matters = np.maximum(off, first * second / np.where(off == 0, 1.0, off))
    return np.stack([matters, second, matters, first], axis=1)


def _matrix(parts: NDArray[Any], sign: int) -> NDArray[Any]:
    """Return the matrices of M_12, M_22, M_12 + M_21 and M_11 - M_22; of their errors for +1."""
    m12, m22, both, difference = parts.T
    return np.stack([m22 + difference, m12, both + sign * m12, m22], axis=-1).reshape(-1, 2, 2)


class _Integrand:
    """The integrands over y = |nu + omega/2|, both signs together."""

    def __init__(self, state: SteadyState, q: Array, omega: Complex) -> None:
        self.state, self.q, self.omega = state, q, omega

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the four integrands per unit of the nodes' variable, and their sizes."""
        y, slope, arguments = loop_arguments(self.state, self.q, self.omega, panels, rule)
        growth = np.tile(np.repeat(self.omega.imag[panels.owner], rule.nodes.size), 2)
        both = evaluate("goldstone", "pairing", *arguments, growth).reshape(4, 2, 2, *y.shape)
        folded = both.sum(axis=2)
        values = (folded[:, 0] + 1j * folded[:, 1]) * slope
        return values, np.abs(both).sum(axis=(1, 2)) * slope
