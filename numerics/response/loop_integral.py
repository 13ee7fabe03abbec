"""The production route to Pi(q, omega): closed momentum integrals, one integral over frequency."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import RESOLVED, distance_from
from numerics.evaluation import evaluate
from numerics.occupation import Occupation
from numerics.quadrature import node_loop as loops
from numerics.quadrature.adaptive import FEW, LOOSE, Means, Sums, integrate
from numerics.quadrature.node_loop import Filling, NodeLoop
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule, smooth_inverse_root, smooth_inverse_root_integral
from numerics.response.frequency_grid import loop_panels
from numerics.results import FullResult, Sampled, statuses
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: What is the same on the diagonal.
_UNIT = np.eye(2).ravel()
#: Rounding of the integrand in units of its size: some tens of operations, the cancellation
#: between the poles of G^R and of G^A included.
_ROUNDING = 32 * float(np.finfo(float).eps)


def loop_integral(
    state: SteadyState,
    q: Array,
    omega: Complex,
    coupling: Complex,
    rtol: float,
    means: Means | None = None,
) -> Sampled:
    """Return Pi at each point, with the sum over 1/p^2 subtracted from its diagonal.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
        Positive; a very small one stands for zero.
    omega : ndarray of complex, shape (n,)
        Im(omega) > -gamma.
    coupling : ndarray of complex, shape (n, 2, 2)
        2 K.
    rtol : float
        Tolerance relative to the largest element of M = 2 K - Pi.
    means : Means, optional
        What sums over the nodes.
    """
    integrand = _Integrand(state, q, omega)
    constant = integrand.constant * _UNIT
    shift = constant - coupling.reshape(-1, 4)

    def tolerance(value: Complex) -> Array:
        return np.asarray(rtol * np.abs(value + shift).max(axis=1))

    def goal(value: Complex, size: Array) -> Array:
        return np.maximum(tolerance(value), _ROUNDING * size.max(axis=1))

    panels = loop_panels(state, q, omega)
    nodes = FEW if rtol >= LOOSE else None
    found = integrate(integrand, panels, q.size, goal, rounding=_ROUNDING, nodes=nodes, means=means)
    # all elements are sums of the same terms: the largest tells the rounding of the others
    rounding = _ROUNDING * found.size.max(axis=1)
    limited = found.stuck | (tolerance(found.value) < rounding)
    return FullResult(
        (found.value + constant).reshape(-1, 2, 2),
        (found.error + rounding[:, None]).reshape(-1, 2, 2),
        2 * found.evaluations,
        statuses(found.missed, limited),
    )


class _Integrand:
    """The integrand over y = |nu + omega/2|, both signs together, at many points at once."""

    def __init__(self, state: SteadyState, q: Array, omega: Complex) -> None:
        self.state, self.q, self.omega = state, q, omega
        self.scale = abs(state.mu) + state.gap
        self.constant = smooth_inverse_root_integral(self.scale) / (4 * math.pi**2)
        self.loop = node_loop(state, q, omega, "bubble", "pairing", smooth=self.scale)

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return Pi_11, Pi_12, Pi_21, Pi_22 per unit of the nodes' variable, and their sizes."""
        y, slope, arguments = loop_arguments(self.state, self.q, self.omega, panels, rule)
        both = evaluate("bubble", "pairing", *arguments).reshape(4, 2, 2, *y.shape)
        folded = both.sum(axis=2)
        even = smooth_inverse_root(y, self.scale) / (4 * math.pi**2)
        folded[::3, 0] -= even
        values = (folded[:, 0] + 1j * folded[:, 1]) * slope
        return values, np.abs(both).sum(axis=(1, 2)) * slope

    def sums(self, panels: Panels, rule: Rule) -> Sums:
        """Return the integrals over panels, their errors, and those of the sizes."""
        return self.folded(self.loop(panels, rule))

    def folded(self, found: loops.Sums) -> Sums:
        """Return the same, given the integrals of the terms."""
        # NumPy's sum over an axis of two takes ten times as long
        value = found.value[:, 0] + found.value[:, 1]
        difference = found.difference[:, 0] + found.difference[:, 1]
        size = found.size[:, 0] + found.size[:, 1]
        even = found.smooth / (4 * math.pi**2)
        value[:, ::3] -= even[:, :1]
        difference[:, ::3] -= even[:, 1:]
        return value, np.abs(difference), size


def node_loop(
    state: SteadyState,
    q: Array,
    omega: Complex,
    module: str,
    program: str,
    smooth: float = 0.0,
) -> NodeLoop:
    """Return the loop over nodes for a kernel whose arguments are those of `loop_arguments`.

    Its two terms are those at nu = y - omega/2 and at nu = -y - omega/2.
    """
    occupation = state.occupation
    alone = (state.gap, state.mu, state.parameters.linewidth)
    return NodeLoop(
        module,
        program,
        [(1, 1), (-1, 1)],
        omega.real,
        [[omega.real, omega.imag, q, *alone]] * 2,
        _filling(occupation),
        edge=state.gap,
        closest=RESOLVED * state.gap,
        smooth=smooth,
    )


@functools.lru_cache(maxsize=32)
def _filling(occupation: Occupation) -> Filling:
    """Return what fills the states, made once for the many calls at one of them."""
    return Filling.sums(occupation, occupation, (1.0, 1.0))


def loop_arguments(
    state: SteadyState, q: Array, omega: Complex, panels: Panels, rule: Rule
) -> tuple[Array, Array, tuple[Any, ...]]:
    """Return the nodes y = |nu + omega/2| of panels, dy, and the arguments of the kernels there.

    The arguments are those at nu = y - omega/2 followed by those at nu = -y - omega/2.

    Returns
    -------
    tuple
        Two arrays of shape (panels, nodes), and the arguments, of shape (2 * panels * nodes,).
    """
    y, offset, slope = panels.nodes(rule)
    owner = np.tile(np.repeat(panels.owner, rule.nodes.size), 2)
    transfer = omega[owner]
    mean = np.concatenate([y.ravel(), -y.ravel()])
    nu = mean - transfer.real / 2
    # the poles of G^R and G^A cancel in G^K/nu, which is regular: no node is at nu = 0
    closest = RESOLVED * state.gap
    # filled before, as reservoirs may step closer to it
    fillings = (state.occupation.sums(nu), state.occupation.sums(-nu))
    nu = np.where(np.abs(nu) < closest, np.copysign(closest, nu), nu)
    # |nu| - Delta_0 for both signs, which are |nu + omega| - Delta_0 for the opposite ones
    shift = omega.real[panels.owner].astype(np.longdouble) / 2
    distance = np.stack(
        [distance_from(state.gap, panels.origin, offset, -sign * shift) for sign in (1, -1)]
    )
    return (
        y,
        slope,
        (
            nu,
            distance.ravel(),
            distance[::-1].ravel(),
            mean,
            *fillings,
            transfer.real,
            transfer.imag,
            q[owner],
            state.gap,
            state.mu,
            state.parameters.linewidth,
        ),
    )
