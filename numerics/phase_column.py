"""The phase column of M, M_12 and M_22, to a precision relative to how small it is.

It vanishes with q and omega by the gap equation (33).  M of `fluctuation_matrix` has an absolute
error, that of the sums which cancel; here the gap equation is used before anything is summed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.adaptive_panels import integrate
from numerics.frequency_grid import loop_panels
from numerics.kernels import goldstone_numpy as kernels
from numerics.loop_integral import loop_arguments
from numerics.panels import Panels
from numerics.quadrature import Rule
from numerics.results import FullResult
from numerics.steady_state import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Rounding of the integrand in units of its size before the two signs of the frequency cancel.
_ROUNDING = 32 * float(np.finfo(float).eps)


def phase_column(state: SteadyState, q: Array, omega: Complex, rtol: float) -> FullResult:
    """Return M_12 and M_22, (36), at each point, for a state that solves the gap equation.

    Parameters
    ----------
    state : SteadyState
        What remains of its gap equation is not in the result.
    q : ndarray, shape (n,)
        Positive; a very small one stands for zero.
    omega : ndarray of complex, shape (n,)
        Im(omega) > -gamma.
    rtol : float
        Tolerance relative to each element.

    Returns
    -------
    FullResult
        Value and error of shape (n, 2).
    """
    integrand = _Integrand(state, q, omega)

    def goal(value: Complex, size: Array) -> Array:
        return np.maximum(rtol * np.abs(value), _ROUNDING * size)

    found = integrate(integrand, loop_panels(state, q, omega), q.size, goal)
    rounding = _ROUNDING * found.size
    limited = (rtol * np.abs(found.value) < rounding).any(axis=1)
    return FullResult(
        found.value,
        found.error + rounding,
        2 * found.evaluations,
        np.where(found.missed, "not converged", np.where(limited, "rounding", "converged")),
    )


class _Integrand:
    """The integrand over y = |nu + omega/2|, both signs together."""

    def __init__(self, state: SteadyState, q: Array, omega: Complex) -> None:
        self.state, self.q, self.omega = state, q, omega

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return M_12, M_22 and M_12 + M_21 per unit of the nodes' variable, and their sizes."""
        y, slope, arguments = loop_arguments(self.state, self.q, self.omega, panels, rule)
        both = np.array(kernels.column(*arguments)).reshape(3, 2, 2, *y.shape)
        folded = both.sum(axis=2)
        values = (folded[:, 0] + 1j * folded[:, 1]) * slope
        return values, np.abs(both).sum(axis=(1, 2)) * slope
