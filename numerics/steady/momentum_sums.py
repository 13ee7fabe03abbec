"""The sums over momenta in the gap and number equations: by NumPy, or in one compiled loop."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.evaluation import backend, compiled
from numerics.kernels import steady_state_numpy as kernels
from numerics.occupation import Filled, Occupation
from numerics.quadrature.rules import Grid, Rule
from numerics.steady.rounding import ARGUMENTS, COMPILED_DIGAMMA, thermal_roundings

Array = NDArray[np.float64]

#: p**2 dp times this is the sum over momenta.
MEASURE = 1 / (2 * math.pi**2)
#: Outputs of the kernel of a filled reservoir; that of an empty one has none by its edge.
_OUTPUTS, _EMPTY = 15, 12
#: Every third output of a kernel belongs to the number equation.
_NUMBER = slice(2, None, 3)
#: Where the kernels have the equations, and their derivatives by xi and by the edge.
VALUES, BY_GAP, BY_MU, BY_GAMMA, BY_EDGE = (slice(k, k + 3) for k in range(0, _OUTPUTS, 3))


class Place(NamedTuple):
    """Where the equations are summed, and what is filled there.

    Parameters
    ----------
    gap, mu : float
        Order parameter and chemical potential.
    occupation : Occupation
    start, cutoff : float
        Momenta from which on the series in 1/p**2 is summed, and up to which the number equation
        counts.
    """

    gap: float
    mu: float
    occupation: Occupation
    start: float
    cutoff: float


class MomentumSums(NamedTuple):
    """Sums over momenta of the equations.

    Parameters
    ----------
    parts : ndarray, shape (reservoirs, 15)
        Of the outputs of the kernels per unit rate, with derivatives by mu in place of those by xi;
        the last reservoir is the empty one.
    values : ndarray, shape (3,)
        Of the equations, in which the gap equation has its divergence subtracted.
    errors : ndarray, shape (3,)
        Estimates of the quadrature's errors, and bounds of those of the tails.
    moved : ndarray, shape (3,)
        How much they change when p**2 and the edges do, per part of these.
    size : float
        The integral of the modulus of the first integrand.
    lost : float
        That of how often the imaginary part of the gap equation is rounded at T > 0, beyond what
        its terms show.
    nodes : int
    """

    parts: Array
    values: Array
    errors: Array
    moved: Array
    size: float
    lost: float
    nodes: int


def momentum_sums(place: Place, ends: Array, rule: Rule) -> MomentumSums:
    """Sum the equations over momenta, by a rule on panels between `ends`.

    Parameters
    ----------
    place : Place
    ends : ndarray, shape (panels + 1,)
        From zero to the start of the tails; the cutoff is among them if it comes before.
    rule : Rule
    """
    return (_compiled if backend() == "numba" else _by_numpy)(place, ends, rule)


def _compiled(place: Place, ends: Array, rule: Rule) -> MomentumSums:
    from numerics.kernels import steady_state_vector

    occupation = place.occupation
    filled = [(f.rate, f.edge, f.temperature) for f in occupation.filled]
    scalars = (place.gap, place.mu, occupation.linewidth, place.start, place.cutoff)
    parts, totals = np.empty((len(filled) + 1, 2, _OUTPUTS)), np.empty((5, 3))
    compiled(steady_state_vector.momentum_sums)(
        np.array([*scalars, occupation.empty, MEASURE, ARGUMENTS, COMPILED_DIGAMMA]),
        np.array(filled).reshape(-1, 3),
        ends,
        rule.rows,
        parts,
        totals,
    )
    values, errors, moved, (size, lost, _), _ = totals
    nodes = (ends.size - 1) * rule.nodes.size
    return MomentumSums(parts[:, 0], values, errors, moved, float(size), float(lost), nodes)


def _by_numpy(place: Place, ends: Array, rule: Rule) -> MomentumSums:
    grid = Grid.on(ends, rule)
    square, occupation = grid.nodes**2, place.occupation
    counted = grid.nodes < min(place.start, place.cutoff)
    measure = MEASURE * square
    weights = np.stack([measure * grid.weights, measure * grid.weights * counted])
    reservoirs = _reservoirs(place, square - place.mu)
    # 1/U is measured by the scattering length: 1/(2 eps_p) is subtracted, in units with mass 1/2
    integrands, slopes = np.zeros((3, square.size)), np.zeros((3, square.size))
    integrands[0] = -0.5 / square
    tails, moved, lost = np.zeros((2, 3)), np.zeros(3), 0.0
    parts = np.zeros((len(reservoirs), _OUTPUTS))
    empty = weights[0] * reservoirs[-1].outputs[1]
    energy = np.hypot(square - place.mu, place.gap)
    for part, (filled, rate, outputs, tail, last) in zip(parts, reservoirs, strict=True):
        integrands += rate * outputs[VALUES]
        slopes += rate * outputs[BY_MU]
        part[: len(outputs)] = _sums(outputs, weights)
        part[BY_MU] *= -1  # xi = p**2 - mu
        part[: len(outputs)] += tail
        tails += rate * tail[VALUES], abs(rate) * last
        if filled is not None:
            moved += abs(rate * filled.edge) * _sums(np.abs(outputs[BY_EDGE]), weights)
            if filled.temperature > 0:
                often = thermal_roundings(energy, occupation.linewidth, filled)
                lost += abs(rate) * float(empty @ often)
    moved += _sums(np.abs(slopes), weights * square)
    integrands *= measure
    integrands[2] *= counted
    values, errors = grid.integrate(integrands)
    size = float(np.abs(integrands[0]) @ grid.weights)
    return MomentumSums(parts, values + tails[0], errors + tails[1], moved, size, lost, square.size)


class _Reservoir(NamedTuple):
    """A reservoir at the nodes; None stands for the empty one.

    Parameters
    ----------
    filled : Filled or None
    rate : float
    outputs : ndarray, shape (15 or 12, nodes)
        Of its kernel.
    tail, last : ndarray
        The sums beyond, and bounds of their errors.
    """

    filled: Filled | None
    rate: float
    outputs: Array
    tail: Array
    last: Array


def _reservoirs(place: Place, xi: Array) -> list[_Reservoir]:
    """Evaluate the kernels of all reservoirs at the nodes, and their tails."""
    occupation = place.occupation
    found, shared = [], (place.gap, occupation.linewidth)
    for f in occupation.filled:
        kernel = kernels.thermal if f.temperature > 0 else kernels.step
        outputs = np.array(kernel(xi, *shared, *f.arguments()))
        tail = _tail(kernels.fermi_tail, place, f.edge, f.temperature)
        found.append(_Reservoir(f, f.rate, outputs, *tail))
    outputs, tail = np.array(kernels.empty(xi, *shared)), _tail(kernels.empty_tail, place)
    found.append(_Reservoir(None, occupation.empty, outputs, *tail))
    return found


def _sums(outputs: Array, weights: Array) -> Array:
    """Sum the outputs of a kernel over momenta, the number equation's up to the cutoff only."""
    found = outputs @ weights[0]
    found[_NUMBER] = outputs[_NUMBER] @ weights[1]
    return np.asarray(found)


def _tail(
    kernel: Callable[..., tuple[float, ...]], place: Place, *filling: float
) -> tuple[Array, Array]:
    """Return the sums beyond the panels, the number equation's up to the cutoff, and their errors.

    Parameters
    ----------
    kernel : callable
    place : Place
    *filling : float
        Edge and temperature of a filled reservoir.
    """
    arguments = (place.mu, place.gap, place.occupation.linewidth, *filling)
    values = np.array(kernel(place.start, *arguments))
    if place.cutoff > place.start:
        values[_NUMBER] -= np.array(kernel(place.cutoff, *arguments))[_NUMBER]
    else:
        values[_NUMBER] = 0.0
    return values[:-3], np.abs(values[-3:])
