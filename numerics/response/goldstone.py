"""M(q, omega) of a state that solves the gap equation, with a phase column as small as it is.

M_12 and M_22 vanish with q and omega by the gap equation (33).  M of `fluctuation_matrix` has an
absolute error, that of the sums which cancel; here the gap equation is used before anything is
summed, so that the error of each element is relative to it.  The two other elements follow from
M_12 + M_21, which is proportional to the drive, and M_11 - M_22.  What a coupling K changes with
q and omega is added to M_12 and M_22; in the two others it cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.evaluation import evaluate
from numerics.quadrature.adaptive import (
    FEW,
    FEWER,
    LOOSE,
    LOOSER,
    Integrand,
    Means,
    Sums,
    Totals,
    integrate,
)
from numerics.quadrature.panels import LENGTH, Panels
from numerics.quadrature.rules import Rule
from numerics.response.frequency_grid import NO_WAVE, loop_panels
from numerics.response.loop_integral import loop_arguments, node_loop
from numerics.response.two_bands import PairingLoop, pairing_panels
from numerics.results import FullResult, Sampled, statuses
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: How many points (q, omega) are done at a time, and by what.
_HERE = Means()
#: Rounding of the integrand in units of its size before the two signs of the frequency cancel.
_ROUNDING = 32 * float(np.finfo(float).eps)
#: Terms of M_22 in units of 1/|r r'|, up to 2.3 of which the rounding of nodes has made an error at
#: 3,000 drawn points; and how far nodes are apart on a logarithmic scale.
_TERMS, _STEP = 4.0, LENGTH / 25

#: What the tolerance of each of the four integrals is relative to, given these.
Wanted = Callable[[Complex], Array]


class Slopes(NamedTuple):
    """M with its derivatives.

    Parameters
    ----------
    matrix : FullResult
        As of `goldstone_matrix`.
    by_omega, by_q : ndarray of complex, shape (n, 2, 2)
        The derivatives of M, with what quadrature and rounding leave on the panels that M takes:
        up to 1e-8 of what matters to that of det M at a linewidth of 1e-3, 1e-5 at one of 1e-7.
    """

    matrix: Sampled
    by_omega: Complex
    by_q: Complex


def goldstone_matrix(state: SteadyState, q: Array, omega: Complex, rtol: float) -> Sampled:
    """Return M, (36), at each point, for a state that solves the gap equation.

    Parameters
    ----------
    state : SteadyState
        What remains of its gap equation is not in the result.
    q : ndarray, shape (n,)
        Not negative.
    omega : ndarray of complex, shape (n,)
        Im(omega) > -gamma.
    rtol : float
        Tolerance relative to M_11 and M_22, and to M_12 and M_21 as far as these matter to det M.
    """
    return _in_batches(state, q, omega, rtol, _wanted)


def loose_matrix(
    state: SteadyState, q: Array, omega: Complex, rtol: float, means: Means = _HERE
) -> Sampled:
    """Return the same to a tolerance relative to the largest element."""
    return _in_batches(state, q, omega, rtol, _largest, means)


def _in_batches(
    state: SteadyState,
    q: Array,
    omega: Complex,
    rtol: float,
    wanted: Wanted,
    means: Means = _HERE,
) -> Sampled:
    batches = []
    for k in range(0, q.size, means.points):
        some = slice(k, k + means.points)
        change = _change(state, q[some], omega[some])
        found = _integrated(state, q[some], omega[some], rtol, "pairing", change, wanted, means)
        batches.append(_matrix_of(state, omega[some], found, change))
    return _joined(batches)


def goldstone_slopes(state: SteadyState, q: Array, omega: Complex, rtol: float) -> Slopes:
    """Return M and its derivatives by omega and by q; parameters as in `goldstone_matrix`."""
    matrices, along, across = [], [np.empty((0, 2, 2), dtype=complex)], [np.empty((0, 2, 2))]
    for k in range(0, q.size, _HERE.points):
        some = slice(k, k + _HERE.points)
        change = _change(state, q[some], omega[some])
        found = _integrated(state, q[some], omega[some], rtol, "pairing_slopes", change, _wanted)
        matrices.append(_matrix_of(state, omega[some], found, change))
        along.append(_matrix(found.value[:, 4:8] + change[:, 4:8], -1))
        across.append(_matrix(found.value[:, 8:] + change[:, 8:], -1))
    return Slopes(_joined(matrices), np.concatenate(along), np.concatenate(across))


def _joined(batches: list[Sampled]) -> Sampled:
    if not batches:
        empty = np.empty((0, 2, 2))
        return FullResult(empty + 0j, empty, np.empty(0, np.int64), np.empty(0, np.str_))
    if len(batches) == 1:
        return batches[0]
    return FullResult(*(np.concatenate(column) for column in zip(*batches, strict=True)))


def _integrated(
    state: SteadyState,
    q: Array,
    omega: Complex,
    rtol: float,
    program: str,
    change: Complex,
    wanted: Wanted,
    means: Means = _HERE,
) -> Totals:
    """Return the four integrals, and their derivatives if the program has them."""
    q = np.maximum(q, NO_WAVE)

    def goal(value: Complex, size: Array) -> Array:
        goals = np.empty(value.shape)
        parts = value[:, :4] + change[:, :4]
        np.maximum(rtol * wanted(parts), _ROUNDING * size[:, :4], out=goals[:, :4])
        # rounding of the derivatives is not known: they take what panels there are
        goals[:, 4:] = np.inf
        return goals

    if state.parameters.closed:
        integrand: Integrand = _Integrand(state, q, omega, program)
        panels = loop_panels(state, q, omega)
    else:
        carriers = state.carriers
        integrand = PairingLoop(carriers, q, omega, program)
        panels = pairing_panels(carriers, q, omega)
    nodes = FEWER if rtol >= LOOSER else FEW if rtol >= LOOSE else None
    return integrate(integrand, panels, q.size, goal, rounding=_ROUNDING, nodes=nodes, means=means)


def _change(state: SteadyState, q: Array, omega: Complex) -> Complex:
    """Return what the coupling adds to the four integrals and their derivatives, shape (n, 12)."""
    change = np.zeros((q.size, 12), dtype=complex)
    coupling = state.parameters.coupling
    if not coupling.constant:
        found = coupling.change(q, omega, state.mu)
        change[:, 0::4] = np.stack([found.off, found.off_by_omega, found.off_by_q], axis=1)
        diagonal = [found.diagonal, found.diagonal_by_omega, found.diagonal_by_q]
        change[:, 1::4] = np.stack(diagonal, axis=1)
    return change


def _matrix_of(
    state: SteadyState,
    omega: Complex,
    found: Totals,
    change: Complex,
) -> Sampled:
    value = found.value[:, :4] + change[:, :4]
    size = found.size[:, :4] + np.abs(change[:, :4])
    size += cancelled(state, omega, found.value[:, 3], found.size[:, 3])
    rounding = _ROUNDING * size
    limited = found.stuck | (found.tolerance[:, :4] <= rounding).any(axis=1)
    return FullResult(
        _matrix(value, -1),
        _matrix(found.error[:, :4] + rounding, 1),
        2 * found.evaluations,
        statuses(found.missed, limited),
    )


def cancelled(state: SteadyState, omega: Complex, value: Complex, size: Array) -> Array:
    """Return sizes, shape (n, 4), of terms that cancel within the integrands.

    Parameters
    ----------
    state : SteadyState
    omega : ndarray of complex, shape (n,)
    value : ndarray of complex, shape (n,)
        M_11 - M_22.
    size : ndarray, shape (n,)
        That of its integrand.
    """
    found = np.zeros((omega.size, 4))
    found[:, 1] = at_both_edges(state, omega)
    found[:, 2] = _disagreement(state, value, size)
    return found


def at_both_edges(state: SteadyState, omega: Complex) -> Array:
    """Return what terms of M_22 that cancel are about next to the threshold of pairs.

    Where both functions are close to the edges of their spectra the terms of pairs of poles are
    1/|r r'|, r**2 = (y + i gamma)**2 - Delta_0**2, however small their sum is.  At the threshold
    both roots are small at the same nodes, |r r'| = 2 Delta_0 |x| at distances |x| from the
    linewidth, or from what is missing to the threshold, to the gap.  Nodes are there in constant
    steps of log(x), and rounded independently of each other: of their number the root counts.
    """
    carriers = state.carriers
    edge = carriers.threshold
    missing = np.hypot(np.abs(omega.real) - 2 * edge, omega.imag)
    length = np.log(np.maximum(edge / np.maximum(missing, carriers.linewidth), 1.0))
    # on either side of the edge
    return np.asarray(_TERMS * np.sqrt(2 * _STEP * length) / (2 * edge))


def _disagreement(state: SteadyState, value: Complex, size: Array) -> Array:
    """Return what M_12 + M_21 would be about if the reservoirs disagreed by as much as they fill.

    It and M_11 - M_22 are sums of the same terms, times F_e gamma_h + F_h gamma_e and times
    F_e u - F_h v at frequencies Y, u + v = 2 Y.  In equilibrium, F_e/gamma_e = -F_h/gamma_h, the
    first is nothing but the rounding of its two parts, which are no more than gamma/Y of the
    second; terms matter from the edge of the spectrum on.  Between the steps of cold reservoirs
    that rounding is the same at each node, and what cancels of the terms cancels.
    """
    carriers = state.carriers
    cold = all(f.temperature == 0 for _, f in carriers.edges())
    terms = np.abs(value) if cold else size
    return np.asarray(carriers.linewidth / carriers.threshold * terms)


def _largest(parts: Complex) -> Array:
    """Return the largest element of M, for each of the four integrals."""
    largest = np.abs(_matrix(parts, -1)).max(axis=(1, 2))
    return np.asarray(np.repeat(largest[:, None], 4, axis=1))


def _wanted(parts: Complex) -> Array:
    """Return what the tolerance of each of the four integrals is relative to.

    Where M_12 and M_21 are small their product hardly changes det M: an error of either one that is
    M_11 M_22 divided by the other one is as large.
    """
    m12, m22, both, difference = parts.T
    first, second = np.abs(m22 + difference), np.abs(m22)
    off = np.maximum(np.abs(m12), np.abs(both - m12))
    matters = np.maximum(off, first * second / np.where(off == 0, 1.0, off))
    wanted = np.empty(parts.shape)
    wanted[:, 0] = wanted[:, 2] = matters
    wanted[:, 1], wanted[:, 3] = second, first
    return wanted


def _matrix(parts: NDArray[Any], sign: int) -> NDArray[Any]:
    """Return the matrices of M_12, M_22, M_12 + M_21 and M_11 - M_22; of their errors for +1."""
    m12, m22, both, difference = parts.T
    matrix = np.empty((len(parts), 2, 2), dtype=parts.dtype)
    matrix[:, 0, 0], matrix[:, 0, 1] = m22 + difference, m12
    matrix[:, 1, 0], matrix[:, 1, 1] = both + sign * m12, m22
    return matrix


class _Integrand:
    """The integrands over y = |nu + omega/2|, both signs together."""

    def __init__(self, state: SteadyState, q: Array, omega: Complex, program: str) -> None:
        self.state, self.q, self.omega, self.program = state, q, omega, program
        self.loop = node_loop(state, q, omega, "goldstone", program)

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the integrands per unit of the nodes' variable, and their sizes."""
        y, slope, arguments = loop_arguments(self.state, self.q, self.omega, panels, rule)
        both = evaluate("goldstone", self.program, *arguments).reshape(-1, 2, 2, *y.shape)
        folded = both.sum(axis=2)
        values = (folded[:, 0] + 1j * folded[:, 1]) * slope
        return values, np.abs(both).sum(axis=(1, 2)) * slope

    def sums(self, panels: Panels, rule: Rule) -> Sums:
        """Return the integrals over panels, their errors, and those of the sizes."""
        found = self.loop(panels, rule)
        # NumPy's sum over an axis of two takes ten times as long
        value = found.value[:, 0] + found.value[:, 1]
        difference = found.difference[:, 0] + found.difference[:, 1]
        return value, np.abs(difference), found.size[:, 0] + found.size[:, 1]
